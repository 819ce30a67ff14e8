#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http-fixture.h"
#include "schema/error.h"

#define PARALLEL 1000

static int dial(HttpFixture *fixture)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((guint16)bh_http_get_port(fixture->http)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    fail_msg("no connection: %s", g_strerror(errno));
  struct timeval limit = {.tv_sec = 20};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return fd;
}

static void say(int fd, const char *bytes, gsize len)
{
  while (len > 0) {
    ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
    if (n <= 0)
      return;
    bytes += n;
    len -= (gsize)n;
  }
}

static char *hear_all(int fd)
{
  GString *heard = g_string_new(NULL);
  char buffer[4096];
  ssize_t n;
  while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0)
    g_string_append_len(heard, buffer, n);
  close(fd);
  return g_string_free(heard, FALSE);
}

/* Sends a request that asks to close the connection, and reads until its end. */
static char *ask(HttpFixture *fixture, const char *request)
{
  int fd = dial(fixture);
  say(fd, request, strlen(request));
  return hear_all(fd);
}

static char *ask_line(HttpFixture *fixture, const char *line, const char *more)
{
  g_autofree char *request =
      g_strdup_printf("%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", line, more);
  return ask(fixture, request);
}

#define assert_status(answer, status)                                                              \
  do {                                                                                             \
    if (!g_str_has_prefix(answer, "HTTP/1.1 " #status " "))                                        \
      fail_msg("not %s: %s", #status, answer);                                                     \
  } while (0)

#define assert_has(answer, text)                                                                   \
  do {                                                                                             \
    if (strstr(answer, text) == NULL)                                                              \
      fail_msg("no \"%s\" in: %s", text, answer);                                                  \
  } while (0)

static void test_a_handler_gets_all_parts_of_a_request(void **state)
{
  g_autofree char *answer =
      ask_line(*state, "GET /param/%E4%BC%81%E4%B8%9A?q=a%2Fb+c", "Cookie: no=1; id=session\r\n");
  assert_status(answer, 200);
  assert_has(answer, "\"name\":\"企业\"");
  assert_has(answer, "\"q\":\"a/b c\"");
  assert_has(answer, "\"cookie\":\"session\"");
  assert_has(answer, "\"peer\":\"127.0.0.1\"");
  assert_has(answer, "Bihuan-Hub: test");
  assert_has(answer, "X-Common: own");
  assert_null(strstr(answer, "X-Common: common"));
}

#define FORWARDED "X-Forwarded-For: "

static void test_only_a_known_proxy_is_believed_about_the_client_address(void **state)
{
  static const char *const known[] = {"127.0.0.1", "10.0.0.2", NULL};
  static const char *const other[] = {"192.0.2.1", NULL};
  static const struct {
    const char *headers;
    const char *peer;
  } cases[] = {
      {"", "127.0.0.1"},
      {FORWARDED "203.0.113.9\r\n", "203.0.113.9"},
      {FORWARDED "1.1.1.1, 203.0.113.9\r\n",
       "203.0.113.9"}, /* the first address is the client's own claim */
      {FORWARDED "1.1.1.1\r\n" FORWARDED "203.0.113.9\r\n", "203.0.113.9"},
      {FORWARDED "1.1.1.1, 203.0.113.9, 10.0.0.2\r\n", "203.0.113.9"}, /* two proxies */
      {FORWARDED "203.0.113.9, unknown\r\n", "127.0.0.1"},
      {FORWARDED "\r\n", "127.0.0.1"},
      {FORWARDED "2001:DB8::1\r\n", "2001:db8::1"},
  };
  HttpFixture *behind = http_fixture_new_behind(FALSE, 0, known);
  HttpFixture *beside = http_fixture_new_behind(FALSE, 0, other);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *wanted = g_strdup_printf("\"peer\":\"%s\"", cases[i].peer);
    g_autofree char *believed = ask_line(behind, "GET /param/x", cases[i].headers);
    g_autofree char *stranger = ask_line(beside, "GET /param/x", cases[i].headers);
    g_autofree char *nobody = ask_line(*state, "GET /param/x", cases[i].headers);
    assert_has(believed, wanted);
    assert_has(stranger, "\"peer\":\"127.0.0.1\"");
    assert_has(nobody, "\"peer\":\"127.0.0.1\"");
  }
  g_autofree char *network = ask_line(behind, "GET /param/x", FORWARDED "2001:db8::1\r\n");
  assert_has(network, "\"network\":\"2001:db8::\"");
  http_fixture_free(beside);
  http_fixture_free(behind);
}

static void test_a_proxy_is_named_by_its_address(void **state)
{
  (void)state;
  static const char *const wrong[] = {"proxy.example", NULL};
  BhHttpConfig config = {.listen = "127.0.0.1:0", .proxies = wrong};
  g_autoptr(GError) error = NULL;
  assert_null(bh_http_start(&config, NULL, 0, NULL, NULL, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID));
  assert_non_null(strstr(error->message, "proxy.example"));
}

static void test_unknown_addresses_and_methods_are_json_errors(void **state)
{
  g_autofree char *missing = ask_line(*state, "GET /secret-name", "");
  assert_status(missing, 404);
  assert_has(missing, "\"error\":\"not_found\"");
  assert_has(missing, "Bihuan-Hub: test");
  assert_null(strstr(missing, "secret-name"));
  g_autofree char *method = ask_line(*state, "DELETE /echo", "");
  assert_status(method, 405);
  assert_has(method, "Allow: POST, GET, OPTIONS, HEAD");
  g_autofree char *strange = ask_line(*state, "BREW /echo", "");
  assert_status(strange, 405);
  g_autofree char *options = ask_line(*state, "OPTIONS /later", "");
  assert_status(options, 204);
  assert_has(options, "Allow: GET, POST, OPTIONS, HEAD");
  g_autofree char *with_body = ask_line(*state, "POST /nowhere", "Content-Length: 5\r\n\r\nhello");
  assert_status(with_body, 404);
}

/* The value of a header; g_free. */
static char *request_id_of(const char *answer)
{
  const char *header = strstr(answer, "\r\n" BH_HEADER_REQUEST ": ");
  if (header == NULL)
    fail_msg("no " BH_HEADER_REQUEST " in: %s", answer);
  return g_strndup(header + strlen("\r\n" BH_HEADER_REQUEST ": "), BH_TRACE_LEN);
}

static void test_every_answer_names_its_request(void **state)
{
  static const char *const lines[] = {"GET /param/x",   "GET /nowhere",     "DELETE /echo",
                                      "HEAD /param/x",  "GET /later",       "GET /a/../b",
                                      "OPTIONS /later", "GET /fail/denied", "GET /fail/foreign"};
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autofree char *answer = ask_line(*state, lines[i], "Bihuan-Request: theirs\r\n");
    g_autofree char *id = request_id_of(answer);
    assert_int_equal(strspn(id, "0123456789abcdef"), BH_TRACE_LEN);
    if (strstr(answer, "\"error\":") != NULL) {
      g_autofree char *member = g_strdup_printf("\"request\":\"%s\"", id);
      assert_has(answer, member);
    }
    assert_true(g_hash_table_add(seen, g_steal_pointer(&id)));
  }
}

static void test_log_lines_of_a_handler_have_the_id_of_its_request(void **state)
{
  g_autofree char *answer = ask_line(*state, "GET /param/x", "");
  g_autofree char *id = request_id_of(answer);
  g_autofree char *member = g_strdup_printf("\"trace\":\"%s\"", id);
  assert_has(answer, member);
}

static void find_count(const char *method, const char *path, guint status, guint64 n, gpointer data)
{
  g_string_append_printf(data, "%s %s %u %" G_GUINT64_FORMAT "\n", method, path, status, n);
}

static char *list_counts(HttpFixture *fixture)
{
  GString *text = g_string_new("\n");
  bh_http_each_count(fixture->http, find_count, text);
  return g_string_free(text, FALSE);
}

/* Counted by route, not by the requested path, because clients could make endless paths. */
static void test_requests_are_counted_by_route_and_status(void **state)
{
  (void)state;
  HttpFixture *fixture = http_fixture_new(FALSE);
  const char *const lines[] = {"GET /param/one", "GET /param/two", "HEAD /param/three",
                               "GET /nowhere",   "BREW /nothing",  "GET /fail/denied",
                               "DELETE /echo"};
  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autofree char *answer = ask_line(fixture, lines[i], "");
    assert_has(answer, "HTTP/1.1 ");
  }
  const char *const wanted[] = {"\nGET /param/{name} 200 3\n", "\n- - 404 2\n",
                                "\nGET /fail/{code} 403 1\n", "\n- - 405 1\n"};
  gint64 until = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
  for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
    /* The last request is counted when its connection ends. */
    g_autofree char *counts = list_counts(fixture);
    while (strstr(counts, wanted[i]) == NULL && g_get_monotonic_time() < until) {
      g_usleep(10000);
      g_free(counts);
      counts = list_counts(fixture);
    }
    assert_has(counts, wanted[i]);
    assert_null(strstr(counts, "BREW"));
  }
  http_fixture_free(fixture);
}

static void test_common_routes_come_after_those_of_the_server(void **state)
{
  (void)state;
  HttpFixture *fixture = http_fixture_new(FALSE);
  g_autofree char *common = ask_line(fixture, "GET /common", "");
  assert_status(common, 200);
  assert_has(common, "common data");
  g_autofree char *own = ask_line(fixture, "GET /echo", "");
  assert_status(own, 200);
  assert_null(strstr(own, "common data"));
  http_fixture_free(fixture);
}

static void test_head_is_a_get_without_body(void **state)
{
  g_autofree char *answer = ask_line(*state, "HEAD /param/x", "");
  assert_status(answer, 200);
  assert_has(answer, "Content-Length: ");
  assert_true(g_str_has_suffix(answer, "\r\n\r\n"));
}

static void test_path_tricks_reach_no_handler(void **state)
{
  static const char *const paths[] = {"GET /files/..%2fbig",     "GET /files/%2e%2e",
                                      "GET /files/../files/big", "GET /files/big%00.jpg",
                                      "GET /files/a%5cb",        "GET /files/%ff"};
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    g_autofree char *answer = ask_line(*state, paths[i], "");
    assert_status(answer, 400);
    assert_has(answer, "\"error\":\"format\"");
  }
}

static void test_a_body_over_the_limit_is_refused_and_named(void **state)
{
  HttpFixture *fixture = *state;
  int before = g_atomic_int_get(&fixture->handled);
  g_autofree char *body = g_strnfill(ECHO_MAX + 1, 'x');
  g_autofree char *small = g_strdup_printf("Content-Length: %d\r\n\r\n%s", ECHO_MAX + 1, body);
  g_autofree char *declared = ask_line(fixture, "POST /echo", small);
  assert_status(declared, 413);
  assert_has(declared, "body: over 1000 bytes");
  assert_null(strstr(declared, "xxxx"));
  g_autofree char *chunk =
      g_strdup_printf("Transfer-Encoding: chunked\r\n\r\n3e9\r\n%s\r\n0\r\n", body);
  g_autofree char *chunked = ask_line(fixture, "POST /echo", chunk);
  assert_status(chunked, 413);
  g_autofree char *unasked = ask_line(fixture, "GET /echo", "Content-Length: 1\r\n\r\nx");
  assert_status(unasked, 413);
  assert_int_equal(g_atomic_int_get(&fixture->handled), before);
}

static void test_a_huge_body_is_refused_before_it_is_sent(void **state)
{
  g_autofree char *answer = ask_line(*state, "POST /echo", "Content-Length: 4000000000\r\n");
  assert_status(answer, 413);
  g_autofree char *expecting =
      ask_line(*state, "POST /echo", "Content-Length: 2000\r\nExpect: 100-continue\r\n");
  assert_status(expecting, 413);
}

static void test_an_endless_body_is_cut_off(void **state)
{
  HttpFixture *fixture = *state;
  int fd = dial(fixture);
  const char *head = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  say(fd, head, strlen(head));
  g_autofree char *zeros = g_strnfill(0x10000, '0');
  g_autofree char *chunk = g_strdup_printf("10000\r\n%s\r\n", zeros);
  for (int i = 0; i < 100; i++)
    say(fd, chunk, strlen(chunk));
  g_autofree char *answer = hear_all(fd);
  assert_true(answer[0] == '\0' || g_str_has_prefix(answer, "HTTP/1.1 413 "));
}

static void test_bodies_of_unclear_length_are_refused(void **state)
{
  g_autofree char *both = ask_line(
      *state, "POST /echo", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  assert_status(both, 400);
  g_autofree char *negative = ask_line(*state, "POST /echo", "Content-Length: -3\r\n");
  assert_status(negative, 400);
}

static void test_long_heads_are_refused(void **state)
{
  g_autofree char *filler = g_strnfill(20 * 1024, 'h');
  g_autofree char *header = g_strdup_printf("X-Long: %s\r\n", filler);
  g_autofree char *answer = ask_line(*state, "GET /echo", header);
  assert_status(answer, 431);
  assert_has(answer, "\"error\":\"limit\"");
  g_autofree char *path = g_strnfill(3000, 'p');
  g_autofree char *line = g_strdup_printf("GET /param/%s", path);
  g_autofree char *uri = ask_line(*state, line, "");
  assert_status(uri, 400);
  g_autofree char *huge = g_strnfill(200 * 1024, 'h');
  g_autofree char *huge_header = g_strdup_printf("X-Long: %s\r\n", huge);
  g_autofree char *closed = ask_line(*state, "GET /echo", huge_header);
  assert_true(closed[0] == '\0' || g_str_has_prefix(closed, "HTTP/1.1 431 "));
}

static void test_a_slow_request_body_does_not_delay_others(void **state)
{
  HttpFixture *fixture = *state;
  int slow[8];
  const char *head = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                     "Content-Length: 5\r\n\r\nab";
  for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
    slow[i] = dial(fixture);
    say(slow[i], head, strlen(head));
  }
  g_autofree char *other = ask_line(fixture, "GET /param/x", "");
  assert_status(other, 200);
  for (gsize i = 0; i < G_N_ELEMENTS(slow); i++) {
    say(slow[i], "cde", 3);
    g_autofree char *answer = hear_all(slow[i]);
    assert_status(answer, 200);
    assert_true(g_str_has_suffix(answer, "\r\n\r\nabcde"));
  }
}

static void test_pipelined_requests_are_answered_in_order(void **state)
{
  g_autofree char *answer =
      ask(*state, "GET /later?ms=50 HTTP/1.1\r\nHost: x\r\n\r\n"
                  "GET /param/second HTTP/1.1\r\nHost: x\r\n\r\n"
                  "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nthird"
                  "GET /later HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const char *first = strstr(answer, "\"later\":true");
  const char *second = strstr(answer, "\"name\":\"second\"");
  const char *third = strstr(answer, "\r\n\r\nthird");
  assert_true(first != NULL && second > first && third > second);
  assert_non_null(strstr(third, "\"later\":true"));
}

static void test_a_client_that_leaves_early_costs_nothing(void **state)
{
  HttpFixture *fixture = *state;
  int before = g_atomic_int_get(&fixture->handled);
  for (int i = 0; i < 20; i++) {
    int fd = dial(fixture);
    const char *text = i % 2 == 0 ? "GET /later?ms=5 HTTP/1.1\r\nHost: x\r\n\r\n"
                                  : "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab";
    say(fd, text, strlen(text));
    struct linger now = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
  }
  g_autofree char *answer = ask_line(fixture, "GET /param/x", "");
  assert_status(answer, 200);
  for (int i = 0; i < 500 && g_atomic_int_get(&fixture->handled) < before; i++)
    g_usleep(10000);
}

static void test_errors_have_the_status_of_their_code(void **state)
{
  static const struct {
    const char *line;
    const char *status;
  } cases[] = {
      {"GET /fail/format", "HTTP/1.1 400 "},    {"GET /fail/denied", "HTTP/1.1 403 "},
      {"GET /fail/not_found", "HTTP/1.1 404 "}, {"GET /fail/chain", "HTTP/1.1 409 "},
      {"GET /fail/limit", "HTTP/1.1 413 "},     {"GET /fail/locked", "HTTP/1.1 429 "},
      {"GET /fail/busy", "HTTP/1.1 503 "},      {"GET /fail/storage", "HTTP/1.1 507 "},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *answer = ask_line(*state, cases[i].line, "");
    assert_true(g_str_has_prefix(answer, cases[i].status));
    assert_has(answer, "\"message\":\"here: this\"");
    assert_has(answer, "\"seq\":7");
    gboolean later = strstr(cases[i].status, "429") || strstr(cases[i].status, "503");
    assert_int_equal(strstr(answer, "Retry-After: 5") != NULL, later);
  }
  g_autofree char *foreign = ask_line(*state, "GET /fail/foreign", "");
  assert_status(foreign, 500);
  assert_null(strstr(foreign, "secret"));
}

static gsize body_length(const char *answer)
{
  const char *length = strstr(answer, "Content-Length: ");
  return length == NULL ? 0 : (gsize)g_ascii_strtoull(length + 16, NULL, 10);
}

static void test_files_come_whole_in_parts_and_not_again(void **state)
{
  g_autofree char *whole = ask_line(*state, "GET /files/big", "");
  assert_status(whole, 200);
  assert_int_equal(body_length(whole), 100000);
  assert_has(whole, "ETag: \"abc\"");
  g_autofree char *part = ask_line(*state, "GET /files/big", "Range: bytes=97-99\r\n");
  assert_status(part, 206);
  assert_has(part, "Content-Range: bytes 97-99/100000");
  assert_true(g_str_has_suffix(part, "\r\n\r\nabc"));
  g_autofree char *outside = ask_line(*state, "GET /files/big", "Range: bytes=100000-\r\n");
  assert_status(outside, 416);
  assert_has(outside, "Content-Range: bytes */100000");
  g_autofree char *same = ask_line(*state, "GET /files/big", "If-None-Match: \"abc\"\r\n");
  assert_status(same, 304);
  g_autofree char *changed =
      ask_line(*state, "GET /files/big", "Range: bytes=0-1\r\nIf-Range: \"other\"\r\n");
  assert_status(changed, 200);
  g_autofree char *missing = ask_line(*state, "GET /files/none", "");
  assert_status(missing, 404);
}

static void test_links_are_not_followed(void **state)
{
  HttpFixture *fixture = *state;
  g_autofree char *link = g_build_filename(fixture->dir, "link", NULL);
  assert_int_equal(symlink("/etc/hostname", link), 0);
  g_autofree char *answer = ask_line(fixture, "GET /files/link", "");
  assert_false(g_str_has_prefix(answer, "HTTP/1.1 200"));
}

static void test_a_thousand_parallel_requests_are_all_answered(void **state)
{
  HttpFixture *fixture = *state;
  static int fds[PARALLEL];
  const char *request = "GET /later?ms=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  for (int i = 0; i < PARALLEL; i++) {
    fds[i] = dial(fixture);
    say(fds[i], request, strlen(request));
  }
  int answered = 0;
  for (int i = 0; i < PARALLEL; i++) {
    g_autofree char *answer = hear_all(fds[i]);
    if (g_str_has_prefix(answer, "HTTP/1.1 200 ") && strstr(answer, "\"later\":true"))
      answered++;
  }
  assert_int_equal(answered, PARALLEL);
}

static int dial_from(HttpFixture *fixture, const char *from)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in own = {.sin_family = AF_INET};
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((guint16)bh_http_get_port(fixture->http)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  inet_pton(AF_INET, from, &own.sin_addr);
  if (bind(fd, (struct sockaddr *)&own, sizeof own) != 0 ||
      connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    fail_msg("connect from %s: %s", from, g_strerror(errno));
  struct timeval limit = {.tv_sec = 20};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return fd;
}

static gboolean is_served(int fd)
{
  static const char request[] = "GET /y HTTP/1.1\r\nHost: x\r\n\r\n";
  char buffer[512];
  if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
    return FALSE; /* the server has closed it */
  return recv(fd, buffer, sizeof buffer, 0) > 0;
}

static void test_idle_connections_of_an_address_with_too_many_are_closed(void **state)
{
  (void)state;
  BhHttpConfig config = {.listen = "127.0.0.1:0", .threads = 2, .max_connections_per_ip = 4};
  static const BhRoute none[] = {{"GET", "/x", 0, NULL}};
  g_autoptr(BhHttp) http = bh_http_start(&config, none, 1, NULL, NULL, NULL);
  HttpFixture capped = {.http = http};
  int fds[8];
  for (int i = 0; i < 8; i++) {
    fds[i] = dial(&capped);
    assert_true(is_served(fds[i]));
  }
  /* test-http-connection-limit.c tests which connection is the oldest: here a connection becomes
   * idle a little after its client has the answer. */
  int open = 0;
  for (int i = 0; i < 8; i++)
    open += is_served(fds[i]);
  assert_int_equal(open, 4);
  assert_true(is_served(fds[7]));
  for (int i = 0; i < 8; i++)
    close(fds[i]);
}

#define SILENT 64

/* As many connections as the server accepts, from four addresses, without any request. */
static void test_silent_connections_keep_nobody_out(void **state)
{
  (void)state;
  BhHttpConfig config = {.listen = "127.0.0.1:0",
                         .threads = 2,
                         .max_connections = SILENT,
                         .max_connections_per_ip = SILENT / 4};
  static const BhRoute none[] = {{"GET", "/x", 0, NULL}};
  g_autoptr(BhHttp) http = bh_http_start(&config, none, 1, NULL, NULL, NULL);
  HttpFixture small = {.http = http};
  int fds[SILENT];
  int early = dial_from(&small, "127.0.0.1");
  assert_true(is_served(early));
  for (int i = 0; i < SILENT; i++) {
    g_autofree char *from = g_strdup_printf("127.0.0.%d", 2 + i % 4);
    fds[i] = dial_from(&small, from);
  }
  for (int i = 0; i < 10; i++) {
    int fd = dial_from(&small, "127.0.0.99");
    assert_true(is_served(fd));
    close(fd);
  }
  assert_true(is_served(early));
  close(early);
  for (int i = 0; i < SILENT; i++)
    close(fds[i]);
}

static void test_stopping_the_server_waits_for_running_handlers(void **state)
{
  (void)state;
  HttpFixture *fixture = http_fixture_new(FALSE);
  int fd = dial(fixture);
  const char *request = "GET /later?ms=300 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  int before = g_atomic_int_get(&fixture->handled);
  say(fd, request, strlen(request));
  while (g_atomic_int_get(&fixture->handled) == before)
    g_usleep(1000);
  http_fixture_free(fixture);
  g_autofree char *answer = hear_all(fd);
  assert_status(answer, 200);
}

static void test_a_handler_that_never_answers_costs_a_503(void **state)
{
  (void)state;
  HttpFixture *fixture = http_fixture_new_with(FALSE, 100);
  g_autofree char *answer = ask_line(fixture, "GET /later?ms=500", "");
  assert_status(answer, 503);
  assert_has(answer, "Retry-After: 5");
  assert_has(answer, "Bihuan-Hub: test");
  g_autofree char *other = ask_line(fixture, "GET /later?ms=1", "");
  assert_status(other, 200);
  http_fixture_free(fixture); /* waits for the late answer */
}

static void test_listen_texts_are_checked(void **state)
{
  (void)state;
  static const char *const bad[] = {"", "127.0.0.1", "host.example:1", "127.0.0.1:70000",
                                    "127.0.0.1:x"};
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(GError) error = NULL;
    BhHttpConfig config = {.listen = bad[i]};
    assert_null(bh_http_start(&config, NULL, 0, NULL, NULL, &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
  }
  HttpFixture *fixture = *state;
  g_autofree char *taken = g_strdup_printf("127.0.0.1:%u", bh_http_get_port(fixture->http));
  BhHttpConfig config = {.listen = taken};
  g_autoptr(GError) error = NULL;
  assert_null(bh_http_start(&config, NULL, 0, NULL, NULL, &error));
  assert_non_null(error);
}

static int setup(void **state)
{
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = MIN(files.rlim_max, 8192);
  setrlimit(RLIMIT_NOFILE, &files);
  *state = http_fixture_new(FALSE);
  return 0;
}

static int teardown(void **state)
{
  http_fixture_free(*state);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_handler_gets_all_parts_of_a_request),
      cmocka_unit_test(test_only_a_known_proxy_is_believed_about_the_client_address),
      cmocka_unit_test(test_a_proxy_is_named_by_its_address),
      cmocka_unit_test(test_unknown_addresses_and_methods_are_json_errors),
      cmocka_unit_test(test_every_answer_names_its_request),
      cmocka_unit_test(test_log_lines_of_a_handler_have_the_id_of_its_request),
      cmocka_unit_test(test_requests_are_counted_by_route_and_status),
      cmocka_unit_test(test_common_routes_come_after_those_of_the_server),
      cmocka_unit_test(test_head_is_a_get_without_body),
      cmocka_unit_test(test_path_tricks_reach_no_handler),
      cmocka_unit_test(test_a_body_over_the_limit_is_refused_and_named),
      cmocka_unit_test(test_a_huge_body_is_refused_before_it_is_sent),
      cmocka_unit_test(test_an_endless_body_is_cut_off),
      cmocka_unit_test(test_bodies_of_unclear_length_are_refused),
      cmocka_unit_test(test_long_heads_are_refused),
      cmocka_unit_test(test_a_slow_request_body_does_not_delay_others),
      cmocka_unit_test(test_pipelined_requests_are_answered_in_order),
      cmocka_unit_test(test_a_client_that_leaves_early_costs_nothing),
      cmocka_unit_test(test_errors_have_the_status_of_their_code),
      cmocka_unit_test(test_files_come_whole_in_parts_and_not_again),
      cmocka_unit_test(test_links_are_not_followed),
      cmocka_unit_test(test_a_thousand_parallel_requests_are_all_answered),
      cmocka_unit_test(test_idle_connections_of_an_address_with_too_many_are_closed),
      cmocka_unit_test(test_silent_connections_keep_nobody_out),
      cmocka_unit_test(test_stopping_the_server_waits_for_running_handlers),
      cmocka_unit_test(test_a_handler_that_never_answers_costs_a_503),
      cmocka_unit_test(test_listen_texts_are_checked),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
