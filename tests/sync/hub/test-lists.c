/* How the store runs the lists of the office with many records: no list reads a whole kind for a
 * few rows, and each gives the same rows as a plain statement. */
#include <string.h>

#include "sync/hub/hub-private.h"
#include "sync/db/params.h"
#include "sync/hub/records/records.h"
#include "sync/index/index.h"
#include "tests/sync/hub/hub-fixture.h"

#define PAGE 40
#define MADE 50

/* 70,000 records: every tenth is a visit, the nine after it are its hazards. Few have the state
 * "rare", the area "small", the lane "returned", or "one" in their text. */
static const char *const store =
    "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 69999)"
    " INSERT INTO record (nr, id, kind, parent, area, unit, scope, scope2, scope_from, state,"
    "  title, review, conflict, position, created, changed_ms, snapshot, restriction)"
    " SELECT 1000 + i, 'r' || i, iif(i % 10, 'hazard', 'inspection'),"
    "  iif(i % 10, 'r' || (i - i % 10), NULL), iif(i < 300, 'small', 'big' || (i / 2 % 2)), NULL,"
    "  'a:' || iif(i < 300, 'small', 'big' || (i / 2 % 2)), iif(i % 9, NULL, 'u:far' || (i % 5)), "
    "NULL,"
    "  CASE WHEN i BETWEEN 400 AND 450 THEN 'rare' WHEN i % 3 = 0 THEN 'closed'"
    "   WHEN i % 3 = 1 THEN 'found' ELSE 'ordered' END,"
    "  't' || (i * 7919 % 1000), CASE WHEN i % 500 = 7 THEN 'returned' WHEN i % 2 THEN 'new'"
    "   ELSE 'accepted' END, i % 900 = 13, 100000 + (i * 3 % 70000), 100000 + i, 0, '{}',"
    "  iif(i % 11, '', 'hidden') FROM n;"
    "INSERT INTO listed SELECT nr, kind, state, area, scope, scope2, restriction, review, conflict,"
    "  position, CAST(title AS BLOB), '', '{}' FROM record WHERE nr >= 1000 AND id LIKE 'r%';"
    "INSERT INTO field_value SELECT kind, 'enterprise', iif(nr % 4, 'often', 'seldom' || (nr / "
    "100)),"
    "  nr FROM record WHERE nr >= 1000 AND id LIKE 'r%';"
    "INSERT INTO field_value SELECT kind, '@due', '2026-11-' || (10 + nr % 20), nr FROM record"
    "  WHERE kind = 'hazard' AND state <> 'closed' AND id LIKE 'r%';"
    "INSERT INTO search (rowid, grams) SELECT nr, CASE WHEN nr % 30000 = 5 THEN 'all one' WHEN nr "
    "BETWEEN 31000 AND 40000 THEN 'all late' ELSE 'all' END FROM record"
    "  WHERE nr >= 1000 AND id LIKE 'r%';"
    "INSERT INTO quarantine (position, entry, device, record, code, message)"
    "  VALUES (1000001, 'e', 'd', 'r77', 'denied', ''), (1000002, 'f', 'd', 'r78', 'denied', '')";

typedef struct {
  const char *name;
  BhListQuery query; /* texts that are freed are literals in this table and are copied before use */
  const char *leads; /* a text that the query plan must contain: the index that leads to the rows */
  /* more rows than the page may be sorted, because the index leads to few of them */
  gboolean sorts;
  const char *rows; /* a plain statement for the same records */
  /* a text that the plan must contain when the first rows did not suffice; or NULL */
  const char *whole;
} Shape;

#define STATES(list) .where = {{"state", (char *)list}}, .n_where = 1
#define VALUES(list) .where = {{"enterprise", (char *)list}}, .n_where = 1
#define BIG "r.area IN ('big0', 'big1')"
#define DUE "r.state <> 'closed' AND r.nr % 20 < 10"
#define OF_KIND "r.kind = 'hazard' AND "
#define NOTHING "r.nr < 0"

static const Shape shapes[] = {
    {"children",
     {.kind = "hazard", .parents = (char *)"[\"r500\"]"},
     "record_parent (parent=? AND kind=?",
     TRUE,
     OF_KIND "r.parent = 'r500'"},
    {"a rare state",
     {.kind = "hazard", STATES("[\"rare\",\"none\"]")},
     "listed_state (kind=? AND state=?",
     TRUE,
     OF_KIND "r.state IN ('rare')"},
    {"frequent states",
     {.kind = "hazard", STATES("[\"found\",\"ordered\",\"rare\"]")},
     "listed_state (kind=? AND state=?",
     FALSE,
     OF_KIND "r.state IN ('rare', 'found', 'ordered')"},
    {"frequent states of few places",
     {.kind = "hazard", STATES("[\"found\",\"ordered\"]"), .scopes = (char *)"[\"a:small\"]"},
     "listed_scope (scope=?",
     TRUE,
     OF_KIND "r.state IN ('found', 'ordered') AND r.area = 'small'"},
    {"a lane", {.review = "new"}, "listed_review (review=?", FALSE, "r.review = 'new'"},
    {"a lane with few",
     {.review = "returned"},
     "listed_review (review=?",
     TRUE,
     "r.review = 'returned'"},
    {"a lane, of a kind",
     {.review = "new", .kind = "hazard"},
     "listed_review (review=?",
     FALSE,
     OF_KIND "r.review = 'new'"},
    {"a lane, a small area",
     {.review = "new", .areas = (char *)"[\"small\"]"},
     "listed_area (area=?",
     TRUE,
     "r.review = 'new' AND r.area = 'small'"},
    {"a lane, large areas",
     {.review = "new", .areas = (char *)"[\"big0\",\"big1\"]"},
     "listed_area (area=?",
     FALSE,
     "r.review = 'new' AND " BIG},
    {"a lane, few places",
     {.review = "new", .scopes = (char *)"[\"a:small\",\"u:far3\"]"},
     "listed_scope2 (scope2=?",
     TRUE,
     "r.review = 'new' AND (r.area = 'small' OR r.scope2 = 'u:far3')"},
    {"a lane, many of few places",
     {.review = "new", .scopes = (char *)"[\"a:big0\",\"a:big1\",\"u:far1\"]"},
     "listed_scope2 (scope2=?",
     FALSE,
     "r.review = 'new' AND (" BIG " OR r.scope2 = 'u:far1')"},
    {"a lane, what is shown",
     {.review = "new", .restrictions = (char *)"[\"open\"]"},
     "listed_review (review=?",
     FALSE,
     "r.review = 'new' AND r.restriction = ''"},
    {"a search that finds few",
     {.review = "new", .match = (char *)"\"one\""},
     "SEARCH r USING INTEGER PRIMARY KEY",
     TRUE,
     "r.review = 'new' AND r.nr % 30000 = 5"},
    {"a search that finds all",
     {.review = "new", .match = (char *)"\"all\""},
     "listed_review (review=?",
     TRUE,
     "r.review = 'new'"},
    {"a search that finds much, but none of the newest",
     {.review = "new", .match = (char *)"\"late\""},
     "listed_review (review=?",
     TRUE,
     "r.review = 'new' AND r.nr BETWEEN 31000 AND 40000",
     "listed_lane (review=? AND rowid=?)"},
    {"a search in a lane that has nothing of it",
     {.review = "returned",
      .areas = (char *)"[\"big0\",\"big1\"]",
      .match = (char *)"\"late\"",
      .kind = "inspection"},
     "listed_review (review=?",
     TRUE,
     NOTHING,
     NULL},
    {"a search in a kind",
     {.kind = "hazard", .match = (char *)"\"late\""},
     "listed_kind (kind=?",
     TRUE,
     OF_KIND "r.nr BETWEEN 31000 AND 40000",
     "listed_of_kind (kind=? AND rowid=?)"},
    {"a search in a kind, by title",
     {.kind = "hazard", .order = BH_LIST_BY_TITLE, .match = (char *)"\"late\""},
     "listed_title (kind=?",
     TRUE,
     OF_KIND "r.nr BETWEEN 31000 AND 40000",
     "listed_of_kind (kind=? AND rowid=?)"},
    {"a search in a kind and frequent states, in large areas",
     {.kind = "hazard",
      STATES("[\"found\",\"ordered\"]"),
      .areas = (char *)"[\"big0\",\"big1\"]",
      .match = (char *)"\"late\""},
     "listed_area (area=?",
     TRUE,
     OF_KIND "r.state IN ('found', 'ordered') AND r.nr BETWEEN 31000 AND 40000",
     "listed_of_kind (kind=? AND rowid=?)"},
    {"a search that finds few, and what belongs to who has the word",
     {.review = "new", .match = (char *)"\"one\"", .related = (char *)"[1001,1003,31005]"},
     "SEARCH r USING INTEGER PRIMARY KEY",
     TRUE,
     "r.review = 'new' AND (r.nr % 30000 = 5 OR r.nr IN (1001, 1003, 31005))"},
    {"a search in a kind, and what belongs to who has the word",
     {.kind = "hazard", .match = (char *)"\"late\"", .related = (char *)"[1001,31001]"},
     "listed_kind (kind=?",
     TRUE,
     OF_KIND "(r.nr BETWEEN 31000 AND 40000 OR r.nr = 1001)",
     "listed_of_kind (kind=? AND rowid=?)"},
    {"a search that finds all, of few places",
     {.review = "new", .match = (char *)"\"all\"", .scopes = (char *)"[\"a:small\"]"},
     "listed_scope (scope=?",
     TRUE,
     "r.review = 'new' AND r.area = 'small'"},
    {"a rare value",
     {.kind = "hazard", VALUES("[\"seldom30\",\"seldom31\"]")},
     "SEARCH v USING PRIMARY KEY (kind=? AND field=? AND value=?",
     TRUE,
     OF_KIND "r.nr % 4 = 0 AND r.nr / 100 IN (30, 31)"},
    {"a frequent value",
     {.kind = "hazard", VALUES("[\"often\"]")},
     "listed_kind (kind=?",
     FALSE,
     OF_KIND "r.nr % 4"},
    {"by title",
     {.kind = "hazard", .order = BH_LIST_BY_TITLE},
     "listed_title (kind=?",
     FALSE,
     "r.kind = 'hazard'"},
    {"by title, few places",
     {.kind = "hazard", .order = BH_LIST_BY_TITLE, .scopes = (char *)"[\"a:small\"]"},
     "listed_scope (scope=?",
     TRUE,
     OF_KIND "r.area = 'small'"},
    {"overdue",
     {.kind = "hazard",
      .order = BH_LIST_BY_DUE,
      .due_before = "2026-11-20",
      STATES("[\"found\",\"ordered\"]")},
     "SEARCH d USING PRIMARY KEY (kind=? AND field=?",
     FALSE,
     OF_KIND "r.state IN ('found', 'ordered') AND " DUE},
    {"overdue, few places",
     {.kind = "hazard",
      .order = BH_LIST_BY_DUE,
      .due_before = "2026-11-20",
      .scopes = (char *)"[\"a:small\",\"u:far2\"]"},
     "listed_scope2 (scope2=?",
     FALSE,
     OF_KIND "(r.area = 'small' OR r.scope2 = 'u:far2') AND " DUE},
    {"conflicts", {.conflict = TRUE}, "listed_conflict", TRUE, "r.conflict = 1"},
    {"what waits in quarantine",
     {.among = bh_records_in_quarantine},
     "USING COVERING INDEX sqlite_autoindex_record_1 (id=?)",
     TRUE,
     "r.id IN ('r77', 'r78')"},
};

static gboolean exec(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  return bh_db_exec(db, data, error);
}

static int set_up_lists(void **state)
{
  g_autoptr(GError) error = NULL;
  HubFixture *fixture = hub_fixture_new_store();
  if (!bh_hub_write(fixture->hub, exec, (gpointer)store, &error))
    fail_msg("the store cannot be filled: %s", error->message);
  *state = fixture;
  return 0;
}

static BhListQuery copy_query(const BhListQuery *query)
{
  BhListQuery copy = *query;
  for (int i = 0; i < copy.n_where; i++)
    copy.where[i].values = g_strdup(query->where[i].values);
  copy.parents = g_strdup(query->parents);
  copy.areas = g_strdup(query->areas);
  copy.scopes = g_strdup(query->scopes);
  copy.restrictions = g_strdup(query->restrictions);
  copy.match = g_strdup(query->match);
  copy.related = g_strdup(query->related);
  copy.limit = PAGE;
  return copy;
}

static char *dup_plan(BhDb *db, BhListQuery *query, gboolean whole)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *sql = bh_list_store_make_sql(db, query, whole, &error);
  assert_non_null(sql);
  g_autofree char *explain = g_strconcat("EXPLAIN QUERY PLAN ", sql, NULL);
  BhStmt *stmt = bh_db_prepare(db, explain, &error);
  GString *plan = g_string_new(NULL);
  gboolean row = FALSE;
  if (stmt == NULL)
    fail_msg("%s: %s", sql, error->message);
  while (bh_stmt_step(stmt, &row, &error) && row)
    g_string_append_printf(plan, "%s\n", bh_stmt_get_text(stmt, 3));
  return g_string_free(plan, FALSE);
}

static int count_of(const char *text, const char *part)
{
  int count = 0;
  for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
    count++;
  return count;
}

/* The index of conflicts has nothing else, so it is read whole. The page is sorted once it is
 * found; everything else is in order, unless an index leads to few rows. */
static void check_plan(BhDb *db, const Shape *shape, BhListQuery *query)
{
  g_autofree char *plan = dup_plan(db, query, FALSE);
  int sorted =
      count_of(plan, "USE TEMP B-TREE FOR ORDER BY") + count_of(plan, "LAST TERM OF ORDER");
  if (strstr(plan, "SCAN r\n") != NULL || strstr(plan, "SCAN x") != NULL ||
      strstr(plan, "SCAN record") != NULL || strstr(plan, "SCAN listed") != NULL ||
      count_of(plan, "SCAN r USING") > count_of(plan, "SCAN r USING INDEX listed_conflict") ||
      strstr(plan, "AUTOMATIC") != NULL)
    fail_msg("%s: reads the whole table:\n%s", shape->name, plan);
  if (strstr(plan, shape->leads) == NULL)
    fail_msg("%s: is not led by %s:\n%s", shape->name, shape->leads, plan);
  if (strstr(shape->leads, "listed_kind") == NULL && strstr(plan, "listed_kind (kind=?") != NULL)
    fail_msg("%s: walks the whole kind:\n%s", shape->name, plan);
  if (!shape->sorts && sorted > 1)
    fail_msg("%s: sorts more than the page:\n%s", shape->name, plan);
}

/* Only the rows that a search found are read. */
static void check_whole(BhDb *db, const Shape *shape, BhListQuery *query)
{
  g_autofree char *plan = shape->whole != NULL ? dup_plan(db, query, TRUE) : NULL;
  if (plan != NULL && (strstr(plan, shape->whole) == NULL || count_of(plan, "SEARCH r USING") > 2 ||
                       strstr(plan, "SCAN r ") != NULL))
    fail_msg("%s: does not look up what it finds:\n%s", shape->name, plan);
}

static GPtrArray *list_plainly(BhDb *db, const Shape *shape)
{
  static const char *const order[] = {"r.position DESC", "r.title, r.nr", "r.nr % 20, r.nr"};
  g_autoptr(GError) error = NULL;
  g_autofree char *sql = g_strdup_printf("SELECT r.id FROM record r NOT INDEXED WHERE r.id LIKE "
                                         "'r%%' AND r.nr >= 1000 AND %s ORDER BY %s"
                                         " LIMIT %d",
                                         shape->rows, order[shape->query.order], 2 * PAGE);
  GPtrArray *ids = bh_stmt_collect_texts(bh_db_query(db, sql, NULL, &error), &error);
  if (ids == NULL)
    fail_msg("%s: %s", sql, error->message);
  return ids;
}

static guint check_rows(BhDb *db, const Shape *shape, BhListQuery *query, GPtrArray *wanted,
                        guint from)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) page = bh_list_page(db, query, &error);
  if (page == NULL)
    fail_msg("%s: %s", shape->name, error->message);
  if (page->len != MIN(PAGE, wanted->len - from))
    fail_msg("%s: %u rows from %u on, not %u", shape->name, page->len, from, wanted->len - from);
  for (guint i = 0; i < page->len; i++) {
    const BhListHit *hit = page->pdata[i];
    const char *id = wanted->pdata[from + i];
    if (hit->nr != 1000 + g_ascii_strtoll(id + 1, NULL, 10))
      fail_msg("%s: row %u is number %d, not %s", shape->name, from + i, (int)hit->nr, id);
  }
  if (page->len > 0)
    bh_list_query_go_on(query, page->pdata[page->len - 1]);
  return page->len;
}

static void test_no_list_reads_a_whole_kind_for_a_few_rows(void **state)
{
  HubFixture *fixture = *state;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
    BhListQuery query = copy_query(&shapes[i].query);
    check_plan(db, &shapes[i], &query);
    check_whole(db, &shapes[i], &query);
    /* The number of hits in a kind is not stored anywhere. */
    query.count = query.match == NULL || query.review != NULL;
    check_plan(db, &shapes[i], &query);
    query.after_position = 120000;
    query.after_key = g_strdup(query.order == BH_LIST_BY_DUE ? "2026-11-12" : "7431");
    query.after_nr = 2000;
    check_plan(db, &shapes[i], &query);
    bh_list_query_clear(&query);
  }
  bh_hub_release_reader(fixture->hub, db);
}

static void test_every_index_gives_the_same_rows_in_the_same_order(void **state)
{
  HubFixture *fixture = *state;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
    g_autoptr(GPtrArray) wanted = list_plainly(db, &shapes[i]);
    BhListQuery query = copy_query(&shapes[i].query);
    if (wanted->len == 0 && strcmp(shapes[i].rows, NOTHING) != 0)
      fail_msg("%s: compares nothing", shapes[i].name);
    guint found = check_rows(db, &shapes[i], &query, wanted, 0);
    if (found == PAGE)
      check_rows(db, &shapes[i], &query, wanted, found);
    bh_list_query_clear(&query);
  }
  bh_hub_release_reader(fixture->hub, db);
}

/* Pages of the search index that were written so far: the third number of its structure. */
static guint64 count_search_pages(HubFixture *fixture)
{
  gsize len, at = 4;
  guint64 number = 0;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  BhStmt *stmt = NULL;
  assert_true(
      bh_db_query_row(db, "SELECT block FROM search_data WHERE id = 10", NULL, &stmt, NULL));
  const guint8 *bytes = bh_stmt_get_blob(stmt, 0, &len);
  for (int i = 0; i < 3; i++) {
    number = 0;
    do {
      assert_true(at < len);
      number = number << 7 | (bytes[at] & 0x7f);
    } while (bytes[at++] & 0x80);
  }
  bh_stmt_reset(stmt);
  bh_hub_release_reader(fixture->hub, db);
  return number;
}

/* A trigger on a table of the index would write the search text of each record by itself, because
 * each statement that can be undone alone ends the batch of the search. */
static void test_the_search_of_many_records_is_written_at_once(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_array();
  guint64 before = count_search_pages(fixture);
  for (int i = 0; i < MADE; i++) {
    char id[BH_ID_LEN + 1];
    g_autofree char *name = g_strdup_printf("甲乙%d号矿", i);
    bh_id_from_name("test/lists", name, id);
    json_array_append_new(ops, json_pack("{s:s,s:s,s:{s:s,s:s}}", "record", id, "kind",
                                         "enterprise", "set", "name", name, "area", "140603100"));
  }
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the hub refuses its own entry: %s", error->message);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  gint64 found;
  assert_true(bh_hub_update_index(fixture->hub, db, &error));
  assert_in_range(count_search_pages(fixture) - before, 1, MADE / 5);
  assert_true(bh_db_get_int(db, "SELECT count(*) FROM search WHERE search MATCH '\"甲乙\"'", NULL,
                            &found, NULL));
  assert_int_equal(found, MADE);
  bh_hub_release_reader(fixture->hub, db);
}

static gboolean nobody_waits(gpointer data)
{
  int *left = data;
  return --*left < 0;
}

/* Each shape again with other values: the plans stay valid. */
static void test_no_list_is_planned_anew_for_other_values(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  guint64 first = 0;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  for (int round = 0; round < 4; round++) {
    if (round == 2)
      first = bh_db_count_replanned(db);
    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
      BhListQuery query = copy_query(&shapes[i].query);
      if (round % 2 == 1)
        query.after_position = G_MAXINT64 - round;
      g_autoptr(GPtrArray) page = bh_list_page(db, &query, &error);
      assert_non_null(page);
      bh_list_query_clear(&query);
    }
  }
  assert_int_equal(bh_db_count_replanned(db), first);
  bh_hub_release_reader(fixture->hub, db);
}

/* Interrupted at each statement in turn. */
static void test_an_interrupted_list_is_an_error_and_not_empty(void **state)
{
  HubFixture *fixture = *state;
  int broken = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
    for (int questions = 0; questions < 6; questions++) {
      g_autoptr(GError) error = NULL;
      BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
      BhListQuery query = copy_query(&shapes[i].query);
      int left = questions;
      bh_db_set_interrupt(db, nobody_waits, &left);
      g_autoptr(GPtrArray) page = bh_list_page(db, &query, &error);
      bh_db_set_interrupt(db, NULL, NULL);
      if ((page == NULL) != (error != NULL))
        fail_msg("%s: %s", shapes[i].name, error != NULL ? error->message : "no reason");
      broken += page == NULL;
      bh_list_query_clear(&query);
      bh_hub_release_reader(fixture->hub, db);
    }
  }
  assert_true(broken > 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_no_list_reads_a_whole_kind_for_a_few_rows),
      cmocka_unit_test(test_every_index_gives_the_same_rows_in_the_same_order),
      cmocka_unit_test(test_no_list_is_planned_anew_for_other_values),
      cmocka_unit_test(test_an_interrupted_list_is_an_error_and_not_empty),
      cmocka_unit_test(test_the_search_of_many_records_is_written_at_once),
  };
  return cmocka_run_group_tests(tests, set_up_lists, tear_down);
}
