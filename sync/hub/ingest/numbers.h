/* Numbers of records (schema/kinds/README.md, "Numbers"): grants blocks of numbers to devices,
 * gives numbers to records that have none or a provisional one, and keeps which record has which
 * number. Everything runs in the writer's transaction, so no two blocks overlap and no number is
 * given twice. Must be called on the writer thread. */
#pragma once

#include "sync/hub/ingest/internal.h"

G_BEGIN_DECLS

#define BH_NUMBERS_BLOCK 60                     /* numbers of a block */
#define BH_NUMBERS_LEAST (BH_NUMBERS_BLOCK / 3) /* a device with fewer gets another block */
#define BH_NUMBERS_AHEAD_DAYS 45 /* days before the new year from which its blocks are granted */
/* Numbers of a counter that are left out after the hub was restored from a copy: the blocks that
 * were granted since the copy was made are unknown. */
#define BH_NUMBERS_RESTORE_GAP 1000

/* Grants a device the blocks that it lacks, for each counter of its unit, and ahead of the new year
 * for that year too. Grants nothing while the hub's clock is in doubt. */
gboolean bh_numbers_grant(BhPiece *piece, const char *device, const char *unit, GError **error);
/* Notes the chain of an entry that a device sent. A chain that begins after another one closes the
 * blocks of the device: its store may be a copy. */
gboolean bh_numbers_note_chain(BhPiece *piece, const char *device, const char *incarnation,
                               gint64 seq, GError **error);
/* Adds numbers to those operations of an entry of the hub that make records. Returns a new
 * reference: `ops` itself when nothing was added. The numbers are used then: if the entry is not
 * appended, the transaction must be rolled back. */
json_t *bh_numbers_fill_own(BhPiece *piece, const json_t *ops, GError **error);
/* To be called after an entry of a device was applied and logged. Notes the numbers that its
 * records have, gives numbers to records that have none, a provisional one, or one that the hub did
 * not grant to the device, in an entry of the hub, and grants the device another block when few
 * numbers are left. `unit`: the unit of the device; `incarnation`: the chain of the entry. */
gboolean bh_numbers_follow(BhPiece *piece, const BhBody *body, const char *device, const char *unit,
                           const char *incarnation, GError **error);

G_END_DECLS
