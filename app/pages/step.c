/* The page of one step. schema/step-input.h derives what the step needs from the kind; the store
 * decides whether it may be taken, and problems are shown at their fields. Start at on_loaded. */
#include "app/pages/step.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/form-view.h"
#include "app/forms/photos.h"
#include "app/pages/photo.h"
#include "app/pages/picture.h"
#include "app/visit.h"
#include "schema/step-input.h"

struct _BhStepPage {
  BhPage parent;
  char *record;
  char *to;
  char *label;
  /* {"record": as bh_device_get, "files": rows, "typed"?: values of a draft}; NULL until loaded */
  json_t *loaded;
  GtkWidget *subject;
  GtkWidget *form_box;
  GtkWidget *photos_box;
  GtkWidget *message;
  GtkWidget *discard;
  GtkWidget *save;
  BhFormView *form;
  json_t *field_names; /* array of the names of the form's fields */
};

G_DEFINE_FINAL_TYPE(BhStepPage, bh_step_page, BH_TYPE_PAGE)

static void bh_step_page_finalize(GObject *object)
{
  BhStepPage *self = BH_STEP_PAGE(object);
  g_free(self->record);
  g_free(self->to);
  g_free(self->label);
  json_decref(self->loaded);
  json_decref(self->field_names);
  G_OBJECT_CLASS(bh_step_page_parent_class)->finalize(object);
}

static const json_t *values_of(BhStepPage *self)
{
  return json_object_get(json_object_get(self->loaded, "record"), "values");
}

static const BhKind *kind_of(BhStepPage *self)
{
  const json_t *record = json_object_get(self->loaded, "record");
  return bh_session_find_kind(bh_page_get_session(BH_PAGE(self)),
                              bh_json_string_or(record, "kind", NULL));
}

static const BhTransition *step_of(BhStepPage *self)
{
  const BhKind *kind = kind_of(self);
  const char *from = bh_json_string_or(values_of(self), "state", NULL);
  return kind != NULL && from != NULL ? bh_workflow_find(kind, from, self->to) : NULL;
}

static gboolean has_value(const json_t *values, const char *key)
{
  const json_t *value = json_object_get(values, key);
  return value != NULL && !json_is_null(value);
}

/* --- pictures --- */

/* A picture that is being saved. */
typedef struct {
  /* The strip that shows the picture; borrowed from the page that gets the reply. */
  BhPhotos *photos;
  json_t *values;
} PhotoSave;

static void photo_save_free(gpointer data)
{
  PhotoSave *save = data;
  json_decref(save->values);
  g_free(save);
}

/* When the picture was not saved, it is removed from the strip. */
static void on_photo_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  const PhotoSave *save = data;
  if (error == NULL)
    return;
  bh_photos_remove(save->photos, g_object_get_data(G_OBJECT(save->photos), "bh-files"),
                   save->values);
  bh_page_say_error(page, error);
}

static void on_photo_stored(BhPhotoPage *photo, json_t *file, BhPhotos *photos)
{
  (void)photo;
  BhStepPage *self = g_object_get_data(G_OBJECT(photos), "bh-page");
  json_t *files = g_object_get_data(G_OBJECT(photos), "bh-files");
  const char *role = g_object_get_data(G_OBJECT(photos), "bh-role");
  char id[BH_ID_LEN + 1];
  bh_session_make_id(bh_page_get_session(BH_PAGE(self)), id);
  g_autoptr(json_t) values = json_copy(file);
  json_object_set_new(values, "parent", json_string(self->record));
  json_object_set_new(values, "role", json_string(role));
  json_array_append(files, values);
  bh_photos_show(photos, files);
  BhCall *call = bh_call_save_one(id, "file", json_incref(values));
  PhotoSave *save = g_new0(PhotoSave, 1);
  save->photos = photos;
  save->values = g_steal_pointer(&values);
  bh_page_post(BH_PAGE(self), call, on_photo_saved, save, photo_save_free);
}

static void on_add_photo(BhPhotos *photos)
{
  BhStepPage *self = g_object_get_data(G_OBJECT(photos), "bh-page");
  BhPage *photo = bh_photo_page_new(g_object_get_data(G_OBJECT(photos), "bh-heading"));
  g_signal_connect_object(photo, "stored", G_CALLBACK(on_photo_stored), photos, 0);
  bh_page_open(BH_PAGE(self), photo);
}

static void release_json(gpointer data)
{
  json_decref(data);
}

/* Pictures of the record that the guard `child` counts. */
static json_t *list_files(BhStepPage *self, const BhStepInputChild *child)
{
  json_t *files = json_array();
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->loaded, "files"), i, row) {
    BhContext context = {.values = json_object_get(row, "values")};
    if (bh_condition_holds(child->where, &context))
      json_array_append(files, (json_t *)context.values);
  }
  return files;
}

static void add_photos(BhStepPage *self, const BhStepInputChild *child)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const char *role = bh_step_input_child_get_value(child, "role");
  const BhKind *kind = bh_session_find_kind(session, child->kind);
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, "role") : NULL;
  if (role == NULL || field == NULL)
    return;
  const char *heading = bh_field_find_choice_label(field, role, bh_session_get_lang(session));
  json_t *files = list_files(self, child);
  BhPhotos *photos = bh_photos_new(session, heading);
  g_object_set_data(G_OBJECT(photos), "bh-page", self);
  g_object_set_data_full(G_OBJECT(photos), "bh-role", g_strdup(role), g_free);
  g_object_set_data_full(G_OBJECT(photos), "bh-heading", g_strdup(heading), g_free);
  g_object_set_data_full(G_OBJECT(photos), "bh-files", files, release_json);
  g_signal_connect(photos, "add-photo", G_CALLBACK(on_add_photo), NULL);
  g_signal_connect_swapped(photos, "open-photo", G_CALLBACK(bh_picture_open), self);
  bh_photos_show(photos, files);
  gtk_container_add(GTK_CONTAINER(self->photos_box), GTK_WIDGET(photos));
}

/* --- the form --- */

/* TRUE for fields that the step asks for, and for empty ones that a guard needs or the new state
 * requires. */
static gboolean is_wanted(BhStepPage *self, const BhTransition *step, const BhStepInput *input,
                          const BhField *field, const BhContext *after)
{
  const char *name = bh_field_get_name(field);
  if (g_strv_contains(bh_transition_get_asks(step), name))
    return TRUE;
  if (has_value(values_of(self), name))
    return FALSE;
  return g_ptr_array_find(input->fields, field, NULL) || bh_field_is_required(field, after);
}

static json_t *dup_after(BhStepPage *self)
{
  json_t *after = json_copy((json_t *)values_of(self));
  json_object_set_new(after, "state", json_string(self->to));
  return after;
}

/* Hides the heading when there is only one: the page has a title. */
static void hide_only_heading(BhFormView *form)
{
  GtkWidget *heading = NULL;
  guint headings = 0;
  g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(form));
  for (GList *l = children; l != NULL; l = l->next) {
    if (!GTK_IS_LABEL(l->data))
      continue;
    heading = l->data;
    headings++;
  }
  if (headings == 1)
    gtk_widget_hide(heading);
}

/* --- draft --- */

static void on_changed(BhFormView *form, const char *key, BhStepPage *self)
{
  const json_t *value = bh_form_view_get_value(form, key);
  gtk_widget_show(self->discard);
  bh_page_post(BH_PAGE(self),
               bh_call_set_draft(self->record, bh_kind_get_name(kind_of(self)), key, value), NULL,
               NULL, NULL);
}

/* Restores from the draft the fields of this form. Other keys of the draft belong to another form
 * of the record. */
static void add_typed(BhStepPage *self, json_t *values)
{
  gsize i;
  json_t *name;
  json_array_foreach(self->field_names, i, name) {
    const char *key = json_string_value(name);
    json_t *value = json_object_get(json_object_get(self->loaded, "typed"), key);
    if (value == NULL)
      continue;
    gtk_widget_show(self->discard);
    if (json_is_null(value))
      json_object_del(values, key);
    else
      json_object_set(values, key, value);
  }
}

static void make_form(BhStepPage *self, const BhTransition *step, const BhStepInput *input)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhKind *kind = kind_of(self);
  const GPtrArray *fields = bh_kind_list_fields(kind);
  g_autoptr(json_t) after = dup_after(self);
  BhContext context = {.values = after, .record = self->record};
  g_autoptr(GPtrArray) hidden = g_ptr_array_new();
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    if (is_wanted(self, step, input, field, &context))
      json_array_append_new(self->field_names, json_string(bh_field_get_name(field)));
    else
      g_ptr_array_add(hidden, (gpointer)bh_field_get_name(field));
  }
  add_typed(self, after);
  g_ptr_array_add(hidden, NULL);
  self->form = bh_form_view_new(session, kind, NULL, (const char *const *)hidden->pdata);
  bh_form_view_load(self->form, after);
  g_signal_connect(self->form, "changed", G_CALLBACK(on_changed), self);
  hide_only_heading(self->form);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
  const char *first = bh_transition_get_asks(step)[0];
  if (first != NULL)
    bh_form_view_focus(self->form, first);
}

static void on_loaded(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhStepPage *self = BH_STEP_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->loaded);
  self->loaded = json_incref(result);
  const BhTransition *step = step_of(self);
  gtk_widget_set_visible(self->save, step != NULL);
  if (step == NULL) {
    gtk_label_set_text(GTK_LABEL(self->message),
                       _("The record has changed in the meantime; this step no longer applies"));
    gtk_widget_show(self->message);
    return;
  }
  const json_t *record = json_object_get(result, "record");
  const char *title = bh_json_string_or(record, "title", "");
  gtk_label_set_text(GTK_LABEL(self->subject), title);
  if (self->form != NULL)
    return;
  gtk_widget_set_sensitive(self->save, TRUE);
  g_autoptr(BhStepInput) input = bh_step_input_new(kind_of(self), step);
  make_form(self, step, input);
  for (guint i = 0; i < input->children->len; i++) {
    const BhStepInputChild *child = g_ptr_array_index(input->children, i);
    if (strcmp(child->kind, "file") == 0 && child->of == NULL)
      add_photos(self, child);
  }
}

typedef struct {
  char *author;
  char *record;
} LoadRequest;

static void load_request_free(gpointer data)
{
  LoadRequest *request = data;
  g_free(request->author);
  g_free(request->record);
  g_free(request);
}

static void load(BhDevice *device, GTask *task, gpointer data)
{
  LoadRequest *request = data;
  GError *error = NULL;
  json_t *record = bh_device_get(device, request->record, &error);
  g_autoptr(json_t) parents = json_pack("[s]", request->record);
  json_t *files = record != NULL
                      ? bh_visit_list_children(device, "file", parents, request->author, &error)
                      : NULL;
  if (files != NULL) {
    g_autoptr(json_t) draft = bh_device_draft_get(device, request->author, request->record, NULL);
    g_task_return_pointer(task,
                          json_pack("{s:o, s:o, s:O*}", "record", record, "files", files, "typed",
                                    json_object_get(draft, "changed")),
                          (GDestroyNotify)json_decref);
    return;
  }
  json_decref(record);
  g_task_return_error(task, error);
}

static void bh_step_page_refresh(BhPage *page)
{
  BhStepPage *self = BH_STEP_PAGE(page);
  const char *actor = bh_session_get_actor(bh_page_get_session(page));
  if (actor == NULL)
    return;
  LoadRequest *request = g_new0(LoadRequest, 1);
  request->author = g_strdup(actor);
  request->record = g_strdup(self->record);
  bh_page_ask_run(page, "record", load, request, load_request_free, on_loaded, NULL, NULL);
}

/* --- taking the step --- */

static json_t *dup_set(BhStepPage *self, const BhTransition *step)
{
  json_t *set = json_pack("{s:s}", "state", self->to);
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)bh_form_view_get_values(self->form), key, value) {
    if (strcmp(key, "state") != 0 && !json_equal(value, json_object_get(values_of(self), key)))
      json_object_set(set, key, value);
  }
  json_object_foreach((json_t *)values_of(self), key, value) {
    if (bh_form_view_get_value(self->form, key) == NULL && !json_is_null(value))
      json_object_set_new(set, key, json_null());
  }
  const char *taker = bh_transition_get_taker(step);
  if (taker != NULL)
    json_object_set_new(set, taker,
                        json_string(bh_session_get_actor(bh_page_get_session(BH_PAGE(self)))));
  bh_transition_keep(step, values_of(self), set);
  return set;
}

/* Removes the fields of this form from the draft, and no others. */
static BhCall *make_forget_call(BhStepPage *self)
{
  return bh_call_forget_draft(self->record, json_incref(self->field_names));
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhStepPage *self = BH_STEP_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  const json_t *problems = result;
  if (json_array_size(problems) > 0) {
    g_autofree char *other_problems = bh_form_view_show_problems(self->form, problems);
    gtk_label_set_text(GTK_LABEL(self->message), other_problems);
    gtk_widget_set_visible(self->message, *other_problems != '\0');
    if (*other_problems != '\0')
      bh_part_bring_into_view(self->message);
    return;
  }
  /* The fields of the form are removed from the draft, because the entry contains them now. */
  bh_page_post(page, make_forget_call(self), NULL, NULL, NULL);
  g_autofree char *text = g_strdup_printf(_("Done: %s"), (const char *)data);
  bh_page_say(page, text);
  bh_page_close(page);
}

static void on_save(BhStepPage *self)
{
  const BhTransition *step = step_of(self);
  if (step == NULL || self->form == NULL || !bh_form_view_validate(self->form))
    return;
  gtk_widget_hide(self->message);
  json_t *set = dup_set(self, step);
  const char *kind = bh_kind_get_name(kind_of(self));
  bh_page_save_checked(BH_PAGE(self), self->record, kind, set, on_saved, g_strdup(self->label),
                       g_free);
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

static void on_discard(BhStepPage *self)
{
  bh_form_view_flush(self->form);
  bh_page_submit(BH_PAGE(self), make_forget_call(self), on_discarded, NULL, NULL);
}

static void bh_step_page_leave(BhPage *page)
{
  if (BH_STEP_PAGE(page)->form != NULL)
    bh_form_view_flush(BH_STEP_PAGE(page)->form);
}

static void bh_step_page_load(BhPage *page)
{
  BhStepPage *self = BH_STEP_PAGE(page);
  bh_page_set_title(page, self->label);
  bh_part_button_set_text(self->save, self->label);
  gtk_widget_set_sensitive(self->save, FALSE);
  bh_step_page_refresh(page);
}

static void bh_step_page_class_init(BhStepPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_step_page_finalize;
  page_class->load = bh_step_page_load;
  page_class->refresh = bh_step_page_refresh;
  page_class->leave = bh_step_page_leave;
  BH_PAGE_TEMPLATE(klass, "step");
  BH_PAGE_CHILD(klass, BhStepPage, subject);
  BH_PAGE_CHILD(klass, BhStepPage, form_box);
  BH_PAGE_CHILD(klass, BhStepPage, photos_box);
  BH_PAGE_CHILD(klass, BhStepPage, message);
  BH_PAGE_CHILD(klass, BhStepPage, discard);
  BH_PAGE_CHILD(klass, BhStepPage, save);
}

static void bh_step_page_init(BhStepPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->field_names = json_array();
  g_signal_connect_swapped(self->discard, "clicked", G_CALLBACK(on_discard), self);
  g_signal_connect_swapped(self->save, "clicked", G_CALLBACK(on_save), self);
}

BhPage *bh_step_page_new(const char *record, const char *to, const char *title)
{
  BhStepPage *self = g_object_new(BH_TYPE_STEP_PAGE, NULL);
  self->record = g_strdup(record);
  self->to = g_strdup(to);
  self->label = g_strdup(title);
  return BH_PAGE(self);
}
