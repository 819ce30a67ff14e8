/* The shadow: the records of a pull that starts over. They are kept beside the records in use until
 * the last page has come, and are then moved into place step by step (outbox-pull.c). Functions
 * that write run inside a transaction. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef struct {
  char *cursor;
  char *included; /* member "included" of the last page as JSON; NULL while pages are to come */
  gint64 phase;   /* how far the swap is: a phase of outbox-pull.c */
  gint64 place;   /* number of the last row that this phase compared */
} BhShadow;
/* Frees the texts. */
void bh_shadow_clear(BhShadow *shadow);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhShadow, bh_shadow_clear)

/* Fills `shadow`, which must be zero; *found FALSE when no pull is starting over. */
gboolean bh_shadow_store_read(BhDevice *device, BhShadow *shadow, gboolean *found, GError **error);
/* Whether a pull that started over has not ended; FALSE on error. */
gboolean bh_shadow_store_is_open(BhDevice *device);
/* Cursor of the pull that starts over; g_free. NULL when there is no such pull, and on error. */
char *bh_shadow_store_dup_cursor(BhDevice *device);
/* Sets the cursor. `included` (JSON) comes with the last page; NULL before. */
gboolean bh_shadow_store_set_cursor(BhDevice *device, const char *cursor, const char *included,
                                    GError **error);
/* Stores how far the swap came, so that an interrupted swap does not begin again. */
gboolean bh_shadow_store_move(BhDevice *device, gint64 phase, gint64 place, GError **error);
/* Ends the shadow after the swap; bh_shadow_store_trim removes its rows. */
gboolean bh_shadow_store_end(BhDevice *device, GError **error);
/* Begins a shadow for a pull that starts over. Rows that are in the shadow already do not count any
 * more; bh_shadow_store_trim removes them after the end. */
gboolean bh_shadow_store_restart(BhDevice *device, GError **error);
/* Removes at most `limit` rows of a shadow that has ended. *more: call again. */
gboolean bh_shadow_store_trim(BhDevice *device, int limit, gboolean *more, GError **error);
/* Puts a snapshot into the shadow, behind all others; an older snapshot of the same record is
 * replaced. */
gboolean bh_shadow_store_put(BhDevice *device, const char *record, const char *text,
                             GError **error);
/* Removes a record from the shadow. */
gboolean bh_shadow_store_drop(BhDevice *device, const char *record, GError **error);
/* Number of the last row in the shadow; 0 when it is empty, and on error. */
gint64 bh_shadow_store_max(BhDevice *device);
/* Text of the next snapshot in the shadow that differs from the record's base, after row *number
 * and up to `through`; *number is moved to it. g_free; NULL without error when there is none. */
char *bh_shadow_store_next_difference(BhDevice *device, gint64 *number, gint64 through,
                                      GError **error);
/* Id of the next record that has a base but no snapshot in the shadow, after record *number and up
 * to `through`; *number is moved to it. g_free; NULL without error when there is none. */
char *bh_shadow_store_next_vanished(BhDevice *device, gint64 *number, gint64 through,
                                    GError **error);

G_END_DECLS
