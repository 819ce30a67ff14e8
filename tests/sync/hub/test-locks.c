/* Data below a signature or an issued paper cannot be changed at the hub, whatever a device signs:
 * the change is quarantined, and only a declared step unlocks it. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/access/read.h"
#include "sync/hub/log/log.h"

typedef struct {
  TestDevice *device;
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
  char hazard[BH_ID_LEN + 1];
  char paper[BH_ID_LEN + 1];
  char began[BH_ID_LEN + 1]; /* the entry that made the visit */
} Case;

/* Whether the hub accepted the change. `was`: the entry that each key names. */
static gboolean set(TestDevice *device, const char *record, const char *kind, json_t *values,
                    const char *was)
{
  g_autoptr(Answer) answer =
      test_push(device, test_device_entry(device, record, kind, values, was), NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined")) == 0;
}

/* Moves the record from one state to the next. */
static void move(TestDevice *device, const char *record, const char *kind, const char *state)
{
  g_autofree char *from = g_strdup(device->last_entry);
  assert_true(set(device, record, kind, json_pack("{s:s}", "state", state), from));
}

static void open_case(Case *one, HubFixture *fixture)
{
  TestDevice *device = one->device = test_device_new(fixture, fixture->county);
  test_device_make_id(device, one->enterprise);
  test_device_make_id(device, one->visit);
  test_device_make_id(device, one->hazard);
  test_device_make_id(device, one->paper);
  g_autoptr(Answer) made = test_push(
      device, test_device_enterprise(device, one->enterprise, "一号矿", "140603100"), NULL);
  assert_status(made, 200);
  assert_true(
      set(device, one->visit, "inspection",
          json_pack("{s:s, s:[s], s:s, s:s, s:s, s:I, s:s}", "enterprise", one->enterprise, "modes",
                    "routine", "unit", device->unit, "lead", device->actor, "subject_found_by",
                    "list", "started_at", (json_int_t)1764230400000, "state", "on_site"),
          NULL));
  g_strlcpy(one->began, device->last_entry, sizeof one->began);
  assert_true(set(device, one->hazard, "hazard",
                  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", one->visit,
                            "enterprise", one->enterprise, "summary", "护栏缺失", "level",
                            "general", "found_by", "inspection", "place", "井口", "deadline",
                            "2030-12-01", "state", "found"),
                  NULL));
  move(device, one->hazard, "hazard", "ordered");
}

static json_t *answer_set(const char *answer)
{
  return json_pack("{s:{s:s}}", "answers/COAL-01", "answer", answer);
}

static void test_answers_and_findings_stay_once_the_visit_is_signed(void **state)
{
  Case one;
  open_case(&one, *state);
  TestDevice *device = one.device;
  TestDevice *other = test_device_new(*state, ((HubFixture *)*state)->county);
  assert_true(set(device, one.visit, "inspection", answer_set("noncompliant"), NULL));
  assert_true(
      set(device, one.visit, "inspection", json_pack("{s:s}", "state", "signed"), one.began));
  /* Neither the device that signed can change an answer, nor a colleague's device whose answers
   * arrive late. */
  assert_false(set(device, one.visit, "inspection", answer_set("compliant"), NULL));
  assert_false(set(other, one.visit, "inspection",
                   json_pack("{s:{s:s}}", "answers/COAL-02", "answer", "compliant"), NULL));
  assert_false(
      set(device, one.visit, "inspection", json_pack("{s:s}", "opinion", "没有问题"), NULL));
  char hazard[BH_ID_LEN + 1];
  test_device_make_id(device, hazard);
  assert_false(set(device, hazard, "hazard",
                   json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", one.visit,
                             "enterprise", one.enterprise, "summary", "后来的", "level", "general",
                             "found_by", "inspection", "place", "井口", "state", "found"),
                   NULL));
  /* Setting the present value changes nothing. */
  assert_true(set(device, one.visit, "inspection", answer_set("noncompliant"), NULL));
  test_device_free(other);
  test_device_free(device);
}

static void test_R077_the_deadline_of_an_order_is_not_moved_by_a_plain_edit(void **state)
{
  Case one;
  open_case(&one, *state);
  assert_false(
      set(one.device, one.hazard, "hazard", json_pack("{s:s}", "deadline", "2031-06-30"), NULL));
  assert_false(set(one.device, one.hazard, "hazard", json_pack("{s:s}", "level", "major"), NULL));
  test_device_free(one.device);
}

/* The values of `key` that one entry of the history replaced: the newest if `entry` is 0; a new
 * reference. */
static json_t *list_replaced(HubFixture *fixture, const char *record, const char *key, gsize entry)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) history = bh_hub_history(fixture->hub, db, record, 0, 50, &error);
  bh_hub_release_reader(fixture->hub, db);
  g_assert_no_error(error);
  size_t at;
  json_t *one;
  json_array_foreach(json_object_get(json_array_get(history, entry), "sets"), at, one) {
    if (strcmp(bh_json_string_or(one, "key", ""), key) == 0)
      return json_incref(json_object_get(one, "replaced"));
  }
  fail_msg("entry %zu does not set %s", entry, key);
  return NULL;
}

static void test_history_lists_replaced_values_but_no_quarantined_ones(void **state)
{
  Case one;
  open_case(&one, *state);
  TestDevice *device = one.device;
  assert_true(
      set(device, one.enterprise, "enterprise", json_pack("{s:s}", "address", "南路"), NULL));
  g_autofree char *south = g_strdup(device->last_entry);
  assert_true(
      set(device, one.enterprise, "enterprise", json_pack("{s:s}", "address", "北路"), south));
  g_autoptr(json_t) replaced = list_replaced(*state, one.enterprise, "address", 0);
  assert_int_equal(json_array_size(replaced), 1);
  assert_string_equal(json_string_value(json_array_get(replaced, 0)), "南路");
  /* A value that was never applied does not count as the value before. */
  assert_false(
      set(device, one.hazard, "hazard", json_pack("{s:s}", "deadline", "2031-06-30"), NULL));
  g_autofree char *waiting = g_strdup(device->last_entry);
  assert_false(
      set(device, one.hazard, "hazard", json_pack("{s:s}", "deadline", "2031-07-30"), waiting));
  g_autoptr(json_t) none = list_replaced(*state, one.hazard, "deadline", 0);
  assert_int_equal(json_array_size(none), 0);
  test_device_free(device);
}

static void test_an_approved_or_served_paper_is_not_rewritten(void **state)
{
  static const char *const states[] = {"approved", "issued", "served"};
  Case one;
  open_case(&one, *state);
  TestDevice *device = one.device;
  char other[BH_ID_LEN + 1];
  test_device_make_id(device, other);
  assert_true(
      set(device, one.paper, "document",
          json_pack("{s:s, s:s, s:s, s:s, s:s, s:[s], s:s}", "inspection", one.visit, "enterprise",
                    one.enterprise, "doc_type", "order_rectify", "deadline", "2030-12-01",
                    "legal_basis", "第三十八条", "hazards", one.hazard, "state", "draft"),
          NULL));
  for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
    move(device, one.paper, "document", states[i]);
    g_autofree char *last = g_strdup(device->last_entry);
    const struct {
      const char *key;
      json_t *value;
    } changes[] = {
        {"doc_type", json_string("onsite_record")},
        {"enterprise", json_string(other)},
        {"deadline", json_string("2031-06-30")},
        {"legal_basis", json_string("另一条")},
        {"title", json_string("别的")},
        {"number", json_string("假1号")},
        {"hazards", json_pack("[s]", other)},
        {"measures", json_pack("[s]", "fine")},
        {"fine_amount", json_string("1.00")},
    };
    for (gsize k = 0; k < G_N_ELEMENTS(changes); k++) {
      json_t *values = json_object();
      json_object_set_new(values, changes[k].key, changes[k].value);
      if (set(device, one.paper, "document", values, last))
        fail_msg("%s of a paper that is %s was changed", changes[k].key, states[i]);
    }
    /* The next step starts from the last accepted one. */
    g_strlcpy(device->last_entry, last, sizeof device->last_entry);
  }
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_answers_and_findings_stay_once_the_visit_is_signed,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_R077_the_deadline_of_an_order_is_not_moved_by_a_plain_edit, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_history_lists_replaced_values_but_no_quarantined_ones,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_an_approved_or_served_paper_is_not_rewritten, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
