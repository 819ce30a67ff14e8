/* Writes files and folders durably: when a function returns TRUE, they are on the disk (synced).
 * All functions fail with BH_ERROR_STORAGE that names the path. Any thread. */
#pragma once

#include "schema/error.h"
#include "schema/world.h"

G_BEGIN_DECLS

/* Makes a folder and its missing parents, mode 0700, and syncs each into its parent. */
gboolean bh_durable_make_folder(const BhDisk *disk, const char *path, GError **error);
/* Syncs the names in a folder. */
gboolean bh_durable_sync_folder(const BhDisk *disk, const char *path, GError **error);
/* Syncs the whole file system of the folder. Faster than single syncs for many files. */
gboolean bh_durable_sync_all(const BhDisk *disk, const char *folder, GError **error);
/* Syncs the finished file `temp`, renames it to `path` and syncs the folder. At any moment `path`
 * is the complete old file or the complete new one. `temp` must be in the same folder; it is
 * removed on failure. */
gboolean bh_durable_rename(const BhDisk *disk, const char *temp, const char *path, GError **error);
/* Copies a file, mode 0600, into an existing folder, and syncs its content. At any moment `to` is
 * the complete old file or the complete new one. The folder is not synced: the new name is durable
 * only after bh_durable_sync_folder. */
gboolean bh_durable_copy(const BhDisk *disk, const char *from, const char *to, GError **error);
/* Like bh_durable_copy, but syncs nothing; the caller must call bh_durable_sync_all. */
gboolean bh_durable_copy_unsynced(const char *from, const char *to, GError **error);

G_END_DECLS
