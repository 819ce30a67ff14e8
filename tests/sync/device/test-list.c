#include <string.h>

#include "tests/sync/device/fixture.h"

#define MANY 450

static json_t *list(Fixture *fixture, json_t *query)
{
  g_autoptr(GError) error = NULL;
  json_t *found = bh_device_list(fixture->device, query, &error);

  assert_no_error(error);
  json_decref(query);
  return found;
}

static gsize count(Fixture *fixture, json_t *query)
{
  g_autoptr(json_t) found = list(fixture, query);
  return json_array_size(json_object_get(found, "rows"));
}

static void add_many(Fixture *fixture)
{
  json_t *records = json_array();

  for (guint i = 0; i < MANY; i++) {
    g_autofree char *name = g_strdup_printf("%s第%03u煤矿", i % 2 == 0 ? "安泰" : "北岭", i);
    g_autofree char *code = g_strdup_printf("TS-%04u", i);
    json_array_append_new(
        records, fixture_snapshot(fixture, test_id(0x5000 + i), "enterprise",
                                  json_pack("{ss ss ss ss ss sb}", "name", name, "short_code", code,
                                            "sector", i % 3 == 0 ? "coal_mine" : "fire", "area",
                                            "140603", "state", "confirmed", "concern", i == 7)));
  }
  fixture_pull(fixture, records, NULL);
}

static void walk(Fixture *fixture, const char *order, guint limit, gsize wanted)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *after = NULL;

  do {
    json_t *query =
        json_pack("{ss ss si}", "kind", "enterprise", "order", order, "limit", (int)limit);
    if (after != NULL)
      json_object_set_new(query, "after", json_string(after));
    g_autoptr(json_t) page = list(fixture, query);
    json_t *rows = json_object_get(page, "rows");
    assert_true(json_array_size(rows) <= limit);
    for (gsize i = 0; i < json_array_size(rows); i++)
      assert_true(
          g_hash_table_add(seen, g_strdup(bh_json_string_or(json_array_get(rows, i), "id", ""))));
    g_free(after);
    after = g_strdup(bh_json_string_or(page, "after", NULL));
  } while (after != NULL);
  assert_int_equal(g_hash_table_size(seen), wanted);
}

static void test_L11_lists_come_in_pages_without_gap_or_repeat(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();

  add_many(fixture);
  walk(fixture, "changed", 37, MANY + 1);
  walk(fixture, "title", 37, MANY + 1);
  walk(fixture, "title", 200, MANY + 1);
}

static json_t *make_hazard(const char *summary, const char *key, const char *id)
{
  json_t *set = json_pack("{ss ss ss ss ss}", "summary", summary, "level", "general", "place",
                          "工作面", "found_by", "inspection", "state", "found");
  json_object_set_new(set, key, json_string(id));
  return set;
}

static gsize count_hazards(Fixture *fixture, const char *search)
{
  return count(fixture, json_pack("{ss ss si}", "kind", "hazard", "search", search, "limit", 200));
}

/* A search finds a hazard by the name of the enterprise to which the hazard itself or its
 * inspection refers, also together with a word of the hazard, and at once by a new name. */
static void test_hazards_are_found_by_their_enterprise(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char visit[BH_ID_LEN + 1];
  json_t *records = json_array();

  add_many(fixture);
  json_array_append_new(
      records, fixture_snapshot(fixture, test_id(0x6000), "enterprise",
                                json_pack("{ss ss ss ss}", "name", "东坡沟煤业", "sector",
                                          "coal_mine", "area", "140603", "state", "confirmed")));
  g_strlcpy(visit, test_id(0x6001), sizeof visit);
  g_autofree char *mine = g_strdup(test_id(0x6000));
  json_array_append_new(
      records, fixture_snapshot(fixture, visit, "inspection",
                                json_pack("{ss ss s[s] ss ss ss}", "subject_found_by", "code",
                                          "enterprise", mine, "modes", "routine", "unit",
                                          fixture->unit, "lead", fixture->li, "state", "on_site")));
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0x6010), "hazard",
                                                  make_hazard("风门损坏", "enterprise", mine)));
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0x6011), "hazard",
                                                  make_hazard("支护变形", "inspection", visit)));
  json_array_append_new(
      records, fixture_snapshot(fixture, test_id(0x6012), "hazard",
                                make_hazard("东坡巷道积水", "enterprise", fixture->enterprise)));
  /* Makes many enterprises with one hazard each: a common word matches all of them. */
  for (guint i = 0; i < MANY; i++) {
    g_autofree char *owner = g_strdup(test_id(0x5000 + i));
    json_array_append_new(records, fixture_snapshot(fixture, test_id(0x8000 + i), "hazard",
                                                    make_hazard("其他", "enterprise", owner)));
  }
  fixture_pull(fixture, records, NULL);
  assert_int_equal(count_hazards(fixture, "东坡沟"), 2);
  assert_int_equal(count_hazards(fixture, "东坡"), 3);
  assert_int_equal(count_hazards(fixture, "东坡沟煤业 支护"), 1);
  assert_int_equal(count_hazards(fixture, "沟煤业 其他"), 0);
  assert_int_equal(count_hazards(fixture, "第300煤矿"), 1);
  assert_int_equal(count_hazards(fixture, "煤矿 风门"), 0);
  /* one full page (200) of the 450 that match */
  assert_int_equal(count_hazards(fixture, "煤矿"), 200);
  assert_int_equal(count_hazards(fixture, "没有的企业"), 0);
  g_autoptr(json_t) due = json_pack("{ss ss s{ss} ss}", "kind", "hazard", "search", "东坡沟",
                                    "where", "state", "found", "order", "title");
  assert_int_equal(count(fixture, json_incref(due)), 2);
  g_free(fixture_save(fixture, mine, "enterprise", json_pack("{ss}", "name", "西梁煤业")));
  assert_int_equal(count_hazards(fixture, "东坡沟"), 0);
  assert_int_equal(count_hazards(fixture, "西梁"), 2);
}

/* The "after" of a page that is sorted by title contains the last title, however long it is. */
static void test_long_titles_have_a_second_page(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GString) comment = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  json_t *records = json_array();

  while (g_utf8_strlen(comment->str, -1) < 2000)
    g_string_append(comment, "请补充现场照片");
  g_string_truncate(comment, (gsize)(g_utf8_offset_to_pointer(comment->str, 1990) - comment->str));
  for (guint i = 0; i < 5; i++) {
    g_autofree char *text = g_strdup_printf("%s%u", comment->str, i);
    json_array_append_new(
        records,
        fixture_snapshot(fixture, test_id(0x7000 + i), "review",
                         json_pack("{ss ss ss ss}", "parent", fixture->enterprise, "decision",
                                   "return", "comment", text, "state", "open")));
  }
  fixture_pull(fixture, records, NULL);
  g_autofree char *after = NULL;
  gsize seen = 0;
  do {
    g_autoptr(json_t) query =
        json_pack("{ss ss si ss*}", "kind", "review", "order", "title", "limit", 2, "after", after);
    g_autoptr(json_t) page = bh_device_list(fixture->device, query, &error);
    assert_no_error(error);
    seen += json_array_size(json_object_get(page, "rows"));
    g_free(after);
    after = g_strdup(bh_json_string_or(page, "after", NULL));
  } while (after != NULL);
  assert_int_equal(seen, 5);
}

static void test_the_latest_change_comes_first(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();

  add_many(fixture);
  g_free(
      fixture_save(fixture, test_id(0x5003), "enterprise", json_pack("{ss}", "address", "北路")));
  g_free(fixture_save(fixture, fixture->enterprise, "enterprise",
                      json_pack("{ss}", "address", "北路")));
  g_autoptr(json_t) page = list(fixture, json_pack("{ss si}", "kind", "enterprise", "limit", 2));
  const json_t *rows = json_object_get(page, "rows");
  assert_string_equal(bh_json_string_or(json_array_get(rows, 0), "id", ""), fixture->enterprise);
  assert_string_equal(bh_json_string_or(json_array_get(rows, 1), "id", ""), test_id(0x5003));
  assert_int_equal(json_integer_value(json_object_get(json_array_get(rows, 0), "pending")), 1);
}

static void test_titles_sort_by_pinyin(void **state G_GNUC_UNUSED)
{
  static const char *const names[] = {"中兴", "安泰", "朔州", "北岭", "平鲁", "a1", "Z9"};
  static const char *const sorted[] = {"a1", "Z9", "安泰", "北岭", "平鲁", "朔州", "中兴"};
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *records = json_array();

  for (guint i = 0; i < G_N_ELEMENTS(names); i++)
    json_array_append_new(records, fixture_snapshot(fixture, test_id(0x7000 + i), "unit",
                                                    json_pack("{ss}", "name", names[i])));
  fixture_pull(fixture, records, NULL);
  g_autoptr(json_t) page =
      list(fixture, json_pack("{ss ss si}", "kind", "unit", "order", "title", "limit", 20));
  const json_t *rows = json_object_get(page, "rows");
  gsize at = 0;
  for (gsize i = 0; i < json_array_size(rows); i++) {
    const char *title = bh_json_string_or(json_array_get(rows, i), "title", "");
    if (strcmp(title, "平鲁区应急管理局") != 0)
      assert_string_equal(title, sorted[at++]);
  }
  assert_int_equal(at, G_N_ELEMENTS(sorted));
}

static char *due_titles(Fixture *fixture, json_t *query, char **after)
{
  g_autoptr(json_t) page = list(fixture, query);
  g_autoptr(GString) text = g_string_new(NULL);
  gsize i;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), i, row)
    g_string_append(text, bh_json_string_or(json_object_get(row, "values"), "summary", "?"));
  g_free(*after);
  *after = g_strdup(bh_json_string_or(page, "after", NULL));
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static void pull_hazard(Fixture *fixture, guint n, const char *summary, const char *state,
                        const char *deadline)
{
  json_t *set = json_pack("{ss ss ss}", "summary", summary, "state", state, "enterprise",
                          fixture->enterprise);
  if (deadline != NULL)
    json_object_set_new(set, "deadline", json_string(deadline));
  json_t *records = json_array();
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0x8000 + n), "hazard", set));
  fixture_pull(fixture, records, NULL);
}

static void test_R077_due_records_are_ordered_by_day(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autofree char *after = NULL;

  pull_hazard(fixture, 1, "B", "ordered", "2026-12-05");
  pull_hazard(fixture, 2, "C", "ordered", "2027-01-31");
  pull_hazard(fixture, 3, "A", "ordered", "2026-10-01");
  pull_hazard(fixture, 4, "x", "closed", "2026-01-01");
  pull_hazard(fixture, 5, "y", "ordered", NULL);
  json_t *query = json_pack("{ss ss si}", "kind", "hazard", "order", "due", "limit", 2);
  g_autofree char *first = due_titles(fixture, json_deep_copy(query), &after);
  assert_string_equal(first, "AB");
  assert_non_null(after);
  json_object_set_new(query, "after", json_string(after));
  g_autofree char *second = due_titles(fixture, query, &after);
  assert_string_equal(second, "C");
  assert_null(after);
  /* The office has changed one deadline and closed another hazard. */
  pull_hazard(fixture, 1, "B", "ordered", "2027-03-01");
  pull_hazard(fixture, 3, "A", "closed", "2026-10-01");
  g_autofree char *moved = due_titles(
      fixture,
      json_pack("{ss ss s{ss}}", "kind", "hazard", "order", "due", "where", "state", "ordered"),
      &after);
  assert_string_equal(moved, "CB");
  g_autoptr(json_t) wrong = json_pack("{ss ss}", "kind", "hazard", "order", "size");
  g_autoptr(GError) error = NULL;
  assert_null(bh_device_list(fixture->device, wrong, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_UNKNOWN));
}

static void test_search_finds_one_two_and_more_characters_and_codes(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *typed;
    gsize rows;
  } cases[] = {{"东升", 1},           {"升", 1},        {"东升煤矿", 1},
               {"东煤", 0},           {"PL-0042", 1},   {"pl-00", 1},
               {"ＰＬ－００４２", 1}, {"9114060", 1},   {"北岭", 200},
               {"安泰 0070", 1},      {"北岭 0070", 0}, {"ts-0007", 1},
               {"'; DROP--", 0},      {"％", 0},        {"龘", 0}};
  g_autoptr(Fixture) fixture = fixture_new();

  add_many(fixture);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    gsize n = count(fixture, json_pack("{ss ss si}", "kind", "enterprise", "search", cases[i].typed,
                                       "limit", 200));
    if (n != cases[i].rows)
      fail_msg("%s: %zu", cases[i].typed, n);
  }
}

/* A search for one character finds all titles with it, although many different terms begin with
 * it. */
static void test_one_character_finds_all_that_have_it(void **state G_GNUC_UNUSED)
{
  enum { NAMES = 180 };
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *records = json_array();
  for (guint i = 0; i < NAMES; i++) {
    char second[8] = {0};
    g_unichar_to_utf8(0x4e00 + i * 3, second);
    g_autofree char *name = g_strdup_printf("龘%s矿", second);
    json_array_append_new(
        records, fixture_snapshot(fixture, test_id(0x7000 + i), "enterprise",
                                  json_pack("{ss ss ss ss}", "name", name, "sector", "coal_mine",
                                            "area", "140603", "state", "confirmed")));
  }
  fixture_pull(fixture, records, NULL);
  assert_int_equal(
      count(fixture, json_pack("{ss ss si}", "kind", "enterprise", "search", "龘", "limit", 200)),
      NAMES);
}

static void test_a_star_in_a_value_is_not_a_wildcard(void **state G_GNUC_UNUSED)
{
  static const char *const codes[] = {"9*", "PL*", "*", NULL};
  g_autoptr(Fixture) fixture = fixture_new();

  add_many(fixture);
  for (int i = 0; codes[i] != NULL; i++) {
    g_autoptr(json_t) found = bh_device_resolve_code(fixture->device, codes[i], NULL);
    assert_null(json_string_value(json_object_get(found, "record")));
    assert_int_equal(count(fixture, json_pack("{ss s{ss} si}", "kind", "enterprise", "where",
                                              "short_code", codes[i], "limit", 200)),
                     0);
  }
}

static void test_where_filters_indexed_fields_only(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;

  add_many(fixture);
  assert_int_equal(count(fixture, json_pack("{ss s{ss} si}", "kind", "enterprise", "where",
                                            "sector", "coal_mine", "limit", 200)),
                   MANY / 3 + 1);
  assert_int_equal(
      count(fixture, json_pack("{ss s{s[ss] sb} si}", "kind", "enterprise", "where", "sector",
                               "coal_mine", "fire", "concern", 1, "limit", 200)),
      1);
  assert_int_equal(count(fixture, json_pack("{ss s{ss} si}", "kind", "enterprise", "where", "state",
                                            "closed", "limit", 200)),
                   0);
  g_autoptr(json_t) bad = json_pack("{ss s{ss}}", "kind", "enterprise", "where", "notes", "x");
  assert_null(bh_device_list(fixture->device, bad, &error));
  assert_error(error, BH_ERROR_UNKNOWN);
  g_autoptr(json_t) after = json_pack("{ss ss}", "kind", "enterprise", "after", "t0");
  assert_null(bh_device_list(fixture->device, after, &error));
  assert_error(error, BH_ERROR_FORMAT);
}

static void test_children_are_found_by_parent_and_follow_changes(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char inspection[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1];

  fixture_inspect(fixture, inspection);
  bh_device_make_id(fixture->device, hazard);
  g_free(
      fixture_save(fixture, hazard, "hazard",
                   json_pack("{ss ss ss ss ss ss ss}", "inspection", inspection, "enterprise",
                             fixture->enterprise, "summary", "顶板离层", "level", "general",
                             "found_by", "inspection", "place", "1301 工作面", "state", "found")));
  assert_int_equal(count(fixture, json_pack("{ss ss}", "kind", "hazard", "parent", inspection)), 1);
  assert_int_equal(
      count(fixture, json_pack("{ss s{ss}}", "kind", "hazard", "where", "state", "found")), 1);
  assert_int_equal(count(fixture, json_pack("{ss ss}", "kind", "hazard", "search", "离层")), 1);
  g_free(fixture_save(fixture, hazard, "hazard", json_pack("{ss}", "summary", "支护失效")));
  assert_int_equal(count(fixture, json_pack("{ss ss}", "kind", "hazard", "search", "离层")), 0);
  assert_int_equal(count(fixture, json_pack("{ss ss}", "kind", "hazard", "search", "支护")), 1);
  g_free(fixture_save(fixture, hazard, "hazard",
                      json_pack("{sb ss ss}", "fixed_on_site", 1, "no_photo_reason",
                                "井下不允许拍照", "state", "fixed_on_site")));
  assert_int_equal(
      count(fixture, json_pack("{ss s{ss}}", "kind", "hazard", "where", "state", "found")), 0);
}

static void test_I13_a_viewer_sees_only_what_is_visible_to_them(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *records = json_array();

  json_array_append_new(records, fixture_snapshot(fixture, test_id(0xc1), "unit",
                                                  json_pack("{ss}", "name", "别的单位")));
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0xc2), "staff",
                                                  json_pack("{ss ss s[s]}", "name", "外人", "unit",
                                                            test_id(0xc1), "roles", "inspector")));
  json_array_append_new(
      records, fixture_snapshot(fixture, test_id(0xc3), "inspection",
                                json_pack("{s[s] ss ss}", "modes", "covert", "unit", fixture->unit,
                                          "enterprise", fixture->enterprise)));
  /* Below the visit: a hazard, its review, a file of that, and a file of a hazard that has not
   * arrived. */
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0xc4), "hazard",
                                                  json_pack("{ss}", "inspection", test_id(0xc3))));
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0xc5), "review",
                                                  json_pack("{ss}", "parent", test_id(0xc4))));
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0xc6), "file",
                                                  json_pack("{ss}", "parent", test_id(0xc5))));
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0xc7), "file",
                                                  json_pack("{ss}", "parent", test_id(0xc8))));
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0xc9), "file",
                                                  json_pack("{ss}", "parent", test_id(0xc1))));
  fixture_pull(fixture, records, NULL);
  static const struct {
    const char *kind;
    gsize own, other; /* rows for a person of the unit of the visit, and for another one */
  } rows[] = {{"inspection", 1, 0}, {"hazard", 1, 0}, {"review", 1, 0}, {"file", 2, 1}};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    assert_int_equal(
        count(fixture, json_pack("{ss ss}", "kind", rows[i].kind, "viewer", fixture->li)),
        rows[i].own);
    assert_int_equal(
        count(fixture, json_pack("{ss ss}", "kind", rows[i].kind, "viewer", test_id(0xc2))),
        rows[i].other);
  }
}

static void test_L22_a_returned_record_carries_its_review(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char inspection[BH_ID_LEN + 1];
  json_t *records = json_array();

  fixture_inspect(fixture, inspection);
  g_autofree char *parent = g_strdup(inspection);
  json_array_append_new(
      records, fixture_snapshot(fixture, test_id(0xd1), "review",
                                json_pack("{ss ss ss ss}", "parent", parent, "decision", "return",
                                          "comment", "请补充地点", "state", "open")));
  fixture_pull(fixture, records, NULL);
  g_autoptr(json_t) page = list(fixture, json_pack("{ss}", "kind", "inspection"));
  const json_t *row = json_array_get(json_object_get(page, "rows"), 0);
  const json_t *review = json_object_get(row, "review");
  assert_string_equal(bh_json_string_or(review, "id", ""), test_id(0xd1));
  assert_string_equal(bh_json_string_or(review, "state", ""), "open");
  assert_string_equal(bh_json_string_or(review, "comment", ""), "请补充地点");
}

/* --- kinds of the office --- */

/* Gives the device its kinds with the messages as a kind of the office. */
static void move_messages_to_office(Fixture *fixture)
{
  static const char *const for_devices[] = {"menu", "ledgers", "create", "urgent"};
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(fixture->device);
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  gsize i;
  json_t *kind;
  json_array_foreach(json_object_get(root, "kinds"), i, kind) {
    if (strcmp(bh_json_string_or(kind, "kind", ""), "urgent_message") != 0)
      continue;
    json_object_set_new(kind, "scope", json_string("office"));
    for (gsize k = 0; k < G_N_ELEMENTS(for_devices); k++)
      json_object_del(kind, for_devices[k]);
  }
  g_autofree char *text = bh_json_dump_sorted(root);
  assert_true(bh_outbox_store_kinds(fixture->device, text, strlen(text), &error));
}

static gsize count_messages(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query = json_pack("{s:s, s:i}", "kind", "urgent_message", "limit", 10);
  g_autoptr(json_t) page = bh_device_list(fixture->device, query, &error);
  assert_no_error(error);
  return json_array_size(json_object_get(page, "rows"));
}

static void test_a_kind_of_the_office_is_not_on_a_device(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  const char *message = g_intern_string(test_id(0x71));
  json_t *record = fixture_snapshot(
      fixture, message, "urgent_message",
      json_pack("{ss ss ss}", "headline", "透水", "unit", fixture->unit, "state", "reported"));
  fixture_pull(fixture, json_pack("[o]", record), NULL);
  assert_int_equal(count_messages(fixture), 1);
  move_messages_to_office(fixture);
  /* The kinds arrive before the records are gone: they are hidden at once. */
  assert_int_equal(count_messages(fixture), 0);
  g_autoptr(json_t) shown = bh_device_show(fixture->device, fixture->li, message, &error);
  assert_null(shown);
  assert_error(error, BH_ERROR_NOT_FOUND);
  g_clear_error(&error);
  /* Nobody makes one, also not from a record on which the office offers it. */
  g_autoptr(json_t) creations =
      bh_device_list_creations(fixture->device, fixture->li, fixture->enterprise, &error);
  assert_no_error(error);
  gsize i;
  json_t *creation;
  json_array_foreach(creations, i, creation) {
    assert_string_not_equal(bh_json_string_or(creation, "kind", ""), "tip_off");
  }
  g_autoptr(json_t) ops = fixture_ops(
      test_id(0x72), "tip_off", json_pack("{ss ss}", "tip_subject", "盗采", "state", "registered"));
  g_autofree char *entry = bh_device_save(fixture->device, fixture->li, ops, 0, &error);
  assert_null(entry);
  assert_non_null(strstr(error->message, "is set at the hub only"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_L11_lists_come_in_pages_without_gap_or_repeat),
      cmocka_unit_test(test_hazards_are_found_by_their_enterprise),
      cmocka_unit_test(test_long_titles_have_a_second_page),
      cmocka_unit_test(test_the_latest_change_comes_first),
      cmocka_unit_test(test_titles_sort_by_pinyin),
      cmocka_unit_test(test_R077_due_records_are_ordered_by_day),
      cmocka_unit_test(test_search_finds_one_two_and_more_characters_and_codes),
      cmocka_unit_test(test_one_character_finds_all_that_have_it),
      cmocka_unit_test(test_a_star_in_a_value_is_not_a_wildcard),
      cmocka_unit_test(test_where_filters_indexed_fields_only),
      cmocka_unit_test(test_children_are_found_by_parent_and_follow_changes),
      cmocka_unit_test(test_I13_a_viewer_sees_only_what_is_visible_to_them),
      cmocka_unit_test(test_L22_a_returned_record_carries_its_review),
      cmocka_unit_test(test_a_kind_of_the_office_is_not_on_a_device),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
