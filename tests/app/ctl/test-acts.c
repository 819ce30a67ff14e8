/* The commands acts, create, edit, step, attach and list of bihuanctl: what is entered in a form,
 * what is refused, and what the store has afterwards. */
#include "tests/app/ctl/ctl.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  Fixture *fixture;
  char *pin;
} Scene;

static void scene_init(Scene *scene)
{
  scene->fixture = make_store();
  scene->pin = write_file(scene->fixture, "pin", PIN_OF_LI);
}

static void scene_clear(Scene *scene)
{
  g_clear_pointer(&scene->fixture, fixture_free);
  g_clear_pointer(&scene->pin, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Scene, scene_clear)

#define AS_LI(scene)                                                                               \
  "--store", (scene)->fixture->dir, "--by", (scene)->fixture->li, "--pin-file", (scene)->pin

static char *get_text(const char *json, const char *name)
{
  g_autoptr(json_t) value = parse(json);
  return g_strdup(bh_json_string_or(value, name, ""));
}

static json_t *show(Scene *scene, const char *record)
{
  g_auto(Outcome) shown = {0};
  run(&shown, "--store", scene->fixture->dir, "show", record, "--json", NULL);
  expect_code(&shown, 0);
  g_autoptr(json_t) value = parse(shown.out);
  return json_incref(json_object_get(value, "values"));
}

static guint count_pending(Scene *scene)
{
  g_auto(Outcome) status = {0};
  run(&status, "--store", scene->fixture->dir, "status", "--json", NULL);
  g_autoptr(json_t) value = parse(status.out);
  return (guint)json_integer_value(json_object_get(value, "pending"));
}

/* Makes a site at the enterprise; g_free. */
static char *make_site(Scene *scene, const char *name)
{
  g_auto(Outcome) made = {0};
  g_autofree char *set = g_strconcat("name=", name, NULL);
  run(&made, AS_LI(scene), "--json", "create", "site", "--origin", scene->fixture->enterprise,
      "--set", set, "--set", "site_type=shaft", "--set", "in_use=停用", NULL);
  expect_code(&made, 0);
  return get_text(made.out, "record");
}

/* Makes a hazard in the state found; g_free. */
static char *make_hazard(Scene *scene)
{
  g_auto(Outcome) made = {0};
  g_autofree char *line =
      g_strdup_printf("{\"ops\":[{\"kind\":\"hazard\",\"set\":{\"enterprise\":\"%s\",\"summary\":"
                      "\"顶板离层\",\"level\":\"general\",\"place\":\"1301\",\"found_by\":"
                      "\"inspection\",\"demand\":\"加固\",\"state\":\"found\"}}]}",
                      scene->fixture->enterprise);
  g_autofree char *lines = write_file(scene->fixture, "lines", line);
  run(&made, AS_LI(scene), "--json", "record", lines, NULL);
  expect_code(&made, 0);
  g_autoptr(json_t) value = parse(made.out);
  return g_strdup(json_string_value(json_array_get(json_object_get(value, "records"), 0)));
}

static void test_acts_names_what_a_person_may_do(void **state G_GNUC_UNUSED)
{
  g_auto(Scene) scene = {0};
  g_auto(Outcome) home = {0}, enterprise = {0}, nobody = {0}, json = {0};
  scene_init(&scene);
  const char *store = scene.fixture->dir, *li = scene.fixture->li;

  run(&enterprise, "--store", store, "acts", scene.fixture->enterprise, "--by", li, NULL);
  expect_code(&enterprise, 0);
  assert_non_null(strstr(enterprise.out, "create/at_enterprise"));
  run(&json, "--store", store, "--json", "acts", scene.fixture->enterprise, "--by", li, NULL);
  g_autoptr(json_t) found = parse(json.out);
  assert_true(json_is_array(json_object_get(found, "acts")));
  g_autofree char *creations = bh_json_dump_sorted(json_object_get(found, "creations"));
  assert_non_null(strstr(creations, "\"kind\":\"site\""));
  run(&home, "--store", store, "acts", "--by", li, NULL);
  expect_code(&home, 0);
  assert_null(strstr(home.out, "create/at_enterprise"));
  run(&nobody, "--store", store, "acts", scene.fixture->enterprise, NULL);
  expect_code(&nobody, 2);
}

static void test_a_record_is_made_corrected_and_listed(void **state G_GNUC_UNUSED)
{
  g_auto(Scene) scene = {0};
  g_auto(Outcome) edit = {0}, same = {0}, list = {0}, page = {0}, next = {0}, other = {0};
  scene_init(&scene);
  g_autofree char *site = make_site(&scene, "１号井口");
  g_autofree char *second = make_site(&scene, "2号井口");

  run(&edit, AS_LI(&scene), "--json", "edit", site, "--set", "video=是", "--set", "sort=7", NULL);
  expect_code(&edit, 0);
  g_autoptr(json_t) values = show(&scene, site);
  assert_true(json_is_true(json_object_get(values, "video")));
  assert_int_equal(json_integer_value(json_object_get(values, "sort")), 7);
  assert_string_equal(bh_json_string_or(values, "enterprise", ""), scene.fixture->enterprise);
  assert_string_equal(bh_json_string_or(values, "name", ""), "１号井口");
  /* Setting the same value again is no entry. */
  guint before = count_pending(&scene);
  run(&same, AS_LI(&scene), "edit", site, "--set", "sort=7", NULL);
  expect_code(&same, 0);
  assert_non_null(strstr(same.out, "nothing to change"));
  assert_int_equal(count_pending(&scene), before);

  run(&list, "--store", scene.fixture->dir, "--json", "list", "site", "--parent",
      scene.fixture->enterprise, "--order", "title", "--limit", "1", NULL);
  g_autoptr(json_t) rows = parse(list.out);
  assert_int_equal(json_array_size(json_object_get(rows, "rows")), 1);
  const char *after = bh_json_string_or(rows, "after", NULL);
  assert_non_null(after);
  run(&next, "--store", scene.fixture->dir, "--json", "list", "site", "--parent",
      scene.fixture->enterprise, "--order", "title", "--limit", "1", "--after", after, NULL);
  g_autoptr(json_t) others = parse(next.out);
  assert_int_equal(json_array_size(json_object_get(others, "rows")), 1);
  assert_string_not_equal(
      bh_json_string_or(json_array_get(json_object_get(rows, "rows"), 0), "id", ""),
      bh_json_string_or(json_array_get(json_object_get(others, "rows"), 0), "id", ""));
  run(&page, "--store", scene.fixture->dir, "list", "site", "--limit", "1", NULL);
  assert_non_null(strstr(page.out, "--after"));
  run(&other, "--store", scene.fixture->dir, "list", "site", "--where", "name=x", NULL);
  expect_code(&other, 3);
  assert_non_null(strstr(other.err, "where.name"));
}

/* Each wrong value is named on a line of its own, and nothing is saved. */
static void test_wrong_values_are_named_by_field(void **state G_GNUC_UNUSED)
{
  g_auto(Scene) scene = {0};
  g_auto(Outcome) text = {0}, json = {0}, unknown = {0}, twice = {0}, shape = {0};
  scene_init(&scene);
  g_autofree char *site = make_site(&scene, "1号井口");
  guint before = count_pending(&scene);

  run(&text, AS_LI(&scene), "edit", site, "--set", "sort=many", "--set", "in_use=sometimes",
      "--set", "nonsense=1", NULL);
  expect_code(&text, 3);
  assert_non_null(strstr(text.err, "sort: cannot be read as integer\n"));
  assert_non_null(strstr(text.err, "in_use: cannot be read as choice\n"));
  assert_non_null(strstr(text.err, "nonsense: The act does not ask for this field\n"));
  run(&json, AS_LI(&scene), "--json", "edit", site, "--set", "sort=many", NULL);
  expect_code(&json, 3);
  g_autoptr(json_t) answer = parse(json.out);
  const json_t *problem = json_array_get(json_object_get(answer, "problems"), 0);
  assert_string_equal(bh_json_string_or(problem, "field", ""), "sort");
  assert_string_equal(bh_json_string_or(problem, "code", ""), "invalid");
  run(&unknown, AS_LI(&scene), "edit", site, "--act", "fly", NULL);
  expect_code(&unknown, 3);
  assert_non_null(strstr(unknown.err, "edit/fly"));
  run(&twice, AS_LI(&scene), "edit", site, "--set", "sort=1", "--set", "sort=2", NULL);
  expect_code(&twice, 3);
  assert_non_null(strstr(twice.err, "duplicate sort"));
  run(&shape, AS_LI(&scene), "edit", site, "--set", "sort", NULL);
  expect_code(&shape, 3);
  assert_int_equal(count_pending(&scene), before);
}

static void test_values_come_from_a_file_and_what_is_empty_is_cleared(void **state G_GNUC_UNUSED)
{
  g_auto(Scene) scene = {0};
  g_auto(Outcome) made = {0}, edit = {0}, array = {0}, large = {0};
  scene_init(&scene);
  g_autofree char *site = make_site(&scene, "1号井口");
  g_autofree char *values =
      write_file(scene.fixture, "values", "{\"sort\": 12, \"video\": \"yes\", \"name\": \"风井\"}");
  g_autofree char *wrong = write_file(scene.fixture, "wrong", "[1]");
  g_autofree char *filling = g_strnfill(1100000, 'x');
  g_autofree char *much = write_file(scene.fixture, "much", filling);

  run(&made, AS_LI(&scene), "edit", site, "--values", values, "--set", "name=主井", NULL);
  expect_code(&made, 0);
  g_autoptr(json_t) first = show(&scene, site);
  assert_int_equal(json_integer_value(json_object_get(first, "sort")), 12);
  assert_true(json_is_true(json_object_get(first, "video")));
  /* A value of --set replaces that of the file. */
  assert_string_equal(bh_json_string_or(first, "name", ""), "主井");
  run(&edit, AS_LI(&scene), "edit", site, "--set", "sort=", NULL);
  expect_code(&edit, 0);
  g_autoptr(json_t) second = show(&scene, site);
  assert_false(json_is_integer(json_object_get(second, "sort")));
  run(&array, AS_LI(&scene), "edit", site, "--values", wrong, NULL);
  expect_code(&array, 3);
  run(&large, AS_LI(&scene), "edit", site, "--values", much, NULL);
  expect_code(&large, 3);
}

static void test_a_step_says_what_is_missing_and_is_taken_with_the_files(void **state G_GNUC_UNUSED)
{
  g_auto(Scene) scene = {0};
  g_auto(Outcome) form = {0}, bare = {0}, attach = {0}, role = {0}, step = {0}, again = {0};
  scene_init(&scene);
  g_autofree char *hazard = make_hazard(&scene);
  g_autofree char *picture = write_picture(scene.fixture, "a.jpg", PICTURE_SIZE);
  const char *store = scene.fixture->dir;

  run(&form, "--store", store, "step", hazard, "fixed_on_site", "--form", "--by", scene.fixture->li,
      NULL);
  expect_code(&form, 0);
  assert_non_null(strstr(form.out, "fix_note"));
  assert_non_null(strstr(form.out, "after_photo"));
  run(&bare, AS_LI(&scene), "step", hazard, "fixed_on_site", "--set", "fixed_on_site=yes", NULL);
  expect_code(&bare, 3);
  assert_true(strlen(bare.err) > 0);
  run(&role, AS_LI(&scene), "attach", hazard, picture, "--role", "selfie", NULL);
  expect_code(&role, 3);
  assert_non_null(strstr(role.err, "after_photo"));
  run(&attach, AS_LI(&scene), "--json", "attach", hazard, picture, "--role", "after_photo",
      "--note", "已加固", NULL);
  expect_code(&attach, 0);
  g_autoptr(json_t) attached = parse(attach.out);
  const json_t *records = json_object_get(attached, "records");
  assert_int_equal(json_array_size(records), 1);
  g_autoptr(json_t) file = show(&scene, json_string_value(json_array_get(records, 0)));
  assert_string_equal(bh_json_string_or(file, "parent", ""), hazard);
  assert_string_equal(bh_json_string_or(file, "role", ""), "after_photo");
  assert_string_equal(bh_json_string_or(file, "source", ""), "import");
  assert_string_equal(bh_json_string_or(file, "note", ""), "已加固");
  run(&step, AS_LI(&scene), "step", hazard, "fixed_on_site", "--set", "fixed_on_site=yes", "--set",
      "fix_note=已加固", NULL);
  expect_code(&step, 0);
  g_autoptr(json_t) values = show(&scene, hazard);
  assert_string_equal(bh_json_string_or(values, "state", ""), "fixed_on_site");
  run(&again, AS_LI(&scene), "step", hazard, "fixed_on_site", NULL);
  expect_code(&again, 3);
  assert_non_null(strstr(again.err, "step/fixed_on_site"));
}

static void test_what_a_person_may_not_do_is_refused(void **state G_GNUC_UNUSED)
{
  g_auto(Scene) scene = {0};
  g_auto(Outcome) step = {0}, create = {0}, pin = {0}, missing = {0}, none = {0};
  scene_init(&scene);
  g_autofree char *hazard = make_hazard(&scene);
  g_autofree char *wrong = write_file(scene.fixture, "wrong-pin", PIN_OF_WANG);
  guint before = count_pending(&scene);

  run(&create, AS_LI(&scene), "create", "guarantee_step", "--origin", hazard, NULL);
  expect_code(&create, 3);
  run(&step, AS_LI(&scene), "step", hazard, "withdrawn", "--set", "withdraw_reason=x", NULL);
  expect_code(&step, 3);
  run(&pin, "--store", scene.fixture->dir, "--by", scene.fixture->li, "--pin-file", wrong, "create",
      "site", "--origin", scene.fixture->enterprise, "--set", "name=x", NULL);
  expect_code(&pin, 3);
  run(&missing, "--store", scene.fixture->dir, "--by", scene.fixture->li, "step", hazard,
      "withdrawn_on_site", NULL);
  expect_code(&missing, 2);
  run(&none, AS_LI(&scene), "step", test_id(0xfff), "ordered", NULL);
  expect_code(&none, 1);
  assert_int_equal(count_pending(&scene), before);
}

/* Drafts of files are left over neither by a refused act nor by one that was saved. */
static void test_files_of_a_new_record_come_in_its_entry_or_not_at_all(void **state G_GNUC_UNUSED)
{
  g_auto(Scene) scene = {0};
  g_auto(Outcome) refused = {0}, status = {0};
  scene_init(&scene);
  g_autofree char *picture = write_picture(scene.fixture, "a.jpg", PICTURE_SIZE);
  g_autofree char *file = g_strconcat("photo=", picture, NULL);

  /* No file can belong to a site. */
  run(&refused, AS_LI(&scene), "create", "site", "--origin", scene.fixture->enterprise, "--set",
      "name=x", "--file", file, NULL);
  expect_code(&refused, 3);
  run(&status, "--store", scene.fixture->dir, "status", "--json", NULL);
  g_autoptr(json_t) value = parse(status.out);
  assert_int_equal(json_integer_value(json_object_get(value, "drafts")), 0);
  assert_int_equal(json_integer_value(json_object_get(value, "pending")), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_acts_names_what_a_person_may_do),
      cmocka_unit_test(test_a_record_is_made_corrected_and_listed),
      cmocka_unit_test(test_wrong_values_are_named_by_field),
      cmocka_unit_test(test_values_come_from_a_file_and_what_is_empty_is_cleared),
      cmocka_unit_test(test_a_step_says_what_is_missing_and_is_taken_with_the_files),
      cmocka_unit_test(test_what_a_person_may_not_do_is_refused),
      cmocka_unit_test(test_files_of_a_new_record_come_in_its_entry_or_not_at_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
