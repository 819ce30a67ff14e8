/* What a device may do to a record: from which states a step may start, who may take it, and which
 * people and units an entry may name. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/records/read.h"
#include "sync/hub/log/log.h"
#include "tests/support/signed-text.h"

#define TOWNSHIP_AREA "140603100"
#define HOUR_MS G_GINT64_CONSTANT(3600000)
#define DAY_MS (24 * HOUR_MS)

typedef struct {
  HubFixture *fixture;
  TestDevice *device; /* device of the county */
  char reviewer[BH_ID_LEN + 1];
  char leader[BH_ID_LEN + 1];
  char legal[BH_ID_LEN + 1];
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
  char hazard[BH_ID_LEN + 1];
  char begun[BH_ID_LEN + 1]; /* entry that made the visit */
  char found[BH_ID_LEN + 1]; /* entry that made the hazard */
} Scene;

static gsize push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined"));
}

static json_t *visit_set(TestDevice *device, const char *enterprise)
{
  return json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s, s:I}", "enterprise", enterprise, "modes",
                   "routine", "unit", device->unit, "lead", device->actor, "subject_found_by",
                   "code", "state", "on_site", "started_at", (json_int_t)1764230400000);
}

static json_t *hazard_set(Scene *scene)
{
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", scene->visit,
                   "enterprise", scene->enterprise, "summary", "护栏缺失", "level", "general",
                   "found_by", "inspection", "place", "井口", "recorded_by", scene->device->actor,
                   "state", "found");
}

static Scene begin(HubFixture *fixture)
{
  Scene scene = {.fixture = fixture, .device = test_device_new(fixture, fixture->county)};
  TestDevice *device = scene.device;
  test_sample_id("staff-sun", scene.reviewer);
  test_sample_id("staff-zhou", scene.leader);
  test_sample_id("staff-zheng", scene.legal);
  test_device_make_id(device, scene.enterprise);
  test_device_make_id(device, scene.visit);
  test_device_make_id(device, scene.hazard);
  assert_int_equal(
      push(device, test_device_enterprise(device, scene.enterprise, "一号矿", TOWNSHIP_AREA)), 0);
  assert_int_equal(push(device, test_device_entry(device, scene.visit, "inspection",
                                                  visit_set(device, scene.enterprise), NULL)),
                   0);
  g_strlcpy(scene.begun, device->last_entry, sizeof scene.begun);
  assert_int_equal(
      push(device, test_device_entry(device, scene.hazard, "hazard", hazard_set(&scene), NULL)), 0);
  g_strlcpy(scene.found, device->last_entry, sizeof scene.found);
  return scene;
}

static void end(Scene *scene)
{
  test_device_free(scene->device);
}

/* An entry with this id that sets keys of one record and names these entries for each key. */
static BhEntryText *make_entry(TestDevice *device, const char *id, const char *record,
                               const char *kind, const json_t *set, const char *const *was)
{
  const BhClock *clock = bh_clock_system();
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  BhEntryClock stamp = {.wall_ms = clock->wall_ms(clock->data),
                        .boot_ms = clock->boot_ms(clock->data),
                        .quality = BH_CLOCK_QUALITY_GOOD};
  g_strlcpy(stamp.boot_id, clock->boot_id(clock->data), sizeof stamp.boot_id);
  test_device_let(device);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(id, device->actor, &stamp, 0, bh_random_system());
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)set, key, value) {
    bh_body_builder_set(builder, record, kind, key, value, FALSE, was);
  }
  test_add_signed_text(builder, record, kind, set);
  if (!bh_body_builder_finish(builder, &body, &openings, &error))
    fail_msg("the body cannot be built: %s", error->message);
  return test_device_seal(device, body, openings);
}

/* Pushes a step that names these entries. Returns the number of quarantined entries;
 * device->last_entry is its entry. */
static gsize step(TestDevice *device, const char *record, const char *kind, const char *to,
                  const char *was, const char *was2)
{
  g_autofree char *first = g_strdup(was); /* may be last_entry itself */
  const char *names[] = {first, was2, NULL};
  g_autoptr(json_t) set = json_pack("{s:s}", "state", to);
  test_device_make_id(device, device->last_entry);
  return push(device, make_entry(device, device->last_entry, record, kind, set, names));
}

/* Makes an entry of the hub, as the office does. The entry id, g_free; NULL with an error. */
static char *act(Scene *scene, const char *by, const char *record, const char *kind, json_t *set,
                 GError **error)
{
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:o}]", "record", record, "kind", kind, "set", set);
  return bh_hub_append(scene->fixture->hub, by, ops, error);
}

static char *act_well(Scene *scene, const char *by, const char *record, const char *kind,
                      json_t *set)
{
  g_autoptr(GError) error = NULL;
  char *entry = act(scene, by, record, kind, set, &error);
  if (entry == NULL)
    fail_msg("%s", error->message);
  return entry;
}

static BhRecord *load(Scene *scene, const char *record)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(scene->fixture->hub, &error);
  BhRecord *loaded = bh_record_load(db, record, &error);
  bh_hub_release_reader(scene->fixture->hub, db);
  assert_non_null(loaded);
  return loaded;
}

static void assert_state(Scene *scene, const char *record, const char *state, gboolean conflict)
{
  g_autoptr(BhRecord) loaded = load(scene, record);
  assert_string_equal(bh_record_get_string(loaded, "state"), state);
  assert_int_equal(bh_record_has_conflict(loaded, "state"), conflict);
}

static gsize count_reports(Scene *scene, const char *record, const char *code)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(scene->fixture->hub, &error);
  g_autoptr(json_t) reports = bh_log_list_reports(db, record, 100, &error);
  bh_hub_release_reader(scene->fixture->hub, db);
  gsize n = 0;
  for (size_t at = 0; at < json_array_size(reports); at++)
    n += strcmp(bh_json_string_or(json_array_get(reports, at), "code", ""), code) == 0;
  return n;
}

/* --- states --- */

/* The visit is signed by the device and accepted at the office. *accepted: the entry of the office.
 */
static void accept(Scene *scene, char signed_entry[BH_ID_LEN + 1], char accepted[BH_ID_LEN + 1])
{
  assert_int_equal(step(scene->device, scene->visit, "inspection", "signed", scene->begun, NULL),
                   0);
  g_strlcpy(signed_entry, scene->device->last_entry, BH_ID_LEN + 1);
  /* The guards of accepting are not tested here, so the hub's own administration takes the step. */
  g_autofree char *entry =
      act_well(scene, NULL, scene->visit, "inspection", json_pack("{s:s}", "state", "accepted"));
  g_strlcpy(accepted, entry, BH_ID_LEN + 1);
}

static void test_a_decision_of_the_office_is_not_undone_by_naming_an_older_state(void **state)
{
  Scene scene = begin(*state);
  char was_signed[BH_ID_LEN + 1], accepted[BH_ID_LEN + 1];
  accept(&scene, was_signed, accepted);
  const char *older[] = {scene.begun, was_signed, NULL};
  static const char *const steps[] = {"cancelled", "signed", "on_site", "returned", "resubmitted"};
  for (guint i = 0; i < G_N_ELEMENTS(older); i++)
    for (guint j = 0; j < G_N_ELEMENTS(steps); j++)
      assert_int_equal(step(scene.device, scene.visit, "inspection", steps[j], accepted, older[i]),
                       1);
  assert_state(&scene, scene.visit, "accepted", FALSE);
  end(&scene);
}

static void test_a_voided_document_is_not_served_by_naming_an_older_state(void **state)
{
  Scene scene = begin(*state);
  TestDevice *device = scene.device;
  char document[BH_ID_LEN + 1], drafted[BH_ID_LEN + 1], issued[BH_ID_LEN + 1];
  static const char *const path[] = {"approved", "issued"};
  test_device_make_id(device, document);
  assert_int_equal(
      push(device,
           test_device_entry(device, document, "document",
                             json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:s}", "inspection",
                                       scene.visit, "enterprise", scene.enterprise, "doc_type",
                                       "order_rectify", "title", "责令限期整改指令书", "number",
                                       "平应急检记〔2026〕7号", "drafted_by", device->actor,
                                       "issued_at", (json_int_t)1764230400000, "state", "draft"),
                             NULL)),
      0);
  for (guint i = 0; i < G_N_ELEMENTS(path); i++) {
    g_strlcpy(drafted, device->last_entry, sizeof drafted);
    assert_int_equal(step(device, document, "document", path[i], drafted, NULL), 0);
  }
  g_strlcpy(issued, device->last_entry, sizeof issued);
  g_autofree char *voided = act_well(&scene, NULL, document, "document",
                                     json_pack("{s:s, s:s, s:s}", "state", "voided", "void_reason",
                                               "开错", "void_approver", scene.leader));
  assert_int_equal(step(device, document, "document", "served", voided, NULL), 1);
  assert_int_equal(step(device, document, "document", "served", voided, issued), 1);
  assert_int_equal(step(device, document, "document", "served", voided, drafted), 1);
  assert_state(&scene, document, "voided", FALSE);
  end(&scene);
}

/* A device may have an older code list: what it enters is kept, and reported. */
static void test_R013_a_code_that_is_not_offered_is_reported(void **state)
{
  Scene scene = begin(*state);
  char id[BH_ID_LEN + 1];
  bh_id_from_name("judge", "code", id);
  g_autofree char *code =
      act_well(&scene, NULL, id, "code",
               json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "list", "emerging_business", "code",
                         "cableway", "label_zh", "缆车索道", "valid_from", "2020-01-01", "basis",
                         "样例", "state", "set"));
  const char *const typed[] = {"cableway", "homestay"};
  for (gsize i = 0; i < G_N_ELEMENTS(typed); i++) {
    g_autoptr(json_t) set =
        json_pack("{s:s, s:s}", "emerging_business", typed[i], "duty_state", "unsettled");
    test_device_make_id(scene.device, scene.device->last_entry);
    assert_int_equal(push(scene.device, make_entry(scene.device, scene.device->last_entry,
                                                   scene.enterprise, "enterprise", set, NULL)),
                     0);
    assert_int_equal(count_reports(&scene, scene.enterprise, "invalid"), i);
  }
  end(&scene);
}

/* The device did not know the decision: its step is still possible, and the conflict is visible. */
static void test_an_honest_late_step_conflicts_visibly_with_a_decision(void **state)
{
  Scene scene = begin(*state);
  char was_signed[BH_ID_LEN + 1], accepted[BH_ID_LEN + 1];
  accept(&scene, was_signed, accepted);
  gsize before = count_reports(&scene, scene.visit, "transition");
  assert_int_equal(step(scene.device, scene.visit, "inspection", "cancelled", scene.begun, NULL),
                   0);
  g_autoptr(BhRecord) visit = load(&scene, scene.visit);
  assert_true(bh_record_has_conflict(visit, "state"));
  assert_int_equal(count_reports(&scene, scene.visit, "transition"), before + 1);
  /* Every state that a step names must allow it, even if none of them is the current one. */
  assert_int_equal(
      step(scene.device, scene.visit, "inspection", "cancelled", scene.begun, was_signed), 1);
  end(&scene);
}

static void test_an_accepted_visit_cannot_begin_again(void **state)
{
  Scene scene = begin(*state);
  char was_signed[BH_ID_LEN + 1], accepted[BH_ID_LEN + 1];
  /* Another device may have made the record too. */
  assert_int_equal(step(scene.device, scene.visit, "inspection", "on_site", NULL, NULL), 0);
  Scene other = begin(*state);
  accept(&other, was_signed, accepted);
  assert_int_equal(step(other.device, other.visit, "inspection", "on_site", NULL, NULL), 1);
  assert_state(&other, other.visit, "accepted", FALSE);
  end(&scene);
  end(&other);
}

/* The verdicts on every step from every pair of the hazard's entries, as one text. `order`: which
 * id each of them has; `was` is sorted in a body, so the ids decide which entry is first. */
static char *dup_verdicts(Scene *scene, const guint order[4])
{
  TestDevice *device = scene->device;
  static const char *const path[] = {"found", "suspected", "found", "suspected"};
  static const char *const steps[] = {"fixed_on_site", "ordered", "suspected", "confirmed",
                                      "closed"};
  char ids[4][BH_ID_LEN + 1];
  GString *verdicts = g_string_new(NULL);
  test_device_make_id(device, scene->hazard);
  for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
    test_device_make_id(device, ids[i]);
  test_sample_id("staff-feng", device->actor);
  for (guint i = 0; i < G_N_ELEMENTS(path); i++) {
    const char *was[] = {i > 0 ? ids[order[i - 1]] : NULL, NULL};
    g_autoptr(json_t) set = i == 0 ? hazard_set(scene) : json_pack("{s:s}", "state", path[i]);
    assert_int_equal(
        push(device, make_entry(device, ids[order[i]], scene->hazard, "hazard", set, was)), 0);
  }
  /* Each step is tried on the same record. An accepted step is added and replaces nothing that
   * later ones name. */
  for (guint i = 0; i < 4; i++)
    for (guint j = 0; j < i; j++)
      for (guint k = 0; k < G_N_ELEMENTS(steps); k++) {
        const char *was[] = {ids[order[i]], ids[order[j]], NULL};
        gboolean head = i == 3;
        g_string_append_printf(verdicts, "%u%u%s ", i, j, steps[k]);
        if (head && strcmp(steps[k], "confirmed") == 0)
          continue; /* would be accepted */
        g_string_append_printf(verdicts, "%" G_GSIZE_FORMAT "\n",
                               step(device, scene->hazard, "hazard", steps[k], was[0], was[1]));
      }
  return g_string_free(verdicts, FALSE);
}

static void test_the_order_of_replaced_entries_has_no_meaning(void **state)
{
  static const guint orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2},
                                    {2, 0, 3, 1}, {3, 0, 1, 2}, {1, 2, 3, 0}};
  Scene scene = begin(*state);
  g_autofree char *first = dup_verdicts(&scene, orders[0]);
  assert_non_null(strstr(first, " 0"));
  assert_non_null(strstr(first, " 1"));
  for (guint i = 1; i < G_N_ELEMENTS(orders); i++) {
    g_autofree char *other = dup_verdicts(&scene, orders[i]);
    assert_string_equal(first, other);
  }
  end(&scene);
}

static void test_an_unknown_state_beside_a_known_one_waits(void **state)
{
  Scene scene = begin(*state);
  char unknown[BH_ID_LEN + 1];
  test_device_make_id(scene.device, unknown);
  assert_int_equal(step(scene.device, scene.hazard, "hazard", "ordered", scene.found, unknown), 1);
  assert_int_equal(step(scene.device, scene.hazard, "hazard", "ordered", scene.found, NULL), 0);
  end(&scene);
}

/* --- people --- */

static void test_a_step_is_taken_only_by_people_that_the_kind_names(void **state)
{
  Scene scene = begin(*state);
  TestDevice *device = scene.device;
  char suspected[BH_ID_LEN + 1], confirmed[BH_ID_LEN + 1], expert[BH_ID_LEN + 1];
  g_autofree char *inspector = g_strdup(device->actor);
  test_sample_id("staff-feng", expert);
  assert_int_equal(step(device, scene.hazard, "hazard", "suspected", scene.found, NULL), 0);
  g_strlcpy(suspected, device->last_entry, sizeof suspected);
  /* The inspector may not take the step, and a release does not help. */
  assert_int_equal(step(device, scene.hazard, "hazard", "confirmed", suspected, NULL), 1);
  g_strlcpy(confirmed, device->last_entry, sizeof confirmed);
  assert_int_equal(step(device, scene.hazard, "hazard", "planned", confirmed, NULL), 1);
  g_strlcpy(device->actor, expert, sizeof device->actor);
  assert_int_equal(step(device, scene.hazard, "hazard", "confirmed", suspected, NULL), 0);
  g_strlcpy(confirmed, device->last_entry, sizeof confirmed);
  g_strlcpy(device->actor, inspector, sizeof device->actor);
  assert_int_equal(step(device, scene.hazard, "hazard", "planned", confirmed, NULL), 0);
  assert_state(&scene, scene.hazard, "planned", FALSE);
  end(&scene);
}

/* An entry of the device's actor, made at a time of the actor's clock. */
static BhEntryText *make_note(TestDevice *device, const char *record, gint64 wall_ms)
{
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  BhEntryClock stamp = {.wall_ms = wall_ms, .boot_ms = 1, .boot_id = "boot"};
  test_device_make_id(device, device->last_entry);
  test_device_let(device);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(device->last_entry, device->actor, &stamp, 0, bh_random_system());
  g_autoptr(json_t) value = json_string("东坡");
  bh_body_builder_set(builder, record, "enterprise", "address", value, FALSE, NULL);
  if (!bh_body_builder_finish(builder, &body, &openings, &error))
    fail_msg("the body cannot be built: %s", error->message);
  return test_device_seal(device, body, openings);
}

static void test_an_entry_made_while_in_service_is_accepted_after_the_person_left(void **state)
{
  HubFixture *fixture = *state;
  const BhClock *clock = bh_clock_system();
  gint64 friday_ms = clock->wall_ms(clock->data);
  Scene scene = begin(fixture);
  TestDevice *device = scene.device;
  char other[BH_ID_LEN + 1];
  fixture->skew_ms = 3 * DAY_MS;
  g_autofree char *left =
      act_well(&scene, scene.leader, device->actor, "staff", json_pack("{s:s}", "state", "left"));
  fixture->skew_ms = 4 * DAY_MS;
  assert_int_equal(push(device, make_note(device, scene.enterprise, friday_ms)), 0);
  assert_int_equal(push(device, make_note(device, scene.enterprise, friday_ms + 3 * DAY_MS)), 0);
  assert_int_equal(push(device, make_note(device, scene.enterprise, friday_ms + 4 * DAY_MS)), 1);
  /* A time ahead of the hub proves only that the entry was received. */
  assert_int_equal(push(device, make_note(device, scene.enterprise, friday_ms + 99 * DAY_MS)), 1);
  /* The entry cannot be older than the enrolment of the device: people who were not in service then
   * do not act. */
  test_add_inspector(fixture, fixture->township, other);
  g_strlcpy(device->actor, other, sizeof device->actor);
  assert_int_equal(push(device, make_note(device, scene.enterprise, friday_ms - 400 * DAY_MS)), 1);
  end(&scene);
}

static void test_a_clock_in_the_past_does_not_refuse_people_now_in_service(void **state)
{
  Scene scene = begin(*state);
  TestDevice *device = scene.device;
  test_add_inspector(scene.fixture, scene.fixture->county, device->actor);
  assert_int_equal(push(device, make_note(device, scene.enterprise, DAY_MS)), 0);
  end(&scene);
}

static void test_entries_made_before_a_move_count_for_the_old_unit(void **state)
{
  HubFixture *fixture = *state;
  const BhClock *clock = bh_clock_system();
  gint64 before_ms = clock->wall_ms(clock->data);
  Scene scene = begin(fixture);
  TestDevice *device = scene.device;
  fixture->skew_ms = 3 * DAY_MS;
  g_autofree char *moved =
      act_well(&scene, NULL, device->actor, "staff", json_pack("{s:s}", "unit", fixture->township));
  fixture->skew_ms = 5 * DAY_MS;
  assert_int_equal(push(device, make_note(device, scene.enterprise, before_ms)), 0);
  assert_int_equal(push(device, make_note(device, scene.enterprise, before_ms + 5 * DAY_MS)), 1);
  end(&scene);
}

/* --- people and units an entry names --- */

static void test_a_device_makes_no_record_of_another_unit_or_of_its_people(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  TestDevice *device = scene.device;
  char visit[BH_ID_LEN + 1], nobody[BH_ID_LEN + 1];
  test_device_make_id(device, nobody);
  const struct {
    const char *key;
    const char *value;
  } foreign[] = {{"unit", fixture->township},
                 {"unit", nobody},
                 {"lead", fixture->inspector},
                 {"lead", nobody}};
  for (guint i = 0; i < G_N_ELEMENTS(foreign); i++) {
    json_t *set = visit_set(device, scene.enterprise);
    json_object_set_new(set, foreign[i].key, json_string(foreign[i].value));
    test_device_make_id(device, visit);
    assert_int_equal(push(device, test_device_entry(device, visit, "inspection", set, NULL)), 1);
    assert_int_equal(
        push(device, test_device_entry(device, scene.visit, "inspection",
                                       json_pack("{s:s}", foreign[i].key, foreign[i].value), NULL)),
        1);
  }
  json_t *set = hazard_set(&scene);
  json_object_set_new(set, "recorded_by", json_string(fixture->inspector));
  test_device_make_id(device, visit);
  assert_int_equal(push(device, test_device_entry(device, visit, "hazard", set, NULL)), 1);
  end(&scene);
}

static void test_joint_visits_and_permitted_work_on_other_units_records_are_accepted(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  TestDevice *township = test_device_new(fixture, fixture->township);
  char participant[BH_ID_LEN + 1], own[BH_ID_LEN + 1], enterprise[BH_ID_LEN + 1];
  test_device_make_id(scene.device, participant);
  test_device_make_id(township, own);
  test_device_make_id(township, enterprise);
  /* A participant of another unit; a hazard of a county visit, found and ordered by the township;
   * an unchanged unit and lead; an enterprise of the township, changed by the county. */
  assert_int_equal(
      push(scene.device, test_device_entry(scene.device, participant, "participant",
                                           json_pack("{s:s, s:s, s:s}", "inspection", scene.visit,
                                                     "staff", fixture->inspector, "role", "member"),
                                           NULL)),
      0);
  json_t *set = hazard_set(&scene);
  json_object_set_new(set, "recorded_by", json_string(township->actor));
  assert_int_equal(push(township, test_device_entry(township, own, "hazard", set, NULL)), 0);
  assert_int_equal(step(township, scene.hazard, "hazard", "ordered", scene.found, NULL), 0);
  assert_int_equal(
      push(township, test_device_entry(township, scene.visit, "inspection",
                                       json_pack("{s:s, s:s}", "unit", scene.device->unit, "lead",
                                                 scene.device->actor),
                                       NULL)),
      0);
  assert_int_equal(
      push(township, test_device_enterprise(township, enterprise, "二号矿", TOWNSHIP_AREA)), 0);
  assert_int_equal(push(scene.device, test_device_entry(scene.device, enterprise, "enterprise",
                                                        json_pack("{s:s}", "notes", "县查"), NULL)),
                   0);
  test_device_free(township);
  end(&scene);
}

/* --- choosing among heads --- */

static char *choose(Scene *scene, const char *by, const char *record, const char *kind,
                    const char *to, GError **error)
{
  return act(scene, by, record, kind, json_pack("{s:s}", "state", to), error);
}

static void test_a_conflict_of_states_is_resolved_by_people_who_may_take_either_step(void **state)
{
  static const char *const choices[] = {"accepted", "cancelled"};
  for (guint i = 0; i < G_N_ELEMENTS(choices); i++) {
    g_autoptr(GError) error = NULL;
    Scene scene = begin(*state);
    char was_signed[BH_ID_LEN + 1], accepted[BH_ID_LEN + 1];
    accept(&scene, was_signed, accepted);
    assert_int_equal(step(scene.device, scene.visit, "inspection", "cancelled", scene.begun, NULL),
                     0);
    g_autofree char *refused =
        choose(&scene, scene.legal, scene.visit, "inspection", choices[i], &error);
    assert_null(refused);
    assert_int_equal(error->code, BH_ERROR_DENIED);
    g_clear_error(&error);
    /* It cannot be a step to another state. */
    g_autofree char *elsewhere =
        choose(&scene, scene.leader, scene.visit, "inspection", "followed", &error);
    assert_null(elsewhere);
    g_clear_error(&error);
    g_autofree char *chosen = choose(&scene, i == 0 ? scene.leader : scene.reviewer, scene.visit,
                                     "inspection", choices[i], &error);
    if (chosen == NULL)
      fail_msg("%s: %s", choices[i], error->message);
    assert_state(&scene, scene.visit, choices[i], FALSE);
    end(&scene);
  }
}

/* The newest of two states is shown, but what either of them locks is locked: in the record, in
 * records below it, and for new records below it. */
static void test_a_superseded_step_unlocks_nothing(void **state)
{
  Scene scene = begin(*state);
  TestDevice *device = scene.device;
  char visit[BH_ID_LEN + 1], below[BH_ID_LEN + 1], more[BH_ID_LEN + 1];
  test_device_make_id(device, visit);
  test_device_make_id(device, below);
  test_device_make_id(device, more);
  json_t *set = visit_set(device, scene.enterprise);
  json_object_set_new(set, "state", json_string("assigned"));
  json_object_set_new(set, "unplanned_reason", json_string("举报"));
  g_autofree char *assigned = act_well(&scene, NULL, visit, "inspection", set);
  assert_int_equal(step(device, visit, "inspection", "on_site", assigned, NULL), 0);
  g_strlcpy(scene.visit, visit, sizeof scene.visit);
  g_autofree char *begun = g_strdup(device->last_entry);
  assert_int_equal(
      push(device, test_device_entry(device, below, "hazard", hazard_set(&scene), NULL)), 0);
  assert_int_equal(step(device, visit, "inspection", "signed", begun, NULL), 0);
  assert_int_equal(push(device, test_device_entry(device, visit, "inspection",
                                                  json_pack("{s:s}", "opinion", "改"), NULL)),
                   1);
  assert_int_equal(step(device, visit, "inspection", "on_site", assigned, NULL), 0);
  assert_state(&scene, visit, "on_site", TRUE);
  assert_int_equal(push(device, test_device_entry(device, visit, "inspection",
                                                  json_pack("{s:s}", "opinion", "改"), NULL)),
                   1);
  assert_int_equal(push(device, test_device_entry(device, below, "hazard",
                                                  json_pack("{s:s}", "summary", "改"), NULL)),
                   1);
  assert_int_equal(
      push(device, test_device_entry(device, more, "hazard", hazard_set(&scene), NULL)), 1);
  end(&scene);
}

/* An honest late step may set the fields that it asks for, and nothing else. */
static void test_a_late_step_may_set_only_the_fields_that_it_asks_for(void **state)
{
  Scene scene = begin(*state);
  TestDevice *device = scene.device;
  char was_signed[BH_ID_LEN + 1], accepted[BH_ID_LEN + 1];
  accept(&scene, was_signed, accepted);
  assert_int_equal(
      push(device, test_device_entry(device, scene.visit, "inspection",
                                     json_pack("{s:s, s:s}", "state", "cancelled", "opinion", "改"),
                                     scene.begun)),
      1);
  assert_int_equal(push(device, test_device_entry(device, scene.visit, "inspection",
                                                  json_pack("{s:s, s:s}", "state", "cancelled",
                                                            "cancel_reason", "停产"),
                                                  scene.begun)),
                   0);
  end(&scene);
}

/* A device that names both heads cannot choose in place of the office. */
static void test_a_device_does_not_choose_over_a_decision(void **state)
{
  Scene scene = begin(*state);
  char was_signed[BH_ID_LEN + 1], accepted[BH_ID_LEN + 1], cancelled[BH_ID_LEN + 1];
  accept(&scene, was_signed, accepted);
  assert_int_equal(step(scene.device, scene.visit, "inspection", "cancelled", scene.begun, NULL),
                   0);
  g_strlcpy(cancelled, scene.device->last_entry, sizeof cancelled);
  assert_int_equal(step(scene.device, scene.visit, "inspection", "cancelled", accepted, cancelled),
                   1);
  assert_int_equal(step(scene.device, scene.visit, "inspection", "accepted", accepted, cancelled),
                   1);
  g_autoptr(BhRecord) visit = load(&scene, scene.visit);
  assert_true(bh_record_has_conflict(visit, "state"));
  end(&scene);
}

/* --- the office --- */

static void test_an_entry_of_the_office_is_judged_by_who_acts(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  g_autoptr(GError) error = NULL;
  char far[BH_ID_LEN + 1];
  test_device_make_id(scene.device, far);
  assert_int_equal(
      push(scene.device, test_device_enterprise(scene.device, far, "远矿", "140603101")), 0);
  const struct {
    const char *by;
    const char *record;
    gboolean good;
  } cases[] = {{fixture->inspector, scene.enterprise, TRUE},
               {fixture->inspector, far, FALSE},
               {scene.reviewer, far, TRUE},
               {fixture->township, scene.enterprise, FALSE}};
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *entry = act(&scene, cases[i].by, cases[i].record, "enterprise",
                                 json_pack("{s:s}", "notes", "备注"), &error);
    if ((entry != NULL) != cases[i].good)
      fail_msg("case %u: %s", i, error != NULL ? error->message : "done");
    g_clear_error(&error);
  }
  end(&scene);
}

/* Reports the hazard as rectified, with `reporter` as the reporting person (NULL: nobody). */
static gsize report_fixed(Scene *scene, const char *reporter, const char *ordered)
{
  const char *names[] = {ordered, NULL};
  g_autoptr(json_t) set =
      json_pack("{s:s, s:s*}", "state", "reported_fixed", "reported_by", reporter);
  TestDevice *device = scene->device;
  test_device_make_id(device, device->last_entry);
  return push(device, make_entry(device, device->last_entry, scene->hazard, "hazard", set, names));
}

/* The acting person must be the taker that the step names, because a guard of a later step (another
 * person re-checks) uses the taker. */
static void test_a_step_must_name_the_acting_person_as_its_taker(void **state)
{
  Scene scene = begin(*state);
  char colleague[BH_ID_LEN + 1], ordered[BH_ID_LEN + 1];
  test_add_inspector(scene.fixture, scene.fixture->county, colleague);
  assert_int_equal(step(scene.device, scene.hazard, "hazard", "ordered", scene.found, NULL), 0);
  g_strlcpy(ordered, scene.device->last_entry, sizeof ordered);
  assert_int_equal(report_fixed(&scene, colleague, ordered), 1);
  assert_int_equal(report_fixed(&scene, NULL, ordered), 1);
  assert_int_equal(report_fixed(&scene, scene.device->actor, ordered), 0);
  end(&scene);
}

/* An extension names the deadline that it replaces, which must be the present one. */
static void test_an_extension_names_the_deadline_that_was_there(void **state)
{
  Scene scene = begin(*state);
  TestDevice *device = scene.device;
  char ordered[BH_ID_LEN + 1];
  static const struct {
    const char *old;
    gsize waits;
  } cases[] = {{"2030-11-30", 1}, {NULL, 1}, {"2030-12-01", 0}};
  assert_int_equal(
      push(device, test_device_entry(device, scene.hazard, "hazard",
                                     json_pack("{s:s}", "deadline", "2030-12-01"), NULL)),
      0);
  assert_int_equal(step(device, scene.hazard, "hazard", "ordered", scene.found, NULL), 0);
  g_strlcpy(ordered, device->last_entry, sizeof ordered);
  g_strlcpy(device->actor, scene.leader, sizeof device->actor);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *names[] = {ordered, NULL};
    g_autoptr(json_t) set =
        json_pack("{s:s, s:s, s:s, s:s*}", "state", "ordered", "deadline", "2031-01-31",
                  "extension_reason", "设备未到", "extension_old_deadline", cases[i].old);
    test_device_make_id(device, device->last_entry);
    assert_int_equal(
        push(device, make_entry(device, device->last_entry, scene.hazard, "hazard", set, names)),
        cases[i].waits);
  }
  end(&scene);
}

/* A release does not accept it either. */
static void test_no_release_names_another_taker(void **state)
{
  Scene scene = begin(*state);
  g_autoptr(GError) error = NULL;
  char colleague[BH_ID_LEN + 1], ordered[BH_ID_LEN + 1];
  test_add_inspector(scene.fixture, scene.fixture->county, colleague);
  assert_int_equal(step(scene.device, scene.hazard, "hazard", "ordered", scene.found, NULL), 0);
  g_strlcpy(ordered, scene.device->last_entry, sizeof ordered);
  assert_int_equal(report_fixed(&scene, colleague, ordered), 1);
  assert_false(
      bh_hub_release(scene.fixture->hub, NULL, scene.device->last_entry, FALSE, "因", &error));
  end(&scene);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_a_decision_of_the_office_is_not_undone_by_naming_an_older_state),
      TEST(test_a_voided_document_is_not_served_by_naming_an_older_state),
      TEST(test_an_honest_late_step_conflicts_visibly_with_a_decision),
      TEST(test_R013_a_code_that_is_not_offered_is_reported),
      TEST(test_an_accepted_visit_cannot_begin_again),
      TEST(test_the_order_of_replaced_entries_has_no_meaning),
      TEST(test_an_unknown_state_beside_a_known_one_waits),
      TEST(test_a_step_is_taken_only_by_people_that_the_kind_names),
      TEST(test_an_entry_made_while_in_service_is_accepted_after_the_person_left),
      TEST(test_a_clock_in_the_past_does_not_refuse_people_now_in_service),
      TEST(test_entries_made_before_a_move_count_for_the_old_unit),
      TEST(test_a_device_makes_no_record_of_another_unit_or_of_its_people),
      TEST(test_joint_visits_and_permitted_work_on_other_units_records_are_accepted),
      TEST(test_a_conflict_of_states_is_resolved_by_people_who_may_take_either_step),
      TEST(test_a_device_does_not_choose_over_a_decision),
      TEST(test_a_superseded_step_unlocks_nothing),
      TEST(test_a_late_step_may_set_only_the_fields_that_it_asks_for),
      TEST(test_an_entry_of_the_office_is_judged_by_who_acts),
      TEST(test_a_step_must_name_the_acting_person_as_its_taker),
      TEST(test_no_release_names_another_taker),
      TEST(test_an_extension_names_the_deadline_that_was_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
