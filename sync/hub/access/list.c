/* Lists of records for a viewer: adds to a list query what the viewer may see, and removes rows
 * that are hidden from the viewer all the same. Start at bh_hub_list. */
#include <string.h>

#include "schema/restriction.h"
#include "sync/index/index.h"
#include "sync/hub/access/list.h"
#include "sync/hub/records/records.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/access/value-cache.h"

#define RESTRICTIONS_MAX 10000 /* judged for a list; if there are more, each record is judged */

static gboolean read_inbox(const char *inbox, BhListQuery *wanted, GError **error)
{
  if (inbox == NULL)
    return TRUE;
  if (strcmp(inbox, BH_LANE_CONFLICT) == 0)
    wanted->conflict = TRUE;
  else if (strcmp(inbox, BH_LANE_QUARANTINE) == 0)
    wanted->among = bh_records_in_quarantine;
  else if (g_strv_contains(BH_LANES, inbox))
    wanted->review = inbox;
  else {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "inbox: no such lane: %.32s", inbox);
    return FALSE;
  }
  return TRUE;
}

/* Adds the codes of the scopes of areas within `area`. */
static void add_areas(BhHub *hub, const GPtrArray *scopes, const char *area, json_t *areas)
{
  for (guint i = 0; i < scopes->len; i++) {
    const char *code = strchr(scopes->pdata[i], ':') + 1;
    if (strcmp(code, area) != 0 && bh_region_is_within(hub->region, code, area))
      json_array_append_new(areas, json_string(code));
  }
}

static gboolean read_area(BhHub *hub, BhDb *db, const char *area, BhListQuery *wanted,
                          GError **error)
{
  if (area == NULL)
    return TRUE;
  g_autoptr(GPtrArray) scopes = bh_feed_store_list_areas(db, error);
  g_autoptr(GPtrArray) office = scopes != NULL ? bh_feed_store_list_office(db, error) : NULL;
  if (office == NULL)
    return FALSE;
  g_autoptr(json_t) areas = json_array();
  json_array_append_new(areas, json_string(area));
  add_areas(hub, scopes, area, areas);
  add_areas(hub, office, area, areas);
  wanted->areas = bh_json_dump(areas);
  return TRUE;
}

typedef struct {
  BhHub *hub;
  BhDb *db;
  const BhKindSet *kinds;
  const json_t *viewer;
  BhValueCache *cache;
} Listing;

/* Adds the scopes of `stored` that are within what the unit serves. FALSE when `stored` is NULL. */
static gboolean add_scopes(Listing *listing, GPtrArray *stored, const char *unit, json_t *scopes)
{
  const BhRegion *region = listing->hub->region;
  for (guint i = 0; stored != NULL && i < stored->len; i++)
    if (bh_scope_is_within(stored->pdata[i], unit, TRUE, region, bh_value_cache_lookup,
                           listing->cache))
      json_array_append_new(scopes, json_string(stored->pdata[i]));
  return stored != NULL;
}

/* Filters by the scopes that the viewer's unit serves, so that the store need not read all other
 * rows. No filter is set if there is no viewer, for a kind with the scope "all", for a unit that
 * serves the whole area of the hub (nearly all rows would pass), and for the children of given
 * records (they are few). Each row is also checked by itself in any case. */
static gboolean read_scopes(Listing *listing, const BhKind *kind, BhListQuery *wanted,
                            GError **error)
{
  const char *unit = bh_json_string_or(listing->viewer, "unit", NULL);
  g_autofree char *whole = g_strconcat("a:", listing->hub->area, NULL);
  gboolean for_all = kind != NULL && strcmp(bh_kind_get_scope(kind), "all") == 0;
  if (listing->viewer == NULL || wanted->parents != NULL || for_all ||
      bh_scope_is_within(whole, unit, TRUE, listing->hub->region, bh_value_cache_lookup,
                         listing->cache))
    return TRUE;
  g_autoptr(GPtrArray) areas = bh_feed_store_list_areas(listing->db, error);
  g_autoptr(GPtrArray) units = areas != NULL ? bh_feed_store_list_units(listing->db, error) : NULL;
  g_autoptr(GPtrArray) office =
      units != NULL ? bh_feed_store_list_office(listing->db, error) : NULL;
  g_autoptr(json_t) scopes = json_array();
  if (kind == NULL || bh_kind_inherits(kind)) {
    json_array_append_new(scopes, json_string("all"));
    json_array_append_new(scopes, json_string(BH_SCOPE_OFFICE "all"));
  }
  if (!add_scopes(listing, areas, unit, scopes) || !add_scopes(listing, units, unit, scopes) ||
      !add_scopes(listing, office, unit, scopes))
    return FALSE;
  wanted->scopes = bh_json_dump(scopes);
  return TRUE;
}

/* Filters by the restrictions that allow the viewer, so that the store leaves out hidden records.
 * Neither the length of a page nor its time then reveals how much is hidden. Each row is still
 * judged by itself (get_visibility), because a stored restriction may be out of date. */
static gboolean read_restrictions(Listing *listing, const BhKind *kind, BhListQuery *wanted,
                                  GError **error)
{
  BhContext viewer = {.actor = bh_json_string_or(listing->viewer, "id", NULL),
                      .actor_values = listing->viewer,
                      .lookup = bh_value_cache_lookup,
                      .data = listing->cache};
  if (listing->viewer == NULL || (kind != NULL && !bh_kind_may_hide(kind)))
    return TRUE;
  g_autoptr(GPtrArray) stored =
      bh_list_restrictions(listing->db, wanted->kind, RESTRICTIONS_MAX + 1, error);
  g_autoptr(json_t) shown = json_array();
  if (stored == NULL || stored->len > RESTRICTIONS_MAX)
    return stored != NULL;
  for (guint i = 0; i < stored->len; i++)
    if (bh_restriction_allows(stored->pdata[i], &viewer))
      json_array_append_new(shown, json_string(stored->pdata[i]));
  wanted->restrictions = bh_json_dump(shown);
  return TRUE;
}

static gboolean read_query(Listing *listing, const json_t *query, BhListQuery *wanted,
                           GError **error)
{
  if (!bh_list_query_read(listing->db, listing->kinds, query, wanted, error))
    return FALSE;
  const BhKind *kind = wanted->kind != NULL ? bh_kind_set_find(listing->kinds, wanted->kind) : NULL;
  return read_inbox(bh_json_string_or(query, "inbox", NULL), wanted, error) &&
         read_area(listing->hub, listing->db, bh_json_string_or(query, "area", NULL), wanted,
                   error) &&
         read_scopes(listing, kind, wanted, error) &&
         read_restrictions(listing, kind, wanted, error);
}

static json_t *describe(BhDb *db, const BhRecordRow *row, const json_t *values, GError **error)
{
  gint64 total, received;
  if (!bh_record_count_files(db, row->id, row->nr, &total, &received, error))
    return NULL;
  return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:I, s:O, s:b, s:s?, s:I, s:I}", "id",
                   row->id, "kind", row->kind, "title", row->title, "state", row->state, "area",
                   row->area, "unit", row->unit, "changed_ms", (json_int_t)row->changed_ms,
                   "values", values, "conflict", (int)row->conflict, "review", row->review,
                   "files_total", (json_int_t)total, "files_here", (json_int_t)received);
}

static gboolean is_in_scope(Listing *listing, const char *scope, const char *scope2)
{
  const char *unit = bh_json_string_or(listing->viewer, "unit", NULL);
  const BhRegion *region = listing->hub->region;
  return bh_scope_is_within(scope, unit, TRUE, region, bh_value_cache_lookup, listing->cache) ||
         bh_scope_is_within(scope2, unit, TRUE, region, bh_value_cache_lookup, listing->cache);
}

static BhVisibility get_visibility(Listing *listing, const BhRecordRow *row, const json_t *values)
{
  const BhKind *kind = bh_kind_set_find(listing->kinds, row->kind);
  if (listing->viewer == NULL)
    return BH_VISIBILITY_OPEN;
  if (kind == NULL || !is_in_scope(listing, row->scope, row->scope2))
    return BH_VISIBILITY_NONE;
  const BhVisibilitySource source = {bh_value_cache_lookup, bh_value_cache_get_kind,
                                     listing->cache};
  return bh_visibility_compute(kind, row->id, values, &listing->viewer, 1, &source);
}

/* Reads the record of a hit. *values: its values; NULL when the viewer may not see the record, or
 * it is gone. */
static gboolean read_hit(Listing *listing, const BhListHit *hit, BhRecordRow *row, json_t **values,
                         BhVisibility *visibility, GError **error)
{
  gboolean found;
  *values = NULL;
  if (!bh_record_row_load_nr(listing->db, hit->nr, row, &found, error) || !found)
    return error == NULL || *error == NULL;
  g_autoptr(BhRecord) record = bh_record_from_snapshot(row->snapshot, strlen(row->snapshot), error);
  if (record == NULL)
    return FALSE;
  g_autoptr(json_t) shown = bh_record_dup_values(record);
  *visibility = get_visibility(listing, row, shown);
  if (*visibility != BH_VISIBILITY_NONE)
    *values = g_steal_pointer(&shown);
  return TRUE;
}

static json_t *describe_hit(Listing *listing, const BhListHit *hit, gboolean *hidden,
                            GError **error)
{
  BhRecordRow row = {0};
  g_autoptr(json_t) values = NULL;
  BhVisibility visibility = BH_VISIBILITY_NONE;
  json_t *item = NULL;
  gboolean ok = read_hit(listing, hit, &row, &values, &visibility, error);
  *hidden = ok && values == NULL;
  if (values != NULL)
    item = describe(listing->db, &row, values, error);
  if (item != NULL && visibility == BH_VISIBILITY_RESTRICTED)
    json_object_set_new(item, "restricted", json_true());
  bh_record_row_clear(&row);
  return item;
}

/* Appends the rows that the viewer may see, up to `limit`. *after: the text of the last shown row,
 * never of a hidden one. *more: whether there is a further row that the viewer may see. */
static gboolean add_rows(Listing *listing, GPtrArray *hits, int limit, json_t *rows, char **after,
                         gboolean *more, GError **error)
{
  for (guint i = 0; i < hits->len && !*more; i++) {
    const BhListHit *hit = hits->pdata[i];
    gboolean hidden;
    json_t *item = describe_hit(listing, hit, &hidden, error);
    if (hidden)
      continue;
    if (item == NULL)
      return FALSE;
    if ((int)json_array_size(rows) == limit) {
      *more = TRUE;
      json_decref(item);
      break;
    }
    json_array_append_new(rows, item);
    g_free(*after);
    *after = bh_list_dup_after(hit);
  }
  return TRUE;
}

/* Reads until the page is full and a further row that the viewer may see is found, or to the end of
 * the list. A page that ended where hidden rows begin would reveal that there are such rows. */
static json_t *list(Listing *listing, BhListQuery *wanted, GError **error)
{
  g_autoptr(json_t) rows = json_array();
  g_autofree char *after = NULL;
  gboolean more = FALSE, ended = wanted->matches_nothing;
  const int limit = wanted->limit++;
  while (!more && !ended) {
    g_autoptr(GPtrArray) found = bh_list_page(listing->db, wanted, error);
    if (found == NULL || !add_rows(listing, found, limit, rows, &after, &more, error))
      return NULL;
    ended = (int)found->len < wanted->limit;
    if (!ended)
      bh_list_query_go_on(wanted, found->pdata[found->len - 1]);
  }
  return json_pack("{s:O, s:s?}", "rows", rows, "after", more ? after : NULL);
}

/* *seen: whether a row counts, because the viewer may see its record. The record is loaded only if
 * records of its kind can be hidden and the SQL has not already filtered it by its restriction. */
static gboolean is_seen(Listing *listing, const BhListQuery *wanted, const BhListHit *hit,
                        gboolean *seen, GError **error)
{
  const BhKind *kind = bh_kind_set_find(listing->kinds, hit->kind);
  if (kind == NULL || !bh_kind_may_hide(kind) ||
      (hit->is_derived && wanted->restrictions != NULL)) {
    *seen =
        listing->viewer == NULL || (kind != NULL && is_in_scope(listing, hit->scope, hit->scope2));
    return TRUE;
  }
  BhRecordRow row = {0};
  g_autoptr(json_t) values = NULL;
  BhVisibility visibility;
  gboolean ok = read_hit(listing, hit, &row, &values, &visibility, error);
  bh_record_row_clear(&row);
  *seen = values != NULL;
  return ok;
}

static gboolean count(Listing *listing, BhListQuery *wanted, int max, int *found, GError **error)
{
  *found = 0;
  wanted->limit = max + 1;
  wanted->count = TRUE;
  while (!wanted->matches_nothing && *found <= max) {
    g_autoptr(GPtrArray) rows = bh_list_page(listing->db, wanted, error);
    if (rows == NULL)
      return FALSE;
    for (guint i = 0; i < rows->len && *found <= max; i++) {
      gboolean seen;
      if (!is_seen(listing, wanted, rows->pdata[i], &seen, error))
        return FALSE;
      *found += seen ? 1 : 0;
    }
    if ((int)rows->len < wanted->limit)
      break;
    bh_list_query_go_on(wanted, rows->pdata[rows->len - 1]);
  }
  return TRUE;
}

gboolean bh_hub_count(BhHub *hub, BhDb *db, const json_t *query, const json_t *viewer, int max,
                      int *found, gboolean *more, GError **error)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  Listing listing = {.hub = hub, .db = db, .kinds = kinds, .viewer = viewer};
  BhListQuery wanted = {0};
  listing.cache = bh_value_cache_new(db);
  gboolean good = bh_hub_update_index(hub, db, error) &&
                  read_query(&listing, query, &wanted, error) &&
                  count(&listing, &wanted, max, found, error);
  bh_value_cache_free(listing.cache);
  bh_list_query_clear(&wanted);
  *more = good && *found > max;
  if (*more)
    *found = max;
  return good;
}

json_t *bh_hub_list(BhHub *hub, BhDb *db, const json_t *query, const json_t *viewer, GError **error)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  Listing listing = {.hub = hub, .db = db, .kinds = kinds, .viewer = viewer};
  BhListQuery wanted = {0};
  json_t *result = NULL;
  listing.cache = bh_value_cache_new(db);
  if (bh_hub_update_index(hub, db, error) && read_query(&listing, query, &wanted, error))
    result = list(&listing, &wanted, error);
  bh_value_cache_free(listing.cache);
  bh_list_query_clear(&wanted);
  return result;
}
