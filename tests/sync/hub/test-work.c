/* The amount of work that the hub does for entries: rows that are moved, read and checked, never
 * seconds. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/access/list.h"
#include "sync/hub/records/read.h"
#include "sync/hub/hub-private.h"
#include "sync/db/params.h"

#define HAZARDS_FEW 300
#define HAZARDS_MANY 9600 /* records below one visit that a dishonest device may declare */
#define SIGNED 250        /* entries that end the visit; each is judged */

typedef struct {
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
  char hazard[BH_ID_LEN + 1];
  char photo[BH_ID_LEN + 1];
  char began[BH_ID_LEN + 1]; /* the entry that made the visit */
  char found[BH_ID_LEN + 1]; /* the entry that recorded the hazard */
} Visit;

/* The last feed position. An entry takes one, and each written record too. */
static gint64 get_position(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  gint64 position = 0;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(bh_log_get_counter(db, "position", &position, &error));
  bh_hub_release_reader(fixture->hub, db);
  return position;
}

static void push_one(TestDevice *device, const char *record, const char *kind, json_t *set,
                     const char *was)
{
  g_autoptr(Answer) answer =
      test_push(device, test_device_entry(device, record, kind, set, was), NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static void push_visit(TestDevice *device, Visit *visit, const char *mode)
{
  test_device_make_id(device, visit->enterprise);
  test_device_make_id(device, visit->visit);
  test_device_make_id(device, visit->hazard);
  test_device_make_id(device, visit->photo);
  g_autoptr(Answer) made = test_push(
      device, test_device_enterprise(device, visit->enterprise, "一号矿", "140603100"), NULL);
  assert_status(made, 200);
  push_one(device, visit->visit, "inspection",
           json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s, s:I}", "enterprise", visit->enterprise,
                     "modes", mode, "unit", device->unit, "lead", device->actor, "subject_found_by",
                     "code", "state", "on_site", "started_at", (json_int_t)1764230400000),
           NULL);
  g_strlcpy(visit->began, device->last_entry, sizeof visit->began);
  push_one(device, visit->hazard, "hazard",
           json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", visit->visit,
                     "enterprise", visit->enterprise, "summary", "护栏缺失", "level", "general",
                     "found_by", "inspection", "place", "井口", "state", "found"),
           NULL);
  g_strlcpy(visit->found, device->last_entry, sizeof visit->found);
  push_one(device, visit->photo, "file",
           json_pack("{s:s, s:s, s:s, s:i, s:s}", "parent", visit->hazard, "role", "photo",
                     "sha256", "000000000000000000000000000000000000000000000000000000000000beef",
                     "size", 100, "media_type", "image/jpeg"),
           NULL);
}

/* The positions that a change takes: one for its entry and one for every record that is written
 * again. */
static gint64 count_moved(TestDevice *device, const char *record, const char *kind, json_t *set)
{
  gint64 before = get_position(device->fixture);
  push_one(device, record, kind, set, NULL);
  return get_position(device->fixture) - before;
}

static void test_a_change_moves_its_own_record_and_none_below(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  push_visit(device, &visit, "routine");
  assert_int_equal(
      count_moved(device, visit.enterprise, "enterprise", json_pack("{s:s}", "notes", "南门进")),
      2);
  assert_int_equal(
      count_moved(device, visit.visit, "inspection", json_pack("{s:s}", "opinion", "整改")), 2);
  assert_int_equal(
      count_moved(device, visit.hazard, "hazard", json_pack("{s:s}", "demand", "补装")), 2);
  test_device_free(device);
}

static void test_a_change_of_visibility_moves_all_below_at_any_depth(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  push_visit(device, &visit, "covert");
  /* The change moves four records: the entry, the visit, its hazard, and the photo of the
   * hazard. */
  gint64 before = get_position(fixture);
  test_set_released(fixture, visit.visit, TRUE);
  assert_int_equal(get_position(fixture) - before, 4);
  test_device_free(device);
}

/* --- batches, applied as the server applies them --- */

typedef struct {
  BhBatch *batch;
  BhIngestResult result;
  gboolean others_wait;
  gboolean more;
} Feeding;

static gboolean others_wait(gpointer data)
{
  return ((const Feeding *)data)->others_wait;
}

static gboolean feed(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Feeding *feeding = data;
  return bh_ingest_apply_turn(bh_hub_get_ingest(hub), db, feeding->batch, &feeding->result,
                              others_wait, feeding, &feeding->more, error);
}

static void feeding_add(Feeding *feeding, TestDevice *device, BhEntryText *text)
{
  if (feeding->batch == NULL)
    feeding->batch = bh_batch_new(device->signer->device, device->unit);
  assert_true(bh_batch_add(feeding->batch, bh_hub_get_id(device->fixture->hub),
                           device->signer->public_key, text));
}

static void feeding_run(Feeding *feeding, HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  if (!bh_hub_write(fixture->hub, feed, feeding, &error))
    fail_msg("%s", error->message);
  assert_null(feeding->result.refused);
}

static void feeding_clear(Feeding *feeding)
{
  bh_ingest_result_clear(&feeding->result);
  bh_batch_free(feeding->batch);
  memset(feeding, 0, sizeof *feeding);
}

static void make_hazards(TestDevice *device, const Visit *visit, int count)
{
  Feeding feeding = {0};
  for (int i = 0; i < count; i++) {
    char id[BH_ID_LEN + 1];
    test_device_make_id(device, id);
    feeding_add(&feeding, device,
                test_device_entry(device, id, "hazard",
                                  json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection",
                                            visit->visit, "enterprise", visit->enterprise,
                                            "summary", "护栏缺失", "level", "general", "found_by",
                                            "inspection", "place", "井口", "state", "found"),
                                  NULL));
    if (feeding.batch->entries->len < 500 && i + 1 < count)
      continue;
    feeding_run(&feeding, device->fixture);
    assert_int_equal(feeding.result.quarantined->len, 0);
    feeding_clear(&feeding);
  }
}

/* A batch of `count` entries that all end the visit, starting from its first state. They set
 * nothing else, because the first one would lock it. */
static void add_endings(Feeding *feeding, TestDevice *device, const Visit *visit, int count)
{
  for (int i = 0; i < count; i++)
    feeding_add(feeding, device,
                test_device_entry(device, visit->visit, "inspection",
                                  json_pack("{s:s}", "state", "signed"), visit->began));
}

static gint64 count_reports(HubFixture *fixture, const char *record, const char *code)
{
  g_autoptr(GError) error = NULL;
  gint64 count = 0;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(bh_db_get_int(
      db, "SELECT count(*) FROM report WHERE record = :record AND code = :code",
      BH_PARAMS(bh_param_text("record", record), bh_param_text("code", code)), &count, &error));
  bh_hub_release_reader(fixture->hub, db);
  return count;
}

static void test_children_are_read_once_for_all_entries_of_a_batch(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  Feeding feeding = {0};
  push_visit(device, &visit, "routine");
  make_hazards(device, &visit, HAZARDS_FEW);
  add_endings(&feeding, device, &visit, SIGNED);
  feeding_run(&feeding, fixture);
  assert_int_equal(feeding.result.stored, SIGNED);
  /* Only the hazards are read, not signatures or participants. */
  assert_int_equal(feeding.result.work.read, HAZARDS_FEW + 1);
  assert_true(feeding.result.work.seen <= BH_BATCH_CHILDREN_SEEN_MAX);
  assert_true(count_reports(fixture, visit.visit, "condition") > SIGNED);
  assert_int_equal(count_reports(fixture, visit.visit, "limit"), 0);
  feeding_clear(&feeding);
  test_device_free(device);
}

static void test_a_visit_of_too_many_hazards_costs_what_the_limit_says(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  Feeding feeding = {0};
  push_visit(device, &visit, "routine");
  make_hazards(device, &visit, HAZARDS_MANY);
  add_endings(&feeding, device, &visit, SIGNED);
  feeding_run(&feeding, fixture);
  assert_int_equal(feeding.result.stored, SIGNED);
  assert_int_equal(feeding.result.quarantined->len, 0);
  assert_true(feeding.result.work.read <= BH_BATCH_CHILDREN_READ_MAX);
  assert_true(feeding.result.work.seen <= BH_BATCH_CHILDREN_SEEN_MAX);
  /* The problem is reported, not ignored. */
  assert_int_equal(count_reports(fixture, visit.visit, "limit"), SIGNED);
  feeding_clear(&feeding);
  test_device_free(device);
}

static void test_reading_children_repeatedly_ends_at_the_limit(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  Feeding feeding = {0};
  push_visit(device, &visit, "routine");
  make_hazards(device, &visit, 1000);
  add_endings(&feeding, device, &visit, SIGNED);
  feeding_run(&feeding, fixture);
  gint64 unchecked = count_reports(fixture, visit.visit, "limit");
  assert_true(unchecked > 0 && unchecked < SIGNED);
  assert_true(feeding.result.work.seen <= BH_BATCH_CHILDREN_SEEN_MAX);
  feeding_clear(&feeding);
  test_device_free(device);
}

/* A rule uses the children as the same batch changed them before. */
static void test_children_changed_earlier_in_the_batch_are_read_with_their_changes(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  Feeding feeding = {0};
  push_visit(device, &visit, "routine");
  add_endings(&feeding, device, &visit, 1);
  feeding_add(&feeding, device,
              test_device_entry(device, visit.hazard, "hazard",
                                json_pack("{s:s, s:s}", "state", "ordered", "demand", "补装"),
                                visit.found));
  add_endings(&feeding, device, &visit, 1);
  feeding_run(&feeding, fixture);
  gint64 before = count_reports(fixture, visit.visit, "condition");
  feeding_clear(&feeding);
  add_endings(&feeding, device, &visit, 1);
  feeding_run(&feeding, fixture);
  /* With the demand each ending has the same reports; the first one, without it, had one more. */
  gint64 each = count_reports(fixture, visit.visit, "condition") - before;
  assert_int_equal(before, 2 * each + 1);
  feeding_clear(&feeding);
  test_device_free(device);
}

/* --- turns --- */

static void test_a_long_batch_lets_others_in_and_goes_on(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  Feeding feeding = {.others_wait = TRUE};
  guint turns = 0;
  push_visit(device, &visit, "routine");
  add_endings(&feeding, device, &visit, 450);
  feeding_add(&feeding, device,
              test_device_entry(device, visit.visit, "inspection",
                                json_pack("{s:s}", "no_such_field", "x"), NULL));
  do {
    feeding_run(&feeding, fixture);
    turns++;
  } while (feeding.more);
  assert_in_range(turns, 2, 4);
  assert_int_equal(feeding.result.stored, 451);
  assert_int_equal(feeding.result.repeated, 0);
  assert_int_equal(feeding.result.quarantined->len, 1);
  assert_int_equal(feeding.result.seq, device->seq);
  assert_string_equal(feeding.result.hash, device->prev);
  feeding_clear(&feeding);
  test_device_free(device);
}

static void test_a_batch_goes_through_at_once_when_nobody_waits(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  Visit visit;
  Feeding feeding = {0};
  push_visit(device, &visit, "routine");
  add_endings(&feeding, device, &visit, 450);
  feeding_run(&feeding, fixture);
  assert_false(feeding.more);
  assert_int_equal(feeding.result.seq, device->seq);
  feeding_clear(&feeding);
  test_device_free(device);
}

static gsize count_found(HubFixture *fixture, const char *kind, const char *search)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) query = json_pack("{s:s, s:s}", "kind", kind, "search", search);
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (error != NULL)
    fail_msg("%s: %s", search, error->message);
  return json_array_size(json_object_get(page, "rows"));
}

static char *dup_name(HubFixture *fixture, const char *id)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhRecord) record = bh_record_load(db, id, &error);
  bh_hub_release_reader(fixture->hub, db);
  return g_strdup(bh_record_get_string(record, "name"));
}

/* Found by the person who recorded it, and by the enterprise that only its visit names; found by a
 * new name at once, without writing the record again. */
static gboolean read_replanned(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub, (void)error;
  *(guint64 *)data = bh_db_count_replanned(db);
  return TRUE;
}

/* SQLite plans a statement again for each other value that a partial index might fit. */
static void test_no_statement_is_planned_anew_for_other_values(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->county);
  guint64 first, last;
  Visit visit;
  for (int i = 0; i < 3; i++)
    push_visit(device, &visit, "routine");
  assert_true(bh_hub_write(fixture->hub, read_replanned, &first, NULL));
  for (int i = 0; i < 5; i++)
    push_visit(device, &visit, i % 2 == 0 ? "covert" : "routine");
  assert_true(bh_hub_write(fixture->hub, read_replanned, &last, NULL));
  assert_int_equal(last, first);
  test_device_free(device);
}

static void test_a_search_finds_records_of_enterprises_with_the_word(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char enterprise[BH_ID_LEN + 1], visit[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  test_device_make_id(device, visit);
  test_device_make_id(device, hazard);
  g_autoptr(Answer) made = test_push(
      device, test_device_enterprise(device, enterprise, "东坡沟煤业", "140603100"), NULL);
  assert_status(made, 200);
  g_autofree char *began = g_strdup(device->last_entry);
  push_one(device, visit, "inspection",
           json_pack("{s:s, s:[s], s:s, s:s, s:s, s:s}", "enterprise", enterprise, "modes",
                     "routine", "unit", device->unit, "lead", device->actor, "subject_found_by",
                     "code", "state", "on_site"),
           NULL);
  push_one(device, hazard, "hazard",
           json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", visit, "summary",
                     "护栏缺失", "level", "general", "found_by", "inspection", "place", "井口",
                     "recorded_by", device->actor, "state", "found"),
           NULL);
  g_autofree char *name = dup_name(fixture, device->actor);
  g_autofree char *both = g_strdup_printf("%s 护栏 东坡沟", name);
  assert_int_equal(count_found(fixture, "hazard", "东坡沟"), 1);
  assert_int_equal(count_found(fixture, "hazard", "东坡沟煤业 护栏"), 1);
  assert_int_equal(count_found(fixture, "hazard", "东坡沟 支护"), 0);
  assert_int_equal(count_found(fixture, "hazard", "东坡沟 护栏 护栏 护栏 护栏 护栏 护栏 护栏"), 1);
  assert_int_equal(count_found(fixture, "hazard", "东坡沟 护栏 护栏 护栏 护栏 护栏 护栏 护栏 支护"),
                   0);
  assert_int_equal(count_found(fixture, "hazard", name), 1);
  assert_int_equal(count_found(fixture, "inspection", name), 1);
  assert_int_equal(count_found(fixture, "hazard", both), 1);
  assert_int_equal(count_found(fixture, "hazard", "没有此人"), 0);
  push_one(device, enterprise, "enterprise", json_pack("{s:s}", "name", "西梁煤业"), began);
  assert_int_equal(count_found(fixture, "hazard", "西梁"), 1);
  assert_int_equal(count_found(fixture, "hazard", "东坡沟"), 0);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_search_finds_records_of_enterprises_with_the_word,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_change_moves_its_own_record_and_none_below, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_change_of_visibility_moves_all_below_at_any_depth,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_children_are_read_once_for_all_entries_of_a_batch,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_visit_of_too_many_hazards_costs_what_the_limit_says,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_reading_children_repeatedly_ends_at_the_limit, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_children_changed_earlier_in_the_batch_are_read_with_their_changes, set_up,
          tear_down),
      cmocka_unit_test_setup_teardown(test_a_long_batch_lets_others_in_and_goes_on, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_batch_goes_through_at_once_when_nobody_waits, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_no_statement_is_planned_anew_for_other_values, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
