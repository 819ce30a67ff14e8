/* Checkpoints the hub's store: moves SQLite's write-ahead log into the database file. This runs on
 * a thread and a connection of its own, so that commits do not wait for it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhCheckpointer BhCheckpointer;

/* Starts the thread. It opens the store at `path` for its first run. bh_checkpointer_stop. */
BhCheckpointer *bh_checkpointer_start(const char *path);
/* Ends the thread after the present run, and frees everything. `checkpointer` may be NULL. */
void bh_checkpointer_stop(BhCheckpointer *checkpointer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCheckpointer, bh_checkpointer_stop)

/* Requests a run; requests before it starts are answered by one run. Any thread, never blocks. */
void bh_checkpointer_wake(BhCheckpointer *checkpointer);
/* Blocks until no run is in progress or requested. Any thread but the checkpointer's. */
void bh_checkpointer_wait(BhCheckpointer *checkpointer);
/* Number of runs so far. Any thread. */
guint64 bh_checkpointer_count(BhCheckpointer *checkpointer);

G_END_DECLS
