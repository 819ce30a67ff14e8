/* Rows of the blocks of numbers of this device. */
#pragma once

#include "schema/numbering.h"
#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef struct {
  char record[BH_ID_LEN + 1]; /* id of the record of the block */
  BhCounter counter;          /* its key and year name the counter; the rest is how it writes */
  gint64 next, last;          /* first number that was not given yet, and last number */
} BhNumberBlock;

/* Frees the members; a GDestroyNotify frees the block too. */
void bh_number_block_free(gpointer block);

/* Blocks of a counter from which a number can be taken in the current incarnation, the one with the
 * lowest numbers first; BhNumberBlock*, with free function. */
GPtrArray *bh_numbers_store_list(BhDevice *device, const char *kind, const BhCounter *counter,
                                 GError **error);
/* Adds a block, or marks a known one as not gone. */
gboolean bh_numbers_store_add(BhDevice *device, const char *kind, const char *incarnation,
                              const BhNumberBlock *block, GError **error);
/* Sets the first number that was not given yet. */
gboolean bh_numbers_store_set_next(BhDevice *device, const char *record, gint64 next,
                                   GError **error);
/* Marks a block as gone; does nothing when there is none with this id. */
gboolean bh_numbers_store_set_gone(BhDevice *device, const char *record, GError **error);

G_END_DECLS
