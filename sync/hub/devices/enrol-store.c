/* SQL of enrol-store.h. */
#include "sync/hub/devices/enrol-store.h"

#include "sync/db/params.h"

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
  return bh_db_run(db, "DELETE FROM enrol_token WHERE expires_ms < :forget",
                   BH_PARAMS(bh_param_int("forget", forget_ms)), error) &&
         bh_db_run(db,
                   "INSERT INTO enrol_token (token_hash, unit, name, expires_ms)"
                   " VALUES (:token, :unit, :name, :expires)",
                   BH_PARAMS(bh_param_bytes("token", token_hash), bh_param_text("unit", unit),
                             bh_param_text("name", name), bh_param_int("expires", expires_ms)),
                   error);
}

gboolean bh_enrol_store_load(BhDb *db, GBytes *token_hash, BhEnrolRow *row, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  if (!bh_db_query_row(db,
                       "SELECT unit, name, expires_ms, used_key, device"
                       " FROM enrol_token WHERE token_hash = :token",
                       BH_PARAMS(bh_param_bytes("token", token_hash)), &stmt, error))
    return FALSE;
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
  return bh_db_run(db,
                   "UPDATE enrol_token SET used_key = :key, device = :device"
                   " WHERE token_hash = :token",
                   BH_PARAMS(bh_param_bytes("key", key), bh_param_text("device", device),
                             bh_param_bytes("token", token_hash)),
                   error);
}
