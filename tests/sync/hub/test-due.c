/* Due days at the hub: settings and calendars move them, for lists of the office and for what is
 * overdue, at once or in steps. */
#include "hub-fixture.h"

#include <glib/gstdio.h>

#include "schema/ident.h"
#include "sync/hub/access/access.h"
#include "sync/hub/log/log.h"

#define MANY 150 /* more than are written at once */

static void append(HubFixture *fixture, json_t *ops)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) owned = ops;
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, owned, &error);
  if (error != NULL)
    fail_msg("%s", error->message);
  assert_null(error);
  assert_non_null(entry);
}

/* A kind whose records are due by a setting as soon as they are made. */
static const char errand[] =
    "{'bihuan-kind':1,'kind':'errand','label':{'zh':'差事','en':'Errand'},'scope':'area',"
    "'area_from':'unit.area','title':'{note}','fields':["
    "{'name':'note','type':'text','label':{'zh':'注','en':'Note'}},"
    "{'name':'unit','type':'ref','label':{'zh':'单位','en':'Unit'},'ref_kinds':['unit']},"
    "{'name':'given','type':'date','label':{'zh':'交办','en':'Given'}}],"
    "'states':[{'name':'open','label':{'zh':'在办','en':'Open'},'initial':true},"
    "{'name':'done','label':{'zh':'办结','en':'Done'},'final':true}],'transitions':["
    "{'from':null,'to':'open','label':{'zh':'交办','en':'Give'},'who':'anyone'},"
    "{'from':['open'],'to':'done','label':{'zh':'办结','en':'End'},'who':'anyone','deadline':"
    "{'text':{'zh':'按设置','en':'As set'},'from':'given','days':{'setting':'recheck_days'}}}]}";

static void load_kind(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) paths = g_ptr_array_new();
  g_autofree char *path = g_build_filename(fixture->dir, "errand.json", NULL);
  g_autofree char *text = g_strdelimit(g_strdup(errand), "'", '"');
  g_autoptr(BhKindSet) before = bh_hub_dup_kinds(fixture->hub);
  assert_true(g_file_set_contents(path, text, -1, NULL));
  g_ptr_array_add(paths, path);
  g_autoptr(BhKindSet) kinds = bh_kind_set_load_files(before, paths, &error);
  assert_null(error);
  assert_true(bh_hub_set_kinds(fixture->hub, kinds, &error));
  assert_int_equal(g_unlink(path), 0);
}

static void put_errand(HubFixture *fixture, const char *name, const char *given)
{
  char id[BH_ID_LEN + 1];
  bh_id_from_name("due", name, id);
  append(fixture,
         json_pack("[{s:s, s:s, s:{s:s, s:s, s:s, s:s}}]", "record", id, "kind", "errand", "set",
                   "note", name, "unit", fixture->township, "state", "open", "given", given));
}

static void put_setting(HubFixture *fixture, const char *name, const char *value, const char *area)
{
  char id[BH_ID_LEN + 1];
  bh_id_from_name("due", name, id);
  append(fixture, json_pack("[{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s, s:s*}}]", "record", id, "kind",
                            "setting", "set", "name", "recheck_days", "value", value, "valid_from",
                            "2020-01-01", "basis", "样例", "state", "set", "area", area));
}

/* Number of errands that a list finds due before the key. */
static size_t count_before(HubFixture *fixture, const char *key)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query =
      json_pack("{s:s, s:{s:s}, s:s, s:s, s:i}", "kind", "errand", "where", "state", "open",
                "order", "due", "due_before", key, "limit", 200);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_null(error);
  return json_array_size(json_object_get(page, "rows"));
}

static void test_a_setting_moves_what_the_office_lists(void **state)
{
  HubFixture *fixture = *state;
  load_kind(fixture);
  put_errand(fixture, "a", "2026-11-20");
  put_errand(fixture, "b", "2026-11-21");
  assert_int_equal(count_before(fixture, "9999"), 0);
  put_setting(fixture, "everywhere", "7", NULL);
  assert_int_equal(count_before(fixture, "2026-11-27T24:00"), 0);
  assert_int_equal(count_before(fixture, "2026-11-28"), 1);
  assert_int_equal(count_before(fixture, "2026-11-29"), 2);
  /* The unit serves 140603100. */
  put_setting(fixture, "here", "2", "140603");
  assert_int_equal(count_before(fixture, "2026-11-24"), 2);
  char id[BH_ID_LEN + 1];
  bh_id_from_name("due", "here", id);
  append(fixture, json_pack("[{s:s, s:s, s:{s:s}}]", "record", id, "kind", "setting", "set", "area",
                            "140602"));
  assert_int_equal(count_before(fixture, "2026-11-24"), 0);
  assert_int_equal(count_before(fixture, "2026-11-29"), 2);
}

/* The value that a reader of the office finds for the unit's area; 0 for none. */
static double read_setting(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  const BhDate day = {2026, 11, 29};
  double value = 0;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhSettingValues) settings = bh_hub_dup_settings(fixture->hub, db, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_null(error);
  bh_setting_values_find(settings, "recheck_days", "140603100", &day, &value);
  return value;
}

static void test_readers_see_each_new_value(void **state)
{
  HubFixture *fixture = *state;
  load_kind(fixture);
  assert_true(read_setting(fixture) == 0);
  put_setting(fixture, "everywhere", "7", NULL);
  assert_true(read_setting(fixture) == 7);
  put_setting(fixture, "here", "2", "140603");
  assert_true(read_setting(fixture) == 2);
}

static void test_many_records_move_in_the_background(void **state)
{
  HubFixture *fixture = *state;
  load_kind(fixture);
  for (int i = 0; i < MANY; i++) {
    g_autofree char *name = g_strdup_printf("many-%d", i);
    put_errand(fixture, name, "2026-11-20");
  }
  assert_int_equal(count_before(fixture, "9999"), 0);
  put_setting(fixture, "everywhere", "7", NULL);
  /* The writer does it while it has nothing else to do; no list waits for it. */
  for (int i = 0; i < 600 && count_before(fixture, "9999") < MANY; i++)
    g_usleep(100000);
  assert_int_equal(count_before(fixture, "9999"), MANY);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_setting_moves_what_the_office_lists, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_readers_see_each_new_value, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_many_records_move_in_the_background, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
