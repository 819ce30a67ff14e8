/* The code of a document: text, parsing, and drawing that zbar can read. */
#include "app/paper/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schema/error.h"
#include "tests/app/paper/support.h"

#define CODE                                                                                       \
  "BHD1:0190F5A00000700080000000000000010190F5A000007000800000000000"                              \
  "00AB"

static void test_a_code_names_hub_and_entry(G_GNUC_UNUSED void **state)
{
  g_autofree char *code = bh_paper_code_make(PAPER_HUB, PAPER_ENTRY);
  assert_string_equal(code, CODE);
  assert_int_equal(strlen(code), BH_PAPER_CODE_LEN);
  assert_int_equal(strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"), strlen(code));
}

static void test_a_code_reads_back_also_when_typed(G_GNUC_UNUSED void **state)
{
  const char *const typed[] = {
      CODE,
      "bhd1:0190f5a0000070008000000000000001 0190f5a00000700080000000000000ab\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(typed); i++) {
    char hub[BH_ID_LEN + 1], entry[BH_ID_LEN + 1];
    assert_true(bh_paper_code_parse(typed[i], hub, entry, NULL));
    assert_string_equal(hub, PAPER_HUB);
    assert_string_equal(entry, PAPER_ENTRY);
  }
}

static void test_invalid_codes_are_refused_and_change_nothing(G_GNUC_UNUSED void **state)
{
  const char *const bad[] = {"",
                             "BHD1:",
                             "BHD2:" CODE,
                             CODE "0",
                             "BHD1:" CODE,
                             "BH1:0190F5A0",
                             "BHD1:Z190F5A000007000800000000000000101"
                             "90F5A00000700080000000000000AB"};
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    char hub[BH_ID_LEN + 1] = "hub", entry[BH_ID_LEN + 1] = "entry";
    g_autoptr(GError) error = NULL;
    assert_false(bh_paper_code_parse(bad[i], hub, entry, &error));
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_FORMAT));
    assert_string_equal(hub, "hub");
    assert_string_equal(entry, "entry");
  }
}

static void test_the_printed_code_is_read_by_a_scanner(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("order_rectify", 2);
  g_autofree char *stem = g_build_filename(file->directory, "page", NULL);
  g_autofree char *png = g_strconcat(stem, ".png", NULL);
  paper_render(file, frozen, NULL, CODE);
  g_autofree char *nothing =
      paper_run("pdftoppm", "-png", "-r", "150", "-singlefile", file->pdf, stem, NULL);
  g_autofree char *read = paper_run("zbarimg", "--quiet", "--raw", png, NULL);
  assert_string_equal(g_strchomp(read), CODE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_code_names_hub_and_entry),
      cmocka_unit_test(test_a_code_reads_back_also_when_typed),
      cmocka_unit_test(test_invalid_codes_are_refused_and_change_nothing),
      cmocka_unit_test(test_the_printed_code_is_read_by_a_scanner),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
