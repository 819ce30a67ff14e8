#include "tests/schema/support.h"

#include <glib/gstdio.h>
#include <string.h>
#include "schema/json-internal.h"

static json_t *parse(const char *text)
{
  g_autoptr(GError) error = NULL;
  json_t *value = bh_json_parse(text, strlen(text), 1024, "input", &error);
  assert_no_error(error);
  return value;
}

static void refuse(const char *text, gsize len, BhErrorCode code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) value = bh_json_parse(text, len, 1024 * 1024, "input", &error);
  if (value != NULL)
    fail_msg("was accepted: %s", text);
  assert_true(g_str_has_prefix(error->message, "input: "));
  assert_error(error, code);
}

static void test_broken_json_is_refused(void **state G_GNUC_UNUSED)
{
  static const char *const broken[] = {
      "",
      " ",
      "{",
      "{\"a\":1,}",
      "[1,]",
      "01",
      "+1",
      "'a'",
      "nul",
      "\"\t\"",
      "\"\\x\"",
      "\"\\u12\"",
      "1 2",
      "{\"a\":1}{",
      "]",
      "{\"a\":1,\"a\":1}",
      "\"\xff\"",
      "\"\xf4\x90\x80\x80\"",
      "\"\\u0000\"",
      "1e400",
      "\xef\xbb\xbf{}",
      "{\"\\u0000\":1}",
      "12345678901234567890",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++)
    refuse(broken[i], strlen(broken[i]), BH_ERROR_FORMAT);
  refuse("\"a\0b\"", 5, BH_ERROR_FORMAT);
  refuse("1\0", 2, BH_ERROR_FORMAT);
  refuse("[1\0]", 4, BH_ERROR_FORMAT);
}

static void test_depth_and_size_are_bounded(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (int i = 0; i < 100000; i++)
    g_string_append_c(text, '[');
  refuse(text->str, text->len, BH_ERROR_LIMIT);
  refuse("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 66, BH_ERROR_LIMIT);
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) deep = bh_json_parse(
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 64, 64, "input", &error);
  assert_no_error(error);
  /* Brackets inside a string do not count as nesting. */
  g_autoptr(json_t) string =
      bh_json_parse("\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", 41, 64, "input", &error);
  assert_no_error(error);
  assert_null(bh_json_parse("\"abcdef\"", 8, 7, "input", &error));
  assert_error(error, BH_ERROR_LIMIT);
}

static void test_integers_are_exact(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) value = parse("[9007199254740993,-9223372036854775808]");
  g_autofree char *text = bh_json_dump(value);
  assert_string_equal(text, "[9007199254740993,-9223372036854775808]");
}

static void test_sorted_text_does_not_depend_on_insertion(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) a = parse("{\"b\":{\"y\":1,\"x\":2},\"a\":[]}");
  g_autoptr(json_t) b = parse("{\"a\":[], \"b\":{\"x\":2,\"y\":1}}");
  g_autofree char *text_a = bh_json_dump_sorted(a);
  g_autofree char *text_b = bh_json_dump_sorted(b);
  assert_string_equal(text_a, text_b);
  assert_string_equal(text_a, "{\"a\":[],\"b\":{\"x\":2,\"y\":1}}");
  g_autofree char *as_given = bh_json_dump(a);
  assert_string_equal(as_given, "{\"b\":{\"y\":1,\"x\":2},\"a\":[]}");
}

static void test_getters_name_the_faulty_member(void **state G_GNUC_UNUSED)
{
  g_autoptr(json_t) object = parse("{\"s\":\"t\",\"i\":5,\"a\":[],\"o\":{}}");
  g_autoptr(GError) error = NULL;
  assert_string_equal(bh_json_get_string(object, "s", "x", NULL), "t");
  assert_null(bh_json_get_string(object, "i", "here", &error));
  assert_string_equal(error->message, "here: \"i\" is not a string");
  assert_error(error, BH_ERROR_FORMAT);
  assert_null(bh_json_get_string(object, "none", "here", &error));
  assert_string_equal(error->message, "here: \"none\" is missing");
  assert_error(error, BH_ERROR_FORMAT);
  gint64 number = 42;
  assert_true(bh_json_get_int(object, "i", 5, 5, &number, "x", NULL));
  assert_int_equal(number, 5);
  assert_false(bh_json_get_int(object, "i", 6, 9, &number, "x", &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_false(bh_json_get_int(object, "s", 0, 9, &number, "x", &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_non_null(bh_json_get_array(object, "a", "x", NULL));
  assert_null(bh_json_get_array(object, "o", "x", &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_non_null(bh_json_get_object(object, "o", "x", NULL));
  assert_null(bh_json_get_object(object, "a", "x", &error));
  assert_error(error, BH_ERROR_FORMAT);
  assert_null(bh_json_get_string(json_object_get(object, "a"), "s", "x", &error));
  assert_string_equal(error->message, "x: not an object");
  assert_error(error, BH_ERROR_FORMAT);
  assert_string_equal(bh_json_string_or(object, "i", "else"), "else");
  static const char *const some[] = {"s", "i", "a", NULL};
  assert_false(bh_json_check_keys(object, some, "x", &error));
  assert_string_equal(error->message, "x: unknown member \"o\"");
  assert_error(error, BH_ERROR_FORMAT);
}

static void test_files_name_path_line_and_column(void **state G_GNUC_UNUSED)
{
  g_autofree char *dir = g_dir_make_tmp("bihuan-json-XXXXXX", NULL);
  g_autofree char *path = g_build_filename(dir, "a.json", NULL);
  g_autoptr(GError) error = NULL;
  assert_null(bh_json_load_file(path, 100, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
  g_file_set_contents(path, "{\n  \"a\": x\n}", -1, NULL);
  assert_null(bh_json_load_file(path, 100, &error));
  assert_non_null(strstr(error->message, "a.json: line 2, column "));
  assert_error(error, BH_ERROR_FORMAT);
  assert_null(bh_json_load_file(path, 5, &error));
  assert_error(error, BH_ERROR_LIMIT);
  assert_null(bh_json_load_file(dir, 100, &error));
  assert_error(error, BH_ERROR_STORAGE);
  g_file_set_contents(path, "[1]", -1, NULL);
  g_autoptr(json_t) value = bh_json_load_file(path, 3, &error);
  assert_no_error(error);
  assert_true(json_is_array(value));
  g_unlink(path);
  g_rmdir(dir);
}

static void assert_written_alike(const json_t *value)
{
  g_autofree char *dumped = bh_json_dump(value);
  g_autofree char *sorted = bh_json_dump_sorted(value);
  char *by_library = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  assert_string_equal(dumped, by_library);
  free(by_library);
  by_library = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
  assert_string_equal(sorted, by_library);
  free(by_library);
}

static void test_text_is_what_the_parser_library_writes(void **state G_GNUC_UNUSED)
{
  static const char *const texts[] = {
      "0",
      "-1",
      "9223372036854775807",
      "-9223372036854775808",
      "[]",
      "{}",
      "null",
      "[true,false,null,[],{},[[1],[2,3]]]",
      "[1.5,{\"b\":-0.25,\"a\":1e300}]",
      "{\"z\":1,\"a\":{\"y\":[{\"b\":\"{\",\"a\":\"\\u0001\"}],\"x\":\"锚\\n杆\"},\"ab\":2,"
      "\"a/\":3,\"锚\":4,\"\":5}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(json_t) value = json_loads(texts[i], JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    assert_written_alike(value);
  }
  g_autoptr(json_t) nul = json_stringn("a\0b", 3);
  assert_written_alike(nul);
  g_autoptr(json_t) deep = json_integer(1);
  for (int i = 0; i < 2 * BH_JSON_MAX_DEPTH; i++) {
    json_t *outer = json_array();
    json_array_append_new(outer, deep);
    deep = outer;
  }
  assert_written_alike(deep);
}

static void test_appended_text_is_what_the_parser_library_writes(void **state G_GNUC_UNUSED)
{
  char every[0x80] = {0};
  for (int c = 1; c < 0x80; c++)
    every[c - 1] = (char)c;
  const char *const texts[] = {"", every, "锚杆 \"松动\"\\", "\xf0\xa0\xae\xb7", "\u2028"};
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(json_t) value = json_string(texts[i]);
    assert_written_alike(value);
    g_autofree char *dumped = bh_json_dump(value);
    g_autoptr(GString) string = g_string_new(NULL);
    g_autoptr(GString) any = g_string_new(NULL);
    bh_json_append_string(string, texts[i]);
    assert_string_equal(string->str, dumped);
    assert_true(bh_json_append_sorted(any, value));
    assert_string_equal(any->str, dumped);
  }
}

#define CHANGES 40000

/* With and without shared parts. */
static void assert_read_alike(const char *text, gsize len)
{
  g_autoptr(json_t) plain = bh_json_read(text, len, FALSE);
  g_autoptr(json_t) shared = bh_json_read(text, len, TRUE);
  if ((plain == NULL) != (shared == NULL))
    fail_msg("%.*s is read in one way only", (int)len, text);
  if (plain == NULL)
    return;
  g_autofree char *same = bh_json_dump(shared);
  g_autoptr(json_t) full = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
  g_autofree char *seen = bh_json_dump(plain);
  g_autofree char *expected = full != NULL ? bh_json_dump(full) : g_strdup("nothing");
  if (memchr(text, '\0', len) != NULL || strcmp(seen, expected) != 0 || strcmp(seen, same) != 0)
    fail_msg("%.*s was read as %s", (int)len, text, seen);
}

static void test_the_fast_parser_reads_the_same_as_jansson(void **state G_GNUC_UNUSED)
{
  static const char *const texts[] = {
      "{\"id\":\"0192\",\"ops\":[{\"set\":{\"place\":{\"v\":\"3105 "
      "工作面\",\"was\":[\"01\",\"02\"]}}}]}",
      "{\"n\":[0,-0,-7,123456789012345678,-999999999999999999],\"w\":[true,false,null],\"e\":[]}",
      " [ {\t} ,\r\n[ ] , \"\" , \"\xf0\xa0\xae\xb7\x7f\" , {\"a\" : 1 , \"b\" : [ 2 ] } ] ",
  };
  static const char pieces[] =
      "\"\\{}[]:,0123-.eEtfn ua\t\x01\x7f\x80\xc3\xa9\xe4\xbd\xed\xa0\xf4\xff";
  g_autoptr(GRand) chance = g_rand_new_with_seed(20260105);
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    gsize len = strlen(texts[i]);
    g_autoptr(json_t) plain = bh_json_read(texts[i], len, FALSE);
    assert_non_null(plain);
    assert_read_alike(texts[i], len);
    for (gsize cut = 0; cut < len; cut++)
      assert_read_alike(texts[i], cut);
    for (int change = 0; change < CHANGES; change++) {
      g_autoptr(GString) text = g_string_new(texts[i]);
      for (int times = g_rand_int_range(chance, 1, 4); times > 0; times--) {
        gssize at = g_rand_int_range(chance, 0, (gint32)text->len);
        gsize from = (gsize)g_rand_int_range(chance, 0, (gint32)text->len);
        int what = g_rand_int_range(chance, 0, 4);
        /* `sizeof pieces` includes the NUL at the end, so a NUL can be put in too. */
        char piece = pieces[g_rand_int_range(chance, 0, sizeof pieces)];
        if (what == 0)
          text->str[at] = piece;
        else if (what == 1)
          g_string_insert_c(text, at, piece);
        else if (what == 2 && text->len > 1)
          g_string_erase(text, at, 1);
        else
          g_string_insert_len(text, at, texts[i] + MIN(from, len),
                              (gssize)MIN(len - MIN(from, len), 9));
      }
      assert_read_alike(text->str, text->len);
    }
  }
}

static void test_equal_parts_of_a_shared_value_are_one(void **state G_GNUC_UNUSED)
{
  static const char text[] = "[{\"zh\":\"是\",\"en\":[1,\"是\"]},{\"zh\":\"是\",\"en\":[1,\"是\"]},"
                             "{\"en\":[1,\"是\"],\"zh\":\"是\"},[1,\"是\"],[1,\"是\",1],1,true]";
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) value = bh_json_parse_shared(text, strlen(text), 1000, "text", &error);
  assert_no_error(error);
  g_autofree char *written = bh_json_dump(value);
  assert_string_equal(written, text);
  const json_t *first = json_array_get(value, 0);
  assert_ptr_equal(json_array_get(value, 1), first);
  assert_ptr_not_equal(json_array_get(value, 2), first); /* another order */
  assert_ptr_equal(json_array_get(value, 3), json_object_get(first, "en"));
  assert_ptr_not_equal(json_array_get(value, 4), json_array_get(value, 3));
  assert_ptr_equal(json_object_get(json_array_get(value, 2), "zh"), json_object_get(first, "zh"));
  assert_null(bh_json_parse_shared("[1,1,", 5, 1000, "text", &error));
  assert_string_equal(error->message, "text: line 1, column 5: ends too early");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_broken_json_is_refused),
      cmocka_unit_test(test_depth_and_size_are_bounded),
      cmocka_unit_test(test_integers_are_exact),
      cmocka_unit_test(test_sorted_text_does_not_depend_on_insertion),
      cmocka_unit_test(test_text_is_what_the_parser_library_writes),
      cmocka_unit_test(test_appended_text_is_what_the_parser_library_writes),
      cmocka_unit_test(test_getters_name_the_faulty_member),
      cmocka_unit_test(test_the_fast_parser_reads_the_same_as_jansson),
      cmocka_unit_test(test_equal_parts_of_a_shared_value_are_one),
      cmocka_unit_test(test_files_name_path_line_and_column),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
