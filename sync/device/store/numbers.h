/* Numbers of records: takes the next number of a block that the hub granted, in the transaction
 * that saves the record, or makes a provisional number when no block is left
 * (schema/kinds/README.md, "Numbers"). All ways of saving go through here. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Name of the setting with the incarnation that the enrolment began. Blocks that were granted with
 * the enrolment belong to it. */
#define BH_SETTING_ENROLLED_INCARNATION "enrolled_incarnation"

/* Adds a number to each operation of `ops` (bh_device_save) that makes a record of a kind with
 * "number". Returns a new reference: `ops` itself when nothing was added. *taken: id of block →
 * next number that is free afterwards (gint64*), for bh_numbers_take; NULL when no block is used;
 * g_hash_table_unref. Writes nothing. BH_ERROR_INVALID, with *refused as in bh_check_operations,
 * when an operation sets another number than it would get, or changes a number. */
json_t *bh_numbers_fill(BhDevice *device, const json_t *ops, GHashTable **taken, char **refused,
                        GError **error);
/* Marks the numbers that bh_numbers_fill used as given. Must be called in the transaction that
 * writes the entry. `taken` may be NULL. */
gboolean bh_numbers_take(BhDevice *device, GHashTable *taken, GError **error);

/* Keeps a block that arrived, if it was granted to this device. `snapshot`: text of its record. A
 * block that the store knows already keeps its next number. Inside a transaction. */
gboolean bh_numbers_add_block(BhDevice *device, const char *snapshot, GError **error);
/* Ends the use of a block that the hub has taken back. Does nothing for another record. Inside a
 * transaction. */
gboolean bh_numbers_end_block(BhDevice *device, const char *record, GError **error);

G_END_DECLS
