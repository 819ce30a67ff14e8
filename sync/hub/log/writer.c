/* The writer thread: fair queues of pieces, group commit, and checkpoints (writer.h). Start at
 * writer_main. */
#include "sync/hub/log/writer.h"

#include "sync/hub/log/checkpointer.h"
#include "sync/hub/log/log-store.h"
#include "sync/hub/trace/trace.h"

typedef struct _ClientQueue ClientQueue;

typedef struct {
  BhWriterFunc func;     /* does the work of one piece; NULL: `turn` is set */
  BhWriterTurnFunc turn; /* does long work in turns; NULL: `func` is set */
  BhWriterDone done;
  gpointer data;
  BhTrace trace; /* the request for which the piece is done */
  ClientQueue *queue;
  gboolean more; /* the piece needs another turn */
  GError *error;
} Piece;

/* The queue of one client. */
struct _ClientQueue {
  char *client; /* NULL: the shared queue */
  GQueue pieces;
  guint open; /* pieces of the client that wait or run; a queue without any is freed */
  gboolean in_ring;
  gboolean is_paused; /* a piece needs another turn after the commit, before later pieces */
};

struct _BhWriter {
  char *path;
  BhWriterReload reload;
  BhWriterLater later;
  gpointer owner;
  GThread *thread;
  BhDb *db; /* used by the writer thread only; NULL after a failed commit */
  BhCheckpointer *checkpointer;
  /* Used by the writer thread only, in bytes of the write-ahead log: */
  gint64 log_asked; /* length when a checkpoint was last requested */
  gint64 log_max;   /* length at which the writer itself runs a checkpoint; raised while readers
                       prevent that */
  GMutex lock;
  GCond wake;
  ClientQueue shared;
  GHashTable *queues; /* client → ClientQueue */
  GQueue ring;        /* ClientQueue* of clients with waiting pieces, in the order of their turns */
  guint waiting;      /* pieces in all queues */
  gboolean shared_next;
  gboolean stopping;
  guint64 commits;
  guint64 pieces;
  guint64 own_checkpoints;
  gint64 began_us; /* when the present transaction began; 0: there is none */
  gboolean is_failing;
};

/* --- queues, under the lock --- */

static void queue_free(gpointer data)
{
  ClientQueue *queue = data;
  g_free(queue->client);
  g_free(queue);
}

static ClientQueue *find_queue(BhWriter *writer, const char *client)
{
  if (client == NULL)
    return &writer->shared;
  ClientQueue *queue = g_hash_table_lookup(writer->queues, client);
  if (queue == NULL) {
    queue = g_new0(ClientQueue, 1);
    queue->client = g_strdup(client);
    g_queue_init(&queue->pieces);
    g_hash_table_insert(writer->queues, queue->client, queue);
  }
  return queue;
}

/* Adds a client to the ring if it has waiting pieces and none that needs another turn. */
static void queue_line_up(BhWriter *writer, ClientQueue *queue)
{
  if (queue->client == NULL || queue->in_ring || queue->is_paused ||
      g_queue_is_empty(&queue->pieces))
    return;
  g_queue_push_tail(&writer->ring, queue);
  queue->in_ring = TRUE;
}

static void queue_hold(BhWriter *writer, ClientQueue *queue)
{
  queue->is_paused = TRUE;
  if (queue->in_ring)
    g_queue_remove(&writer->ring, queue);
  queue->in_ring = FALSE;
}

static Piece *queue_pop(BhWriter *writer, ClientQueue *queue)
{
  writer->waiting--;
  return g_queue_pop_head(&queue->pieces);
}

/* Takes the next piece: alternately from the shared queue and from the queue of the next client.
 * NULL when no piece waits. */
static Piece *take_next(BhWriter *writer)
{
  gboolean shared = !g_queue_is_empty(&writer->shared.pieces) &&
                    (writer->shared_next || g_queue_is_empty(&writer->ring));
  writer->shared_next = !shared;
  if (shared)
    return queue_pop(writer, &writer->shared);
  ClientQueue *queue = g_queue_pop_head(&writer->ring);
  if (queue == NULL)
    return NULL;
  Piece *piece = queue_pop(writer, queue);
  queue->in_ring = FALSE;
  queue_line_up(writer, queue);
  return piece;
}

gboolean bh_writer_has_other_work(BhWriter *writer, const char *client)
{
  g_mutex_lock(&writer->lock);
  const ClientQueue *own =
      client != NULL ? g_hash_table_lookup(writer->queues, client) : &writer->shared;
  guint others = writer->waiting - (own != NULL ? own->pieces.length : 0);
  g_mutex_unlock(&writer->lock);
  return others > 0;
}

/* --- the thread --- */

static void piece_finish(BhWriter *writer, Piece *piece, const GError *commit_error)
{
  BhTrace before = bh_trace_set(piece->trace);
  if (piece->done != NULL)
    piece->done(writer->owner, piece->error != NULL ? piece->error : commit_error, piece->data);
  bh_trace_set(before);
  g_clear_error(&piece->error);
  g_free(piece);
}

static BhTurn call_piece(BhWriter *writer, Piece *piece)
{
  BhTrace before = bh_trace_set(piece->trace);
  BhTurn turn;
  if (piece->turn != NULL)
    turn = piece->turn(writer->db, writer->owner, piece->data, &piece->error);
  else
    turn = piece->func(writer->db, writer->owner, piece->data, &piece->error) ? BH_TURN_DONE
                                                                              : BH_TURN_FAILED;
  bh_trace_set(before);
  return turn;
}

/* Runs a piece in its savepoint. FALSE when the transaction itself cannot continue. */
static gboolean run_piece(BhWriter *writer, Piece *piece, GError **error)
{
  if (!bh_log_savepoint(writer->db, error))
    return FALSE;
  BhTurn turn = call_piece(writer, piece);
  piece->more = turn == BH_TURN_MORE;
  if (turn != BH_TURN_FAILED)
    return bh_log_savepoint_release(writer->db, error);
  if (piece->error == NULL)
    g_set_error(&piece->error, BH_ERROR, BH_ERROR_FAILED,
                "store: the write failed, no reason was given");
  return bh_log_savepoint_undo(writer->db, error);
}

/* Takes pieces into `group` and runs them, until nothing waits or the group is full. */
static gboolean run_pieces(BhWriter *writer, GPtrArray *group, GError **error)
{
  gint64 until_us = g_get_monotonic_time() + BH_WRITER_GROUP_MS * G_TIME_SPAN_MILLISECOND;
  do {
    g_mutex_lock(&writer->lock);
    Piece *piece = take_next(writer);
    g_mutex_unlock(&writer->lock);
    if (piece == NULL)
      break;
    g_ptr_array_add(group, piece);
    if (!run_piece(writer, piece, error))
      return FALSE;
    if (piece->more) {
      g_mutex_lock(&writer->lock);
      queue_hold(writer, piece->queue);
      g_mutex_unlock(&writer->lock);
    }
  } while (group->len < BH_WRITER_GROUP_MAX && g_get_monotonic_time() < until_us);
  return TRUE;
}

static gboolean open_again(BhWriter *writer, GError **error)
{
  g_autoptr(BhDb) db = bh_db_open(writer->path, BH_DB_HUB_WRITER, error);
  if (db == NULL || (writer->reload != NULL && !writer->reload(db, writer->owner, error)))
    return FALSE;
  writer->db = g_steal_pointer(&db);
  return TRUE;
}

static gboolean run_later(BhWriter *writer, gboolean is_idle, gboolean *more, GError **error)
{
  *more = FALSE;
  return writer->later == NULL || writer->later(writer->db, writer->owner, is_idle, more, error);
}

static gboolean run_group(BhWriter *writer, GPtrArray *group, GError **error)
{
  gboolean more;
  if (writer->db == NULL && !open_again(writer, error))
    return FALSE;
  if (!bh_db_begin(writer->db, error))
    return FALSE;
  if (run_pieces(writer, group, error) && run_later(writer, FALSE, &more, error))
    return bh_db_commit(writer->db, error);
  bh_db_rollback(writer->db);
  return FALSE;
}

/* Calls writer->later in a transaction of its own while no piece waits. Returns whether more is
 * left to write. */
static gboolean work_idle(BhWriter *writer)
{
  g_autoptr(GError) error = NULL;
  gboolean more = FALSE;
  if (writer->db == NULL)
    return FALSE;
  if (bh_db_begin(writer->db, &error) && run_later(writer, TRUE, &more, &error) &&
      bh_db_commit(writer->db, &error))
    return more;
  g_warning("hub store: the index could not be written: %s", error->message);
  g_clear_pointer(&writer->db, bh_db_close);
  return FALSE;
}

/* Takes all waiting pieces, to answer them with an error, when no transaction can be begun. */
static void take_all(BhWriter *writer, GPtrArray *group)
{
  Piece *piece;
  g_mutex_lock(&writer->lock);
  while (group->len < BH_WRITER_GROUP_MAX && (piece = take_next(writer)) != NULL)
    g_ptr_array_add(group, piece);
  g_mutex_unlock(&writer->lock);
}

/* Puts pieces that need another turn back into their queues. The other pieces remain in `group` and
 * are answered. */
static void keep_unfinished(BhWriter *writer, GPtrArray *group, gboolean committed)
{
  guint kept = 0;
  g_mutex_lock(&writer->lock);
  writer->commits++;
  writer->pieces += group->len;
  writer->is_failing = !committed;
  for (guint i = 0; i < group->len; i++) {
    Piece *piece = group->pdata[i];
    ClientQueue *queue = piece->queue;
    gboolean goes_on = committed && piece->more;
    if (piece->more)
      queue->is_paused = FALSE;
    if (goes_on) {
      g_queue_push_head(&queue->pieces, piece);
      writer->waiting++;
    } else {
      group->pdata[kept++] = piece;
      queue->open--;
    }
    queue_line_up(writer, queue);
    if (queue->open == 0 && queue->client != NULL)
      g_hash_table_remove(writer->queues, queue->client);
  }
  g_mutex_unlock(&writer->lock);
  g_ptr_array_set_size(group, (gint)kept);
}

static void commit_group(BhWriter *writer, GPtrArray *group)
{
  g_autoptr(GError) error = NULL;
  if (!run_group(writer, group, &error)) {
    if (error->code == BH_ERROR_STORAGE)
      g_warning("hub store: %s", error->message);
    /* After a failed commit the state of this connection cannot be trusted; a new connection reads
     * what is on the disk. */
    g_clear_pointer(&writer->db, bh_db_close);
    if (group->len == 0)
      take_all(writer, group);
  }
  keep_unfinished(writer, group, error == NULL);
  for (guint i = 0; i < group->len; i++)
    piece_finish(writer, group->pdata[i], error);
  g_ptr_array_set_size(group, 0);
}

/* Runs a checkpoint on the writer thread. A write-ahead log that grows during a checkpoint is never
 * moved completely, so writing must pause for the rest. */
static void move_rest(BhWriter *writer)
{
  bh_checkpointer_wait(writer->checkpointer);
  gint64 bytes = bh_db_get_log_bytes(writer->db);
  writer->log_max =
      bh_db_checkpoint(writer->db) ? BH_WRITER_LOG_MAX_BYTES : bytes + BH_WRITER_LOG_STEP_BYTES;
  g_mutex_lock(&writer->lock);
  writer->own_checkpoints++;
  g_mutex_unlock(&writer->lock);
}

static void keep_log_short(BhWriter *writer)
{
  gint64 bytes = writer->db != NULL ? bh_db_get_log_bytes(writer->db) : 0;
  if (bytes < writer->log_asked) /* the log was moved and begun again */
    writer->log_asked = 0;
  if (bytes > writer->log_max) {
    move_rest(writer);
  } else if (bytes >= writer->log_asked + BH_WRITER_LOG_STEP_BYTES) {
    writer->log_asked = bytes;
    bh_checkpointer_wake(writer->checkpointer);
  }
}

/* Waits for a piece, or until nothing has waited for a while. FALSE: nothing waits. */
static gboolean wait_for_piece(BhWriter *writer)
{
  return g_cond_wait_until(&writer->wake, &writer->lock,
                           g_get_monotonic_time() + BH_WRITER_IDLE_MS * G_TIME_SPAN_MILLISECOND);
}

static gpointer writer_main(gpointer data)
{
  BhWriter *writer = data;
  g_autoptr(GPtrArray) group = g_ptr_array_new();
  gboolean has_late_work = TRUE, is_dirty = FALSE;
  g_mutex_lock(&writer->lock);
  for (;;) {
    if (writer->waiting == 0) {
      if (writer->stopping)
        break;
      if (!has_late_work && !is_dirty) {
        g_cond_wait(&writer->wake, &writer->lock);
      } else if (!wait_for_piece(writer) && has_late_work) {
        g_mutex_unlock(&writer->lock);
        has_late_work = work_idle(writer);
        is_dirty = TRUE;
        g_mutex_lock(&writer->lock);
      } else if (writer->waiting == 0 && !has_late_work) {
        bh_checkpointer_wake(writer->checkpointer);
        is_dirty = FALSE;
      }
      continue;
    }
    writer->began_us = g_get_monotonic_time();
    g_mutex_unlock(&writer->lock);
    commit_group(writer, group);
    keep_log_short(writer);
    has_late_work = is_dirty = TRUE;
    g_mutex_lock(&writer->lock);
    writer->began_us = 0;
  }
  g_mutex_unlock(&writer->lock);
  g_clear_pointer(&writer->db, bh_db_close);
  return NULL;
}

BhWriter *bh_writer_start(const char *path, BhWriterReload reload, BhWriterLater later,
                          gpointer owner, GError **error)
{
  g_autoptr(BhDb) db = bh_db_open(path, BH_DB_HUB_WRITER, error);
  if (db == NULL)
    return NULL;
  BhWriter *writer = g_new0(BhWriter, 1);
  writer->path = g_strdup(path);
  writer->reload = reload;
  writer->later = later;
  writer->owner = owner;
  writer->db = g_steal_pointer(&db);
  writer->log_max = BH_WRITER_LOG_MAX_BYTES;
  writer->checkpointer = bh_checkpointer_start(path);
  g_mutex_init(&writer->lock);
  g_cond_init(&writer->wake);
  g_queue_init(&writer->shared.pieces);
  g_queue_init(&writer->ring);
  writer->queues = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, queue_free);
  writer->thread = g_thread_new("hub-writer", writer_main, writer);
  return writer;
}

void bh_writer_stop(BhWriter *writer)
{
  if (writer == NULL)
    return;
  g_mutex_lock(&writer->lock);
  writer->stopping = TRUE;
  g_cond_signal(&writer->wake);
  g_mutex_unlock(&writer->lock);
  g_thread_join(writer->thread);
  bh_checkpointer_stop(writer->checkpointer);
  g_mutex_clear(&writer->lock);
  g_cond_clear(&writer->wake);
  g_hash_table_unref(writer->queues);
  g_free(writer->path);
  g_free(writer);
}

/* Queues a piece (ownership is taken), or answers it with BH_ERROR_BUSY. */
static void submit(BhWriter *writer, const char *client, Piece *piece)
{
  piece->trace = bh_trace_get();
  g_mutex_lock(&writer->lock);
  gboolean full = writer->stopping || writer->waiting >= BH_WRITER_QUEUE_MAX;
  if (!full) {
    ClientQueue *queue = find_queue(writer, client);
    full = client != NULL && queue->open >= BH_WRITER_CLIENT_MAX;
    if (!full) {
      piece->queue = queue;
      queue->open++;
      g_queue_push_tail(&queue->pieces, piece);
      writer->waiting++;
      queue_line_up(writer, queue);
      g_cond_signal(&writer->wake);
    }
  }
  g_mutex_unlock(&writer->lock);
  if (full) {
    g_set_error(&piece->error, BH_ERROR, BH_ERROR_BUSY,
                "the hub is busy: too many requests are waiting");
    piece_finish(writer, piece, NULL);
  }
}

void bh_writer_submit(BhWriter *writer, BhWriterFunc func, BhWriterDone done, gpointer data)
{
  Piece *piece = g_new0(Piece, 1);
  piece->func = func;
  piece->done = done;
  piece->data = data;
  submit(writer, NULL, piece);
}

void bh_writer_submit_turns(BhWriter *writer, const char *client, BhWriterTurnFunc func,
                            BhWriterDone done, gpointer data)
{
  Piece *piece = g_new0(Piece, 1);
  piece->turn = func;
  piece->done = done;
  piece->data = data;
  submit(writer, client, piece);
}

typedef struct {
  BhWriterFunc func;
  gpointer data;
  GMutex lock;
  GCond wake;
  gboolean finished;
  GError *error;
} Blocking;

static gboolean blocking_func(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  Blocking *blocking = data;
  return blocking->func(db, owner, blocking->data, error);
}

static void blocking_done(gpointer owner, const GError *error, gpointer data)
{
  (void)owner;
  Blocking *blocking = data;
  g_mutex_lock(&blocking->lock);
  if (error != NULL)
    blocking->error = g_error_copy(error);
  blocking->finished = TRUE;
  g_cond_signal(&blocking->wake);
  g_mutex_unlock(&blocking->lock);
}

gboolean bh_writer_run(BhWriter *writer, BhWriterFunc func, gpointer data, GError **error)
{
  Blocking blocking = {.func = func, .data = data};
  g_assert(g_thread_self() != writer->thread);
  g_mutex_init(&blocking.lock);
  g_cond_init(&blocking.wake);
  bh_writer_submit(writer, blocking_func, blocking_done, &blocking);
  g_mutex_lock(&blocking.lock);
  while (!blocking.finished)
    g_cond_wait(&blocking.wake, &blocking.lock);
  g_mutex_unlock(&blocking.lock);
  g_mutex_clear(&blocking.lock);
  g_cond_clear(&blocking.wake);
  if (blocking.error == NULL)
    return TRUE;
  g_propagate_error(error, blocking.error);
  return FALSE;
}

void bh_writer_count_checkpoints(BhWriter *writer, guint64 *beside, guint64 *own)
{
  *beside = bh_checkpointer_count(writer->checkpointer);
  g_mutex_lock(&writer->lock);
  *own = writer->own_checkpoints;
  g_mutex_unlock(&writer->lock);
}

void bh_writer_count(BhWriter *writer, guint64 *commits, guint64 *pieces)
{
  g_mutex_lock(&writer->lock);
  *commits = writer->commits;
  *pieces = writer->pieces;
  g_mutex_unlock(&writer->lock);
}

void bh_writer_get_state(BhWriter *writer, BhWriterState *state)
{
  g_mutex_lock(&writer->lock);
  *state = (BhWriterState){
      .waiting = writer->waiting,
      .commits = writer->commits,
      .pieces = writer->pieces,
      .busy_us = writer->began_us != 0 ? g_get_monotonic_time() - writer->began_us : 0,
      .is_failing = writer->is_failing,
  };
  g_mutex_unlock(&writer->lock);
}
