/* Opens, closes and describes a store. */
#include "sync/device/store/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sync/device/store/damage.h"
#include "sync/device/store/device-store.h"
#include "sync/device/store/index.h"
#include "sync/device/store/office-settings.h"
#include "sync/device/store/people.h"
#include "sync/device/store/repair.h"
#include "sync/device/store/views.h"

static gboolean make_dir(const char *path, GError **error)
{
  if (g_mkdir_with_parents(path, 0700) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "store: cannot make %s: %s", path,
              g_strerror(errno));
  return FALSE;
}

/* Sets a damaged newest entry aside. An error is only logged, because the store must open
 * nevertheless. */
static void repair(BhDevice *device)
{
  g_autoptr(GError) local = NULL;

  if (bh_damage_is_noted(device) && device->kinds != NULL &&
      !bh_repair_run(device, device->acked, &local))
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
  bh_views_attach(device);
  bh_office_settings_attach(device);
  bh_device_index_attach(device);
  bh_damage_attach(device);
  device->id_clock = (BhClock){.wall_ms = bh_device_get_id_ms, .data = device};
  bh_id_source_init(&device->ids, &device->id_clock, random);

  g_autofree char *files = g_build_filename(dir, "files", NULL);
  if (!make_dir(dir, error) || !make_dir(files, error) || !bh_device_open_database(device, error) ||
      !bh_device_reload(device, error) || !bh_people_carry_lockouts(device, error)) {
    g_prefix_error(error, "store %s: ", dir);
    return NULL;
  }
  bh_device_set_encryption_probe(device, bh_encryption_system());
  repair(device);
  g_autofree char *shut = bh_setting_dup(device, BH_SETTING_SHUT);
  device->shut = shut != NULL;
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

void bh_device_set_encryption_probe(BhDevice *device, const BhEncryptionProbe *probe)
{
  g_autofree char *dir = realpath(device->dir, NULL);
  device->encryption = dir != NULL ? bh_encryption_find(probe, dir) : BH_ENCRYPTION_UNKNOWN;
}

BhEncryption bh_device_get_encryption(BhDevice *device)
{
  return device->encryption;
}

void bh_device_close(BhDevice *device)
{
  if (device == NULL)
    return;
  g_clear_pointer(&device->keys, g_hash_table_unref);
  g_clear_pointer(&device->views, g_hash_table_unref);
  g_clear_pointer(&device->settings, bh_setting_values_unref);
  g_clear_pointer(&device->noted, g_array_unref);
  g_clear_pointer(&device->held_files, g_hash_table_unref);
  g_clear_pointer(&device->stuck_files, g_hash_table_unref);
  bh_db_close(device->db);
  g_clear_pointer(&device->signer, bh_signer_free);
  g_clear_pointer(&device->kinds, bh_kind_set_unref);
  g_free(device->round_state);
  g_free(device->path);
  g_free(device->dir);
  g_free(device);
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
  json_object_set_new(out, "encryption", json_string(bh_encryption_name(device->encryption)));
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
