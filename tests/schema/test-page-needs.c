/* What the pages of an inspection need: the shipped kinds have it, and each missing thing is named.
 */
#include "schema/page-needs.h"

#include <string.h>

#include "schema/paths.h"
#include "tests/schema/broken.h"

static json_t *load_root(void)
{
  g_autofree char *dir = bh_data_path("schema", "kinds", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = bh_kind_set_load_dir(dir, &error);
  assert_no_error(error);
  return json_loads(bh_kind_set_get_text(set), 0, NULL);
}

static json_t *find_kind(json_t *root, const char *name)
{
  gsize i;
  json_t *kind;
  json_array_foreach(json_object_get(root, "kinds"), i, kind) {
    if (strcmp(json_string_value(json_object_get(kind, "kind")), name) == 0)
      return kind;
  }
  fail_msg("no kind %s", name);
  return NULL;
}

/* The error of the check; NULL: none. */
static char *check(const json_t *root)
{
  g_autofree char *path = bh_data_path("schema", "page-needs.json", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
  return bh_page_needs_check(set, path, &error) ? NULL : g_strdup(error->message);
}

static void test_the_shipped_kinds_have_all(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) root = load_root();
  g_autofree char *message = check(root);
  if (message != NULL)
    fail_msg("%s", message);
}

/* Removes the element with this name from an array of objects. */
static void drop(json_t *kind, const char *part, const char *name)
{
  gsize i;
  json_t *one;
  json_array_foreach(json_object_get(kind, part), i, one) {
    if (strcmp(json_string_value(json_object_get(one, "name")), name) == 0) {
      json_array_remove(json_object_get(kind, part), i);
      return;
    }
  }
  fail_msg("no %s in %s", name, part);
}

static void test_all_that_is_missing_is_named(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) root = load_root();
  json_t *hazard = find_kind(root, "hazard");
  gsize i;
  json_t *step;
  json_array_foreach(json_object_get(hazard, "transitions"), i, step) {
    if (g_strcmp0(json_string_value(json_object_get(step, "page")), "papers") == 0)
      json_object_del(step, "page");
  }
  drop(find_kind(root, "inspection"), "fields", "entered_later");
  drop(find_kind(root, "scan"), "fields", "code");
  json_object_del(json_object_get(find_kind(root, "participant"), "forms"), "person");
  g_autofree char *message = check(root);
  assert_non_null(message);
  assert_non_null(strstr(message, "inspection: the field \"entered_later\" is missing"));
  assert_non_null(strstr(message, "scan: the field \"code\" is missing"));
  assert_non_null(strstr(message, "participant: the form \"person\" is missing"));
  assert_non_null(strstr(message, "hazard: the step with the page \"papers\" is missing"));
}

static void test_another_type_and_a_missing_kind_are_named(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = bh_data_path("schema", "page-needs.json", NULL);
  g_autoptr(json_t) sound = test_parse_quoted(test_sound_kinds);
  g_autoptr(BhKindSet) set = test_load_kinds(sound, &error);
  assert_no_error(error);
  assert_false(bh_page_needs_check(set, path, &error));
  assert_non_null(strstr(error->message, "the kind \"hazard\" is missing"));
  g_autoptr(json_t) root = load_root();
  json_t *fields = json_object_get(find_kind(root, "unit"), "fields");
  gsize i;
  json_t *field;
  json_array_foreach(fields, i, field) {
    if (strcmp(json_string_value(json_object_get(field, "name")), "phone") == 0)
      json_object_set_new(field, "type", json_string("text"));
  }
  json_t *roles = NULL;
  json_array_foreach(json_object_get(find_kind(root, "participant"), "fields"), i, field) {
    if (strcmp(json_string_value(json_object_get(field, "name")), "role") == 0)
      roles = json_object_get(field, "choices");
  }
  json_t *choice;
  json_array_foreach(roles, i, choice) {
    if (strcmp(json_string_value(json_object_get(choice, "code")), "member") == 0)
      json_object_set_new(choice, "code", json_string("deputy"));
  }
  g_autofree char *message = check(root);
  assert_non_null(message);
  assert_non_null(strstr(message, "unit.phone: the type must be \"phone\""));
  assert_non_null(strstr(message, "participant.role: the choice \"member\" is missing"));
}

static void test_a_file_that_cannot_be_read_is_an_error(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) sound = test_parse_quoted(test_sound_kinds);
  g_autoptr(BhKindSet) set = test_load_kinds(sound, &error);
  assert_no_error(error);
  assert_false(bh_page_needs_check(set, "/nonexistent/page-needs.json", &error));
  assert_non_null(error);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_shipped_kinds_have_all),
      cmocka_unit_test(test_all_that_is_missing_is_named),
      cmocka_unit_test(test_another_type_and_a_missing_kind_are_named),
      cmocka_unit_test(test_a_file_that_cannot_be_read_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
