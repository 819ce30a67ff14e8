#include "sync/device/run/transport.h"

#include "schema/world.h"
#include "sync/hub/http/server.h"
#include "sync/hub/http/keys.h"
#include "tests/sync/device/remove-tree.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define OTHER_PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* --- a server over TLS, and one that sends raw bytes --- */

typedef struct {
  char *dir;
  char *pin;
  BhHttp *http;
  char *url;
} Server;

static gint reached; /* atomic: number of requests that reached a handler */

static void answer_ok(BhRequest *request, gpointer data)
{
  g_autoptr(json_t) echo = json_object();
  GBytes *body = bh_request_get_body(request);
  const char *header = bh_request_get_header(request, "X-Test");

  (void)data;
  g_atomic_int_inc(&reached);
  json_object_set_new(echo, "method", json_string(bh_request_get_method(request)));
  json_object_set_new(echo, "size", json_integer((json_int_t)g_bytes_get_size(body)));
  json_object_set_new(echo, "header", json_string(header != NULL ? header : ""));
  bh_request_answer_json(request, 200, echo);
}

static void answer_redirect(BhRequest *request, gpointer data)
{
  g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);

  (void)data;
  bh_request_add_header(request, "Location", "/v1/ok");
  bh_request_answer_bytes(request, 302, NULL, nothing);
}

static void answer_big(BhRequest *request, gpointer data)
{
  g_autoptr(GBytes) bytes = g_bytes_new_take(g_malloc0(100000), 100000);

  (void)data;
  bh_request_answer_bytes(request, 200, "application/octet-stream", bytes);
}

static int setup(void **state)
{
  static const BhRoute routes[] = {
      {"GET", "/v1/ok", 0, answer_ok},
      {"POST", "/v1/ok", 100000, answer_ok},
      {"PATCH", "/v1/ok", 2000000, answer_ok},
      {"HEAD", "/v1/ok", 0, answer_ok},
      {"GET", "/v1/redirect", 0, answer_redirect},
      {"GET", "/v1/big", 0, answer_big},
  };
  static const char *const headers[] = {"Bihuan-Hub", "the hub", NULL};
  Server *server = g_new0(Server, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *cert = NULL;
  g_autofree char *key = NULL;
  BhHttpConfig config = {.listen = "127.0.0.1:0", .threads = 2};

  server->dir = g_dir_make_tmp("bihuan-transport-XXXXXX", NULL);
  if (!bh_keys_make(server->dir, bh_random_system(), &error))
    return -1;
  cert = bh_keys_dup_cert_path(server->dir);
  key = bh_keys_dup_tls_key_path(server->dir);
  config.cert_pem_path = cert;
  config.key_pem_path = key;
  config.max_connections = config.max_connections_per_ip = 50;
  server->pin = bh_keys_dup_pin(server->dir, &error);
  server->http = bh_http_start(&config, routes, G_N_ELEMENTS(routes), headers, NULL, &error);
  if (server->http == NULL || server->pin == NULL)
    return -1;
  server->url = g_strdup_printf("https://127.0.0.1:%u", bh_http_get_port(server->http));
  *state = server;
  return 0;
}

static int teardown(void **state)
{
  Server *server = *state;

  bh_http_stop(server->http);
  test_remove_tree(server->dir);
  g_free(server->dir);
  g_free(server->pin);
  g_free(server->url);
  g_free(server);
  return 0;
}

/* Accepts one connection, reads a request, writes `bytes` and closes. `bytes` NULL: keeps the
 * connection open without an answer. */
typedef struct {
  GSocketListener *listener;
  guint16 port;
  const char *bytes;
  GThread *thread;
  GCancellable *stop;
} RawServer;

static gpointer serve_raw(gpointer data)
{
  RawServer *server = data;
  g_autoptr(GSocketConnection) connection =
      g_socket_listener_accept(server->listener, NULL, server->stop, NULL);
  char buffer[4096];

  if (connection == NULL)
    return NULL;
  g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), buffer, sizeof buffer,
                      server->stop, NULL);
  if (server->bytes != NULL)
    g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), server->bytes,
                              strlen(server->bytes), NULL, NULL, NULL);
  else
    g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), buffer,
                        sizeof buffer, server->stop, NULL);
  return NULL;
}

static RawServer *raw_server_start(const char *bytes)
{
  RawServer *server = g_new0(RawServer, 1);
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;

  server->listener = g_socket_listener_new();
  server->stop = g_cancellable_new();
  server->bytes = bytes;
  assert_true(g_socket_listener_add_address(server->listener, any, G_SOCKET_TYPE_STREAM,
                                            G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  server->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
  server->thread = g_thread_new("raw", serve_raw, server);
  return server;
}

static void raw_server_stop(RawServer *server)
{
  g_cancellable_cancel(server->stop);
  g_thread_join(server->thread);
  g_socket_listener_close(server->listener);
  g_object_unref(server->listener);
  g_object_unref(server->stop);
  g_free(server);
}

/* --- one exchange --- */

static void on_done(GObject *source, GAsyncResult *result, gpointer data)
{
  GAsyncResult **kept = data;

  (void)source;
  *kept = g_object_ref(result);
}

static BhTransportAnswer *send_request(BhTransport *transport, BhTransportRequest *request,
                                       GCancellable *cancellable, GError **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (request->answer_max == 0)
    request->answer_max = 10000;
  bh_transport_send_async(transport, request, cancellable, on_done, &result);
  while (result == NULL)
    g_main_context_iteration(NULL, TRUE);
  return bh_transport_send_finish(result, error);
}

static BhTransportRequest *ask_for(const char *method, const char *url, const char *path,
                                   const char *pin)
{
  const char *pins[] = {pin, NULL};

  return bh_transport_request_new(method, url, path, pins);
}

static void assert_fails(const char *method, const char *url, const char *path, const char *pin,
                         int code)
{
  g_autoptr(BhTransport) transport = bh_transport_curl_new(FALSE);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhTransportAnswer) answer =
      send_request(transport, ask_for(method, url, path, pin), NULL, &error);

  assert_null(answer);
  if (!g_error_matches(error, BH_ERROR, code))
    fail_msg("%s: %s", url, error->message);
}

static void test_requests_reach_the_pinned_hub(void **state)
{
  Server *server = *state;
  g_autoptr(BhTransport) transport = bh_transport_curl_new(FALSE);
  static const char *const methods[] = {"GET", "POST", "PATCH", "GET"};

  for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
    g_autoptr(GError) error = NULL;
    BhTransportRequest *request = ask_for(methods[i], server->url, "/v1/ok", server->pin);
    g_autoptr(BhTransportAnswer) answer = NULL;
    g_autoptr(json_t) echo = NULL;

    if (!g_str_equal(methods[i], "GET"))
      request->body = g_bytes_new_take(g_malloc0(90000), 90000);
    bh_transport_request_add_header(request, "X-Test", "value");
    answer = send_request(transport, request, NULL, &error);
    assert_null(error);
    assert_int_equal(answer->status, 200);
    assert_string_equal(bh_transport_answer_get_header(answer, "Bihuan-Hub"), "the hub");
    echo =
        json_loadb(g_bytes_get_data(answer->body, NULL), g_bytes_get_size(answer->body), 0, NULL);
    assert_string_equal(bh_json_string_or(echo, "method", ""), methods[i]);
    assert_string_equal(bh_json_string_or(echo, "header", ""), "value");
    assert_int_equal(json_integer_value(json_object_get(echo, "size")),
                     g_str_equal(methods[i], "GET") ? 0 : 90000);
  }
}

static void test_a_second_pin_serves_rotation(void **state)
{
  Server *server = *state;
  g_autoptr(BhTransport) transport = bh_transport_curl_new(FALSE);
  g_autoptr(GError) error = NULL;
  const char *pins[] = {OTHER_PIN, server->pin, NULL};
  g_autoptr(BhTransportAnswer) answer = send_request(
      transport, bh_transport_request_new("GET", server->url, "/v1/ok", pins), NULL, &error);

  assert_null(error);
  assert_int_equal(answer->status, 200);
}

static void test_another_key_is_no_hub_and_gets_no_request(void **state)
{
  Server *server = *state;
  gint before = g_atomic_int_get(&reached);

  assert_fails("POST", server->url, "/v1/ok", OTHER_PIN, BH_ERROR_NOT_HUB);
  assert_int_equal(g_atomic_int_get(&reached), before);
}

static void test_without_a_good_pin_nothing_is_sent(void **state)
{
  Server *server = *state;

  assert_fails("GET", server->url, "/v1/ok", NULL, BH_ERROR_INVALID);
  assert_fails("GET", server->url, "/v1/ok", "", BH_ERROR_INVALID);
  assert_fails("GET", server->url, "/v1/ok", "x;sha256//y", BH_ERROR_INVALID);
  assert_fails("GET", "http://127.0.0.1:1", "/v1/ok", server->pin, BH_ERROR_INVALID);
  assert_fails("GET", "file:///etc", "/hostname", server->pin, BH_ERROR_INVALID);
}

static void test_L21_redirects_are_not_followed(void **state)
{
  Server *server = *state;
  g_autoptr(BhTransport) transport = bh_transport_curl_new(FALSE);
  gint before = g_atomic_int_get(&reached);
  g_autoptr(BhTransportAnswer) answer =
      send_request(transport, ask_for("GET", server->url, "/v1/redirect", server->pin), NULL, NULL);

  assert_int_equal(answer->status, 302);
  assert_int_equal(g_atomic_int_get(&reached), before);
}

static void test_a_longer_answer_than_asked_for_is_refused(void **state)
{
  Server *server = *state;

  assert_fails("GET", server->url, "/v1/big", server->pin, BH_ERROR_LIMIT);
}

static void test_proxies_of_the_environment_are_not_used(void **state)
{
  Server *server = *state;
  g_autoptr(BhTransport) transport = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhTransportAnswer) answer = NULL;

  g_setenv("https_proxy", "http://127.0.0.1:1", TRUE);
  g_setenv("ALL_PROXY", "http://127.0.0.1:1", TRUE);
  transport = bh_transport_curl_new(FALSE);
  answer =
      send_request(transport, ask_for("GET", server->url, "/v1/ok", server->pin), NULL, &error);
  assert_null(error);
  assert_int_equal(answer->status, 200);
  g_unsetenv("https_proxy");
  g_unsetenv("ALL_PROXY");
}

static void test_nobody_there_is_a_network_error(void **state)
{
  Server *server = *state;

  assert_fails("GET", "https://127.0.0.1:1", "/v1/ok", server->pin, BH_ERROR_NETWORK);
  assert_fails("GET", "https://hub.invalid", "/v1/ok", server->pin, BH_ERROR_NETWORK);
}

static BhTransportAnswer *ask_raw(const char *bytes, const char *method, GError **error)
{
  g_autoptr(BhTransport) transport = bh_transport_curl_new(TRUE);
  RawServer *server = raw_server_start(bytes);
  g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", server->port);
  BhTransportAnswer *answer =
      send_request(transport, ask_for(method, url, "/", OTHER_PIN), NULL, error);

  raw_server_stop(server);
  return answer;
}

static void test_L12_an_incomplete_answer_is_uncertain(void **state)
{
  static const char *const answers[] = {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\nContent-Le",
                                        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"};

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
    g_autoptr(GError) error = NULL;

    assert_null(ask_raw(answers[i], "POST", &error));
    if (!g_error_matches(error, BH_ERROR, BH_ERROR_UNCERTAIN))
      fail_msg("%s: %s", answers[i], error->message);
  }
}

static void test_a_plain_portal_on_the_port_gets_nothing(void **state)
{
  Server *tls = *state;
  RawServer *server = raw_server_start("HTTP/1.1 200 OK\r\n\r\n<html>sign in</html>");
  g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u", server->port);

  assert_fails("GET", url, "/v1/ok", tls->pin, BH_ERROR_NETWORK);
  raw_server_stop(server);
}

static void test_an_endless_head_is_refused(void **state)
{
  g_autoptr(GString) bytes = g_string_new("HTTP/1.1 200 OK\r\n");
  g_autoptr(GError) error = NULL;

  (void)state;
  for (int i = 0; i < 3000; i++)
    g_string_append_printf(bytes, "X-%d: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", i);
  g_string_append(bytes, "Content-Length: 0\r\n\r\n");
  assert_null(ask_raw(bytes->str, "GET", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
}

static void test_an_interim_answer_is_not_the_answer(void **state)
{
  g_autoptr(BhTransportAnswer) answer =
      ask_raw("HTTP/1.1 103 Early Hints\r\nBihuan-Hub: early\r\n\r\n"
              "HTTP/1.1 204 No Content\r\nUpload-Offset: 7\r\n\r\n",
              "PATCH", NULL);

  (void)state;
  assert_int_equal(answer->status, 204);
  assert_string_equal(bh_transport_answer_get_header(answer, "upload-offset"), "7");
  assert_null(bh_transport_answer_get_header(answer, "Bihuan-Hub"));
}

static gboolean cancel(gpointer data)
{
  g_cancellable_cancel(data);
  return G_SOURCE_REMOVE;
}

static void test_a_transfer_that_hangs_can_be_ended(void **state)
{
  g_autoptr(BhTransport) transport = bh_transport_curl_new(TRUE);
  RawServer *server = raw_server_start(NULL);
  g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", server->port);
  g_autoptr(GCancellable) cancellable = g_cancellable_new();
  g_autoptr(GError) error = NULL;
  gint64 began_us = g_get_monotonic_time();

  (void)state;
  g_timeout_add(50, cancel, cancellable);
  assert_null(send_request(transport, ask_for("GET", url, "/", OTHER_PIN), cancellable, &error));
  assert_true(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_clear_pointer(&transport, bh_transport_free);
  assert_true(g_get_monotonic_time() - began_us < 20 * G_USEC_PER_SEC);
  raw_server_stop(server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_requests_reach_the_pinned_hub),
      cmocka_unit_test(test_a_second_pin_serves_rotation),
      cmocka_unit_test(test_another_key_is_no_hub_and_gets_no_request),
      cmocka_unit_test(test_without_a_good_pin_nothing_is_sent),
      cmocka_unit_test(test_L21_redirects_are_not_followed),
      cmocka_unit_test(test_a_longer_answer_than_asked_for_is_refused),
      cmocka_unit_test(test_proxies_of_the_environment_are_not_used),
      cmocka_unit_test(test_nobody_there_is_a_network_error),
      cmocka_unit_test(test_L12_an_incomplete_answer_is_uncertain),
      cmocka_unit_test(test_a_plain_portal_on_the_port_gets_nothing),
      cmocka_unit_test(test_an_endless_head_is_refused),
      cmocka_unit_test(test_an_interim_answer_is_not_the_answer),
      cmocka_unit_test(test_a_transfer_that_hangs_can_be_ended),
  };

  return cmocka_run_group_tests(tests, setup, teardown);
}
