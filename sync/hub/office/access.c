/* The access log in the office: logs the restricted records that an answer shows, and shows the log
 * to those responsible for need-to-know. Reading the log is not logged itself. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "sync/hub/access/access.h"

#define ROUNDS_MAX 8 /* pages read for one shown page, if the actor may not see all rows */

void bh_office_note_access(BhOfficeCall *call, const char *record, const char *kind,
                           const char *way)
{
  if (call->access == NULL)
    call->access = bh_access_new(call->staff);
  bh_access_note(call->access, record, kind, way);
}

gboolean bh_office_log_access(BhOfficeCall *call, GError **error)
{
  return call->access == NULL || bh_access_log(call->access, call->hub, call->db, error);
}

/* --- reading it --- */

static gboolean is_shown(BhOfficeCall *call, const char *record)
{
  return record != NULL && bh_office_show(call, record, NULL);
}

/* Whether the actor may see a row of the log. Rows without a record (exports of everything) belong
 * to the whole area of the hub. Rows about a record that the actor may not see are shown only to
 * actors whose unit is above the unit of the record; otherwise such a row would reveal a covert
 * visit to the inspected area. Rows of a record that no longer exists are not shown. */
static gboolean is_within_reach(BhOfficeCall *call, const json_t *row)
{
  const char *record = bh_json_string_or(row, "record", NULL);
  const char *unit = bh_json_string_or(row, "unit", NULL);
  g_autofree char *scope = record == NULL ? g_strconcat("a:", bh_hub_get_area(call->hub), NULL)
                           : unit != NULL ? g_strconcat("u:", unit, NULL)
                                          : NULL;
  return bh_office_serves(call, scope) || is_shown(call, record);
}

static json_t *describe(BhOfficeCall *call, const json_t *row)
{
  const char *reader = bh_json_string_or(row, "reader", "");
  const char *record = bh_json_string_or(row, "record", NULL);
  const char *kind_name = bh_json_string_or(row, "kind", NULL);
  const BhKind *kind = kind_name != NULL ? bh_kind_set_find(call->kinds, kind_name) : NULL;
  const BhCachedRecord *who = bh_value_cache_find(call->cache, reader, NULL);
  g_autofree char *at = bh_time_format(json_integer_value(json_object_get(row, "at_ms")));
  gboolean shown = is_shown(call, record);
  g_autofree char *title = shown && kind != NULL
                               ? bh_office_title(call, kind, bh_office_values(call, record))
                               : g_strdup("");
  json_t *out =
      json_pack("{s:O, s:s, s:s, s:s, s:s, s:s, s:s*, s:s, s:s}", "nr", json_object_get(row, "nr"),
                "at", at, "reader", reader, "reader_kind", who != NULL ? who->kind : "hub", "by",
                bh_office_name(call, reader), "way", bh_json_string_or(row, "way", ""), "record",
                shown ? record : NULL, "kind",
                kind != NULL ? bh_kind_get_label(kind, call->lang) : "", "title", title);
  const char *name = bh_json_string_or(row, "field", NULL);
  const BhField *field = kind != NULL && name != NULL ? bh_kind_find_field(kind, name) : NULL;
  if (name != NULL)
    json_object_set_new(out, "field",
                        json_string(field != NULL ? bh_field_get_label(field, call->lang) : name));
  /* People write the reason of an opening, so it may name the record. */
  if (shown && json_object_get(row, "reason") != NULL)
    json_object_set(out, "reason", json_object_get(row, "reason"));
  return out;
}

/* Reads the parameter `name`, an id, from the query; *id is NULL when the parameter is absent.
 * FALSE when its value is not an id. */
static gboolean read_id(BhOfficeCall *call, const char *name, const char **id, GError **error)
{
  const char *text = bh_request_get_query(call->request, name);
  *id = text != NULL && text[0] != '\0' ? text : NULL;
  if (*id == NULL || bh_id_is_valid(*id))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: not an id", name);
  return FALSE;
}

/* Appends the rows of one page that the actor may see. *before: the last row that was read; *more:
 * whether there may be further rows. */
static gboolean add_page(BhOfficeCall *call, const char *record, const char *reader, gint64 *before,
                         json_t *rows, gboolean *more, GError **error)
{
  g_autoptr(json_t) found =
      bh_access_store_list(call->db, record, reader, *before, BH_OFFICE_PAGE_MAX, error);
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

json_t *bh_office_access(BhOfficeCall *call, GError **error)
{
  const char *record, *reader;
  const char *after = bh_request_get_query(call->request, "after");
  gint64 before = after != NULL ? g_ascii_strtoll(after, NULL, 10) : G_MAXINT64;
  g_autoptr(json_t) rows = json_array();
  gboolean more = TRUE;
  if (!read_id(call, "record", &record, error) || !read_id(call, "reader", &reader, error))
    return NULL;
  /* Rows about hidden records are shown without the id of the record, so they are not found by that
   * id either. */
  if (record != NULL && !is_shown(call, record))
    more = FALSE;
  for (int i = 0; i < ROUNDS_MAX && more && json_array_size(rows) < BH_OFFICE_PAGE_MAX; i++)
    if (!add_page(call, record, reader, &before, rows, &more, error))
      return NULL;
  g_autofree char *next = more ? g_strdup_printf("%" G_GINT64_FORMAT, before) : NULL;
  g_clear_pointer(&call->access, bh_access_free);
  return json_pack("{s:O, s:s*}", "rows", rows, "after", next);
}
