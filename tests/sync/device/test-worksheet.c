/* Worksheets on a device: the list is found in the store, each answer is an entry, and what is not
 * open to the person, or left to the office, is refused. */
#include "schema/checklist.h"
#include "sync/device/store/core.h"
#include "tests/sync/device/fixture.h"

#include <string.h>

#define TOWN 0x9001
#define LIST 0x9002
#define CHECK 0x9003
#define TIP 0x9004

static void pull(Fixture *fixture, guint id, const char *kind, json_t *set)
{
  json_t *records = json_array();
  json_array_append_new(records, fixture_snapshot(fixture, test_id(id), kind, set));
  fixture_pull(fixture, records, NULL);
}

/* The shipped list of this name. */
static void pull_list(Fixture *fixture, guint id, const char *name)
{
  g_autoptr(GError) error = NULL;
  const char *top = g_getenv("BIHUAN_DATADIR");
  g_autofree char *csv = g_strdup_printf("%s/assets/checklists/%s.csv", top, name);
  g_autofree char *items = g_strdup_printf("%s/assets/checklists/%s.items.json", top, name);
  g_autoptr(BhChecklist) list = bh_checklist_load(csv, items, &error);
  assert_no_error(error);
  pull(fixture, id, "checklist", bh_checklist_dup_values(list));
}

/* A check of a township office by the unit of Li and Wang, in progress. */
static Fixture *begin(void)
{
  Fixture *fixture = fixture_new();
  pull(fixture, TOWN, "unit",
       json_pack("{ss ss ss}", "name", "井坪镇", "level", "township", "area", "140603100"));
  pull(fixture, CHECK, "capacity_assessment",
       json_pack("{ss ss ss ss ss}", "assessed_unit", test_id(TOWN), "unit", fixture->unit,
                 "assessor", fixture->li, "assessed_on", "2026-11-20", "state", "assessing"));
  return fixture;
}

static json_t *read_sheet(Fixture *fixture, guint record, const char *list)
{
  g_autoptr(GError) error = NULL;
  json_t *view =
      bh_device_worksheet(fixture->device, fixture->li, test_id(record), list, "en", &error);
  assert_no_error(error);
  return view;
}

static json_t *answer(Fixture *fixture, guint record, const char *item, const char *code,
                      const char *note, GError **error)
{
  g_autoptr(json_t) given = json_pack("{ss ss ss ss}", "record", test_id(record), "item", item,
                                      "answer", code, "note", note);
  return bh_device_answer(fixture->device, fixture->li, given, error);
}

static void test_R051_a_list_is_filled_in_without_a_network(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = begin();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) none = read_sheet(fixture, CHECK, NULL);
  assert_int_equal(json_array_size(json_object_get(none, "items")), 0);
  assert_string_equal(json_string_value(json_array_get(json_object_get(none, "codes_wanted"), 0)),
                      "township-capacity");
  pull_list(fixture, LIST, "township-capacity");
  g_autoptr(json_t) before = read_sheet(fixture, CHECK, NULL);
  assert_true(json_is_true(json_object_get(before, "open")));
  assert_int_equal(json_array_size(json_object_get(before, "choices")), 1);
  assert_int_equal(json_array_size(json_object_get(before, "items")), 20);
  assert_int_equal(json_array_size(json_object_get(before, "not_asked")), 6);
  g_autoptr(json_t) saved = answer(fixture, CHECK, "TWN-01", "noncompliant", "只有2人", &error);
  assert_no_error(error);
  assert_non_null(json_object_get(saved, "entry"));
  assert_value(fixture, test_id(CHECK), "checklist", test_id(LIST));
  g_autoptr(json_t) value = fixture_value(fixture, test_id(CHECK), "answers/TWN-01");
  assert_string_equal(bh_json_string_or(value, "answer", ""), "noncompliant");
  assert_string_equal(bh_json_string_or(value, "note", ""), "只有2人");
  g_autoptr(json_t) after = read_sheet(fixture, CHECK, NULL);
  assert_null(json_object_get(after, "choices"));
  assert_int_equal(json_integer_value(json_object_get(after, "answered")), 1);
}

static void assert_refused(Fixture *fixture, guint record, const char *item, const char *code,
                           BhErrorCode wanted)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) saved = answer(fixture, record, item, code, "", &error);
  assert_null(saved);
  assert_error(error, wanted);
}

static void test_what_cannot_be_answered_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = begin();
  g_autoptr(GError) error = NULL;
  assert_refused(fixture, CHECK, "TWN-01", "compliant", BH_ERROR_NOT_FOUND);
  pull_list(fixture, LIST, "township-capacity");
  assert_refused(fixture, CHECK, "TWN-02", "compliant", BH_ERROR_INVALID);
  assert_refused(fixture, CHECK, "TWN-01", "yes", BH_ERROR_INVALID);
  assert_refused(fixture, 0x9999, "TWN-01", "compliant", BH_ERROR_NOT_FOUND);
  assert_refused(fixture, TOWN, "TWN-01", "compliant", BH_ERROR_INVALID);
  assert_null(bh_device_worksheet(fixture->device, fixture->li, test_id(CHECK), test_id(CHECK),
                                  "zh", &error));
  assert_error(error, BH_ERROR_INVALID);
  pull(fixture, CHECK, "capacity_assessment", json_pack("{ss}", "state", "assessed"));
  assert_refused(fixture, CHECK, "TWN-01", "compliant", BH_ERROR_DENIED);
  /* The checklist of a tip-off is filled in at the office only. */
  pull_list(fixture, LIST + 16, "tip-off-verification");
  pull(fixture, TIP, "tip_off",
       json_pack("{ss ss ss ss ss}", "unit", fixture->unit, "area", "140603", "tip_on",
                 "2026-11-20", "tip_subject", "堆场", "state", "registered"));
  g_autoptr(json_t) tip = read_sheet(fixture, TIP, NULL);
  assert_true(json_is_false(json_object_get(tip, "open")));
  assert_refused(fixture, TIP, "TIP-05", "compliant", BH_ERROR_DENIED);
}

/* Answers TWN-01 with what the person saw of it, of the list. */
static gboolean answer_seen(Fixture *fixture, const char *seen, const char *note, guint list,
                            GError **error)
{
  g_autoptr(json_t) given =
      json_pack("{ss ss ss ss s{ss* ss*}}", "record", test_id(CHECK), "item", "TWN-01", "answer",
                "compliant", "list", test_id(list), "seen", "answer", seen, "note", note);
  g_autoptr(json_t) saved = bh_device_answer(fixture->device, fixture->wang, given, error);
  return saved != NULL;
}

static void test_an_answer_that_the_person_did_not_see_is_not_replaced(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = begin();
  g_autoptr(GError) error = NULL;
  pull_list(fixture, LIST, "township-capacity");
  g_autoptr(json_t) first = answer(fixture, CHECK, "TWN-01", "noncompliant", "只有2人", &error);
  assert_no_error(error);
  assert_non_null(first);
  assert_false(answer_seen(fixture, NULL, NULL, LIST, &error));
  assert_error(error, BH_ERROR_CHAIN);
  g_clear_error(&error);
  assert_false(answer_seen(fixture, "noncompliant", NULL, LIST, &error));
  assert_error(error, BH_ERROR_CHAIN);
  g_clear_error(&error);
  assert_false(answer_seen(fixture, "noncompliant", "只有2人", CHECK, &error));
  assert_error(error, BH_ERROR_CHAIN);
  g_clear_error(&error);
  g_autoptr(json_t) kept = fixture_value(fixture, test_id(CHECK), "answers/TWN-01");
  assert_string_equal(bh_json_string_or(kept, "answer", ""), "noncompliant");
  assert_true(answer_seen(fixture, "noncompliant", "只有2人", LIST, &error));
  assert_no_error(error);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_answer_that_the_person_did_not_see_is_not_replaced),
      cmocka_unit_test(test_R051_a_list_is_filled_in_without_a_network),
      cmocka_unit_test(test_what_cannot_be_answered_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
