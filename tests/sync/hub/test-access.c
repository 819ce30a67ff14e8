/* The access log: a restricted record is shown only together with a row that names the person. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/access/access-log.h"
#include "sync/hub/access/access-store.h"
#include "sync/hub/devices/uploads.h"

#define MANY 1000

typedef struct {
  TestDevice *county;
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
} Scene;

static void push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static Scene begin(HubFixture *fixture, const char *mode)
{
  Scene scene = {test_device_new(fixture, fixture->county), "", ""};
  test_device_make_id(scene.county, scene.enterprise);
  test_device_make_id(scene.county, scene.visit);
  push(scene.county, test_device_enterprise(scene.county, scene.enterprise, "一号矿", "140603100"));
  push(scene.county,
       test_device_entry(scene.county, scene.visit, "inspection",
                         json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", scene.enterprise,
                                   "modes", mode, "unit", fixture->county, "lead",
                                   scene.county->actor, "state", "on_site"),
                         NULL));
  return scene;
}

static json_t *list_log(HubFixture *fixture, const char *record)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  json_t *rows = bh_access_store_list(db, record, NULL, G_MAXINT64, MANY, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (rows == NULL)
    fail_msg("%s", error->message);
  return rows;
}

static gsize count_log(HubFixture *fixture, const char *record)
{
  g_autoptr(json_t) rows = list_log(fixture, record);
  return json_array_size(rows);
}

static guint64 count_commits(HubFixture *fixture)
{
  guint64 commits, pieces;
  bh_hub_count_commits(fixture->hub, &commits, &pieces);
  return commits;
}

static void pull(TestDevice *device)
{
  g_autoptr(json_t) changes = test_pull(device, NULL);
  assert_non_null(changes);
}

static void test_a_device_that_pulls_a_covert_visit_is_in_the_access_log(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  TestDevice *township = test_device_new(fixture, fixture->township);
  pull(scene.county);
  pull(township);
  g_autoptr(json_t) rows = list_log(fixture, NULL);
  assert_int_equal(json_array_size(rows), 1);
  const json_t *row = json_array_get(rows, 0);
  assert_string_equal(bh_json_string_or(row, "record", ""), scene.visit);
  assert_string_equal(bh_json_string_or(row, "kind", ""), "inspection");
  assert_string_equal(bh_json_string_or(row, "reader", ""), scene.county->signer->device);
  assert_string_equal(bh_json_string_or(row, "way", ""), BH_ACCESS_PULL);
  gint64 now = fixture->clock.wall_ms(fixture->clock.data);
  assert_in_range(now - json_integer_value(json_object_get(row, "at_ms")), 0, 60000);
  test_device_free(township);
  test_device_free(scene.county);
}

typedef struct {
  char hazard[BH_ID_LEN + 1];
  char file[BH_ID_LEN + 1];
  char *path; /* path below which the bytes are stored, made of their hash */
} Finding;

static Finding add_finding(HubFixture *fixture, Scene *scene)
{
  g_autoptr(GError) error = NULL;
  Finding finding = {"", "", NULL};
  char sha[BH_HASH_HEX_LEN + 1];
  test_device_make_id(scene->county, finding.hazard);
  test_device_make_id(scene->county, finding.file);
  assert_true(bh_uploads_import(fixture->hub, scene->county->signer->device, "bytes", 5,
                                "image/jpeg", sha, &error));
  push(scene->county,
       test_device_entry(scene->county, finding.hazard, "hazard",
                         json_pack("{s:s, s:s, s:s}", "inspection", scene->visit, "enterprise",
                                   scene->enterprise, "summary", "瓦斯超限"),
                         NULL));
  push(scene->county, test_device_entry(scene->county, finding.file, "file",
                                        json_pack("{s:s, s:s, s:s, s:i}", "parent", finding.hazard,
                                                  "role", "photo", "sha256", sha, "size", 5),
                                        NULL));
  finding.path = g_strconcat("/v1/files/", sha, NULL);
  return finding;
}

static void test_access_to_records_below_a_covert_visit_is_logged_too(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  Finding finding = add_finding(fixture, &scene);
  pull(scene.county);
  assert_int_equal(count_log(fixture, finding.hazard), 1);
  assert_int_equal(count_log(fixture, finding.file), 1);
  assert_int_equal(count_log(fixture, scene.enterprise), 0);
  g_autoptr(Answer) answer = test_send(fixture, scene.county, "GET", finding.path, NULL, NULL, -1);
  assert_status(answer, 200);
  assert_string_equal(answer->body->str, "bytes");
  g_autoptr(json_t) rows = list_log(fixture, finding.file);
  assert_int_equal(json_array_size(rows), 2);
  assert_string_equal(bh_json_string_or(json_array_get(rows, 0), "way", ""), BH_ACCESS_FILE);
  g_free(finding.path);
  test_device_free(scene.county);
}

static void test_reading_open_records_writes_no_access_row(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "routine");
  guint64 before = count_commits(fixture);
  pull(scene.county);
  assert_int_equal(count_commits(fixture), before);
  assert_int_equal(count_log(fixture, NULL), 0);
  test_device_free(scene.county);
}

static void test_a_released_visit_is_open(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  test_set_released(fixture, scene.visit, TRUE);
  pull(scene.county);
  assert_int_equal(count_log(fixture, NULL), 0);
  test_device_free(scene.county);
}

static void test_reading_again_within_the_window_adds_no_row_and_no_write(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  pull(scene.county);
  guint64 before = count_commits(fixture);
  pull(scene.county);
  assert_int_equal(count_commits(fixture), before);
  assert_int_equal(count_log(fixture, scene.visit), 1);
  fixture->skew_ms += BH_ACCESS_WINDOW_MS + 1000;
  pull(scene.county);
  assert_int_equal(count_log(fixture, scene.visit), 2);
  fixture->skew_ms -=
      2 * BH_ACCESS_WINDOW_MS; /* the machine's clock is set back; the time of the hub continues */
  pull(scene.county);
  assert_int_equal(count_log(fixture, scene.visit), 2);
  g_autoptr(GError) error = NULL;
  assert_true(bh_hub_trust_clock(
      fixture->hub, &error)); /* rows with later times do not count as a present access */
  pull(scene.county);
  assert_int_equal(count_log(fixture, scene.visit), 3);
  test_device_free(scene.county);
}

static gboolean exec(BhHub *hub, BhDb *db, gpointer sql, GError **error)
{
  (void)hub;
  return bh_db_exec(db, sql, error);
}

static gboolean run_sql(HubFixture *fixture, const char *sql, GError **error)
{
  g_autofree char *copy = g_strdup(sql);
  return bh_hub_write(fixture->hub, exec, copy, error);
}

static void test_a_restricted_record_that_cannot_be_logged_is_not_shown(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  Scene scene = begin(fixture, "covert");
  Finding finding = add_finding(fixture, &scene);
  TestDevice *township = test_device_new(fixture, fixture->township);
  static const char *const broken[] = {
      "CREATE TRIGGER full BEFORE INSERT ON access BEGIN SELECT RAISE(ABORT, 'full'); END",
      "DROP TABLE access",
  };
  for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
    assert_true(run_sql(fixture, broken[i], &error));
    g_autoptr(Answer) refused =
        test_send(fixture, scene.county, "GET", "/v1/changes", NULL, NULL, -1);
    assert_status(refused, 503);
    assert_non_null(g_hash_table_lookup(refused->headers, "retry-after"));
    assert_null(strstr(refused->body->str, scene.visit));
    g_autoptr(Answer) file = test_send(fixture, scene.county, "GET", finding.path, NULL, NULL, -1);
    assert_status(file, 503);
    pull(township);
  }
  g_free(finding.path);
  test_device_free(township);
  test_device_free(scene.county);
}

static void test_the_log_is_only_added_to(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  pull(scene.county);
  static const char *const changes[] = {"UPDATE access SET reader = 'nobody'",
                                        "DELETE FROM access"};
  for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_autoptr(GError) error = NULL;
    assert_false(run_sql(fixture, changes[i], &error));
    assert_non_null(strstr(error->message, "only added to"));
  }
  assert_int_equal(count_log(fixture, scene.visit), 1);
  test_device_free(scene.county);
}

static void test_a_hub_older_than_the_access_log_gets_one(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture, "covert");
  hub_fixture_change_store(
      fixture,
      "DROP TABLE access; DROP TABLE file_holder; DROP TABLE file_claim; DROP "
      "TABLE number; DROP TABLE anomaly;"
      " DROP TRIGGER anomaly_of_fork; DROP TRIGGER anomaly_of_refusal;"
      " DROP TRIGGER anomaly_of_refusal_goes; DROP TRIGGER anomaly_of_quarantine;"
      " DROP TRIGGER anomaly_of_report;" UNDO_FROM_0008 " UPDATE schema_version SET version = 2");
  g_autofree char *backup = g_build_filename(fixture->dir, "hub.db.before-3", NULL);
  assert_true(g_file_test(backup, G_FILE_TEST_IS_REGULAR));
  pull(scene.county);
  assert_int_equal(count_log(fixture, scene.visit), 1);
  test_device_free(scene.county);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_a_device_that_pulls_a_covert_visit_is_in_the_access_log),
      TEST(test_access_to_records_below_a_covert_visit_is_logged_too),
      TEST(test_reading_open_records_writes_no_access_row),
      TEST(test_a_released_visit_is_open),
      TEST(test_reading_again_within_the_window_adds_no_row_and_no_write),
      TEST(test_a_restricted_record_that_cannot_be_logged_is_not_shown),
      TEST(test_the_log_is_only_added_to),
      TEST(test_a_hub_older_than_the_access_log_gets_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
