/* Values over those of a store: made once for each record, and again after they are forgotten. */
#include <string.h>

#include "schema/overlay.h"
#include "tests/schema/support.h"

typedef struct {
  json_t *stored; /* id → values */
  json_t *set;    /* id → what is set over them */
  guint n_made;
} World;

static const json_t *look_up(const char *record, gpointer data)
{
  const World *world = data;
  return json_object_get(world->stored, record);
}

static json_t *make(const char *record, const json_t *stored, gpointer data)
{
  World *world = data;
  const json_t *set = json_object_get(world->set, record);
  if (set == NULL)
    return NULL;
  world->n_made++;
  json_t *values = stored != NULL ? json_copy((json_t *)stored) : json_object();
  bh_values_apply(values, set);
  return values;
}

static char *dump(BhOverlay *overlay, const char *record)
{
  const json_t *values = bh_overlay_lookup(record, overlay);
  return values != NULL ? bh_json_dump_sorted(values) : g_strdup("none");
}

static void assert_shown(BhOverlay *overlay, const char *record, const char *wanted)
{
  g_autofree char *shown = dump(overlay, record);
  assert_string_equal(shown, wanted);
}

static void test_values_above_hide_those_of_the_store(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) stored = json_pack("{s:{s:i, s:i}, s:{s:i}}", "a", "x", 1, "y", 2, "b", "x", 3);
  g_autoptr(json_t) set = json_pack("{s:{s:n, s:i}, s:{s:i}}", "a", "x", "z", 9, "new", "x", 4);
  World world = {.stored = stored, .set = set};
  g_auto(BhOverlay) overlay = {.lookup = look_up, .store = &world, .make = make, .maker = &world};
  assert_shown(&overlay, "a", "{\"y\":2,\"z\":9}");
  assert_shown(&overlay, "b", "{\"x\":3}");
  assert_shown(&overlay, "new", "{\"x\":4}");
  assert_shown(&overlay, "gone", "none");
  assert_shown(&overlay, "a", "{\"y\":2,\"z\":9}");
  assert_int_equal(world.n_made, 2);
  assert_int_equal(json_object_size(json_object_get(stored, "a")), 2); /* the store is untouched */
}

static void test_what_is_forgotten_is_made_again(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) stored = json_object();
  g_autoptr(json_t) set = json_pack("{s:{s:i}, s:{s:i}}", "a", "x", 1, "b", "x", 2);
  World world = {.stored = stored, .set = set};
  g_auto(BhOverlay) overlay = {.lookup = look_up, .store = &world, .make = make, .maker = &world};
  bh_overlay_forget(&overlay, "a"); /* it has no unsaved values yet */
  assert_shown(&overlay, "a", "{\"x\":1}");
  assert_shown(&overlay, "b", "{\"x\":2}");
  json_object_set_new(json_object_get(set, "a"), "x", json_integer(7));
  json_object_set_new(json_object_get(set, "b"), "x", json_integer(8));
  bh_overlay_forget(&overlay, "a");
  assert_shown(&overlay, "a", "{\"x\":7}");
  assert_shown(&overlay, "b", "{\"x\":2}");
  bh_overlay_clear(&overlay);
  assert_shown(&overlay, "b", "{\"x\":8}");
  assert_int_equal(world.n_made, 4);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values_above_hide_those_of_the_store),
      cmocka_unit_test(test_what_is_forgotten_is_made_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
