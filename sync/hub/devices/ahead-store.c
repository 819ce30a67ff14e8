/* SQL of ahead-store.h. */
#include "sync/hub/devices/ahead-store.h"

#include "sync/db/params.h"
#include "sync/wire/limits.h"

#define KEPT_MS (G_GINT64_CONSTANT(30) * 24 * 3600 * 1000)

gboolean bh_ahead_store_add(BhDb *db, const char *id, const char *device, gint64 now_ms,
                            const BhEntryText *text, GError **error)
{
  return bh_db_run(db, "DELETE FROM ahead WHERE received_ms < :old",
                   BH_PARAMS(bh_param_int("old", now_ms - KEPT_MS)), error) &&
         bh_db_run(db,
                   "INSERT OR IGNORE INTO ahead"
                   " (id, device, received_ms, envelope, signature, body, openings)"
                   " SELECT :id, :device, :now, :envelope, :signature, :body, :openings"
                   " WHERE NOT EXISTS (SELECT 1 FROM entry WHERE id = :id AND is_first = 1)"
                   " AND (SELECT count(*) FROM ahead WHERE device = :device) < :most",
                   BH_PARAMS(bh_param_text("id", id), bh_param_text("device", device),
                             bh_param_int("now", now_ms), bh_param_text("envelope", text->envelope),
                             bh_param_text("signature", text->signature),
                             bh_param_text("body", text->body),
                             bh_param_text("openings", text->openings),
                             bh_param_int("most", BH_AHEAD_KEPT_MAX)),
                   error);
}

static BhEntryRow *read_row(BhStmt *stmt)
{
  BhEntryRow *row = g_new0(BhEntryRow, 1);
  row->id = g_strdup(bh_stmt_get_text(stmt, 0));
  row->device = g_strdup(bh_stmt_get_text(stmt, 1));
  row->received_ms = bh_stmt_get_int(stmt, 2);
  row->text = bh_entry_text_new(bh_stmt_get_text(stmt, 3), bh_stmt_get_text(stmt, 4),
                                bh_stmt_get_text(stmt, 5), bh_stmt_get_text(stmt, 6));
  return row;
}

GPtrArray *bh_ahead_store_list(BhDb *db, int limit, GError **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)bh_entry_row_free);
  g_autoptr(BhStmt) stmt =
      bh_db_query(db,
                  "SELECT id, device, received_ms, envelope, signature, body, openings FROM ahead"
                  " ORDER BY id DESC LIMIT :limit",
                  BH_PARAMS(bh_param_int("limit", limit)), error);
  gboolean ended = FALSE;
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(rows, read_row(stmt));
  return ended ? g_steal_pointer(&rows) : NULL;
}
