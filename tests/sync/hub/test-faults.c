/* Faults around a push: a full disk, a revocation in between, invalid input beside valid input, and
 * a store that was restored from a copy. */
#include "hub-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sync/hub/records/read.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"

static Answer *push_text_again(TestDevice *device, const GString *batch)
{
  return test_push_text(device, batch->str, (gssize)batch->len);
}

static void test_L5_a_full_disk_is_reported_and_nothing_is_half_stored(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char ids[3][BH_ID_LEN + 1];
  g_autoptr(GString) batch = g_string_new(NULL);
  for (int i = 0; i < 3; i++) {
    test_device_make_id(device, ids[i]);
    g_autoptr(BhEntryText) text = test_device_enterprise(device, ids[i], "一号矿", "140603100");
    bh_entry_text_append(text, batch);
  }
  test_fill_disk(TRUE);
  g_autoptr(Answer) full = push_text_again(device, batch);
  g_autoptr(Answer) still_full = push_text_again(device, batch);
  test_fill_disk(FALSE);
  assert_status(full, 503);
  assert_status(still_full, 503);
  assert_string_equal(test_error_code(full), "storage");
  assert_non_null(g_hash_table_lookup(full->headers, "retry-after"));
  /* Errors must not contain paths of the hub. */
  assert_null(strstr(full->body->str, fixture->dir));
  g_autoptr(json_t) nothing = test_pull(device, NULL);
  for (int i = 0; i < 3; i++)
    assert_null(test_find_record(nothing, ids[i]));
  g_autoptr(Answer) later = push_text_again(device, batch);
  assert_status(later, 200);
  assert_int_equal(json_integer_value(json_object_get(later->json, "seq")), 3);
  hub_fixture_stop(fixture);
  hub_fixture_start(fixture);
  g_autoptr(json_t) all = test_pull(device, NULL);
  for (int i = 0; i < 3; i++)
    assert_non_null(test_find_record(all, ids[i]));
  test_device_free(device);
}

typedef struct {
  const char *device;
  BhBatch *batch;
  BhIngestResult result;
} Piece;

static gboolean apply(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Piece *piece = data;
  return bh_ingest_apply(bh_hub_get_ingest(hub), db, piece->batch, &piece->result, error);
}

static void test_I13_a_batch_accepted_before_a_revocation_is_not_stored_after_it(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  g_autoptr(GError) error = NULL;
  Piece piece = {.batch = bh_batch_new(device->signer->device, fixture->township)};
  test_device_make_id(device, id);
  assert_true(bh_batch_add(piece.batch, bh_hub_get_id(fixture->hub), device->signer->public_key,
                           test_device_enterprise(device, id, "一号矿", "140603100")));
  assert_true(bh_enrol_revoke(fixture->hub, NULL, device->signer->device, "丢失", &error));
  assert_true(bh_hub_write(fixture->hub, apply, &piece, &error));
  assert_non_null(piece.result.refused);
  assert_int_equal(piece.result.refused->code, BH_ERROR_REVOKED);
  assert_int_equal(piece.result.stored, 0);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhRecord) record = bh_record_load(db, id, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_null(record);
  bh_ingest_result_clear(&piece.result);
  bh_batch_free(piece.batch);
  test_device_free(device);
}

/* The text that the office shows about an entry in quarantine; g_free. */
static char *dup_quarantine_message(HubFixture *fixture, const char *entry)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) items = bh_log_list_quarantine(db, NULL, G_MAXINT64, 200, &error);
  bh_hub_release_reader(fixture->hub, db);
  size_t at;
  json_t *item;
  json_array_foreach(items, at, item) {
    if (strcmp(bh_json_string_or(item, "entry", ""), entry) == 0)
      return g_strdup(bh_json_string_or(item, "message", ""));
  }
  return NULL;
}

static void test_bad_input_is_reported_with_fault_and_place(void **state)
{
  HubFixture *fixture = *state;
  g_autofree char *many = g_strnfill(5000, 'x');
  const struct {
    const char *kind;
    json_t *set; /* stolen */
    const char *what;
  } cases[] = {
      {"flying_saucer", json_pack("{s:s}", "name", "x"), "kind"},
      {"enterprise", json_pack("{s:s}", "no_such_field", "x"), "no_such_field"},
      {"enterprise", json_pack("{s:s}", "name", many), "enterprise.name"},
      {"enterprise", json_pack("{s:i}", "name", 5), "enterprise.name"},
      {"enterprise", json_pack("{s:s}", "sector", "circus"), "enterprise.sector"},
      {"enterprise", json_pack("{s:s}", "state", "dreaming"), "state"},
      {"inspection", json_pack("{s:s}", "state", "signed"), "signed"},
      {"staff", json_pack("{s:s}", "name", "冒名"), "staff"},
  };
  TestDevice *device = test_device_new(fixture, fixture->township);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    char id[BH_ID_LEN + 1];
    test_device_make_id(device, id);
    BhEntryText *bad = test_device_entry(device, id, cases[i].kind, cases[i].set, NULL);
    g_autofree char *entry = g_strdup(device->last_entry);
    g_autoptr(Answer) answer = test_push(device, bad, NULL);
    assert_status(answer, 200);
    g_autofree char *message = dup_quarantine_message(fixture, entry);
    if (message == NULL || strstr(message, cases[i].what) == NULL)
      fail_msg("%s: \"%s\" does not name %s", cases[i].kind, message, cases[i].what);
    /* The text names the record, unless the value of the id is invalid. */
    g_autoptr(json_t) changes = test_pull(device, NULL);
    assert_null(test_find_record(changes, id));
  }
  test_device_free(device);
}

/* L7: after status 200 each entry is in the feed or visible in quarantine, also after a restart of
 * the hub. */
static void expect_in_sight(TestDevice *device, const GPtrArray *good, const GPtrArray *bad)
{
  g_autoptr(json_t) changes = test_pull(device, NULL);
  g_autoptr(GHashTable) held = g_hash_table_new(g_str_hash, g_str_equal);
  size_t at;
  json_t *item;
  json_array_foreach(json_object_get(changes, "quarantined"), at, item) {
    g_hash_table_add(held, (gpointer)bh_json_string_or(item, "entry", ""));
  }
  for (guint i = 0; i < good->len; i++)
    assert_non_null(test_find_record(changes, good->pdata[i]));
  for (guint i = 0; i < bad->len; i++)
    assert_true(g_hash_table_contains(held, bad->pdata[i]));
  assert_int_equal(g_hash_table_size(held), bad->len);
  assert_int_equal(json_integer_value(json_object_get(json_object_get(changes, "included"),
                                                      device->signer->incarnation)),
                   good->len + bad->len);
}

static void test_L7_acknowledged_is_applied_or_visibly_quarantined(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autoptr(GPtrArray) good = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GPtrArray) bad = g_ptr_array_new_with_free_func(g_free);
  g_autoptr(GString) batch = g_string_new(NULL);
  for (int i = 0; i < 12; i++) {
    char id[BH_ID_LEN + 1];
    g_autoptr(BhEntryText) text = NULL;
    test_device_make_id(device, id);
    if (i % 4 == 1)
      text = test_device_entry(device, id, "enterprise", json_pack("{s:i}", "name", i), NULL);
    else if (i % 4 == 3)
      text = test_device_seal(device, i == 3 ? "{\"id\":" : "no JSON \xff", "");
    else
      text = test_device_enterprise(device, id, "一号矿", "140603100");
    if (i % 4 == 1)
      g_ptr_array_add(bad, g_strdup(device->last_entry));
    else if (i % 4 == 3)
      g_ptr_array_add(bad, g_strdup(device->prev));
    else
      g_ptr_array_add(good, g_strdup(id));
    bh_entry_text_append(text, batch);
  }
  g_autoptr(Answer) answer = push_text_again(device, batch);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), bad->len);
  expect_in_sight(device, good, bad);
  hub_fixture_stop(fixture);
  hub_fixture_start(fixture);
  expect_in_sight(device, good, bad);
  test_device_free(device);
}

/* --- a store that cannot be read --- */

/* A row that cannot be computed: the first step of every query that reads it fails. */
#define BROKEN "abs(-9223372036854775807 - 1)"

static void spoil(BhDb *db, const char *table, const char *columns)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *sql =
      g_strdup_printf("PRAGMA foreign_keys = OFF; ALTER TABLE %s RENAME TO %s_was;"
                      " CREATE VIEW %s AS SELECT %s",
                      table, table, table, columns);
  if (!bh_db_exec(db, sql, &error))
    fail_msg("%s: %s", table, error->message);
}

static void test_a_list_that_cannot_be_read_is_an_error_and_not_empty(void **state)
{
  (void)state;
  HubFixture *fixture = hub_fixture_new_store();
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(fixture->dir, "hub.db", NULL);
  hub_fixture_stop(fixture);
  g_autoptr(BhDb) db = bh_db_open(path, BH_DB_HUB_WRITER, &error);
  assert_non_null(db);
  spoil(db, "kind_set", BROKEN " AS body, 1 AS added_ms, 'a' AS hash");
  g_auto(GStrv) kinds = bh_log_dup_all_kinds(db, &error);
  assert_null(kinds);
  assert_non_null(error);
  g_clear_error(&error);
  spoil(db, "incarnation", "'x' AS device, 1 AS seq, 1 AS number, " BROKEN " AS incarnation");
  g_autoptr(json_t) heads = bh_log_list_heads(db, "x", &error);
  assert_null(heads);
  assert_non_null(error);
  g_clear_error(&error);
  spoil(db, "device",
        BROKEN " AS id, 'n' AS name, 'u' AS unit, 1 AS enrolled_ms, 1 AS seen_ms, NULL AS"
               " revoked_ms, x'00' AS token_hash");
  g_autoptr(json_t) devices = bh_log_list_devices(db, &error);
  assert_null(devices);
  assert_non_null(error);
  g_clear_error(&error);
  g_clear_pointer(&db, bh_db_close);
  hub_fixture_free(fixture);
}

/* --- a restored store --- */

typedef struct {
  const char *name;
  const char *text;
} Value;

static gboolean write_value(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  const Value *value = data;
  return bh_log_set_value(db, value->name, value->text, error);
}

static void test_I7_a_new_epoch_starts_every_cursor_anew(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1], epoch[BH_ID_LEN + 1];
  g_autoptr(GError) error = NULL;
  test_device_make_id(device, id);
  test_device_make_id(device, epoch);
  g_autoptr(Answer) pushed =
      test_push(device, test_device_enterprise(device, id, "一号矿", "140603100"), NULL);
  assert_status(pushed, 200);
  g_autoptr(json_t) before = test_pull(device, NULL);
  assert_true(bh_hub_write(fixture->hub, write_value, &(Value){"epoch", epoch}, &error));
  hub_fixture_stop(fixture);
  hub_fixture_start(fixture);
  g_autoptr(json_t) after = test_pull(device, bh_json_string_or(before, "cursor", ""));
  assert_true(json_is_true(json_object_get(after, "reset")));
  assert_string_equal(bh_json_string_or(after, "epoch", ""), epoch);
  assert_non_null(test_find_record(after, id));
  test_device_free(device);
}

static void copy_store(HubFixture *fixture, const char *suffix_from, const char *suffix_to)
{
  static const char *const names[] = {"hub.db", "hub.db-wal"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autofree char *path = g_build_filename(fixture->dir, names[i], NULL);
    g_autofree char *from = g_strconcat(path, suffix_from, NULL);
    g_autofree char *to = g_strconcat(path, suffix_to, NULL);
    g_autofree char *bytes = NULL;
    gsize len;
    g_remove(to);
    if (g_file_get_contents(from, &bytes, &len, NULL))
      assert_true(g_file_set_contents(to, bytes, (gssize)len, NULL));
  }
}

static void test_I7_a_cursor_beyond_what_the_hub_has_starts_anew(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  char lost[BH_ID_LEN + 1], made[BH_ID_LEN + 1];
  test_device_make_id(device, lost);
  test_device_make_id(other, made);
  hub_fixture_stop(fixture);
  copy_store(fixture, "", ".copy");
  hub_fixture_start(fixture);
  for (int i = 0; i < 3; i++) {
    g_autoptr(Answer) pushed = test_push(
        device, test_device_enterprise(device, lost, i == 0 ? "甲" : "乙", "140603100"), NULL);
    assert_status(pushed, 200);
  }
  g_autoptr(json_t) seen = test_pull(device, NULL);
  assert_non_null(test_find_record(seen, lost));
  hub_fixture_stop(fixture);
  copy_store(fixture, ".copy", "");
  hub_fixture_start(fixture);
  /* New entries get positions below those that the device has seen. */
  g_autoptr(Answer) pushed =
      test_push(other, test_device_enterprise(other, made, "丙", "140603100"), NULL);
  assert_status(pushed, 200);
  g_autoptr(json_t) changes = test_pull(device, bh_json_string_or(seen, "cursor", ""));
  assert_true(json_is_true(json_object_get(changes, "reset")));
  assert_non_null(test_find_record(changes, made));
  test_device_free(other);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_L5_a_full_disk_is_reported_and_nothing_is_half_stored,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_I13_a_batch_accepted_before_a_revocation_is_not_stored_after_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_bad_input_is_reported_with_fault_and_place, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_L7_acknowledged_is_applied_or_visibly_quarantined,
                                      set_up, tear_down),
      cmocka_unit_test(test_a_list_that_cannot_be_read_is_an_error_and_not_empty),
      cmocka_unit_test_setup_teardown(test_I7_a_new_epoch_starts_every_cursor_anew, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_I7_a_cursor_beyond_what_the_hub_has_starts_anew, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
