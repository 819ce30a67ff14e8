/* A complete second copy of the store in another folder, which `--store` accepts, so that what was
 * recorded can leave the device when no hub is reached (LESSONS 6). It contains the device's keys:
 * the hub recognises two devices that use them as a fork. Both functions return TRUE when
 * everything is on the disk. */
#pragma once

#include "schema/world.h"
#include "sync/device/store/device.h"

G_BEGIN_DECLS

/* Copies the database by SQLite's backup: opening the file beside SQLite would drop SQLite's locks.
 * Store thread; the time grows with the size of the database. The folder `to` is made with mode
 * 0700. BH_ERROR_STORAGE when the copy fails, or when `to` contains a store already. */
gboolean bh_copy_store(BhDevice *device, const char *to, const BhDisk *disk, GError **error);
/* Copies the files of the store in the folder `from` to the folder `to`. Complete files that are in
 * `to` already are not copied again, because a file never changes once it has its name. It may take
 * minutes, so it is to be called on another thread than the store's. */
gboolean bh_copy_files(const char *from, const char *to, const BhDisk *disk, GError **error);

G_END_DECLS
