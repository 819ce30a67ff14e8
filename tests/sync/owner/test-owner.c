#include "sync/owner/owner.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static char *make_dir(void)
{
  return g_dir_make_tmp("bihuan-owner-XXXXXX", NULL);
}

static void remove_dir(const char *dir)
{
  g_autofree char *lock = g_build_filename(dir, "owner.lock", NULL);
  g_autofree char *sock = g_build_filename(dir, "owner.sock", NULL);

  g_unlink(lock);
  g_unlink(sock);
  g_rmdir(dir);
}

/* Forks a process that owns the store until it is killed. Returns once it owns it. */
static pid_t fork_owner(const char *dir, const char *role)
{
  int ready[2];
  char byte;
  pid_t child;

  assert_int_equal(pipe(ready), 0);
  child = fork();
  if (child == 0) {
    close(ready[0]);
    if (bh_owner_take(dir, role, NULL) == NULL || write(ready[1], "x", 1) != 1)
      _exit(1);
    for (;;)
      pause();
  }
  close(ready[1]);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  return child;
}

static void end_child(pid_t child)
{
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

static void test_one_process_has_a_store(void **state)
{
  g_autofree char *dir = make_dir();
  g_autoptr(GError) error = NULL;
  pid_t child = fork_owner(dir, "collector");

  (void)state;
  assert_null(bh_owner_take(dir, "ctl", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_BUSY));
  assert_non_null(strstr(error->message, "collector"));
  end_child(child);
  remove_dir(dir);
}

static void test_the_lock_of_a_dead_process_is_free(void **state)
{
  g_autofree char *dir = make_dir();
  BhOwner *owner;

  (void)state;
  end_child(fork_owner(dir, "agent"));
  owner = bh_owner_take(dir, "ctl", NULL);
  assert_non_null(owner);
  bh_owner_release(owner);
  remove_dir(dir);
}

static void test_a_released_store_has_no_lock_and_no_socket(void **state)
{
  g_autofree char *dir = make_dir();
  g_autofree char *sock = g_build_filename(dir, "owner.sock", NULL);
  BhOwner *owner = bh_owner_take(dir, "agent", NULL);

  (void)state;
  assert_true(bh_owner_serve(owner, NULL, NULL, NULL));
  assert_true(g_file_test(sock, G_FILE_TEST_EXISTS));
  bh_owner_release(owner);
  assert_false(g_file_test(sock, G_FILE_TEST_EXISTS));
  owner = bh_owner_take(dir, "ctl", NULL);
  assert_non_null(owner);
  bh_owner_release(owner);
  remove_dir(dir);
}

static void test_nobody_there_is_not_found(void **state)
{
  g_autofree char *dir = make_dir();
  g_autoptr(json_t) request = json_pack("{s:s}", "method", "status");
  g_autoptr(GError) error = NULL;

  (void)state;
  assert_null(bh_owner_call(dir, request, 1, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND));
  remove_dir(dir);
}

/* --- an owner that serves requests, on its own thread of this process --- */

typedef struct {
  char *dir;
  BhOwner *owner;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean ready;
  gboolean yields;
  BhOwnerCall *held;
} Server;

static gpointer reply_later(gpointer data)
{
  g_autoptr(json_t) result = json_pack("{s:s}", "from", "thread");

  g_usleep(20 * 1000);
  bh_owner_reply(data, result);
  return NULL;
}

static gboolean give_up(gpointer data)
{
  Server *server = data;

  g_clear_pointer(&server->owner, bh_owner_release);
  return G_SOURCE_REMOVE;
}

static void serve(BhOwner *owner, const json_t *request, BhOwnerCall *call, gpointer data)
{
  Server *server = data;
  const char *method = bh_json_string_or(request, "method", "");
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) empty = json_object();

  (void)owner;
  if (g_str_equal(method, "echo")) {
    bh_owner_reply(call, json_object_get(request, "params"));
  } else if (g_str_equal(method, "later")) {
    g_thread_unref(g_thread_new("later", reply_later, call));
  } else if (g_str_equal(method, "hold")) {
    server->held = call;
  } else if (g_str_equal(method, "yield") && server->yields) {
    g_autoptr(GSource) source = g_timeout_source_new(100);

    bh_owner_reply(call, empty);
    g_source_set_callback(source, give_up, server, NULL);
    g_source_attach(source, server->context);
  } else {
    g_set_error(&error, BH_ERROR, BH_ERROR_UNKNOWN, "no method %s", method);
    bh_owner_reply_error(call, error);
  }
}

static gpointer run_server(gpointer data)
{
  Server *server = data;

  g_main_context_push_thread_default(server->context);
  g_mutex_lock(&server->mutex);
  if (!bh_owner_serve(server->owner, serve, server, NULL))
    g_error("cannot serve");
  server->ready = TRUE;
  g_cond_signal(&server->cond);
  g_mutex_unlock(&server->mutex);
  g_main_loop_run(server->loop);
  g_clear_pointer(&server->owner, bh_owner_release);
  while (g_main_context_iteration(server->context, FALSE))
    ;
  g_main_context_pop_thread_default(server->context);
  return NULL;
}

static Server *server_start(const char *dir, const char *role)
{
  Server *server = g_new0(Server, 1);

  server->dir = g_strdup(dir);
  server->owner = bh_owner_take(dir, role, NULL);
  assert_non_null(server->owner);
  server->context = g_main_context_new();
  server->loop = g_main_loop_new(server->context, FALSE);
  g_mutex_init(&server->mutex);
  g_cond_init(&server->cond);
  server->thread = g_thread_new("server", run_server, server);
  g_mutex_lock(&server->mutex);
  while (!server->ready)
    g_cond_wait(&server->cond, &server->mutex);
  g_mutex_unlock(&server->mutex);
  return server;
}

static gboolean quit(gpointer data)
{
  g_main_loop_quit(data);
  return G_SOURCE_REMOVE;
}

static void server_stop(Server *server)
{
  g_main_context_invoke(server->context, quit, server->loop);
  g_thread_join(server->thread);
  g_main_loop_unref(server->loop);
  g_main_context_unref(server->context);
  g_mutex_clear(&server->mutex);
  g_cond_clear(&server->cond);
  remove_dir(server->dir);
  g_free(server->dir);
  g_free(server);
}

static json_t *ask(const char *dir, const char *method, const char *text, GError **error)
{
  g_autoptr(json_t) request = json_pack("{s:s,s:{s:s}}", "method", method, "params", "text", text);

  return bh_owner_call(dir, request, 5, error);
}

static void test_requests_are_answered_also_from_other_threads(void **state)
{
  g_autofree char *dir = make_dir();
  Server *server = server_start(dir, "collector");
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) echo = ask(dir, "echo", "瓦斯", &error);
  g_autoptr(json_t) later = ask(dir, "later", "", &error);
  g_autoptr(json_t) who = ask(dir, "owner", "", &error);

  (void)state;
  assert_null(error);
  assert_string_equal(bh_json_string_or(echo, "text", ""), "瓦斯");
  assert_string_equal(bh_json_string_or(later, "from", ""), "thread");
  assert_string_equal(bh_json_string_or(who, "role", ""), "collector");
  assert_null(ask(dir, "nonsense", "", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_UNKNOWN));
  assert_non_null(strstr(error->message, "nonsense"));
  server_stop(server);
}

static void test_the_socket_is_private(void **state)
{
  g_autofree char *dir = make_dir();
  g_autofree char *sock = g_build_filename(dir, "owner.sock", NULL);
  Server *server = server_start(dir, "collector");
  GStatBuf info;

  (void)state;
  assert_int_equal(g_stat(sock, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0600);
  server_stop(server);
}

static char *send_raw(const char *dir, const char *bytes, gsize len)
{
  g_autofree char *sock = g_build_filename(dir, "owner.sock", NULL);
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new(sock);
  g_autoptr(GSocketClient) client = g_socket_client_new();
  g_autoptr(GSocketConnection) connection =
      g_socket_client_connect(client, G_SOCKET_CONNECTABLE(address), NULL, NULL);
  GSocket *socket = g_socket_connection_get_socket(connection);
  char answer[512];
  gssize n;

  assert_non_null(connection);
  /* The other side may close the connection early. */
  g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), bytes, len,
                            NULL, NULL, NULL);
  g_socket_shutdown(socket, FALSE, TRUE, NULL);
  n = g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), answer,
                          sizeof answer - 1, NULL, NULL);
  answer[n > 0 ? n : 0] = '\0';
  return g_strdup(answer);
}

static void test_hostile_lines_get_an_error_and_harm_nobody(void **state)
{
  static const struct {
    const char *bytes;
    gsize len;
    const char *code;
  } cases[] = {
      {"\n", 1, "format"},
      {"{\"method\":\"echo\"", 16, "format"},
      {"not json\n", 9, "format"},
      {"[1]\n", 4, "format"},
      {"{\"method\":1}\n", 13, "format"},
      {"{\"a\\u0000\":1}\n", 14, "format"},
      {"{\"method\":\"\0\"}\n", 15, "format"},
      {"\xff\xfe\n", 3, "format"},
      {"{\"method\":\"a\",\"method\":\"b\"}\n", 28, "format"},
  };
  g_autofree char *dir = make_dir();
  Server *server = server_start(dir, "collector");
  g_autofree char *nested = g_malloc(200001);
  g_autofree char *deep = NULL;
  g_autoptr(json_t) echo = NULL;

  (void)state;
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *answer = send_raw(dir, cases[i].bytes, cases[i].len);

    if (strstr(answer, cases[i].code) == NULL)
      fail_msg("case %d: %s", (int)i, answer);
  }
  memset(nested, '[', 100000);
  memset(nested + 100000, ']', 100000);
  nested[200000] = '\n';
  deep = send_raw(dir, nested, 200001);
  assert_non_null(strstr(deep, "\"error\""));
  echo = ask(dir, "echo", "still here", NULL);
  assert_non_null(echo);
  server_stop(server);
}

static void test_too_long_a_line_is_refused(void **state)
{
  g_autofree char *dir = make_dir();
  Server *server = server_start(dir, "collector");
  g_autofree char *text = g_strnfill(BH_OWNER_LINE_MAX, 'x');
  g_autofree char *line = g_strconcat("{\"method\":\"", text, "\"}\n", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) request = json_pack("{s:s}", "method", text);
  g_autofree char *answer = send_raw(dir, line, strlen(line));

  (void)state;
  assert_true(answer[0] == '\0' || strstr(answer, "limit") != NULL);
  assert_null(bh_owner_call(dir, request, 5, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
  server_stop(server);
}

static void test_a_request_without_answer_is_uncertain(void **state)
{
  g_autofree char *dir = make_dir();
  Server *server = server_start(dir, "collector");
  g_autoptr(json_t) request = json_pack("{s:s}", "method", "hold");
  g_autoptr(json_t) empty = json_object();
  g_autoptr(GError) error = NULL;

  (void)state;
  assert_null(bh_owner_call(dir, request, 1, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_UNCERTAIN));
  bh_owner_reply(server->held, empty);
  server_stop(server);
}

static void test_an_agent_yields_to_a_take_over(void **state)
{
  g_autofree char *dir = make_dir();
  Server *server = server_start(dir, "agent");
  BhOwner *owner;

  (void)state;
  server->yields = TRUE;
  owner = bh_owner_take_over(dir, "collector", 5, NULL);
  assert_non_null(owner);
  bh_owner_release(owner);
  server_stop(server);
}

static void test_a_collector_does_not_yield(void **state)
{
  g_autofree char *dir = make_dir();
  Server *server = server_start(dir, "collector");
  g_autoptr(GError) error = NULL;
  gint64 before = g_get_monotonic_time();

  (void)state;
  assert_null(bh_owner_take_over(dir, "collector", 30, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_BUSY));
  assert_true(g_get_monotonic_time() - before < 10 * G_USEC_PER_SEC);
  server_stop(server);
}

static void test_a_long_path_is_reached_too(void **state)
{
  g_autofree char *dir = make_dir();
  g_autofree char *part = g_strnfill(120, 'd');
  g_autofree char *deep = g_build_filename(dir, part, NULL);
  Server *server = server_start(deep, "collector");
  g_autoptr(json_t) echo = ask(deep, "echo", "far", NULL);

  (void)state;
  assert_non_null(echo);
  server_stop(server);
  g_rmdir(dir);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_process_has_a_store),
      cmocka_unit_test(test_the_lock_of_a_dead_process_is_free),
      cmocka_unit_test(test_a_released_store_has_no_lock_and_no_socket),
      cmocka_unit_test(test_nobody_there_is_not_found),
      cmocka_unit_test(test_requests_are_answered_also_from_other_threads),
      cmocka_unit_test(test_the_socket_is_private),
      cmocka_unit_test(test_hostile_lines_get_an_error_and_harm_nobody),
      cmocka_unit_test(test_too_long_a_line_is_refused),
      cmocka_unit_test(test_a_request_without_answer_is_uncertain),
      cmocka_unit_test(test_an_agent_yields_to_a_take_over),
      cmocka_unit_test(test_a_collector_does_not_yield),
      cmocka_unit_test(test_a_long_path_is_reached_too),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
