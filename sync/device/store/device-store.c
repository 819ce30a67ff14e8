#include "sync/device/store/damage.h"

#include <string.h>

/* --- settings --- */

char *bh_setting_dup(BhDevice *device, const char *name)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT value FROM setting WHERE name = :name", NULL);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "name", name);
  if (!bh_stmt_step(stmt, &row, NULL) || !row)
    return NULL;
  return g_strdup(bh_stmt_get_text(stmt, 0));
}

gint64 bh_setting_get_int(BhDevice *device, const char *name, gint64 fallback)
{
  g_autofree char *text = bh_setting_dup(device, name);
  return text != NULL ? g_ascii_strtoll(text, NULL, 10) : fallback;
}

gboolean bh_setting_set(BhDevice *device, const char *name, const char *value, GError **error)
{
  BhStmt *stmt = value == NULL
                     ? bh_db_prepare(device->db, "DELETE FROM setting WHERE name = :name", error)
                     : bh_db_prepare(device->db,
                                     "INSERT INTO setting (name, value) VALUES (:name, :value)"
                                     " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                     error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "name", name);
  if (value != NULL)
    bh_stmt_bind_text(stmt, "value", value);
  return bh_stmt_run(stmt, error);
}

gboolean bh_setting_set_int(BhDevice *device, const char *name, gint64 value, GError **error)
{
  char text[32];
  g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
  return bh_setting_set(device, name, text, error);
}

/* --- who we are --- */

json_t *bh_device_store_read_uplink(BhDevice *device, GError **error)
{
  static const char *const names[] = {"url",      "pins",        "token", "hub",  "device",
                                      "hub_name", "plaque_keys", "name",  "unit", "area"};
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db,
                    "SELECT url, pins, token, hub, device, hub_name, plaque_keys, name, unit,"
                    " area FROM uplink",
                    error);

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error) || !row)
    return NULL;
  json_t *out = json_object();
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    json_object_set_new(out, names[i], json_string(bh_stmt_get_text(stmt, (int)i)));
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
  if (!bh_outbox_store_get_keys(device, signer, &found, error))
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
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT number, name, acked FROM incarnation ORDER BY number DESC LIMIT 1",
      error);

  device->incarnation = device->acked = device->made = 0;
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  device->incarnation = bh_stmt_get_int(stmt, 0);
  device->acked = bh_stmt_get_int(stmt, 2);
  if (device->signer != NULL)
    g_strlcpy(device->signer->incarnation, bh_stmt_get_text(stmt, 1),
              sizeof device->signer->incarnation);
  return TRUE;
}

/* The newest entry may be of an older incarnation, of which the hub has all: its time still counts.
 */
gboolean bh_device_store_load_chain(BhDevice *device, GError **error)
{
  gboolean row = FALSE;

  if (!load_incarnation(device, error))
    return FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT pos, id, at_ms FROM entry ORDER BY pos DESC LIMIT 1", error);
  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  device->last_ms = row ? bh_stmt_get_int(stmt, 2) : 0;
  if (!row)
    return TRUE;
  gint64 pos = bh_stmt_get_int(stmt, 0);
  bh_id_source_advance(&device->ids, bh_stmt_get_text(stmt, 1));
  if (pos > BH_POS(device->incarnation, 0))
    device->made = pos & BH_POS_SEQ_MASK;
  return TRUE;
}

gboolean bh_device_store_load_counters(BhDevice *device, GError **error)
{
  gboolean row = FALSE;
  BhCounters *c = &device->counters;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db,
                    "SELECT changed, drafts, files, bytes, delivered, conflicts, quarantined"
                    " FROM counter WHERE one = 1",
                    error);

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (!row) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE, "store: counters are missing");
    return FALSE;
  }
  gint64 *const values[] = {&c->changed,   &c->drafts,    &c->files,      &c->bytes,
                            &c->delivered, &c->conflicts, &c->quarantined};
  for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
    *values[i] = bh_stmt_get_int(stmt, (int)i);
  return TRUE;
}

gboolean bh_device_store_save_counters(BhDevice *device, GError **error)
{
  const BhCounters *c = &device->counters;
  BhStmt *stmt = bh_db_prepare(
      device->db,
      "UPDATE counter SET changed = :changed, drafts = :drafts, files = :files, bytes = :bytes,"
      " delivered = :delivered, conflicts = :conflicts, quarantined = :quarantined"
      " WHERE one = 1",
      error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "changed", c->changed);
  bh_stmt_bind_int(stmt, "drafts", c->drafts);
  bh_stmt_bind_int(stmt, "files", c->files);
  bh_stmt_bind_int(stmt, "bytes", c->bytes);
  bh_stmt_bind_int(stmt, "delivered", c->delivered);
  bh_stmt_bind_int(stmt, "conflicts", c->conflicts);
  bh_stmt_bind_int(stmt, "quarantined", c->quarantined);
  return bh_stmt_run(stmt, error);
}

gboolean bh_device_store_load_hub_time(BhDevice *device, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT hub_ms, boot_ms, boot_id, sig FROM hub_time", error);

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (row) {
    device->hub_ms = bh_stmt_get_int(stmt, 0);
    device->hub_boot_ms = bh_stmt_get_int(stmt, 1);
    g_strlcpy(device->hub_boot_id, bh_stmt_get_text(stmt, 2), sizeof device->hub_boot_id);
    g_strlcpy(device->hub_sig, bh_stmt_get_text(stmt, 3), sizeof device->hub_sig);
  } else {
    device->hub_ms = device->hub_boot_ms = 0;
    device->hub_boot_id[0] = device->hub_sig[0] = '\0';
  }
  return TRUE;
}

gboolean bh_device_store_save_hub_time(BhDevice *device, GError **error)
{
  BhStmt *stmt = bh_db_prepare(
      device->db,
      "INSERT INTO hub_time (one, hub_ms, boot_ms, boot_id, sig) VALUES (1, :hub, :boot, :id, :sig)"
      " ON CONFLICT (one) DO UPDATE SET hub_ms = excluded.hub_ms, boot_ms = excluded.boot_ms,"
      " boot_id = excluded.boot_id, sig = excluded.sig",
      error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "hub", device->hub_ms);
  bh_stmt_bind_int(stmt, "boot", device->hub_boot_ms);
  bh_stmt_bind_text(stmt, "id", device->hub_boot_id);
  bh_stmt_bind_text(stmt, "sig", device->hub_sig);
  return bh_stmt_run(stmt, error);
}

/* --- kind sets --- */

gboolean bh_device_store_load_kinds(BhDevice *device, const char *hash, BhKindSet **set,
                                    GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT text FROM kind_set WHERE hash = :hash", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "hash", hash);
  if (!bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (!row) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: no kind set %s here", hash);
    return FALSE;
  }
  *set = bh_kind_set_from_kept_text(bh_stmt_get_text(stmt, 0), hash, error);
  return *set != NULL;
}

gboolean bh_device_store_save_kinds(BhDevice *device, const char *hash, const char *text,
                                    GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db,
                               "INSERT INTO kind_set (hash, text) VALUES (:hash, :text)"
                               " ON CONFLICT (hash) DO NOTHING",
                               error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "hash", hash);
  bh_stmt_bind_text(stmt, "text", text);
  return bh_stmt_run(stmt, error);
}

/* --- the store as a whole --- */

gboolean bh_device_verify_tail(BhDevice *device, GError **error)
{
  g_autofree char *hash = NULL;

  memset(device->head, '0', BH_HASH_HEX_LEN);
  device->head[BH_HASH_HEX_LEN] = '\0';
  if (device->made == 0)
    return TRUE;
  gint64 pos = BH_POS(device->incarnation, device->made);
  g_autofree char *envelope = bh_journal_store_dup_envelope(device, pos, error);
  if (envelope == NULL)
    return FALSE;
  g_autoptr(GError) local = NULL;
  g_autoptr(BhEntryText) text = bh_damage_read(device, pos, &local);
  if (text == NULL && !g_error_matches(local, BH_ERROR, BH_ERROR_SIGNATURE)) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  hash = bh_hash_hex(envelope, strlen(envelope));
  g_strlcpy(device->head, hash, sizeof device->head);
  return TRUE;
}

char *bh_device_store_check(BhDevice *device, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(device->db, "PRAGMA quick_check(1)", error);

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return NULL;
  return g_strdup(row ? bh_stmt_get_text(stmt, 0) : "no answer");
}
