/* P2: hub ingest – entries durable, verified, folded and indexed per second – against a raw batched
 * SQLite insert of the very rows it wrote, with the same schema, settings and transactions.
 * P5: bytes on the wire per finding. With two folders of bench-office: what an entry costs in the
 * one store and in the other. Figures, not verdicts. */
#include "bench-hub.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "schema/person.h"
#include "sync/hub/hub-private.h"
#include "sync/index/index.h"
#include "sync/wire/batch.h"

#define FINDINGS_USUAL                                                                             \
  10000 /* another number may be given as the argument, such as for a profile */
#define VISITS 200
#define BATCH 500
#define SINGLES 1000
#define SINGLES_OF_STORE 500
#define SETTLE_US (1500 * 1000)

typedef struct {
  GPtrArray *texts; /* BhEntryText* */
  BhBatch *batch;
  BhIngestResult result;
  TestDevice *device;
} Feeding;

static gboolean feed(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Feeding *feeding = data;
  return bh_ingest_apply(bh_hub_get_ingest(hub), db, feeding->batch, &feeding->result, error);
}

/* Verifies and applies entries in batches, as the server does, until lists show them; returns the
 * time it took. */
static Span ingest(HubFixture *fixture, Feeding *feeding, guint size)
{
  Span start = bench_now();
  for (guint at = 0; at < feeding->texts->len; at += size) {
    g_autoptr(GError) error = NULL;
    feeding->batch = bh_batch_new(feeding->device->signer->device, feeding->device->unit);
    for (guint i = at; i < MIN(at + size, feeding->texts->len); i++) {
      bh_batch_add(feeding->batch, bh_hub_get_id(fixture->hub), feeding->device->signer->public_key,
                   feeding->texts->pdata[i]);
      feeding->texts->pdata[i] = NULL;
    }
    memset(&feeding->result, 0, sizeof feeding->result);
    if (!bh_hub_write(fixture->hub, feed, feeding, &error))
      fail_msg("ingest: %s", error->message);
    if (feeding->result.refused != NULL || feeding->result.quarantined->len != 0)
      fail_msg("not applied: %s",
               feeding->result.refused != NULL ? feeding->result.refused->message : "quarantined");
    bh_ingest_result_clear(&feeding->result);
    bh_batch_free(feeding->batch);
  }
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  if (!bh_hub_update_index(fixture->hub, db, NULL))
    fail_msg("the index was not written");
  bh_hub_release_reader(fixture->hub, db);
  return bench_since(start);
}

/* Both signatures of each entry: that of the device, and that of who acted. */
static Span verify_only(TestDevice *device, GPtrArray *texts)
{
  Span start = bench_now();
  for (guint i = 0; i < texts->len; i++) {
    const BhEntryText *text = texts->pdata[i];
    guint8 signature[BH_SIGNATURE_SIZE] = {0};
    gsize len = 0;
    g_autofree guchar *decoded = g_base64_decode(text->signature, &len);
    memcpy(signature, decoded, MIN(len, sizeof signature));
    if (!bh_sign_verify(device->signer->public_key, "entry/1", text->envelope,
                        strlen(text->envelope), signature))
      fail_msg("signature");
    g_autoptr(BhBody) body =
        bh_body_parse_signed(text->body, text->openings, device->signer->hub, NULL);
    assert_non_null(body);
  }
  Span both = bench_since(start);
  /* What the parsing of the body costs without its signature is no part of it. */
  start = bench_now();
  for (guint i = 0; i < texts->len; i++) {
    const BhEntryText *text = texts->pdata[i];
    g_autoptr(BhBody) body = bh_body_parse(text->body, text->openings, NULL);
    assert_non_null(body);
  }
  Span parsing = bench_since(start);
  return (Span){.wall = both.wall - parsing.wall, .cpu = both.cpu - parsing.cpu};
}

/* --- the same rows, raw --- */

typedef struct {
  char *insert;
  int columns;
  GPtrArray *values; /* sqlite3_value*, row by row */
} Table;

static void check(sqlite3 *db, int rc)
{
  if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
    fail_msg("sqlite: %s", sqlite3_errmsg(db));
}

/* SQL function: the terms of a text, which the search does not give back. */
static void make_grams(sqlite3_context *context, int n, sqlite3_value **values)
{
  (void)n;
  char *grams = bh_search_grams((const char *)sqlite3_value_text(values[0]));
  sqlite3_result_text(context, grams, -1, g_free);
}

/* `from`: a table and what follows it; `into`: the table that gets the rows. */
static Table *read_table(sqlite3 *db, const char *from, const char *columns, const char *into)
{
  Table *table = g_new0(Table, 1);
  sqlite3_stmt *stmt;
  g_autofree char *sql = g_strdup_printf("SELECT %s FROM %s", columns, from);
  check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
  table->values = g_ptr_array_new_with_free_func((GDestroyNotify)sqlite3_value_free);
  table->columns = sqlite3_column_count(stmt);
  while (sqlite3_step(stmt) == SQLITE_ROW)
    for (int i = 0; i < table->columns; i++)
      g_ptr_array_add(table->values, sqlite3_value_dup(sqlite3_column_value(stmt, i)));
  GString *insert = g_string_new(NULL);
  g_string_append_printf(insert, "INSERT INTO %s (", into);
  for (int i = 0; i < table->columns; i++)
    g_string_append_printf(insert, "%s%s", i > 0 ? ", " : "", sqlite3_column_name(stmt, i));
  g_string_append(insert, ") VALUES (");
  for (int i = 0; i < table->columns; i++)
    g_string_append(insert, i > 0 ? ", ?" : "?");
  g_string_append_c(insert, ')');
  table->insert = g_string_free(insert, FALSE);
  sqlite3_finalize(stmt);
  return table;
}

static void copy_schema(sqlite3 *from, sqlite3 *to)
{
  sqlite3_stmt *stmt;
  check(from, sqlite3_prepare_v2(from,
                                 "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
                                 " AND name NOT LIKE 'search_%' AND name NOT LIKE 'sqlite_%'"
                                 " ORDER BY type = 'table' DESC",
                                 -1, &stmt, NULL));
  while (sqlite3_step(stmt) == SQLITE_ROW)
    check(to, sqlite3_exec(to, (const char *)sqlite3_column_text(stmt, 0), NULL, NULL, NULL));
  sqlite3_finalize(stmt);
}

G_NO_INLINE static Span insert_raw(const char *path, sqlite3 *from, GPtrArray *tables, int batches)
{
  sqlite3 *db;
  g_autofree sqlite3_stmt **stmts = g_new0(sqlite3_stmt *, tables->len);
  check(NULL, sqlite3_open(path, &db));
  check(db, sqlite3_exec(db,
                         "PRAGMA page_size=2048; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                         "PRAGMA cache_size=-32000;"
                         "PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON",
                         NULL, NULL, NULL));
  copy_schema(from, db);
  for (guint t = 0; t < tables->len; t++)
    check(db, sqlite3_prepare_v2(db, ((Table *)tables->pdata[t])->insert, -1, &stmts[t], NULL));
  Span start = bench_now();
  for (int batch = 0; batch < batches; batch++) {
    check(db, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
    for (guint t = 0; t < tables->len; t++) {
      const Table *table = tables->pdata[t];
      guint rows = table->values->len / (guint)table->columns;
      for (guint row = rows * (guint)batch / (guint)batches;
           row < rows * (guint)(batch + 1) / (guint)batches; row++) {
        for (int i = 0; i < table->columns; i++)
          sqlite3_bind_value(stmts[t], i + 1,
                             table->values->pdata[row * (guint)table->columns + (guint)i]);
        check(db, sqlite3_step(stmts[t]));
        sqlite3_reset(stmts[t]);
      }
    }
    check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
  }
  Span span = bench_since(start);
  for (guint t = 0; t < tables->len; t++)
    sqlite3_finalize(stmts[t]);
  sqlite3_close(db);
  return span;
}

/* Measures how long a raw insert takes of the rows that the measured ingest wrote: those with a
 * feed position above `position`, or a number of the record above `record`. Of all tables, or of
 * `entry` alone. */
static Span measure_raw(HubFixture *fixture, gint64 position, gint64 record, int findings,
                        gboolean all_tables)
{
  sqlite3 *db;
  g_autofree char *path = g_build_filename(fixture->dir, "hub.db", NULL);
  g_autofree char *raw =
      g_build_filename(fixture->dir, all_tables ? "raw.db" : "raw-entry.db", NULL);
  g_autoptr(GPtrArray) tables = g_ptr_array_new();
  check(NULL, sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL));
  const struct {
    const char *name, *columns, *key;
    gint64 above;
    const char *into; /* NULL: name */
  } wanted[] = {
      {"entry", "*", "position", position, NULL},
      {"record", "*", "nr", record, NULL},
      {"listed", "*", "nr", record, NULL},
      {"field_value", "*", "record", record, NULL},
      {"entry_record", "*", "position", position, NULL},
      {"listed", "nr AS rowid, grams(text) AS grams", "nr", record, "search"},
      {"report", "*", "position", position, NULL},
  };
  check(db, sqlite3_create_function(db, "grams", 1, SQLITE_UTF8, NULL, make_grams, NULL, NULL));
  for (guint i = 0; i < (all_tables ? G_N_ELEMENTS(wanted) : 1); i++) {
    /* In the order in which they came: a batch writes what belongs to its entries. */
    g_autofree char *from =
        g_strdup_printf("%s WHERE %s > %" G_GINT64_FORMAT " ORDER BY %s", wanted[i].name,
                        wanted[i].key, wanted[i].above, wanted[i].key);
    Table *table = read_table(db, from, wanted[i].columns,
                              wanted[i].into != NULL ? wanted[i].into : wanted[i].name);
    if (strcmp(wanted[i].name, "report") != 0)
      printf("    %-12s %6u rows\n", wanted[i].name, table->values->len / (guint)table->columns);
    g_ptr_array_add(tables, table);
  }
  Span span = insert_raw(raw, db, tables, MAX(findings / BATCH, 1));
  for (guint t = 0; t < tables->len; t++) {
    Table *table = tables->pdata[t];
    g_ptr_array_unref(table->values);
    g_free(table->insert);
    g_free(table);
  }
  sqlite3_close(db);
  return span;
}

static void print_rates(const char *what, int entries, double wall, double cpu)
{
  printf("    %-42s %10.0f %8.0f\n", what, entries / wall, entries / cpu);
}

typedef struct {
  Span span;
  gint64 written;       /* bytes, when the last entry was durable */
  gint64 written_after; /* with what the checkpoint of it takes */
} Cost;

static Cost measure(HubFixture *fixture, Feeding *feeding, guint batch)
{
  gint64 before = bench_get_written();
  Cost cost = {.span = ingest(fixture, feeding, batch)};
  cost.written = bench_get_written() - before;
  g_usleep(SETTLE_US); /* until what is left of the log is in the store */
  cost.written_after = bench_get_written() - before;
  return cost;
}

/* Each entry is a push, and a commit, of its own. */
static void print_single(int n, Cost cost)
{
  printf("    single pushes: %.0f a second, %.0f us CPU each; %" G_GINT64_FORMAT
         " kB written each, %" G_GINT64_FORMAT " with the last checkpoint (goal 40)\n",
         n / cost.span.wall, cost.span.cpu * 1e6 / n, cost.written / n / 1000,
         cost.written_after / n / 1000);
}

typedef struct {
  char enterprise[BH_ID_LEN + 1];
  char visits[VISITS][BH_ID_LEN + 1];
} Place;

/* A device, and an enterprise with visits to it that are at the hub already. */
static void feeding_begin(Feeding *feeding, HubFixture *fixture, Place *place)
{
  feeding->device = bench_device_new(fixture);
  feeding->texts = g_ptr_array_new();
  test_device_make_id(feeding->device, place->enterprise);
  g_ptr_array_add(feeding->texts, test_device_enterprise(feeding->device, place->enterprise,
                                                         "一号矿", "140603100"));
  for (int i = 0; i < VISITS; i++) {
    test_device_make_id(feeding->device, place->visits[i]);
    g_ptr_array_add(feeding->texts,
                    test_device_entry(feeding->device, place->visits[i], "inspection",
                                      bench_visit(feeding->device, place->enterprise), NULL));
  }
  ingest(fixture, feeding, BATCH);
}

/* In the place of the entries before; returns their size. */
static gsize make_findings(Feeding *feeding, const Place *place, int from, int count)
{
  gsize bytes = 0;
  g_ptr_array_set_size(feeding->texts, 0);
  for (int i = from; i < from + count; i++) {
    char id[BH_ID_LEN + 1];
    test_device_make_id(feeding->device, id);
    BhEntryText *text =
        test_device_entry(feeding->device, id, "hazard",
                          bench_finding(place->visits[i % VISITS], place->enterprise, i), NULL);
    bytes += bh_entry_text_size(text);
    g_ptr_array_add(feeding->texts, text);
  }
  return bytes;
}

static void feeding_end(Feeding *feeding)
{
  g_ptr_array_unref(feeding->texts);
  test_device_free(feeding->device);
}

static void bench_P2_ingest(HubFixture *fixture, int findings)
{
  Feeding feeding = {0};
  Place place;
  gint64 position, record;
  feeding_begin(&feeding, fixture, &place);
  bench_get_counters(fixture, &position, &record);
  gsize bytes = make_findings(&feeding, &place, 0, findings);
  Span signature = verify_only(feeding.device, feeding.texts);
  Span whole = ingest(fixture, &feeding, BATCH);
  Span raw = measure_raw(fixture, position, record, findings, TRUE);
  Span raw_entries = measure_raw(fixture, position, record, findings, FALSE);
  printf("P2  %d findings of %zu bytes in batches of %d\n", findings, bytes / (gsize)findings,
         BATCH);
  printf("    per second                                    by wall   by CPU\n");
  print_rates("ingest, durable, verified, folded, indexed", findings, whole.wall, whole.cpu);
  print_rates("ingest without signatures", findings, whole.wall - signature.wall,
              whole.cpu - signature.cpu);
  print_rates("raw insert of the same rows", findings, raw.wall, raw.cpu);
  print_rates("raw insert of the entry rows alone", findings, raw_entries.wall, raw_entries.cpu);
  printf("    %-42s %8.0f %% %8.0f %%\n", "ratio to the same rows (goal 50 %)",
         100 * raw.wall / (whole.wall - signature.wall),
         100 * raw.cpu / (whole.cpu - signature.cpu));
  make_findings(&feeding, &place, findings, SINGLES);
  print_single(SINGLES, measure(fixture, &feeding, 1));
  feeding_end(&feeding);
}

/* --- the same work in a small store and in a large one --- */

static gint64 count_records(HubFixture *fixture)
{
  gint64 position, record;
  bench_get_counters(fixture, &position, &record);
  return record;
}

static void measure_store(const char *folder, int findings, Cost *batched, Cost *single)
{
  HubFixture *fixture = hub_fixture_keep_store(folder);
  Feeding feeding = {0};
  Place place;
  feeding_begin(&feeding, fixture, &place);
  gint64 records = count_records(fixture);
  make_findings(&feeding, &place, 0, findings);
  *batched = measure(fixture, &feeding, BATCH);
  make_findings(&feeding, &place, findings, SINGLES_OF_STORE);
  *single = measure(fixture, &feeding, 1);
  printf("    %10d %18.0f %8.0f %8.1f %14.0f %8.0f %8.1f\n", (int)records,
         batched->span.cpu * 1e6 / findings, batched->span.wall * 1e6 / findings,
         (double)batched->written_after / 1e3 / findings, single->span.cpu * 1e6 / SINGLES_OF_STORE,
         single->span.wall * 1e6 / SINGLES_OF_STORE,
         (double)single->written_after / 1e3 / SINGLES_OF_STORE);
  feeding_end(&feeding);
  hub_fixture_free(fixture);
}

static void bench_size(int findings, const char *small, const char *large)
{
  Cost batched[2], single[2];
  printf("    %d findings in batches of %d, and %d single pushes; each of them:\n", findings, BATCH,
         SINGLES_OF_STORE);
  printf("    %10s %18s %8s %8s %14s %8s %8s\n", "records", "batch: CPU us", "wall us", "kB",
         "single: CPU us", "wall us", "kB");
  measure_store(small, findings, &batched[0], &single[0]);
  measure_store(large, findings, &batched[1], &single[1]);
  printf("    %10s %18.2f %8.2f %8.2f %14.2f %8.2f %8.2f (goal of the CPU 1.3)\n", "ratio",
         batched[1].span.cpu / batched[0].span.cpu, batched[1].span.wall / batched[0].span.wall,
         (double)batched[1].written_after / (double)batched[0].written_after,
         single[1].span.cpu / single[0].span.cpu, single[1].span.wall / single[0].span.wall,
         (double)single[1].written_after / (double)single[0].written_after);
}

static void bench_P5_wire(HubFixture *fixture, int count)
{
  TestDevice *device = bench_device_new(fixture);
  char enterprise[BH_ID_LEN + 1], visit[BH_ID_LEN + 1], id[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  test_device_make_id(device, visit);
  g_autoptr(GString) batch = g_string_new(NULL);
  for (int i = 0; i < count; i++) {
    test_device_make_id(device, id);
    g_autoptr(BhEntryText) text =
        test_device_entry(device, id, "hazard", bench_finding(visit, enterprise, i), NULL);
    bh_entry_text_append(text, batch);
  }
  g_autoptr(GBytes) packed = bh_batch_compress(batch->str, batch->len, NULL);
  static const char *const headers[] = {"Content-Type: application/x-bihuan-entries",
                                        "Content-Encoding: zstd", NULL};
  g_autoptr(Answer) answer =
      test_send(fixture, device, "POST", "/v1/entries", headers, g_bytes_get_data(packed, NULL),
                (gssize)g_bytes_get_size(packed));
  assert_int_equal(answer->status, 200);
  printf("P5  batch of %3d findings: %5zu B each as text, %4zu B sent and %3zu B received each "
         "(goal 400 B together)\n",
         count, batch->len / (gsize)count, answer->bytes_out / (gsize)count,
         answer->bytes_in / (gsize)count);
  test_device_free(device);
}

int main(int argc, char **argv)
{
  gint64 findings = FINDINGS_USUAL;
  if (argc > 1)
    assert_true(g_ascii_string_to_signed(argv[1], 10, 1, 1000000, &findings, NULL));
  if (argc > 3) {
    bench_size((int)findings, argv[2], argv[3]);
    return 0;
  }
  HubFixture *fixture = hub_fixture_new();
  bench_P2_ingest(fixture, (int)findings);
  for (int i = 0; argc == 1 && i < 3; i++) {
    static const int counts[] = {10, 100, 500};
    bench_P5_wire(fixture, counts[i]);
  }
  hub_fixture_free(fixture);
  return 0;
}
