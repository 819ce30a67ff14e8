/* Freezing the fields of documents: members, limits, what is left out. */
#include "schema/freeze.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/paper/code.h"
#include "schema/error.h"
#include "schema/paths.h"
#include "schema/signed-text.h"
#include "tests/app/paper/support.h"

#define LEAD "01930000-0000-7000-8000-000000000001"
#define SECOND "01930000-0000-7000-8000-000000000002"
#define SITE "01930000-0000-7000-8000-000000000003"
#define PICTURE "01930000-0000-7000-8000-000000000004"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const char checklist_csv[] =
    "item_no,section_zh,check_zh,standard_zh,basis_zh,major_hazard,rectification_zh,method_zh\n"
    "T-01,合法生产,工作面是否申报,逐面核对,示例发〔2022〕3号第1条,yes,停止作业,现场检查\n"
    "T-02,合法生产,图纸是否相符,图实一致,示例发〔2022〕3号第2条,no,重新填绘,查阅资料\n"
    "T-03,通风,风量是否足够,按规定,示例发〔2022〕3号第3条,no,调整风量,现场检查\n"
    "T-04,通风,露天边坡是否稳定,按规定,示例发〔2022〕3号第4条,no,加固,现场检查\n"
    "T-05,监管,政府是否挂牌,按规定,示例发〔2022〕3号第5条,no,挂牌,查阅资料\n";
static const char checklist_items[] =
    "{\"bihuan-items\":1,\"checklist\":{\"code\":\"test\",\"name\":{\"zh\":\"测试检查表\",\"en\":"
    "\"Test\"},"
    "\"version\":\"1\",\"sector\":\"coal_mine\",\"valid_from\":\"2026-01-01\","
    "\"source\":\"示例\"},\"items\":{"
    "\"T-04\":{\"applies_when\":{\"field\":\"mine_type\",\"is\":\"open_pit\"}},"
    "\"T-05\":{\"addressee\":\"government\"}}}";

/* The data from which papers are frozen, with everything that it refers to. */
typedef struct {
  BhPaperFacts facts;
  BhKindSet *kinds;
  BhChecklist *checklist;
  json_t *document, *inspection, *enterprise, *unit, *refs, *participants, *hazards;
} World;

static void world_free(World *world)
{
  bh_kind_set_unref(world->kinds);
  bh_checklist_free(world->checklist);
  json_decref(world->document);
  json_decref(world->inspection);
  json_decref(world->enterprise);
  json_decref(world->unit);
  json_decref(world->refs);
  json_decref(world->participants);
  json_decref(world->hazards);
  g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

static json_t *parse(const char *text)
{
  g_autoptr(GError) error = NULL;
  json_t *value = bh_json_parse(text, strlen(text), 65536, "test", &error);
  if (value == NULL)
    print_error("%s\n", error->message);
  assert_non_null(value);
  return value;
}

static void assert_fine(const GError *error)
{
  if (error != NULL)
    print_error("%s\n", error->message);
  assert_null(error);
}

static World *world_new(void)
{
  World *world = g_new0(World, 1);
  g_autoptr(GError) error = NULL;
  g_autofree char *kinds = bh_data_path("schema", "kinds", NULL);
  g_autoptr(json_t) items = parse(checklist_items);
  world->kinds = bh_kind_set_load_dir(kinds, &error);
  assert_fine(error);
  world->checklist =
      bh_checklist_parse(checklist_csv, strlen(checklist_csv), "test.csv", items, &error);
  assert_fine(error);
  world->document = parse(
      "{\"doc_type\":\"onsite_record\",\"number\":\"示〔2026〕1号\",\"number_provisional\":true,"
      "\"dates_confirmed_by\":\"" LEAD "\",\"dates_confirmed_by_second\":\"" SECOND "\"}");
  world->inspection =
      parse("{\"modes\":[\"joint\",\"routine\"],\"lead\":\"" LEAD "\",\"place_note\":\"井下\","
            "\"started_at\":1795250000000,\"certificate_shown\":true,\"outcome\":\"carried_out\","
            "\"opinion\":\"属实\",\"position\":{\"lat\":\"39.500000\",\"lon\":\"112.250000\"},"
            "\"answers/T-01\":{\"answer\":\"noncompliant\",\"note\":\"3102面未申报\"},"
            "\"answers/T-02\":{\"answer\":\"compliant\",\"bulk\":true},"
            "\"answers/T-05\":{\"answer\":\"noncompliant\",\"note\":\"未挂牌\"}}");
  world->enterprise = parse("{\"name\":\"示例煤业\",\"uscc\":\"\",\"mine_type\":\"underground\","
                            "\"legal_representative\":\"王将\",\"notes\":\"内部备注\"}");
  world->unit = parse("{\"name\":\"示例站\",\"phone\":\"0349-1\",\"short_name\":\"站\"}");
  world->refs = parse("{\"" LEAD "\":{\"name\":\"张直骨\",\"certificate_no\":\"SX-1\","
                      "\"phone\":\"13900000000\"},"
                      "\"" SECOND "\":{\"name\":\"李令角\",\"certificate_no\":\"SX-2\"},"
                      "\"" SITE "\":{\"name\":\"3101回风巷\"},"
                      "\"" PICTURE "\":{\"sha256\":\"" SHA256 "\"}}");
  world->participants = parse(
      "[{\"staff\":\"" SECOND "\",\"role\":\"member\"},"
      "{\"name\":\"周专\",\"employer\":\"示例大学\",\"role\":\"expert\",\"opinion\":\"复核\"}]");
  world->hazards = parse(
      "[{\"number\":\"1\",\"summary\":\"未申报\",\"level\":\"major\",\"criterion\":\"第三条\","
      "\"policy_source\":\"示例发〔2022〕3号第1条\",\"site\":\"" SITE
      "\",\"found_by\":\"tip_off\"},"
      "{\"number\":\"2\",\"summary\":\"小问题\",\"level\":\"general\",\"criterion\":\"不显示\","
      "\"place\":\"地面\",\"fixed_on_site\":true}]");
  world->facts = (BhPaperFacts){.kinds = world->kinds,
                                .document = world->document,
                                .inspection_id = PAPER_ENTRY,
                                .inspection = world->inspection,
                                .enterprise = world->enterprise,
                                .unit = world->unit,
                                .refs = world->refs,
                                .participants = world->participants,
                                .hazards = world->hazards,
                                .checklist = world->checklist,
                                .checklist_name = "测试检查表",
                                .issued_ms = 1795256000000};
  return world;
}

static json_t *freeze(const World *world)
{
  g_autoptr(GError) error = NULL;
  json_t *frozen = bh_paper_freeze(&world->facts, &error);
  assert_fine(error);
  return frozen;
}

static const char *text_at(const json_t *object, const char *first, const char *second)
{
  return bh_json_string_or(json_object_get(object, first), second, "(absent)");
}

static gint64 count_at(const json_t *frozen, gsize section, const char *key)
{
  const json_t *sections = json_object_get(json_object_get(frozen, "answers"), "sections");
  return json_integer_value(json_object_get(json_array_get(sections, section), key));
}

static void test_unanswered_items_count_as_unchecked(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autoptr(json_t) frozen = freeze(world);
  const json_t *answers = json_object_get(frozen, "answers");
  assert_int_equal(json_array_size(json_object_get(answers, "sections")), 2);
  assert_int_equal(count_at(frozen, 0, "noncompliant"), 1);
  assert_int_equal(count_at(frozen, 0, "compliant"), 1);
  assert_int_equal(count_at(frozen, 0, "unchecked"), 0);
  assert_int_equal(count_at(frozen, 1, "unchecked"), 1);
  assert_int_equal(count_at(frozen, 1, "compliant"), 0);
  assert_int_equal(json_integer_value(json_object_get(answers, "bulk")), 1);
  assert_int_equal(json_integer_value(json_object_get(answers, "not_asked")), 1);
}

static void test_items_for_government_are_not_on_enterprise_paper(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autoptr(json_t) frozen = freeze(world);
  g_autofree char *text = bh_json_dump(frozen);
  assert_null(strstr(text, "T-05"));
  assert_null(strstr(text, "未挂牌"));
  assert_null(strstr(text, "监管"));
}

static gint64 count_all(const json_t *frozen)
{
  static const char *const answers[] = {"compliant", "noncompliant", "not_applicable", "unchecked"};
  const json_t *sections = json_object_get(json_object_get(frozen, "answers"), "sections");
  gint64 all = 0;
  for (gsize i = 0; i < json_array_size(sections); i++)
    for (gsize k = 0; k < G_N_ELEMENTS(answers); k++)
      all += count_at(frozen, i, answers[k]);
  return all;
}

/* Of five items of a list the device asks four (one is for open pits): the numbers on the paper
 * and in the signed text add up to four. */
static void test_the_numbers_of_the_paper_add_up_to_those_of_the_list(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autoptr(json_t) frozen = freeze(world);
  const json_t *answers = json_object_get(frozen, "answers");
  assert_int_equal(json_integer_value(json_object_get(answers, "for_government")), 1);
  assert_int_equal(count_all(frozen), 3);
  g_autofree char *text = bh_signed_text_make(frozen);
  assert_non_null(strstr(text, "另有 1 项面向政府部门"));
  json_object_del((json_t *)answers, "for_government");
  g_autofree char *before = bh_signed_text_make(frozen);
  assert_null(strstr(before, "政府"));
}

static void test_policy_sources_and_internal_notes_are_not_on_papers(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autoptr(json_t) frozen = freeze(world);
  g_autofree char *text = bh_json_dump(frozen);
  const char *const inside[] = {"示例发",      "policy_source", "内部备注",   "tip_off",
                                "13900000000", "不显示",        "legal_basis"};
  for (gsize i = 0; i < G_N_ELEMENTS(inside); i++)
    assert_null(strstr(text, inside[i]));
}

static void test_a_visit_after_a_tip_off_looks_like_any_other(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  json_object_set_new(world->inspection, "modes", parse("[\"follow_up_tip\"]"));
  g_autoptr(json_t) only = freeze(world);
  assert_string_equal(text_at(only, "inspection", "modes"), "现场检查");
  json_object_set_new(world->inspection, "modes", parse("[\"follow_up_tip\",\"routine\"]"));
  g_autoptr(json_t) both = freeze(world);
  assert_string_equal(text_at(both, "inspection", "modes"), "日常检查");
}

static void test_labels_and_names_are_taken_now(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autoptr(json_t) frozen = freeze(world);
  const json_t *people = json_object_get(frozen, "people");
  const json_t *hazards = json_object_get(frozen, "hazards");
  const json_t *confirmed = json_object_get(frozen, "dates_confirmed_by");
  assert_string_equal(bh_json_string_or(frozen, "title", ""), "现场检查记录");
  assert_string_equal(text_at(frozen, "inspection", "modes"), "联合执法、日常检查");
  assert_string_equal(text_at(frozen, "inspection", "place"),
                      "井下（北纬 39.500000°，东经 112.250000°）");
  assert_string_equal(text_at(frozen, "inspection", "outcome"), "(absent)");
  assert_string_equal(text_at(frozen, "enterprise", "uscc"), "(absent)");
  assert_int_equal(json_array_size(people), 3);
  assert_string_equal(bh_json_string_or(json_array_get(people, 0), "name", ""), "张直骨");
  assert_string_equal(bh_json_string_or(json_array_get(people, 0), "role", ""), "lead");
  assert_string_equal(bh_json_string_or(json_array_get(people, 1), "certificate_no", ""), "SX-2");
  assert_string_equal(bh_json_string_or(json_array_get(hazards, 0), "place", ""), "3101回风巷");
  assert_true(json_is_true(json_object_get(json_array_get(hazards, 0), "major")));
  assert_string_equal(bh_json_string_or(json_array_get(hazards, 0), "criterion", ""), "第三条");
  assert_int_equal(json_array_size(confirmed), 2);
}

static void test_a_failed_visit_keeps_its_outcome(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  json_object_set_new(world->inspection, "outcome", json_string("entry_refused"));
  json_object_set_new(world->inspection, "outcome_note", json_string("门卫不开门"));
  g_autoptr(json_t) frozen = freeze(world);
  assert_string_equal(text_at(frozen, "inspection", "outcome"), "拒绝进入");
  assert_string_equal(text_at(frozen, "inspection", "outcome_note"), "门卫不开门");
}

static void test_without_a_checklist_answers_still_count(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  world->facts.checklist = NULL;
  g_autoptr(json_t) frozen = freeze(world);
  assert_int_equal(count_at(frozen, 0, "noncompliant"), 2);
  assert_int_equal(count_at(frozen, 0, "compliant"), 1);
}

static void test_the_record_does_not_change_after_freezing(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autoptr(json_t) frozen = freeze(world);
  g_autofree char *before = bh_json_dump_sorted(frozen);
  json_string_set(json_object_get(world->enterprise, "name"), "改名煤业");
  json_object_set_new(json_array_get(world->hazards, 0), "summary", json_string("改过"));
  g_autofree char *after = bh_json_dump_sorted(frozen);
  assert_string_equal(before, after);
}

static void test_frozen_fields_fit_the_document_record(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autoptr(json_t) frozen = freeze(world);
  g_autoptr(GError) error = NULL;
  const BhKind *kind = bh_kind_set_find(world->kinds, "document");
  assert_true(bh_kind_check_value(kind, "frozen", frozen, &error));
  assert_true(bh_field_is_personal(bh_kind_find_field(kind, "frozen")));
}

static void test_frozen_fields_become_paper(G_GNUC_UNUSED void **state)
{
  const char *const types[] = {"onsite_record", "order_rectify"};
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autoptr(World) world = world_new();
    g_autoptr(PaperFile) file = paper_file_new();
    g_autofree char *code = bh_paper_code_make(PAPER_HUB, PAPER_ENTRY);
    json_object_set_new(world->document, "doc_type", json_string(types[i]));
    g_autoptr(json_t) frozen = freeze(world);
    paper_render(file, frozen, NULL, code);
    g_autofree char *text = paper_read_text(file);
    paper_assert_shows(text, "张直骨（执法证号 SX-1）");
    paper_assert_shows(text, "3101回风巷");
  }
}

static void test_signatures_name_people_and_files(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autoptr(json_t) records =
      parse("[{\"role\":\"inspector\",\"staff\":\"" LEAD "\",\"file\":\"" PICTURE "\","
            "\"signed_at\":1,\"shown_sha256\":\"x\"},"
            "{\"role\":\"enterprise\",\"name\":\"赵海\",\"post\":\"矿长\",\"refused\":true,"
            "\"refusal_reason\":\"有异议\"}]");
  g_autoptr(json_t) signatures = bh_paper_freeze_signatures(records, world->refs);
  const json_t *first = json_array_get(signatures, 0);
  assert_int_equal(json_array_size(signatures), 2);
  assert_string_equal(bh_json_string_or(first, "name", ""), "张直骨");
  assert_string_equal(bh_json_string_or(first, "certificate_no", ""), "SX-1");
  assert_string_equal(bh_json_string_or(first, "file", ""), SHA256);
  assert_string_equal(bh_json_string_or(json_array_get(signatures, 1), "name", ""), "赵海");
}

static void assert_refused(const World *world, BhErrorCode code, const char *names)
{
  g_autoptr(GError) error = NULL;
  assert_null(bh_paper_freeze(&world->facts, &error));
  assert_true(g_error_matches(error, BH_ERROR, (int)code));
  assert_non_null(strstr(error->message, names));
}

static void test_invalid_fields_of_a_paper_are_refused_by_name(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  json_object_set_new(world->document, "doc_type", json_string("fine"));
  assert_refused(world, BH_ERROR_INVALID, "fine");
  json_object_set_new(world->document, "doc_type", json_string("order_rectify"));
  json_object_del(world->unit, "name");
  assert_refused(world, BH_ERROR_INVALID, "unit");
  world->facts.unit = NULL;
  assert_refused(world, BH_ERROR_INVALID, "unit");
}

static void test_too_much_for_one_document_is_refused(G_GNUC_UNUSED void **state)
{
  g_autoptr(World) world = world_new();
  g_autofree char *endless = g_strnfill(BH_PAPER_FROZEN_MAX, '"');
  json_object_set_new(json_array_get(world->hazards, 0), "description", json_string(endless));
  assert_refused(world, BH_ERROR_LIMIT, "several documents");
  json_object_set_new(world->document, "doc_type", json_string("order_rectify"));
  for (int i = 0; i < BH_PAPER_MAX_HAZARDS; i++)
    json_array_append_new(world->hazards, json_object());
  assert_refused(world, BH_ERROR_LIMIT, "200 hazards");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_unanswered_items_count_as_unchecked),
      cmocka_unit_test(test_the_numbers_of_the_paper_add_up_to_those_of_the_list),
      cmocka_unit_test(test_items_for_government_are_not_on_enterprise_paper),
      cmocka_unit_test(test_policy_sources_and_internal_notes_are_not_on_papers),
      cmocka_unit_test(test_a_visit_after_a_tip_off_looks_like_any_other),
      cmocka_unit_test(test_labels_and_names_are_taken_now),
      cmocka_unit_test(test_a_failed_visit_keeps_its_outcome),
      cmocka_unit_test(test_without_a_checklist_answers_still_count),
      cmocka_unit_test(test_the_record_does_not_change_after_freezing),
      cmocka_unit_test(test_frozen_fields_fit_the_document_record),
      cmocka_unit_test(test_frozen_fields_become_paper),
      cmocka_unit_test(test_signatures_name_people_and_files),
      cmocka_unit_test(test_invalid_fields_of_a_paper_are_refused_by_name),
      cmocka_unit_test(test_too_much_for_one_document_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
