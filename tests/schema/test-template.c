#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "schema/error.h"
#include "schema/template.h"

#define NAMES                                                                                      \
  "{'title':'text: what it is called', 'nr':'plain', 'is_odd':'flag',"                             \
  " 'rows':[{'label':'text', 'title':'text', 'cells':[{'n':'plain'}]}]}"

static json_t *read_json(const char *text)
{
  g_autofree char *json = g_strdup(text);
  g_strdelimit(json, "'", '"');
  json_t *value = bh_json_parse(json, strlen(json), 1 << 20, "test", NULL);
  assert_non_null(value);
  return value;
}

static BhTemplate *parse(const char *text, BhTemplateType type, GError **error)
{
  g_autoptr(json_t) names = read_json(NAMES);
  return bh_template_parse(text, strlen(text), "page", type, names, error);
}

static void assert_filled_as(BhTemplateType type, const char *text, const char *values,
                             const char *wanted)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) given = read_json(values);
  g_autoptr(BhTemplate) made = parse(text, type, &error);
  if (made == NULL)
    fail_msg("%s", error->message);
  gsize len = 0;
  g_autofree char *filled = bh_template_fill(made, given, &len, &error);
  if (filled == NULL)
    fail_msg("%s", error->message);
  assert_string_equal(filled, wanted);
  assert_int_equal(len, strlen(wanted));
}

static void assert_filled(const char *text, const char *values, const char *wanted)
{
  assert_filled_as(BH_TEMPLATE_MARKUP, text, values, wanted);
}

static void assert_refused(const char *text, BhErrorCode code, const char *message)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhTemplate) made = parse(text, BH_TEMPLATE_MARKUP, &error);
  if (made != NULL)
    fail_msg("taken: %s", text);
  assert_string_equal(error->message, message);
  assert_true(g_error_matches(error, BH_ERROR, (int)code));
}

static void test_values_stand_in_their_places(void **state G_GNUC_UNUSED)
{
  assert_filled("", "{}", "");
  assert_filled("<p>{{nr}}</p>", "{'nr':'2026-11-28 16:52'}", "<p>2026-11-28 16:52</p>");
  assert_filled("{{nr}}{{nr}}", "{'nr':-7}", "-7-7");
  assert_filled("{{title}}", "{'title':''}", "<bdi></bdi>");
  assert_filled("{{nr}}\n", "{'nr':1}", "1\n");
  assert_filled_as(BH_TEMPLATE_TEXT, "{{nr}}\n\n", "{'nr':1}", "1\n");
  assert_filled("a{{title}}{{nr}}b", "{'title':null}", "ab");
}

static void test_a_value_never_becomes_markup(void **state G_GNUC_UNUSED)
{
  static const char evil[] = "{'title':'</bdi><script>alert(1)</script>{{nr}}&amp;\\u202e', "
                             "'nr':'\\\" onload=\\\"x<>&'}";
  assert_filled("<p>{{title}}</p>", evil,
                "<p><bdi>&lt;/bdi&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{nr}}&amp;amp;"
                "\u202e</bdi></p>");
  assert_filled("<a title=\"{{nr}}\">", evil, "<a title=\"&quot; onload=&quot;x&lt;&gt;&amp;\">");
  assert_filled_as(BH_TEMPLATE_TEXT, "<style>{{title}}", "{'title':'a<b>&'}", "<style>a<b>&");
}

static void test_values_stand_only_where_escaping_helps(void **state G_GNUC_UNUSED)
{
  static const char *const texts[] = {
      "<a href={{nr}}>",
      "<a href='{{nr}}'>",
      "<{{nr}}>",
      "<a\n href=\"x\" {{nr}}>",
      "<a title=\"{{title}}\">",
      "<style>\np{color:{{nr}}}</style>",
      "<SCRIPT>var x = \"{{nr}}\"</SCRIPT>",
      "<style>p>a{}</style ><b {{nr}}>",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(BhTemplate) made = parse(texts[i], BH_TEMPLATE_MARKUP, &error);
    if (made != NULL)
      fail_msg("taken: %s", texts[i]);
    assert_non_null(strstr(error->message, "must be in the text between tags"));
  }
  assert_filled("<style>p>a{}</style><p>{{nr}}", "{'nr':1}", "<style>p>a{}</style><p>1");
  assert_refused("<p{{#is_odd}}>{{/is_odd}}", BH_ERROR_FORMAT,
                 "page:1: \"is_odd\" is a section that contains only a part of a tag");
  assert_filled("<p{{#is_odd}} class=\"bad\"{{/is_odd}}>", "{'is_odd':true}", "<p class=\"bad\">");
}

static void test_sections_repeat_or_stay_away(void **state G_GNUC_UNUSED)
{
  static const char rows[] =
      "{{#rows}}[{{label}}{{#cells}}<{{n}}>{{/cells}}{{^cells}}-{{/cells}}]{{/rows}}"
      "{{^rows}}none{{/rows}}";
  assert_filled_as(BH_TEMPLATE_TEXT, rows,
                   "{'rows':[{'label':'a','cells':[{'n':1},{'n':2}]},{'label':'b'}]}",
                   "[a<1><2>][b-]");
  assert_filled_as(BH_TEMPLATE_TEXT, rows, "{'rows':{'label':'one'}}", "[one-]");
  static const char *const empty[] = {"{}", "{'rows':null}", "{'rows':[]}", "{'rows':{}}"};
  for (gsize i = 0; i < G_N_ELEMENTS(empty); i++)
    assert_filled_as(BH_TEMPLATE_TEXT, rows, empty[i], "none");
  static const char flag[] = "{{#is_odd}}yes{{/is_odd}}{{^is_odd}}no{{/is_odd}}";
  assert_filled(flag, "{'is_odd':true}", "yes");
  assert_filled(flag, "{'is_odd':false}", "no");
  assert_filled("{{#nr}}{{nr}} of them{{/nr}}", "{'nr':3}", "3 of them");
  assert_filled("{{#nr}}{{nr}} of them{{/nr}}", "{'nr':0}", "");
  assert_filled("{{#title}}x{{/title}}", "{'title':''}", "");
}

static void test_names_of_the_section_come_before_those_around_it(void **state G_GNUC_UNUSED)
{
  static const char text[] =
      "{{#rows}}{{title}}{{nr}}{{#cells}}{{nr}}{{label}}{{/cells}} {{/rows}}";
  /* A name that an element of the list does not have is empty; it is not filled from the values
   * around the list. */
  assert_filled_as(BH_TEMPLATE_TEXT, text,
                   "{'title':'T','nr':5,'rows':[{'title':'a'},{'label':'b','cells':[{}]},"
                   "{'label':'c','cells':[{'n':0}]}]}",
                   "a5 55b 55c ");
}

static void test_a_section_alone_on_its_line_leaves_no_line(void **state G_GNUC_UNUSED)
{
  assert_filled("a\n{{#is_odd}}\n  b\n  {{/is_odd}} \nc\n", "{'is_odd':true}", "a\n  b\nc\n");
  assert_filled("{{#is_odd}}\nb\n{{/is_odd}}", "{'is_odd':true}", "b\n");
  assert_filled("a {{#is_odd}}\nb{{/is_odd}}\n", "{'is_odd':true}", "a \nb\n");
  assert_filled("{{#is_odd}}{{/is_odd}}\n{{nr}}\n", "{'nr':1}", "\n1\n");
}

static void test_a_block_is_written_once_and_put_where_it_is_named(void **state G_GNUC_UNUSED)
{
  assert_filled("{{$a}}x{{nr}}{{/a}}-{{>a}}{{>a}}", "{'nr':1}", "-x1x1");
  /* A line that contains only a definition or a use is removed. */
  assert_filled("1\n{{$a}}\n<p>{{nr}}</p>\n{{/a}}\n2\n{{>a}}\n3\n  {{>a}}  \n", "{'nr':7}",
                "1\n2\n<p>7</p>\n3\n<p>7</p>\n");
  /* A block reads the names that are known where it is used. */
  assert_filled("{{$a}}[{{title}}{{#is_odd}}!{{/is_odd}}]{{/a}}{{>a}}{{#rows}}{{>a}}{{/rows}}",
                "{'title':'o','is_odd':true,'rows':[{'title':'1'},{'title':'2'}]}",
                "[<bdi>o</bdi>!][<bdi>1</bdi>!][<bdi>2</bdi>!]");
  assert_filled("{{$a}}{{label}}{{/a}}{{#rows}}{{>a}}{{/rows}}", "{'rows':[]}", "");
  assert_filled("{{$a}}{{label}}{{/a}}{{#rows}}{{>a}}{{/rows}}", "{'rows':[{'label':'<'}]}",
                "<bdi>&lt;</bdi>");
  /* A block may use another one; a value may have the name of a block. */
  assert_filled("{{$nr}}({{nr}}){{/nr}}{{$b}}{{>nr}}{{>nr}}{{/b}}{{>b}}", "{'nr':2}", "(2)(2)");
  assert_filled(
      "{{$a}}{{#rows}}{{#cells}}{{n}}{{/cells}};{{/rows}}{{/a}}{{#is_odd}}{{>a}}{{/is_odd}}",
      "{'is_odd':true,'rows':[{'cells':[{'n':1},{'n':2}]},{'cells':[{'n':3}]}]}", "12;3;");
}

static void test_a_block_that_cannot_be_put_is_refused(void **state G_GNUC_UNUSED)
{
  assert_refused("\n{{>a}}", BH_ERROR_UNKNOWN,
                 "page:2: \"a\" is not a block that was defined before");
  assert_refused("{{>a}}{{$a}}{{/a}}", BH_ERROR_UNKNOWN,
                 "page:1: \"a\" is not a block that was defined before");
  assert_refused("{{$a}}x", BH_ERROR_FORMAT, "page:1: \"a\" is a block without an end");
  assert_refused("{{$a}}{{/a}}{{$a}}{{/a}}", BH_ERROR_FORMAT,
                 "page:1: \"a\" is a block that is defined already");
  assert_refused("{{#is_odd}}{{$a}}{{/a}}{{>a}}{{/is_odd}}", BH_ERROR_FORMAT,
                 "page:1: \"a\" is a block defined inside another part");
  assert_refused("x\n{{$a}}\n{{nr}}{{/a}}", BH_ERROR_FORMAT,
                 "page:3: \"a\" is a block that is never used");
  assert_refused("{{$a}}\n{{titel}}{{/a}}{{>a}}", BH_ERROR_UNKNOWN,
                 "page:2: \"titel\" is not a declared name");
  assert_refused("{{$a}}{{label}}{{/a}}{{#rows}}{{>a}}{{/rows}}{{>a}}", BH_ERROR_UNKNOWN,
                 "page:1: \"label\" is not a declared name");
  assert_refused("{{$a}}{{#is_odd}}{{/a}}{{>a}}", BH_ERROR_FORMAT,
                 "page:1: \"a\" is closed, but not open here");
  assert_refused("{{$a}}<b {{/a}}{{>a}}>", BH_ERROR_FORMAT,
                 "page:1: \"a\" is a block that contains only a part of a tag");
  assert_refused("{{$a}}{{title}}{{/a}}<b title=\"{{>a}}\">", BH_ERROR_FORMAT,
                 "page:1: \"title\" must be in the text between tags; a plain value may be in a "
                 "double-quoted attribute");
  /* A block that used itself would never end. */
  assert_refused("{{$a}}{{>a}}{{/a}}{{>a}}", BH_ERROR_LIMIT,
                 "page:1: \"a\" is a section or block in too many others");
  g_autoptr(GString) many = g_string_new(NULL);
  for (int i = 0; i <= BH_TEMPLATE_BLOCKS_MAX; i++)
    g_string_append_printf(many, "{{$b%d}}{{/b%d}}{{>b%d}}", i, i, i);
  g_autofree char *message = g_strdup_printf("page:1: \"b%d\" is a block over the limit of blocks",
                                             BH_TEMPLATE_BLOCKS_MAX);
  assert_refused(many->str, BH_ERROR_LIMIT, message);
}

static void test_what_is_wrong_is_refused_with_file_and_line(void **state G_GNUC_UNUSED)
{
  assert_refused("a\n\n{{titel}}", BH_ERROR_UNKNOWN, "page:3: \"titel\" is not a declared name");
  assert_refused("{{#rows}}{{/rows}}{{label}}", BH_ERROR_UNKNOWN,
                 "page:1: \"label\" is not a declared name");
  assert_refused("{{^rows}}{{label}}{{/rows}}", BH_ERROR_UNKNOWN,
                 "page:1: \"label\" is not a declared name");
  assert_refused("\n{{#is_odd}}\n", BH_ERROR_FORMAT,
                 "page:3: \"is_odd\" is a section without an end");
  assert_refused("{{/is_odd}}", BH_ERROR_FORMAT, "page:1: \"is_odd\" is closed, but not open here");
  assert_refused("{{#is_odd}}{{#rows}}\n{{/is_odd}}{{/rows}}", BH_ERROR_FORMAT,
                 "page:2: \"is_odd\" is closed, but not open here");
  assert_refused("{{is_odd}}", BH_ERROR_FORMAT,
                 "page:1: \"is_odd\" has no text of its own: use it with # or ^ as a section");
  assert_refused("{{rows}}", BH_ERROR_FORMAT,
                 "page:1: \"rows\" has no text of its own: use it with # or ^ as a section");
  static const char *const broken[] = {"{{",       "{{}}",     "{{nr",    "{{nr}",
                                       "{{ nr }}", "{{{nr}}}", "{{&nr}}", "{{%nr}}",
                                       "{{!nr}}",  "{{#}}",    "{{NR}}",  "{{#is_odd}}{{/}}"};
  for (gsize i = 0; i < G_N_ELEMENTS(broken); i++)
    assert_refused(
        broken[i], BH_ERROR_FORMAT,
        "page:1: \"{{\" must be followed by a name and }}, with #, ^, $, > or / before the name");
}

static void test_names_that_mean_nothing_are_refused(void **state G_GNUC_UNUSED)
{
  static const char *const names[] = {"{'x':'txt'}", "{'x':'textual'}", "{'x':[]}", "{'x':['a']}",
                                      "{'x':1}",     "{'x':null}",      "{'x':{}}"};
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) declared = read_json(names[i]);
    assert_null(bh_template_parse("{{#x}}{{/x}}", 12, "page", BH_TEMPLATE_TEXT, declared, &error));
    assert_string_equal(error->message,
                        "page:1: \"x\" must be declared as text, plain, flag or a list");
  }
  g_autoptr(json_t) list = json_array();
  assert_null(bh_template_parse("", 0, "page", BH_TEMPLATE_TEXT, list, NULL));
}

static void test_values_that_were_not_declared_are_refused(void **state G_GNUC_UNUSED)
{
  static const struct {
    const char *values;
    const char *message;
  } cases[] = {
      {"{'titel':'x'}", "page:1: \"titel\" is the name of a value, but not declared"},
      {"[]", "page:1: \"values\" must be an object"},
      {"{'title':true}", "page:1: \"title\" must be a string or an integer"},
      {"{'title':{'a':1}}", "page:1: \"title\" must be a string or an integer"},
      {"{'rows':true}", "page:2: \"values\" must be an object"},
      {"{'rows':[{'label':'a'},1]}", "page:2: \"values\" must be an object"},
      {"{'rows':[{'nr':1}]}", "page:2: \"nr\" is the name of a value, but not declared"},
  };
  g_autoptr(BhTemplate) made =
      parse("{{title}}\n{{#rows}}{{label}}{{/rows}}", BH_TEMPLATE_MARKUP, NULL);
  assert_non_null(made);
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) values = read_json(cases[i].values);
    gsize len;
    assert_null(bh_template_fill(made, values, &len, &error));
    assert_string_equal(error->message, cases[i].message);
    assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID));
  }
}

static void test_size_and_depth_have_limits(void **state G_GNUC_UNUSED)
{
  g_autoptr(GString) deep = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  for (int i = 0; i < BH_TEMPLATE_DEPTH_MAX; i++) {
    g_string_prepend(deep, "{{#is_odd}}");
    g_string_append(deep, "{{/is_odd}}");
  }
  assert_filled(deep->str, "{'is_odd':true}", "");
  g_string_prepend(deep, "{{#is_odd}}");
  g_string_append(deep, "{{/is_odd}}");
  assert_refused(deep->str, BH_ERROR_LIMIT,
                 "page:1: \"is_odd\" is a section or block in too many others");

  g_autofree char *big = g_strnfill(BH_TEMPLATE_MAX + 1, 'x');
  g_autoptr(json_t) names = json_object();
  assert_null(bh_template_parse(big, BH_TEMPLATE_MAX + 1, "page", BH_TEMPLATE_TEXT, names, &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT));
  g_autoptr(BhTemplate) fits =
      bh_template_parse(big, BH_TEMPLATE_MAX, "page", BH_TEMPLATE_TEXT, names, NULL);
  assert_non_null(fits);
  assert_null(bh_template_parse("a\0b", 3, "page", BH_TEMPLATE_TEXT, names, NULL));
  assert_null(bh_template_parse("\xff", 1, "page", BH_TEMPLATE_TEXT, names, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values_stand_in_their_places),
      cmocka_unit_test(test_a_value_never_becomes_markup),
      cmocka_unit_test(test_values_stand_only_where_escaping_helps),
      cmocka_unit_test(test_sections_repeat_or_stay_away),
      cmocka_unit_test(test_names_of_the_section_come_before_those_around_it),
      cmocka_unit_test(test_a_section_alone_on_its_line_leaves_no_line),
      cmocka_unit_test(test_a_block_is_written_once_and_put_where_it_is_named),
      cmocka_unit_test(test_a_block_that_cannot_be_put_is_refused),
      cmocka_unit_test(test_what_is_wrong_is_refused_with_file_and_line),
      cmocka_unit_test(test_names_that_mean_nothing_are_refused),
      cmocka_unit_test(test_values_that_were_not_declared_are_refused),
      cmocka_unit_test(test_size_and_depth_have_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
