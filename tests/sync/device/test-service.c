#include <string.h>

#include "schema/world.h"
#include "schema/plaque.h"
#include "sync/device/store/worker.h"
#include "tests/sync/device/fixture.h"

/* Opens the store of a fixture on a worker thread, as programs do. */
static BhWorker *start(Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_clear_pointer(&fixture->device, bh_device_close);
  BhWorker *worker = bh_worker_start(fixture->dir, &fixture->clock, &fixture->random, &error);
  assert_no_error(error);
  return worker;
}

static json_t *call(BhWorker *worker, const char *method, json_t *params)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) request = json_pack("{ss so}", "method", method, "params", params);
  json_t *answer = bh_worker_call(worker, request, &error);

  if (error != NULL)
    fail_msg("%s: %s", method, error->message);
  assert_true(json_is_object(answer));
  return answer;
}

static void refuse(BhWorker *worker, json_t *request, int code)
{
  g_autoptr(GError) error = NULL;

  assert_null(bh_worker_call(worker, request, &error));
  assert_true(g_error_matches(error, BH_ERROR, code));
  json_decref(request);
}

static void test_every_method_answers_with_an_object(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  fixture_give_pins(fixture);
  g_autoptr(BhWorker) worker = start(fixture);
  const char *e = fixture->enterprise, *li = fixture->li;

  g_autoptr(json_t) describe = call(worker, "describe", json_object());
  assert_string_equal(bh_json_string_or(describe, "hub_name", ""), "平鲁区");
  g_autoptr(json_t) kinds = call(worker, "kinds", json_object());
  assert_non_null(json_object_get(kinds, "text"));
  g_autoptr(json_t) staff = call(worker, "list_staff", json_object());
  assert_int_equal(json_array_size(json_object_get(staff, "staff")), 2);
  json_decref(call(worker, "sign_in", json_pack("{ss ss}", "staff", li, "pin", PIN_OF_LI)));
  g_autoptr(json_t) id = call(worker, "make_id", json_object());
  assert_true(bh_id_is_valid(bh_json_string_or(id, "id", NULL)));
  json_decref(call(worker, "draft_set",
                   json_pack("{ss ss ss ss ss}", "author", li, "record", e, "kind", "enterprise",
                             "key", "address", "value", "北路")));
  json_decref(call(worker, "draft_get", json_pack("{ss ss}", "author", li, "record", e)));
  g_autoptr(json_t) drafts = call(worker, "draft_list", json_pack("{ss}", "author", li));
  assert_int_equal(json_array_size(json_object_get(drafts, "drafts")), 1);
  g_autoptr(json_t) problems = call(worker, "check",
                                    json_pack("{ss ss ss s{sn}}", "author", li, "record", e, "kind",
                                              "enterprise", "set", "name"));
  assert_true(json_array_size(json_object_get(problems, "problems")) > 0);
  g_autoptr(json_t) saved =
      call(worker, "save_draft", json_pack("{ss ss}", "author", li, "record", e));
  assert_true(bh_id_is_valid(bh_json_string_or(saved, "entry", NULL)));
  json_decref(call(worker, "save",
                   json_pack("{ss so}", "author", li, "ops",
                             fixture_ops(e, "enterprise", json_pack("{ss}", "address", "南路")))));
  json_decref(call(worker, "draft_discard", json_pack("{ss ss}", "author", li, "record", e)));
  g_autoptr(json_t) got = call(worker, "get", json_pack("{ss}", "id", e));
  assert_int_equal(json_integer_value(json_object_get(got, "pending")), 2);
  g_autoptr(json_t) list = call(worker, "list", json_pack("{s{ss}}", "query", "kind", "staff"));
  assert_int_equal(json_array_size(json_object_get(list, "rows")), 2);
  g_autoptr(json_t) history = call(worker, "history", json_pack("{ss}", "id", e));
  assert_int_equal(json_array_size(json_object_get(history, "entries")), 2);
  g_autoptr(json_t) queue = call(worker, "queue", json_object());
  assert_int_equal(json_array_size(json_object_get(queue, "items")), 2);
  g_autoptr(json_t) path = call(worker, "file_path", json_pack("{ss}", "sha256", "x"));
  assert_true(json_is_null(json_object_get(path, "path")));
  json_decref(call(worker, "status", json_object()));
  json_decref(call(worker, "doctor", json_object()));
}

static void test_bad_requests_are_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(BhWorker) worker = start(fixture);

  refuse(worker, json_pack("{ss}", "method", "fly"), BH_ERROR_UNKNOWN);
  refuse(worker, json_pack("{si}", "method", 3), BH_ERROR_FORMAT);
  refuse(worker, json_pack("[]"), BH_ERROR_FORMAT);
  refuse(worker, json_pack("{ss s[]}", "method", "get", "params"), BH_ERROR_FORMAT);
  refuse(worker, json_pack("{ss s{}}", "method", "get", "params"), BH_ERROR_FORMAT);
  refuse(worker, json_pack("{ss s{ss}}", "method", "get", "params", "id", "'; --"),
         BH_ERROR_NOT_FOUND);
  refuse(
      worker,
      json_pack("{ss s{ss ss}}", "method", "save", "params", "author", fixture->li, "ops", "none"),
      BH_ERROR_FORMAT);
}

static void on_done(GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref(result);
}

static void test_answers_come_on_the_callers_context(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(BhWorker) worker = start(fixture);
  g_autoptr(json_t) request = json_pack("{ss}", "method", "status");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  bh_worker_call_async(worker, request, NULL, NULL, on_done, &result);
  while (result == NULL)
    g_main_context_iteration(NULL, TRUE);
  g_autoptr(json_t) status = bh_worker_call_finish(result, &error);
  assert_no_error(error);
  assert_int_equal(json_integer_value(json_object_get(status, "pending")), 0);
}

static void expect_code(Fixture *fixture, const char *text, const char *enterprise)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) found = bh_device_resolve_code(fixture->device, text, &error);

  if (error != NULL)
    fail_msg("%s: %s", text, error->message);
  const char *resolved = bh_json_string_or(found, "record", NULL);
  if (g_strcmp0(resolved, enterprise) != 0)
    fail_msg("%s: %s", text, resolved);
}

static void test_codes_lead_to_their_enterprise(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *bound = bh_plaque_short_code(77);
  g_autofree char *blank = bh_plaque_short_code(78);

  expect_code(fixture, "PL-0042", fixture->enterprise);
  expect_code(fixture, " pl-0042 ", fixture->enterprise);
  expect_code(fixture, "91140603MA0GT5X83D", fixture->enterprise);
  static const char *const mistyped[] = {"0000-0001-11", "91140603MA0000015R"};
  for (gsize i = 0; i < G_N_ELEMENTS(mistyped); i++) {
    assert_null(bh_device_resolve_code(fixture->device, mistyped[i], &error));
    assert_error(error, BH_ERROR_INVALID);
  }
  g_free(fixture_save(fixture, test_id(0xabc), "plaque",
                      json_pack("{ss si sI ss}", "enterprise", fixture->enterprise, "serial", 77,
                                "bound_at", (json_int_t)fixture->time.wall_ms, "state", "bound")));
  expect_code(fixture, bound, fixture->enterprise);
  expect_code(fixture, blank, NULL);
  assert_null(bh_device_resolve_code(fixture->device, "XX-9999", &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
  g_free(fixture_save(fixture, test_id(0xabc), "plaque",
                      json_pack("{ss ss}", "revoke_reason", "遗失", "state", "revoked")));
  assert_null(bh_device_resolve_code(fixture->device, bound, &error));
  assert_error(error, BH_ERROR_REVOKED);
}

static void test_a_plaque_of_another_hub_is_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autoptr(BhSigner) stranger = test_signer(3);
  BhPlaque plaque = {.type = BH_PLAQUE_BLANK, .serial = 5};

  g_strlcpy(plaque.hub, fixture->hub, sizeof plaque.hub);
  g_autofree char *text = bh_plaque_encode(&plaque, stranger->public_key, stranger->secret_key);
  assert_null(bh_device_resolve_code(fixture->device, text, &error));
  assert_error(error, BH_ERROR_SIGNATURE);
  g_strlcpy(plaque.hub, test_id(0xbeef), sizeof plaque.hub);
  g_autofree char *abroad = bh_plaque_encode(&plaque, stranger->public_key, stranger->secret_key);
  assert_null(bh_device_resolve_code(fixture->device, abroad, &error));
  assert_error(error, BH_ERROR_UNKNOWN);
}

static void
test_L22_answering_a_review_moves_its_record_in_the_same_entry(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  char inspection[BH_ID_LEN + 1];
  json_t *records = json_array();

  fixture_inspect(fixture, inspection);
  json_t *visit =
      json_pack("{ss s[s] ss ss ss sI ss}", "enterprise", fixture->enterprise, "modes", "routine",
                "unit", fixture->unit, "lead", fixture->li, "subject_found_by", "code",
                "started_at", (json_int_t)fixture->time.wall_ms, "state", "returned");
  json_array_append_new(records, fixture_snapshot(fixture, test_id(0x77), "inspection", visit));
  json_array_append_new(
      records, fixture_snapshot(fixture, test_id(0x78), "review",
                                json_pack("{ss ss ss ss}", "parent", test_id(0x77), "decision",
                                          "return", "comment", "请补充", "state", "open")));
  fixture_pull(fixture, records, NULL);
  gint64 before = fixture_status(fixture, "pending");
  g_free(fixture_save(fixture, test_id(0x78), "review",
                      json_pack("{ss ss}", "answer", "已补充", "state", "answered")));
  assert_int_equal(fixture_status(fixture, "pending"), before + 1);
  assert_value(fixture, test_id(0x78), "state", "answered");
  assert_value(fixture, test_id(0x77), "state", "resubmitted");
}

static void test_a_store_that_cannot_be_opened_is_an_error_of_the_worker(void **state G_GNUC_UNUSED)
{
  g_autoptr(Fixture) fixture = fixture_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *dir = g_build_filename(fixture->dir, "store.db", "below", NULL);

  g_autoptr(BhWorker) worker = bh_worker_begin(dir, &fixture->clock, &fixture->random);
  assert_false(bh_worker_wait(worker, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
  assert_null(bh_worker_start(dir, &fixture->clock, &fixture->random, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_method_answers_with_an_object),
      cmocka_unit_test(test_bad_requests_are_refused),
      cmocka_unit_test(test_answers_come_on_the_callers_context),
      cmocka_unit_test(test_a_store_that_cannot_be_opened_is_an_error_of_the_worker),
      cmocka_unit_test(test_codes_lead_to_their_enterprise),
      cmocka_unit_test(test_a_plaque_of_another_hub_is_refused),
      cmocka_unit_test(test_L22_answering_a_review_moves_its_record_in_the_same_entry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
