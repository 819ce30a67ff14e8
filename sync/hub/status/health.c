/* Whether the hub can do its work. Asks nobody who may be busy: what the writer says of itself
 * under its lock, one value of the store on a reader, the free space. */
#include "sync/hub/status/internal.h"

#define PROBE_US (10 * G_USEC_PER_SEC)
#define PROBE "health_probe" /* a value that is written to see whether writing works again */

static void add(GPtrArray *failures, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void add(GPtrArray *failures, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  g_ptr_array_add(failures, g_strdup_vprintf(format, args));
  va_end(args);
}

/* Adds a failure if the store cannot be read. The message of the error may contain paths, so it is
 * only logged. */
static void check_store(BhStatus *status, GPtrArray *failures)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(status->hub, &error);
  g_autofree char *id = db != NULL ? bh_log_dup_value(db, "id", &error) : NULL;
  bh_hub_release_reader(status->hub, db);
  if (id != NULL)
    return;
  g_debug("store: %s", error != NULL ? error->message : "it has no id");
  add(failures, "store: it cannot be read");
}

static gboolean write_probe(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)data;
  const BhClock *clock = bh_hub_get_clock(hub);
  g_autofree char *now = g_strdup_printf("%" G_GINT64_FORMAT, clock->wall_ms(clock->data));
  return bh_log_set_value(db, PROBE, now, error);
}

/* Writes a value to find out whether writing works again. Without this, a hub to which nobody
 * writes would be reported as failing for ever after one failure. */
static void probe(BhStatus *status)
{
  gint64 now_us = g_get_monotonic_time();
  g_mutex_lock(&status->lock);
  gboolean due = status->probed_us == 0 || now_us - status->probed_us >= PROBE_US;
  if (due)
    status->probed_us = now_us;
  g_mutex_unlock(&status->lock);
  if (due)
    bh_hub_submit(status->hub, write_probe, NULL, NULL);
}

static void check_writer(BhStatus *status, GPtrArray *failures)
{
  BhWriterState state;
  bh_hub_get_writer_state(status->hub, &state);
  if (state.is_failing) {
    add(failures, "writer: the last transaction failed");
    probe(status);
  }
  if (state.busy_us > BH_STATUS_BUSY_MAX_US)
    add(failures, "writer: a transaction has taken %" G_GINT64_FORMAT " s already",
        state.busy_us / G_USEC_PER_SEC);
  if (state.waiting >= BH_WRITER_QUEUE_MAX)
    add(failures, "writer: %u pieces of work wait, more are not taken", state.waiting);
}

static void check_disk(BhStatus *status, GPtrArray *failures)
{
  gint64 left = bh_hub_get_free_bytes(status->hub);
  if (left < 0)
    add(failures, "disk: its free space is not known");
  else if (left < BH_FREE_SPACE_MIN)
    add(failures, "disk: %" G_GINT64_FORMAT " MiB are free, %d are needed", left / (1024 * 1024),
        (int)(BH_FREE_SPACE_MIN / (1024 * 1024)));
}

GPtrArray *bh_status_list_failures(BhStatus *status)
{
  GPtrArray *failures = g_ptr_array_new_with_free_func(g_free);
  check_store(status, failures);
  check_writer(status, failures);
  check_disk(status, failures);
  gboolean failing = failures->len > 0;
  g_mutex_lock(&status->lock);
  gboolean changed = failing != status->was_failing;
  status->was_failing = failing;
  g_mutex_unlock(&status->lock);
  if (changed && failing)
    g_warning("the hub is failing: %s", (const char *)failures->pdata[0]);
  else if (changed)
    g_message("the hub works again");
  return failures;
}
