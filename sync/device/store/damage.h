/* Finds own entries that the disk did not keep as they were written, by their hashes and
 * signatures. repair.h sets them aside. */
#pragma once

#include "sync/device/store/journal-store.h"

G_BEGIN_DECLS

typedef enum {
  BH_DAMAGE_NONE,
  BH_DAMAGE_ENVELOPE, /* the body is as it was signed; its envelope or signature is not */
  BH_DAMAGE_OPENINGS, /* only the opened personal values are damaged */
  BH_DAMAGE_LOST,     /* the body is not as it was signed, so the entry is lost */
} BhDamage;

/* Registers the check of the newest own entry, which runs each time the device is read into memory
 * and sets device->head. Once, before the first bh_device_reload. */
void bh_damage_attach(BhDevice *device);
/* Whether, since the last repair, an entry was noted that could not be read. The notes are kept in
 * memory. */
gboolean bh_damage_is_noted(const BhDevice *device);
/* Compares an entry with its own hashes and signature. `reason` (may be NULL) says what is wrong,
 * unless the result is BH_DAMAGE_NONE. */
BhDamage bh_damage_judge(BhDevice *device, const BhEntryText *text, gint64 pos, GError **reason);
/* Reads an own entry as it is to be sent. BH_ERROR_SIGNATURE when the entry is missing, or not as
 * it was signed; then the entry is noted for bh_repair_run. */
BhEntryText *bh_damage_read(BhDevice *device, gint64 pos, GError **error);
/* The parsed body of an own entry. NULL when the body was dropped, or when it cannot be read; the
 * entry is then noted for bh_repair_run. */
BhBody *bh_damage_parse(BhDevice *device, const BhOwnEntry *entry);
/* Appends copies of the ids of the records that an entry touches to `out`, also for a damaged
 * entry. */
gboolean bh_damage_list_records(BhDevice *device, const BhOwnEntry *entry, GPtrArray *out,
                                GError **error);

/* --- rows (damage-store.c) --- */

/* Appends copies of the ids of the records that the entry at `pos` touches, found by the rows that
 * point at the entry; for an entry whose body cannot be read. */
gboolean bh_damage_store_list_records(BhDevice *device, gint64 pos, GPtrArray *out, GError **error);
/* Copies the row of an entry, byte for byte, to the table of damaged entries. When the entry has no
 * row any more, only position, reason and records are stored. Inside a transaction, as are the next
 * three. */
gboolean bh_damage_store_copy(BhDevice *device, gint64 pos, const char *reason,
                              const GPtrArray *records, gint64 found_ms, GError **error);
/* Removes the row of an entry and all rows that point at it. *files and *bytes: number and size of
 * the files that no longer have to be sent because of that. */
gboolean bh_damage_store_remove(BhDevice *device, gint64 pos, gint64 *files, gint64 *bytes,
                                GError **error);
/* Empties body and openings of an entry; the envelope stays in the chain. */
gboolean bh_damage_store_drop_body(BhDevice *device, gint64 pos, GError **error);
/* Empties the openings of an entry. */
gboolean bh_damage_store_drop_openings(BhDevice *device, gint64 pos, GError **error);
/* How many entries were set aside in the life of this store; 0 on error. */
gint64 bh_damage_store_count(BhDevice *device);

G_END_DECLS
