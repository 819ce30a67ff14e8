#include "http-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "schema/error.h"

static void on_echo(BhRequest *request, gpointer data)
{
  HttpFixture *fixture = data;
  g_atomic_int_inc(&fixture->handled);
  bh_request_answer_bytes(request, 200, "text/plain", bh_request_get_body(request));
}

static void on_param(BhRequest *request, gpointer data)
{
  (void)data;
  const char *query = bh_request_get_query(request, "q");
  const char *cookie = bh_request_get_cookie(request, "id");
  g_autoptr(json_t) json =
      json_pack("{s:s,s:s,s:s?,s:s?,s:s,s:s,s:s}", "method", bh_request_get_method(request), "name",
                bh_request_get_param(request, "name"), "q", query, "cookie", cookie, "peer",
                bh_request_get_peer(request), "network", bh_request_get_network(request), "trace",
                bh_trace_get().id);
  bh_request_add_header(request, "X-Common", "own");
  bh_request_answer_json(request, 200, json);
}

static void answer_later(gpointer item, gpointer data)
{
  BhRequest *request = item;
  HttpFixture *fixture = data;
  g_atomic_int_inc(&fixture->handled);
  const char *wait = bh_request_get_query(request, "ms");
  if (wait != NULL)
    g_usleep((gulong)g_ascii_strtoull(wait, NULL, 10) * 1000);
  g_autoptr(json_t) json = json_pack("{s:b}", "later", TRUE);
  bh_request_answer_json(request, 200, json);
}

static void on_later(BhRequest *request, gpointer data)
{
  HttpFixture *fixture = data;
  g_thread_pool_push(fixture->later, request, NULL);
}

static void on_fail(BhRequest *request, gpointer data)
{
  (void)data;
  const char *code = bh_request_get_param(request, "code");
  g_autoptr(GError) error =
      strcmp(code, "foreign") == 0
          ? g_error_new(G_IO_ERROR, G_IO_ERROR_FAILED, "secret detail")
          : g_error_new(BH_ERROR, bh_error_code_from_name(code), "here: this");
  g_autoptr(json_t) more = json_pack("{s:i}", "seq", 7);
  bh_request_answer_error(request, error, more);
}

static void on_file(BhRequest *request, gpointer data)
{
  HttpFixture *fixture = data;
  g_autofree char *path =
      g_build_filename(fixture->dir, bh_request_get_param(request, "name"), NULL);
  bh_request_answer_file(request, path, "image/jpeg", "abc");
}

static void on_common(BhRequest *request, gpointer data)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static(data, strlen(data));
  bh_request_answer_bytes(request, 200, "text/plain", bytes);
}

static const BhRoute common_routes[] = {
    {"GET", "/common", 0, on_common},
    {"GET", "/echo", 0, on_common},
};

static const BhRoute routes[] = {
    {"POST", "/echo", ECHO_MAX, on_echo},   {"GET", "/echo", 0, on_echo},
    {"GET", "/param/{name}", 0, on_param},  {"GET", "/later", 0, on_later},
    {"POST", "/later", ECHO_MAX, on_later}, {"GET", "/fail/{code}", 0, on_fail},
    {"GET", "/files/{name}", 0, on_file},
};

static void make_certificate(HttpFixture *fixture, char **cert, char **key)
{
  *cert = g_build_filename(fixture->dir, "cert.pem", NULL);
  *key = g_build_filename(fixture->dir, "key.pem", NULL);
  const char *argv[] = {"openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-keyout",
                        *key,
                        "-out",
                        *cert,
                        NULL};
  g_autoptr(GError) error = NULL;
  int status = 0;
  if (!g_spawn_sync(NULL, (char **)argv, NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                    NULL, NULL, NULL, NULL, &status, &error) ||
      !g_spawn_check_wait_status(status, &error))
    g_error("openssl: %s", error->message);
}

HttpFixture *http_fixture_new(gboolean tls)
{
  return http_fixture_new_with(tls, 0);
}

HttpFixture *http_fixture_new_with(gboolean tls, guint answer_timeout_ms)
{
  return http_fixture_new_behind(tls, answer_timeout_ms, NULL);
}

HttpFixture *http_fixture_new_behind(gboolean tls, guint answer_timeout_ms,
                                     const char *const *proxies)
{
  HttpFixture *fixture = g_new0(HttpFixture, 1);
  g_autoptr(GError) error = NULL;
  fixture->dir = g_dir_make_tmp("bihuan-http-XXXXXX", &error);
  g_assert_no_error(error);
  fixture->file = g_build_filename(fixture->dir, "big", NULL);
  g_autofree char *bytes = g_malloc(100000);
  for (int i = 0; i < 100000; i++)
    bytes[i] = (char)(i % 251);
  g_file_set_contents(fixture->file, bytes, 100000, &error);
  g_assert_no_error(error);
  fixture->later = g_thread_pool_new(answer_later, fixture, 4, FALSE, NULL);

  g_autofree char *cert = NULL;
  g_autofree char *key = NULL;
  if (tls)
    make_certificate(fixture, &cert, &key);
  BhHttpConfig config = {.listen = "127.0.0.1:0",
                         .cert_pem_path = cert,
                         .key_pem_path = key,
                         .threads = 2,
                         .max_connections = 1500,
                         .max_connections_per_ip = 1400,
                         .proxies = proxies,
                         .answer_timeout_ms = answer_timeout_ms,
                         .common_routes = common_routes,
                         .n_common_routes = G_N_ELEMENTS(common_routes),
                         .common_data = (gpointer) "common data"};
  static const char *const headers[] = {"Bihuan-Hub", "test", "X-Common", "common", NULL};
  fixture->http = bh_http_start(&config, routes, G_N_ELEMENTS(routes), headers, fixture, &error);
  g_assert_no_error(error);
  return fixture;
}

static void remove_all(const char *dir)
{
  g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(open)) != NULL) {
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_unlink(path);
  }
  g_rmdir(dir);
}

void http_fixture_free(HttpFixture *fixture)
{
  g_clear_pointer(&fixture->http, bh_http_stop);
  g_thread_pool_free(fixture->later, FALSE, TRUE);
  remove_all(fixture->dir);
  g_free(fixture->file);
  g_free(fixture->dir);
  g_free(fixture);
}
