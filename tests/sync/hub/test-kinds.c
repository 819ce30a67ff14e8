/* A new kind set at the hub: derived values of records follow it, also when the change is
 * interrupted. */
#include "sync/hub/access/list.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/db/params.h"
#include "tests/sync/hub/hub-fixture.h"

#define MANY 300 /* more records than one page of the change */

/* The kind set in use, with or without an index of the address. */
static BhKindSet *with_index(BhHub *hub, gboolean indexed)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  size_t i, k;
  json_t *kind, *field;
  json_array_foreach(json_object_get(root, "kinds"), i, kind) {
    if (g_strcmp0(bh_json_string_or(kind, "kind", ""), "enterprise") != 0)
      continue;
    json_array_foreach(json_object_get(kind, "fields"), k, field) {
      if (g_strcmp0(bh_json_string_or(field, "name", ""), "address") == 0)
        json_object_set_new(field, "indexed", json_boolean(indexed));
    }
  }
  g_autofree char *text = bh_json_dump_sorted(root);
  BhKindSet *set = bh_kind_set_from_text(text, strlen(text), &error);
  if (set == NULL)
    fail_msg("the kind set cannot be used: %s", error->message);
  return set;
}

static void add_enterprises(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_array();
  for (int i = 0; i < MANY; i++) {
    char id[BH_ID_LEN + 1];
    g_autofree char *name = g_strdup_printf("样例%d号矿", i);
    bh_id_from_name("test/kinds", name, id);
    json_array_append_new(ops, json_pack("{s:s,s:s,s:{s:s,s:s,s:s}}", "record", id, "kind",
                                         "enterprise", "set", "name", name, "address",
                                         i % 2 == 0 ? "北路" : "南路", "area", "140603100"));
  }
  for (int at = 0; at < MANY; at += 50) {
    g_autoptr(json_t) part = json_array();
    for (int i = at; i < at + 50; i++)
      json_array_append(part, json_array_get(ops, (size_t)i));
    g_autofree char *entry = bh_hub_append(fixture->hub, NULL, part, &error);
    if (entry == NULL)
      fail_msg("the hub refuses its own entry: %s", error->message);
  }
}

static gint64 count_addresses(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  gint64 count;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_non_null(db);
  assert_true(bh_hub_update_index(fixture->hub, db, &error));
  assert_true(bh_db_get_int(db,
                            "SELECT count(*) FROM field_value WHERE kind = 'enterprise'"
                            " AND field = 'address'",
                            NULL, &count, &error));
  bh_hub_release_reader(fixture->hub, db);
  return count;
}

static void test_an_index_is_made_and_removed_with_its_declaration(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) with = with_index(fixture->hub, TRUE);
  g_autoptr(BhKindSet) without = with_index(fixture->hub, FALSE);
  assert_true(bh_hub_set_kinds(fixture->hub, without, &error));
  add_enterprises(fixture);
  assert_int_equal(count_addresses(fixture), 0);
  assert_true(bh_hub_set_kinds(fixture->hub, with, &error));
  assert_int_equal(count_addresses(fixture), MANY);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) query = json_pack("{s:s,s:{s:s},s:i}", "kind", "enterprise", "where", "address",
                                      "北路", "limit", 200);
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_null(error);
  assert_int_equal(json_array_size(json_object_get(page, "rows")), MANY / 2);
  assert_true(bh_hub_set_kinds(fixture->hub, without, &error));
  assert_int_equal(count_addresses(fixture), 0);
}

typedef struct {
  const char *derived_by;
} Break;

/* Simulates a power failure after the new set was in use and before any value was derived with it.
 */
static gboolean break_off(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const Break *broken = data;
  (void)hub;
  return bh_db_exec(db,
                    "DELETE FROM field_value WHERE kind = 'enterprise' AND field = 'address';"
                    "UPDATE listed SET field_values = json_remove(field_values, '$.address')",
                    error) &&
         bh_log_set_value(db, "derived_by", broken->derived_by, error);
}

static void test_an_interrupted_change_continues_at_the_next_start(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) with = with_index(fixture->hub, TRUE);
  g_autoptr(BhKindSet) without = with_index(fixture->hub, FALSE);
  assert_true(bh_hub_set_kinds(fixture->hub, without, &error));
  add_enterprises(fixture);
  assert_true(bh_hub_set_kinds(fixture->hub, with, &error));
  Break broken = {bh_kind_set_get_hash(without)};
  assert_true(bh_hub_write(fixture->hub, break_off, &broken, &error));
  assert_int_equal(count_addresses(fixture), 0);
  hub_fixture_stop(fixture);
  hub_fixture_start(fixture);
  assert_int_equal(count_addresses(fixture), MANY);
  hub_fixture_stop(fixture);
  hub_fixture_start(fixture);
  assert_int_equal(count_addresses(fixture), MANY);
}

/* The kind set that the hub names in its next entry, and that its store has in use. */
static void get_kinds_in_use(HubFixture *fixture, char **named, char **stored)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s,s:s,s:{s:s}}]", "record", fixture->inspector, "kind",
                                    "staff", "set", "name", "李");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the hub refuses its own entry: %s", error->message);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhEntryRow) row = bh_log_find_entry(db, entry, &error);
  assert_non_null(row);
  BhEnvelope envelope;
  assert_true(bh_envelope_parse(row->text->envelope, &envelope, &error));
  *named = g_strdup(envelope.kinds);
  *stored = bh_log_dup_value(db, "kinds", &error);
  bh_hub_release_reader(fixture->hub, db);
}

static void test_a_set_whose_commit_failed_is_not_in_use(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) before = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(BhKindSet) without = with_index(fixture->hub, FALSE);
  g_autofree char *named = NULL, *stored = NULL, *named_later = NULL, *stored_later = NULL;
  test_fill_disk(TRUE);
  gboolean set = bh_hub_set_kinds(fixture->hub, without, &error);
  test_fill_disk(FALSE);
  assert_false(set);
  assert_int_equal(error->code, BH_ERROR_STORAGE);
  get_kinds_in_use(fixture, &named, &stored);
  assert_string_equal(stored, bh_kind_set_get_hash(before));
  assert_string_equal(named, stored);
  g_clear_error(&error);
  assert_true(bh_hub_set_kinds(fixture->hub, without, &error));
  get_kinds_in_use(fixture, &named_later, &stored_later);
  assert_string_equal(stored_later, bh_kind_set_get_hash(without));
  assert_string_equal(named_later, stored_later);
}

/* Makes the store of a hub in which the commit of another set was reported as failed, but is on
 * the disk. */
static gboolean use_behind_the_back(BhHub *hub, BhDb *db, gpointer kinds, GError **error)
{
  (void)hub;
  g_autoptr(BhKindSet) old = bh_hub_dup_kinds(hub);
  return bh_log_add_kinds(db, kinds, 1, error) &&
         bh_log_set_value(db, "kinds", bh_kind_set_get_hash(kinds), error) &&
         bh_log_set_value(db, "derived_by", bh_kind_set_get_hash(old), error);
}

/* Ends the transaction of the writer, which then opens the store again for its next job. */
static gboolean end_transaction_of_writer(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub, (void)data;
  return bh_db_exec(db, "ROLLBACK", error);
}

static void test_a_set_that_is_on_the_disk_after_all_is_in_use_and_derived_by(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) with = with_index(fixture->hub, TRUE);
  g_autoptr(BhKindSet) without = with_index(fixture->hub, FALSE);
  g_autofree char *named = NULL, *stored = NULL;
  assert_true(bh_hub_set_kinds(fixture->hub, without, &error));
  add_enterprises(fixture);
  assert_int_equal(count_addresses(fixture), 0);
  assert_true(bh_hub_write(fixture->hub, use_behind_the_back, with, &error));
  assert_false(bh_hub_write(fixture->hub, end_transaction_of_writer, NULL, &error));
  get_kinds_in_use(fixture, &named, &stored);
  assert_string_equal(stored, bh_kind_set_get_hash(with));
  assert_string_equal(named, stored);
  g_autoptr(BhKindSet) now = bh_hub_dup_kinds(fixture->hub);
  assert_string_equal(bh_kind_set_get_hash(now), stored);
  /* The client that got the error tries again. */
  g_clear_error(&error);
  assert_int_equal(count_addresses(fixture), 0);
  assert_true(bh_hub_set_kinds(fixture->hub, with, &error));
  assert_int_equal(count_addresses(fixture), MANY);
}

static gsize count_listed(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query = json_pack("{s:s,s:i}", "kind", "enterprise", "limit", 200);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (page == NULL)
    fail_msg("the list cannot be read: %s", error->message);
  return json_array_size(json_object_get(page, "rows"));
}

static void test_a_full_disk_hides_no_list(void **state)
{
  HubFixture *fixture = *state;
  gsize before = count_listed(fixture);
  add_enterprises(fixture);
  test_fill_disk(TRUE);
  gsize full = count_listed(fixture);
  test_fill_disk(FALSE);
  assert_true(full >= before);
  assert_true(count_listed(fixture) > before);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_full_disk_hides_no_list, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_an_index_is_made_and_removed_with_its_declaration,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_an_interrupted_change_continues_at_the_next_start,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_set_whose_commit_failed_is_not_in_use, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_a_set_that_is_on_the_disk_after_all_is_in_use_and_derived_by, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
