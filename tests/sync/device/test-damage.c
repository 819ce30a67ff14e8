/* Entries that the disk damaged: their bytes differ from what was signed. */
#include <string.h>

#include "sync/db/db.h"
#include "tests/sync/device/fixture.h"

static void damage(Fixture *fixture, const char *sql)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->dir, "store.db", NULL);

  g_clear_pointer(&fixture->device, bh_device_close);
  g_autoptr(BhDb) db = bh_db_open(path, BH_DB_EXPORT, &error);
  assert_no_error(error);
  assert_true(bh_db_exec(db, sql, &error));
  assert_no_error(error);
  g_clear_pointer(&db, bh_db_close);
  fixture_reopen(fixture);
}

/* Returns the bodies of all entries that are to be sent; NULL with an error when their chain does
 * not verify. */
static GPtrArray *read_all(Fixture *fixture, GError **error)
{
  g_autoptr(GPtrArray) bodies = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GString) batch = g_string_new(NULL);
  guint8 key[BH_PUBLIC_KEY_SIZE], secret[BH_SECRET_KEY_SIZE];
  gint64 made = 0, acked = 0, last = 0;
  char prev[BH_HASH_HEX_LEN + 1] = "";

  assert_true(bh_outbox_get_heads(fixture->device, &made, &acked, NULL));
  assert_true(bh_outbox_get_enrol_key(fixture->device, key, secret, NULL));
  if (!bh_outbox_read_batch(fixture->device, acked, 500, 4 << 20, batch, &last, error))
    return NULL;
  const char *cursor = batch->str;
  while (cursor < batch->str + batch->len) {
    BhEnvelope envelope;
    g_autoptr(BhEntryText) text = bh_entry_text_take(&cursor, batch->str + batch->len, NULL);
    assert_true(bh_envelope_parse(text->envelope, &envelope, NULL));
    assert_true(bh_entry_verify(text, &envelope, key, NULL));
    if (*prev != '\0')
      assert_string_equal(envelope.prev, prev);
    g_strlcpy(prev, envelope.hash, sizeof prev);
    g_ptr_array_add(bodies, g_strdup(text->body));
  }
  return g_steal_pointer(&bodies);
}

static void test_L8_a_damaged_body_is_set_aside_and_the_others_go_on(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  fixture_save_addresses(fixture, 6);
  fixture_acknowledge(fixture, 2);
  g_autoptr(GPtrArray) before = read_all(fixture, &error);
  g_autoptr(BhUplink) old = bh_outbox_get_uplink(fixture->device, &error);
  damage(fixture, "UPDATE entry SET body = replace(body, '地址 3', '地址 9')");

  assert_null(read_all(fixture, &error));
  assert_error(error, BH_ERROR_SIGNATURE);
  g_clear_error(&error);
  assert_true(bh_outbox_repair(fixture->device, 2, &error));
  assert_no_error(error);

  g_autoptr(GPtrArray) after = read_all(fixture, &error);
  assert_no_error(error);
  assert_int_equal(after->len, 3);
  assert_string_equal(after->pdata[0], before->pdata[0]);
  assert_string_equal(after->pdata[1], before->pdata[2]);
  assert_string_equal(after->pdata[2], before->pdata[3]);
  g_autoptr(BhUplink) new = bh_outbox_get_uplink(fixture->device, &error);
  assert_string_not_equal(old->incarnation, new->incarnation);
  assert_int_equal(fixture_status(fixture, "damaged"), 1);
  assert_int_equal(fixture_status(fixture, "pending"), 3);
  assert_int_equal(fixture_status(fixture, "delivered"), 2);
  assert_value(fixture, fixture->enterprise, "address", "地址 5");

  g_autoptr(json_t) list = bh_device_list_damaged(fixture->device, &error);
  assert_int_equal(json_array_size(list), 1);
  const json_t *item = json_array_get(list, 0);
  assert_non_null(strstr(bh_json_string_or(item, "body", ""), "地址 9"));
  assert_string_equal(json_string_value(json_array_get(json_object_get(item, "records"), 0)),
                      fixture->enterprise);
  assert_string_equal(bh_json_string_or(item, "by", ""), fixture->li);
}

static void test_people_can_work_although_the_newest_entry_is_damaged(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  fixture_save_addresses(fixture, 3);
  damage(fixture, "UPDATE entry SET body = CAST(x'7bff00fe' AS TEXT)"
                  " WHERE pos = (SELECT max(pos) FROM entry)");
  assert_int_equal(fixture_status(fixture, "damaged"), 1);
  assert_value(fixture, fixture->enterprise, "address", "地址 1");
  fixture_save_addresses(fixture, 1);
  g_autoptr(GPtrArray) bodies = read_all(fixture, &error);
  assert_no_error(error);
  assert_int_equal(bodies->len, 3);
  g_autoptr(json_t) list = bh_device_list_damaged(fixture->device, &error);
  assert_non_null(json_object_get(json_array_get(list, 0), "body_base64"));
}

static void test_a_sound_body_survives_its_envelope_and_signature(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  fixture_save_addresses(fixture, 4);
  g_autoptr(GPtrArray) before = read_all(fixture, &error);
  damage(fixture, "UPDATE entry SET signature = 'x' || substr(signature, 2)"
                  " WHERE (pos & 1099511627775) = 2;"
                  "UPDATE entry SET envelope = replace(envelope, '\"seq\":3', '\"seq\":9')"
                  " WHERE (pos & 1099511627775) = 3");
  assert_true(bh_outbox_repair(fixture->device, 0, &error));
  assert_no_error(error);
  g_autoptr(GPtrArray) after = read_all(fixture, &error);
  assert_no_error(error);
  assert_int_equal(after->len, 4);
  for (guint i = 0; i < 4; i++)
    assert_string_equal(after->pdata[i], before->pdata[i]);
  assert_int_equal(fixture_status(fixture, "damaged"), 0);
}

static void test_damaged_openings_cost_only_what_they_opened(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  g_free(fixture_save(fixture, fixture->enterprise, "enterprise",
                      json_pack("{ss ss}", "address", "新地址", "phone", "13900001111")));
  damage(fixture, "UPDATE entry SET openings = replace(openings, '1390000', '1390001')");
  assert_int_equal(fixture_status(fixture, "damaged"), 1);
  g_autoptr(GPtrArray) bodies = read_all(fixture, &error);
  assert_no_error(error);
  assert_int_equal(bodies->len, 1);
  assert_value(fixture, fixture->enterprise, "address", "新地址");
}

static void test_a_missing_row_is_reported_and_stops_nothing(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  fixture_save_addresses(fixture, 3);
  damage(fixture, "DELETE FROM entry WHERE (pos & 1099511627775) = 2");
  assert_null(read_all(fixture, &error));
  g_clear_error(&error);
  assert_true(bh_outbox_repair(fixture->device, 0, &error));
  assert_no_error(error);
  g_autoptr(GPtrArray) bodies = read_all(fixture, &error);
  assert_int_equal(bodies->len, 2);
  assert_int_equal(fixture_status(fixture, "damaged"), 1);
}

static void
test_what_comes_down_is_taken_although_an_own_entry_is_damaged(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(fixture->device, &error);

  fixture_save_addresses(fixture, 3);
  fixture_acknowledge(fixture, 3);
  damage(fixture, "UPDATE entry SET body = '{' WHERE (pos & 1099511627775) = 2");
  fixture_pull(fixture,
               json_pack("[o]", fixture_snapshot(fixture, fixture->enterprise, "enterprise",
                                                 json_pack("{ss}", "address", "中心所见"))),
               json_pack("{s{sI}}", "included", uplink->incarnation, (json_int_t)3));
  assert_value(fixture, fixture->enterprise, "address", "中心所见");
  while (bh_device_rest(fixture->device)) {
  }
  assert_int_equal(fixture_status(fixture, "damaged"), 1);
  assert_int_equal(fixture_status(fixture, "delivered"), 3);
  assert_int_equal(fixture_status(fixture, "pending"), 0);
  g_autoptr(BhUplink) same = bh_outbox_get_uplink(fixture->device, &error);
  assert_string_equal(same->incarnation, uplink->incarnation);
}

static void test_with_a_damaged_key_nothing_is_set_aside(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  fixture_save_addresses(fixture, 3);
  damage(fixture, "UPDATE device_key SET public_key = zeroblob(32)");
  assert_null(read_all(fixture, &error));
  g_clear_error(&error);
  assert_false(bh_outbox_repair(fixture->device, 0, &error));
  assert_error(error, BH_ERROR_STORAGE);
  assert_int_equal(fixture_status(fixture, "damaged"), 0);
  assert_int_equal(fixture_status(fixture, "pending"), 3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L8_a_damaged_body_is_set_aside_and_the_others_go_on),
      cmocka_unit_test(test_people_can_work_although_the_newest_entry_is_damaged),
      cmocka_unit_test(test_a_sound_body_survives_its_envelope_and_signature),
      cmocka_unit_test(test_damaged_openings_cost_only_what_they_opened),
      cmocka_unit_test(test_a_missing_row_is_reported_and_stops_nothing),
      cmocka_unit_test(test_what_comes_down_is_taken_although_an_own_entry_is_damaged),
      cmocka_unit_test(test_with_a_damaged_key_nothing_is_set_aside),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
