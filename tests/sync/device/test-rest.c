/* Work that is done in steps while the store is idle. */
#include <sqlite3.h>
#include <string.h>

#include "schema/paths.h"
#include "sync/db/params.h"
#include "sync/device/store/views.h"
#include "tests/sync/device/fixture.h"
#include "tests/sync/device/shim-vfs.h"

#define MANY 450
#define SPANNING 8300 /* number of records, more than one page of a reset compares */
#define FAULTS_MAX 1000
#define FAULTS_EACH 60 /* writes that all fail in turn; of those after them every seventh */
#define DAY_MS (24 * G_GINT64_CONSTANT(3600000))

static void rest_fully(Fixture *fixture)
{
  int steps = 0;
  while (bh_device_rest(fixture->device))
    assert_true(++steps < 10000);
}

static gsize count(Fixture *fixture, const char *kind, const char *search)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query = json_pack("{ss ss si}", "kind", kind, "search", search, "limit", 200);
  g_autoptr(json_t) page = bh_device_list(fixture->device, query, &error);

  assert_no_error(error);
  return json_array_size(json_object_get(page, "rows"));
}

static json_t *enterprise(Fixture *fixture, guint i, const char *name)
{
  g_autofree char *full = g_strdup_printf("%s第%03u煤矿", name, i);
  g_autofree char *address = g_strdup_printf("柳树沟%u号", i);
  return fixture_snapshot(fixture, test_id(0x5000 + i), "enterprise",
                          json_pack("{ss ss ss ss ss}", "name", full, "address", address, "sector",
                                    "coal_mine", "area", "140603", "state", "confirmed"));
}

static json_t *enterprises(Fixture *fixture, guint from, guint to, const char *name)
{
  json_t *records = json_array();
  for (guint i = from; i < to; i++)
    json_array_append_new(records, enterprise(fixture, i, name));
  return records;
}

/* --- titles --- */

static void test_a_search_for_the_enterprise_finds_its_inspections(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char inspection[BH_ID_LEN + 1];

  fixture_inspect(fixture, inspection);
  assert_int_equal(count(fixture, "inspection", "东升"), 1);
  g_autoptr(json_t) found = bh_device_get(fixture->device, inspection, &error);
  assert_non_null(strstr(bh_json_string_or(found, "title", ""), "朔州东升煤矿有限公司"));

  g_free(fixture_save(fixture, fixture->enterprise, "enterprise",
                      json_pack("{ss}", "name", "朔州西沟煤矿有限公司")));
  assert_int_equal(count(fixture, "inspection", "东升"), 0);
  assert_int_equal(count(fixture, "inspection", "西沟"), 1);
}

static void test_titles_follow_their_records_in_any_order_of_arrival(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  json_t *visits = json_array();

  for (guint i = 0; i < 120; i++)
    json_array_append_new(visits, fixture_snapshot(fixture, test_id(0x9000 + i), "inspection",
                                                   json_pack("{ss ss}", "enterprise",
                                                             test_id(0x5001), "state", "on_site")));
  fixture_pull(fixture, visits, NULL);
  assert_int_equal(count(fixture, "inspection", "安泰"), 0);
  fixture_pull(fixture, json_pack("[o]", enterprise(fixture, 1, "安泰")), NULL);
  /* Titles that were not made before the restart are made after it. */
  fixture_reopen(fixture);
  rest_fully(fixture);
  assert_int_equal(count(fixture, "inspection", "安泰"), 120);
}

/* --- index --- */

static void test_a_new_kind_set_indexes_every_record_again(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = bh_data_path("schema", "kinds", NULL);
  g_autoptr(BhKindSet) set = bh_kind_set_load_dir(dir, &error);
  gsize index, at;
  json_t *kind, *field;

  fixture_pull(fixture, enterprises(fixture, 0, MANY, "安泰"), NULL);
  assert_int_equal(count(fixture, "enterprise", "柳树沟"), 0);
  g_autoptr(json_t) kinds = json_loads(bh_kind_set_get_text(set), 0, NULL);
  json_array_foreach(json_object_get(kinds, "kinds"), index, kind) {
    json_array_foreach(json_object_get(kind, "fields"), at, field) {
      if (strcmp(bh_json_string_or(kind, "kind", ""), "enterprise") == 0 &&
          strcmp(bh_json_string_or(field, "name", ""), "address") == 0)
        json_object_set_new(field, "indexed", json_true());
    }
  }
  g_autofree char *text = bh_json_dump_sorted(kinds);
  assert_true(bh_outbox_store_kinds(fixture->device, text, strlen(text), &error));
  assert_no_error(error);
  assert_true(bh_device_rest(fixture->device));
  gsize some = count(fixture, "enterprise", "柳树沟");
  assert_true(some > 0);
  fixture_reopen(fixture);
  rest_fully(fixture);
  assert_int_equal(count(fixture, "enterprise", "柳树沟"), 200);
  assert_int_equal(count(fixture, "enterprise", "安泰第449"), 1);
  for (guint i = 0; i < MANY; i += 37) {
    g_autofree char *address = g_strdup_printf("%u", i);
    assert_true(count(fixture, "enterprise", address) >= 1);
  }
}

static void assert_uses(Fixture *fixture, const char *hash)
{
  g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(fixture->device);
  assert_string_equal(bh_kind_set_get_hash(kinds), hash);
}

/* The device has the older kind set already, so it fetches nothing: the page alone says which set
 * is in use. */
static void test_a_hub_that_goes_back_to_an_older_kind_set_is_followed(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) first = bh_device_dup_kinds(fixture->device);
  g_autoptr(json_t) kinds = json_loads(bh_kind_set_get_text(first), 0, NULL);
  json_t *one = json_array_get(json_object_get(kinds, "kinds"), 0);
  json_t *label = json_object_get(json_array_get(json_object_get(one, "fields"), 0), "label");
  json_object_set_new(label, "zh", json_string("改过的名称"));
  g_autofree char *text = bh_json_dump_sorted(kinds);
  g_autofree char *second = bh_hash_hex(text, strlen(text));

  assert_true(bh_outbox_store_kinds(fixture->device, text, strlen(text), &error));
  assert_no_error(error);
  assert_uses(fixture, second);
  fixture_pull(fixture, json_array(), json_pack("{ss}", "kinds", bh_kind_set_get_hash(first)));
  assert_uses(fixture, bh_kind_set_get_hash(first));
  fixture_reopen(fixture);
  assert_uses(fixture, bh_kind_set_get_hash(first));
}

/* --- a large reset --- */

static void test_a_large_reset_moves_in_between_saves(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  int steps = 0;

  fixture_pull(fixture, enterprises(fixture, 0, MANY, "安泰"), NULL);
  g_free(fixture_save(fixture, test_id(0x5000 + 3), "enterprise",
                      json_pack("{ss}", "address", "自己写的")));
  fixture_pull(fixture, enterprises(fixture, 0, 200, "北岭"),
               json_pack("{sb sb ss}", "reset", 1, "more", 1, "cursor", "new-1"));
  /* no record is moved into place until the reset has arrived completely */
  assert_false(bh_device_rest(fixture->device));
  fixture_pull(fixture, enterprises(fixture, 200, 300, "北岭"),
               json_pack("{ss}", "cursor", "new-2"));
  assert_true(count(fixture, "enterprise", "安泰") > 0);
  assert_value(fixture, test_id(0x5000 + 3), "address", "自己写的");
  do {
    g_autofree char *note = g_strdup_printf("第 %d 次", steps);
    g_free(fixture_save(fixture, test_id(0x5000 + 250), "enterprise",
                        json_pack("{ss}", "notes", note)));
    assert_value(fixture, test_id(0x5000 + 3), "address", "自己写的");
    if (++steps == 2)
      fixture_reopen(fixture);
    /* Snapshots that arrive meanwhile are added to the shadow. */
    if (steps == 3)
      fixture_pull(fixture, json_pack("[o]", enterprise(fixture, 7, "双碾")),
                   json_pack("{ss s[s]}", "cursor", "new-3", "gone", test_id(0x5000 + 8)));
  } while (bh_device_rest(fixture->device));
  assert_true(steps > 3);
  assert_int_equal(count(fixture, "enterprise", "安泰"), 0);
  assert_int_equal(count(fixture, "enterprise", "北岭"), 200);
  assert_int_equal(count(fixture, "enterprise", "双碾"), 1);
  assert_int_equal(count(fixture, "enterprise", "第008"), 0);
  assert_int_equal(count(fixture, "enterprise", "第299"), 1);
  assert_int_equal(count(fixture, "enterprise", "第300"), 0);
  assert_value(fixture, test_id(0x5000 + 3), "address", "自己写的");
  g_autofree char *cursor = bh_outbox_dup_cursor(fixture->device);
  assert_string_equal(cursor, "new-3");
}

static gboolean is_behind(Fixture *fixture)
{
  g_autoptr(json_t) status = bh_device_status(fixture->device, NULL);
  return json_is_true(json_object_get(status, "behind"));
}

/* A reset has more records than one page has time to compare, and the program is never idle. Each
 * page goes on where the page before stopped. */
static void test_a_reset_goes_on_with_every_page(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  int pages = 0;

  fixture_pull(fixture, enterprises(fixture, 0, SPANNING, "安泰"), NULL);
  fixture_pull(fixture, enterprises(fixture, 0, SPANNING - 1, "北岭"),
               json_pack("{sb ss}", "reset", 1, "cursor", "new-0"));
  while (is_behind(fixture)) {
    g_autofree char *next = g_strdup_printf("new-%d", ++pages);
    assert_true(pages < 200);
    fixture_pull(fixture, json_array(), json_pack("{ss}", "cursor", next));
  }
  assert_true(pages > 0);
  assert_int_equal(count(fixture, "enterprise", "安泰"), 0);
  g_autofree char *last = g_strdup_printf("第%03u", SPANNING - 1);
  assert_int_equal(count(fixture, "enterprise", last), 0);
}

/* --- entries that were delivered long ago --- */

typedef struct {
  char visit[BH_ID_LEN + 1];
  char *sha256;
} Delivered;

static json_t *included(Fixture *fixture, gint64 seq, const char *gone)
{
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(fixture->device, NULL);
  return json_pack("{s{sI} s[s*]}", "included", uplink->incarnation, (json_int_t)seq, "gone", gone);
}

static gsize body_size(Fixture *fixture, gint64 seq)
{
  g_autoptr(BhEntryText) text = fixture_read_entry(fixture, seq);
  return text->body != NULL ? strlen(text->body) : 0;
}

static void note_time(Fixture *fixture)
{
  assert_true(bh_outbox_note_hub_time(fixture->device, fixture->time.wall_ms, "", NULL));
}

static void pass_days(Fixture *fixture, int days)
{
  fixture->time.wall_ms += days * DAY_MS;
  fixture->time.boot_ms += days * DAY_MS;
}

/* Saves entries 1 … 4: a visit, a photo of it, another visit, and one that is not sent. */
static Fixture *deliver(Delivered *delivered)
{
  Fixture *fixture = fixture_new();
  char other[BH_ID_LEN + 1], photo[BH_ID_LEN + 1];

  note_time(fixture);
  fixture_inspect(fixture, delivered->visit);
  delivered->sha256 = fixture_add_picture(fixture, 3000, 5);
  bh_device_make_id(fixture->device, photo);
  g_free(fixture_save(fixture, photo, "file",
                      json_pack("{ss ss ss si ss}", "parent", delivered->visit, "role", "photo",
                                "sha256", delivered->sha256, "size", 3000, "media_type",
                                "image/jpeg")));
  fixture_inspect(fixture, other);
  fixture_acknowledge(fixture, 3);
  assert_true(bh_outbox_note_file(fixture->device, delivered->sha256, NULL, 3000, TRUE, NULL));
  fixture_inspect(fixture, other);
  return fixture;
}

static gboolean has_file(Fixture *fixture, const Delivered *delivered)
{
  g_autofree char *path = bh_device_dup_file_path(fixture->device, delivered->sha256);
  return path != NULL;
}

static void test_sent_entries_are_kept_for_a_while(void **state G_GNUC_UNUSED)
{
  Delivered delivered = {0};
  g_autoptr(Fixture) fixture = deliver(&delivered);
  g_autofree char *sha256 = delivered.sha256;

  /* The records of the entries leave the device's scope. They are no longer shown, and everything
   * is kept. */
  fixture_pull(fixture, json_array(), included(fixture, 3, NULL));
  pass_days(fixture, 29);
  rest_fully(fixture);
  assert_true(body_size(fixture, 1) > 0);
  assert_true(has_file(fixture, &delivered));
  pass_days(fixture, 2);
  rest_fully(fixture);
  assert_int_equal(body_size(fixture, 1), 0);
  assert_int_equal(body_size(fixture, 2), 0);
  assert_int_equal(body_size(fixture, 3), 0);
  assert_true(body_size(fixture, 4) > 0); /* entry 4 was not delivered */
  assert_false(has_file(fixture, &delivered));
  fixture_reopen(fixture);
  g_autoptr(json_t) found = bh_device_doctor(fixture->device, NULL);
  gsize index;
  json_t *check;
  json_array_foreach(json_object_get(found, "checks"), index, check) {
    if (strcmp(bh_json_string_or(check, "name", ""), "chain") == 0)
      assert_true(json_is_true(json_object_get(check, "ok")));
  }
  assert_int_equal(fixture_status(fixture, "delivered"), 3);
  assert_int_equal(fixture_status(fixture, "pending"), 1);
}

static void
test_visible_quarantined_or_undelivered_entries_keep_their_body(void **state G_GNUC_UNUSED)
{
  Delivered delivered = {0};
  g_autoptr(Fixture) fixture = deliver(&delivered);
  g_autofree char *sha256 = delivered.sha256;
  g_autoptr(json_t) held = json_array();

  pass_days(fixture, 40);
  /* the records of entry 1 are shown from its body, because the hub's snapshots do not contain
   * it */
  rest_fully(fixture);
  assert_true(body_size(fixture, 1) > 0);

  g_autoptr(BhBody) body = fixture_read_body(fixture, 3);
  json_array_append_new(held, json_pack("{ss ss}", "entry", body->id, "reason", "x"));
  json_t *visit =
      fixture_snapshot(fixture, delivered.visit, "inspection",
                       json_pack("{ss ss}", "enterprise", fixture->enterprise, "state", "on_site"));
  json_t *more = included(fixture, 3, NULL);
  json_object_set(more, "quarantined", held);
  fixture_pull(fixture, json_pack("[o]", visit), more);
  pass_days(fixture, 2);
  rest_fully(fixture);
  assert_true(body_size(fixture, 1) > 0); /* the record of entry 1 is on the device */
  assert_int_equal(body_size(fixture, 2), 0);
  assert_true(body_size(fixture, 3) > 0); /* entry 3 is quarantined */
}

static void test_a_wrong_clock_removes_no_files(void **state G_GNUC_UNUSED)
{
  Delivered delivered = {0};
  g_autoptr(Fixture) fixture = deliver(&delivered);
  g_autofree char *sha256 = delivered.sha256;

  fixture_pull(fixture, json_array(), included(fixture, 3, NULL));
  fixture_reboot(fixture);
  fixture->time.wall_ms += 4000 * DAY_MS;
  rest_fully(fixture);
  assert_true(body_size(fixture, 1) > 0);
  assert_true(has_file(fixture, &delivered));
}

static void test_a_removal_that_a_crash_interrupted_is_completed(void **state G_GNUC_UNUSED)
{
  gboolean reached = TRUE;

  for (int n = 1; reached && n < FAULTS_MAX; n += n < FAULTS_EACH ? 1 : 7) {
    Delivered delivered = {0};
    g_autoptr(Fixture) fixture = deliver(&delivered);
    g_autofree char *sha256 = delivered.sha256;
    fixture_pull(fixture, json_array(), included(fixture, 3, NULL));
    pass_days(fixture, 31);
    shim_vfs_fail_at(n, SQLITE_IOERR_FSYNC, TRUE);
    while (bh_device_rest(fixture->device))
      continue;
    reached = shim_vfs_has_failed();
    shim_vfs_fail_at(0, 0, FALSE);
    fixture_reopen(fixture);
    /* As long as the entry has its body, its file must be complete on the disk. */
    if (body_size(fixture, 2) > 0)
      assert_true(has_file(fixture, &delivered));
    rest_fully(fixture);
    assert_int_equal(body_size(fixture, 1), 0);
    assert_true(body_size(fixture, 4) > 0);
    assert_false(has_file(fixture, &delivered));
    assert_int_equal(fixture_status(fixture, "pending"), 1);
  }
  assert_false(reached);
}

static gsize count_rows(Fixture *fixture, const char *kind)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query = json_pack("{ss}", "kind", kind);
  g_autoptr(json_t) page = bh_device_list(fixture->device, query, &error);
  assert_no_error(error);
  return json_array_size(json_object_get(page, "rows"));
}

static void test_a_full_disk_hides_no_list(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  gsize enterprises = count_rows(fixture, "enterprise");
  assert_true(enterprises > 0);
  g_free(fixture_save(fixture, test_id(0x7777), "hazard",
                      json_pack("{ss ss ss ss ss ss}", "enterprise", fixture->enterprise, "summary",
                                "顶板离层", "level", "general", "place", "1301 工作面", "found_by",
                                "inspection", "state", "found")));
  shim_vfs_fail_at(1, SQLITE_FULL, TRUE);
  assert_int_equal(count_rows(fixture, "enterprise"), enterprises);
  assert_true(shim_vfs_has_failed());
  shim_vfs_fail_at(0, 0, FALSE);
  assert_int_equal(count_rows(fixture, "hazard"), 1);
}

static void test_a_record_that_cannot_be_read_holds_up_no_other(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  gsize before = count_rows(fixture, "enterprise");
  json_t *records = json_array();
  for (guint i = 0; i < 3; i++)
    json_array_append_new(records,
                          fixture_snapshot(fixture, test_id(0x7700 + i), "enterprise",
                                           json_pack("{ss ss}", "name", "矿", "area", "140603")));
  fixture_pull(fixture, records, NULL);
  g_autofree char *sql = g_strdup_printf("UPDATE base SET text = 'x' WHERE number ="
                                         " (SELECT nr FROM record WHERE id = '%s')",
                                         test_id(0x7701));
  assert_true(bh_db_exec(fixture->device->db, sql, NULL));
  bh_view_forget_all(fixture->device);
  gint64 listed = 0;
  assert_int_equal(count_rows(fixture, "enterprise"), before + 2);
  assert_true(bh_db_get_int(fixture->device->db,
                            "SELECT count(*) FROM listed WHERE kind = 'enterprise'", NULL, &listed,
                            NULL));
  assert_int_equal(listed, before + 3);
}

static int install(void **state G_GNUC_UNUSED)
{
  shim_vfs_install();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_search_for_the_enterprise_finds_its_inspections),
      cmocka_unit_test(test_a_full_disk_hides_no_list),
      cmocka_unit_test(test_a_record_that_cannot_be_read_holds_up_no_other),
      cmocka_unit_test(test_titles_follow_their_records_in_any_order_of_arrival),
      cmocka_unit_test(test_a_new_kind_set_indexes_every_record_again),
      cmocka_unit_test(test_a_hub_that_goes_back_to_an_older_kind_set_is_followed),
      cmocka_unit_test(test_a_large_reset_moves_in_between_saves),
      cmocka_unit_test(test_a_reset_goes_on_with_every_page),
      cmocka_unit_test(test_sent_entries_are_kept_for_a_while),
      cmocka_unit_test(test_visible_quarantined_or_undelivered_entries_keep_their_body),
      cmocka_unit_test(test_a_wrong_clock_removes_no_files),
      cmocka_unit_test(test_a_removal_that_a_crash_interrupted_is_completed),
  };
  return cmocka_run_group_tests(tests, install, NULL);
}
