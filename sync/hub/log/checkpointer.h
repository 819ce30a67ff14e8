/* Moves the write-ahead log of the hub's store into its file, on a thread and a connection of its
 * own, so that nobody who waits for a commit waits for that as well. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhCheckpointer BhCheckpointer;

/* Opens the store at `path` when it first has something to do. */
BhCheckpointer *bh_checkpointer_start(const char *path);
void bh_checkpointer_stop(BhCheckpointer *checkpointer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCheckpointer, bh_checkpointer_stop)

/* Asks for a run; one that is asked for already counts for both. Any thread, never blocks. */
void bh_checkpointer_wake(BhCheckpointer *checkpointer);
/* Blocks until no run is under way or asked for. Any other thread. */
void bh_checkpointer_wait(BhCheckpointer *checkpointer);
/* Runs so far. */
guint64 bh_checkpointer_count(BhCheckpointer *checkpointer);

G_END_DECLS
