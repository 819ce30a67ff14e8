/* The state of a store in memory, transactions and time; see core.h. */
#include "sync/device/store/core.h"

#include <string.h>

#include "schema/civil.h"
#include "sync/db/migrations.h"
#include "sync/device/store/device-store.h"
#include "sync/wire/limits.h"

#define GOOD_CLOCK_MS (60 * 1000)

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

static void undo(BhDevice *device)
{
  g_autoptr(GError) local = NULL;

  bh_db_rollback(device->db);
  /* What is in memory is read again. After a dead connection that happens when it is reopened. */
  if (bh_db_is_dead(device->db))
    forget(device);
  else if (!bh_device_reload(device, &local))
    g_warning("store: reading back after a rollback: %s", local->message);
}

gboolean bh_write_commit(BhWrite *write, GError **error)
{
  if (write->counters_dirty && !bh_device_store_save_counters(write, error))
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

/* --- time --- */

static gboolean is_hub_time_of_this_boot(BhDevice *device, const char *boot_id)
{
  return device->hub_ms > 0 && strcmp(device->hub_boot_id, boot_id) == 0;
}

void bh_device_read_clock(BhDevice *device, BhEntryClock *clock)
{
  const BhClock *source = device->clock;

  memset(clock, 0, sizeof *clock);
  clock->wall_ms = source->wall_ms(source->data);
  clock->boot_ms = source->boot_ms(source->data);
  g_strlcpy(clock->boot_id, source->boot_id(source->data), sizeof clock->boot_id);
  /* A clock without a battery starts in the past. */
  clock->quality = clock->wall_ms < BH_CLOCK_FLOOR_MS || clock->wall_ms < device->hub_ms ||
                           clock->wall_ms < device->last_ms - GOOD_CLOCK_MS
                       ? BH_CLOCK_QUALITY_BAD
                       : BH_CLOCK_QUALITY_UNSURE;
  clock->hub_ms = device->hub_ms;
  g_strlcpy(clock->hub_sig, device->hub_sig, sizeof clock->hub_sig);
  if (!is_hub_time_of_this_boot(device, clock->boot_id))
    return;
  clock->hub_boot_ms = device->hub_boot_ms;
  gint64 hub_now = device->hub_ms + (clock->boot_ms - device->hub_boot_ms);
  clock->quality =
      ABS(hub_now - clock->wall_ms) <= GOOD_CLOCK_MS ? BH_CLOCK_QUALITY_GOOD : BH_CLOCK_QUALITY_BAD;
}

gint64 bh_device_now_ms(BhDevice *device)
{
  const BhClock *clock = device->clock;

  if (is_hub_time_of_this_boot(device, clock->boot_id(clock->data)))
    return device->hub_ms + (clock->boot_ms(clock->data) - device->hub_boot_ms);
  return MAX(clock->wall_ms(clock->data), device->hub_ms);
}

gint64 bh_device_get_id_ms(gpointer data)
{
  BhDevice *device = data;
  const BhClock *clock = device->clock;
  gint64 wall_ms = clock->wall_ms(clock->data);
  gint64 boot_ms = clock->boot_ms(clock->data);
  if (device->hub_ms == 0)
    return wall_ms;
  /* In a later boot, at least the time since its start has passed. */
  gint64 least_ms = is_hub_time_of_this_boot(device, clock->boot_id(clock->data))
                        ? device->hub_ms + (boot_ms - device->hub_boot_ms)
                        : device->hub_ms + boot_ms;
  return wall_ms < least_ms || wall_ms > least_ms + BH_ID_TRUST_MS ? least_ms : wall_ms;
}

char *bh_device_dup_today(BhDevice *device)
{
  BhDate date = bh_date_from_ms(bh_device_now_ms(device));
  return bh_date_format(&date);
}

/* --- values --- */

gboolean bh_value_is_clean(const json_t *value, int depth)
{
  gsize index;
  json_t *child;
  const char *key;

  if (depth > BH_VALUE_MAX_DEPTH)
    return FALSE;
  if (json_is_string(value))
    return strlen(json_string_value(value)) == json_string_length(value);
  if (json_is_array(value)) {
    json_array_foreach(value, index, child) if (!bh_value_is_clean(child, depth + 1)) return FALSE;
  } else if (json_is_object(value)) {
    json_object_foreach((json_t *)value, key, child)
    {
      if (!bh_value_is_clean(child, depth + 1))
        return FALSE;
    }
  }
  return TRUE;
}
