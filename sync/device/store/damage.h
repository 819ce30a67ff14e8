/* Own entries that the disk did not keep: found by their hashes and signatures, set aside as they
 * are, told, and no longer in the way of what is sound. Inside sync/device only; the store's
 * thread. */
#pragma once

#include "sync/device/store/outbox-store.h"

G_BEGIN_DECLS

/* The entry at `pos` could not be read: bh_damage_mend looks at it. Also outside transactions. */
void bh_damage_note(BhDevice *device, gint64 pos);
gboolean bh_damage_is_noted(const BhDevice *device);
/* Reads an own entry as it is to be sent. BH_ERROR_SIGNATURE when it is not what was signed or is
 * missing; it is noted then. */
BhEntryText *bh_damage_read(BhDevice *device, gint64 pos, GError **error);
/* The entry's body; NULL without an error when it was dropped, or cannot be read and is noted. */
BhBody *bh_damage_parse(BhDevice *device, const BhOwnEntry *entry);
/* Ids of the records an entry touches, appended to `out`; of a damaged one too. */
gboolean bh_damage_list_records(BhDevice *device, const BhOwnEntry *entry, GPtrArray *out,
                                GError **error);
/* Looks at what was noted and at all own entries above `keep` of the current incarnation, and sets
 * aside what is damaged. *broken: the chain above `keep` does not hold, so that the sound bodies in
 * it need new envelopes. Inside a transaction. */
gboolean bh_damage_set_aside(BhDevice *device, gint64 keep, gboolean *broken, GError **error);
/* The same as a transaction of its own, with the new incarnation when one is needed. */
gboolean bh_damage_mend(BhDevice *device, gint64 keep, GError **error);

/* --- rows (damage-store.c) --- */

/* Own places in (after, through], oldest first; gint64. */
GArray *bh_damage_store_list(BhDevice *device, gint64 after, gint64 through, GError **error);
/* Records of an entry by what points at it: slow, for an entry that cannot be read. */
gboolean bh_damage_store_list_records(BhDevice *device, gint64 pos, GPtrArray *out, GError **error);
/* Copies a row as it is; also for a place without one. */
gboolean bh_damage_store_copy(BhDevice *device, gint64 pos, const char *reason,
                              const GPtrArray *records, gint64 found_ms, GError **error);
/* Takes the row away with all that points at it, and with the files only it declared. */
gboolean bh_damage_store_remove(BhDevice *device, gint64 pos, gint64 *files, gint64 *bytes,
                                GError **error);
gboolean bh_damage_store_drop_body(BhDevice *device, gint64 pos, GError **error);
gboolean bh_damage_store_drop_openings(BhDevice *device, gint64 pos, GError **error);
gint64 bh_damage_store_count(BhDevice *device);

G_END_DECLS
