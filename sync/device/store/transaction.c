/* Reads the state of a store into memory, and keeps it in step with transactions; see core.h. */
#include "sync/device/store/core.h"

#include <string.h>

#include "sync/db/migrations.h"
#include "sync/device/store/device-store.h"

/* --- reading into memory --- */

void bh_device_add_hook(BhDevice *device, const BhDeviceHook *hook)
{
  g_assert(device->hooks_n < BH_DEVICE_HOOKS_MAX);
  device->hooks[device->hooks_n++] = *hook;
}

gboolean bh_device_open_database(BhDevice *device, GError **error)
{
  gsize n = 0;
  const BhMigration *migrations = bh_migrations_get_device(&n);
  g_autoptr(BhDb) db = bh_db_open(device->path, BH_DB_DEVICE, error);

  if (db == NULL || !bh_migrate(db, device->path, migrations, n, error))
    return FALSE;
  device->db = g_steal_pointer(&db);
  return TRUE;
}

static gboolean load_current_kinds(BhDevice *device, GError **error)
{
  g_autofree char *hash = bh_setting_dup(device, "kinds");
  g_autoptr(BhKindSet) set = NULL;

  if (hash == NULL ||
      (device->kinds != NULL && strcmp(bh_kind_set_get_hash(device->kinds), hash) == 0))
    return TRUE;
  if (!bh_device_store_load_kinds(device, hash, &set, error))
    return FALSE;
  g_clear_pointer(&device->kinds, bh_kind_set_unref);
  device->kinds = g_steal_pointer(&set);
  return TRUE;
}

static void forget(BhDevice *device)
{
  for (guint i = 0; i < device->hooks_n; i++)
    if (device->hooks[i].forget != NULL)
      device->hooks[i].forget(device);
}

static gboolean load_hooks(BhDevice *device, GError **error)
{
  for (guint i = 0; i < device->hooks_n; i++)
    if (device->hooks[i].load != NULL && !device->hooks[i].load(device, error))
      return FALSE;
  return TRUE;
}

gboolean bh_device_reload(BhDevice *device, GError **error)
{
  forget(device);
  device->counters_dirty = FALSE;
  device->retitle = TRUE;
  return bh_device_store_load_identity(device, error) &&
         bh_device_store_load_chain(device, error) &&
         bh_device_store_load_counters(device, error) &&
         bh_device_store_load_hub_time(device, error) && load_current_kinds(device, error) &&
         load_hooks(device, error);
}

/* --- transactions --- */

gboolean bh_device_ready(BhDevice *device, GError **error)
{
  if (device->db != NULL && !bh_db_is_dead(device->db))
    return TRUE;
  g_clear_pointer(&device->db, bh_db_close);
  return bh_device_open_database(device, error) && bh_device_reload(device, error);
}

gboolean bh_device_need_open(BhDevice *device, GError **error)
{
  if (!device->shut)
    return TRUE;
  g_autoptr(json_t) uplink = bh_device_store_read_uplink(device, NULL);
  g_set_error(error, BH_ERROR, BH_ERROR_REVOKED,
              "this device was revoked by the office of %s; ask them. What was not sent is kept",
              bh_json_string_or(uplink, "hub_name", "its hub"));
  return FALSE;
}

gboolean bh_device_need_enrolled(BhDevice *device, GError **error)
{
  if (device->signer != NULL && device->kinds != NULL)
    return TRUE;
  g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: the device is not enrolled");
  return FALSE;
}

BhWrite *bh_write_begin(BhDevice *device, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_db_begin(device->db, error))
    return NULL;
  return device;
}

BhWrite *bh_write_begin_unsynced(BhDevice *device, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_db_begin_unsynced(device->db, error))
    return NULL;
  return device;
}

static gboolean run_before_commit(BhDevice *device, GError **error)
{
  for (guint i = 0; i < device->hooks_n; i++)
    if (device->hooks[i].before_commit != NULL && !device->hooks[i].before_commit(device, error))
      return FALSE;
  return TRUE;
}

static void undo(BhDevice *device)
{
  g_autoptr(GError) local = NULL;

  bh_db_rollback(device->db);
  /* The state in memory is read again, because it may contain changes that were rolled back. After
   * a dead connection that happens when the connection is opened again. */
  if (bh_db_is_dead(device->db))
    forget(device);
  else if (!bh_device_reload(device, &local))
    g_warning("store: reading back after a rollback: %s", local->message);
}

gboolean bh_write_commit(BhWrite *write, GError **error)
{
  if (!run_before_commit(write, error) ||
      (write->counters_dirty && !bh_device_store_save_counters(write, error)))
    return FALSE;
  if (!bh_db_commit(write->db, error)) {
    undo(write);
    return FALSE;
  }
  write->counters_dirty = FALSE;
  return TRUE;
}

void bh_write_end(BhWrite *write)
{
  if (write->db != NULL && bh_db_in_transaction(write->db))
    undo(write);
}

BhCounters *bh_device_count(BhDevice *device)
{
  device->counters_dirty = TRUE;
  return &device->counters;
}
