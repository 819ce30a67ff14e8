/* A restriction is a text made from a condition. For every person both give the same answer, and
 * records that the same people may see get the same text. */
#include "schema/restriction.h"

#include <string.h>

#include "tests/schema/world-of-records.h"

static const char *const people[] = {"of-county", "of-city", "of-town", "of-other", "left", NULL};
static const char *const records[] = {"visit", "danger", "photo", "scan", "mine", "lost", NULL};

static TestWorld *make_world(const char *modes, const char *released)
{
  TestWorld *world = test_world_new();
  test_world_put(world, "city", "unit", "{\"name\":\"市\"}");
  test_world_put(world, "other", "unit", "{\"name\":\"他\"}");
  test_world_put(world, "county", "unit", "{\"name\":\"县\",\"parent\":{\"$ref\":\"city\"}}");
  test_world_put(world, "town", "unit", "{\"name\":\"镇\",\"parent\":{\"$ref\":\"county\"}}");
  for (gsize i = 0; people[i] != NULL; i++) {
    const char *unit = i < 4 ? people[i] + strlen("of-") : "county";
    g_autofree char *json = g_strdup_printf("{\"unit\":{\"$ref\":\"%s\"},\"state\":\"%s\"}", unit,
                                            i < 4 ? "active" : "left");
    test_world_put(world, people[i], "staff", json);
  }
  g_autofree char *visit = g_strdup_printf(
      "{\"unit\":{\"$ref\":\"county\"},\"modes\":[\"%s\"],\"released\":%s}", modes, released);
  test_world_put(world, "visit", "inspection", visit);
  test_world_put(world, "danger", "hazard", "{\"inspection\":{\"$ref\":\"visit\"}}");
  test_world_put(world, "photo", "file", "{\"parent\":{\"$ref\":\"danger\"}}");
  test_world_put(world, "scan", "scan",
                 "{\"inspection\":{\"$ref\":\"visit\"},\"scanned_by\":{\"$ref\":\"of-town\"}}");
  test_world_put(world, "mine", "enterprise", "{\"name\":\"矿\"}");
  test_world_put(world, "lost", "hazard", "{\"inspection\":{\"$ref\":\"nowhere\"}}");
  return world;
}

static const BhKind *kind_of(TestWorld *world, const char *name)
{
  return bh_kind_set_find(world->kinds,
                          g_hash_table_lookup(world->kind_names, test_world_id(name)));
}

static char *dup_text(TestWorld *world, const char *name)
{
  BhContext context = test_world_context(world, name, NULL, "2026-11-28");
  return bh_restriction_dup(kind_of(world, name), world->kinds, &context);
}

/* Compares text and condition for every person; returns how many of them may see the record. */
static guint compare(TestWorld *world, const char *name, const char *text)
{
  const BhKind *kind = kind_of(world, name);
  guint seen = 0;
  for (gsize p = 0; people[p] != NULL; p++) {
    BhContext context = test_world_context(world, name, people[p], "2026-11-28");
    gboolean visible = bh_kind_is_visible(kind, &context);
    if (bh_restriction_allows(text, &context) != visible)
      fail_msg("%s for %s: %s, but the text says otherwise: %s", name, people[p],
               visible ? "visible" : "hidden", text);
    seen += visible;
  }
  return seen;
}

static void test_a_restriction_says_what_the_condition_says(void **state G_GNUC_UNUSED)
{
  static const char *const modes[] = {"covert", "routine"};
  static const char *const released[] = {"false", "true"};
  guint seen = 0, seen_by_some = 0;
  for (gsize m = 0; m < G_N_ELEMENTS(modes); m++) {
    for (gsize r = 0; r < G_N_ELEMENTS(released); r++) {
      g_autoptr(TestWorld) world = make_world(modes[m], released[r]);
      for (gsize i = 0; records[i] != NULL; i++) {
        g_autofree char *text = dup_text(world, records[i]);
        BhContext context = test_world_context(world, records[i], NULL, NULL);
        assert_non_null(text);
        assert_int_equal(*text == '\0', bh_kind_is_open(kind_of(world, records[i]), &context));
        guint by = compare(world, records[i], text);
        seen += by;
        seen_by_some += by > 0 && by < g_strv_length((char **)people);
      }
    }
  }
  assert_true(seen > 50);
  /* A record below a covert visit is seen by the unit that made it and by the unit above. */
  assert_true(seen_by_some >= 4);
}

/* A restriction is stored with the record. Units and people that are not above the record may move
 * later; the stored text must still give the right answer then. */
static void test_a_text_follows_what_is_not_above_the_record(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = make_world("covert", "false");
  for (gsize i = 0; records[i] != NULL; i++) {
    g_autofree char *text = dup_text(world, records[i]);
    test_world_put(world, "county", "unit", "{\"parent\":{\"$ref\":\"other\"}}");
    test_world_put(world, "of-town", "staff", "{\"unit\":{\"$ref\":\"other\"}}");
    compare(world, records[i], text);
    test_world_put(world, "county", "unit", "{\"parent\":{\"$ref\":\"city\"}}");
    test_world_put(world, "of-town", "staff", "{\"unit\":{\"$ref\":\"town\"}}");
  }
}

static void test_what_is_asked_of_a_viewer_is_known(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *condition;
    guint traits;
  } rows[] = {
      {"{\"field\":\"modes\",\"has\":\"covert\"}", 0},
      {"{\"any_of\":[{\"not\":{\"field\":\"a\",\"is\":true}},{\"actor_unit\":\"unit\"}]}",
       BH_VIEWER_UNIT},
      {"{\"all\":[{\"actor_role\":\"leader\"},{\"actor_unit\":\"unit\"}]}",
       BH_VIEWER_UNIT | BH_VIEWER_ROLES},
      {"{\"actor_is\":\"lead\"}", BH_VIEWER_SELF},
      {"{\"field\":\"actor.valid_to\",\"empty\":false}", BH_VIEWER_SELF},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(json_t) condition = json_loads(rows[i].condition, 0, NULL);
    assert_int_equal(bh_restriction_get_traits(condition), rows[i].traits);
  }
  assert_int_equal(bh_restriction_get_traits(NULL), 0);
}

static void test_records_of_one_unit_share_a_text(void **state G_GNUC_UNUSED)
{
  g_autoptr(TestWorld) world = make_world("covert", "false");
  test_world_put(world, "second", "inspection",
                 "{\"unit\":{\"$ref\":\"county\"},\"modes\":[\"covert\",\"routine\"]}");
  test_world_put(world, "below", "hazard", "{\"inspection\":{\"$ref\":\"second\"}}");
  g_autofree char *one = dup_text(world, "visit");
  g_autofree char *two = dup_text(world, "second");
  g_autofree char *three = dup_text(world, "danger");
  g_autofree char *four = dup_text(world, "below");
  assert_string_equal(one, two);
  assert_string_equal(three, four);
  assert_true(strlen(one) < 300);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_restriction_says_what_the_condition_says),
      cmocka_unit_test(test_a_text_follows_what_is_not_above_the_record),
      cmocka_unit_test(test_what_is_asked_of_a_viewer_is_known),
      cmocka_unit_test(test_records_of_one_unit_share_a_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
