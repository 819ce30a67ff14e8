/* Makes files and folders durable: write beside, sync, rename, sync the folder. Does not check
 * content. Start with bh_durable_rename. */
#include "sync/disk/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

static gboolean fail(const char *path, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", path, g_strerror(errno));
  return FALSE;
}

static gboolean sync_path(int (*sync)(gpointer data, int fd), gpointer data, const char *path,
                          int flags, GError **error)
{
  int fd = open(path, flags | O_CLOEXEC);
  gboolean ok = fd >= 0 && sync(data, fd) == 0;

  if (!ok)
    fail(path, error);
  if (fd >= 0)
    close(fd);
  return ok;
}

gboolean bh_durable_sync_folder(const BhDisk *disk, const char *path, GError **error)
{
  return sync_path(disk->sync, disk->data, path, O_RDONLY | O_DIRECTORY, error);
}

gboolean bh_durable_sync_all(const BhDisk *disk, const char *folder, GError **error)
{
  return sync_path(disk->sync_all, disk->data, folder, O_RDONLY | O_DIRECTORY, error);
}

gboolean bh_durable_make_folder(const BhDisk *disk, const char *path, GError **error)
{
  g_autofree char *above = g_path_get_dirname(path);

  if (g_file_test(path, G_FILE_TEST_IS_DIR))
    return TRUE;
  if (g_strcmp0(above, path) != 0 && !bh_durable_make_folder(disk, above, error))
    return FALSE;
  if (g_mkdir(path, 0700) != 0 && errno != EEXIST)
    return fail(path, error);
  if (bh_durable_sync_folder(disk, above, error))
    return TRUE;
  /* The folder is removed again, because the next call would assume that an existing folder is
   * durable. */
  g_rmdir(path);
  return FALSE;
}

static gboolean put_in_place(const char *temp, const char *path, GError **error)
{
  if (g_rename(temp, path) == 0)
    return TRUE;
  fail(path, error);
  g_unlink(temp);
  return FALSE;
}

static gboolean sync_and_place(const BhDisk *disk, const char *temp, const char *path,
                               GError **error)
{
  if (sync_path(disk->sync, disk->data, temp, O_RDONLY | O_NOFOLLOW, error))
    return put_in_place(temp, path, error);
  g_unlink(temp);
  return FALSE;
}

gboolean bh_durable_rename(const BhDisk *disk, const char *temp, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(path);
  return sync_and_place(disk, temp, path, error) && bh_durable_sync_folder(disk, folder, error);
}

static char *copy_beside(const char *from, const char *to, GError **error)
{
  g_autofree char *temp = g_strconcat(to, ".part", NULL);
  g_autoptr(GFile) source = g_file_new_for_path(from);
  g_autoptr(GFile) target = g_file_new_for_path(temp);
  g_autoptr(GError) failed = NULL;

  if (!g_file_copy(source, target, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL,
                   NULL, NULL, &failed))
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", to, failed->message);
  else if (g_chmod(temp, 0600) != 0)
    fail(to, error);
  else
    return g_steal_pointer(&temp);
  g_unlink(temp);
  return NULL;
}

gboolean bh_durable_copy_unsynced(const char *from, const char *to, GError **error)
{
  g_autofree char *temp = copy_beside(from, to, error);
  return temp != NULL && put_in_place(temp, to, error);
}

gboolean bh_durable_copy(const BhDisk *disk, const char *from, const char *to, GError **error)
{
  g_autofree char *temp = copy_beside(from, to, error);
  return temp != NULL && sync_and_place(disk, temp, to, error);
}
