/* Steps that open records: a device's entry that leaves them out is kept and reported. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/log/log.h"

/* Permits that open another permit below them when they are granted, if they are urgent. */
static const char permit[] =
    "{'bihuan-kind':1,'kind':'permit','label':{'zh':'许可','en':'Permit'},'scope':'unit',"
    "'unit_from':'unit','title':'{name}','fields':["
    "{'name':'name','type':'text','label':{'zh':'名','en':'Name'}},"
    "{'name':'unit','type':'ref','label':{'zh':'单位','en':'Unit'},'ref_kinds':'unit',"
    "'indexed':true},"
    "{'name':'upper','type':'ref','label':{'zh':'上','en':'Upper'},'ref_kinds':'permit'}],"
    "'states':[{'name':'open','label':{'zh':'开','en':'Open'},'initial':true},"
    "{'name':'done','label':{'zh':'完','en':'Done'},'final':true}],"
    "'transitions':[{'from':null,'to':'open','label':{'zh':'建','en':'Make'},'who':'anyone'},"
    "{'from':['open'],'to':'done','label':{'zh':'结','en':'End'},'who':'anyone','opens':["
    "{'kind':'permit','state':'open','link':'upper','when':{'field':'name','is':'急件'},"
    "'preset':{'unit':{'field':'unit'}}}]}]}";

static void add_kind(BhHub *hub)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *plain = g_strdelimit(g_strdup(permit), "'", '"');
  g_autoptr(BhKindSet) before = bh_hub_dup_kinds(hub);
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(before), 0, NULL);
  json_array_append_new(json_object_get(root, "kinds"), json_loads(plain, 0, NULL));
  g_autofree char *text = bh_json_dump_sorted(root);
  g_autoptr(BhKindSet) kinds = bh_kind_set_from_text(text, strlen(text), &error);
  if (kinds == NULL || !bh_hub_set_kinds(hub, kinds, &error))
    fail_msg("the kinds cannot be used: %s", error->message);
}

static BhEntryText *make(TestDevice *device, const char *record, const char *name)
{
  return test_device_entry(
      device, record, "permit",
      json_pack("{s:s, s:s, s:s}", "name", name, "unit", device->unit, "state", "open"), NULL);
}

/* The step, with an operation that makes the record `opened` below the record `upper` (NULL:
 * none). */
static BhEntryText *finish(TestDevice *device, const char *record, const char *opened,
                           const char *upper)
{
  char id[BH_ID_LEN + 1];
  char *openings = NULL;
  test_device_make_id(device, id);
  g_autoptr(json_t) step = json_pack("{s:s}", "state", "done");
  g_autofree char *plain =
      test_device_body(device, id, record, "permit", step, device->last_entry, &openings);
  g_autofree char *opened_openings = openings;
  g_autoptr(json_t) body = json_loads(plain, 0, NULL);
  if (opened != NULL) {
    char *more = NULL;
    g_autoptr(json_t) set =
        json_pack("{s:s, s:s, s:s}", "unit", device->unit, "upper", upper, "state", "open");
    g_autofree char *other = test_device_body(device, id, opened, "permit", set, NULL, &more);
    g_autofree char *more_openings = more;
    g_autoptr(json_t) second = json_loads(other, 0, NULL);
    json_array_extend(json_object_get(body, "ops"), json_object_get(second, "ops"));
  }
  g_autofree char *text = bh_json_dump_sorted(body);
  return test_device_seal(device, text, openings);
}

/* Number of reports that a step did not open a record. */
static int count_reports(HubFixture *fixture, const char *record)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) reports = bh_log_list_reports(db, record, 50, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_null(error);
  int n = 0;
  gsize i;
  json_t *report;
  json_array_foreach(reports, i, report) {
    n += strcmp(bh_json_string_or(report, "code", ""), "opens") == 0;
  }
  return n;
}

static void push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, 200);
  if (json_array_size(json_object_get(answer->json, "quarantined")) > 0)
    fail_msg("%s", answer->body->str);
}

static void test_a_step_without_what_it_opens_is_reported(void **state)
{
  HubFixture *fixture = *state;
  char records[4][BH_ID_LEN + 1], below[2][BH_ID_LEN + 1];
  add_kind(fixture->hub);
  TestDevice *device = test_device_new(fixture, fixture->county);
  for (guint i = 0; i < G_N_ELEMENTS(records); i++)
    test_device_make_id(device, records[i]);
  for (guint i = 0; i < G_N_ELEMENTS(below); i++)
    test_device_make_id(device, below[i]);
  push(device, make(device, records[0], "急件"));
  push(device, finish(device, records[0], NULL, NULL));
  assert_int_equal(count_reports(fixture, records[0]), 1);
  push(device, make(device, records[1], "急件"));
  push(device, finish(device, records[1], below[0], records[1]));
  assert_int_equal(count_reports(fixture, records[1]), 0);
  /* One that is opened for another record does not count. */
  push(device, make(device, records[2], "急件"));
  push(device, finish(device, records[2], below[1], records[0]));
  assert_int_equal(count_reports(fixture, records[2]), 1);
  push(device, make(device, records[3], "缓件"));
  push(device, finish(device, records[3], NULL, NULL));
  assert_int_equal(count_reports(fixture, records[3]), 0);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_step_without_what_it_opens_is_reported, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
