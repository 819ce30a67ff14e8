/* Compares the records of a visit with the text that was signed. The frozen fields are computed
 * again from the present records by the same code as on the device. The history shows who changed
 * what. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/error.h"
#include "schema/freeze.h"
#include "schema/kind-paper.h"
#include "schema/kind-rules.h"
#include "schema/signed-text.h"

#define ROWS_MAX 2000 /* records of a kind below a visit; with more, nothing is compared */

static int compare_ids(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Values of the children that are neither void nor removed. NULL when there are too many, or with
 * an error. */
static json_t *list_children(BhOfficeCall *call, const char *parent, const char *name,
                             GError **error)
{
  const BhKind *kind = bh_kind_set_find(call->kinds, name);
  g_autoptr(GPtrArray) ids = bh_office_list_children(call, parent, name, ROWS_MAX, error);
  if (ids == NULL)
    return NULL;
  /* The frozen fields list children in the order of their ids, as the device does. */
  g_ptr_array_sort(ids, compare_ids);
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
  json_array_foreach((json_t *)participants, at, row) {
    add_ref(call, refs, row, "staff");
  }
  json_array_foreach((json_t *)hazards, at, row) {
    add_ref(call, refs, row, "site");
  }
  return refs;
}

/* The frozen fields of a paper made from the present records; NULL when values for a paper are
 * missing, or there are too many records. */
static json_t *freeze_now(BhOfficeCall *call, const char *id, const json_t *visit, GError **error)
{
  const BhKind *kind = bh_kind_set_find(call->kinds, bh_value_cache_get_kind(id, call->cache));
  BhPaperType record, order;
  if (!bh_paper_type_find_both(call->kinds, &record, &order)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "%s: no kind of this hub declares \"paper\" for a visit and for orders, load the "
                "kinds of this version first",
                id);
    return NULL;
  }
  g_autoptr(json_t) participants = list_children(call, id, "participant", error);
  g_autoptr(json_t) hazards =
      participants != NULL ? list_children(call, id, "hazard", error) : NULL;
  if (hazards == NULL)
    return NULL;
  const json_t *list = bh_office_values(call, bh_json_string_or(visit, "checklist", NULL));
  g_autoptr(BhChecklist) checklist = bh_office_load_checklist(call, kind, visit);
  g_autoptr(json_t) document = json_pack("{s:s}", "doc_type", record.code);
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
