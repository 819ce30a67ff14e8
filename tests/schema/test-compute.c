/* Computed fields and reverse queries: values of expressions, what cannot be computed, what is
 * refused, and that every computation ends. */
#include "schema/amount.h"
#include "schema/compute.h"
#include "schema/form.h"
#include "schema/kind-internal.h"
#include "tests/schema/broken.h"

#define TODAY "2026-11-21"
#define MAX_RECORDS 4000

/* Jobs with rows below them and reports that refer to them. */
static const char kinds[] =
    "{'bihuan-kinds':1,'kinds':["
    "{'bihuan-kind':1,'kind':'job','label':{'zh':'工','en':'Job'},'scope':'all','title':'{name}',"
    "'fields':["
    "{'name':'name','type':'text','label':{'zh':'名','en':'Name'}},"
    "{'name':'began','type':'date','label':{'zh':'始','en':'Began'}},"
    "{'name':'ended','type':'date','label':{'zh':'终','en':'Ended'}},"
    "{'name':'number','type':'integer','label':{'zh':'数','en':'Number'}},"
    "{'name':'done','type':'flag','label':{'zh':'完','en':'Done'}},"
    "{'name':'card','type':'id_number','label':{'zh':'证','en':'Card'},'personal':true},"
    "{'name':'upper','type':'ref','label':{'zh':'上','en':'Upper'},'ref_kinds':'job'},"
    "{'name':'others','type':'refs','label':{'zh':'他','en':'Others'},'ref_kinds':'job'},"
    "{'name':'age','type':'integer','label':{'zh':'岁','en':'Age'},'unit':{'zh':'岁','en':'years'},"
    "'personal':true,'compute':{'age':[{'field':'card'},'today']}},"
    "{'name':'double','type':'integer','label':{'zh':'倍','en':'Double'},"
    "'compute':{'multiply':[{'field':'number'},2]}},"
    "{'name':'x','type':'decimal','digits':3,'label':{'zh':'值','en':'X'},'compute':0},"
    "{'name':'d','type':'date','label':{'zh':'日','en':'D'},'compute':'today'},"
    "{'name':'f','type':'flag','label':{'zh':'旗','en':'F'},"
    "'compute':{'holds':{'field':'done','is':true}}}]},"
    "{'bihuan-kind':1,'kind':'row','label':{'zh':'行','en':'Row'},'scope':'all','title':'{of}',"
    "'parent':'of','fields':["
    "{'name':'of','type':'ref','label':{'zh':'属','en':'Of'},'ref_kinds':'job'},"
    "{'name':'cost','type':'money','label':{'zh':'费','en':'Cost'}},"
    "{'name':'day','type':'date','label':{'zh':'日','en':'Day'}},"
    "{'name':'kind_of','type':'choice','label':{'zh':'类','en':'Kind'},'choices':["
    "{'code':'a','label':{'zh':'甲','en':'A'}},{'code':'b','label':{'zh':'乙','en':'B'}}]},"
    "{'name':'open_days','type':'integer','label':{'zh':'天','en':'Days'},"
    "'compute':{'days':[{'field':'day'},'today']}}]},"
    "{'bihuan-kind':1,'kind':'report','label':{'zh':'报','en':'Report'},'scope':'all',"
    "'settings':[{'name':'often','type':'decimal','label':{'zh':'次','en':'Often'},'default':'4.5'}"
    ","
    "{'name':'unset','type':'integer','label':{'zh':'无','en':'Unset'}}],"
    "'title':'{job}','fields':["
    "{'name':'job','type':'ref','label':{'zh':'工','en':'Job'},'ref_kinds':'job','indexed':true},"
    "{'name':'plain','type':'ref','label':{'zh':'平','en':'Plain'},'ref_kinds':'job'},"
    "{'name':'on','type':'date','label':{'zh':'日','en':'On'}},"
    "{'name':'at','type':'time','label':{'zh':'时','en':'At'}},"
    "{'name':'until','type':'time','label':{'zh':'止','en':'Until'}},"
    "{'name':'good','type':'flag','label':{'zh':'好','en':'Good'}}]}]}";

/* Index of the kinds and fields above, for paths of test_change. */
#define FIELD_X "kinds/0/fields/10"
#define FIELD_D "kinds/0/fields/11"
#define FIELD_F "kinds/0/fields/12"

/* Records in memory. Ids are short names. */
typedef struct {
  BhKindSet *set;
  json_t *records; /* {id: {"kind","values"}} */
  gboolean complete, lacks_reports;
} World;

static json_t *values_of(const World *world, const char *id)
{
  return json_object_get(json_object_get(world->records, id), "values");
}

static const json_t *lookup(const char *id, gpointer data)
{
  return values_of(data, id);
}

static const char *kind_of(const char *id, gpointer data)
{
  const World *world = data;
  return bh_json_string_or(json_object_get(world->records, id), "kind", NULL);
}

static json_t *list(const World *world, const char *record, const char *kind, const char *field)
{
  json_t *found = json_array();
  const char *id;
  json_t *item;
  json_object_foreach(world->records, id, item) {
    json_t *values = json_object_get(item, "values");
    if (g_str_equal(bh_json_string_or(item, "kind", ""), kind) &&
        g_str_equal(bh_json_string_or(values, field, ""), record))
      json_array_append(found, values);
  }
  return found;
}

static json_t *children(const char *record, const char *kind, gpointer data)
{
  const World *world = data;
  return list(world, record, kind, bh_kind_get_parent_field(bh_kind_set_find(world->set, kind)));
}

static json_t *referring(const char *record, const char *kind, const char *field,
                         gboolean *complete, gpointer data)
{
  const World *world = data;
  *complete = world->complete;
  return world->lacks_reports ? NULL : list(world, record, kind, field);
}

static void put(World *world, const char *id, const char *kind, const char *quoted)
{
  json_object_set_new(world->records, id,
                      json_pack("{s:s,s:o}", "kind", kind, "values", test_parse_quoted(quoted)));
}

static BhKindSet *load(const char *path, const char *quoted)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(kinds);
  if (path != NULL)
    test_change(root, path, quoted);
  BhKindSet *set = test_load_kinds(root, &error);
  assert_no_error(error);
  return set;
}

static void fill(World *world)
{
  world->records = json_object();
  world->complete = TRUE;
  put(world, "j", "job",
      "{'name':'a','began':'2026-11-01','number':7,'upper':'k','others':['k','gone'],"
      "'card':'11010519491231002X'}");
  put(world, "k", "job", "{'name':'b','began':'2026-12-31','ended':'2026-12-31','number':3}");
  put(world, "r1", "row", "{'of':'j','cost':'0.10','day':'2026-11-20','kind_of':'a'}");
  put(world, "r2", "row", "{'of':'j','cost':'0.20','day':'2026-10-22','kind_of':'b'}");
  put(world, "r3", "row", "{'of':'j','day':'2026-11-21','kind_of':'a'}");
  put(world, "p1", "report", "{'job':'j','on':'2026-09-30','good':true}");
  put(world, "p2", "report", "{'job':'j','on':'2026-10-01','good':true}");
  put(world, "p3", "report", "{'job':'j','on':'2026-11-21'}");
  put(world, "p4", "report", "{'job':'j','on':'2026-12-31'}");
  put(world, "p5", "report", "{'job':'j','at':1795258740000}");             /* 2026-11-21 */
  put(world, "p7", "report", "{'at':1795258740000,'until':1795264140000}"); /* 90 minutes */
  put(world, "p6", "report", "{'job':'k','on':'2026-11-21'}");
}

static void clear(World *world)
{
  json_decref(world->records);
  bh_kind_set_unref(world->set);
}

/* Nothing is set, so that the defaults count. */
static const BhSettingValues *settings(gpointer data)
{
  (void)data;
  return NULL;
}

static BhContext context_of(World *world, const char *id)
{
  return (BhContext){.values = values_of(world, id),
                     .record = id,
                     .today = TODAY,
                     .lookup = lookup,
                     .kind_of = kind_of,
                     .children = children,
                     .referring = referring,
                     .settings = settings,
                     .data = world,
                     .kind = bh_kind_set_find(world->set, kind_of(id, world))};
}

/* The text of a computed field of a record: "" when it is empty, "?" when it is unknown, and "~" at
 * the end when it is partial. */
static char *compute(World *world, const char *id, const char *name)
{
  BhContext context = context_of(world, id);
  json_t *value = NULL;
  gboolean is_partial;
  const BhField *field = bh_kind_find_field(context.kind, name);
  BhComputed computed = bh_kind_compute(context.kind, field, &context, &value, &is_partial);
  if (computed != BH_COMPUTED_VALUE)
    return g_strdup(computed == BH_COMPUTED_EMPTY ? "" : "?");
  g_autofree char *text = json_is_string(value) ? g_strdup(json_string_value(value))
                                                : json_dumps(value, JSON_ENCODE_ANY);
  json_decref(value);
  return g_strconcat(text, is_partial ? "~" : "", NULL);
}

static void expect(const char *path, const char *id, const char *expression, const char *expected)
{
  World world = {.set = NULL};
  g_autofree char *member = g_strconcat(path, "/compute", NULL);
  world.set = load(member, expression);
  fill(&world);
  const char *name = g_str_equal(path, FIELD_D) ? "d" : g_str_equal(path, FIELD_F) ? "f" : "x";
  g_autofree char *text = compute(&world, id, name);
  if (!g_str_equal(text, expected))
    fail_msg("%s of %s gave \"%s\", not \"%s\"", expression, id, text, expected);
  clear(&world);
}

typedef struct {
  const char *expression, *expected;
} Row;

static void check_rows(const char *path, const Row *rows, gsize count)
{
  for (gsize i = 0; i < count; i++)
    expect(path, "j", rows[i].expression, rows[i].expected);
}

static void test_numbers_are_calculated(void **state)
{
  (void)state;
  static const Row rows[] = {
      {"12", "12.000"},
      {"'-0.25'", "-0.250"},
      {"{'field':'number'}", "7.000"},
      {"{'field':'upper.number'}", "3.000"},
      {"{'field':'double'}", "14.000"},
      {"{'field':'upper.double'}", "6.000"},
      {"{'add':[{'field':'number'},{'field':'upper.number'},'0.1']}", "10.100"},
      {"{'subtract':[1,{'field':'number'}]}", "-6.000"},
      {"{'multiply':['1.5','1.5',2]}", "4.500"},
      {"{'divide':[2,3]}", "0.667"},
      {"{'divide':[-2,3]}", "-0.667"},
      {"{'divide':[{'field':'number'},0]}", ""},
      {"{'multiply':[1000000000,1000000000]}", "?"},
      {"{'setting':'often'}", "4.500"},
      {"{'setting':'unset'}", "?"},
      {"{'add':[{'setting':'often'},{'field':'number'}]}", "11.500"},
      {"{'largest':[{'setting':'often'},{'field':'number'},2]}", "7.000"},
      {"{'largest':[{'setting':'often'},2]}", "4.500"},
      {"{'largest':[{'setting':'often'},{'field':'upper.upper.number'}]}", ""},
      {"{'largest':[{'setting':'often'},{'setting':'unset'}]}", "?"},
      {"{'first':[{'field':'upper.upper.number'},{'field':'number'}]}", "7.000"},
      {"{'add':[1,{'field':'upper.upper.number'}]}", ""},
      {"{'if':{'field':'number','at_least':7},'then':1,'else':2}", "1.000"},
      {"{'if':{'field':'number','at_least':8},'then':1}", ""},
      {"{'if':{'field':'double','at_least':14},'then':5}", "5.000"},
      {"{'days':[{'field':'began'},'today']}", "20.000"},
      {"{'days':['today',{'field':'began'}]}", "-20.000"},
      {"{'days':[{'field':'began'},{'field':'ended'}]}", ""},
      {"{'days':[{'field':'began'},{'first':[{'field':'ended'},'today']}]}", "20.000"},
      {"{'age':['2000-11-21','today']}", "26.000"},
      {"{'age':['2000-11-22','today']}", "25.000"},
      {"{'age':['2026-11-22','today']}", ""},
  };
  check_rows(FIELD_X, rows, G_N_ELEMENTS(rows));
}

/* Hours are those between two times, not between the days on which they are. */
static void test_hours_lie_between_two_times(void **state)
{
  (void)state;
#define HOURS(from, to) "{'hours':[{'field':'" from "'},{'field':'" to "'}]}"
  static const Row rows[] = {{HOURS("at", "until"), "1.500"},
                             {HOURS("until", "at"), "-1.500"},
                             {HOURS("at", "at"), "0.000"},
                             {"{'add':[" HOURS("at", "until") ",1]}", "2.500"}};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *field = g_strdup_printf(
        "{'name':'good','type':'decimal','digits':3,'label':{'zh':'时','en':'Hours'},'compute':%s}",
        rows[i].expression);
    World world = {.set = load("kinds/2/fields/5", field)};
    fill(&world);
    g_autofree char *text = compute(&world, "p7", "good");
    assert_string_equal(text, rows[i].expected);
    g_autofree char *open = compute(&world, "p5", "good");
    assert_string_equal(open, strstr(rows[i].expression, "until") != NULL ? "" : "0.000");
    clear(&world);
  }
}

static void test_dates_and_flags_are_computed(void **state)
{
  (void)state;
  static const Row dates[] = {
      {"'today'", TODAY},
      {"{'add':['today',10]}", "2026-12-01"},
      {"{'subtract':['today',21]}", "2026-10-31"},
      {"{'add':[{'field':'began'},{'field':'number'}]}", "2026-11-08"},
      {"{'add':[{'field':'ended'},1]}", ""},
      {"{'add':['9999-12-31',1]}", "?"},
      {"{'max':'row','of':{'field':'day'}}", TODAY},
      {"{'min':'row','of':{'field':'day'}}", "2026-10-22"},
      {"{'min':'row','of':{'field':'day'},'where':{'field':'cost','at_least':9}}", ""},
  };
  static const Row flags[] = {
      {"{'field':'done'}", "false"},
      {"{'holds':{'field':'began','before':'today'}}", "true"},
      {"{'holds':{'any':'row','where':{'field':'kind_of','is':'b'}}}", "true"},
      {"{'holds':{'field':'upper.upper.done','is':true}}", "false"},
  };
  check_rows(FIELD_D, dates, G_N_ELEMENTS(dates));
  check_rows(FIELD_F, flags, G_N_ELEMENTS(flags));
}

static void test_records_are_counted_and_summed(void **state)
{
  (void)state;
#define REPORTS "{'referring':'report','by':'job'}"
#define DURING(period) "{'referring':'report','by':'job','date':'on','during':" period "}"
  static const Row rows[] = {
      {"{'count':'row'}", "3.000"},
      {"{'count':'row','where':{'field':'kind_of','is':'a'}}", "2.000"},
      {"{'count':'row','distinct':'kind_of'}", "2.000"},
      {"{'count':'row','where':{'field':'open_days','at_least':1}}", "2.000"},
      {"{'sum':'row','of':{'field':'cost'}}", "0.300"},
      {"{'sum':'row','of':{'field':'open_days'}}", "31.000"},
      {"{'max':'row','of':{'field':'cost'}}", "0.200"},
      {"{'min':'row','of':{'field':'cost'}}", "0.100"},
      {"{'share':'row','where':{'field':'kind_of','is':'a'}}", "66.667"},
      {"{'share':'row','among':{'field':'cost','empty':false},'where':{'field':'kind_of',"
       "'is':'a'}}",
       "50.000"},
      {"{'share':'row','among':{'field':'cost','at_least':9},'where':{'field':'kind_of',"
       "'is':'a'}}",
       ""},
      {"{'count':{'refs':'others'}}", "1.000~"}, /* one of the two is not available */
      {"{'count':" REPORTS "}", "5.000"},
      {"{'count':{'referring':'report','by':'job','of':'upper'}}", "1.000"},
      {"{'count':{'referring':'report','by':'job','of':'upper.upper'}}", "?"},
      {"{'count':" REPORTS ",'where':{'field':'good','is':true}}", "2.000"},
      {"{'count':" DURING("'month'") "}", "1.000"},
      {"{'count':" DURING("'quarter'") "}", "3.000"},
      {"{'count':" DURING("'year'") "}", "4.000"},
      {"{'count':" DURING("{'from':{'today':-60},'to':'today'}") "}", "3.000"},
      {"{'count':" DURING("{'from':{'today':-50}}") "}", "2.000"},
      {"{'count':" DURING("{'to':'2026-09-30'}") "}", "1.000"},
      {"{'count':" DURING("{'from':{'field':'began'}}") "}", "2.000"},
      {"{'count':" DURING("{'from':{'field':'ended'}}") "}", "0.000"}, /* no day: no period */
      {"{'count':{'referring':'report','by':'job','date':'at','during':'month'}}", "1.000"},
      {"{'share':" REPORTS ",'where':{'field':'good','is':true}}", "40.000"},
  };
  check_rows(FIELD_X, rows, G_N_ELEMENTS(rows));
}

static void test_types_decide_the_form_of_values(void **state)
{
  (void)state;
  static const struct {
    const char *field, *expected;
  } rows[] = {
      {"{'name':'x','type':'integer','label':{'zh':'值','en':'X'},'compute':'2.5'}", "3"},
      {"{'name':'x','type':'integer','label':{'zh':'值','en':'X'},'compute':'-2.5'}", "-3"},
      {"{'name':'x','type':'money','label':{'zh':'值','en':'X'},'compute':'2.005'}", "2.01"},
      {"{'name':'x','type':'percent','digits':1,'label':{'zh':'值','en':'X'},'compute':'200'}",
       "200.0"},
      {"{'name':'x','type':'duration','label':{'zh':'值','en':'X'},'compute':90}", "90"},
      {"{'name':'x','type':'duration','label':{'zh':'值','en':'X'},'compute':-90}", "?"},
      {"{'name':'x','type':'month','label':{'zh':'值','en':'X'},'compute':'today'}", "2026-11"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    World world = {.set = load(FIELD_X, rows[i].field)};
    fill(&world);
    g_autofree char *text = compute(&world, "j", "x");
    assert_string_equal(text, rows[i].expected);
    clear(&world);
  }
}

static void test_an_age_comes_from_the_number_of_a_card(void **state)
{
  (void)state;
  World world = {.set = load(NULL, NULL)};
  fill(&world);
  g_autofree char *age = compute(&world, "j", "age");
  assert_string_equal(age, "76");
  g_autofree char *none = compute(&world, "k", "age");
  assert_string_equal(none, "");
  clear(&world);
}

/* 'y', 'n' or '?' for a condition on the record "j". */
static char ask(World *world, const char *quoted)
{
  g_autoptr(json_t) condition = test_parse_quoted(quoted);
  BhContext context = context_of(world, "j");
  if (bh_condition_is_certain(condition, &context))
    return 'y';
  return bh_condition_holds(condition, &context) ? '?' : 'n';
}

static void test_conditions_ask_for_referring_records(void **state)
{
  (void)state;
#define GOOD "'where':{'field':'good','is':true}"
  static const struct {
    const char *condition;
    char whole, part, none; /* with all reports, with a part of them, without them */
  } rows[] = {
      {"{'any':" REPORTS "," GOOD "}", 'y', 'y', '?'},
      {"{'any':" DURING("'month'") "," GOOD "}", 'n', '?', '?'},
      {"{'every':" REPORTS "," GOOD "}", 'n', 'n', '?'},
      {"{'every':" DURING("{'to':'2026-10-01'}") "," GOOD "}", 'y', '?', '?'},
      {"{'count':" REPORTS ",'at_least':5}", 'y', 'y', '?'},
      {"{'count':" REPORTS ",'at_least':6}", 'n', '?', '?'},
      {"{'count':" REPORTS ",'at_most':4}", 'n', 'n', '?'},
      {"{'count':" REPORTS ",'at_most':5}", 'y', '?', '?'},
      {"{'count':" REPORTS ",'at_least':1,'at_most':5}", 'y', '?', '?'},
      {"{'not':{'any':" DURING("'quarter'") "," GOOD "}}", 'n', 'n', '?'},
  };
  World world = {.set = load(NULL, NULL)};
  fill(&world);
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    world.complete = TRUE;
    assert_int_equal(ask(&world, rows[i].condition), rows[i].whole);
    world.complete = FALSE;
    assert_int_equal(ask(&world, rows[i].condition), rows[i].part);
    world.lacks_reports = TRUE;
    assert_int_equal(ask(&world, rows[i].condition), rows[i].none);
    world.lacks_reports = FALSE;
  }
  clear(&world);
}

static void test_conditions_read_computed_fields(void **state)
{
  (void)state;
  World world = {.set = load(FIELD_X "/compute", "{'count':" REPORTS "}")};
  fill(&world);
  assert_int_equal(ask(&world, "{'field':'double','at_least':14}"), 'y');
  assert_int_equal(ask(&world, "{'field':'double','at_least':15}"), 'n');
  assert_int_equal(ask(&world, "{'field':'upper.double','at_most':6}"), 'y');
  assert_int_equal(ask(&world, "{'any':'row','where':{'field':'open_days','at_least':30}}"), 'y');
  assert_int_equal(ask(&world, "{'any':'row','where':{'field':'open_days','at_least':31}}"), 'n');
  assert_int_equal(ask(&world, "{'field':'x','at_least':5}"), 'y');
  assert_int_equal(ask(&world, "{'field':'d','is':'" TODAY "'}"), 'y');
  assert_int_equal(ask(&world, "{'field':'f','is':false}"), 'y');
  world.complete = FALSE; /* five of an unknown number */
  assert_int_equal(ask(&world, "{'field':'x','at_least':5}"), '?');
  /* A stored value, from before the field was computed, is not read. */
  json_object_set_new(values_of(&world, "j"), "double", json_integer(99));
  assert_int_equal(ask(&world, "{'field':'double','at_least':15}"), 'n');
  clear(&world);
}

static void test_what_is_shown(void **state)
{
  (void)state;
  World world = {.set = load(FIELD_X "/compute", "{'count':" REPORTS "}")};
  fill(&world);
  world.complete = FALSE;
  BhContext context = context_of(&world, "j");
  g_autoptr(json_t) shown = bh_kind_compute_shown(context.kind, &context);
  assert_int_equal(json_object_size(shown), 5);
  const json_t *age = json_object_get(shown, "age"), *reports = json_object_get(shown, "x");
  g_autofree char *years = bh_computed_format(bh_kind_find_field(context.kind, "age"), age, "zh");
  assert_string_equal(years, "76 岁");
  g_autofree char *partial =
      bh_computed_format(bh_kind_find_field(context.kind, "x"), reports, "en");
  assert_string_equal(partial, "5.000 (of the records seen here)");
  world.lacks_reports = TRUE;
  g_autoptr(json_t) lacking = bh_kind_compute_shown(context.kind, &context);
  assert_true(json_is_true(json_object_get(json_object_get(lacking, "x"), "unknown")));
  clear(&world);
}

/* A form shows what follows from the values as they are typed. */
static void test_a_form_computes_while_a_person_types(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  World world = {.set = load("kinds/0/edit",
                             "[{'name':'one','label':{'zh':'改','en':'Edit'},'who':'anyone',"
                             "'fields':['number']}]")};
  fill(&world);
  BhContext context = context_of(&world, "j");
  g_autoptr(BhAct) act = bh_act_find(context.kind, NULL, "edit/one");
  g_autoptr(json_t) typed = test_parse_quoted("{'number':'21'}");
  g_autoptr(BhForm) form = bh_form_new(act, &context, FALSE, typed, 0, &error);
  assert_no_error(error);
  g_autoptr(json_t) drawn = bh_form_resolve(form, world.set, "en");
  gboolean found = FALSE;
  gsize i;
  json_t *item;
  json_array_foreach(json_object_get(drawn, "computed"), i, item) {
    if (!g_str_equal(bh_json_string_or(item, "name", ""), "double"))
      continue;
    found = TRUE;
    assert_string_equal(bh_json_string_or(item, "text", ""), "42");
    assert_string_equal(bh_json_string_or(item, "label", ""), "Double");
  }
  assert_true(found);
  assert_null(json_object_get(bh_form_get_set(form), "double"));
  g_autoptr(json_t) wrong = test_parse_quoted("{'double':5}");
  assert_null(bh_form_new(act, &context, FALSE, wrong, 0, &error));
  clear(&world);
}

static void test_nobody_sets_a_computed_field(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = load(NULL, NULL);
  const BhKind *job = bh_kind_set_find(set, "job");
  g_autoptr(json_t) value = json_integer(14), none = json_null();
  assert_false(bh_kind_check_value(job, "double", value, &error));
  assert_string_equal(error->message, "job.double: is computed, so that nobody can set it");
  assert_false(bh_kind_check_value(job, "double", none, NULL));
  assert_true(bh_kind_check_value(job, "number", value, NULL));
  assert_false(bh_field_is_in_form(bh_kind_find_field(job, "double")));
}

static void test_broken_expressions_are_refused(void **state)
{
  (void)state;
#define C "kinds: $.kinds[0].fields[10].compute"
#define X FIELD_X "/compute"
  static const TestBroken cases[] = {
      {X, "1.5", C ": an expression must be an object, a whole number or a string"},
      {X, "2000000000", C ": must be from -1000000000 to 1000000000"},
      {X, "'tomorrow'", C ": must be \"today\", a date"},
      {X, "'today'", C ": gives a date, but the field is of type decimal"},
      {X, "{'hours':[{'field':'began'},{'field':'began'}]}", C ".hours[0]: "},
      {X, "{'hours':['today',{'field':'began'}]}",
       C ".hours[0]: must be {\"field\": PATH} of a field of type time"},
      {X, "{'hours':[{'field':'gone'},{'field':'gone'}]}", C ".hours[0]: "},
      {X, "{'hours':[{'field':'began'}]}", C ".hours: must be an array of 2 times"},
      {X, "{'field':'name'}", C ".field: path \"name\" must end at a number, a date"},
      {X, "{'field':'nothing'}", C ".field: path \"nothing\": job has no field \"nothing\""},
      {X, "{'field':'number','add':[1,2]}", C ": \"field\" must be the only member"},
      {X, "{'power':[1,2]}", C ": needs one of field, setting, add"},
      {X, "{'setting':'gone'}", C ".setting: "},
      {X, "{'setting':'often','add':[1,2]}", C ": \"setting\" must be the only member"},
      {X, "{'largest':[1]}", C ".largest: must be an array of 2 to 8 expressions"},
      {X, "{'largest':[1,'today']}", C ".largest[1]: must be a number, not a date"},
      {X, "{'add':[1]}", C ".add: must be an array of 2 to 8 expressions"},
      {X, "{'subtract':[1,2,3]}", C ".subtract: must be an array of 2 expressions"},
      {X, "{'add':[1,'today']}", C ".add[1]: must be a number, not a date"},
      {X, "{'multiply':['today',1]}", C ".multiply[0]: must be a number, not a date"},
      {X, "{'days':[1,'today']}", C ".days[0]: must be a date, not a number"},
      {X, "{'first':[1,'today']}", C ".first[1]: must be a number, not a date"},
      {X, "{'if':{'field':'done','is':true}}", C ": \"if\" needs \"then\""},
      {X, "{'if':{'field':'done','is':3},'then':1}", C ".if.is: is not a valid value"},
      {X, "{'holds':{'field':'done','is':true}}", C ": gives true or false"},
      {X, "{'sum':'row'}", C ": \"sum\" needs \"of\""},
      {X, "{'sum':'job','of':1}", C ".sum: kind job has no \"parent\""},
      {X, "{'sum':'row','of':{'field':'day'}}", C ".of: must be a number, not a date"},
      {X, "{'sum':'row','max':'row','of':1}", C ": needs exactly one of sum, min and max"},
      {X, "{'count':'row','of':1}", C ": unknown member \"of\""},
      {X, "{'share':'row'}", C ": \"share\" needs \"where\""},
      {X, "{'count':{'referring':'report'}}", C ".count: \"by\" is missing"},
      {X, "{'count':{'referring':'none','by':'job'}}", C ".count.referring: no such kind"},
      {X, "{'count':{'referring':'report','by':'on'}}",
       C ".count.by: kind report has no ref field"},
      {X, "{'count':{'referring':'report','by':'plain'}}",
       C ".count.by: field \"plain\" of report is not indexed"},
      {X, "{'count':{'children':'row','by':'of'}}", C ".count: needs \"children\""},
      {X, "{'count':" DURING("'week'") "}", C ".count.during: must be month, quarter, year"},
      {X, "{'count':" DURING("{}") "}", C ".count.during: needs \"from\" or \"to\""},
      {X, "{'count':" DURING("{'from':{'today':5000}}") "}",
       C ".count.during.from.today: must be from -3660 to 3660"},
      {X, "{'count':" DURING("{'to':{'field':'number'}}") "}",
       C ".count.during.to: path \"number\" must end at a field of type date"},
      {X, "{'count':{'referring':'report','by':'job','date':'on'}}",
       C ".count: \"date\" and \"during\" must be given together"},
      {X, "{'count':{'referring':'report','by':'job','date':'good','during':'year'}}",
       C ".count.date: path \"good\" must end at a field of type date"},
      {X, "{'age':[{'field':'card'},'today']}",
       "fields[10].personal: must be true, because the value is computed from a personal one"},
      {X, "{'field':'x'}", "fields[10].compute: depends on itself: job.x > job.x"},
      {X, "{'field':'upper.x'}", "depends on itself: job.x > job.x"},
      {X, "{'count':'row','where':{'field':'of.x','at_least':1}}",
       "depends on itself: job.x > job.x"},
      {FIELD_X "/indexed", "true", "fields[10].indexed: a computed field cannot have it"},
      {FIELD_X "/required", "true", "fields[10].required: a computed field cannot have it"},
      {FIELD_D "/type", "'text'", "compute: only a field of type integer"},
      {"kinds/0/title", "'{x}'", ".title: field \"x\" is computed; a title has stored values only"},
      {"kinds/0/forms", "{'one':['x']}", "field \"x\" is computed, so no form can ask for it"},
      {"kinds/0/visible", "{'field':'x','at_least':1}",
       ".visible.field: field \"x\" of job is computed; only a stored value can be used here"},
      {"kinds/0/visible", "{'any':" REPORTS ",'where':{'field':'good','is':true}}",
       ".visible.any: \"visible\" must not depend on referring records"},
      {"kinds/0/create", "[{'name':'a','from':'home','who':'anyone','form':['x']}]",
       "create[0].form: field \"x\" is computed, so no form can ask for it"},
      {"kinds/0/create", "[{'name':'a','from':'home','who':'anyone','stamps':{'d':'today'}}]",
       "stamps.d: field \"d\" is computed, so that nothing can set it"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(kinds);
    test_change(root, cases[i].path, cases[i].value);
    g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
    if (set != NULL)
      fail_msg("%s at %s was accepted", cases[i].value, cases[i].path);
    if (strstr(error->message, cases[i].error) == NULL)
      fail_msg("%s gave \"%s\", not \"%s\"", cases[i].value, error->message, cases[i].error);
  }
}

/* Fields computed from other records are not read for each record of a list. */
static void test_lists_do_not_read_other_records(void **state)
{
  (void)state;
  static const TestBroken cases[] = {
      {"kinds/0/list", "['x']", "field \"x\" is computed from other records, which a list"},
      {"kinds/0/ledgers", "[{'name':'a','label':{'zh':'单','en':'A'},'columns':['x']}]",
       "ledgers[0].columns: field \"x\" is computed from other records, which a list"},
      {"kinds/0/checks",
       "[{'must':{'any':{'refs':'others'},'where':{'field':'x','at_least':1}},"
       "'text':{'zh':'错','en':'Wrong'}}]",
       "cannot be used for each record of a list"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(kinds);
    test_change(root, FIELD_X "/compute", "{'count':" REPORTS "}");
    test_change(root, cases[i].path, cases[i].value);
    g_autoptr(BhKindSet) refused = test_load_kinds(root, &error);
    assert_null(refused);
    assert_non_null(strstr(error->message, cases[i].error));
    /* The same with a field that needs the record alone. */
    test_change(root, FIELD_X "/compute", "{'multiply':[{'field':'number'},2]}");
    g_clear_error(&error);
    g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
    assert_no_error(error);
  }
}

static char *name_field(guint i)
{
  return g_strdup_printf("c%u", i);
}

/* Adds `count` fields, each of which reads the next one `times` times. */
static json_t *make_row(guint count, guint times)
{
  json_t *root = test_parse_quoted(kinds);
  json_t *fields = json_object_get(json_array_get(json_object_get(root, "kinds"), 0), "fields");
  for (guint i = 0; i < count; i++) {
    g_autofree char *name = name_field(i), *next = name_field(i + 1);
    json_t *parts = json_array();
    for (guint k = 0; k < times; k++)
      json_array_append_new(parts,
                            i + 1 < count ? json_pack("{s:s}", "field", next) : json_integer(1));
    json_array_append_new(fields, json_pack("{s:s,s:s,s:{s:s,s:s},s:{s:o}}", "name", name, "type",
                                            "integer", "label", "zh", "项", "en", "Item", "compute",
                                            "add", parts));
  }
  return root;
}

static void test_a_long_row_of_fields_is_refused(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) allowed = make_row(BH_COMPUTE_CHAIN_MAX, 2);
  World world = {.set = test_load_kinds(allowed, &error)};
  assert_no_error(error);
  fill(&world);
  g_autofree char *sum = compute(&world, "j", "c0");
  assert_string_equal(sum, "256");
  clear(&world);
  for (guint count = BH_COMPUTE_CHAIN_MAX + 1; count < 60; count += 20) {
    g_autoptr(json_t) root = make_row(count, 2);
    g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
    assert_null(set);
    assert_non_null(strstr(error->message, "too many computed fields depend on each other: job.c"));
    g_clear_error(&error);
  }
}

/* 8^8 additions: loading does not follow each of them, and computing gives up. */
static void test_every_computation_ends(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = make_row(BH_COMPUTE_CHAIN_MAX, 8);
  gint64 begin_us = g_get_monotonic_time();
  World world = {.set = test_load_kinds(root, &error)};
  assert_no_error(error);
  fill(&world);
  g_autofree char *sum = compute(&world, "j", "c0");
  assert_string_equal(sum, "?");
  BhContext context = context_of(&world, "j");
  g_autoptr(json_t) condition = test_parse_quoted("{'field':'c0','at_least':1}");
  assert_true(bh_condition_holds(condition, &context));
  assert_false(bh_condition_is_certain(condition, &context));
  g_autofree char *small = compute(&world, "j", "c5");
  assert_string_equal(small, "512");
  assert_true(g_get_monotonic_time() - begin_us < 20 * G_USEC_PER_SEC);
  clear(&world);
}

/* Of more records than one computation may visit, nothing is said. */
static void test_many_records_end_a_computation(void **state)
{
  (void)state;
  World world = {.set =
                     load(FIELD_X "/compute",
                          "{'sum':'row','of':{'add':[1,1,1,1,1,1,1,{'add':[1,1,1,1,1,1,1,1]}]}}")};
  fill(&world);
  for (guint i = 0; i < MAX_RECORDS; i++) {
    g_autofree char *id = g_strdup_printf("m%u", i);
    put(&world, id, "row", "{'of':'j'}");
  }
  g_autofree char *sum = compute(&world, "j", "x");
  assert_string_equal(sum, "?");
  g_autofree char *of_others = compute(&world, "k", "x");
  assert_string_equal(of_others, "0.000");
  clear(&world);
}

static void test_amounts(void **state)
{
  (void)state;
  gint64 a, b = 5;
  assert_true(bh_amount_from_text("-12.345678", &a));
  assert_int_equal(a, -12345678);
  assert_false(bh_amount_from_text("1.2345678", &b));
  assert_false(bh_amount_from_text("9223372036855", &b));
  assert_true(bh_amount_from_text("9223372036854.775807", &a));
  assert_int_equal(a, G_MAXINT64);
  assert_false(bh_amount_add(a, 1, &b));
  assert_false(bh_amount_add(-a, -1, &b));
  assert_false(bh_amount_multiply(a, 1000001, &b));
  assert_true(bh_amount_multiply(a, -1000000, &b));
  assert_int_equal(b, -G_MAXINT64);
  assert_true(bh_amount_multiply(-1500000, 1500001, &b));
  assert_int_equal(b, -2250001);
  assert_true(bh_amount_divide(G_MAXINT64, G_MAXINT64, &b));
  assert_int_equal(b, BH_AMOUNT_ONE);
  assert_true(bh_amount_divide(1, G_MAXINT64, &b));
  assert_int_equal(b, 0);
  assert_true(bh_amount_divide(G_MAXINT64 - 1, -G_MAXINT64, &b));
  assert_int_equal(b, -999999);
  assert_false(bh_amount_divide(G_MAXINT64, 1, &b));
  assert_false(bh_amount_divide(1, 0, &b));
  assert_int_equal(bh_amount_round(2500000), 3);
  assert_int_equal(bh_amount_round(-2500000), -3);
  assert_int_equal(bh_amount_round(2499999), 2);
  static const struct {
    gint64 amount;
    guint digits;
    const char *text;
  } rows[] = {{1234567, 6, "1.234567"},
              {1234567, 2, "1.23"},
              {1235000, 2, "1.24"},
              {-5, 2, "0.00"},
              {-5000, 2, "-0.01"},
              {-1500000, 0, "-2"},
              {G_MAXINT64, 6, "9223372036854.775807"},
              {G_MAXINT64, 0, "9223372036855"}};
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *text = bh_amount_format(rows[i].amount, rows[i].digits);
    assert_string_equal(text, rows[i].text);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_amounts),
      cmocka_unit_test(test_numbers_are_calculated),
      cmocka_unit_test(test_dates_and_flags_are_computed),
      cmocka_unit_test(test_records_are_counted_and_summed),
      cmocka_unit_test(test_types_decide_the_form_of_values),
      cmocka_unit_test(test_an_age_comes_from_the_number_of_a_card),
      cmocka_unit_test(test_conditions_ask_for_referring_records),
      cmocka_unit_test(test_conditions_read_computed_fields),
      cmocka_unit_test(test_what_is_shown),
      cmocka_unit_test(test_a_form_computes_while_a_person_types),
      cmocka_unit_test(test_nobody_sets_a_computed_field),
      cmocka_unit_test(test_hours_lie_between_two_times),
      cmocka_unit_test(test_broken_expressions_are_refused),
      cmocka_unit_test(test_lists_do_not_read_other_records),
      cmocka_unit_test(test_a_long_row_of_fields_is_refused),
      cmocka_unit_test(test_every_computation_ends),
      cmocka_unit_test(test_many_records_end_a_computation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
