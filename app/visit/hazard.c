/* One hazard: its form and its pictures, kept as drafts until they are saved. hazard-drafts.c finds
 * the drafts of the pictures, discarded.c stores again what was discarded. Start at on_hazard and
 * on_save. */
#include "app/visit/hazard.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/form-view.h"
#include "app/forms/photos.h"
#include "app/pages/acts.h"
#include "app/pages/photo.h"
#include "app/pages/picture.h"
#include "app/user-error.h"
#include "app/visit/discarded.h"
#include "app/visit/hazard-drafts.h"
#include "app/visit/hazard-load.h"
#include "app/visit/hazard-save.h"
#include "app/visit/visit.h"
#include "schema/kind-rules.h"
#include "schema/workflow.h"

struct _BhHazardPage {
  BhPage parent;
  char record[BH_ID_LEN + 1];
  char *inspection; /* inspection of a new hazard; NULL: the hazard is not new */
  char *item_no;
  json_t *hazard;         /* as bh_hazard_load gives it */
  gboolean prefill_saved; /* the prefilled values are in the draft */
  gboolean discarded;
  GtkWidget *item_notice;
  GtkWidget *candidate_box;
  GtkWidget *as_general;
  GtkWidget *as_major;
  GtkWidget *photos_box;
  GtkWidget *form_box;
  GtkWidget *message;
  GtkWidget *remove_photo;
  char refused[BH_ID_LEN + 1]; /* id of the picture draft that the button `remove_photo` removes */
  GtkWidget *discard;
  GtkWidget *acts; /* what can be done with a saved hazard besides its form */
  GtkWidget *save;
  BhFormView *form;
  BhPhotos *photos;
};

G_DEFINE_FINAL_TYPE(BhHazardPage, bh_hazard_page, BH_TYPE_PAGE)

static void bh_hazard_page_finalize(GObject *object)
{
  BhHazardPage *self = BH_HAZARD_PAGE(object);
  g_free(self->inspection);
  g_free(self->item_no);
  json_decref(self->hazard);
  G_OBJECT_CLASS(bh_hazard_page_parent_class)->finalize(object);
}

static gboolean is_saved(BhHazardPage *self)
{
  return json_is_true(json_object_get(self->hazard, "saved"));
}

static void show_message(BhHazardPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text);
  gtk_widget_set_visible(self->message, *text != '\0');
  if (*text != '\0')
    bh_part_bring_into_view(self->message);
}

static void hide_remove_photo(BhHazardPage *self)
{
  self->refused[0] = '\0';
  gtk_widget_hide(self->remove_photo);
}

/* --- draft --- */

static void keep_draft(BhHazardPage *self, const char *key, const json_t *value)
{
  json_t *changed = json_object_get(self->hazard, "changed");
  json_object_set_new(changed, key, json_deep_copy(value));
  bh_page_post(BH_PAGE(self), bh_call_set_draft(self->record, "hazard", key, value), NULL, NULL,
               NULL);
}

/* Stores the prefilled values of a new hazard in the draft, once and all together. */
static void save_prefill(BhHazardPage *self)
{
  json_t *values = json_object_get(self->hazard, "values");
  if (self->inspection == NULL || self->prefill_saved)
    return;
  self->prefill_saved = TRUE;
  json_object_update(json_object_get(self->hazard, "changed"), values);
  bh_page_post(BH_PAGE(self),
               bh_call_put_drafts(json_pack("[{s:s, s:s, s:o}]", "record", self->record, "kind",
                                            "hazard", "set", json_deep_copy(values))),
               NULL, NULL, NULL);
}

/* TRUE while the hazard comes from an item that marks it as a candidate for a major hazard, and no
 * level is chosen. */
static gboolean is_undecided(BhHazardPage *self)
{
  const json_t *values = bh_form_view_get_values(self->form);
  const json_t *loaded = json_object_get(self->hazard, "values");
  return json_is_true(json_object_get(loaded, "major_candidate")) &&
         *bh_json_string_or(values, "level", "") == '\0';
}

static void on_changed(BhFormView *form, const char *key, BhHazardPage *self)
{
  if (strcmp(key, "level") == 0)
    gtk_widget_set_visible(self->candidate_box, is_undecided(self));
  save_prefill(self);
  keep_draft(self, key, bh_form_view_get_value(form, key));
  gtk_widget_set_visible(self->discard, TRUE);
}

/* --- photos --- */

/* A picture is taken after the fix if the hazard is marked as fixed. Of a new hazard the first
 * picture shows the hazard itself. */
static const char *get_photo_role(BhHazardPage *self)
{
  const json_t *values = bh_form_view_get_values(self->form);
  return json_is_true(json_object_get(values, "fixed_on_site")) &&
                 (is_saved(self) || bh_photos_count(self->photos) > 0)
             ? "after_photo"
             : "photo";
}

static void show_photos(BhHazardPage *self)
{
  bh_photos_show(self->photos, json_object_get(self->hazard, "files"));
}

static void save_photos(BhHazardPage *self);

/* Adds a picture to the hazard. A picture of a hazard that is a draft becomes an entry with it, one
 * of a saved hazard at once. */
static void on_photo_stored(BhPhotoPage *photo, json_t *file, BhHazardPage *self)
{
  (void)photo;
  BhPage *page = BH_PAGE(self);
  char id[BH_ID_LEN + 1];
  save_prefill(self);
  bh_session_make_id(bh_page_get_session(page), id);
  g_autoptr(json_t) values = json_copy(file);
  json_object_set_new(values, "parent", json_string(self->record));
  json_object_set_new(values, "role", json_string(get_photo_role(self)));
  bh_hazard_drafts_add_photo(self->hazard, id, values);
  show_photos(self);
  g_autoptr(json_t) none = json_array();
  g_free(bh_form_view_show_problems(self->form, none));
  show_message(self, "");
  /* The picture is stored as a draft first, also for a saved hazard, so that it is kept when the
   * store refuses to save it. */
  bh_page_post(page,
               bh_call_put_drafts(
                   json_pack("[{s:s, s:s, s:O}]", "record", id, "kind", "file", "set", values)),
               NULL, NULL, NULL);
  if (is_saved(self))
    save_photos(self);
  else
    gtk_widget_show(self->discard);
}

static void on_add_photo(BhHazardPage *self)
{
  BhPage *photo = bh_photo_page_new(_("Photo of the hazard"));
  g_signal_connect_object(photo, "stored", G_CALLBACK(on_photo_stored), self, 0);
  bh_page_open(BH_PAGE(self), photo);
}

/* --- saving --- */

/* The step by which the kinds make a hazard with the values of the form; NULL when there is none.
 */
static const BhTransition *find_creation(BhHazardPage *self, const BhKind *kind)
{
  BhContext context = {.values = bh_form_view_get_values(self->form)};
  return kind != NULL ? bh_workflow_find_creation(kind, "hazard", &context) : NULL;
}

/* The state to which saving moves a hazard that was saved before: that of a new hazard with the
 * same values, if a step of devices leads there. So a hazard that is fixed later in the visit, or
 * turns out to be major, takes that step. NULL: the state stays. */
static const char *get_next_state(BhHazardPage *self, const BhKind *kind, const char *state)
{
  const BhTransition *creation = find_creation(self, kind);
  const char *to = creation != NULL ? bh_transition_get_to(creation) : NULL;
  const BhTransition *step =
      to != NULL && strcmp(state, to) != 0 && bh_kind_is_initial_state(kind, state)
          ? bh_workflow_find(kind, state, to)
          : NULL;
  return step != NULL && !bh_transition_is_hub_only(step) ? to : NULL;
}

/* Values that saving sets besides the typed ones. A new reference; NULL with an error. */
static json_t *dup_further_values(BhHazardPage *self, GError **error)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhKind *kind = bh_session_find_kind(session, "hazard");
  const char *state = bh_json_string_or(self->hazard, "state", "");
  if (*state != '\0') {
    const char *next = get_next_state(self, kind, state);
    return next != NULL ? json_pack("{s:s}", "state", next) : json_object();
  }
  const BhTransition *step = find_creation(self, kind);
  if (step == NULL) {
    bh_user_error_set_old_kinds(error);
    return NULL;
  }
  return json_pack("{s:s, s:s}", "state", bh_transition_get_to(step), "recorded_by",
                   bh_session_get_actor(session));
}

/* "Role: is required", or the text alone when the problem belongs to no field. */
static char *dup_problem_text(BhHazardPage *self, const json_t *problem)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const char *lang = bh_session_get_lang(session);
  const BhKind *kind = bh_session_find_kind(session, "file");
  const BhField *field =
      kind != NULL ? bh_kind_find_field(kind, bh_json_string_or(problem, "field", "")) : NULL;
  const char *text = bh_json_string_or(problem, lang, "");
  return field != NULL ? g_strdup_printf("%s: %s", bh_field_get_label(field, lang), text)
                       : g_strdup(text);
}

/* Shows why a picture's draft is not saved, and offers to remove it. */
static void show_unsaved_photo(BhHazardPage *self, const char *id, const char *text)
{
  g_strlcpy(self->refused, id, sizeof self->refused);
  show_message(self, text);
  gtk_widget_show(self->remove_photo);
}

static void show_refused(BhHazardPage *self, const json_t *problem)
{
  const char *id = bh_json_string_or(problem, "record", "");
  g_autofree char *name = bh_hazard_drafts_dup_photo_name(self->hazard, id);
  g_autofree char *reason = dup_problem_text(self, problem);
  g_autofree char *text = g_strdup_printf(
      _("%s cannot be saved: %s. Everything else is kept. Remove this photo and save again."), name,
      reason);
  show_unsaved_photo(self, id, text);
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  const json_t *first = json_array_get(result, 0);
  if (error != NULL) {
    bh_page_say_error(page, error);
  } else if (first == NULL) {
    bh_page_say(page, _("Saved; it will be sent automatically"));
    bh_page_close(page);
  } else if (json_object_get(first, "record") != NULL) {
    show_refused(self, first);
  } else {
    g_autofree char *other_problems = bh_form_view_show_problems(self->form, result);
    show_message(self, other_problems);
    bh_page_say(page, _("Kept as a draft; some things are still missing"));
  }
}

/* Answer of the store: the pictures of a saved hazard are saved, or one was refused and stays a
 * draft. */
static void on_photos_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  json_t *ids = json_object_get(self->hazard, "file_drafts");
  const json_t *first = json_array_get(result, 0);
  if (error != NULL) {
    const char *id = json_string_value(json_array_get(ids, json_array_size(ids) - 1));
    g_autofree char *name = bh_hazard_drafts_dup_photo_name(self->hazard, id);
    g_autofree char *reason = bh_session_dup_error_text(bh_page_get_session(page), error);
    g_autofree char *text = g_strdup_printf(
        _("%s is not saved yet: %s. Save to try again, or remove this photo."), name, reason);
    g_warning("photo: %s", error->message);
    show_unsaved_photo(self, id, text);
  } else if (first != NULL) {
    show_refused(self, first);
  } else {
    json_array_clear(ids);
  }
}

static void save_photos(BhHazardPage *self)
{
  const char *actor = bh_session_get_actor(bh_page_get_session(BH_PAGE(self)));
  hide_remove_photo(self);
  json_t *drafts = bh_hazard_drafts_list(self->hazard, NULL, NULL);
  bh_page_submit_run(BH_PAGE(self), bh_hazard_save_run,
                     bh_hazard_save_new(actor, self->record, NULL, drafts), bh_hazard_save_free,
                     on_photos_saved, NULL, NULL);
}

static void on_save(BhHazardPage *self)
{
  if (self->form == NULL)
    return;
  show_message(self, "");
  hide_remove_photo(self);
  if (!bh_form_view_validate(self->form))
    return;
  save_prefill(self);
  json_t *changed = json_object_get(self->hazard, "changed");
  if (json_object_size(changed) == 0 &&
      json_array_size(json_object_get(self->hazard, "file_drafts")) == 0) {
    bh_page_close(BH_PAGE(self));
    return;
  }
  const json_t *values = bh_form_view_get_values(self->form);
  BhPhotos *photos = self->photos;
  if (!is_saved(self) && bh_photos_count(photos) == 0 &&
      *bh_json_string_or(values, "no_photo_reason", "") == '\0') {
    const char *text = _("Take a photo, or say why there is none");
    g_autoptr(json_t) problem =
        json_pack("[{s:s, s:s, s:s}]", "field", "no_photo_reason", "zh", text, "en", text);
    g_autofree char *other_problems = bh_form_view_show_problems(self->form, problem);
    show_message(self, other_problems);
    return;
  }
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) further_values = dup_further_values(self, &error);
  if (error != NULL) {
    show_message(self, error->message);
    return;
  }
  json_t *set = json_copy(changed);
  json_object_update(set, further_values);
  const char *actor = bh_session_get_actor(bh_page_get_session(BH_PAGE(self)));
  json_t *drafts = bh_hazard_drafts_list(self->hazard, self->record, further_values);
  bh_page_submit_run(BH_PAGE(self), bh_hazard_save_run,
                     bh_hazard_save_new(actor, self->record, set, drafts), bh_hazard_save_free,
                     on_saved, NULL, NULL);
}

/* --- discarding a draft --- */

static void on_discarded(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  bh_discarded_offer_undo(data, page, _("Draft discarded"));
  self->discarded = TRUE;
  bh_page_close(page);
}

static void on_discard(BhHazardPage *self)
{
  if (self->form == NULL)
    return;
  bh_form_view_flush(self->form);
  json_t *records = json_pack("[s]", self->record);
  json_array_extend(records, json_object_get(self->hazard, "file_drafts"));
  BhDiscarded *dropped = bh_discarded_new(BH_PAGE(self), self->record,
                                          json_deep_copy(json_object_get(self->hazard, "changed")),
                                          bh_hazard_drafts_dup_photos(self->hazard), NULL);
  bh_page_submit(BH_PAGE(self), bh_call_drop_drafts(records), on_discarded, dropped,
                 bh_discarded_release);
}

/* --- taking away a picture that is refused --- */

static void restore_photo(BhPage *page, const char *id, json_t *values)
{
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  bh_hazard_drafts_add_photo(self->hazard, id, values);
  show_photos(self);
}

static void on_photo_removed(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  BhDiscarded *dropped = data;
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  const char *id;
  json_t *values;
  json_object_foreach((json_t *)bh_discarded_get_photos(dropped), id, values) {
    bh_hazard_drafts_remove_photo(self->hazard, id);
  }
  show_photos(self);
  hide_remove_photo(self);
  show_message(self, "");
  bh_discarded_offer_undo(dropped, page, _("Photo removed"));
}

static void on_remove_photo(BhHazardPage *self)
{
  json_t *values = bh_hazard_drafts_get_photo(self->hazard, self->refused);
  if (values == NULL)
    return;
  BhDiscarded *dropped = bh_discarded_new(BH_PAGE(self), self->record, json_object(),
                                          json_pack("{s:O}", self->refused, values), restore_photo);
  bh_page_submit(BH_PAGE(self), bh_call_drop_drafts(json_pack("[s]", self->refused)),
                 on_photo_removed, dropped, bh_discarded_release);
}

/* --- the candidate flag: sorts, never decides --- */

static void decide(BhHazardPage *self, const char *level)
{
  g_autoptr(json_t) value = json_string(level);
  bh_form_view_set(self->form, "level", value);
  gtk_widget_hide(self->candidate_box);
  bh_form_view_focus(self->form, strcmp(level, "major") == 0 ? "criterion" : "level_reason");
}

static void on_as_general(BhHazardPage *self)
{
  decide(self, "general");
}

static void on_as_major(BhHazardPage *self)
{
  decide(self, "major");
}

/* --- loading --- */

static void show_item(BhHazardPage *self, const json_t *values)
{
  const char *item_no = bh_json_string_or(values, "item_no", "");
  const char *question = bh_json_string_or(self->hazard, "question", NULL);
  g_autofree char *source =
      g_strdup_printf(_("Item %s · policy source (not a legal basis): %s"), item_no,
                      bh_json_string_or(values, "policy_source", "–"));
  g_autofree char *text = question != NULL
                              ? g_strdup_printf(_("The list asks: %s\n%s"), question, source)
                              : g_strdup(source);
  gtk_label_set_text(GTK_LABEL(self->item_notice), text);
  gtk_widget_set_visible(self->item_notice, *item_no != '\0');
  gtk_widget_set_visible(self->candidate_box, is_undecided(self));
}

static void show(BhHazardPage *self)
{
  BhPage *page = BH_PAGE(self);
  BhSession *session = bh_page_get_session(page);
  self->form = bh_form_view_new(session, bh_session_find_kind(session, "hazard"), "record", NULL);
  const json_t *values = json_object_get(self->hazard, "values");
  const char *enterprise = bh_json_string_or(values, "enterprise", NULL);
  json_t *related = json_object_get(self->hazard, "enterprise");
  if (enterprise != NULL && related != NULL)
    bh_form_view_add_related(self->form, enterprise, related);
  bh_form_view_load(self->form, values);
  bh_form_view_lock(self->form, json_object_get(self->hazard, "locked"));
  g_signal_connect(self->form, "changed", G_CALLBACK(on_changed), self);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
  self->photos = bh_photos_new(session, _("Photos"));
  g_signal_connect_swapped(self->photos, "add-photo", G_CALLBACK(on_add_photo), self);
  g_signal_connect_swapped(self->photos, "open-photo", G_CALLBACK(bh_picture_open), self);
  gtk_container_add(GTK_CONTAINER(self->photos_box), GTK_WIDGET(self->photos));
  show_photos(self);
  show_item(self, values);
  gboolean drafted = json_object_size(json_object_get(self->hazard, "changed")) > 0;
  gtk_widget_set_visible(self->discard, drafted);
  if (is_saved(self))
    bh_acts_show(page, self->acts, self->record, FALSE);
  bh_page_set_title(page, is_saved(self) ? _("Hazard") : _("New hazard"));
}

static void on_hazard(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->hazard);
  self->hazard = json_incref(result);
  show(self);
  /* The answer "not compliant" to an item is a finding in itself, so the hazard of an item gets a
   * draft now. Any other new hazard gets a draft with its first change. */
  if (self->item_no != NULL)
    save_prefill(self);
}

static void bh_hazard_page_load(BhPage *page)
{
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  if (self->inspection != NULL)
    bh_session_make_id(bh_page_get_session(page), self->record);
  BhSession *session = bh_page_get_session(page);
  BhDate today = bh_session_today(session);
  BhHazardRequest *request = bh_hazard_request_new(bh_session_get_actor(session), self->record,
                                                   self->inspection, self->item_no, &today);
  bh_page_set_title(page, _("Hazard"));
  bh_page_ask_run(page, "hazard", bh_hazard_request_run, request, bh_hazard_request_free, on_hazard,
                  NULL, NULL);
}

/* A step that was taken on another page moved the hazard: its form no longer fits, so the page
 * closes. */
static void on_state(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  const char *state = bh_json_string_or(json_object_get(result, "values"), "state", "");
  if (error == NULL && strcmp(state, bh_json_string_or(self->hazard, "state", "")) != 0)
    bh_page_close(page);
}

static void bh_hazard_page_refresh(BhPage *page)
{
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  if (is_saved(self))
    bh_page_ask(page, "state", bh_call_get(self->record), on_state, NULL, NULL);
}

static void bh_hazard_page_leave(BhPage *page)
{
  BhHazardPage *self = BH_HAZARD_PAGE(page);
  if (self->form != NULL && !self->discarded)
    bh_form_view_flush(self->form);
}

static void bh_hazard_page_class_init(BhHazardPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_hazard_page_finalize;
  page_class->load = bh_hazard_page_load;
  page_class->refresh = bh_hazard_page_refresh;
  page_class->leave = bh_hazard_page_leave;
  BH_PAGE_TEMPLATE(klass, "visit/hazard");
  BH_PAGE_CHILD(klass, BhHazardPage, item_notice);
  BH_PAGE_CHILD(klass, BhHazardPage, candidate_box);
  BH_PAGE_CHILD(klass, BhHazardPage, as_general);
  BH_PAGE_CHILD(klass, BhHazardPage, as_major);
  BH_PAGE_CHILD(klass, BhHazardPage, photos_box);
  BH_PAGE_CHILD(klass, BhHazardPage, form_box);
  BH_PAGE_CHILD(klass, BhHazardPage, message);
  BH_PAGE_CHILD(klass, BhHazardPage, remove_photo);
  BH_PAGE_CHILD(klass, BhHazardPage, acts);
  BH_PAGE_CHILD(klass, BhHazardPage, discard);
  BH_PAGE_CHILD(klass, BhHazardPage, save);
}

static void bh_hazard_page_init(BhHazardPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->as_general, "clicked", G_CALLBACK(on_as_general), self);
  g_signal_connect_swapped(self->as_major, "clicked", G_CALLBACK(on_as_major), self);
  g_signal_connect_swapped(self->discard, "clicked", G_CALLBACK(on_discard), self);
  g_signal_connect_swapped(self->remove_photo, "clicked", G_CALLBACK(on_remove_photo), self);
  g_signal_connect_swapped(self->save, "clicked", G_CALLBACK(on_save), self);
}

BhPage *bh_hazard_page_new(const char *inspection, const char *item_no)
{
  BhHazardPage *self = g_object_new(BH_TYPE_HAZARD_PAGE, NULL);
  self->inspection = g_strdup(inspection);
  self->item_no = g_strdup(item_no);
  return BH_PAGE(self);
}

BhPage *bh_hazard_page_new_existing(const char *record)
{
  BhHazardPage *self = g_object_new(BH_TYPE_HAZARD_PAGE, NULL);
  g_strlcpy(self->record, record, sizeof self->record);
  return BH_PAGE(self);
}
