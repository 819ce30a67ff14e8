/* Lists of records for a viewer: translates a query into a BhListQuery (records/list-store.h), and
 * removes rows that the viewer may not see. Start at bh_hub_list. */
#include <string.h>

#include "schema/restriction.h"
#include "sync/hub/access/list.h"
#include "sync/hub/records/records.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/access/shown.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 200
#define RESTRICTIONS_MAX 10000 /* judged for one list; if there are more, each record is judged */

static gboolean add_values(json_t *list, const json_t *value)
{
  if (json_is_string(value))
    return json_array_append(list, (json_t *)value) == 0;
  if (json_is_integer(value)) {
    g_autofree char *text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return json_array_append_new(list, json_string(text)) == 0;
  }
  if (json_is_boolean(value))
    return json_array_append_new(list, json_string(json_is_true(value) ? "true" : "false")) == 0;
  return FALSE;
}

static gboolean read_where(const json_t *query, const BhKind *kind, BhListQuery *wanted,
                           GError **error)
{
  const char *field;
  json_t *value;
  json_object_foreach(json_object_get(query, "where"), field, value) {
    gboolean is_state = strcmp(field, "state") == 0;
    const BhField *declared = kind != NULL ? bh_kind_find_field(kind, field) : NULL;
    if (!is_state && (declared == NULL || !bh_field_is_indexed(declared))) {
      g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                  "where %.64s: not an indexed field of the kind", field);
      return FALSE;
    }
    if (wanted->n_where == BH_LIST_WHERE_MAX) {
      g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "where: at most %d fields", BH_LIST_WHERE_MAX);
      return FALSE;
    }
    json_t *values = json_array();
    gboolean ok = TRUE;
    size_t at;
    json_t *element;
    if (json_is_array(value)) {
      json_array_foreach(value, at, element) {
        ok = ok && add_values(values, element);
      }
    } else {
      ok = add_values(values, value);
    }
    BhListWhere *where = &wanted->where[wanted->n_where++];
    where->field = field;
    where->values = bh_json_dump(values);
    json_decref(values);
    if (!ok) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                  "where %.64s: must be a value or a list of values", field);
      return FALSE;
    }
  }
  return TRUE;
}

/* Reads "doubtful": only records whose value of that field is doubtful. */
static gboolean read_doubtful(const json_t *query, BhListQuery *wanted, GError **error)
{
  const char *field = bh_json_string_or(query, "doubtful", NULL);
  if (field == NULL)
    return TRUE;
  if (wanted->kind == NULL || wanted->n_where == BH_LIST_WHERE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "doubtful: needs a kind, and one condition fewer in where");
    return FALSE;
  }
  g_autoptr(json_t) names = json_pack("[s]", field);
  BhListWhere *where = &wanted->where[wanted->n_where++];
  where->field = BH_INDEX_DOUBT;
  where->values = bh_json_dump(names);
  return TRUE;
}

static gboolean read_inbox(const char *inbox, BhListQuery *wanted, GError **error)
{
  if (inbox == NULL)
    return TRUE;
  if (strcmp(inbox, BH_LANE_CONFLICT) == 0)
    wanted->conflict = TRUE;
  else if (strcmp(inbox, BH_LANE_QUARANTINE) == 0)
    wanted->quarantined = TRUE;
  else if (g_strv_contains(BH_LANES, inbox))
    wanted->review = inbox;
  else {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "inbox: no such lane: %.32s", inbox);
    return FALSE;
  }
  return TRUE;
}

static gboolean read_area(BhHub *hub, BhDb *db, const char *area, BhListQuery *wanted,
                          GError **error)
{
  if (area == NULL)
    return TRUE;
  g_autoptr(GPtrArray) scopes = bh_feed_store_list_areas(db, error);
  if (scopes == NULL)
    return FALSE;
  g_autoptr(json_t) areas = json_array();
  json_array_append_new(areas, json_string(area));
  for (guint i = 0; i < scopes->len; i++) {
    const char *code = (const char *)scopes->pdata[i] + 2;
    if (strcmp(code, area) != 0 && bh_region_is_within(hub->region, code, area))
      json_array_append_new(areas, json_string(code));
  }
  wanted->areas = bh_json_dump(areas);
  return TRUE;
}

typedef struct {
  BhHub *hub;
  BhDb *db;
  const BhKindSet *kinds;
  const json_t *viewer;
  BhShown *shown;
} Listing;

/* Adds the scopes of `stored` that are within what the unit serves. FALSE when `stored` is NULL. */
static gboolean add_scopes(Listing *listing, GPtrArray *stored, const char *unit, json_t *scopes)
{
  const BhRegion *region = listing->hub->region;
  for (guint i = 0; stored != NULL && i < stored->len; i++)
    if (bh_scope_is_within(stored->pdata[i], unit, TRUE, region, bh_shown_lookup, listing->shown))
      json_array_append_new(scopes, json_string(stored->pdata[i]));
  return stored != NULL;
}

/* Filters by the scopes that the viewer's unit serves, so that the store need not read all other
 * rows. No filter is set if the unit serves the whole area of the hub, or for the children of one
 * record: nearly all rows, or only few, are read then. Each row is checked by itself in any case.
 */
static gboolean read_scopes(Listing *listing, const BhKind *kind, BhListQuery *wanted,
                            GError **error)
{
  const char *unit = bh_json_string_or(listing->viewer, "unit", NULL);
  g_autofree char *whole = g_strconcat("a:", listing->hub->area, NULL);
  gboolean for_all = kind != NULL && strcmp(bh_kind_get_scope(kind), "all") == 0;
  if (listing->viewer == NULL || wanted->parent != NULL || for_all ||
      bh_scope_is_within(whole, unit, TRUE, listing->hub->region, bh_shown_lookup, listing->shown))
    return TRUE;
  g_autoptr(GPtrArray) areas = bh_feed_store_list_areas(listing->db, error);
  g_autoptr(GPtrArray) units = areas != NULL ? bh_feed_store_list_units(listing->db, error) : NULL;
  g_autoptr(json_t) scopes = json_array();
  if (kind == NULL)
    json_array_append_new(scopes, json_string("all"));
  if (!add_scopes(listing, areas, unit, scopes) || !add_scopes(listing, units, unit, scopes))
    return FALSE;
  wanted->scopes = bh_json_dump(scopes);
  return TRUE;
}

/* Filters by the restrictions that allow the viewer, so that the store leaves out hidden records.
 * Neither the length of a page nor its time then reveals how much is hidden. Each row is still
 * judged by itself (get_sight), because a stored restriction may be out of date. */
static gboolean read_restrictions(Listing *listing, const BhKind *kind, BhListQuery *wanted,
                                  GError **error)
{
  BhContext viewer = {.actor = bh_json_string_or(listing->viewer, "id", NULL),
                      .actor_values = listing->viewer,
                      .lookup = bh_shown_lookup,
                      .data = listing->shown};
  if (listing->viewer == NULL ||
      (kind != NULL && json_object_get(bh_kind_get_declaration(kind), "visible") == NULL))
    return TRUE;
  g_autoptr(GPtrArray) stored =
      bh_list_store_restrictions(listing->db, wanted->kind, RESTRICTIONS_MAX + 1, error);
  g_autoptr(json_t) shown = json_array();
  if (stored == NULL || stored->len > RESTRICTIONS_MAX)
    return stored != NULL;
  for (guint i = 0; i < stored->len; i++)
    if (bh_restriction_allows(stored->pdata[i], &viewer))
      json_array_append_new(shown, json_string(stored->pdata[i]));
  wanted->restrictions = bh_json_dump(shown);
  return TRUE;
}

/* Reads "after": "POSITION" in the order of changes, "NR:TITLE" or "NR:DAY" in the other orders. */
static gboolean read_after(const char *after, BhListQuery *wanted, GError **error)
{
  char *end = NULL;
  if (after == NULL || *after == '\0')
    return TRUE;
  gint64 number = g_ascii_strtoll(after, &end, 10);
  if (number <= 0 || *end != (wanted->order != BH_LIST_BY_CHANGE ? ':' : '\0')) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "after: not a valid cursor for this order");
    return FALSE;
  }
  if (wanted->order != BH_LIST_BY_CHANGE) {
    wanted->after_nr = number;
    wanted->after_key = g_strdup(end + 1);
  } else {
    wanted->after_position = number;
  }
  return TRUE;
}

static gboolean read_order(const json_t *query, BhListQuery *wanted, GError **error)
{
  static const char *const names[] = {"changed", "title", "due", NULL};
  const char *name = bh_json_string_or(query, "order", "changed");
  while (names[wanted->order] != NULL && strcmp(names[wanted->order], name) != 0)
    wanted->order++;
  wanted->due_before = bh_json_string_or(query, "due_before", "9999-12-31");
  if (names[wanted->order] == NULL || (wanted->order == BH_LIST_BY_DUE && wanted->kind == NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                "order %.32s: must be changed, title, or due together with a kind", name);
    return FALSE;
  }
  return TRUE;
}

static gboolean read_query(Listing *listing, const json_t *query, BhListQuery *wanted,
                           GError **error)
{
  wanted->kind = bh_json_string_or(query, "kind", NULL);
  wanted->parent = bh_json_string_or(query, "parent", NULL);
  wanted->without = bh_json_string_or(query, "without", NULL);
  const json_t *parent_not = json_object_get(query, "parent_not");
  if (parent_not != NULL)
    wanted->parent_not = bh_json_dump(parent_not);
  json_int_t limit = json_integer_value(json_object_get(query, "limit"));
  wanted->limit = limit > 0 ? (int)MIN(limit, LIMIT_MAX) : LIMIT_DEFAULT;
  const BhKind *kind = wanted->kind != NULL ? bh_kind_set_find(listing->kinds, wanted->kind) : NULL;
  if (wanted->kind != NULL && kind == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "no such kind: %.64s", wanted->kind);
    return FALSE;
  }
  const char *search = bh_json_string_or(query, "search", "");
  /* bh_search_query ignores what is beyond the limit, so that records would be found which do not
   * match. */
  if (g_utf8_strlen(search, -1) > BH_SEARCH_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "search: more than %d characters", BH_SEARCH_MAX);
    return FALSE;
  }
  if (*search != '\0') {
    wanted->match = bh_search_query(search);
    if (wanted->match == NULL)
      wanted->nothing = TRUE;
    g_autoptr(GError) failed = NULL;
    wanted->related = bh_search_related(listing->db, listing->kinds, wanted->kind, search, &failed);
    if (failed != NULL) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return FALSE;
    }
  }
  return read_order(query, wanted, error) &&
         read_after(bh_json_string_or(query, "after", NULL), wanted, error) &&
         read_where(query, kind, wanted, error) && read_doubtful(query, wanted, error) &&
         read_inbox(bh_json_string_or(query, "inbox", NULL), wanted, error) &&
         read_area(listing->hub, listing->db, bh_json_string_or(query, "area", NULL), wanted,
                   error) &&
         read_scopes(listing, kind, wanted, error) &&
         read_restrictions(listing, kind, wanted, error);
}

static json_t *describe(BhDb *db, const BhListRow *row, const json_t *values, GError **error)
{
  gint64 total, received;
  if (!bh_list_store_count_files(db, row->id, row->nr, &total, &received, error))
    return NULL;
  return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:I, s:O, s:b, s:s?, s:I, s:I}", "id",
                   row->id, "kind", row->kind, "title", row->title, "state", row->state, "area",
                   row->area, "unit", row->unit, "changed_ms", (json_int_t)row->changed_ms,
                   "values", values, "conflict", (int)row->conflict, "review", row->review,
                   "files_total", (json_int_t)total, "files_here", (json_int_t)received);
}

static gboolean is_in_scope(Listing *listing, const BhListRow *row)
{
  const char *unit = bh_json_string_or(listing->viewer, "unit", NULL);
  const BhRegion *region = listing->hub->region;
  return bh_scope_is_within(row->scope, unit, TRUE, region, bh_shown_lookup, listing->shown) ||
         bh_scope_is_within(row->scope2, unit, TRUE, region, bh_shown_lookup, listing->shown);
}

static BhSight get_sight(Listing *listing, const BhListRow *row, const json_t *values)
{
  const BhKind *kind = bh_kind_set_find(listing->kinds, row->kind);
  if (listing->viewer == NULL)
    return BH_SIGHT_OPEN;
  if (kind == NULL || !is_in_scope(listing, row))
    return BH_SIGHT_NONE;
  return bh_sight_of(kind, row->id, values, &listing->viewer, 1, bh_shown_lookup, listing->shown);
}

static char *make_after(const BhListRow *row, BhListOrder order)
{
  const char *key = bh_list_row_key(row, order);
  return key != NULL ? g_strdup_printf("%" G_GINT64_FORMAT ":%s", row->nr, key)
                     : g_strdup_printf("%" G_GINT64_FORMAT, row->position);
}

static void go_on_after(BhListQuery *wanted, const BhListRow *row)
{
  wanted->after_position = row->position;
  wanted->after_nr = row->nr;
  g_free(wanted->after_key);
  wanted->after_key = g_strdup(bh_list_row_key(row, wanted->order));
}

/* Appends the rows that the viewer may see, up to `limit`. *after: the text of the last shown row,
 * never of a hidden one. *more: there is a further row that would be shown. */
static gboolean add_rows(Listing *listing, GPtrArray *found, int limit, BhListOrder order,
                         json_t *rows, char **after, gboolean *more, GError **error)
{
  for (guint i = 0; i < found->len && !*more; i++) {
    const BhListRow *row = found->pdata[i];
    g_autoptr(BhRecord) record =
        bh_record_from_snapshot(row->snapshot, strlen(row->snapshot), error);
    if (record == NULL)
      return FALSE;
    g_autoptr(json_t) values = bh_record_dup_values(record);
    BhSight sight = get_sight(listing, row, values);
    if (sight == BH_SIGHT_NONE)
      continue;
    if ((int)json_array_size(rows) == limit) {
      *more = TRUE;
      break;
    }
    json_t *item = describe(listing->db, row, values, error);
    if (item == NULL)
      return FALSE;
    if (sight == BH_SIGHT_RESTRICTED)
      json_object_set_new(item, "restricted", json_true());
    json_array_append_new(rows, item);
    g_free(*after);
    *after = make_after(row, order);
  }
  return TRUE;
}

/* Reads until the page is full and a further row is found, or to the end. If a page ended at hidden
 * rows, it would reveal them. */
static json_t *list(Listing *listing, BhListQuery *wanted, GError **error)
{
  g_autoptr(json_t) rows = json_array();
  g_autofree char *after = NULL;
  gboolean more = FALSE, ended = wanted->nothing;
  const int limit = wanted->limit++;
  while (!more && !ended) {
    g_autoptr(GPtrArray) found = bh_hub_list_page(listing->db, wanted, error);
    if (found == NULL ||
        !add_rows(listing, found, limit, wanted->order, rows, &after, &more, error))
      return NULL;
    ended = (int)found->len < wanted->limit;
    if (!ended)
      go_on_after(wanted, found->pdata[found->len - 1]);
  }
  return json_pack("{s:O, s:s?}", "rows", rows, "after", more ? after : NULL);
}

/* *seen: whether a row counts. The record is loaded only if its kind can hide records and the store
 * has not judged it by its restriction. */
static gboolean is_seen(Listing *listing, const BhListQuery *wanted, const BhListRow *row,
                        gboolean *seen, GError **error)
{
  const BhKind *kind = bh_kind_set_find(listing->kinds, row->kind);
  const json_t *declared = kind != NULL ? bh_kind_get_declaration(kind) : NULL;
  if (json_object_get(declared, "visible") == NULL ||
      (row->is_derived && wanted->restrictions != NULL)) {
    *seen = listing->viewer == NULL || (kind != NULL && is_in_scope(listing, row));
    return TRUE;
  }
  g_autoptr(BhRecord) record = bh_record_load(listing->db, row->id, error);
  if (record == NULL)
    return FALSE;
  g_autoptr(json_t) values = bh_record_dup_values(record);
  *seen = get_sight(listing, row, values) != BH_SIGHT_NONE;
  return TRUE;
}

static gboolean count(Listing *listing, BhListQuery *wanted, int max, int *found, GError **error)
{
  *found = 0;
  wanted->limit = max + 1;
  wanted->count = TRUE;
  while (!wanted->nothing && *found <= max) {
    g_autoptr(GPtrArray) rows = bh_hub_list_page(listing->db, wanted, error);
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
    go_on_after(wanted, rows->pdata[rows->len - 1]);
  }
  return TRUE;
}

gboolean bh_hub_count(BhHub *hub, BhDb *db, const json_t *query, const json_t *viewer, int max,
                      int *found, gboolean *more, GError **error)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  Listing listing = {.hub = hub, .db = db, .kinds = kinds, .viewer = viewer};
  BhListQuery wanted = {0};
  listing.shown = bh_shown_new(db);
  gboolean good =
      read_query(&listing, query, &wanted, error) && count(&listing, &wanted, max, found, error);
  bh_shown_free(listing.shown);
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
  listing.shown = bh_shown_new(db);
  if (read_query(&listing, query, &wanted, error))
    result = list(&listing, &wanted, error);
  bh_shown_free(listing.shown);
  bh_list_query_clear(&wanted);
  return result;
}
