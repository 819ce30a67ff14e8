/* The first page of a person. Each section asks for its rows by itself; start at
 * bh_home_page_refresh. */
#include "app/pages/home.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/devices/power.h"
#include "app/due.h"
#include "app/pages/acts.h"
#include "app/pages/agenda.h"
#include "app/pages/clock.h"
#include "app/pages/lanes.h"
#include "app/pages/list.h"
#include "app/pages/lists.h"
#include "app/pages/queue.h"
#include "app/pages/record.h"
#include "app/pages/rows.h"
#include "app/pages/scan.h"
#include "app/pages/settings.h"
#include "app/sync-text.h"
#include "app/visit/drafts.h"
#include "app/visit/find.h"
#include "app/visit/running.h"

#define ROWS 20
#define DUE_ROWS 3
#define DUE_SOON_DAYS 3

struct _BhHomePage {
  BhPage parent;
  GtkWidget *clock_notice;
  GtkWidget *clock_ask;
  GtkWidget *battery_notice;
  GtkWidget *scan;
  GtkWidget *find;
  GtkWidget *returned_box;
  GtkWidget *returned;
  GtkWidget *open_box;
  GtkWidget *open;
  GtkWidget *lanes;
  GtkWidget *creations;
  GtkWidget *due_box;
  GtkWidget *due;
  GtkWidget *drafts_box;
  GtkWidget *drafts;
  GtkWidget *sync_line;
  GtkWidget *lists;
  GtkWidget *agenda;
  GtkWidget *settings;
};

G_DEFINE_FINAL_TYPE(BhHomePage, bh_home_page, BH_TYPE_PAGE)

static void on_returned(GtkButton *row, BhHomePage *self)
{
  bh_page_open(BH_PAGE(self), bh_record_page_new(bh_part_get_record(GTK_WIDGET(row))));
}

static void on_draft(GtkButton *row, BhHomePage *self)
{
  bh_drafts_open(BH_PAGE(self), bh_part_get_record(GTK_WIDGET(row)));
}

/* Shows the most urgent rows of the agenda only; the button below opens all of it. */
static void on_due(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhHomePage *self = BH_HOME_PAGE(page);
  guint shown = 0;
  gsize i;
  json_t *row;
  bh_part_clear(self->due);
  json_array_foreach(error == NULL ? json_object_get(result, "rows") : NULL, i, row) {
    int days = 0;
    g_autofree char *id = g_strdup_printf("due-%u", shown + 1);
    GtkWidget *button = bh_agenda_row_new(page, row, id, &days);
    if (button == NULL)
      continue;
    if (days > DUE_SOON_DAYS && !bh_due_is_soon(row)) {
      gtk_widget_destroy(g_object_ref_sink(button));
      g_object_unref(button);
      continue;
    }
    gtk_container_add(GTK_CONTAINER(self->due), button);
    shown++;
  }
  gtk_widget_set_visible(self->due_box, shown > 0);
}

/* --- what the office returned --- */

static void add_returned(BhDevice *device, const json_t *rows, json_t *returned)
{
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    const json_t *values = json_object_get(row, "values");
    const char *parent = bh_json_string_or(values, "parent", NULL);
    g_autoptr(json_t) record = parent != NULL ? bh_device_get(device, parent, NULL) : NULL;
    if (record == NULL)
      continue;
    json_array_append_new(returned, json_pack("{s:s, s:s, s:s, s:s, s:O?}", "id", parent, "kind",
                                              bh_json_string_or(record, "kind", ""), "title",
                                              bh_json_string_or(record, "title", ""), "comment",
                                              bh_json_string_or(values, "comment", ""), "values",
                                              json_object_get(record, "values")));
  }
}

/* Reads the open reviews with the records that they are about:
 * [{"id","kind","title","comment","values"}]. Records that are not on this device are left out.
 * Runs on the store's thread. */
static void load_returned(BhDevice *device, GTask *task, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query =
      json_pack("{s:s, s:{s:s}, s:i, s:s, s:s}", "kind", BH_REVIEW_KIND, "where", "state",
                BH_REVIEW_OPEN, "limit", ROWS, "order", "changed", "viewer", (const char *)data);
  g_autoptr(json_t) returned = json_array();
  do {
    g_autoptr(json_t) page = bh_device_list(device, query, &error);
    if (page == NULL) {
      g_task_return_error(task, g_steal_pointer(&error));
      return;
    }
    add_returned(device, json_object_get(page, "rows"), returned);
    json_object_set(query, "after", json_object_get(page, "after"));
  } while (json_is_string(json_object_get(query, "after")));
  g_task_return_pointer(task, g_steal_pointer(&returned), (GDestroyNotify)json_decref);
}

static void on_returned_rows(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhHomePage *self = BH_HOME_PAGE(page);
  const BhKindSet *kinds = bh_session_get_kinds(bh_page_get_session(page));
  bh_part_clear(self->returned);
  gsize i;
  json_t *item;
  json_array_foreach(error == NULL ? result : NULL, i, item) {
    const char *record = bh_json_string_or(item, "id", "");
    const char *title = bh_json_string_or(item, "title", "");
    g_autofree char *id = g_strdup_printf("returned-%s", record);
    GtkWidget *button =
        bh_part_row(id, title, bh_json_string_or(item, "comment", ""), _("Returned"), record);
    bh_part_add_class(button, "urgent");
    g_signal_connect(button, "clicked", G_CALLBACK(on_returned), self);
    const BhKind *kind =
        bh_session_find_kind(bh_page_get_session(page), bh_json_string_or(item, "kind", ""));
    const char *subject = kind != NULL ? bh_kind_find_subject(kinds, kind) : NULL;
    if (subject != NULL)
      bh_page_name_row(page, button, title,
                       bh_json_string_or(json_object_get(item, "values"), subject, NULL));
    gtk_container_add(GTK_CONTAINER(self->returned), button);
  }
  gtk_widget_set_visible(self->returned_box, error == NULL && json_array_size(result) > 0);
}

static void on_drafts(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhHomePage *self = BH_HOME_PAGE(page);
  BhSession *session = bh_page_get_session(page);
  bh_part_clear(self->drafts);
  guint shown = 0;
  gsize i;
  json_t *draft;
  const json_t *drafts = result;
  json_array_foreach(drafts, i, draft) {
    const char *kind_name = bh_json_string_or(draft, "kind", "");
    const BhKind *kind = bh_session_find_kind(session, kind_name);
    if (!bh_drafts_has_page(draft))
      continue;
    g_autofree char *id = g_strdup_printf("draft-%u", ++shown);
    const char *title = bh_json_string_or(draft, "title", "");
    const char *label =
        kind != NULL ? bh_kind_get_label(kind, bh_session_get_lang(session)) : kind_name;
    GtkWidget *row = bh_part_row(id, *title != '\0' ? title : _("Not named yet"), label, _("Draft"),
                                 bh_json_string_or(draft, "record", ""));
    g_signal_connect(row, "clicked", G_CALLBACK(on_draft), self);
    gtk_container_add(GTK_CONTAINER(self->drafts), row);
  }
  gtk_widget_set_visible(self->drafts_box, error == NULL && shown > 0);
}

static void show_status(BhHomePage *self)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const json_t *status = bh_session_get_status(session);
  g_autofree char *text = bh_sync_text_dup(status, bh_session_count_unsent(session));
  bh_part_button_set_text(self->sync_line, text);

  gtk_widget_set_visible(self->clock_notice, !bh_session_is_clock_good(session));
  gtk_widget_set_visible(self->clock_ask, !bh_session_is_clock_good(session) &&
                                              bh_session_find_kind(session, "clock_note") != NULL);
  gboolean wrong = g_str_equal(bh_json_string_or(status, "clock", ""), "bad");
  gtk_label_set_text(
      GTK_LABEL(self->clock_notice),
      wrong ? _("The clock of this device is wrong: set it, or two officers confirm date "
                "and time before documents are made")
            : _("The clock was not checked against the hub; two officers confirm date and "
                "time before documents are made"));
  gboolean charging = FALSE;
  int percent = bh_power_get_percent(NULL, &charging);
  gboolean low = percent >= 0 && percent < BH_POWER_LOW_PERCENT && !charging;
  g_autofree char *battery = g_strdup_printf(_("Battery at %d %%"), percent);
  gtk_label_set_text(GTK_LABEL(self->battery_notice), battery);
  gtk_widget_set_visible(self->battery_notice, low);
}

static void bh_home_page_refresh(BhPage *page)
{
  const char *actor = bh_session_get_actor(bh_page_get_session(page));
  show_status(BH_HOME_PAGE(page));
  gtk_widget_set_visible(BH_HOME_PAGE(page)->lists,
                         bh_lists_page_has_lists(bh_page_get_session(page)));
  if (actor == NULL)
    return;
  bh_running_show(page, BH_HOME_PAGE(page)->open, BH_HOME_PAGE(page)->open_box);
  bh_page_ask_run(page, "returned", load_returned, g_strdup(actor), g_free, on_returned_rows, NULL,
                  NULL);
  bh_lanes_show(page, BH_HOME_PAGE(page)->lanes);
  bh_acts_show_creations(page, BH_HOME_PAGE(page)->creations, NULL);
  bh_page_ask(page, "due",
              bh_call_agenda(json_pack("{s:s, s:i}", "viewer", actor, "limit", DUE_ROWS)), on_due,
              NULL, NULL);
  bh_page_ask(page, "drafts", bh_call_list_drafts(), on_drafts, NULL, NULL);
}

static void bh_home_page_load(BhPage *page)
{
  bh_page_set_title(page, _("Bihuan"));
  g_signal_connect_object(bh_page_get_session(page), "status-changed", G_CALLBACK(show_status),
                          page, G_CONNECT_SWAPPED);
  bh_home_page_refresh(page);
}

static gboolean bh_home_page_code(BhPage *page, const char *code)
{
  bh_page_open(page, bh_scan_page_new_for_code(code));
  return TRUE;
}

static void on_scan(BhPage *page)
{
  bh_page_open(page, bh_scan_page_new());
}

static void on_find(BhPage *page)
{
  bh_page_open(page, bh_find_page_new(&(BhFindTask){0}));
}

static void on_sync_line(BhPage *page)
{
  bh_page_open(page, bh_queue_page_new());
}

static void on_lists(BhPage *page)
{
  bh_page_open(page, bh_lists_page_new());
}

static void on_agenda(BhPage *page)
{
  bh_page_open(page, bh_agenda_page_new());
}

static void on_clock_ask(BhPage *page)
{
  bh_page_open(page, bh_clock_page_new());
}

static void on_settings(BhPage *page)
{
  bh_page_open(page, bh_settings_page_new());
}

static void bh_home_page_class_init(BhHomePageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  page_class->load = bh_home_page_load;
  page_class->refresh = bh_home_page_refresh;
  page_class->code = bh_home_page_code;
  BH_PAGE_TEMPLATE(klass, "pages/home");
  BH_PAGE_CHILD(klass, BhHomePage, clock_notice);
  BH_PAGE_CHILD(klass, BhHomePage, clock_ask);
  BH_PAGE_CHILD(klass, BhHomePage, battery_notice);
  BH_PAGE_CHILD(klass, BhHomePage, scan);
  BH_PAGE_CHILD(klass, BhHomePage, find);
  BH_PAGE_CHILD(klass, BhHomePage, returned_box);
  BH_PAGE_CHILD(klass, BhHomePage, returned);
  BH_PAGE_CHILD(klass, BhHomePage, open_box);
  BH_PAGE_CHILD(klass, BhHomePage, open);
  BH_PAGE_CHILD(klass, BhHomePage, lanes);
  BH_PAGE_CHILD(klass, BhHomePage, creations);
  BH_PAGE_CHILD(klass, BhHomePage, due_box);
  BH_PAGE_CHILD(klass, BhHomePage, due);
  BH_PAGE_CHILD(klass, BhHomePage, drafts_box);
  BH_PAGE_CHILD(klass, BhHomePage, drafts);
  BH_PAGE_CHILD(klass, BhHomePage, sync_line);
  BH_PAGE_CHILD(klass, BhHomePage, lists);
  BH_PAGE_CHILD(klass, BhHomePage, agenda);
  BH_PAGE_CHILD(klass, BhHomePage, settings);
}

static void bh_home_page_init(BhHomePage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->scan, "clicked", G_CALLBACK(on_scan), self);
  g_signal_connect_swapped(self->find, "clicked", G_CALLBACK(on_find), self);
  g_signal_connect_swapped(self->sync_line, "clicked", G_CALLBACK(on_sync_line), self);
  g_signal_connect_swapped(self->lists, "clicked", G_CALLBACK(on_lists), self);
  g_signal_connect_swapped(self->agenda, "clicked", G_CALLBACK(on_agenda), self);
  g_signal_connect_swapped(self->clock_ask, "clicked", G_CALLBACK(on_clock_ask), self);
  g_signal_connect_swapped(self->settings, "clicked", G_CALLBACK(on_settings), self);
}

BhPage *bh_home_page_new(void)
{
  return g_object_new(BH_TYPE_HOME_PAGE, NULL);
}
