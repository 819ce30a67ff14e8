/* Checkpoints the hub's store: moves SQLite's write-ahead log into the database file. A
 * checkpointer has a thread and a connection of its own, so that commits do not wait for it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhCheckpointer BhCheckpointer;

/* Starts the thread of a checkpointer. The thread opens the store at `path` before its first run.
 * bh_checkpointer_stop. */
BhCheckpointer *bh_checkpointer_start(const char *path);
/* Ends the thread after the present run, and frees the checkpointer, which may be NULL. */
void bh_checkpointer_stop(BhCheckpointer *checkpointer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCheckpointer, bh_checkpointer_stop)

/* Requests a checkpoint. Several requests before a run starts cause one run. Any thread; never
 * blocks. */
void bh_checkpointer_wake(BhCheckpointer *checkpointer);
/* Blocks until no checkpoint is in progress or requested. Any thread except that of the
 * checkpointer. */
void bh_checkpointer_wait(BhCheckpointer *checkpointer);
/* Number of checkpoints since bh_checkpointer_start. Any thread. */
guint64 bh_checkpointer_count(BhCheckpointer *checkpointer);

G_END_DECLS
