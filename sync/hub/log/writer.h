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
#define BH_WRITER_GROUP_MS 100   /* no more pieces join a transaction after that */
#define BH_WRITER_IDLE_MS 500    /* without a piece, after which late work is done */
#define BH_WRITER_QUEUE_MAX 4096 /* pieces that may wait; beyond it BH_ERROR_BUSY at once */
#define BH_WRITER_CLIENT_MAX 32  /* the same for one client */

typedef struct _BhWriter BhWriter;

/* Both are called on the writer thread, `done` with BH_ERROR_BUSY on the submitting one. `owner` is
 * that of bh_writer_start. If `func` returns FALSE, only its piece is rolled back. `done` receives
 * the error of the piece or of the commit, or NULL when the piece is durable. */
typedef gboolean (*BhWriterFunc)(BhDb *db, gpointer owner, gpointer data, GError **error);
typedef void (*BhWriterDone)(gpointer owner, const GError *error, gpointer data);

/* Work in turns: after BH_TURN_MORE it is called again in a later transaction. `done` is called
 * once, after the last turn. If a commit fails, there are no further turns. */
typedef enum { BH_TURN_FAILED, BH_TURN_DONE, BH_TURN_MORE } BhTurn;
typedef BhTurn (*BhWriterTurnFunc)(BhDb *db, gpointer owner, gpointer data, GError **error);

/* Reads again what the owner keeps in memory of the store. */
typedef gboolean (*BhWriterReload)(BhDb *db, gpointer owner, GError **error);

/* Writes what may be written later than the pieces. Called within each transaction after its
 * pieces, to keep the rest short (`is_idle` FALSE), and in a transaction of its own when nothing
 * has waited for BH_WRITER_IDLE_MS, again while it sets *more. If it fails, so does the
 * transaction. Writer thread. */
typedef gboolean (*BhWriterLater)(BhDb *db, gpointer owner, gboolean is_idle, gboolean *more,
                                  GError **error);

/* Opens `path` as the writer and starts the thread. After a failed commit, which may or may not be
 * on the disk, the thread opens a new connection and calls `reload` with it. Nothing is written
 * until that succeeds. `reload` and `later` may be NULL. bh_writer_stop. */
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
/* Whether pieces of others than this client (NULL: the shared queue) wait. Any thread. */
gboolean bh_writer_has_other_work(BhWriter *writer, const char *client);
/* Queues a piece in the shared queue and blocks until it is durable or failed. Any thread but the
 * writer's. */
gboolean bh_writer_run(BhWriter *writer, BhWriterFunc func, gpointer data, GError **error);

/* The write-ahead log: each time it has grown by the first size, the checkpointer is woken. If it
 * still exceeds the second size, the writer itself runs a checkpoint between two commits. */
#define BH_WRITER_LOG_STEP_BYTES (4 * 1024 * 1024)
#define BH_WRITER_LOG_MAX_BYTES (32 * 1024 * 1024)
/* Number of checkpoints by the checkpointer (*beside) and by the writer (*own). Any thread. */
void bh_writer_count_checkpoints(BhWriter *writer, guint64 *beside, guint64 *own);

/* Number of commits so far, and of the pieces in them. Any thread. */
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
