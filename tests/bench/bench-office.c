/* P8: what the lists of the office page cost at a hub with many records, for a viewer of the whole
 * county and for one of a township that has few and old ones. Figures, not verdicts. The records
 * are copies of a few real ones, written straight into the store. */
#include "../sync/hub/hub-fixture.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sync/hub/access/list.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/index/index.h"

#define RECORDS_USUAL 60000
#define RECORDS_MAX 5000000
#define ROUNDS 9
#define PAGE 100
#define VISIT 9           /* records of one visit: itself, 5 hazards, 3 participants */
#define HAZARDS 5         /* of a visit */
#define TOWNSHIP_PART 100 /* one record of so many is of the township, the oldest ones */
#define ENTERPRISE_PART 50
#define FIRST 1000 /* number of the last record before those of the bench */
#define TRANSACTION 20000

typedef struct {
  HubFixture *fixture;
  sqlite3 *db;
  sqlite3_stmt *record, *listed, *value, *search;
  GPtrArray *areas; /* codes of the other townships */
  char *snapshots[3], *ids[3];
  gint64 records, enterprises, first, nr, position;
  gboolean cold; /* nothing of the store is in memory when something is asked */
} Store;

enum { ENTERPRISE, INSPECTION, HAZARD };

static const char *const kind_names[] = {"enterprise", "inspection", "hazard", "participant"};
static const char *const texts[] = {"主运输巷支护锚杆失效",   "配电室未配备灭火器材",
                                    "皮带机头防护罩缺失",     "瓦斯传感器校验超期未做标识",
                                    "临时用电线路敷设不规范", "安全出口堆放杂物",
                                    "有限空间作业未审批"};

/* --- the store --- */

static void check(sqlite3 *db, int rc)
{
  if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
    fail_msg("sqlite: %s", sqlite3_errmsg(db));
}

static gboolean feed(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  BhIngestResult result = {0};
  gboolean good = bh_ingest_apply(bh_hub_get_ingest(hub), db, data, &result, error);
  if (good && (result.refused != NULL || result.quarantined->len != 0))
    fail_msg("a template was not applied");
  bh_ingest_result_clear(&result);
  return good;
}

static void add_entry(HubFixture *fixture, TestDevice *device, BhEntryText *text)
{
  g_autoptr(GError) error = NULL;
  BhBatch *batch = bh_batch_new(device->signer->device, device->unit);
  bh_batch_add(batch, bh_hub_get_id(fixture->hub), device->signer->public_key, text);
  if (!bh_hub_write(fixture->hub, feed, batch, &error))
    fail_msg("template: %s", error->message);
  bh_batch_free(batch);
}

static char *load_snapshot(Store *store, const char *id)
{
  sqlite3_stmt *stmt;
  check(store->db,
        sqlite3_prepare_v2(store->db, "SELECT snapshot FROM record WHERE id = ?", -1, &stmt, NULL));
  check(store->db, sqlite3_bind_text(stmt, 1, id, -1, SQLITE_STATIC));
  if (sqlite3_step(stmt) != SQLITE_ROW)
    fail_msg("there is no template %s", id);
  char *snapshot = g_strdup((const char *)sqlite3_column_text(stmt, 0));
  sqlite3_finalize(stmt);
  return snapshot;
}

static void make_templates(Store *store)
{
  HubFixture *fixture = store->fixture;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char ids[3][BH_ID_LEN + 1];
  for (int i = 0; i < 3; i++)
    test_device_make_id(device, ids[i]);
  add_entry(fixture, device,
            test_device_enterprise(device, ids[ENTERPRISE], "一号矿", "140603100"));
  add_entry(
      fixture, device,
      test_device_entry(device, ids[INSPECTION], "inspection",
                        json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", ids[ENTERPRISE],
                                  "modes", "routine", "unit", fixture->township, "lead",
                                  fixture->inspector, "state", "on_site"),
                        NULL));
  add_entry(fixture, device,
            test_device_entry(
                device, ids[HAZARD], "hazard",
                json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection",
                          ids[INSPECTION], "enterprise", ids[ENTERPRISE], "number", "2026-00000",
                          "summary", texts[0], "level", "general", "place", "3105 工作面",
                          "found_by", "inspection", "deadline", "2026-12-05", "state", "found"),
                NULL));
  for (int i = 0; i < 3; i++) {
    store->ids[i] = g_strdup(ids[i]);
    store->snapshots[i] = load_snapshot(store, ids[i]);
  }
  test_device_free(device);
}

static void make_id(gint64 nr, char id[BH_ID_LEN + 1])
{
  g_snprintf(id, BH_ID_LEN + 1, "00000000-0000-7000-8000-%012x", (guint)nr);
}

/* A snapshot with other ids in the place of the template's own. */
static char *make_snapshot(const Store *store, int template, const char *const ids[3])
{
  g_autoptr(GString) text = g_string_new(store->snapshots[template]);
  for (int i = 0; i < 3; i++)
    if (ids[i] != NULL)
      g_string_replace(text, store->ids[i], ids[i], 0);
  return g_strdup(text->str);
}

static void put_value(Store *store, const char *kind, const char *field, const char *value)
{
  sqlite3_stmt *stmt = store->value;
  sqlite3_bind_text(stmt, 1, kind, -1, SQLITE_STATIC);
  sqlite3_bind_text(stmt, 2, field, -1, SQLITE_STATIC);
  sqlite3_bind_text(stmt, 3, value, -1, SQLITE_STATIC);
  sqlite3_bind_int64(stmt, 4, store->nr);
  check(store->db, sqlite3_step(stmt));
  sqlite3_reset(stmt);
}

typedef struct {
  int kind; /* in kind_names */
  char id[BH_ID_LEN + 1], parent[BH_ID_LEN + 1], enterprise[BH_ID_LEN + 1];
  const char *area, *state, *review, *due;
} Row;

static void put_row(Store *store, const Row *row)
{
  sqlite3_stmt *stmt = store->record;
  const char *ids[3] = {row->enterprise, row->kind == HAZARD ? row->parent : row->id, row->id};
  int template = row->kind < 3 ? row->kind : INSPECTION;
  g_autofree char *snapshot = make_snapshot(store, template, ids);
  g_autofree char *scope = g_strconcat("a:", row->area, NULL);
  g_autofree char *scope2 = g_strconcat("u:", store->fixture->county, NULL);
  g_autofree char *title =
      row->kind == ENTERPRISE
          ? g_strdup_printf("企业%06d 矿长王%d", (int)(store->nr * 7919 % 1000000), (int)store->nr)
          : g_strdup_printf("2026-%07d %s", (int)store->nr,
                            texts[(guint)store->nr % G_N_ELEMENTS(texts)]);
  g_autofree char *grams = bh_search_grams(title);
  const char *columns[] = {row->id,
                           kind_names[row->kind],
                           row->parent[0] != '\0' ? row->parent : NULL,
                           row->area,
                           scope,
                           row->area == store->areas->pdata[0] ? scope2 : NULL,
                           row->kind != ENTERPRISE ? row->enterprise : NULL,
                           row->state,
                           title,
                           row->review,
                           snapshot};
  for (int i = 0; i < (int)G_N_ELEMENTS(columns); i++)
    check(store->db, sqlite3_bind_text(stmt, i + 1, columns[i], -1, SQLITE_STATIC));
  sqlite3_bind_int64(stmt, 12, store->nr);
  sqlite3_bind_int64(stmt, 13, store->position);
  check(store->db, sqlite3_step(stmt));
  sqlite3_reset(stmt);
  sqlite3_bind_int64(store->listed, 1, store->nr);
  check(store->db, sqlite3_step(store->listed));
  sqlite3_reset(store->listed);
  sqlite3_bind_int64(store->search, 1, store->nr);
  sqlite3_bind_text(store->search, 2, grams, -1, SQLITE_STATIC);
  check(store->db, sqlite3_step(store->search));
  sqlite3_reset(store->search);
  if (row->kind == ENTERPRISE)
    put_value(store, "enterprise", "sector", store->nr % 4 == 0 ? "coal_mine" : "chemical");
  else
    put_value(store, kind_names[row->kind], "enterprise", row->enterprise);
  if (row->due != NULL)
    put_value(store, "hazard", "@due", row->due);
  if (++store->nr % TRANSACTION == 0)
    check(store->db, sqlite3_exec(store->db, "COMMIT; BEGIN", NULL, NULL, NULL));
  store->position++;
}

static void put_enterprises(Store *store)
{
  for (gint64 i = 0; i < store->enterprises; i++) {
    Row row = {.kind = ENTERPRISE, .state = "active"};
    row.area = i < store->enterprises / TOWNSHIP_PART ? "140603100"
                                                      : store->areas->pdata[i % store->areas->len];
    make_id(store->first + i, row.id);
    make_id(store->first + i, row.enterprise);
    put_row(store, &row);
  }
}

/* Most are closed and accepted; some wait for review; none stands in the rare states. */
static void choose_hazard(gint64 nr, Row *row)
{
  static const char *const days[] = {"2026-10-11", "2026-11-20", "2027-01-15"};
  row->kind = HAZARD;
  row->state = nr % 10 < 6 ? "closed" : nr % 10 < 8 ? "ordered" : nr % 10 < 9 ? "found" : "signed";
  row->review = nr % 10 < 6 ? "accepted" : nr % 10 < 9 ? "new" : NULL;
  if (nr % 10 >= 6 && nr % 10 < 9)
    row->due = days[nr % 3];
}

static void put_visit(Store *store, const char *area, gint64 enterprise)
{
  Row visit = {.kind = INSPECTION, .area = area};
  char parent[BH_ID_LEN + 1];
  make_id(store->nr, parent);
  for (int i = 0; i < VISIT; i++) {
    Row row = visit;
    make_id(store->nr, row.id);
    make_id(enterprise, row.enterprise);
    if (i > 0)
      memcpy(row.parent, parent, sizeof parent);
    if (i == 0) {
      row.state = store->nr % 2 == 0 ? "accepted" : "signed";
      row.review = store->nr % 2 == 0 ? "accepted" : "new";
    } else if (i <= HAZARDS) {
      choose_hazard(store->nr, &row);
    } else {
      row.kind = 3;
    }
    put_row(store, &row);
  }
}

static void prepare(Store *store, const char *sql, sqlite3_stmt **stmt)
{
  check(store->db, sqlite3_prepare_v2(store->db, sql, -1, stmt, NULL));
}

static void list_areas(Store *store)
{
  const BhRegion *region = bh_hub_get_region(store->fixture->hub);
  g_autoptr(GPtrArray) children = bh_region_list_children(region, "140603");
  store->areas = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < children->len; i++)
    if (strcmp(children->pdata[i], "140603100") != 0)
      g_ptr_array_add(store->areas, g_strdup(children->pdata[i]));
}

static void fill(Store *store)
{
  check(store->db,
        sqlite3_exec(store->db, "PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN", NULL,
                     NULL, NULL));
  prepare(store,
          "INSERT INTO record (id, kind, parent, area, scope, scope2, scope_from, state, title,"
          " review, snapshot, nr, position, created, changed_ms, conflict, restriction) VALUES"
          " (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, 1795853228184, 0, '')",
          &store->record);
  prepare(store,
          "INSERT INTO listed (nr, kind, state, area, scope, scope2, restriction, review, conflict,"
          " position, sort_key, text, field_values) SELECT nr, kind, state, area, scope, scope2,"
          " restriction, review, conflict, position, CAST(title AS BLOB), title, '{}' FROM record"
          " WHERE nr = ?",
          &store->listed);
  prepare(store, "INSERT INTO field_value (kind, field, value, record) VALUES (?, ?, ?, ?)",
          &store->value);
  prepare(store, "INSERT INTO search (rowid, grams) VALUES (?, ?)", &store->search);
  put_enterprises(store);
  gint64 visits = store->records / VISIT;
  for (gint64 i = 0; i < visits; i++)
    put_visit(store,
              i < visits / TOWNSHIP_PART ? "140603100" : store->areas->pdata[i % store->areas->len],
              store->first + i % store->enterprises);
  g_autofree char *counters = g_strdup_printf(
      "UPDATE counter SET value = %" G_GINT64_FORMAT " WHERE name = 'record';"
      "UPDATE counter SET value = %" G_GINT64_FORMAT " WHERE name = 'position'; COMMIT",
      store->nr, store->position);
  check(store->db, sqlite3_exec(store->db, counters, NULL, NULL, NULL));
  sqlite3_finalize(store->record);
  sqlite3_finalize(store->listed);
  sqlite3_finalize(store->value);
  sqlite3_finalize(store->search);
  check(store->db, sqlite3_exec(store->db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL));
}

/* --- the queries --- */

typedef struct {
  double wall, cpu; /* ms */
} Cost;

static Cost now(void)
{
  struct timespec cpu;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  return (Cost){.wall = (double)g_get_monotonic_time() / 1e3,
                .cpu = (double)cpu.tv_sec * 1e3 + (double)cpu.tv_nsec / 1e6};
}

static int by_wall(const void *a, const void *b)
{
  const Cost *one = a, *other = b;
  return one->wall < other->wall ? -1 : one->wall > other->wall;
}

/* A new connection to a store of which the system has nothing in memory. */
static BhDb *take_cold_reader(Store *store)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(store->fixture->dir, "hub.db", NULL);
  BhDb *db = bh_hub_acquire_reader(store->fixture->hub, &error);
  g_clear_pointer(&db, bh_db_close);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fsync(fd) != 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
    fail_msg("%s: cannot be dropped from memory", path);
  close(fd);
  db = bh_hub_acquire_reader(store->fixture->hub, &error);
  if (db == NULL)
    fail_msg("open: %s", error->message);
  return db;
}

static json_t *ask(Store *store, const json_t *query, const json_t *viewer, Cost *cost)
{
  g_autoptr(GError) error = NULL;
  BhDb *cold = store->cold ? take_cold_reader(store) : NULL;
  Cost start = now();
  BhDb *db = cold != NULL ? cold : bh_hub_acquire_reader(store->fixture->hub, &error);
  json_t *page = db != NULL ? bh_hub_list(store->fixture->hub, db, query, viewer, &error) : NULL;
  Cost end = now();
  bh_hub_release_reader(store->fixture->hub, db);
  if (page == NULL)
    fail_msg("list: %s", error->message);
  *cost = (Cost){end.wall - start.wall, end.cpu - start.cpu};
  return page;
}

static void print_costs(const char *what, const char *page, gsize rows, Cost *costs)
{
  double cpu = 0;
  qsort(costs, ROUNDS, sizeof *costs, by_wall);
  for (int i = 0; i < ROUNDS; i++)
    cpu += costs[i].cpu / ROUNDS;
  printf("    %-46s %-5s %5zu rows %9.1f %9.1f %9.1f\n", what, page, rows, costs[ROUNDS / 2].wall,
         costs[ROUNDS - 1].wall, cpu);
}

static void measure(Store *store, const char *what, json_t *query, const json_t *viewer)
{
  Cost costs[ROUNDS];
  for (int page = 0; page < 2; page++) {
    g_autoptr(json_t) answer = NULL;
    for (int i = 0; i < ROUNDS; i++) {
      g_clear_pointer(&answer, json_decref);
      answer = ask(store, query, viewer, &costs[i]);
    }
    print_costs(what, page == 0 ? "first" : "next",
                json_array_size(json_object_get(answer, "rows")), costs);
    const json_t *after = json_object_get(answer, "after");
    if (!json_is_string(after))
      break;
    json_object_set(query, "after", (json_t *)after);
  }
  json_decref(query);
}

static void measure_count(Store *store, const char *what, json_t *query, const json_t *viewer)
{
  Cost costs[ROUNDS];
  int found = 0;
  gboolean more;
  for (int i = 0; i < ROUNDS; i++) {
    g_autoptr(GError) error = NULL;
    Cost start = now();
    BhDb *db = bh_hub_acquire_reader(store->fixture->hub, &error);
    if (!bh_hub_count(store->fixture->hub, db, query, viewer, 10000, &found, &more, &error))
      fail_msg("count: %s", error->message);
    bh_hub_release_reader(store->fixture->hub, db);
    Cost end = now();
    costs[i] = (Cost){end.wall - start.wall, end.cpu - start.cpu};
  }
  print_costs(what, "count", (gsize)found, costs);
  json_decref(query);
}

static json_t *ledger(const char *kind, const char *const *states)
{
  json_t *list = json_array();
  for (; *states != NULL; states++)
    json_array_append_new(list, json_string(*states));
  return json_pack("{s:s, s:{s:o}, s:i}", "kind", kind, "where", "state", list, "limit", PAGE);
}

static json_t *inbox(const char *lane, const char *name, const char *value)
{
  json_t *query = json_pack("{s:s, s:i}", "inbox", lane, "limit", PAGE);
  if (name != NULL)
    json_object_set_new(query, name, json_string(value));
  return query;
}

static json_t *enterprises(const char *name, const char *value)
{
  json_t *query =
      json_pack("{s:s, s:s, s:i}", "kind", "enterprise", "order", "title", "limit", PAGE);
  if (name != NULL)
    json_object_set_new(query, name, json_string(value));
  return query;
}

static void measure_ledgers(Store *store, const json_t *viewer)
{
  static const char *const open[] = {"found",      "ordered",    "handed_over", "reported_fixed",
                                     "confirmed",  "rectifying", "refused",     "stopped",
                                     "acceptance", NULL};
  static const char *const rare[] = {"accountability", "as_accident", NULL};
  static const char *const ended[] = {"signed", "accepted", NULL};
  json_t *overdue = ledger("hazard", open);
  json_t *papers = ledger("inspection", ended);
  json_object_set_new(overdue, "order", json_string("due"));
  json_object_set_new(overdue, "due_before", json_string("2026-11-28"));
  json_object_set_new(papers, "without", json_string("document"));
  measure(store, "ledger: to be rectified", ledger("hazard", open), viewer);
  measure(store, "ledger: overdue", overdue, viewer);
  measure(store, "ledger: a state nothing stands in", ledger("hazard", rare), viewer);
  measure(store, "ledger: no child of a kind", papers, viewer);
  measure_count(store, "ledger: to be rectified", ledger("hazard", open), viewer);
}

/* What names one of the newest hazards that wait for review. */
static char *find_number(const Store *store)
{
  gint64 nr = store->nr - VISIT + 1;
  while (nr % 10 != 8 || (store->nr - nr) % VISIT < VISIT - HAZARDS)
    nr--;
  return g_strdup_printf("2026-%07d", (int)nr);
}

static void measure_viewer(Store *store, const char *name, const json_t *viewer)
{
  g_autofree char *number = find_number(store);
  g_autofree char *firm = g_strdup_printf("%06d", (int)((store->first + 1) * 7919 % 1000000));
  g_autofree char *visit = g_malloc(BH_ID_LEN + 1), *enterprise = g_malloc(BH_ID_LEN + 1);
  make_id(store->nr - store->records / VISIT / 2 / VISIT * VISIT - VISIT, visit);
  make_id(store->first + store->enterprises - 1, enterprise);
  printf("  %-52s %-11s %9s %9s %9s\n", name, "", "p50 ms", "p95 ms", "CPU ms");
  measure(store, "inbox: new", inbox("new", NULL, NULL), viewer);
  measure(store, "inbox: accepted", inbox("accepted", NULL, NULL), viewer);
  measure(store, "inbox: returned, which is empty", inbox("returned", NULL, NULL), viewer);
  measure(store, "inbox: of a kind", inbox("new", "kind", "inspection"), viewer);
  measure(store, "inbox: of a small area", inbox("new", "area", "140603100"), viewer);
  measure(store, "inbox: search, in a seventh of all", inbox("new", "search", "锚杆"), viewer);
  measure(store, "inbox: search, in all", inbox("new", "search", "20"), viewer);
  measure(store, "inbox: search, in none of the lane", inbox("new", "search", "矿长"), viewer);
  measure(store, "inbox: search, of one record", inbox("new", "search", number), viewer);
  measure(store, "inbox: search, in none", inbox("new", "search", "甲乙"), viewer);
  measure_count(store, "inbox: new", inbox("new", NULL, NULL), viewer);
  measure(store, "enterprises", enterprises(NULL, NULL), viewer);
  measure(store, "enterprises: search", enterprises("search", "矿长"), viewer);
  measure(store, "enterprises: search, of one", enterprises("search", firm), viewer);
  measure(store, "enterprises: of a small area", enterprises("area", "140603100"), viewer);
  measure_ledgers(store, viewer);
  measure(store, "ledger: search, in none of the kind",
          json_pack("{s:s, s:s, s:i}", "kind", "hazard", "search", "矿长", "limit", PAGE), viewer);
  measure(store, "hazards of an inspection",
          json_pack("{s:s, s:s}", "kind", "hazard", "parent", visit), viewer);
  measure(store, "hazards of an enterprise",
          json_pack("{s:s, s:{s:s}}", "kind", "hazard", "where", "enterprise", enterprise), viewer);
}

/* 0 of an office that has none of these records. */
static gint64 read_newest(const Store *store)
{
  sqlite3_stmt *stmt;
  check(store->db, sqlite3_prepare_v2(store->db, "SELECT max(nr) FROM record", -1, &stmt, NULL));
  check(store->db, sqlite3_step(stmt));
  gint64 nr = sqlite3_column_int64(stmt, 0);
  sqlite3_finalize(stmt);
  return nr;
}

static void make_records(Store *store)
{
  make_templates(store);
  list_areas(store);
  store->nr = store->position = FIRST;
  double start = now().wall;
  fill(store);
  printf("    written in %.0f s\n", (now().wall - start) / 1e3);
  for (int i = 0; i < 3; i++) {
    g_free(store->ids[i]);
    g_free(store->snapshots[i]);
  }
  g_ptr_array_unref(store->areas);
}

static json_t *make_viewer(const char *id, const char *unit)
{
  return json_pack("{s:s, s:s}", "id", id, "unit", unit);
}

int main(int argc, char **argv)
{
  gint64 records = RECORDS_USUAL;
  if (argc > 1)
    assert_true(g_ascii_string_to_signed(argv[1], 10, 1000, RECORDS_MAX, &records, NULL));
  const char *kept = argc > 2 ? argv[2] : NULL;
  Store store = {.fixture = kept != NULL ? hub_fixture_keep_store(kept) : hub_fixture_new_store(),
                 .records = records,
                 .cold = argc > 3};
  g_autofree char *path = g_build_filename(store.fixture->dir, "hub.db", NULL);
  check(NULL, sqlite3_open(path, &store.db));
  sqlite3_busy_timeout(store.db, 10000);
  store.enterprises = records / ENTERPRISE_PART;
  store.first = FIRST;
  store.nr = read_newest(&store);
  if (store.nr <= FIRST)
    make_records(&store);
  printf("P8  %d records, of which one in %d belongs to the township\n", (int)(store.nr - FIRST),
         TOWNSHIP_PART);
  g_autoptr(json_t) county =
      make_viewer("00000000-0000-7000-8000-00000000000a", store.fixture->county);
  g_autoptr(json_t) township = make_viewer(store.fixture->inspector, store.fixture->township);
  measure_viewer(&store, "county", county);
  measure_viewer(&store, "township", township);
  sqlite3_close(store.db);
  hub_fixture_free(store.fixture);
  return 0;
}
