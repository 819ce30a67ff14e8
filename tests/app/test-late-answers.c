/* Answers of the store that arrive after the person has moved on: to signing in, to signatures,
 * and to text that was typed last. */
#include "tests/app/late.h"

#include <handy.h>
#include <string.h>

#include "app/forms/signature-pad.h"
#include "app/visit/inspection.h"
#include "app/visit/sign.h"

static void type_pin(World *world, const char *pin)
{
  for (const char *c = pin; *c != '\0'; c++) {
    g_autofree char *key = g_strdup_printf("key-%c", *c);
    assert_true(world_tap(world, key));
  }
}

/* Starts a check of Li's PIN and holds its answer. */
static void check_pin_of_li(World *world, const char *pin)
{
  assert_true(world_tap(world, "tile-1"));
  assert_string_equal(world_get_text(world, "pin_name"), "李明");
  type_pin(world, pin);
  world_hold(world, "run");
  assert_true(world_tap(world, "key-ok"));
  assert_int_equal(world_count_held(world), 1);
  world_hold(world, NULL);
}

static void test_the_pin_of_one_person_never_signs_in_another(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new_with_pins();
  check_pin_of_li(world, PIN_OF_LI);
  world_force_tap(world, "other_person");
  world_force_tap(world, "tile-2");
  assert_string_equal(world_get_text(world, "pin_name"), "王芳");
  world_deliver(world, 0, -1);
  assert_null(bh_session_get_actor(world->session));
  assert_string_equal(world_get_text(world, "pin_name"), "王芳");
  type_pin(world, PIN_OF_WANG);
  assert_true(world_tap(world, "key-ok"));
  assert_string_equal(bh_session_get_actor(world->session), world->fixture->wang);
  assert_string_equal(bh_session_get_actor_name(world->session), "王芳");
}

static void test_a_late_right_pin_signs_in_its_own_person_and_only_once(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new_with_pins();
  check_pin_of_li(world, PIN_OF_LI);
  assert_false(world_tap(world, "key-1"));
  world_deliver(world, 0, -1);
  assert_string_equal(bh_session_get_actor(world->session), world->fixture->li);
  bh_window_lock(world->window);
  world_settle(world);
  world_deliver(world, 0, -1);
  assert_null(bh_session_get_actor(world->session));
}

static void test_a_late_wrong_pin_is_not_reported_to_the_next_person(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new_with_pins();
  check_pin_of_li(world, "9999");
  world_force_tap(world, "other_person");
  world_force_tap(world, "tile-2");
  type_pin(world, "1");
  world_deliver(world, 0, -1);
  assert_null(world_try_find(world, "pin_message"));
  assert_string_equal(world_get_text(world, "pin_dots"), "● ");
}

static void test_a_late_error_of_a_pin_check_is_not_shown_to_the_next_person(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new_with_pins();
  check_pin_of_li(world, PIN_OF_LI);
  world_force_tap(world, "other_person");
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_string_equal(world_get_toast(world), "");
  assert_null(bh_session_get_actor(world->session));
  assert_true(world_tap(world, "tile-1"));
  type_pin(world, PIN_OF_LI);
  assert_true(world_tap(world, "key-ok"));
  assert_string_equal(bh_session_get_actor(world->session), world->fixture->li);
}

/* --- signing --- */

static void draw(World *world)
{
  static const double xy[] = {20, 20, 60, 80, 100, 30, 140, 90};
  bh_signature_pad_add_stroke(BH_SIGNATURE_PAD(world_find(world, "canvas")), xy, 4);
}

static World *new_at_signing(void)
{
  World *world = world_new();
  world_show(world, bh_sign_page_new(test_id(INSPECTION)));
  return world;
}

static const json_t *signature_at(const json_t *rows, gsize index)
{
  return json_object_get(json_array_get(rows, index), "values");
}

/* Holds the answers to all functions that change the store (bh_session_run_change): a signature is
 * saved by one. */
static void hold_signature(World *world)
{
  world_hold(world, "change");
}

static void test_a_signature_is_stored_for_the_person_who_gave_it(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_signing();
  assert_true(world_tap(world, "signer-inspector-1"));
  draw(world);
  hold_signature(world);
  assert_true(world_tap(world, "pad_save"));
  world_force_tap(world, "signer-second_inspector-2");
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  g_autoptr(json_t) rows = world_list(world, "signature");
  assert_int_equal(json_array_size(rows), 1);
  const json_t *values = signature_at(rows, 0);
  assert_string_equal(bh_json_string_or(values, "role", ""), "inspector");
  assert_string_equal(bh_json_string_or(values, "staff", ""), world->fixture->li);
  assert_string_equal(bh_json_string_or(values, "name", ""), "李明");
}

static void test_while_a_signature_is_saved_nobody_else_can_be_chosen(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_signing();
  assert_true(world_tap(world, "signer-inspector-1"));
  draw(world);
  hold_signature(world);
  assert_true(world_tap(world, "pad_save"));
  assert_false(world_tap(world, "signer-second_inspector-2"));
  assert_false(world_tap(world, "pad_save"));
  assert_false(world_tap(world, "done"));
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_true(world_tap(world, "signer-second_inspector-2"));
}

static void test_two_taps_on_saving_a_signature_are_one(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_signing();
  assert_true(world_tap(world, "signer-inspector-1"));
  draw(world);
  hold_signature(world);
  assert_true(world_tap(world, "pad_save"));
  world_force_tap(world, "pad_save");
  world_hold(world, NULL);
  for (guint i = 0; i < world_count_held(world); i++)
    world_deliver(world, i, -1);
  g_autoptr(json_t) rows = world_list(world, "signature");
  assert_int_equal(json_array_size(rows), 1);
}

static void test_two_taps_on_recording_a_refusal_are_one(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_signing();
  assert_true(world_tap(world, "signer-enterprise-3"));
  assert_true(world_tap(world, "refuse"));
  world_type(world, "refuse_reason", "样例原因");
  world_type(world, "refuse_witness", "样例见证人");
  hold_signature(world);
  assert_true(world_tap(world, "refuse_save"));
  world_force_tap(world, "refuse_save");
  world_hold(world, NULL);
  for (guint i = 0; i < world_count_held(world); i++)
    world_deliver(world, i, -1);
  g_autoptr(json_t) rows = world_list(world, "signature");
  assert_int_equal(json_array_size(rows), 1);
}

static void test_a_signature_that_fails_late_is_reported_and_stays_on_the_pad(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_signing();
  assert_true(world_tap(world, "signer-inspector-1"));
  draw(world);
  hold_signature(world);
  assert_true(world_tap(world, "pad_save"));
  world_hold(world, NULL);
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_non_null(strstr(world_get_toast(world), "The disk could not be written"));
  assert_false(bh_signature_pad_is_empty(BH_SIGNATURE_PAD(world_find(world, "canvas"))));
  assert_true(gtk_widget_is_sensitive(world_find(world, "pad_save")));
}

static void test_a_visit_cannot_end_before_the_last_signature_is_known(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_signing();
  assert_true(world_tap(world, "signer-enterprise-3"));
  assert_true(world_tap(world, "refuse"));
  world_type(world, "refuse_reason", "样例原因");
  world_type(world, "refuse_witness", "样例见证人");
  world_hold(world, "run"); /* "run": the answer to the function that reads the visit again */
  assert_true(world_tap(world, "refuse_save"));
  assert_false(world_tap(world, "done"));
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_true(gtk_widget_is_sensitive(world_find(world, "done")));
}

/* --- text that was typed last --- */

static void test_a_failure_after_the_page_was_left_is_reported(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_inspection_page_new(test_id(INSPECTION)));
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_sign_page_new(test_id(INSPECTION)));
  world_settle(world);
  assert_true(world_tap(world, "signer-inspector-1"));
  draw(world);
  hold_signature(world);
  assert_true(world_tap(world, "pad_save"));
  world_hold(world, NULL);
  assert_true(world_tap(world, "back"));
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_non_null(strstr(world_get_text(world, "failure_text"), "was not saved"));
}

static void test_an_answer_to_a_page_that_is_gone_does_nothing(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_inspection_page_new(test_id(INSPECTION)));
  world_hold(world, "run");
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_sign_page_new(test_id(INSPECTION)));
  world_settle(world);
  world_hold(world, NULL);
  assert_true(world_tap(world, "back"));
  world_deliver(world, 0, -1);
  assert_non_null(world_try_find(world, "finish"));
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_string_equal(world_get_toast(world), "");
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  hdy_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_pin_of_one_person_never_signs_in_another),
      cmocka_unit_test(test_a_late_right_pin_signs_in_its_own_person_and_only_once),
      cmocka_unit_test(test_a_late_wrong_pin_is_not_reported_to_the_next_person),
      cmocka_unit_test(test_a_late_error_of_a_pin_check_is_not_shown_to_the_next_person),
      cmocka_unit_test(test_a_signature_is_stored_for_the_person_who_gave_it),
      cmocka_unit_test(test_while_a_signature_is_saved_nobody_else_can_be_chosen),
      cmocka_unit_test(test_two_taps_on_saving_a_signature_are_one),
      cmocka_unit_test(test_two_taps_on_recording_a_refusal_are_one),
      cmocka_unit_test(test_a_signature_that_fails_late_is_reported_and_stays_on_the_pad),
      cmocka_unit_test(test_a_visit_cannot_end_before_the_last_signature_is_known),
      cmocka_unit_test(test_a_failure_after_the_page_was_left_is_reported),
      cmocka_unit_test(test_an_answer_to_a_page_that_is_gone_does_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
