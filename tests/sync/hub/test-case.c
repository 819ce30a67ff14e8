/* The archive of a case: what it contains, what it leaves out, and that it verifies. */
#include "hub-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sync/hub/cases/cases.h"
#include "sync/hub/log/file-path.h"
#include "sync/hub/devices/uploads.h"
#include "sync/wire/export.h"
#include "sync/wire/zip.h"

#define OTHERS 200
#define DAY_MS (24 * G_GINT64_CONSTANT(3600000))

typedef struct {
  TestDevice *device;
  char enterprise[BH_ID_LEN + 1];
  char visit[BH_ID_LEN + 1];
  char hazard[BH_ID_LEN + 1];
} Scene;

/* An exported case. */
typedef struct {
  json_t *summary;
  BhExportReport *report;
  GString *text; /* case.export */
  GString *page;
} Given;

static void given_clear(Given *given)
{
  json_decref(given->summary);
  bh_export_report_free(given->report);
  g_string_free(given->text, TRUE);
  g_string_free(given->page, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Given, given_clear)

static gsize push(TestDevice *device, BhEntryText *entry)
{
  g_autoptr(Answer) answer = test_push(device, entry, NULL);
  assert_status(answer, 200);
  return json_array_size(json_object_get(answer->json, "quarantined"));
}

static Scene begin(HubFixture *fixture)
{
  Scene scene = {test_device_new(fixture, fixture->county), "", "", ""};
  TestDevice *device = scene.device;
  test_device_make_id(device, scene.enterprise);
  test_device_make_id(device, scene.visit);
  test_device_make_id(device, scene.hazard);
  push(device, test_device_enterprise(device, scene.enterprise, "本案煤矿", "140603100"));
  push(device,
       test_device_entry(device, scene.visit, "inspection",
                         json_pack("{s:s, s:[s], s:s, s:s, s:s}", "enterprise", scene.enterprise,
                                   "modes", "routine", "unit", fixture->county, "lead",
                                   device->actor, "state", "on_site"),
                         NULL));
  push(device,
       test_device_entry(device, scene.hazard, "hazard",
                         json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "inspection", scene.visit,
                                   "enterprise", scene.enterprise, "level", "general", "summary",
                                   "本案隐患", "found_by", "inspection", "state", "found"),
                         NULL));
  return scene;
}

static void take_members(GBytes *bytes, Given *given)
{
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_bytes(bytes);
  g_autoptr(BhZipReader) zip = bh_zip_reader_new(in);
  const char *name;
  given->text = g_string_new(NULL);
  given->page = g_string_new(NULL);
  while ((name = bh_zip_reader_next(zip, NULL)) != NULL) {
    GString *to = strcmp(name, BH_CASE_PAGE_NAME) == 0     ? given->page
                  : strcmp(name, BH_CASE_EXPORT_NAME) == 0 ? given->text
                                                           : NULL;
    g_autofree char *content = g_malloc((gsize)bh_zip_reader_get_size(zip));
    gsize len = 0;
    g_input_stream_read_all(bh_zip_reader_get_stream(zip), content,
                            (gsize)bh_zip_reader_get_size(zip), &len, NULL, NULL);
    if (to != NULL)
      g_string_append_len(to, content, (gssize)len);
  }
}

static Given give(HubFixture *fixture, const char *record)
{
  Given given = {0};
  const BhCaseOptions options = {.personal = TRUE};
  g_autoptr(GError) error = NULL;
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  given.summary = bh_case_write(fixture->hub, db, record, &options, out, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (given.summary == NULL)
    fail_msg("%s", error->message);
  g_output_stream_close(out, NULL, NULL);
  g_autoptr(GBytes) bytes = g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(out));
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_bytes(bytes);
  given.report = bh_export_verify_stream(in, "case", bh_hub_get_public_key(fixture->hub), &error);
  assert_non_null(given.report);
  if (given.report->n_problems > 0)
    fail_msg("%s", ((const BhExportProblem *)given.report->problems->pdata[0])->text);
  assert_true(given.report->authentic);
  take_members(bytes, &given);
  return given;
}

static void append(HubFixture *fixture, json_t *ops)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) owned = ops;
  g_autofree char *entry = bh_hub_append(fixture->hub, NULL, owned, &error);
  if (entry == NULL)
    fail_msg("%s", error->message);
}

static void test_a_file_damaged_at_the_hub_is_reported_as_missing(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  char file[BH_ID_LEN + 1];
  char sha[BH_HASH_HEX_LEN + 1];
  test_device_make_id(scene.device, file);
  assert_true(bh_uploads_import(fixture->hub, scene.device->signer->device, "bytes", 5,
                                "image/jpeg", sha, NULL));
  push(scene.device,
       test_device_entry(scene.device, file, "file",
                         json_pack("{s:s, s:s, s:s, s:i, s:s}", "parent", scene.hazard, "role",
                                   "photo", "sha256", sha, "size", 5, "media_type", "image/jpeg"),
                         NULL));
  {
    g_auto(Given) whole = give(fixture, scene.visit);
    assert_int_equal(whole.report->of_case->files, 1);
    assert_int_equal(whole.report->of_case->files_missing, 0);
  }
  static const char *const rotten[] = {"bytez", "byte", "bytes and more"};
  g_autofree char *path = bh_file_path_make(fixture->dir, sha);
  for (gsize i = 0; i < G_N_ELEMENTS(rotten); i++) {
    assert_true(g_file_set_contents(path, rotten[i], -1, NULL));
    g_auto(Given) given = give(fixture, scene.visit);
    assert_int_equal(given.report->of_case->files_missing, 1);
    assert_non_null(strstr(given.page->str, "与登记的摘要不符"));
  }
  assert_int_equal(g_unlink(path), 0);
  g_auto(Given) given = give(fixture, scene.visit);
  assert_int_equal(given.report->of_case->files_missing, 1);
  test_device_free(scene.device);
}

static void test_naming_a_hash_adds_no_file_of_others_to_a_case(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  TestDevice *township = test_device_new(fixture, fixture->township);
  char file[BH_ID_LEN + 1];
  char sha[BH_HASH_HEX_LEN + 1];
  test_device_make_id(scene.device, file);
  assert_true(bh_uploads_import(fixture->hub, township->signer->device, "bytes", 5, "image/jpeg",
                                sha, NULL));
  push(scene.device,
       test_device_entry(scene.device, file, "file",
                         json_pack("{s:s, s:s, s:s, s:i, s:s}", "parent", scene.hazard, "role",
                                   "photo", "sha256", sha, "size", 5, "media_type", "image/jpeg"),
                         NULL));
  g_auto(Given) given = give(fixture, scene.visit);
  assert_int_equal(given.report->of_case->files, 1);
  assert_int_equal(given.report->of_case->files_missing, 1);
  test_device_free(township);
  test_device_free(scene.device);
}

static void test_dismissed_entries_are_in_the_case(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  g_autoptr(GError) error = NULL;
  assert_int_equal(
      push(scene.device, test_device_entry(scene.device, scene.hazard, "hazard",
                                           json_pack("{s:s}", "level", "nonsense"), NULL)),
      1);
  {
    g_auto(Given) given = give(fixture, scene.visit);
    assert_non_null(strstr(given.text->str, scene.device->last_entry));
    assert_non_null(strstr(given.page->str, "待核，未采用"));
  }
  if (!bh_hub_release(fixture->hub, NULL, scene.device->last_entry, TRUE, "不合理", &error))
    fail_msg("%s", error->message);
  g_auto(Given) given = give(fixture, scene.visit);
  assert_non_null(strstr(given.text->str, "nonsense"));
  assert_non_null(strstr(given.text->str, "不合理"));
  assert_non_null(strstr(given.page->str, "不予采用"));
  test_device_free(scene.device);
}

static void test_personal_values_of_staff_and_context_of_others_stay_out(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  char other[BH_ID_LEN + 1];
  test_device_make_id(scene.device, other);
  push(scene.device, test_device_enterprise(scene.device, other, "别案煤矿", "140603100"));
  append(fixture, json_pack("[{s:s, s:s, s:{s:s}}]", "record", scene.device->actor, "kind", "staff",
                            "set", "phone", "13811112222"));
  append(fixture, json_pack("[{s:s, s:s, s:{s:s}}, {s:s, s:s, s:{s:s}}]", "record",
                            scene.enterprise, "kind", "enterprise", "set", "notes", "两案合写",
                            "record", other, "kind", "enterprise", "set", "notes", "别案内情"));
  g_auto(Given) given = give(fixture, scene.visit);
  static const char *const out[] = {"13811112222", "别案", "两案合写"};
  for (gsize i = 0; i < G_N_ELEMENTS(out); i++)
    assert_null(strstr(given.text->str, out[i]));
  assert_non_null(strstr(given.text->str, "本案煤矿"));
  test_device_free(scene.device);
}

/* The size of a case does not depend on the size of the hub. What a device did between two entries
 * of the case appears as envelopes only. */
static void test_size_is_that_of_the_case(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  json_int_t before;
  {
    g_auto(Given) given = give(fixture, scene.visit);
    before = json_integer_value(json_object_get(given.summary, "entries"));
    assert_int_equal(json_integer_value(json_object_get(given.summary, "withheld")), 0);
  }
  TestDevice *busy = test_device_new(fixture, fixture->county);
  for (int i = 0; i < OTHERS; i++) {
    char id[BH_ID_LEN + 1];
    test_device_make_id(busy, id);
    push(busy, test_device_enterprise(busy, id, "别案煤矿", "140603100"));
  }
  for (int i = 0; i < 3; i++) {
    char id[BH_ID_LEN + 1];
    test_device_make_id(scene.device, id);
    push(scene.device, test_device_enterprise(scene.device, id, "别案煤矿", "140603100"));
  }
  {
    g_auto(Given) given = give(fixture, scene.visit);
    assert_int_equal(json_integer_value(json_object_get(given.summary, "entries")), before);
  }
  push(scene.device, test_device_entry(scene.device, scene.hazard, "hazard",
                                       json_pack("{s:s}", "demand", "整改"), NULL));
  g_auto(Given) given = give(fixture, scene.visit);
  assert_int_equal(json_integer_value(json_object_get(given.summary, "entries")), before + 4);
  assert_int_equal(json_integer_value(json_object_get(given.summary, "withheld")), 3);
  assert_null(strstr(given.text->str, "别案"));
  test_device_free(busy);
  test_device_free(scene.device);
}

static void change(TestDevice *device, const char *record, const char *kind, json_t *set)
{
  push(device, test_device_entry(device, record, kind, set, NULL));
}

/* The page of this case has everything that is rare on others. Text that people wrote is never
 * markup. */
static void test_the_page_names_everything_doubtful(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  char other[BH_ID_LEN + 1];
  test_device_make_id(scene.device, other);
  change(scene.device, scene.visit, "inspection",
         json_pack("{s:{s:s, s:b, s:s}}", "answers/COAL-01", "answer", "noncompliant", "bulk", 1,
                   "note", "<b>\"&'"));
  change(scene.device, scene.hazard, "hazard", json_pack("{s:s}", "summary", "</bdi><h1>另一说"));
  change(scene.device, scene.hazard, "hazard", json_pack("{s:n}", "demand"));
  change(scene.device, scene.hazard, "hazard", json_pack("{s:s}", "same_as", other));
  g_autofree char *lengthy = g_strnfill(300, 'x');
  change(scene.device, scene.hazard, "hazard", json_pack("{s:s}", "demand", lengthy));
  scene.device->says.hub_ms = fixture->clock.wall_ms(fixture) - DAY_MS;
  change(scene.device, scene.hazard, "hazard", json_pack("{s:s}", "location", "井下"));
  scene.device->says.hub_ms += 2 * DAY_MS;
  change(scene.device, scene.hazard, "hazard", json_pack("{s:s}", "location", "井口"));
  g_auto(Given) given = give(fixture, scene.visit);
  g_autofree char *outside = g_strdup_printf("（案外记录 %s）", other);
  const char *const said[] = {
      "<td><bdi>不符合：&lt;b&gt;&quot;&amp;&apos;</bdi> <small>（批量填写）</small></td>",
      "<bdi>&lt;/bdi&gt;&lt;h1&gt;另一说</bdi>",
      "</bdi> ／ <bdi>",
      "（有不同版本，尚未裁定）",
      "（清空）",
      outside,
      "xxx</bdi>…<small>（全文见 case.export）</small>",
      "矛盾：声称的中心时间早于终端登记</small>",
      "矛盾：声称的时间晚于中心收到</small>",
      "<small>可证：不早于 ",
      "（终端登记），不晚于 ",
      "新增<bdi>隐患</bdi>「",
      "修改<bdi>隐患</bdi>「",
      "<tr><th><bdi>状态</bdi></th><td><bdi>检查中</bdi></td></tr>",
      "default-src 'none'; style-src 'unsafe-inline'",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(said); i++)
    if (strstr(given.page->str, said[i]) == NULL)
      fail_msg("the page does not say: %s", said[i]);
  test_device_free(scene.device);
}

static void test_context_makes_no_case(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  const BhCaseOptions options = {.personal = TRUE};
  static const BhErrorCode codes[] = {BH_ERROR_INVALID, BH_ERROR_NOT_FOUND, BH_ERROR_NOT_FOUND};
  const char *const records[] = {scene.enterprise, "../x", "00000000-0000-7000-8000-000000000000"};
  for (gsize i = 0; i < G_N_ELEMENTS(records); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
    BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
    assert_null(bh_case_write(fixture->hub, db, records[i], &options, out, &error));
    bh_hub_release_reader(fixture->hub, db);
    assert_true(g_error_matches(error, BH_ERROR, (int)codes[i]));
  }
  test_device_free(scene.device);
}

/* A hub whose program is newer than its kinds reports that, instead of writing a case that cannot
 * be verified. */
static void test_kinds_without_a_case_declaration_give_no_case(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) now = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(GRegex) member = g_regex_new(",\"in_case\":\"[a-z_]+\"", 0, 0, NULL);
  g_autofree char *text = g_regex_replace(member, bh_kind_set_get_text(now), -1, 0, "", 0, NULL);
  g_autoptr(BhKindSet) old = bh_kind_set_from_text(text, strlen(text), &error);
  assert_non_null(old);
  assert_true(bh_hub_set_kinds(fixture->hub, old, NULL));
  const BhCaseOptions options = {.personal = TRUE};
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  assert_null(bh_case_write(fixture->hub, db, scene.visit, &options, out, &error));
  bh_hub_release_reader(fixture->hub, db);
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID));
  assert_non_null(strstr(error->message, "in_case"));
  test_device_free(scene.device);
}

/* Moves "in_case": "root" from the inspection to the enterprise. */
static BhKindSet *dup_kinds_with_other_root(HubFixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) present = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(json_t) set = json_loads(bh_kind_set_get_text(present), 0, NULL);
  gsize index;
  json_t *kind;
  json_array_foreach(json_object_get(set, "kinds"), index, kind) {
    const char *name = json_string_value(json_object_get(kind, "kind"));
    if (strcmp(name, "inspection") == 0)
      json_object_del(kind, "in_case");
    if (strcmp(name, "enterprise") == 0)
      json_object_set_new(kind, "in_case", json_string("root"));
  }
  g_autofree char *text = json_dumps(set, JSON_COMPACT);
  BhKindSet *changed = bh_kind_set_from_text(text, strlen(text), &error);
  assert_null(error);
  return changed;
}

static void test_the_kinds_declare_which_records_make_a_case(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) changed = dup_kinds_with_other_root(fixture);
  assert_true(bh_hub_set_kinds(fixture->hub, changed, NULL));
  const BhCaseOptions options = {.personal = TRUE};
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  g_autoptr(json_t) report =
      bh_case_write(fixture->hub, db, scene.enterprise, &options, out, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_null(error);
  assert_string_equal(bh_json_string_or(report, "record", ""), scene.enterprise);
  test_device_free(scene.device);
}

/* Writes the case of a record and returns the report. */
static json_t *write_case_of(HubFixture *fixture, const char *record)
{
  g_autoptr(GError) error = NULL;
  const BhCaseOptions options = {.personal = TRUE};
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  BhDb *db = bh_hub_acquire_reader(fixture->hub, NULL);
  json_t *report = bh_case_write(fixture->hub, db, record, &options, out, &error);
  bh_hub_release_reader(fixture->hub, db);
  if (report == NULL)
    fail_msg("%s", error->message);
  return report;
}

/* A record below another one makes a case of its own, which has less than that of the record
 * above. */
static void test_a_record_with_a_parent_makes_a_case(void **state)
{
  HubFixture *fixture = *state;
  Scene scene = begin(fixture);
  g_autoptr(json_t) of_hazard = write_case_of(fixture, scene.hazard);
  g_autoptr(json_t) of_visit = write_case_of(fixture, scene.visit);
  assert_string_equal(bh_json_string_or(of_hazard, "record", ""), scene.hazard);
  gint64 few = json_integer_value(json_object_get(of_hazard, "entries"));
  assert_true(few > 0);
  assert_true(few <= json_integer_value(json_object_get(of_visit, "entries")));
  test_device_free(scene.device);
}

/* --- records that must not leave the hub yet --- */

/* Gives the hub its kinds with "export" at one of them. */
static void limit_export(HubFixture *fixture, const char *name, const char *state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(fixture->hub);
  g_autoptr(json_t) root = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  size_t at;
  json_t *kind;
  json_array_foreach(json_object_get(root, "kinds"), at, kind) {
    if (strcmp(bh_json_string_or(kind, "kind", ""), name) == 0)
      json_object_set_new(kind, "export", json_pack("{s:[s]}", "not_before", state));
  }
  g_autofree char *text = bh_json_dump_sorted(root);
  g_autoptr(BhKindSet) limited = bh_kind_set_from_text(text, strlen(text), &error);
  if (limited == NULL || !bh_hub_set_kinds(fixture->hub, limited, &error))
    fail_msg("%s", error->message);
}

/* Tries to write a case; the error, or NULL. */
static GError *try_case(HubFixture *fixture, const char *record)
{
  GError *error = NULL;
  const BhCaseOptions options = {.personal = TRUE};
  BhDb *db = bh_hub_acquire_reader(fixture->hub, &error);
  g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
  g_autoptr(json_t) summary = bh_case_write(fixture->hub, db, record, &options, out, &error);
  bh_hub_release_reader(fixture->hub, db);
  assert_int_equal(summary == NULL, error != NULL);
  return error;
}

static void test_R197_a_record_is_not_exported_before_its_state(void **state)
{
  Scene scene = begin(*state);
  limit_export(*state, "hazard", "closed");
  g_autoptr(GError) refused = try_case(*state, scene.hazard);
  assert_true(g_error_matches(refused, BH_ERROR, BH_ERROR_DENIED));
  assert_non_null(strstr(refused->message, "a record of hazard is not exported before it was"));
  assert_non_null(strstr(refused->message, "Closed"));
  /* In the case of its visit it is left out. */
  g_auto(Given) without = give(*state, scene.visit);
  assert_null(strstr(without.page->str, "本案隐患"));
  assert_null(strstr(without.text->str, "本案隐患"));
  limit_export(*state, "hazard", "found");
  g_auto(Given) with = give(*state, scene.visit);
  assert_non_null(strstr(with.page->str, "本案隐患"));
  /* A state that was reached before is enough. */
  g_autofree char *made = g_strdup(scene.device->last_entry);
  assert_int_equal(
      push(scene.device, test_device_entry(scene.device, scene.hazard, "hazard",
                                           json_pack("{s:s}", "state", "fixed_on_site"), made)),
      0);
  assert_null(try_case(*state, scene.hazard));
  test_device_free(scene.device);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_a_file_damaged_at_the_hub_is_reported_as_missing, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_naming_a_hash_adds_no_file_of_others_to_a_case, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_dismissed_entries_are_in_the_case, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_personal_values_of_staff_and_context_of_others_stay_out,
                                      set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_size_is_that_of_the_case, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_page_names_everything_doubtful, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_kinds_without_a_case_declaration_give_no_case, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_context_makes_no_case, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_a_record_with_a_parent_makes_a_case, set_up, tear_down),
      cmocka_unit_test_setup_teardown(test_the_kinds_declare_which_records_make_a_case, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(test_R197_a_record_is_not_exported_before_its_state, set_up,
                                      tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
