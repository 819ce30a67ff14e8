/* Rows about what the hub has of the own chains: incarnations, receipts, quarantine. Functions that
 * write run inside a transaction. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Stores that the hub has the entries of an incarnation up to `seq`. */
gboolean bh_outbox_store_set_acked(BhDevice *device, gint64 incarnation, gint64 seq,
                                   GError **error);
/* Notes when the hub had the entry at `pos` and all entries before it in the incarnation; a note
 * that exists already stays. */
gboolean bh_outbox_store_add_receipt(BhDevice *device, gint64 pos, gint64 at_ms, GError **error);
/* Adds an incarnation, of which the hub has nothing. */
gboolean bh_outbox_store_add_incarnation(BhDevice *device, gint64 number, const char *name,
                                         GError **error);
/* Gives an own entry another position and envelope; all rows that name its position follow. */
gboolean bh_outbox_store_move(BhDevice *device, gint64 from, gint64 to, const char *envelope,
                              const char *signature, GError **error);
/* *number: the number of the incarnation with this name, 0 when it is not of this store. *included:
 * the seq up to which the hub's records contain its entries. */
gboolean bh_outbox_store_get_included(BhDevice *device, const char *name, gint64 *number,
                                      gint64 *included, GError **error);
/* Stores that the hub's records contain the entries of an incarnation up to `seq`. */
gboolean bh_outbox_store_set_included(BhDevice *device, gint64 number, gint64 seq, GError **error);
/* Notes that a copy of the entry is to be sent ahead of its chain. */
gboolean bh_outbox_store_add_ahead(BhDevice *device, const char *id, GError **error);
/* Positions of the entries that are to be sent ahead, in order of their ids; GArray of gint64. */
GArray *bh_outbox_store_list_ahead(BhDevice *device, GError **error);
/* Removes the notes of entries up to `pos`, and of entries that are no longer in the store. */
gboolean bh_outbox_store_drop_ahead_through(BhDevice *device, gint64 pos, GError **error);
/* Removes the note of the entry at `pos`. */
gboolean bh_outbox_store_drop_ahead(BhDevice *device, gint64 pos, GError **error);
/* Notes an own entry as quarantined, or replaces the reason of an older note. *added: there was no
 * older note. */
gboolean bh_outbox_store_add_quarantine(BhDevice *device, gint64 pos, const char *reason,
                                        gboolean *added, GError **error);
/* Removes the note that the entry at `pos` is quarantined. */
gboolean bh_outbox_store_drop_quarantine(BhDevice *device, gint64 pos, GError **error);
/* Positions of quarantined entries, oldest first; GArray of gint64. */
GArray *bh_outbox_store_list_quarantine(BhDevice *device, GError **error);
/* *has: the hub has sent at least one record. */
gboolean bh_outbox_store_has_base(BhDevice *device, gboolean *has, GError **error);

G_END_DECLS
