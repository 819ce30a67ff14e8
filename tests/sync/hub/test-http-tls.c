#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <string.h>

#include "http-fixture.h"

#define CLIENTS 8
#define ROUNDS 25

static size_t collect(char *bytes, size_t size, size_t count, void *data)
{
  g_string_append_len(data, bytes, (gssize)(size * count));
  return size * count;
}

static CURLcode ask_with(CURL *curl, HttpFixture *fixture, const char *path, const char *body,
                         GString *answer, glong *status)
{
  g_autofree char *url =
      g_strdup_printf("https://localhost:%u%s", bh_http_get_port(fixture->http), path);
  g_autofree char *cert = g_build_filename(fixture->dir, "cert.pem", NULL);
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_CAINFO, cert);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
  if (body != NULL)
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  CURLcode code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
  return code;
}

static CURLcode ask(HttpFixture *fixture, const char *path, const char *body, GString *answer,
                    glong *status)
{
  CURL *curl = curl_easy_init();
  CURLcode code = ask_with(curl, fixture, path, body, answer, status);
  curl_easy_cleanup(curl);
  return code;
}

static void test_requests_over_tls(void **state)
{
  g_autoptr(GString) answer = g_string_new(NULL);
  glong status = 0;
  assert_int_equal(ask(*state, "/param/x", NULL, answer, &status), CURLE_OK);
  assert_int_equal(status, 200);
  assert_non_null(strstr(answer->str, "\"name\":\"x\""));
  g_string_truncate(answer, 0);
  assert_int_equal(ask(*state, "/echo", "some body", answer, &status), CURLE_OK);
  assert_string_equal(answer->str, "some body");
  g_string_truncate(answer, 0);
  assert_int_equal(ask(*state, "/files/big", NULL, answer, &status), CURLE_OK);
  assert_int_equal(answer->len, 100000);
  assert_int_equal((guchar)answer->str[99999], 99999 % 251);
}

static void test_oversized_bodies_over_tls(void **state)
{
  g_autoptr(GString) answer = g_string_new(NULL);
  glong status = 0;
  g_autofree char *body = g_strnfill(ECHO_MAX * 20, 'x');
  assert_int_equal(ask(*state, "/echo", body, answer, &status), CURLE_OK);
  assert_int_equal(status, 413);
}

static void test_old_tls_is_refused(void **state)
{
  HttpFixture *fixture = *state;
  CURL *curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_SSLVERSION,
                   (long)(CURL_SSLVERSION_TLSv1_0 | CURL_SSLVERSION_MAX_TLSv1_1));
  g_autoptr(GString) answer = g_string_new(NULL);
  glong status = 0;
  assert_int_not_equal(ask_with(curl, fixture, "/param/x", NULL, answer, &status), CURLE_OK);
  curl_easy_cleanup(curl);
}

/* One kept connection for each client, with answers from other threads in between. */
static gpointer run_client(gpointer data)
{
  HttpFixture *fixture = data;
  CURL *curl = curl_easy_init();
  int good = 0;
  for (int i = 0; i < ROUNDS; i++) {
    g_autoptr(GString) answer = g_string_new(NULL);
    glong status = 0;
    if (ask_with(curl, fixture, i % 2 == 0 ? "/later?ms=1" : "/param/x", NULL, answer, &status) ==
            CURLE_OK &&
        status == 200)
      good++;
  }
  curl_easy_cleanup(curl);
  return GINT_TO_POINTER(good);
}

static void test_kept_connections_with_later_answers(void **state)
{
  GThread *threads[CLIENTS];
  for (int i = 0; i < CLIENTS; i++)
    threads[i] = g_thread_new("client", run_client, *state);
  for (int i = 0; i < CLIENTS; i++)
    assert_int_equal(GPOINTER_TO_INT(g_thread_join(threads[i])), ROUNDS);
}

static int setup(void **state)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
  *state = http_fixture_new(TRUE);
  return 0;
}

static int teardown(void **state)
{
  http_fixture_free(*state);
  curl_global_cleanup();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_requests_over_tls),
      cmocka_unit_test(test_oversized_bodies_over_tls),
      cmocka_unit_test(test_old_tls_is_refused),
      cmocka_unit_test(test_kept_connections_with_later_answers),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
