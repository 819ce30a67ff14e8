/* The figures in the text format of Prometheus. */
#include "sync/hub/status/internal.h"

#include <sys/stat.h>

#define DAY_S (24 * 3600)

static const char *const ages[BH_STATUS_AGES] = {"1h", "1d", "7d", "30d", "older"};

/* --- the sample --- */

static gint64 size_of(BhHub *hub, const char *name)
{
  g_autofree char *path = g_build_filename(bh_hub_get_dir(hub), name, NULL);
  struct stat st;
  return stat(path, &st) == 0 ? (gint64)st.st_size : 0;
}

static void take_sample(BhStatus *status, BhStatusSample *sample)
{
  g_autoptr(GError) error = NULL;
  const BhClock *clock = bh_hub_get_clock(status->hub);
  *sample = (BhStatusSample){
      .database_bytes = size_of(status->hub, "hub.db"),
      .log_bytes = size_of(status->hub, "hub.db-wal"),
      .free_bytes = bh_hub_get_free_bytes(status->hub),
  };
  BhDb *db = bh_hub_acquire_reader(status->hub, &error);
  sample->has_store =
      db != NULL && bh_status_store_load(db, clock->wall_ms(clock->data), &sample->store, &error);
  bh_hub_release_reader(status->hub, db);
  if (!sample->has_store)
    g_debug("no figures of the store: %s", error->message);
  g_autoptr(GError) no_cert = NULL;
  if (!bh_keys_get_cert_end(bh_hub_get_dir(status->hub), &sample->cert_end_s, &no_cert))
    g_debug("no end of the certificate: %s", no_cert->message);
}

/* The newest sample. If another thread is taking a sample, waits for it instead of taking another
 * one. */
static BhStatusSample get_sample(BhStatus *status)
{
  g_mutex_lock(&status->sample_lock);
  gint64 now_us = g_get_monotonic_time();
  if (status->sampled_us == 0 || now_us - status->sampled_us >= BH_STATUS_SAMPLE_US) {
    take_sample(status, &status->sample);
    status->sampled_us = now_us;
  }
  BhStatusSample sample = status->sample;
  g_mutex_unlock(&status->sample_lock);
  return sample;
}

/* --- the text --- */

static void begin(GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_value(GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_string_append_printf(out, " %s\n", g_ascii_formatd(text, sizeof text, "%.15g", value));
}

static void put(GString *out, const char *name, const char *type, const char *help, double value)
{
  begin(out, name, type, help);
  g_string_append(out, name);
  put_value(out, value);
}

/* Appends one figure with a label. Labels are words of the program, without quotes and line breaks,
 * so they need no escaping. */
static void put_labelled(GString *out, const char *name, const char *label, const char *word,
                         double value)
{
  g_string_append_printf(out, "%s{%s=\"%s\"}", name, label, word);
  put_value(out, value);
}

static void put_entries(GString *out, const BhDeviceCounts *counts)
{
  static const char name[] = "bihuan_entries_total";
  begin(out, name, "counter", "Entries of devices, by what became of them.");
  put_labelled(out, name, "verdict", "applied", (double)counts->applied);
  put_labelled(out, name, "verdict", "repeated", (double)counts->repeated);
  put_labelled(out, name, "verdict", "quarantined", (double)counts->quarantined);
  put_labelled(out, name, "verdict", "refused", (double)counts->refused);
}

static void put_ingest(GString *out, const BhDeviceCounts *counts)
{
  static const char name[] = "bihuan_ingest_seconds";
  char bound[G_ASCII_DTOSTR_BUF_SIZE];
  begin(out, name, "histogram", "Time of a batch from the request to the durable answer.");
  for (guint i = 0; i < BH_PUSH_BUCKETS; i++) {
    g_ascii_formatd(bound, sizeof bound, "%g", bh_push_bounds_s[i]);
    put_labelled(out, "bihuan_ingest_seconds_bucket", "le", bound, (double)counts->took[i]);
  }
  put_labelled(out, "bihuan_ingest_seconds_bucket", "le", "+Inf", (double)counts->batches);
  g_string_append(out, "bihuan_ingest_seconds_sum");
  put_value(out, (double)counts->took_us / G_USEC_PER_SEC);
  g_string_append(out, "bihuan_ingest_seconds_count");
  put_value(out, (double)counts->batches);
}

static void put_writer(GString *out, BhHub *hub)
{
  BhWriterState state;
  bh_hub_get_writer_state(hub, &state);
  put(out, "bihuan_writer_queue", "gauge", "Pieces of work that wait for the writer.",
      state.waiting);
  put(out, "bihuan_writer_busy_seconds", "gauge", "Age of the transaction under way.",
      (double)state.busy_us / G_USEC_PER_SEC);
  put(out, "bihuan_writer_failing", "gauge", "1 when the last transaction failed.",
      state.is_failing);
  put(out, "bihuan_commits_total", "counter", "Transactions of the writer.", (double)state.commits);
  put(out, "bihuan_pieces_total", "counter", "Pieces of work they carried.", (double)state.pieces);
}

static void put_store(GString *out, const BhStoreFigures *figures)
{
  put(out, "bihuan_quarantine_entries", "gauge", "Entries that wait for the office.",
      (double)figures->quarantined);
  put(out, "bihuan_uploads_open", "gauge", "Uploads that lack bytes.", (double)figures->uploads);
  begin(out, "bihuan_devices", "gauge", "Devices by the age of their last contact.");
  for (guint i = 0; i < BH_STATUS_AGES; i++)
    put_labelled(out, "bihuan_devices", "last_contact", ages[i], (double)figures->devices[i]);
  put_labelled(out, "bihuan_devices", "last_contact", "revoked", (double)figures->revoked);
}

typedef struct {
  GString *out;
  const char *server;
} Requests;

static void put_request(const char *method, const char *path, guint status, guint64 n,
                        gpointer data)
{
  const Requests *requests = data;
  g_string_append_printf(
      requests->out,
      "bihuan_http_requests_total{server=\"%s\",method=\"%s\",route=\"%s\",status=\"%u\"}",
      requests->server, method, path, status);
  put_value(requests->out, (double)n);
}

/* Appends the counts of requests. Holds the lock, so that no server is stopped meanwhile. */
static void put_requests(GString *out, BhStatus *status)
{
  begin(out, "bihuan_http_requests_total", "counter",
        "Requests by route and status; status 0: nobody waited for the answer.");
  g_mutex_lock(&status->lock);
  for (guint i = 0; i < status->n_servers; i++) {
    Requests requests = {out, status->servers[i].name};
    bh_http_each_count(status->servers[i].http, put_request, &requests);
  }
  g_mutex_unlock(&status->lock);
}

char *bh_status_write_metrics(BhStatus *status)
{
  g_autoptr(GString) out = g_string_new(NULL);
  BhStatusSample sample = get_sample(status);
  BhDeviceCounts counts;
  gint64 machine_ms, known_ms;
  bh_device_api_get_counts(status->api, &counts);
  put_entries(out, &counts);
  put_ingest(out, &counts);
  begin(out, "bihuan_enrolments_total", "counter", "Enrolments of devices.");
  put_labelled(out, "bihuan_enrolments_total", "result", "done", (double)counts.enrolled);
  put_labelled(out, "bihuan_enrolments_total", "result", "refused", (double)counts.not_enrolled);
  put_requests(out, status);
  put_writer(out, status->hub);
  if (sample.has_store)
    put_store(out, &sample.store);
  put(out, "bihuan_database_bytes", "gauge", "Size of the store.", (double)sample.database_bytes);
  put(out, "bihuan_log_bytes", "gauge", "Size of its write-ahead log.", (double)sample.log_bytes);
  if (sample.free_bytes >= 0)
    put(out, "bihuan_disk_free_bytes", "gauge", "Free space where the hub lies.",
        (double)sample.free_bytes);
  if (sample.cert_end_s != 0)
    put(out, "bihuan_certificate_days_left", "gauge", "Days until the TLS certificate ends.",
        ((double)sample.cert_end_s - (double)g_get_real_time() / G_USEC_PER_SEC) / DAY_S);
  put(out, "bihuan_clock_doubted", "gauge", "1 when the clock of the machine is not believed.",
      bh_hub_is_time_doubted(status->hub, &machine_ms, &known_ms));
  begin(out, "bihuan_build_info", "gauge", "Always 1.");
  put_labelled(out, "bihuan_build_info", "version", status->version, 1);
  return g_string_free(g_steal_pointer(&out), FALSE);
}
