/* Records of kinds that inherit, at the hub: they go where their parent goes, are hidden with it,
 * and follow when it changes; also below kinds that the shipped ones do not know. */
#include "sync/hub/access/list.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/ingest/internal.h"
#include "sync/db/params.h"
#include "tests/support/by-hand.h"
#include "tests/sync/hub/hub-fixture.h"

#include <string.h>

/* --- kinds of a stranger --- */

#define LABEL "'label':{'zh':'名','en':'Name'}"
#define FIELD(name, type, more) "{'name':'" name "','type':'" type "'," LABEL more "}"

/* A secret that only its unit may see until it is told, a diary of a unit, a notice for everybody,
 * and a remark on any of them. */
static const char *const strange[] = {
    "{'bihuan-kind':1,'kind':'secret'," LABEL ",'scope':'area','area_from':'enterprise.area',"
    "'unit_from':'unit','title':'{name}',"
    "'visible':{'any_of':[{'field':'told','is':true},{'actor_unit':'unit'}]},"
    "'fields':[" FIELD("name", "text", "") "," FIELD("told", "flag", "") "," FIELD(
        "unit", "ref", ",'ref_kinds':['unit']") "," FIELD("enterprise", "ref",
                                                          ",'ref_kinds':['enterprise']") "]}",
    "{'bihuan-kind':1,'kind':'diary'," LABEL ",'scope':'unit','unit_from':'unit','title':'{name}',"
    "'fields':[" FIELD("name", "text", "") "," FIELD("unit", "ref", ",'ref_kinds':['unit']") "]}",
    "{'bihuan-kind':1,'kind':'notice'," LABEL ",'scope':'all','title':'{name}',"
    "'fields':[" FIELD("name", "text", "") "]}",
    "{'bihuan-kind':1,'kind':'remark'," LABEL ",'parent':'of','inherits':true,'title':'{name}',"
    "'fields':[" FIELD("name", "text", "") "," FIELD("of", "ref", ",'ref_kinds':'any'") "]}",
};

static BhKindSet *read_set(json_t *root)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = bh_json_dump_sorted(root);
  BhKindSet *kinds = bh_kind_set_from_text(text, strlen(text), &error);
  if (kinds == NULL)
    fail_msg("the kind set cannot be used: %s", error->message);
  return kinds;
}

static int by_name(const void *a, const void *b)
{
  return strcmp(bh_json_string_or(*(json_t *const *)a, "kind", ""),
                bh_json_string_or(*(json_t *const *)b, "kind", ""));
}

static void add_strange_kinds(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  g_autoptr(GPtrArray) all = g_ptr_array_new();
  g_autoptr(json_t) sorted = json_array();
  json_t *list = json_object_get(root, "kinds");
  for (gsize i = 0; i < G_N_ELEMENTS(strange); i++) {
    g_autofree char *text = g_strdelimit(g_strdup(strange[i]), "'", '"');
    json_array_append_new(list, json_loads(text, 0, NULL));
  }
  for (gsize i = 0; i < json_array_size(list); i++)
    g_ptr_array_add(all, json_array_get(list, i));
  qsort(all->pdata, all->len, sizeof all->pdata[0], by_name);
  for (guint i = 0; i < all->len; i++)
    json_array_append(sorted, all->pdata[i]);
  json_object_set(root, "kinds", sorted);
  g_autoptr(BhKindSet) strange_set = read_set(root);
  if (!bh_hub_set_kinds(fixture->hub, strange_set, &error))
    fail_msg("the hub refuses the kind set: %s", error->message);
}

/* --- a world --- */

typedef struct {
  HubFixture *fixture;
  TestDevice *county, *township; /* the township's area is that of the enterprise */
  char enterprise[BH_ID_LEN + 1];
} World;

static void world_begin(World *world, HubFixture *fixture)
{
  *world = (World){.fixture = fixture};
  add_strange_kinds(fixture);
  world->county = test_device_new(fixture, fixture->county);
  world->township = test_device_new(fixture, fixture->township);
  test_device_make_id(world->county, world->enterprise);
}

static void world_end(World *world)
{
  test_device_free(world->county);
  test_device_free(world->township);
}

/* Writes a record by the hub itself; `set` is stolen. */
static void put(World *world, const char *id, const char *kind, json_t *set)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:o}]", "record", id, "kind", kind, "set", set);
  g_autofree char *entry = bh_hub_append(world->fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("%s: %s", kind, error->message);
}

static void put_enterprise(World *world)
{
  put(world, world->enterprise, "enterprise",
      json_pack("{s:s, s:s, s:s}", "name", "一号矿", "area", "140603100", "unit",
                world->fixture->township));
}

/* Makes a record below another one. */
static void put_below(World *world, char id[BH_ID_LEN + 1], const char *kind, const char *parent)
{
  test_device_make_id(world->county, id);
  if (strcmp(kind, "file") == 0) {
    g_autofree char *sha = bh_hash_hex(id, BH_ID_LEN);
    put(world, id, kind,
        json_pack("{s:s, s:s, s:s, s:i, s:s}", "parent", parent, "role", "proof", "sha256", sha,
                  "size", 5, "media_type", "image/jpeg"));
  } else {
    put(world, id, kind, json_pack("{s:s, s:s}", "of", parent, "name", "说明"));
  }
}

typedef struct {
  char secret[BH_ID_LEN + 1], file[BH_ID_LEN + 1];    /* a secret, and a file of it */
  char remark[BH_ID_LEN + 1], further[BH_ID_LEN + 1]; /* a remark on it, and a file of that */
} Secret;

static void put_secret_itself(World *world, Secret *secret)
{
  put(world, secret->secret, "secret",
      json_pack("{s:s, s:s, s:s}", "name", "线索", "unit", world->fixture->county, "enterprise",
                world->enterprise));
}

static void put_secret_below(World *world, Secret *secret)
{
  put_below(world, secret->file, "file", secret->secret);
  put_below(world, secret->remark, "remark", secret->secret);
  put_below(world, secret->further, "file", secret->remark);
}

/* How many of the four records a device gets from the position `cursor`; *gone: how many it must
 * remove; *cursor: the next position. */
static int count_got(TestDevice *device, const Secret *secret, char **cursor, int *gone)
{
  const char *const ids[] = {secret->secret, secret->file, secret->remark, secret->further};
  g_autoptr(json_t) changes = test_pull(device, *cursor);
  int got = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(ids); i++)
    got += test_find_record(changes, ids[i]) != NULL;
  *gone = (int)json_array_size(json_object_get(changes, "gone"));
  g_free(*cursor);
  *cursor = g_strdup(bh_json_string_or(changes, "cursor", ""));
  return got;
}

static void test_what_is_below_a_secret_of_a_new_kind_is_hidden_and_told_with_it(void **state)
{
  World world;
  Secret secret;
  g_autofree char *here = NULL, *there = NULL;
  int gone;
  world_begin(&world, *state);
  put_enterprise(&world);
  test_device_make_id(world.county, secret.secret);
  put_secret_itself(&world, &secret);
  put_secret_below(&world, &secret);
  assert_int_equal(count_got(world.county, &secret, &here, &gone), 4);
  assert_int_equal(count_got(world.township, &secret, &there, &gone), 0);
  put(&world, secret.secret, "secret", json_pack("{s:b}", "told", 1));
  assert_int_equal(count_got(world.township, &secret, &there, &gone), 4);
  assert_int_equal(gone, 0);
  put(&world, secret.secret, "secret", json_pack("{s:b}", "told", 0));
  assert_int_equal(count_got(world.township, &secret, &there, &gone), 0);
  assert_int_equal(gone, 4);
  assert_int_equal(count_got(world.county, &secret, &here, &gone), 4);
  world_end(&world);
}

static void test_what_arrives_before_its_parent_is_hidden_until_then(void **state)
{
  World world;
  Secret secret;
  g_autofree char *here = NULL, *there = NULL;
  int gone;
  world_begin(&world, *state);
  put_enterprise(&world);
  test_device_make_id(world.county, secret.secret);
  put_secret_below(&world, &secret);
  assert_int_equal(count_got(world.county, &secret, &here, &gone), 0);
  assert_int_equal(count_got(world.township, &secret, &there, &gone), 0);
  put_secret_itself(&world, &secret);
  assert_int_equal(count_got(world.county, &secret, &here, &gone), 4);
  assert_int_equal(count_got(world.township, &secret, &there, &gone), 0);
  world_end(&world);
}

/* --- scope --- */

static char *dup_row(World *world, const char *columns, const char *id)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *sql = g_strdup_printf("SELECT %s FROM record WHERE id = :id", columns);
  char *text = NULL;
  BhDb *db = bh_hub_acquire_reader(world->fixture->hub, &error);
  assert_true(bh_db_dup_text(db, sql, BH_PARAMS(bh_param_text("id", id)), &text, &error));
  bh_hub_release_reader(world->fixture->hub, db);
  return text;
}

#define PLACE                                                                                      \
  "coalesce(area, '') || ' ' || coalesce(unit, '') || ' ' || scope || ' ' || coalesce(scope2, '')"

static void assert_same_place(World *world, const char *child, const char *parent)
{
  g_autofree char *one = dup_row(world, PLACE, child);
  g_autofree char *other = dup_row(world, PLACE, parent);
  g_autofree char *from = dup_row(world, "scope_from", child);
  assert_non_null(one);
  assert_string_equal(one, other);
  assert_non_null(from);
}

static gboolean has_record(TestDevice *device, const char *id)
{
  g_autoptr(json_t) changes = test_pull(device, NULL);
  return test_find_record(changes, id) != NULL;
}

static void test_a_child_goes_where_its_parent_goes(void **state)
{
  World world;
  char diary[BH_ID_LEN + 1], notice[BH_ID_LEN + 1], file[3][BH_ID_LEN + 1], deep[BH_ID_LEN + 1];
  world_begin(&world, *state);
  put_enterprise(&world);
  test_device_make_id(world.county, diary);
  test_device_make_id(world.county, notice);
  put(&world, diary, "diary",
      json_pack("{s:s, s:s}", "name", "记事", "unit", world.fixture->county));
  put(&world, notice, "notice", json_pack("{s:s}", "name", "通知"));
  put_below(&world, file[0], "file", diary);
  put_below(&world, file[1], "file", notice);
  put_below(&world, file[2], "file", world.enterprise);
  put_below(&world, deep, "remark", diary);
  assert_same_place(&world, file[0], diary);
  assert_same_place(&world, deep, diary);
  assert_same_place(&world, file[1], notice);
  assert_same_place(&world, file[2], world.enterprise);
  /* Nobody outside the unit gets the file of a diary, although the diary has no "visible". */
  assert_true(has_record(world.county, file[0]) && has_record(world.county, deep));
  assert_false(has_record(world.township, file[0]) || has_record(world.township, deep));
  assert_true(has_record(world.township, file[1]) && has_record(world.township, file[2]));
  /* The enterprise, with all below it, moves to another area. */
  put(&world, world.enterprise, "enterprise", json_pack("{s:s}", "area", "140603101"));
  assert_same_place(&world, file[2], world.enterprise);
  world_end(&world);
}

/* --- lists --- */

static gsize count_listed(World *world, const char *kind, const char *person, const char *unit)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) viewer =
      json_pack("{s:s, s:s, s:s}", "id", person, "unit", unit, "state", "active");
  g_autoptr(json_t) query = json_pack("{s:s, s:i}", "kind", kind, "limit", 100);
  BhDb *db = bh_hub_acquire_reader(world->fixture->hub, &error);
  g_autoptr(json_t) page = bh_hub_list(world->fixture->hub, db, query, viewer, &error);
  int counted = 0;
  gboolean more = FALSE;
  assert_true(bh_hub_count(world->fixture->hub, db, query, viewer, 100, &counted, &more, &error));
  bh_hub_release_reader(world->fixture->hub, db);
  assert_null(error);
  gsize rows = json_array_size(json_object_get(page, "rows"));
  assert_int_equal(counted, rows);
  return rows;
}

static void test_lists_show_what_the_viewer_may_see_of_the_parent(void **state)
{
  World world;
  Secret secret;
  char notice[BH_ID_LEN + 1], on_notice[BH_ID_LEN + 1];
  world_begin(&world, *state);
  HubFixture *fixture = world.fixture;
  put_enterprise(&world);
  test_device_make_id(world.county, secret.secret);
  test_device_make_id(world.county, notice);
  put_secret_itself(&world, &secret);
  put_secret_below(&world, &secret);
  put(&world, notice, "notice", json_pack("{s:s}", "name", "通知"));
  put_below(&world, on_notice, "remark", notice);
  assert_int_equal(count_listed(&world, "remark", fixture->inspector, fixture->county), 2);
  assert_int_equal(count_listed(&world, "remark", fixture->inspector, fixture->township), 1);
  gsize files = count_listed(&world, "file", fixture->inspector, fixture->township);
  assert_int_equal(count_listed(&world, "file", fixture->inspector, fixture->county), files + 2);
  put(&world, secret.secret, "secret", json_pack("{s:b}", "told", 1));
  assert_int_equal(count_listed(&world, "remark", fixture->inspector, fixture->township), 2);
  assert_int_equal(count_listed(&world, "file", fixture->inspector, fixture->township), files + 2);
  world_end(&world);
}

/* A file of a hidden record is not written by a device that may not see the record, and no circle
 * of parents keeps the hub busy. */
static void test_a_hidden_parent_and_circles_of_parents_are_harmless(void **state)
{
  World world;
  Secret secret;
  char mine[BH_ID_LEN + 1], one[BH_ID_LEN + 1], two[BH_ID_LEN + 1];
  world_begin(&world, *state);
  put_enterprise(&world);
  test_device_make_id(world.county, secret.secret);
  put_secret_itself(&world, &secret);
  put_secret_below(&world, &secret);
  test_device_make_id(world.township, mine);
  const char *const targets[] = {secret.remark, mine};
  for (gsize i = 0; i < G_N_ELEMENTS(targets); i++) {
    g_autoptr(Answer) answer = test_push(
        world.township,
        test_device_entry(world.township, targets[i], "remark",
                          json_pack("{s:s, s:s}", "of", secret.secret, "name", "多嘴"), NULL),
        NULL);
    assert_status(answer, 200);
    assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 1);
  }
  put_below(&world, one, "remark", secret.secret);
  put_below(&world, two, "remark", one);
  put(&world, one, "remark", json_pack("{s:s}", "of", two));
  assert_false(has_record(world.county, one) || has_record(world.county, two));
  put(&world, one, "remark", json_pack("{s:s}", "of", secret.secret));
  assert_true(has_record(world.county, one) && has_record(world.county, two));
  world_end(&world);
}

/* --- from the lists by hand --- */

typedef struct {
  TestDevice *maker;
  const char *record, *kind;
  json_t *set;
} Raw;

/* Writes a record into the store without any check. */
static gboolean put_raw(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Raw *raw = data;
  char id[BH_ID_LEN + 1];
  BhEntryClock clock = {.wall_ms = 1764230400000, .boot_ms = 1, .boot_id = "b"};
  g_autofree char *text = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) reason = NULL;
  g_auto(BhPiece) piece = {0};
  test_device_make_id(raw->maker, id);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(id, raw->maker->actor, &clock, 0, bh_random_system());
  const char *key;
  json_t *value;
  json_object_foreach(raw->set, key, value) {
    bh_body_builder_set(builder, raw->record, raw->kind, key, value, FALSE, NULL);
  }
  g_autoptr(BhBody) body = bh_body_builder_finish_body(builder, &text, &openings, error);
  return body != NULL && bh_piece_begin(&piece, bh_hub_get_ingest(hub), db, error) &&
         bh_piece_apply(&piece, body, piece.ingest->hub, ++piece.position, &reason, error) &&
         reason == NULL && bh_piece_end(&piece, error);
}

/* As put, without any check. */
static void put_unchecked(World *world, const char *id, const char *kind, json_t *set)
{
  g_autoptr(GError) error = NULL;
  Raw raw = {.maker = world->county, .record = id, .kind = kind, .set = set};
  if (!bh_hub_write(world->fixture->hub, put_raw, &raw, &error))
    fail_msg("%s: %s", kind, error != NULL ? error->message : "refused");
  json_decref(set);
}

static char *dup_all_places(World *world)
{
  g_autoptr(GError) error = NULL;
  char *text = NULL;
  BhDb *db = bh_hub_acquire_reader(world->fixture->hub, &error);
  assert_true(bh_db_dup_text(
      db,
      "SELECT group_concat(line, char(10)) FROM (SELECT kind || ' ' || id || ' ' || " PLACE
      " || ' ' || coalesce(scope_from, '') || (restriction = '') AS line"
      " FROM record ORDER BY id)",
      NULL, &text, &error));
  bh_hub_release_reader(world->fixture->hub, db);
  return text;
}

static void test_stored_records_keep_their_place_when_their_kinds_begin_to_inherit(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  World world = {.fixture = fixture, .county = test_device_new(fixture, fixture->county)};
  g_autoptr(BhKindSet) now = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(BhKindSet) by_hand = test_make_kinds_by_hand(now);
  static const struct {
    const char *kind, *field;
    int parent; /* number of the record above */
  } rows[] = {
      {"hazard", "inspection", 0}, {"document", "inspection", 0}, {"participant", "inspection", 0},
      {"signature", "parent", 2},  {"review", "parent", 1},       {"guarantee_step", "hazard", 1},
      {"file", "parent", 0},       {"file", "parent", 1},         {"file", "parent", 2},
      {"file", "parent", 4},       {"file", "parent", 5}};
  assert_true(bh_hub_set_kinds(fixture->hub, by_hand, &error));
  test_device_make_id(world.county, world.enterprise);
  put_enterprise(&world);
  for (int covert = 0; covert <= 1; covert++) {
    char ids[G_N_ELEMENTS(rows) + 1][BH_ID_LEN + 1];
    for (gsize i = 0; i < G_N_ELEMENTS(ids); i++)
      test_device_make_id(world.county, ids[i]);
    put_unchecked(&world, ids[0], "inspection",
                  json_pack("{s:s, s:[s], s:s, s:s}", "enterprise", world.enterprise, "modes",
                            covert ? "covert" : "routine", "unit", fixture->county, "state",
                            "on_site"));
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
      put_unchecked(&world, ids[i + 1], rows[i].kind,
                    json_pack("{s:s}", rows[i].field, ids[rows[i].parent]));
  }
  g_autofree char *before = dup_all_places(&world);
  assert_true(bh_hub_set_kinds(fixture->hub, now, &error));
  g_autofree char *after = dup_all_places(&world);
  assert_non_null(before);
  assert_true(strstr(before, "guarantee_step") != NULL);
  assert_string_equal(after, before);
  test_device_free(world.county);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(
          test_what_is_below_a_secret_of_a_new_kind_is_hidden_and_told_with_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_what_arrives_before_its_parent_is_hidden_until_then,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_child_goes_where_its_parent_goes, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_lists_show_what_the_viewer_may_see_of_the_parent, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_hidden_parent_and_circles_of_parents_are_harmless,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_stored_records_keep_their_place_when_their_kinds_begin_to_inherit, set_up,
          tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
