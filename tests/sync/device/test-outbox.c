#include <string.h>

#include "tests/sync/device/fixture.h"

static void test_L1_an_answer_that_comes_again_changes_nothing(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  fixture_save_addresses(fixture, 5);
  fixture_acknowledge(fixture, 3);
  fixture_acknowledge(fixture, 3);
  fixture_acknowledge(fixture, 1);
  assert_int_equal(fixture_status(fixture, "pending"), 2);
  assert_int_equal(fixture_status(fixture, "delivered"), 3);
  fixture_reopen(fixture);
  assert_int_equal(fixture_status(fixture, "pending"), 2);
  assert_int_equal(fixture_status(fixture, "delivered"), 3);
  gint64 made = 0, acked = 0;
  assert_true(bh_outbox_get_heads(fixture->device, &made, &acked, &error));
  assert_int_equal(made, 5);
  assert_int_equal(acked, 3);
  assert_true(
      bh_outbox_acknowledge(fixture->device, "feedfeedfeedfeedfeedfeedfeedfeed", 5, "", &error));
  assert_int_equal(fixture_status(fixture, "pending"), 2);
}

static void test_another_hash_or_more_than_was_made_is_a_fork(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(fixture->device, &error);
  g_autofree char *wrong = g_strnfill(BH_HASH_HEX_LEN, 'b');

  fixture_save_addresses(fixture, 2);
  assert_false(bh_outbox_acknowledge(fixture->device, uplink->incarnation, 2, wrong, &error));
  assert_error(error, BH_ERROR_FORK);
  assert_false(bh_outbox_acknowledge(fixture->device, uplink->incarnation, 9, wrong, &error));
  assert_error(error, BH_ERROR_FORK);
  assert_int_equal(fixture_status(fixture, "pending"), 2);
}

static void read_bodies(Fixture *fixture, GPtrArray *bodies, char *incarnation)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) batch = g_string_new(NULL);
  char prev[BH_HASH_HEX_LEN + 1];
  gint64 last = 0;

  assert_true(bh_outbox_read_batch(fixture->device, 0, 500, 4 << 20, batch, &last, &error));
  memset(prev, '0', BH_HASH_HEX_LEN);
  prev[BH_HASH_HEX_LEN] = '\0';
  const char *cursor = batch->str;
  for (gint64 seq = 1; cursor < batch->str + batch->len; seq++) {
    BhEnvelope envelope;
    g_autoptr(BhEntryText) text = bh_entry_text_take(&cursor, batch->str + batch->len, &error);
    assert_true(bh_envelope_parse(text->envelope, &envelope, &error));
    assert_int_equal(envelope.seq, seq);
    assert_string_equal(envelope.prev, prev);
    g_strlcpy(prev, envelope.hash, sizeof prev);
    g_strlcpy(incarnation, envelope.incarnation, BH_INCARNATION_LEN + 1);
    g_ptr_array_add(bodies, g_strdup(text->body));
  }
}

static void
test_I2_a_new_incarnation_sends_the_same_bodies_in_new_envelopes(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) before = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) after = g_ptr_array_new_with_free_func(g_free);
  char first[BH_INCARNATION_LEN + 1], second[BH_INCARNATION_LEN + 1];

  fixture_save_addresses(fixture, 6);
  read_bodies(fixture, before, first);
  fixture_acknowledge(fixture, 2);
  assert_true(bh_outbox_reincarnate(fixture->device, 2, &error));
  assert_no_error(error);
  read_bodies(fixture, after, second);
  assert_string_not_equal(first, second);
  assert_int_equal(after->len, 4);
  for (guint i = 0; i < after->len; i++)
    assert_string_equal(g_ptr_array_index(after, i), g_ptr_array_index(before, i + 2));
  assert_int_equal(fixture_status(fixture, "pending"), 4);
  assert_int_equal(fixture_status(fixture, "delivered"), 2);
  assert_value(fixture, fixture->enterprise, "address", "地址 5");
  fixture_reopen(fixture);
  assert_value(fixture, fixture->enterprise, "address", "地址 5");
  fixture_save_addresses(fixture, 1);
  fixture_acknowledge(fixture, 5);
  assert_int_equal(fixture_status(fixture, "pending"), 0);
  assert_int_equal(fixture_status(fixture, "delivered"), 7);
  g_autoptr(json_t) history = bh_device_history(fixture->device, fixture->enterprise, &error);
  assert_int_equal(json_array_size(history), 7);
}

static void test_batches_keep_their_caps(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  gint64 last = 0;

  fixture_save_addresses(fixture, 10);
  g_autoptr(GString) one = g_string_new("x");
  assert_true(bh_outbox_read_batch(fixture->device, 4, 3, 1 << 20, one, &last, &error));
  assert_int_equal(last, 7);
  g_autoptr(GString) tiny = g_string_new(NULL);
  assert_true(bh_outbox_read_batch(fixture->device, 4, 3, 1, tiny, &last, &error));
  assert_int_equal(last, 5);
  g_autoptr(GString) none = g_string_new(NULL);
  assert_true(bh_outbox_read_batch(fixture->device, 10, 3, 1 << 20, none, &last, &error));
  assert_int_equal(last, 10);
  assert_int_equal(none->len, 0);
}

static const char *why(Fixture *fixture, gsize index)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) queue = bh_device_queue(fixture->device, 0, 50, &error);

  assert_no_error(error);
  return g_intern_string(bh_json_string_or(json_array_get(queue, index), "why_code", "none"));
}

static void test_L6_and_L10_the_queue_says_what_waits_and_why(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *state, *error, *why;
  } cases[] = {{"working", NULL, "sending"},      {"idle", NULL, "waiting"},
               {"waiting", "network", "offline"}, {"no_hub", "not_hub", "no_hub"},
               {"waiting", "storage", "waiting"}, {"revoked", "revoked", "revoked"}};
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) text = json_string("草稿");

  fixture_save_addresses(fixture, 3);
  assert_true(bh_device_draft_set(fixture->device, fixture->wang, fixture->enterprise, "enterprise",
                                  "address", text, &error));
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    assert_true(bh_outbox_note_round(fixture->device, cases[i].state, cases[i].error, 0, &error));
    assert_string_equal(why(fixture, 0), cases[i].why);
    assert_string_equal(why(fixture, 3), "draft");
  }
  g_autoptr(json_t) page = bh_device_queue(fixture->device, 2, 2, &error);
  assert_int_equal(json_array_size(page), 2);
  assert_string_equal(bh_json_string_or(json_array_get(page, 0), "what", ""), "entry");
  assert_string_equal(bh_json_string_or(json_array_get(page, 0), "by_name", ""), "李明");
  assert_string_equal(bh_json_string_or(json_array_get(page, 0), "title", ""),
                      "朔州东升煤矿有限公司");
  assert_string_equal(bh_json_string_or(json_array_get(page, 1), "what", ""), "draft");
  assert_string_equal(bh_json_string_or(json_array_get(page, 1), "by_name", ""), "王芳");
}

static void test_L6_sent_entries_stay_visible(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *picture = fixture_add_picture(fixture, 5000, 1);
  char id[BH_ID_LEN + 1];

  fixture_save_addresses(fixture, 3);
  bh_device_make_id(fixture->device, id);
  g_free(fixture_save(fixture, id, "file",
                      json_pack("{ss ss ss si ss}", "parent", fixture->enterprise, "role", "photo",
                                "sha256", picture, "size", 5000, "media_type", "image/jpeg")));
  fixture_acknowledge(fixture, 4);
  assert_true(bh_outbox_note_file(fixture->device, picture, NULL, 5000, TRUE, &error));
  fixture_reboot(fixture);
  assert_int_equal(fixture_status(fixture, "pending"), 0);
  assert_int_equal(fixture_status(fixture, "files_pending"), 0);
  assert_int_equal(fixture_status(fixture, "delivered"), 4);
  g_autoptr(json_t) history = bh_device_history(fixture->device, fixture->enterprise, &error);
  assert_int_equal(json_array_size(history), 3);
  assert_string_equal(bh_json_string_or(json_array_get(history, 0), "status", ""), "delivered");
  assert_value(fixture, fixture->enterprise, "address", "地址 2");
  g_autofree char *path = bh_device_dup_file_path(fixture->device, picture);
  assert_true(path != NULL && g_file_test(path, G_FILE_TEST_IS_REGULAR));
}

static void test_L19_nothing_is_stuck_in_sending_after_a_restart(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  fixture_save_addresses(fixture, 1);
  assert_true(bh_outbox_note_round(fixture->device, "working", NULL, 0, &error));
  assert_string_equal(why(fixture, 0), "sending");
  fixture_reopen(fixture);
  assert_string_equal(why(fixture, 0), "waiting");
  assert_true(bh_outbox_note_round(fixture->device, "revoked", "revoked", 0, &error));
  fixture_reopen(fixture);
  assert_string_equal(why(fixture, 0), "revoked");
}

static void
test_enrolling_again_keeps_the_work_and_another_hub_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  fixture_save_addresses(fixture, 3);
  fixture_acknowledge(fixture, 1);
  fixture_enrol(fixture);
  assert_int_equal(fixture_status(fixture, "pending"), 2);
  fixture_save_addresses(fixture, 1);
  fixture_acknowledge(fixture, 3);
  assert_int_equal(fixture_status(fixture, "pending"), 0);
  guint8 key[BH_PUBLIC_KEY_SIZE] = {7};
  g_autofree char *base64 = g_base64_encode(key, sizeof key);
  g_autoptr(json_t) answer = json_pack("{ss ss ss ss ss ss ss}", "hub", test_id(0xeee), "hub_name",
                                       "别处", "hub_key", base64, "device", test_id(0xa9), "token",
                                       "AA==", "unit", fixture->unit, "area", "140602");
  assert_false(bh_outbox_set_enrolled(fixture->device, "https://other", "cGlu", answer, &error));
  assert_error(error, BH_ERROR_DENIED);
}

static void save_message(Fixture *fixture)
{
  char id[BH_ID_LEN + 1];
  bh_device_make_id(fixture->device, id);
  g_free(fixture_save(fixture, id, "urgent_message",
                      json_pack("{ss ss ss ss ss sI sI ss}", "message_type", "accident", "headline",
                                "冒顶", "unit", fixture->unit, "area", "140603", "reported_by",
                                fixture->li, "reported_at", (json_int_t)fixture->time.wall_ms,
                                "happened_at", (json_int_t)fixture->time.wall_ms, "state",
                                "reported")));
}

/* Number of copies that are to be sent ahead of the entries after the seq `after`. */
static guint count_ahead(Fixture *fixture, gint64 after, GArray *positions)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new(NULL);
  g_array_set_size(positions, 0);
  assert_true(bh_outbox_read_ahead(fixture->device, after, 16, 1 << 20, text, positions, &error));
  return positions->len;
}

static void test_urgent_entries_are_sent_ahead_once(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));

  fixture_save_addresses(fixture, 3);
  assert_int_equal(count_ahead(fixture, 0, positions), 0);
  save_message(fixture);
  save_message(fixture);
  fixture_reopen(fixture);
  assert_int_equal(count_ahead(fixture, 5, positions), 0);
  assert_int_equal(count_ahead(fixture, 4, positions), 1);
  assert_int_equal(count_ahead(fixture, 3, positions), 2);
  /* A new incarnation gives the entries other positions. */
  assert_true(bh_outbox_reincarnate(fixture->device, 0, &error));
  assert_int_equal(count_ahead(fixture, 3, positions), 2);
  g_array_set_size(positions, 1);
  assert_true(bh_outbox_note_ahead(fixture->device, positions, &error));
  assert_int_equal(count_ahead(fixture, 0, positions), 1);
  fixture_acknowledge(fixture, 4);
  assert_int_equal(count_ahead(fixture, 0, positions), 1);
  fixture_acknowledge(fixture, 5);
  assert_int_equal(count_ahead(fixture, 0, positions), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L1_an_answer_that_comes_again_changes_nothing),
      cmocka_unit_test(test_another_hash_or_more_than_was_made_is_a_fork),
      cmocka_unit_test(test_I2_a_new_incarnation_sends_the_same_bodies_in_new_envelopes),
      cmocka_unit_test(test_batches_keep_their_caps),
      cmocka_unit_test(test_L6_and_L10_the_queue_says_what_waits_and_why),
      cmocka_unit_test(test_L6_sent_entries_stay_visible),
      cmocka_unit_test(test_L19_nothing_is_stuck_in_sending_after_a_restart),
      cmocka_unit_test(test_urgent_entries_are_sent_ahead_once),
      cmocka_unit_test(test_enrolling_again_keeps_the_work_and_another_hub_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
