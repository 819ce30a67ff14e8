/* The sample records and the project's checklists, which a demo hub loads, satisfy the kinds. */
#include "schema/checklist.h"
#include "schema/paths.h"
#include "schema/region.h"
#include "schema/uscc.h"
#include "tests/schema/world-of-records.h"

static const char *const record_files[] = {"units.json", "enterprises.json", "sites.json"};
static const struct {
  const char *name;
  gsize items;
} lists[] = {{"coal-mine", 39},
             {"non-coal-mine-tailings", 28},
             {"hazardous-chemicals", 24},
             {"transport", 27},
             {"construction", 28},
             {"gas", 23},
             {"fire", 25},
             {"metallurgy", 18},
             {"enterprise-responsibility", 35},
             {"township-capacity", 26},
             {"tip-off-verification", 24},
             {"accident-direct-report", 27},
             {"accident-rectification-evaluation", 34}};

static json_t *load_sample(const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = bh_data_path("assets", "samples", name, NULL);
  json_t *file = bh_json_load_file(path, 1 << 20, &error);
  assert_no_error(error);
  return file;
}

static BhChecklist *load_list(const char *name)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *csv_name = g_strconcat(name, ".csv", NULL);
  g_autofree char *items_name = g_strconcat(name, ".items.json", NULL);
  g_autofree char *csv = bh_data_path("assets", "checklists", csv_name, NULL);
  g_autofree char *items = bh_data_path("assets", "checklists", items_name, NULL);
  BhChecklist *checklist = bh_checklist_load(csv, items, &error);
  assert_no_error(error);
  return checklist;
}

/* Puts all sample records into one world; adds the numbers of enterprises and staff to the
 * counters. */
static TestWorld *load_all(guint *enterprises, guint *staff)
{
  TestWorld *world = test_world_new();
  for (gsize i = 0; i < G_N_ELEMENTS(record_files); i++) {
    g_autoptr(json_t) file = load_sample(record_files[i]);
    assert_int_equal(json_integer_value(json_object_get(file, "bihuan-records")), 1);
    assert_string_equal(json_string_value(json_object_get(file, "space")), "samples");
    gsize index;
    json_t *record;
    json_array_foreach(json_object_get(file, "records"), index, record) {
      const char *name = json_string_value(json_object_get(record, "name"));
      const char *kind = json_string_value(json_object_get(record, "kind"));
      assert_null(test_world_get(world, name));
      g_autofree char *set = bh_json_dump(json_object_get(record, "set"));
      test_world_put(world, name, kind, set);
      *enterprises += g_str_equal(kind, "enterprise");
      *staff += g_str_equal(kind, "staff");
    }
  }
  return world;
}

static void test_samples_satisfy_their_kinds(void **state)
{
  (void)state;
  guint enterprises = 0, staff = 0;
  g_autoptr(TestWorld) world = load_all(&enterprises, &staff);
  assert_int_equal(enterprises, 40);
  assert_int_equal(staff, 9);
  for (gsize i = 0; i < G_N_ELEMENTS(record_files); i++) {
    g_autoptr(json_t) file = load_sample(record_files[i]);
    gsize index;
    json_t *record;
    json_array_foreach(json_object_get(file, "records"), index, record) {
      const char *name = json_string_value(json_object_get(record, "name"));
      const BhKind *kind =
          bh_kind_set_find(world->kinds, json_string_value(json_object_get(record, "kind")));
      BhContext context = test_world_context(world, name, NULL, "2026-11-21");
      g_autoptr(GPtrArray) problems = bh_kind_check_record(kind, &context);
      if (problems->len > 0)
        fail_msg("%s: %s", name, ((BhProblem *)problems->pdata[0])->text_en);
      assert_true(json_is_true(json_object_get(context.values, "sample")));
      const char *first = json_string_value(json_object_get(context.values, "state"));
      if (bh_kind_has_states(kind)) {
        g_autoptr(GPtrArray) problems_of_first_state =
            bh_workflow_check(kind, NULL, first, &context);
        assert_int_equal(problems_of_first_state->len, 0);
      }
      const GPtrArray *fields = bh_kind_list_fields(kind);
      for (guint k = 0; k < fields->len; k++) {
        const BhField *field = g_ptr_array_index(fields, k);
        const char *id =
            json_string_value(json_object_get(context.values, bh_field_get_name(field)));
        if (bh_field_get_type(field) == BH_FIELD_REF && id != NULL)
          assert_non_null(context.lookup(id, context.data));
      }
    }
  }
}

static void test_sample_enterprises_are_marked_and_their_codes_check(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  guint enterprises = 0, staff = 0;
  g_autoptr(TestWorld) world = load_all(&enterprises, &staff);
  g_autofree char *packs = bh_data_path("assets", "packs", "regions.json", NULL);
  g_autoptr(BhRegion) regions = bh_region_load(packs, &error);
  assert_no_error(error);
  g_autoptr(GHashTable) sectors = g_hash_table_new(g_str_hash, g_str_equal);
  guint provisional = 0;
  for (guint i = 1; i <= 40; i++) {
    g_autofree char *name = g_strdup_printf("ent-%02u", i);
    const json_t *values = test_world_get(world, name);
    assert_true(g_str_has_prefix(bh_json_string_or(values, "name", ""), "样例"));
    assert_true(bh_region_has(regions, bh_json_string_or(values, "area", "")));
    g_hash_table_add(sectors, (gpointer)bh_json_string_or(values, "sector", ""));
    const char *uscc = bh_json_string_or(values, "uscc", NULL);
    if (uscc == NULL) {
      provisional++;
      continue;
    }
    assert_true(bh_uscc_check(uscc, &error));
  }
  assert_int_equal(provisional, 1);
  assert_true(g_hash_table_size(sectors) >= 9);
}

static void test_pins_and_passwords_belong_to_sample_staff(void **state)
{
  (void)state;
  static const char *const files[] = {"demo-pins.json", "demo-passwords.json"};
  guint enterprises = 0, staff = 0;
  g_autoptr(TestWorld) world = load_all(&enterprises, &staff);
  for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autoptr(json_t) file = load_sample(files[i]);
    const char *name;
    json_t *secret;
    json_object_foreach(file, name, secret) {
      assert_non_null(test_world_get(world, name));
      const char *text = json_string_value(secret);
      assert_true(i == 0 ? strlen(text) == 6 && strspn(text, "0123456789") == 6
                         : strlen(text) >= 12);
    }
  }
  assert_string_equal(bh_json_string_or(test_world_get(world, "staff-li"), "unit", ""),
                      test_world_id("unit-jingping"));
}

static void test_358_items_in_13_lists_with_numbers_of_their_own(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(TestWorld) world = test_world_new();
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) twins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  gsize total = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
    g_autoptr(BhChecklist) list = load_list(lists[i].name);
    assert_int_equal(bh_checklist_count(list), lists[i].items);
    total += bh_checklist_count(list);
    if (!bh_checklist_check(list, world->kinds, &error))
      fail_msg("%s: %s", lists[i].name, error->message);
    const BhChecklistHead *head = bh_checklist_get_head(list);
    assert_string_equal(head->code, lists[i].name);
    const BhField *sector =
        bh_kind_find_field(bh_kind_set_find(world->kinds, "enterprise"), "sector");
    g_autoptr(json_t) sector_value = json_string(head->sector);
    if (head->sector[0] != '\0')
      assert_true(bh_kind_check_value(bh_kind_set_find(world->kinds, "enterprise"),
                                      bh_field_get_name(sector), sector_value, NULL));
    for (gsize k = 0; k < bh_checklist_count(list); k++) {
      const BhChecklistItem *item = bh_checklist_get(list, k);
      assert_true(g_hash_table_add(seen, g_strdup(item->item_no)));
      if (item->same_as[0] != '\0')
        g_hash_table_insert(twins, g_strdup(item->item_no), g_strdup(item->same_as));
    }
  }
  assert_int_equal(total, 358);
  GHashTableIter iter;
  gpointer from, to;
  g_hash_table_iter_init(&iter, twins);
  while (g_hash_table_iter_next(&iter, &from, &to)) {
    assert_true(g_hash_table_contains(seen, to));
    assert_false(g_hash_table_contains(twins, to));
  }
  assert_true(g_hash_table_size(twins) >= 15);
}

static void test_lists_about_offices_are_addressed_to_government(void **state)
{
  (void)state;
  static const char *const offices[] = {"township-capacity", "tip-off-verification",
                                        "accident-direct-report",
                                        "accident-rectification-evaluation"};
  for (gsize i = 0; i < G_N_ELEMENTS(offices); i++) {
    g_autoptr(BhChecklist) list = load_list(offices[i]);
    for (gsize k = 0; k < bh_checklist_count(list); k++) {
      const BhChecklistItem *item = bh_checklist_get(list, k);
      gboolean shown_by_enterprise =
          g_str_equal(item->item_no, "TIP-02") || g_str_equal(item->item_no, "TIP-22");
      assert_string_equal(item->addressee, shown_by_enterprise ? "enterprise" : "government");
    }
  }
  for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
    g_autoptr(BhChecklist) list = load_list(lists[i].name);
    for (gsize k = 0; k < bh_checklist_count(list); k++) {
      const BhChecklistItem *item = bh_checklist_get(list, k);
      if (strstr(item->rectification, "不列入企业隐患") != NULL)
        assert_string_equal(item->addressee, "government");
    }
  }
}

static guint count_applying(const BhChecklist *list, const char *enterprise_json)
{
  g_autoptr(json_t) values = json_loads(enterprise_json, 0, NULL);
  guint count = 0;
  for (gsize i = 0; i < bh_checklist_count(list); i++)
    count += bh_checklist_item_applies(bh_checklist_get(list, i), values);
  return count;
}

static void test_items_follow_mine_type_and_state_and_area(void **state)
{
  (void)state;
  g_autoptr(BhChecklist) coal = load_list("coal-mine");
  g_autoptr(json_t) open_pit =
      json_pack("{s:s, s:s}", "mine_type", "open_pit", "area", "140603100");
  g_autoptr(json_t) closed =
      json_pack("{s:s, s:s}", "mine_type", "underground", "production_state", "closed");
  g_autoptr(json_t) unknown = json_object();
  const BhChecklistItem *headcount = bh_checklist_find(coal, "COAL-04");
  const BhChecklistItem *slope = bh_checklist_find(coal, "COAL-20");
  const BhChecklistItem *power = bh_checklist_find(coal, "COAL-37");
  const BhChecklistItem *drawings = bh_checklist_find(coal, "COAL-02");
  assert_false(bh_checklist_item_applies(headcount, open_pit));
  assert_true(bh_checklist_item_applies(slope, open_pit));
  assert_true(bh_checklist_item_applies(headcount, closed));
  assert_false(bh_checklist_item_applies(slope, closed));
  assert_true(bh_checklist_item_applies(power, closed));
  /* The rule 晋市政发 applies in 晋城 only. A record without an area gets every question. */
  assert_false(bh_checklist_item_applies(drawings, open_pit));
  assert_true(bh_checklist_item_applies(drawings, unknown));
  assert_int_equal(count_applying(coal, "{}"), 39);
  assert_true(count_applying(coal, "{\"area\":\"140603100\",\"mine_type\":\"underground\","
                                   "\"production_state\":\"producing\"}") > 25);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_samples_satisfy_their_kinds),
      cmocka_unit_test(test_sample_enterprises_are_marked_and_their_codes_check),
      cmocka_unit_test(test_pins_and_passwords_belong_to_sample_staff),
      cmocka_unit_test(test_358_items_in_13_lists_with_numbers_of_their_own),
      cmocka_unit_test(test_lists_about_offices_are_addressed_to_government),
      cmocka_unit_test(test_items_follow_mine_type_and_state_and_area),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
