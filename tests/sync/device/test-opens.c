/* A step on a device opens records in its own entry (schema/opens.h): all of them or nothing. */
#include "tests/sync/device/fixture.h"

#include <string.h>

#include "sync/device/store/core.h"

static json_t *act(Fixture *fixture, const char *author, json_t *request, json_t *values)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) asked = request;
  g_autoptr(json_t) given = values;
  json_t *result = bh_device_make_act(fixture->device, author, asked, given, &error);
  assert_no_error(error);
  return result;
}

/* Saves a visit with an expert and an item of the opinion; the ids are written to the arguments. */
static void make_item(Fixture *fixture, const char *level, char visit[BH_ID_LEN + 1],
                      char item[BH_ID_LEN + 1])
{
  char expert[BH_ID_LEN + 1];
  fixture_inspect(fixture, visit);
  bh_device_make_id(fixture->device, expert);
  bh_device_make_id(fixture->device, item);
  g_free(fixture_save(
      fixture, expert, "participant",
      json_pack("{ss ss ss}", "inspection", visit, "role", "expert", "name", "专家甲")));
  g_autoptr(json_t) made = act(
      fixture, fixture->li,
      json_pack("{ss ss ss ss}", "record", item, "kind", "opinion_item", "act", "create/of_expert",
                "origin", expert),
      json_pack("{ss ss ss}", "item_type", "problem", "summary", "风门联锁失效", "level", level));
  assert_null(json_object_get(made, "problems"));
}

static void test_an_item_of_an_opinion_becomes_a_hazard(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char visit[BH_ID_LEN + 1], item[BH_ID_LEN + 1];
  make_item(fixture, "general", visit, item);
  g_autoptr(json_t) request = json_pack("{ss ss}", "record", item, "act", "step/made_hazard");
  g_autoptr(json_t) form = bh_device_prepare_act(fixture->device, fixture->li, request, &error);
  assert_no_error(error);
  const json_t *opens = json_object_get(form, "opens");
  assert_int_equal(json_array_size(opens), 1);
  assert_string_equal(bh_json_string_or(json_array_get(opens, 0), "kind", ""), "hazard");
  g_autoptr(json_t) done = act(fixture, fixture->li, json_incref(request),
                               json_pack("{ss ss ss ss}", "summary", "风门联锁失效", "place",
                                         "东翼", "level", "general", "demand", "修复联锁"));
  assert_null(json_object_get(done, "problems"));
  const char *hazard =
      bh_json_string_or(json_array_get(json_object_get(done, "opened"), 0), "record", "");
  assert_value(fixture, item, "state", "made_hazard");
  assert_value(fixture, hazard, "state", "found");
  assert_value(fixture, hazard, "from_item", item);
  assert_value(fixture, hazard, "inspection", visit);
  assert_value(fixture, hazard, "enterprise", fixture->enterprise);
  assert_value(fixture, hazard, "summary", "风门联锁失效");
  assert_value(fixture, hazard, "place", "东翼");
  assert_value(fixture, hazard, "found_by", "expert");
  assert_value(fixture, hazard, "recorded_by", fixture->li);
  /* Without a block the number is provisional, but the record has one. */
  g_autoptr(json_t) number = fixture_value(fixture, hazard, "number");
  assert_non_null(strstr(json_string_value(number), "-T"));
  /* One entry contains the step and the new record. */
  g_autoptr(BhBody) body = fixture_read_body(fixture, 4);
  assert_int_equal(body->ops->len, 2);
}

static void test_the_level_decides_what_is_opened(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char visit[BH_ID_LEN + 1], item[BH_ID_LEN + 1];
  make_item(fixture, "major", visit, item);
  g_autoptr(json_t) done =
      act(fixture, fixture->li, json_pack("{ss ss}", "record", item, "act", "step/made_hazard"),
          json_pack("{ss ss ss ss}", "summary", "风门联锁失效", "place", "东翼", "level", "major",
                    "criterion", "第四条"));
  const char *hazard =
      bh_json_string_or(json_array_get(json_object_get(done, "opened"), 0), "record", "");
  assert_value(fixture, hazard, "state", "suspected");
  assert_value(fixture, hazard, "criterion", "第四条");
}

/* Lets only leaders make hazards. */
static void restrict_hazards(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  BhKindSet *kinds = fixture->device->kinds;
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  gsize i, k;
  json_t *kind, *step;
  json_array_foreach(json_object_get(root, "kinds"), i, kind) {
    if (strcmp(bh_json_string_or(kind, "kind", ""), "hazard") != 0)
      continue;
    json_array_foreach(json_object_get(kind, "transitions"), k, step) {
      if (json_is_null(json_object_get(step, "from")))
        json_object_set_new(step, "who", json_pack("[s]", "leader"));
    }
  }
  g_autofree char *text = bh_json_dump_sorted(root);
  fixture->device->kinds = bh_kind_set_from_text(text, strlen(text), &error);
  assert_no_error(error);
  bh_kind_set_unref(kinds);
}

static void assert_nothing_happened(Fixture *fixture, const char *item, gint64 made)
{
  assert_value(fixture, item, "state", "raised");
  assert_int_equal(fixture->device->made, made);
}

/* The step alone would be open to the person, the record that it opens is not: nothing is saved,
 * and the problem names the kind. */
static void test_what_stands_against_the_opened_record_stops_the_step(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char visit[BH_ID_LEN + 1], item[BH_ID_LEN + 1];
  make_item(fixture, "general", visit, item);
  restrict_hazards(fixture);
  gint64 made = fixture->device->made;
  g_autoptr(json_t) done =
      act(fixture, fixture->li, json_pack("{ss ss}", "record", item, "act", "step/made_hazard"),
          json_pack("{ss ss ss}", "summary", "风门联锁失效", "place", "东翼", "level", "general"));
  const json_t *problem = json_array_get(json_object_get(done, "problems"), 0);
  assert_int_equal(g_str_has_prefix(bh_json_string_or(problem, "en", ""), "Hazard"), TRUE);
  assert_int_equal(g_str_has_prefix(bh_json_string_or(problem, "zh", ""), "隐患"), TRUE);
  assert_nothing_happened(fixture, item, made);
  /* The same through the general way to save. */
  g_autoptr(json_t) ops = fixture_ops(
      item, "opinion_item",
      json_pack("{ss ss ss}", "state", "made_hazard", "place", "东", "level", "general"));
  assert_null(bh_device_save(fixture->device, fixture->li, ops, 0, &error));
  assert_non_null(error);
  assert_nothing_happened(fixture, item, made);
}

static void test_a_step_opens_from_wherever_it_is_taken(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char visit[BH_ID_LEN + 1], item[BH_ID_LEN + 1];
  make_item(fixture, "general", visit, item);
  g_autofree char *entry = fixture_save(
      fixture, item, "opinion_item",
      json_pack("{ss ss ss}", "state", "made_hazard", "place", "东", "level", "general"));
  assert_non_null(entry);
  g_autoptr(BhBody) body = fixture_read_body(fixture, 4);
  assert_int_equal(body->ops->len, 2);
  const BhOp *op = body->ops->pdata[1];
  assert_string_equal(op->kind, "hazard");
  assert_value(fixture, op->record, "from_item", item);
}

/* --- returning --- */

/* The hub sends a refused hazard and a suspension that was opened from it. */
static void pull_refused(Fixture *fixture, const char *hazard, const char *ruling,
                         const char *state)
{
  json_t *records = json_array();
  json_array_append_new(
      records, fixture_snapshot(fixture, hazard, "hazard",
                                json_pack("{ss ss ss ss ss}", "enterprise", fixture->enterprise,
                                          "summary", "瓦斯超限", "level", "major", "state",
                                          "refused", "number", "YH-1")));
  json_t *values =
      json_pack("{ss ss ss ss ss ss}", "hazard", hazard, "enterprise", fixture->enterprise,
                "doc_type", "suspension", "unit", fixture->unit, "state", state, "number", "停1号");
  json_object_set_new(values, "matter", json_string("瓦斯超限"));
  json_object_set_new(values, "issued_on", json_string("2026-11-20"));
  json_array_append_new(records, fixture_snapshot(fixture, ruling, "ruling", values));
  fixture_pull(fixture, records, NULL);
}

static json_t *list_acts(Fixture *fixture, const char *record)
{
  g_autoptr(GError) error = NULL;
  /* The step is the leader's; without an author everybody's acts are listed. */
  json_t *acts = bh_device_list_acts(fixture->device, NULL, record, &error);
  assert_no_error(error);
  return acts;
}

static gsize count_returned(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query = json_pack("{s:s, s:b}", "kind", "hazard", "returned", 1);
  g_autoptr(json_t) page = bh_device_list(fixture->device, query, &error);
  assert_no_error(error);
  return json_array_size(json_object_get(page, "rows"));
}

static void test_an_issued_suspension_offers_to_stop(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  const char *hazard = g_intern_string(test_id(0x51)), *ruling = g_intern_string(test_id(0x52));
  pull_refused(fixture, hazard, ruling, "requested");
  g_autoptr(json_t) before = list_acts(fixture, hazard);
  for (gsize i = 0; i < json_array_size(before); i++)
    assert_null(json_object_get(json_array_get(before, i), "hint"));
  assert_int_equal(count_returned(fixture), 0);
  pull_refused(fixture, hazard, ruling, "issued");
  g_autoptr(json_t) after = list_acts(fixture, hazard);
  const json_t *first = json_array_get(after, 0);
  assert_string_equal(bh_json_string_or(first, "name", ""), "step/stopped");
  assert_string_equal(bh_json_string_or(json_object_get(first, "hint"), "en", ""),
                      "The suspension was issued");
  assert_string_equal(bh_json_string_or(json_object_get(first, "returned"), "record", ""), ruling);
  assert_null(json_object_get(json_array_get(after, 1), "hint"));
  assert_int_equal(json_array_size(after), json_array_size(before));
  assert_int_equal(count_returned(fixture), 1);
  g_autoptr(json_t) request = json_pack("{ss ss}", "record", hazard, "act", "step/stopped");
  g_autoptr(json_t) form = bh_device_prepare_act(fixture->device, fixture->li, request, &error);
  assert_no_error(error);
  const json_t *values = json_object_get(form, "values");
  assert_string_equal(bh_json_string_or(values, "stop_number", ""), "停1号");
  assert_string_equal(bh_json_string_or(values, "stop_on", ""), "2026-11-20");
  /* Another step of the same hazard gets none of it. */
  g_autoptr(json_t) other = json_pack("{ss ss}", "record", hazard, "act", "edit/escalate");
  g_autoptr(json_t) plain = bh_device_prepare_act(fixture->device, fixture->li, other, &error);
  assert_no_error(error);
  assert_null(json_object_get(json_object_get(plain, "values"), "stop_number"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_item_of_an_opinion_becomes_a_hazard),
      cmocka_unit_test(test_the_level_decides_what_is_opened),
      cmocka_unit_test(test_what_stands_against_the_opened_record_stops_the_step),
      cmocka_unit_test(test_a_step_opens_from_wherever_it_is_taken),
      cmocka_unit_test(test_an_issued_suspension_offers_to_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
