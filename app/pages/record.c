/* A record: values by sections, files, acts, records below it, history. When the office returned
 * it, also the forms for correction and answer. Start at on_record. */
#include "app/pages/record.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/due.h"
#include "app/forms/form-view.h"
#include "app/pages/acts.h"
#include "app/pages/attached.h"
#include "app/pages/below.h"
#include "app/pages/record-facts.h"
#include "app/pages/record-history.h"
#include "app/pages/return-form.h"
#include "app/pages/worksheet.h"
#include "app/visit/links.h"
#include "schema/workflow.h"

#define CHILDREN 40

struct _BhRecordPage {
  BhPage parent;
  char *id;
  json_t *record;
  char *review;          /* id of the open review; NULL without one */
  json_t *review_values; /* values of the open review */
  json_t *changed;       /* {key: value} of the correction, saved or not */
  GtkWidget *name;
  GtkWidget *state;
  GtkWidget *review_box;
  GtkWidget *review_comment;
  GtkWidget *review_items;
  GtkWidget *answer_box;
  GtkWidget *answer_form;
  GtkWidget *send_again;
  GtkWidget *conflicts;
  GtkWidget *due;
  GtkWidget *facts;
  GtkWidget *sheet;
  GtkWidget *files;
  GtkWidget *form_box;
  GtkWidget *message;
  GtkWidget *acts;
  GtkWidget *links;
  GtkWidget *below;
  GtkWidget *creations;
  GtkWidget *history;
  BhFormView *form;   /* form for the correction; NULL unless the record was returned */
  BhFormView *answer; /* form for the answer to the review; NULL unless the record was returned */
};

G_DEFINE_FINAL_TYPE(BhRecordPage, bh_record_page, BH_TYPE_PAGE)

static void bh_record_page_finalize(GObject *object)
{
  BhRecordPage *self = BH_RECORD_PAGE(object);
  g_free(self->id);
  g_free(self->review);
  json_decref(self->record);
  json_decref(self->review_values);
  json_decref(self->changed);
  G_OBJECT_CLASS(bh_record_page_parent_class)->finalize(object);
}

static const BhKind *kind_of(BhRecordPage *self)
{
  return bh_session_find_kind(bh_page_get_session(BH_PAGE(self)),
                              bh_json_string_or(self->record, "kind", NULL));
}

static const char *lang_of(BhRecordPage *self)
{
  return bh_session_get_lang(bh_page_get_session(BH_PAGE(self)));
}

/* --- what is shown --- */

static void show_conflicts(BhRecordPage *self)
{
  bh_part_clear(self->conflicts);
  gsize i;
  json_t *conflict;
  json_array_foreach(json_object_get(self->record, "conflicts"), i, conflict) {
    const char *key = bh_json_string_or(conflict, "key", "");
    const BhField *field = bh_kind_find_field(kind_of(self), key);
    g_autofree char *text = g_strdup_printf(
        _("%s: recorded differently on two devices. All values are kept; the office decides."),
        field != NULL ? bh_field_get_label(field, lang_of(self)) : key);
    gtk_container_add(GTK_CONTAINER(self->conflicts), bh_part_notice("conflict", text, "warning"));
  }
}

/* --- returned: comment, correction, sending again --- */

static void keep_draft(BhRecordPage *self, const char *record, const char *kind, const char *key,
                       const json_t *value)
{
  bh_page_post(BH_PAGE(self), bh_call_set_draft(record, kind, key, value), NULL, NULL, NULL);
}

static void on_form_changed(BhFormView *form, const char *key, BhRecordPage *self)
{
  const json_t *value = bh_form_view_get_value(form, key);
  json_object_set_new(self->changed, key, json_deep_copy(value));
  keep_draft(self, self->id, bh_json_string_or(self->record, "kind", ""), key, value);
}

static void on_answer_changed(BhFormView *form, const char *key, BhRecordPage *self)
{
  keep_draft(self, self->review, "review", key, bh_form_view_get_value(form, key));
}

/* Shows the correction form with the values of its draft. */
static void on_draft(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhRecordPage *self = BH_RECORD_PAGE(page);
  g_autoptr(json_t) values = json_copy(json_object_get(self->record, "values"));
  if (error == NULL) {
    json_object_update(self->changed, json_object_get(result, "changed"));
    json_object_update(values, self->changed);
  }
  self->form = bh_return_form_new(bh_page_get_session(page), kind_of(self), self->record,
                                  self->review_values);
  bh_form_view_load(self->form, values);
  g_signal_connect(self->form, "changed", G_CALLBACK(on_form_changed), self);
  gtk_container_add(GTK_CONTAINER(self->form_box), GTK_WIDGET(self->form));
}

static void on_answer_draft(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhRecordPage *self = BH_RECORD_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  g_autoptr(json_t) values = json_copy(data);
  if (error == NULL)
    json_object_update(values, json_object_get(result, "changed"));
  self->answer = bh_form_view_new(session, bh_session_find_kind(session, "review"), "answer", NULL);
  bh_form_view_load(self->answer, values);
  g_signal_connect(self->answer, "changed", G_CALLBACK(on_answer_changed), self);
  gtk_container_add(GTK_CONTAINER(self->answer_form), GTK_WIDGET(self->answer));
}

static void release_json(gpointer data)
{
  json_decref(data);
}

/* Shows the forms for another review. Typed text belongs to one review, so they start from the
 * drafts of the new one. */
static void show_forms(BhRecordPage *self, const char *review, json_t *review_values)
{
  BhPage *page = BH_PAGE(self);
  if (self->form != NULL)
    bh_form_view_flush(self->form);
  if (self->answer != NULL)
    bh_form_view_flush(self->answer);
  bh_part_clear(self->form_box);
  bh_part_clear(self->answer_form);
  self->form = NULL;
  self->answer = NULL;
  json_object_clear(self->changed);
  g_free(self->review);
  self->review = g_strdup(review);
  json_decref(self->review_values);
  self->review_values = json_incref(review_values);
  if (review == NULL) {
    bh_page_cancel_ask(page, "draft");
    bh_page_cancel_ask(page, "answer");
    return;
  }
  bh_page_ask(page, "draft", bh_call_get_draft(self->id), on_draft, NULL, NULL);
  bh_page_ask(page, "answer", bh_call_get_draft(review), on_answer_draft,
              json_incref(review_values), release_json);
}

static char *dup_items(BhRecordPage *self, const json_t *items)
{
  g_autoptr(GString) text = g_string_new(NULL);
  gsize i;
  json_t *item;
  json_array_foreach(items, i, item) {
    const char *name = json_string_value(item);
    const BhField *field = name != NULL ? bh_kind_find_field(kind_of(self), name) : NULL;
    if (name != NULL)
      g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : _("To be corrected: "),
                             field != NULL ? bh_field_get_label(field, lang_of(self)) : name);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The open review that is being answered, otherwise the first open one; NULL when there is none. */
static const json_t *find_review(BhRecordPage *self, const json_t *rows)
{
  const json_t *found = NULL;
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    if (strcmp(bh_json_string_or(json_object_get(row, "values"), "state", ""), BH_REVIEW_OPEN) != 0)
      continue;
    if (g_strcmp0(bh_json_string_or(row, "id", NULL), self->review) == 0)
      return row;
    if (found == NULL)
      found = row;
  }
  return found;
}

static void on_reviews(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhRecordPage *self = BH_RECORD_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  const json_t *row = find_review(self, json_object_get(result, "rows"));
  const char *review = bh_json_string_or(row, "id", NULL);
  json_t *values = json_object_get(row, "values");
  if (review != NULL) {
    const char *comment = bh_json_string_or(values, "comment", "");
    gtk_label_set_text(GTK_LABEL(self->review_comment), comment);
    g_autofree char *items = dup_items(self, json_object_get(values, "items"));
    gtk_label_set_text(GTK_LABEL(self->review_items), items);
  }
  gtk_widget_set_visible(self->review_box, review != NULL);
  gtk_widget_set_visible(self->answer_box, review != NULL);
  if (g_strcmp0(review, self->review) != 0)
    show_forms(self, review, values);
}

static json_t *dup_correction(BhRecordPage *self)
{
  json_t *set = json_copy(self->changed);
  const char *to = bh_return_form_get_next_state(kind_of(self), self->record);
  if (to != NULL)
    json_object_set_new(set, "state", json_string(to));
  return set;
}

/* `data`: id of the review that was answered. */
static void on_sent(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  const char *review = data;
  BhRecordPage *self = BH_RECORD_PAGE(page);
  const json_t *problems = result;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  if (json_array_size(problems) > 0) {
    g_autofree char *other_problems =
        self->form != NULL ? bh_form_view_show_problems(self->form, problems) : g_strdup("");
    gtk_label_set_text(GTK_LABEL(self->message), other_problems);
    gtk_widget_set_visible(self->message, *other_problems != '\0');
    return;
  }
  bh_page_post(page, bh_call_discard_draft(self->id), NULL, NULL, NULL);
  bh_page_post(page, bh_call_discard_draft(review), NULL, NULL, NULL);
  bh_page_say(page, _("Corrected; it will be sent automatically"));
  bh_page_close(page);
}

/* Operations: the answer to the review, and the correction if there is one. */
static json_t *dup_ops(BhRecordPage *self, const json_t *set)
{
  const json_t *answer = bh_form_view_get_value(self->answer, "answer");
  json_t *reply = json_pack("{s:s}", "state", BH_REVIEW_ANSWERED);
  if (answer != NULL)
    json_object_set_new(reply, "answer", json_deep_copy(answer));
  json_t *ops =
      json_pack("[{s:s, s:s, s:o}]", "record", self->review, "kind", "review", "set", reply);
  if (json_object_size(set) > 0)
    json_array_append_new(ops, json_pack("{s:s, s:s, s:O}", "record", self->id, "kind",
                                         bh_json_string_or(self->record, "kind", ""), "set", set));
  return ops;
}

static void on_send_again(BhRecordPage *self)
{
  if (self->review == NULL || self->form == NULL || self->answer == NULL)
    return;
  if (!bh_form_view_validate(self->form) || !bh_form_view_validate(self->answer))
    return;
  gtk_widget_hide(self->message);
  json_t *set = dup_correction(self);
  json_t *ops = dup_ops(self, set);
  bh_page_submit_checked(BH_PAGE(self),
                         bh_call_check(self->id, bh_json_string_or(self->record, "kind", ""), set),
                         bh_call_save(ops), on_sent, g_strdup(self->review), g_free);
}

/* The day on which the record is due, and how long until then. */
static void show_due(BhRecordPage *self)
{
  int days = 0;
  g_autofree char *left = bh_due_dup_text(self->record, &days);
  gtk_widget_set_visible(self->due, left != NULL);
  if (left == NULL)
    return;
  const char *day = bh_json_string_or(json_object_get(self->record, "due"), "day", "");
  gboolean is_soon = days >= 0 && bh_due_is_soon(self->record);
  g_autofree char *text = g_strdup_printf(_("Due on %s · %s"), day, left);
  gtk_label_set_text(GTK_LABEL(self->due), text);
  bh_part_set_class(self->due, "error", days < 0);
  bh_part_set_class(self->due, "warning", is_soon);
  bh_part_set_class(self->due, "info", days >= 0 && !is_soon);
}

static void on_record(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhRecordPage *self = BH_RECORD_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->record);
  self->record = json_incref(result);
  const BhKind *kind = kind_of(self);
  if (kind == NULL)
    return;
  bh_page_set_title(page, bh_kind_get_label(kind, lang_of(self)));
  const char *title = bh_json_string_or(result, "title", "");
  gtk_label_set_text(GTK_LABEL(self->name), title);
  const char *state = bh_json_string_or(json_object_get(result, "values"), "state", "");
  gint64 pending = json_integer_value(json_object_get(result, "pending"));
  g_autofree char *line = g_strdup_printf(
      "%s%s%s", bh_kind_has_states(kind) ? bh_kind_get_state_label(kind, state, lang_of(self)) : "",
      bh_kind_has_states(kind) ? " · " : "",
      pending > 0 ? _("Not sent yet") : _("Received by the hub"));
  gtk_label_set_text(GTK_LABEL(self->state), line);
  show_due(self);
  bh_facts_show(page, self->facts, kind, json_object_get(result, "values"),
                json_object_get(result, "computed"));
  bh_worksheet_show_row(page, self->sheet, kind, self->id);
  bh_attached_show(page, self->files, self->id);
  show_conflicts(self);
  bh_links_show(BH_PAGE(self), self->links, bh_json_string_or(self->record, "kind", ""), self->id);
  bh_acts_show(page, self->acts, self->id, TRUE);
  bh_below_show(page, self->below, kind, self->id);
  bh_acts_show_creations(page, self->creations, self->id);
  bh_history_show(page, self->history, kind, self->id);
  bh_page_ask(
      page, "reviews",
      bh_call_list(json_pack("{s:s, s:s, s:{s:s}, s:i}", "kind", BH_REVIEW_KIND, "parent", self->id,
                             "where", "state", BH_REVIEW_OPEN, "limit", CHILDREN)),
      on_reviews, NULL, NULL);
}

static void bh_record_page_refresh(BhPage *page)
{
  bh_page_ask(page, "record", bh_call_show(BH_RECORD_PAGE(page)->id), on_record, NULL, NULL);
}

static void bh_record_page_leave(BhPage *page)
{
  BhRecordPage *self = BH_RECORD_PAGE(page);
  if (self->form != NULL)
    bh_form_view_flush(self->form);
  if (self->answer != NULL)
    bh_form_view_flush(self->answer);
}

static void bh_record_page_class_init(BhRecordPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_record_page_finalize;
  page_class->load = bh_record_page_refresh;
  page_class->refresh = bh_record_page_refresh;
  page_class->leave = bh_record_page_leave;
  BH_PAGE_TEMPLATE(klass, "pages/record");
  BH_PAGE_CHILD(klass, BhRecordPage, name);
  BH_PAGE_CHILD(klass, BhRecordPage, state);
  BH_PAGE_CHILD(klass, BhRecordPage, review_box);
  BH_PAGE_CHILD(klass, BhRecordPage, review_comment);
  BH_PAGE_CHILD(klass, BhRecordPage, review_items);
  BH_PAGE_CHILD(klass, BhRecordPage, answer_box);
  BH_PAGE_CHILD(klass, BhRecordPage, answer_form);
  BH_PAGE_CHILD(klass, BhRecordPage, send_again);
  BH_PAGE_CHILD(klass, BhRecordPage, conflicts);
  BH_PAGE_CHILD(klass, BhRecordPage, due);
  BH_PAGE_CHILD(klass, BhRecordPage, facts);
  BH_PAGE_CHILD(klass, BhRecordPage, sheet);
  BH_PAGE_CHILD(klass, BhRecordPage, files);
  BH_PAGE_CHILD(klass, BhRecordPage, form_box);
  BH_PAGE_CHILD(klass, BhRecordPage, message);
  BH_PAGE_CHILD(klass, BhRecordPage, acts);
  BH_PAGE_CHILD(klass, BhRecordPage, links);
  BH_PAGE_CHILD(klass, BhRecordPage, below);
  BH_PAGE_CHILD(klass, BhRecordPage, creations);
  BH_PAGE_CHILD(klass, BhRecordPage, history);
}

static void bh_record_page_init(BhRecordPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->changed = json_object();
  g_signal_connect_swapped(self->send_again, "clicked", G_CALLBACK(on_send_again), self);
}

BhPage *bh_record_page_new(const char *id)
{
  BhRecordPage *self = g_object_new(BH_TYPE_RECORD_PAGE, NULL);
  self->id = g_strdup(id);
  return BH_PAGE(self);
}
