/* Kinds of the office ("scope": "office"): what they may say, and what kinds that devices receive
 * may say about them. */
#include "schema/act.h"
#include "schema/kind-export.h"
#include "tests/schema/broken.h"

#define LABEL "'label':{'zh':'名','en':'Name'}"
#define FIELD(name, type, more) "{'name':'" name "','type':'" type "'," LABEL more "}"

/* The kinds of a set, by name: a lead of the office with a voice below it, staff and a visit that
 * devices receive, and a paper below any record. */
static const char sound
    [] = "{'bihuan-kinds':1,'kinds':["
         "{'bihuan-kind':1,'kind':'lead'," LABEL ",'scope':'office','area_from':'area',"
         "'title':'{name}','menu':['office'],'ledgers':[{'name':'open'," LABEL "}],"
         "'create':[{'name':'take','from':['office','visit'],'link':'visit','state':'new'}],"
         "'edit':[{'name':'mend'," LABEL ",'who':'inspector','fields':['name']}],"
         "'fields':[" FIELD("name", "text", "") "," FIELD("area", "area", "") "," FIELD(
             "visit", "ref",
             ",'ref_kinds':['visit'],'indexed':true") "],"
                                                      "'states':[{'name':'new'," LABEL
                                                      ",'initial':true},{'name':'done'," LABEL
                                                      ",'final':true}],"
                                                      "'transitions':[{'from':null,'to':'new'"
                                                      "," LABEL ",'who':['inspector']},"
                                                      "{'from':['new'],'to':'done'," LABEL
                                                      ",'who':['inspector'],"
                                                      "'needs':[{'must':{'any':'voice','where':{'"
                                                      "field':'name','empty':false}},"
                                                      "'text':{'zh':'填','en':'Fill'}}]}]},"
                                                      "{'bihuan-kind':1,'kind':'paper'," LABEL
                                                      ",'parent':'of','inherits':true,'title':'{"
                                                      "name}',"
                                                      "'fields':[" FIELD("name", "text", "") "," FIELD("of", "ref", ",'ref_kinds':'any'") "," FIELD(
                                                          "about", "ref",
                                                          ",'ref_kinds':'any'") "]},"
                                                                                "{'bihuan-kind':1,'"
                                                                                "kind':'staff'"
                                                                                "," LABEL
                                                                                ",'scope':'all','"
                                                                                "title':'{name}','"
                                                                                "fields':[" FIELD("name", "text", "") "," FIELD(
                                                                                    "roles",
                                                                                    "choices",
                                                                                    ",'choices':[{'"
                                                                                    "code':'"
                                                                                    "inspector'"
                                                                                    "," LABEL
                                                                                    "}]") "]},"
                                                                                          "{'"
                                                                                          "bihuan-"
                                                                                          "kind':1,"
                                                                                          "'kind':'"
                                                                                          "visit'"
                                                                                          "," LABEL
                                                                                          ",'scope'"
                                                                                          ":'area',"
                                                                                          "'area_"
                                                                                          "from':'"
                                                                                          "area','"
                                                                                          "parent':"
                                                                                          "'of',"
                                                                                          "'title':"
                                                                                          "'{name}'"
                                                                                          ",'"
                                                                                          "ledgers'"
                                                                                          ":[{'"
                                                                                          "name':'"
                                                                                          "all'"
                                                                                          "," LABEL
                                                                                          "}],'"
                                                                                          "fields':"
                                                                                          "[" FIELD("name", "text", "") "," FIELD("area", "area", "") "," FIELD(
                                                                                              "of",
                                                                                              "ref",
                                                                                              ",'"
                                                                                              "ref_"
                                                                                              "kind"
                                                                                              "s':["
                                                                                              "'vis"
                                                                                              "it'"
                                                                                              "]") "],"
                                                                                                   "'states':[{'name':'new'," LABEL
                                                                                                   ",'initial':true},{'name':'done'," LABEL
                                                                                                   ",'final':true}],"
                                                                                                   "'transitions':[{'from':null,'to':'new'," LABEL
                                                                                                   ",'who':['inspector']},"
                                                                                                   "{'from':['new'],'to':'done'," LABEL
                                                                                                   ",'who':['inspector']}]},"
                                                                                                   "{'bihuan-kind':1,'kind':'voice'," LABEL
                                                                                                   ",'parent':'of','inherits':true,'title':'{name}',"
                                                                                                   "'fields':[" FIELD(
                                                                                                       "name",
                                                                                                       "text",
                                                                                                       "") "," FIELD("of",
                                                                                                                     "ref",
                                                                                                                     ",'ref_kinds':['lead']") "]}"
                                                                                                                                              "]}";

static BhKindSet *load(const json_t *root)
{
  g_autoptr(GError) error = NULL;
  BhKindSet *set = test_load_kinds(root, &error);
  assert_no_error(error);
  return set;
}

static void test_kinds_of_the_office_are_known(void **state)
{
  (void)state;
  g_autoptr(json_t) root = test_parse_quoted(sound);
  g_autoptr(BhKindSet) set = load(root);
  const struct {
    const char *kind, *scope;
    gboolean office;
  } cases[] = {
      {"lead", "area", TRUE},   {"voice", "parent", TRUE}, {"paper", "parent", FALSE},
      {"visit", "area", FALSE}, {"staff", "all", FALSE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    const BhKind *kind = bh_kind_set_find(set, cases[i].kind);
    assert_int_equal(bh_kind_is_office(kind), cases[i].office);
    assert_string_equal(bh_kind_get_scope(kind), cases[i].scope);
    assert_int_equal(bh_kind_is_hub_only(kind, NULL, NULL), cases[i].office);
  }
  test_change(root, "kinds/0/area_from", NULL);
  g_autoptr(BhKindSet) of_all = load(root);
  assert_string_equal(bh_kind_get_scope(bh_kind_set_find(of_all, "lead")), "all");
  test_change(root, "kinds/0/unit_from", "'visit'");
  g_autoptr(BhKindSet) of_unit = load(root);
  assert_string_equal(bh_kind_get_scope(bh_kind_set_find(of_unit, "lead")), "unit");
}

/* What inherits may be below a record of the office; another ref to any kind may not name one. */
static void test_any_kind_leaves_out_the_office_but_for_parents(void **state)
{
  (void)state;
  g_autoptr(json_t) root = test_parse_quoted(sound);
  g_autoptr(BhKindSet) set = load(root);
  const BhKind *paper = bh_kind_set_find(set, "paper");
  assert_true(g_strv_contains(bh_field_get_ref_kinds(bh_kind_find_field(paper, "of")), "lead"));
  assert_false(g_strv_contains(bh_field_get_ref_kinds(bh_kind_find_field(paper, "about")), "lead"));
  assert_true(g_strv_contains(bh_field_get_ref_kinds(bh_kind_find_field(paper, "about")), "visit"));
}

static void try_all(const TestBroken *cases, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(sound);
    test_change(root, cases[i].path, cases[i].value);
    g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
    if (set != NULL || strstr(error->message, cases[i].error) == NULL)
      fail_msg("%s = %s: \"%s\" instead of \"%s\"", cases[i].path, cases[i].value,
               set != NULL ? "no error" : error->message, cases[i].error);
  }
}

#define L "kinds/0/"
#define PL "kinds: $.kinds[0]"
#define V "kinds/3/"
#define PV "kinds: $.kinds[3]"
#define FOR_DEVICES ": is for devices, which receive no records of a kind of the office"
#define NO_DEVICE ": no device receives records of "

static void test_words_of_devices_are_refused_for_the_office(void **state)
{
  (void)state;
  static const TestBroken cases[] = {
      {L "scope", "'world'", PL ".scope: must be all, area, unit or office"},
      {L "menu", "['home','office']", PL ".menu" FOR_DEVICES},
      {L "directory", "'name'", PL ".directory" FOR_DEVICES},
      {L "ledgers/0/menu", "['home']", PL ".ledgers[0].menu" FOR_DEVICES},
      {L "ledgers/0/agenda", "true", PL ".ledgers[0].agenda" FOR_DEVICES},
      {L "ledgers/0/lane", "true", PL ".ledgers[0].lane" FOR_DEVICES},
      {L "ledgers/0/page", "'papers'", PL ".ledgers[0].page" FOR_DEVICES},
      {L "create/0/from", "['home']", PL ".create[0].from" FOR_DEVICES},
      {L "create/0/attach", "[{'role':'proof','at_least':1}]",
       PL ".create[0].attach: a record that is made at the office gets its files afterwards"},
      {L "edit/0/page", "'answer'", PL ".edit[0].page" FOR_DEVICES},
      {L "transitions/1/page", "'papers'", PL ".transitions[1].page" FOR_DEVICES},
  };
  try_all(cases, G_N_ELEMENTS(cases));
}

static void test_kinds_of_devices_do_not_name_the_office(void **state)
{
  (void)state;
  static const TestBroken cases[] = {
      {V "fields/+", FIELD("lead", "ref", ",'ref_kinds':['lead']"),
       PV ".fields[3].ref_kinds: devices receive records of visit, so they cannot refer to lead"},
      {V "fields/+", FIELD("leads", "refs", ",'ref_kinds':['visit','lead']"),
       PV ".fields[3].ref_kinds: devices receive records of visit, so they cannot refer to lead"},
      {V "fields/2/ref_kinds", "['lead']",
       PV ".fields[2].ref_kinds: devices receive records of visit"},
      {V "transitions/1/when",
       "{'any':{'referring':'lead','by':'visit'},'where':{'field':'name',"
       "'empty':false}}",
       PV ".transitions[1].when.any" NO_DEVICE "lead"},
      {V "fields/+",
       FIELD("leads", "integer", ",'compute':{'count':{'referring':'lead','by':'visit'}}"),
       PV ".fields[3].compute.count" NO_DEVICE "lead"},
      {V "transitions/1/opens", "[{'kind':'lead','state':'new','link':'visit'}]",
       PV ".transitions[1].opens[0].kind: only the hub may make records of lead"},
  };
  try_all(cases, G_N_ELEMENTS(cases));
  /* A child kind of the office below a kind of devices. */
  static const TestBroken below[] = {
      {V "transitions/1/when", "{'any':'lead','where':{'field':'name','empty':false}}",
       PV ".transitions[1].when.any" NO_DEVICE "lead"},
      {V "ledgers/0/without", "'lead'", PV ".ledgers[0].without" NO_DEVICE "lead"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(below); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(sound);
    test_change(root, "kinds/0/parent", "'visit'");
    g_autoptr(BhKindSet) allowed = load(root);
    test_change(root, below[i].path, below[i].value);
    g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
    assert_null(set);
    if (strstr(error->message, below[i].error) == NULL)
      fail_msg("\"%s\" instead of \"%s\"", error->message, below[i].error);
  }
}

#define SEALED(more) FIELD("who", "text", ",'personal':true,'sealed':{'who':['inspector']}" more)

static void test_a_sealed_field_is_read_by_no_rule(void **state)
{
  (void)state;
  static const TestBroken cases[] = {
      {L "fields/+", FIELD("who", "text", ",'personal':true,'sealed':true"),
       PL ".fields[3].sealed: must be an object"},
      {L "fields/+", FIELD("who", "text", ",'personal':true,'sealed':{'who':[]}"),
       PL ".fields[3].sealed.who: is empty"},
      {L "fields/+", FIELD("who", "text", ",'personal':true,'sealed':{'who':['ghost']}"),
       PL ".fields[3].sealed.who: staff has no role \"ghost\""},
      {L "fields/+", FIELD("who", "text", ",'sealed':{'who':['inspector']}"),
       PL ".fields[3].personal: must be true for a sealed field"},
      {L "fields/+", FIELD("who", "date", ",'personal':true,'sealed':{'who':['inspector']}"),
       PL ".fields[3].sealed: can only be used for a field of type text"},
      {L "fields/+", SEALED(",'required':true"), PL ".fields[3].required: cannot be checked"},
      {L "fields/+", SEALED(",'distinct':true"), PL ".fields[3].distinct: a personal field"},
      {L "fields/+", SEALED(",'indexed':true"), PL ".fields[3].indexed: a personal field"},
      {V "fields/+", SEALED(""), PV ".fields[3].sealed: needs a kind of the office"},
      {"kinds/1/fields/+", SEALED(""), "kinds: $.kinds[1].fields[3].sealed: needs a kind of the"},
  };
  try_all(cases, G_N_ELEMENTS(cases));
  static const TestBroken uses[] = {
      {L "title", "'{who}'", PL ".fields[3].sealed: \"who\" is in the title or the list of lead"},
      {L "list", "['who']", PL ".fields[3].sealed: \"who\" is in the title or the list of lead"},
      {L "ledgers/0/columns", "['who']", PL ".fields[3].sealed: \"who\" is a column of the ledger"},
      {L "visible", "{'field':'who','empty':true}", PL ".visible.field: path \"who\": lead.who is"},
      {L "transitions/1/when", "{'field':'who','is':'x'}",
       PL ".transitions[1].when.field: path \"who\": lead.who is sealed, so no rule may read it"},
      {L "fields/4/compute", "{'holds':{'field':'who','empty':false}}", "lead.who is sealed"},
      {"kinds/4/fields/0/show_when", "{'field':'of.who','empty':true}",
       "path \"of.who\": lead.who is sealed, so no rule may read it"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(uses); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(sound);
    test_change(root, L "fields/+", SEALED(""));
    g_autoptr(BhKindSet) allowed = load(root);
    assert_true(bh_field_is_sealed(bh_kind_find_field(bh_kind_set_find(allowed, "lead"), "who")));
    if (strstr(uses[i].path, "compute") != NULL)
      test_change(root, L "fields/+",
                  "{'name':'has','type':'flag','label':{'zh':'有','en':'Has'}}");
    test_change(root, uses[i].path, uses[i].value);
    g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
    if (set != NULL || strstr(error->message, uses[i].error) == NULL)
      fail_msg("%s: \"%s\" instead of \"%s\"", uses[i].path,
               set != NULL ? "no error" : error->message, uses[i].error);
  }
}

static void test_a_limit_of_export_names_states(void **state)
{
  (void)state;
  static const TestBroken cases[] = {
      {V "export", "'done'", PV ".export: must be an object"},
      {V "export", "{}", PV ".export: \"not_before\" is missing"},
      {V "export", "{'not_before':[]}", PV ".export.not_before: is empty"},
      {V "export", "{'not_before':'gone'}",
       PV ".export.not_before: kind visit has no state \"gone\""},
      {V "export", "{'not_before':'done','after':'new'}", PV ".export: unknown member \"after\""},
  };
  try_all(cases, G_N_ELEMENTS(cases));
  g_autoptr(json_t) root = test_parse_quoted(sound);
  test_change(root, V "export", "{'not_before':'done'}");
  g_autoptr(BhKindSet) set = load(root);
  const BhKind *visit = bh_kind_set_find(set, "visit");
  assert_true(bh_kind_limits_export(visit) && bh_kind_is_export_state(visit, "done"));
  assert_false(bh_kind_is_export_state(visit, "new") || bh_kind_is_export_state(visit, NULL));
  assert_false(bh_kind_limits_export(bh_kind_set_find(set, "lead")));
  g_autofree char *labels = bh_kind_dup_export_labels(visit, "en");
  assert_string_equal(labels, "Name");
}

/* A step that only the hub takes may open a record of the office. */
static void test_a_step_of_the_office_opens_a_record_of_the_office(void **state)
{
  (void)state;
  g_autoptr(json_t) root = test_parse_quoted(sound);
  test_change(root, V "transitions/1/opens", "[{'kind':'lead','state':'new','link':'visit'}]");
  test_change(root, V "transitions/1/written_by", "'hub'");
  g_autoptr(BhKindSet) set = load(root);
  assert_non_null(set);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_kinds_of_the_office_are_known),
      cmocka_unit_test(test_any_kind_leaves_out_the_office_but_for_parents),
      cmocka_unit_test(test_words_of_devices_are_refused_for_the_office),
      cmocka_unit_test(test_kinds_of_devices_do_not_name_the_office),
      cmocka_unit_test(test_a_sealed_field_is_read_by_no_rule),
      cmocka_unit_test(test_a_limit_of_export_names_states),
      cmocka_unit_test(test_a_step_of_the_office_opens_a_record_of_the_office),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
