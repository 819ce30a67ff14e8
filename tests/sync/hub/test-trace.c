/* Lines of the log, and the request to which they belong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib/gstdio.h>
#include <string.h>

#include "schema/json.h"
#include "sync/hub/log/writer.h"
#include "sync/hub/trace/trace.h"

#define NOON_US (G_GINT64_CONSTANT(1795348800123) * 1000)

static char *format(BhLinesForm form, const char *request, const char *message)
{
  return bh_lines_format(form, NOON_US, G_LOG_LEVEL_MESSAGE, "bihuan-hub-http", request, message);
}

static void test_a_text_line_has_time_level_domain_request_and_message(void **state)
{
  (void)state;
  g_autofree char *line = format(BH_LINES_TEXT, "0123456789ab", "安监 says hello");
  assert_string_equal(
      line, "2026-11-22T12:00:00.123Z message bihuan-hub-http [0123456789ab] 安监 says hello\n");
  g_autofree char *bare = bh_lines_format(BH_LINES_TEXT, 0, G_LOG_LEVEL_DEBUG, NULL, "", "x");
  assert_string_equal(bare, "1970-01-01T00:00:00.000Z debug - x\n");
}

/* A message is one line without control characters or changes of text direction, whatever a client
 * sent. */
static void test_text_from_outside_cannot_forge_a_log_line(void **state)
{
  (void)state;
  static const char *const hostile[] = {
      "a\nfake line",
      "a\r\nfake",
      "\x1b[2Jgone",
      "bell\a",
      "tab\tx",
      "\xe2\x80\xa8para",
      "\xe2\x80\xaeturned",
      "\xc2\x85next",
      "\x7f",
      "broken \xff\xfe",
      "\xc2\x9b"
      "31m red",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(hostile); i++) {
    g_autofree char *line = format(BH_LINES_TEXT, "", hostile[i]);
    gsize len = strlen(line);
    assert_int_equal(line[len - 1], '\n');
    assert_true(g_utf8_validate(line, -1, NULL));
    line[len - 1] = '\0';
    for (const char *p = line; *p != '\0'; p = g_utf8_next_char(p)) {
      GUnicodeType type = g_unichar_type(g_utf8_get_char(p));
      assert_true(type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT);
      assert_true(type != G_UNICODE_LINE_SEPARATOR);
    }
    g_autofree char *json_line = format(BH_LINES_JSON, "", hostile[i]);
    assert_ptr_equal(strchr(json_line, '\n'), json_line + strlen(json_line) - 1);
    assert_null(strchr(json_line, '\x1b'));
    g_autoptr(json_t) json = bh_json_parse(json_line, strlen(json_line), 65536, "line", NULL);
    assert_non_null(json);
  }
  g_autofree char *escaped = format(BH_LINES_TEXT, "", "a\nb\\nc\x1b");
  assert_non_null(strstr(escaped, "a\\nb\\\\nc\\u{1b}\n"));
}

static void test_a_long_message_is_cut_and_says_so(void **state)
{
  (void)state;
  g_autofree char *longer = g_strnfill(BH_LINE_MAX + 1, 'x');
  g_autofree char *whole = g_strnfill(BH_LINE_MAX, 'x');
  g_autofree char *cut_line = format(BH_LINES_TEXT, "", longer);
  g_autofree char *whole_line = format(BH_LINES_TEXT, "", whole);
  assert_true(g_str_has_suffix(cut_line, "x…\n"));
  assert_true(g_str_has_suffix(whole_line, "x\n"));
  assert_true(strlen(cut_line) < BH_LINE_MAX + 100);
}

static void test_a_log_line_in_json_is_one_object(void **state)
{
  (void)state;
  g_autofree char *line = format(BH_LINES_JSON, "0123456789ab", "say \"hi\"\n安监");
  g_autoptr(json_t) json = bh_json_parse(line, strlen(line), 65536, "line", NULL);
  assert_string_equal(bh_json_string_or(json, "time", ""), "2026-11-22T12:00:00.123Z");
  assert_string_equal(bh_json_string_or(json, "level", ""), "message");
  assert_string_equal(bh_json_string_or(json, "domain", ""), "bihuan-hub-http");
  assert_string_equal(bh_json_string_or(json, "request", ""), "0123456789ab");
  assert_string_equal(bh_json_string_or(json, "message", ""), "say \"hi\"\n安监");
  g_autofree char *none = format(BH_LINES_JSON, "", "x");
  assert_null(strstr(none, "request"));
}

static void test_ids_are_short_hex_and_differ(void **state)
{
  (void)state;
  BhTrace one = bh_trace_make(), other = bh_trace_make();
  assert_int_equal(strlen(one.id), BH_TRACE_LEN);
  assert_int_equal(strspn(one.id, "0123456789abcdef"), BH_TRACE_LEN);
  assert_string_not_equal(one.id, other.id);
}

static gboolean see_trace(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  (void)db, (void)owner, (void)error;
  BhTrace *seen = data;
  *seen = bh_trace_get();
  return TRUE;
}

static gpointer see_here(gpointer data)
{
  (void)data;
  return g_strdup(bh_trace_get().id);
}

static void test_log_lines_of_the_writer_have_the_id_of_their_request(void **state)
{
  (void)state;
  g_autofree char *dir = g_dir_make_tmp("bihuan-trace-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(dir, "store.db", NULL);
  BhTrace own = bh_trace_make(), seen = {"never"}, none = {"never"};
  g_autoptr(GError) error = NULL;
  BhWriter *writer = bh_writer_start(path, NULL, NULL, NULL, &error);
  assert_non_null(writer);
  BhTrace before = bh_trace_set(own);
  assert_string_equal(before.id, "");
  assert_true(bh_writer_run(writer, see_trace, &seen, &error));
  g_autofree char *elsewhere = g_thread_join(g_thread_new("other", see_here, NULL));
  bh_trace_set(before);
  assert_true(bh_writer_run(writer, see_trace, &none, &error));
  assert_string_equal(seen.id, own.id);
  assert_string_equal(elsewhere, "");
  assert_string_equal(none.id, "");
  bh_writer_stop(writer);
  static const char *const made[] = {"store.db", "store.db-wal", "store.db-shm"};
  for (gsize i = 0; i < G_N_ELEMENTS(made); i++) {
    g_autofree char *file = g_build_filename(dir, made[i], NULL);
    g_unlink(file);
  }
  g_rmdir(dir);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_text_line_has_time_level_domain_request_and_message),
      cmocka_unit_test(test_text_from_outside_cannot_forge_a_log_line),
      cmocka_unit_test(test_a_long_message_is_cut_and_says_so),
      cmocka_unit_test(test_a_log_line_in_json_is_one_object),
      cmocka_unit_test(test_ids_are_short_hex_and_differ),
      cmocka_unit_test(test_log_lines_of_the_writer_have_the_id_of_their_request),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
