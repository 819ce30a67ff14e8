/* Files and folders that are on the disk when a function returns TRUE. All fail with
 * BH_ERROR_STORAGE that names the path. Any thread. */
#pragma once

#include "schema/error.h"
#include "schema/world.h"

G_BEGIN_DECLS

/* Makes a folder and those above it that are missing, mode 0700, each synced into the one that
 * names it. */
gboolean bh_durable_make_folder(const BhDisk *disk, const char *path, GError **error);
/* The names in a folder. */
gboolean bh_durable_sync_folder(const BhDisk *disk, const char *path, GError **error);
/* Everything on the file system that holds the folder: for many files at once. */
gboolean bh_durable_sync_all(const BhDisk *disk, const char *folder, GError **error);
/* Gives a finished file its name: what stands at `path` is the old file or the new one, whole.
 * `temp` is in the same folder; it is removed when this fails. */
gboolean bh_durable_place(const BhDisk *disk, const char *temp, const char *path, GError **error);
/* A copy, mode 0600, in a folder that is there; it replaces what stands at `to`, which is the old
 * file or the new one, whole. Its name is on the disk once the folder is synced. */
gboolean bh_durable_copy(const BhDisk *disk, const char *from, const char *to, GError **error);
/* The same with nothing synced: bh_durable_sync_all comes later. */
gboolean bh_durable_copy_unsynced(const char *from, const char *to, GError **error);

G_END_DECLS
