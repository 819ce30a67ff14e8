/* A complete second copy of the store in another folder, which `--store` accepts, so that what was
 * recorded can leave the device when no hub is reached (LESSONS 6). It contains the device's keys:
 * the hub recognises two devices that use them as a fork. Both functions return TRUE when
 * everything is on the disk. */
#pragma once

#include "schema/world.h"
#include "sync/device/store/device.h"

G_BEGIN_DECLS

/* Copies the database by SQLite's backup: opening the file beside SQLite would drop SQLite's locks.
 * Store thread; the time grows with the size of the database. `to` is made with mode 0700.
 * BH_ERROR_STORAGE when that fails, or when there is a store in it. */
gboolean bh_copy_store(BhDevice *device, const char *to, const BhDisk *disk, GError **error);
/* Copies the files of the store in `from`; a file never changes once it has its name. Files that
 * are in `to` already, and whole, stay. For another thread than the store's: it may take
 * minutes. */
gboolean bh_copy_files(const char *from, const char *to, const BhDisk *disk, GError **error);

G_END_DECLS
