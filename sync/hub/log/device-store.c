/* SQL of device-store.h: devices. */
#include "sync/hub/log/device-store.h"

#include <string.h>

#include "sync/db/params.h"

void bh_hub_device_free(BhHubDevice *device)
{
  if (device == NULL)
    return;
  g_free(device->name);
  g_clear_pointer(&device->token_hash, g_bytes_unref);
  g_free(device);
}

BhHubDevice *bh_log_load_device(BhDb *db, const char *id, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db,
                       "SELECT public_key, token_hash, unit, name, revoked_ms, enrolled_ms,"
                       " seen_ms FROM device WHERE id = :id",
                       BH_PARAMS(bh_param_text("id", id)), &row, error))
    return NULL;
  if (row == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no such device: %.64s", id);
    return NULL;
  }

  g_autoptr(BhHubDevice) device = g_new0(BhHubDevice, 1);
  gsize len = 0;
  const guint8 *key = bh_stmt_get_blob(row, 0, &len);
  if (key == NULL || len != BH_PUBLIC_KEY_SIZE) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "the key of device %s is damaged", id);
    return NULL;
  }
  memcpy(device->public_key, key, BH_PUBLIC_KEY_SIZE);
  if (!bh_stmt_is_null(row, 1)) {
    const guint8 *hash = bh_stmt_get_blob(row, 1, &len);
    device->token_hash = g_bytes_new(hash, len);
  }
  g_strlcpy(device->id, id, sizeof device->id);
  g_strlcpy(device->unit, bh_stmt_get_text(row, 2), sizeof device->unit);
  device->name = g_strdup(bh_stmt_get_text(row, 3));
  device->revoked_ms = bh_stmt_get_int(row, 4);
  device->enrolled_ms = bh_stmt_get_int(row, 5);
  device->seen_ms = bh_stmt_get_int(row, 6);
  return g_steal_pointer(&device);
}

gboolean bh_log_add_device(BhDb *db, const char *id, const guint8 key[BH_PUBLIC_KEY_SIZE],
                           GBytes *token_hash, const char *unit, const char *name, gint64 now_ms,
                           GError **error)
{
  g_autoptr(GBytes) key_bytes = g_bytes_new(key, BH_PUBLIC_KEY_SIZE);
  return bh_db_run(db,
                   "INSERT INTO device (id, public_key, token_hash, unit, name, enrolled_ms,"
                   " seen_ms) VALUES (:id, :key, :token, :unit, :name, :now, :now)",
                   BH_PARAMS(bh_param_text("id", id), bh_param_bytes("key", key_bytes),
                             bh_param_bytes("token", token_hash), bh_param_text("unit", unit),
                             bh_param_text("name", name), bh_param_int("now", now_ms)),
                   error);
}

gboolean bh_log_set_device_token(BhDb *db, const char *id, GBytes *token_hash, GError **error)
{
  return bh_db_run(db, "UPDATE device SET token_hash = :token WHERE id = :id",
                   BH_PARAMS(bh_param_bytes("token", token_hash), bh_param_text("id", id)), error);
}

gboolean bh_log_revoke_device(BhDb *db, const char *id, gint64 now_ms, GError **error)
{
  return bh_db_run(db, "UPDATE device SET revoked_ms = :now WHERE id = :id AND revoked_ms IS NULL",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("id", id)), error);
}

gboolean bh_log_touch_device(BhDb *db, const char *id, gint64 now_ms, GError **error)
{
  return bh_db_run(db, "UPDATE device SET seen_ms = :now WHERE id = :id",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("id", id)), error);
}

json_t *bh_log_list_devices(BhDb *db, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(db,
                  "SELECT id, name, unit, enrolled_ms, seen_ms, revoked_ms,"
                  " (SELECT coalesce(sum(seq), 0) FROM incarnation i WHERE i.device = d.id),"
                  " (SELECT count(*) FROM fork f WHERE f.device = d.id)"
                  " FROM device d WHERE token_hash IS NOT NULL ORDER BY name, id",
                  NULL, error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) list = json_array();
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *device = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "id", bh_stmt_get_text(stmt, 0), "name",
        bh_stmt_get_text(stmt, 1), "unit", bh_stmt_get_text(stmt, 2), "enrolled_ms",
        (json_int_t)bh_stmt_get_int(stmt, 3), "seen_ms", (json_int_t)bh_stmt_get_int(stmt, 4),
        "entries", (json_int_t)bh_stmt_get_int(stmt, 6), "forks",
        (json_int_t)bh_stmt_get_int(stmt, 7));
    if (!bh_stmt_is_null(stmt, 5))
      json_object_set_new(device, "revoked_ms", json_integer(bh_stmt_get_int(stmt, 5)));
    json_array_append_new(list, device);
  }
  return ended ? g_steal_pointer(&list) : NULL;
}
