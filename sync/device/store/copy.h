/* A whole second copy of the store in another folder, with which `--store` works: everything that
 * was recorded leaves the device even when no hub is ever reached (LESSONS 6). It holds the
 * device's keys: two devices running on them are recognised by the hub as a fork. Both functions
 * return TRUE once all is on the disk. */
#pragma once

#include "schema/world.h"
#include "sync/device/store/device.h"

G_BEGIN_DECLS

/* The database, by the engine's backup: the store's own file is never opened beside the engine,
 * which would drop its locks. Store thread; blocks for the size of the database. `to` is made with
 * mode 0700; BH_ERROR_STORAGE when it cannot be, or when there is a store in it. */
gboolean bh_copy_store(BhDevice *device, const char *to, const BhDisk *disk, GError **error);
/* The files of the store in `from`, which never change once they have their names; those that are
 * there already and whole stay. Any thread but the store's: it may take minutes. */
gboolean bh_copy_files(const char *from, const char *to, const BhDisk *disk, GError **error);

G_END_DECLS
