/* A device gives new records numbers from its blocks: in order, each once, whatever happens between
 * (R-105). */
#include "tests/sync/device/fixture.h"

#include <string.h>

#include "schema/numbering.h"
#include "sync/db/db.h"
#include "sync/device/store/copy.h"
#include "sync/device/store/core.h"
#include "sync/device/store/journal.h"
#include "tests/sync/device/remove-tree.h"

#define DAY_MS ((gint64)24 * 3600 * 1000)
#define DEVICE test_id(0xa9) /* the device of the fixture */

/* Gives the store a block for inspections of the unit, as a pull does. Returns the id of its
 * record. */
static const char *give_block(Fixture *fixture, guint id, const char *device,
                              const char *incarnation, gint64 year, gint64 first, gint64 last)
{
  json_t *set = json_pack("{ss ss ss sI sI sI}", "device", device, "of_kind", "inspection",
                          "counter", fixture->unit, "year", (json_int_t)year, "first",
                          (json_int_t)first, "last", (json_int_t)last);
  g_autofree char *prefix = g_strdup_printf("平应急-JC-%d-", (int)year);
  json_object_set_new(set, "prefix", json_string(prefix));
  json_object_set_new(set, "digits", json_integer(4));
  json_object_set_new(set, "unit", json_string(fixture->unit));
  if (incarnation != NULL)
    json_object_set_new(set, "incarnation", json_string(incarnation));
  json_t *records = json_array();
  json_array_append_new(records, fixture_snapshot(fixture, test_id(id), BH_NUMBER_BLOCK_KIND, set));
  fixture_pull(fixture, records, NULL);
  return test_id(id);
}

/* Saves an inspection and returns its number; g_free. */
static char *take(Fixture *fixture)
{
  char id[BH_ID_LEN + 1];
  fixture_inspect(fixture, id);
  g_autoptr(json_t) number = fixture_value(fixture, id, "number");
  g_autoptr(json_t) flag = fixture_value(fixture, id, "number_provisional");
  assert_non_null(number);
  /* A number is marked exactly when it is provisional. */
  assert_int_equal(json_is_true(flag), strstr(json_string_value(number), "-T") != NULL);
  return g_strdup(json_string_value(number));
}

#define assert_takes(fixture, wanted)                                                              \
  do {                                                                                             \
    g_autofree char *taken_number = take(fixture);                                                 \
    assert_string_equal(taken_number, wanted);                                                     \
  } while (0)

static void assert_takes_provisional(Fixture *fixture)
{
  g_autofree char *number = take(fixture);
  if (strstr(number, "-T") == NULL)
    fail_msg("%s is no provisional number", number);
}

static void test_records_get_the_numbers_of_the_block_in_order(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 7, 60);
  assert_takes(fixture, "平应急-JC-2026-0007");
  assert_takes(fixture, "平应急-JC-2026-0008");
  fixture_reopen(fixture);
  assert_takes(fixture, "平应急-JC-2026-0009");
  /* The body of the entry contains the number. */
  g_autoptr(BhBody) body = fixture_read_body(fixture, 3);
  const BhOp *op = body->ops->pdata[0];
  gboolean found = FALSE;
  for (guint i = 0; i < op->sets->len; i++)
    found |= strcmp(((const BhSet *)op->sets->pdata[i])->key, "number") == 0;
  assert_true(found);
}

static void test_without_a_block_a_number_is_provisional(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  assert_takes_provisional(fixture);
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 2);
  assert_takes(fixture, "平应急-JC-2026-0001");
  assert_takes(fixture, "平应急-JC-2026-0002");
  assert_takes_provisional(fixture);
  give_block(fixture, 0xb2, DEVICE, NULL, 2026, 61, 62);
  assert_takes(fixture, "平应急-JC-2026-0061");
}

static void test_blocks_of_others_are_not_used(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  give_block(fixture, 0xb1, test_id(0xaa), NULL, 2026, 1, 60);
  give_block(fixture, 0xb2, DEVICE, "00000000000000000000000000000000", 2026, 61, 120);
  give_block(fixture, 0xb3, DEVICE, NULL, 2026, 200, 100); /* nonsense is left out */
  assert_takes_provisional(fixture);
}

static void test_a_block_belongs_to_its_year(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  assert_takes(fixture, "平应急-JC-2026-0001");
  fixture->time.wall_ms += 60 * DAY_MS; /* the year 2027 */
  assert_takes_provisional(fixture);
  give_block(fixture, 0xb2, DEVICE, NULL, 2027, 1, 60);
  assert_takes(fixture, "平应急-JC-2027-0001");
}

static void test_a_save_that_fails_gives_no_number_away(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char id[BH_ID_LEN + 1];
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  bh_device_make_id(fixture->device, id);
  g_autoptr(json_t) ops = fixture_ops(
      id, "inspection", json_pack("{ss ss}", "unit", fixture->unit, "state", "on_site"));
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, &error);
  assert_null(entry);
  assert_error(error, BH_ERROR_INVALID);
  assert_takes(fixture, "平应急-JC-2026-0001");
}

/* The program ends after the entry was written and before the commit. */
static void test_a_crash_before_the_commit_gives_no_number_away(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char id[BH_ID_LEN + 1];
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  bh_device_make_id(fixture->device, id);
  g_autoptr(json_t) ops = fixture_ops(
      id, "inspection",
      json_pack("{ss ss s[s] ss ss sI ss}", "subject_found_by", "code", "enterprise",
                fixture->enterprise, "modes", "routine", "unit", fixture->unit, "lead", fixture->li,
                "started_at", (json_int_t)fixture->time.wall_ms, "state", "on_site"));
  BhWrite *write = bh_write_begin(fixture->device, &error);
  assert_non_null(write);
  g_autofree char *entry = bh_journal_write(write, fixture->li, ops, 0, NULL, &error);
  assert_no_error(error);
  assert_non_null(entry);
  fixture_reopen(fixture);
  assert_takes(fixture, "平应急-JC-2026-0001");
}

static void test_two_records_of_one_entry_have_two_numbers(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char ids[2][BH_ID_LEN + 1];
  g_autoptr(json_t) ops = json_array();
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  for (int i = 0; i < 2; i++) {
    bh_device_make_id(fixture->device, ids[i]);
    g_autoptr(json_t) one =
        fixture_ops(ids[i], "inspection",
                    json_pack("{ss ss s[s] ss ss sI ss}", "subject_found_by", "code", "enterprise",
                              fixture->enterprise, "modes", "routine", "unit", fixture->unit,
                              "lead", fixture->li, "started_at", (json_int_t)fixture->time.wall_ms,
                              "state", "on_site"));
    json_array_extend(ops, one);
  }
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, &error);
  assert_no_error(error);
  assert_value(fixture, ids[0], "number", "平应急-JC-2026-0001");
  assert_value(fixture, ids[1], "number", "平应急-JC-2026-0002");
  assert_takes(fixture, "平应急-JC-2026-0003");
}

static void test_the_preview_is_the_number_of_the_next_save(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char id[BH_ID_LEN + 1];
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  bh_device_make_id(fixture->device, id);
  g_autoptr(json_t) ops = fixture_ops(
      id, "inspection",
      json_pack("{ss ss s[s] ss ss sI ss}", "subject_found_by", "code", "enterprise",
                fixture->enterprise, "modes", "routine", "unit", fixture->unit, "lead", fixture->li,
                "started_at", (json_int_t)fixture->time.wall_ms, "state", "on_site"));
  g_autoptr(json_t) shown = bh_device_preview_numbers(fixture->device, ops, &error);
  assert_no_error(error);
  const json_t *set = json_object_get(json_array_get(shown, 0), "set");
  assert_string_equal(bh_json_string_or(set, "number", ""), "平应急-JC-2026-0001");
  assert_null(json_object_get(json_object_get(json_array_get(ops, 0), "set"), "number"));
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, shown, 0, &error);
  assert_no_error(error);
  assert_value(fixture, id, "number", "平应急-JC-2026-0001");
}

static void test_nobody_writes_a_number_by_hand(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char id[BH_ID_LEN + 1];
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  fixture_inspect(fixture, id);
  const json_t *tries[] = {json_pack("{ss}", "number", "平应急-JC-2026-0002"),
                           json_pack("{sn}", "number"), json_pack("{sb}", "number_provisional", 1)};
  for (guint i = 0; i < G_N_ELEMENTS(tries); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) ops = fixture_ops(id, "inspection", (json_t *)tries[i]);
    g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, &error);
    assert_null(entry);
    assert_non_null(strstr(error->message, "inspection.number"));
    assert_error(error, BH_ERROR_INVALID);
  }
  assert_takes(fixture, "平应急-JC-2026-0002");
}

static void test_a_block_that_comes_again_does_not_begin_again(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  const char *block = give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  assert_takes(fixture, "平应急-JC-2026-0001");
  fixture_pull(fixture, json_array(), json_pack("{s[s]}", "gone", block));
  assert_takes_provisional(fixture);
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  assert_takes(fixture, "平应急-JC-2026-0002");
}

/* The copy goes on in a chain of its own when the hub reports the fork, and the block stays with
 * the chain of the original. */
static void test_a_copy_of_the_store_uses_no_block_after_the_fork(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  assert_takes(fixture, "平应急-JC-2026-0001");
  g_autoptr(BhUplink) before = bh_outbox_get_uplink(fixture->device, &error);
  assert_true(bh_outbox_reincarnate(fixture->device, 0, &error));
  assert_no_error(error);
  assert_takes_provisional(fixture);
  /* A block granted with the enrolment is the original's, whenever it comes. */
  give_block(fixture, 0xb2, DEVICE, NULL, 2026, 61, 120);
  assert_takes_provisional(fixture);
  give_block(fixture, 0xb3, DEVICE, before->incarnation, 2026, 121, 180);
  assert_takes_provisional(fixture);
  g_autoptr(BhUplink) after = bh_outbox_get_uplink(fixture->device, &error);
  assert_string_not_equal(before->incarnation, after->incarnation);
  give_block(fixture, 0xb4, DEVICE, after->incarnation, 2026, 181, 240);
  assert_takes(fixture, "平应急-JC-2026-0181");
}

/* A save with a number from a block writes one row more than one without. */
static void test_a_number_costs_one_row(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  assert_takes_provisional(fixture);
  gint64 start = bh_db_count_changes(fixture->device->db);
  assert_takes_provisional(fixture);
  gint64 provisional = bh_db_count_changes(fixture->device->db) - start;
  give_block(fixture, 0xb1, DEVICE, NULL, 2026, 1, 60);
  g_free(take(fixture));
  start = bh_db_count_changes(fixture->device->db);
  g_free(take(fixture));
  assert_int_equal(bh_db_count_changes(fixture->device->db) - start, provisional + 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_records_get_the_numbers_of_the_block_in_order),
      cmocka_unit_test(test_without_a_block_a_number_is_provisional),
      cmocka_unit_test(test_blocks_of_others_are_not_used),
      cmocka_unit_test(test_a_block_belongs_to_its_year),
      cmocka_unit_test(test_a_save_that_fails_gives_no_number_away),
      cmocka_unit_test(test_a_crash_before_the_commit_gives_no_number_away),
      cmocka_unit_test(test_two_records_of_one_entry_have_two_numbers),
      cmocka_unit_test(test_the_preview_is_the_number_of_the_next_save),
      cmocka_unit_test(test_nobody_writes_a_number_by_hand),
      cmocka_unit_test(test_a_block_that_comes_again_does_not_begin_again),
      cmocka_unit_test(test_a_copy_of_the_store_uses_no_block_after_the_fork),
      cmocka_unit_test(test_a_number_costs_one_row),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
