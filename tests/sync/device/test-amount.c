/* How much work an operation of the store needs: statements that are prepared and rows that are
 * written. A number that grows is a slower tablet; raise it only with a reason. Saves must leave
 * the rows of the index to the next list. */
#include "schema/ledger.h"
#include "schema/setting-values.h"
#include "sync/db/params.h"
#include "sync/device/store/core.h"
#include "tests/support/scan-watch.h"
#include "tests/sync/device/fixture.h"

#define HAZARD_IDS 0x9000 /* first number of the ids of the hazards in these tests */

static json_t *make_hazard(Fixture *fixture, const char *summary)
{
  return json_pack("{ss ss ss ss ss ss}", "enterprise", fixture->enterprise, "summary", summary,
                   "level", "general", "place", "1301 工作面", "found_by", "inspection", "state",
                   "found");
}

static void save_hazard(Fixture *fixture, guint n)
{
  g_autofree char *summary = g_strdup_printf("顶板离层%u", n);
  g_free(fixture_save(fixture, test_id(HAZARD_IDS + n), "hazard", make_hazard(fixture, summary)));
}

static void save_answer(Fixture *fixture, guint n, const char *summary)
{
  g_free(fixture_save(fixture, test_id(HAZARD_IDS + n), "hazard",
                      json_pack("{ss}", "summary", summary)));
}

static gsize list(Fixture *fixture, json_t *query)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) page = bh_device_list(fixture->device, query, &error);
  assert_no_error(error);
  json_decref(query);
  return json_array_size(json_object_get(page, "rows"));
}

static gsize count_found(Fixture *fixture, const char *search)
{
  return list(fixture, json_pack("{ss ss si}", "kind", "hazard", "search", search, "limit", 200));
}

/* --- measuring --- */

typedef struct {
  guint64 statements;
  gint64 rows;
} Work;

static Work get_work(Fixture *fixture)
{
  BhDb *db = fixture->device->db;
  return (Work){bh_db_count_prepared(db), bh_db_count_changes(db)};
}

/* Asserts how many statements and rows the work since `before` took. */
static void check_work(Fixture *fixture, const Work *before, const char *what, guint64 statements,
                       gint64 rows)
{
  Work now = get_work(fixture);
  if (now.statements - before->statements != statements || now.rows - before->rows != rows)
    fail_msg("%s: %" G_GUINT64_FORMAT " statements, %" G_GINT64_FORMAT " rows", what,
             now.statements - before->statements, now.rows - before->rows);
}

static void exec(Fixture *fixture, const char *sql)
{
  g_autoptr(GError) error = NULL;
  bh_db_exec(fixture->device->db, sql, &error);
  assert_no_error(error);
}

/* Makes every write to the index fail (rows of lists, indexed values), until the store is opened
 * again. */
static void forbid_index_writes(Fixture *fixture)
{
  static const char *const tables[] = {"listed", "field_value"};
  static const char *const events[] = {"INSERT", "UPDATE", "DELETE"};
  for (gsize i = 0; i < G_N_ELEMENTS(tables); i++)
    for (gsize j = 0; j < G_N_ELEMENTS(events); j++) {
      g_autofree char *sql =
          g_strdup_printf("CREATE TEMP TRIGGER no_%s_%s BEFORE %s ON main.%s BEGIN"
                          " SELECT RAISE(ABORT, 'the index was written'); END",
                          tables[i], events[j], events[j], tables[i]);
      exec(fixture, sql);
    }
}

static gint64 get_int(Fixture *fixture, const char *sql)
{
  g_autoptr(GError) error = NULL;
  gint64 value = -1;
  bh_db_get_int(fixture->device->db, sql, NULL, &value, &error);
  assert_no_error(error);
  return value;
}

/* Returns a text that changes whenever the full-text search is written; g_free. */
static char *dup_search_structure(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  bh_db_dup_text(fixture->device->db, "SELECT hex(block) FROM search_data WHERE id = 10", NULL,
                 &text, &error);
  assert_no_error(error);
  return text;
}

/* --- one operation --- */

static void test_the_trap_catches_writes_to_the_index(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  save_hazard(fixture, 1);
  forbid_index_writes(fixture);
  /* The list lacks the hazard, because the index could not be written. */
  assert_int_equal(list(fixture, json_pack("{ss}", "kind", "hazard")), 0);
  fixture_reopen(fixture);
  assert_int_equal(list(fixture, json_pack("{ss}", "kind", "hazard")), 1);
}

static void test_a_save_writes_no_row_of_the_index(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  save_hazard(fixture, 1);
  list(fixture, json_pack("{ss}", "kind", "hazard"));
  g_autofree char *before = dup_search_structure(fixture);
  forbid_index_writes(fixture);
  save_answer(fixture, 1, "支护失效");
  save_hazard(fixture, 2);
  g_autofree char *saved = dup_search_structure(fixture);
  assert_string_equal(saved, before);
  fixture_reopen(fixture); /* ends the triggers of forbid_index_writes */
  assert_int_equal(count_found(fixture, "支护"), 1);
  g_autofree char *listed = dup_search_structure(fixture);
  assert_string_not_equal(listed, before);
}

static void test_each_operation_needs_this_much_work(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  save_hazard(fixture, 1);
  save_answer(fixture, 1, "支护变形");
  list(fixture, json_pack("{ss}", "kind", "hazard"));
  fixture_status(fixture, "pending");

  /* The rows written are the entry, its link to the record, the record, the mark for the index. */
  Work before = get_work(fixture);
  save_answer(fixture, 1, "支护失效");
  check_work(fixture, &before, "an answer on the record that was changed last", 6, 4);

  before = get_work(fixture);
  save_answer(fixture, 1, "支护松动");
  check_work(fixture, &before, "an answer on a record that is marked", 6, 3);

  before = get_work(fixture);
  save_hazard(fixture, 2);
  /* Six of the statements find the counter of its number and a block (test-numbers.c). */
  check_work(fixture, &before, "a new record", 25, 5);

  /* The rows that FTS5 writes for a search depend on its version. One of the statements finds out
   * whether records were marked whose due days depend on those that were written. */
  before = get_work(fixture);
  assert_int_equal(list(fixture, json_pack("{ss}", "kind", "hazard")), 2);
  assert_int_equal(get_work(fixture).statements - before.statements, 30);
  assert_in_range(get_work(fixture).rows - before.rows, 9, 25);

  before = get_work(fixture);
  assert_int_equal(list(fixture, json_pack("{ss}", "kind", "hazard")), 2);
  check_work(fixture, &before, "the same list again", 5, 0);

  before = get_work(fixture);
  fixture_status(fixture, "pending");
  check_work(fixture, &before, "a status", 7, 0);
}

/* --- many records --- */

/* Marks many records, of which the last cannot be indexed. If an earlier transaction had written
 * the others, they would be in the index. */
static void test_a_list_applies_many_saves_in_one_transaction(void **state G_GNUC_UNUSED)
{
  enum { SAVES = 100 };
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(json_t) query = json_pack("{ss si}", "kind", "hazard", "limit", 200);
  list(fixture, json_incref(query));
  for (guint n = 1; n <= SAVES; n++)
    save_hazard(fixture, n);
  assert_int_equal(get_int(fixture, "SELECT count(*) FROM index_pending"), SAVES);
  exec(fixture, "CREATE TEMP TABLE last AS SELECT max(nr) AS nr FROM index_pending;"
                "CREATE TEMP TRIGGER not_last BEFORE INSERT ON main.listed"
                " WHEN NEW.nr = (SELECT nr FROM last) BEGIN"
                " SELECT RAISE(ABORT, 'the last one'); END");
  assert_int_equal(list(fixture, json_incref(query)), 0);
  assert_int_equal(get_int(fixture, "SELECT count(*) FROM listed WHERE kind = 'hazard'"), 0);
  assert_int_equal(get_int(fixture, "SELECT count(*) FROM index_pending"), SAVES);
  exec(fixture, "DROP TRIGGER not_last");
  assert_int_equal(list(fixture, json_incref(query)), SAVES);
  assert_int_equal(get_int(fixture, "SELECT count(*) FROM index_pending"), 0);
  assert_int_equal(count_found(fixture, "离层"), SAVES);
}

/* Pulls enterprises, of which twenty have "安泰" in their names. */
static void pull_enterprises(Fixture *fixture, guint n)
{
  json_t *records = json_array();
  for (guint i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf("%s%04u煤矿", i < 20 ? "安泰" : "北岭", i);
    json_array_append_new(records,
                          fixture_snapshot(fixture, test_id(HAZARD_IDS + i), "enterprise",
                                           json_pack("{ss ss ss ss}", "name", name, "sector",
                                                     i < 20 ? "fire" : "coal_mine", "area",
                                                     "140603", "state", "confirmed")));
  }
  fixture_pull(fixture, records, NULL);
}

static json_t *make_query(gsize at)
{
  switch (at) {
  case 0:
    return json_pack("{ss si}", "kind", "enterprise", "limit", 10);
  case 1:
    return json_pack("{ss si ss}", "kind", "enterprise", "limit", 10, "order", "title");
  case 2:
    return json_pack("{ss si s{ss}}", "kind", "enterprise", "limit", 10, "where", "sector", "fire");
  case 3:
    return json_pack("{ss si s{ss}}", "kind", "enterprise", "limit", 10, "where", "state",
                     "confirmed");
  case 4:
    return json_pack("{ss si ss}", "kind", "enterprise", "limit", 10, "search", "安泰");
  default:
    return NULL;
  }
}

static void count_statements(guint n, guint64 statements[5])
{
  g_autoptr(Fixture) fixture = fixture_new();
  pull_enterprises(fixture, n);
  for (gsize i = 0; i < 5; i++) {
    /* so that the index is up to date, and the rows of the page are in memory */
    list(fixture, make_query(i));
    Work before = get_work(fixture);
    assert_int_equal(list(fixture, make_query(i)), 10);
    statements[i] = get_work(fixture).statements - before.statements;
  }
}

static void test_a_list_costs_the_same_in_a_large_store(void **state G_GNUC_UNUSED)
{
  guint64 small[5], large[5];
  count_statements(50, small);
  count_statements(2000, large);
  for (gsize i = 0; i < 5; i++)
    if (small[i] != large[i])
      fail_msg("query %zu: %" G_GUINT64_FORMAT " statements, %" G_GUINT64_FORMAT
               " in a large store",
               i, small[i], large[i]);
}

/* Lists every kind and every ledger of the collector. */
static void list_everything(Fixture *fixture)
{
  const BhLedgerViewer viewer = {
      .actor = fixture->li, .unit = fixture->unit, .today = "2026-11-21", .now_ms = 1};
  const GPtrArray *kinds = bh_kind_set_list(fixture->device->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    gsize n;
    json_t *ledger;
    list(fixture, json_pack("{ss}", "kind", bh_kind_get_name(kind)));
    json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), n, ledger) {
      if (json_object_get(ledger, "doubtful") == NULL)
        list(fixture, bh_ledger_dup_query(kind, ledger, &viewer));
    }
  }
}

static void test_nothing_reads_a_whole_table(void **state G_GNUC_UNUSED)
{
  static const char many[] =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)"
      " INSERT INTO record (nr, id, kind, title, conflicts, changed)"
      " SELECT 1000000 + i, 'many' || i, 'gone', '', 0, -i FROM n";
  g_autoptr(Fixture) fixture = fixture_new();
  exec(fixture, many);
  test_scans_watch(); /* the connection of the store is opened anew below */
  fixture_reopen(fixture);
  save_hazard(fixture, 1);
  g_autoptr(json_t) query = json_pack("{ss}", "viewer", fixture->li);
  g_autoptr(json_t) agenda = bh_device_agenda(fixture->device, query, NULL);
  g_autoptr(BhSettingValues) settings = bh_device_dup_settings(fixture->device);
  assert_non_null(agenda);
  assert_non_null(settings);
  list_everything(fixture);
  assert_int_equal(count_found(fixture, "顶板离层"), 1);
  save_answer(fixture, 1, "顶板离层，已支护");
  g_autofree char *scans = test_scans_describe(2000);
  if (scans != NULL)
    fail_msg("a whole table is read:\n%s", scans);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_trap_catches_writes_to_the_index),
      cmocka_unit_test(test_a_save_writes_no_row_of_the_index),
      cmocka_unit_test(test_each_operation_needs_this_much_work),
      cmocka_unit_test(test_a_list_applies_many_saves_in_one_transaction),
      cmocka_unit_test(test_a_list_costs_the_same_in_a_large_store),
      cmocka_unit_test(test_nothing_reads_a_whole_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
