#include "sync/hub/feed-store.h"

#include "sync/hub/sql.h"

static GPtrArray *collect_texts(BhStmt *stmt, GError **error)
{
  if (stmt == NULL)
    return NULL;
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  gboolean row = FALSE;
  while (bh_stmt_step(stmt, &row, error) && row)
    g_ptr_array_add(texts, g_strdup(bh_stmt_get_text(stmt, 0)));
  bh_stmt_reset(stmt);
  return row ? NULL : g_steal_pointer(&texts);
}

/* Jumps from value to value in the index instead of walking all its rows. */
#define NEXT_SCOPE(table)                                                                          \
  "WITH RECURSIVE s (x) AS (SELECT min(scope) FROM " table " WHERE scope > 'a:'"                   \
  " UNION ALL SELECT (SELECT min(scope) FROM " table " WHERE scope > s.x) FROM s"                  \
  " WHERE s.x < 'a;') SELECT x FROM s WHERE x < 'a;'"

GPtrArray *bh_feed_store_list_areas(BhDb *db, GError **error)
{
  return collect_texts(bh_sql_query(db, error,
                                    "SELECT x FROM (" NEXT_SCOPE(
                                        "record") ") UNION"
                                                  " SELECT x FROM (" NEXT_SCOPE("moved") ")",
                                    ""),
                       error);
}

static gboolean collect_items(BhStmt *stmt, GArray *items, GError **error)
{
  if (stmt == NULL)
    return FALSE;
  gboolean row = FALSE;
  while (bh_stmt_step(stmt, &row, error) && row) {
    BhFeedItem item = {.position = bh_stmt_get_int(stmt, 0)};
    g_strlcpy(item.record, bh_stmt_get_text(stmt, 1), sizeof item.record);
    g_array_append_val(items, item);
  }
  bh_stmt_reset(stmt);
  return !row;
}

gboolean bh_feed_store_list_changed(BhDb *db, const char *scope, gint64 after, int limit,
                                    GArray *items, GError **error)
{
  return collect_items(bh_sql_query(db, error,
                                    "SELECT position, id FROM record WHERE scope = :scope"
                                    " AND position > :after ORDER BY position LIMIT :limit",
                                    "tii", "scope", scope, "after", after, "limit", (gint64)limit),
                       items, error) &&
         collect_items(bh_sql_query(db, error,
                                    "SELECT position, id FROM record WHERE scope2 = :scope"
                                    " AND position > :after ORDER BY position LIMIT :limit",
                                    "tii", "scope", scope, "after", after, "limit", (gint64)limit),
                       items, error);
}

gboolean bh_feed_store_list_moved(BhDb *db, const char *scope, gint64 after, gint64 until,
                                  GArray *items, GError **error)
{
  return collect_items(bh_sql_query(db, error,
                                    "SELECT position, record FROM moved WHERE scope = :scope"
                                    " AND position > :after AND position <= :until",
                                    "tii", "scope", scope, "after", after, "until", until),
                       items, error);
}

GPtrArray *bh_feed_store_list_staff(BhDb *db, const char *unit, GError **error)
{
  return collect_texts(bh_sql_query(db, error,
                                    "SELECT id FROM record WHERE kind = 'staff' AND unit = :unit"
                                    " ORDER BY title, id",
                                    "t", "unit", unit),
                       error);
}

GPtrArray *bh_feed_store_list_showing(BhDb *db, const char *sha256, GError **error)
{
  return collect_texts(bh_sql_query(db, error,
                                    "SELECT r.id FROM record_file f JOIN record r"
                                    " ON r.nr = f.record WHERE f.sha256 = :sha LIMIT 1000",
                                    "t", "sha", sha256),
                       error);
}
