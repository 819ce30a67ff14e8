#include "tests/schema/support.h"

#include <glib/gstdio.h>
#include <string.h>
#include "schema/paths.h"
#include "schema/region.h"

static BhRegion *load_shipped(void)
{
  g_autofree char *path = bh_data_path("assets", "packs", "regions.json", NULL);
  g_autoptr(GError) error = NULL;
  BhRegion *region = bh_region_load(path, &error);
  assert_no_error(error);
  return region;
}

static BhRegion *load_text(const char *areas, GError **error)
{
  g_autofree char *dir = g_dir_make_tmp("bihuan-region-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(dir, "regions.json", NULL);
  g_autofree char *text = g_strdup_printf("{\"areas\":[%s]}", areas);
  g_file_set_contents(path, text, -1, NULL);
  BhRegion *region = bh_region_load(path, error);
  g_unlink(path);
  g_rmdir(dir);
  return region;
}

static void test_names_and_parents(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhRegion) region = load_shipped();
  assert_true(bh_region_has(region, "140603"));
  assert_string_equal(bh_region_get_name(region, "140603"), "平鲁区");
  assert_string_equal(bh_region_get_parent(region, "140603100"), "140603");
  assert_null(bh_region_get_parent(region, "140000"));
  assert_null(bh_region_get_name(region, "990000"));
  g_autofree char *name = bh_region_dup_full_name(region, "140603100");
  assert_string_equal(name, "山西省朔州市平鲁区井坪镇");
  g_autofree char *other = bh_region_dup_full_name(region, "530302");
  assert_string_equal(other, "云南省曲靖市麒麟区");
  g_autofree char *unknown = bh_region_dup_full_name(region, "990000");
  assert_string_equal(unknown, "990000");
  g_autoptr(GPtrArray) top = bh_region_list_children(region, NULL);
  assert_int_equal(top->len, 2);
  g_autoptr(GPtrArray) counties = bh_region_list_children(region, "140600");
  assert_int_equal(counties->len, 6);
  assert_string_equal(counties->pdata[0], "140602");
}

static void assert_called(const BhRegion *region, const char *text, const char *wanted)
{
  g_autoptr(GPtrArray) codes = bh_region_list_matches(region, text);
  g_autoptr(GString) found = g_string_new(NULL);
  for (guint i = 0; i < codes->len; i++)
    g_string_append_printf(found, "%s%s", i > 0 ? " " : "", (const char *)codes->pdata[i]);
  assert_string_equal(found->str, wanted);
}

static void test_areas_answer_to_code_and_name(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhRegion) region = load_shipped();
  assert_called(region, "140603", "140603");
  assert_called(region, "平鲁区", "140603");
  assert_called(region, "朔州市平鲁区", "140603");
  assert_called(region, "山西省朔州市平鲁区", "140603");
  assert_called(region, "大同市平鲁区", "");
  assert_called(region, "鲁区", "");
  /* 朔城区 is a different area that contains this name. */
  assert_called(region, "城区", "140502");
  assert_called(region, "", "");
  assert_called(NULL, "平鲁区", "");
}

static void test_old_codes_live_on_in_their_successor(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhRegion) region = load_shipped();
  assert_string_equal(bh_region_current(region, "140624"), "140681");
  assert_string_equal(bh_region_current(region, "140681"), "140681");
  assert_true(bh_region_is_within(region, "140624", "140681"));
  assert_true(bh_region_is_within(region, "140681", "140624"));
  assert_true(bh_region_is_within(region, "140624", "140600"));
  g_autofree char *name = bh_region_dup_full_name(region, "140624");
  assert_string_equal(name, "山西省朔州市怀仁县");
}

static void test_what_lies_within_what(void **state G_GNUC_UNUSED)
{
  g_autoptr(BhRegion) region = load_shipped();
  static const struct {
    const char *code;
    const char *ancestor;
    gboolean within;
  } cases[] = {
      {"140603100", "140603", TRUE},
      {"140603100", "140600", TRUE},
      {"140603100", "140000", TRUE},
      {"140603", "140603", TRUE},
      {"140600", "140603", FALSE},
      {"140603", "140500", FALSE},
      {"530302", "140000", FALSE},
      {"140603299", "140603", TRUE},
      {"140603299", "140602", FALSE},
      {"140603100001", "140603100", TRUE},
      {"990000", "990000", TRUE},
      {"990101", "990000", TRUE},
      {"990101", "140000", FALSE},
      {"", "140000", FALSE},
      {"1406031000000000", "140603", FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_int_equal(bh_region_is_within(region, cases[i].code, cases[i].ancestor),
                     cases[i].within);
  assert_false(bh_region_is_within(region, NULL, "140000"));
  assert_false(bh_region_is_within(region, "140000", NULL));
}

static void test_without_a_pack_digits_decide(void **state G_GNUC_UNUSED)
{
  assert_true(bh_region_is_within(NULL, "140603100", "140600"));
  assert_false(bh_region_is_within(NULL, "140603100", "140500"));
  assert_false(bh_region_has(NULL, "140603"));
  assert_string_equal(bh_region_current(NULL, "140603"), "140603");
  g_autofree char *name = bh_region_dup_full_name(NULL, "140603");
  assert_string_equal(name, "140603");
  g_autoptr(GPtrArray) none = bh_region_list_children(NULL, NULL);
  assert_int_equal(none->len, 0);
}

#define AREA(code, more) "{\"code\":\"" code "\",\"name\":\"n\",\"level\":\"county\"" more "}"

static void test_broken_packs_are_refused(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *areas;
    BhErrorCode code;
  } cases[] = {
      {"1", BH_ERROR_FORMAT},
      {"{}", BH_ERROR_FORMAT},
      {AREA("1x", ""), BH_ERROR_FORMAT},
      {AREA("1", ""), BH_ERROR_FORMAT},
      {AREA("10", ",\"x\":1"), BH_ERROR_FORMAT},
      {AREA("10", ",\"valid_to\":\"2018\""), BH_ERROR_FORMAT},
      {"{\"code\":\"10\",\"name\":\"\",\"level\":\"county\"}", BH_ERROR_FORMAT},
      {"{\"code\":\"10\",\"name\":\"n\",\"level\":\"moon\"}", BH_ERROR_FORMAT},
      {AREA("10", "") "," AREA("10", ""), BH_ERROR_INVALID},
      {AREA("10", ",\"parent\":\"11\""), BH_ERROR_UNKNOWN},
      {AREA("10", ",\"successor\":\"11\""), BH_ERROR_UNKNOWN},
      {AREA("10", ",\"parent\":\"10\""), BH_ERROR_INVALID},
      {AREA("10", ",\"parent\":\"11\"") "," AREA("11", ",\"parent\":\"10\""), BH_ERROR_INVALID},
      {AREA("10", ",\"successor\":\"11\"") "," AREA("11", ",\"successor\":\"10\""),
       BH_ERROR_INVALID},
      /* Each of parent and successor alone is without a circle; followed together they form
       * one. */
      {AREA("10", ",\"parent\":\"11\"") "," AREA("11", ",\"successor\":\"10\""), BH_ERROR_INVALID},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_null(load_text(cases[i].areas, &error));
    assert_non_null(strstr(error->message, "regions.json"));
    assert_error(error, cases[i].code);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names_and_parents),
      cmocka_unit_test(test_areas_answer_to_code_and_name),
      cmocka_unit_test(test_old_codes_live_on_in_their_successor),
      cmocka_unit_test(test_what_lies_within_what),
      cmocka_unit_test(test_without_a_pack_digits_decide),
      cmocka_unit_test(test_broken_packs_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
