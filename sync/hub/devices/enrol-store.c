/* SQL of enrol-store.h. */
#include "sync/hub/devices/enrol-store.h"

#include "sync/hub/log/log.h"

void bh_enrol_row_clear(BhEnrolRow *row)
{
  g_clear_pointer(&row->unit, g_free);
  g_clear_pointer(&row->name, g_free);
  g_clear_pointer(&row->used_key, g_bytes_unref);
  g_clear_pointer(&row->device, g_free);
}

gboolean bh_enrol_store_add(BhDb *db, GBytes *token_hash, const char *unit, const char *name,
                            gint64 expires_ms, gint64 forget_ms, GError **error)
{
  return bh_sql_run(db, error, "DELETE FROM enrol_token WHERE expires_ms < :forget", "i", "forget",
                    forget_ms) &&
         bh_sql_run(db, error,
                    "INSERT INTO enrol_token (token_hash, unit, name, expires_ms)"
                    " VALUES (:token, :unit, :name, :expires)",
                    "btti", "token", token_hash, "unit", unit, "name", name, "expires", expires_ms);
}

gboolean bh_enrol_store_load(BhDb *db, GBytes *token_hash, BhEnrolRow *row, GError **error)
{
  gboolean found;
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhStmt) stmt = bh_sql_row(db, &found, &failed,
                                      "SELECT unit, name, expires_ms, used_key, device"
                                      " FROM enrol_token WHERE token_hash = :token",
                                      "b", "token", token_hash);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (stmt == NULL)
    return TRUE;
  row->unit = g_strdup(bh_stmt_get_text(stmt, 0));
  row->name = g_strdup(bh_stmt_get_text(stmt, 1));
  row->expires_ms = bh_stmt_get_int(stmt, 2);
  if (!bh_stmt_is_null(stmt, 3)) {
    gsize len = 0;
    const guint8 *key = bh_stmt_get_blob(stmt, 3, &len);
    row->used_key = g_bytes_new(key, len);
  }
  row->device = g_strdup(bh_stmt_get_text(stmt, 4));
  return TRUE;
}

gboolean bh_enrol_store_use(BhDb *db, GBytes *token_hash, GBytes *key, const char *device,
                            GError **error)
{
  return bh_sql_run(db, error,
                    "UPDATE enrol_token SET used_key = :key, device = :device"
                    " WHERE token_hash = :token",
                    "btb", "key", key, "device", device, "token", token_hash);
}
