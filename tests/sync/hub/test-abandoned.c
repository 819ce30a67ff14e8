/* A request of the office for which nobody waits any more releases its thread. */
#include <string.h>

#include "schema/error.h"
#include "sync/hub/office/internal.h"
#include "sync/db/params.h"
#include "tests/sync/hub/hub-fixture.h"

#define SLOW 4       /* number of requests that the office answers at a time */
#define PATIENCE_S 5 /* the slow request takes longer on any machine */
#define ANSWER_TIMEOUT_MS 400

typedef struct {
  HubFixture *hub;
  BhOffice *office;
  BhHttp *http;
} Fixture;

static gint begun; /* slow requests in progress, atomic */
static gint ended_busy;

static json_t *work_slowly(BhOfficeCall *call, GError **error)
{
  gint64 count = 0;
  g_atomic_int_inc(&begun);
  gboolean ok = bh_db_get_int(
      call->db,
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)"
      " SELECT count(*) FROM n",
      BH_PARAMS(bh_param_int("most", 400 * 1000 * 1000)), &count, error);
  if (!ok && error != NULL && g_error_matches(*error, BH_ERROR, BH_ERROR_BUSY))
    g_atomic_int_inc(&ended_busy);
  return ok ? json_object() : NULL;
}

static json_t *work_at_once(BhOfficeCall *call, GError **error)
{
  gint64 rows = 0;
  if (!bh_db_get_int(call->db, "SELECT count(*) FROM record", NULL, &rows, error))
    return NULL;
  return json_pack("{s:I}", "rows", (json_int_t)rows);
}

static void on_slow(BhRequest *request, gpointer data)
{
  bh_office_start(((Fixture *)data)->office, request, 0, FALSE, work_slowly);
}

static void on_quick(BhRequest *request, gpointer data)
{
  bh_office_start(((Fixture *)data)->office, request, 0, FALSE, work_at_once);
}

static const BhRoute routes[] = {{"GET", "/slow", 0, on_slow}, {"GET", "/quick", 0, on_quick}};

static void start(Fixture *f, guint answer_timeout_ms)
{
  g_autoptr(GError) error = NULL;
  static const char *const headers[] = {NULL};
  BhHttpConfig config = {
      .listen = "127.0.0.1:0", .threads = 2, .answer_timeout_ms = answer_timeout_ms};
  g_atomic_int_set(&begun, 0);
  g_atomic_int_set(&ended_busy, 0);
  f->hub = hub_fixture_new_store();
  f->office = bh_office_new(f->hub->hub, FALSE);
  f->http = bh_http_start(&config, routes, G_N_ELEMENTS(routes), headers, f, &error);
  if (f->http == NULL)
    fail_msg("the server does not start: %s", error->message);
}

static void stop(Fixture *f)
{
  bh_http_stop(f->http);
  bh_office_free(f->office);
  hub_fixture_free(f->hub);
}

static GSocketConnection *ask(Fixture *f, const char *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_socket_client_set_timeout(client, PATIENCE_S);
  GSocketConnection *connection = g_socket_client_connect_to_host(
      client, "127.0.0.1", (guint16)bh_http_get_port(f->http), NULL, &error);
  if (connection == NULL)
    fail_msg("no connection: %s", error->message);
  g_autofree char *head =
      g_strdup_printf("GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", path);
  GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
  assert_true(g_output_stream_write_all(out, head, strlen(head), NULL, NULL, &error));
  return connection;
}

/* The first bytes of the answer; "" when none comes in time. */
static char *hear(GSocketConnection *connection)
{
  char text[16] = "";
  gsize len = 0;
  GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
  g_input_stream_read_all(in, text, strlen("HTTP/1.1 200"), &len, NULL, NULL);
  return g_strndup(text, len);
}

static void wait_until_begun(int count)
{
  while (g_atomic_int_get(&begun) < count)
    g_usleep(1000);
}

static void assert_quick(Fixture *f)
{
  g_autoptr(GSocketConnection) other = ask(f, "/quick");
  g_autofree char *answer = hear(other);
  assert_string_equal(answer, "HTTP/1.1 200");
}

static void wait_until_ended(int count)
{
  gint64 until_us = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;
  while (g_atomic_int_get(&ended_busy) < count && g_get_monotonic_time() < until_us)
    g_usleep(1000);
  assert_int_equal(g_atomic_int_get(&ended_busy), count);
}

static void test_a_client_that_disconnects_frees_its_thread(void **state)
{
  (void)state;
  Fixture f;
  GSocketConnection *slow[SLOW + 1];
  start(&f, 60000);
  for (int i = 0; i < SLOW; i++)
    slow[i] = ask(&f, "/slow");
  wait_until_begun(SLOW);
  slow[SLOW] = ask(&f, "/slow"); /* waits for a thread */
  for (int i = 0; i <= SLOW; i++) {
    g_io_stream_close(G_IO_STREAM(slow[i]), NULL, NULL);
    g_object_unref(slow[i]);
  }
  assert_quick(&f);
  wait_until_ended(SLOW);
  assert_int_equal(g_atomic_int_get(&begun), SLOW);
  stop(&f);
}

static void test_a_request_answered_with_busy_frees_its_thread(void **state)
{
  (void)state;
  Fixture f;
  GSocketConnection *slow[SLOW];
  start(&f, ANSWER_TIMEOUT_MS);
  for (int i = 0; i < SLOW; i++)
    slow[i] = ask(&f, "/slow");
  for (int i = 0; i < SLOW; i++) {
    g_autofree char *answer = hear(slow[i]);
    assert_string_equal(answer, "HTTP/1.1 503");
    g_object_unref(slow[i]);
  }
  wait_until_ended(SLOW);
  assert_quick(&f);
  stop(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_client_that_disconnects_frees_its_thread),
      cmocka_unit_test(test_a_request_answered_with_busy_frees_its_thread),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
