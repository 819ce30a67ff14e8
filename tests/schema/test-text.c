/* Text that people type: which characters count as blank, and what is left of a text after
 * trimming. */
#include "schema/text.h"

#include <string.h>

#include "schema/kind.h"
#include "schema/kind-rules.h"
#include "schema/paths.h"
#include "tests/schema/support.h"

/* Ideographic and no-break space, zero width space and joiner, byte order mark, soft hyphen, a
 * Hangul filler, a braille blank, control characters. */
static const char *const blanks[] = {"",
                                     " ",
                                     "\t\n",
                                     "\u3000",
                                     "\u00a0",
                                     "\u200b",
                                     "\u200d",
                                     "\ufeff",
                                     "\u00ad",
                                     "\u3164",
                                     "\u2800",
                                     "\u2003\u2028",
                                     " \u3000\u200b\u00a0 ",
                                     "\x01",
                                     NULL};
static const char *const seen[] = {"a", "矿", "\u3000矿", "0", ".", "\u200b·", "—", NULL};

static void test_blank_is_blank_for_everybody(void **state G_GNUC_UNUSED)
{
  for (gsize i = 0; blanks[i] != NULL; i++) {
    g_autoptr(json_t) value = json_string(blanks[i]);
    g_autofree char *clean = bh_text_clean(blanks[i], TRUE);
    assert_true(bh_text_is_blank(blanks[i]));
    assert_true(bh_value_is_blank(value));
    assert_string_equal(clean, "");
  }
  for (gsize i = 0; seen[i] != NULL; i++) {
    g_autoptr(json_t) value = json_string(seen[i]);
    assert_false(bh_text_is_blank(seen[i]));
    assert_false(bh_value_is_blank(value));
  }
  assert_true(bh_text_is_blank(NULL));
  assert_true(bh_value_is_blank(NULL));
}

/* The page of the office uses the same list of characters; tests/office/test_work.py checks it. */
static void test_exactly_these_characters_are_blank(void **state G_GNUC_UNUSED)
{
  g_autofree char *path = bh_data_path("tests", "schema", "fixtures", "blank.json", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) fixture = bh_json_load_file(path, 1024 * 1024, &error);
  assert_no_error(error);
  const json_t *ranges = json_object_get(fixture, "ranges");
  gsize at = 0;
  for (gunichar c = 1; c <= 0x10ffff; c++) {
    char text[7] = {0};
    if (!g_unichar_validate(c))
      continue;
    g_unichar_to_utf8(c, text);
    const json_t *range = json_array_get(ranges, at);
    gboolean blank = range != NULL && json_integer_value(json_array_get(range, 0)) <= c;
    if (bh_text_is_blank(text) != blank)
      fail_msg("U+%04X", c);
    if (blank && json_integer_value(json_array_get(range, 1)) == c)
      at++;
  }
  assert_int_equal(at, json_array_size(ranges));
}

/* A required field is not satisfied by blanks, and a condition takes them as empty, also for a
 * value that came from a shell or another client. */
static void test_a_blank_meets_no_rule(void **state G_GNUC_UNUSED)
{
  static const char text[] =
      "{\"bihuan-kinds\":1,\"kinds\":[{\"bihuan-kind\":1,\"fields\":[{\"label\":{\"en\":\"Name\","
      "\"zh\":\"名称\"},"
      "\"max\":10,\"name\":\"name\",\"required\":true,\"type\":\"text\"}],\"kind\":\"thing\","
      "\"label\":{\"en\":\"Thing\",\"zh\":\"物\"},\"scope\":\"all\",\"title\":\"{name}\"}]}";
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_kind_set_from_text(text, strlen(text), &error);
  assert_no_error(error);
  const BhKind *kind = bh_kind_set_find(kinds, "thing");
  for (gsize i = 1; blanks[i] != NULL; i++) {
    g_autoptr(json_t) values = json_pack("{s:s}", "name", blanks[i]);
    BhContext context = {.values = values};
    g_autoptr(GPtrArray) problems = bh_kind_check_record(kind, &context);
    assert_true(problems->len > 0);
    assert_false(bh_kind_check_value(kind, "name", json_object_get(values, "name"), NULL));
  }
  g_autoptr(json_t) name = json_string("北\u3000岭");
  assert_true(bh_kind_check_value(kind, "name", name, NULL));
}

static void test_what_was_pasted_is_what_was_meant(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *typed, *line, *lines;
  } rows[] = {
      {"  北岭 煤矿\u3000", "北岭 煤矿", "北岭 煤矿"},
      {"北岭\u200b煤\ufeff矿", "北岭煤矿", "北岭煤矿"},
      {"第一行\r\n第二行", "第一行 第二行", "第一行\n第二行"},
      {"第一行\n\n第二行\n", "第一行 第二行", "第一行\n\n第二行"},
      {"甲\t乙", "甲 乙", "甲\t乙"},
      {"甲\u2028乙", "甲 乙", "甲\n乙"},
      {"\u202e反", "\u202e反", "\u202e反"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *line = bh_text_clean(rows[i].typed, FALSE);
    g_autofree char *lines = bh_text_clean(rows[i].typed, TRUE);
    assert_string_equal(line, rows[i].line);
    assert_string_equal(lines, rows[i].lines);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_blank_is_blank_for_everybody),
      cmocka_unit_test(test_exactly_these_characters_are_blank),
      cmocka_unit_test(test_a_blank_meets_no_rule),
      cmocka_unit_test(test_what_was_pasted_is_what_was_meant),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
