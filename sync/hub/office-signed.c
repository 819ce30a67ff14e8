/* How the records of a visit differ now from the text that was signed. The frozen fields are made
 * anew from the records by the same code as on the device. Says nothing about who changed what:
 * that is in the history. */
#include "sync/hub/office-internal.h"

#include <string.h>

#include "schema/checklist.h"
#include "schema/freeze.h"
#include "schema/kind-rules.h"
#include "schema/signed-text.h"

#define ROWS_PER_QUERY 200
#define ROWS_MAX 2000 /* of one kind under one visit: more are not compared */

static int compare_ids(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Ids of the children of a kind, in order of creation, as the device lists them; NULL with an
 * error, or without one when there are more than are compared. */
static GPtrArray *list_ids(BhOfficeCall *call, const char *parent, const char *kind, GError **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *after = NULL;
  do {
    g_autoptr(json_t) query = json_pack("{s:s,s:s,s:i,s:s*}", "parent", parent, "kind", kind,
                                        "limit", ROWS_PER_QUERY, "after", after);
    g_autoptr(json_t) page = bh_hub_list(call->hub, call->db, query, NULL, error);
    if (page == NULL)
      return NULL;
    size_t at;
    json_t *row;
    json_array_foreach(json_object_get(page, "rows"), at, row)
        g_ptr_array_add(ids, g_strdup(bh_json_string_or(row, "id", "")));
    g_free(after);
    after = g_strdup(bh_json_string_or(page, "after", NULL));
  } while (after != NULL && ids->len < ROWS_MAX);
  if (after != NULL)
    return NULL;
  g_ptr_array_sort(ids, compare_ids);
  return g_steal_pointer(&ids);
}

/* Values of the children that count: neither withdrawn as never made nor removed. */
static json_t *list_children(BhOfficeCall *call, const char *parent, const char *name,
                             GError **error)
{
  const BhKind *kind = bh_kind_set_find(call->kinds, name);
  g_autoptr(GPtrArray) ids = list_ids(call, parent, name, error);
  if (ids == NULL)
    return NULL;
  json_t *rows = json_array();
  for (guint i = 0; i < ids->len; i++) {
    const json_t *values = bh_office_values(call, ids->pdata[i]);
    const char *state = bh_json_string_or(values, "state", "");
    if (values != NULL && kind != NULL && !bh_kind_is_void_state(kind, state) &&
        !json_is_true(json_object_get(values, "removed")))
      json_array_append(rows, (json_t *)values);
  }
  return rows;
}

static void add_ref(BhOfficeCall *call, json_t *refs, const json_t *values, const char *key)
{
  const char *id = bh_json_string_or(values, key, NULL);
  const json_t *found = id != NULL ? bh_office_values(call, id) : NULL;
  if (found != NULL)
    json_object_set(refs, id, (json_t *)found);
}

static json_t *list_refs(BhOfficeCall *call, const json_t *visit, const json_t *participants,
                         const json_t *hazards)
{
  json_t *refs = json_object();
  size_t at;
  json_t *row;
  add_ref(call, refs, visit, "lead");
  json_array_foreach((json_t *)participants, at, row) add_ref(call, refs, row, "staff");
  json_array_foreach((json_t *)hazards, at, row) add_ref(call, refs, row, "site");
  return refs;
}

/* NULL when the records do not make a paper, or are more than are compared. */
static json_t *freeze_now(BhOfficeCall *call, const char *id, const json_t *visit, GError **error)
{
  g_autoptr(json_t) participants = list_children(call, id, "participant", error);
  g_autoptr(json_t) hazards =
      participants != NULL ? list_children(call, id, "hazard", error) : NULL;
  if (hazards == NULL)
    return NULL;
  const json_t *list = bh_office_values(call, bh_json_string_or(visit, "checklist", NULL));
  const json_t *items = json_object_get(list, "items");
  g_autoptr(BhChecklist) checklist = items != NULL ? bh_checklist_from_json(items, NULL) : NULL;
  g_autoptr(json_t) document = json_pack("{s:s}", "doc_type", "onsite_record");
  g_autoptr(json_t) refs = list_refs(call, visit, participants, hazards);
  BhPaperFacts facts = {.kinds = call->kinds,
                        .document = document,
                        .inspection_id = id,
                        .inspection = visit,
                        .enterprise =
                            bh_office_values(call, bh_json_string_or(visit, "enterprise", NULL)),
                        .unit = bh_office_values(call, bh_json_string_or(visit, "unit", NULL)),
                        .refs = refs,
                        .participants = participants,
                        .hazards = hazards,
                        .checklist = checklist,
                        .checklist_name = bh_json_string_or(list, "name", NULL)};
  return bh_paper_freeze(&facts, NULL);
}

gboolean bh_office_find_signed_changes(BhOfficeCall *call, const char *id, const json_t *values,
                                       char **changes, GError **error)
{
  const json_t *before = json_object_get(values, "signed_facts");
  g_autoptr(GError) failed = NULL;
  *changes = NULL;
  if (!json_is_object(before))
    return TRUE;
  g_autoptr(json_t) now = freeze_now(call, id, values, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (now == NULL)
    return TRUE;
  g_autofree char *old = bh_signed_text_make(before);
  g_autofree char *present = bh_signed_text_make(now);
  if (strcmp(old, present) != 0)
    *changes = bh_signed_text_dup_changes(old, present);
  return TRUE;
}
