/* What a store does after the hub said that its device was revoked: nobody signs in any more, and
 * what the hub sent is removed. Own entries that the hub does not have, their files and drafts
 * stay. The removal itself is that of a pull that starts over with no records: bh_device_rest does
 * it in short steps, and continues after a restart. Start with bh_outbox_shut. */
#include <glib/gstdio.h>
#include <string.h>

#include "sync/device/store/core.h"
#include "sync/device/store/outbox.h"
#include "sync/device/store/people.h"
#include "sync/device/store/prune.h"
#include "sync/device/store/shadow-store.h"

/* Copies from before a migration have everything that the store had then. */
static void remove_copies(BhDevice *device)
{
  const char *name;
  g_autoptr(GDir) dir = g_dir_open(device->dir, 0, NULL);
  g_autofree char *base = g_path_get_basename(device->path);
  g_autofree char *prefix = g_strconcat(base, ".before-", NULL);
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(device->dir, name, NULL);
    if (g_str_has_prefix(name, prefix) && g_unlink(path) != 0)
      g_warning("store: cannot remove %s", path);
  }
}

/* An empty list of people has no PINs and no sealed keys. */
static gboolean remove_people(BhDevice *device, GError **error)
{
  gboolean sealed = FALSE;
  return bh_people_begin_list(device, &sealed, error) && bh_people_end_list(device, sealed, error);
}

gboolean bh_outbox_shut(BhDevice *device, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return FALSE;
  if (device->shut)
    return TRUE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL ||
      !bh_setting_set_int(device, BH_SETTING_SHUT, bh_device_now_ms(device), error) ||
      !remove_people(device, error) || !bh_shadow_store_restart(device, error) ||
      !bh_shadow_store_set_cursor(device, "", "{}", error) || !bh_prune_begin_anew(device, error) ||
      !bh_write_commit(write, error))
    return FALSE;
  device->shut = TRUE;
  g_clear_pointer(&device->keys, g_hash_table_unref);
  remove_copies(device);
  g_message("this device was revoked: the store is shut, and what the hub sent is removed");
  return TRUE;
}
