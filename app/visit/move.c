/* Computes and saves the move of a visit to another enterprise. The pages ask the person first. */
#include "app/visit/move.h"

#include <string.h>

#include "app/visit/visit.h"
#include "schema/checklist.h"

BhMoveCount bh_move_count(const json_t *visit)
{
  BhMoveCount count = {.hazards = (guint)json_array_size(json_object_get(visit, "hazards")),
                       .drafts = (guint)json_array_size(json_object_get(visit, "drafts")),
                       .sealed = json_array_size(json_object_get(visit, "signatures")) > 0 ||
                                 json_array_size(json_object_get(visit, "documents")) > 0};
  const char *key;
  json_t *value;
  json_object_foreach(bh_visit_get_values(visit, "inspection"), key, value) {
    if (g_str_has_prefix(key, BH_ANSWERS_PREFIX) && !json_is_null(value))
      count.answers++;
  }
  return count;
}

/* Replaces the checklist of the inspection when the checklist is for another sector than `sector`.
 */
static void set_list(json_t *set, const json_t *visit, const json_t *lists, const char *sector)
{
  const json_t *checklist = bh_visit_get_values(visit, "checklist");
  if (checklist == NULL || strcmp(bh_json_string_or(checklist, "sector", ""), sector) == 0)
    return;
  json_object_set_new(set, "checklist", json_null());
  json_object_set_new(set, "checklist_version", json_null());
  json_object_set_new(set, "sections", json_null());
  gsize i;
  json_t *row;
  json_array_foreach(lists, i, row) {
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

/* Adds operations that move the hazards of the visit whose enterprise is not `enterprise`. */
static void add_hazards(json_t *ops, const json_t *visit, const char *enterprise)
{
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "hazards"), i, row) {
    const json_t *values = json_object_get(row, "values");
    if (strcmp(bh_json_string_or(values, "enterprise", ""), enterprise) == 0)
      continue;
    json_t *moved = json_pack("{s:s}", "enterprise", enterprise);
    if (bh_json_string_or(values, "site", NULL) != NULL)
      json_object_set_new(moved, "site", json_null());
    json_array_append_new(ops, json_pack("{s:O, s:s, s:o}", "record", json_object_get(row, "id"),
                                         "kind", "hazard", "set", moved));
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
  add_hazards(ops, visit, enterprise);
  return ops;
}

json_t *bh_move_dup_remaining_ops(const json_t *visit)
{
  json_t *ops = json_array();
  const char *enterprise =
      bh_json_string_or(bh_visit_get_values(visit, "inspection"), "enterprise", NULL);
  if (enterprise != NULL)
    add_hazards(ops, visit, enterprise);
  return ops;
}

/* --- saving --- */

typedef struct {
  char *author;
  json_t *ops;
  char *record; /* id of the record that is checked before `ops` are saved; NULL: nothing is checked
                 */
  char *kind;
  json_t *set;
} MoveWork;

gpointer bh_move_new(BhSession *session, json_t *ops, const char *record, const char *kind,
                     json_t *set)
{
  MoveWork *work = g_new0(MoveWork, 1);
  work->author = g_strdup(bh_session_get_actor(session));
  work->ops = ops;
  work->record = g_strdup(record);
  work->kind = g_strdup(kind);
  work->set = set;
  return work;
}

void bh_move_free(gpointer data)
{
  MoveWork *work = data;
  g_free(work->author);
  json_decref(work->ops);
  g_free(work->record);
  g_free(work->kind);
  json_decref(work->set);
  g_free(work);
}

void bh_move_run(BhDevice *device, GTask *task, gpointer data)
{
  const MoveWork *work = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) problems =
      work->record != NULL
          ? bh_device_check(device, work->author, work->record, work->kind, work->set, &error)
          : json_array();
  if (problems != NULL && json_array_size(problems) == 0)
    bh_visit_save_ops(device, work->author, work->ops, &error);
  if (error != NULL)
    g_task_return_error(task, g_steal_pointer(&error));
  else
    g_task_return_pointer(task, g_steal_pointer(&problems), (GDestroyNotify)json_decref);
}
