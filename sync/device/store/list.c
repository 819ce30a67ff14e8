/* One page of a list: reads hits of the index, and leaves out what its viewer may not see. Start at
 * bh_device_list. */
#include "sync/device/store/device.h"

#include "schema/compute.h"
#include "schema/due.h"
#include "sync/device/store/index.h"
#include "sync/device/store/list.h"
#include "sync/device/store/scope.h"
#include "sync/device/store/view.h"
#include "sync/device/store/views.h"
#include "sync/index/index.h"

#define READ_MAX 20000 /* hits read for one page; then the page is short, with "after" */

typedef struct {
  BhDevice *device;
  const BhKind *kind;
  const char *viewer; /* NULL: everything is shown */
  BhScope *scope;
  gboolean places; /* rows say where the page after them begins */
  json_t *rows;
} Page;

/* The records of some hits, read in a fixed number of statements. */
typedef struct {
  GHashTable *ids;     /* number → id */
  GHashTable *views;   /* id → BhView */
  GHashTable *pending; /* id → own entries that the hub does not have */
  GHashTable *reviews; /* id → description of its open review */
} Found;

static void found_clear(Found *found)
{
  g_clear_pointer(&found->ids, g_hash_table_unref);
  g_clear_pointer(&found->views, g_hash_table_unref);
  g_clear_pointer(&found->pending, g_hash_table_unref);
  g_clear_pointer(&found->reviews, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

static void give_values(BhScope *scope, GHashTable *views)
{
  GHashTableIter iter;
  gpointer id, view;
  g_hash_table_iter_init(&iter, views);
  while (g_hash_table_iter_next(&iter, &id, &view))
    bh_scope_give(scope, id, bh_view_get_values(view));
}

/* Conditions of visibility read the records that the rows belong to. */
static gboolean give_parents(Page *page, GHashTable *views, GError **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(json_t) ids = json_array();
  GHashTableIter iter;
  gpointer view;
  if (page->viewer == NULL)
    return TRUE;
  g_hash_table_iter_init(&iter, views);
  while (g_hash_table_iter_next(&iter, NULL, &view)) {
    const char *parent = ((const BhView *)view)->row.parent;
    if (parent != NULL && g_hash_table_add(seen, (gpointer)parent))
      json_array_append_new(ids, json_string(parent));
  }
  g_autoptr(GHashTable) parents = bh_views_load(page->device, ids, error);
  if (parents == NULL)
    return FALSE;
  give_values(page->scope, parents);
  return TRUE;
}

static gboolean find_all(Page *page, GPtrArray *hits, Found *found, GError **error)
{
  BhDevice *device = page->device;
  g_autoptr(json_t) numbers = json_array(), ids = json_array();
  GHashTableIter iter;
  gpointer id;
  for (guint i = 0; i < hits->len; i++)
    json_array_append_new(numbers, json_integer(((const BhListHit *)hits->pdata[i])->nr));
  found->ids = bh_records_store_list_ids(device, numbers, error);
  if (found->ids == NULL)
    return FALSE;
  g_hash_table_iter_init(&iter, found->ids);
  while (g_hash_table_iter_next(&iter, NULL, &id))
    json_array_append_new(ids, json_string(id));
  found->views = bh_views_load(device, ids, error);
  found->pending =
      found->views != NULL ? bh_records_store_count_pending_of(device, ids, error) : NULL;
  found->reviews =
      found->pending != NULL ? bh_reviews_find_open(device, page->kind, ids, error) : NULL;
  if (found->reviews == NULL)
    return FALSE;
  give_values(page->scope, found->views);
  return give_parents(page, found->views, error);
}

static json_t *make_row(Page *page, const Found *found, BhView *view, const char *id)
{
  json_t *review = g_hash_table_lookup(found->reviews, id);
  int pending = GPOINTER_TO_INT(g_hash_table_lookup(found->pending, id));
  /* The values are copied, because another thread may read the page while the record changes. */
  json_t *row = json_pack(
      "{s:s, s:s, s:s, s:s?, s:b, s:o, s:i, s:O?}", "id", id, "kind", bh_kind_get_name(page->kind),
      "title", view->row.title, "state", view->row.state, "conflict", view->row.conflicts > 0,
      "values", json_copy(bh_view_get_values(view)), "pending", pending, "review", review);
  BhContext context;
  BhDue due;
  bh_scope_fill_kind(page->scope, id, page->kind, &context);
  if (bh_due_find(page->kind, &context, &due))
    json_object_set_new(row, "due", bh_due_to_json(&due, bh_device_now_ms(page->device)));
  return row;
}

/* Adds the row of a hit when its viewer may see it. */
static void offer(Page *page, const Found *found, const BhListHit *hit)
{
  const char *id = g_hash_table_lookup(found->ids, &hit->nr);
  BhView *view = id != NULL ? g_hash_table_lookup(found->views, id) : NULL;
  BhContext context;
  if (view == NULL)
    return;
  bh_scope_fill_kind(page->scope, id, page->kind, &context);
  if (page->viewer != NULL && !bh_kind_is_visible(page->kind, &context))
    return;
  json_t *row = make_row(page, found, view, id);
  json_t *computed = bh_kind_compute_listed(page->kind, &context);
  if (computed != NULL)
    json_object_set_new(row, "computed", computed);
  g_autofree char *place = page->places ? bh_list_dup_after(hit) : NULL;
  if (place != NULL)
    json_object_set_new(row, "place", json_string(place));
  json_array_append_new(page->rows, row);
}

/* Adds hits until the page is full. *read: number of hits that were read. */
static gboolean offer_all(Page *page, GPtrArray *hits, gsize limit, guint *read, GError **error)
{
  g_auto(Found) found = {0};
  if (!find_all(page, hits, &found, error))
    return FALSE;
  for (*read = 0; *read < hits->len && json_array_size(page->rows) < limit; (*read)++)
    offer(page, &found, hits->pdata[*read]);
  return TRUE;
}

/* Fills the page with rows. *after: where the next page begins; NULL on the last page. */
static gboolean fill(Page *page, BhListQuery *query, char **after, GError **error)
{
  gsize limit = (gsize)query->limit, total = 0;
  gboolean more = !query->matches_nothing;
  /* Reads one row more than the page takes, to find out whether a full page is the last one. */
  query->limit++;
  while (more) {
    guint read;
    g_autoptr(GPtrArray) hits = bh_list_page(page->device->db, query, error);
    if (hits == NULL || !offer_all(page, hits, limit, &read, error))
      return FALSE;
    more = read < hits->len || (int)hits->len == query->limit;
    total += read;
    if (read == 0)
      break;
    const BhListHit *last = hits->pdata[read - 1];
    bh_list_query_go_on(query, last);
    if (more && (json_array_size(page->rows) == limit || total >= READ_MAX)) {
      *after = bh_list_dup_after(last);
      return TRUE;
    }
  }
  return TRUE;
}

static gboolean check_query(BhDevice *device, const json_t *query, GError **error)
{
  static const char *const allowed[] = {
      "kind",    "parent",     "where",      "search", "order",   "after",    "limit",    "viewer",
      "without", "due_before", "parent_not", "day",    "undated", "returned", "due_from", NULL};
  if (!json_is_object(query)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "list: the query must be an object");
    return FALSE;
  }
  return bh_json_get_string(query, "kind", "list", error) != NULL &&
         bh_json_check_keys(query, allowed, "list", error) && bh_device_index_update(device, error);
}

static json_t *list(BhDevice *device, const json_t *query, gboolean places, GError **error)
{
  g_auto(BhListQuery) wanted = {0};
  g_autofree char *after = NULL;
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error) ||
      !check_query(device, query, error) ||
      !bh_list_query_read(device->db, device->kinds, query, &wanted, error))
    return NULL;
  const char *viewer = bh_json_string_or(query, "viewer", NULL);
  g_autoptr(BhScope) scope = bh_scope_new(device, viewer);
  g_autoptr(json_t) rows = json_array();
  Page page = {device, bh_kind_set_find(device->kinds, wanted.kind), viewer, scope, places, rows};
  /* Records of a kind that is of the office since the last pull are still in the store. */
  if (page.kind != NULL && bh_kind_is_office(page.kind))
    wanted.matches_nothing = TRUE;
  return fill(&page, &wanted, &after, error)
             ? json_pack("{s:O, s:s?}", "rows", rows, "after", after)
             : NULL;
}

json_t *bh_device_list(BhDevice *device, const json_t *query, GError **error)
{
  return list(device, query, FALSE, error);
}

json_t *bh_list_with_places(BhDevice *device, const json_t *query, GError **error)
{
  return list(device, query, TRUE, error);
}
