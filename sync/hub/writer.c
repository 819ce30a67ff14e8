#include "sync/hub/writer.h"

#include "sync/hub/log-store.h"

#define IDLE_CHECKPOINT_US (500 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  BhWriterFunc func;
  BhWriterDone done;
  gpointer data;
  GError *error;
} Piece;

struct _BhWriter {
  char *path;
  gpointer owner;
  GThread *thread;
  BhDb *db; /* the writer thread's */
  GMutex lock;
  GCond wake;
  GQueue waiting; /* Piece* */
  gboolean stopping;
  guint64 commits;
  guint64 pieces;
};

static void piece_finish(BhWriter *writer, Piece *piece, const GError *commit_error)
{
  if (piece->done != NULL)
    piece->done(writer->owner, piece->error != NULL ? piece->error : commit_error, piece->data);
  g_clear_error(&piece->error);
  g_free(piece);
}

/* FALSE when the transaction itself cannot go on. */
static gboolean run_piece(BhWriter *writer, Piece *piece, GError **error)
{
  if (!bh_log_savepoint(writer->db, error))
    return FALSE;
  if (piece->func(writer->db, writer->owner, piece->data, &piece->error))
    return bh_log_savepoint_release(writer->db, error);
  if (piece->error == NULL)
    g_set_error(&piece->error, BH_ERROR, BH_ERROR_FAILED, "the write failed without a reason");
  return bh_log_savepoint_undo(writer->db, error);
}

static gboolean run_group(BhWriter *writer, GPtrArray *group, GError **error)
{
  if (writer->db == NULL) {
    writer->db = bh_db_open(writer->path, BH_DB_HUB_WRITER, error);
    if (writer->db == NULL)
      return FALSE;
  }
  if (!bh_db_begin(writer->db, error))
    return FALSE;
  for (guint i = 0; i < group->len; i++)
    if (!run_piece(writer, group->pdata[i], error)) {
      bh_db_rollback(writer->db);
      return FALSE;
    }
  return bh_db_commit(writer->db, error);
}

static void commit_group(BhWriter *writer, GPtrArray *group)
{
  g_autoptr(GError) error = NULL;
  if (!run_group(writer, group, &error)) {
    if (error->code == BH_ERROR_STORAGE)
      g_warning("hub store: %s", error->message);
    /* After a failed commit nothing this connection believes may be trusted: a fresh one reads
     * what is really there. */
    g_clear_pointer(&writer->db, bh_db_close);
  }
  g_mutex_lock(&writer->lock);
  writer->commits++;
  writer->pieces += group->len;
  g_mutex_unlock(&writer->lock);
  for (guint i = 0; i < group->len; i++)
    piece_finish(writer, group->pdata[i], error);
  g_ptr_array_set_size(group, 0);
}

static gpointer writer_main(gpointer data)
{
  BhWriter *writer = data;
  g_autoptr(GPtrArray) group = g_ptr_array_new();
  gboolean dirty = FALSE;
  g_mutex_lock(&writer->lock);
  for (;;) {
    if (g_queue_is_empty(&writer->waiting)) {
      if (writer->stopping)
        break;
      if (!dirty) {
        g_cond_wait(&writer->wake, &writer->lock);
      } else if (!g_cond_wait_until(&writer->wake, &writer->lock,
                                    g_get_monotonic_time() + IDLE_CHECKPOINT_US)) {
        g_mutex_unlock(&writer->lock);
        if (writer->db != NULL)
          bh_db_checkpoint(writer->db);
        dirty = FALSE;
        g_mutex_lock(&writer->lock);
      }
      continue;
    }
    while (group->len < BH_WRITER_GROUP_MAX && !g_queue_is_empty(&writer->waiting))
      g_ptr_array_add(group, g_queue_pop_head(&writer->waiting));
    g_mutex_unlock(&writer->lock);
    commit_group(writer, group);
    dirty = TRUE;
    g_mutex_lock(&writer->lock);
  }
  g_mutex_unlock(&writer->lock);
  g_clear_pointer(&writer->db, bh_db_close);
  return NULL;
}

BhWriter *bh_writer_start(const char *path, gpointer owner, GError **error)
{
  g_autoptr(BhDb) db = bh_db_open(path, BH_DB_HUB_WRITER, error);
  if (db == NULL)
    return NULL;
  BhWriter *writer = g_new0(BhWriter, 1);
  writer->path = g_strdup(path);
  writer->owner = owner;
  writer->db = g_steal_pointer(&db);
  g_mutex_init(&writer->lock);
  g_cond_init(&writer->wake);
  g_queue_init(&writer->waiting);
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
  g_mutex_clear(&writer->lock);
  g_cond_clear(&writer->wake);
  g_free(writer->path);
  g_free(writer);
}

void bh_writer_submit(BhWriter *writer, BhWriterFunc func, BhWriterDone done, gpointer data)
{
  Piece *piece = g_new0(Piece, 1);
  piece->func = func;
  piece->done = done;
  piece->data = data;
  g_mutex_lock(&writer->lock);
  gboolean full = writer->stopping || writer->waiting.length >= BH_WRITER_QUEUE_MAX;
  if (!full) {
    g_queue_push_tail(&writer->waiting, piece);
    g_cond_signal(&writer->wake);
  }
  g_mutex_unlock(&writer->lock);
  if (full) {
    g_set_error(&piece->error, BH_ERROR, BH_ERROR_BUSY, "too much work waits at the hub");
    piece_finish(writer, piece, NULL);
  }
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

void bh_writer_count(BhWriter *writer, guint64 *commits, guint64 *pieces)
{
  g_mutex_lock(&writer->lock);
  *commits = writer->commits;
  *pieces = writer->pieces;
  g_mutex_unlock(&writer->lock);
}
