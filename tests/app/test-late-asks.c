/* Questions that the window asks before it saves: an answer that contradicts a hazard, a withdrawn
 * hazard, a visit that was not carried out although something was found, an item that asks whether
 * a hazard is major, missing glyphs. */
#include "tests/app/late.h"

#include <handy.h>
#include <string.h>

#include "app/forms/signature-pad.h"
#include "app/pages/act.h"
#include "app/visit/checklist.h"
#include "app/visit/hazard.h"
#include "app/visit/outcome.h"
#include "app/visit/sign.h"

#define HAZARD 0xe0

/* Saves a hazard of the first item of the checklist in the name of Li. */
static void record_hazard(World *world)
{
  g_autoptr(json_t) done = world_call(
      world, "save",
      json_pack("{s:s, s:[{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}}, "
                "{s:s, s:s, s:{s:{s:s}}}]}",
                "author", world->fixture->li, "ops", "record", test_id(HAZARD), "kind", "hazard",
                "set", "inspection", test_id(INSPECTION), "enterprise", world->fixture->enterprise,
                "summary", "风门损坏", "place", "食堂", "level", "general", "found_by",
                "inspection", "item_no", "T-01", "no_photo_reason", "井下", "recorded_by",
                world->fixture->li, "state", "found", "record", test_id(INSPECTION), "kind",
                "inspection", "set", "answers/T-01", "answer", "noncompliant"));
  assert_non_null(done);
}

static char *dup_value(World *world, guint id, const char *key)
{
  g_autoptr(json_t) record = world_call(world, "get", json_pack("{s:s}", "id", test_id(id)));
  const json_t *value = json_object_get(json_object_get(record, "values"), key);
  return g_strdup(json_is_object(value)   ? bh_json_string_or(value, "answer", "")
                  : json_is_string(value) ? json_string_value(value)
                                          : "");
}

static void assert_shown(World *world, guint id, const char *key, const char *wanted)
{
  g_autofree char *value = dup_value(world, id, key);
  assert_string_equal(value, wanted);
}

static guint64 count_entries(World *world, guint id)
{
  g_autoptr(json_t) history = world_call(world, "history", json_pack("{s:s}", "id", test_id(id)));
  return json_array_size(json_object_get(history, "entries"));
}

static World *ask_about_compliant(void)
{
  World *world = world_new();
  record_hazard(world);
  world_show(world, bh_checklist_page_new(test_id(INSPECTION)));
  assert_true(world_tap(world, "previous"));
  assert_string_equal(world_get_text(world, "item_no"), "T-01");
  assert_true(world_tap(world, "answer-compliant"));
  assert_true(gtk_widget_get_visible(world_find(world, "contradiction")));
  assert_shown(world, INSPECTION, "answers/T-01", "noncompliant");
  return world;
}

static void test_compliant_despite_a_hazard_is_asked_about_and_can_be_kept(void **state)
{
  (void)state;
  g_autoptr(World) world = ask_about_compliant();
  assert_true(world_tap(world, "contradiction_no"));
  assert_shown(world, INSPECTION, "answers/T-01", "noncompliant");
  assert_shown(world, HAZARD, "state", "found");
}

static void test_compliant_with_a_reason_withdraws_the_hazard_in_the_same_entry(void **state)
{
  (void)state;
  g_autoptr(World) world = ask_about_compliant();
  guint64 before = count_entries(world, INSPECTION);
  world_tap(world, "contradiction_yes"); /* the question stays open, because no reason was given */
  assert_non_null(world_try_find(world, "contradiction"));
  assert_shown(world, HAZARD, "state", "found");
  world_type(world, "contradiction_reason", "看错了门");
  assert_true(world_tap(world, "contradiction_yes"));
  assert_shown(world, INSPECTION, "answers/T-01", "compliant");
  g_autofree char *now = dup_value(world, HAZARD, "state");
  assert_true(g_str_has_prefix(now, "withdrawn"));
  assert_int_equal(count_entries(world, INSPECTION), before + 1);
  assert_int_equal(count_entries(world, HAZARD), 2);
}

static void test_a_hazard_is_withdrawn_only_with_a_reason(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  record_hazard(world);
  world_show(world, bh_act_page_new(test_id(HAZARD), "step/withdrawn_on_site", "Withdraw"));
  world_tap(world, "save");
  assert_shown(world, HAZARD, "state", "found");
  /* A reason of blanks does not count: the page stays open. */
  world_type(world, "withdraw_reason", "\u3000\u200b");
  world_tap(world, "save");
  assert_shown(world, HAZARD, "state", "found");
  world_type(world, "withdraw_reason", "记错了企业");
  assert_true(world_tap(world, "save"));
  g_autofree char *now = dup_value(world, HAZARD, "state");
  assert_true(g_str_has_prefix(now, "withdrawn"));
}

static void test_a_closed_gate_and_a_hazard_do_not_go_together(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  record_hazard(world);
  world_show(world, bh_outcome_page_new(test_id(INSPECTION)));
  assert_true(world_tap(world, "outcome-gate_closed"));
  world_type(world, "outcome_note", "门卫不在");
  assert_true(world_tap(world, "save"));
  assert_shown(world, INSPECTION, "state", "on_site");
  const char *said = world_get_text(world, "problem-outcome");
  assert_true(gtk_widget_get_visible(world_find(world, "problem-outcome")));
  assert_true(strlen(said) > 0);
}

/* The item asks whether the hazard is major. A draft that was left undecided asks again, and cannot
 * be saved. */
static void test_a_reopened_draft_asks_again_whether_it_is_major(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  static const struct {
    const char *key, *value;
  } typed[] = {{"summary", "超能力生产"}, {"place", "工作面"}, {"no_photo_reason", "井下"},
               {"demand", "停产"},        {"item_no", "T-02"}, {"found_by", "inspection"}};
  for (gsize i = 0; i < G_N_ELEMENTS(typed); i++)
    json_decref(world_call(world, "draft_set",
                           json_pack("{s:s, s:s, s:s, s:s, s:s}", "author", world->fixture->li,
                                     "record", test_id(HAZARD), "kind", "hazard", "key",
                                     typed[i].key, "value", typed[i].value)));
  json_decref(world_call(world, "draft_set",
                         json_pack("{s:s, s:s, s:s, s:s, s:s}", "author", world->fixture->li,
                                   "record", test_id(HAZARD), "kind", "hazard", "key", "inspection",
                                   "value", test_id(INSPECTION))));
  json_decref(world_call(world, "draft_set",
                         json_pack("{s:s, s:s, s:s, s:s, s:s}", "author", world->fixture->li,
                                   "record", test_id(HAZARD), "kind", "hazard", "key", "enterprise",
                                   "value", world->fixture->enterprise)));
  json_decref(world_call(world, "draft_set",
                         json_pack("{s:s, s:s, s:s, s:s, s:b}", "author", world->fixture->li,
                                   "record", test_id(HAZARD), "kind", "hazard", "key",
                                   "major_candidate", "value", 1)));
  world_show(world, bh_hazard_page_new_existing(test_id(HAZARD)));
  assert_true(gtk_widget_get_visible(world_find(world, "candidate_box")));
  assert_true(world_tap(world, "save"));
  g_autoptr(json_t) hazards = world_list(world, "hazard");
  assert_int_equal(json_array_size(hazards), 0);
  assert_true(gtk_widget_get_visible(world_find(world, "candidate_box")));
  assert_true(world_tap(world, "as_general"));
  assert_true(world_tap(world, "save"));
  g_autoptr(json_t) without = world_list(world, "hazard");
  /* "general" needs a reason, so nothing was saved */
  assert_int_equal(json_array_size(without), 0);
  assert_true(gtk_widget_get_visible(world_find(world, "problem-level_reason")));
  world_type(world, "level_reason", "未超过核定能力");
  assert_true(world_tap(world, "save"));
  g_autoptr(json_t) saved = world_list(world, "hazard");
  assert_int_equal(json_array_size(saved), 1);
}

/* The question of the checklist is shown, but is not taken as the summary of the hazard. */
static void test_a_question_is_not_used_as_the_summary_of_a_hazard(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_hazard_page_new(test_id(INSPECTION), "T-03"));
  assert_string_equal(gtk_entry_get_text(GTK_ENTRY(world_find(world, "summary"))), "");
  const char *notice = gtk_label_get_text(GTK_LABEL(world_find(world, "item_notice")));
  assert_non_null(strstr(notice, "样例检查项"));
  assert_non_null(strstr(notice, "T-03"));
  world_type(world, "place", "工作面");
  world_type(world, "no_photo_reason", "井下");
  world_tap(world, "save");
  assert_true(gtk_widget_get_visible(world_find(world, "problem-summary")));
  g_autoptr(json_t) hazards = world_list(world, "hazard");
  assert_int_equal(json_array_size(hazards), 0);
}

static gsize count_signatures(World *world)
{
  g_autoptr(json_t) rows = world_list(world, "signature");
  return json_array_size(rows);
}

/* Sets a note of the visit, which is part of the text to be signed. */
static void set_place_note(World *world, const char *note)
{
  json_decref(world_call(world, "save",
                         json_pack("{s:s, s:[{s:s, s:s, s:{s:s}}]}", "author", world->fixture->li,
                                   "ops", "record", test_id(INSPECTION), "kind", "inspection",
                                   "set", "place_note", note)));
}

/* The text was corrected while the question was open; the answer would refer to the old text, so
 * the question is closed. */
static void test_a_question_is_closed_when_its_text_changes(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  set_place_note(world, "回风\uE000巷");
  BhPage *page = bh_sign_page_new(test_id(INSPECTION));
  world_show(world, page);
  assert_true(gtk_widget_is_visible(world_find(world, "missing_glyphs_no")));
  set_place_note(world, "回风巷");
  bh_page_refresh(page);
  world_settle(world);
  assert_null(world_try_find(world, "missing_glyphs_no"));
  assert_true(gtk_widget_is_sensitive(world_find(world, "done")));
}

static void test_missing_glyphs_are_reported_before_signing(void **state)
{
  (void)state;
  static const double xy[] = {20, 20, 60, 80, 100, 30};
  g_autoptr(World) world = world_new();
  set_place_note(world, "回风\uE000巷");
  world_show(world, bh_sign_page_new(test_id(INSPECTION)));
  assert_non_null(strstr(world_get_text(world, "missing_glyphs_text"), "Place: U+E000"));
  assert_false(world_tap(world, "signer-enterprise-3"));
  assert_false(gtk_widget_is_sensitive(world_find(world, "done")));
  assert_true(world_tap(world, "missing_glyphs_yes"));
  assert_true(world_tap(world, "signer-enterprise-3"));
  world_type(world, "pad_name", "张\uE001");
  bh_signature_pad_add_stroke(BH_SIGNATURE_PAD(world_find(world, "canvas")), xy, 3);
  assert_true(world_tap(world, "pad_save"));
  assert_non_null(strstr(world_get_text(world, "missing_glyphs_text"), "U+E001"));
  assert_true(world_tap(world, "missing_glyphs_no"));
  assert_int_equal(count_signatures(world), 0);
  assert_true(world_tap(world, "pad_save"));
  assert_true(world_tap(world, "missing_glyphs_yes"));
  assert_int_equal(count_signatures(world), 1);
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  hdy_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_compliant_despite_a_hazard_is_asked_about_and_can_be_kept),
      cmocka_unit_test(test_compliant_with_a_reason_withdraws_the_hazard_in_the_same_entry),
      cmocka_unit_test(test_a_hazard_is_withdrawn_only_with_a_reason),
      cmocka_unit_test(test_a_closed_gate_and_a_hazard_do_not_go_together),
      cmocka_unit_test(test_a_question_is_closed_when_its_text_changes),
      cmocka_unit_test(test_missing_glyphs_are_reported_before_signing),
      cmocka_unit_test(test_a_question_is_not_used_as_the_summary_of_a_hazard),
      cmocka_unit_test(test_a_reopened_draft_asks_again_whether_it_is_major),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
