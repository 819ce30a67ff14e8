/* Starts an inspection: modes and participants, and a draft of everything that was typed. The
 * checklist is chosen in checklist-choice.c, what is saved is made in visit-begin.c. Start at
 * on_draft and on_begin. */
#include "app/visit/start.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/form-view.h"
#include "app/unsaved-record.h"
#include "app/visit/checklist-choice.h"
#include "app/visit/checklist.h"
#include "app/visit/inspection.h"
#include "app/visit/visit-begin.h"
#include "app/visit/visit.h"
#include "schema/workflow.h"

/* Time after a change until the extras (values outside the form) are stored in the draft. */
#define PAUSE_MS 500
#define EXTRAS "start_page" /* key of the draft for the values outside the form */
#define SCANS 20
#define SCANS_SLOT "scans"
/* An older scan is not offered: it belongs to another visit. */
#define SCAN_MAX_AGE_MS (12 * 60 * 60 * 1000)

struct _BhStartPage {
  BhPage parent;
  char *enterprise;
  BhFound *found;
  BhUnsavedRecord *draft; /* draft of the visit that is not begun yet */
  json_t *restored;       /* {key: value} that the draft had when the page was opened */
  guint pause;
  /* Id of the inspection that the office assigned; NULL: the inspection is new. */
  char *assigned_id;
  /* Values of the inspection that the office assigned; NULL: the inspection is new. */
  json_t *assigned;
  json_t *enterprise_values;
  json_t *scans; /* ids of the actor's scans of the enterprise that belong to no visit yet */
  BhChecklistChoice *checklist;
  GtkWidget *form_box;
  GtkWidget *lists_box;
  GtkWidget *sections_box;
  GtkWidget *sections;
  GtkWidget *colleagues;
  GtkWidget *expert;
  GtkWidget *later;
  GtkWidget *observed_box;
  GtkWidget *message;
  GtkWidget *discard;
  GtkWidget *begin;
  BhFormView *form;
  BhFieldRow *observed;
};

G_DEFINE_FINAL_TYPE(BhStartPage, bh_start_page, BH_TYPE_PAGE)

static void bh_start_page_dispose(GObject *object)
{
  g_clear_handle_id(&BH_START_PAGE(object)->pause, g_source_remove);
  G_OBJECT_CLASS(bh_start_page_parent_class)->dispose(object);
}

static void bh_start_page_finalize(GObject *object)
{
  BhStartPage *self = BH_START_PAGE(object);
  g_free(self->enterprise);
  bh_found_free(self->found);
  bh_checklist_choice_free(self->checklist);
  g_free(self->assigned_id);
  bh_unsaved_record_free(self->draft);
  json_decref(self->restored);
  json_decref(self->assigned);
  json_decref(self->enterprise_values);
  json_decref(self->scans);
  G_OBJECT_CLASS(bh_start_page_parent_class)->finalize(object);
}

/* Id of the visit that will start. */
static const char *get_record(BhStartPage *self)
{
  return self->assigned_id != NULL ? self->assigned_id : self->draft->record;
}

/* --- what was typed and ticked is kept --- */

/* An extra value (one outside the form) that the draft had when the page was opened; NULL when
 * there is none. */
static const json_t *get_restored(BhStartPage *self, const char *key)
{
  return json_object_get(json_object_get(self->restored, EXTRAS), key);
}

/* Stores all extras under one key of the draft, because only this page reads them. */
static void save_extras(BhStartPage *self)
{
  gboolean later = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->later));
  json_t *observed = later ? bh_field_row_get(self->observed, NULL) : NULL;
  g_autoptr(json_t) extras = json_pack(
      "{s:o, s:o, s:s, s:s?, s:b}", "colleagues", bh_part_list_checked(self->colleagues, TRUE),
      "left_out", bh_checklist_choice_list_sections(self->checklist, FALSE), "expert",
      gtk_entry_get_text(GTK_ENTRY(self->expert)), "list",
      bh_checklist_choice_get_list(self->checklist), "later", later);
  if (observed != NULL)
    json_object_set_new(extras, "observed", observed);
  json_object_set_new(extras, "found",
                      json_pack("{s:s?, s:s?, s:s?}", "by", self->found->by, "reason",
                                self->found->reason, "scan", self->found->scan));
  bh_unsaved_record_set(self->draft, BH_PAGE(self), EXTRAS, extras);
}

static gboolean on_pause(gpointer data)
{
  BhStartPage *self = data;
  self->pause = 0;
  save_extras(self);
  return G_SOURCE_REMOVE;
}

/* Starts the timer after which extras are stored, unless it runs: later changes do not restart it,
 * so that at most half a second of typing is lost. */
static void on_extra_changed(BhStartPage *self)
{
  gtk_widget_show(self->discard);
  if (self->pause == 0)
    self->pause = g_timeout_add(PAUSE_MS, on_pause, self);
}

static void on_changed(BhFormView *form, const char *key, BhStartPage *self)
{
  on_extra_changed(self);
  bh_unsaved_record_set(self->draft, BH_PAGE(self), key, bh_form_view_get_value(form, key));
}

static void flush(BhStartPage *self)
{
  if (self->form != NULL)
    bh_form_view_flush(self->form);
  if (self->pause == 0)
    return;
  g_clear_handle_id(&self->pause, g_source_remove);
  save_extras(self);
}

static void on_discard(BhStartPage *self)
{
  bh_unsaved_record_discard(self->draft, BH_PAGE(self));
  bh_page_close(BH_PAGE(self));
}

/* Enables "Begin" once everything that will be saved is known: the enterprise, the sections of the
 * chosen list, and the scans that belong to the visit. */
static void update_begin(BhStartPage *self)
{
  BhPage *page = BH_PAGE(self);
  gboolean is_ready = self->enterprise_values != NULL &&
                      bh_checklist_choice_is_complete(self->checklist) &&
                      !bh_page_is_asking(page, SCANS_SLOT);
  gtk_widget_set_sensitive(self->begin, is_ready);
}

/* --- enterprise and people --- */

/* Hides modes that a guard of this step refuses: the office draws and assigns those. */
static void hide_refused_choices(BhStartPage *self, const BhKind *kind)
{
  g_autoptr(GPtrArray) fields = bh_kind_list_form(kind, "start");
  const char *begun =
      bh_visit_get_running_state(bh_session_get_kinds(bh_page_get_session(BH_PAGE(self))));
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    const char *name = bh_field_get_name(field);
    gboolean several = bh_field_get_type(field) == BH_FIELD_CHOICES;
    for (gsize c = 0; c < bh_field_count_choices(field); c++) {
      const char *code = bh_field_get_choice_code(field, c);
      g_autoptr(json_t) values =
          several ? json_pack("{s:[s]}", name, code) : json_pack("{s:s}", name, code);
      BhContext context = {.values = values};
      if (bh_workflow_is_blocked(kind, NULL, begun, name, &context))
        bh_form_view_hide_choice(self->form, name, code);
    }
  }
}

static void load_form(BhStartPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  gboolean provisional = json_is_true(json_object_get(self->enterprise_values, "provisional"));
  g_autoptr(json_t) values = json_pack("{s:s, s:[s], s:s}", "subject_found_by",
                                       provisional ? "provisional" : self->found->by, "modes",
                                       "routine", "lead", bh_session_get_actor(session));
  if (self->found->reason != NULL)
    json_object_set_new(values, "subject_reason", json_string(self->found->reason));
  else if (provisional)
    json_object_set_new(
        values, "subject_reason",
        json_string(bh_json_string_or(self->enterprise_values, "provisional_reason", "")));
  const char *key;
  json_t *value;
  json_object_foreach(self->assigned, key, value) {
    if (json_object_get(values, key) == NULL || strcmp(key, "modes") == 0)
      json_object_set(values, key, value);
  }
  if (self->assigned != NULL && self->found->reason == NULL) {
    json_object_set_new(values, "subject_found_by", json_string("list"));
    json_object_set_new(values, "subject_reason", json_string(_("Assigned by the office")));
  }
  json_object_foreach(self->restored, key, value) {
    if (json_is_null(value))
      json_object_del(values, key);
    else if (strcmp(key, EXTRAS) != 0 && strcmp(key, BH_START_ASSIGNED) != 0)
      json_object_set(values, key, value);
  }
  bh_form_view_load(self->form, values);
  gtk_widget_set_sensitive(GTK_WIDGET(self->form), TRUE);
}

static void on_enterprise(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhStartPage *self = BH_START_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->enterprise_values);
  self->enterprise_values = json_incref(json_object_get(result, "values"));
  bh_page_set_title(page, bh_json_string_or(self->enterprise_values, "name", ""));
  load_form(self);
  bh_checklist_choice_set_sector(self->checklist,
                                 bh_json_string_or(self->enterprise_values, "sector", ""));
  update_begin(self);
}

static void on_staff(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhStartPage *self = BH_START_PAGE(page);
  if (error != NULL)
    return;
  const char *actor = bh_session_get_actor(bh_page_get_session(page));
  const json_t *staff = result;
  gsize i;
  json_t *person;
  json_array_foreach(staff, i, person) {
    const char *staff_id = bh_json_string_or(person, "id", "");
    if (g_strcmp0(staff_id, actor) == 0)
      continue;
    g_autofree char *id = g_strdup_printf("colleague-%u", (guint)i + 1);
    GtkWidget *check = bh_part_check(id, bh_json_string_or(person, "name", ""),
                                     bh_json_has_name(get_restored(self, "colleagues"), staff_id));
    bh_part_set_record(check, staff_id);
    g_signal_connect_swapped(check, "toggled", G_CALLBACK(on_extra_changed), self);
    gtk_container_add(GTK_CONTAINER(self->colleagues), check);
  }
}

/* Collects the scans to add to the visit: a scan is saved before it is known what visit follows,
 * and gets the visit's visibility when it is added. */
static void on_scans(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhStartPage *self = BH_START_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  gint64 since_ms = bh_session_now_ms(session) - SCAN_MAX_AGE_MS;
  update_begin(self);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(result, "rows"), i, row) {
    const json_t *values = json_object_get(row, "values");
    if (g_strcmp0(bh_json_string_or(values, "scanned_by", NULL), bh_session_get_actor(session)) ==
            0 &&
        bh_json_string_or(values, "inspection", NULL) == NULL &&
        json_integer_value(json_object_get(values, "scanned_at")) >= since_ms)
      json_array_append(self->scans, json_object_get(row, "id"));
  }
}

/* --- beginning --- */

static gint64 get_observed_ms(BhStartPage *self)
{
  if (!gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->later)))
    return 0;
  g_autoptr(json_t) value = bh_field_row_get(self->observed, NULL);
  return json_integer_value(value);
}

static void show_message(BhStartPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text);
  gtk_widget_set_visible(self->message, *text != '\0');
}

/* The visit that is saved; passed to the function that gets the answer. */
typedef struct {
  char *record;
  gboolean listed; /* the visit has a checklist, which is opened */
} Begun;

static void begun_free(gpointer data)
{
  Begun *begun = data;
  g_free(begun->record);
  g_free(begun);
}

static void on_begun(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const Begun *begun = data;
  BhStartPage *self = BH_START_PAGE(page);
  const json_t *problems = result;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  if (json_array_size(problems) > 0) {
    g_autofree char *other_problems = bh_form_view_show_problems(self->form, problems);
    show_message(self, other_problems);
    return;
  }
  bh_unsaved_record_discard(self->draft, page); /* the visit contains the values of the draft now */
  BhPageHost *host = bh_page_get_host(page);
  BhPage *inspection = bh_inspection_page_new(begun->record);
  BhPage *checklist = begun->listed ? bh_checklist_page_new(begun->record) : NULL;
  bh_page_host_go_home(host); /* this page is destroyed */
  bh_page_host_open(host, inspection);
  if (checklist != NULL)
    bh_page_host_open(host, checklist);
}

static json_t *dup_ops(BhStartPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const char *begun = bh_visit_get_running_state(bh_session_get_kinds(session));
  g_autoptr(json_t) sections = bh_checklist_choice_list_sections(self->checklist, TRUE);
  g_autoptr(json_t) colleagues = bh_part_list_checked(self->colleagues, TRUE);
  const BhVisitBeginning beginning = {
      .record = get_record(self),
      .enterprise = self->enterprise,
      .unit = bh_json_string_or(bh_session_get_description(session), "unit", ""),
      .actor = bh_session_get_actor(session),
      .state = begun != NULL ? begun : "",
      .assigned = self->assigned,
      .values = bh_form_view_get_values(self->form),
      .now_ms = bh_session_now_ms(session),
      .observed_ms = get_observed_ms(self),
      .scan = self->found->scan,
      .list = bh_checklist_choice_get_list(self->checklist),
      .list_values = bh_checklist_choice_get_values(self->checklist),
      .sections = sections,
      .colleagues = colleagues,
      .expert = gtk_entry_get_text(GTK_ENTRY(self->expert)),
      .scans = self->scans,
  };
  return bh_visit_beginning_dup_ops(&beginning, session);
}

static void on_begin(BhStartPage *self)
{
  if (!bh_form_view_validate(self->form))
    return;
  show_message(self, "");
  Begun *begun = g_new0(Begun, 1);
  begun->record = g_strdup(get_record(self));
  begun->listed = bh_checklist_choice_get_list(self->checklist) != NULL;
  json_t *ops = dup_ops(self);
  json_t *set = json_incref(json_object_get(json_array_get(ops, 0), "set"));
  bh_page_submit_checked(BH_PAGE(self), bh_call_check(get_record(self), "inspection", set),
                         bh_call_save_observed(ops, get_observed_ms(self)), on_begun, begun,
                         begun_free);
}

static void on_later(BhStartPage *self)
{
  on_extra_changed(self);
  gtk_widget_set_visible(self->observed_box,
                         gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->later)));
}

static void ask_enterprise(BhPage *page)
{
  BhStartPage *self = BH_START_PAGE(page);
  bh_page_ask(page, "enterprise", bh_call_get(self->enterprise), on_enterprise, NULL, NULL);
  bh_page_ask(page, SCANS_SLOT,
              bh_call_list(json_pack("{s:s, s:{s:s}, s:i}", "kind", "scan", "where", "enterprise",
                                     self->enterprise, "limit", SCANS)),
              on_scans, NULL, NULL);
}

static void on_assigned(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhStartPage *self = BH_START_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->assigned);
  self->assigned = json_copy(json_object_get(result, "values"));
  g_free(self->enterprise);
  self->enterprise = g_strdup(bh_json_string_or(self->assigned, "enterprise", ""));
  ask_enterprise(page);
}

/* Shows the extras of the draft, except colleagues and sections: those are ticked when the store
 * has answered with the lists of them. */
static void show_restored_extras(BhStartPage *self)
{
  gboolean later = json_is_true(get_restored(self, "later"));
  const json_t *extras = json_object_get(self->restored, EXTRAS);
  gtk_widget_set_visible(self->discard, self->draft->has_draft);
  gtk_entry_set_text(GTK_ENTRY(self->expert), bh_json_string_or(extras, "expert", ""));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->later), later);
  gtk_widget_set_visible(self->observed_box, later);
  if (json_is_integer(get_restored(self, "observed")))
    bh_field_row_set(self->observed, get_restored(self, "observed"));
  if (self->found != NULL)
    return;
  const json_t *found = get_restored(self, "found");
  self->found =
      bh_found_new(bh_json_string_or(found, "by", NULL), bh_json_string_or(found, "reason", NULL),
                   bh_json_string_or(found, "scan", NULL));
}

static void on_draft(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhStartPage *self = BH_START_PAGE(page);
  if (error != NULL)
    bh_page_say_error(page, error);
  self->restored = json_incref(result);
  bh_checklist_choice_restore(self->checklist, get_restored(self, "list"),
                              get_restored(self, "left_out"));
  show_restored_extras(self);
  g_signal_connect_swapped(self->later, "toggled", G_CALLBACK(on_later), self);
  g_signal_connect_swapped(self->expert, "changed", G_CALLBACK(on_extra_changed), self);
  g_signal_connect_swapped(self->observed, "left", G_CALLBACK(on_extra_changed), self);
  g_signal_connect(self->form, "changed", G_CALLBACK(on_changed), self);
  if (self->assigned_id != NULL)
    bh_page_ask(page, "assigned", bh_call_get(get_record(self)), on_assigned, NULL, NULL);
  else
    ask_enterprise(page);
  bh_checklist_choice_load(self->checklist);
  bh_page_ask(page, "staff", bh_call_list_staff(), on_staff, NULL, NULL);
  update_begin(self);
}

static void bh_start_page_load(BhPage *page)
{
  BhStartPage *self = BH_START_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  const BhKind *kind = bh_session_find_kind(session, "inspection");
  self->scans = json_array();
  self->form = bh_form_view_new(session, kind, "start", NULL);
  /* What is ticked before the enterprise is known would be lost when its values are loaded. */
  gtk_widget_set_sensitive(GTK_WIDGET(self->form), FALSE);
  if (self->assigned_id == NULL)
    hide_refused_choices(self, kind);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
  self->observed = bh_field_row_new(bh_kind_find_field(kind, "started_at"), session, NULL);
  g_autoptr(json_t) now = json_integer(bh_session_now_ms(session));
  bh_field_row_set(self->observed, now);
  gtk_container_add(GTK_CONTAINER(self->observed_box), GTK_WIDGET(self->observed));
  gtk_widget_set_sensitive(self->begin, FALSE);
  bh_unsaved_record_load(self->draft, page, on_draft);
}

static void bh_start_page_leave(BhPage *page)
{
  flush(BH_START_PAGE(page));
}

static void bh_start_page_class_init(BhStartPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = bh_start_page_dispose;
  G_OBJECT_CLASS(klass)->finalize = bh_start_page_finalize;
  page_class->load = bh_start_page_load;
  page_class->leave = bh_start_page_leave;
  BH_PAGE_TEMPLATE(klass, "visit/start");
  BH_PAGE_CHILD(klass, BhStartPage, form_box);
  BH_PAGE_CHILD(klass, BhStartPage, lists_box);
  BH_PAGE_CHILD(klass, BhStartPage, sections_box);
  BH_PAGE_CHILD(klass, BhStartPage, sections);
  BH_PAGE_CHILD(klass, BhStartPage, colleagues);
  BH_PAGE_CHILD(klass, BhStartPage, expert);
  BH_PAGE_CHILD(klass, BhStartPage, later);
  BH_PAGE_CHILD(klass, BhStartPage, observed_box);
  BH_PAGE_CHILD(klass, BhStartPage, message);
  BH_PAGE_CHILD(klass, BhStartPage, discard);
  BH_PAGE_CHILD(klass, BhStartPage, begin);
}

static void on_list_changed(BhPage *page)
{
  on_extra_changed(BH_START_PAGE(page));
}

static void on_list_loaded(BhPage *page)
{
  update_begin(BH_START_PAGE(page));
}

static void bh_start_page_init(BhStartPage *self)
{
  static const BhChecklistHooks hooks = {.changed = on_list_changed, .loaded = on_list_loaded};
  gtk_widget_init_template(GTK_WIDGET(self));
  const BhChecklistBoxes boxes = {
      .lists = self->lists_box, .sections_box = self->sections_box, .sections = self->sections};
  self->checklist = bh_checklist_choice_new(BH_PAGE(self), &boxes, &hooks);
  g_signal_connect_swapped(self->discard, "clicked", G_CALLBACK(on_discard), self);
  g_signal_connect_swapped(self->begin, "clicked", G_CALLBACK(on_begin), self);
}

BhPage *bh_start_page_new(const char *enterprise, const BhFound *found)
{
  BhStartPage *self = g_object_new(BH_TYPE_START_PAGE, NULL);
  self->enterprise = g_strdup(enterprise);
  self->found = bh_found_copy(found);
  self->draft = bh_unsaved_record_new("inspection", "enterprise", enterprise, NULL);
  return BH_PAGE(self);
}

BhPage *bh_start_page_new_draft(const char *record, const json_t *values)
{
  BhStartPage *self = g_object_new(BH_TYPE_START_PAGE, NULL);
  self->enterprise = g_strdup(bh_json_string_or(values, "enterprise", ""));
  self->draft = bh_unsaved_record_new("inspection", "enterprise", self->enterprise, record);
  return BH_PAGE(self);
}

BhPage *bh_start_page_new_assigned(const char *inspection)
{
  BhStartPage *self = g_object_new(BH_TYPE_START_PAGE, NULL);
  self->found = bh_found_new("list", NULL, NULL);
  self->draft = bh_unsaved_record_new("inspection", BH_START_ASSIGNED, inspection, NULL);
  self->assigned_id = g_strdup(inspection);
  return BH_PAGE(self);
}
