/* The register of numbers for the office and the shell. The rows are read in numbers-store.c. Start
 * at bh_register_list. */
#include "sync/hub/ingest/register.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/error.h"
#include "schema/kind-rules.h"
#include "schema/numbering.h"
#include "schema/workflow.h"
#include "sync/hub/ingest/numbers-store.h"

json_t *bh_register_list_kinds(const BhKindSet *kinds, const char *lang)
{
  json_t *out = json_array();
  const GPtrArray *all = bh_kind_set_list(kinds);
  for (guint i = 0; i < all->len; i++)
    if (bh_kind_get_numbering(all->pdata[i]) != NULL)
      json_array_append_new(out, json_pack("{s:s, s:s}", "kind", bh_kind_get_name(all->pdata[i]),
                                           "label", bh_kind_get_label(all->pdata[i], lang)));
  return out;
}

static const BhKind *find_kind(const BhKindSet *kinds, const char *name, GError **error)
{
  const BhKind *kind = name != NULL ? bh_kind_set_find(kinds, name) : NULL;
  if (kind != NULL && bh_kind_get_numbering(kind) != NULL)
    return kind;
  g_autoptr(GString) known = g_string_new(NULL);
  g_autoptr(json_t) list = bh_register_list_kinds(kinds, "en");
  for (gsize i = 0; i < json_array_size(list); i++)
    g_string_append_printf(known, "%s%s", i > 0 ? ", " : "",
                           bh_json_string_or(json_array_get(list, i), "kind", ""));
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
              "kind: \"%.64s\" is not a kind that numbers its records: %s",
              name != NULL ? name : "", known->str);
  return NULL;
}

static char *dup_void_states(const BhKind *kind)
{
  g_autoptr(json_t) names = json_array();
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len; i++) {
    if (bh_kind_is_void_state(kind, states->pdata[i]))
      json_array_append_new(names, json_string(states->pdata[i]));
  }
  return bh_json_dump(names);
}

/* Replaces "counter", the key of the counter, by the code of its type. */
static void name_type(json_t *row)
{
  const char *key = bh_json_string_or(row, "counter", "");
  const char *space = strchr(key, ' ');
  const char *type = space != NULL ? space + 1 : bh_id_is_valid(key) ? "" : key;
  if (*type != '\0')
    json_object_set_new(row, "type", json_string(type));
  json_object_del(row, "counter");
}

json_t *bh_register_list(BhDb *db, const BhKindSet *kinds, const char *kind_name, const char *unit,
                         gint64 year, gint64 now_ms, const char *after, GError **error)
{
  const BhKind *kind = find_kind(kinds, kind_name, error);
  if (kind == NULL)
    return NULL;
  g_autofree char *void_states = dup_void_states(kind);
  gint64 this_year = bh_date_from_ms(now_ms).year;
  const BhNumberFilter filter = {.kind = kind_name,
                                 .unit = unit,
                                 .year = year != 0 ? year : this_year,
                                 .this_year = this_year,
                                 .void_states = void_states};
  json_t *page = bh_hub_numbers_list(db, &filter, after, error);
  gsize index;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), index, row) {
    name_type(row);
  }
  if (page != NULL) {
    json_object_set_new(page, "kind", json_string(kind_name));
    json_object_set_new(page, "year", json_integer(filter.year));
  }
  return page;
}
