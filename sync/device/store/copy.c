/* Copies a store and its files to another folder; see copy.h. */
#include "sync/device/store/copy.h"

#include "sync/device/store/core.h"
#include "sync/disk/durable.h"

gboolean bh_copy_store(BhDevice *device, const char *to, const BhDisk *disk, GError **error)
{
  g_autofree char *path = g_build_filename(to, "store.db", NULL);
  if (!bh_device_ready(device, error) || !bh_durable_make_folder(disk, to, error))
    return FALSE;
  if (g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "copy: there is a store in %s already", to);
    return FALSE;
  }
  return bh_db_backup(device->db, path, error);
}

/* Whether the copied file has its hash. An earlier copy may have ended in the middle of a file. */
static gboolean is_whole(const char *path, const char *sha256)
{
  g_autofree char *bytes = NULL;
  gsize len = 0;
  if (!g_file_get_contents(path, &bytes, &len, NULL))
    return FALSE;
  g_autofree char *hash = bh_hash_hex(bytes, len);
  return g_str_equal(hash, sha256);
}

static gboolean copy_file(const char *from, const char *to, const char *sha256, const BhDisk *disk,
                          GError **error)
{
  g_autoptr(GError) failed = NULL;
  /* The store is in use during the copy and may remove a file. */
  if (is_whole(to, sha256) || bh_durable_copy(disk, from, to, &failed) ||
      !g_file_test(from, G_FILE_TEST_EXISTS))
    return TRUE;
  g_propagate_prefixed_error(error, g_steal_pointer(&failed), "copy: ");
  return FALSE;
}

static gboolean copy_shelf(const char *from, const char *to, const BhDisk *disk, GError **error)
{
  g_autoptr(GDir) shelf = g_dir_open(from, 0, NULL);
  if (shelf == NULL)
    return TRUE; /* not a folder of files; half-written files are beside these folders */
  if (!bh_durable_make_folder(disk, to, error))
    return FALSE;
  const char *name;
  while ((name = g_dir_read_name(shelf)) != NULL) {
    g_autofree char *source = g_build_filename(from, name, NULL);
    g_autofree char *target = g_build_filename(to, name, NULL);
    if (bh_hash_is_valid(name) && !copy_file(source, target, name, disk, error))
      return FALSE;
  }
  return bh_durable_sync_folder(disk, to, error);
}

gboolean bh_copy_files(const char *from, const char *to, const BhDisk *disk, GError **error)
{
  g_autofree char *shelves_path = g_build_filename(from, "files", NULL);
  g_autoptr(GDir) shelves = g_dir_open(shelves_path, 0, NULL);
  const char *name;
  while (shelves != NULL && (name = g_dir_read_name(shelves)) != NULL) {
    g_autofree char *source = g_build_filename(shelves_path, name, NULL);
    g_autofree char *target = g_build_filename(to, "files", name, NULL);
    if (!copy_shelf(source, target, disk, error))
      return FALSE;
  }
  return TRUE;
}
