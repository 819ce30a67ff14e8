/* What moves with a visit when its enterprise was the wrong one. Asks nobody and saves nothing:
 * the pages do. */
#include "app/move.h"

#include <string.h>

#include "app/visit.h"

#define ANSWERS_PREFIX "answers/"

BhMoveCount bh_move_count(const json_t *visit)
{
  BhMoveCount count = {.hazards = (guint)json_array_size(json_object_get(visit, "hazards")),
                       .drafts = (guint)json_array_size(json_object_get(visit, "drafts")),
                       .sealed = json_array_size(json_object_get(visit, "signatures")) > 0 ||
                                 json_array_size(json_object_get(visit, "documents")) > 0};
  const char *key;
  json_t *value;
  json_object_foreach(bh_visit_get_values(visit, "inspection"), key, value)
  {
    if (g_str_has_prefix(key, ANSWERS_PREFIX) && !json_is_null(value))
      count.answers++;
  }
  return count;
}

/* The checklist of the inspection, when it is one of another sector. */
static void set_list(json_t *set, const json_t *visit, const json_t *lists, const char *sector)
{
  const json_t *now = bh_visit_get_values(visit, "checklist");
  if (now == NULL || strcmp(bh_json_string_or(now, "sector", ""), sector) == 0)
    return;
  json_object_set_new(set, "checklist", json_null());
  json_object_set_new(set, "checklist_version", json_null());
  json_object_set_new(set, "sections", json_null());
  gsize i;
  json_t *row;
  json_array_foreach(lists, i, row)
  {
    const json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "sector", ""), sector) != 0)
      continue;
    json_object_set(set, "checklist", json_object_get(row, "id"));
    const char *version = bh_json_string_or(values, "version", NULL);
    if (version != NULL)
      json_object_set_new(set, "checklist_version", json_string(version));
    return;
  }
}

json_t *bh_move_dup_ops(const json_t *visit, const json_t *lists, const char *enterprise,
                        const char *sector, const char *reason)
{
  json_t *set = json_pack("{s:s, s:s}", "enterprise", enterprise, "retarget_reason", reason);
  const json_t *inspection = json_object_get(visit, "inspection");
  set_list(set, visit, lists, sector);
  json_t *ops = json_pack("[{s:O, s:s, s:o}]", "record", json_object_get(inspection, "id"), "kind",
                          "inspection", "set", set);
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "hazards"), i, row)
  {
    json_t *moved = json_pack("{s:s}", "enterprise", enterprise);
    if (bh_json_string_or(json_object_get(row, "values"), "site", NULL) != NULL)
      json_object_set_new(moved, "site", json_null());
    json_array_append_new(ops, json_pack("{s:O, s:s, s:o}", "record", json_object_get(row, "id"),
                                         "kind", "hazard", "set", moved));
  }
  return ops;
}
