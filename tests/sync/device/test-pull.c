#include <string.h>

#include "sync/wire/limits.h"
#include "tests/sync/device/fixture.h"

/* Returns the snapshot of a record as a hub makes it that has the device's entries up to `through`.
 * `start`: the snapshot before. */
static json_t *fold_at_hub(Fixture *fixture, const char *record, const char *kind, json_t *start,
                           gint64 through)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) batch = g_string_new(NULL);
  g_autoptr(BhRecord) folded =
      start != NULL ? bh_record_from_json(start, &error) : bh_record_new(record, kind);
  gint64 last = 0;

  json_decref(start);
  assert_no_error(error);
  assert_true(
      bh_outbox_read_batch(fixture->device, 0, (int)through, 4 << 20, batch, &last, &error));
  assert_int_equal(last, through);
  const char *cursor = batch->str;
  while (cursor < batch->str + batch->len) {
    g_autoptr(BhEntryText) text = bh_entry_text_take(&cursor, batch->str + batch->len, &error);
    g_autoptr(BhBody) body = bh_body_parse(text->body, text->openings, &error);
    for (guint i = 0; i < body->ops->len; i++) {
      const BhOp *op = g_ptr_array_index(body->ops, i);
      if (strcmp(op->record, record) == 0)
        assert_true(bh_record_apply(folded, body->id, op, NULL, NULL, &error));
    }
  }
  g_autofree char *snapshot = bh_record_to_snapshot(folded);
  return bh_json_parse(snapshot, strlen(snapshot), BH_SNAPSHOT_MAX, "snapshot", NULL);
}

static json_t *included(Fixture *fixture, gint64 seq)
{
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(fixture->device, NULL);
  return json_pack("{s{sI}}", "included", uplink->incarnation, (json_int_t)seq);
}

static void save_note(Fixture *fixture, const char *record, const char *text)
{
  g_free(fixture_save(fixture, record, "enterprise", json_pack("{ss}", "address", text)));
}

static json_t *base_snapshot(Fixture *fixture)
{
  return fixture_snapshot(
      fixture, fixture->enterprise, "enterprise",
      json_pack("{ss ss ss}", "name", "新名字", "area", "140603", "notes", "中心的备注"));
}

static void test_L17_a_pulled_record_never_replaces_unsent_edits(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();

  save_note(fixture, fixture->enterprise, "北路 3 号");
  fixture_pull(fixture, json_pack("[o]", base_snapshot(fixture)), included(fixture, 0));
  assert_value(fixture, fixture->enterprise, "name", "新名字");
  assert_value(fixture, fixture->enterprise, "address", "北路 3 号");
  assert_int_equal(fixture_status(fixture, "pending"), 1);
  fixture_reopen(fixture);
  assert_value(fixture, fixture->enterprise, "address", "北路 3 号");
  assert_value(fixture, fixture->enterprise, "notes", "中心的备注");
}

static void test_entries_included_in_a_snapshot_are_not_applied_again(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *records = json_array();

  for (int i = 0; i < 20; i++) {
    g_autofree char *text = g_strdup_printf("北路 %d 号", i);
    save_note(fixture, fixture->enterprise, text);
  }
  /* The hub has the first ten entries of the device; another person has changed the name since. */
  json_array_append_new(
      records, fold_at_hub(fixture, fixture->enterprise, "enterprise", base_snapshot(fixture), 10));
  fixture_acknowledge(fixture, 10);
  fixture_pull(fixture, records, included(fixture, 10));
  assert_value(fixture, fixture->enterprise, "address", "北路 19 号");
  assert_value(fixture, fixture->enterprise, "name", "新名字");
  assert_int_equal(fixture_status(fixture, "conflicts"), 0);
  json_t *all = json_pack(
      "[o]", fold_at_hub(fixture, fixture->enterprise, "enterprise", base_snapshot(fixture), 20));
  fixture_acknowledge(fixture, 20);
  fixture_pull(fixture, all, included(fixture, 20));
  assert_value(fixture, fixture->enterprise, "address", "北路 19 号");
  assert_int_equal(fixture_status(fixture, "pending"), 0);
  assert_int_equal(fixture_status(fixture, "conflicts"), 0);
  fixture_reopen(fixture);
  assert_value(fixture, fixture->enterprise, "address", "北路 19 号");
}

static void test_concurrent_values_conflict_and_both_are_kept(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  save_note(fixture, fixture->enterprise, "我们的");
  fixture_pull(
      fixture,
      json_pack("[o]", fixture_snapshot(fixture, fixture->enterprise, "enterprise",
                                        json_pack("{ss ss}", "name", "朔州", "address", "他们的"))),
      NULL);
  assert_int_equal(fixture_status(fixture, "conflicts"), 1);
  g_autoptr(json_t) found = bh_device_get(fixture->device, fixture->enterprise, &error);
  const json_t *conflict = json_array_get(json_object_get(found, "conflicts"), 0);
  assert_string_equal(bh_json_string_or(conflict, "key", ""), "address");
  assert_int_equal(json_array_size(json_object_get(conflict, "heads")), 2);
  /* The next set replaces both values and resolves the conflict. */
  save_note(fixture, fixture->enterprise, "一致的");
  assert_int_equal(fixture_status(fixture, "conflicts"), 0);
  assert_value(fixture, fixture->enterprise, "address", "一致的");
}

static void test_quarantined_entries_stay_visible_until_released(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  g_autofree char *entry = fixture_save(fixture, fixture->enterprise, "enterprise",
                                        json_pack("{ss}", "address", "待定"));
  fixture_acknowledge(fixture, 1);
  g_autoptr(json_t) ids = json_pack("[s]", entry);
  assert_true(bh_outbox_note_quarantined(fixture->device, ids, &error));
  json_t *more = included(fixture, 1);
  json_object_set_new(more, "quarantined",
                      json_pack("[{ss ss ss}]", "entry", entry, "record", fixture->enterprise,
                                "reason", "unknown kind"));
  fixture_pull(fixture, json_pack("[o]", base_snapshot(fixture)), more);
  assert_value(fixture, fixture->enterprise, "address", "待定");
  assert_int_equal(fixture_status(fixture, "quarantined"), 1);
  g_autoptr(json_t) history = bh_device_history(fixture->device, fixture->enterprise, &error);
  assert_string_equal(bh_json_string_or(json_array_get(history, 0), "status", ""), "quarantined");
  g_autoptr(json_t) found = bh_device_get(fixture->device, fixture->enterprise, &error);
  assert_int_equal(json_integer_value(json_object_get(found, "quarantined")), 1);

  fixture_pull(fixture, json_array(), included(fixture, 1));
  assert_int_equal(fixture_status(fixture, "quarantined"), 0);
  g_autoptr(json_t) address = fixture_value(fixture, fixture->enterprise, "address");
  assert_null(address);
}

static void test_L10_history_gives_the_reason_of_a_quarantine(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  g_autofree char *entry = fixture_save(fixture, fixture->enterprise, "enterprise",
                                        json_pack("{ss}", "address", "待定"));
  fixture_acknowledge(fixture, 1);
  json_t *more = included(fixture, 1);
  json_object_set_new(more, "quarantined",
                      json_pack("[{ss ss ss ss}]", "entry", entry, "record", fixture->enterprise,
                                "reason", "invalid", "message", "enterprise.address: too long"));
  fixture_pull(fixture, json_array(), more);
  fixture_reopen(fixture);
  g_autoptr(json_t) history = bh_device_history(fixture->device, fixture->enterprise, &error);
  assert_no_error(error);
  assert_string_equal(bh_json_string_or(json_array_get(history, 0), "why", ""),
                      "enterprise.address: too long");
  assert_string_equal(bh_json_string_or(json_array_get(history, 0), "why_code", ""), "invalid");
}

/* The hub lists at most BH_QUARANTINED_MAX entries: an entry that is missing in a full list may
 * still be quarantined. */
static void
test_L10_a_full_list_of_quarantined_entries_releases_no_other(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *listed = json_array();

  for (int i = 0; i <= BH_QUARANTINED_MAX; i++) {
    g_autofree char *text = g_strdup_printf("地址 %d", i);
    g_autofree char *entry = fixture_save(fixture, fixture->enterprise, "enterprise",
                                          json_pack("{ss}", "address", text));
    json_array_append_new(listed, json_pack("{ss ss ss}", "entry", entry, "record",
                                            fixture->enterprise, "reason", "invalid"));
  }
  fixture_acknowledge(fixture, BH_QUARANTINED_MAX + 1);
  json_t *oldest = json_array_get(listed, 0);
  json_t *more = included(fixture, BH_QUARANTINED_MAX + 1);
  json_object_set_new(more, "quarantined", json_pack("[O]", oldest));
  fixture_pull(fixture, json_array(), more);
  assert_int_equal(fixture_status(fixture, "quarantined"), 1);
  json_array_remove(listed, 0);
  more = included(fixture, BH_QUARANTINED_MAX + 1);
  json_object_set(more, "quarantined", listed);
  fixture_pull(fixture, json_array(), more);
  assert_int_equal(fixture_status(fixture, "quarantined"), BH_QUARANTINED_MAX + 1);
  json_array_remove(listed, 0);
  more = included(fixture, BH_QUARANTINED_MAX + 1);
  json_object_set_new(more, "quarantined", listed);
  fixture_pull(fixture, json_array(), more);
  assert_int_equal(fixture_status(fixture, "quarantined"), BH_QUARANTINED_MAX - 1);
}

static json_t *gone(const char *record)
{
  return json_pack("{s[s]}", "gone", record);
}

static gboolean is_here(Fixture *fixture, const char *record)
{
  g_autoptr(json_t) found = bh_device_get(fixture->device, record, NULL);
  return found != NULL;
}

static void test_L17_gone_records_stay_while_own_work_is_pending(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) text = json_string("草稿");

  fixture_pull(fixture, json_array(), gone(fixture->enterprise));
  assert_false(is_here(fixture, fixture->enterprise));

  fixture_pull(fixture, json_pack("[o]", base_snapshot(fixture)), NULL);
  save_note(fixture, fixture->enterprise, "北路");
  fixture_pull(fixture, json_array(), gone(fixture->enterprise));
  assert_value(fixture, fixture->enterprise, "name", "新名字");
  assert_value(fixture, fixture->enterprise, "address", "北路");
  fixture_acknowledge(fixture, 1);
  fixture_pull(fixture, json_array(), included(fixture, 1));
  assert_false(is_here(fixture, fixture->enterprise));

  fixture_pull(fixture, json_pack("[o]", base_snapshot(fixture)), NULL);
  assert_true(bh_device_draft_set(fixture->device, fixture->li, fixture->enterprise, "enterprise",
                                  "address", text, &error));
  fixture_pull(fixture, json_array(), gone(fixture->enterprise));
  assert_true(is_here(fixture, fixture->enterprise));
  assert_true(bh_device_draft_discard(fixture->device, fixture->li, fixture->enterprise, &error));
  fixture_pull(fixture, json_array(), NULL);
  assert_false(is_here(fixture, fixture->enterprise));
}

static void test_I5_a_page_that_fails_moves_no_cursor(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *before = bh_outbox_dup_cursor(fixture->device);
  g_autoptr(json_t) page = json_pack("{s[o] s[]}", "records", base_snapshot(fixture), "gone");

  assert_non_null(before);
  assert_false(bh_outbox_apply_changes(fixture->device, page, &error));
  assert_error(error, BH_ERROR_FORMAT);
  g_autofree char *after = bh_outbox_dup_cursor(fixture->device);
  assert_string_equal(before, after);
  assert_value(fixture, fixture->enterprise, "name", "朔州东升煤矿有限公司");
}

static void test_L8_one_bad_record_does_not_stop_the_others(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *bad = json_pack("{ss ss s{s{s[{ss}]}}}", "record", "no-id", "kind", "enterprise", "keys",
                          "name", "heads", "e", "x");

  fixture_pull(fixture, json_pack("[o o {ss}]", bad, base_snapshot(fixture), "nothing", "at all"),
               NULL);
  assert_value(fixture, fixture->enterprise, "name", "新名字");
}

static void test_a_reset_fills_a_shadow_and_swaps_when_complete(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char inspection[BH_ID_LEN + 1];

  fixture_inspect(fixture, inspection);
  save_note(fixture, fixture->enterprise, "北路");
  json_t *first = json_pack("{sb sb ss}", "reset", 1, "more", 1, "cursor", "new-1");
  fixture_pull(fixture, json_pack("[o]", base_snapshot(fixture)), first);
  assert_value(fixture, fixture->enterprise, "name", "朔州东升煤矿有限公司");
  fixture_reopen(fixture);
  g_autofree char *cursor = bh_outbox_dup_cursor(fixture->device);
  assert_string_equal(cursor, "new-1");
  assert_value(fixture, fixture->enterprise, "name", "朔州东升煤矿有限公司");

  json_t *records = json_pack(
      "[o]", fixture_snapshot(fixture, fixture->li, "staff",
                              json_pack("{ss ss}", "name", "李明明", "unit", fixture->unit)));
  fixture_pull(fixture, records, json_pack("{sb ss}", "more", 0, "cursor", "new-2"));
  assert_value(fixture, fixture->enterprise, "name", "新名字");
  assert_value(fixture, fixture->enterprise, "address", "北路");
  assert_value(fixture, fixture->li, "name", "李明明");
  assert_false(is_here(fixture, fixture->wang));
  assert_true(is_here(fixture, inspection));
  assert_int_equal(fixture_status(fixture, "pending"), 2);
  g_autofree char *last = bh_outbox_dup_cursor(fixture->device);
  assert_string_equal(last, "new-2");
}

static void test_a_reset_within_a_reset_forgets_what_came_before(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *wang = fixture_snapshot(fixture, fixture->wang, "staff", json_pack("{ss}", "name", "王"));

  fixture_pull(fixture, json_pack("[o o]", base_snapshot(fixture), wang),
               json_pack("{sb sb ss}", "reset", 1, "more", 1, "cursor", "one"));
  fixture_reopen(fixture);
  fixture_pull(fixture, json_pack("[o]", base_snapshot(fixture)),
               json_pack("{sb sb ss}", "reset", 1, "more", 1, "cursor", "two"));
  fixture_pull(fixture, json_array(), json_pack("{sb ss}", "more", 0, "cursor", "three"));
  while (bh_device_rest(fixture->device)) {
  }
  assert_value(fixture, fixture->enterprise, "name", "新名字");
  assert_false(is_here(fixture, fixture->wang));
  g_autofree char *last = bh_outbox_dup_cursor(fixture->device);
  assert_string_equal(last, "three");
}

static void test_false_sequence_numbers_of_a_hub_do_no_harm(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(BhUplink) old = bh_outbox_get_uplink(fixture->device, &error);
  static const gint64 said[] = {G_MAXINT64, -5, (gint64)1 << 41, 0};

  save_note(fixture, fixture->enterprise, "北路");
  fixture_acknowledge(fixture, 1);
  assert_true(bh_outbox_reincarnate(fixture->device, 1, &error));
  save_note(fixture, fixture->enterprise, "南路");
  for (gsize i = 0; i < G_N_ELEMENTS(said); i++) {
    fixture_pull(fixture, json_array(),
                 json_pack("{s{sI sI}}", "included", old->incarnation, (json_int_t)said[i],
                           "ffffffffffffffffffffffffffffffff", (json_int_t)said[i]));
    assert_value(fixture, fixture->enterprise, "address", "南路");
  }
}

static void test_L17_own_work_stays_visible_between_the_pages_of_a_pull(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char inspection[BH_ID_LEN + 1];

  fixture_inspect(fixture, inspection);
  save_note(fixture, fixture->enterprise, "北路");
  fixture_acknowledge(fixture, 2);
  json_t *more = included(fixture, 2);
  json_object_set_new(more, "more", json_true());
  /* The first page has the enterprise, in which another person has already replaced the device's
   * value. */
  json_t *folded =
      fold_at_hub(fixture, fixture->enterprise, "enterprise", base_snapshot(fixture), 2);
  json_object_set_new(json_object_get(folded, "keys"), "address",
                      json_pack("{s[{ss ss}]}", "heads", "e", test_id(0x9999), "v", "南路"));
  fixture_pull(fixture, json_pack("[o]", folded), more);
  assert_value(fixture, fixture->enterprise, "address", "南路");
  assert_int_equal(fixture_status(fixture, "conflicts"), 0);
  assert_value(fixture, inspection, "state", "on_site");
  fixture_reopen(fixture);
  assert_value(fixture, inspection, "state", "on_site");
  fixture_pull(fixture, json_pack("[o]", fold_at_hub(fixture, inspection, "inspection", NULL, 2)),
               included(fixture, 2));
  assert_value(fixture, inspection, "state", "on_site");
  assert_value(fixture, fixture->enterprise, "address", "南路");
}

static void test_I12_the_same_page_again_is_a_no_op(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) page =
      json_pack("{ss sb sb s[o] s[] s{} s[]}", "cursor", "again", "more", 0, "reset", 0, "records",
                base_snapshot(fixture), "gone", "included", "quarantined");

  save_note(fixture, fixture->enterprise, "北路");
  assert_true(bh_outbox_apply_changes(fixture->device, page, &error));
  g_autoptr(json_t) once = bh_device_get(fixture->device, fixture->enterprise, &error);
  assert_true(bh_outbox_apply_changes(fixture->device, page, &error));
  fixture_reopen(fixture);
  g_autoptr(json_t) twice = bh_device_get(fixture->device, fixture->enterprise, &error);
  assert_true(json_equal(once, twice));
}

/* After random saves, acknowledgements and pulls, records equal what folding all entries gives. */
static void test_overlay_equals_a_fold_of_everything(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  TestRandom random = {99};
  gint64 made = 0, at_hub = 0;

  for (int round = 0; round < 120; round++) {
    guint what = test_random_below(&random, 10);
    if (what < 7) {
      g_autofree char *text = g_strdup_printf("值 %d", round);
      const char *keys[] = {"address", "notes", "licence_no"};
      g_free(fixture_save(fixture, fixture->enterprise, "enterprise",
                          json_pack("{ss}", keys[test_random_below(&random, 3)], text)));
      made++;
    } else if (what == 7) {
      at_hub += (gint64)test_random_below(&random, (guint)(made - at_hub) + 1);
      if (at_hub > 0)
        fixture_acknowledge(fixture, at_hub);
    } else if (what == 8) {
      json_t *snapshot = fold_at_hub(fixture, fixture->enterprise, "enterprise", NULL, at_hub);
      fixture_pull(fixture, json_pack("[o]", snapshot), included(fixture, at_hub));
    } else {
      fixture_reopen(fixture);
    }
    if (round % 20 != 19)
      continue;
    g_autoptr(json_t) all = fold_at_hub(fixture, fixture->enterprise, "enterprise", NULL, made);
    g_autoptr(BhRecord) wanted = bh_record_from_json(all, NULL);
    const char *keys[] = {"address", "notes", "licence_no"};
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
      g_autoptr(json_t) found = fixture_value(fixture, fixture->enterprise, keys[i]);
      assert_string_equal(json_string_value(found), bh_record_get_string(wanted, keys[i]));
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L17_a_pulled_record_never_replaces_unsent_edits),
      cmocka_unit_test(test_entries_included_in_a_snapshot_are_not_applied_again),
      cmocka_unit_test(test_concurrent_values_conflict_and_both_are_kept),
      cmocka_unit_test(test_quarantined_entries_stay_visible_until_released),
      cmocka_unit_test(test_L10_a_full_list_of_quarantined_entries_releases_no_other),
      cmocka_unit_test(test_L10_history_gives_the_reason_of_a_quarantine),
      cmocka_unit_test(test_L17_gone_records_stay_while_own_work_is_pending),
      cmocka_unit_test(test_I5_a_page_that_fails_moves_no_cursor),
      cmocka_unit_test(test_L8_one_bad_record_does_not_stop_the_others),
      cmocka_unit_test(test_a_reset_fills_a_shadow_and_swaps_when_complete),
      cmocka_unit_test(test_a_reset_within_a_reset_forgets_what_came_before),
      cmocka_unit_test(test_false_sequence_numbers_of_a_hub_do_no_harm),
      cmocka_unit_test(test_L17_own_work_stays_visible_between_the_pages_of_a_pull),
      cmocka_unit_test(test_I12_the_same_page_again_is_a_no_op),
      cmocka_unit_test(test_overlay_equals_a_fold_of_everything),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
