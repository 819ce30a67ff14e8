/* A dishonest enrolled device: what it must not reach, decide or break for others. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/civil.h"
#include "sync/hub/access/list.h"
#include "sync/hub/records/read.h"
#include "sync/hub/hub-private.h"
#include "sync/wire/limits.h"

/* Pushes one entry. Returns the number of its operations in quarantine. */
static gsize push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  if (answer->status != 200)
    fail_msg("%ld: %s", answer->status, answer->body->str);
  return json_array_size(json_object_get(answer->json, "quarantined"));
}

/* Sets one key with `was` (NULL, or an entry id). Returns the number of entries in quarantine for
 * it. */
static gsize set_key(TestDevice *device, const char *record, const char *kind, const char *key,
                     json_t *value, const char *was)
{
  json_t *set = json_object();
  json_object_set_new(set, key, value);
  return push(device, test_device_entry(device, record, kind, set, was));
}

static void make_id(TestDevice *device, char id[BH_ID_LEN + 1])
{
  test_device_make_id(device, id);
}

static char *dup_value(HubFixture *fixture, const char *id, const char *key)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhRecord) record = bh_record_load(db, id, &error);
  bh_hub_release_reader(fixture->hub, db);
  json_t *value = record != NULL ? bh_record_get(record, key) : NULL;
  return value != NULL ? bh_json_dump(value) : NULL;
}

static BhEntryText *make_visit(TestDevice *device, const char *visit, const char *enterprise,
                               const char *mode)
{
  return test_device_entry(device, visit, "inspection",
                           json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", enterprise,
                                     "modes", mode, "unit", device->unit, "lead", device->actor,
                                     "state", "on_site"),
                           NULL);
}

typedef struct {
  TestDevice *county;
  TestDevice *township;
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
  char entry[BH_ID_LEN + 1]; /* the entry that made the visit */
} Scene;

static Scene begin(HubFixture *fixture, const char *mode)
{
  Scene scene = {test_device_new(fixture, fixture->county),
                 test_device_new(fixture, fixture->township), "", "", ""};
  make_id(scene.county, scene.enterprise);
  make_id(scene.county, scene.visit);
  assert_int_equal(push(scene.county, test_device_enterprise(scene.county, scene.enterprise,
                                                             "一号矿", "140603100")),
                   0);
  assert_int_equal(
      push(scene.county, make_visit(scene.county, scene.visit, scene.enterprise, mode)), 0);
  g_strlcpy(scene.entry, scene.county->last_entry, sizeof scene.entry);
  return scene;
}

static void end(Scene *scene)
{
  test_device_free(scene->county);
  test_device_free(scene->township);
}

static void test_I13_no_device_opens_a_covert_visit_it_is_not_shown(void **state)
{
  Scene scene = begin(*state, "covert");
  TestDevice *device = scene.township;
  assert_int_equal(set_key(device, scene.visit, "inspection", "released", json_true(), NULL), 1);
  assert_int_equal(
      set_key(device, scene.visit, "inspection", "modes", json_pack("[s]", "routine"), scene.entry),
      1);
  assert_int_equal(
      set_key(device, scene.visit, "inspection", "unit", json_string(device->unit), scene.entry),
      1);
  g_autoptr(json_t) changes = test_pull(device, NULL);
  assert_null(test_find_record(changes, scene.visit));
  assert_non_null(test_find_record(changes, scene.enterprise));
  end(&scene);
}

static void test_nobody_gives_points_to_their_own_file(void **state)
{
  Scene scene = begin(*state, "routine");
  assert_int_equal(set_key(scene.county, scene.visit, "inspection", "file_review_score",
                           json_integer(100), NULL),
                   1);
  assert_int_equal(set_key(scene.county, scene.visit, "inspection", "published_at",
                           json_string("2026-11-20"), NULL),
                   1);
  assert_null(dup_value(*state, scene.visit, "file_review_score"));
  end(&scene);
}

static void test_records_of_other_areas_are_changed_only_by_release(void **state)
{
  Scene scene = begin(*state, "routine");
  char far[BH_ID_LEN + 1];
  make_id(scene.county, far);
  assert_int_equal(
      push(scene.county, test_device_enterprise(scene.county, far, "远矿", "140603101")), 0);
  assert_int_equal(
      set_key(scene.township, far, "enterprise", "area", json_string("140603100"), NULL), 1);
  assert_int_equal(
      set_key(scene.township, scene.enterprise, "enterprise", "name", json_string("本地矿"), NULL),
      0);
  g_autofree char *area = dup_value(*state, far, "area");
  g_autofree char *name = dup_value(*state, scene.enterprise, "name");
  assert_string_equal(area, "\"140603101\"");
  assert_string_equal(name, "\"本地矿\"");
  end(&scene);
}

static void test_reviews_are_decided_at_the_hub_and_answered_by_devices(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "routine");
  TestDevice *device = scene.county;
  char own[BH_ID_LEN + 1], asked[BH_ID_LEN + 1];
  make_id(device, own);
  make_id(device, asked);
  assert_int_equal(
      push(device,
           test_device_entry(device, own, "review",
                             json_pack("{s:s, s:s, s:s, s:s}", "parent", scene.visit, "decision",
                                       "approve", "state", "closed", "covers", scene.entry),
                             NULL)),
      1);
  g_autoptr(GError) error = NULL;
  assert_int_equal(
      set_key(device, scene.visit, "inspection", "started_at", json_integer(1764230400000), NULL),
      0);
  assert_int_equal(
      set_key(device, scene.visit, "inspection", "state", json_string("signed"), scene.entry), 0);
  g_autoptr(json_t) ops = json_pack(
      "[{s:s, s:s, s:{s:s, s:s, s:s, s:s}}, {s:s, s:s, s:{s:s}}]", "record", asked, "kind",
      "review", "set", "parent", scene.visit, "decision", "return", "comment", "请补正", "state",
      "open", "record", scene.visit, "kind", "inspection", "set", "state", "returned");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the hub refuses its own entry: %s", error->message);
  assert_int_equal(set_key(device, asked, "review", "state", json_string("closed"), entry), 1);
  assert_int_equal(set_key(device, asked, "review", "decision", json_string("approve"), entry), 1);
  assert_int_equal(
      push(device, test_device_entry(
                       device, asked, "review",
                       json_pack("{s:s, s:s}", "answer", "已补正", "state", "answered"), entry)),
      0);
  g_autofree char *decision = dup_value(fixture, asked, "decision");
  g_autofree char *at = dup_value(fixture, asked, "state");
  assert_string_equal(decision, "\"return\"");
  assert_string_equal(at, "\"answered\"");
  end(&scene);
}

static const char *const OFFICE_KINDS[] = {"unit", "staff", "device", "checklist", "release"};

/* The kind set in use without the members that leave something to the hub. */
static BhKindSet *without_writers(BhHub *hub)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  const char *text = bh_kind_set_get_text(kinds);
  g_autoptr(json_t) root = json_loads(text, 0, NULL);
  size_t at;
  json_t *kind;
  json_array_foreach(json_object_get(root, "kinds"), at, kind) {
    json_object_del(kind, "written_by");
  }
  g_autofree char *older = bh_json_dump_sorted(root);
  BhKindSet *set = bh_kind_set_from_text(older, strlen(older), &error);
  if (set == NULL)
    fail_msg("the kind set cannot be used: %s", error->message);
  return set;
}

static void test_fields_left_to_the_hub_are_quarantined_with_any_kind_set(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) now = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(BhKindSet) older = without_writers(fixture->hub);
  TestDevice *device = test_device_new(fixture, fixture->county);
  assert_true(bh_hub_set_kinds(fixture->hub, older, &error));
  assert_true(bh_hub_set_kinds(fixture->hub, now, &error));
  for (guint i = 0; i < G_N_ELEMENTS(OFFICE_KINDS); i++) {
    char id[BH_ID_LEN + 1];
    const char *key = i < 3 ? "name" : i == 3 ? "code" : "entry";
    make_id(device, id);
    g_strlcpy(device->kinds, bh_kind_set_get_hash(now), sizeof device->kinds);
    assert_int_equal(set_key(device, id, OFFICE_KINDS[i], key, json_string("x"), NULL), 1);
    g_strlcpy(device->kinds, bh_kind_set_get_hash(older), sizeof device->kinds);
    assert_int_equal(set_key(device, id, OFFICE_KINDS[i], key, json_string("x"), NULL), 1);
    assert_null(dup_value(fixture, id, key));
  }
  test_device_free(device);
}

static void test_a_quarantined_step_does_not_allow_the_next_step(void **state)
{
  Scene scene = begin(*state, "routine");
  TestDevice *device = scene.county;
  char jumped[BH_ID_LEN + 1];
  assert_int_equal(
      set_key(device, scene.visit, "inspection", "state", json_string("accepted"), scene.entry), 1);
  g_strlcpy(jumped, device->last_entry, sizeof jumped);
  assert_int_equal(
      set_key(device, scene.visit, "inspection", "state", json_string("archived"), jumped), 1);
  g_autofree char *at = dup_value(*state, scene.visit, "state");
  assert_string_equal(at, "\"on_site\"");
  end(&scene);
}

static void test_a_step_quarantined_for_its_data_allows_the_next_step(void **state)
{
  Scene scene = begin(*state, "routine");
  TestDevice *device = scene.county;
  char held[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1];
  make_id(device, hazard);
  assert_int_equal(
      push(device, test_device_entry(device, hazard, "hazard",
                                     json_pack("{s:s, s:s, s:s}", "inspection", scene.visit,
                                               "state", "found", "no_such", "x"),
                                     NULL)),
      1);
  g_strlcpy(held, device->last_entry, sizeof held);
  assert_int_equal(set_key(device, hazard, "hazard", "state", json_string("ordered"), held), 0);
  end(&scene);
}

static gsize push_hazard(TestDevice *device, const char *hazard, const char *visit)
{
  return push(device, test_device_entry(
                          device, hazard, "hazard",
                          json_pack("{s:s, s:s}", "inspection", visit, "state", "found"), NULL));
}

static void test_I13_a_device_cannot_add_records_below_a_hidden_record(void **state)
{
  Scene scene = begin(*state, "covert");
  TestDevice *device = scene.township;
  char own[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1], moved[BH_ID_LEN + 1], early[BH_ID_LEN + 1],
      unseen[BH_ID_LEN + 1];
  make_id(device, own);
  make_id(device, hazard);
  make_id(device, moved);
  make_id(device, early);
  make_id(device, unseen);
  assert_int_equal(push_hazard(device, hazard, scene.visit), 1);
  /* A parent and a child in one batch, and a child before its parent. */
  BhEntryText *parent = make_visit(device, own, scene.enterprise, "routine");
  BhEntryText *child = test_device_entry(
      device, moved, "hazard", json_pack("{s:s, s:s}", "inspection", own, "state", "found"), NULL);
  g_autoptr(Answer) both = test_push(device, parent, child, NULL);
  assert_int_equal(json_array_size(json_object_get(both->json, "quarantined")), 0);
  assert_int_equal(push_hazard(device, early, unseen), 0);
  assert_int_equal(
      set_key(device, moved, "hazard", "inspection", json_string(scene.visit), device->last_entry),
      1);
  assert_int_equal(push_hazard(scene.county, hazard, scene.visit), 0);
  end(&scene);
}

static gboolean names(const json_t *list, const char *id)
{
  size_t at;
  json_t *item;
  json_array_foreach((json_t *)list, at, item) {
    if (g_strcmp0(json_string_value(item), id) == 0)
      return TRUE;
  }
  return FALSE;
}

static json_t *pull_on(TestDevice *device, json_t **before)
{
  json_t *now = test_pull(device, bh_json_string_or(*before, "cursor", NULL));
  json_decref(*before);
  *before = now;
  return now;
}

static void test_I13_gone_names_only_records_that_the_device_received(void **state)
{
  Scene scene = begin(*state, "covert");
  char hazard[BH_ID_LEN + 1];
  make_id(scene.county, hazard);
  g_autoptr(json_t) seen = test_pull(scene.township, NULL);
  assert_int_equal(push_hazard(scene.county, hazard, scene.visit), 0);
  assert_int_equal(
      set_key(scene.county, scene.visit, "inspection", "place_note", json_string("井口"), NULL), 0);
  pull_on(scene.township, &seen);
  assert_int_equal(set_key(scene.county, hazard, "hazard", "place", json_string("巷道"), NULL), 0);
  pull_on(scene.township, &seen);
  assert_int_equal(json_array_size(json_object_get(seen, "gone")), 0);
  /* When the visit is released, the device receives it; when it is hidden again, the device is told
   * that it and all records below it are gone. */
  test_set_released(*state, scene.visit, TRUE);
  pull_on(scene.township, &seen);
  assert_non_null(test_find_record(seen, scene.visit));
  assert_non_null(test_find_record(seen, hazard));
  test_set_released(*state, scene.visit, FALSE);
  pull_on(scene.township, &seen);
  assert_true(names(json_object_get(seen, "gone"), scene.visit));
  assert_true(names(json_object_get(seen, "gone"), hazard));
  /* Changes of the hidden record reveal nothing more; the first one may repeat what the device was
   * sent before. */
  for (int i = 0; i < 2; i++) {
    g_autofree char *text = g_strdup_printf("密 %d", i);
    assert_int_equal(
        set_key(scene.county, scene.visit, "inspection", "opinion", json_string(text), NULL), 0);
    pull_on(scene.township, &seen);
  }
  assert_int_equal(json_array_size(json_object_get(seen, "gone")), 0);
  end(&scene);
}

/* The hub sets `valid_to` of all people of a unit. */
static void end_terms(HubFixture *fixture, const char *unit, const char *valid_to)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) query = json_pack("{s:s, s:i}", "kind", "staff", "limit", 200);
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  size_t at;
  json_t *row;
  json_array_foreach(json_object_get(page, "rows"), at, row) {
    const char *id = bh_json_string_or(row, "id", "");
    g_autofree char *of = dup_value(fixture, id, "unit");
    if (of == NULL || strstr(of, unit) == NULL)
      continue;
    g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s}}]", "record", id, "kind", "staff", "set",
                                      "valid_to", valid_to);
    g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
    if (entry == NULL)
      fail_msg("the hub refuses its own entry: %s", error->message);
  }
}

static void test_I13_people_out_of_service_do_not_widen_what_a_device_receives(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  BhDate day = bh_date_from_ms(fixture->clock.wall_ms(fixture->clock.data));
  g_autofree char *today = bh_date_format(&day);
  end_terms(fixture, fixture->county, today);
  g_autoptr(json_t) then = test_pull(scene.county, NULL);
  assert_non_null(test_find_record(then, scene.visit));
  fixture->skew_ms += 25 * G_GINT64_CONSTANT(3600000);
  pull_on(scene.county, &then);
  assert_true(json_is_true(json_object_get(then, "reset")));
  assert_null(test_find_record(then, scene.visit));
  assert_int_equal(
      set_key(scene.county, scene.visit, "inspection", "place_note", json_string("x"), NULL), 1);
  end(&scene);
}

/* A device only asserts who acts. Whatever `by` it names, it cannot make decisions of the office.
 */
static void test_a_device_cannot_decide_for_the_office(void **state)
{
  Scene scene = begin(*state, "routine");
  TestDevice *device = scene.county;
  char hazard[BH_ID_LEN + 1], made[BH_ID_LEN + 1], held[BH_ID_LEN + 1];
  make_id(device, hazard);
  assert_int_equal(push(device, test_device_entry(device, hazard, "hazard",
                                                  json_pack("{s:s, s:s}", "inspection", scene.visit,
                                                            "state", "fixed_on_site"),
                                                  NULL)),
                   0);
  g_strlcpy(made, device->last_entry, sizeof made);
  assert_int_equal(set_key(device, hazard, "hazard", "state", json_string("closed"), made), 1);
  assert_int_equal(
      set_key(device, scene.visit, "inspection", "state", json_string("signed"), scene.entry), 0);
  g_strlcpy(made, device->last_entry, sizeof made);
  static const char *const decided[] = {"accepted", "returned"};
  for (guint i = 0; i < G_N_ELEMENTS(decided); i++)
    assert_int_equal(
        set_key(device, scene.visit, "inspection", "state", json_string(decided[i]), made), 1);
  g_strlcpy(held, device->last_entry, sizeof held);
  assert_int_equal(
      set_key(device, scene.visit, "inspection", "state", json_string("resubmitted"), held), 1);
  g_autofree char *visit = dup_value(*state, scene.visit, "state");
  g_autofree char *found = dup_value(*state, hazard, "state");
  assert_string_equal(visit, "\"signed\"");
  assert_string_equal(found, "\"fixed_on_site\"");
  end(&scene);
}

/* Unknown ids stay pending in the record; each entry adds 6,000 of them. */
static BhEntryText *make_ballast(TestDevice *device, const char *record)
{
  g_autoptr(GString) was = g_string_new(NULL);
  for (int i = 0; i < 6000; i++) {
    char id[BH_ID_LEN + 1];
    make_id(device, id);
    g_string_append_printf(was, "%s\"%s\"", i > 0 ? "," : "", id);
  }
  g_autofree char *openings = NULL;
  make_id(device, device->last_entry);
  g_autoptr(json_t) set = json_pack("{s:s}", "name", "重矿");
  g_autofree char *plain =
      test_device_body(device, device->last_entry, record, "enterprise", set, record, &openings);
  g_autofree char *list = g_strdup_printf("\"was\":[\"%s\"]", record);
  g_autofree char *heavy = g_strdup_printf("\"was\":[%s]", was->str);
  char *at = strstr(plain, list);
  assert_non_null(at);
  *at = '\0';
  g_autofree char *body = g_strconcat(plain, heavy, at + strlen(list), NULL);
  return test_device_seal(device, body, openings);
}

static void test_L8_no_record_grows_beyond_what_other_devices_accept(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  make_id(device, id);
  assert_int_equal(push(device, test_device_enterprise(device, id, "一号矿", "140603100")), 0);
  /* The entry names ids of entries that never arrived; even one set of them is too much. */
  gsize held = 0;
  for (int i = 0; i < 4; i++)
    held += push(device, make_ballast(device, id));
  assert_int_equal(held, 4);
  /* Values that do not replace each other: as many as one device may add, then as many again from a
   * second device. */
  g_autoptr(GString) text = g_string_new(NULL);
  for (int i = 0; i < 3900; i++)
    g_string_append(text, "煤");
  int taken[2] = {0, 0};
  TestDevice *both[2] = {device, other};
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 60; i++)
      taken[k] += set_key(both[k], id, "enterprise", "notes", json_string(text->str), NULL) == 0;
  assert_in_range(taken[0], 30, 50);
  assert_in_range(taken[1], 30, 50);
  g_autoptr(json_t) changes = test_pull(other, NULL);
  g_autofree char *snapshot = bh_json_dump(test_find_record(changes, id));
  assert_non_null(snapshot);
  assert_true(strlen(snapshot) <= BH_RECORD_MAX_BYTES);
  /* Other devices and the office can still change it. */
  TestDevice *third = test_device_new(fixture, fixture->township);
  assert_int_equal(set_key(third, id, "enterprise", "address", json_string("正常"), NULL), 0);
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s}}]", "record", id, "kind", "enterprise",
                                    "set", "address", "河东");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  assert_non_null(entry);
  test_device_free(third);
  test_device_free(device);
  test_device_free(other);
}

/* Sets one key and names `n` entries that never arrived. Returns the number of entries in
 * quarantine for it. */
static gsize name_unknown(TestDevice *device, const char *record, const char *kind, const char *key,
                          json_t *value, int n)
{
  g_autoptr(GString) was = g_string_new(NULL);
  for (int i = 0; i < n; i++) {
    char id[BH_ID_LEN + 1];
    make_id(device, id);
    g_string_append_printf(was, "%s\"%s\"", i > 0 ? "," : "", id);
  }
  g_autofree char *openings = NULL;
  make_id(device, device->last_entry);
  g_autoptr(json_t) set = json_object();
  json_object_set_new(set, key, value);
  g_autofree char *plain =
      test_device_body(device, device->last_entry, record, kind, set, record, &openings);
  g_autofree char *list = g_strdup_printf("\"was\":[\"%s\"]", record);
  g_autofree char *many = g_strdup_printf("\"was\":[%s]", was->str);
  char *at = strstr(plain, list);
  assert_non_null(at);
  *at = '\0';
  g_autofree char *body = g_strconcat(plain, many, at + strlen(list), NULL);
  return push(device, test_device_seal(device, body, openings));
}

static gsize name_one(TestDevice *device, const char *record, int n)
{
  return name_unknown(device, record, "enterprise", "notes", json_string("重矿"), n);
}

/* For a key and for a record: a device that has named as many as allowed is quarantined, other
 * devices are not. */
static void test_L8_unknown_entries_are_counted_for_each_device(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1], visit[BH_ID_LEN + 1];
  make_id(device, id);
  make_id(device, visit);
  assert_int_equal(push(device, test_device_enterprise(device, id, "一号矿", "140603100")), 0);
  assert_int_equal(push(device, make_visit(device, visit, id, "routine")), 0);
  assert_int_equal(name_one(device, id, BH_PENDING_PER_KEY_MAX - 1), 0);
  assert_int_equal(name_one(device, id, 1), 0);
  assert_int_equal(name_one(device, id, 1), 1);
  assert_int_equal(name_one(other, id, 1), 0);
  assert_int_equal(name_one(device, id, 1), 1);
  assert_int_equal(set_key(device, id, "enterprise", "notes", json_string("轻矿"), NULL), 0);
  for (int i = 0; i < BH_PENDING_PER_RECORD_MAX; i += BH_PENDING_PER_KEY_MAX) {
    g_autofree char *key = g_strdup_printf("answers/T-%03d", i / BH_PENDING_PER_KEY_MAX);
    assert_int_equal(name_unknown(device, visit, "inspection", key,
                                  json_pack("{s:s}", "answer", "compliant"),
                                  BH_PENDING_PER_KEY_MAX),
                     0);
  }
  json_t *answer = json_pack("{s:s}", "answer", "compliant");
  assert_int_equal(
      name_unknown(device, visit, "inspection", "answers/U-000", json_incref(answer), 1), 1);
  assert_int_equal(name_unknown(other, visit, "inspection", "answers/U-000", answer, 1), 0);
  test_device_free(device);
  test_device_free(other);
}

/* When a named entry arrives, the device may name another one. */
static void test_L8_an_entry_that_arrived_no_longer_counts_as_unknown(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *late = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  make_id(device, id);
  assert_int_equal(push(device, test_device_enterprise(device, id, "一号矿", "140603100")), 0);
  g_autoptr(BhEntryText) entry =
      test_device_entry(late, id, "enterprise", json_pack("{s:s}", "notes", "晚到"), NULL);
  assert_int_equal(
      set_key(device, id, "enterprise", "notes", json_string("重矿"), late->last_entry), 0);
  assert_int_equal(name_one(device, id, BH_PENDING_PER_KEY_MAX - 1), 0);
  assert_int_equal(name_one(device, id, 1), 1);
  assert_int_equal(push(late, g_steal_pointer(&entry)), 0);
  assert_int_equal(name_one(device, id, 1), 0);
  assert_int_equal(name_one(device, id, 1), 1);
  test_device_free(device);
  test_device_free(late);
}

static void test_only_people_of_its_unit_act_on_a_device(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *county = test_device_new(fixture, fixture->county);
  TestDevice *township = test_device_new(fixture, fixture->township);
  char nobody[BH_ID_LEN + 1], own[BH_ID_LEN + 1];
  make_id(county, nobody);
  g_strlcpy(own, county->actor, sizeof own);
  const char *actors[] = {own, township->actor, nobody, fixture->township};
  for (guint i = 0; i < G_N_ELEMENTS(actors); i++) {
    char id[BH_ID_LEN + 1];
    make_id(county, id);
    g_strlcpy(county->actor, actors[i], sizeof county->actor);
    assert_int_equal(push(county, test_device_enterprise(county, id, "一号矿", "140603100")),
                     i == 0 ? 0 : 1);
  }
  test_device_free(county);
  test_device_free(township);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_I13_no_device_opens_a_covert_visit_it_is_not_shown),
      TEST(test_records_of_other_areas_are_changed_only_by_release),
      TEST(test_reviews_are_decided_at_the_hub_and_answered_by_devices),
      TEST(test_fields_left_to_the_hub_are_quarantined_with_any_kind_set),
      TEST(test_a_quarantined_step_does_not_allow_the_next_step),
      TEST(test_I13_a_device_cannot_add_records_below_a_hidden_record),
      TEST(test_nobody_gives_points_to_their_own_file),
      TEST(test_I13_gone_names_only_records_that_the_device_received),
      TEST(test_I13_people_out_of_service_do_not_widen_what_a_device_receives),
      TEST(test_a_device_cannot_decide_for_the_office),
      TEST(test_a_step_quarantined_for_its_data_allows_the_next_step),
      TEST(test_L8_no_record_grows_beyond_what_other_devices_accept),
      TEST(test_L8_unknown_entries_are_counted_for_each_device),
      TEST(test_L8_an_entry_that_arrived_no_longer_counts_as_unknown),
      TEST(test_only_people_of_its_unit_act_on_a_device),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
