/* The body of an entry: which texts are read, which are refused and at which limit. The builder
 * makes no body that could not be read. */
#include "tests/schema/support.h"

#include <string.h>

#define SHA "1111111111111111111111111111111111111111111111111111111111111111"
#define ID "00000000-0000-7000-8000-000000000001"
#define ID2 "00000000-0000-7000-8000-000000000002"
#define CLOCK "\"clock\":{\"wall_ms\":1,\"boot_ms\":2,\"boot_id\":\"b\",\"quality\":0}"
#define HEAD "\"id\":\"" ID "\",\"by\":\"" ID "\","
#define OP(set) "{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":" set "}"
#define BODY(set) "{" HEAD CLOCK ",\"ops\":[" OP(set) "]}"
#define FILES(files) "{" HEAD CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "],\"files\":" files "}"

static void test_smallest_body_is_read(void **state G_GNUC_UNUSED)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) body = bh_body_parse(BODY("{\"a\":{\"v\":1}}"), NULL, &error);
  assert_no_error(error);
  assert_int_equal(body->observed_ms, 0);
  assert_int_equal(body->files->len, 0);
}

static void test_broken_bodies_are_refused(void **state G_GNUC_UNUSED)
{
  static const char *const broken[] = {
      "",
      "1",
      "[]",
      "{}",
      "{" HEAD CLOCK "}",
      "{" HEAD CLOCK ",\"ops\":[]}",
      "{" HEAD CLOCK ",\"ops\":{}}",
      "{" HEAD CLOCK ",\"ops\":[1]}",
      "{" HEAD CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "],\"more\":1}",
      "{" HEAD CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "," OP("{\"b\":{\"v\":1}}") "]}",
      "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"by\":\"" ID "\"," CLOCK
      ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "]}",
      "{" HEAD "\"observed_ms\":0," CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "]}",
      "{" HEAD "\"clock\":{},\"ops\":[" OP("{\"a\":{\"v\":1}}") "]}",
      "{" HEAD
      "\"clock\":{\"wall_ms\":1,\"boot_ms\":2,\"boot_id\":\"\",\"quality\":0},\"ops\":[" OP(
          "{\"a\":{\"v\":1}}") "]}",
      "{" HEAD
      "\"clock\":{\"wall_ms\":1,\"boot_ms\":2,\"boot_id\":\"b\",\"quality\":3},\"ops\":[" OP(
          "{\"a\":{\"v\":1}}") "]}",
      BODY("{}"),
      BODY("[]"),
      BODY("{\"a\":1}"),
      BODY("{\"a\":{}}"),
      BODY("{\"a\":{\"v\":1,\"c\":\"x\"}}"),
      BODY("{\"a\":{\"c\":\"x\"}}"),
      BODY("{\"a\":{\"c\":1}}"),
      BODY("{\"a\":{\"v\":1,\"x\":1}}"),
      BODY("{\"a\":{\"v\":1.5}}"),
      BODY("{\"a\":{\"v\":[{\"b\":1e3}]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":{}}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[1]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[\"x\"]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[\"" ID "\"]}}"), /* the entry replaces itself */
      BODY("{\"a\":{\"v\":1,\"was\":[\"" ID2 "\",\"" ID2 "\"]}}"),
      BODY("{\"a\":{\"v\":1,\"was\":[\"00000000-0000-7000-8000-000000000003\",\"" ID2 "\"]}}"),
      BODY("{\"\":{\"v\":1}}"),
      BODY("{\"A\":{\"v\":1}}"),
      BODY("{\"a/\":{\"v\":1}}"),
      BODY("{\"a/b/c\":{\"v\":1}}"),
      BODY("{\"/a\":{\"v\":1}}"),
      BODY("{\"a b\":{\"v\":1}}"),
      BODY("{\"\\u4e2d\":{\"v\":1}}"),
      BODY("{\"a\":{\"v\":1},\"a\":{\"v\":2}}"),
      BODY("{\"a\":{\"v\":\"\\u0000\"}}"),
      BODY("{\"a\":{\"v\":\"\xff\"}}"),
      BODY("{\"a\":{\"v\":\"\xc0\x80\"}}"),
      BODY("{\"a\":{\"v\":\"\xed\xa0\x80\"}}"),
      BODY("{\"a\":{\"v\":\"\\ud800\"}}"),
      BODY("{\"a\":{\"v\":1e400}}"),
      BODY("{\"a\":{\"v\":99999999999999999999}}"),
      BODY("{\"a\":{\"v\":NaN}}"),
      BODY("{\"a\":{\"v\":1}}") "x",
      FILES("[]"),
      FILES("{}"),
      FILES("[1]"),
      FILES("[{\"sha256\":\"x\",\"size\":1,\"type\":\"image/png\"}]"),
      FILES("[{\"sha256\":\"" SHA "\",\"size\":0,\"type\":\"image/png\"}]"),
      FILES("[{\"sha256\":\"" SHA "\",\"size\":67108865,\"type\":\"image/png\"}]"),
      FILES("[{\"sha256\":\"" SHA "\",\"size\":1,\"type\":\"png\"}]"),
      FILES("[{\"sha256\":\"" SHA "\",\"size\":1,\"type\":\"image/png\",\"x\":1}]"),
      FILES("[{\"sha256\":\"" SHA "\",\"size\":1,\"type\":\"image/png\"},"
            "{\"sha256\":\"" SHA "\",\"size\":1,\"type\":\"image/png\"}]"),
  };
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhBody) body = bh_body_parse(broken[i], NULL, &error);
    if (body != NULL)
      fail_msg("was read: %s", broken[i]);
    assert_error(error, BH_ERROR_FORMAT);
  }
}

static void test_errors_never_quote_values(void **state G_GNUC_UNUSED)
{
  static const char *const broken[] = {
      BODY("{\"a\":{\"v\":\"secret13800000000\"},\"a\":{\"v\":\"secret13800000000\"}}"),
      BODY("{\"a\":{\"v\":secret13800000000}}"),
      BODY("{\"a\":{\"v\":\"secret13800000000\xff\"}}"),
      BODY("{\"secret13800000000 \":{\"v\":1}}"),
  };
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhBody) body = bh_body_parse(broken[i], NULL, &error);
    assert_null(body);
    assert_null(strstr(error->message, "secret"));
  }
}

static void assert_body_limit(const char *body)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) parsed = bh_body_parse(body, NULL, &error);
  assert_null(parsed);
  assert_error(error, BH_ERROR_LIMIT);
}

static void test_nested_brackets_are_refused(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) arrays = test_repeat("", "[", 100000, "");
  assert_body_limit(arrays->str);
  g_autoptr(GString) objects = test_repeat("", "{\"a\":", 50000, "");
  assert_body_limit(objects->str);
  g_autoptr(GString) open =
      test_repeat("{" HEAD CLOCK ",\"ops\":["
                  "{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{\"a\":{\"v\":",
                  "[", BH_VALUE_MAX_DEPTH + 1, "");
  g_autoptr(GString) body = test_repeat(open->str, "]", BH_VALUE_MAX_DEPTH + 1, "}}}]}");
  assert_body_limit(body->str);
  g_autoptr(GString) fits =
      test_repeat("{" HEAD CLOCK ",\"ops\":["
                  "{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{\"a\":{\"v\":",
                  "[", BH_VALUE_MAX_DEPTH, "");
  g_autoptr(GString) good = test_repeat(fits->str, "]", BH_VALUE_MAX_DEPTH, "}}}]}");
  g_autoptr(GError) error = NULL;
  g_autoptr(BhBody) parsed = bh_body_parse(good->str, NULL, &error);
  assert_no_error(error);
}

static void test_every_limit_is_kept(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) big =
      test_repeat("{" HEAD CLOCK ",\"ops\":["
                  "{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{\"a\":{\"v\":\"",
                  "x", BH_BODY_MAX, "\"}}}]}");
  assert_body_limit(big->str);

  g_autoptr(GString) ops = g_string_new("{" HEAD CLOCK ",\"ops\":[");
  for (guint i = 0; i <= BH_ENTRY_MAX_OPS; i++)
    g_string_append_printf(ops,
                           "%s{\"record\":\"%s\",\"kind\":\"hazard\",\"set\":{\"a\":{\"v\":1}}}",
                           i > 0 ? "," : "", test_id(i));
  g_string_append(ops, "]}");
  assert_body_limit(ops->str);

  g_autoptr(GString) keys =
      g_string_new("{" HEAD CLOCK ",\"ops\":[{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{");
  for (guint i = 0; i <= BH_ENTRY_MAX_KEYS; i++)
    g_string_append_printf(keys, "%s\"k%u\":{\"v\":1}", i > 0 ? "," : "", i);
  g_string_append(keys, "}}]}");
  assert_body_limit(keys->str);

  g_autoptr(GString) key =
      test_repeat("{" HEAD CLOCK ",\"ops\":[{\"record\":\"" ID "\",\"kind\":\"hazard\",\"set\":{\"",
                  "k", BH_KEY_MAX + 1, "\":{\"v\":1}}}]}");
  assert_body_limit(key->str);

  g_autoptr(GString) files =
      g_string_new("{" HEAD CLOCK ",\"ops\":[" OP("{\"a\":{\"v\":1}}") "],\"files\":[");
  for (guint i = 0; i <= BH_ENTRY_MAX_FILES; i++)
    g_string_append_printf(files, "%s{\"sha256\":\"%064x\",\"size\":1,\"type\":\"image/png\"}",
                           i > 0 ? "," : "", i);
  g_string_append(files, "]}");
  assert_body_limit(files->str);

  g_autoptr(GString) openings = test_repeat("[\"", "x", BH_OPENINGS_MAX, "\"]");
  g_autoptr(GError) error = NULL;
  assert_null(bh_body_parse(BODY("{\"a\":{\"v\":1}}"), openings->str, &error));
  assert_error(error, BH_ERROR_LIMIT);
}

static void test_builder_refuses_what_no_one_could_read(void **state G_GNUC_UNUSED)
{
  TestRandom bytes = {1};
  BhRandom random = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) one = json_integer(1);
  g_autoptr(json_t) half = json_real(0.5);
  g_autoptr(GString) x = test_repeat("", "x", BH_BODY_MAX, "");
  g_autoptr(json_t) large = json_string(x->str);

  for (int i = 0; i < 7; i++) {
    g_autoptr(BhBodyBuilder) builder = bh_body_builder_new(test_id(1), ID, &clock, 0, &random);
    BhErrorCode code = BH_ERROR_FORMAT;
    switch (i) {
    case 0: /* the body sets no field */
      break;
    case 1:
      bh_body_builder_set(builder, ID, "hazard", "a", one, FALSE, NULL);
      bh_body_builder_set(builder, ID, "hazard", "a", one, TRUE, NULL);
      break;
    case 2:
      bh_body_builder_set(builder, ID, "hazard", "a", one, FALSE, NULL);
      bh_body_builder_set(builder, ID, "document", "b", one, FALSE, NULL);
      break;
    case 3:
      bh_body_builder_set(builder, ID, "hazard", "a", half, FALSE, NULL);
      break;
    case 4:
      bh_body_builder_set(builder, "no id", "hazard", "a", one, FALSE, NULL);
      break;
    case 5:
      bh_body_builder_set(builder, ID, "hazard", "a", large, FALSE, NULL);
      code = BH_ERROR_LIMIT;
      break;
    default:
      bh_body_builder_set(builder, ID, "hazard", "a", large, TRUE, NULL);
      code = BH_ERROR_LIMIT;
    }
    assert_false(bh_body_builder_finish(builder, &body, &openings, &error));
    assert_error(error, code);
    assert_null(body);
    assert_null(openings);
  }
}

/* The body that the builder returns is what any reader makes of its text. Values that the caller
 * changes later do not change it. */
static void test_a_builder_hands_out_what_its_text_says(void **state G_GNUC_UNUSED)
{
  TestRandom bytes = {9};
  BhRandom random = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(test_id(100), test_id(0xface), &clock, 0, &random);
  g_autoptr(json_t) answer = json_pack("{ss s[i]}", "answer", "noncompliant", "n", 1);
  g_autoptr(json_t) name = json_string("王小明");
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL, *openings = NULL;

  bh_body_builder_set(builder, test_id(8), "inspection", "answers/COAL-01", answer, FALSE, NULL);
  bh_body_builder_set(builder, test_id(8), "inspection", "note", name, TRUE, NULL);
  json_object_set_new(answer, "answer", json_string("compliant"));
  g_autoptr(BhBody) given = bh_body_builder_finish_body(builder, &text, &openings, &error);
  assert_no_error(error);
  json_object_set_new(answer, "answer", json_string("unchecked"));
  g_autoptr(BhBody) read = bh_body_parse(text, openings, &error);
  assert_no_error(error);
  g_autoptr(BhRecord) a = bh_record_new(test_id(8), "inspection");
  g_autoptr(BhRecord) b = bh_record_new(test_id(8), "inspection");
  assert_true(bh_record_apply(a, given->id, given->ops->pdata[0], NULL, NULL, &error));
  assert_true(bh_record_apply(b, read->id, read->ops->pdata[0], NULL, NULL, &error));
  g_autofree char *one = bh_record_to_snapshot(a);
  g_autofree char *two = bh_record_to_snapshot(b);
  assert_string_equal(one, two);
  assert_non_null(strstr(one, "noncompliant"));
}

static void test_a_builder_refuses_a_nul(void **state G_GNUC_UNUSED)
{
  TestRandom bytes = {9};
  BhRandom random = {test_random_fill, &bytes};
  BhEntryClock clock = test_entry_clock();
  g_autoptr(json_t) cut = json_stringn("a\0b", 3);
  g_autoptr(json_t) deep = json_pack("[{sO}]", "x", cut);

  for (int i = 0; i < 4; i++) {
    g_autoptr(BhBodyBuilder) builder =
        bh_body_builder_new(test_id(1), test_id(2), &clock, 0, &random);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL, *openings = NULL;
    bh_body_builder_set(builder, test_id(8), "hazard", "a", i % 2 == 0 ? cut : deep, i > 1, NULL);
    assert_false(bh_body_builder_finish(builder, &text, &openings, &error));
    assert_error(error, BH_ERROR_FORMAT);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_smallest_body_is_read),
      cmocka_unit_test(test_broken_bodies_are_refused),
      cmocka_unit_test(test_errors_never_quote_values),
      cmocka_unit_test(test_nested_brackets_are_refused),
      cmocka_unit_test(test_every_limit_is_kept),
      cmocka_unit_test(test_builder_refuses_what_no_one_could_read),
      cmocka_unit_test(test_a_builder_hands_out_what_its_text_says),
      cmocka_unit_test(test_a_builder_refuses_a_nul),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
