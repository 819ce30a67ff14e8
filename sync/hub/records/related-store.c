/* SQL of related-store.h, for search-related.c. */
#include "sync/hub/records/related-store.h"

#include "sync/hub/log/log.h"

GPtrArray *bh_related_store_find(BhDb *db, const char *kind, const char *match, int most, int max,
                                 GError **error)
{
  gboolean row = FALSE;
  BhStmt *stmt = bh_sql_row(
      db, &row, error,
      "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH :match LIMIT :most)", "ti",
      "match", match, "most", (gint64)most);
  if (stmt == NULL)
    return NULL;
  gboolean broad = bh_stmt_get_int(stmt, 0) >= most;
  bh_stmt_reset(stmt);
  if (broad)
    return g_ptr_array_new_with_free_func(g_free);
  GPtrArray *ids = bh_stmt_collect_texts(
      bh_sql_query(db, error,
                   "SELECT r.id FROM (SELECT rowid AS nr FROM search WHERE search MATCH :match) s"
                   " CROSS JOIN record r ON r.nr = s.nr WHERE +r.kind = :kind LIMIT :max",
                   "tti", "match", match, "kind", kind, "max", (gint64)max + 1),
      error);
  if (ids != NULL && ids->len > (guint)max)
    g_ptr_array_set_size(ids, 0);
  return ids;
}

static gboolean add_numbers(BhStmt *stmt, GHashTable *numbers, GError **error)
{
  gboolean ended;
  if (stmt == NULL)
    return FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    gint64 nr = bh_stmt_get_int(stmt, 0);
    g_hash_table_add(numbers, g_memdup2(&nr, sizeof nr));
  }
  bh_stmt_reset(stmt);
  return ended;
}

gboolean bh_related_store_add_by_field(BhDb *db, const char *kind, const char *field,
                                       const char *ids, int max, GHashTable *numbers,
                                       GError **error)
{
  return add_numbers(bh_sql_query(db, error,
                                  "SELECT v.record FROM json_each(:ids) o CROSS JOIN field_value v"
                                  " ON v.kind = :kind AND v.field = :field AND v.value = o.value"
                                  " ORDER BY v.record DESC LIMIT :max",
                                  "ttti", "ids", ids, "kind", kind, "field", field, "max",
                                  (gint64)max),
                     numbers, error);
}

gboolean bh_related_store_add_below(BhDb *db, const char *kind, const char *ids, int max,
                                    GHashTable *numbers, GError **error)
{
  return add_numbers(
      bh_sql_query(db, error,
                   "SELECT c.nr FROM json_each(:ids) o"
                   " CROSS JOIN record v INDEXED BY record_scope_from ON v.scope_from = o.value"
                   " CROSS JOIN record c INDEXED BY record_scope_from ON c.scope_from = v.id"
                   " WHERE (:kind IS NULL OR +c.kind = :kind) ORDER BY c.nr DESC LIMIT :max",
                   "tti", "ids", ids, "kind", kind, "max", (gint64)max),
      numbers, error);
}

gboolean bh_related_store_has(BhDb *db, gint64 nr, const char *match, gboolean *has, GError **error)
{
  return bh_sql_has_row(db, has, error,
                        "SELECT 1 FROM search WHERE search MATCH :match AND rowid = :nr", "ti",
                        "match", match, "nr", nr);
}
