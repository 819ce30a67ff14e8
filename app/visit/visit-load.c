/* Reads a visit from the store, and saves long lists of operations. What pages compute from a visit
 * is in visit.c. Start at bh_visit_load. */
#include "app/visit/visit.h"

#include <string.h>

#include "schema/kind-rules.h"
#include "schema/workflow.h"

#define PARENTS_PER_QUERY 200 /* limit of bh_device_list */
#define ROWS_PER_QUERY 200
#define OPS_PER_ENTRY 60 /* less than BH_ENTRY_MAX_OPS */

json_t *bh_visit_list_children(BhDevice *device, const char *kind, const json_t *parents,
                               const char *viewer, GError **error)
{
  g_autoptr(json_t) all = json_array();
  for (gsize from = 0; from < json_array_size(parents); from += PARENTS_PER_QUERY) {
    g_autoptr(json_t) some = json_array();
    gsize to = MIN(from + PARENTS_PER_QUERY, json_array_size(parents));
    for (gsize i = from; i < to; i++)
      json_array_append(some, json_array_get(parents, i));
    g_autoptr(json_t) query = json_pack("{s:s, s:O, s:i, s:s}", "kind", kind, "parent", some,
                                        "limit", ROWS_PER_QUERY, "viewer", viewer);
    do {
      g_autoptr(json_t) page = bh_device_list(device, query, error);
      if (page == NULL)
        return NULL;
      json_array_extend(all, json_object_get(page, "rows"));
      json_object_set(query, "after", json_object_get(page, "after"));
    } while (json_is_string(json_object_get(query, "after")));
  }
  return g_steal_pointer(&all);
}

/* The record that the field `key` refers to, as bh_device_get gives it; JSON null when the record
 * is not on this device. */
static json_t *get_or_null(BhDevice *device, const json_t *values, const char *key)
{
  const char *id = bh_json_string_or(values, key, NULL);
  json_t *record = id != NULL ? bh_device_get(device, id, NULL) : NULL;
  return record != NULL ? record : json_null();
}

static void add_ids(json_t *ids, const json_t *rows)
{
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    json_array_append(ids, json_object_get(row, "id"));
  }
}

static void add_id(json_t *ids, const json_t *values, const char *key)
{
  json_t *id = json_object_get(values, key);
  if (json_is_string(id))
    json_array_append(ids, id);
}

/* Values of the people who are named anywhere in the visit, and of the colleagues on this device:
 * {staff id: values}. */
static json_t *list_people(BhDevice *device, const json_t *visit, GError **error)
{
  static const char *const parts[] = {"participants", "signatures", "receipts"};
  g_autoptr(json_t) ids = json_array();
  g_autoptr(json_t) staff = bh_device_list_staff(device, NULL);
  gsize i;
  json_t *one;
  json_array_foreach(staff, i, one) {
    add_id(ids, one, "id");
  }
  add_id(ids, bh_visit_get_values(visit, "inspection"), "lead");
  for (gsize p = 0; p < G_N_ELEMENTS(parts); p++) {
    json_array_foreach(json_object_get(visit, parts[p]), i, one) {
      add_id(ids, json_object_get(one, "values"), "staff");
    }
  }
  return bh_device_get_values(device, ids, error);
}

/* Values of the records that the paper looks up by id (people, files and places of hazards): {id:
 * values}. */
static json_t *list_refs(BhDevice *device, const json_t *visit, GError **error)
{
  g_autoptr(json_t) ids = json_array();
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "hazards"), i, row) {
    add_id(ids, json_object_get(row, "values"), "site");
  }
  json_t *refs = bh_device_get_values(device, ids, error);
  if (refs == NULL)
    return NULL;
  json_object_update(refs, json_object_get(visit, "staff"));
  json_array_foreach(json_object_get(visit, "files"), i, row) {
    json_object_set(refs, bh_json_string_or(row, "id", ""), json_object_get(row, "values"));
  }
  return refs;
}

static int by_id(const void *a, const void *b)
{
  return strcmp(bh_json_string_or(*(json_t *const *)a, "id", ""),
                bh_json_string_or(*(json_t *const *)b, "id", ""));
}

/* Removes rows in a "void" state: they count as never made. */
static json_t *drop_void(json_t *rows, const BhKind *kind)
{
  json_t *kept = json_array();
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    const char *state = bh_json_string_or(json_object_get(row, "values"), "state", "");
    if (kind == NULL || !bh_kind_is_void_state(kind, state))
      json_array_append(kept, row);
  }
  json_decref(rows);
  return kept;
}

/* Sorts by id, which is the order of creation. */
static json_t *sort_rows(json_t *rows)
{
  gsize n = json_array_size(rows);
  g_autofree json_t **all = g_new(json_t *, n + 1);
  for (gsize i = 0; i < n; i++)
    all[i] = json_incref(json_array_get(rows, i));
  qsort(all, n, sizeof *all, by_id);
  json_t *sorted = json_array();
  for (gsize i = 0; i < n; i++)
    json_array_append_new(sorted, all[i]);
  json_decref(rows);
  return sorted;
}

/* Drops rows of participants who were removed. */
static json_t *drop_removed(json_t *rows)
{
  json_t *kept = json_array();
  gsize i;
  json_t *row;
  json_array_foreach(rows, i, row) {
    if (!json_is_true(json_object_get(json_object_get(row, "values"), "removed")))
      json_array_append(kept, row);
  }
  json_decref(rows);
  return kept;
}

/* Adds the signatures under the orders of the visit. */
static gboolean add_receipts(BhDevice *device, json_t *visit, const char *author,
                             json_t *with_files, GError **error)
{
  g_autoptr(json_t) documents = json_array();
  add_ids(documents, json_object_get(visit, "documents"));
  json_t *rows = bh_visit_list_children(device, "signature", documents, author, error);
  if (rows == NULL)
    return FALSE;
  rows = sort_rows(rows);
  json_object_set_new(visit, "receipts", rows);
  add_ids(with_files, rows);
  return TRUE;
}

json_t *bh_visit_load(BhDevice *device, const char *author, const char *inspection, GError **error)
{
  g_autoptr(json_t) visit = json_object();
  json_t *record = bh_device_get(device, inspection, error);
  if (record == NULL)
    return NULL;
  json_object_set_new(visit, "inspection", record);
  const json_t *values = json_object_get(record, "values");
  json_object_set_new(visit, "enterprise", get_or_null(device, values, "enterprise"));
  json_object_set_new(visit, "checklist", get_or_null(device, values, "checklist"));
  json_object_set_new(visit, "unit", get_or_null(device, values, "unit"));

  static const struct {
    const char *part;
    const char *kind;
  } children[] = {{"hazards", "hazard"},
                  {"participants", "participant"},
                  {"signatures", "signature"},
                  {"documents", "document"}};
  g_autoptr(json_t) self = json_pack("[s]", inspection);
  g_autoptr(json_t) with_files = json_copy(self);
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(device);
  for (gsize i = 0; i < G_N_ELEMENTS(children); i++) {
    json_t *rows = bh_visit_list_children(device, children[i].kind, self, author, error);
    if (rows == NULL)
      return NULL;
    rows = drop_void(drop_removed(sort_rows(rows)), bh_kind_set_find(kinds, children[i].kind));
    json_object_set_new(visit, children[i].part, rows);
    if (strcmp(children[i].kind, "participant") != 0)
      add_ids(with_files, rows);
  }
  if (!add_receipts(device, visit, author, with_files, error))
    return NULL;
  json_t *files = bh_visit_list_children(device, "file", with_files, author, error);
  if (files == NULL)
    return NULL;
  json_object_set_new(visit, "files", files);
  g_autoptr(json_t) draft = bh_device_draft_get(device, author, inspection, NULL);
  if (draft != NULL)
    json_object_set(visit, "inspection_draft", json_object_get(draft, "changed"));
  json_t *drafts = bh_device_draft_list_below(device, author, "hazard", inspection, error);
  json_t *people = drafts != NULL ? list_people(device, visit, error) : NULL;
  json_object_set_new(visit, "drafts", drafts);
  json_object_set_new(visit, "staff", people);
  json_t *refs = people != NULL ? list_refs(device, visit, error) : NULL;
  if (refs == NULL)
    return NULL;
  json_object_set_new(visit, "refs", refs);
  return g_steal_pointer(&visit);
}

gboolean bh_visit_save_ops(BhDevice *device, const char *author, const json_t *ops, GError **error)
{
  for (gsize from = 0; from < json_array_size(ops); from += OPS_PER_ENTRY) {
    g_autoptr(json_t) some = json_array();
    for (gsize i = from; i < MIN(from + OPS_PER_ENTRY, json_array_size(ops)); i++)
      json_array_append(some, json_array_get(ops, i));
    g_autofree char *entry = bh_device_save(device, author, some, 0, error);
    if (entry == NULL)
      return FALSE;
  }
  return TRUE;
}
