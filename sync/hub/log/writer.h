/* The hub's one writing thread. What waits goes into one transaction, a savepoint per piece, and is
 * answered after the one commit: many clients share one fsync.
 *
 * Turns are fair: each client (a device, by its id) has a queue of its own, and all that have none
 * – people of the office, sign-ins, the hub itself – share one. The queues of the clients are
 * served in turn, one piece each, and the shared queue after every one of them. A transaction ends
 * after BH_WRITER_GROUP_MS, and long work is done in several turns, so what others wait for is one
 * turn of each client at most, however much of it one client has waiting. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_WRITER_GROUP_MAX 256  /* pieces of one transaction */
#define BH_WRITER_GROUP_MS 100   /* no more pieces join a transaction after that */
#define BH_WRITER_QUEUE_MAX 4096 /* pieces that may wait; over it BH_ERROR_BUSY at once */
#define BH_WRITER_CLIENT_MAX 32  /* the same for one client */

typedef struct _BhWriter BhWriter;

/* Both run on the writer thread. A piece that returns FALSE is rolled back by itself. `done` gets
 * the piece's error, or the commit's, or NULL when it is durable. */
typedef gboolean (*BhWriterFunc)(BhDb *db, gpointer owner, gpointer data, GError **error);
typedef void (*BhWriterDone)(gpointer owner, const GError *error, gpointer data);

/* Work in turns: BH_TURN_MORE has it called again in a later transaction. `done` is called once,
 * after the last turn; when the commit of an earlier one fails, there is no further turn. */
typedef enum { BH_TURN_FAILED, BH_TURN_DONE, BH_TURN_MORE } BhTurn;
typedef BhTurn (*BhWriterTurnFunc)(BhDb *db, gpointer owner, gpointer data, GError **error);

/* What the owner remembers of the store is read again. */
typedef gboolean (*BhWriterReload)(BhDb *db, gpointer owner, GError **error);

/* Opens `path` as writer on its own thread. After a commit that failed, the connection is opened
 * anew and `reload` (or NULL) is called with it on that thread before anything else: a failed
 * commit is undone, or found on the disk all the same. Until it succeeds nothing is written. */
BhWriter *bh_writer_start(const char *path, BhWriterReload reload, gpointer owner, GError **error);
/* Works off what waits, then ends. */
void bh_writer_stop(BhWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWriter, bh_writer_stop)

/* Any thread but for _run, which must not be the writer's own. */
void bh_writer_submit(BhWriter *writer, BhWriterFunc func, BhWriterDone done, gpointer data);
/* For a client: its pieces run in the order they came, also over several turns. */
void bh_writer_submit_turns(BhWriter *writer, const char *client, BhWriterTurnFunc func,
                            BhWriterDone done, gpointer data);
/* Whether anybody but this client waits for the writer. */
gboolean bh_writer_is_waited_for(BhWriter *writer, const char *client);
gboolean bh_writer_run(BhWriter *writer, BhWriterFunc func, gpointer data, GError **error);

/* The log is moved beside the writer each time it has grown by the first; the writer itself moves
 * the rest, between two commits, when it could not be kept under the second. */
#define BH_WRITER_LOG_STEP_BYTES (4 * 1024 * 1024)
#define BH_WRITER_LOG_MAX_BYTES (32 * 1024 * 1024)
/* How often the log was moved beside the writer, and how often by it. */
void bh_writer_count_checkpoints(BhWriter *writer, guint64 *beside, guint64 *own);

/* Commits so far, and pieces they carried. */
void bh_writer_count(BhWriter *writer, guint64 *commits, guint64 *pieces);

typedef struct {
  guint waiting; /* pieces */
  guint64 commits;
  guint64 pieces;      /* they carried */
  gint64 busy_us;      /* since the transaction under way began; 0 when there is none */
  gboolean is_failing; /* the last transaction could not be begun or committed */
} BhWriterState;

/* Never waits for work under way. Any thread. */
void bh_writer_get_state(BhWriter *writer, BhWriterState *state);

G_END_DECLS
