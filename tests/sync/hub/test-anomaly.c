/* The list of anomalies has each anomaly once, and nothing ordinary. */
#include "hub-fixture.h"

#include <string.h>

#include "sync/hub/access/read.h"
#include "sync/hub/ingest/anomaly-store.h"
#include "sync/hub/ingest/anomaly.h"
#include "sync/wire/credential.h"

#define MANY 1000
#define HOUR_MS (60 * 60 * 1000)
#define NOW_MS G_GINT64_CONSTANT(1790000000000)

static json_t *list(HubFixture *fixture, const char *kind)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  json_t *rows = bh_anomaly_store_list(db, kind, G_MAXINT64, MANY, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (rows == NULL)
    fail_msg("%s", error->message);
  return rows;
}

/* Returns the only anomaly in the list. */
static json_t *get_only(HubFixture *fixture, const char *kind)
{
  g_autoptr(json_t) all = list(fixture, NULL);
  assert_int_equal(json_array_size(all), 1);
  g_autoptr(json_t) rows = list(fixture, kind);
  assert_int_equal(json_array_size(rows), 1);
  return json_incref(json_array_get(rows, 0));
}

static void assert_text(const json_t *row, const char *name, const char *text)
{
  assert_string_equal(bh_json_string_or(row, name, ""), text);
}

static void push(TestDevice *device, BhEntryText *entry, long status)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, status);
}

static TestDevice *begin(HubFixture *fixture, char enterprise[BH_ID_LEN + 1])
{
  TestDevice *device = test_device_new(fixture, fixture->township);
  test_device_make_id(device, enterprise);
  push(device, test_device_enterprise(device, enterprise, "一号矿", "140603100"), 200);
  return device;
}

static BhEntryText *set_address(TestDevice *device, const char *enterprise, const char *address)
{
  return test_device_entry(device, enterprise, "enterprise", json_pack("{s:s}", "address", address),
                           NULL);
}

static void test_ordinary_entries_make_no_anomaly(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, id);
  push(device, set_address(device, id, "东坡"), 200);
  g_autoptr(json_t) rows = list(fixture, NULL);
  assert_int_equal(json_array_size(rows), 0);
  test_device_free(device);
}

static void test_I2_a_fork_is_listed_once_however_often_it_is_sent(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1], common[BH_HASH_HEX_LEN + 1], other[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, id);
  g_autofree char *openings = NULL;
  g_strlcpy(common, device->prev, sizeof common);
  push(device, set_address(device, id, "东坡"), 200);
  test_device_make_id(device, other);
  g_autoptr(json_t) west = json_pack("{s:s}", "address", "西坡");
  g_autofree char *body = test_device_body(device, other, id, "enterprise", west, NULL, &openings);
  for (int i = 0; i < 2; i++) {
    device->seq = 1;
    g_strlcpy(device->prev, common, sizeof device->prev);
    push(device, test_device_seal(device, body, openings), 409);
  }
  g_autoptr(json_t) row = get_only(fixture, "fork");
  assert_text(row, "device", device->signer->device);
  assert_text(row, "unit", fixture->township);
  test_device_free(device);
}

static void test_refused_requests_are_listed(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, id);
  g_autoptr(BhEntryText) entry = set_address(device, id, "东坡");
  BhEntryText *forged = g_new0(BhEntryText, 1);
  forged->envelope = g_strdup(entry->envelope);
  forged->signature = g_base64_encode((const guchar[BH_SIGNATURE_SIZE]){0}, BH_SIGNATURE_SIZE);
  forged->body = g_strdup(entry->body);
  forged->openings = g_strdup(entry->openings);
  g_autoptr(Answer) answer = test_push(device, forged, NULL);
  assert_true(answer->status >= 400);
  g_autoptr(json_t) row = get_only(fixture, "refusal");
  assert_text(row, "code", "signature");
  assert_text(row, "device", device->signer->device);
  assert_true(strlen(bh_json_string_or(row, "message", "")) > 0);
  test_device_free(device);
}

static void test_a_quarantined_entry_is_listed_also_after_its_decision(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  char id[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, id);
  push(device,
       test_device_entry(device, id, "enterprise", json_pack("{s:s}", "no_such", "x"), NULL), 200);
  g_autoptr(json_t) row = get_only(fixture, "quarantine");
  assert_text(row, "code", "unknown");
  assert_text(row, "entry", device->last_entry);
  assert_text(row, "by", fixture->inspector);
  assert_true(json_integer_value(json_object_get(row, "at_ms")) > 0);
  assert_true(bh_hub_release(fixture->hub, NULL, device->last_entry, TRUE, "不认识", &error));
  g_autoptr(json_t) after = get_only(fixture, "quarantine");
  assert_null(json_object_get(after, "entry"));
  test_device_free(device);
}

static void test_an_entry_of_a_person_of_another_unit_is_listed(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->county);
  test_device_make_id(device, id);
  g_strlcpy(device->actor, fixture->inspector, sizeof device->actor);
  push(device, test_device_enterprise(device, id, "一号矿", "140603100"), 200);
  g_autoptr(json_t) row = get_only(fixture, "quarantine");
  assert_text(row, "code", "denied");
  assert_text(row, "record", id);
  assert_text(row, "device", device->signer->device);
  test_device_free(device);
}

static void test_a_wrong_clock_is_listed_once_for_each_boot(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  device->skew_ms = HOUR_MS;
  test_device_make_id(device, id);
  push(device, test_device_enterprise(device, id, "一号矿", "140603100"), 200);
  push(device, set_address(device, id, "东坡"), 200);
  g_autoptr(json_t) row = get_only(fixture, "clock");
  assert_text(row, "code", "ahead");
  assert_text(row, "record", id);
  assert_int_equal(json_integer_value(json_object_get(row, "times")), 2);
  gint64 ahead_ms = json_integer_value(json_object_get(row, "wall_ms")) -
                    json_integer_value(json_object_get(row, "at_ms"));
  assert_in_range(ahead_ms, HOUR_MS - 60000, HOUR_MS + 60000);
  test_device_free(device);
}

/* --- times that a device claims --- */

static json_t *evidence_of_newest(HubFixture *fixture, const char *record)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) history = bh_hub_history(fixture->hub, db, record, G_MAXINT64, 1, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (history == NULL)
    fail_msg("%s", error->message);
  return json_incref(json_object_get(json_array_get(history, 0), "evidence"));
}

static gint64 number(const json_t *object, const char *name)
{
  return json_integer_value(json_object_get(object, name));
}

static gint64 hub_now_ms(HubFixture *fixture)
{
  return fixture->clock.wall_ms(fixture->clock.data);
}

static void take_hub_time(TestDevice *device, gint64 ms)
{
  BhHub *hub = device->fixture->hub;
  g_autofree char *sig =
      bh_hub_time_sign(bh_hub_get_secret_key(hub), bh_hub_get_id(hub), device->signer->device, ms);
  device->says.hub_ms = ms;
  g_strlcpy(device->says.hub_sig, sig, sizeof device->says.hub_sig);
}

static void test_a_device_enrolled_today_proves_nothing_of_last_year(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  gint64 begun_ms = hub_now_ms(fixture);
  TestDevice *device = test_device_new(fixture, fixture->township);
  device->says.hub_ms = begun_ms - 400 * 24 * (gint64)HOUR_MS;
  device->says.hub_boot_ms = bh_clock_system()->boot_ms(NULL);
  test_device_make_id(device, id);
  push(device, test_device_enterprise(device, id, "一号矿", "140603100"), 200);
  g_autoptr(json_t) row = get_only(fixture, "clock");
  assert_text(row, "code", "before_enrolment");
  g_autoptr(json_t) evidence = evidence_of_newest(fixture, id);
  assert_text(evidence, "basis", "enrolment");
  assert_text(evidence, "odd", "before_enrolment");
  assert_true(number(evidence, "from_ms") >= begun_ms);
  assert_true(number(evidence, "to_ms") >= number(evidence, "from_ms"));
  assert_in_range(number(evidence, "claimed_ms"), device->says.hub_ms,
                  device->says.hub_ms + HOUR_MS);
  test_device_free(device);
}

static void test_a_time_signed_by_the_hub_is_a_lower_bound_for_the_rest_of_the_chain(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  test_device_make_id(device, id);
  fixture->skew_ms = HOUR_MS; /* the hub continues; the device starts with its own time */
  take_hub_time(device, hub_now_ms(fixture));
  push(device, test_device_enterprise(device, id, "一号矿", "140603100"), 200);
  g_autoptr(json_t) first = evidence_of_newest(fixture, id);
  assert_text(first, "basis", "signed");
  assert_int_equal(number(first, "from_ms"), device->says.hub_ms);
  gint64 signed_ms = device->says.hub_ms;
  device->says = (BhEntryClock){0}; /* its time cannot be before the signed time that it has used */
  push(device, set_address(device, id, "东坡"), 200);
  g_autoptr(json_t) second = evidence_of_newest(fixture, id);
  assert_text(second, "basis", "signed");
  assert_int_equal(number(second, "from_ms"), signed_ms);
  take_hub_time(device, signed_ms - 1000);
  push(device, set_address(device, id, "西坡"), 200);
  g_autoptr(json_t) third = evidence_of_newest(fixture, id);
  assert_text(third, "odd", "back");
  assert_int_equal(number(third, "from_ms"), signed_ms);
  test_device_free(device);
}

static void test_a_hub_time_with_a_wrong_signature_is_recorded_and_proves_nothing(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1];
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  test_device_make_id(device, id);
  take_hub_time(other, hub_now_ms(fixture));
  device->says = other->says; /* a true time, given to another device */
  g_autoptr(Answer) answer =
      test_push(device, test_device_enterprise(device, id, "一号矿", "140603100"), NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
  g_autoptr(json_t) row = get_only(fixture, "clock");
  assert_text(row, "code", "forged");
  g_autoptr(json_t) evidence = evidence_of_newest(fixture, id);
  assert_text(evidence, "basis", "enrolment");
  assert_text(evidence, "odd", "forged");
  test_device_free(other);
  test_device_free(device);
}

static void test_a_confirmation_of_the_clock_is_listed(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1], note[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, id);
  for (int i = 0; i < 2; i++) {
    test_device_make_id(device, note);
    g_autoptr(Answer) answer = test_push(
        device,
        test_device_entry(device, note, "clock_note",
                          json_pack("{s:I, s:s, s:I, s:s}", "shown_at", (json_int_t)NOW_MS,
                                    "verdict", "wrong", "reading", (json_int_t)NOW_MS + HOUR_MS,
                                    "noted_by", fixture->inspector),
                          NULL),
        NULL);
    assert_status(answer, 200);
    assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
  }
  g_autoptr(json_t) rows = list(fixture, "clock");
  assert_int_equal(json_array_size(rows), 2);
  const json_t *row = json_array_get(rows, 0);
  assert_text(row, "code", "noted");
  assert_text(row, "record", note);
  assert_text(row, "by", fixture->inspector);
  test_device_free(device);
}

static BhEntryText *set_number(TestDevice *device, const char *document, const char *enterprise,
                               const char *number, const char *was)
{
  return test_device_entry(device, document, "document",
                           json_pack("{s:s, s:s}", "enterprise", enterprise, "number", number),
                           was);
}

static const json_t *find_row(const json_t *rows, const char *record, const char *code)
{
  size_t at;
  json_t *row;
  json_array_foreach((json_t *)rows, at, row) {
    if (strcmp(bh_json_string_or(row, "record", ""), record) == 0 &&
        strcmp(bh_json_string_or(row, "code", ""), code) == 0)
      return row;
  }
  return NULL;
}

static void test_every_document_of_one_number_is_listed_however_it_is_written(void **state)
{
  HubFixture *fixture = *state;
  /* The same number as other people type it: with a space, full-width, with other dashes,
   * zero-width and no-break spaces, in other case, in brackets. */
  static const char *const same[] = {
      "平应急〔2026〕AB-7号",      "平应急〔2026〕AB-7号 ",     "平应急〔２０２６〕ＡＢ－７号",
      "平应急〔2026〕AB\u20117号", "平应急〔2026〕AB\u200b7号", "平应急〔2026〕AB\u00a07号",
      "平应急[2026]ab7号",
  };
  char enterprise[BH_ID_LEN + 1], ids[G_N_ELEMENTS(same)][BH_ID_LEN + 1], look[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, enterprise);
  for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
    test_device_make_id(device, ids[i]);
    push(device, set_number(device, ids[i], enterprise, same[i], NULL), 200);
  }
  push(device,
       test_device_entry(device, ids[1], "document", json_pack("{s:s}", "title", "改过"), NULL),
       200);
  g_autoptr(json_t) rows = list(fixture, "number");
  assert_int_equal(json_array_size(rows), G_N_ELEMENTS(same));
  for (gsize i = 0; i < G_N_ELEMENTS(same); i++)
    assert_text(find_row(rows, ids[i], "number"), "source", same[i]);
  /* Letters that look like digits may be another number, so they are only a hint. */
  test_device_make_id(device, look);
  push(device, set_number(device, look, enterprise, "平应急〔2O26〕AB-7号", NULL), 200);
  g_autoptr(json_t) more = list(fixture, "number");
  assert_non_null(find_row(more, look, "alike"));
  assert_null(find_row(more, look, "number"));
  assert_non_null(find_row(more, ids[0], "alike"));
  test_device_free(device);
}

static void test_numbers_that_differ_or_were_given_up_are_no_anomaly(void **state)
{
  HubFixture *fixture = *state;
  char enterprise[BH_ID_LEN + 1], first[BH_ID_LEN + 1], second[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, enterprise);
  test_device_make_id(device, first);
  test_device_make_id(device, second);
  push(device, set_number(device, first, enterprise, "7号", NULL), 200);
  g_autofree char *was = g_strdup(device->last_entry);
  push(device, set_number(device, second, enterprise, "8号", NULL), 200);
  push(device, set_number(device, first, enterprise, "9号", was), 200);
  push(device, set_number(device, second, enterprise, "7号", device->last_entry), 200);
  g_autoptr(json_t) rows = list(fixture, "number");
  assert_int_equal(json_array_size(rows), 0);
  test_device_free(device);
}

static void test_pages_go_on_where_the_one_before_ended(void **state)
{
  HubFixture *fixture = *state;
  g_autoptr(GError) error = NULL;
  char id[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, id);
  for (int i = 0; i < 3; i++)
    push(device,
         test_device_entry(device, id, "enterprise", json_pack("{s:s}", "no_such", "x"), NULL),
         200);
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  gint64 before = G_MAXINT64;
  for (int i = 0; i < 3; i++) {
    g_autoptr(json_t) page = bh_anomaly_store_list(db, "quarantine", before, 1, &error);
    assert_int_equal(json_array_size(page), 1);
    gint64 nr = json_integer_value(json_object_get(json_array_get(page, 0), "nr"));
    assert_true(nr < before);
    before = nr;
  }
  g_autoptr(json_t) rest = bh_anomaly_store_list(db, "quarantine", before, 1, &error);
  assert_int_equal(json_array_size(rest), 0);
  bh_hub_release_reader(fixture->hub, db);
  test_device_free(device);
}

static void test_a_hub_older_than_the_list_of_anomalies_finds_existing_ones(void **state)
{
  HubFixture *fixture = *state;
  char id[BH_ID_LEN + 1], strange[BH_ID_LEN + 1];
  TestDevice *device = begin(fixture, id);
  TestDevice *stranger = test_device_new(fixture, fixture->county);
  push(device,
       test_device_entry(device, id, "enterprise", json_pack("{s:s}", "no_such", "x"), NULL), 200);
  test_device_make_id(stranger, strange);
  push(stranger,
       test_device_entry(stranger, strange, "enterprise",
                         json_pack("{s:s, s:s, s:s, s:s}", "name", "二号矿", "sector", "coal_mine",
                                   "area", "140603100", "state", "confirmed"),
                         NULL),
       200);
  g_autoptr(json_t) before = list(fixture, NULL);
  assert_int_equal(json_array_size(before), 2);
  static const char without[] =
      "DROP TABLE file_claim; DROP TABLE number; DROP TABLE anomaly; DROP TRIGGER anomaly_of_fork; "
      "DROP TRIGGER "
      "anomaly_of_refusal;"
      "DROP TRIGGER anomaly_of_refusal_goes; DROP TRIGGER anomaly_of_quarantine;"
      "DROP TRIGGER anomaly_of_report;" UNDO_FROM_0008 "UPDATE schema_version SET version = 4";
  hub_fixture_change_store(fixture, without);
  g_autoptr(json_t) after = list(fixture, NULL);
  assert_true(json_equal(before, after));
  test_device_free(stranger);
  test_device_free(device);
}

static void test_clocks_with_contradicting_times_are_anomalies(void **state)
{
  (void)state;
  const struct {
    gint64 wall_ms, hub_ms, boot_ms, hub_boot_ms;
    BhClockQuality quality;
    const char *anomaly;
  } cases[] = {
      {NOW_MS, 0, 1, 0, BH_CLOCK_QUALITY_UNSURE, NULL},
      {NOW_MS - 30 * 24 * (gint64)HOUR_MS, 0, 1, 0, BH_CLOCK_QUALITY_UNSURE, NULL},
      {NOW_MS + 60000, NOW_MS, 1, 1, BH_CLOCK_QUALITY_GOOD, NULL},
      {NOW_MS, NOW_MS + 1, 1, 1, BH_CLOCK_QUALITY_GOOD, "after_receipt"},
      {NOW_MS, 0, 1, 0, BH_CLOCK_QUALITY_BAD, "bad"},
      {NOW_MS + HOUR_MS, 0, 1, 0, BH_CLOCK_QUALITY_GOOD, "ahead"},
      {NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS, 1, 0, BH_CLOCK_QUALITY_UNSURE, "behind"},
      {NOW_MS - HOUR_MS, NOW_MS - 3 * HOUR_MS, 2 * HOUR_MS, 0, BH_CLOCK_QUALITY_UNSURE, NULL},
      {NOW_MS - HOUR_MS, NOW_MS - 3 * HOUR_MS, 2 * HOUR_MS, 1, BH_CLOCK_QUALITY_GOOD, NULL},
      {NOW_MS - HOUR_MS, NOW_MS - 3 * HOUR_MS, HOUR_MS, 1, BH_CLOCK_QUALITY_GOOD, "jump"},
  };
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    BhEntryClock clock = {.wall_ms = cases[i].wall_ms,
                          .boot_ms = cases[i].boot_ms,
                          .quality = cases[i].quality,
                          .hub_ms = cases[i].hub_ms,
                          .hub_boot_ms = cases[i].hub_boot_ms};
    const char *anomaly =
        bh_anomaly_judge_clock(&clock, FALSE, &(BhTimeProof){.received_ms = NOW_MS});
    if (g_strcmp0(anomaly, cases[i].anomaly) != 0)
      fail_msg("case %u is judged %s", i, anomaly != NULL ? anomaly : "fine");
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_ordinary_entries_make_no_anomaly),
      TEST(test_I2_a_fork_is_listed_once_however_often_it_is_sent),
      TEST(test_refused_requests_are_listed),
      TEST(test_a_quarantined_entry_is_listed_also_after_its_decision),
      TEST(test_an_entry_of_a_person_of_another_unit_is_listed),
      TEST(test_a_wrong_clock_is_listed_once_for_each_boot),
      TEST(test_a_device_enrolled_today_proves_nothing_of_last_year),
      TEST(test_a_time_signed_by_the_hub_is_a_lower_bound_for_the_rest_of_the_chain),
      TEST(test_a_hub_time_with_a_wrong_signature_is_recorded_and_proves_nothing),
      TEST(test_a_confirmation_of_the_clock_is_listed),
      TEST(test_every_document_of_one_number_is_listed_however_it_is_written),
      TEST(test_numbers_that_differ_or_were_given_up_are_no_anomaly),
      TEST(test_pages_go_on_where_the_one_before_ended),
      TEST(test_a_hub_older_than_the_list_of_anomalies_finds_existing_ones),
      cmocka_unit_test(test_clocks_with_contradicting_times_are_anomalies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
