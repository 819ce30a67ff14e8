/* The operations with which a visit begins: of a new inspection, and of one that the office has
 * assigned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "app/visit/visit-begin.h"

typedef struct {
  BhSession *session;
  char *dir;
  json_t *values, *sections, *colleagues, *scans;
  BhVisitBeginning beginning;
} World;

static int set_up(void **state)
{
  World *world = g_new0(World, 1);
  world->dir = g_dir_make_tmp("bihuan-begin-XXXXXX", NULL);
  world->session = bh_session_new(NULL, world->dir, "zh", NULL);
  world->values = json_pack("{s:[s], s:b}", "modes", "routine", "certificate_shown", 1);
  world->sections = json_pack("[s]", "通风");
  world->colleagues = json_array();
  world->scans = json_array();
  world->beginning = (BhVisitBeginning){.record = "visit",
                                        .enterprise = "mine",
                                        .unit = "bureau",
                                        .actor = "li",
                                        .state = "on_site",
                                        .values = world->values,
                                        .now_ms = 5000,
                                        .sections = world->sections,
                                        .colleagues = world->colleagues,
                                        .expert = "",
                                        .scans = world->scans};
  *state = world;
  return 0;
}

static int tear_down(void **state)
{
  World *world = *state;
  g_object_unref(world->session);
  json_decref(world->values);
  json_decref(world->sections);
  json_decref(world->colleagues);
  json_decref(world->scans);
  g_rmdir(world->dir);
  g_free(world->dir);
  g_free(world);
  return 0;
}

static const json_t *get_set(const json_t *ops, gsize i)
{
  return json_object_get(json_array_get(ops, i), "set");
}

/* "staff:role" or "name:role" of all participants, in their order; g_free. */
static char *list_people(const json_t *ops)
{
  GString *text = g_string_new(NULL);
  gsize i;
  json_t *op;
  json_array_foreach(ops, i, op) {
    const json_t *set = json_object_get(op, "set");
    if (strcmp(bh_json_string_or(op, "kind", ""), "participant") != 0)
      continue;
    assert_string_equal(bh_json_string_or(set, "inspection", ""), "visit");
    assert_true(bh_id_is_valid(bh_json_string_or(op, "record", "")));
    g_string_append_printf(text, "%s:%s ",
                           bh_json_string_or(set, "staff", bh_json_string_or(set, "name", "")),
                           bh_json_string_or(set, "role", ""));
  }
  return g_string_free(text, FALSE);
}

static void test_a_new_visit_has_what_was_typed_and_who_takes_part(void **state)
{
  World *world = *state;
  g_autoptr(json_t) list = json_pack("{s:s}", "version", "2026-1");
  json_array_append_new(world->colleagues, json_string("wang"));
  json_array_append_new(world->scans, json_string("scan-1"));
  world->beginning.expert = "孙工";
  world->beginning.list = "coal";
  world->beginning.list_values = list;
  world->beginning.scan = "scan-1";
  g_autoptr(json_t) ops = bh_visit_beginning_dup_ops(&world->beginning, world->session);
  g_autofree char *visit = bh_json_dump_sorted(get_set(ops, 0));
  assert_string_equal(visit, "{\"certificate_shown\":true,\"checklist\":\"coal\","
                             "\"checklist_version\":\"2026-1\",\"enterprise\":\"mine\","
                             "\"lead\":\"li\",\"modes\":[\"routine\"],\"scan\":\"scan-1\","
                             "\"sections\":[\"通风\"],\"started_at\":5000,\"state\":\"on_site\","
                             "\"unit\":\"bureau\"}");
  g_autofree char *people = list_people(ops);
  assert_string_equal(people, "li:lead wang:member 孙工:expert ");
  const json_t *scan = json_array_get(ops, json_array_size(ops) - 1);
  assert_string_equal(bh_json_string_or(scan, "kind", ""), "scan");
  assert_string_equal(bh_json_string_or(json_object_get(scan, "set"), "inspection", ""), "visit");
}

static void test_a_visit_without_a_list_names_no_sections(void **state)
{
  World *world = *state;
  g_autoptr(json_t) ops = bh_visit_beginning_dup_ops(&world->beginning, world->session);
  assert_null(json_object_get(get_set(ops, 0), "checklist"));
  assert_null(json_object_get(get_set(ops, 0), "sections"));
  assert_null(json_object_get(get_set(ops, 0), "entered_later"));
  assert_int_equal(json_array_size(ops), 2);
}

static void test_an_assigned_visit_keeps_its_lead_and_is_not_set_again(void **state)
{
  World *world = *state;
  g_autoptr(json_t) assigned =
      json_pack("{s:s, s:s, s:s, s:[s], s:s}", "enterprise", "mine", "unit", "office", "lead",
                "zhao", "modes", "routine", "state", "assigned");
  json_array_append_new(world->colleagues, json_string("zhao"));
  world->beginning.assigned = assigned;
  world->beginning.observed_ms = 3000;
  g_autoptr(json_t) ops = bh_visit_beginning_dup_ops(&world->beginning, world->session);
  g_autofree char *visit = bh_json_dump_sorted(get_set(ops, 0));
  assert_string_equal(visit, "{\"certificate_shown\":true,\"entered_later\":true,"
                             "\"started_at\":3000,\"state\":\"on_site\"}");
  g_autofree char *people = list_people(ops);
  assert_string_equal(people, "zhao:lead li:member ");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_new_visit_has_what_was_typed_and_who_takes_part,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_visit_without_a_list_names_no_sections, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_an_assigned_visit_keeps_its_lead_and_is_not_set_again,
                                      set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
