/* One inspection: progress, hazards, its own fields, and links to the next pages. Start at
 * on_visit. */
#include "app/visit/inspection.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/form-view.h"
#include "app/pages/acts.h"
#include "app/pages/record.h"
#include "app/visit/checklist.h"
#include "app/visit/find.h"
#include "app/visit/finish.h"
#include "app/visit/hazard.h"
#include "app/visit/move.h"
#include "app/visit/outcome.h"
#include "app/visit/participants.h"
#include "app/visit/sign.h"
#include "app/visit/start.h"
#include "app/visit/visit-page.h"
#include "schema/kind-rules.h"
#include "schema/workflow.h"

struct _BhInspectionPage {
  BhPage parent;
  char *id;
  json_t *visit;
  GtkWidget *subject;
  GtkWidget *state;
  GtkWidget *checklist;
  GtkWidget *hazards;
  GtkWidget *add_hazard;
  GtkWidget *participants;
  GtkWidget *form_box;
  GtkWidget *retarget;
  GtkWidget *not_carried_out;
  GtkWidget *steps;
  GtkWidget *finish;
  BhFormView *form;
  gboolean move_tried; /* the page has tried to complete an interrupted move */
};

G_DEFINE_FINAL_TYPE(BhInspectionPage, bh_inspection_page, BH_TYPE_PAGE)

static void bh_inspection_page_finalize(GObject *object)
{
  BhInspectionPage *self = BH_INSPECTION_PAGE(object);
  g_free(self->id);
  json_decref(self->visit);
  G_OBJECT_CLASS(bh_inspection_page_parent_class)->finalize(object);
}

static gboolean is_open(BhInspectionPage *self)
{
  return bh_visit_is_running(self->visit, bh_session_get_kinds(bh_page_get_session(BH_PAGE(self))));
}

static void on_hazard(GtkButton *row, BhInspectionPage *self)
{
  const char *record = bh_part_get_record(GTK_WIDGET(row));
  bh_page_open(BH_PAGE(self),
               is_open(self) ? bh_hazard_page_new_existing(record) : bh_record_page_new(record));
}

static void add_hazard_row(BhInspectionPage *self, const char *record, const json_t *values,
                           const char *badge, guint number)
{
  g_autofree char *id = g_strdup_printf("hazard-%u", number);
  const char *summary = bh_json_string_or(values, "summary", "");
  GtkWidget *row = bh_part_row(id, *summary != '\0' ? summary : _("Not named yet"),
                               bh_json_string_or(values, "place", ""), badge, record);
  bh_part_set_class(row, "urgent", strcmp(bh_json_string_or(values, "level", ""), "major") == 0);
  g_signal_connect(row, "clicked", G_CALLBACK(on_hazard), self);
  gtk_container_add(GTK_CONTAINER(self->hazards), row);
}

static void show_hazards(BhInspectionPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhKind *kind = bh_session_find_kind(session, "hazard");
  bh_part_clear(self->hazards);
  guint number = 0;
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "drafts"), i, row) {
    add_hazard_row(self, bh_json_string_or(row, "record", ""), json_object_get(row, "values"),
                   _("Draft"), ++number);
  }
  json_array_foreach(json_object_get(self->visit, "hazards"), i, row) {
    const json_t *values = json_object_get(row, "values");
    const char *state = bh_json_string_or(values, "state", "");
    add_hazard_row(self, bh_json_string_or(row, "id", ""), values,
                   bh_kind_get_state_label(kind, state, bh_session_get_lang(session)), ++number);
  }
  if (number == 0)
    gtk_container_add(GTK_CONTAINER(self->hazards), bh_part_label(_("None recorded"), "dim"));
}

static void show_progress(BhInspectionPage *self)
{
  g_autoptr(BhChecklist) checklist = bh_visit_dup_checklist(self->visit);
  gtk_widget_set_visible(self->checklist, checklist != NULL);
  if (checklist == NULL)
    return;
  g_autoptr(GPtrArray) items = bh_visit_list_items(self->visit, checklist);
  BhVisitProgress progress = bh_visit_count(self->visit, items, NULL);
  g_autofree char *text =
      g_strdup_printf(_("%s\n%u of %u answered · %u not compliant"),
                      bh_json_string_or(bh_visit_get_values(self->visit, "checklist"), "name", ""),
                      progress.touched, progress.total, progress.by_answer[BH_ANSWER_NONCOMPLIANT]);
  bh_part_button_set_text(self->checklist, text);
}

/* Whether a visit in this state has no papers, because it was not begun, is void, or was not
 * carried out. */
static gboolean has_no_papers(BhInspectionPage *self, const BhKind *kind, const char *state)
{
  const BhKindSet *kinds = bh_session_get_kinds(bh_page_get_session(BH_PAGE(self)));
  const BhTransition *end = bh_workflow_find(kind, bh_visit_get_running_state(kinds), state);
  return bh_kind_is_initial_state(kind, state) || bh_kind_is_void_state(kind, state) ||
         (end != NULL && g_strcmp0(bh_transition_get_page(end), "outcome") == 0);
}

/* Label of the button for the next step: beginning, signing, or the documents; NULL when there is
 * none. */
static const char *get_next_label(BhInspectionPage *self)
{
  const char *state =
      bh_json_string_or(bh_visit_get_values(self->visit, "inspection"), "state", "");
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(BH_PAGE(self)), "inspection");
  if (bh_workflow_find_page(kind, state, "start") != NULL)
    return _("Begin the inspection");
  if (is_open(self))
    return _("Check and sign");
  return has_no_papers(self, kind, state) ? NULL : _("Documents");
}

static void show_next(BhInspectionPage *self)
{
  const char *text = get_next_label(self);
  gtk_widget_set_visible(self->finish, text != NULL);
  if (text == NULL)
    return;
  bh_part_button_set_text(self->finish, text);
}

static void show_participants(BhInspectionPage *self)
{
  g_autoptr(GString) names = g_string_new(NULL);
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(self->visit, "participants"), i, row) {
    const json_t *values = json_object_get(row, "values");
    const char *staff = bh_json_string_or(values, "staff", NULL);
    g_string_append_printf(names, "%s%s", i > 0 ? "、" : "",
                           staff != NULL ? bh_visit_get_staff_name(self->visit, staff)
                                         : bh_json_string_or(values, "name", ""));
  }
  g_autofree char *text = g_strdup_printf(_("Who takes part: %s"), names->str);
  bh_part_button_set_text(self->participants, text);
}

static void on_form_changed(BhFormView *form, const char *key, BhInspectionPage *self)
{
  const json_t *value = bh_form_view_get_value(form, key);
  bh_page_post(BH_PAGE(self), bh_call_set_draft(self->id, "inspection", key, value), NULL, NULL,
               NULL);
}

static void show_form(BhInspectionPage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  gtk_widget_set_sensitive(self->form_box, is_open(self));
  if (self->form != NULL)
    return;
  self->form =
      bh_form_view_new(session, bh_session_find_kind(session, "inspection"), "visit", NULL);
  g_autoptr(json_t) values = json_copy(bh_visit_get_values(self->visit, "inspection"));
  json_t *draft = json_object_get(self->visit, "inspection_draft");
  if (json_is_object(draft))
    json_object_update(values, draft);
  bh_form_view_load(self->form, values);
  g_signal_connect(self->form, "changed", G_CALLBACK(on_form_changed), self);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
}

static void complete_move(BhInspectionPage *self);

static void on_visit(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhInspectionPage *self = BH_INSPECTION_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->visit);
  self->visit = json_incref(result);
  BhSession *session = bh_page_get_session(page);
  const json_t *values = bh_visit_get_values(self->visit, "inspection");
  const char *state = bh_json_string_or(values, "state", "");
  gint64 started = json_integer_value(json_object_get(values, "started_at"));
  g_autofree char *started_text = started > 0 ? bh_time_format(started) : g_strdup("");
  g_autofree char *line =
      g_strdup_printf("%s · %s",
                      bh_kind_get_state_label(bh_session_find_kind(session, "inspection"), state,
                                              bh_session_get_lang(session)),
                      started_text);
  const char *name = bh_json_string_or(bh_visit_get_values(self->visit, "enterprise"), "name", "");
  bh_page_set_title(page, _("Inspection"));
  gtk_label_set_text(GTK_LABEL(self->subject), name);
  gtk_label_set_text(GTK_LABEL(self->state), line);
  show_progress(self);
  show_hazards(self);
  show_form(self);
  gtk_widget_set_visible(self->add_hazard, is_open(self));
  gtk_widget_set_visible(self->retarget, is_open(self));
  gtk_widget_set_visible(self->not_carried_out, is_open(self));
  show_next(self);
  show_participants(self);
  bh_acts_show(page, self->steps, self->id, FALSE);
  complete_move(self);
}

static void on_moved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  bh_page_say(page, _("The hazards of an interrupted move now belong to this enterprise"));
  bh_visit_ask(page, BH_INSPECTION_PAGE(page)->id, on_visit);
}

/* If a move of this visit to another enterprise was interrupted, moves the records that are left.
 * Tried once per opened page. */
static void complete_move(BhInspectionPage *self)
{
  BhPage *page = BH_PAGE(self);
  json_t *ops = bh_move_dup_remaining_ops(self->visit);
  if (self->move_tried || !is_open(self) || json_array_size(ops) == 0) {
    json_decref(ops);
    return;
  }
  self->move_tried = TRUE;
  bh_page_submit_run(page, bh_move_run,
                     bh_move_new(bh_page_get_session(page), ops, NULL, NULL, NULL), bh_move_free,
                     on_moved, NULL, NULL);
}

static void bh_inspection_page_refresh(BhPage *page)
{
  bh_visit_ask(page, BH_INSPECTION_PAGE(page)->id, on_visit);
}

/* Saves what was typed here as an entry when the page is left. */
static void bh_inspection_page_leave(BhPage *page)
{
  BhInspectionPage *self = BH_INSPECTION_PAGE(page);
  if (self->form != NULL && bh_form_view_validate(self->form) && is_open(self))
    bh_visit_save_inspection_draft(page, self->id);
}

static void on_checklist(BhInspectionPage *self)
{
  bh_page_open(BH_PAGE(self), bh_checklist_page_new(self->id));
}

static void on_add_hazard(BhInspectionPage *self)
{
  bh_page_open(BH_PAGE(self), bh_hazard_page_new(self->id, NULL));
}

static void on_retarget(BhInspectionPage *self)
{
  bh_page_open(BH_PAGE(self), bh_find_page_new(&(BhFindTask){.inspection = self->id}));
}

static void on_not_carried_out(BhInspectionPage *self)
{
  bh_page_open(BH_PAGE(self), bh_outcome_page_new(self->id));
}

static void on_participants(BhInspectionPage *self)
{
  bh_page_open(BH_PAGE(self), bh_participants_page_new(self->id));
}

static void on_finish(BhInspectionPage *self)
{
  const char *state =
      bh_json_string_or(bh_visit_get_values(self->visit, "inspection"), "state", "");
  const BhKind *kind = bh_session_find_kind(bh_page_get_session(BH_PAGE(self)), "inspection");
  if (bh_workflow_find_page(kind, state, "start") != NULL)
    bh_page_replace(BH_PAGE(self), bh_start_page_new_assigned(self->id));
  else
    bh_page_open(BH_PAGE(self),
                 is_open(self) ? bh_sign_page_new(self->id) : bh_finish_page_new(self->id));
}

static void bh_inspection_page_class_init(BhInspectionPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_inspection_page_finalize;
  page_class->load = bh_inspection_page_refresh;
  page_class->refresh = bh_inspection_page_refresh;
  page_class->leave = bh_inspection_page_leave;
  BH_PAGE_TEMPLATE(klass, "visit/inspection");
  BH_PAGE_CHILD(klass, BhInspectionPage, subject);
  BH_PAGE_CHILD(klass, BhInspectionPage, state);
  BH_PAGE_CHILD(klass, BhInspectionPage, checklist);
  BH_PAGE_CHILD(klass, BhInspectionPage, hazards);
  BH_PAGE_CHILD(klass, BhInspectionPage, add_hazard);
  BH_PAGE_CHILD(klass, BhInspectionPage, participants);
  BH_PAGE_CHILD(klass, BhInspectionPage, form_box);
  BH_PAGE_CHILD(klass, BhInspectionPage, retarget);
  BH_PAGE_CHILD(klass, BhInspectionPage, not_carried_out);
  BH_PAGE_CHILD(klass, BhInspectionPage, steps);
  BH_PAGE_CHILD(klass, BhInspectionPage, finish);
}

static void bh_inspection_page_init(BhInspectionPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->checklist, "clicked", G_CALLBACK(on_checklist), self);
  g_signal_connect_swapped(self->add_hazard, "clicked", G_CALLBACK(on_add_hazard), self);
  g_signal_connect_swapped(self->retarget, "clicked", G_CALLBACK(on_retarget), self);
  g_signal_connect_swapped(self->not_carried_out, "clicked", G_CALLBACK(on_not_carried_out), self);
  g_signal_connect_swapped(self->participants, "clicked", G_CALLBACK(on_participants), self);
  g_signal_connect_swapped(self->finish, "clicked", G_CALLBACK(on_finish), self);
}

BhPage *bh_inspection_page_new(const char *id)
{
  BhInspectionPage *self = g_object_new(BH_TYPE_INSPECTION_PAGE, NULL);
  self->id = g_strdup(id);
  return BH_PAGE(self);
}
