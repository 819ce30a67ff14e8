#include "sync/device/store/damage.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "schema/civil.h"
#include "sync/db/migrations.h"
#include "sync/wire/limits.h"

#define GOOD_CLOCK_MS (60 * 1000)

static gboolean make_dir(const char *path, GError **error)
{
  if (g_mkdir_with_parents(path, 0700) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "store: cannot make %s: %s", path,
              g_strerror(errno));
  return FALSE;
}

static gboolean open_database(BhDevice *device, GError **error)
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

gboolean bh_device_reload(BhDevice *device, GError **error)
{
  bh_view_forget_all(device);
  device->counters_dirty = FALSE;
  device->retitle = TRUE;
  return bh_device_store_load_identity(device, error) &&
         bh_device_store_load_chain(device, error) &&
         bh_device_store_load_counters(device, error) &&
         bh_device_store_load_hub_time(device, error) && load_current_kinds(device, error) &&
         bh_device_verify_tail(device, error);
}

/* A newest entry that cannot be read keeps nobody from working. */
static void mend(BhDevice *device)
{
  g_autoptr(GError) local = NULL;

  if (bh_damage_is_noted(device) && device->kinds != NULL &&
      !bh_damage_mend(device, device->acked, &local))
    g_warning("store: a damaged entry cannot be set aside: %s", local->message);
}

BhDevice *bh_device_open(const char *dir, const BhClock *clock, const BhRandom *random,
                         GError **error)
{
  g_return_val_if_fail(dir != NULL && clock != NULL && random != NULL, NULL);
  g_autoptr(BhDevice) device = g_new0(BhDevice, 1);
  device->dir = g_strdup(dir);
  device->path = g_build_filename(dir, "store.db", NULL);
  device->clock = clock;
  device->random = random;
  device->space = bh_space_system();
  device->disk = bh_disk_system();
  device->opened_boot_ms = clock->boot_ms(clock->data);
  device->round_state = g_strdup("idle");
  device->views = bh_view_cache_new();
  device->id_clock = (BhClock){.wall_ms = bh_device_get_id_ms, .data = device};
  bh_id_source_init(&device->ids, &device->id_clock, random);

  g_autofree char *files = g_build_filename(dir, "files", NULL);
  if (!make_dir(dir, error) || !make_dir(files, error) || !open_database(device, error) ||
      !bh_device_reload(device, error) || !bh_people_carry_lockouts(device, error)) {
    g_prefix_error(error, "store %s: ", dir);
    return NULL;
  }
  mend(device);
  g_autofree char *revoked = bh_setting_dup(device, "revoked");
  if (revoked != NULL) {
    g_free(device->round_state);
    device->round_state = g_strdup("revoked");
  }
  return g_steal_pointer(&device);
}

void bh_device_set_space(BhDevice *device, const BhSpace *space)
{
  device->space = space;
}

void bh_device_set_disk(BhDevice *device, const BhDisk *disk)
{
  device->disk = disk;
}

void bh_device_close(BhDevice *device)
{
  if (device == NULL)
    return;
  g_clear_pointer(&device->keys, g_hash_table_unref);
  g_clear_pointer(&device->views, g_hash_table_unref);
  g_clear_pointer(&device->noted, g_array_unref);
  g_clear_pointer(&device->held_files, g_hash_table_unref);
  bh_db_close(device->db);
  g_clear_pointer(&device->signer, bh_signer_free);
  g_clear_pointer(&device->kinds, bh_kind_set_unref);
  g_free(device->round_state);
  g_free(device->path);
  g_free(device->dir);
  g_free(device);
}

/* --- transactions --- */

gboolean bh_device_ready(BhDevice *device, GError **error)
{
  if (device->db != NULL && !bh_db_is_dead(device->db))
    return TRUE;
  g_clear_pointer(&device->db, bh_db_close);
  return open_database(device, error) && bh_device_reload(device, error);
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
  /* Read again from what is on the disk; a connection that died does so when it is reopened. */
  if (bh_db_is_dead(device->db))
    bh_view_forget_all(device);
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
  /* A clock without a battery wakes up in the past. */
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
  /* In a later boot at least the time since that began has passed. */
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

/* --- what it is --- */

gboolean bh_device_is_enrolled(BhDevice *device)
{
  return device->signer != NULL;
}

json_t *bh_device_describe(BhDevice *device, GError **error)
{
  if (!bh_device_ready(device, error))
    return NULL;
  g_autoptr(GError) local = NULL;
  g_autoptr(json_t) uplink = bh_device_store_read_uplink(device, &local);
  if (uplink == NULL) {
    if (local != NULL)
      g_propagate_error(error, g_steal_pointer(&local));
    else
      g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: the device is not enrolled");
    return NULL;
  }
  json_t *out = json_object();
  static const char *const shown[] = {"hub", "hub_name", "device", "name", "unit", "area", "url"};
  for (gsize i = 0; i < G_N_ELEMENTS(shown); i++)
    json_object_set(out, shown[i], json_object_get(uplink, shown[i]));
  return out;
}

BhKindSet *bh_device_dup_kinds(BhDevice *device)
{
  return device->kinds != NULL ? bh_kind_set_ref(device->kinds) : NULL;
}

void bh_device_make_id(BhDevice *device, char out[BH_ID_LEN + 1])
{
  bh_id_next(&device->ids, out);
}

char *bh_device_get_setting(BhDevice *device, const char *name)
{
  return bh_setting_dup(device, name);
}

gboolean bh_device_set_setting(BhDevice *device, const char *name, const char *value,
                               GError **error)
{
  static const char *const known[] = {BH_SETTING_LEASE_DAYS, BH_SETTING_LEASE_WARNING_DAYS,
                                      BH_SETTING_KEEP_DAYS, NULL};
  char *end = NULL;

  if (!g_strv_contains(known, name)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "store: there is no setting %s", name);
    return FALSE;
  }
  gint64 days = value != NULL ? g_ascii_strtoll(value, &end, 10) : 0;
  if (value != NULL && (end == value || *end != '\0' || days < 0 || days > 3650)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "store: setting %s wants a number of days from 0 to 3650", name);
    return FALSE;
  }
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_setting_set(device, name, value, error) &&
         bh_write_commit(write, error);
}

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
