/* One page of a list: reads hits of the index, and leaves out what its viewer may not see. Start at
 * bh_device_list. */
#include "sync/device/store/device.h"

#include "sync/device/store/index.h"
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
  json_t *rows;
} Page;

static json_t *make_row(Page *page, BhView *view, const char *id)
{
  BhDevice *device = page->device;
  const char *kind = bh_kind_get_name(page->kind);
  json_t *out = json_object();
  json_object_set_new(out, "id", json_string(id));
  json_object_set_new(out, "kind", json_string(kind));
  json_object_set_new(out, "title", json_string(view->row.title));
  json_object_set_new(out, "state",
                      view->row.state != NULL ? json_string(view->row.state) : json_null());
  json_object_set_new(out, "conflict", json_boolean(view->row.conflicts > 0));
  /* A copy, because another thread may read the page while the record changes. */
  json_object_set_new(out, "values", json_copy(bh_scope_get(page->scope, id)));
  json_object_set_new(out, "pending", json_integer(bh_records_store_count_pending(device, id)));
  json_object_set_new(out, "review", bh_review_find_open(device, kind, id));
  return out;
}

/* Adds the row of a hit when its viewer may see it. */
static gboolean offer(Page *page, const BhListHit *hit, GError **error)
{
  BhContext context;
  g_autoptr(GError) failed = NULL;
  g_autofree char *id = bh_records_store_dup_id(page->device, hit->nr, &failed);
  if (id != NULL && page->viewer != NULL) {
    bh_scope_fill(page->scope, id, &context);
    if (!bh_kind_is_visible(page->kind, &context))
      return TRUE;
  }
  BhView *view = id != NULL ? bh_view_get(page->device, id, &failed) : NULL;
  if (view != NULL)
    json_array_append_new(page->rows, make_row(page, view, id));
  if (failed == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&failed));
  return FALSE;
}

/* Adds hits until the page is full. *last: the last one that was read, or unchanged. */
static gboolean offer_all(Page *page, GPtrArray *hits, gsize limit, guint *read, GError **error)
{
  for (*read = 0; *read < hits->len && json_array_size(page->rows) < limit; (*read)++)
    if (!offer(page, hits->pdata[*read], error))
      return FALSE;
  return TRUE;
}

/* *after: NULL on the last page. */
static gboolean fill(Page *page, BhListQuery *query, char **after, GError **error)
{
  gsize limit = (gsize)query->limit, total = 0;
  gboolean more = !query->matches_nothing;
  /* One more, so that a full page knows whether it is the last. */
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
  static const char *const allowed[] = {"kind",    "parent",     "where",      "search",
                                        "order",   "after",      "limit",      "viewer",
                                        "without", "due_before", "parent_not", NULL};
  if (!json_is_object(query)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "list: the query must be an object");
    return FALSE;
  }
  return bh_json_get_string(query, "kind", "list", error) != NULL &&
         bh_json_check_keys(query, allowed, "list", error) && bh_device_index_update(device, error);
}

json_t *bh_device_list(BhDevice *device, const json_t *query, GError **error)
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
  Page page = {device, bh_kind_set_find(device->kinds, wanted.kind), viewer, scope, rows};
  return fill(&page, &wanted, &after, error)
             ? json_pack("{s:O, s:s?}", "rows", rows, "after", after)
             : NULL;
}
