/* The index of records that lists and searches read (sync/index), on a device. A save only marks
 * the records that it changes. The index is brought up to date before it is read, when many records
 * are marked, and while the store is idle. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Registers the hook that limits how many records may be marked; once, before the first
 * bh_device_reload. */
void bh_device_index_attach(BhDevice *device);
/* Marks a record that changed or is removed. Inside a transaction. */
gboolean bh_device_index_mark(BhDevice *device, gint64 number, GError **error);
/* Removes a record from the index, so that no search finds it. Its words are erased from the file
 * of the store later, in steps (bh_device_index_some). Inside a transaction. */
gboolean bh_device_index_remove(BhDevice *device, gint64 number, GError **error);
/* Brings the index up to date, in a transaction of its own unless one is open. When nothing can be
 * written (a full disk), a warning is logged, and lists lack the newest changes. FALSE when the
 * store cannot be read either. */
gboolean bh_device_index_update(BhDevice *device, GError **error);
/* Indexes some records when enough are marked; then removes words of removed records. Inside a
 * transaction; *more: call again. */
gboolean bh_device_index_some(BhDevice *device, gboolean *more, GError **error);
/* Number of the newest record of a kind whose indexed field has this value; 0 when there is none,
 * or on an error. Brings the index up to date first. */
gint64 bh_device_index_find(BhDevice *device, const char *kind, const char *field,
                            const json_t *value);

G_END_DECLS
