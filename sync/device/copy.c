#include "sync/device/copy.h"

#include <errno.h>
#include <gio/gio.h>

#include "sync/device/device-private.h"

static gboolean make_folder(const char *path, GError **error)
{
  if (g_mkdir_with_parents(path, 0700) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "copy: cannot make %s: %s", path,
              g_strerror(errno));
  return FALSE;
}

gboolean bh_copy_store(BhDevice *device, const char *to, GError **error)
{
  g_autofree char *path = g_build_filename(to, "store.db", NULL);
  if (!bh_device_ready(device, error) || !make_folder(to, error))
    return FALSE;
  if (g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "copy: there is a store in %s already", to);
    return FALSE;
  }
  return bh_db_backup(device->db, path, error);
}

static gboolean copy_file(const char *from, const char *to, GError **error)
{
  g_autoptr(GFile) source = g_file_new_for_path(from);
  g_autoptr(GFile) target = g_file_new_for_path(to);
  g_autoptr(GError) local = NULL;
  if (g_file_copy(source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, &local) ||
      g_error_matches(local, G_IO_ERROR, G_IO_ERROR_EXISTS))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "copy: %s: %s", to, local->message);
  return FALSE;
}

static gboolean copy_shelf(const char *from, const char *to, GError **error)
{
  g_autoptr(GDir) shelf = g_dir_open(from, 0, NULL);
  if (shelf == NULL)
    return TRUE; /* no folder of files: half-written ones lie beside the shelves */
  if (!make_folder(to, error))
    return FALSE;
  const char *name;
  while ((name = g_dir_read_name(shelf)) != NULL) {
    g_autofree char *source = g_build_filename(from, name, NULL);
    g_autofree char *target = g_build_filename(to, name, NULL);
    if (bh_hash_is_valid(name) && !copy_file(source, target, error))
      return FALSE;
  }
  return TRUE;
}

gboolean bh_copy_files(const char *from, const char *to, GError **error)
{
  g_autofree char *shelves_path = g_build_filename(from, "files", NULL);
  g_autoptr(GDir) shelves = g_dir_open(shelves_path, 0, NULL);
  const char *name;
  while (shelves != NULL && (name = g_dir_read_name(shelves)) != NULL) {
    g_autofree char *source = g_build_filename(shelves_path, name, NULL);
    g_autofree char *target = g_build_filename(to, "files", name, NULL);
    if (!copy_shelf(source, target, error))
      return FALSE;
  }
  return TRUE;
}
