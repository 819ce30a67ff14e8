/* The effect of reviews in the writer, from any sender, for a record and the records below it. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/error.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/records/record-store.h"

typedef struct {
  HubFixture *fixture;
  TestDevice *device; /* of the county */
  char reviewer[BH_ID_LEN + 1], leader[BH_ID_LEN + 1], legal[BH_ID_LEN + 1];
  char below[BH_ID_LEN + 1]; /* reviewer of the township */
  char both[BH_ID_LEN + 1];  /* inspector and reviewer of the county */
  char visit[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1];
  char started[BH_ID_LEN + 1]; /* entry that began the visit */
} Scene;

static void add_staff(HubFixture *fixture, const char *name, const char *unit, const char *role,
                      char id[BH_ID_LEN + 1])
{
  g_autoptr(GError) error = NULL;
  bh_id_from_name("test", name, id);
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s, s:s, s:[s, s], s:s}}]", "record", id,
                                    "kind", "staff", "set", "name", name, "unit", unit, "roles",
                                    strcmp(role, "inspector") == 0 ? "inspector" : "expert",
                                    "reviewer", "state", "active");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  assert_non_null(entry);
}

static void push(Scene *scene, const char *record, const char *kind, json_t *set, const char *was)
{
  g_autoptr(Answer) answer =
      test_push(scene->device, test_device_entry(scene->device, record, kind, set, was), NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static void push_file(Scene *scene, const char *parent, char id[BH_ID_LEN + 1])
{
  test_device_make_id(scene->device, id);
  push(scene, id, "file",
       json_pack("{s:s, s:s, s:s, s:i, s:s}", "parent", parent, "role", "proof", "sha256",
                 "000000000000000000000000000000000000000000000000000000000000beef", "size", 100,
                 "media_type", "image/jpeg"),
       NULL);
}

static void begin(Scene *scene, HubFixture *fixture, const char *hazard_state)
{
  char enterprise[BH_ID_LEN + 1];
  *scene = (Scene){.fixture = fixture, .device = test_device_new(fixture, fixture->county)};
  bh_id_from_name("samples", "staff-sun", scene->reviewer);
  bh_id_from_name("samples", "staff-zhou", scene->leader);
  bh_id_from_name("samples", "staff-zheng", scene->legal);
  add_staff(fixture, "乡审核", fixture->township, "expert", scene->below);
  add_staff(fixture, "带队审核", fixture->county, "inspector", scene->both);
  test_device_make_id(scene->device, enterprise);
  test_device_make_id(scene->device, scene->visit);
  test_device_make_id(scene->device, scene->hazard);
  g_autoptr(Answer) made =
      test_push(scene->device,
                test_device_enterprise(scene->device, enterprise, "一号矿", "140603100"), NULL);
  assert_status(made, 200);
  push(scene, scene->visit, "inspection",
       json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s, s:I}", "enterprise", enterprise, "modes",
                 "routine", "unit", fixture->county, "lead", scene->both, "subject_found_by",
                 "plaque", "state", "on_site", "started_at", (json_int_t)1764230400000),
       NULL);
  g_strlcpy(scene->started, scene->device->last_entry, sizeof scene->started);
  gboolean major = strcmp(hazard_state, "suspected") == 0;
  push(scene, scene->hazard, "hazard",
       json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", scene->visit,
                 "enterprise", enterprise, "summary", "护栏缺失", "level",
                 major ? "major" : "general", "found_by", "inspection", "place", "井口",
                 "criterion", "第五条", "recorded_by", scene->device->actor, "state",
                 major ? "suspected" : "found"),
       NULL);
}

static void end_visit(Scene *scene)
{
  push(scene, scene->visit, "inspection", json_pack("{s:s}", "state", "signed"), scene->started);
}

static void end(Scene *scene)
{
  test_device_free(scene->device);
}

/* A review as the office sends it. `to`: the step that it takes, or NULL. */
static int decide(Scene *scene, const char *by, const char *target, const char *kind,
                  const char *decision, const char *to)
{
  char id[BH_ID_LEN + 1];
  g_autoptr(GError) error = NULL;
  test_device_make_id(scene->device, id);
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}]", "record", id,
                                    "kind", "review", "set", "parent", target, "decision", decision,
                                    "state", strcmp(decision, "return") == 0 ? "open" : "closed",
                                    "comment", "看过", "covers", scene->device->last_entry);
  if (to != NULL)
    json_array_append_new(
        ops, json_pack("{s:s, s:s, s:{s:s}}", "record", target, "kind", kind, "set", "state", to));
  g_autofree char *entry = bh_hub_append(scene->fixture->hub, by, ops, &error);
  return entry != NULL ? 0 : error->code;
}

static char *dup_lane(Scene *scene, const char *record)
{
  g_autoptr(GError) error = NULL;
  BhRecordRow row = {0};
  gboolean found = FALSE;
  BhDb *db = bh_hub_acquire_reader(scene->fixture->hub, &error);
  assert_true(bh_record_row_load(db, record, &row, &found, &error));
  bh_hub_release_reader(scene->fixture->hub, db);
  assert_true(found);
  char *lane = g_strdup(row.review);
  bh_record_row_clear(&row);
  return lane;
}

static void assert_lane(Scene *scene, const char *record, const char *lane)
{
  g_autofree char *is = dup_lane(scene, record);
  if (g_strcmp0(is, lane) != 0)
    fail_msg("the lane is %s, not %s", is != NULL ? is : "none", lane != NULL ? lane : "none");
}

static void test_the_leader_of_a_visit_cannot_approve_it_by_any_request(void **state)
{
  Scene scene;
  begin(&scene, *state, "found");
  end_visit(&scene);
  assert_lane(&scene, scene.visit, "new");
  assert_true(decide(&scene, scene.both, scene.visit, "inspection", "approve", "accepted") != 0);
  /* A review without the step would remove the record from the inbox without moving it. */
  assert_true(decide(&scene, scene.both, scene.visit, "inspection", "approve", NULL) != 0);
  assert_true(decide(&scene, scene.reviewer, scene.visit, "inspection", "approve", NULL) != 0);
  assert_lane(&scene, scene.visit, "new");
  assert_int_equal(decide(&scene, scene.reviewer, scene.visit, "inspection", "approve", "accepted"),
                   0);
  assert_lane(&scene, scene.visit, "accepted");
  end(&scene);
}

static void test_of_two_concurrent_decisions_the_second_is_refused(void **state)
{
  Scene scene;
  begin(&scene, *state, "found");
  end_visit(&scene);
  assert_int_equal(decide(&scene, scene.reviewer, scene.visit, "inspection", "return", "returned"),
                   0);
  assert_true(decide(&scene, scene.leader, scene.visit, "inspection", "approve", "accepted") != 0);
  assert_true(decide(&scene, scene.leader, scene.visit, "inspection", "approve", NULL) != 0);
  assert_lane(&scene, scene.visit, "returned");
  end(&scene);
}

static void test_nothing_unfinished_is_reviewed(void **state)
{
  Scene scene;
  begin(&scene, *state, "found");
  const char *actors[] = {scene.reviewer, scene.leader, scene.legal};
  for (gsize i = 0; i < G_N_ELEMENTS(actors); i++) {
    assert_true(decide(&scene, actors[i], scene.visit, "inspection", "approve", NULL) != 0);
    assert_true(decide(&scene, actors[i], scene.visit, "inspection", "return", NULL) != 0);
    assert_true(decide(&scene, actors[i], scene.hazard, "hazard", "approve", NULL) != 0);
    assert_true(decide(&scene, actors[i], scene.hazard, "hazard", "return", NULL) != 0);
  }
  assert_lane(&scene, scene.visit, NULL);
  assert_lane(&scene, scene.hazard, NULL);
  end(&scene);
}

static void test_a_unit_below_neither_reviews_nor_lowers_what_the_county_found(void **state)
{
  Scene scene;
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  begin(&scene, fixture, "suspected");
  end_visit(&scene);
  assert_int_equal(decide(&scene, scene.below, scene.visit, "inspection", "approve", "accepted"),
                   BH_ERROR_DENIED);
  assert_int_equal(decide(&scene, scene.below, scene.visit, "inspection", "return", "returned"),
                   BH_ERROR_DENIED);
  g_autoptr(json_t) lower =
      json_pack("[{s:s, s:s, s:{s:s, s:s, s:s}}]", "record", scene.hazard, "kind", "hazard", "set",
                "level", "general", "level_reason", "未达标准", "state", "found");
  g_autofree char *below = bh_hub_append(fixture->hub, scene.below, lower, &error);
  assert_null(below);
  g_clear_error(&error);
  g_autofree char *own = bh_hub_append(fixture->hub, scene.reviewer, lower, &error);
  assert_non_null(own);
  end(&scene);
}

static void test_a_state_that_needs_a_step_is_not_left_by_a_review(void **state)
{
  Scene scene;
  begin(&scene, *state, "suspected");
  end_visit(&scene);
  assert_true(decide(&scene, scene.reviewer, scene.hazard, "hazard", "approve", NULL) != 0);
  assert_true(decide(&scene, scene.reviewer, scene.hazard, "hazard", "approve", "closed") != 0);
  assert_true(decide(&scene, scene.reviewer, scene.hazard, "hazard", "step", NULL) != 0);
  assert_lane(&scene, scene.hazard, "new");
  /* The step counts as a review; the new state needs no second one. */
  assert_int_equal(decide(&scene, scene.reviewer, scene.hazard, "hazard", "step", "confirmed"), 0);
  assert_lane(&scene, scene.hazard, "accepted");
  end(&scene);
}

static void test_a_new_record_below_an_approved_one_returns_it_to_the_inbox(void **state)
{
  Scene scene;
  char photo[BH_ID_LEN + 1], signature[BH_ID_LEN + 1], drawn[BH_ID_LEN + 1];
  begin(&scene, *state, "found");
  test_device_make_id(scene.device, signature);
  push(&scene, signature, "signature",
       json_pack("{s:s, s:s, s:s}", "parent", scene.visit, "role", "enterprise", "name", "张"),
       NULL);
  end_visit(&scene);
  assert_int_equal(decide(&scene, scene.reviewer, scene.visit, "inspection", "approve", "accepted"),
                   0);
  assert_lane(&scene, scene.visit, "accepted");
  /* A hazard is reviewed by itself, with the records below it. */
  push_file(&scene, scene.hazard, drawn);
  assert_lane(&scene, scene.visit, "accepted");
  push_file(&scene, scene.visit, photo);
  assert_lane(&scene, scene.visit, "new");
  assert_int_equal(decide(&scene, scene.leader, scene.visit, "inspection", "approve", NULL), 0);
  assert_lane(&scene, scene.visit, "accepted");
  /* The picture of its signature is two levels below. */
  push_file(&scene, signature, drawn);
  assert_lane(&scene, scene.visit, "new");
  end(&scene);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_the_leader_of_a_visit_cannot_approve_it_by_any_request,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_of_two_concurrent_decisions_the_second_is_refused,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_nothing_unfinished_is_reviewed, set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_a_unit_below_neither_reviews_nor_lowers_what_the_county_found, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_state_that_needs_a_step_is_not_left_by_a_review,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_a_new_record_below_an_approved_one_returns_it_to_the_inbox, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
