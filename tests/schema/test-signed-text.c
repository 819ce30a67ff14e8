/* The text that a person signs: which fields it holds, that other fields do not change it, that
 * hostile fields do no harm, and how the differences between two such texts are named. */
#include "tests/schema/support.h"

#include <string.h>
#include "schema/kind-paper.h"
#include "schema/paper-format.h"
#include "schema/signed-text.h"
#include "tests/schema/world-of-records.h"

static json_t *parse(const char *quoted)
{
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
  if (value == NULL)
    fail_msg("the case is no JSON: %s", text);
  return value;
}

#define HAZARD                                                                                     \
  "{'description':'安全出口锁闭','level':'一般隐患','place':'食堂','demand':'打开'," \
  "'deadline':'2026-12-01','responsible_person':'张三','legal_basis':'安全生产法'}"
#define VISIT                                                                                                   \
  "'enterprise':{'name':'东升煤矿'},'unit':{'name':'平鲁区应急管理局'},'people':[{'name':'李明'," \
  "'role':'lead','certificate_no':'A-1'},{'name':'孙工','role':'expert','opinion':'通风不足'}],"          \
  "'inspection':{'modes':'日常检查','certificate_shown':true,'opinion':'无异议'}"
#define RECORD "{'doc_type':'onsite_record'," VISIT ",'hazards':[" HAZARD "]}"
#define ORDER                                                                                              \
  "{'doc_type':'order_rectify','title':'责令限期整改指令书','number':'责改1号','legal_basis':" \
  "'第六十五条','deadline':'2026-12-05'," VISIT ",'hazards':[" HAZARD "]}"

static void test_a_record_says_what_was_found(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) frozen = parse(RECORD);
  g_autofree char *text = bh_signed_text_make(frozen);
  assert_string_equal(text, "被检查单位：东升煤矿\n"
                            "检查单位：平鲁区应急管理局\n"
                            "检查人员：李明（执法证号 A-1）\n"
                            "检查方式：日常检查\n"
                            "检查人员已出示执法证件\n"
                            "发现隐患 1 条\n"
                            "1. 【一般隐患】安全出口锁闭\n"
                            "    部位：食堂\n"
                            "    法律依据：安全生产法\n"
                            "    整改要求：打开\n"
                            "    责任人：张三\n"
                            "    整改期限：2026-12-01\n"
                            "专家意见（孙工）：通风不足\n"
                            "检查意见：无异议\n");
}

static void test_an_order_says_by_when_and_on_what_basis(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) frozen = parse(ORDER);
  g_autofree char *text = bh_signed_text_make(frozen);
  assert_true(g_str_has_prefix(text, "文书：责令限期整改指令书\n编号：责改1号\n"));
  assert_non_null(strstr(text, "责令整改 1 条\n"));
  assert_non_null(strstr(text, "\n法律依据：第六十五条\n全部整改期限：2026-12-05\n"));
}

/* Paper and signed text go by one table, in which all types of the shipped kinds are. */
static void test_every_type_that_the_kinds_declare_has_a_layout(void **state G_GNUC_UNUSED)
{
  BhPaperType record, order;
  g_autoptr(TestWorld) world = test_world_new();
  assert_true(bh_paper_type_find_both(world->kinds, &record, &order));
  g_autoptr(json_t) of_visit = json_pack("{s:s}", "doc_type", record.code);
  g_autoptr(json_t) of_hazards = json_pack("{s:s}", "doc_type", order.code);
  g_autoptr(json_t) other = json_pack("{s:s}", "doc_type", "order");
  g_autoptr(json_t) nothing = json_object();
  assert_int_equal(bh_paper_get_layout(of_visit), BH_PAPER_LAYOUT_RECORD);
  assert_int_equal(bh_paper_get_layout(of_hazards), BH_PAPER_LAYOUT_ORDER);
  assert_int_equal(bh_paper_get_layout(other), BH_PAPER_LAYOUT_UNKNOWN);
  assert_int_equal(bh_paper_get_layout(nothing), BH_PAPER_LAYOUT_UNKNOWN);
  assert_int_equal(bh_paper_get_layout(NULL), BH_PAPER_LAYOUT_UNKNOWN);
}

static char *digest_with(const char *quoted, const char *object, const char *key, json_t *value)
{
  g_autoptr(json_t) frozen = parse(quoted);
  json_object_set_new(object != NULL ? json_object_get(frozen, object) : frozen, key, value);
  return bh_signed_text_dup_digest(frozen);
}

static void test_what_is_set_after_the_signatures_leaves_the_text(void **state G_GNUC_UNUSED)
{
  static const char *const later[] = {"number", "issued_at", "number_provisional"};
  static const char *const ended[] = {"ended_at", "outcome", "refusal_reason", "unsigned_reason"};
  g_autoptr(json_t) frozen = parse(RECORD);
  g_autofree char *signed_sha256 = bh_signed_text_dup_digest(frozen);
  for (gsize i = 0; i < G_N_ELEMENTS(later); i++) {
    g_autofree char *digest = digest_with(RECORD, NULL, later[i], json_string("x"));
    assert_string_equal(digest, signed_sha256);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(ended); i++) {
    g_autofree char *digest = digest_with(RECORD, "inspection", ended[i], json_string("x"));
    assert_string_equal(digest, signed_sha256);
  }
  g_autofree char *other = digest_with(RECORD, "inspection", "opinion", json_string("有异议"));
  assert_string_not_equal(other, signed_sha256);
  g_autofree char *order = digest_with(ORDER, NULL, "number", json_string("责改1号"));
  g_autofree char *renumbered = digest_with(ORDER, NULL, "number", json_string("责改2号"));
  assert_string_not_equal(order, renumbered);
}

static void test_a_digest_is_of_text_or_of_frozen_fields(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) text = json_string("abc");
  g_autoptr(json_t) number = json_integer(1);
  g_autofree char *digest = bh_signed_text_dup_digest(text);
  assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_null(bh_signed_text_dup_digest(number));
  assert_null(bh_signed_text_dup_digest(NULL));
}

/* The hub makes this text from whatever fields a device has sent. */
static void test_hostile_fields_do_no_harm(void **state G_GNUC_UNUSED)
{
  static const char *const cases[] = {
      "{}",
      "{'people':3,'hazards':'x','enterprise':[],'inspection':1,'answers':2,'unit':null}",
      "{'hazards':[1,null,'x',{'description':4,'level':[]}],'people':[null,{'role':1}]}",
      "{'inspection':{'started_at':9223372036854775807}}",
      "{'inspection':{'started_at':-9223372036854775807}}",
      "{'answers':{'sections':[{'compliant':9223372036854775807},{'compliant':"
      "9223372036854775807},{'compliant':-9223372036854775807},7],'findings':[1,{'item_no':2}]}}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(json_t) frozen = parse(cases[i]);
    g_autofree char *text = bh_signed_text_make(frozen);
    assert_true(g_utf8_validate(text, -1, NULL));
  }
}

static void check_changes(const char *before, const char *after, const char *wanted)
{
  g_autofree char *changes = bh_signed_text_dup_changes(before, after);
  assert_string_equal(changes, wanted);
}

static void test_changes_are_named_line_by_line(void **state G_GNUC_UNUSED)
{
  check_changes("a\nb\nc\n", "a\nb\nc\n", "");
  check_changes("a\nb\nc\n", "a\nx\nc\n", "− b\n+ x");
  check_changes("a\nc\n", "a\nb\nc\nd\n", "+ b\n+ d");
  check_changes("a\nb\nc\nd\n", "b\nd\n", "− a\n− c");
  check_changes("", "a\n", "+ a");
  check_changes("a\n", "", "− a");
  check_changes("1\n2\n3\n4\n", "1\n3\n2\n4\n", "− 2\n+ 2");
}

/* Two texts are compared in bounded time. Beyond the bound every line between the first and the
 * last difference is named, so that no change is left out. */
static void test_long_texts_are_compared_in_bounded_time(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) before = g_string_new("head\n");
  g_autoptr(GString) after = g_string_new("head\n");
  for (int i = 0; i < 3000; i++) {
    g_string_append_printf(before, "old %d\n", i);
    g_string_append_printf(after, "new %d\n", i);
  }
  g_autofree char *changes = bh_signed_text_dup_changes(before->str, after->str);
  assert_null(strstr(changes, "head"));
  assert_non_null(strstr(changes, "− old 2999\n+ new 0"));
  assert_true(g_str_has_suffix(changes, "+ new 2999"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_record_says_what_was_found),
      cmocka_unit_test(test_an_order_says_by_when_and_on_what_basis),
      cmocka_unit_test(test_every_type_that_the_kinds_declare_has_a_layout),
      cmocka_unit_test(test_what_is_set_after_the_signatures_leaves_the_text),
      cmocka_unit_test(test_a_digest_is_of_text_or_of_frozen_fields),
      cmocka_unit_test(test_hostile_fields_do_no_harm),
      cmocka_unit_test(test_changes_are_named_line_by_line),
      cmocka_unit_test(test_long_texts_are_compared_in_bounded_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
