/* Which characters are removed or replaced before printing. */
#include "app/paper/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_clean(const char *text, const char *expected)
{
  g_autofree char *clean = bh_paper_text_clean(text);
  assert_string_equal(clean, expected);
}

static void test_ordinary_text_stays_as_it_is(G_GNUC_UNUSED void **state)
{
  assert_clean("直骨令角门 A-1，\n第二行。", "直骨令角门 A-1，\n第二行。");
  assert_clean("", "");
  assert_clean(NULL, "");
}

static void test_invalid_utf8_is_marked_and_not_dropped(G_GNUC_UNUSED void **state)
{
  assert_clean("a\xff\x62", "a\xEF\xBF\xBD\x62");
}

static void test_controls_become_spaces_and_separators_line_breaks(G_GNUC_UNUSED void **state)
{
  assert_clean("a\x01\tb\x7f", "a  b ");
  assert_clean("a\r\nb\rc\xE2\x80\xA8\x64\xC2\x85\x65", "a\nb\nc\nd\ne");
}

static void test_text_cannot_hide_or_reorder_what_is_printed(G_GNUC_UNUSED void **state)
{
  assert_clean("罚款\xE2\x80\xAE\x30\x30\x31\xE2\x80\xAC元", "罚款001元");
  assert_clean("a\xE2\x80\x8B\xEF\xBB\xBF\xE2\x81\xA6\x62", "ab");
  assert_clean("x\xF3\xA0\x81\x81y", "xy");
}

static void test_combining_marks_are_limited(G_GNUC_UNUSED void **state)
{
  assert_clean("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81z", "e\xCC\x81\xCC\x81z");
}

static void test_a_line_has_no_breaks_and_no_ends(G_GNUC_UNUSED void **state)
{
  g_autofree char *line = bh_paper_text_clean_line("  张\n三 ");
  assert_string_equal(line, "张 三");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ordinary_text_stays_as_it_is),
      cmocka_unit_test(test_invalid_utf8_is_marked_and_not_dropped),
      cmocka_unit_test(test_controls_become_spaces_and_separators_line_breaks),
      cmocka_unit_test(test_text_cannot_hide_or_reorder_what_is_printed),
      cmocka_unit_test(test_combining_marks_are_limited),
      cmocka_unit_test(test_a_line_has_no_breaks_and_no_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
