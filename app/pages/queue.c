/* What is not sent yet, and why. Rows keep their place while the page is open: a row whose item was
 * sent says so. Start at on_items. */
#include "app/pages/queue.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/devices/connectivity.h"
#include "app/files.h"
#include "app/pages/record.h"
#include "app/pages/scroll.h"
#include "app/visit/drafts.h"
#include "sync/device/store/store.h"

#define ROWS 50
#define ROWS_MAX 200 /* the most rows that exist as widgets */
/* Items that "more" reads again, to find the place where the shown rows end. */
#define OVERLAP ROWS
#define ITEMS "items"

struct _BhQueuePage {
  BhPage parent;
  GtkWidget *summary;
  GtkWidget *state;
  GtkWidget *progress;
  GtkWidget *error;
  GtkWidget *sync_now;
  GtkWidget *export_all;
  GtkWidget *items;
  GtkWidget *more;
  GHashTable *rows; /* key of an item → the widget of its row, borrowed */
  GtkWidget *earlier;
  guint n_waiting;   /* number of shown rows whose items are still waiting */
  guint n_removed;   /* number of removed rows, above the shown ones, whose items were waiting */
  guint last_number; /* number in the widget id of the last row */
  gboolean needs_reload; /* the status changed while items were being read */
};

G_DEFINE_FINAL_TYPE(BhQueuePage, bh_queue_page, BH_TYPE_PAGE)

static void bh_queue_page_finalize(GObject *object)
{
  g_hash_table_unref(BH_QUEUE_PAGE(object)->rows);
  G_OBJECT_CLASS(bh_queue_page_parent_class)->finalize(object);
}

/* Text for people that says why an item is not sent yet. `code` is from the status or from the
 * item. */
static const char *get_reason_text(const char *code)
{
  static const struct {
    const char *code;
    const char *text;
  } words[] = {
      {"draft", N_("Draft, not saved yet")},
      {"waiting", N_("Waits for its turn")},
      {"sending", N_("Being sent")},
      {"after_entries", N_("Sent after the records")},
      {"deferred", N_("Will be tried again later")},
      {"offline", N_("No connection to the hub")},
      {"network", N_("No connection to the hub")},
      {"no_hub", N_("The hub cannot be reached")},
      {"not_hub", N_("This network answers in the hub's place; sign in to it first")},
      {"uncertain", N_("Sent, but without an answer; the hub will be asked")},
      {"revoked", N_("This device was revoked; ask your administrator")},
      {"denied", N_("The hub did not allow it")},
      {"busy", N_("The hub is busy; it will be tried again")},
      {"storage", N_("A disk could not be written")},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
    if (strcmp(words[i].code, code) == 0)
      return gettext(words[i].text);
  return _("Will be tried again");
}

static const char *get_state_text(const char *state)
{
  if (strcmp(state, "working") == 0)
    return _("Sending now");
  if (strcmp(state, "no_hub") == 0)
    return _("The hub cannot be reached; trying again automatically");
  if (strcmp(state, "waiting") == 0)
    return _("Waiting for the next try");
  if (strcmp(state, "revoked") == 0)
    return _("This device was revoked; ask your administrator");
  return _("Sends automatically as soon as the hub can be reached");
}

static void show_status(BhQueuePage *self)
{
  const json_t *status = bh_session_get_status(bh_page_get_session(BH_PAGE(self)));
  gint64 pending = json_integer_value(json_object_get(status, "pending"));
  gint64 files = json_integer_value(json_object_get(status, "files_pending"));
  gint64 drafts = json_integer_value(json_object_get(status, "drafts"));
  gint64 delivered = json_integer_value(json_object_get(status, "delivered"));
  gint64 quarantined = json_integer_value(json_object_get(status, "quarantined"));
  gint64 damaged = json_integer_value(json_object_get(status, "damaged"));
  g_autofree char *summary =
      pending + files + drafts == 0
          ? g_strdup_printf(_("Nothing is waiting · %d received by the hub"), (int)delivered)
          : g_strdup_printf(
                _("%d records, %d files and %d drafts not sent yet · %d received by the hub"),
                (int)pending, (int)files, (int)drafts, (int)delivered);
  gtk_label_set_text(GTK_LABEL(self->summary), summary);

  g_autoptr(GString) state = g_string_new(get_state_text(bh_json_string_or(status, "state", "")));
  gint64 last = json_integer_value(json_object_get(status, "last_sync_ms"));
  if (last > 0) {
    g_autofree char *time_text = bh_time_format(last);
    g_string_append_printf(state, _(" · last sync %s"), time_text);
  }
  if (quarantined > 0)
    g_string_append_printf(state, _(" · %d held for review at the hub"), (int)quarantined);
  if (damaged > 0)
    g_string_append_printf(state, _(" · %d damaged on this device and set aside"), (int)damaged);
  switch (bh_connectivity_get(NULL)) {
  case BH_CONNECTIVITY_NONE:
    g_string_append(state, _(" · no network"));
    break;
  case BH_CONNECTIVITY_METERED:
    g_string_append(state, _(" · metered network"));
    break;
  case BH_CONNECTIVITY_FULL:
    break;
  }
  gtk_label_set_text(GTK_LABEL(self->state), state->str);

  const json_t *progress = json_object_get(status, "progress");
  double total = (double)json_integer_value(json_object_get(progress, "total"));
  double done = (double)json_integer_value(json_object_get(progress, "done"));
  gtk_widget_set_visible(self->progress, total > 0);
  gtk_progress_bar_set_fraction(GTK_PROGRESS_BAR(self->progress),
                                total > 0 ? MIN(1.0, done / total) : 0);
  const char *code = bh_json_string_or(status, "last_error", "");
  gtk_label_set_text(GTK_LABEL(self->error), get_reason_text(code));
  gtk_widget_set_visible(self->error, *code != '\0');
}

static void on_item(GtkButton *row, BhQueuePage *self)
{
  const char *record = bh_part_get_record(GTK_WIDGET(row));
  const char *by = g_object_get_data(G_OBJECT(row), "bh-draft-by");
  const char *name = g_object_get_data(G_OBJECT(row), "bh-draft-name");
  if (record == NULL || *record == '\0')
    return;
  if (by == NULL) {
    bh_page_open(BH_PAGE(self), bh_record_page_new(record));
  } else if (g_strcmp0(by, bh_session_get_actor(bh_page_get_session(BH_PAGE(self)))) == 0) {
    bh_drafts_open(BH_PAGE(self), record);
  } else {
    g_autofree char *text = g_strdup_printf(_("Only %s can open this draft"), name);
    bh_page_say(BH_PAGE(self), text);
  }
}

/* --- rows --- */

static char *dup_key(const json_t *item)
{
  return g_strjoin("/", bh_json_string_or(item, "what", ""), bh_json_string_or(item, "entry", ""),
                   bh_json_string_or(item, "sha256", ""), bh_json_string_or(item, "record", ""),
                   bh_json_string_or(item, "by", ""), NULL);
}

static char *dup_second_line(const json_t *item)
{
  gint64 at_ms = json_integer_value(json_object_get(item, "at_ms"));
  g_autofree char *time_text = at_ms > 0 ? bh_time_format(at_ms) : g_strdup("");
  gint64 size = json_integer_value(json_object_get(item, "size"));
  g_autofree char *bytes = size > 0 ? g_format_size((guint64)size) : g_strdup("");
  return g_strstrip(g_strdup_printf("%s  %s  %s  %s", bh_json_string_or(item, "by_name", ""),
                                    time_text, bytes,
                                    get_reason_text(bh_json_string_or(item, "why_code", ""))));
}

static void add_item(BhQueuePage *self, const json_t *item)
{
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  const BhKind *kind = bh_session_find_kind(session, bh_json_string_or(item, "kind", NULL));
  const char *label =
      kind != NULL ? bh_kind_get_label(kind, bh_session_get_lang(session)) : _("File");
  const char *title = bh_json_string_or(item, "title", "");
  g_autofree char *title_line =
      *title != '\0' ? g_strdup_printf("%s · %s", label, title) : g_strdup(label);
  g_autofree char *subtitle = dup_second_line(item);
  g_autofree char *id = g_strdup_printf("queue-%u", ++self->last_number);
  GtkWidget *row =
      bh_part_row(id, title_line, subtitle, NULL, bh_json_string_or(item, "record", ""));
  if (strcmp(bh_json_string_or(item, "what", ""), "draft") == 0) {
    g_object_set_data_full(G_OBJECT(row), "bh-draft-by",
                           g_strdup(bh_json_string_or(item, "by", "")), g_free);
    g_object_set_data_full(G_OBJECT(row), "bh-draft-name",
                           g_strdup(bh_json_string_or(item, "by_name", "")), g_free);
  }
  g_signal_connect(row, "clicked", G_CALLBACK(on_item), self);
  gtk_container_add(GTK_CONTAINER(self->items), row);
  g_hash_table_insert(self->rows, dup_key(item), row);
  self->n_waiting++;
}

static void clear_rows(BhQueuePage *self)
{
  g_hash_table_remove_all(self->rows);
  bh_part_clear(self->items);
  self->n_waiting = 0;
  self->n_removed = 0;
  self->last_number = 0;
}

/* Collects the rows whose items are still waiting, and updates their second line. */
static void mark_waiting(BhQueuePage *self, const json_t *items, GHashTable *waiting)
{
  gsize i;
  json_t *item;
  json_array_foreach(items, i, item) {
    g_autofree char *key = dup_key(item);
    GtkWidget *row = g_hash_table_lookup(self->rows, key);
    if (row == NULL)
      continue;
    g_autofree char *subtitle = dup_second_line(item);
    bh_part_row_set_subtitle(row, subtitle);
    g_hash_table_add(waiting, row);
  }
}

/* Marks rows whose items left the queue. Without `complete`, the items after the last one of
 * `waiting` are not known, and their rows stay as they are. */
static void mark_gone(BhQueuePage *self, GHashTable *waiting, gboolean complete)
{
  g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->items));
  guint named = g_hash_table_size(waiting);
  for (GList *l = rows; l != NULL && (complete || named > 0); l = l->next) {
    if (g_hash_table_contains(waiting, l->data)) {
      named--;
    } else if (gtk_widget_get_sensitive(l->data)) {
      bh_part_row_set_subtitle(l->data, _("No longer waiting"));
      gtk_widget_set_sensitive(l->data, FALSE);
      self->n_waiting--;
    }
  }
}

static void add_new(BhQueuePage *self, const json_t *items)
{
  gsize i;
  json_t *item;
  json_array_foreach(items, i, item) {
    g_autofree char *key = dup_key(item);
    if (!g_hash_table_contains(self->rows, key))
      add_item(self, item);
  }
}

static gboolean is_row(gpointer key, gpointer row, gpointer wanted)
{
  (void)key;
  return row == wanted;
}

/* Removes rows above the visible ones, so that "more" costs the same however many came before. */
static void remove_top_rows(BhQueuePage *self)
{
  g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->items));
  guint n_rows = g_list_length(rows);
  if (n_rows <= ROWS_MAX)
    return;
  bh_scroll_keep_position(self->items, g_list_nth_data(rows, ROWS_MAX - ROWS));
  for (GList *l = rows; l != NULL && n_rows > ROWS_MAX; l = l->next, n_rows--) {
    if (gtk_widget_get_sensitive(l->data)) {
      self->n_waiting--;
      self->n_removed++;
    }
    g_hash_table_foreach_remove(self->rows, is_row, l->data);
    gtk_widget_destroy(l->data);
  }
}

/* Adds the items after the last row; FALSE when that row's item is not among them, because too many
 * items have left the queue. */
static gboolean add_rows_after_last(BhQueuePage *self, const json_t *items)
{
  gboolean is_past_last = FALSE;
  g_autoptr(GList) rows = gtk_container_get_children(GTK_CONTAINER(self->items));
  const GList *last = g_list_last(rows);
  while (last != NULL && !gtk_widget_get_sensitive(last->data))
    last = last->prev; /* the item of this row has left the queue */
  gsize i;
  json_t *item;
  json_array_foreach(items, i, item) {
    g_autofree char *key = dup_key(item);
    if (is_past_last)
      add_item(self, item);
    is_past_last |= last != NULL && g_hash_table_lookup(self->rows, key) == last->data;
  }
  return is_past_last;
}

typedef struct {
  guint offset;
  guint limit;
} Range;

static void on_items(BhPage *page, json_t *result, const GError *error, gpointer data);

static void ask_items(BhQueuePage *self, guint offset, guint limit)
{
  Range *range = g_new0(Range, 1);
  range->offset = offset;
  range->limit = limit;
  self->needs_reload = FALSE;
  bh_page_ask(BH_PAGE(self), ITEMS, bh_call_list_queue(offset, (int)limit), on_items, range,
              g_free);
}

/* Reads the items of the shown rows again. Only one such question to the store runs at a time,
 * however often the status changes. */
static void reload_rows(BhQueuePage *self)
{
  if (bh_page_is_asking(BH_PAGE(self), ITEMS))
    self->needs_reload = TRUE;
  else
    ask_items(self, 0, CLAMP(self->n_waiting, ROWS, ROWS_MAX));
}

static void reload_from_start(BhQueuePage *self)
{
  clear_rows(self);
  ask_items(self, 0, ROWS);
}

/* Handles the first items: updates the shown rows, or shows the list anew. */
static void update_first_rows(BhQueuePage *self, const json_t *items, const Range *range)
{
  gboolean full = json_array_size(items) == range->limit;
  if (json_array_size(items) == 0) {
    clear_rows(self);
    gtk_container_add(GTK_CONTAINER(self->items),
                      bh_part_label(_("Everything is at the hub"), "dim"));
  } else if (self->n_waiting > 0 && !(self->n_removed > 0 && !full)) {
    g_autoptr(GHashTable) waiting = g_hash_table_new(NULL, NULL);
    mark_waiting(self, items, waiting);
    mark_gone(self, waiting, !full || (self->n_removed == 0 && range->limit >= self->n_waiting));
    if (!full)
      add_new(self, items);
  } else {
    clear_rows(self);
    add_new(self, items);
  }
}

static void on_items(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  BhQueuePage *self = BH_QUEUE_PAGE(page);
  const Range *range = data;
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  const json_t *items = result;
  if (range->offset == 0) {
    update_first_rows(self, items, range);
  } else if (add_rows_after_last(self, items)) {
    remove_top_rows(self);
  } else {
    reload_from_start(self);
    return;
  }
  gtk_widget_set_visible(self->earlier, self->n_removed > 0);
  gtk_widget_set_visible(self->more, json_array_size(items) == range->limit);
  if (self->needs_reload)
    reload_rows(self);
}

static void bh_queue_page_refresh(BhPage *page)
{
  show_status(BH_QUEUE_PAGE(page));
  reload_rows(BH_QUEUE_PAGE(page));
}

static void on_more(BhQueuePage *self)
{
  guint n_known = self->n_removed + self->n_waiting;
  if (n_known == 0) {
    reload_from_start(self);
    return;
  }
  guint overlap = MIN(OVERLAP, n_known - 1); /* offset 0 would ask for the first rows */
  ask_items(self, n_known - overlap, ROWS + overlap);
}

static void on_sync_now(BhQueuePage *self)
{
  bh_page_say(BH_PAGE(self), _("Asking the hub …"));
  bh_session_sync_now(bh_page_get_session(BH_PAGE(self)));
}

static void on_status(BhQueuePage *self)
{
  bh_queue_page_refresh(BH_PAGE(self));
}

/* --- export all: L6, one tap writes everything --- */

typedef struct {
  char *from;
  char *to;
} Copy;

static void copy_free(gpointer data)
{
  Copy *copy = data;
  g_free(copy->from);
  g_free(copy->to);
  g_free(copy);
}

static void copy_store(BhDevice *device, GTask *task, gpointer data)
{
  Copy *copy = data;
  GError *error = NULL;
  if (bh_copy_store(device, copy->to, bh_disk_system(), &error))
    g_task_return_pointer(task, json_string(copy->to), (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, error);
}

/* Runs on a thread of its own, because copying photos may take minutes, and the person must be able
 * to go on recording. */
static void copy_files(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  (void)cancellable;
  Copy *copy = data;
  GError *error = NULL;
  if (bh_copy_files(copy->from, copy->to, bh_disk_system(), &error))
    g_task_return_boolean(task, TRUE);
  else
    g_task_return_error(task, error);
}

static void on_files_copied(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)data;
  BhPage *page = BH_PAGE(source);
  if (gtk_widget_in_destruction(GTK_WIDGET(page)))
    return;
  g_autoptr(GError) error = NULL;
  gtk_widget_set_sensitive(BH_QUEUE_PAGE(page)->export_all, TRUE);
  if (!g_task_propagate_boolean(G_TASK(result), &error)) {
    bh_page_say_error(page, error);
    return;
  }
  const Copy *copy = g_task_get_task_data(G_TASK(result));
  g_autofree char *text = g_strdup_printf(_("Everything was copied to %s"), copy->to);
  bh_page_say(page, text);
}

static void on_copied(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  if (error != NULL) {
    gtk_widget_set_sensitive(BH_QUEUE_PAGE(page)->export_all, TRUE);
    bh_page_say_error(page, error);
    return;
  }
  Copy *copy = g_new0(Copy, 1);
  copy->from = g_strdup(bh_session_get_dir(bh_page_get_session(page)));
  copy->to = g_strdup(json_string_value(result));
  g_autoptr(GTask) task = g_task_new(page, NULL, on_files_copied, NULL);
  g_task_set_task_data(task, copy, copy_free);
  g_task_run_in_thread(task, copy_files);
}

static void on_folder(GtkWidget *widget, const char *folder)
{
  BhPage *page = BH_PAGE(widget);
  g_autofree char *time_text = bh_time_format(bh_session_now_ms(bh_page_get_session(page)));
  g_strdelimit(time_text, " :", '-');
  Copy *copy = g_new0(Copy, 1);
  copy->to = g_strdup_printf("%s/bihuan-%s", folder, time_text);
  gtk_widget_set_sensitive(BH_QUEUE_PAGE(page)->export_all, FALSE);
  bh_page_say(page, _("Copying …"));
  bh_page_ask_run(page, "copy", copy_store, copy, copy_free, on_copied, NULL, NULL);
}

static void on_export_all(BhQueuePage *self)
{
  bh_files_choose(GTK_WIDGET(self), BH_FILES_FOLDER, _("Folder for the copy"), _("Copy here"),
                  on_folder);
}

static void bh_queue_page_load(BhPage *page)
{
  bh_page_set_title(page, _("Not sent yet"));
  g_signal_connect_object(bh_page_get_session(page), "status-changed", G_CALLBACK(on_status), page,
                          G_CONNECT_SWAPPED);
  bh_queue_page_refresh(page);
}

static void bh_queue_page_class_init(BhQueuePageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_queue_page_finalize;
  page_class->load = bh_queue_page_load;
  page_class->refresh = bh_queue_page_refresh;
  BH_PAGE_TEMPLATE(klass, "pages/queue");
  BH_PAGE_CHILD(klass, BhQueuePage, summary);
  BH_PAGE_CHILD(klass, BhQueuePage, state);
  BH_PAGE_CHILD(klass, BhQueuePage, progress);
  BH_PAGE_CHILD(klass, BhQueuePage, error);
  BH_PAGE_CHILD(klass, BhQueuePage, sync_now);
  BH_PAGE_CHILD(klass, BhQueuePage, export_all);
  BH_PAGE_CHILD(klass, BhQueuePage, items);
  BH_PAGE_CHILD(klass, BhQueuePage, earlier);
  BH_PAGE_CHILD(klass, BhQueuePage, more);
}

static void bh_queue_page_init(BhQueuePage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect_swapped(self->sync_now, "clicked", G_CALLBACK(on_sync_now), self);
  g_signal_connect_swapped(self->export_all, "clicked", G_CALLBACK(on_export_all), self);
  g_signal_connect_swapped(self->more, "clicked", G_CALLBACK(on_more), self);
  g_signal_connect_swapped(self->earlier, "clicked", G_CALLBACK(reload_from_start), self);
}

BhPage *bh_queue_page_new(void)
{
  return g_object_new(BH_TYPE_QUEUE_PAGE, NULL);
}
