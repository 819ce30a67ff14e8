/* The list of anomalies for the office: which rows the actor may see, and what they show.
 */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "sync/hub/ingest/ingest.h"
#include "sync/hub/records/records.h"

#define ROUNDS_MAX 8 /* pages read for one shown page, if the actor may not see all rows */

/* Whether another record with the number of the row is open to everybody in its scope, or visible
 * to the actor. Otherwise the row would reveal that a hidden record has the number. TRUE for old
 * rows without "look", which do not refer to other records. */
static gboolean has_twin(BhOfficeCall *call, const json_t *row)
{
  const BhVisibilitySource source = {bh_value_cache_lookup, bh_value_cache_get_kind, call->cache};
  const char *look = bh_json_string_or(row, "look", NULL);
  g_autoptr(GPtrArray) ids = look != NULL ? bh_number_store_list(call->db, look, NULL) : NULL;
  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    const char *id = g_ptr_array_index(ids, i);
    const BhCachedRecord *shown = bh_value_cache_find(call->cache, id, NULL);
    const BhKind *kind = shown != NULL ? bh_kind_set_find(call->kinds, shown->kind) : NULL;
    if (kind != NULL && strcmp(id, bh_json_string_or(row, "record", "")) != 0 &&
        (bh_visibility_compute(kind, id, shown->values, NULL, 0, &source) == BH_VISIBILITY_OPEN ||
         bh_office_show(call, id, NULL)))
      return TRUE;
  }
  return look == NULL;
}

/* Whether the actor may see a row: their unit serves the device, or they may see the record. Rows
 * with neither a device nor a record belong to the whole area of the hub. */
static gboolean is_within_reach(BhOfficeCall *call, const json_t *row)
{
  const char *record = bh_json_string_or(row, "record", NULL);
  const char *unit = bh_json_string_or(row, "unit", NULL);
  gboolean nobody = unit == NULL && record == NULL;
  g_autofree char *scope = unit != NULL ? g_strconcat("u:", unit, NULL)
                           : nobody     ? g_strconcat("a:", bh_hub_get_area(call->hub), NULL)
                                        : NULL;
  if (strcmp(bh_json_string_or(row, "kind", ""), "number") == 0 && !has_twin(call, row))
    return FALSE;
  return bh_office_serves(call, scope) || (record != NULL && bh_office_show(call, record, NULL));
}

/* Whether the content of a row must be left out. An entry in quarantine may change more records
 * than the record of the row, so all records of the entry must be visible. */
static gboolean is_hidden(BhOfficeCall *call, const json_t *row, const BhCachedRecord *shown)
{
  const char *record = bh_json_string_or(row, "record", NULL);
  gint64 position = json_integer_value(json_object_get(row, "position"));
  return (shown != NULL && !bh_office_show(call, record, BH_ACCESS_LIST)) ||
         (strcmp(bh_json_string_or(row, "kind", ""), "quarantine") == 0 &&
          !bh_office_may_read_quarantined_at(call, position, NULL));
}

/* A row as the page shows it. If the content is hidden, the row has only kind, code, time and
 * device. */
static json_t *describe(BhOfficeCall *call, const json_t *row)
{
  const char *record = bh_json_string_or(row, "record", NULL);
  const BhCachedRecord *shown =
      record != NULL ? bh_value_cache_find(call->cache, record, NULL) : NULL;
  gboolean hidden = is_hidden(call, row, shown);
  const BhKind *kind = shown != NULL && !hidden ? bh_kind_set_find(call->kinds, shown->kind) : NULL;
  const char *kind_name = bh_json_string_or(row, "kind", "");
  gboolean number = strcmp(kind_name, "number") == 0;
  gboolean english = strcmp(call->lang, "en") == 0;
  const json_t *wall = json_object_get(row, "wall_ms");
  const char *device = bh_json_string_or(row, "device", NULL);
  g_autofree char *at = bh_time_format(json_integer_value(json_object_get(row, "at_ms")));
  g_autofree char *wall_text = wall != NULL ? bh_time_format(json_integer_value(wall)) : NULL;
  g_autofree char *title = kind != NULL ? bh_office_title(call, kind, shown->values) : NULL;
  return json_pack(
      "{s:O, s:s, s:s, s:s, s:O, s:s, s:s*, s:s, s:s*, s:s, s:s, s:s*, s:s*, s:s, s:b}", "nr",
      json_object_get(row, "nr"), "at", at, "kind", kind_name, "code",
      bh_json_string_or(row, "code", ""), "times", json_object_get(row, "times"), "device",
      device != NULL ? bh_office_name(call, device) : "", "record", kind != NULL ? record : NULL,
      "title", title != NULL ? title : "", "record_kind",
      kind != NULL ? bh_kind_get_label(kind, call->lang) : NULL, "by",
      hidden ? "" : bh_office_name(call, bh_json_string_or(row, "by", NULL)), "text",
      hidden ? "" : bh_json_string_or(row, english ? "en" : "zh", ""), "entry",
      hidden ? NULL : bh_json_string_or(row, "entry", NULL), "device_time", wall_text, "number",
      number && !hidden ? bh_json_string_or(row, "source", "") : "", "hidden", hidden);
}

/* Appends the rows of one page that the actor may see. *before: the last row that was read; *more:
 * whether there may be further rows. */
static gboolean add_page(BhOfficeCall *call, const char *kind, gint64 *before, json_t *rows,
                         gboolean *more, GError **error)
{
  g_autoptr(json_t) found =
      bh_anomaly_store_list(call->db, kind, *before, BH_OFFICE_PAGE_MAX, error);
  gsize index;
  json_t *row;
  if (found == NULL)
    return FALSE;
  *more = json_array_size(found) == BH_OFFICE_PAGE_MAX;
  json_array_foreach(found, index, row) {
    if (json_array_size(rows) == BH_OFFICE_PAGE_MAX) {
      *more = TRUE;
      return TRUE;
    }
    *before = json_integer_value(json_object_get(row, "nr"));
    if (is_within_reach(call, row))
      json_array_append_new(rows, describe(call, row));
  }
  return TRUE;
}

json_t *bh_office_anomalies(BhOfficeCall *call, GError **error)
{
  const char *kind = bh_request_get_query(call->request, "kind");
  const char *after = bh_request_get_query(call->request, "after");
  gint64 before = after != NULL ? g_ascii_strtoll(after, NULL, 10) : G_MAXINT64;
  g_autoptr(json_t) rows = json_array();
  gboolean more = TRUE;
  kind = kind != NULL && kind[0] != '\0' ? kind : NULL;
  if (kind != NULL && !bh_anomaly_is_kind(kind)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "kind: no such kind of anomaly: %.64s", kind);
    return NULL;
  }
  for (int i = 0; i < ROUNDS_MAX && more && json_array_size(rows) < BH_OFFICE_PAGE_MAX; i++)
    if (!add_page(call, kind, &before, rows, &more, error))
      return NULL;
  g_autofree char *next = more ? g_strdup_printf("%" G_GINT64_FORMAT, before) : NULL;
  return json_pack("{s:O, s:s*}", "rows", rows, "after", next);
}
