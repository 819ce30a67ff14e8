/* P1 and the lists of P6/P11: what one saved answer costs beside a bare insert of the same bytes
 * in the same run, and what first pages cost in a large store. Prints figures, judges nothing.
 *   bench-save [RECORDS]   (100000) */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/sync/device/fixture.h"
#include "tests/sync/device/shim-vfs.h"

#define ROUNDS 10
#define SAVES 200 /* of a round */
#define ITEMS 86
#define PAGE 500

static double cpu_us(void)
{
  struct rusage usage;

  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* --- the bare insert --- */

typedef struct {
  sqlite3 *db;
  sqlite3_stmt *begin, *insert, *commit;
} Bare;

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
  sqlite3_stmt *stmt = NULL;

  g_assert(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) == SQLITE_OK);
  return stmt;
}

static void bare_open(Bare *bare, const char *dir)
{
  g_autofree char *path = g_build_filename(dir, "bare.db", NULL);

  g_assert(sqlite3_open(path, &bare->db) == SQLITE_OK);
  sqlite3_exec(bare->db,
               "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
               "CREATE TABLE entry (id TEXT PRIMARY KEY, bytes TEXT NOT NULL)",
               NULL, NULL, NULL);
  bare->begin = prepare(bare->db, "BEGIN IMMEDIATE");
  bare->insert = prepare(bare->db, "INSERT INTO entry (id, bytes) VALUES (?1, ?2)");
  bare->commit = prepare(bare->db, "COMMIT");
}

static void run_stmt(sqlite3_stmt *stmt)
{
  g_assert(sqlite3_step(stmt) == SQLITE_DONE);
  sqlite3_reset(stmt);
}

static void bare_insert(Bare *bare, const char *id, const char *bytes, gsize len)
{
  run_stmt(bare->begin);
  sqlite3_bind_text(bare->insert, 1, id, -1, SQLITE_TRANSIENT);
  sqlite3_bind_text(bare->insert, 2, bytes, (int)len, SQLITE_TRANSIENT);
  run_stmt(bare->insert);
  run_stmt(bare->commit);
}

static void bare_close(Bare *bare)
{
  sqlite3_finalize(bare->begin);
  sqlite3_finalize(bare->insert);
  sqlite3_finalize(bare->commit);
  sqlite3_close(bare->db);
}

/* --- saving --- */

static gsize save_answer(Fixture *fixture, const char *inspection, int i)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *key = g_strdup_printf("answers/COAL-%02d", i % ITEMS);
  g_autoptr(json_t) ops =
      fixture_ops(inspection, "inspection", json_pack("{s{ss}}", key, "answer", "compliant"));
  g_autofree char *id = bh_device_save(fixture->device, fixture->li, ops, 0, &error);

  assert_no_error(error);
  return strlen(id);
}

static double measure_signature(const char *bytes, gsize len)
{
  g_autoptr(BhSigner) signer = test_signer(1);
  guint8 signature[BH_SIGNATURE_SIZE];
  double start = cpu_us();

  for (int i = 0; i < 2000; i++)
    bh_sign(signer->secret_key, "entry/1", bytes, len, signature);
  return (cpu_us() - start) / 2000;
}

static int compare_doubles(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void bench_save(Fixture *fixture, const char *store)
{
  char inspection[BH_ID_LEN + 1];
  double save_us[ROUNDS], bare_us[ROUNDS];
  gint64 save_bytes = 0, bare_bytes = 0, last = 0;
  int save_syncs = 0, bare_syncs = 0, number = 0;
  Bare bare;

  fixture_inspect(fixture, inspection);
  for (int i = 0; i < ITEMS; i++)
    save_answer(fixture, inspection, i);
  gint64 made = 0, acked = 0;
  g_autoptr(GString) entry = g_string_new(NULL);
  bh_outbox_get_heads(fixture->device, &made, &acked, NULL);
  bh_outbox_read_batch(fixture->device, made - 1, 1, 1, entry, &last, NULL);
  bare_open(&bare, fixture->dir);
  shim_vfs_take_syncs();
  shim_vfs_take_bytes();
  for (int round = 0; round < ROUNDS; round++) {
    double start = cpu_us();
    for (int i = 0; i < SAVES; i++)
      save_answer(fixture, inspection, number++);
    save_us[round] = (cpu_us() - start) / SAVES;
    save_syncs += shim_vfs_take_syncs();
    save_bytes += shim_vfs_take_bytes();
    start = cpu_us();
    for (int i = 0; i < SAVES; i++)
      bare_insert(&bare, test_id((guint)(round * SAVES + i)), entry->str, entry->len);
    bare_us[round] = (cpu_us() - start) / SAVES;
    bare_syncs += shim_vfs_take_syncs();
    bare_bytes += shim_vfs_take_bytes();
  }
  bare_close(&bare);
  qsort(save_us, ROUNDS, sizeof *save_us, compare_doubles);
  qsort(bare_us, ROUNDS, sizeof *bare_us, compare_doubles);
  double signature = measure_signature(entry->str, 600);
  double save = save_us[ROUNDS / 2], raw = bare_us[ROUNDS / 2];
  printf("P1 %s: entry of %" G_GSIZE_FORMAT " B: save %.0f us CPU (signature %.0f us of it), bare "
         "insert %.0f us; ratio without signature %.2f; fsyncs per save %.3f (bare %.3f), bytes "
         "written %.0f (bare %.0f)\n",
         store, entry->len, save, signature, raw, (save - signature) / raw,
         (double)save_syncs / (ROUNDS * SAVES), (double)bare_syncs / (ROUNDS * SAVES),
         (double)save_bytes / (ROUNDS * SAVES), (double)bare_bytes / (ROUNDS * SAVES));
}

/* --- a large store --- */

static void fill(Fixture *fixture, guint records, gboolean reset)
{
  static const char *const places[] = {"北岭", "东沟", "安泰", "白堂", "双碾", "井坪", "陶村"};
  double start = cpu_us();

  for (guint done = 0; done < records; done += PAGE) {
    json_t *page = json_array();
    for (guint i = done; i < done + PAGE && i < records; i++) {
      g_autofree char *name =
          g_strdup_printf("朔州%s第%u煤业有限公司", places[i % G_N_ELEMENTS(places)], i);
      g_autofree char *code = g_strdup_printf("PL-%06u", i);
      json_array_append_new(
          page, fixture_snapshot(fixture, test_id(0x100000 + i), "enterprise",
                                 json_pack("{ss ss ss ss ss}", "name", name, "short_code", code,
                                           "sector", i % 50 == 0 ? "coal_mine" : "fire", "area",
                                           "140603", "state", "confirmed")));
    }
    fixture_pull(fixture, page,
                 reset ? json_pack("{sb sb}", "reset", done == 0, "more", done + PAGE < records)
                       : NULL);
  }
  printf("%s: %.0f us CPU per record\n", reset ? "Pulling all of it again" : "Pulling",
         (cpu_us() - start) / records);
}

/* Every record of the store comes again and differs. A save waits for one step at most. */
static void bench_reset(Fixture *fixture, guint records)
{
  double longest = 0, start = cpu_us();
  int steps = 0;
  gboolean more = TRUE;

  fill(fixture, records, TRUE);
  start = cpu_us();
  for (; more; steps++) {
    double step = cpu_us();
    more = bh_device_rest(fixture->device);
    longest = MAX(longest, cpu_us() - step);
  }
  printf("Reset of %u records: %d steps of %.1f ms CPU, the longest %.1f ms\n", records, steps,
         (cpu_us() - start) / steps / 1000, longest / 1000);
}

static void bench_list(Fixture *fixture, const char *what, json_t *query)
{
  g_autoptr(GError) error = NULL;
  gsize rows = 0;
  double start = cpu_us();

  for (int i = 0; i < 20; i++) {
    g_autoptr(json_t) page = bh_device_list(fixture->device, query, &error);
    assert_no_error(error);
    rows = json_array_size(json_object_get(page, "rows"));
  }
  printf("P11 first page, %s: %.2f ms CPU, %" G_GSIZE_FORMAT " rows\n", what,
         (cpu_us() - start) / 20 / 1000, rows);
  json_decref(query);
}

static void bench_lists(Fixture *fixture)
{
  bench_list(fixture, "by change", json_pack("{ss}", "kind", "enterprise"));
  bench_list(fixture, "by title", json_pack("{ss ss}", "kind", "enterprise", "order", "title"));
  bench_list(fixture, "where, 2 % match",
             json_pack("{ss s{ss}}", "kind", "enterprise", "where", "sector", "coal_mine"));
  bench_list(fixture, "where, nearly all match",
             json_pack("{ss s{ss}}", "kind", "enterprise", "where", "sector", "fire"));
  bench_list(fixture, "search 安泰", json_pack("{ss ss}", "kind", "enterprise", "search", "安泰"));
  bench_list(fixture, "search one record",
             json_pack("{ss ss}", "kind", "enterprise", "search", "PL-000042"));
  double start = cpu_us();
  for (int i = 0; i < 1000; i++)
    json_decref(bh_device_status(fixture->device, NULL));
  printf("Status: %.0f us CPU\n", (cpu_us() - start) / 1000);
  start = cpu_us();
  fixture_reopen(fixture);
  printf("Opening the store: %.1f ms CPU\n", (cpu_us() - start) / 1000);
}

int main(int argc, char **argv)
{
  guint records = argc > 1 ? (guint)g_ascii_strtoull(argv[1], NULL, 10) : 100000;
  g_autofree char *name = g_strdup_printf("store of %u records", records);

  shim_vfs_install();
  g_autoptr(Fixture) small = fixture_new();
  bench_save(small, "small store");
  g_autoptr(Fixture) person = fixture_new();
  BhSignInRefusal refusal;
  fixture_give_pins(person);
  assert_true(bh_device_sign_in(person->device, person->li, PIN_OF_LI, &refusal, NULL));
  bench_save(person, "small store, with the person's signature (another one)");
  g_autoptr(Fixture) large = fixture_new();
  fill(large, records, FALSE);
  bench_save(large, name);
  bench_lists(large);
  bench_reset(large, records);
  return 0;
}
