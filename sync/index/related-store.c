/* SQL of related-store.h, for related.c. */
#include "sync/index/related-store.h"
#include "sync/index/related.h"
#include "sync/index/row.h"

#include "sync/db/params.h"

GPtrArray *bh_related_store_find(BhDb *db, const char *kind, const char *match, int most, int max,
                                 GError **error)
{
  gint64 found;
  if (!bh_db_get_int(
          db, "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH :match LIMIT :most)",
          BH_PARAMS(bh_param_text("match", match), bh_param_int("most", most)), &found, error))
    return NULL;
  if (found >= most)
    return g_ptr_array_new_with_free_func(g_free);
  GPtrArray *ids = bh_stmt_collect_texts(
      bh_db_query(db,
                  "SELECT r.id FROM (SELECT rowid AS nr FROM search WHERE search MATCH :match) s"
                  " CROSS JOIN record r ON r.nr = s.nr WHERE +r.kind = :kind LIMIT :max",
                  BH_PARAMS(bh_param_text("match", match), bh_param_text("kind", kind),
                            bh_param_int("max", max + 1)),
                  error),
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
  return add_numbers(bh_db_query(db,
                                 "SELECT v.record FROM json_each(:ids) o CROSS JOIN field_value v"
                                 " ON v.kind = :kind AND v.field = :field AND v.value = o.value"
                                 " ORDER BY v.record DESC LIMIT :max",
                                 BH_PARAMS(bh_param_text("ids", ids), bh_param_text("kind", kind),
                                           bh_param_text("field", field), bh_param_int("max", max)),
                                 error),
                     numbers, error);
}

gboolean bh_related_store_add_below(BhDb *db, const char *kind, const char *ids, int max,
                                    GHashTable *numbers, GError **error)
{
  return add_numbers(
      bh_db_query(db,
                  "SELECT c.nr FROM json_each(:ids) o"
                  " CROSS JOIN record v INDEXED BY record_scope_from ON v.scope_from = o.value"
                  " CROSS JOIN record c INDEXED BY record_scope_from ON c.scope_from = v.id"
                  " WHERE (:kind IS NULL OR +c.kind = :kind) ORDER BY c.nr DESC LIMIT :max",
                  BH_PARAMS(bh_param_text("ids", ids), bh_param_text("kind", kind),
                            bh_param_int("max", max)),
                  error),
      numbers, error);
}

gboolean bh_related_store_has(BhDb *db, gint64 nr, const char *match, gboolean *has, GError **error)
{
  return bh_db_has_row(db, "SELECT 1 FROM search WHERE search MATCH :match AND rowid = :nr",
                       BH_PARAMS(bh_param_text("match", match), bh_param_int("nr", nr)), has,
                       error);
}

GPtrArray *bh_index_list_referring(BhDb *db, const char *kind, const char *field, const char *id,
                                   guint max, gboolean *too_many, GError **error)
{
  /* The limits are inside, so that no more rows are read than can be used. */
  if (!bh_index_has_marks(db, (int)max, too_many, error))
    return NULL;
  GPtrArray *ids = bh_stmt_collect_texts(
      bh_db_query(db,
                  "SELECT r.id FROM (SELECT nr FROM (SELECT record AS nr FROM field_value"
                  " WHERE kind = :kind AND field = :field AND value = :id LIMIT :max) UNION"
                  " SELECT nr FROM (SELECT nr FROM index_pending LIMIT :max)) f"
                  " CROSS JOIN record r ON r.nr = f.nr WHERE +r.kind = :kind ORDER BY f.nr",
                  BH_PARAMS(bh_param_text("kind", kind), bh_param_text("field", field),
                            bh_param_text("id", id), bh_param_int("max", (gint64)max + 1)),
                  error),
      error);
  *too_many = *too_many || (ids != NULL && ids->len > max);
  return ids;
}
