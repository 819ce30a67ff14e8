/* SQL of the feed: which records changed in a scope, which left it, and the entries of a record.
 * Which records a device may see is decided elsewhere (access/device-view.c). */
#include "sync/hub/records/feed-store.h"

#include "sync/db/params.h"
#include "sync/hub/log/log.h"

/* Lists the distinct scopes "LETTER:…" ("oa:…" and "ou:…" for the office) by jumping from value to
 * value in the index instead of reading all rows. ';' follows ':' in ASCII, so it bounds the range.
 */
#define SCOPES(column, table, letter)                                                              \
  "SELECT x FROM (WITH RECURSIVE s (x) AS (SELECT min(" column ") FROM " table " WHERE " column    \
  " > '" letter ":' UNION ALL SELECT (SELECT min(" column ") FROM " table " WHERE " column         \
  " > s.x) FROM s WHERE s.x < '" letter ";') SELECT x FROM s WHERE x < '" letter ";')"

GPtrArray *bh_feed_store_list_areas(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_db_query(db,
                             SCOPES("scope", "record", "a") " UNION " //
                             SCOPES("scope", "moved", "a"),
                             NULL, error);
  return bh_stmt_collect_texts(stmt, error);
}

GPtrArray *bh_feed_store_list_units(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_db_query(db,
                             SCOPES("scope", "record", "u") " UNION " //
                             SCOPES("scope2", "record", "u"),
                             NULL, error);
  return bh_stmt_collect_texts(stmt, error);
}

GPtrArray *bh_feed_store_list_office(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_db_query(db,
                             SCOPES("scope", "record", "oa") " UNION " //
                             SCOPES("scope", "record", "ou") " UNION " //
                             SCOPES("scope2", "record", "ou"),
                             NULL, error);
  return bh_stmt_collect_texts(stmt, error);
}

GPtrArray *bh_feed_store_list_office_kinds(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_db_query(
      db, "SELECT DISTINCT kind FROM record WHERE scope > 'o' AND scope < 'p'", NULL, error);
  return bh_stmt_collect_texts(stmt, error);
}

static gboolean collect_items(BhStmt *stmt, GArray *items, GError **error)
{
  if (stmt == NULL)
    return FALSE;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    BhFeedItem item = {.position = bh_stmt_get_int(stmt, 0)};
    g_strlcpy(item.record, bh_stmt_get_text(stmt, 1), sizeof item.record);
    g_array_append_val(items, item);
  }
  bh_stmt_reset(stmt);
  return ended;
}

gboolean bh_feed_store_list_changed(BhDb *db, const char *scope, gint64 after, int limit,
                                    GArray *items, GError **error)
{
  return collect_items(
             bh_db_query(db,
                         "SELECT position, id FROM record WHERE scope = :scope"
                         " AND position > :after ORDER BY position LIMIT :limit",
                         BH_PARAMS(bh_param_text("scope", scope), bh_param_int("after", after),
                                   bh_param_int("limit", limit)),
                         error),
             items, error) &&
         collect_items(
             bh_db_query(db,
                         "SELECT position, id FROM record WHERE scope2 = :scope"
                         " AND position > :after ORDER BY position LIMIT :limit",
                         BH_PARAMS(bh_param_text("scope", scope), bh_param_int("after", after),
                                   bh_param_int("limit", limit)),
                         error),
             items, error);
}

gboolean bh_feed_store_list_moved(BhDb *db, const char *scope, gint64 after, gint64 until,
                                  GArray *items, GError **error)
{
  return collect_items(
      bh_db_query(db,
                  "SELECT position, record FROM moved WHERE scope = :scope"
                  " AND position > :after AND position <= :until",
                  BH_PARAMS(bh_param_text("scope", scope), bh_param_int("after", after),
                            bh_param_int("until", until)),
                  error),
      items, error);
}

GPtrArray *bh_feed_store_list_staff(BhDb *db, const char *unit, GError **error)
{
  BhStmt *stmt = bh_db_query(db,
                             "SELECT id FROM record WHERE kind = 'staff' AND unit = :unit"
                             " ORDER BY title, id",
                             BH_PARAMS(bh_param_text("unit", unit)), error);
  return bh_stmt_collect_texts(stmt, error);
}

GPtrArray *bh_feed_store_list_showing(BhDb *db, const char *sha256, GError **error)
{
  BhStmt *stmt = bh_db_query(db,
                             "SELECT r.id FROM record_file f JOIN record r"
                             " ON r.nr = f.record WHERE f.sha256 = :sha LIMIT 1000",
                             BH_PARAMS(bh_param_text("sha", sha256)), error);
  return bh_stmt_collect_texts(stmt, error);
}

GPtrArray *bh_feed_store_list_history(BhDb *db, const char *record, gint64 until, int limit,
                                      char **kind, GError **error)
{
  BhStmt *stmt = bh_db_query(db,
                             "SELECT l.position, r.kind FROM record r JOIN entry_record l"
                             " ON l.record = r.nr WHERE r.id = :id AND l.position <= :until"
                             " ORDER BY l.position LIMIT :limit",
                             BH_PARAMS(bh_param_text("id", record), bh_param_int("until", until),
                                       bh_param_int("limit", limit)),
                             error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)bh_entry_row_free);
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    gint64 position = bh_stmt_get_int(stmt, 0);
    g_array_append_val(positions, position);
    if (*kind == NULL)
      *kind = g_strdup(bh_stmt_get_text(stmt, 1));
  }
  bh_stmt_reset(stmt);
  for (guint i = 0; ended && i < positions->len; i++) {
    BhEntryRow *entry = bh_log_load_entry(db, g_array_index(positions, gint64, i), error);
    if (entry == NULL)
      return NULL;
    g_ptr_array_add(rows, entry);
  }
  return ended ? g_steal_pointer(&rows) : NULL;
}

gboolean bh_feed_store_find_run(BhDb *db, gint64 position, gint64 *before, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db,
                       "SELECT p.position FROM entry p WHERE p.position <= :position AND NOT EXISTS"
                       " (SELECT 1 FROM entry q WHERE q.position = p.position - 1)"
                       " ORDER BY p.position DESC LIMIT 1",
                       BH_PARAMS(bh_param_int("position", position)), &row, error))
    return FALSE;
  *before = row != NULL ? bh_stmt_get_int(row, 0) - 1 : 0;
  return TRUE;
}
