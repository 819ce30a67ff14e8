/* Records of kinds of the office ("scope": "office"): no device receives them or may write them,
 * and people see them by area and unit. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/db/params.h"
#include "sync/hub/access/list.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"

#define LABEL "'label':{'zh':'名','en':'Name'}"
#define FIELD(name, type, more) "{'name':'" name "','type':'" type "'," LABEL more "}"

/* A lead of an area, a note of a unit, a rule for all, and a remark below any of them. %s: the
 * scope of the lead. */
#define LEAD(scope)                                                                                \
  "{'bihuan-kind':1,'kind':'lead'," LABEL ",'scope':'" scope "','area_from':'area',"               \
  "'unit_from':'unit','title':'{name}','fields':[" FIELD("name", "text", "") "," FIELD(            \
      "area", "area", "") "," FIELD("unit", "ref", ",'ref_kinds':['unit']") "]}"
static const char *const office_kinds[] = {
    "{'bihuan-kind':1,'kind':'minute'," LABEL ",'scope':'office','unit_from':'unit',"
    "'title':'{name}','number':{'field':'number','pattern':'{unit.short_name}{year}-{n}',"
    "'per':['unit','year']},'fields':[" FIELD("name", "text", "") "," FIELD(
        "number", "text", ",'in_form':false") "," FIELD("unit", "ref",
                                                        ",'ref_kinds':['unit']") "]}",
    "{'bihuan-kind':1,'kind':'order_of_all'," LABEL ",'scope':'office','title':'{name}',"
    "'fields':[" FIELD("name", "text", "") "]}",
    "{'bihuan-kind':1,'kind':'remark'," LABEL ",'parent':'of','inherits':true,'title':'{name}',"
    "'fields':[" FIELD("name", "text", "") "," FIELD("of", "ref", ",'ref_kinds':'any'") "]}",
    "{'bihuan-kind':1,'kind':'voice'," LABEL ",'parent':'of','inherits':true,'title':'{name}',"
    "'fields':[" FIELD("name", "text", "") "," FIELD("of", "ref", ",'ref_kinds':['lead']") "]}",
};

static int by_name(const void *a, const void *b)
{
  return strcmp(bh_json_string_or(*(json_t *const *)a, "kind", ""),
                bh_json_string_or(*(json_t *const *)b, "kind", ""));
}

/* Uses the shipped kinds and those above. FALSE with the hub's refusal. */
static gboolean use_kinds(HubFixture *fixture, const char *lead, GError **error)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
  g_autoptr(json_t) sorted = json_array();
  size_t at;
  json_t *kind;
  json_array_foreach(json_object_get(root, "kinds"), at, kind) {
    const char *name = bh_json_string_or(kind, "kind", "");
    if (strcmp(name, "lead") != 0 && strcmp(name, "minute") != 0 && strcmp(name, "remark") != 0 &&
        strcmp(name, "voice") != 0 && strcmp(name, "order_of_all") != 0)
      g_ptr_array_add(all, json_incref(kind));
  }
  for (gsize i = 0; i <= G_N_ELEMENTS(office_kinds); i++) {
    g_autofree char *text =
        g_strdelimit(g_strdup(i < G_N_ELEMENTS(office_kinds) ? office_kinds[i] : lead), "'", '"');
    json_t *parsed = json_loads(text, 0, NULL);
    assert_non_null(parsed);
    g_ptr_array_add(all, parsed);
  }
  qsort(all->pdata, all->len, sizeof all->pdata[0], by_name);
  for (guint i = 0; i < all->len; i++)
    json_array_append(sorted, all->pdata[i]);
  json_object_set(root, "kinds", sorted);
  g_autofree char *text = bh_json_dump_sorted(root);
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(text, strlen(text), &failed);
  if (set == NULL)
    fail_msg("the kind set cannot be used: %s", failed->message);
  return bh_hub_set_kinds(fixture->hub, set, error);
}

static void need_kinds(HubFixture *fixture, const char *lead)
{
  g_autoptr(GError) error = NULL;
  if (!use_kinds(fixture, lead, &error))
    fail_msg("the hub refuses the kind set: %s", error->message);
}

/* Writes a record by the hub itself; `set` is stolen. */
static void put(HubFixture *fixture, const char *id, const char *kind, json_t *set)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:o}]", "record", id, "kind", kind, "set", set);
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("%s: %s", kind, error->message);
}

typedef struct {
  HubFixture *fixture;
  TestDevice *county, *township;
  char lead[BH_ID_LEN + 1], minute[BH_ID_LEN + 1], rule[BH_ID_LEN + 1], voice[BH_ID_LEN + 1];
  char remark[BH_ID_LEN + 1], file[BH_ID_LEN + 1], sha[BH_HASH_HEX_LEN + 1];
} World;

/* A lead of the township's area with a voice, a remark and a file below it, a note of the county,
 * and a rule for all. */
static void world_begin(World *world, HubFixture *fixture, const char *lead)
{
  *world = (World){.fixture = fixture};
  need_kinds(fixture, lead);
  world->county = test_device_new(fixture, fixture->county);
  world->township = test_device_new(fixture, fixture->township);
  char *const ids[] = {world->lead,  world->minute, world->rule,
                       world->voice, world->remark, world->file};
  for (gsize i = 0; i < G_N_ELEMENTS(ids); i++)
    test_device_make_id(world->county, ids[i]);
  g_autofree char *sha = bh_hash_hex("x", 1);
  g_strlcpy(world->sha, sha, sizeof world->sha);
  put(fixture, world->lead, "lead",
      json_pack("{s:s, s:s, s:s}", "name", "线索", "area", "140603100", "unit", fixture->township));
  put(fixture, world->minute, "minute",
      json_pack("{s:s, s:s}", "name", "纪要", "unit", fixture->county));
  put(fixture, world->rule, "order_of_all", json_pack("{s:s}", "name", "规定"));
  put(fixture, world->voice, "voice", json_pack("{s:s, s:s}", "name", "来电", "of", world->lead));
  put(fixture, world->remark, "remark", json_pack("{s:s, s:s}", "name", "注", "of", world->lead));
  put(fixture, world->file, "file",
      json_pack("{s:s, s:s, s:s, s:i, s:s}", "parent", world->lead, "role", "proof", "sha256",
                world->sha, "size", 1, "media_type", "image/jpeg"));
}

static void world_end(World *world)
{
  test_device_free(world->county);
  test_device_free(world->township);
}

static gboolean has_any(const World *world, const json_t *changes)
{
  const char *const ids[] = {world->lead,  world->minute, world->rule,
                             world->voice, world->remark, world->file};
  for (gsize i = 0; i < G_N_ELEMENTS(ids); i++) {
    size_t at;
    json_t *gone;
    if (test_find_record(changes, ids[i]) != NULL)
      return TRUE;
    json_array_foreach(json_object_get(changes, "gone"), at, gone) {
      if (strcmp(json_string_value(gone), ids[i]) == 0)
        return TRUE;
    }
  }
  return FALSE;
}

static char *dup_text(HubFixture *fixture, const char *sql, const char *id)
{
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(bh_db_dup_text(db, sql, BH_PARAMS(bh_param_text("id", id)), &text, &error));
  bh_hub_release_reader(fixture->hub, db);
  return text;
}

static void assert_scope(World *world, const char *id, const char *scope)
{
  g_autofree char *stored = dup_text(world->fixture, "SELECT scope FROM record WHERE id = :id", id);
  assert_string_equal(stored, scope);
}

/* --- devices --- */

static void test_no_device_receives_a_record_of_the_office(void **state)
{
  World world;
  world_begin(&world, *state, LEAD("office"));
  g_autofree char *by_unit = g_strconcat("ou:", world.fixture->county, NULL);
  assert_scope(&world, world.lead, "oa:140603100");
  assert_scope(&world, world.minute, by_unit);
  assert_scope(&world, world.rule, "oall");
  assert_scope(&world, world.voice, "oa:140603100");
  assert_scope(&world, world.remark, "oa:140603100");
  assert_scope(&world, world.file, "oa:140603100");
  TestDevice *const devices[] = {world.county, world.township};
  for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
    g_autoptr(json_t) changes = test_pull(devices[i], NULL);
    assert_false(has_any(&world, changes));
    /* The lead moves to another area: a device of neither area is told. */
    put(world.fixture, world.lead, "lead",
        json_pack("{s:s}", "area", i == 0 ? "140603101" : "140603100"));
    g_autoptr(json_t) later = test_pull(devices[i], bh_json_string_or(changes, "cursor", ""));
    assert_false(has_any(&world, later));
    assert_false(json_is_true(json_object_get(later, "reset")));
    g_autofree char *path = g_strconcat("/v1/files/", world.sha, NULL);
    g_autoptr(Answer) file = test_send(world.fixture, devices[i], "GET", path, NULL, NULL, -1);
    assert_int_equal(file->status, 404);
  }
  g_autofree char *moves =
      dup_text(world.fixture, "SELECT count(*) FROM moved WHERE record = :id", world.lead);
  assert_string_equal(moves, "0");
  world_end(&world);
}

/* The block from which the hub numbers a record of the office would reveal that there is one. */
static void test_no_device_receives_numbers_of_the_office(void **state)
{
  World world;
  world_begin(&world, *state, LEAD("office"));
  g_autofree char *title =
      dup_text(world.fixture, "SELECT snapshot FROM record WHERE id = :id", world.minute);
  assert_non_null(strstr(title, "2026-1\"")); /* the record has its number */
  g_autofree char *blocks = dup_text(
      world.fixture, "SELECT count(*) FROM number_block WHERE kind = 'minute' AND :id = :id", "");
  assert_string_equal(blocks, "1");
  g_autoptr(json_t) changes = test_pull(world.county, NULL);
  size_t at;
  json_t *snapshot;
  json_array_foreach(json_object_get(changes, "records"), at, snapshot) {
    const json_t *kind = test_head_value(snapshot, "of_kind");
    assert_false(g_strcmp0(json_string_value(kind), "minute") == 0);
  }
  world_end(&world);
}

static void assert_refused(World *world, BhEntryText *entry, const char *reason)
{
  g_autofree char *id = g_strdup(world->county->last_entry);
  g_autoptr(GError) error = NULL;
  g_autoptr(Answer) answer = test_push(world->county, entry, NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 1);
  g_autofree char *message =
      dup_text(world->fixture, "SELECT message FROM quarantine WHERE entry = :id", id);
  if (strstr(message, reason) == NULL)
    fail_msg("\"%s\" instead of \"%s\"", message, reason);
  /* No release gives a device what the declaration refuses. */
  assert_false(bh_hub_release(world->fixture->hub, NULL, id, FALSE, "因", &error));
}

static void test_no_device_writes_a_record_of_the_office(void **state)
{
  World world;
  char made[BH_ID_LEN + 1];
  world_begin(&world, *state, LEAD("office"));
  test_device_make_id(world.county, made);
  assert_refused(&world,
                 test_device_entry(world.county, made, "order_of_all",
                                   json_pack("{s:s}", "name", "新规定"), NULL),
                 "records of this kind stay at the office, so no device may write them");
  assert_refused(&world,
                 test_device_entry(world.county, world.rule, "order_of_all",
                                   json_pack("{s:s}", "name", "改"), NULL),
                 "stay at the office");
  assert_refused(&world,
                 test_device_entry(world.county, made, "voice",
                                   json_pack("{s:s, s:s}", "name", "假", "of", world.lead), NULL),
                 "stay at the office");
  /* A remark may be below any record, but not below one that the device does not receive. */
  assert_refused(&world,
                 test_device_entry(world.county, made, "remark",
                                   json_pack("{s:s, s:s}", "name", "探", "of", world.minute), NULL),
                 "the device may not change the record it belongs to");
  world_end(&world);
}

/* --- people --- */

static json_t *person_of(const char *unit)
{
  return json_pack("{s:s, s:s, s:[s], s:s}", "id", "00000000-0000-7000-8000-00000000000b", "unit",
                   unit, "roles", "leader", "state", "active");
}

/* Whether a list of the kind, as a person of the unit sees it, has the record. */
static gboolean lists(World *world, const char *unit, const char *kind, const char *area,
                      const char *id)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) viewer = person_of(unit);
  g_autoptr(json_t) query = json_pack("{s:s, s:i, s:s*}", "kind", kind, "limit", 50, "area", area);
  BhDb *db = bh_hub_acquire_reader(world->fixture->hub, &error);
  g_autoptr(json_t) page = bh_hub_list(world->fixture->hub, db, query, viewer, &error);
  bh_hub_release_reader(world->fixture->hub, db);
  if (page == NULL)
    fail_msg("%s", error->message);
  size_t at;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), at, row) {
    if (strcmp(bh_json_string_or(row, "id", ""), id) == 0)
      return TRUE;
  }
  return FALSE;
}

static void test_people_see_records_of_the_office_by_area_and_unit(void **state)
{
  World world;
  char aside[BH_ID_LEN + 1];
  world_begin(&world, *state, LEAD("office"));
  const char *county = world.fixture->county, *township = world.fixture->township;
  test_device_make_id(world.county, aside);
  put(world.fixture, aside, "unit",
      json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", "邻镇", "short_name", "邻", "area",
                "140603101", "level", "township", "parent", county));
  const struct {
    const char *kind, *id, *area;
    gboolean county, township, aside;
  } cases[] = {
      {"lead", world.lead, NULL, TRUE, TRUE, FALSE},
      {"lead", world.lead, "140603", TRUE, TRUE, FALSE},
      {"lead", world.lead, "140603101", FALSE, FALSE, FALSE},
      {"voice", world.voice, NULL, TRUE, TRUE, FALSE},
      {"remark", world.remark, NULL, TRUE, TRUE, FALSE},
      {"file", world.file, NULL, TRUE, TRUE, FALSE},
      {"minute", world.minute, NULL, TRUE, FALSE, FALSE},
      {"order_of_all", world.rule, NULL, TRUE, TRUE, TRUE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    assert_int_equal(lists(&world, county, cases[i].kind, cases[i].area, cases[i].id),
                     cases[i].county);
    assert_int_equal(lists(&world, township, cases[i].kind, cases[i].area, cases[i].id),
                     cases[i].township);
    assert_int_equal(lists(&world, aside, cases[i].kind, cases[i].area, cases[i].id),
                     cases[i].aside);
  }
  world_end(&world);
}

/* --- sealed values --- */

#define INFORMANT "钱样例七"

/* Whether the store has the value anywhere: in an entry, a record, the index. */
static gboolean is_in_store(HubFixture *fixture, const char *text)
{
  g_autofree char *found =
      dup_text(fixture,
               "SELECT (SELECT count(*) FROM entry WHERE instr(body, :id) OR instr(openings, :id))"
               " + (SELECT count(*) FROM record WHERE instr(snapshot, :id) OR instr(title, :id))"
               " + (SELECT count(*) FROM listed WHERE instr(coalesce(text, ''), :id)"
               " OR instr(coalesce(field_values, ''), :id))"
               " + (SELECT count(*) FROM sealed WHERE instr(box, :id))",
               text);
  return strcmp(found, "0") != 0;
}

static json_t *open_sealed(HubFixture *fixture, const char *id, GError **error)
{
  BhDb *db = bh_hub_acquire_reader(fixture->hub, error);
  g_autoptr(BhRecord) record = bh_record_load(db, id, error);
  json_t *value =
      bh_sealed_open(db, bh_hub_get_secret_key(fixture->hub), record, "informant", error);
  bh_hub_release_reader(fixture->hub, db);
  return value;
}

static void test_a_sealed_value_is_not_in_the_log_or_the_records(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  TestDevice *device = test_device_new(fixture, fixture->county);
  char tip[BH_ID_LEN + 1], other[BH_ID_LEN + 1];
  test_device_make_id(device, tip);
  test_device_make_id(device, other);
  json_t *set = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "tip_channel", "telephone", "tip_type",
                          "accident", "tip_subject", "瞒报", "tip_text", "井下死亡一人未报",
                          "tip_on", "2026-11-01", "area", "140603");
  json_object_set_new(set, "unit", json_string(fixture->county));
  json_object_set_new(set, "state", json_string("registered"));
  g_autoptr(json_t) bare = json_copy(set);
  json_object_set_new(set, "informant", json_string(INFORMANT));
  put(fixture, tip, "tip_off", set);
  put(fixture, other, "tip_off", g_steal_pointer(&bare));
  assert_true(is_in_store(fixture, "瞒报"));
  assert_false(is_in_store(fixture, INFORMANT));
  g_autoptr(json_t) value = open_sealed(fixture, tip, &error);
  assert_string_equal(json_string_value(value), INFORMANT);
  g_autoptr(json_t) none = open_sealed(fixture, other, &error);
  assert_true(json_is_null(none));
  /* After a start the value is still there, and a box that was moved is refused. */
  hub_fixture_change_store(fixture, "UPDATE sealed SET field = 'informant'");
  g_autoptr(json_t) again = open_sealed(fixture, tip, &error);
  assert_string_equal(json_string_value(again), INFORMANT);
  put(fixture, other, "tip_off", json_pack("{s:s}", "informant", "吴样例"));
  hub_fixture_change_store(
      fixture, "UPDATE sealed SET box = (SELECT s.box FROM sealed s WHERE s.record < sealed.record)"
               " WHERE record = (SELECT max(record) FROM sealed)");
  g_autoptr(json_t) moved = open_sealed(fixture, other, &error);
  assert_null(moved);
  assert_non_null(strstr(error->message, "is damaged, or is of another hub"));
  test_device_free(device);
}

/* --- a changed scope --- */

static void test_a_kind_that_becomes_one_of_the_office_leaves_the_devices(void **state)
{
  World world;
  world_begin(&world, *state, LEAD("area"));
  assert_scope(&world, world.lead, "a:140603100");
  g_autoptr(json_t) before = test_pull(world.township, NULL);
  assert_non_null(test_find_record(before, world.lead));
  assert_non_null(test_find_record(before, world.file));
  need_kinds(world.fixture, LEAD("office"));
  assert_scope(&world, world.lead, "oa:140603100");
  assert_scope(&world, world.file, "oa:140603100");
  /* The device keeps only what it receives after a reset. */
  g_autoptr(json_t) after = test_pull(world.township, bh_json_string_or(before, "cursor", ""));
  assert_true(json_is_true(json_object_get(after, "reset")));
  assert_false(has_any(&world, after));
  world_end(&world);
}

static void test_a_kind_of_the_office_cannot_be_sent_to_devices_later(void **state)
{
  World world;
  g_autoptr(GError) error = NULL;
  world_begin(&world, *state, LEAD("office"));
  assert_false(use_kinds(world.fixture, LEAD("area"), &error));
  assert_non_null(strstr(error->message, "lead.json: $.scope: the hub has records of this kind"));
  assert_scope(&world, world.lead, "oa:140603100");
  g_autoptr(json_t) changes = test_pull(world.township, NULL);
  assert_false(has_any(&world, changes));
  world_end(&world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
      TEST(test_no_device_receives_a_record_of_the_office),
      TEST(test_no_device_receives_numbers_of_the_office),
      TEST(test_no_device_writes_a_record_of_the_office),
      TEST(test_a_sealed_value_is_not_in_the_log_or_the_records),
      TEST(test_people_see_records_of_the_office_by_area_and_unit),
      TEST(test_a_kind_that_becomes_one_of_the_office_leaves_the_devices),
      TEST(test_a_kind_of_the_office_cannot_be_sent_to_devices_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
