/* The writer's turns: who waits for whom. Work is held back by a gate, so the order is certain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <glib/gstdio.h>

#include "sync/hub/writer.h"

typedef struct {
  BhWriter *writer;
  char *dir;
  GMutex lock;
  GCond wake;
  gboolean reached; /* the writer stands at the gate */
  gboolean open;
  GString *order;  /* a letter for each turn that ran */
  GString *answer; /* a letter for each piece answered */
} World;

typedef struct {
  World *world;
  char letter;
  guint turns; /* it needs */
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
  world->writer = bh_writer_start(path, NULL, world, &error);
  if (world->writer == NULL)
    fail_msg("%s", error->message);
  bh_writer_submit(world->writer, wait_at_gate, NULL, world);
  g_mutex_lock(&world->lock);
  while (!world->reached)
    g_cond_wait(&world->wake, &world->lock);
  g_mutex_unlock(&world->lock);
}

/* Opens the gate and works off what waits. */
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
  /* Another device and the office come after one piece of the first, not after twenty. */
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

static void test_long_work_is_done_in_turns_and_answered_once_after_the_last(void **state)
{
  World world;
  (void)state;
  world_start(&world);
  add(&world, "one", 'a', 4);
  add(&world, "one", 'c', 1);
  add(&world, "two", 'b', 1);
  world_run(&world);
  /* What the same client sent later stays behind it; the other does not wait. */
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_client_with_much_to_do_does_not_come_before_another),
      cmocka_unit_test(test_the_office_comes_after_each_piece_of_a_device_and_the_devices_too),
      cmocka_unit_test(test_long_work_is_done_in_turns_and_answered_once_after_the_last),
      cmocka_unit_test(test_a_turn_that_fails_ends_the_piece_and_no_other),
      cmocka_unit_test(test_one_client_cannot_fill_the_queue),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
