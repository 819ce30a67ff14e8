/* Distributes hazards over as many orders as they need. documents.c makes the orders. */
#include "app/visit/orders.h"

#include <string.h>

#include "app/visit/documents.h"
#include "schema/error.h"
#include "schema/freeze.h"
#include "schema/kind-paper.h"
#include "schema/kind-rules.h"
#include "schema/workflow.h"

static GHashTable *list_ordered(const json_t *visit, const BhKindSet *kinds)
{
  GHashTable *ids = g_hash_table_new(g_str_hash, g_str_equal);
  gsize i, j;
  json_t *row, *id;
  json_array_foreach(json_object_get(visit, "documents"), i, row) {
    const json_t *values = json_object_get(row, "values");
    BhPaperType type;
    if (!bh_paper_type_find(kinds, bh_json_string_or(values, "doc_type", ""), &type) ||
        type.names == NULL ||
        bh_kind_is_void_state(type.kind, bh_json_string_or(values, "state", "")))
      continue;
    json_array_foreach(json_object_get(values, type.names), j, id) {
      g_hash_table_add(ids, (gpointer)json_string_value(id));
    }
  }
  return ids;
}

GPtrArray *bh_orders_list_without_order(const json_t *visit, const BhKindSet *kinds)
{
  GPtrArray *left = g_ptr_array_new();
  g_autoptr(GHashTable) ordered = list_ordered(visit, kinds);
  g_autoptr(GPtrArray) rows = bh_visit_list_orderable(visit, kinds);
  for (guint i = 0; i < rows->len; i++) {
    const char *id = bh_json_string_or(g_ptr_array_index(rows, i), "id", "");
    if (!g_hash_table_contains(ordered, id))
      g_ptr_array_add(left, g_ptr_array_index(rows, i));
  }
  return left;
}

gboolean bh_orders_are_pending(const json_t *visit, const BhKindSet *kinds)
{
  g_autoptr(GPtrArray) left = bh_orders_list_without_order(visit, kinds);
  gboolean begun = FALSE;
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(visit, "documents"), i, row) {
    const json_t *values = json_object_get(row, "values");
    const char *state = bh_json_string_or(values, "state", "");
    BhPaperType type;
    begun |= bh_paper_type_find(kinds, bh_json_string_or(values, "doc_type", ""), &type) &&
             type.names != NULL && bh_workflow_find_page(type.kind, state, "papers") != NULL;
  }
  return begun || left->len > 0;
}

json_t *bh_orders_freeze(const json_t *visit, const BhKindSet *kinds, const char *inspection,
                         const json_t *document, const GPtrArray *rows, guint from, guint *taken,
                         gint64 now_ms, GError **error)
{
  guint n = MIN(rows->len - from, BH_PAPER_MAX_HAZARDS);
  while (TRUE) {
    g_autoptr(json_t) hazards = json_array();
    g_autoptr(GError) local = NULL;
    for (guint i = from; i < from + n; i++)
      json_array_append(hazards, json_object_get(g_ptr_array_index(rows, i), "values"));
    json_t *frozen =
        bh_documents_freeze(visit, kinds, inspection, document, hazards, now_ms, &local);
    if (frozen != NULL) {
      *taken = n;
      return frozen;
    }
    if (!g_error_matches(local, BH_ERROR, BH_ERROR_LIMIT) || n <= 1) {
      g_propagate_error(error, g_steal_pointer(&local));
      return NULL;
    }
    n = n * 3 / 4;
  }
}
