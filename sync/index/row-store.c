/* SQL of row-store.h; one function for each statement. */
#include "sync/index/row-store.h"

#include "sync/db/params.h"

#define PURGE_PAGES 100 /* pages of the search that one step writes */

void bh_indexed_row_clear(BhIndexedRow *row)
{
  g_clear_pointer(&row->kind, g_free);
  g_clear_pointer(&row->text, g_free);
  g_clear_pointer(&row->values, g_free);
}

void bh_due_pending_clear(BhDuePending *pending)
{
  g_clear_pointer(&pending->name, g_free);
  g_clear_pointer(&pending->kind, g_free);
}

gboolean bh_row_store_load(BhDb *db, gint64 nr, BhIndexedRow *row, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  if (!bh_db_query_row(db, "SELECT kind, text, field_values FROM listed WHERE nr = :nr",
                       BH_PARAMS(bh_param_int("nr", nr)), &stmt, error))
    return FALSE;
  if (stmt == NULL)
    return TRUE;
  row->kind = g_strdup(bh_stmt_get_text(stmt, 0));
  row->text = g_strdup(bh_stmt_get_text(stmt, 1));
  row->values = g_strdup(bh_stmt_get_text(stmt, 2));
  return TRUE;
}

gboolean bh_row_store_put(BhDb *db, gint64 nr, const BhIndexRow *row, const GByteArray *sort_key,
                          const char *values, GError **error)
{
  return bh_db_run(
      db,
      "INSERT INTO listed (nr, kind, state, area, scope, scope2, restriction, review, conflict,"
      " position, sort_key, text, field_values) VALUES (:nr, :kind, :state, :area, :scope, :scope2,"
      " :restriction, :review, :conflict, :position, :sort_key, :text, :field_values)"
      " ON CONFLICT (nr) DO UPDATE SET kind = excluded.kind, state = excluded.state,"
      " area = excluded.area, scope = excluded.scope, scope2 = excluded.scope2,"
      " restriction = excluded.restriction, review = excluded.review,"
      " conflict = excluded.conflict, position = excluded.position, sort_key = excluded.sort_key,"
      " text = excluded.text, field_values = excluded.field_values",
      BH_PARAMS(bh_param_int("nr", nr), bh_param_text("kind", row->kind),
                bh_param_text("state", row->state), bh_param_text("area", row->area),
                bh_param_text("scope", row->scope), bh_param_text("scope2", row->scope2),
                bh_param_text("restriction", row->restriction),
                bh_param_text("review", row->review), bh_param_int("conflict", row->conflict),
                bh_param_int("position", row->position),
                bh_param_blob("sort_key", sort_key->data, sort_key->len),
                bh_param_text("text", row->text), bh_param_text("field_values", values)),
      error);
}

gboolean bh_row_store_delete(BhDb *db, gint64 nr, GError **error)
{
  return bh_db_run(db, "DELETE FROM listed WHERE nr = :nr", BH_PARAMS(bh_param_int("nr", nr)),
                   error);
}

gboolean bh_row_store_add_value(BhDb *db, const char *kind, const char *field, const char *value,
                                gint64 nr, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO field_value (kind, field, value, record)"
                   " VALUES (:kind, :field, :value, :nr) ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_text("kind", kind), bh_param_text("field", field),
                             bh_param_text("value", value), bh_param_int("nr", nr)),
                   error);
}

gboolean bh_row_store_remove_value(BhDb *db, const char *kind, const char *field, const char *value,
                                   gint64 nr, GError **error)
{
  return bh_db_run(db,
                   "DELETE FROM field_value WHERE kind = :kind AND field = :field"
                   " AND value = :value AND record = :nr",
                   BH_PARAMS(bh_param_text("kind", kind), bh_param_text("field", field),
                             bh_param_text("value", value), bh_param_int("nr", nr)),
                   error);
}

gboolean bh_row_store_add_grams(BhDb *db, gint64 nr, const char *grams, GError **error)
{
  return bh_db_run(db, "INSERT INTO search (rowid, grams) VALUES (:nr, :grams)",
                   BH_PARAMS(bh_param_int("nr", nr), bh_param_text("grams", grams)), error);
}

gboolean bh_row_store_remove_grams(BhDb *db, gint64 nr, const char *grams, GError **error)
{
  return bh_db_run(db, "INSERT INTO search (search, rowid, grams) VALUES ('delete', :nr, :grams)",
                   BH_PARAMS(bh_param_int("nr", nr), bh_param_text("grams", grams)), error);
}

gboolean bh_index_mark(BhDb *db, gint64 nr, GError **error)
{
  return bh_db_run(db, "INSERT INTO index_pending (nr) VALUES (:nr) ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_int("nr", nr)), error);
}

gboolean bh_index_purge(BhDb *db, gboolean begin, gboolean *more, GError **error)
{
  gint64 before = bh_db_count_changes(db);
  /* A negative number makes FTS5 begin to merge all segments into one; positive numbers continue
   * that. */
  if (!bh_db_run(db, "INSERT INTO search (search, rank) VALUES ('merge', :pages)",
                 BH_PARAMS(bh_param_int("pages", begin ? -PURGE_PAGES : PURGE_PAGES)), error))
    return FALSE;
  *more = bh_db_count_changes(db) - before >= 2;
  return TRUE;
}

gboolean bh_index_clear(BhDb *db, GError **error)
{
  return bh_db_run(db, "INSERT INTO search (search) VALUES ('delete-all')", NULL, error) &&
         bh_db_run(db, "DELETE FROM due_pending", NULL, error) &&
         bh_db_run(db, "DELETE FROM field_value", NULL, error) &&
         bh_db_run(db, "DELETE FROM listed", NULL, error);
}

GArray *bh_row_store_list_dependants(BhDb *db, const char *kind, const char *name, gint64 after,
                                     int max, GError **error)
{
  return bh_stmt_collect_ints(
      bh_db_query(db,
                  "SELECT record FROM field_value WHERE kind = :kind AND field = '@uses'"
                  " AND value = :name AND record > :after ORDER BY record LIMIT :max",
                  BH_PARAMS(bh_param_text("kind", kind), bh_param_text("name", name),
                            bh_param_int("after", after), bh_param_int("max", max)),
                  error),
      error);
}

gboolean bh_row_store_put_due(BhDb *db, const char *name, const char *kind, gint64 after,
                              GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO due_pending (name, kind, after) VALUES (:name, :kind, :after)"
                   " ON CONFLICT (name, kind) DO UPDATE SET after = excluded.after",
                   BH_PARAMS(bh_param_text("name", name), bh_param_text("kind", kind),
                             bh_param_int("after", after)),
                   error);
}

gboolean bh_row_store_drop_due(BhDb *db, const char *name, const char *kind, GError **error)
{
  return bh_db_run(db, "DELETE FROM due_pending WHERE name = :name AND kind = :kind",
                   BH_PARAMS(bh_param_text("name", name), bh_param_text("kind", kind)), error);
}

gboolean bh_row_store_load_due(BhDb *db, BhDuePending *pending, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  if (!bh_db_query_row(db, "SELECT name, kind, after FROM due_pending LIMIT 1", NULL, &stmt, error))
    return FALSE;
  if (stmt == NULL)
    return TRUE;
  pending->name = g_strdup(bh_stmt_get_text(stmt, 0));
  pending->kind = g_strdup(bh_stmt_get_text(stmt, 1));
  pending->after = bh_stmt_get_int(stmt, 2);
  return TRUE;
}

gboolean bh_row_store_has_due(BhDb *db, gboolean *has, GError **error)
{
  return bh_db_has_row(db, "SELECT 1 FROM due_pending LIMIT 1", NULL, has, error);
}

gboolean bh_index_is_behind(BhDb *db, gboolean *behind, GError **error)
{
  return bh_db_has_row(db, "SELECT 1 FROM index_pending LIMIT 1", NULL, behind, error);
}

gboolean bh_index_has_marks(BhDb *db, int max, gboolean *more, GError **error)
{
  return bh_db_has_row(db, "SELECT 1 FROM index_pending LIMIT 1 OFFSET :max",
                       BH_PARAMS(bh_param_int("max", max)), more, error);
}

GArray *bh_row_store_list_marked(BhDb *db, int max, GError **error)
{
  return bh_stmt_collect_ints(bh_db_query(db, "SELECT nr FROM index_pending ORDER BY nr LIMIT :max",
                                          BH_PARAMS(bh_param_int("max", max)), error),
                              error);
}

gboolean bh_row_store_unmark(BhDb *db, gint64 nr, GError **error)
{
  return bh_db_run(db, "DELETE FROM index_pending WHERE nr <= :nr",
                   BH_PARAMS(bh_param_int("nr", nr)), error);
}
