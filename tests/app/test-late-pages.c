/* Answers of the store that arrive after the person has moved on: what pages show, and what taps
 * on them do. */
#include "tests/app/late.h"

#include <handy.h>
#include <string.h>

#include "app/pages/creations.h"
#include "app/pages/home.h"
#include "app/pages/list.h"
#include "app/pages/queue.h"
#include "app/pages/record.h"
#include "app/tap-filter.h"
#include "app/visit/checklist.h"
#include "app/visit/find.h"
#include "app/visit/inspection.h"
#include "app/visit/sign.h"
#include "app/visit/start.h"

/* --- the checklist --- */

static BhPage *show_checklist(World *world)
{
  BhPage *page = bh_checklist_page_new(test_id(INSPECTION));
  world_show(world, page);
  assert_string_equal(world_get_text(world, "item_no"), "T-01");
  return page;
}

static char *dup_answer(World *world, const char *item_no)
{
  g_autofree char *key = g_strconcat("answers/", item_no, NULL);
  g_autoptr(json_t) value = world_value(world, key);
  return g_strdup(bh_json_string_or(value, "answer", "none"));
}

/* Taps an answer to T-01 while the page reads a visit that does not contain it yet. */
static void answer_while_loading(World *world)
{
  BhPage *page = show_checklist(world);
  world_hold(world, "run");
  bh_page_refresh(page);
  world_settle(world);
  assert_int_equal(world_count_held(world), 1);
  world_hold(world, "save");
  assert_true(world_tap(world, "answer-compliant"));
  world_hold(world, NULL);
}

static void test_a_visit_read_before_a_tap_does_not_remove_the_answer(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  answer_while_loading(world);
  world_deliver(world, 0, -1);
  assert_string_equal(world_get_text(world, "section"), "甲 1/3");
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
  /* The answer to the reading was dropped; once the tapped answer is saved, the visit is read
   * again. */
  world_deliver(world, 1, -1);
  assert_string_equal(world_get_text(world, "section"), "甲 1/3");
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
}

static void test_bulk_does_not_overwrite_an_answer_that_the_page_lost(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  answer_while_loading(world);
  world_deliver(world, 0, -1);
  assert_true(world_tap(world, "jump"));
  assert_true(world_tap(world, "bulk"));
  world_deliver(world, 1, -1);
  g_autofree char *first = dup_answer(world, "T-01");
  g_autofree char *second = dup_answer(world, "T-02");
  g_autofree char *other = dup_answer(world, "T-04");
  assert_string_equal(first, "compliant");
  assert_string_equal(second, "unchecked");
  assert_string_equal(other, "none");
  assert_string_equal(world_get_text(world, "section"), "甲 3/3");
}

static void test_bulk_does_not_overwrite_an_answer_that_the_page_never_knew(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  show_checklist(world);
  json_decref(
      world_call(world, "save",
                 json_pack("{s:s, s:[{s:s, s:s, s:{s:{s:s}}}]}", "author", world->fixture->wang,
                           "ops", "record", test_id(INSPECTION), "kind", "inspection", "set",
                           "answers/T-02", "answer", "compliant")));
  assert_true(world_tap(world, "jump"));
  assert_true(world_tap(world, "bulk"));
  g_autofree char *second = dup_answer(world, "T-02");
  g_autofree char *third = dup_answer(world, "T-03");
  assert_string_equal(second, "compliant");
  assert_string_equal(third, "unchecked");
}

static gboolean on_looked(gpointer data)
{
  *(gboolean *)data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Lets the window draw some frames. */
static void look(void)
{
  gboolean shown = FALSE;
  g_timeout_add(2 * BH_TAP_UNSEEN_MS, on_looked, &shown);
  while (!shown)
    gtk_main_iteration();
}

static void tap_at(World *world, const char *id, guint32 time_ms)
{
  look();
  GtkWidget *button = world_find(world, id);
  static const GdkEventType types[] = {GDK_BUTTON_PRESS, GDK_BUTTON_RELEASE};
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autoptr(GdkEvent) event = gdk_event_new(types[i]);
    event->button.window = g_object_ref(gtk_button_get_event_window(GTK_BUTTON(button)));
    event->button.button = GDK_BUTTON_PRIMARY;
    event->button.time = time_ms;
    event->button.x = event->button.y = 5;
    gdk_event_set_device(
        event, gdk_seat_get_pointer(gdk_display_get_default_seat(gdk_display_get_default())));
    if (bh_window_filter_event(world->window, event))
      gtk_main_do_event(event);
  }
  world_settle(world);
}

static void test_a_double_tap_answers_one_item(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  show_checklist(world);
  tap_at(world, "answer-compliant", 10000);
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
  tap_at(world, "answer-compliant", 10150);
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
  tap_at(world, "answer-compliant", 11000);
  assert_string_equal(world_get_text(world, "item_no"), "T-03");
}

static void test_an_answer_asks_the_store_once_and_waits_for_nothing(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  show_checklist(world);
  world_hold(world, "*");
  for (int i = 0; i < 3; i++)
    assert_true(world_tap(world, "answer-compliant"));
  assert_int_equal(world_count_held(world), 3);
  assert_string_equal(world_get_text(world, "item_no"), "T-04");
  world_hold(world, NULL);
  world_deliver_all(world, TRUE);
  assert_int_equal(world_count_held(world), 3);
  assert_string_equal(world_get_text(world, "section"), "乙 0/1");
}

static void test_an_answer_that_fails_late_is_not_shown_any_more(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  show_checklist(world);
  world_hold(world, "save");
  assert_true(world_tap(world, "answer-compliant"));
  world_hold(world, NULL);
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
  assert_string_equal(world_get_text(world, "section"), "甲 1/3");
  /* Clears the answer in the store, as if the store had refused to save it. */
  json_decref(world_call(world, "save",
                         json_pack("{s:s, s:[{s:s, s:s, s:{s:n}}]}", "author", world->fixture->li,
                                   "ops", "record", test_id(INSPECTION), "kind", "inspection",
                                   "set", "answers/T-01")));
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_non_null(strstr(world_get_toast(world), "The disk could not be written"));
  assert_string_equal(world_get_text(world, "item_no"), "T-02");
  assert_string_equal(world_get_text(world, "section"), "甲 0/3");
}

/* --- searches --- */

static void search(World *world, const char *text)
{
  world_type(world, "search", text);
  g_signal_emit_by_name(world_find(world, "search"), "search-changed");
  world_settle(world);
}

static void test_rows_of_two_searches_do_not_mix(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_find_page_new(&(BhFindTask){0}));
  assert_non_null(world_try_find(world, "result-2"));
  world_hold(world, "list");
  search(world, "朔州");
  search(world, "样例");
  world_hold(world, NULL);
  world_deliver_all(world, TRUE);
  assert_null(world_try_find(world, "result-2"));
  assert_string_equal(bh_part_get_record(world_find(world, "result-1")), test_id(ENTERPRISE));
}

static void test_a_second_tap_on_more_or_a_repeated_search_shows_each_row_once(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_list_page_new("inspection", NULL, "Inspections"));
  world_hold(world, "list");
  search(world, "");
  search(world, "");
  world_hold(world, NULL);
  world_deliver_all(world, FALSE);
  assert_non_null(world_try_find(world, "row-1"));
  assert_null(world_try_find(world, "row-2"));
}

static void test_a_late_error_of_a_search_is_not_shown_for_the_newer_one(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_find_page_new(&(BhFindTask){0}));
  world_hold(world, "list");
  search(world, "朔州");
  search(world, "样例");
  world_hold(world, NULL);
  world_deliver(world, 1, -1);
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_string_equal(world_get_toast(world), "");
  assert_non_null(world_try_find(world, "result-1"));
}

/* --- home --- */

static void count_named(GtkWidget *widget, gpointer data)
{
  *(guint *)data += g_str_has_prefix(gtk_widget_get_name(widget), "returned-");
}

/* --- what can be made --- */

static void test_what_can_be_made_from_one_record_is_not_listed_for_another(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_home_page_new());
  world_hold(world, "creations");
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_creations_page_new(test_id(ENTERPRISE)));
  world_settle(world);
  assert_true(world_tap(world, "back"));
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_creations_page_new(test_id(INSPECTION)));
  world_settle(world);
  guint held = world_count_held(world);
  assert_true(held >= 2);
  assert_null(world_try_find(world, "create-participant-of_visit"));
  world_hold(world, NULL);
  world_deliver_all(world, TRUE);
  assert_non_null(world_try_find(world, "create-participant-of_visit"));
  assert_null(world_try_find(world, "create-site-at_enterprise"));
  /* an answer that comes again, and one that failed */
  for (guint i = 0; i < held; i++) {
    world_deliver(world, i, -1);
    world_deliver(world, i, BH_ERROR_STORAGE);
  }
  assert_null(world_try_find(world, "create-site-at_enterprise"));
  assert_string_equal(world_get_toast(world), "");
}

static void test_a_record_has_one_button_for_its_many_new_records(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  BhPage *page = bh_record_page_new(test_id(ENTERPRISE));
  world_show(world, page);
  world_hold(world, "creations");
  bh_page_refresh(page);
  bh_page_refresh(page);
  world_settle(world);
  world_hold(world, NULL);
  world_deliver_all(world, TRUE);
  GtkWidget *button = world_find(world, "new");
  g_autoptr(GList) buttons =
      gtk_container_get_children(GTK_CONTAINER(gtk_widget_get_parent(button)));
  assert_int_equal(g_list_length(buttons), 2); /* with the one of the urgent message */
  assert_non_null(world_try_find(world, "create-urgent_message-at_enterprise"));
  assert_true(world_tap(world, "new"));
  world_settle(world);
  /* Another list of the same records does not make the rows again under the finger. */
  GtkWidget *row = world_find(world, "create-site-at_enterprise");
  g_object_add_weak_pointer(G_OBJECT(row), (gpointer *)&row);
  bh_page_refresh(BH_PAGE(gtk_widget_get_ancestor(row, BH_TYPE_PAGE)));
  world_settle(world);
  assert_non_null(row);
  g_object_remove_weak_pointer(G_OBJECT(row), (gpointer *)&row);
  assert_true(world_tap(world, "create-site-at_enterprise"));
  world_settle(world);
  assert_null(world_try_find(world, "create-licence-at_enterprise"));
  assert_true(world_tap(world, "back"));
  assert_non_null(world_try_find(world, "new"));
}

static void test_a_returned_record_is_listed_once_after_repeated_refreshes(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  BhPage *page = bh_home_page_new();
  world_show(world, page);
  world_hold(world, "*");
  bh_page_refresh(page);
  bh_page_refresh(page);
  world_settle(world);
  world_deliver_all(world, FALSE);
  guint shown = 0;
  gtk_container_foreach(GTK_CONTAINER(world_find(world, "returned")), count_named, &shown);
  assert_int_equal(shown, 1);
}

static void test_an_answer_for_a_removed_row_changes_nothing(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  BhPage *page = bh_home_page_new();
  world_show(world, page);
  world_hold(world, "get");
  bh_page_refresh(page);
  world_settle(world);
  guint held = world_count_held(world);
  assert_true(held > 0);
  world_hold(world, NULL);
  bh_page_refresh(page); /* the refreshed page has new rows */
  world_settle(world);
  for (guint i = 0; i < held; i++)
    world_deliver(world, i, -1);
  assert_non_null(world_try_find(world, "open-1"));
}

/* --- the queue --- */

static void test_rows_of_the_queue_keep_their_place_when_the_state_changes(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  for (int i = 0; i < 60; i++)
    json_decref(
        world_call(world, "save",
                   json_pack("{s:s, s:[{s:s, s:s, s:{s:{s:s}}}]}", "author", world->fixture->li,
                             "ops", "record", test_id(INSPECTION), "kind", "inspection", "set",
                             "answers/T-02", "answer", i % 2 ? "compliant" : "unchecked")));
  world_show(world, bh_queue_page_new());
  assert_non_null(world_try_find(world, "queue-50"));
  assert_null(world_try_find(world, "queue-51"));
  assert_true(world_tap(world, "more"));
  GtkWidget *last = world_find(world, "queue-60");
  bh_session_refresh_status(world->session);
  world_settle(world);
  assert_ptr_equal(world_try_find(world, "queue-60"), last);
}

static void test_the_queue_is_asked_once_however_often_the_state_changes(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_queue_page_new());
  world_hold(world, "queue");
  for (int i = 0; i < 5; i++)
    g_signal_emit_by_name(world->session, "status-changed");
  world_settle(world);
  assert_int_equal(world_count_held(world), 1);
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_non_null(world_try_find(world, "queue-1"));
}

/* --- the start of an inspection --- */

static void test_an_inspection_does_not_begin_with_the_parts_of_another_list(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_start_page_new(world->fixture->enterprise, NULL));
  assert_non_null(world_try_find(world, "section-2"));
  world_hold(world, "get");
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(world_find(world, "list-2")), TRUE);
  world_settle(world);
  assert_false(world_tap(world, "begin"));
  assert_null(world_try_find(world, "section-1"));
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_non_null(world_try_find(world, "section-2"));
  assert_true(gtk_widget_is_sensitive(world_find(world, "begin")));
}

static void test_the_parts_of_the_list_chosen_last_are_shown(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_start_page_new(world->fixture->enterprise, NULL));
  world_hold(world, "get");
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(world_find(world, "list-2")), TRUE);
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(world_find(world, "list-1")), TRUE);
  world_settle(world);
  world_hold(world, NULL);
  world_deliver(world, 0, BH_ERROR_NOT_FOUND);
  assert_false(gtk_widget_is_sensitive(world_find(world, "begin")));
  assert_string_equal(world_get_toast(world), "");
  world_deliver(world, 1, -1);
  assert_non_null(world_try_find(world, "section-2"));
  assert_null(world_try_find(world, "section-3"));
}

static void test_an_inspection_does_not_begin_before_its_list_and_scans_are_known(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_hold(world, "list");
  world_show(world, bh_start_page_new(world->fixture->enterprise, NULL));
  assert_int_equal(world_count_held(world), 2);
  assert_false(world_tap(world, "begin"));
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_false(world_tap(world, "begin"));
  world_deliver(world, 1, -1);
  assert_true(gtk_widget_is_sensitive(world_find(world, "begin")));
}

static void test_the_next_step_is_offered_once_the_inspection_is_read(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_hold(world, "run");
  world_show(world, bh_inspection_page_new(test_id(INSPECTION)));
  assert_int_equal(world_count_held(world), 1);
  assert_null(world_try_find(world, "finish"));
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_true(world_tap(world, "finish"));
}

static void test_changed_records_do_not_disable_the_done_button(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_hold(world, "run");
  world_show(world, bh_sign_page_new(test_id(INSPECTION)));
  assert_false(world_tap(world, "done"));
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_true(gtk_widget_is_sensitive(world_find(world, "done")));
  world_hold(world, "run");
  g_signal_emit_by_name(world->session, "records-changed");
  world_settle(world);
  assert_true(gtk_widget_is_sensitive(world_find(world, "done")));
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  hdy_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_visit_read_before_a_tap_does_not_remove_the_answer),
      cmocka_unit_test(test_bulk_does_not_overwrite_an_answer_that_the_page_lost),
      cmocka_unit_test(test_bulk_does_not_overwrite_an_answer_that_the_page_never_knew),
      cmocka_unit_test(test_the_next_step_is_offered_once_the_inspection_is_read),
      cmocka_unit_test(test_changed_records_do_not_disable_the_done_button),
      cmocka_unit_test(test_a_double_tap_answers_one_item),
      cmocka_unit_test(test_an_answer_asks_the_store_once_and_waits_for_nothing),
      cmocka_unit_test(test_an_answer_that_fails_late_is_not_shown_any_more),
      cmocka_unit_test(test_rows_of_two_searches_do_not_mix),
      cmocka_unit_test(test_a_second_tap_on_more_or_a_repeated_search_shows_each_row_once),
      cmocka_unit_test(test_a_late_error_of_a_search_is_not_shown_for_the_newer_one),
      cmocka_unit_test(test_what_can_be_made_from_one_record_is_not_listed_for_another),
      cmocka_unit_test(test_a_record_has_one_button_for_its_many_new_records),
      cmocka_unit_test(test_a_returned_record_is_listed_once_after_repeated_refreshes),
      cmocka_unit_test(test_an_answer_for_a_removed_row_changes_nothing),
      cmocka_unit_test(test_rows_of_the_queue_keep_their_place_when_the_state_changes),
      cmocka_unit_test(test_the_queue_is_asked_once_however_often_the_state_changes),
      cmocka_unit_test(test_an_inspection_does_not_begin_with_the_parts_of_another_list),
      cmocka_unit_test(test_the_parts_of_the_list_chosen_last_are_shown),
      cmocka_unit_test(test_an_inspection_does_not_begin_before_its_list_and_scans_are_known),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
