/* Push as a device sees it: entries that are accepted, refused, or quarantined. */
#include "hub-fixture.h"

#include <string.h>

#include "schema/base64.h"
#include "sync/hub/access/list.h"
#include "sync/hub/records/read.h"
#include "sync/hub/devices/enrol.h"

static gint64 seq_of(const Answer *answer)
{
  return json_integer_value(json_object_get(answer->json, "seq"));
}

static gboolean is_quarantined(const Answer *answer, const char *entry)
{
  size_t at;
  json_t *id;
  json_array_foreach(json_object_get(answer->json, "quarantined"), at, id) {
    if (strcmp(json_string_value(id), entry) == 0)
      return TRUE;
  }
  return FALSE;
}

static gint64 count_entries(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(GPtrArray) rows = bh_log_list_entries(db, 0, 100000, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_non_null(rows);
  return rows->len;
}

static void test_pushed_records_appear_in_the_feed(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(Answer) answer =
      test_push(device, test_device_enterprise(device, id, "一号矿", "140603100"), NULL);
  assert_status(answer, 200);
  assert_int_equal(seq_of(answer), 1);
  assert_string_equal(bh_json_string_or(answer->json, "hash", ""), device->prev);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
  g_autoptr(json_t) changes = test_pull(device, NULL);
  json_t *snapshot = test_find_record(changes, id);
  assert_non_null(snapshot);
  assert_string_equal(json_string_value(test_head_value(snapshot, "name")), "一号矿");
  assert_int_equal(json_integer_value(json_object_get(json_object_get(changes, "included"),
                                                      device->signer->incarnation)),
                   1);
  test_device_free(device);
}

static void test_L1_identical_resend_is_success_and_stored_once_I12(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(GString) batch = g_string_new(NULL);
  g_autoptr(BhEntryText) text = test_device_enterprise(device, id, "一号矿", "140603100");
  bh_entry_text_append(text, batch);
  g_autoptr(Answer) first = test_push_text(device, batch->str, -1);
  gint64 before = count_entries(fixture);
  g_autoptr(Answer) again = test_push_text(device, batch->str, -1);
  assert_status(first, 200);
  assert_status(again, 200);
  assert_true(json_equal(first->json, again->json));
  assert_int_equal(count_entries(fixture), before);
  test_device_free(device);
}

typedef struct {
  TestDevice *device;
  const char *text;
  Answer *answer;
} Sender;

static gpointer send_batch(gpointer data)
{
  Sender *sender = data;
  sender->answer = test_push_text(sender->device, sender->text, -1);
  return NULL;
}

static void test_L2_ten_concurrent_identical_posts_get_one_answer_and_one_entry(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(GString) batch = g_string_new(NULL);
  g_autoptr(BhEntryText) text = test_device_enterprise(device, id, "一号矿", "140603100");
  bh_entry_text_append(text, batch);
  gint64 before = count_entries(fixture);
  Sender senders[10];
  GThread *threads[10];
  for (int i = 0; i < 10; i++) {
    senders[i] = (Sender){device, batch->str, NULL};
    threads[i] = g_thread_new("sender", send_batch, &senders[i]);
  }
  for (int i = 0; i < 10; i++)
    g_thread_join(threads[i]);
  for (int i = 0; i < 10; i++) {
    assert_status(senders[i].answer, 200);
    assert_string_equal(senders[i].answer->body->str, senders[0].answer->body->str);
  }
  for (int i = 0; i < 10; i++)
    answer_free(senders[i].answer);
  assert_int_equal(count_entries(fixture), before + 1);
  test_device_free(device);
}

static void test_a_forged_signature_is_refused_and_earlier_entries_stay(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  BhEntryText *good = test_device_enterprise(device, id, "一号矿", "140603100");
  BhEntryText *forged = test_device_entry(device, id, "enterprise",
                                          json_pack("{s:s}", "name", "二号矿"), device->last_entry);
  guint8 signature[BH_SIGNATURE_SIZE] = {0};
  g_free(forged->signature);
  forged->signature = bh_base64_encode(signature, sizeof signature);
  g_autoptr(Answer) answer = test_push(device, good, forged, NULL);
  assert_status(answer, 400);
  assert_string_equal(test_error_code(answer), "signature");
  assert_non_null(strstr(bh_json_string_or(answer->json, "message", ""), "entry 1"));
  assert_int_equal(seq_of(answer), 1);
  test_device_free(device);
}

static void test_I2_I4_broken_chain_within_a_batch_is_refused(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char a[BH_ID_LEN + 1], b[BH_ID_LEN + 1];
  test_device_make_id(device, a);
  test_device_make_id(device, b);
  BhEntryText *first = test_device_enterprise(device, a, "一号矿", "140603100");
  memset(device->prev, 'a', BH_HASH_HEX_LEN);
  BhEntryText *second = test_device_enterprise(device, b, "二号矿", "140603100");
  g_autoptr(Answer) answer = test_push(device, first, second, NULL);
  assert_status(answer, 400);
  assert_string_equal(test_error_code(answer), "chain");
  assert_int_equal(seq_of(answer), 1);
  test_device_free(device);
}

static void test_I4_gap_is_409_chain_with_the_head_and_stores_nothing(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  bh_entry_text_free(test_device_enterprise(device, id, "一号矿", "140603100"));
  gint64 before = count_entries(fixture);
  g_autoptr(Answer) answer =
      test_push(device, test_device_enterprise(device, id, "二号矿", "140603100"), NULL);
  assert_status(answer, 409);
  assert_string_equal(test_error_code(answer), "chain");
  assert_int_equal(seq_of(answer), 0);
  assert_int_equal(count_entries(fixture), before);
  test_device_free(device);
}

static void test_I2_fork_is_409_flagged_and_new_incarnation_is_recognised(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1], entry[BH_ID_LEN + 1], common[BH_HASH_HEX_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(Answer) first =
      test_push(device, test_device_enterprise(device, id, "一号矿", "140603100"), NULL);
  assert_status(first, 200);
  g_strlcpy(common, device->prev, sizeof common);
  g_strlcpy(entry, device->last_entry, sizeof entry);
  g_autoptr(Answer) second = test_push(
      device,
      test_device_entry(device, id, "enterprise", json_pack("{s:s}", "address", "东坡"), NULL),
      NULL);
  assert_status(second, 200);
  /* The card is restored to its state after the first entry, and the device continues differently.
   */
  device->seq = 1;
  g_strlcpy(device->prev, common, sizeof device->prev);
  char other[BH_ID_LEN + 1];
  g_autofree char *openings = NULL;
  test_device_make_id(device, other);
  g_autoptr(json_t) west = json_pack("{s:s}", "address", "西坡");
  g_autofree char *body = test_device_body(device, other, id, "enterprise", west, NULL, &openings);
  g_autoptr(Answer) fork = test_push(device, test_device_seal(device, body, openings), NULL);
  assert_status(fork, 409);
  assert_string_equal(test_error_code(fork), "fork");
  assert_int_equal(seq_of(fork), 1);
  assert_string_equal(bh_json_string_or(fork->json, "hash", ""), common);
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) devices = bh_log_list_devices(db, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_int_equal(json_integer_value(json_object_get(json_array_get(devices, 0), "forks")), 1);
  /* The same bodies are sent in new envelopes. */
  test_device_new_incarnation(device);
  g_autoptr(Answer) moved = test_push(device, test_device_seal(device, body, openings), NULL);
  assert_status(moved, 200);
  test_device_new_incarnation(device);
  g_autoptr(json_t) before = test_pull(device, NULL);
  g_autoptr(Answer) again = test_push(device, test_device_seal(device, body, openings), NULL);
  assert_status(again, 200);
  assert_int_equal(json_array_size(json_object_get(again->json, "quarantined")), 0);
  g_autoptr(json_t) changes = test_pull(device, NULL);
  assert_int_equal(json_array_size(json_object_get(changes, "records")),
                   json_array_size(json_object_get(before, "records")));
  test_device_free(device);
}

static void test_I2_same_entry_id_with_another_body_is_quarantined(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(Answer) first =
      test_push(device, test_device_enterprise(device, id, "一号矿", "140603100"), NULL);
  assert_status(first, 200);
  g_autofree char *openings = NULL;
  g_autoptr(json_t) set = json_pack("{s:s}", "name", "冒名");
  g_autofree char *body =
      test_device_body(device, device->last_entry, id, "enterprise", set, NULL, &openings);
  g_autoptr(Answer) second = test_push(device, test_device_seal(device, body, openings), NULL);
  assert_status(second, 200);
  assert_true(is_quarantined(second, device->last_entry));
  g_autoptr(json_t) changes = test_pull(device, NULL);
  assert_string_equal(json_string_value(test_head_value(test_find_record(changes, id), "name")),
                      "一号矿");
  test_device_free(device);
}

/* Pushes one body, which must be quarantined with a reason, and the next entry, which must be
 * accepted. */
static void expect_quarantine(HubFixture *fixture, const char *kind, json_t *set, const char *code)
{
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1], good[BH_ID_LEN + 1], bad_entry[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  test_device_make_id(device, good);
  BhEntryText *bad = test_device_entry(device, id, kind, set, NULL);
  g_strlcpy(bad_entry, device->last_entry, sizeof bad_entry);
  BhEntryText *next = test_device_enterprise(device, good, "下一家", "140603100");
  g_autoptr(Answer) answer = test_push(device, bad, next, NULL);
  assert_status(answer, 200);
  assert_int_equal(seq_of(answer), 2);
  assert_true(is_quarantined(answer, bad_entry));
  g_autoptr(json_t) changes = test_pull(device, NULL);
  assert_null(test_find_record(changes, id));
  assert_non_null(test_find_record(changes, good));
  json_t *listed = json_array_get(json_object_get(changes, "quarantined"), 0);
  assert_string_equal(bh_json_string_or(listed, "entry", ""), bad_entry);
  assert_string_equal(bh_json_string_or(listed, "reason", ""), code);
  test_device_free(device);
}

static void test_L8_unknown_kind_waits_in_quarantine_and_blocks_nothing(void **state)
{
  expect_quarantine(*state, "flying_saucer", json_pack("{s:s}", "name", "x"), "unknown");
}

static void test_L8_unknown_field_waits_in_quarantine(void **state)
{
  expect_quarantine(*state, "enterprise", json_pack("{s:s}", "no_such_field", "x"), "unknown");
}

static void test_L8_over_long_value_waits_in_quarantine(void **state)
{
  g_autofree char *name = g_strnfill(5000, 'x');
  expect_quarantine(*state, "enterprise",
                    json_pack("{s:s, s:s}", "name", name, "state", "provisional"), "invalid");
}

static gsize count_doubtful(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) query = json_pack("{s:s, s:s, s:{s:[s, s]}}", "kind", "enterprise", "doubtful",
                                      "uscc", "where", "state", "provisional", "confirmed");
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_null(error);
  return json_array_size(json_object_get(page, "rows"));
}

/* A wrong check character gives a warning: the value is kept, and listed until it is corrected. */
static void test_a_doubtful_credit_code_is_kept_and_listed(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  BhEntryText *made =
      test_device_entry(device, id, "enterprise",
                        json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "name", "老字号", "uscc",
                                  "91140603MA0000015R", "sector", "coal_mine", "area", "140603100",
                                  "provisional", 1, "state", "provisional"),
                        NULL);
  g_autoptr(Answer) answer = test_push(device, made, NULL);
  assert_status(answer, 200);
  assert_false(is_quarantined(answer, device->last_entry));
  assert_int_equal(count_doubtful(fixture), 1);
  g_autofree char *was = g_strdup(device->last_entry);
  BhEntryText *right = test_device_entry(device, id, "enterprise",
                                         json_pack("{s:s}", "uscc", "91140603MA0000015Q"), was);
  g_autoptr(Answer) again = test_push(device, right, NULL);
  assert_status(again, 200);
  assert_int_equal(count_doubtful(fixture), 0);
  test_device_free(device);
}

static void test_undeclared_transition_waits_in_quarantine(void **state)
{
  expect_quarantine(*state, "inspection", json_pack("{s:s}", "state", "signed"), "invalid");
}

static void test_devices_cannot_make_staff_devices_or_units(void **state)
{
  expect_quarantine(*state, "staff", json_pack("{s:s}", "name", "冒名"), "denied");
  expect_quarantine(*state, "device", json_pack("{s:s}", "name", "冒名"), "denied");
}

static void push_raw_body(HubFixture *fixture, const char *body)
{
  TestDevice *device = test_device_new(fixture, fixture->township);
  char good[BH_ID_LEN + 1];
  test_device_make_id(device, good);
  BhEntryText *bad = test_device_seal(device, body, "");
  g_autofree char *name = g_strdup(device->prev);
  BhEntryText *next = test_device_enterprise(device, good, "下一家", "140603100");
  g_autoptr(Answer) answer = test_push(device, bad, next, NULL);
  assert_status(answer, 200);
  assert_int_equal(seq_of(answer), 2);
  assert_true(is_quarantined(answer, name));
  test_device_free(device);
}

static void test_L8_100k_nested_json_is_quarantined_and_harms_nothing(void **state)
{
  g_autofree char *deep = g_strnfill(100000, '[');
  push_raw_body(*state, deep);
}

static void test_L8_bad_utf8_is_quarantined(void **state)
{
  push_raw_body(*state, "{\"id\":\"\xff\xfe\"}");
}

static void test_L8_nul_in_a_value_is_never_a_500(void **state)
{
  push_raw_body(*state, "{\"id\":\"a\\u0000b\"}");
}

static void test_L8_nul_byte_in_a_batch_is_a_clear_400(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(GString) batch = g_string_new(NULL);
  g_autoptr(BhEntryText) text = test_device_enterprise(device, id, "一号矿", "140603100");
  bh_entry_text_append(text, batch);
  batch->str[batch->len / 2] = '\0';
  g_autoptr(Answer) answer = test_push_text(device, batch->str, (gssize)batch->len);
  assert_status(answer, 400);
  assert_string_not_equal(test_error_code(answer), "");
  test_device_free(device);
}

static void test_other_hubs_and_other_devices_envelopes_are_refused(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autoptr(GString) batch = g_string_new(NULL);
  g_autoptr(BhEntryText) text = test_device_enterprise(other, id, "一号矿", "140603100");
  bh_entry_text_append(text, batch);
  g_autoptr(Answer) answer = test_push_text(device, batch->str, -1);
  assert_status(answer, 400);
  assert_string_equal(test_error_code(answer), "denied");
  test_device_free(device);
  test_device_free(other);
}

static void test_oversized_and_garbled_bodies_are_clear_errors(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autofree char *big = g_strnfill(5 * 1024 * 1024, 'x');
  g_autoptr(Answer) large = test_push_text(device, big, -1);
  assert_true(large->status == 413 || large->status == 0);
  g_autoptr(Answer) garbled = test_push_text(device, "no entry at all", -1);
  assert_status(garbled, 400);
  static const char *const zstd[] = {"Content-Type: application/x-bihuan-entries",
                                     "Content-Encoding: zstd", NULL};
  g_autoptr(Answer) frame = test_send(fixture, device, "POST", "/v1/entries", zstd, "not zstd", -1);
  assert_status(frame, 400);
  /* This batch is within the limit of compressed bytes, but expands beyond the other one: it is
   * read to its end and then refused. */
  g_autoptr(Answer) wire =
      test_send(fixture, device, "POST", "/v1/entries", zstd, big, 3 * 1024 * 1024);
  assert_status(wire, 413);
  assert_string_equal(test_error_code(wire), "limit");
  static const char *const text[] = {"Content-Type: text/plain", NULL};
  g_autoptr(Answer) type = test_send(fixture, device, "POST", "/v1/entries", text, "x", -1);
  assert_status(type, 415);
  test_device_free(device);
}

static void test_L10_quarantined_entry_can_be_released_or_dismissed(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1], other[BH_ID_LEN + 1], first[BH_ID_LEN + 1];
  g_autoptr(GError) error = NULL;
  test_device_make_id(device, id);
  test_device_make_id(device, other);
  g_autofree char *name = g_strnfill(5000, 'x');
  BhEntryText *a = test_device_entry(
      device, id, "enterprise", json_pack("{s:s, s:s}", "name", name, "area", "140603100"), NULL);
  g_strlcpy(first, device->last_entry, sizeof first);
  BhEntryText *b =
      test_device_entry(device, other, "enterprise", json_pack("{s:s}", "name", name), NULL);
  g_autoptr(Answer) answer = test_push(device, a, b, NULL);
  assert_status(answer, 200);
  char reviewer[BH_ID_LEN + 1];
  test_sample_id("staff-sun", reviewer);
  assert_true(bh_hub_release(fixture->hub, reviewer, first, FALSE, "属实", &error));
  assert_true(bh_hub_release(fixture->hub, reviewer, device->last_entry, TRUE, "误报", &error));
  assert_false(bh_hub_release(fixture->hub, reviewer, first, FALSE, "", &error));
  assert_int_equal(error->code, BH_ERROR_NOT_FOUND);
  g_autoptr(json_t) changes = test_pull(device, NULL);
  assert_non_null(test_find_record(changes, id));
  assert_null(test_find_record(changes, other));
  assert_int_equal(json_array_size(json_object_get(changes, "quarantined")), 0);
  test_device_free(device);
}

static void test_I13_nothing_is_accepted_after_revocation(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  g_autoptr(GError) error = NULL;
  test_device_make_id(device, id);
  BhEntryText *text = test_device_enterprise(device, id, "一号矿", "140603100");
  /* The device is revoked between authentication and commit: the writer checks again. */
  assert_true(bh_enrol_revoke(fixture->hub, NULL, device->signer->device, "丢失", &error));
  gint64 before = count_entries(fixture);
  g_autoptr(Answer) push = test_push(device, text, NULL);
  assert_status(push, 403);
  assert_string_equal(test_error_code(push), "revoked");
  assert_int_equal(count_entries(fixture), before);
  g_autoptr(Answer) pull = test_send(fixture, device, "GET", "/v1/changes", NULL, NULL, -1);
  assert_status(pull, 403);
  test_device_free(device);
}

static void test_head_gives_the_last_entry_that_the_hub_has_of_a_chain(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  g_autofree char *path = g_strconcat("/v1/head?incarnation=", device->signer->incarnation, NULL);
  g_autoptr(Answer) none = test_send(fixture, device, "GET", path, NULL, NULL, -1);
  assert_status(none, 200);
  assert_int_equal(seq_of(none), 0);
  g_autoptr(Answer) pushed =
      test_push(device, test_device_enterprise(device, id, "一号矿", "140603100"), NULL);
  g_autoptr(Answer) one = test_send(fixture, device, "GET", path, NULL, NULL, -1);
  assert_int_equal(seq_of(one), 1);
  assert_string_equal(bh_json_string_or(one->json, "hash", ""), device->prev);
  static const char *const strange[] = {"/v1/head", "/v1/head?incarnation=x",
                                        "/v1/head?incarnation=%00", NULL};
  for (int i = 0; strange[i] != NULL; i++) {
    g_autoptr(Answer) answer = test_send(fixture, device, "GET", strange[i], NULL, NULL, -1);
    assert_status(answer, 400);
  }
  test_device_free(device);
}

static const char *const GUARDED[][2] = {
    {"GET", "/v1/head?incarnation=00000000000000000000000000000000"},
    {"POST", "/v1/entries"},
    {"POST", "/v1/ahead"},
    {"GET", "/v1/changes"},
    {"GET", "/v1/kinds/0000000000000000000000000000000000000000000000000000000000000000"},
    {"GET", "/v1/staff"},
    {"GET", "/v1/files/0000000000000000000000000000000000000000000000000000000000000000"},
    {"POST", "/v1/uploads"},
    {"HEAD", "/v1/uploads/00000000-0000-0000-0000-000000000000"},
    {"PATCH", "/v1/uploads/00000000-0000-0000-0000-000000000000"},
    {"DELETE", "/v1/uploads/00000000-0000-0000-0000-000000000000"},
};

static void test_every_route_needs_a_token_of_a_device_that_was_not_revoked(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  g_autoptr(GError) error = NULL;
  assert_true(bh_enrol_revoke(fixture->hub, NULL, device->signer->device, "丢失", &error));
  for (guint i = 0; i < G_N_ELEMENTS(GUARDED); i++) {
    g_autoptr(Answer) nobody =
        test_send(fixture, NULL, GUARDED[i][0], GUARDED[i][1], NULL, NULL, -1);
    assert_status(nobody, 401);
    g_autoptr(Answer) revoked =
        test_send(fixture, device, GUARDED[i][0], GUARDED[i][1], NULL, NULL, -1);
    assert_status(revoked, 403);
  }
  test_device_free(device);
}

static void test_wrong_or_missing_token_is_401(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  TestDevice *other = test_device_new(fixture, fixture->township);
  g_autoptr(Answer) missing = test_send(fixture, NULL, "GET", "/v1/changes", NULL, NULL, -1);
  assert_status(missing, 401);
  g_free(device->token);
  device->token = g_strdup(other->token);
  g_autoptr(Answer) wrong = test_send(fixture, device, "GET", "/v1/changes", NULL, NULL, -1);
  assert_status(wrong, 401);
  assert_string_equal(test_error_code(wrong), "denied");
  test_device_free(device);
  test_device_free(other);
}

static void test_group_commit_shares_one_fsync_among_many_clients(void **state)
{
  HubFixture *fixture = *state;
  enum { CLIENTS = 16, ROUNDS = 8 };
  TestDevice *devices[CLIENTS];
  guint64 commits, pieces, commits_after, pieces_after;
  for (int i = 0; i < CLIENTS; i++)
    devices[i] = test_device_new(fixture, fixture->township);
  for (int i = 0; i < CLIENTS; i++)
    test_device_let(devices[i]);
  bh_hub_count_commits(fixture->hub, &commits, &pieces);
  for (int round = 0; round < ROUNDS; round++) {
    Sender senders[CLIENTS];
    GThread *threads[CLIENTS];
    GString *batches[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
      char id[BH_ID_LEN + 1];
      test_device_make_id(devices[i], id);
      batches[i] = g_string_new(NULL);
      g_autoptr(BhEntryText) text = test_device_enterprise(devices[i], id, "矿", "140603100");
      bh_entry_text_append(text, batches[i]);
      senders[i] = (Sender){devices[i], batches[i]->str, NULL};
    }
    for (int i = 0; i < CLIENTS; i++)
      threads[i] = g_thread_new("sender", send_batch, &senders[i]);
    for (int i = 0; i < CLIENTS; i++) {
      g_thread_join(threads[i]);
      assert_status(senders[i].answer, 200);
      answer_free(senders[i].answer);
      g_string_free(batches[i], TRUE);
    }
  }
  bh_hub_count_commits(fixture->hub, &commits_after, &pieces_after);
  assert_true(pieces_after - pieces == CLIENTS * ROUNDS);
  print_message("%d pushes in %d commits\n", CLIENTS * ROUNDS, (int)(commits_after - commits));
  assert_true(commits_after - commits < CLIENTS * ROUNDS);
  for (int i = 0; i < CLIENTS; i++)
    test_device_free(devices[i]);
}

static void test_concurrent_edits_keep_both_and_show_a_conflict(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *a = test_device_new(fixture, fixture->township);
  TestDevice *b = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1], base[BH_ID_LEN + 1];
  test_device_make_id(a, id);
  g_autoptr(Answer) made = test_push(a, test_device_enterprise(a, id, "一号矿", "140603100"), NULL);
  g_strlcpy(base, a->last_entry, sizeof base);
  g_autoptr(Answer) one = test_push(
      a, test_device_entry(a, id, "enterprise", json_pack("{s:s}", "name", "甲矿"), base), NULL);
  g_autoptr(Answer) two = test_push(
      b, test_device_entry(b, id, "enterprise", json_pack("{s:s}", "name", "乙矿"), base), NULL);
  assert_status(one, 200);
  assert_status(two, 200);
  g_autoptr(json_t) changes = test_pull(a, NULL);
  json_t *heads = json_object_get(
      json_object_get(json_object_get(test_find_record(changes, id), "keys"), "name"), "heads");
  assert_int_equal(json_array_size(heads), 2);
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(json_t) query = json_pack("{s:s}", "inbox", "conflict");
  g_autoptr(json_t) page = bh_hub_list(fixture->hub, db, query, NULL, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_int_equal(json_array_size(json_object_get(page, "rows")), 1);
  test_device_free(a);
  test_device_free(b);
}

static void test_personal_values_are_sent_as_openings_and_not_in_the_body(void **state)
{
  HubFixture *fixture = *state;
  TestDevice *device = test_device_new(fixture, fixture->township);
  char id[BH_ID_LEN + 1];
  test_device_make_id(device, id);
  BhEntryText *made = test_device_enterprise(device, id, "一号矿", "140603100");
  BhEntryText *personal = test_device_entry(
      device, id, "enterprise", json_pack("{s:s}", "legal_representative", "张样例"), NULL);
  assert_null(strstr(personal->body, "张样例"));
  g_autoptr(Answer) answer = test_push(device, made, personal, NULL);
  assert_status(answer, 200);
  assert_int_equal(json_array_size(json_object_get(answer->json, "quarantined")), 0);
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(BhRecord) record = bh_record_load(db, id, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_string_equal(bh_record_get_string(record, "legal_representative"), "张样例");
  test_device_free(device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_pushed_records_appear_in_the_feed, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L1_identical_resend_is_success_and_stored_once_I12,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_L2_ten_concurrent_identical_posts_get_one_answer_and_one_entry, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_forged_signature_is_refused_and_earlier_entries_stay,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_I2_I4_broken_chain_within_a_batch_is_refused, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_I4_gap_is_409_chain_with_the_head_and_stores_nothing,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_I2_fork_is_409_flagged_and_new_incarnation_is_recognised,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_I2_same_entry_id_with_another_body_is_quarantined,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L8_unknown_kind_waits_in_quarantine_and_blocks_nothing,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L8_unknown_field_waits_in_quarantine, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L8_over_long_value_waits_in_quarantine, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_a_doubtful_credit_code_is_kept_and_listed, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_undeclared_transition_waits_in_quarantine, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_devices_cannot_make_staff_devices_or_units, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_L8_100k_nested_json_is_quarantined_and_harms_nothing,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L8_bad_utf8_is_quarantined, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L8_nul_in_a_value_is_never_a_500, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_L8_nul_byte_in_a_batch_is_a_clear_400, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_other_hubs_and_other_devices_envelopes_are_refused,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_oversized_and_garbled_bodies_are_clear_errors, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_L10_quarantined_entry_can_be_released_or_dismissed,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_I13_nothing_is_accepted_after_revocation, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_head_gives_the_last_entry_that_the_hub_has_of_a_chain,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(
          test_every_route_needs_a_token_of_a_device_that_was_not_revoked, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_wrong_or_missing_token_is_401, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_group_commit_shares_one_fsync_among_many_clients, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_concurrent_edits_keep_both_and_show_a_conflict, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_personal_values_are_sent_as_openings_and_not_in_the_body,
                                      set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
