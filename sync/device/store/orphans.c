/* Finds and removes files on the disk that nothing in the store refers to. */
#include "sync/device/store/orphans.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sync/device/store/prune.h"
#include "sync/device/store/files.h"
#include "sync/device/store/release-store.h"
#include "sync/device/store/release.h"

#define PART ".part"

void bh_orphans_clear(BhOrphans *orphans)
{
  g_clear_pointer(&orphans->hashes, g_ptr_array_unref);
  orphans->bytes = 0;
}

static gboolean is_orphan(BhDevice *device, const char *sha256, gboolean *orphan, GError **error)
{
  gboolean used = FALSE;

  if (!bh_orphans_store_is_known(device, sha256, &used, error) ||
      (!used && !bh_release_is_named(device, sha256, &used, error)) ||
      (!used && !bh_release_store_is_drafted(device, sha256, &used, error)))
    return FALSE;
  *orphan = !used;
  return TRUE;
}

/* A complete file and an incomplete one with the same hash count once. Names that the store never
 * gives are left alone. */
static gboolean add_file(BhDevice *device, const char *folder, const char *name, GHashTable *found,
                         BhOrphans *orphans, GError **error)
{
  g_autofree char *path = g_build_filename(folder, name, NULL);
  g_autofree char *sha256 =
      g_str_has_suffix(name, PART) ? g_strndup(name, strlen(name) - strlen(PART)) : g_strdup(name);
  g_autofree char *place =
      bh_hash_is_valid(sha256) ? bh_device_make_file_path(device, sha256) : NULL;
  g_autofree char *shelf = place != NULL ? g_path_get_dirname(place) : NULL;
  gboolean orphan = FALSE;
  GStatBuf about;

  if (g_strcmp0(shelf, folder) != 0 || g_lstat(path, &about) != 0 || !S_ISREG(about.st_mode))
    return TRUE;
  if (!is_orphan(device, sha256, &orphan, error))
    return FALSE;
  if (!orphan)
    return TRUE;
  orphans->bytes += about.st_size;
  if (g_hash_table_add(found, g_strdup(sha256)))
    g_ptr_array_add(orphans->hashes, g_strdup(sha256));
  return TRUE;
}

static gboolean add_folder(BhDevice *device, const char *folder, GHashTable *found,
                           BhOrphans *orphans, GError **error)
{
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
    if (!add_file(device, folder, name, found, orphans, error))
      return FALSE;
  return TRUE;
}

gboolean bh_orphans_find(BhDevice *device, BhOrphans *orphans, GError **error)
{
  g_autofree char *root = g_build_filename(device->dir, "files", NULL);
  g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_auto(BhOrphans) all = {g_ptr_array_new_with_free_func(g_free), 0};
  const char *name;

  if (device->kinds == NULL || !bh_release_is_index_complete(device)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_BUSY,
                        "files: it is not known yet which files the records name");
    return FALSE;
  }
  g_autoptr(GDir) dir = g_dir_open(root, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *folder = g_build_filename(root, name, NULL);
    if (!add_folder(device, folder, found, &all, error))
      return FALSE;
  }
  *orphans = all;
  all = (BhOrphans){0};
  return TRUE;
}

json_t *bh_device_remove_orphans(BhDevice *device, GError **error)
{
  g_auto(BhOrphans) orphans = {0};

  if (!bh_device_ready(device, error) || !bh_orphans_find(device, &orphans, error))
    return NULL;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return NULL;
  for (guint i = 0; i < orphans.hashes->len; i++)
    if (!bh_release_store_discard(device, orphans.hashes->pdata[i], error))
      return NULL;
  if (!bh_write_commit(write, error) || !bh_prune_discarded(device, error))
    return NULL;
  return json_pack("{s:i, s:I}", "files", (int)orphans.hashes->len, "bytes",
                   (json_int_t)orphans.bytes);
}
