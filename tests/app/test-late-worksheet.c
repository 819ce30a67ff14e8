/* The checklist of a record when answers of the store come late, as errors, or after somebody else
 * answered; and when the list is withdrawn while the page is open. */
#include "tests/app/late.h"

#include <handy.h>
#include <string.h>

#include "app/pages/record.h"
#include "app/pages/worksheet.h"

#define TOWN 0x9101
#define LIST 0x9102
#define CHECK 0x9103
#define YESTERDAY "2026-01-02" /* before the clock of the fixture */

static json_t *make_item(const char *item_no)
{
  json_t *item =
      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "item_no", item_no, "section", "甲", "check",
                "样例检查项", "standard", "样例", "policy_source", "样例", "rectification", "整改");
  json_object_set_new(item, "method", json_string("现场检查"));
  return item;
}

static void pull_list(World *world, const char *valid_to)
{
  json_t *set =
      json_pack("{s:s, s:s, s:s, s:s, s:s*, s:[o, o, o]}", "code", "township-capacity", "name",
                "样例清单", "version", "1", "valid_from", "2026-01-01", "valid_to", valid_to,
                "items", make_item("T-01"), make_item("T-02"), make_item("T-03"));
  world_pull(world, LIST, "checklist", set);
}

/* A world with a check of a township by the unit of Li, which has a list in force. */
static World *begin(void)
{
  World *world = world_new();
  Fixture *fixture = world->fixture;
  pull_list(world, NULL);
  world_pull(
      world, TOWN, "unit",
      json_pack("{s:s, s:s, s:s}", "name", "井坪镇", "level", "township", "area", "140603100"));
  world_pull(world, CHECK, "capacity_assessment",
             json_pack("{s:s, s:s, s:s, s:s, s:s}", "assessed_unit", test_id(TOWN), "unit",
                       fixture->unit, "assessor", fixture->li, "assessed_on", "2026-11-20", "state",
                       "assessing"));
  return world;
}

static BhPage *show_sheet(World *world)
{
  BhPage *page = bh_worksheet_page_new(test_id(CHECK));
  world_show(world, page);
  return page;
}

static char *dup_answer(World *world, const char *item_no)
{
  g_autofree char *key = g_strconcat("answers/", item_no, NULL);
  g_autoptr(json_t) record = world_call(world, "get", json_pack("{s:s}", "id", test_id(CHECK)));
  const json_t *values = json_object_get(record, "values");
  return g_strdup(bh_json_string_or(json_object_get(values, key), "answer", "none"));
}

static void assert_answer(World *world, const char *item_no, const char *wanted)
{
  g_autofree char *answer = dup_answer(world, item_no);
  assert_string_equal(answer, wanted);
}

static void answer_as_wang(World *world, const char *item_no, const char *answer)
{
  json_decref(world_call(world, "answer",
                         json_pack("{s:s, s:s, s:s, s:s}", "author", world->fixture->wang, "record",
                                   test_id(CHECK), "item", item_no, "answer", answer)));
}

static void test_a_list_read_before_a_tap_does_not_remove_the_answer(void **state)
{
  (void)state;
  g_autoptr(World) world = begin();
  BhPage *page = show_sheet(world);
  assert_string_equal(world_get_text(world, "item_no"), "T-01");
  world_hold(world, "worksheet");
  bh_page_refresh(page);
  world_settle(world);
  assert_int_equal(world_count_held(world), 1);
  world_hold(world, "answer");
  assert_true(world_tap(world, "answer-compliant"));
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_string_equal(world_get_text(world, "section"), "甲 1/3");
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
  world_deliver(world, 1, -1);
  assert_string_equal(world_get_text(world, "section"), "甲 1/3");
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
  assert_answer(world, "T-01", "compliant");
}

static void test_quick_answers_are_all_saved_before_the_first_is_confirmed(void **state)
{
  (void)state;
  g_autoptr(World) world = begin();
  show_sheet(world);
  world_hold(world, "answer");
  assert_true(world_tap(world, "answer-compliant"));
  assert_true(world_tap(world, "answer-not_applicable"));
  assert_true(world_tap(world, "previous"));
  assert_true(world_tap(world, "answer-unchecked"));
  assert_int_equal(world_count_held(world), 3);
  world_hold(world, NULL);
  world_deliver_all(world, TRUE);
  assert_answer(world, "T-01", "compliant");
  assert_answer(world, "T-02", "unchecked");
  /* "Not checked" leaves the item among those that are to be answered. */
  assert_string_equal(world_get_text(world, "section"), "甲 1/3");
}

static void test_an_answer_that_is_refused_is_not_shown_any_more(void **state)
{
  (void)state;
  g_autoptr(World) world = begin();
  show_sheet(world);
  world_pull(world, CHECK, "capacity_assessment", json_pack("{s:s}", "state", "assessed"));
  world_force_tap(world, "answer-compliant");
  world_settle(world);
  assert_non_null(strstr(world_get_toast(world), "Not allowed"));
  assert_answer(world, "T-01", "none");
  assert_null(world_try_find(world, "answer-compliant"));
  assert_non_null(world_try_find(world, "closed"));
}

static void test_an_answer_that_nobody_saw_is_not_replaced(void **state)
{
  (void)state;
  g_autoptr(World) world = begin();
  show_sheet(world);
  answer_as_wang(world, "T-01", "noncompliant");
  /* The page has not read it yet. */
  world_force_tap(world, "answer-compliant");
  world_settle(world);
  assert_answer(world, "T-01", "noncompliant");
  assert_non_null(strstr(world_get_toast(world), "T-01 was answered by somebody else"));
  assert_string_equal(world_get_text(world, "item_no"), "T-01");
  /* Now it is shown, and the person decides. */
  assert_true(world_tap(world, "answer-compliant"));
  assert_answer(world, "T-01", "compliant");
}

static void test_a_list_that_was_withdrawn_takes_no_first_answer(void **state)
{
  (void)state;
  g_autoptr(World) world = begin();
  show_sheet(world);
  pull_list(world, YESTERDAY);
  world_force_tap(world, "answer-compliant");
  world_settle(world);
  assert_null(world_try_find(world, "answer-compliant"));
  assert_non_null(strstr(world_get_text(world, "message"), "township-capacity"));
  assert_answer(world, "T-01", "none");
}

static void test_a_list_that_was_begun_is_worked_on_after_it_was_withdrawn(void **state)
{
  (void)state;
  g_autoptr(World) world = begin();
  show_sheet(world);
  assert_true(world_tap(world, "answer-compliant"));
  pull_list(world, YESTERDAY);
  world_settle(world);
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
  assert_true(world_tap(world, "answer-compliant"));
  assert_answer(world, "T-02", "compliant");
}

static void test_the_page_of_a_record_leads_to_its_list(void **state)
{
  (void)state;
  g_autoptr(World) world = begin();
  world_show(world, bh_record_page_new(test_id(CHECK)));
  assert_true(world_tap(world, "worksheet"));
  assert_string_equal(world_get_text(world, "item_no"), "T-01");
}

static void test_a_record_without_a_list_has_no_row(void **state)
{
  (void)state;
  g_autoptr(World) world = begin();
  world_show(world, bh_record_page_new(test_id(TOWN)));
  assert_null(world_try_find(world, "worksheet"));
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  hdy_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_list_read_before_a_tap_does_not_remove_the_answer),
      cmocka_unit_test(test_quick_answers_are_all_saved_before_the_first_is_confirmed),
      cmocka_unit_test(test_an_answer_that_is_refused_is_not_shown_any_more),
      cmocka_unit_test(test_an_answer_that_nobody_saw_is_not_replaced),
      cmocka_unit_test(test_a_list_that_was_withdrawn_takes_no_first_answer),
      cmocka_unit_test(test_a_list_that_was_begun_is_worked_on_after_it_was_withdrawn),
      cmocka_unit_test(test_the_page_of_a_record_leads_to_its_list),
      cmocka_unit_test(test_a_record_without_a_list_has_no_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
