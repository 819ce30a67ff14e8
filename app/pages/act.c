/* The page of one act. The store says what the act asks for and whether it can be done; problems
 * are shown at their fields. What is typed is a draft until the act is done. Start at on_loaded. */
#include "app/pages/act.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/form-view.h"
#include "app/pages/act-files.h"
#include "app/pages/record.h"
#include "schema/act.h"

struct _BhActPage {
  BhPage parent;
  json_t *act; /* the act as bh_device_prepare_act takes it */
  char *label;
  json_t *loaded;      /* as bh_device_prepare_act gives it; NULL until loaded */
  gboolean is_drafted; /* whether the draft of a new record exists */
  int n_adding;        /* files that are being copied into the store */
  GtkWidget *subject;
  GtkWidget *form_box;
  GtkWidget *files_box;
  GtkWidget *message;
  GtkWidget *discard;
  GtkWidget *save;
  BhFormView *form;
};

G_DEFINE_FINAL_TYPE(BhActPage, bh_act_page, BH_TYPE_PAGE)

static void bh_act_page_finalize(GObject *object)
{
  BhActPage *self = BH_ACT_PAGE(object);
  json_decref(self->act);
  g_free(self->label);
  json_decref(self->loaded);
  G_OBJECT_CLASS(bh_act_page_parent_class)->finalize(object);
}

static const char *get_record(BhActPage *self)
{
  return bh_json_string_or(self->act, "record", "");
}

static const BhKind *kind_of(BhActPage *self)
{
  return bh_session_find_kind(bh_page_get_session(BH_PAGE(self)),
                              bh_json_string_or(self->loaded, "kind", NULL));
}

static gboolean makes_record(BhActPage *self)
{
  return json_is_true(json_object_get(self->loaded, "creates"));
}

/* --- draft --- */

/* Adds to `drafts` the draft of the new record with its first values and the act, so that it can be
 * opened again. */
static void add_new_draft(BhActPage *self, json_t *drafts)
{
  json_t *set = json_copy(json_object_get(self->loaded, "values"));
  json_t *act = json_pack("{s:O, s:O*}", "act", json_object_get(self->act, "act"), "origin",
                          json_object_get(self->act, "origin"));
  json_object_set_new(set, BH_ACT_DRAFT_KEY, act);
  json_array_append_new(drafts, json_pack("{s:s, s:O, s:o}", "record", get_record(self), "kind",
                                          json_object_get(self->loaded, "kind"), "set", set));
  self->is_drafted = TRUE;
}

static void on_changed(BhFormView *form, const char *key, BhActPage *self)
{
  const json_t *value = bh_form_view_get_value(form, key);
  const char *kind = bh_json_string_or(self->loaded, "kind", "");
  gtk_widget_show(self->discard);
  if (makes_record(self) && !self->is_drafted) {
    g_autoptr(json_t) drafts = json_array();
    add_new_draft(self, drafts);
    bh_page_post(BH_PAGE(self), bh_call_put_drafts(json_incref(drafts)), NULL, NULL, NULL);
  }
  bh_page_post(BH_PAGE(self), bh_call_set_draft(get_record(self), kind, key, value), NULL, NULL,
               NULL);
}

/* Puts the typed values of the form's fields over `values`. Other keys of the draft belong to
 * another form of the record. */
static void add_typed(BhActPage *self, json_t *values)
{
  const json_t *typed = json_object_get(self->loaded, "typed");
  gsize i;
  json_t *name;
  json_array_foreach(json_object_get(self->loaded, "fields"), i, name) {
    const char *key = json_string_value(name);
    json_t *value = json_object_get(typed, key);
    if (value == NULL)
      continue;
    gtk_widget_show(self->discard);
    if (json_is_null(value))
      json_object_del(values, key);
    else
      json_object_set(values, key, value);
  }
  self->is_drafted = json_object_get(typed, BH_ACT_DRAFT_KEY) != NULL;
  gtk_widget_set_visible(self->discard, gtk_widget_get_visible(self->discard) || self->is_drafted);
}

/* Removes what this form stored as a draft: the whole draft of a new record, else the fields of the
 * form only. */
static BhCall *make_forget_call(BhActPage *self)
{
  return makes_record(self)
             ? bh_call_discard_draft(get_record(self))
             : bh_call_forget_draft(get_record(self),
                                    json_deep_copy(json_object_get(self->loaded, "fields")));
}

/* --- files --- */

/* A file of an existing record is saved at once. A file of a new record is a draft until the record
 * is saved. */
static BhCall *make_file_call(BhPage *page, json_t *values)
{
  BhActPage *self = BH_ACT_PAGE(page);
  char id[BH_ID_LEN + 1];
  bh_session_make_id(bh_page_get_session(page), id);
  if (!makes_record(self))
    return bh_call_save_one(id, BH_ACT_FILE_KIND, values);
  json_t *drafts = json_array();
  if (!self->is_drafted)
    add_new_draft(self, drafts);
  json_array_append_new(
      drafts, json_pack("{s:s, s:s, s:o}", "record", id, "kind", BH_ACT_FILE_KIND, "set", values));
  gtk_widget_show(self->discard);
  return bh_call_put_drafts(drafts);
}

/* The act waits for files that are being added, because a step may need them. */
static void set_busy(BhPage *page, gboolean busy)
{
  BhActPage *self = BH_ACT_PAGE(page);
  self->n_adding += busy ? 1 : -1;
  gtk_widget_set_sensitive(self->save, self->n_adding == 0);
}

static const BhActFilesPage files_page = {make_file_call, set_busy};

/* --- the form --- */

static void make_form(BhActPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const json_t *names = json_object_get(self->loaded, "fields");
  g_autoptr(json_t) values = json_copy(json_object_get(self->loaded, "values"));
  const char *state = bh_json_string_or(self->loaded, "state", NULL);
  if (state != NULL)
    json_object_set_new(values, "state", json_string(state));
  add_typed(self, values);
  self->form = bh_form_view_new_fields(session, kind_of(self), names,
                                       json_is_true(json_object_get(self->loaded, "sections")));
  const char *record;
  json_t *related;
  json_object_foreach(json_object_get(self->loaded, "related"), record, related) {
    bh_form_view_add_related(self->form, record, related);
  }
  bh_form_view_load(self->form, values);
  g_signal_connect(self->form, "changed", G_CALLBACK(on_changed), self);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
  const char *first = json_string_value(json_array_get(names, 0));
  if (first != NULL)
    bh_form_view_focus(self->form, first);
}

/* Says which records the act makes besides. */
static void show_opens(BhActPage *self)
{
  const char *lang = bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
  g_autoptr(GString) names = g_string_new(NULL);
  gsize i;
  json_t *one;
  json_array_foreach(json_object_get(self->loaded, "opens"), i, one) {
    gint64 count = json_integer_value(json_object_get(one, "count"));
    g_string_append_printf(names, "%s%s", i > 0 ? " · " : "",
                           bh_json_string_or(json_object_get(one, "label"), lang, ""));
    if (count > 1)
      g_string_append_printf(names, " × %d", (int)count);
  }
  if (names->len == 0)
    return;
  g_autofree char *text = g_strdup_printf(_("This also makes: %s"), names->str);
  GtkWidget *label = bh_part_label(text, NULL);
  bh_part_identify(label, "opens", NULL);
  gtk_container_add(GTK_CONTAINER(self->files_box), label);
}

static void show_message(BhActPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text);
  gtk_widget_show(self->message);
  gtk_widget_hide(self->save);
}

static void on_loaded(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhActPage *self = BH_ACT_PAGE(page);
  if (error != NULL && g_error_matches(error, BH_ERROR, BH_ERROR_UNKNOWN)) {
    show_message(self, _("The record has changed in the meantime; this step no longer applies"));
    return;
  }
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->loaded);
  self->loaded = json_incref(result);
  if (kind_of(self) == NULL)
    return;
  const char *title = bh_json_string_or(result, "title", "");
  gtk_label_set_text(GTK_LABEL(self->subject), title);
  gtk_widget_set_visible(self->subject, *title != '\0');
  if (!json_is_true(json_object_get(result, "open"))) {
    show_message(self, _("This person may not do this now"));
    return;
  }
  if (self->form != NULL)
    return;
  gtk_widget_set_sensitive(self->save, TRUE);
  make_form(self);
  gsize i;
  json_t *strip;
  json_array_foreach(json_object_get(result, "files"), i, strip) {
    bh_act_files_add(page, self->files_box, strip, get_record(self), &files_page);
  }
  show_opens(self);
}

static void bh_act_page_refresh(BhPage *page)
{
  BhActPage *self = BH_ACT_PAGE(page);
  if (bh_session_get_actor(bh_page_get_session(page)) != NULL)
    bh_page_ask(page, "act", bh_call_prepare_act(json_deep_copy(self->act)), on_loaded, NULL, NULL);
}

/* --- doing the act --- */

static void show_problems(BhActPage *self, const json_t *problems)
{
  g_autofree char *others = bh_form_view_show_problems(self->form, problems);
  gtk_label_set_text(GTK_LABEL(self->message), others);
  gtk_widget_set_visible(self->message, *others != '\0');
  if (*others != '\0')
    bh_part_bring_into_view(self->message);
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhActPage *self = BH_ACT_PAGE(page);
  (void)data;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  const json_t *problems = json_object_get(result, "problems");
  if (json_array_size(problems) > 0) {
    show_problems(self, problems);
    return;
  }
  /* The fields of the form leave the draft, because the entry contains them now. The draft of a new
   * record was removed with the entry. */
  if (!makes_record(self))
    bh_page_post(page, make_forget_call(self), NULL, NULL, NULL);
  g_autofree char *text = g_strdup_printf(_("Done: %s"), self->label);
  bh_page_say(page, text);
  if (makes_record(self))
    bh_page_replace(page, bh_record_page_new(get_record(self)));
  else
    bh_page_close(page);
}

static void on_save(BhActPage *self)
{
  if (self->form == NULL || !bh_form_view_validate(self->form))
    return;
  gtk_widget_hide(self->message);
  json_t *act = json_deep_copy(self->act);
  bh_page_submit(BH_PAGE(self),
                 bh_call_make_act(act, json_deep_copy(bh_form_view_get_values(self->form))),
                 on_saved, NULL, NULL);
}

static void on_discarded(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  if (error != NULL)
    bh_page_say_error(page, error);
  else
    bh_page_close(page);
}

static void on_discard(BhActPage *self)
{
  bh_form_view_flush(self->form);
  bh_page_submit(BH_PAGE(self), make_forget_call(self), on_discarded, NULL, NULL);
}

static void bh_act_page_leave(BhPage *page)
{
  if (BH_ACT_PAGE(page)->form != NULL)
    bh_form_view_flush(BH_ACT_PAGE(page)->form);
}

static void bh_act_page_load(BhPage *page)
{
  BhActPage *self = BH_ACT_PAGE(page);
  if (json_object_get(self->act, "record") == NULL) {
    char id[BH_ID_LEN + 1];
    bh_session_make_id(bh_page_get_session(page), id);
    json_object_set_new(self->act, "record", json_string(id));
  }
  bh_page_set_title(page, self->label);
  /* A record is saved; its name alone is no word for what the button does. */
  const BhKind *made =
      bh_session_find_kind(bh_page_get_session(page), bh_json_string_or(self->act, "kind", NULL));
  const char *lang = bh_session_get_lang(bh_page_get_session(page));
  gboolean is_named = made != NULL && strcmp(self->label, bh_kind_get_label(made, lang)) == 0;
  bh_part_button_set_text(self->save, is_named ? _("Save") : self->label);
  gtk_widget_set_sensitive(self->save, FALSE);
  bh_act_page_refresh(page);
}

static void bh_act_page_class_init(BhActPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_act_page_finalize;
  page_class->load = bh_act_page_load;
  page_class->refresh = bh_act_page_refresh;
  page_class->leave = bh_act_page_leave;
  BH_PAGE_TEMPLATE(klass, "pages/act");
  BH_PAGE_CHILD(klass, BhActPage, subject);
  BH_PAGE_CHILD(klass, BhActPage, form_box);
  BH_PAGE_CHILD(klass, BhActPage, files_box);
  BH_PAGE_CHILD(klass, BhActPage, message);
  BH_PAGE_CHILD(klass, BhActPage, discard);
  BH_PAGE_CHILD(klass, BhActPage, save);
}

static void bh_act_page_init(BhActPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->discard, "clicked", G_CALLBACK(on_discard), self);
  g_signal_connect_swapped(self->save, "clicked", G_CALLBACK(on_save), self);
}

BhPage *bh_act_page_new(const char *record, const char *act, const char *title)
{
  BhActPage *self = g_object_new(BH_TYPE_ACT_PAGE, NULL);
  self->act = json_pack("{s:s, s:s}", "record", record, "act", act);
  self->label = g_strdup(title);
  return BH_PAGE(self);
}

BhPage *bh_act_page_new_create(const char *kind, const char *act, const char *origin,
                               const char *record, const char *title)
{
  BhActPage *self = g_object_new(BH_TYPE_ACT_PAGE, NULL);
  self->act = json_pack("{s:s, s:s, s:s*, s:s*}", "kind", kind, "act", act, "origin", origin,
                        "record", record);
  self->label = g_strdup(title);
  return BH_PAGE(self);
}
