#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "schema/csv.h"

static GPtrArray *parse(const char *bytes, gsize len, GPtrArray **faults)
{
  *faults = bh_csv_faults_new();
  return bh_csv_parse(bytes, len, 16, *faults);
}

static void assert_table(const char *bytes, gsize len, const char *wanted)
{
  g_autoptr(GPtrArray) faults = NULL;
  g_autoptr(GPtrArray) rows = parse(bytes, len, &faults);
  g_autoptr(GString) found = g_string_new(NULL);
  for (guint i = 0; i < rows->len; i++) {
    const BhCsvRow *row = rows->pdata[i];
    g_autofree char *cells = g_strjoinv("|", row->cells);
    assert_int_equal(g_strv_length(row->cells), row->n_cells);
    g_string_append_printf(found, "%d:%s ", row->line, cells);
  }
  for (guint i = 0; i < faults->len; i++) {
    const BhCsvFault *fault = faults->pdata[i];
    assert_true(*fault->zh != '\0' && *fault->en != '\0');
    g_string_append_printf(found, "!%d,%d ", fault->line, fault->column);
  }
  assert_string_equal(found->str, wanted);
}

static void test_rows_keep_the_line_they_begin_in(void **state G_GNUC_UNUSED)
{
  static const char text[] = "a,b\r\n\r\n 1 ,\"x\ny\"\n,,\n\"2\",\"say \"\"no\"\"\"\n\n";
  assert_table(text, strlen(text), "1:a|b 3:1|x\ny 6:2|say \"no\" ");
  assert_table("", 0, "");
  assert_table("a,b", 3, "1:a|b ");
}

static void test_encodings_and_separators_of_spreadsheets(void **state G_GNUC_UNUSED)
{
  assert_table("\xef\xbb\xbf"
               "甲,乙\n",
               strlen("\xef\xbb\xbf"
                      "甲,乙\n"),
               "1:甲|乙 ");
  assert_table("\xbc\xd7,\xd2\xd2\r\n", 7, "1:甲|乙 "); /* encoded in GB 18030 */
  assert_table("\xff\xfe\x32\x75\t\0\x59\x4e\n\0", 10, "1:甲|乙 ");
  assert_table("a;b,c;d\n1;2;3\n", 14, "1:a|b,c|d 2:1|2|3 ");
}

static void test_csv_that_cannot_be_read_is_refused_with_line_and_column(void **state G_GNUC_UNUSED)
{
  assert_table("a\nb,\"c", 6, "1:a !2,2 ");
  assert_table("a\nb\"c,d\ne", 9, "1:a !2,1 ");
  assert_table("a\n12345678901234567,b\nc", 23, "1:a 2:|b 3:c !2,1 ");
  assert_table("a,\xff\xff\n", 5, "!0,0 ");
  assert_table("\xff\xfe\0\0a\0", 6, "!0,0 ");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rows_keep_the_line_they_begin_in),
      cmocka_unit_test(test_encodings_and_separators_of_spreadsheets),
      cmocka_unit_test(test_csv_that_cannot_be_read_is_refused_with_line_and_column),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
