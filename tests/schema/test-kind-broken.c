/* Broken declarations are refused with the place and the reason. No part of them is loaded. */
#include <glib/gstdio.h>

#include "schema/kind-paper.h"
#include "tests/schema/broken.h"
#include "tests/schema/support.h"

static void test_the_kinds_without_a_fault_load(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
  assert_non_null(set);
}

#define V "kinds/1/"
#define P "kinds: $.kinds[1]"

static void test_a_kind_of_the_hub_is_not_urgent(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, V "urgent", "true");
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
  assert_true(bh_kind_is_urgent(bh_kind_set_find(set, "visit")));
  assert_false(bh_kind_is_urgent(bh_kind_set_find(set, "staff")));
  test_change(root, V "written_by", "'hub'");
  g_autoptr(BhKindSet) none = test_load_kinds(root, &error);
  assert_null(none);
  assert_non_null(strstr(error->message, P ".urgent: a kind that only the hub writes"));
}

static void test_broken_heads_are_refused(void **state)
{
  (void)state;
  static const TestBroken cases[] = {
      {"more", "1", "kinds: $: unknown member \"more\""},
      {"bihuan-kinds", "2", "$.bihuan-kinds: must be from 1 to 1"},
      {"bihuan-kinds", NULL, "\"bihuan-kinds\" is missing"},
      {"kinds", "[]", "$.kinds: is empty"},
      {"kinds", "{}", "$.kinds: must be an array"},
      {"kinds/1", "3", P ": must be an object"},
      {V "kind", "'staff'", P ".kind: duplicate kind \"staff\""},
      {V "kind", "'Visit'", P ".kind: \"Visit\" is not a name"},
      {V "kind", NULL, P ": \"kind\" is missing"},
      {V "bihuan-kind", NULL, P ": \"bihuan-kind\" is missing"},
      {V "bihuan-kind", "'1'", P ".bihuan-kind: must be an integer"},
      {V "colour", "1", P ": unknown member \"colour\""},
      {V "label", NULL, P ": \"label\" is missing"},
      {V "label", "{'zh':'检'}", P ".label: \"en\" is missing"},
      {V "label/zh", "''", P ".label.zh: is empty"},
      {V "label/fr", "'x'", P ".label: unknown member \"fr\""},
      {V "scope", "'world'", P ".scope: must be all, area, unit or office"},
      {V "scope", NULL, P ": \"scope\" is missing"},
      {V "inherits", "1", P ".inherits: must be true or false"},
      {V "inherits", "true", P ".scope: a kind with \"inherits\" has that of its parent"},
      {"kinds/0/inherits", "true", "kinds[0].inherits: needs the member \"parent\""},
      {V "area_from", NULL, P ".scope: scope area needs \"area_from\""},
      {V "area_from", "'note'", P ".area_from: path \"note\" must end at a field of type area"},
      {V "area_from", "'place'", P ".area_from: path \"place\": visit has no field \"place\""},
      {V "area_from", "3", P ".area_from: must be a path"},
      {V "area_from", "['area',7]", P ".area_from[1]: a path must be a string"},
      {V "parent", "'note'", P ".parent: kind visit has no ref field \"note\""},
      {V "title", "'{nothing}'", P ".title: kind visit has no field \"nothing\""},
      {V "title", "'{note'", P ".title: \"{\" without \"}\""},
      {V "title", "'{lead.day}'", P ".title: path \"lead.day\": staff has no field \"day\""},
      {V "title", "'{people.name}'", P ".title: path \"people.name\""},
      {V "title", "'{upper.lead.name}'", P ".title: path \"upper.lead.name\" must have two steps"},
      {V "title", "'{lead.roles}'",
       P ".title: path \"lead.roles\" must end at a field of type text"},
      {V "list", "['note','sum']", P ".list[1]: kind visit has no field \"sum\""},
      {V "list", "['note','note']", P ".list[1]: duplicate \"note\""},
      {V "sections/0/fields/0", "'gone'", P ".sections[0].fields[0]: kind visit has no field"},
      {V "sections/0/fields/0", NULL, P ".sections: field \"note\" is in no section"},
      {V "sections/0/fields/+", "'note'", "duplicate \"note\""},
      {V "sections/+", "{'name':'two','label':{'zh':'二','en':'Two'},'fields':['note']}",
       P ".sections[1].fields[0]: field \"note\" is in two sections"},
      {V "sections/0/show_when", "{'field':'x','is':1}", P ".sections[0].show_when.field: path"},
      {V "written_by", "'device'", P ".written_by: must be \"hub\""},
      {V "written_by", "true", P ".written_by: must be"},
      {V "review/on_approve", "'gone'", P ".review.on_approve: kind visit has no state \"gone\""},
      {V "review/unfinished", "'new'", P ".review.unfinished: must be an array"},
      {V "review/unfinished", "['gone']", P ".review.unfinished: kind visit has no state"},
      {V "review/steps", "['done']", P ".review.steps: no step leads from \"done\""},
      {V "review/steps", "['gone']", P ".review.steps: kind visit has no state"},
      {V "review/omits", "'note'", P ".review.omits: must be an array"},
      {V "review/omits", "['gone']", P ".review.omits[0]: kind visit has no field \"gone\""},
      {V "review/omits", "['state']", P ".review.omits[0]: kind visit has no field \"state\""},
      {V "review/omits", "['note','note']", P ".review.omits"},
      {V "review", "{'unfinished':['new'],'steps':['new']}",
       P ".review.steps: state \"new\" is in another list of the review too"},
      {V "authority", "'note'", P ".authority: "},
      {V "authority", "'lead.gone'", P ".authority: "},
      {V "authority", "true", P ".authority: must be a path or an array of paths"},
      {V "transitions/1/authority", "true",
       P ".transitions[1].authority: kind visit has no \"authority\""},
      {V "transitions/1/authority", "'day'", P ".transitions[1].authority: "},
      {V "review", "{'on_delete':'done'}", P ".review: unknown member \"on_delete\""},
      {V "forms", "['note']", P ".forms: must be an object"},
      {V "forms", "{'short':[]}", P ".forms.short: must be an array of field names"},
      {V "forms", "{'short':['gone']}", P ".forms.short[0]: kind visit has no field \"gone\""},
      {V "forms", "{'short':['note','note']}", P ".forms.short[1]: duplicate field \"note\""},
      {V "related", "[{'kind':'gone','field':'lead'}]", P ".related[0].kind: no such kind"},
      {V "related", "[{'kind':'visit','field':'upper'}]",
       P ".related[0].field: kind visit has no indexed ref \"upper\" to visit"},
      {V "related", "[{'kind':'staff','field':'name'}]", P ".related[0].field: kind staff has no"},
      {V "ledgers",
       "[{'name':'all','label':{'zh':'全','en':'All'},'states':['new'],'doubtful':'day'}]",
       P ".ledgers[0].doubtful: kind visit has no field \"day\" with a \"doubt\""},
      {V "ledgers", "{}", P ".ledgers: must be an array"},
      {V "ledgers", "[{'name':'all','states':['new']}]", P ".ledgers[0]: \"label\" is missing"},
      {V "ledgers", "[{'name':'all','label':{'zh':'全','en':'All'},'states':['gone']}]",
       P ".ledgers[0].states: kind visit has no state \"gone\""},
      {V "ledgers",
       "[{'name':'all','label':{'zh':'全','en':'All'},'states':['new'],'without':'staff'}]",
       P ".ledgers[0].without: \"staff\" must be a child kind of visit"},
      {V "ledgers",
       "[{'name':'all','label':{'zh':'全','en':'All'},'states':['new'],'parent_not':['gone']}]",
       P ".ledgers[0].parent_not: no parent of visit has a state \"gone\""},
      {V "ledgers", "[{'name':'all','label':{'zh':'全','en':'All'},'states':['new'],'lane':'yes'}]",
       P ".ledgers[0].lane: must be"},
      {V "menu", "'home'", P ".menu: must be"},
      {V "menu", "['desk']", P ".menu: \"desk\" must be home or office"},
#define LEDGER(more) "[{'name':'all','label':{'zh':'全','en':'All'}," more "}]"
      {V "ledgers", LEDGER("'menu':['agenda']"),
       P ".ledgers[0].menu: \"agenda\" must be home or office"},
      {V "ledgers", LEDGER("'agenda':'yes'"), P ".ledgers[0].agenda: must be"},
      {V "ledgers", LEDGER("'columns':['gone']"),
       P ".ledgers[0].columns: kind visit has no field \"gone\""},
      {V "ledgers", LEDGER("'date':'day'"),
       P ".ledgers[0].date: kind visit has no indexed date \"day\""},
      {V "ledgers", LEDGER("'date':'note'"),
       P ".ledgers[0].date: kind visit has no indexed date \"note\""},
      {V "ledgers", LEDGER("'order':'size'"),
       P ".ledgers[0].order: must be date, changed or title"},
      {V "ledgers", LEDGER("'order':'title','agenda':true"),
       P ".ledgers[0].order: the agenda is always in the order of days"},
      {V "ledgers", LEDGER("'where':{'field':'mode','is':'a'}"),
       P ".ledgers[0].where: a list filters only by indexed fields of its kind, not by \"mode\""},
      {V "ledgers", LEDGER("'where':{'field':'upper.mode','is':'a'}"),
       P ".ledgers[0].where: a list filters only by indexed fields of its kind"},
      {V "ledgers", LEDGER("'where':{'field':'mode','is':'c'}"), P ".ledgers[0].where"},
      {V "ledgers", LEDGER("'where':{'field':'state','is':'new'}"),
       P ".ledgers[0].where: use the member \"states\" for the state"},
      {V "ledgers", LEDGER("'where':{'field':'day','before':'today'}"),
       P ".ledgers[0].where: must be \"field\" with \"is\", \"in\" or \"empty\": true"},
      {V "ledgers", LEDGER("'where':{'field':'mode','empty':false}"),
       P ".ledgers[0].where: must be \"field\" with"},
      {V "ledgers", LEDGER("'where':{'field':'mode','empty':true}"),
       P ".ledgers[0].where: a list filters only by indexed fields of its kind, not by \"mode\""},
      {V "ledgers", LEDGER("'where':{'any_of':[{'actor_is':'lead'}]}"),
       P ".ledgers[0].where: must be \"field\" with"},
      {V "ledgers", LEDGER("'where':{'all':[{'not':{'actor_is':'lead'}}]}"),
       P ".ledgers[0].where.all[0]: must be \"field\" with"},
      {V "ledgers", LEDGER("'where':{'actor_is':'lead'}"),
       P ".ledgers[0].where: a list filters only by indexed fields of its kind, not by \"lead\""},
#undef LEDGER
      {V "ledgers",
       "[{'name':'all','label':{'zh':'全','en':'All'},'states':['new']},"
       "{'name':'all','label':{'zh':'又','en':'Again'},'states':['new']}]",
       P ".ledgers[1].name: duplicate \"all\""},
  };
  test_try_broken(cases, G_N_ELEMENTS(cases));
}

static void test_broken_fields_are_refused(void **state)
{
  (void)state;
  static const TestBroken cases[] = {
      {V "fields", NULL, P ": \"fields\" is missing"},
      {V "fields/0/type", "'txt'", P ".fields[0].type: unknown type \"txt\""},
      {V "fields/0/type", NULL, P ".fields[0]: \"type\" is missing"},
      {V "fields/0/name", "'area'", P ".fields[1].name: duplicate \"area\""},
      {V "fields/0/name", "'state'", P ".fields[0].name: \"state\" is reserved"},
      {V "fields/0/name", "'actor'", P ".fields[0].name: \"actor\" is reserved"},
      {V "fields/0/name", "'a/b'", P ".fields[0].name: \"a/b\" is not a name"},
      {V "fields/0/label/en", NULL, P ".fields[0].label: \"en\" is missing"},
      {V "fields/0/hint", "'x'", P ".fields[0].hint: must be an object"},
      {V "fields/0/max", "2001", P ".fields[0].max: must be from 0 to 2000"},
      {V "fields/0/max", "1.5", P ".fields[0].max: must be an integer"},
      {V "fields/4/min", "10", P ".fields[4].min: is greater than max"},
      {V "fields/8/max", "1", P ".fields[8]: a field of type flag cannot have \"min\" or \"max\""},
      {V "fields/4/digits", "2", P ".fields[4].digits: only a field of type decimal"},
      {V "fields/0/choices", "[]", P ".fields[0].choices: only fields of type choice"},
      {V "fields/6/choices", NULL, P ".fields[6]: \"choices\" is missing"},
      {V "fields/6/choices/1/code", "'a'", P ".fields[6].choices[1].code: duplicate \"a\""},
      {V "fields/6/choices/1/label", NULL, P ".fields[6].choices[1]: \"label\" is missing"},
      {V "fields/0/ref_kinds", "['staff']",
       P ".fields[0].ref_kinds: only fields of type ref and refs"},
      {V "fields/0/ref_kinds", "'any'", P ".fields[0].ref_kinds: only fields of type ref"},
      {V "fields/2/ref_kinds", NULL, P ".fields[2]: \"ref_kinds\" is missing"},
      {V "fields/2/ref_kinds", "['person']", P ".fields[2].ref_kinds: no such kind \"person\""},
      {V "fields/0/required", "'yes'", P ".fields[0].required: must be true, false or a condition"},
      {V "fields/0/required", "{'field':'nope','empty':true}",
       P ".fields[0].required.field: path \"nope\": visit has no field \"nope\""},
      {V "fields/0/show_when", "true", P ".fields[0].show_when: a condition must be an object"},
      {V "fields/0/personal", "1", P ".fields[0].personal: must be true or false"},
      {V "fields/0",
       "{'name':'n','type':'text','label':{'zh':'n','en':'n'},'personal':true,"
       "'indexed':true}",
       P ".fields[0].indexed: a personal field cannot be indexed"},
      {V "fields/0/written_by", "'office'", P ".fields[0].written_by: must be \"hub\""},
      {V "fields/0/own_unit", "true",
       P ".fields[0].own_unit: only a ref whose only kind is staff can have it"},
      {V "fields/0/own_unit", "'yes'", P ".fields[0].own_unit: must be true or false"},
      {V "fields/6/choices/1/excludes", "['a']",
       P ".fields[6].choices[1].excludes: only a field of type choices"},
      {"kinds/0/fields/1/choices/0/excludes", "['cook']",
       "kinds: $.kinds[0].fields[1].choices[0].excludes: \"cook\" is not another choice"},
      {"kinds/0/fields/1/choices/0/excludes", "'inspector'", "is not another choice"},
      {"kinds/0/fields/1/choices/0/excludes", "[]", "choices[0].excludes: "},
      {"kinds/0/fields/1/choices/0/paper", "{}",
       "kinds: $.kinds[0].fields[1].choices[0].paper: only a field of type choice can have it"},
      {V "fields/6/choices/0/paper", "true", P ".fields[6].choices[0].paper: must be an object"},
      {V "fields/6/choices/0/paper", "{'layout':'a'}", P ".fields[6].choices[0].paper"},
      {V "fields/6/choices/0/paper", "{'names':'lead'}",
       P ".fields[6].choices[0].paper.names: kind visit has no field \"lead\" of type refs"},
      {V "fields/6/choices/0/paper", "{'receipt':'new'}",
       P ".fields[6].choices[0].paper.receipt: no step of kind visit leads to a state \"new\""},
      {V "fields/0/on_change_ask", "['nope']", P ".fields[0].on_change_ask[0]: kind visit has no"},
      {V "fields/0/distinct", "'yes'", P ".fields[0].distinct: must be true, false or a condition"},
      {V "fields/0/doubt", "'day'", P ".fields[0].doubt: only a field of type uscc can have it"},
      {V "fields/0", "{'name':'note','type':'uscc','label':{'zh':'码','en':'Code'},'doubt':'day'}",
       P ".fields[0].doubt: kind visit has no text field \"day\""},
      {V "fields/0", "{'name':'note','type':'uscc','label':{'zh':'码','en':'Code'},'doubt':true}",
       P ".fields[0].doubt: must be a string"},
      {V "fields/0/locked_when", "{'field':'state','is':'gone'}",
       P ".fields[0].locked_when.is: \"gone\" is not a valid value of this field"},
      {V "fields/0/unlocked", "1", P ".fields[0].unlocked: must be true or false"},
      {V "fields/0/unlocked", "true", P ".fields[0].unlocked: kind visit has neither"},
  };
  test_try_broken(cases, G_N_ELEMENTS(cases));
}

static void test_broken_workflows_are_refused(void **state)
{
  (void)state;
  static const TestBroken cases[] = {
      {V "states/1/name", "'new'", P ".states[1].name: duplicate \"new\""},
      {V "states/1/label", NULL, P ".states[1]: \"label\" is missing"},
      {V "states/1/written_by", "['hub']", P ".states[1].written_by: must be"},
      {V "states/0/void", "true", P ".states[0].void: only a final state can be void"},
      {V "states/1/void", "1", P ".states[1].void: must be"},
      {V "states/0/initial", "false",
       P ".transitions[0].to: state \"new\" is not declared initial"},
      {V "transitions/0", NULL, P ".states[0]: initial state \"new\" has no transition from null"},
      {V "transitions/1/to", "'gone'", P ".transitions[1].to: kind visit has no state \"gone\""},
      {V "transitions/1/from", "['gone']", P ".transitions[1].from: kind visit has no state"},
      {V "transitions/1/from", "['done']",
       P ".transitions[1].from: state \"done\" is final, so no transition can leave it"},
      {V "transitions/1/from", NULL, P ".transitions[1]: \"from\" is missing"},
      {V "transitions/1/from", "[]", P ".transitions[1].from: is empty"},
      {V "transitions/+",
       "{'from':['new'],'to':'done','label':{'zh':'结','en':'End'},'who':['anyone']}",
       P ".transitions[2]: another transition leads from \"new\" to \"done\" already"},
      {V "transitions/0/who", "['boss']", P ".transitions[0].who: staff has no role \"boss\""},
      {V "transitions/0/who", "[]", P ".transitions[0].who: is empty"},
      {V "transitions/0/who", "['author']", P ".transitions[0].who: \"author\" needs"},
      {V "transitions/1/asks", "['hour']", P ".transitions[1].asks[0]: kind visit has no field"},
      {V "transitions/1/sets", "['hour']", P ".transitions[1].sets[0]: kind visit has no field"},
      {V "transitions/1/stamps", "{'hour':'actor'}",
       P ".transitions[1].stamps.hour: kind visit has no field \"hour\""},
      {V "transitions/1/stamps", "{'day':'actor'}",
       P ".transitions[1].stamps.day: \"day\" must be a ref field for staff"},
      {V "transitions/1/stamps", "{'count':'today'}",
       P ".transitions[1].stamps.count: \"count\" must be a date field"},
      {V "transitions/1/stamps", "{'day':{'field':'count'}}", P ".transitions[1].stamps.day: "},
      {V "transitions/1/stamps", "{'day':{'is':'soon'}}", P ".transitions[1].stamps.day: \"day\" "},
      {V "transitions/1/stamps", "{'day':7}", P ".transitions[1].stamps.day: must be actor, today"},
      {V "transitions/1/stamps", "{'day':'origin'}",
       P ".transitions[1].stamps.day: \"origin\" needs a record"},
      {V "transitions/1/stamps", "{}", P ".transitions[1].stamps: must be an object of 1 to"},
      {V "transitions/0/stamps", "{'day':{'field':'day'}}",
       P ".transitions[0].stamps: a new record has no"},
      {V "transitions/1/attach", "[{'role':'proof'}]",
       P ".transitions[1].attach: the kind \"file\" cannot belong to records of visit"},
      {V "transitions/1/attach", "[{'role':'proof','media':'film'}]",
       P ".transitions[1].attach[0].media: \"film\" must be image, pdf, audio or video"},
      {V "transitions/1/page", "['sign']", P ".transitions[1].page: must be"},
      {V "transitions/1/when", "{'field':'hour','empty':true}", P ".transitions[1].when.field"},
      {V "locked_when", "{'field':'state','is':'gone'}",
       P ".locked_when.is: \"gone\" is not a valid value"},
      {V "urgent", "1", P ".urgent: must be true or false"},
      {V "once", "true",
       P ".once: a kind with states cannot have it, because steps change its records"},
      {V "order", "0", P ".order: must be"},
      {V "order", "1000", P ".order: must be"},
      {V "order", "'first'", P ".order: must be"},
      {V "at_parent", "'after'", P ".at_parent: must be one of before, apart"},
      {V "directory", "'no_such'", P ".directory: kind visit has no indexed choice"},
      {V "directory", "'place'", P ".directory: kind visit has no indexed choice"},
      {V "directory", "7", P ".directory: must be"},
      {V "in_case", "'yes'", P ".in_case: must be one of named, opened, with_parent, root"},
      {V "in_case", "'root'", P ".in_case: a kind with \"parent\" cannot have \"root\""},
      {"kinds/0/at_parent", "'before'",
       "$.kinds[0].at_parent: needs the member \"parent\" of the kind"},
      {"kinds/0/in_case", "'with_parent'",
       "$.kinds[0].in_case: needs the member \"parent\" of the kind"},
      {V "transitions/1/needs/0/must", NULL, P ".transitions[1].needs[0]: \"must\" is missing"},
      {V "transitions/1/needs/0/quarantine", "'yes'",
       P ".transitions[1].needs[0].quarantine: must"},
      {V "transitions/1/needs/0/text", NULL, P ".transitions[1].needs[0]: \"text\" is missing"},
      {V "transitions/1/needs/0/field", "'hour'", P ".transitions[1].needs[0].field: kind visit"},
      {V "transitions/1/deadline/months", "1",
       P ".transitions[1].deadline: \"from\" and exactly one of"},
      {V "transitions/1/deadline/setting", "'x'", P ".transitions[1].deadline: only one of"},
      {V "transitions/1/deadline/from", "'note'",
       P ".transitions[1].deadline.from: path \"note\" must end at a field of type date"},
      {V "transitions/1/deadline/from", "['day','note']",
       P ".transitions[1].deadline.from: path \"note\" must end at a field"},
      {V "transitions/1/deadline/from", "['day',7]",
       P ".transitions[1].deadline.from: must be a path, or an array of paths"},
      {V "transitions/1/deadline/from", "'actor.valid_from'",
       P ".transitions[1].deadline.from: a deadline cannot depend on the acting person"},
      {V "transitions/1/deadline/days", "-1", P ".transitions[1].deadline.days: must be from 0"},
      {V "transitions/1/deadline/days", "{'setting':'x'}",
       P ".transitions[1].deadline.days: no kind declares the setting \"x\""},
      {V "transitions/1/deadline/days", "{'setting':'rate'}",
       P ".transitions[1].deadline.days: the setting \"rate\" must be of type integer"},
      {V "transitions/1/deadline/days", "{'set':'x'}",
       P ".transitions[1].deadline.days: unknown member \"set\""},
      {V "transitions/1/deadline/day_of_month", "5",
       P ".transitions[1].deadline.day_of_month: needs \"months\""},
      {V "transitions/1/deadline/warn", "400", P ".transitions[1].deadline.warn: must be from 0"},
      {V "transitions/1/deadline/not_before", "1",
       P ".transitions[1].deadline.not_before: the step itself sets the field \"day\""},
      {V "settings", "[{'name':'spare','type':'text','label':{'zh':'余','en':'Spare'}}]",
       P ".settings[0].type: a setting must be of type integer, decimal, money or percent"},
      {V "settings/0/default", "0", P ".settings[0].default: "},
      {V "visible", "{'field':'count','at_least':{'setting':'grace'}}",
       P ".visible.at_least: \"visible\" must not use a setting"},
      {V "checks/0/must", "{'field':'count','at_least':{'setting':'none'}}",
       P ".checks[0].must.at_least.setting: no kind declares the setting \"none\""},
      {V "checks/0/must", "{'field':'count','at_least':'3'}",
       P ".checks[0].must.at_least: must be an integer or {\"setting\": name}"},
      {V "fields/4/max", "{'setting':'none'}",
       P ".fields[4].max: no kind declares the setting \"none\""},
      {V "fields/0/max", "{'setting':'grace'}",
       P ".fields[0].max: a field of type text cannot be limited by a setting"},
      {V "fields/6/choices", "'all'", P ".fields[6].choices: must be an array"},
      {V "settings/0/required", "true", P ".settings[0]: unknown member \"required\""},
      {"kinds/0/settings", "[{'name':'grace','type':'integer','label':{'zh':'宽','en':'Grace'}}]",
       ".settings[0].name: duplicate setting \"grace\""},
      {V "transitions/1/label/zh", NULL, P ".transitions[1].label: \"zh\" is missing"},
  };
  test_try_broken(cases, G_N_ELEMENTS(cases));
}

static void test_broken_conditions_are_refused(void **state)
{
  (void)state;
#define M V "checks/0/must"
#define C P ".checks[0].must"
  static const TestBroken cases[] = {
      {M, "7", C ": a condition must be an object"},
      {M, "{}", C ": \"field\" is missing"},
      {M, "{'field':'mode'}", C ": needs exactly one of"},
      {M, "{'field':'mode','is':'a','empty':true}", C ": needs exactly one of"},
      {M, "{'field':'mode','equals':'a'}", C ": unknown member \"equals\""},
      {M, "{'field':'mode','is':'c'}", C ".is: \"c\" is not a valid value of this field"},
      {M, "{'field':'state','is':'gone'}", C ".is: \"gone\" is not a valid value of this field"},
      {M, "{'field':'flag','is':'true'}", C ".is: \"true\" is not a valid value of this field"},
      {M, "{'field':'count','is':'1'}", C ".is: \"1\" is not a valid value of this field"},
      {M, "{'field':'day','is':'2026-02-30'}", C ".is: \"2026-02-30\" is not a valid value"},
      {M, "{'field':'mode','in':[]}", C ".in: must be an array of 1 to"},
      {M, "{'field':'mode','in':['a','c']}", C ".in[1]: \"c\" is not a valid value of this field"},
      {M, "{'field':'mode','has':'a'}",
       C ".has: can only be used for a field of type choices, refs or items"},
      {M, "{'field':'mode','empty':1}", C ".empty: must be true or false"},
      {M, "{'field':'mode','before':'today'}",
       C ".before: can only be used for a field of type date, time or month"},
      {M, "{'field':'day','before':'tomorrow'}", C ".before: must be \"today\", a date"},
      {M, "{'field':'day','after':{'field':'note'}}",
       C ".after: path \"note\" must end at a field of type date, time or month"},
      {M, "{'field':'day','after':{'field':'day','more':1}}", C ".after: unknown member"},
      {M, "{'field':'note','at_least':1}",
       C ".at_least: can only be used for a field of type integer, decimal, money, percent, "
         "duration, choices or refs"},
      {M, "{'field':'count','at_least':'1'}", C ".at_least: must be an integer"},
      {M, "{'field':'note','within':'140600'}",
       C ".within: can only be used for a field of type area"},
      {M, "{'field':'note','digest_of':'note'}",
       C ".digest_of: can only be used for a field of type hash"},
      {M, "{'field':'print','digest_of':7}", C ".digest_of: must be a path"},
      {M, "{'field':'print','digest_of':'day'}",
       C ".digest_of: path \"day\" must end at a field of type text, longtext or paper"},
      {M, "{'field':'print','digest_of':'nothing'}", C ".digest_of: "},
      {M, "{'field':'area','within':'Shanxi'}", C ".within: must be an area code"},
      {M, "{'field':'lead.age','empty':true}", C ".field: path \"lead.age\": staff has no field"},
      {M, "{'field':'note.name','empty':true}",
       C ".field: path \"note.name\": \"name\" must follow a ref field"},
      {M, "{'field':'upper.upper.upper.upper.upper.note','empty':true}", C ".field: path"},
      {M, "{'field':'actor','empty':true}",
       C ".field: path \"actor\" must have at most 5 steps, and one after"},
      {M, "{'field':'actor.age','empty':true}", C ".field: path \"actor.age\": staff has no"},
      {M, "{'all':[]}", C ".all: must be an array of 1 to"},
      {M, "{'all':[{'field':'flag','is':true}],'more':1}", C ": \"all\" must be the only member"},
      {M, "{'any_of':[{'field':'flag','is':true},{'not':{'field':'x','is':1}}]}",
       C ".any_of[1].not.field: path \"x\""},
      {M, "{'any':'visit'}", C ": \"any\" needs \"where\""},
      {M, "{'any':'photo','where':{'field':'flag','is':true}}", C ".any: no such kind"},
      {M, "{'any':'staff','where':{'field':'name','empty':true}}", C ".any: kind staff has no"},
      {M, "{'every':'visit','where':{'field':'nope','empty':true}}", C ".where.field: path"},
      {M, "{'every':{'refs':'people'},'where':{'field':'note','empty':true}}",
       C ".where.field: path \"note\": staff has no field"},
      {M, "{'every':{'refs':'lead'},'where':{'field':'name','empty':true}}", C ".every: path"},
      {M, "{'count':'visit'}", C ": \"count\" needs \"at_least\""},
      {M, "{'count':'visit','at_least':-1}", C ".at_least: must be from 0"},
      {M, "{'count':'visit','at_least':1,'distinct':'nope'}", C ": path \"nope\""},
      {M, "{'count':{'children':'visit','of':'note'},'at_least':1}", C ".count: path \"note\""},
      {M, "{'count':{'of':'lead'},'at_least':1}", C ".count: needs \"children\""},
      {M, "{'actor_is':'note'}", C ".actor_is: path \"note\" must end at a field of type ref"},
      {M, "{'actor_is':7}", C ".actor_is: a path must be a string"},
      {M, "{'actor_role':'boss'}", C ".actor_role: \"boss\" is not a valid value"},
      {M,
       "{'not':{'not':{'not':{'not':{'not':{'not':{'not':{'not':{'not':{'not':{'not':{'not':"
       "{'not':{'field':'flag','is':true}}}}}}}}}}}}}}",
       "conditions are nested deeper"},
      {V "visible", "{'field':'upper.nope','empty':true}", P ".visible.field: path"},
      {V "visible", "{'any':'visit','where':{'field':'flag','is':true}}",
       P ".visible.any: \"visible\" must not depend on child records"},
      {V "visible",
       "{'any_of':[{'actor_is':'lead'},{'not':{'count':{'children':'visit','of':'upper'},"
       "'at_least':1}}]}",
       P ".visible.any_of[1].not.count: \"visible\" must not depend"},
      {V "visible", "{'all':[{'field':'day','before':'today'}]}",
       P ".visible.all[0].before: \"visible\" must not use today's date"},
      {V "visible", "{'actor_role':'boss'}",
       P ".visible.actor_role: \"boss\" is not a valid value"},
      {V "checks/0/when", "{'field':'nope','empty':true}", P ".checks[0].when.field: path"},
  };
  test_try_broken(cases, G_N_ELEMENTS(cases));
}

static void test_a_kind_that_refers_to_hidden_records_must_declare_its_visibility(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, "kinds/0/visible", "{'field':'name','empty':false}");
  test_change(root, V "fields/3/ref_kinds", "['visit','staff']");
  assert_null(test_load_kinds(root, &error));
  assert_non_null(error);
  assert_string_equal(error->message, "kinds: $.kinds[1].visible: is missing: not everybody may"
                                      " see the staff in field \"lead\"");
  test_change(root, V "visible", "{'actor_is':'lead'}");
  g_clear_error(&error);
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
}

/* A kind that inherits has what its parent has, and must not say it again. */
static void test_a_kind_that_inherits_says_nothing_else_about_its_place(void **state)
{
  (void)state;
  static const struct {
    const char *member, *value, *error;
  } rows[] = {{"area_from", "'area'", ".area_from: a kind with"},
              {"unit_from", "'lead'", ".unit_from: a kind with"},
              {"authority", "'lead'", ".authority: a kind with"},
              {"in_case", "'named'", ".in_case: a kind with \"inherits\" cannot have \"named\""}};
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, V "inherits", "true");
  test_change(root, V "scope", NULL);
  test_change(root, V "area_from", NULL);
  test_change(root, V "unit_from", NULL);
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
  for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *path = g_strconcat(V, rows[i].member, NULL);
    g_autoptr(json_t) broken = json_deep_copy(root);
    test_change(broken, path, rows[i].value);
    assert_null(test_load_kinds(broken, &error));
    assert_non_null(error);
    if (strstr(error->message, rows[i].error) == NULL)
      fail_msg("not \"%s\" but: %s", rows[i].error, error->message);
    g_clear_error(&error);
  }
}

static void test_conditions_may_say_all_that_the_reference_offers(void **state)
{
  (void)state;
  static const char *const fine[] = {
      "{'field':'mode','is':{'field':'note'}}",
      "{'field':'mode','in':['a','b']}",
      "{'field':'people','has':{'field':'lead'}}",
      "{'field':'actor.roles','has':['inspector']}",
      "{'field':'day','before':{'field':'upper.day'}}",
      "{'field':'day','after':'2026-01-01'}",
      "{'field':'people','at_most':3}",
      "{'field':'area','within':{'field':'upper.area'}}",
      "{'field':'print','digest_of':'upper.note'}",
      "{'field':'upper.state','is':'done'}",
      "{'any':'visit','where':{'field':'lead.name','empty':false}}",
      "{'every':{'refs':'people'},'where':{'field':'roles','has':'inspector'}}",
      "{'count':{'children':'visit','of':'upper'},'where':{'field':'flag','is':true},"
      "'distinct':'lead','at_least':2,'at_most':5}",
      "{'actor_is':'upper.lead'}",
      "{'actor_not':'lead'}",
      "{'actor_role':['inspector']}",
      "{'actor_unit':'lead'}",
  };
  for (gsize i = 0; i < G_N_ELEMENTS(fine); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
    test_change(root, V "checks/0/must", fine[i]);
    g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
    assert_no_error(error);
    assert_non_null(set);
  }
}

static void test_files_that_are_no_kinds_are_refused_by_name(void **state)
{
  (void)state;
  g_autofree char *dir = g_dir_make_tmp("bihuan-kinds-XXXXXX", NULL);
  g_autofree char *file = g_build_filename(dir, "visit.json", NULL);
  static const struct {
    const char *text, *error;
  } cases[] = {
      {"", "visit.json"},
      {"{", "visit.json"},
      {"{\"kind\":1,\"kind\":2}", "visit.json"},
      {"[]", "visit.json: $: must be an object"},
      {"{\"bihuan-kind\":1,\"kind\":\"other\",\"label\":{\"zh\":\"甲\",\"en\":\"A\"},\"scope\":"
       "\"all\",\"title\":\"x\",\"fields\":[{\"name\":\"x\",\"type\":\"flag\",\"label\":{\"zh\":"
       "\"甲\",\"en\":\"A\"}}]}",
       "visit.json: $.kind: the file must be named other.json"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(GError) error = NULL;
    assert_true(g_file_set_contents(file, cases[i].text, -1, NULL));
    assert_null(bh_kind_set_load_dir(dir, &error));
    assert_non_null(error);
    if (strstr(error->message, cases[i].error) == NULL)
      fail_msg("case %zu: %s", i, error->message);
  }
  g_autoptr(GError) error = NULL;
  g_unlink(file);
  assert_null(bh_kind_set_load_dir(dir, &error));
  assert_error(error, BH_ERROR_INVALID);
  g_rmdir(dir);
  assert_null(bh_kind_set_load_dir(dir, &error));
  assert_error(error, BH_ERROR_NOT_FOUND);
}

/* Puts `value` in the place of the node that is number *countdown of the tree, or removes it when
 * `value` is NULL. FALSE when the tree has fewer nodes. */
static gboolean damage(json_t *at, int *countdown, const json_t *value)
{
  if (json_is_array(at)) {
    for (gsize i = 0; i < json_array_size(at); i++) {
      if ((*countdown)-- == 0) {
        if (value == NULL)
          json_array_remove(at, i);
        else
          json_array_set_new(at, i, json_deep_copy(value));
        return TRUE;
      }
      if (damage(json_array_get(at, i), countdown, value))
        return TRUE;
    }
  } else if (json_is_object(at)) {
    const char *key;
    json_t *member;
    json_object_foreach(at, key, member) {
      if ((*countdown)-- == 0) {
        if (value == NULL)
          json_object_del(at, key);
        else
          json_object_set_new(at, key, json_deep_copy(value));
        return TRUE;
      }
      if (damage(member, countdown, value))
        return TRUE;
    }
  }
  return FALSE;
}

/* Replaces every node of the declarations by a value of each type, or removes it. */
static void test_any_damage_is_refused_with_its_place_or_does_no_harm(void **state)
{
  (void)state;
  static const char *const values[] = {NULL, "null", "7", "'x'", "''", "true", "[]", "{}", "[[]]"};
  guint refused = 0, taken = 0;
  for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
    g_autoptr(json_t) value = values[i] != NULL ? test_parse_quoted(values[i]) : NULL;
    for (int node = 0;; node++) {
      g_autoptr(GError) error = NULL;
      g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
      int countdown = node;
      if (!damage(root, &countdown, value))
        break;
      g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
      assert_true((set != NULL) == (error == NULL));
      if (set != NULL) {
        taken++;
        continue;
      }
      refused++;
      assert_true(g_str_has_prefix(error->message, "kinds: $"));
      assert_error(error, BH_ERROR_INVALID);
    }
  }
  assert_true(refused > 1000);
  assert_true(taken < refused / 3);
}

static void test_hostile_texts_are_no_kinds(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autofree char *deep = g_strnfill(100000, '[');
  assert_null(bh_kind_set_from_text(deep, strlen(deep), &error));
  assert_non_null(error);
  g_clear_error(&error);
  g_autofree char *big = g_strnfill(3 * 1024 * 1024, ' ');
  assert_null(bh_kind_set_from_text(big, strlen(big), &error));
  assert_error(error, BH_ERROR_LIMIT);
}

static void test_a_case_names_no_restricted_record(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, "kinds/0/in_case", "'named'");
  g_autoptr(BhKindSet) open = test_load_kinds(root, &error);
  assert_no_error(error);
  test_change(root, "kinds/0/visible", "{'field':'name','empty':false}");
  assert_null(test_load_kinds(root, &error));
  assert_non_null(strstr(error->message, "in_case: a kind with \"visible\" cannot have \"named\""));
}

static void test_one_kind_has_the_directory(void **state)
{
  (void)state;
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, "kinds/1/directory", "'mode'");
  assert_null(test_load_kinds(root, &error));
  assert_non_null(strstr(error->message, "directory: kind visit has no indexed choice"));
  g_clear_error(&error);
  test_change(root, "kinds/1/fields/6/indexed", "true");
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
  const BhKind *kind = bh_kind_set_find_directory(set);
  assert_non_null(kind);
  assert_string_equal(bh_kind_get_name(kind), "visit");
  assert_string_equal(bh_kind_get_directory(kind), "mode");
  test_change(root, "kinds/0/fields/+",
              "{'name':'way','type':'choice','label':{'zh':'式','en':'Way'},'indexed':true,"
              "'choices':[{'code':'a','label':{'zh':'甲','en':'A'}}]}");
  test_change(root, "kinds/0/directory", "'way'");
  assert_null(test_load_kinds(root, &error));
  assert_non_null(strstr(error->message, "directory: kind staff has it already"));
}

static void test_a_set_has_one_paper_of_each_sort(void **state)
{
  (void)state;
  BhPaperType of_visit = {0}, of_records = {0}, old = {0};
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, "kinds/1/fields/6/choices/0/paper", "{}");
  g_autoptr(BhKindSet) half = test_load_kinds(root, &error);
  assert_no_error(error);
  assert_false(bh_paper_type_find_both(half, &of_visit, &of_records));
  test_change(root, "kinds/1/fields/6/choices/1/paper", "{'names':'people','receipt':'done'}");
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
  assert_true(bh_paper_type_find_both(set, &of_visit, &of_records));
  assert_string_equal(of_visit.code, "a");
  assert_string_equal(of_visit.title, "甲");
  assert_null(of_visit.names);
  assert_null(of_visit.receipt);
  assert_string_equal(of_records.code, "b");
  assert_string_equal(of_records.names, "people");
  assert_string_equal(of_records.receipt, "done");
  assert_string_equal(bh_kind_get_name(of_records.kind), "visit");
  assert_false(bh_paper_type_find(set, "c", &old));
  assert_false(bh_paper_type_find(NULL, "a", &old));

  test_change(root, "kinds/1/fields/6/choices/+",
              "{'code':'c','label':{'zh':'丙','en':'C'},'paper':{}}");
  assert_null(test_load_kinds(root, &error));
  assert_non_null(strstr(error->message, "choices[2].paper: another choice has such a paper"));
  g_clear_error(&error);
  test_change(root, "kinds/1/fields/6/choices/2/retired", "true");
  g_autoptr(BhKindSet) with_retired = test_load_kinds(root, &error);
  assert_no_error(error);
  /* documents made before the type was retired can still be read */
  assert_true(bh_paper_type_find(with_retired, "c", &old));
  assert_true(bh_paper_type_find_both(with_retired, &of_visit, &of_records));
  assert_string_equal(of_visit.code, "a");

  test_change(root, "kinds/0/fields/+",
              "{'name':'way','type':'choice','label':{'zh':'式','en':'Way'},"
              "'choices':[{'code':'a','label':{'zh':'甲','en':'A'},'paper':{}}]}");
  assert_null(test_load_kinds(root, &error));
  assert_non_null(strstr(error->message, "paper: the choices of another field have it already"));
}

/* "where" of a paper is evaluated on a device, with no more than the records of one visit. */
static void test_a_paper_chooses_its_records_by_what_a_device_has(void **state)
{
  (void)state;
  static const struct {
    const char *paper, *message;
  } cases[] = {
      {"{'where':{'field':'name','empty':false}}", "where: needs \"names\""},
      {"{'names':'people','where':{'field':'nothing','empty':true}}",
       "where.field: path \"nothing\": staff has no field \"nothing\""},
      {"{'names':'people','where':{'field':'roles','has':'leader'}}",
       "where.has: \"leader\" is not a valid value"},
      {"{'names':'people','where':{'not':{'any':'visit','where':{'field':'note','empty':true}}}}",
       "where.not.any: \"where\" must not depend on child records"},
      {"{'names':'people','where':{'all':[{'actor_role':'inspector'}]}}",
       "where.all[0].actor_role: \"where\" must not depend on the acting person"},
      {"{'names':'people','where':{'field':'actor.name','empty':false}}",
       "where.field: \"where\" must not depend on the acting person"},
      {"{'names':'people','where':{'field':'born','before':'today'}}",
       "where.before: \"where\" must not use today's date"},
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) root = test_parse_quoted(test_sound_kinds);
  test_change(root, "kinds/0/fields/+",
              "{'name':'born','type':'date','label':{'zh':'生','en':'Born'}}");
  test_change(root, "kinds/1/fields/6/choices/0/paper", "{}");
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    test_change(root, "kinds/1/fields/6/choices/1/paper", cases[i].paper);
    assert_null(test_load_kinds(root, &error));
    if (strstr(error->message, cases[i].message) == NULL ||
        strstr(error->message, "fields[6].choices[1].paper") == NULL)
      fail_msg("%s: %s", cases[i].paper, error->message);
    g_clear_error(&error);
  }
  BhPaperType of_visit = {0}, of_records = {0};
  test_change(root, "kinds/1/fields/6/choices/1/paper",
              "{'names':'people','where':{'field':'name','is':'a'}}");
  g_autoptr(BhKindSet) set = test_load_kinds(root, &error);
  assert_no_error(error);
  assert_true(bh_paper_type_find_both(set, &of_visit, &of_records));
  assert_null(of_visit.where);
  assert_string_equal(bh_json_string_or(of_records.where, "is", ""), "a");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_kinds_without_a_fault_load),
      cmocka_unit_test(test_a_case_names_no_restricted_record),
      cmocka_unit_test(test_one_kind_has_the_directory),
      cmocka_unit_test(test_a_set_has_one_paper_of_each_sort),
      cmocka_unit_test(test_a_paper_chooses_its_records_by_what_a_device_has),
      cmocka_unit_test(test_a_kind_of_the_hub_is_not_urgent),
      cmocka_unit_test(test_broken_heads_are_refused),
      cmocka_unit_test(test_broken_fields_are_refused),
      cmocka_unit_test(test_broken_workflows_are_refused),
      cmocka_unit_test(test_broken_conditions_are_refused),
      cmocka_unit_test(test_a_kind_that_refers_to_hidden_records_must_declare_its_visibility),
      cmocka_unit_test(test_a_kind_that_inherits_says_nothing_else_about_its_place),
      cmocka_unit_test(test_conditions_may_say_all_that_the_reference_offers),
      cmocka_unit_test(test_files_that_are_no_kinds_are_refused_by_name),
      cmocka_unit_test(test_any_damage_is_refused_with_its_place_or_does_no_harm),
      cmocka_unit_test(test_hostile_texts_are_no_kinds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
