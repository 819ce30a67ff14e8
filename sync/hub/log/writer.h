/* The hub's only thread that writes to the store. Waiting pieces of work are put into one
 * transaction, each in a savepoint, and answered after its commit, so that many clients share one
 * fsync (group commit).
 *
 * Scheduling is fair. Each client (a device, by its id) has its own queue; everything else – people
 * in the office, sign-ins, the hub itself – shares one. The client queues are served round-robin,
 * one piece each, with one piece of the shared queue after each of them. A transaction ends after
 * BH_WRITER_GROUP_MS, and long work is split into turns. A piece therefore waits for at most one
 * turn of each client, however much work one client has queued. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_WRITER_GROUP_MAX 256  /* pieces of one transaction */
#define BH_WRITER_GROUP_MS 100   /* duration after which no more pieces join a transaction */
#define BH_WRITER_IDLE_MS 500    /* time without a piece, after which BhWriterLater is called */
#define BH_WRITER_QUEUE_MAX 4096 /* pieces that may wait; more fail at once with BH_ERROR_BUSY */
#define BH_WRITER_CLIENT_MAX 32  /* pieces of one client that may wait */

typedef struct _BhWriter BhWriter;

/* A piece of work: a BhWriterFunc makes the changes, a BhWriterDone is called after the commit.
 * Both are called on the writer thread with the `owner` of bh_writer_start; if too many pieces
 * wait, the BhWriterDone is called at once on the submitting thread with BH_ERROR_BUSY instead. If
 * the BhWriterFunc returns FALSE, only its piece is rolled back. The BhWriterDone receives the
 * error of the piece or of the commit; NULL when the changes are durable. */
typedef gboolean (*BhWriterFunc)(BhDb *db, gpointer owner, gpointer data, GError **error);
typedef void (*BhWriterDone)(gpointer owner, const GError *error, gpointer data);

/* One turn of long work. After it has returned BH_TURN_MORE, the function is called again in a
 * later transaction. The BhWriterDone of the work is called once, after the last turn. If a commit
 * fails, there are no further turns. */
typedef enum { BH_TURN_FAILED, BH_TURN_DONE, BH_TURN_MORE } BhTurn;
typedef BhTurn (*BhWriterTurnFunc)(BhDb *db, gpointer owner, gpointer data, GError **error);

/* Makes the owner load again from the store what it keeps in memory, because a transaction was
 * lost. */
typedef gboolean (*BhWriterReload)(BhDb *db, gpointer owner, GError **error);

/* Writes rows that need not be written together with the pieces, such as the index. Called on the
 * writer thread within each transaction, after its pieces, with `is_idle` FALSE: it then writes
 * only if too much is left. Also called when no piece has waited for BH_WRITER_IDLE_MS, with
 * `is_idle` TRUE and in a transaction of its own, and again as long as it sets *more. If it fails,
 * the transaction fails. */
typedef gboolean (*BhWriterLater)(BhDb *db, gpointer owner, gboolean is_idle, gboolean *more,
                                  GError **error);

/* Opens the store at `path` for writing and starts the writer thread. After a failed commit, which
 * may or may not be on the disk, the thread opens a new connection and calls `reload` with it.
 * Nothing is written until `reload` has succeeded. `reload` and `later` may be NULL.
 * bh_writer_stop. */
BhWriter *bh_writer_start(const char *path, BhWriterReload reload, BhWriterLater later,
                          gpointer owner, GError **error);
/* Runs all waiting pieces, then ends the thread. `writer` may be NULL. */
void bh_writer_stop(BhWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWriter, bh_writer_stop)

/* Queues a piece in the shared queue. `done` may be NULL. Any thread; does not block. */
void bh_writer_submit(BhWriter *writer, BhWriterFunc func, BhWriterDone done, gpointer data);
/* Queues a piece of a client. Pieces of a client run in the order of submission, one after the
 * other even if they take several turns. Any thread; does not block. */
void bh_writer_submit_turns(BhWriter *writer, const char *client, BhWriterTurnFunc func,
                            BhWriterDone done, gpointer data);
/* Whether pieces wait that are not in the queue of `client` (NULL: not in the shared queue). Any
 * thread. */
gboolean bh_writer_has_other_work(BhWriter *writer, const char *client);
/* Queues a piece in the shared queue and blocks until its changes are durable or it failed. Any
 * thread except the writer thread. */
gboolean bh_writer_run(BhWriter *writer, BhWriterFunc func, gpointer data, GError **error);

/* Sizes of SQLite's write-ahead log. Each time the log has grown by BH_WRITER_LOG_STEP_BYTES, the
 * writer requests a checkpoint from the checkpointer. If the log is still larger than
 * BH_WRITER_LOG_MAX_BYTES, the writer itself runs a checkpoint between two commits. */
#define BH_WRITER_LOG_STEP_BYTES (4 * 1024 * 1024)
#define BH_WRITER_LOG_MAX_BYTES (32 * 1024 * 1024)
/* Number of checkpoints by the checkpointer (*beside) and by the writer (*own). Any thread. */
void bh_writer_count_checkpoints(BhWriter *writer, guint64 *beside, guint64 *own);

/* *commits: the number of commits since the start; *pieces: the number of pieces in them. Any
 * thread. */
void bh_writer_count(BhWriter *writer, guint64 *commits, guint64 *pieces);

typedef struct {
  guint waiting; /* number of pieces that wait */
  guint64 commits;
  guint64 pieces;      /* number of pieces in all commits since the start */
  gint64 busy_us;      /* time since the present transaction began; 0 when there is none */
  gboolean is_failing; /* the last transaction could not be begun or committed */
} BhWriterState;

/* *state: the present state of the writer. Never waits for a transaction. Any thread. */
void bh_writer_get_state(BhWriter *writer, BhWriterState *state);

G_END_DECLS
