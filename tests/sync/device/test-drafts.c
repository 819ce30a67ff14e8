#include <string.h>

#include "tests/sync/device/fixture.h"

static void set_draft(Fixture *fixture, const char *author, const char *record, const char *key,
                      json_t *value)
{
  g_autoptr(GError) error = NULL;

  assert_true(
      bh_device_draft_set(fixture->device, author, record, "inspection", key, value, &error));
  assert_no_error(error);
  json_decref(value);
}

static void test_L13_drafts_of_two_people_on_one_record_stay_apart(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char record[BH_ID_LEN + 1];

  fixture_inspect(fixture, record);
  set_draft(fixture, fixture->li, record, "place_note", json_string("李的"));
  set_draft(fixture, fixture->wang, record, "place_note", json_string("王的"));
  fixture_reopen(fixture);
  g_autoptr(json_t) li = bh_device_draft_get(fixture->device, fixture->li, record, &error);
  g_autoptr(json_t) wang = bh_device_draft_get(fixture->device, fixture->wang, record, &error);
  assert_no_error(error);
  assert_string_equal(bh_json_string_or(json_object_get(li, "changed"), "place_note", ""), "李的");
  assert_string_equal(bh_json_string_or(json_object_get(wang, "values"), "place_note", ""), "王的");
  assert_string_equal(bh_json_string_or(json_object_get(wang, "values"), "state", ""), "on_site");
  assert_int_equal(fixture_status(fixture, "drafts"), 2);
  assert_int_equal(fixture_status(fixture, "pending"), 1);

  assert_true(bh_device_draft_discard(fixture->device, fixture->li, record, &error));
  assert_true(bh_device_draft_discard(fixture->device, fixture->li, record, &error));
  assert_int_equal(fixture_status(fixture, "drafts"), 1);
  assert_null(bh_device_draft_get(fixture->device, fixture->li, record, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
}

/* bh_device_draft_forget removes the named keys from a draft, because their values were saved in
 * another way; other keys stay. The draft ends with its last key. */
static void test_a_draft_forgets_keys_and_ends_with_the_last(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char record[BH_ID_LEN + 1];
  g_autoptr(json_t) one = json_pack("[s, s]", "place_note", "not_there");
  g_autoptr(json_t) other = json_pack("[s]", "opinion");

  fixture_inspect(fixture, record);
  set_draft(fixture, fixture->li, record, "place_note", json_string("井口"));
  set_draft(fixture, fixture->li, record, "opinion", json_string("意见"));
  assert_true(bh_device_draft_forget(fixture->device, fixture->li, record, one, &error));
  g_autoptr(json_t) draft = bh_device_draft_get(fixture->device, fixture->li, record, &error);
  assert_no_error(error);
  assert_int_equal(json_object_size(json_object_get(draft, "changed")), 1);
  assert_non_null(json_object_get(json_object_get(draft, "changed"), "opinion"));
  g_autoptr(json_t) list = bh_device_draft_list(fixture->device, fixture->li, &error);
  assert_string_equal(bh_json_string_or(json_array_get(list, 0), "state", ""), "on_site");
  assert_int_equal(fixture_status(fixture, "drafts"), 1);
  assert_true(bh_device_draft_forget(fixture->device, fixture->li, record, other, &error));
  assert_int_equal(fixture_status(fixture, "drafts"), 0);
  assert_true(bh_device_draft_forget(fixture->device, fixture->li, record, other, &error));
  assert_int_equal(fixture_status(fixture, "drafts"), 0);
}

static void test_a_saved_draft_is_one_entry_and_is_gone(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) also = json_pack("{ss}", "state", "on_site");
  char record[BH_ID_LEN + 1];

  bh_device_make_id(fixture->device, record);
  set_draft(fixture, fixture->li, record, "enterprise", json_string(fixture->enterprise));
  set_draft(fixture, fixture->li, record, "modes", json_pack("[s]", "routine"));
  set_draft(fixture, fixture->li, record, "unit", json_string(fixture->unit));
  set_draft(fixture, fixture->li, record, "lead", json_string(fixture->li));
  set_draft(fixture, fixture->li, record, "subject_found_by", json_string("code"));
  /* An unfinished draft may contain any value. Values are checked when the draft is saved, and a
   * draft that is refused is kept. */
  set_draft(fixture, fixture->li, record, "started_at", json_string("soon"));
  assert_null(bh_device_save_draft(fixture->device, fixture->li, record, also, &error));
  assert_error(error, BH_ERROR_INVALID);
  assert_int_equal(fixture_status(fixture, "drafts"), 1);
  set_draft(fixture, fixture->li, record, "started_at", json_integer(fixture->time.wall_ms));
  g_autofree char *entry = bh_device_save_draft(fixture->device, fixture->li, record, also, &error);
  assert_no_error(error);
  assert_int_equal(fixture_status(fixture, "drafts"), 0);
  assert_int_equal(fixture_status(fixture, "pending"), 1);
  assert_value(fixture, record, "state", "on_site");
  g_autoptr(json_t) drafts = bh_device_draft_list(fixture->device, fixture->li, &error);
  assert_int_equal(json_array_size(drafts), 0);
}

/* --- drafts that belong together --- */

#define PICTURES (BH_ENTRY_MAX_FILES + 3)

/* Drafts a hazard with pictures. Returns [{"record"}] for saving them together, the hazard with
 * its state. */
static json_t *draft_hazard(Fixture *fixture, char *record, int pictures)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) drafts = json_array();
  json_t *wanted = json_array();

  bh_device_make_id(fixture->device, record);
  json_array_append_new(drafts, json_pack("{ss ss s{ss ss ss ss ss ss ss}}", "record", record,
                                          "kind", "hazard", "set", "enterprise",
                                          fixture->enterprise, "summary", "支护不足", "level",
                                          "general", "place", "井口", "found_by", "inspection",
                                          "responsible_person", "王某", "description", "样例"));
  json_array_append_new(wanted,
                        json_pack("{ss s{ss}}", "record", record, "also", "state", "found"));
  for (int i = 0; i < pictures; i++) {
    g_autoptr(json_t) file = fixture_picture_of(fixture->device, 200, (guint)i);
    char id[BH_ID_LEN + 1];
    bh_device_make_id(fixture->device, id);
    json_object_set_new(file, "parent", json_string(record));
    json_object_set_new(file, "role", json_string("photo"));
    json_array_append_new(drafts,
                          json_pack("{ss ss sO}", "record", id, "kind", "file", "set", file));
    json_array_append_new(wanted, json_pack("{ss}", "record", id));
  }
  assert_true(bh_device_draft_put(fixture->device, fixture->li, drafts, &error));
  assert_no_error(error);
  return wanted;
}

static void test_a_hazard_and_its_pictures_are_one_entry(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char record[BH_ID_LEN + 1];
  g_autoptr(json_t) drafts = draft_hazard(fixture, record, 2);

  assert_int_equal(fixture_status(fixture, "drafts"), 3);
  g_autoptr(json_t) entries =
      bh_device_save_drafts(fixture->device, fixture->li, drafts, NULL, &error);
  assert_no_error(error);
  assert_int_equal(json_array_size(entries), 1);
  assert_int_equal(fixture_status(fixture, "drafts"), 0);
  assert_int_equal(fixture_status(fixture, "pending"), 1);
  assert_int_equal(fixture_status(fixture, "files_pending"), 2);
  assert_value(fixture, record, "state", "found");
}

static void test_more_pictures_than_an_entry_holds_are_saved_too(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char record[BH_ID_LEN + 1];
  g_autoptr(json_t) drafts = draft_hazard(fixture, record, PICTURES);

  g_autoptr(json_t) entries =
      bh_device_save_drafts(fixture->device, fixture->li, drafts, NULL, &error);
  assert_no_error(error);
  assert_int_equal(json_array_size(entries), 2);
  assert_int_equal(fixture_status(fixture, "drafts"), 0);
  assert_int_equal(fixture_status(fixture, "files_pending"), PICTURES);
}

/* Drafts a few hazards whose texts together exceed the limit of an entry. Returns [{"record"}]. */
static json_t *draft_long_hazards(Fixture *fixture, int hazards)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) words = g_string_new(NULL);
  json_t *wanted = json_array();

  while (words->len < 11000)
    g_string_append(words, "支护不足");
  for (int i = 0; i < hazards; i++) {
    char record[BH_ID_LEN + 1];
    bh_device_make_id(fixture->device, record);
    g_autoptr(json_t) drafts = json_pack(
        "[{ss ss s{ss ss ss ss ss ss ss}}]", "record", record, "kind", "hazard", "set",
        "enterprise", fixture->enterprise, "summary", "支护不足", "level", "general", "place",
        "井口", "found_by", "inspection", "responsible_person", "王某", "description", words->str);
    assert_true(bh_device_draft_put(fixture->device, fixture->li, drafts, &error));
    assert_no_error(error);
    json_array_append_new(wanted,
                          json_pack("{ss s{ss}}", "record", record, "also", "state", "found"));
  }
  return wanted;
}

static void test_more_bytes_than_an_entry_holds_are_saved_too(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) drafts = draft_long_hazards(fixture, 30);

  g_autoptr(json_t) entries =
      bh_device_save_drafts(fixture->device, fixture->li, drafts, NULL, &error);
  assert_no_error(error);
  assert_in_range(json_array_size(entries), 2, 4);
  assert_int_equal(fixture_status(fixture, "drafts"), 0);
  for (gsize i = 0; i < json_array_size(drafts); i++)
    assert_value(fixture, bh_json_string_or(json_array_get(drafts, i), "record", ""), "state",
                 "found");
}

static void
test_a_draft_that_fits_into_no_entry_is_named_and_nothing_is_saved(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *refused = NULL;
  g_autofree char *words = g_strnfill(560, 'x');
  char record[BH_ID_LEN + 1];
  g_autoptr(json_t) drafts = draft_hazard(fixture, record, 2);

  /* Each value is short enough; together they exceed the limit of an entry. */
  char large[BH_ID_LEN + 1];
  bh_device_make_id(fixture->device, large);
  g_autoptr(json_t) more = json_pack("[{ss ss s{}}]", "record", large, "kind", "inspection", "set");
  json_t *set = json_object_get(json_array_get(more, 0), "set");
  for (int i = 0; i < 480; i++) {
    g_autofree char *key = g_strdup_printf("answers/T-%d", i);
    json_object_set_new(set, key, json_pack("{ss ss}", "answer", "noncompliant", "note", words));
  }
  assert_true(bh_device_draft_put(fixture->device, fixture->li, more, &error));
  assert_no_error(error);
  json_array_append_new(drafts, json_pack("{ss}", "record", large));
  assert_null(bh_device_save_drafts(fixture->device, fixture->li, drafts, &refused, &error));
  assert_error(error, BH_ERROR_LIMIT);
  assert_string_equal(refused, large);
  assert_int_equal(fixture_status(fixture, "drafts"), 4);
  assert_int_equal(fixture_status(fixture, "pending"), 0);
}

static void test_a_refused_save_keeps_all_drafts_that_belong_together(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char record[BH_ID_LEN + 1], missing[BH_ID_LEN + 1];
  g_autoptr(json_t) drafts = draft_hazard(fixture, record, PICTURES);

  bh_device_make_id(fixture->device, missing);
  json_array_append_new(drafts, json_pack("{ss}", "record", missing));
  assert_null(bh_device_save_drafts(fixture->device, fixture->li, drafts, NULL, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
  assert_int_equal(fixture_status(fixture, "drafts"), 1 + PICTURES);
  assert_int_equal(fixture_status(fixture, "pending"), 0);

  g_clear_error(&error);
  g_autoptr(json_t) wrong =
      json_pack("[{ss ss s{ss}} {ss ss s{ss}}]", "record", missing, "kind", "file", "set", "parent",
                record, "record", missing, "kind", "file", "set", "", "no key");
  assert_false(bh_device_draft_put(fixture->device, fixture->li, wrong, &error));
  assert_int_equal(fixture_status(fixture, "drafts"), 1 + PICTURES);

  g_autoptr(json_t) records = json_array();
  for (gsize i = 0; i < json_array_size(drafts); i++)
    json_array_append(records, json_object_get(json_array_get(drafts, i), "record"));
  g_clear_error(&error);
  assert_true(bh_device_draft_drop(fixture->device, fixture->li, records, &error));
  assert_int_equal(fixture_status(fixture, "drafts"), 0);
}

static void test_L16_a_draft_outlives_a_new_kind_set(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) old = bh_device_dup_kinds(fixture->device);
  char record[BH_ID_LEN + 1];

  fixture_inspect(fixture, record);
  set_draft(fixture, fixture->li, record, "place_note", json_string("东门"));
  g_autoptr(json_t) text = bh_json_parse(bh_kind_set_get_text(old),
                                         strlen(bh_kind_set_get_text(old)), 4 << 20, "k", &error);
  json_object_set_new(json_object_get(json_array_get(json_object_get(text, "kinds"), 0), "label"),
                      "en", json_string("Another word"));
  g_autofree char *changed = bh_json_dump_sorted(text);
  assert_true(bh_outbox_store_kinds(fixture->device, changed, strlen(changed), &error));
  assert_no_error(error);
  fixture_reopen(fixture);
  g_autoptr(BhKindSet) now = bh_device_dup_kinds(fixture->device);
  assert_string_not_equal(bh_kind_set_get_hash(now), bh_kind_set_get_hash(old));
  assert_true(bh_outbox_has_kinds(fixture->device, bh_kind_set_get_hash(old)));
  assert_true(bh_outbox_has_kinds(fixture->device, bh_kind_set_get_hash(now)));
  g_free(bh_device_save_draft(fixture->device, fixture->li, record, NULL, &error));
  assert_no_error(error);
  assert_value(fixture, record, "place_note", "东门");
}

static void test_drafts_are_listed_newest_first_with_a_title(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char first[BH_ID_LEN + 1], second[BH_ID_LEN + 1];
  g_autoptr(json_t) text = json_string("甲");

  bh_device_make_id(fixture->device, first);
  bh_device_make_id(fixture->device, second);
  assert_true(
      bh_device_draft_set(fixture->device, fixture->li, first, "hazard", "summary", text, &error));
  set_draft(fixture, fixture->li, second, "place_note", json_string("乙"));
  assert_true(
      bh_device_draft_set(fixture->device, fixture->li, first, "hazard", "place", text, &error));
  g_autoptr(json_t) drafts = bh_device_draft_list(fixture->device, fixture->li, &error);
  assert_int_equal(json_array_size(drafts), 2);
  assert_string_equal(bh_json_string_or(json_array_get(drafts, 0), "record", ""), first);
  assert_string_equal(bh_json_string_or(json_array_get(drafts, 0), "title", ""), "甲");
  g_autoptr(json_t) people = bh_device_list_staff(fixture->device, &error);
  assert_int_equal(json_integer_value(json_object_get(json_array_get(people, 0), "drafts")), 2);
}

static void test_bad_draft_keys_and_values_are_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) nul = json_stringn("a\0b", 3);
  g_autoptr(json_t) text = json_string("x");
  g_autofree char *long_key = g_strnfill(BH_KEY_MAX + 1, 'k');
  char id[BH_ID_LEN + 1];

  bh_device_make_id(fixture->device, id);
  assert_false(
      bh_device_draft_set(fixture->device, fixture->li, id, "hazard", "summary", nul, &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_false(
      bh_device_draft_set(fixture->device, fixture->li, id, "hazard", long_key, text, &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_false(
      bh_device_draft_set(fixture->device, fixture->li, id, "dragon", "summary", text, &error));
  assert_error(error, BH_ERROR_UNKNOWN);
  assert_int_equal(fixture_status(fixture, "drafts"), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L13_drafts_of_two_people_on_one_record_stay_apart),
      cmocka_unit_test(test_a_draft_forgets_keys_and_ends_with_the_last),
      cmocka_unit_test(test_a_saved_draft_is_one_entry_and_is_gone),
      cmocka_unit_test(test_a_hazard_and_its_pictures_are_one_entry),
      cmocka_unit_test(test_more_pictures_than_an_entry_holds_are_saved_too),
      cmocka_unit_test(test_more_bytes_than_an_entry_holds_are_saved_too),
      cmocka_unit_test(test_a_draft_that_fits_into_no_entry_is_named_and_nothing_is_saved),
      cmocka_unit_test(test_a_refused_save_keeps_all_drafts_that_belong_together),
      cmocka_unit_test(test_L16_a_draft_outlives_a_new_kind_set),
      cmocka_unit_test(test_drafts_are_listed_newest_first_with_a_title),
      cmocka_unit_test(test_bad_draft_keys_and_values_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
