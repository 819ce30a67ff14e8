/* Visibility of records below a visit: the scan from which it began, and records that arrive before
 * it. */
#include "hub-fixture.h"

#include <string.h>

typedef struct {
  HubFixture *fixture;
  TestDevice *county;
  TestDevice *township; /* device of the area of the visits */
  char chen[BH_ID_LEN + 1];
  char enterprise[BH_ID_LEN + 1];
} World;

static World *world_new(void)
{
  World *world = g_new0(World, 1);
  world->fixture = hub_fixture_new();
  world->county = test_device_new(world->fixture, world->fixture->county);
  world->township = test_device_new(world->fixture, world->fixture->township);
  bh_id_from_name("samples", "staff-chen", world->chen);
  test_device_make_id(world->township, world->enterprise);
  g_autoptr(Answer) answer = test_push(
      world->township,
      test_device_enterprise(world->township, world->enterprise, "一号矿", "140603100"), NULL);
  assert_status(answer, 200);
  return world;
}

static void world_free(World *world)
{
  test_device_free(world->county);
  test_device_free(world->township);
  hub_fixture_free(world->fixture);
  g_free(world);
}

/* Pushes one operation of the county's device and a person of the county; `set` is stolen. */
static Answer *push_one(World *world, const char *id, const char *kind, json_t *set)
{
  const BhClock *clock = &world->fixture->clock;
  g_autoptr(GError) error = NULL;
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  BhEntryClock stamp = {.wall_ms = clock->wall_ms(clock->data),
                        .boot_ms = clock->boot_ms(clock->data),
                        .quality = BH_CLOCK_QUALITY_GOOD};
  g_strlcpy(stamp.boot_id, clock->boot_id(clock->data), sizeof stamp.boot_id);
  test_device_make_id(world->county, world->county->last_entry);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(world->county->last_entry, world->chen, &stamp, 0, bh_random_system());
  const char *key;
  json_t *value;
  json_object_foreach(set, key, value) {
    bh_body_builder_set(builder, id, kind, key, value, FALSE, NULL);
    if (strcmp(key, "sha256") == 0)
      bh_body_builder_add_file(builder, json_string_value(value), 20, "image/jpeg");
  }
  json_decref(set);
  if (!bh_body_builder_finish(builder, &body, &openings, &error))
    fail_msg("the body cannot be built: %s", error->message);
  Answer *answer = test_push(world->county, test_device_seal(world->county, body, openings), NULL);
  assert_status(answer, 200);
  return answer;
}

static void push_applied(World *world, const char *id, const char *kind, json_t *set)
{
  g_autoptr(Answer) answer = push_one(world, id, kind, set);
  if (json_array_size(json_object_get(answer->json, "quarantined")) != 0)
    fail_msg("%s was quarantined", kind);
}

/* Makes an entry of the hub, as a decision of its leader. */
static void release(World *world, const char *visit)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:b}}]", "record", visit, "kind", "inspection",
                                    "set", "released", 1);
  g_autofree char *entry = bh_hub_append(world->fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the visit cannot be released: %s", error->message);
}

static json_t *make_visit(World *world, const char *mode)
{
  return json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", world->enterprise, "modes", mode,
                   "unit", world->fixture->county, "lead", world->chen, "state", "on_site");
}

static gboolean has_record(TestDevice *device, const char *id)
{
  g_autoptr(json_t) changes = test_pull(device, NULL);
  return test_find_record(changes, id) != NULL;
}

static void test_R020_a_scan_is_visible_to_people_who_may_see_its_visit(void **state)
{
  (void)state;
  static const char *const modes[] = {"covert", "routine"};
  World *world = world_new();
  for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
    char scan[BH_ID_LEN + 1], visit[BH_ID_LEN + 1];
    gboolean open = strcmp(modes[i], "routine") == 0;
    test_device_make_id(world->county, scan);
    test_device_make_id(world->county, visit);
    push_applied(world, scan, "scan",
                 json_pack("{s:I, s:s, s:s, s:s, s:s}", "scanned_at",
                           (json_int_t)world->fixture->clock.wall_ms(world->fixture->clock.data),
                           "scanned_by", world->chen, "outcome", "known", "means", "camera",
                           "enterprise", world->enterprise));
    assert_true(has_record(world->county, scan));
    assert_false(has_record(world->township, scan));
    g_autoptr(json_t) before = test_pull(world->township, NULL);
    push_applied(world, visit, "inspection", make_visit(world, modes[i]));
    push_applied(world, scan, "scan", json_pack("{s:s}", "inspection", visit));
    g_autoptr(json_t) after = test_pull(world->township, bh_json_string_or(before, "cursor", ""));
    assert_int_equal(test_find_record(after, scan) != NULL, open);
    assert_int_equal(json_array_size(json_object_get(after, "gone")), 0);
    assert_true(has_record(world->county, scan));
    if (open)
      continue;
    release(world, visit);
    g_autoptr(json_t) released = test_pull(world->township, bh_json_string_or(after, "cursor", ""));
    assert_non_null(test_find_record(released, scan));
  }
  world_free(world);
}

/* A visit that has not arrived, or is in quarantine, does not keep people from their own work. */
static void test_records_below_a_missing_visit_are_open_to_their_device_only(void **state)
{
  (void)state;
  World *world = world_new();
  TestDevice *colleague = test_device_new(world->fixture, world->fixture->county);
  for (int quarantined = 0; quarantined < 2; quarantined++) {
    char visit[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1], photo[BH_ID_LEN + 1];
    g_autofree char *sha = bh_hash_hex("photo", 5);
    test_device_make_id(world->county, visit);
    test_device_make_id(world->county, hazard);
    test_device_make_id(world->county, photo);
    if (quarantined) {
      json_t *wrong = make_visit(world, "covert");
      json_object_set_new(wrong, "no_such", json_true());
      g_autoptr(Answer) held = push_one(world, visit, "inspection", wrong);
      assert_int_equal(json_array_size(json_object_get(held->json, "quarantined")), 1);
    }
    push_applied(world, hazard, "hazard",
                 json_pack("{s:s, s:s, s:s}", "inspection", visit, "enterprise", world->enterprise,
                           "summary", "瓦斯超限"));
    push_applied(world, photo, "file",
                 json_pack("{s:s, s:s, s:s, s:i}", "parent", hazard, "role", "photo", "sha256", sha,
                           "size", 20));
    push_applied(world, hazard, "hazard", json_pack("{s:s}", "place", "井口"));
    assert_true(has_record(world->county, hazard));
    assert_true(has_record(world->county, photo));
    assert_false(has_record(world->township, hazard));
    assert_false(has_record(world->township, photo));
    assert_false(has_record(colleague, hazard));
    g_autoptr(json_t) before = test_pull(world->township, NULL);
    push_applied(world, visit, "inspection", make_visit(world, quarantined ? "covert" : "routine"));
    g_autoptr(json_t) after = test_pull(world->township, bh_json_string_or(before, "cursor", ""));
    assert_int_equal(test_find_record(after, photo) != NULL, !quarantined);
    assert_true(has_record(colleague, photo));
    assert_true(has_record(world->county, photo));
  }
  test_device_free(colleague);
  world_free(world);
}

/* Nobody can see a covert visit of another unit by making a record below its id before it arrives.
 */
static void test_visibility_is_decided_again_when_the_parent_arrives(void **state)
{
  (void)state;
  World *world = world_new();
  char visit[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1];
  test_device_make_id(world->county, visit);
  test_device_make_id(world->township, hazard);
  g_autoptr(Answer) planted =
      test_push(world->township,
                test_device_entry(world->township, hazard, "hazard",
                                  json_pack("{s:s, s:s, s:s}", "inspection", visit, "enterprise",
                                            world->enterprise, "summary", "先放在这里"),
                                  NULL),
                NULL);
  assert_status(planted, 200);
  g_autoptr(json_t) before = test_pull(world->township, NULL);
  assert_non_null(test_find_record(before, hazard));
  assert_false(has_record(world->county, hazard));
  push_applied(world, visit, "inspection", make_visit(world, "covert"));
  g_autoptr(json_t) after = test_pull(world->township, bh_json_string_or(before, "cursor", ""));
  assert_int_equal(json_array_size(json_object_get(after, "records")), 0);
  assert_int_equal(json_array_size(json_object_get(after, "gone")), 1);
  assert_false(has_record(world->township, hazard));
  assert_false(has_record(world->township, visit));
  g_autoptr(Answer) late = test_push(
      world->township,
      test_device_entry(world->township, hazard, "hazard", json_pack("{s:s}", "place", "x"), NULL),
      NULL);
  assert_int_equal(json_array_size(json_object_get(late->json, "quarantined")), 1);
  world_free(world);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_R020_a_scan_is_visible_to_people_who_may_see_its_visit),
      cmocka_unit_test(test_records_below_a_missing_visit_are_open_to_their_device_only),
      cmocka_unit_test(test_visibility_is_decided_again_when_the_parent_arrives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
