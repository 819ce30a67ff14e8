/* A BhDisk that records what was synced, with its size at that time, and fails on request. */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/world.h"

typedef struct {
  BhDisk disk;
  GHashTable *synced; /* inode → size of a file, or number of names in a folder */
  char *whole;        /* folder that is checked when everything is synced */
  int calls;
  int fail_at; /* number of the call that fails; 0: none */
} FakeDisk;

static inline gint64 fake_disk_measure(const char *path)
{
  struct stat info;
  if (lstat(path, &info) != 0)
    return -1;
  if (!S_ISDIR(info.st_mode))
    return (gint64)info.st_size;
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  gint64 n = 0;
  while (g_dir_read_name(dir) != NULL)
    n++;
  return n;
}

static inline void fake_disk_note(FakeDisk *fake, const char *path)
{
  struct stat info;
  if (lstat(path, &info) != 0)
    return;
  gint64 inode = (gint64)info.st_ino, size = fake_disk_measure(path);
  g_hash_table_insert(fake->synced, g_memdup2(&inode, sizeof inode), g_memdup2(&size, sizeof size));
}

static inline gboolean fake_disk_fails(FakeDisk *fake)
{
  if (++fake->calls != fake->fail_at)
    return FALSE;
  errno = EIO;
  return TRUE;
}

static inline int fake_disk_sync(gpointer data, int fd)
{
  g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link(link, NULL);
  if (fake_disk_fails(data))
    return -1;
  fake_disk_note(data, path);
  return 0;
}

static inline void fake_disk_note_tree(FakeDisk *fake, const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;
  fake_disk_note(fake, path);
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    fake_disk_note_tree(fake, child);
  }
}

static inline int fake_disk_sync_all(gpointer data, int fd)
{
  FakeDisk *fake = data;
  (void)fd;
  if (fake_disk_fails(fake))
    return -1;
  fake_disk_note_tree(fake, fake->whole);
  return 0;
}

static inline FakeDisk *fake_disk_new(const char *whole)
{
  FakeDisk *fake = g_new0(FakeDisk, 1);
  fake->disk = (BhDisk){fake_disk_sync, fake_disk_sync_all, fake};
  fake->synced = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
  fake->whole = g_strdup(whole);
  return fake;
}

static inline void fake_disk_free(FakeDisk *fake)
{
  g_hash_table_unref(fake->synced);
  g_free(fake->whole);
  g_free(fake);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeDisk, fake_disk_free)

/* The first path at or below `path` that was not synced in its present state; NULL when all were.
 * `except` is the name of a file that syncs itself. g_free. */
static inline char *fake_disk_find_unsynced(FakeDisk *fake, const char *path, const char *except)
{
  struct stat info;
  g_autofree char *base = g_path_get_basename(path);
  if (lstat(path, &info) != 0 || g_strcmp0(base, except) == 0)
    return NULL;
  gint64 inode = (gint64)info.st_ino;
  const gint64 *noted = g_hash_table_lookup(fake->synced, &inode);
  if (noted == NULL || *noted != fake_disk_measure(path))
    return g_strdup(path);
  g_autoptr(GDir) dir = S_ISDIR(info.st_mode) ? g_dir_open(path, 0, NULL) : NULL;
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    char *found = fake_disk_find_unsynced(fake, child, except);
    if (found != NULL)
      return found;
  }
  return NULL;
}
