/* kill -9 of a hub during ingest, many times: acknowledged entries are stored, chains are
 * contiguous, positions and state are complete, and sending everything again changes nothing. */
#include "hub-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/world.h"
#include "sync/hub/cli/cli.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/wire/batch.h"
#include "sync/wire/export.h"

#define ENTRIES 600
#define BATCH 10
#define ROUNDS 12
#define BATCHES_MAX 4 /* entries that are sent in a round; ROUNDS of them are fewer than all */
G_STATIC_ASSERT(ROUNDS *BATCHES_MAX < ENTRIES / BATCH);

typedef struct {
  BhBatch *batch;
  BhIngestResult result;
} Piece;

static gboolean apply(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Piece *piece = data;
  return bh_ingest_apply(bh_hub_get_ingest(hub), db, piece->batch, &piece->result, error);
}

/* Sends the entries of the file in order, BATCH at a time, and writes each acknowledged seq to
 * `ack`. Starts at the hub's head. With `permits` each batch waits for a byte from there. */
static void feed(BhHub *hub, const char *device_id, const char *text, FILE *permits, FILE *ack,
                 gboolean from_head)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(hub, &error);
  g_autoptr(BhHubDevice) device = bh_log_load_device(db, device_id, &error);
  g_autoptr(json_t) heads = bh_log_list_heads(db, device_id, &error);
  bh_hub_release_reader(hub, db);
  void *iter = json_object_iter(heads);
  gint64 head = from_head && iter != NULL ? json_integer_value(json_object_iter_value(iter)) : 0;
  const char *cursor = text, *end = text + strlen(text);
  gint64 seq = 0;
  while (cursor < end) {
    Piece piece = {.batch = bh_batch_new(device->id, device->unit)};
    while (cursor < end && piece.batch->entries->len < BATCH) {
      BhEntryText *entry = bh_entry_text_take(&cursor, end, &error);
      if (++seq <= head)
        bh_entry_text_free(entry);
      else
        bh_batch_add(piece.batch, bh_hub_get_id(hub), device->public_key, entry);
    }
    if (piece.batch->entries->len > 0) {
      if (permits != NULL && fgetc(permits) == EOF)
        _exit(9);
      if (!bh_hub_write(hub, apply, &piece, &error) || piece.result.refused != NULL)
        _exit(9);
      fprintf(ack, "%" G_GINT64_FORMAT "\n", piece.result.seq);
      fflush(ack);
      bh_ingest_result_clear(&piece.result);
    }
    bh_batch_free(piece.batch);
  }
}

static int run_child(const char *dir, const char *device, const char *file)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  BhHub *hub = bh_hub_open(dir, bh_clock_system(), bh_random_system(), &error);
  if (hub == NULL || !g_file_get_contents(file, &text, NULL, &error)) {
    fprintf(stderr, "%s\n", error->message);
    return 9;
  }
  feed(hub, device, text, stdin, stdout, TRUE);
  bh_hub_close(hub);
  return 0;
}

/* Runs the hub in a process of its own, lets it acknowledge some batches, sends one more and kills
 * the hub `after_us` later, before it can finish. Returns the last acknowledged seq. */
static gint64 run_and_kill(HubFixture *fixture, const char *device, const char *file, guint batches,
                           guint after_us)
{
  int permits[2], ack[2];
  char bytes[65536];
  gsize len = 0;
  ssize_t n;
  assert_int_equal(pipe(permits), 0);
  assert_int_equal(pipe(ack), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(permits[0], STDIN_FILENO);
    dup2(ack[1], STDOUT_FILENO);
    close(permits[1]);
    close(ack[0]);
    execl("/proc/self/exe", "test-hub-kill", "child", fixture->dir, device, file, NULL);
    _exit(9);
  }
  close(permits[0]);
  close(ack[1]);
  for (guint i = 0; i < batches; i++) {
    assert_int_equal(write(permits[1], "+", 1), 1);
    do {
      assert_int_equal(read(ack[0], bytes + len, 1), 1);
    } while (bytes[len++] != '\n');
  }
  assert_int_equal(write(permits[1], "+", 1), 1);
  g_usleep(after_us);
  assert_int_equal(kill(pid, SIGKILL), 0);
  while ((n = read(ack[0], bytes + len, sizeof bytes - 1 - len)) > 0)
    len += (gsize)n;
  close(ack[0]);
  close(permits[1]);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  bytes[len] = '\0';
  /* Only complete lines count. */
  char *last = strrchr(bytes, '\n');
  if (last == NULL)
    return 0;
  *last = '\0';
  char *line = strrchr(bytes, '\n');
  return g_ascii_strtoll(line != NULL ? line + 1 : bytes, NULL, 10);
}

static void check_hub(HubFixture *fixture, TestDevice *device, gint64 acknowledged)
{
  g_autoptr(GError) error = NULL;
  gint64 seq, position;
  char hash[BH_HASH_HEX_LEN + 1];
  fixture->hub = bh_hub_open(fixture->dir, &fixture->clock, bh_random_system(), &error);
  if (fixture->hub == NULL)
    fail_msg("the hub cannot be opened: %s", error->message);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(
      bh_log_get_head(db, device->signer->device, device->signer->incarnation, &seq, hash, &error));
  assert_true(seq >= acknowledged);
  assert_true(bh_log_get_counter(db, "position", &position, &error));
  g_autoptr(GPtrArray) rows = bh_log_list_entries(db, 0, 100000, &error);
  gint64 of_device = 0;
  for (guint i = 0; i < rows->len; i++) {
    const BhEntryRow *row = rows->pdata[i];
    assert_true(row->position <= position);
    if (strcmp(row->device, device->signer->device) == 0)
      of_device++;
  }
  assert_int_equal(of_device, seq);
  bh_hub_release_reader(fixture->hub, db);
  g_autofree char *out = g_build_filename(fixture->dir, "export", NULL);
  g_autoptr(json_t) params = json_pack("{s:s}", "out", out);
  g_autoptr(json_t) exported = bh_cli_dispatch(fixture->hub, "export", params, &error);
  assert_non_null(exported);
  g_autoptr(BhExportReport) report =
      bh_export_verify(out, bh_hub_get_public_key(fixture->hub), &error);
  assert_string_equal(bh_export_report_get_verdict(report), "authentic");
  g_clear_pointer(&fixture->hub, bh_hub_close);
}

static gint64 count_records(BhHub *hub)
{
  g_autoptr(GError) error = NULL;
  gint64 count = 0;
  BhDb *db = bh_hub_acquire_reader(hub, &error);
  assert_true(bh_log_get_counter(db, "record", &count, &error));
  bh_hub_release_reader(hub, db);
  return count;
}

static void test_I2_I4_I6_I12_killed_hub_keeps_what_it_acknowledged(void **state)
{
  (void)state;
  HubFixture *fixture = hub_fixture_new_store();
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autoptr(GString) text = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename(fixture->dir, "entries", NULL);
  gint64 records = count_records(fixture->hub), before = 0;
  for (int i = 0; i < ENTRIES; i++) {
    char id[BH_ID_LEN + 1];
    test_device_make_id(device, id);
    g_autoptr(BhEntryText) entry = test_device_enterprise(device, id, "矿", "140603100");
    bh_entry_text_append(entry, text);
  }
  assert_true(g_file_set_contents(file, text->str, (gssize)text->len, &error));
  g_clear_pointer(&fixture->hub, bh_hub_close);
  for (int round = 0; round < ROUNDS; round++) {
    guint batches = (guint)g_random_int_range(0, BATCHES_MAX);
    gint64 acknowledged = run_and_kill(fixture, device->signer->device, file, batches,
                                       (guint)g_random_int_range(0, 8000));
    assert_true(batches == 0 || acknowledged >= before + (gint64)batches * BATCH);
    before = MAX(before, acknowledged);
    check_hub(fixture, device, before);
  }
  fixture->hub = bh_hub_open(fixture->dir, &fixture->clock, bh_random_system(), &error);
  FILE *nowhere = fopen("/dev/null", "we");
  feed(fixture->hub, device->signer->device, text->str, NULL, nowhere, TRUE);
  assert_int_equal(count_records(fixture->hub), records + ENTRIES);
  /* Everything is sent once more from the first entry on. */
  feed(fixture->hub, device->signer->device, text->str, NULL, nowhere, FALSE);
  fclose(nowhere);
  assert_int_equal(count_records(fixture->hub), records + ENTRIES);
  test_device_free(device);
  hub_fixture_free(fixture);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_I2_I4_I6_I12_killed_hub_keeps_what_it_acknowledged),
  };
  if (argc == 5 && strcmp(argv[1], "child") == 0)
    return run_child(argv[2], argv[3], argv[4]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
