/* The turns of the writer and the order of waiting requests. A gate blocks the writer, so that the
 * order is certain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "sync/db/params.h"
#include "sync/hub/log/writer.h"

typedef struct {
  BhWriter *writer;
  char *dir;
  GMutex lock;
  GCond wake;
  gboolean reached; /* whether the writer waits at the gate */
  gboolean open;
  GString *order;  /* one letter for each finished turn */
  GString *answer; /* one letter for each answered piece */
} World;

typedef struct {
  World *world;
  char letter;
  guint turns; /* number of turns that the work needs */
  gboolean fails;
} Work;

static BhTurn run_turn(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  Work *work = data;
  (void)db, (void)owner;
  g_string_append_c(work->world->order, work->letter);
  if (work->fails)
    g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "on purpose");
  return work->fails ? BH_TURN_FAILED : --work->turns > 0 ? BH_TURN_MORE : BH_TURN_DONE;
}

static gboolean run_once(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  return run_turn(db, owner, data, error) == BH_TURN_DONE;
}

static void on_done(gpointer owner, const GError *error, gpointer data)
{
  Work *work = data;
  World *world = work->world;
  (void)owner;
  g_mutex_lock(&world->lock);
  g_string_append_c(world->answer, error != NULL ? '!' : work->letter);
  g_mutex_unlock(&world->lock);
  g_free(work);
}

static gboolean wait_at_gate(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  World *world = data;
  (void)db, (void)owner, (void)error;
  g_mutex_lock(&world->lock);
  world->reached = TRUE;
  g_cond_broadcast(&world->wake);
  while (!world->open)
    g_cond_wait(&world->wake, &world->lock);
  g_mutex_unlock(&world->lock);
  return TRUE;
}

static void add(World *world, const char *client, char letter, guint turns)
{
  Work *work = g_new0(Work, 1);
  *work = (Work){.world = world, .letter = letter, .turns = turns};
  if (client != NULL)
    bh_writer_submit_turns(world->writer, client, run_turn, on_done, work);
  else
    bh_writer_submit(world->writer, run_once, on_done, work);
}

static void world_start(World *world)
{
  g_autoptr(GError) error = NULL;
  *world = (World){.order = g_string_new(NULL), .answer = g_string_new(NULL)};
  g_mutex_init(&world->lock);
  g_cond_init(&world->wake);
  world->dir = g_dir_make_tmp("bihuan-writer-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(world->dir, "hub.db", NULL);
  world->writer = bh_writer_start(path, NULL, NULL, world, &error);
  if (world->writer == NULL)
    fail_msg("%s", error->message);
  bh_writer_submit(world->writer, wait_at_gate, NULL, world);
  g_mutex_lock(&world->lock);
  while (!world->reached)
    g_cond_wait(&world->wake, &world->lock);
  g_mutex_unlock(&world->lock);
}

/* Opens the gate and waits until everything is done. */
static void world_run(World *world)
{
  g_mutex_lock(&world->lock);
  world->open = TRUE;
  g_cond_broadcast(&world->wake);
  g_mutex_unlock(&world->lock);
  bh_writer_stop(world->writer);
}

static void world_clear(World *world)
{
  g_autoptr(GDir) dir = g_dir_open(world->dir, 0, NULL);
  const char *name;
  while ((name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(world->dir, name, NULL);
    remove(path);
  }
  g_rmdir(world->dir);
  g_free(world->dir);
  g_string_free(world->order, TRUE);
  g_string_free(world->answer, TRUE);
}

static void test_a_client_with_much_to_do_does_not_come_before_another(void **state)
{
  World world;
  (void)state;
  world_start(&world);
  for (int i = 0; i < 20; i++)
    add(&world, "one", 'a', 1);
  add(&world, "two", 'b', 1);
  add(&world, NULL, 'o', 1);
  world_run(&world);
  /* Another device and the office have their turn after one piece of the first device, not after
   * twenty. */
  assert_int_equal(strcspn(world.order->str, "b"), 2);
  assert_int_equal(strcspn(world.order->str, "o"), 1);
  assert_int_equal(world.order->len, 22);
  world_clear(&world);
}

static void test_the_office_comes_after_each_piece_of_a_device_and_the_devices_too(void **state)
{
  World world;
  (void)state;
  world_start(&world);
  for (int i = 0; i < 3; i++)
    add(&world, NULL, 'o', 1);
  add(&world, "one", 'a', 1);
  add(&world, "one", 'a', 1);
  add(&world, "two", 'b', 1);
  world_run(&world);
  assert_string_equal(world.order->str, "aoboao");
  world_clear(&world);
}

static void test_long_work_takes_turns_and_is_answered_once_at_the_end(void **state)
{
  World world;
  (void)state;
  world_start(&world);
  add(&world, "one", 'a', 4);
  add(&world, "one", 'c', 1);
  add(&world, "two", 'b', 1);
  world_run(&world);
  /* Later requests of the same client stay behind its first one; another client does not wait. */
  assert_string_equal(world.order->str, "abaaac");
  assert_string_equal(world.answer->str, "bac");
  world_clear(&world);
}

static void test_a_turn_that_fails_ends_the_piece_and_no_other(void **state)
{
  World world;
  Work *work = g_new0(Work, 1);
  (void)state;
  world_start(&world);
  *work = (Work){.world = &world, .letter = 'x', .turns = 9, .fails = TRUE};
  bh_writer_submit_turns(world.writer, "one", run_turn, on_done, work);
  add(&world, "one", 'a', 2);
  world_run(&world);
  assert_string_equal(world.order->str, "xaa");
  assert_string_equal(world.answer->str, "!a");
  world_clear(&world);
}

static void test_one_client_cannot_fill_the_queue(void **state)
{
  World world;
  (void)state;
  world_start(&world);
  for (int i = 0; i < BH_WRITER_CLIENT_MAX + 5; i++)
    add(&world, "one", 'a', 1);
  assert_string_equal(world.answer->str, "!!!!!");
  add(&world, "two", 'b', 1);
  world_run(&world);
  assert_int_equal(world.order->len, BH_WRITER_CLIENT_MAX + 1);
  world_clear(&world);
}

/* --- the log --- */

#define ROW_BYTES (256 * 1024)

static gboolean make_table(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  (void)owner, (void)data;
  return bh_db_exec(db, "CREATE TABLE t (a BLOB)", error);
}

static gboolean add_row(BhDb *db, gpointer owner, gpointer data, GError **error)
{
  (void)owner;
  return bh_db_run(db, "INSERT INTO t VALUES (:a)", BH_PARAMS(bh_param_blob("a", data, ROW_BYTES)),
                   error);
}

typedef struct {
  char *dir;
  char *path;
  BhWriter *writer;
  guint8 *row;
  gint64 longest; /* size of the log after a commit */
} Log;

static void log_start(Log *log)
{
  g_autoptr(GError) error = NULL;
  *log = (Log){.dir = g_dir_make_tmp("bihuan-writer-XXXXXX", NULL), .row = g_malloc0(ROW_BYTES)};
  log->path = g_build_filename(log->dir, "hub.db", NULL);
  log->writer = bh_writer_start(log->path, NULL, NULL, NULL, &error);
  assert_non_null(log->writer);
  assert_true(bh_writer_run(log->writer, make_table, NULL, &error));
}

static void log_add(Log *log, int mib)
{
  g_autofree char *file = g_strconcat(log->path, "-wal", NULL);
  for (int i = 0; i < mib * 4; i++) {
    g_autoptr(GError) error = NULL;
    GStatBuf info;
    assert_true(bh_writer_run(log->writer, add_row, log->row, &error));
    assert_int_equal(g_stat(file, &info), 0);
    log->longest = MAX(log->longest, info.st_size);
  }
}

static void log_clear(Log *log)
{
  bh_writer_stop(log->writer);
  g_unlink(log->path);
  g_rmdir(log->dir);
  g_free(log->path);
  g_free(log->dir);
  g_free(log->row);
}

static void test_the_log_is_moved_beside_the_writer_and_stays_short(void **state)
{
  Log log;
  guint64 beside, own;
  (void)state;
  log_start(&log);
  log_add(&log, 160);
  bh_writer_count_checkpoints(log.writer, &beside, &own);
  assert_true(beside >= 4);
  /* Each time the log reaches its limit, at most one commit copies it. */
  assert_true(own <= 160 / 32);
  assert_true(log.longest < BH_WRITER_LOG_MAX_BYTES + 2 * BH_WRITER_LOG_STEP_BYTES);
  log_clear(&log);
}

/* The writer tries again after some further growth, not with every commit. */
static void test_a_long_read_delays_the_checkpoint_but_not_the_writer(void **state)
{
  Log log;
  g_autoptr(GError) error = NULL;
  guint64 beside, own, later;
  (void)state;
  log_start(&log);
  g_autoptr(BhDb) reader = bh_db_open(log.path, BH_DB_HUB_READER, &error);
  assert_true(bh_db_begin(reader, &error));
  assert_true(bh_db_exec(reader, "SELECT count(*) FROM t", &error));
  log_add(&log, 64);
  bh_writer_count_checkpoints(log.writer, &beside, &own);
  assert_in_range(own, 1, (64 - 32) / 4 + 1);
  assert_true(log.longest > 64 * 1024 * 1024);
  bh_db_rollback(reader);
  bh_db_end_reads(reader);
  log_add(&log, 40);
  bh_writer_count_checkpoints(log.writer, &beside, &later);
  assert_true(later - own <= 3);
  g_clear_pointer(&reader, bh_db_close);
  log_clear(&log);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_client_with_much_to_do_does_not_come_before_another),
      cmocka_unit_test(test_the_office_comes_after_each_piece_of_a_device_and_the_devices_too),
      cmocka_unit_test(test_long_work_takes_turns_and_is_answered_once_at_the_end),
      cmocka_unit_test(test_a_turn_that_fails_ends_the_piece_and_no_other),
      cmocka_unit_test(test_one_client_cannot_fill_the_queue),
      cmocka_unit_test(test_the_log_is_moved_beside_the_writer_and_stays_short),
      cmocka_unit_test(test_a_long_read_delays_the_checkpoint_but_not_the_writer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
