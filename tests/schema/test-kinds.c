/* The project's kinds load and have labels in both languages for all that people see. Their hash
 * depends on what they declare, not on how the files are written. */
#include <glib/gstdio.h>

#include "schema/error.h"
#include "schema/kind-internal.h"
#include "schema/paths.h"
#include "tests/schema/world-of-records.h"

static const char *const wanted[] = {
    "checklist",   "device",         "document",        "enterprise",
    "file",        "guarantee_step", "hazard",          "inspection",
    "participant", "plaque",         "progress_report", "review",
    "signature",   "site",           "staff",           "unit"};

static void test_every_kind_of_the_product_is_declared(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++)
    if (bh_kind_set_find(world->kinds, wanted[i]) == NULL)
      fail_msg("the kind %s is not declared", wanted[i]);
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  for (guint i = 1; i < kinds->len; i++)
    assert_true(strcmp(bh_kind_get_name(kinds->pdata[i - 1]), bh_kind_get_name(kinds->pdata[i])) <
                0);
  assert_null(bh_kind_set_find(world->kinds, "nothing"));
  assert_null(bh_kind_set_find(world->kinds, NULL));
}

static gboolean has_han(const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char(text))
    if (g_unichar_get_script(g_utf8_get_char(text)) == G_UNICODE_SCRIPT_HAN)
      return TRUE;
  return FALSE;
}

/* Checks every label in the tree of declarations, at any depth. */
static void check_labels(const json_t *value, const char *where, guint *count)
{
  const char *key;
  json_t *member;
  if (json_is_array(value)) {
    for (gsize i = 0; i < json_array_size(value); i++) {
      g_autofree char *inner = g_strdup_printf("%s[%zu]", where, i);
      check_labels(json_array_get(value, i), inner, count);
    }
    return;
  }
  if (!json_is_object(value))
    return;
  const char *zh = json_string_value(json_object_get(value, "zh"));
  const char *en = json_string_value(json_object_get(value, "en"));
  if (zh != NULL || en != NULL) {
    if (zh == NULL || en == NULL || (!has_han(zh) && !g_str_has_prefix(zh, "PDF")))
      fail_msg("%s: label without Chinese text", where);
    if (has_han(en))
      fail_msg("%s: Chinese text in the English label", where);
    if (g_utf8_strlen(zh, -1) > 40 || strlen(en) > 80)
      fail_msg("%s: label too long to be read on a small screen", where);
    (*count)++;
    return;
  }
  json_object_foreach((json_t *)value, key, member) {
    g_autofree char *inner = g_strdup_printf("%s.%s", where, key);
    check_labels(member, inner, count);
  }
}

static void test_everything_people_see_has_both_languages(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  guint count = 0;
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    check_labels(bh_kind_get_declaration(kind), bh_kind_get_name(kind), &count);
    const GPtrArray *fields = bh_kind_list_fields(kind);
    for (guint k = 0; k < fields->len; k++)
      assert_string_not_equal(bh_field_get_label(g_ptr_array_index(fields, k), "zh"), "");
  }
  assert_true(count > 600);
}

static void test_transitions_of_the_sources_cite_their_clause(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const BhTransition *confirmed =
      bh_workflow_find(bh_kind_set_find(world->kinds, "hazard"), "suspected", "confirmed");
  assert_string_equal(bh_transition_get_source(confirmed), "朔安发〔2022〕3号 §26");
  assert_string_equal(bh_transition_get_label(confirmed, "zh"), "确认重大");
  assert_string_equal(bh_transition_get_label(confirmed, "en"), "Confirm");
  const BhTransition *ordered =
      bh_workflow_find(bh_kind_set_find(world->kinds, "hazard"), "found", "ordered");
  assert_true(g_strv_contains(bh_transition_get_asks(ordered), "deadline"));
  assert_string_equal(bh_transition_get_deadline_text(ordered, "zh"), "文书载明的期限");
  assert_string_equal(bh_transition_get_deadline_text(confirmed, "zh"), "");
  assert_null(bh_transition_get_asks(
      bh_workflow_find(bh_kind_set_find(world->kinds, "hazard"), "stopped", "rectifying"))[0]);
}

/* Writes the kinds again with files and members in another order and with other white space. */
static char *write_shuffled(const BhKindSet *kinds)
{
  char *dir = g_dir_make_tmp("bihuan-kinds-XXXXXX", NULL);
  const GPtrArray *list = bh_kind_set_list(kinds);
  for (guint i = list->len; i-- > 0;) {
    const BhKind *kind = g_ptr_array_index(list, i);
    json_t *shuffled = json_object();
    const char *key;
    json_t *member;
    GPtrArray *keys = g_ptr_array_new();
    json_object_foreach((json_t *)bh_kind_get_declaration(kind), key, member) {
      g_ptr_array_insert(keys, 0, (gpointer)key);
    }
    for (guint k = 0; k < keys->len; k++) {
      const char *name = g_ptr_array_index(keys, k);
      json_object_set(shuffled, name, json_object_get(bh_kind_get_declaration(kind), name));
    }
    g_ptr_array_unref(keys);
    char *text = bh_json_dump(shuffled);
    g_autofree char *wide = g_strdup_printf("\n\t %s \n\n", text);
    g_autofree char *file = g_strdup_printf("%s/%s.json", dir, bh_kind_get_name(kind));
    assert_true(g_file_set_contents(file, wide, -1, NULL));
    g_free(text);
    json_decref(shuffled);
  }
  return dir;
}

static void remove_dir(const char *dir)
{
  GDir *handle = g_dir_open(dir, 0, NULL);
  for (const char *name; (name = g_dir_read_name(handle)) != NULL;) {
    g_autofree char *file = g_build_filename(dir, name, NULL);
    g_unlink(file);
  }
  g_dir_close(handle);
  g_rmdir(dir);
}

static void test_hash_is_the_same_in_any_order_and_white_space(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(TestWorld) world = test_world_new();
  g_autofree char *dir = write_shuffled(world->kinds);
  g_autoptr(BhKindSet) again = bh_kind_set_load_dir(dir, &error);
  remove_dir(dir);
  assert_no_error(error);
  assert_string_equal(bh_kind_set_get_hash(again), bh_kind_set_get_hash(world->kinds));
  assert_string_equal(bh_kind_set_get_text(again), bh_kind_set_get_text(world->kinds));
  const char *text = bh_kind_set_get_text(world->kinds);
  g_autofree char *hash = bh_hash_hex(text, strlen(text));
  assert_string_equal(hash, bh_kind_set_get_hash(world->kinds));
  g_autoptr(BhKindSet) travelled = bh_kind_set_from_text(text, strlen(text), &error);
  assert_no_error(error);
  assert_string_equal(bh_kind_set_get_hash(travelled), hash);
  assert_true(strlen(text) < 1024 * 1024);
}

static void test_a_kept_text_is_known_by_its_hash(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(TestWorld) world = test_world_new();
  const char *hash = bh_kind_set_get_hash(world->kinds);
  g_autofree char *text = g_strdup(bh_kind_set_get_text(world->kinds));
  g_autoptr(BhKindSet) kept = bh_kind_set_from_stored_text(text, hash, &error);
  assert_no_error(error);
  assert_string_equal(bh_kind_set_get_hash(kept), hash);
  assert_string_equal(bh_kind_set_get_text(kept), text);
  assert_non_null(bh_kind_set_find(kept, "hazard"));
  *strstr(text, "hazard") = 'l';
  assert_null(bh_kind_set_from_stored_text(text, hash, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
}

/* Takes the first ```json block of the reference, which is a complete kind. */
static char *take_example(void)
{
  g_autofree char *path = bh_data_path("schema", "kinds", "README.md", NULL);
  g_autofree char *readme = NULL;
  assert_true(g_file_get_contents(path, &readme, NULL, NULL));
  const char *begin = strstr(readme, "```json\n");
  assert_non_null(begin);
  begin += strlen("```json\n");
  const char *end = strstr(begin, "\n```");
  assert_non_null(end);
  return g_strndup(begin, (gsize)(end - begin));
}

static void test_the_example_of_the_reference_loads_and_works(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(TestWorld) world = test_world_new();
  g_autofree char *dir = write_shuffled(world->kinds);
  g_autofree char *example = take_example();
  g_autofree char *file = g_build_filename(dir, "drill.json", NULL);
  assert_true(g_file_set_contents(file, example, -1, NULL));
  g_autoptr(BhKindSet) kinds = bh_kind_set_load_dir(dir, &error);
  remove_dir(dir);
  assert_no_error(error);
  bh_kind_set_unref(world->kinds);
  world->kinds = bh_kind_set_ref(kinds);
  const BhKind *drill = bh_kind_set_find(kinds, "drill");
  test_world_put(world, "u", "unit", "{}");
  test_world_put(world, "li", "staff",
                 "{\"unit\":{\"$ref\":\"u\"},\"roles\":[\"inspector\"],\"state\":\"active\"}");
  test_world_put(world, "e", "enterprise", "{\"area\":\"140603\",\"unit\":{\"$ref\":\"u\"}}");
  test_world_put(
      world, "d", "drill",
      "{\"enterprise\":{\"$ref\":\"e\"},\"subject\":\"井下避灾\",\"drill_type\":\"full\","
      "\"announced_for\":\"2026-12-01\",\"recorded_by\":{\"$ref\":\"li\"},"
      "\"state\":\"announced\"}");
  BhContext context = test_world_context(world, "d", "li", "2026-11-21");
  g_autoptr(GPtrArray) fine = bh_workflow_check(drill, NULL, "announced", &context);
  assert_int_equal(fine->len, 0);
  assert_string_equal(bh_kind_get_area(drill, &context), "140603");
  assert_string_equal(bh_kind_get_author(drill, &context), test_world_id("li"));
  context.today = "2026-12-02";
  g_autoptr(GPtrArray) late = bh_workflow_check(drill, NULL, "announced", &context);
  assert_int_equal(late->len, 1);
  assert_string_equal(((BhProblem *)late->pdata[0])->field, "announced_for");
  g_autofree char *title = bh_kind_dup_title(drill, context.values, "zh");
  assert_string_equal(title, "井下避灾");
}

static void test_titles_and_columns_name_a_record(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  g_autoptr(json_t) values = json_pack("{s:s, s:s}", "number", "YH-1", "summary", "安全出口锁闭");
  g_autofree char *title = bh_kind_dup_title(hazard, values, "zh");
  assert_string_equal(title, "YH-1 安全出口锁闭");
  json_object_del(values, "number");
  g_autofree char *shorter = bh_kind_dup_title(hazard, values, "zh");
  assert_string_equal(shorter, "安全出口锁闭");
  const BhKind *inspection = bh_kind_set_find(world->kinds, "inspection");
  assert_string_equal(bh_kind_get_title_refs(inspection)[0], "enterprise");
  assert_null(bh_kind_get_title_refs(inspection)[1]);
  test_world_put(world, "e", "enterprise", "{\"name\":\"东升煤矿\"}");
  g_autoptr(json_t) visit =
      json_pack("{s:s, s:s}", "number", "JC-7", "enterprise", test_world_id("e"));
  BhContext context = test_world_context(world, "e", "e", "2026-11-21");
  g_autofree char *whole =
      bh_kind_dup_title_with(inspection, visit, "zh", context.lookup, context.data);
  assert_string_equal(whole, "JC-7 东升煤矿");
  g_autofree char *alone = bh_kind_dup_title(inspection, visit, "zh");
  assert_string_equal(alone, "JC-7");
  json_object_clear(values);
  g_autofree char *none = bh_kind_dup_title(hazard, values, "zh");
  assert_string_equal(none, "隐患");
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const json_t *declaration = bh_kind_get_declaration(g_ptr_array_index(kinds, i));
    if (json_object_get(declaration, "parent") == NULL)
      assert_true(json_array_size(json_object_get(declaration, "list")) > 0);
  }
}

static void test_decisions_of_the_office_are_left_to_the_hub(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *review = bh_kind_set_find(world->kinds, "review");
  g_autoptr(json_t) open = json_string("open");
  g_autoptr(json_t) answered = json_string("answered");
  assert_true(bh_kind_is_hub_only(bh_kind_set_find(world->kinds, "unit"), NULL, NULL));
  assert_true(bh_kind_is_hub_only(bh_kind_set_find(world->kinds, "staff"), "name", NULL));
  assert_true(bh_kind_is_hub_only(review, "decision", NULL));
  assert_true(bh_kind_is_hub_only(review, "state", open));
  assert_false(bh_kind_is_hub_only(review, "state", answered));
  assert_false(bh_kind_is_hub_only(review, "answer", NULL));
  assert_false(bh_kind_is_hub_only(review, NULL, NULL));
  assert_false(bh_kind_is_hub_only(bh_kind_set_find(world->kinds, "hazard"), NULL, NULL));
}

static gboolean in_a_form(const BhKind *kind, const char *field)
{
  const char *form;
  json_t *fields;
  json_object_foreach(json_object_get(kind->declaration, "forms"), form, fields) {
    gsize index;
    json_t *name;
    json_array_foreach(fields, index, name) {
      if (g_strcmp0(json_string_value(name), field) == 0)
        return TRUE;
    }
  }
  return FALSE;
}

/* Whether a step that makes the record asks for this field: then a device may set it. */
static gboolean begins(const BhKind *kind, const char *field)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *step = kind->transitions->pdata[i];
    gsize index;
    json_t *need;
    json_array_foreach((json_t *)step->needs, index, need) {
      if (step->creates && !bh_transition_is_hub_only(step) &&
          g_str_equal(bh_json_string_or(need, "field", ""), field))
        return TRUE;
    }
  }
  return FALSE;
}

/* A field for which only steps of the office ask cannot be set by a device either: an inspector
 * cannot give points to the own file. */
static void test_fields_of_steps_of_the_office_are_left_to_the_hub(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  guint tried = 0;
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    g_autoptr(GHashTable) office = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint k = 0; k < kind->transitions->len; k++) {
      const BhTransition *step = kind->transitions->pdata[k];
      const char *const *asks = bh_transition_get_asks(step);
      for (gsize n = 0; asks[n] != NULL; n++)
        g_hash_table_insert(office, (gpointer)asks[n],
                            GINT_TO_POINTER(bh_transition_is_hub_only(step) && !step->creates &&
                                            (!g_hash_table_contains(office, asks[n]) ||
                                             g_hash_table_lookup(office, asks[n]) != NULL)));
    }
    GHashTableIter iter;
    gpointer name, only;
    g_hash_table_iter_init(&iter, office);
    while (g_hash_table_iter_next(&iter, &name, &only)) {
      const BhField *field = bh_kind_find_field(kind, name);
      if (only == NULL || kind->by_hub || !bh_field_is_in_form(field) || in_a_form(kind, name) ||
          begins(kind, name))
        continue;
      if (!bh_kind_is_hub_only(kind, name, NULL))
        fail_msg("%s.%s is asked for by steps of the office only", kind->name, (char *)name);
      tried++;
    }
  }
  assert_true(tried > 30);
  static const char *const own[] = {"file_review_score", "released",      "published_at",
                                    "feedback_to",       "planned_month", "draw_record"};
  for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
    assert_true(bh_kind_is_hub_only(bh_kind_set_find(world->kinds, "inspection"), own[i], NULL));
}

static void test_reviewed_kinds_declare_the_state_after_a_review(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *inspection = bh_kind_set_find(world->kinds, "inspection");
  assert_true(bh_kind_is_reviewable(inspection));
  assert_string_equal(bh_kind_get_review_state(inspection, "on_return"), "returned");
  assert_string_equal(bh_kind_get_review_state(inspection, "on_answer"), "resubmitted");
  assert_string_equal(bh_kind_get_review_state(inspection, "on_approve"), "accepted");
  assert_true(bh_kind_is_reviewable(bh_kind_set_find(world->kinds, "document")));
  assert_null(bh_kind_get_review_state(bh_kind_set_find(world->kinds, "document"), "on_approve"));
  assert_false(bh_kind_is_reviewable(bh_kind_set_find(world->kinds, "enterprise")));
  assert_string_equal(bh_kind_get_scope(inspection), "area");
  assert_string_equal(bh_kind_get_scope(bh_kind_set_find(world->kinds, "device")), "unit");
  assert_null(bh_kind_get_parent_field(inspection));
  assert_string_equal(bh_kind_get_parent_field(bh_kind_set_find(world->kinds, "file")), "parent");
}

/* Names and telephone numbers of people outside the office are personal fields and are never
 * indexed. */
static void test_names_of_outside_people_are_personal(void **state)
{
  (void)state;
  static const char *const personal[] = {"staff.phone",
                                         "enterprise.legal_representative",
                                         "enterprise.main_responsible_person",
                                         "enterprise.actual_controller",
                                         "enterprise.phone",
                                         "inspection.refusal_witness",
                                         "participant.name",
                                         "progress_report.leader_name",
                                         "progress_report.company_head",
                                         "hazard.responsible_person",
                                         "signature.name",
                                         "document.service_witness"};
  g_autoptr(TestWorld) world = test_world_new();
  for (gsize i = 0; i < G_N_ELEMENTS(personal); i++) {
    g_auto(GStrv) parts = g_strsplit(personal[i], ".", 2);
    const BhField *field = bh_kind_find_field(bh_kind_set_find(world->kinds, parts[0]), parts[1]);
    assert_non_null(field);
    assert_true(bh_field_is_personal(field));
    assert_false(bh_field_is_indexed(field));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_kind_of_the_product_is_declared),
      cmocka_unit_test(test_everything_people_see_has_both_languages),
      cmocka_unit_test(test_transitions_of_the_sources_cite_their_clause),
      cmocka_unit_test(test_hash_is_the_same_in_any_order_and_white_space),
      cmocka_unit_test(test_a_kept_text_is_known_by_its_hash),
      cmocka_unit_test(test_the_example_of_the_reference_loads_and_works),
      cmocka_unit_test(test_titles_and_columns_name_a_record),
      cmocka_unit_test(test_decisions_of_the_office_are_left_to_the_hub),
      cmocka_unit_test(test_fields_of_steps_of_the_office_are_left_to_the_hub),
      cmocka_unit_test(test_reviewed_kinds_declare_the_state_after_a_review),
      cmocka_unit_test(test_names_of_outside_people_are_personal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
