/* The thread that checkpoints the store on request (checkpointer.h). Start at work. */
#include "sync/hub/log/checkpointer.h"

#include "sync/db/db.h"

struct _BhCheckpointer {
  char *path;
  GThread *thread;
  BhDb *db; /* connection of the thread; NULL until the first run, and after a failed run */
  GMutex lock;
  GCond changed;
  gboolean wanted;
  gboolean running;
  gboolean stopping;
  guint64 runs;
};

/* Makes one checkpoint. Pages that cannot be moved now remain in the write-ahead log until the next
 * checkpoint. */
static void run(BhCheckpointer *checkpointer)
{
  g_autoptr(GError) error = NULL;
  if (checkpointer->db == NULL)
    checkpointer->db = bh_db_open(checkpointer->path, BH_DB_HUB_CHECKPOINTER, &error);
  if (checkpointer->db == NULL) {
    g_warning("hub store: cannot be opened for a checkpoint: %s", error->message);
    return;
  }
  bh_db_checkpoint(checkpointer->db);
  if (bh_db_is_dead(checkpointer->db))
    g_clear_pointer(&checkpointer->db, bh_db_close);
}

static gpointer work(gpointer data)
{
  BhCheckpointer *checkpointer = data;
  g_mutex_lock(&checkpointer->lock);
  while (!checkpointer->stopping) {
    if (!checkpointer->wanted) {
      g_cond_wait(&checkpointer->changed, &checkpointer->lock);
      continue;
    }
    checkpointer->wanted = FALSE;
    checkpointer->running = TRUE;
    g_mutex_unlock(&checkpointer->lock);
    run(checkpointer);
    g_mutex_lock(&checkpointer->lock);
    checkpointer->running = FALSE;
    checkpointer->runs++;
    g_cond_broadcast(&checkpointer->changed);
  }
  g_mutex_unlock(&checkpointer->lock);
  g_clear_pointer(&checkpointer->db, bh_db_close);
  return NULL;
}

BhCheckpointer *bh_checkpointer_start(const char *path)
{
  BhCheckpointer *checkpointer = g_new0(BhCheckpointer, 1);
  checkpointer->path = g_strdup(path);
  g_mutex_init(&checkpointer->lock);
  g_cond_init(&checkpointer->changed);
  checkpointer->thread = g_thread_new("hub-checkpoint", work, checkpointer);
  return checkpointer;
}

void bh_checkpointer_stop(BhCheckpointer *checkpointer)
{
  if (checkpointer == NULL)
    return;
  g_mutex_lock(&checkpointer->lock);
  checkpointer->stopping = TRUE;
  g_cond_broadcast(&checkpointer->changed);
  g_mutex_unlock(&checkpointer->lock);
  g_thread_join(checkpointer->thread);
  g_mutex_clear(&checkpointer->lock);
  g_cond_clear(&checkpointer->changed);
  g_free(checkpointer->path);
  g_free(checkpointer);
}

void bh_checkpointer_wake(BhCheckpointer *checkpointer)
{
  g_mutex_lock(&checkpointer->lock);
  checkpointer->wanted = TRUE;
  g_cond_broadcast(&checkpointer->changed);
  g_mutex_unlock(&checkpointer->lock);
}

void bh_checkpointer_wait(BhCheckpointer *checkpointer)
{
  g_mutex_lock(&checkpointer->lock);
  while (!checkpointer->stopping && (checkpointer->wanted || checkpointer->running))
    g_cond_wait(&checkpointer->changed, &checkpointer->lock);
  g_mutex_unlock(&checkpointer->lock);
}

guint64 bh_checkpointer_count(BhCheckpointer *checkpointer)
{
  g_mutex_lock(&checkpointer->lock);
  guint64 runs = checkpointer->runs;
  g_mutex_unlock(&checkpointer->lock);
  return runs;
}
