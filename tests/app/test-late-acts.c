/* Answers of the store that arrive after the person has moved on: to taps, typed text and
 * discarded drafts. Also pictures that the store refuses. */
#include "tests/app/late.h"

#include <handy.h>
#include <string.h>

#include "app/forms/signature-pad.h"
#include "app/pages/home.h"
#include "app/pages/photo.h"
#include "app/pages/record.h"
#include "app/visit/drafts.h"
#include "app/visit/find.h"
#include "app/visit/hazard.h"
#include "app/visit/inspection.h"
#include "app/visit/outcome.h"
#include "app/visit/sign.h"
#include "tests/support/pictures.h"

/* Record ids of Li's drafts, separated by spaces; g_free. */
static char *dup_drafts(World *world)
{
  g_autoptr(json_t) list =
      world_call(world, "draft_list", json_pack("{s:s}", "author", world->fixture->li));
  g_autoptr(GString) text = g_string_new(NULL);
  gsize i;
  json_t *draft;
  json_array_foreach(json_object_get(list, "drafts"), i, draft) {
    g_string_append_printf(text, "%s ", bh_json_string_or(draft, "record", ""));
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static guint count_entries(World *world, const char *key)
{
  g_autoptr(json_t) history =
      world_call(world, "history", json_pack("{s:s}", "id", test_id(INSPECTION)));
  guint found = 0;
  gsize i;
  json_t *entry;
  json_array_foreach(json_object_get(history, "entries"), i, entry) {
    gsize j;
    json_t *set;
    json_array_foreach(json_object_get(entry, "sets"), j, set) {
      found += strcmp(bh_json_string_or(set, "key", ""), key) == 0;
    }
  }
  return found;
}

/* --- taps --- */

static void test_nothing_can_be_typed_between_the_check_and_the_save(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_outcome_page_new(test_id(INSPECTION)));
  world_hold(world, "*");
  assert_true(world_tap(world, "save"));
  assert_int_equal(world_count_held(world), 1);
  assert_false(gtk_widget_is_sensitive(world_find(world, "outcome-gate_closed")));
  assert_false(gtk_widget_is_sensitive(world_find(world, "add_photo")));
  world_hold(world, NULL);
  world_deliver_all(world, FALSE);
  assert_true(gtk_widget_is_sensitive(world_find(world, "outcome-gate_closed")));
}

static void test_two_taps_on_another_enterprise_are_one(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_find_page_new(&(BhFindTask){.inspection = (char *)test_id(INSPECTION)}));
  guint before = count_entries(world, "enterprise");
  world_type(world, "reason", "样例原因");
  world_settle(world);
  assert_true(world_tap(world, "result-1"));
  world_hold(world, "*");
  assert_true(world_tap(world, "move_yes"));
  world_force_tap(world, "result-2");
  world_force_tap(world, "move_yes");
  world_hold(world, NULL);
  world_deliver_all(world, FALSE);
  assert_int_equal(count_entries(world, "enterprise"), before + 1);
}

static void test_people_can_go_back_when_the_store_never_answers(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  world_show(world, bh_home_page_new());
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_outcome_page_new(test_id(INSPECTION)));
  world_settle(world);
  world_hold(world, "*");
  assert_true(world_tap(world, "save"));
  assert_true(world_tap(world, "back"));
  assert_null(world_try_find(world, "outcome-gate_closed"));
  assert_true(world_tap(world, "find"));
  assert_non_null(world_try_find(world, "search"));
}

static void test_a_tap_belongs_to_its_person_also_after_another_signed_in(void **state)
{
  (void)state;
  static const double xy[] = {20, 20, 60, 80, 100, 30};
  g_autoptr(World) world = world_new();
  world_show(world, bh_sign_page_new(test_id(INSPECTION)));
  assert_true(world_tap(world, "signer-inspector-1"));
  bh_signature_pad_add_stroke(BH_SIGNATURE_PAD(world_find(world, "canvas")), xy, 3);
  world_hold(world, "change");
  assert_true(world_tap(world, "pad_save"));
  world_hold(world, NULL);
  bh_window_lock(world->window);
  bh_session_set_actor(world->session, world->fixture->wang, "王芳");
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_sign_page_new(test_id(INSPECTION)));
  world_settle(world);
  assert_true(world_tap(world, "signer-second_inspector-2"));
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_non_null(world_try_find(world, "canvas"));
  assert_non_null(strstr(world_get_text(world, "failure_text"), "was not saved"));
  g_autoptr(json_t) rows = world_list(world, "signature");
  g_autoptr(json_t) history =
      world_call(world, "history",
                 json_pack("{s:s}", "id", bh_json_string_or(json_array_get(rows, 0), "id", "")));
  const json_t *entry = json_array_get(json_object_get(history, "entries"), 0);
  assert_string_equal(bh_json_string_or(entry, "by", ""), world->fixture->li);
}

static void test_a_text_that_changes_under_the_pen_is_not_signed_unread(void **state)
{
  (void)state;
  static const double xy[] = {20, 20, 60, 80, 100, 30};
  g_autoptr(World) world = world_new();
  BhPage *page = bh_sign_page_new(test_id(INSPECTION));
  world_show(world, page);
  assert_true(world_tap(world, "signer-inspector-1"));
  bh_signature_pad_add_stroke(BH_SIGNATURE_PAD(world_find(world, "canvas")), xy, 3);
  bh_page_refresh(page);
  world_settle(world);
  assert_false(bh_signature_pad_is_empty(BH_SIGNATURE_PAD(world_find(world, "canvas"))));
  json_decref(world_call(world, "save",
                         json_pack("{s:s, s:[{s:s, s:s, s:{s:s}}]}", "author", world->fixture->wang,
                                   "ops", "record", test_id(INSPECTION), "kind", "inspection",
                                   "set", "place_note", "样例地点")));
  bh_page_refresh(page);
  world_settle(world);
  assert_true(bh_signature_pad_is_empty(BH_SIGNATURE_PAD(world_find(world, "canvas"))));
  assert_non_null(strstr(world_get_text(world, "message"), "has changed"));
}

/* --- typed text and discarded drafts --- */

static World *new_at_inspection(void)
{
  World *world = world_new();
  world_show(world, bh_home_page_new());
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_inspection_page_new(test_id(INSPECTION)));
  world_settle(world);
  return world;
}

static void test_a_late_failure_to_save_typed_text_is_reported(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_inspection();
  world_type(world, "place_note", "样例地点");
  world_hold(world, "draft_set");
  assert_true(world_tap(world, "back"));
  world_hold(world, NULL);
  assert_int_equal(world_count_held(world), 1);
  assert_null(world_try_find(world, "failure"));
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_non_null(strstr(world_get_text(world, "failure_text"), "was not saved"));
  /* The notice stays until it is acknowledged, whatever page is opened. */
  assert_true(world_tap(world, "find"));
  assert_non_null(world_try_find(world, "failure"));
  assert_true(world_tap(world, "failure_seen"));
  assert_null(world_try_find(world, "failure"));
}

static void test_a_change_of_the_previous_person_that_fails_is_reported(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_inspection();
  world_type(world, "place_note", "样例地点");
  world_hold(world, "draft_set");
  bh_page_leave(BH_PAGE(gtk_widget_get_ancestor(world_find(world, "place_note"), BH_TYPE_PAGE)));
  world_settle(world);
  world_hold(world, NULL);
  bh_session_set_actor(world->session, world->fixture->wang, "王芳");
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_non_null(strstr(world_get_text(world, "failure_text"), "was not saved"));
}

/* --- the window is closed --- */

static gboolean close_window(World *world)
{
  g_autoptr(GdkEvent) event = gdk_event_new(GDK_DELETE);
  event->any.window = g_object_ref(gtk_widget_get_window(GTK_WIDGET(world->window)));
  gtk_main_do_event(event);
  world_settle(world);
  return gtk_widget_in_destruction(GTK_WIDGET(world->window)) ||
         gtk_widget_get_window(GTK_WIDGET(world->window)) == NULL;
}

static void test_the_window_closes_once_what_was_typed_last_is_kept(void **state)
{
  (void)state;
  World *world = new_at_inspection();
  g_autoptr(BhWindow) window = g_object_ref(world->window);
  world_type(world, "place_note", "样例地点");
  world_hold(world, "draft_set");
  assert_false(close_window(world));
  world_hold(world, NULL);
  world_deliver(world, 0, -1);
  assert_null(gtk_widget_get_window(GTK_WIDGET(window)));
  g_autoptr(json_t) kept = world_value(world, "place_note");
  assert_string_equal(json_string_value(kept), "样例地点");
  world_free(world);
}

static void test_a_window_whose_last_text_cannot_be_saved_stays_open_and_reports_it(void **state)
{
  (void)state;
  World *world = new_at_inspection();
  g_autoptr(BhWindow) window = g_object_ref(world->window);
  world_type(world, "place_note", "样例地点");
  world_hold(world, "draft_set");
  assert_false(close_window(world));
  world_hold(world, NULL);
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_non_null(strstr(world_get_text(world, "failure_text"), "was not saved"));
  assert_string_equal(gtk_entry_get_text(GTK_ENTRY(world_find(world, "place_note"))), "样例地点");
  assert_true(close_window(world));
  world_free(world);
}

static void test_leaving_a_page_without_typed_text_saves_nothing(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_inspection();
  assert_true(world_tap(world, "back"));
  assert_string_equal(world_get_toast(world), "");
}

static void test_a_draft_that_could_not_be_discarded_stays_visible(void **state)
{
  (void)state;
  g_autoptr(World) world = new_at_inspection();
  BhPage *page = bh_hazard_page_new(test_id(INSPECTION), "T-01");
  bh_page_host_open(BH_PAGE_HOST(world->window), page);
  world_settle(world);
  world_type(world, "place", "样例地点");
  bh_page_leave(page);
  world_settle(world);
  world_hold(world, "draft_drop");
  assert_true(world_tap(world, "discard"));
  assert_false(world_tap(world, "discard"));
  world_hold(world, NULL);
  world_deliver(world, 0, BH_ERROR_STORAGE);
  assert_non_null(world_try_find(world, "discard"));
  assert_true(gtk_widget_is_sensitive(world_find(world, "discard")));
  assert_non_null(strstr(world_get_toast(world), "The disk could not be written"));
}

/* --- a hazard and its pictures --- */

#define HAZARD 0xe0
#define PICTURE 0xe1

static json_t *dup_hazard(World *world, const char *state)
{
  json_t *set = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection",
                          test_id(INSPECTION), "enterprise", world->fixture->enterprise, "summary",
                          "支护不足", "level", "general", "place", "井口", "found_by", "inspection",
                          "responsible_person", "王某", "description", "样例");
  if (state != NULL)
    json_object_set_new(set, "state", json_string(state));
  return set;
}

/* Stores the draft of a picture of the hazard, and of the hazard unless it is saved. */
static void draft_pictures(World *world, gboolean saved)
{
  g_autofree char *path = g_build_filename(world->fixture->dir, "picture.png", NULL);
  gsize size;
  const guint8 *png = test_png(&size);
  assert_true(g_file_set_contents(path, (const char *)png, (gssize)size, NULL));
  json_t *file = world_call(world, "add_file", json_pack("{s:s}", "path", path));
  json_object_set_new(file, "parent", json_string(test_id(HAZARD)));
  json_object_set_new(file, "role", json_string("photo"));
  g_autoptr(json_t) drafts =
      json_pack("[{s:s, s:s, s:o}]", "record", test_id(PICTURE), "kind", "file", "set", file);
  if (saved)
    json_decref(world_call(world, "save",
                           json_pack("{s:s, s:[{s:s, s:s, s:o}]}", "author", world->fixture->li,
                                     "ops", "record", test_id(HAZARD), "kind", "hazard", "set",
                                     dup_hazard(world, "found"))));
  else
    json_array_append_new(drafts, json_pack("{s:s, s:s, s:o}", "record", test_id(HAZARD), "kind",
                                            "hazard", "set", dup_hazard(world, NULL)));
  json_decref(world_call(world, "draft_put",
                         json_pack("{s:s, s:O}", "author", world->fixture->li, "drafts", drafts)));
}

static gint64 count_pending(World *world)
{
  g_autoptr(json_t) status = world_call(world, "status", json_object());
  return json_integer_value(json_object_get(status, "pending"));
}

static void test_a_hazard_and_its_pictures_are_saved_in_one_step(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  draft_pictures(world, FALSE);
  gint64 before = count_pending(world);
  world_show(world, bh_hazard_page_new_existing(test_id(HAZARD)));
  assert_true(world_tap(world, "save"));
  assert_int_equal(count_pending(world), before + 1);
  g_autofree char *drafts = dup_drafts(world);
  assert_string_equal(drafts, "");
  g_autoptr(json_t) hazards = world_list(world, "hazard");
  assert_int_equal(json_array_size(hazards), 1);
}

#define REFUSED 0xe2

/* Stores one more picture draft without a role: the rules refuse it. */
static void draft_refused_picture(World *world)
{
  g_autoptr(json_t) draft =
      world_call(world, "draft_get",
                 json_pack("{s:s, s:s}", "author", world->fixture->li, "record", test_id(PICTURE)));
  g_autoptr(json_t) file = json_copy(json_object_get(draft, "values"));
  json_object_del(file, "role");
  json_object_set_new(file, "note", json_string("井口全景"));
  json_decref(
      world_call(world, "draft_put",
                 json_pack("{s:s, s:[{s:s, s:s, s:O}]}", "author", world->fixture->li, "drafts",
                           "record", test_id(REFUSED), "kind", "file", "set", file)));
}

static void test_a_refused_picture_is_named_and_can_be_removed(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  draft_pictures(world, FALSE);
  draft_refused_picture(world);
  gint64 before = count_pending(world);
  world_show(world, bh_hazard_page_new_existing(test_id(HAZARD)));
  assert_null(world_try_find(world, "remove_photo"));
  assert_true(world_tap(world, "save"));
  const char *message = world_get_text(world, "message");
  assert_non_null(strstr(message, "Photo "));
  assert_non_null(strstr(message, "井口全景"));
  assert_non_null(strstr(message, "Role"));
  assert_int_equal(count_pending(world), before);
  g_autofree char *kept = dup_drafts(world);
  assert_non_null(strstr(kept, test_id(HAZARD)));
  assert_non_null(strstr(kept, test_id(PICTURE)));
  assert_non_null(strstr(kept, test_id(REFUSED)));

  assert_true(world_tap(world, "remove_photo"));
  g_autofree char *without = dup_drafts(world);
  assert_non_null(strstr(without, test_id(HAZARD)));
  assert_non_null(strstr(without, test_id(PICTURE)));
  assert_null(strstr(without, test_id(REFUSED)));
  assert_null(world_try_find(world, "remove_photo"));

  assert_true(world_tap(world, "toast_button"));
  g_autofree char *again = dup_drafts(world);
  assert_non_null(strstr(again, test_id(REFUSED)));
  assert_true(world_tap(world, "save"));
  assert_non_null(strstr(world_get_text(world, "message"), "井口全景"));
  assert_true(world_tap(world, "remove_photo"));
  assert_true(world_tap(world, "save"));
  assert_int_equal(count_pending(world), before + 1);
  g_autofree char *drafts = dup_drafts(world);
  assert_string_equal(drafts, "");
}

/* An older version of the program saved the hazard first, and may have been killed before it saved
 * the pictures. */
static void test_pictures_left_of_a_saved_hazard_can_be_sent(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  draft_pictures(world, TRUE);
  gint64 before = count_pending(world);
  BhPage *home = bh_home_page_new();
  world_show(world, home);
  bh_drafts_open(home, test_id(PICTURE));
  world_settle(world);
  assert_true(world_tap(world, "save"));
  assert_int_equal(count_pending(world), before + 1);
  g_autofree char *drafts = dup_drafts(world);
  assert_string_equal(drafts, "");
}

/* --- a picture that is added to a saved hazard --- */

static guint count_photos(World *world)
{
  guint count = 0;
  g_autofree char *id = g_strdup("photo-1");
  while (world_try_find(world, id) != NULL) {
    count++;
    g_free(id);
    id = g_strdup_printf("photo-%u", count + 1);
  }
  return count;
}

/* Adds a photo as the photo page does after "Keep". */
static void add_photo(World *world)
{
  g_autofree char *path = g_build_filename(world->fixture->dir, "picture.png", NULL);
  gsize size;
  const guint8 *png = test_png(&size);
  assert_true(g_file_set_contents(path, (const char *)png, (gssize)size, NULL));
  g_autoptr(json_t) file = world_call(world, "add_file", json_pack("{s:s}", "path", path));
  assert_true(world_tap(world, "add_photo"));
  GtkWidget *photo = gtk_widget_get_ancestor(world_find(world, "choose"), BH_TYPE_PHOTO_PAGE);
  g_signal_emit_by_name(photo, "stored", file);
  bh_page_close(BH_PAGE(photo));
  world_settle(world);
}

static void show_saved_hazard(World *world)
{
  world_pull(world, HAZARD, "hazard", dup_hazard(world, "found"));
  world_show(world, bh_home_page_new());
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_hazard_page_new_existing(test_id(HAZARD)));
  world_settle(world);
}

static void test_a_picture_added_to_a_saved_hazard_is_saved_at_once(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  show_saved_hazard(world);
  gint64 before = count_pending(world);
  add_photo(world);
  add_photo(world);
  assert_int_equal(count_pending(world), before + 2);
  assert_int_equal(count_photos(world), 2);
  assert_null(world_try_find(world, "remove_photo"));
  g_autofree char *drafts = dup_drafts(world);
  assert_string_equal(drafts, "");
}

/* Nobody has signed in with a PIN, so the store refuses every entry of Li. */
static void test_a_refused_picture_of_a_saved_hazard_stays_a_draft_until_it_is_saved(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new_with_pins();
  show_saved_hazard(world);
  gint64 before = count_pending(world);
  add_photo(world);
  assert_int_equal(count_pending(world), before);
  assert_int_equal(count_photos(world), 1);
  assert_non_null(strstr(world_get_text(world, "message"), "Photo 1 is not saved yet"));
  assert_non_null(world_try_find(world, "remove_photo"));

  assert_true(world_tap(world, "back"));
  bh_page_host_open(BH_PAGE_HOST(world->window), bh_hazard_page_new_existing(test_id(HAZARD)));
  world_settle(world);
  assert_int_equal(count_photos(world), 1);
  json_decref(world_call(world, "sign_in",
                         json_pack("{s:s, s:s}", "staff", world->fixture->li, "pin", PIN_OF_LI)));
  assert_true(world_tap(world, "save"));
  assert_int_equal(count_pending(world), before + 1);
  g_autofree char *drafts = dup_drafts(world);
  assert_string_equal(drafts, "");
}

static void test_a_refused_picture_of_a_saved_hazard_can_be_removed(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new_with_pins();
  show_saved_hazard(world);
  add_photo(world);
  assert_true(world_tap(world, "remove_photo"));
  assert_int_equal(count_photos(world), 0);
  assert_null(world_try_find(world, "remove_photo"));
  g_autofree char *drafts = dup_drafts(world);
  assert_string_equal(drafts, "");
}

static void test_a_refused_proof_is_removed_from_the_page(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new_with_pins();
  world_show(world, bh_outcome_page_new(test_id(INSPECTION)));
  add_photo(world);
  assert_int_equal(count_photos(world), 0);
  assert_string_not_equal(world_get_toast(world), "");
}

static void test_an_answer_typed_for_one_review_is_never_kept_for_another(void **state)
{
  (void)state;
  g_autoptr(World) world = world_new();
  BhPage *page = bh_record_page_new(test_id(INSPECTION));
  world_show(world, page);
  gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(world_find(world, "answer"))),
                           "为第一条", -1);
  bh_page_leave(page);
  world_settle(world);
  world_pull(world, REVIEW, "review",
             json_pack("{s:s, s:s, s:s, s:s}", "parent", test_id(INSPECTION), "decision", "return",
                       "comment", "请补充", "state", "closed"));
  world_pull(world, REVIEW + 0x10, "review",
             json_pack("{s:s, s:s, s:s, s:s}", "parent", test_id(INSPECTION), "decision", "return",
                       "comment", "第二条", "state", "open"));
  bh_page_refresh(page);
  world_settle(world);
  assert_string_equal(world_get_text(world, "review_comment"), "第二条");
  g_autofree char *typed = bh_part_dup_text(GTK_TEXT_VIEW(world_find(world, "answer")));
  assert_string_equal(typed, "");
  bh_page_leave(page);
  world_settle(world);
  g_autofree char *drafts = dup_drafts(world);
  assert_non_null(strstr(drafts, test_id(REVIEW)));
  assert_null(strstr(drafts, test_id(REVIEW + 0x10)));
}

int main(int argc, char **argv)
{
  gtk_init(&argc, &argv);
  hdy_init();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_nothing_can_be_typed_between_the_check_and_the_save),
      cmocka_unit_test(test_two_taps_on_another_enterprise_are_one),
      cmocka_unit_test(test_people_can_go_back_when_the_store_never_answers),
      cmocka_unit_test(test_a_tap_belongs_to_its_person_also_after_another_signed_in),
      cmocka_unit_test(test_a_text_that_changes_under_the_pen_is_not_signed_unread),
      cmocka_unit_test(test_a_late_failure_to_save_typed_text_is_reported),
      cmocka_unit_test(test_a_change_of_the_previous_person_that_fails_is_reported),
      cmocka_unit_test(test_the_window_closes_once_what_was_typed_last_is_kept),
      cmocka_unit_test(test_a_window_whose_last_text_cannot_be_saved_stays_open_and_reports_it),
      cmocka_unit_test(test_leaving_a_page_without_typed_text_saves_nothing),
      cmocka_unit_test(test_a_draft_that_could_not_be_discarded_stays_visible),
      cmocka_unit_test(test_a_hazard_and_its_pictures_are_saved_in_one_step),
      cmocka_unit_test(test_a_refused_picture_is_named_and_can_be_removed),
      cmocka_unit_test(test_pictures_left_of_a_saved_hazard_can_be_sent),
      cmocka_unit_test(test_a_picture_added_to_a_saved_hazard_is_saved_at_once),
      cmocka_unit_test(test_a_refused_picture_of_a_saved_hazard_stays_a_draft_until_it_is_saved),
      cmocka_unit_test(test_a_refused_picture_of_a_saved_hazard_can_be_removed),
      cmocka_unit_test(test_a_refused_proof_is_removed_from_the_page),
      cmocka_unit_test(test_an_answer_typed_for_one_review_is_never_kept_for_another),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
