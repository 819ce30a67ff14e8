/* Rows about the device itself; see device-store.h. */
#include "sync/device/store/device-store.h"

#include <string.h>

#include "sync/db/params.h"

/* --- identity --- */

gboolean bh_device_store_get_keys(BhDevice *device, BhSigner *signer, gboolean *found,
                                  GError **error)
{
  gsize public_len = 0, secret_len = 0;
  g_autoptr(BhStmt) row = NULL;
  gboolean ok = bh_db_query_row(device->db, "SELECT public_key, secret_key FROM device_key", NULL,
                                &row, error);

  *found = row != NULL;
  if (row == NULL)
    return ok;
  const guint8 *public_key = bh_stmt_get_blob(row, 0, &public_len);
  const guint8 *secret_key = bh_stmt_get_blob(row, 1, &secret_len);
  if (public_len != BH_PUBLIC_KEY_SIZE || secret_len != BH_SECRET_KEY_SIZE) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE, "store: device key is damaged");
    return FALSE;
  }
  memcpy(signer->public_key, public_key, public_len);
  memcpy(signer->secret_key, secret_key, secret_len);
  return TRUE;
}

gboolean bh_device_store_put_keys(BhDevice *device, const BhSigner *signer, GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO device_key (one, public_key, secret_key)"
                   " VALUES (1, :public_key, :secret_key)",
                   BH_PARAMS(bh_param_blob("public_key", signer->public_key, BH_PUBLIC_KEY_SIZE),
                             bh_param_blob("secret_key", signer->secret_key, BH_SECRET_KEY_SIZE)),
                   error);
}

static BhParam uplink_text(const json_t *uplink, const char *name)
{
  return bh_param_text(name, bh_json_string_or(uplink, name, ""));
}

gboolean bh_device_store_put_uplink(BhDevice *device, const json_t *uplink,
                                    const guint8 hub_key[BH_PUBLIC_KEY_SIZE], GError **error)
{
  return bh_db_run(
      device->db,
      "INSERT INTO uplink (one, url, pins, token, hub, hub_name, hub_key, plaque_keys, device,"
      " name, unit, area) VALUES (1, :url, :pins, :token, :hub, :hub_name, :hub_key,"
      " :plaque_keys, :device, :name, :unit, :area) ON CONFLICT (one) DO UPDATE SET"
      " url = excluded.url, pins = excluded.pins, token = excluded.token,"
      " hub_name = excluded.hub_name, hub_key = excluded.hub_key,"
      " plaque_keys = excluded.plaque_keys, name = excluded.name, unit = excluded.unit,"
      " area = excluded.area",
      BH_PARAMS(
          uplink_text(uplink, "url"), uplink_text(uplink, "pins"), uplink_text(uplink, "token"),
          uplink_text(uplink, "hub"), uplink_text(uplink, "hub_name"),
          bh_param_blob("hub_key", hub_key, BH_PUBLIC_KEY_SIZE), uplink_text(uplink, "plaque_keys"),
          uplink_text(uplink, "device"), uplink_text(uplink, "name"), uplink_text(uplink, "unit"),
          uplink_text(uplink, "area")),
      error);
}

gboolean bh_device_store_set_url(BhDevice *device, const char *url, GError **error)
{
  return bh_db_run(device->db, "UPDATE uplink SET url = :url", BH_PARAMS(bh_param_text("url", url)),
                   error);
}

gboolean bh_device_store_get_hub_key(BhDevice *device, guint8 hub_key[BH_PUBLIC_KEY_SIZE],
                                     GError **error)
{
  gsize len = 0;
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db, "SELECT hub_key FROM uplink", NULL, &row, error))
    return FALSE;
  const guint8 *bytes = row != NULL ? bh_stmt_get_blob(row, 0, &len) : NULL;
  if (len != BH_PUBLIC_KEY_SIZE) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE, "store: the hub's key is damaged");
    return FALSE;
  }
  memcpy(hub_key, bytes, len);
  return TRUE;
}

json_t *bh_device_store_read_uplink(BhDevice *device, GError **error)
{
  static const char *const names[] = {"url",      "pins",        "token", "hub",  "device",
                                      "hub_name", "plaque_keys", "name",  "unit", "area"};
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT url, pins, token, hub, device, hub_name, plaque_keys, name, unit,"
                       " area FROM uplink",
                       NULL, &row, error) ||
      row == NULL)
    return NULL;
  json_t *out = json_object();
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    json_object_set_new(out, names[i], json_string(bh_stmt_get_text(row, (int)i)));
  return out;
}

gboolean bh_device_store_load_identity(BhDevice *device, GError **error)
{
  g_autoptr(GError) local = NULL;
  gboolean found = FALSE;
  g_autoptr(json_t) uplink = bh_device_store_read_uplink(device, &local);

  g_clear_pointer(&device->signer, bh_signer_free);
  if (uplink == NULL) {
    if (local == NULL)
      return TRUE;
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  g_autoptr(BhSigner) signer = bh_signer_new();
  g_strlcpy(signer->hub, bh_json_string_or(uplink, "hub", ""), sizeof signer->hub);
  g_strlcpy(signer->device, bh_json_string_or(uplink, "device", ""), sizeof signer->device);
  if (!bh_device_store_get_keys(device, signer, &found, error))
    return FALSE;
  if (!found) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE, "store: device key is missing");
    return FALSE;
  }
  device->signer = g_steal_pointer(&signer);
  return TRUE;
}

static gboolean load_incarnation(BhDevice *device, GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  device->incarnation = device->acked = device->made = 0;
  if (!bh_db_query_row(device->db,
                       "SELECT number, name, acked FROM incarnation"
                       " ORDER BY number DESC LIMIT 1",
                       NULL, &row, error))
    return FALSE;
  if (row == NULL)
    return TRUE;
  device->incarnation = bh_stmt_get_int(row, 0);
  device->acked = bh_stmt_get_int(row, 2);
  if (device->signer != NULL)
    g_strlcpy(device->signer->incarnation, bh_stmt_get_text(row, 1),
              sizeof device->signer->incarnation);
  return TRUE;
}

/* Loads the chain. The newest entry may be of an older incarnation, of which the hub has all
 * entries. Its time still counts, because the clock of the next entry is compared with it. */
gboolean bh_device_store_load_chain(BhDevice *device, GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!load_incarnation(device, error) ||
      !bh_db_query_row(device->db, "SELECT pos, id, at_ms FROM entry ORDER BY pos DESC LIMIT 1",
                       NULL, &row, error))
    return FALSE;
  device->last_ms = row != NULL ? bh_stmt_get_int(row, 2) : 0;
  if (row == NULL)
    return TRUE;
  gint64 pos = bh_stmt_get_int(row, 0);
  bh_id_source_advance(&device->ids, bh_stmt_get_text(row, 1));
  if (pos > BH_POS(device->incarnation, 0))
    device->made = pos & BH_POS_SEQ_MASK;
  return TRUE;
}

gboolean bh_device_store_load_counters(BhDevice *device, GError **error)
{
  BhCounters *c = &device->counters;
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT changed, drafts, files, bytes, delivered, conflicts, quarantined"
                       " FROM counter WHERE one = 1",
                       NULL, &row, error))
    return FALSE;
  if (row == NULL) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE, "store: counters are missing");
    return FALSE;
  }
  gint64 *const values[] = {&c->changed,   &c->drafts,    &c->files,      &c->bytes,
                            &c->delivered, &c->conflicts, &c->quarantined};
  for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
    *values[i] = bh_stmt_get_int(row, (int)i);
  return TRUE;
}

gboolean bh_device_store_save_counters(BhDevice *device, GError **error)
{
  const BhCounters *c = &device->counters;
  return bh_db_run(
      device->db,
      "UPDATE counter SET changed = :changed, drafts = :drafts, files = :files, bytes = :bytes,"
      " delivered = :delivered, conflicts = :conflicts, quarantined = :quarantined"
      " WHERE one = 1",
      BH_PARAMS(bh_param_int("changed", c->changed), bh_param_int("drafts", c->drafts),
                bh_param_int("files", c->files), bh_param_int("bytes", c->bytes),
                bh_param_int("delivered", c->delivered), bh_param_int("conflicts", c->conflicts),
                bh_param_int("quarantined", c->quarantined)),
      error);
}

gboolean bh_device_store_load_hub_time(BhDevice *device, GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db, "SELECT hub_ms, boot_ms, boot_id, sig FROM hub_time", NULL, &row,
                       error))
    return FALSE;
  if (row != NULL) {
    device->hub_ms = bh_stmt_get_int(row, 0);
    device->hub_boot_ms = bh_stmt_get_int(row, 1);
    g_strlcpy(device->hub_boot_id, bh_stmt_get_text(row, 2), sizeof device->hub_boot_id);
    g_strlcpy(device->hub_sig, bh_stmt_get_text(row, 3), sizeof device->hub_sig);
  } else {
    device->hub_ms = device->hub_boot_ms = 0;
    device->hub_boot_id[0] = device->hub_sig[0] = '\0';
  }
  return TRUE;
}

gboolean bh_device_store_save_hub_time(BhDevice *device, GError **error)
{
  return bh_db_run(
      device->db,
      "INSERT INTO hub_time (one, hub_ms, boot_ms, boot_id, sig) VALUES (1, :hub, :boot, :id, :sig)"
      " ON CONFLICT (one) DO UPDATE SET hub_ms = excluded.hub_ms, boot_ms = excluded.boot_ms,"
      " boot_id = excluded.boot_id, sig = excluded.sig",
      BH_PARAMS(bh_param_int("hub", device->hub_ms), bh_param_int("boot", device->hub_boot_ms),
                bh_param_text("id", device->hub_boot_id), bh_param_text("sig", device->hub_sig)),
      error);
}

/* --- kind sets --- */

gboolean bh_device_store_has_kinds(BhDevice *device, const char *hash)
{
  gboolean has = FALSE;

  bh_db_has_row(device->db, "SELECT 1 FROM kind_set WHERE hash = :hash",
                BH_PARAMS(bh_param_text("hash", hash)), &has, NULL);
  return has;
}

gboolean bh_device_store_load_kinds(BhDevice *device, const char *hash, BhKindSet **set,
                                    GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db, "SELECT text FROM kind_set WHERE hash = :hash",
                       BH_PARAMS(bh_param_text("hash", hash)), &row, error))
    return FALSE;
  if (row == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: no kind set %s here", hash);
    return FALSE;
  }
  *set = bh_kind_set_from_stored_text(bh_stmt_get_text(row, 0), hash, error);
  return *set != NULL;
}

gboolean bh_device_store_save_kinds(BhDevice *device, const char *hash, const char *text,
                                    GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO kind_set (hash, text) VALUES (:hash, :text)"
                   " ON CONFLICT (hash) DO NOTHING",
                   BH_PARAMS(bh_param_text("hash", hash), bh_param_text("text", text)), error);
}

/* --- the file --- */

char *bh_device_store_check(BhDevice *device, GError **error)
{
  char *damage = NULL;

  if (!bh_db_check(device->db, FALSE, &damage, error))
    return NULL;
  return damage != NULL ? damage : g_strdup("ok");
}
