#include <string.h>

#include "tests/sync/device/fixture.h"
#include "sync/wire/limits.h"

static void test_save_is_shown_at_once_and_after_a_restart(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char inspection[BH_ID_LEN + 1];

  fixture_inspect(fixture, inspection);
  g_free(fixture_save(fixture, inspection, "inspection",
                      json_pack("{s{ss}}", "answers/COAL-01", "answer", "compliant")));
  assert_value(fixture, inspection, "state", "on_site");
  assert_int_equal(fixture_status(fixture, "pending"), 2);
  fixture_reopen(fixture);
  assert_value(fixture, inspection, "state", "on_site");
  assert_int_equal(fixture_status(fixture, "pending"), 2);
  g_autoptr(json_t) answer = fixture_value(fixture, inspection, "answers/COAL-01");
  assert_string_equal(bh_json_string_or(answer, "answer", ""), "compliant");
}

/* Reads the whole journal from the outbox and checks it as the hub would. */
static void test_entries_are_signed_and_chained(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char inspection[BH_ID_LEN + 1];
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE];
  char prev[BH_HASH_HEX_LEN + 1];

  fixture_inspect(fixture, inspection);
  for (int i = 0; i < 40; i++)
    g_free(fixture_save(fixture, inspection, "inspection",
                        json_pack("{ss}", "place_note", i % 2 == 0 ? "东门" : "西门")));
  fixture_reopen(fixture);
  g_free(fixture_save(fixture, inspection, "inspection", json_pack("{ss}", "place_note", "南门")));
  assert_true(bh_outbox_get_enrol_key(fixture->device, public_key, secret_key, &error));

  g_autoptr(GString) batch = g_string_new(NULL);
  gint64 last = 0;
  assert_true(bh_outbox_read_batch(fixture->device, 0, 500, 4 << 20, batch, &last, &error));
  assert_int_equal(last, 42);
  memset(prev, '0', BH_HASH_HEX_LEN);
  prev[BH_HASH_HEX_LEN] = '\0';
  const char *cursor = batch->str;
  for (int seq = 1; seq <= 42; seq++) {
    BhEnvelope envelope;
    g_autoptr(BhEntryText) text = bh_entry_text_take(&cursor, batch->str + batch->len, &error);
    assert_no_error(error);
    assert_true(bh_envelope_parse(text->envelope, &envelope, &error));
    assert_true(bh_entry_verify(text, &envelope, public_key, &error));
    assert_int_equal(envelope.seq, seq);
    assert_string_equal(envelope.prev, prev);
    g_strlcpy(prev, envelope.hash, sizeof prev);
    g_autoptr(BhKindSet) kinds = bh_device_dup_kinds(fixture->device);
    assert_string_equal(envelope.kinds, bh_kind_set_get_hash(kinds));
  }
  assert_ptr_equal(cursor, batch->str + batch->len);
}

static void test_a_set_names_the_heads_it_replaces(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char inspection[BH_ID_LEN + 1];

  fixture_inspect(fixture, inspection);
  g_autofree char *first =
      fixture_save(fixture, inspection, "inspection", json_pack("{ss}", "place_note", "东门"));
  g_free(fixture_save(fixture, inspection, "inspection", json_pack("{ss}", "place_note", "西门")));
  g_autoptr(BhBody) body = fixture_read_body(fixture, 3);
  const BhOp *op = g_ptr_array_index(body->ops, 0);
  const BhSet *set = g_ptr_array_index(op->sets, 0);
  assert_string_equal(set->was[0], first);
  assert_null(set->was[1]);
}

static void test_personal_values_leave_as_commitments_with_openings(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();

  g_free(fixture_save(fixture, fixture->enterprise, "enterprise",
                      json_pack("{ss}", "legal_representative", "赵钱孙")));
  g_autoptr(BhEntryText) text = fixture_read_entry(fixture, 1);
  assert_null(strstr(text->body, "赵钱孙"));
  assert_non_null(strstr(text->openings, "赵钱孙"));
  assert_value(fixture, fixture->enterprise, "legal_representative", "赵钱孙");
  fixture_reopen(fixture);
  assert_value(fixture, fixture->enterprise, "legal_representative", "赵钱孙");
}

static void refuse(Fixture *fixture, const char *record, const char *kind, json_t *set,
                   BhErrorCode code, const char *names)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops = fixture_ops(record, kind, set);
  gint64 before = fixture_status(fixture, "pending");

  assert_null(bh_device_save(fixture->device, fixture->li, ops, 0, &error));
  assert_non_null(error);
  if (error->code != (int)code || strstr(error->message, names) == NULL)
    fail_msg("%s: %s", bh_error_code_name(error->code), error->message);
  assert_int_equal(fixture_status(fixture, "pending"), before);
}

static void test_wrong_values_are_refused_naming_kind_and_field(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char id[BH_ID_LEN + 1], hazard[BH_ID_LEN + 1];

  fixture_inspect(fixture, id);
  bh_device_make_id(fixture->device, hazard);
  refuse(fixture, id, "inspection", json_pack("{ss}", "nothing", "x"), BH_ERROR_UNKNOWN, "nothing");
  refuse(fixture, id, "inspection", json_pack("{si}", "place_note", 3), BH_ERROR_INVALID,
         "place_note");
  refuse(fixture, id, "hazard", json_pack("{ss}", "summary", "x"), BH_ERROR_INVALID, "inspection");
  refuse(fixture, id, "inspection", json_pack("{ss}", "state", "archived"), BH_ERROR_INVALID,
         "state");
  refuse(fixture, fixture->li, "staff", json_pack("{ss}", "name", "某"), BH_ERROR_INVALID,
         "staff.name");
  refuse(fixture, id, "inspection", json_pack("{ss}", "state", "nowhere"), BH_ERROR_UNKNOWN,
         "state");
  refuse(fixture, hazard, "hazard", json_pack("{ss}", "state", "found"), BH_ERROR_INVALID,
         "hazard.place");
  refuse(fixture, "no-id", "hazard", json_pack("{ss}", "summary", "x"), BH_ERROR_FORMAT, "record");
  refuse(fixture, hazard, "dragon", json_pack("{ss}", "summary", "x"), BH_ERROR_UNKNOWN, "dragon");
}

static gboolean is_listed(Fixture *fixture, const char *record, const char *field)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) locked = bh_device_list_locked(fixture->device, record, &error);
  assert_no_error(error);
  return bh_json_has_name(locked, field);
}

/* Pulls a hazard with an order, as the hub sends it. */
static void pull_hazard(Fixture *fixture, const char *inspection, const char *hazard,
                        const char *state)
{
  json_t *records = json_array();
  json_array_append_new(
      records,
      fixture_snapshot(fixture, hazard, "hazard",
                       json_pack("{ss ss ss ss ss ss ss}", "inspection", inspection, "enterprise",
                                 fixture->enterprise, "summary", "风门损坏", "level", "general",
                                 "place", "3105工作面", "deadline", "2099-01-05", "state", state)));
  fixture_pull(fixture, records, NULL);
}

static void test_history_lists_the_replaced_values(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  char id[BH_ID_LEN + 1];

  fixture_inspect(fixture, id);
  g_free(fixture_save(fixture, id, "inspection", json_pack("{ss}", "place_note", "南口")));
  g_free(fixture_save(fixture, id, "inspection", json_pack("{ss}", "place_note", "北口")));
  g_autoptr(json_t) history = bh_device_history(fixture->device, id, &error);
  assert_no_error(error);
  const json_t *newest = json_array_get(json_object_get(json_array_get(history, 0), "sets"), 0);
  assert_string_equal(bh_json_string_or(newest, "key", ""), "place_note");
  assert_string_equal(bh_json_string_or(newest, "value", ""), "北口");
  const json_t *replaced = json_object_get(newest, "replaced");
  assert_int_equal(json_array_size(replaced), 1);
  assert_string_equal(json_string_value(json_array_get(replaced, 0)), "南口");
  const json_t *first = json_array_get(json_object_get(json_array_get(history, 1), "sets"), 0);
  assert_int_equal(json_array_size(json_object_get(first, "replaced")), 0);
}

static void
test_fields_of_an_issued_order_are_locked_and_reported_as_locked(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char id[BH_ID_LEN + 1];
  g_autofree char *hazard = g_strdup(test_id(0x9100));
  static const char *const fields[] = {"summary", "place", "deadline", "level"};

  fixture_inspect(fixture, id);
  pull_hazard(fixture, id, hazard, "found");
  for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
    assert_false(is_listed(fixture, hazard, fields[i]));
  pull_hazard(fixture, id, hazard, "ordered");
  for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
    assert_true(is_listed(fixture, hazard, fields[i]));
    refuse(fixture, hazard, "hazard",
           json_pack("{ss}", fields[i],
                     i == 2   ? "2099-02-05"
                     : i == 3 ? "major"
                              : "别的"),
           BH_ERROR_INVALID, fields[i]);
  }
  g_autoptr(json_t) none = bh_device_list_locked(fixture->device, test_id(0x9999), NULL);
  assert_int_equal(json_array_size(none), 0);
}

static void test_L8_nul_is_refused_and_hostile_text_is_kept_exactly(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char id[BH_ID_LEN + 1];
  const char *hostile = "'; DROP TABLE entry; -- <script>&\"\\ \xf0\x9f\x92\xa5 =1+1";

  fixture_inspect(fixture, id);
  refuse(fixture, id, "inspection", json_pack("{so}", "place_note", json_stringn("a\0b", 3)),
         BH_ERROR_FORMAT, "place_note");
  g_free(fixture_save(fixture, id, "inspection", json_pack("{ss}", "place_note", hostile)));
  assert_value(fixture, id, "place_note", hostile);
  fixture_reopen(fixture);
  assert_value(fixture, id, "place_note", hostile);
}

static void
test_clock_quality_is_good_only_near_the_hubs_time_in_this_boot(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  static const struct {
    gint64 wall_step_ms;
    gboolean reboot;
    BhClockQuality quality;
    gboolean hub_boot;
  } cases[] = {{0, FALSE, BH_CLOCK_QUALITY_GOOD, TRUE},
               {3600 * 1000, FALSE, BH_CLOCK_QUALITY_BAD, TRUE},
               {-3600 * 1000, TRUE, BH_CLOCK_QUALITY_BAD, FALSE},
               {7200 * 1000, TRUE, BH_CLOCK_QUALITY_UNSURE, FALSE},
               {-7200 * 1000, FALSE, BH_CLOCK_QUALITY_BAD, FALSE}};

  g_autofree char *zeros = g_strnfill(86, 'A');
  /* a wrong signature is stored as it came, because the entry carries it to the hub */
  g_autofree char *signature = g_strconcat(zeros, "==", NULL);
  assert_true(
      bh_outbox_note_hub_time(fixture->device, fixture->time.wall_ms + 30000, signature, &error));
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    fixture->time.wall_ms += cases[i].wall_step_ms;
    if (cases[i].reboot)
      fixture_reboot(fixture);
    g_free(fixture_save(fixture, fixture->enterprise, "enterprise",
                        json_pack("{ss}", "address", "平鲁区")));
    g_autoptr(BhBody) body = fixture_read_body(fixture, (gint64)i + 1);
    assert_int_equal(body->clock.quality, cases[i].quality);
    assert_int_equal(body->clock.hub_boot_ms != 0, cases[i].hub_boot);
    assert_int_equal(body->clock.hub_ms, 1795258830000LL);
    assert_string_equal(body->clock.hub_sig, signature);
  }
}

/* A clock that is years ahead must not make ids of the future: the values of such entries would be
 * shown in place of values that were set later. */
static void test_I11_ids_come_from_hub_time_where_the_clock_is_wrong(void **state G_GNUC_UNUSED)
{
  static const gint64 year_ms = 365LL * 24 * 3600 * 1000;
  g_autoptr(Fixture) fixture = fixture_new();
  gint64 true_ms = fixture->time.wall_ms;
  const struct {
    gint64 wall_ms;
    gboolean reboot;
    gboolean is_own; /* whether the device's own clock is used */
  } cases[] = {{true_ms, FALSE, TRUE},
               {true_ms + 10 * year_ms, FALSE, FALSE},
               {true_ms + 10 * year_ms, TRUE, FALSE},
               {true_ms - 10 * year_ms, TRUE, FALSE},
               {true_ms + 5 * 24 * 3600 * 1000LL, TRUE, TRUE},
               {true_ms + BH_ID_AHEAD_MAX_MS, TRUE, FALSE}};
  g_autofree char *before = g_strdup("");

  assert_true(bh_outbox_note_hub_time(fixture->device, true_ms, "", NULL));
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    fixture->time.wall_ms = cases[i].wall_ms;
    if (cases[i].reboot)
      fixture_reboot(fixture);
    char *id = fixture_save(fixture, fixture->enterprise, "enterprise",
                            json_pack("{ss}", "address", "平鲁区"));
    assert_true(strcmp(before, id) < 0);
    assert_true(bh_id_time_ms(id) < true_ms + BH_ID_AHEAD_MAX_MS);
    if (cases[i].is_own)
      assert_in_range(bh_id_time_ms(id), cases[i].wall_ms, cases[i].wall_ms + 1000);
    g_free(before);
    before = id;
  }
}

static void test_before_enrolment_everything_says_so(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new_bare();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) ops =
      fixture_ops(fixture->enterprise, "enterprise", json_pack("{ss}", "a", "b"));

  assert_false(bh_device_is_enrolled(fixture->device));
  assert_null(bh_device_describe(fixture->device, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
  assert_null(bh_device_save(fixture->device, fixture->li, ops, 0, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
  assert_int_equal(fixture_status(fixture, "pending"), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_save_is_shown_at_once_and_after_a_restart),
      cmocka_unit_test(test_entries_are_signed_and_chained),
      cmocka_unit_test(test_a_set_names_the_heads_it_replaces),
      cmocka_unit_test(test_personal_values_leave_as_commitments_with_openings),
      cmocka_unit_test(test_wrong_values_are_refused_naming_kind_and_field),
      cmocka_unit_test(test_history_lists_the_replaced_values),
      cmocka_unit_test(test_fields_of_an_issued_order_are_locked_and_reported_as_locked),
      cmocka_unit_test(test_L8_nul_is_refused_and_hostile_text_is_kept_exactly),
      cmocka_unit_test(test_clock_quality_is_good_only_near_the_hubs_time_in_this_boot),
      cmocka_unit_test(test_I11_ids_come_from_hub_time_where_the_clock_is_wrong),
      cmocka_unit_test(test_before_enrolment_everything_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
