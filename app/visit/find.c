/* Finds an enterprise by name: to visit it, to bind a blank plaque to it, or to move an inspection
 * of a wrong enterprise to it. */
#include "app/visit/find.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/confirm.h"
#include "app/pages/paged-list.h"
#include "app/visit/enterprise.h"
#include "app/visit/move.h"
#include "app/visit/subject.h"
#include "app/visit/visit-page.h"

#define ROWS 30
#define LISTS 60

struct _BhFindPage {
  BhPage parent;
  char *plaque;
  gint64 serial;
  char *inspection;
  GtkWidget *intro;
  GtkWidget *reason;
  GtkWidget *search;
  GtkWidget *results;
  GtkWidget *more;
  GtkWidget *provisional;
  GtkWidget *question;
  BhConfirm *confirm;
  json_t *visit; /* the inspection to move; NULL until loaded */
  json_t *lists; /* rows of the checklists on this device; NULL until loaded */
  BhPagedList *pages;
};

G_DEFINE_FINAL_TYPE(BhFindPage, bh_find_page, BH_TYPE_PAGE)

static void bh_find_page_finalize(GObject *object)
{
  BhFindPage *self = BH_FIND_PAGE(object);
  g_free(self->plaque);
  g_free(self->inspection);
  g_clear_pointer(&self->pages, bh_paged_list_free);
  json_decref(self->visit);
  json_decref(self->lists);
  G_OBJECT_CLASS(bh_find_page_parent_class)->finalize(object);
}

static const char *get_reason(BhFindPage *self)
{
  return gtk_entry_get_text(GTK_ENTRY(self->reason));
}

/* TRUE when the person has given a reason. Otherwise asks for the reason, because it becomes part
 * of the record. */
static gboolean has_reason(BhFindPage *self)
{
  if (self->plaque != NULL || *get_reason(self) != '\0')
    return TRUE;
  bh_page_say(BH_PAGE(self), _("Please give the reason first"));
  gtk_widget_grab_focus(self->reason);
  return FALSE;
}

static void on_bound(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  bh_page_say(page, _("The plaque is bound"));
  bh_page_replace(page, bh_enterprise_page_new(data, bh_found_new(NULL, NULL, NULL)));
}

/* The enterprise to which the inspection will be moved. */
typedef struct {
  char *enterprise; /* record id; NULL: an enterprise that has to be recorded first */
  char *sector;
  char *reason;
  char *name; /* typed name of an enterprise that has to be recorded first */
} Move;

static void move_free(gpointer data)
{
  Move *move = data;
  g_free(move->enterprise);
  g_free(move->sector);
  g_free(move->reason);
  g_free(move->name);
  g_free(move);
}

static void on_retargeted(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  bh_page_say(page, _("The inspection now belongs to this enterprise"));
  bh_page_close(page);
}

/* Changes the enterprise in the drafts of the person below the visit, when the visit is moved. */
static void move_drafts(BhPage *page, const json_t *visit, const char *enterprise)
{
  g_autoptr(json_t) moved_to = json_string(enterprise);
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "drafts"), i, row) {
    const char *record = bh_json_string_or(row, "record", "");
    bh_page_post(page, bh_call_set_draft(record, "hazard", "enterprise", moved_to), NULL, NULL,
                 NULL);
    bh_page_post(page, bh_call_set_draft(record, "hazard", "site", NULL), NULL, NULL, NULL);
  }
}

static void on_move_answered(gpointer owner, gboolean yes, const char *reason, gpointer data)
{
  (void)reason;
  BhFindPage *self = owner;
  const Move *move = data;
  BhPage *page = BH_PAGE(self);
  if (!yes)
    return;
  if (move->enterprise == NULL) {
    BhFindTask task = {self->plaque, self->serial, self->inspection, self->visit, self->lists};
    bh_page_replace(page, bh_subject_page_new(&task, move->name, move->reason));
    return;
  }
  json_t *ops =
      bh_move_dup_ops(self->visit, self->lists, move->enterprise, move->sector, move->reason);
  gpointer moving = bh_move_new(bh_page_get_session(page), ops, NULL, NULL, NULL);
  if (bh_page_submit_run(page, bh_move_run, moving, bh_move_free, on_retargeted, NULL, NULL))
    move_drafts(page, self->visit, move->enterprise);
}

/* Asks before moving. The question says how much moves and what is lost. */
static void ask_to_move(BhFindPage *self, const char *enterprise, const char *sector)
{
  if (self->visit == NULL || self->lists == NULL)
    return;
  BhMoveCount count = bh_move_count(self->visit);
  if (count.sealed) {
    bh_page_say(BH_PAGE(self), _("Somebody signed already: the enterprise can no longer be "
                                 "changed. Cancel this visit and begin another."));
    return;
  }
  Move *move = g_new0(Move, 1);
  move->enterprise = g_strdup(enterprise);
  move->sector = g_strdup(sector);
  move->reason = g_strdup(get_reason(self));
  move->name = g_strdup(gtk_entry_get_text(GTK_ENTRY(self->search)));
  g_autofree char *text = g_strdup_printf(
      _("%u hazards and %u drafts move with the visit; places of work chosen at the old "
        "enterprise are cleared. A checklist of another sector is replaced: its %u answers stay in "
        "the history and no longer count."),
      count.hazards, count.drafts, count.answers);
  bh_confirm_ask(self->confirm, text, NULL, _("Move the visit"), _("Leave it"), on_move_answered,
                 self, move, move_free);
}

static void on_visit(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhFindPage *self = BH_FIND_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  json_decref(self->visit);
  self->visit = json_incref(result);
}

static void on_lists(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhFindPage *self = BH_FIND_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  BhDate today = bh_session_today(bh_page_get_session(page));
  json_decref(self->lists);
  self->lists = json_array();
  bh_visit_add_checklists(self->lists, json_object_get(result, "rows"), &today);
}

static void choose(BhFindPage *self, const char *enterprise, const char *sector)
{
  BhPage *page = BH_PAGE(self);
  BhSession *session = bh_page_get_session(page);
  if (self->plaque != NULL) {
    bh_page_submit(
        page, bh_call_save(bh_find_task_dup_bind(session, self->plaque, self->serial, enterprise)),
        on_bound, g_strdup(enterprise), g_free);
  } else if (self->inspection != NULL) {
    ask_to_move(self, enterprise, sector);
  } else {
    bh_page_replace(
        page, bh_enterprise_page_new(enterprise, bh_found_new("list", get_reason(self), NULL)));
  }
}

json_t *bh_find_task_dup_bind(BhSession *session, const char *plaque, gint64 serial,
                              const char *enterprise)
{
  /* The record id is derived from the serial, so that two bindings of one plaque on different
   * devices become a conflict. */
  const char *hub = bh_json_string_or(bh_session_get_description(session), "hub", "");
  g_autofree char *name = g_strdup_printf("%" G_GINT64_FORMAT, serial);
  char id[BH_ID_LEN + 1];
  g_autofree char *space = g_strconcat("plaque/", hub, NULL);
  bh_id_from_name(space, name, id);
  return json_pack("[{s:s, s:s, s:{s:s, s:I, s:s, s:I, s:s}}]", "record", id, "kind", "plaque",
                   "set", "enterprise", enterprise, "serial", (json_int_t)serial, "text", plaque,
                   "bound_at", (json_int_t)bh_session_now_ms(session), "state", "bound");
}

static void on_result(GtkButton *row, BhFindPage *self)
{
  if (has_reason(self))
    choose(self, bh_part_get_record(GTK_WIDGET(row)),
           g_object_get_data(G_OBJECT(row), "bh-sector"));
}

static char *dup_details(BhFindPage *self, const json_t *values)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhRegion *region = bh_session_get_region(session);
  const char *area = bh_json_string_or(values, "area", "");
  g_autofree char *place = region != NULL ? bh_region_dup_full_name(region, area) : g_strdup(area);
  const char *address = bh_json_string_or(values, "address", "");
  return *address != '\0' ? g_strdup(address) : g_steal_pointer(&place);
}

static void add_result(BhFindPage *self, const json_t *row)
{
  const char *record = bh_json_string_or(row, "id", "");
  if (!bh_paged_list_accepts(self->pages, record))
    return;
  g_autofree char *id = g_strdup_printf("result-%u", bh_paged_list_get_number(self->pages));
  const json_t *values = json_object_get(row, "values");
  g_autofree char *details = dup_details(self, values);
  gboolean provisional = json_is_true(json_object_get(values, "provisional"));
  GtkWidget *button = bh_part_row(id, bh_json_string_or(row, "title", ""), details,
                                  provisional ? _("Provisional") : NULL, record);
  g_object_set_data_full(G_OBJECT(button), "bh-sector",
                         g_strdup(bh_json_string_or(values, "sector", "")), g_free);
  g_signal_connect(button, "clicked", G_CALLBACK(on_result), self);
  bh_paged_list_add(self->pages, button);
}

/* `data`: number of the page of rows that was asked for. */
static void on_results(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhFindPage *self = BH_FIND_PAGE(page);
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  gsize i;
  json_t *row;
  bh_paged_list_begin(self->pages, GPOINTER_TO_UINT(data));
  json_array_foreach(json_object_get(result, "rows"), i, row) {
    add_result(self, row);
  }
  const json_t *after = json_object_get(result, "after");
  bh_paged_list_end(self->pages, json_is_string(after) ? after : NULL);
  if (bh_paged_list_is_empty(self->pages))
    bh_paged_list_note(self->pages, _("Nothing found"));
}

static void ask_page(gpointer owner, guint number, const json_t *from)
{
  BhFindPage *self = owner;
  BhPage *page = BH_PAGE(self);
  json_t *query =
      json_pack("{s:s, s:i, s:s}", "kind", "enterprise", "limit", ROWS, "order", "title");
  const char *text = gtk_entry_get_text(GTK_ENTRY(self->search));
  if (*text != '\0')
    json_object_set_new(query, "search", json_string(text));
  if (from != NULL)
    json_object_set(query, "after", (json_t *)from);
  const char *actor = bh_session_get_actor(bh_page_get_session(page));
  if (actor != NULL)
    json_object_set_new(query, "viewer", json_string(actor));
  /* A newer text, and a second tap on "more", replace the question before. */
  bh_page_ask(page, "results", bh_call_list(query), on_results, GUINT_TO_POINTER(number), NULL);
}

static void on_search(BhFindPage *self)
{
  bh_paged_list_restart(self->pages);
}

static void on_provisional(BhFindPage *self)
{
  if (!has_reason(self))
    return;
  if (self->inspection != NULL) {
    ask_to_move(self, NULL, NULL);
    return;
  }
  BhFindTask task = {self->plaque, self->serial, NULL, NULL, NULL};
  bh_page_replace(
      BH_PAGE(self),
      bh_subject_page_new(&task, gtk_entry_get_text(GTK_ENTRY(self->search)), get_reason(self)));
}

static void bh_find_page_load(BhPage *page)
{
  BhFindPage *self = BH_FIND_PAGE(page);
  bh_page_set_title(page, self->plaque != NULL       ? _("Bind the plaque")
                          : self->inspection != NULL ? _("The right enterprise")
                                                     : _("Find an enterprise"));
  gtk_label_set_text(
      GTK_LABEL(self->intro),
      self->plaque != NULL
          ? _("Which enterprise does this plaque hang at?")
          : _("An enterprise chosen by hand needs a reason, which becomes part of the record."));
  gtk_widget_set_visible(self->reason, self->plaque == NULL);
  if (self->inspection != NULL) {
    bh_visit_ask(page, self->inspection, on_visit);
    bh_page_ask(page, "lists",
                bh_call_list(json_pack("{s:s, s:i, s:s}", "kind", "checklist", "limit", LISTS,
                                       "order", "title")),
                on_lists, NULL, NULL);
  }
  bh_paged_list_restart(self->pages);
}

static void bh_find_page_class_init(BhFindPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_find_page_finalize;
  page_class->load = bh_find_page_load;
  BH_PAGE_TEMPLATE(klass, "visit/find");
  BH_PAGE_CHILD(klass, BhFindPage, intro);
  BH_PAGE_CHILD(klass, BhFindPage, reason);
  BH_PAGE_CHILD(klass, BhFindPage, search);
  BH_PAGE_CHILD(klass, BhFindPage, results);
  BH_PAGE_CHILD(klass, BhFindPage, more);
  BH_PAGE_CHILD(klass, BhFindPage, provisional);
  BH_PAGE_CHILD(klass, BhFindPage, question);
}

static void bh_find_page_init(BhFindPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->confirm = BH_CONFIRM(bh_confirm_new("move"));
  gtk_container_add(GTK_CONTAINER(self->question), GTK_WIDGET(self->confirm));
  self->pages = bh_paged_list_new(self->results, self->more, "earlier", ask_page, self);
  g_signal_connect_swapped(self->search, "search-changed", G_CALLBACK(on_search), self);
  g_signal_connect_swapped(self->provisional, "clicked", G_CALLBACK(on_provisional), self);
}

BhPage *bh_find_page_new(const BhFindTask *task)
{
  BhFindPage *self = g_object_new(BH_TYPE_FIND_PAGE, NULL);
  self->plaque = g_strdup(task->plaque);
  self->serial = task->serial;
  self->inspection = g_strdup(task->inspection);
  return BH_PAGE(self);
}
