/* The register of numbers for the office: the numbers of one kind, of the units that the actor's
 * unit serves. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/error.h"
#include "schema/numbering.h"
#include "schema/workflow.h"
#include "sync/hub/ingest/ingest.h"

#define YEAR_MAX 9999

/* Other records have an area too: an id of one that is no unit is as unknown as any other. */
static gboolean serves_unit(BhOfficeCall *call, const char *unit)
{
  const BhCachedRecord *known = bh_value_cache_find(call->cache, unit, NULL);
  if (known == NULL || strcmp(known->kind, "unit") != 0)
    return FALSE;
  g_autofree char *scope = g_strconcat("u:", unit, NULL);
  return bh_office_serves(call, scope);
}

/* The unit whose numbers are shown unless the actor chooses another: their own, or the first of the
 * units with numbers if their own has none. Borrowed. */
static const char *get_first_unit(BhOfficeCall *call, const json_t *units)
{
  const char *own = bh_json_string_or(call->staff_values, "unit", "");
  gsize index;
  json_t *unit;
  json_array_foreach((json_t *)units, index, unit) {
    if (strcmp(bh_json_string_or(unit, "id", ""), own) == 0)
      return own;
  }
  return bh_json_string_or(json_array_get(units, 0), "id", own);
}

/* [{"id","name"}] of the units with numbers of the kind that the actor's unit serves. */
static json_t *list_units(BhOfficeCall *call, const char *kind, GError **error)
{
  g_autoptr(GPtrArray) ids = bh_hub_numbers_list_units(call->db, kind, error);
  if (ids == NULL)
    return NULL;
  json_t *units = json_array();
  for (guint i = 0; i < ids->len; i++)
    if (serves_unit(call, ids->pdata[i]))
      json_array_append_new(units, json_pack("{s:s, s:s}", "id", (const char *)ids->pdata[i],
                                             "name", bh_office_name(call, ids->pdata[i])));
  return units;
}

static json_t *list_years(BhOfficeCall *call, const char *kind, GError **error)
{
  g_autoptr(GArray) years = bh_hub_numbers_list_years(call->db, kind, error);
  if (years == NULL)
    return NULL;
  json_t *out = json_array();
  for (guint i = 0; i < years->len; i++)
    json_array_append_new(out, json_integer(g_array_index(years, gint64, i)));
  return out;
}

/* Adds the labels of type and state to a row. */
static void add_labels(BhOfficeCall *call, const BhKind *kind, json_t *row)
{
  const char *type = bh_json_string_or(row, "type", NULL);
  const char *state = bh_json_string_or(row, "record_state", NULL);
  const BhField *field = bh_numbering_get_type(kind);
  if (type != NULL && field != NULL)
    json_object_set_new(row, "type_label",
                        json_string(bh_field_find_choice_label(field, type, call->lang)));
  if (state != NULL)
    json_object_set_new(row, "record_state",
                        json_string(bh_kind_get_state_label(kind, state, call->lang)));
}

json_t *bh_office_numbers(BhOfficeCall *call, GError **error)
{
  const char *kind_name = bh_request_get_query(call->request, "kind");
  const char *unit = bh_request_get_query(call->request, "unit");
  const char *year_text = bh_request_get_query(call->request, "year");
  char *end = NULL;
  gint64 year = year_text != NULL ? g_ascii_strtoll(year_text, &end, 10) : 0;
  g_autoptr(json_t) kinds = bh_register_list_kinds(call->kinds, call->lang);
  if (kind_name == NULL)
    kind_name = bh_json_string_or(json_array_get(kinds, 0), "kind", NULL);
  if (year_text != NULL && (end == year_text || *end != '\0' || year < 1 || year > YEAR_MAX)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "year: must be a number from 1 to %d", YEAR_MAX);
    return NULL;
  }
  g_autoptr(json_t) units = list_units(call, kind_name != NULL ? kind_name : "", error);
  if (units == NULL)
    return NULL;
  if (unit == NULL)
    unit = get_first_unit(call, units);
  if (!serves_unit(call, unit)) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "unit: your unit does not serve this unit");
    return NULL;
  }
  const BhClock *clock = bh_hub_get_clock(call->hub);
  g_autoptr(json_t) page =
      bh_register_list(call->db, call->kinds, kind_name, unit, year, clock->wall_ms(clock->data),
                       bh_request_get_query(call->request, "after"), error);
  g_autoptr(json_t) years = page != NULL ? list_years(call, kind_name, error) : NULL;
  if (years == NULL)
    return NULL;
  gsize index;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), index, row) {
    add_labels(call, bh_kind_set_find(call->kinds, kind_name), row);
  }
  json_object_set(page, "units", units);
  json_object_set(page, "years", years);
  json_object_set(page, "kinds", kinds);
  json_object_set_new(page, "unit", json_string(unit));
  return g_steal_pointer(&page);
}
