/* Computed fields and referring records at the hub: nobody sets a computed value, and guards count
 * what has arrived, also in the same request. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/civil.h"
#include "sync/hub/log/log.h"

/* A kind whose last step needs two records of the enterprise in this quarter. */
static const char tally[] =
    "{'bihuan-kind':1,'kind':'tally','label':{'zh':'计数','en':'Tally'},'scope':'area',"
    "'area_from':'enterprise.area','unit_from':'enterprise.unit','title':'{on}','fields':["
    "{'name':'enterprise','type':'ref','label':{'zh':'企业','en':'Enterprise'},"
    "'ref_kinds':'enterprise','indexed':true,'required':true},"
    "{'name':'on','type':'date','label':{'zh':'日','en':'On'}},"
    "{'name':'cost','type':'money','label':{'zh':'费','en':'Cost'}},"
    "{'name':'total','type':'money','label':{'zh':'合计','en':'Total'},'compute':{'sum':"
    "{'referring':'tally','by':'enterprise','of':'enterprise'},'of':{'field':'cost'}}}],"
    "'states':[{'name':'open','label':{'zh':'开','en':'Open'},'initial':true},"
    "{'name':'done','label':{'zh':'完','en':'Done'},'final':true}],"
    "'transitions':[{'from':null,'to':'open','label':{'zh':'建','en':'Make'},'who':'anyone'},"
    "{'from':['open'],'to':'done','label':{'zh':'结','en':'End'},'who':'anyone','needs':["
    "{'must':{'count':{'referring':'tally','by':'enterprise','of':'enterprise','date':'on',"
    "'during':'quarter'},'at_least':2},'text':{'zh':'本季度须两次','en':'Two in this quarter'}},"
    "{'must':{'field':'total','at_least':10},'text':{'zh':'须满十元','en':'Ten yuan'}}]}]}";

static void add_kind(BhHub *hub)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *plain = g_strdelimit(g_strdup(tally), "'", '"');
  g_autoptr(BhKindSet) before = bh_hub_dup_kinds(hub);
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(before), 0, NULL);
  json_array_append_new(json_object_get(root, "kinds"), json_loads(plain, 0, NULL));
  g_autofree char *text = bh_json_dump_sorted(root);
  g_autoptr(BhKindSet) kinds = bh_kind_set_from_text(text, strlen(text), &error);
  if (kinds == NULL || !bh_hub_set_kinds(hub, kinds, &error))
    fail_msg("the kinds cannot be used: %s", error->message);
}

typedef struct {
  TestDevice *device;
  char enterprise[BH_ID_LEN + 1];
  char today[11];
} Scene;

static Scene begin(HubFixture *fixture)
{
  Scene scene = {.device = NULL};
  add_kind(fixture->hub);
  scene.device = test_device_new(fixture, fixture->county);
  BhDate today = bh_date_from_ms(g_get_real_time() / 1000);
  g_autofree char *day = bh_date_format(&today);
  g_strlcpy(scene.today, day, sizeof scene.today);
  test_device_make_id(scene.device, scene.enterprise);
  g_autoptr(Answer) made = test_push(
      scene.device, test_device_enterprise(scene.device, scene.enterprise, "一号矿", "140603100"),
      NULL);
  assert_status(made, 200);
  return scene;
}

static BhEntryText *make(Scene *scene, const char *record, const char *on, const char *cost)
{
  return test_device_entry(scene->device, record, "tally",
                           json_pack("{s:s,s:s,s:s,s:s}", "enterprise", scene->enterprise, "on", on,
                                     "cost", cost, "state", "open"),
                           NULL);
}

static BhEntryText *finish(Scene *scene, const char *record)
{
  g_autofree char *was = g_strdup(scene->device->last_entry);
  return test_device_entry(scene->device, record, "tally", json_pack("{s:s}", "state", "done"),
                           was);
}

/* The problems that the hub reported for a record, separated by "; ". */
static char *list_problems(HubFixture *fixture, const char *record)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) reports = bh_log_list_reports(db, record, 50, &error);
  bh_hub_release_reader(fixture->hub, db);
  g_autoptr(GString) out = g_string_new(NULL);
  gsize i;
  json_t *report;
  json_array_foreach(reports, i, report) {
    g_autofree char *text = bh_json_dump(report);
    g_string_append_printf(out, "%s%s", i > 0 ? "; " : "", text);
  }
  return g_strdup(out->str);
}

static void assert_reported(HubFixture *fixture, const char *record, const char *text,
                            gboolean reported)
{
  g_autofree char *problems = list_problems(fixture, record);
  if ((strstr(problems, text) != NULL) != reported)
    fail_msg("\"%s\" is %sreported: %s", text, reported ? "not " : "", problems);
}

static void test_guards_count_records_that_refer(void **state)
{
  Scene scene = begin(*state);
  char first[BH_ID_LEN + 1], old[BH_ID_LEN + 1], second[BH_ID_LEN + 1];
  test_device_make_id(scene.device, first);
  test_device_make_id(scene.device, old);
  test_device_make_id(scene.device, second);
  g_autoptr(Answer) one = test_push(scene.device, make(&scene, old, "2020-01-01", "4.00"), NULL);
  assert_status(one, 200);
  g_autoptr(Answer) two = test_push(scene.device, make(&scene, first, scene.today, "5.50"), NULL);
  assert_status(two, 200);
  g_autoptr(Answer) early = test_push(scene.device, finish(&scene, first), NULL);
  assert_status(early, 200);
  assert_int_equal(json_array_size(json_object_get(early->json, "quarantined")), 0);
  assert_reported(*state, first, "Two in this quarter", TRUE);
  assert_reported(*state, first, "Ten yuan", TRUE);
  /* The second one is made and finished in one request, before the index knows it. */
  BhEntryText *made = make(&scene, second, scene.today, "0.50");
  BhEntryText *finished = finish(&scene, second);
  g_autoptr(Answer) both = test_push(scene.device, made, finished, NULL);
  assert_status(both, 200);
  assert_int_equal(json_array_size(json_object_get(both->json, "quarantined")), 0);
  assert_reported(*state, second, "Two in this quarter", FALSE);
  assert_reported(*state, second, "Ten yuan", FALSE);
  test_device_free(scene.device);
}

static void test_an_entry_that_sets_a_computed_value_is_quarantined(void **state)
{
  Scene scene = begin(*state);
  char record[BH_ID_LEN + 1];
  test_device_make_id(scene.device, record);
  g_autoptr(Answer) made = test_push(scene.device, make(&scene, record, scene.today, "1.00"), NULL);
  assert_status(made, 200);
  g_autoptr(Answer) set = test_push(
      scene.device,
      test_device_entry(scene.device, record, "tally", json_pack("{s:s}", "total", "99.00"), NULL),
      NULL);
  assert_status(set, 200);
  assert_int_equal(json_array_size(json_object_get(set->json, "quarantined")), 1);
  /* Nor does the hub. */
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops =
      json_pack("[{s:s,s:s,s:{s:s}}]", "record", record, "kind", "tally", "set", "total", "99.00");
  g_autofree char *entry = bh_hub_append(((HubFixture *)*state)->hub, NULL, ops, &error);
  assert_null(entry);
  assert_non_null(strstr(error->message, "tally.total: is computed"));
  test_device_free(scene.device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_guards_count_records_that_refer, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_an_entry_that_sets_a_computed_value_is_quarantined,
                                      set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
