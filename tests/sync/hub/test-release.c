/* A release from quarantine accepts data, but gives no rights: the entry is judged again, and the
 * releasing person must have access to every record in it. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/db/params.h"
#include "sync/hub/log/log.h"

#define TOWNSHIP_AREA "140603100"

typedef struct {
  HubFixture *fixture;
  TestDevice *county;
  TestDevice *township;
  char reviewer[BH_ID_LEN + 1]; /* reviewer and admin of the township */
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
  char entry[BH_ID_LEN + 1]; /* the entry that made the visit */
} Scene;

static gsize push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined"));
}

static void add_person(HubFixture *fixture, const char *unit, const char *role, const char *role2,
                       char id[BH_ID_LEN + 1])
{
  g_autoptr(GError) error = NULL;
  BhIdSource ids;
  bh_id_source_init(&ids, bh_clock_system(), bh_random_system());
  bh_id_next(&ids, id);
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:{s:s, s:s, s:[s,s], s:s}}]", "record", id, "kind", "staff", "set",
                "name", "样例", "unit", unit, "roles", role, role2, "state", "active");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the person cannot be added: %s", error->message);
}

static BhEntryText *make_visit(TestDevice *device, const char *visit, const char *enterprise,
                               const char *mode, const char *state)
{
  return test_device_entry(device, visit, "inspection",
                           json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", enterprise,
                                     "modes", mode, "unit", device->unit, "lead", device->actor,
                                     "state", state),
                           NULL);
}

static Scene begin(HubFixture *fixture, const char *mode)
{
  Scene scene = {.fixture = fixture,
                 .county = test_device_new(fixture, fixture->county),
                 .township = test_device_new(fixture, fixture->township)};
  add_person(fixture, fixture->township, "admin", "reviewer", scene.reviewer);
  test_device_make_id(scene.county, scene.enterprise);
  test_device_make_id(scene.county, scene.visit);
  assert_int_equal(push(scene.county, test_device_enterprise(scene.county, scene.enterprise,
                                                             "一号矿", TOWNSHIP_AREA)),
                   0);
  assert_int_equal(
      push(scene.county, make_visit(scene.county, scene.visit, scene.enterprise, mode, "on_site")),
      0);
  g_strlcpy(scene.entry, scene.county->last_entry, sizeof scene.entry);
  return scene;
}

static void end(Scene *scene)
{
  test_device_free(scene->county);
  test_device_free(scene->township);
}

/* Returns everything that a decision could change: records, reports and the status of the
 * entry. */
static char *dup_store(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  GString *text = g_string_new(NULL);
  static const char *const tables[] = {
      "SELECT group_concat(id || snapshot || scope || position) FROM record",
      "SELECT group_concat(position || ':' || status) FROM entry",
      "SELECT group_concat(position || ':' || coalesce(decided_by, '')) FROM quarantine",
      "SELECT group_concat(position || ':' || nr) FROM report",
  };
  for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
    g_autofree char *value = NULL;
    assert_true(bh_db_dup_text(db, tables[i], NULL, &value, &error));
    g_string_append(text, value != NULL ? value : "");
    g_string_append_c(text, '\n');
  }
  bh_hub_release_reader(fixture->hub, db);
  return g_string_free(text, FALSE);
}

static gboolean may_decide(HubFixture *fixture, const char *by, const char *entry, gboolean dismiss,
                           GError **error)
{
  BhDb *db = bh_hub_acquire_reader(fixture->hub, error);
  gboolean may = bh_hub_may_release(fixture->hub, db, by, entry, dismiss, error);
  bh_hub_release_reader(fixture->hub, db);
  return may;
}

/* Asserts what a decision does. The page is told before the decision whether it would succeed, and
 * a refusal changes nothing. */
static void assert_decided(HubFixture *fixture, const char *by, const char *entry, gboolean dismiss,
                           gboolean expected)
{
  g_autoptr(GError) announced = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *before = dup_store(fixture);
  gboolean may = may_decide(fixture, by, entry, dismiss, &announced);
  gboolean done = bh_hub_release(fixture->hub, by, entry, dismiss, "因", &error);
  if (done != expected)
    fail_msg("%s of %s: %s", dismiss ? "dismissal" : "release", entry,
             error != NULL ? error->message : "done");
  assert_int_equal(may, done);
  if (done)
    return;
  assert_int_equal(announced->code, error->code);
  g_autofree char *after = dup_store(fixture);
  assert_string_equal(before, after);
}

static void assert_not_released(Scene *scene, TestDevice *device, const char *by)
{
  assert_decided(scene->fixture, by, device->last_entry, FALSE, FALSE);
}

/* Pushes an entry that must be quarantined, and tries to release it as several people. */
static void assert_never_released(Scene *scene, TestDevice *device, BhEntryText *entry)
{
  static const char *const office[] = {"staff-sun", "staff-zhou", "staff-wu", "staff-zheng"};
  assert_int_equal(push(device, entry), 1);
  assert_not_released(scene, device, NULL);
  assert_not_released(scene, device, scene->reviewer);
  for (guint i = 0; i < G_N_ELEMENTS(office); i++) {
    char id[BH_ID_LEN + 1];
    test_sample_id(office[i], id);
    assert_not_released(scene, device, id);
  }
}

static void test_nobody_releases_a_promotion(void **state)
{
  Scene scene = begin(*state, "routine");
  TestDevice *device = scene.township;
  char other[BH_ID_LEN + 1];
  test_device_make_id(device, other);
  assert_never_released(
      &scene, device,
      test_device_entry(device, scene.reviewer, "staff",
                        json_pack("{s:[s,s,s,s], s:s}", "roles", "admin", "leader", "legal",
                                  "reviewer", "unit", scene.fixture->county),
                        NULL));
  assert_never_released(
      &scene, device,
      test_device_entry(device, other, "staff",
                        json_pack("{s:s, s:s, s:[s], s:s}", "name", "新人", "unit",
                                  scene.fixture->township, "roles", "admin", "state", "active"),
                        NULL));
  end(&scene);
}

static void test_nobody_releases_the_authority_of_a_unit_or_the_key_of_a_device(void **state)
{
  Scene scene = begin(*state, "routine");
  TestDevice *device = scene.township;
  assert_never_released(&scene, device,
                        test_device_entry(device, device->unit, "unit",
                                          json_pack("{s:[s]}", "authority", "penalty"), NULL));
  assert_never_released(
      &scene, device,
      test_device_entry(device, device->signer->device, "device",
                        json_pack("{s:s}", "key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
                        NULL));
  assert_never_released(&scene, device,
                        test_device_entry(device, device->signer->device, "device",
                                          json_pack("{s:s}", "state", "revoked"), NULL));
  end(&scene);
}

static void test_no_release_makes_a_visit_that_begins_as_accepted(void **state)
{
  Scene scene = begin(*state, "routine");
  TestDevice *device = scene.township;
  char visit[BH_ID_LEN + 1], review[BH_ID_LEN + 1];
  test_device_make_id(device, visit);
  test_device_make_id(device, review);
  assert_never_released(&scene, device,
                        make_visit(device, visit, scene.enterprise, "routine", "accepted"));
  assert_never_released(
      &scene, device,
      test_device_entry(device, review, "review",
                        json_pack("{s:s, s:s, s:s, s:s}", "parent", scene.visit, "decision",
                                  "approve", "state", "closed", "covers", scene.entry),
                        NULL));
  end(&scene);
}

static void test_an_office_releases_nothing_beyond_its_own_scope(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  TestDevice *device = scene.township;
  char far[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1];
  test_device_make_id(scene.county, far);
  test_device_make_id(device, hazard);
  assert_int_equal(
      push(scene.county, test_device_enterprise(scene.county, far, "远矿", "140603101")), 0);
  /* An enterprise of another township; a covert visit that the entry releases, or a hazard below
   * it. */
  assert_never_released(
      &scene, device,
      test_device_entry(device, far, "enterprise", json_pack("{s:s}", "name", "改名"), NULL));
  assert_never_released(&scene, device,
                        test_device_entry(device, scene.visit, "inspection",
                                          json_pack("{s:b}", "released", 1), NULL));
  assert_never_released(
      &scene, device,
      test_device_entry(device, hazard, "hazard",
                        json_pack("{s:s, s:s}", "inspection", scene.visit, "state", "found"),
                        NULL));
  /* A release must not move a record out of the visibility of the releasing person: the name is too
   * long, which could be accepted, but the enterprise of the county would move to another township.
   */
  g_autofree char *name = g_strnfill(5000, 'x');
  assert_int_equal(
      push(device,
           test_device_entry(device, scene.enterprise, "enterprise",
                             json_pack("{s:s, s:s}", "name", name, "area", "140603101"), NULL)),
      1);
  assert_not_released(&scene, device, scene.reviewer);
  char county[BH_ID_LEN + 1];
  test_sample_id("staff-sun", county);
  assert_decided(fixture, county, device->last_entry, FALSE, TRUE);
  end(&scene);
}

/* Dismissing hides an entry from everybody, so it is not allowed for people who may not see it. */
static void test_people_who_may_not_see_an_entry_cannot_dismiss_it(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  TestDevice *device = scene.township;
  char leader[BH_ID_LEN + 1];
  test_sample_id("staff-zhou", leader);
  assert_int_equal(push(device, test_device_entry(device, scene.visit, "inspection",
                                                  json_pack("{s:b}", "released", 1), NULL)),
                   1);
  assert_decided(fixture, scene.reviewer, device->last_entry, TRUE, FALSE);
  assert_decided(fixture, leader, device->last_entry, TRUE, TRUE);
  end(&scene);
}

static void test_nobody_decides_about_their_own_work(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "routine");
  TestDevice *device = scene.township;
  char own[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1], colleague[BH_ID_LEN + 1];
  g_autofree char *place = g_strnfill(5000, 'x');
  add_person(fixture, fixture->township, "inspector", "reviewer", colleague);
  test_device_make_id(device, own);
  test_device_make_id(device, hazard);
  /* The entry is the releasing person's own. */
  g_autofree char *actor = g_strdup(device->actor);
  g_strlcpy(device->actor, colleague, sizeof device->actor);
  assert_int_equal(push(device, make_visit(device, own, scene.enterprise, "routine", "on_site")),
                   0);
  assert_int_equal(push(device, test_device_entry(device, own, "inspection",
                                                  json_pack("{s:s}", "place_note", place), NULL)),
                   1);
  assert_decided(fixture, colleague, device->last_entry, FALSE, FALSE);
  assert_decided(fixture, colleague, device->last_entry, TRUE, FALSE);
  /* The entry is of another person, below a visit that the releasing person led. */
  g_strlcpy(device->actor, actor, sizeof device->actor);
  assert_int_equal(push(device, test_device_entry(device, hazard, "hazard",
                                                  json_pack("{s:s, s:s, s:s}", "inspection", own,
                                                            "place", place, "state", "found"),
                                                  NULL)),
                   1);
  assert_decided(fixture, colleague, device->last_entry, FALSE, FALSE);
  assert_decided(fixture, colleague, device->last_entry, TRUE, FALSE);
  assert_decided(fixture, scene.reviewer, device->last_entry, FALSE, TRUE);
  end(&scene);
}

static void test_a_release_accepts_faulty_data(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "routine");
  TestDevice *device = scene.township;
  g_autofree char *text = g_strnfill(5000, 'x');
  struct {
    const char *key;
    json_t *value;
  } cases[] = {{"name", json_string(text)},
               {"sector", json_string("no_such_sector")},
               {"no_such", json_string("x")},
               {"area", json_integer(7)}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    json_t *set = json_object();
    json_object_set_new(set, cases[i].key, cases[i].value);
    assert_int_equal(
        push(device, test_device_entry(device, scene.enterprise, "enterprise", set, NULL)), 1);
    assert_decided(fixture, scene.reviewer, device->last_entry, FALSE, i < 3);
  }
  end(&scene);
}

static void test_an_entry_of_an_unknown_kind_can_only_be_dismissed(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "routine");
  TestDevice *device = scene.township;
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  assert_never_released(
      &scene, device,
      test_device_entry(device, id, "no_such_kind", json_pack("{s:s}", "name", "x"), NULL));
  assert_decided(fixture, scene.reviewer, device->last_entry, TRUE, TRUE);
  end(&scene);
}

/* An earlier entry of the device was lost. The release accepts the state from which the next entry
 * starts, but allows no step. */
static void test_a_step_from_an_unknown_entry_is_judged_by_the_stored_state(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "routine");
  TestDevice *device = scene.county;
  char leader[BH_ID_LEN + 1], lost[BH_ID_LEN + 1];
  test_sample_id("staff-zhou", leader);
  test_device_make_id(device, lost);
  assert_int_equal(
      push(device, test_device_entry(device, scene.visit, "inspection",
                                     json_pack("{s:s}", "state", "resubmitted"), lost)),
      1);
  assert_decided(fixture, leader, device->last_entry, FALSE, FALSE);
  assert_int_equal(push(device, test_device_entry(device, scene.visit, "inspection",
                                                  json_pack("{s:s}", "state", "accepted"), lost)),
                   1);
  assert_decided(fixture, leader, device->last_entry, FALSE, FALSE);
  assert_int_equal(push(device, test_device_entry(device, scene.visit, "inspection",
                                                  json_pack("{s:s}", "state", "signed"), lost)),
                   1);
  assert_decided(fixture, leader, device->last_entry, FALSE, TRUE);
  end(&scene);
}

/* A step of the office in a device's entry is taken by the releasing person, if they may take it.
 */
static void test_a_step_left_to_the_hub_needs_its_role(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "routine");
  TestDevice *device = scene.county;
  char id[BH_ID_LEN + 1], made[BH_ID_LEN + 1], legal[BH_ID_LEN + 1], leader[BH_ID_LEN + 1];
  test_sample_id("staff-zheng", legal);
  test_sample_id("staff-zhou", leader);
  test_device_make_id(device, id);
  assert_int_equal(push(device, test_device_enterprise(device, id, "二号矿", TOWNSHIP_AREA)), 0);
  g_strlcpy(made, device->last_entry, sizeof made);
  assert_int_equal(push(device, test_device_entry(device, id, "enterprise",
                                                  json_pack("{s:s}", "state", "closed"), made)),
                   1);
  /* The reason that the step asks for is required too. */
  assert_decided(fixture, leader, device->last_entry, FALSE, FALSE);
  assert_int_equal(push(device, test_device_entry(device, id, "enterprise",
                                                  json_pack("{s:s, s:s}", "state", "closed",
                                                            "closed_reason", "closed"),
                                                  made)),
                   1);
  assert_decided(fixture, legal, device->last_entry, FALSE, FALSE);
  assert_decided(fixture, leader, device->last_entry, FALSE, TRUE);
  end(&scene);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_nobody_releases_a_promotion),
      TEST(test_nobody_releases_the_authority_of_a_unit_or_the_key_of_a_device),
      TEST(test_no_release_makes_a_visit_that_begins_as_accepted),
      TEST(test_an_office_releases_nothing_beyond_its_own_scope),
      TEST(test_people_who_may_not_see_an_entry_cannot_dismiss_it),
      TEST(test_nobody_decides_about_their_own_work),
      TEST(test_a_release_accepts_faulty_data),
      TEST(test_an_entry_of_an_unknown_kind_can_only_be_dismissed),
      TEST(test_a_step_from_an_unknown_entry_is_judged_by_the_stored_state),
      TEST(test_a_step_left_to_the_hub_needs_its_role),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
