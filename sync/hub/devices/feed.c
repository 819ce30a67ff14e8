/* Writes pages of the feed and decides about file access of devices (feed.h). Start at make_page.
 */
#include "sync/hub/devices/feed.h"

#include <string.h>

#include "sync/hub/devices/enrol.h"
#include "sync/hub/records/records.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/access/access.h"
#include "sync/wire/limits.h"

typedef struct {
  BhHub *hub;
  BhDb *db;
  BhDeviceView *view;
  const char *device;
  gint64 since;   /* position that the device's cursor names */
  gint64 through; /* last position that this page covers */
  gboolean reset;
  gboolean more;
  GString *records;
  BhAccess *access;   /* borrowed */
  GHashTable *listed; /* ids of records in `records`, or found to be hidden */
  json_t *gone;
  BhDelivered *delivered; /* NULL until it is needed */
} Page;

static void page_clear(Page *page)
{
  g_clear_pointer(&page->delivered, bh_delivered_free);
  g_clear_pointer(&page->view, bh_device_view_free);
  if (page->records != NULL)
    g_string_free(page->records, TRUE);
  g_clear_pointer(&page->listed, g_hash_table_unref);
  json_decref(page->gone);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Page, page_clear)

/* Reads a cursor, "1.EPOCH.SCOPE.POSITION". A position beyond the newest one is from a store that
 * was replaced by an older copy. It is rejected, because new changes would get lower positions and
 * be missed. */
static gboolean read_cursor(Page *page, const char *cursor, GError **error)
{
  gint64 newest;
  page->since = 0;
  page->reset = TRUE;
  if (cursor == NULL || strlen(cursor) > BH_CURSOR_MAX_BYTES)
    return TRUE;
  g_auto(GStrv) parts = g_strsplit(cursor, ".", 5);
  if (g_strv_length(parts) != 4 || strcmp(parts[0], "1") != 0 ||
      strcmp(parts[1], bh_hub_get_epoch(page->hub)) != 0 ||
      strcmp(parts[2], bh_device_view_get_hash(page->view)) != 0)
    return TRUE;
  guint64 position;
  if (!g_ascii_string_to_unsigned(parts[3], 10, 0, G_MAXINT64, &position, NULL))
    return TRUE;
  if (!bh_log_get_counter(page->db, "position", &newest, error))
    return FALSE;
  if ((gint64)position > newest)
    return TRUE;
  page->since = (gint64)position;
  page->reset = FALSE;
  return TRUE;
}

static int compare_items(gconstpointer a, gconstpointer b)
{
  gint64 x = ((const BhFeedItem *)a)->position, y = ((const BhFeedItem *)b)->position;
  return (x > y) - (x < y);
}

/* Reports a record that is hidden from the device now as gone, but only if the device may have it:
 * because it created the record, or was sent it before. */
static gboolean add_hidden(Page *page, const char *id, gint64 created, GError **error)
{
  gboolean given = FALSE;
  if (page->reset || created > page->since)
    return TRUE;
  if (!bh_record_is_made_by(page->db, id, page->device, &given, error))
    return FALSE;
  if (given) {
    json_array_append_new(page->gone, json_string(id));
    return TRUE;
  }
  if (page->delivered == NULL)
    page->delivered = bh_delivered_new(page->view, page->db, page->since);
  if (!bh_delivered_may_contain(page->delivered, id, &given, error))
    return FALSE;
  if (given)
    json_array_append_new(page->gone, json_string(id));
  return TRUE;
}

static gboolean add_record(Page *page, const char *id, GError **error)
{
  BhRecordRow row = {0};
  gboolean found, ok = FALSE;
  if (!bh_record_row_load(page->db, id, &row, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  g_hash_table_add(page->listed, g_strdup(id));
  /* Personal values are withheld in records that every unit receives. */
  gboolean withhold = strcmp(row.scope, "all") == 0;
  gboolean hides = bh_device_view_may_hide(page->view, row.kind);
  if (!withhold && !hides) {
    if (page->records->len > 0)
      g_string_append_c(page->records, ',');
    g_string_append(page->records, row.snapshot);
    bh_record_row_clear(&row);
    return TRUE;
  }
  g_autoptr(BhRecord) record = bh_record_from_snapshot(row.snapshot, strlen(row.snapshot), error);
  if (record != NULL) {
    ok = TRUE;
    BhVisibility visibility = bh_device_view_get_visibility(page->view, &row, record);
    if (visibility == BH_VISIBILITY_RESTRICTED)
      bh_access_note(page->access, id, row.kind, BH_ACCESS_PULL);
    if (visibility != BH_VISIBILITY_NONE) {
      if (withhold)
        bh_record_withhold(record, NULL);
      g_autofree char *snapshot = bh_record_to_snapshot(record);
      if (page->records->len > 0)
        g_string_append_c(page->records, ',');
      g_string_append(page->records, snapshot);
    } else {
      ok = add_hidden(page, id, row.created, error);
    }
  }
  bh_record_row_clear(&row);
  return ok;
}

static gboolean add_records(Page *page, int limit, GError **error)
{
  g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(BhFeedItem));
  const GPtrArray *scopes = bh_device_view_list_scopes(page->view);
  for (guint i = 0; i < scopes->len; i++)
    if (!bh_feed_store_list_changed(page->db, scopes->pdata[i], page->since, limit + 1, items,
                                    error))
      return FALSE;
  g_array_sort(items, compare_items);
  int taken = 0;
  gint64 last = 0;
  for (guint i = 0; i < items->len; i++) {
    const BhFeedItem *item = &g_array_index(items, BhFeedItem, i);
    if (item->position == last)
      continue; /* the record is in two scopes of the device */
    if (taken == limit || page->records->len >= BH_CHANGES_MAX_BYTES) {
      page->more = TRUE;
      page->through = last;
      return TRUE;
    }
    last = item->position;
    taken++;
    if (!add_record(page, item->record, error))
      return FALSE;
  }
  return bh_log_get_counter(page->db, "position", &page->through, error);
}

/* Reports a record that left a scope of the device as gone, unless another of its scopes has it or
 * the device never had it. `row` NULL: the record no longer exists. */
static gboolean add_moved(Page *page, const char *id, const BhRecordRow *row, GError **error)
{
  if (row != NULL && bh_device_view_has_scope(page->view, row))
    return TRUE;
  g_hash_table_add(page->listed, g_strdup(id));
  if (row != NULL && bh_device_view_may_hide(page->view, row->kind))
    return add_hidden(page, id, row->created, error);
  if (row == NULL || row->created <= page->since)
    json_array_append_new(page->gone, json_string(id));
  return TRUE;
}

static gboolean add_gone(Page *page, GError **error)
{
  if (page->reset)
    return TRUE;
  g_autoptr(GArray) items = g_array_new(FALSE, FALSE, sizeof(BhFeedItem));
  const GPtrArray *scopes = bh_device_view_list_scopes(page->view);
  for (guint i = 0; i < scopes->len; i++)
    if (!bh_feed_store_list_moved(page->db, scopes->pdata[i], page->since, page->through, items,
                                  error))
      return FALSE;
  for (guint i = 0; i < items->len; i++) {
    const char *id = g_array_index(items, BhFeedItem, i).record;
    BhRecordRow row = {0};
    gboolean found;
    if (g_hash_table_contains(page->listed, id))
      continue;
    if (!bh_record_row_load(page->db, id, &row, &found, error))
      return FALSE;
    gboolean ok = add_moved(page, id, found ? &row : NULL, error);
    bh_record_row_clear(&row);
    if (!ok)
      return FALSE;
  }
  return TRUE;
}

static char *write_page(Page *page, const BhHubDevice *device, GError **error)
{
  g_autoptr(json_t) included = bh_log_list_heads(page->db, device->id, error);
  g_autoptr(json_t) quarantined =
      included != NULL ? bh_log_list_quarantine(page->db, device->id, 0, BH_QUARANTINED_MAX, error)
                       : NULL;
  if (quarantined == NULL)
    return NULL;
  g_autofree char *cursor =
      g_strdup_printf("1.%s.%s.%" G_GINT64_FORMAT, bh_hub_get_epoch(page->hub),
                      bh_device_view_get_hash(page->view), page->through);
  g_autoptr(json_t) head = json_pack(
      "{s:s, s:s, s:b, s:b, s:s, s:o*, s:O, s:O, s:O}", "epoch", bh_hub_get_epoch(page->hub),
      "cursor", cursor, "more", (int)page->more, "reset", (int)page->reset, "kinds",
      bh_device_view_get_kinds_hash(page->view), "time", bh_enrol_time(page->hub, device->id),
      "gone", page->gone, "included", included, "quarantined", quarantined);
  g_autofree char *url = bh_log_dup_value(page->db, "public_url", NULL);
  if (url != NULL)
    json_object_set_new(head, "url", json_string(url));
  if (!page->more) {
    char *staff = bh_enrol_staff_version(page->db, device, error);
    if (staff == NULL)
      return NULL;
    json_object_set_new(head, "staff", json_string(staff));
    g_free(staff);
  }
  g_autofree char *text = bh_json_dump(head);
  /* Snapshots are inserted into the JSON text as they are stored, without being parsed. */
  text[strlen(text) - 1] = '\0';
  return g_strconcat(text, ",\"records\":[", page->records->str, "]}", NULL);
}

static char *make_page(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *cursor,
                       int limit, BhAccess *access, GError **error)
{
  g_auto(Page) page = {.hub = hub, .db = db, .device = device->id, .access = access};
  page.view = bh_device_view_new(hub, db, device, error);
  if (page.view == NULL)
    return NULL;
  page.records = g_string_new(NULL);
  page.listed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  page.gone = json_array();
  if (!read_cursor(&page, cursor, error) || !add_records(&page, limit, error) ||
      !add_gone(&page, error))
    return NULL;
  /* Too many records are gone for one page. The device is made to read the feed from the beginning
   * and to keep only the records that it then receives. */
  if (json_array_size(page.gone) > BH_CHANGES_MAX_GONE)
    return make_page(hub, db, device, NULL, limit, access, error);
  return write_page(&page, device, error);
}

char *bh_feed_changes(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *cursor,
                      int limit, BhAccess *access, GError **error)
{
  if (!bh_log_begin_read(db, error))
    return NULL;
  char *text = make_page(hub, db, device, cursor, limit, access, error);
  bh_log_end_read(db);
  return text;
}

/* Several records may have the same file. The record with the best visibility for the device
 * counts. */
gboolean bh_feed_shows_file(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *sha256,
                            gboolean *shows, BhAccess *access, GError **error)
{
  BhVisibility best = BH_VISIBILITY_NONE;
  const char *restricted = NULL;
  g_autofree char *kind = NULL;
  *shows = FALSE;
  g_autoptr(BhDeviceView) view = bh_device_view_new(hub, db, device, error);
  g_autoptr(GPtrArray) ids = view != NULL ? bh_feed_store_list_showing(db, sha256, error) : NULL;
  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len && best != BH_VISIBILITY_OPEN; i++) {
    BhRecordRow row = {0};
    gboolean found;
    if (!bh_record_row_load(db, ids->pdata[i], &row, &found, error))
      return FALSE;
    g_autoptr(BhRecord) record =
        found ? bh_record_from_snapshot(row.snapshot, strlen(row.snapshot), error) : NULL;
    BhVisibility visibility =
        record != NULL ? bh_device_view_get_visibility(view, &row, record) : BH_VISIBILITY_NONE;
    gboolean proven = FALSE;
    if (visibility != BH_VISIBILITY_NONE &&
        !bh_file_access_is_proven(db, bh_hub_get_id(hub), bh_device_view_find_kind(view, row.kind),
                                  record, sha256, &proven, error)) {
      bh_record_row_clear(&row);
      return FALSE;
    }
    if (!proven)
      visibility = BH_VISIBILITY_NONE;
    if (visibility == BH_VISIBILITY_RESTRICTED && restricted == NULL) {
      restricted = ids->pdata[i];
      kind = g_strdup(row.kind);
    }
    best = MAX(best, visibility);
    bh_record_row_clear(&row);
  }
  if (best == BH_VISIBILITY_RESTRICTED)
    bh_access_note(access, restricted, kind, BH_ACCESS_FILE);
  *shows = best != BH_VISIBILITY_NONE;
  return TRUE;
}
