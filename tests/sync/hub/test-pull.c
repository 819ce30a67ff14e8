/* Enrolment and the feed: which records a device receives, when a cursor is valid, which records
 * are removed. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/base64.h"
#include "schema/world.h"
#include "sync/index/index.h"
#include "sync/hub/access/read.h"
#include "sync/hub/access/list.h"
#include "sync/hub/devices/enrol.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/db/params.h"
#include "sync/wire/credential.h"
#include "sync/wire/enrol-text.h"

/* --- enrolment --- */

static Answer *enrol_with(HubFixture *fixture, const char *text, const BhSigner *signer,
                          const char *wrong_proof)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhEnrolText) invitation = bh_enrol_text_decode(text, &error);
  g_autofree char *token = bh_base64_encode(invitation->token, BH_ENROL_TOKEN_SIZE);
  g_autofree char *key = bh_base64_encode(signer->public_key, BH_PUBLIC_KEY_SIZE);
  g_autofree char *proof =
      bh_enrol_prove(invitation->token, signer->public_key, signer->secret_key);
  g_autoptr(json_t) request =
      json_pack("{s:s, s:s, s:s, s:s}", "token", token, "name", "手持机", "key", key, "proof",
                wrong_proof != NULL ? wrong_proof : proof);
  g_autofree char *body = bh_json_dump(request);
  static const char *const headers[] = {"Content-Type: application/json", NULL};
  return test_send(fixture, NULL, "POST", "/v1/enrol", headers, body, -1);
}

static BhSigner *new_signer(void)
{
  BhSigner *signer = bh_signer_new();
  bh_signer_make_keys(signer, bh_random_system());
  return signer;
}

static char *invite(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  char *text =
      bh_enrol_invite(fixture->hub, fixture->township, NULL, "https://127.0.0.1:1", NULL, &error);
  assert_non_null(text);
  return text;
}

static void test_L20_enrolment_serves_one_key_and_repeats_a_lost_answer(void **state)
{
  HubFixture *fixture = *state;
  g_autofree char *text = invite(fixture);
  g_autoptr(BhSigner) signer = new_signer();
  g_autoptr(BhSigner) thief = new_signer();
  g_autoptr(Answer) first = enrol_with(fixture, text, signer, NULL);
  assert_status(first, 201);
  g_autoptr(Answer) again = enrol_with(fixture, text, signer, NULL);
  assert_status(again, 201);
  assert_string_equal(bh_json_string_or(first->json, "device", "1"),
                      bh_json_string_or(again->json, "device", "2"));
  g_autoptr(Answer) stolen = enrol_with(fixture, text, thief, NULL);
  assert_status(stolen, 403);
  assert_string_equal(test_error_code(stolen), "expired");
  /* The time is signed for this device. */
  const json_t *time = json_object_get(first->json, "time");
  assert_true(bh_hub_time_verify(bh_hub_get_public_key(fixture->hub), bh_hub_get_id(fixture->hub),
                                 bh_json_string_or(first->json, "device", ""),
                                 json_integer_value(json_object_get(time, "ms")),
                                 bh_json_string_or(time, "sig", "")));
}

static void test_enrolment_ends_after_ten_minutes_with_the_same_answer(void **state)
{
  HubFixture *fixture = *state;
  g_autofree char *text = invite(fixture);
  g_autoptr(BhSigner) signer = new_signer();
  fixture->skew_ms = 10 * 60 * 1000 + 1000;
  g_autoptr(Answer) late = enrol_with(fixture, text, signer, NULL);
  assert_status(late, 403);
  assert_string_equal(test_error_code(late), "expired");
}

static void test_enrolment_needs_proof_and_refuses_nonsense(void **state)
{
  HubFixture *fixture = *state;
  g_autofree char *text = invite(fixture);
  g_autoptr(BhSigner) signer = new_signer();
  g_autoptr(BhSigner) other = new_signer();
  g_autoptr(GError) error = NULL;
  g_autoptr(BhEnrolText) invitation = bh_enrol_text_decode(text, &error);
  g_autofree char *proof = bh_enrol_prove(invitation->token, other->public_key, other->secret_key);
  g_autoptr(Answer) forged = enrol_with(fixture, text, signer, proof);
  assert_status(forged, 400);
  assert_string_equal(test_error_code(forged), "signature");
  static const char *const bodies[] = {"", "{}", "[", "{\"token\":1}", "null", NULL};
  for (int i = 0; bodies[i] != NULL; i++) {
    g_autoptr(Answer) answer = test_send(fixture, NULL, "POST", "/v1/enrol", NULL, bodies[i], -1);
    assert_status(answer, 400);
  }
}

static void test_failed_enrolments_are_rate_limited(void **state)
{
  HubFixture *fixture = *state;
  long status = 0;
  for (int i = 0; i < 40 && status != 429; i++) {
    g_autoptr(Answer) answer = test_send(fixture, NULL, "POST", "/v1/enrol", NULL, "{}", -1);
    status = answer->status;
    if (status == 429)
      assert_non_null(g_hash_table_lookup(answer->headers, "retry-after"));
  }
  assert_int_equal(status, 429);
}

/* --- feed --- */

static void push_enterprise(TestDevice *device, const char *id, const char *area)
{
  g_autoptr(Answer) answer =
      test_push(device, test_device_enterprise(device, id, "一号矿", area), NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
}

static void test_I1_two_devices_of_one_unit_see_the_same(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *a = test_device_new(fixture, fixture->township);
  TestDevice *b = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(a, id);
  push_enterprise(a, id, "140603100");
  g_autoptr(json_t) of_a = test_pull(a, NULL);
  g_autoptr(json_t) of_b = test_pull(b, NULL);
  assert_true(json_equal(json_object_get(of_a, "records"), json_object_get(of_b, "records")));
  assert_non_null(test_find_record(of_b, id));
  test_device_free(a);
  test_device_free(b);
}

static void test_I13_another_area_receives_nothing_and_the_area_above_does(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *township = test_device_new(fixture, fixture->township);
  TestDevice *county = test_device_new(fixture, fixture->county);
  char here[BH_ID_LEN + 1], there[BH_ID_LEN + 1];
  test_device_make_id(county, here);
  test_device_make_id(county, there);
  push_enterprise(county, here, "140603100");
  push_enterprise(county, there, "140603200");
  g_autoptr(json_t) of_township = test_pull(township, NULL);
  g_autoptr(json_t) of_county = test_pull(county, NULL);
  assert_non_null(test_find_record(of_township, here));
  assert_null(test_find_record(of_township, there));
  assert_non_null(test_find_record(of_county, here));
  assert_non_null(test_find_record(of_county, there));
  test_device_free(township);
  test_device_free(county);
}

/* a person in the office sees the records that their unit serves, those of the units below
 * included. */
static void test_I13_a_person_of_the_office_sees_what_the_unit_serves(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *county = test_device_new(fixture, fixture->county);
  char here[BH_ID_LEN + 1], there[BH_ID_LEN + 1];
  test_device_make_id(county, here);
  test_device_make_id(county, there);
  push_enterprise(county, here, "140603100");
  push_enterprise(county, there, "140603200");
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_null(error);
  g_autoptr(json_t) enterprises = json_pack("{s:s}", "kind", "enterprise");
  g_autoptr(json_t) devices = json_pack("{s:s}", "kind", "device");
  const struct {
    const char *unit;
    gsize enterprises;
    gsize devices;
  } cases[] = {{fixture->province, 2, 1},
               {fixture->county, 2, 1},
               {fixture->township, 1, 0},
               {"0192f0c4-0000-7000-8000-000000000000", 0, 0}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) viewer =
        json_pack("{s:s, s:s}", "id", fixture->inspector, "unit", cases[i].unit);
    g_autoptr(json_t) some = bh_hub_list(fixture->hub, db, enterprises, viewer, &error);
    assert_null(error);
    assert_int_equal(json_array_size(json_object_get(some, "rows")), cases[i].enterprises);
    g_autoptr(json_t) own = bh_hub_list(fixture->hub, db, devices, viewer, &error);
    assert_null(error);
    assert_int_equal(json_array_size(json_object_get(own, "rows")), cases[i].devices);
  }
  bh_hub_release_reader(fixture->hub, db);
  test_device_free(county);
}

/* Makes `count` mines of one area at the hub. */
static void add_mines(HubFixture *fixture, const char *prefix, const char *area, int count)
{
  g_autoptr(GError) error = NULL;
  while (count > 0) {
    g_autoptr(json_t) ops = json_array();
    for (int i = 0; i < BH_ENTRY_MAX_OPS && count > 0; i++, count--) {
      char id[BH_ID_LEN + 1];
      g_autofree char *name = g_strdup_printf("%s%05d", prefix, count);
      bh_id_from_name("test", name, id);
      json_array_append_new(ops, json_pack("{s:s, s:s, s:{s:s, s:s}}", "record", id, "kind",
                                           "enterprise", "set", "name", name, "area", area));
    }
    g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
    if (entry == NULL)
      fail_msg("the hub refuses its own entry: %s", error->message);
  }
}

/* Counts the mines on all pages that a person of a unit sees. *pages: the number of pages. */
static gsize list_mines(HubFixture *fixture, const char *unit, const char *order, int *pages)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *after = NULL;
  gsize count = 0;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) viewer = json_pack("{s:s, s:s}", "id", fixture->inspector, "unit", unit);
  *pages = 0;
  do {
    g_autoptr(json_t) query = json_pack("{s:s, s:s, s:i, s:s*}", "kind", "enterprise", "order",
                                        order, "limit", 10, "after", after);
    g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, viewer, &error);
    assert_null(error);
    count += json_array_size(json_object_get(page, "rows"));
    g_free(after);
    after = g_strdup(bh_json_string_or(page, "after", NULL));
    (*pages)++;
  } while (after != NULL);
  bh_hub_release_reader(fixture->hub, db);
  return count;
}

static void test_L11_a_part_of_the_hub_is_listed_without_the_rest(void **state)
{
  HubFixture *fixture = *state;
  static const char *const orders[] = {"changed", "title"};
  int pages;
  add_mines(fixture, "乙", "140603100", 25);
  add_mines(fixture, "甲", "140603200", 200);
  for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
    assert_int_equal(list_mines(fixture, fixture->township, orders[i], &pages), 25);
    assert_int_equal(pages, 3);
    assert_int_equal(list_mines(fixture, fixture->county, orders[i], &pages), 225);
    assert_int_equal(list_mines(fixture, "0192f0c4-0000-7000-8000-000000000000", orders[i], &pages),
                     0);
  }
  add_mines(fixture, "丙", "140603100", 2100); /* so many that the index of the order is used */
  add_mines(fixture, "甲甲", "140603200", 200);
  for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
    assert_int_equal(list_mines(fixture, fixture->township, orders[i], &pages), 2125);
    assert_int_equal(pages, 213);
  }
}

/* Makes `count` covert visits of the county to one mine at the hub, and an open one before them. */
static void add_covert_visits(HubFixture *fixture, int count)
{
  g_autoptr(GError) error = NULL;
  char mine[BH_ID_LEN + 1];
  bh_id_from_name("test", "甲00001", mine);
  add_mines(fixture, "甲", "140603100", 1);
  for (int i = 0; i <= count;) {
    g_autoptr(json_t) ops = json_array();
    for (int n = 0; n < BH_ENTRY_MAX_OPS && i <= count; n++, i++) {
      char id[BH_ID_LEN + 1];
      g_autofree char *name = g_strdup_printf("visit %05d", i);
      bh_id_from_name("test", name, id);
      json_array_append_new(ops, json_pack("{s:s, s:s, s:{s:s, s:[s], s:s}}", "record", id, "kind",
                                           "inspection", "set", "enterprise", mine, "modes",
                                           i == 0 ? "routine" : "covert", "unit", fixture->county));
    }
    g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
    if (entry == NULL)
      fail_msg("the hub refuses its own entry: %s", error->message);
  }
}

static json_t *list_visits(HubFixture *fixture, const char *unit, const char *order)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) viewer = json_pack("{s:s, s:s}", "id", fixture->inspector, "unit", unit);
  g_autoptr(json_t) query =
      json_pack("{s:s, s:s, s:i}", "kind", "inspection", "order", order, "limit", 10);
  json_t *page = bh_hub_list(fixture->hub, db, query, viewer, &error);
  assert_null(error);
  bh_hub_release_reader(fixture->hub, db);
  return page;
}

static gboolean exec(BhHub *hub G_GNUC_UNUSED, BhDb *db, gpointer sql, GError **error)
{
  return bh_db_exec(db, sql, error);
}

static gboolean exec_sql(HubFixture *fixture, const char *sql, GError **error)
{
  return bh_hub_write(fixture->hub, exec, (gpointer)sql, error);
}

static gint64 count_underived(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  gint64 count = 0;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  assert_true(bh_db_get_int(db, "SELECT count(*) FROM record WHERE restriction IS NULL", NULL,
                            &count, &error));
  bh_hub_release_reader(fixture->hub, db);
  return count;
}

/* However many rows are hidden from the reader: the first page has all visible rows and no cursor.
 * An empty page with a cursor would reveal that something is hidden. */
static void test_I13_hidden_rows_leave_no_gap(void **state)
{
  HubFixture *fixture = *state;
  static const char *const orders[] = {"changed", "title"};
  add_covert_visits(fixture, 3000);
  for (gsize i = 0; i < G_N_ELEMENTS(orders); i++) {
    g_autoptr(json_t) open = list_visits(fixture, fixture->township, orders[i]);
    assert_int_equal(json_array_size(json_object_get(open, "rows")), 1);
    assert_null(bh_json_string_or(open, "after", NULL));
    g_autoptr(json_t) own = list_visits(fixture, fixture->county, orders[i]);
    assert_int_equal(json_array_size(json_object_get(own, "rows")), 10);
    assert_non_null(bh_json_string_or(own, "after", NULL));
  }
}

/* A store of an older program has no restrictions: they are computed at the start; until then each
 * record is checked. */
static void test_I13_a_store_older_than_restrictions_hides_records_too(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  add_covert_visits(fixture, 300);
  assert_int_equal(count_underived(fixture), 0);
  assert_true(exec_sql(fixture,
                       "UPDATE record SET restriction = NULL;"
                       "UPDATE listed SET restriction = NULL",
                       &error));
  g_autoptr(json_t) looked = list_visits(fixture, fixture->township, "title");
  assert_int_equal(json_array_size(json_object_get(looked, "rows")), 1);
  assert_null(bh_json_string_or(looked, "after", NULL));
  hub_fixture_change_store(
      fixture,
      UNDO_FROM_0013 "DROP TABLE awaited; DROP INDEX record_restriction; ALTER TABLE record DROP "
                     "COLUMN restriction;"
                     " UPDATE schema_version SET version = 10");
  assert_int_equal(count_underived(fixture), 0);
  g_autoptr(json_t) derived = list_visits(fixture, fixture->township, "title");
  assert_int_equal(json_array_size(json_object_get(derived, "rows")), 1);
}

static void test_records_that_left_the_scope_are_removed(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *township = test_device_new(fixture, fixture->township);
  TestDevice *county = test_device_new(fixture, fixture->county);
  char id[BH_ID_LEN + 1];
  test_device_make_id(county, id);
  push_enterprise(county, id, "140603100");
  g_autoptr(json_t) first = test_pull(township, NULL);
  assert_non_null(test_find_record(first, id));
  g_autoptr(Answer) moved =
      test_push(county,
                test_device_entry(county, id, "enterprise", json_pack("{s:s}", "area", "140603200"),
                                  county->last_entry),
                NULL);
  assert_status(moved, 200);
  g_autoptr(json_t) second = test_pull(township, bh_json_string_or(first, "cursor", ""));
  assert_null(test_find_record(second, id));
  assert_int_equal(json_array_size(json_object_get(second, "gone")), 1);
  assert_string_equal(json_string_value(json_array_get(json_object_get(second, "gone"), 0)), id);
  test_device_free(township);
  test_device_free(county);
}

static void test_a_cursor_continues_its_feed_and_an_invalid_one_starts_anew(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(json_t) first = test_pull(device, NULL);
  assert_true(json_is_true(json_object_get(first, "reset")));
  const char *cursor = bh_json_string_or(first, "cursor", "");
  g_autoptr(json_t) nothing = test_pull(device, cursor);
  assert_false(json_is_true(json_object_get(nothing, "reset")));
  assert_int_equal(json_array_size(json_object_get(nothing, "records")), 0);
  push_enterprise(device, id, "140603100");
  g_autoptr(json_t) next = test_pull(device, cursor);
  assert_int_equal(json_array_size(json_object_get(next, "records")), 1);
  static const char *const strange[] = {"x",     "1.2.3.4", "1...", "99999999999999999999",
                                        "'; --", NULL};
  for (int i = 0; strange[i] != NULL; i++) {
    g_autoptr(json_t) reset = test_pull(device, strange[i]);
    assert_true(json_is_true(json_object_get(reset, "reset")));
    assert_non_null(test_find_record(reset, id));
  }
  /* A new area of the unit changes which records the device may receive. */
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s}}]", "record", fixture->township, "kind",
                                    "unit", "set", "area", "140603");
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, ops, &error);
  if (entry == NULL)
    fail_msg("the hub refuses its own entry: %s", error->message);
  g_autoptr(json_t) reset = test_pull(device, bh_json_string_or(next, "cursor", ""));
  assert_true(json_is_true(json_object_get(reset, "reset")));
  test_device_free(device);
}

static void test_a_record_whose_area_arrives_later_is_found_then(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *county = test_device_new(fixture, fixture->county);
  TestDevice *township = test_device_new(fixture, fixture->township);
  char site[BH_ID_LEN + 1], enterprise[BH_ID_LEN + 1];
  test_device_make_id(county, site);
  test_device_make_id(county, enterprise);
  g_autoptr(Answer) child =
      test_push(county,
                test_device_entry(county, site, "site",
                                  json_pack("{s:s, s:s, s:s}", "enterprise", enterprise, "name",
                                            "3105 工作面", "site_type", "face"),
                                  NULL),
                NULL);
  assert_status(child, 200);
  g_autoptr(json_t) before = test_pull(township, NULL);
  assert_null(test_find_record(before, site));
  push_enterprise(county, enterprise, "140603100");
  g_autoptr(json_t) after = test_pull(township, bh_json_string_or(before, "cursor", ""));
  assert_non_null(test_find_record(after, enterprise));
  assert_non_null(test_find_record(after, site));
  test_device_free(county);
  test_device_free(township);
}

static json_t *inspection_set(TestDevice *device, const char *enterprise, const char *mode)
{
  return json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", enterprise, "modes", mode, "unit",
                   device->unit, "lead", device->actor, "state", "on_site");
}

static void test_I13_covert_visits_stay_with_their_unit_until_released(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *county = test_device_new(fixture, fixture->county);
  TestDevice *township = test_device_new(fixture, fixture->township);
  char enterprise[BH_ID_LEN + 1], visit[BH_ID_LEN + 1];
  test_device_make_id(county, enterprise);
  test_device_make_id(county, visit);
  push_enterprise(county, enterprise, "140603100");
  g_autoptr(Answer) made =
      test_push(county,
                test_device_entry(county, visit, "inspection",
                                  inspection_set(county, enterprise, "covert"), NULL),
                NULL);
  assert_status(made, 200);
  if (json_array_size(json_object_get(made->json, "quarantined")) != 0)
    fail_msg("%s", bh_json_dump(test_pull(county, NULL)));
  g_autoptr(json_t) of_county = test_pull(county, NULL);
  g_autoptr(json_t) of_township = test_pull(township, NULL);
  assert_non_null(test_find_record(of_county, visit));
  assert_null(test_find_record(of_township, visit));
  test_set_released(fixture, visit, TRUE);
  g_autoptr(json_t) then = test_pull(township, bh_json_string_or(of_township, "cursor", ""));
  assert_non_null(test_find_record(then, visit));
  test_device_free(county);
  test_device_free(township);
}

static void test_personal_values_of_staff_are_sent_without_openings(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autoptr(json_t) changes = test_pull(device, NULL);
  json_t *staff = test_find_record(changes, fixture->inspector);
  assert_non_null(staff);
  json_t *phone = json_object_get(json_object_get(staff, "keys"), "phone");
  json_t *head = json_array_get(json_object_get(phone, "heads"), 0);
  assert_null(json_object_get(head, "o"));
  test_device_free(device);
}

static void test_L14_receipt_and_device_time_are_both_kept(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  device->skew_ms = 2LL * 365 * 24 * 3600 * 1000;
  push_enterprise(device, id, "140603100");
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) history = bh_hub_history(fixture->hub, db, id, 0, 10, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_int_equal(json_array_size(history), 1);
  const json_t *item = json_array_get(history, 0);
  gint64 received = json_integer_value(json_object_get(item, "received_ms"));
  gint64 wall = json_integer_value(json_object_get(json_object_get(item, "clock"), "wall_ms"));
  assert_true(wall - received > 365LL * 24 * 3600 * 1000);
  assert_string_equal(bh_json_string_or(item, "device", ""), device->signer->device);
  test_device_free(device);
}

static void test_kind_sets_are_kept_by_hash_and_served(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autofree char *path = g_strconcat("/v1/kinds/", device->kinds, NULL);
  g_autoptr(Answer) answer = test_send(fixture, device, "GET", path, NULL, NULL, -1);
  assert_status(answer, 200);
  g_autofree char *hash = bh_hash_hex(answer->body->str, answer->body->len);
  assert_string_equal(hash, device->kinds);
  static const char *const strange[] = {"/v1/kinds/x", "/v1/kinds/..%2f..%2fhub.db",
                                        "/v1/kinds/../../hub.db", NULL};
  for (int i = 0; strange[i] != NULL; i++) {
    g_autoptr(Answer) none = test_send(fixture, device, "GET", strange[i], NULL, NULL, -1);
    assert_true(none->status == 404 || none->status == 400);
  }
  test_device_free(device);
}

/* A device of the unit pulls only new records, not all that it has. */
static void test_a_new_member_of_staff_moves_no_other_record(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char enterprise[BH_ID_LEN + 1], colleague[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  push_enterprise(device, enterprise, "140603100");
  g_autoptr(json_t) before = test_pull(device, NULL);
  test_add_inspector(fixture, fixture->township, colleague);
  g_autoptr(json_t) after = test_pull(device, bh_json_string_or(before, "cursor", ""));
  assert_false(json_is_true(json_object_get(after, "reset")));
  assert_int_equal(json_array_size(json_object_get(after, "records")), 1);
  assert_non_null(test_find_record(after, colleague));
  assert_int_equal(json_array_size(json_object_get(after, "gone")), 0);
  test_device_free(device);
}

static gint64 last_contact(HubFixture *fixture, const TestDevice *device)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhHubDevice) row = bh_log_load_device(db, device->signer->device, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_non_null(row);
  return row->seen_ms;
}

/* The time is written once in a minute, and the answer does not wait for it. */
static void test_the_last_contact_of_a_device_is_kept(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  guint64 commits[2], pieces[2];
  json_decref(test_pull(device, NULL));
  gint64 before = last_contact(fixture, device);
  bh_hub_count_commits(fixture->hub, &commits[0], &pieces[0]);
  json_decref(test_pull(device, NULL));
  bh_hub_count_commits(fixture->hub, &commits[1], &pieces[1]);
  assert_int_equal(pieces[1], pieces[0]);
  fixture->skew_ms += BH_DEVICE_SEEN_MS;
  json_decref(test_pull(device, NULL));
  for (int i = 0; i < 200 && last_contact(fixture, device) == before; i++)
    g_usleep(10000);
  assert_true(last_contact(fixture, device) >= before + BH_DEVICE_SEEN_MS);
  test_device_free(device);
}

static void test_staff_are_sealed_to_the_device(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autoptr(GError) error = NULL;
  assert_true(bh_enrol_set_pin(fixture->hub, fixture->inspector, "246810", &error));
  assert_false(bh_enrol_set_pin(fixture->hub, fixture->inspector, "12", &error));
  g_autoptr(Answer) answer = test_send(fixture, device, "GET", "/v1/staff", NULL, NULL, -1);
  assert_status(answer, 200);
  const char *sealed = bh_json_string_or(answer->json, "sealed", "");
  assert_true(strlen(sealed) > 100);
  assert_null(strstr(sealed, "argon2"));
  test_device_free(device);
}

static void test_L11_the_feed_is_paged_and_complete(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  enum { N = 130 };
  g_autoptr(GString) batch = g_string_new(NULL);
  for (int i = 0; i < N; i++) {
    char id[BH_ID_LEN + 1];
    test_device_make_id(device, id);
    g_autoptr(BhEntryText) text = test_device_enterprise(device, id, "矿", "140603100");
    bh_entry_text_append(text, batch);
  }
  g_autoptr(Answer) answer = test_push_text(device, batch->str, -1);
  assert_status(answer, 200);
  g_autoptr(Answer) page =
      test_send(fixture, device, "GET", "/v1/changes?limit=20", NULL, NULL, -1);
  assert_int_equal(json_array_size(json_object_get(page->json, "records")), 20);
  assert_true(json_is_true(json_object_get(page->json, "more")));
  g_autoptr(json_t) all = test_pull(device, NULL);
  assert_true(json_array_size(json_object_get(all, "records")) >= N);
  g_autoptr(Answer) none =
      test_send(fixture, device, "GET", "/v1/changes?limit=501", NULL, NULL, -1);
  assert_status(none, 400);
  test_device_free(device);
}

/* --- titles --- */

static gsize count_found(HubFixture *fixture, const char *kind, const char *search)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) query = json_pack("{s:s, s:s}", "kind", kind, "search", search);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (page == NULL)
    fail_msg("%s", error->message);
  return json_array_size(json_object_get(page, "rows"));
}

static gsize count_visits(HubFixture *fixture, const char *search)
{
  return count_found(fixture, "inspection", search);
}

static void test_visits_are_found_by_the_name_their_enterprise_has_now(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char enterprise[BH_ID_LEN + 1], visit[BH_ID_LEN + 1], made[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  test_device_make_id(device, visit);
  BhEntryText *first = test_device_entry(
      device, visit, "inspection",
      json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", enterprise, "modes", "routine", "unit",
                fixture->township, "lead", fixture->inspector, "state", "on_site"),
      NULL);
  g_autoptr(Answer) pushed = test_push(device, first, NULL);
  assert_status(pushed, 200);
  assert_int_equal(count_visits(fixture, "青石"), 0);
  BhEntryText *second = test_device_enterprise(device, enterprise, "青石煤矿", "140603100");
  g_strlcpy(made, device->last_entry, sizeof made);
  g_autoptr(Answer) named = test_push(device, second, NULL);
  assert_status(named, 200);
  assert_int_equal(count_visits(fixture, "青石"), 1);
  g_autoptr(Answer) renamed =
      test_push(device,
                test_device_entry(device, enterprise, "enterprise",
                                  json_pack("{s:s}", "name", "白河煤矿"), made),
                NULL);
  assert_status(renamed, 200);
  assert_int_equal(count_visits(fixture, "青石"), 0);
  assert_int_equal(count_visits(fixture, "白河"), 1);
  test_device_free(device);
}

static gboolean forget_index(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  (void)data;
  return bh_index_clear(db, error) && bh_log_set_value(db, "indexed_by", "1", error);
}

static void test_hazards_are_found_by_the_name_their_enterprise_has_now(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char enterprise[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1], made[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  test_device_make_id(device, hazard);
  BhEntryText *found = test_device_entry(
      device, hazard, "hazard",
      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "enterprise", enterprise, "summary", "线路老化",
                "level", "general", "place", "配电室", "found_by", "inspection", "state", "found"),
      NULL);
  g_autoptr(Answer) first = test_push(device, found, NULL);
  assert_status(first, 200);
  assert_int_equal(count_found(fixture, "hazard", "青石"), 0);
  BhEntryText *named = test_device_enterprise(device, enterprise, "青石煤矿", "140603100");
  g_strlcpy(made, device->last_entry, sizeof made);
  g_autoptr(Answer) second = test_push(device, named, NULL);
  assert_status(second, 200);
  assert_int_equal(count_found(fixture, "hazard", "青石"), 1);
  assert_int_equal(count_found(fixture, "hazard", "石"), 1);
  assert_int_equal(count_found(fixture, "hazard", "青石 老化"), 1);
  assert_int_equal(count_found(fixture, "hazard", "青石 断裂"), 0);
  g_autoptr(Answer) renamed =
      test_push(device,
                test_device_entry(device, enterprise, "enterprise",
                                  json_pack("{s:s}", "name", "白河煤矿"), made),
                NULL);
  assert_status(renamed, 200);
  assert_int_equal(count_found(fixture, "hazard", "青石"), 0);
  assert_int_equal(count_found(fixture, "hazard", "白河"), 1);
  /* A store with the index of an older program is indexed again when it is opened. */
  assert_true(bh_hub_write(fixture->hub, forget_index, NULL, &error));
  assert_int_equal(count_found(fixture, "hazard", "白河"), 0);
  assert_true(bh_hub_finish_index(fixture->hub, &error));
  assert_int_equal(count_found(fixture, "hazard", "白河"), 1);
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_L20_enrolment_serves_one_key_and_repeats_a_lost_answer,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_enrolment_ends_after_ten_minutes_with_the_same_answer,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_enrolment_needs_proof_and_refuses_nonsense, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_failed_enrolments_are_rate_limited, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_I1_two_devices_of_one_unit_see_the_same, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_I13_a_person_of_the_office_sees_what_the_unit_serves,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_I13_another_area_receives_nothing_and_the_area_above_does, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_hazards_are_found_by_the_name_their_enterprise_has_now,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L11_a_part_of_the_hub_is_listed_without_the_rest, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_I13_hidden_rows_leave_no_gap, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_I13_a_store_older_than_restrictions_hides_records_too,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_records_that_left_the_scope_are_removed, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(
          test_a_cursor_continues_its_feed_and_an_invalid_one_starts_anew, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_record_whose_area_arrives_later_is_found_then, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_I13_covert_visits_stay_with_their_unit_until_released,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_personal_values_of_staff_are_sent_without_openings,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L14_receipt_and_device_time_are_both_kept, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_kind_sets_are_kept_by_hash_and_served, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_staff_are_sealed_to_the_device, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_last_contact_of_a_device_is_kept, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_new_member_of_staff_moves_no_other_record, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_visits_are_found_by_the_name_their_enterprise_has_now,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L11_the_feed_is_paged_and_complete, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
