/* Workflows 1 to 4 walked as they are declared: every transition with a context that satisfies it,
 * every guard by taking away what it asks for, and no way that is not declared. */
#include "schema/kind-internal.h"
#include "tests/schema/world-of-records.h"

#define TODAY "2026-11-21"

typedef struct {
  const char *kind, *from, *to, *actor;
  const char *set;    /* values of the record "r" */
  const char *others; /* [{"name","kind","set"}…] around it */
} Step;

#define SIGNED                                                                                     \
  "{'name':'s1','kind':'signature','set':{'parent':{'$ref':'r'},'role':'inspector','staff':"       \
  "{'$ref':'li'}}},{'name':'s2','kind':'signature','set':{'parent':{'$ref':'r'},'role':"           \
  "'second_inspector','staff':{'$ref':'wang'}}}"
#define ENTERPRISE_SIGNED                                                                          \
  ",{'name':'s3','kind':'signature','set':{'parent':{'$ref':'r'},'role':'enterprise'}}"
#define FILE(name, role)                                                                           \
  "{'name':'" name "','kind':'file','set':{'parent':{'$ref':'r'},'role':'" role "'}}"

/* inspection */
#define VISIT                                                                                      \
  "'enterprise':{'$ref':'e'},'unit':{'$ref':'u'},'lead':{'$ref':'li'},'modes':['routine'],"        \
  "'subject_found_by':'plaque','started_at':1795250000000"
#define ENDED VISIT ",'ended_at':1795258740000,'outcome':'carried_out'"
/* hazard */
#define HAZARD                                                                                           \
  "'inspection':{'$ref':'i'},'enterprise':{'$ref':'e'},'summary':'安全出口锁闭','place':'食堂'," \
  "'found_by':'inspection','recorded_by':{'$ref':'li'}"
#define GENERAL HAZARD ",'level':'general'"
#define MAJOR HAZARD ",'level':'major','criterion':'判定标准 第五条','level_reason':'理由'"
#define DEMAND                                                                                     \
  ",'demand':'打开','responsible_person':'张','deadline':'2026-12-01','order':{'$ref':'d'}"
#define FIVE                                                                                       \
  ",'five_measures':'a','five_responsibility':'b','five_funds':'c','five_time_limit':"             \
  "'2026-12-31','five_plan':'d'"
#define REPORTS                                                                                    \
  ",'report_department_on':'2026-11-20','report_department_to':'局','report_workforce_on':"       \
  "'2026-11-20','report_workforce_to':'staff'"
#define FIXED ",'fix_report':'已打开','reported_on':'2026-11-21','reported_by':{'$ref':'li'}"
/* document */
#define ORDER                                                                                            \
  "'inspection':{'$ref':'i'},'enterprise':{'$ref':'e'},'doc_type':'order_rectify','hazards':"            \
  "[{'$ref':'h'}],'legal_basis':'安全生产法 第六十五条','deadline':'2026-12-01','drafted_by':" \
  "{'$ref':'li'},'number':'（井应急）责改〔2026〕1号'"
#define H_DEMAND                                                                                   \
  "{'name':'h','kind':'hazard','set':{'demand':'打开','deadline':'2026-12-01','state':'ordered'}}"

static const Step steps[] = {
    /* workflow 3: inspection */
    {"inspection", NULL, "planned", "sun", VISIT ",'planned_month':'2026-12-01'", ""},
    {"inspection", NULL, "assigned", "sun", VISIT ",'unplanned_reason':'举报'", ""},
    {"inspection", NULL, "on_site", "li", VISIT, ""},
    {"inspection", "planned", "assigned", "sun", VISIT, ""},
    {"inspection", "assigned", "on_site", "li", VISIT, ""},
    {"inspection", "on_site", "signed", "li", ENDED ",'certificate_shown':true",
     SIGNED ENTERPRISE_SIGNED},
    {"inspection", "on_site", "refused_sign", "li",
     ENDED ",'refusal_reason':'不认可','refusal_witness':'王'", SIGNED},
    {"inspection", "on_site", "unsigned", "li",
     ENDED ",'modes':['covert'],'unsigned_reason':'暗访'", ""},
    {"inspection", "on_site", "not_carried_out", "li",
     VISIT ",'ended_at':1795258740000,'outcome':'gate_closed','outcome_note':'大门上锁'",
     FILE("f", "photo")},
    {"inspection", "signed", "returned", "sun", ENDED, ""},
    {"inspection", "returned", "resubmitted", "li", ENDED, ""},
    {"inspection", "signed", "accepted", "sun", ENDED, ""},
    {"inspection", "accepted", "followed", "sun", ENDED,
     "{'name':'h','kind':'hazard','set':{'inspection':{'$ref':'r'},'state':'ordered'}}"},
    {"inspection", "accepted", "archived", "sun", ENDED,
     "{'name':'h','kind':'hazard','set':{'inspection':{'$ref':'r'},'state':'closed'}}"},
    {"inspection", "archived", "reviewed", "qian", ENDED ",'file_review_comment':'齐全'", ""},
    {"inspection", "planned", "cancelled", "sun", VISIT ",'cancel_reason':'停电'", ""},
    /* workflow 1: hazard */
    {"hazard", NULL, "found", "li", GENERAL, ""},
    {"hazard", NULL, "fixed_on_site", "li", GENERAL ",'fixed_on_site':true", ""},
    {"hazard", NULL, "suspected", "li", MAJOR, ""},
    {"hazard", "found", "fixed_on_site", "li", GENERAL ",'fixed_on_site':true",
     FILE("f", "after_photo")},
    {"hazard", "fixed_on_site", "closed", "sun", GENERAL, FILE("f", "after_photo")},
    {"hazard", "found", "ordered", "li", GENERAL DEMAND, FILE("f", "photo")},
    {"hazard", "found", "handed_over", "sun",
     GENERAL ",'found_by':'upper_level','handed_over_to':'平鲁局','handed_over_on':'2026-11-21'",
     ""},
    {"hazard", "handed_over", "ordered", "li",
     GENERAL ",'local_document_number':'1号','deadline':'2026-12-01'", ""},
    {"hazard", "ordered", "reported_fixed", "li", GENERAL DEMAND FIXED, FILE("f", "after_photo")},
    {"hazard", "ordered", "ordered", "zhou",
     GENERAL ",'extension_reason':'备件','extension_old_deadline':'2026-12-01',"
             "'extension_approver':{'$ref':'zhou'},'deadline':'2026-12-15'",
     ""},
    {"hazard", "ordered", "accountability", "zhou",
     GENERAL ",'deadline':'2026-11-01','accountability_reason':'久拖','accountability_to':'纪委'",
     ""},
    {"hazard", "accountability", "reported_fixed", "li", GENERAL FIXED, ""},
    {"hazard", "reported_fixed", "closed", "wang",
     GENERAL FIXED ",'recheck_result':'passed','recheck_on':'2026-11-21','handed_over_to':'局',"
                   "'result_returned_on':'2026-11-21'",
     ""},
    {"hazard", "reported_fixed", "ordered", "wang",
     GENERAL FIXED ",'recheck_result':'not_passed','recheck_on':'2026-11-21','deadline':"
                   "'2026-12-01'",
     ""},
    {"hazard", "found", "suspected", "li", MAJOR, ""},
    {"hazard", "found", "withdrawn", "sun", GENERAL ",'withdraw_reason':'重复'", ""},
    {"hazard", "found", "transferred", "sun",
     GENERAL ",'transferred_to':'自然资源局','transferred_on':'2026-11-21','transfer_reason':"
             "'盗采','illegal_act':'illegal_mining','case_number':'案1'",
     ""},
    /* workflow 2: major hazard */
    {"hazard", "suspected", "confirmed", "sun", MAJOR, ""},
    {"hazard", "suspected", "found", "sun", GENERAL ",'level_reason':'未达标准'", ""},
    {"hazard", "confirmed", "planned", "li", MAJOR FIVE, ""},
    {"hazard", "planned", "listed", "sun",
     MAJOR FIVE ",'listing_body':'city_committee','listing_body_name':'朔州市安委会',"
                "'listing_number':'朔安办1号','listing_on':'2026-11-21','listing_deadline':"
                "'2027-03-31'",
     ""},
    {"hazard", "listed", "rectifying", "li", MAJOR FIVE REPORTS,
     FILE("f1", "proof") "," FILE("f2", "proof")},
    {"hazard", "rectifying", "rectifying", "zhou",
     MAJOR ",'progress_on':'2026-11-21','progress_text':'过半','progress_leader':'甲',"
           "'progress_leader_post':'副区长','progress_company_head':'乙','progress_company_post':"
           "'董事长'",
     ""},
    {"hazard", "rectifying", "refused", "li", MAJOR ",'refusal_note':'拒绝'", FILE("f", "photo")},
    {"hazard", "refused", "stopped", "zhou", MAJOR ",'stop_number':'停1号','stop_on':'2026-11-21'",
     ""},
    {"hazard", "stopped", "rectifying", "li", MAJOR, ""},
    {"hazard", "rectifying", "acceptance", "li",
     MAJOR FIVE REPORTS ",'acceptance_asked_on':'2026-11-21','fix_report':'完成'", ""},
    {"hazard", "confirmed", "acceptance", "li", MAJOR FIVE ",'fixed_on_site':true",
     FILE("f", "after_photo")},
    {"hazard", "acceptance", "signed_off", "zhou",
     MAJOR FIVE ",'acceptance_team':'三人','acceptance_result':'passed','acceptance_on':"
                "'2026-11-21','sign_off_name':'甲','sign_off_post':'副区长','sign_off_on':"
                "'2026-11-21'",
     ""},
    {"hazard", "acceptance", "rectifying", "sun",
     MAJOR ",'acceptance_result':'not_passed','acceptance_note':'未完','listing_deadline':"
           "'2027-01-31'",
     ""},
    {"hazard", "signed_off", "struck_off", "sun",
     MAJOR FIVE ",'sign_off_name':'甲','strike_off_on':'2026-11-21','listing_number':'1',"
                "'strike_off_public_on':'2026-11-21'",
     ""},
    {"hazard", "listed", "as_accident", "zhou", MAJOR ",'accident_trigger':'not_rectified'", ""},
    {"hazard", "as_accident", "rectifying", "sun", MAJOR ",'accident_case_number':'事1'", ""},
    /* workflow 4: document */
    {"document", NULL, "draft", "li", ORDER, ""},
    {"document", "draft", "legal_review", "li", ORDER ",'major_decision':true", ""},
    {"document", "draft", "approved", "li", ORDER, ""},
    {"document", "legal_review", "approved", "zheng",
     ORDER ",'legal_opinion':'合法','legal_reviewed_on':'2026-11-21'", ""},
    {"document", "legal_review", "draft", "zheng", ORDER ",'legal_opinion':'依据不足'", ""},
    {"document", "approved", "issued", "li", ORDER ",'issued_at':1795258740000",
     SIGNED "," H_DEMAND},
    {"document", "issued", "served", "li",
     ORDER ",'served_at':1795258740000,'service_method':'signed'", SIGNED ENTERPRISE_SIGNED},
    {"document", "served", "performed", "li", ORDER,
     "{'name':'h','kind':'hazard','set':{'state':'closed'}}"},
    {"document", "served", "not_performed", "li",
     ORDER ",'deadline':'2026-11-01','not_performed_note':'逾期'", ""},
    {"document", "not_performed", "enforced", "zhou", ORDER ",'enforcement':'suspension'", ""},
    {"document", "performed", "disclosed", "sun",
     ORDER ",'disclosure_scope':'full','disclosed_on':'2026-11-21'", ""},
    {"document", "disclosed", "archived", "sun", ORDER, ""},
    {"document", "issued", "voided", "zhou",
     ORDER ",'void_reason':'写错','void_approver':{'$ref':'zhou'}", ""},
    /* subjects and reviews */
    {"enterprise", NULL, "provisional", "li", "'provisional':true,'provisional_reason':'无照'", ""},
    {"enterprise", NULL, "confirmed", "li", "'uscc':'91140603MA0000015Q'", ""},
    {"enterprise", "provisional", "confirmed", "sun", "'uscc':'91140603MA0000015Q'", ""},
    {"enterprise", "confirmed", "closed", "sun", "'closed_reason':'注销'", ""},
    {"enterprise", "closed", "confirmed", "sun", "'uscc':'91140603MA0000015Q'", ""},
    {"review", NULL, "open", "sun", "'parent':{'$ref':'i'},'decision':'return'", ""},
    {"review", NULL, "closed", "sun", "'parent':{'$ref':'i'},'decision':'approve'", ""},
    {"review", "open", "answered", "li", "'parent':{'$ref':'i'},'decision':'return'", ""},
    {"review", "open", "closed", "sun", "'parent':{'$ref':'i'},'decision':'return'", ""},
    {"review", "answered", "open", "sun", "'parent':{'$ref':'i'},'decision':'return'", ""},
    {"plaque", NULL, "bound", "li", "'enterprise':{'$ref':'e'},'serial':1", ""},
    {"plaque", "bound", "revoked", "li", "'enterprise':{'$ref':'e'},'revoke_reason':'破损'", ""},
};

static void put(TestWorld *world, const char *name, const char *kind, const char *quoted)
{
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  test_world_put(world, name, kind, text);
}

static void put_others(TestWorld *world, const char *quoted)
{
  g_autofree char *text = g_strdup_printf("[%s]", quoted);
  g_strdelimit(text, "'", '"');
  json_t *others = json_loads(text, 0, NULL);
  if (others == NULL)
    fail_msg("the case is no JSON: %s", text);
  gsize index;
  json_t *other;
  json_array_foreach(others, index, other)
  {
    g_autofree char *set = bh_json_dump(json_object_get(other, "set"));
    test_world_put(world, json_string_value(json_object_get(other, "name")),
                   json_string_value(json_object_get(other, "kind")), set);
  }
  json_decref(others);
}

/* Units, people, an enterprise, an inspection of its, and the record "r" of the step. */
static TestWorld *world_for(const Step *step)
{
  TestWorld *world = test_world_new();
  put(world, "v", "unit", "{'area':'140600','level':'city'}");
  put(world, "u", "unit",
      "{'area':'140603100','parent':{'$ref':'v'},'two_officers':true,'authority':"
      "['order_rectify','record'],'authority_valid_to':'2030-12-31'}");
  static const struct {
    const char *name, *unit, *role;
  } people[] = {{"li", "u", "inspector"}, {"wang", "u", "township"}, {"sun", "v", "reviewer"},
                {"qian", "v", "leader"},  {"zhou", "v", "leader"},   {"zheng", "v", "legal"},
                {"nobody", "w", "admin"}};
  for (gsize i = 0; i < G_N_ELEMENTS(people); i++) {
    g_autofree char *set = g_strdup_printf(
        "{'unit':{'$ref':'%s'},'roles':['%s'],'certificate_no':'1','certificate_valid_to':"
        "'2030-06-30','valid_from':'2024-01-01','state':'active'}",
        people[i].unit, people[i].role);
    put(world, people[i].name, "staff", set);
  }
  put(world, "e", "enterprise", "{'area':'140603100','unit':{'$ref':'u'}}");
  put(world, "i", "inspection", "{" VISIT ",'state':'signed'}");
  put(world, "h", "hazard", "{" GENERAL ",'inspection':{'$ref':'elsewhere'},'state':'found'}");
  put(world, "d", "document", "{'state':'served'}");
  g_autofree char *set = g_strdup_printf("{%s,'state':'%s'}", step->set, step->to);
  put(world, "r", step->kind, set);
  put_others(world, step->others);
  return world;
}

static GPtrArray *judge(TestWorld *world, const Step *step, const char *from, const char *actor)
{
  BhContext context = test_world_context(world, "r", actor, TODAY);
  return bh_workflow_check(bh_kind_set_find(world->kinds, step->kind), from, step->to, &context);
}

static gboolean names_field(const GPtrArray *problems, const char *field)
{
  for (guint i = 0; i < problems->len; i++)
    if (g_str_equal(((BhProblem *)problems->pdata[i])->field, field))
      return TRUE;
  return FALSE;
}

/* Takes away each field that a guard asks to be filled: the guard must speak up. */
static void try_without(const Step *step, const char *from, const BhTransition *transition)
{
  gsize index;
  json_t *need;
  json_array_foreach((json_t *)transition->needs, index, need)
  {
    const char *field = json_string_value(json_object_get(need, "field"));
    const json_t *must = json_object_get(need, "must");
    if (field == NULL || !json_is_false(json_object_get(must, "empty")))
      continue;
    g_autoptr(TestWorld) world = world_for(step);
    test_world_unset(world, "r", field);
    g_autoptr(GPtrArray) problems = judge(world, step, from, step->actor);
    BhContext context = test_world_context(world, "r", step->actor, TODAY);
    const json_t *when = json_object_get(need, "when");
    if (when != NULL && !bh_condition_holds(when, &context))
      continue;
    if (!names_field(problems, field))
      fail_msg("%s %s > %s without %s was let through", step->kind, from != NULL ? from : "*",
               step->to, field);
  }
}

/* Somebody without a role that counts, in a unit that has nothing to do with it. */
static void try_stranger(const Step *step, const char *from)
{
  g_autoptr(TestWorld) world = world_for(step);
  put(world, "nobody", "staff", "{'roles':[]}");
  g_autoptr(GPtrArray) problems = judge(world, step, from, "nobody");
  gboolean refused = FALSE;
  for (guint i = 0; i < problems->len; i++)
    refused |= g_str_equal(((BhProblem *)problems->pdata[i])->code, "actor");
  if (!refused)
    fail_msg("%s %s > %s is open to a stranger", step->kind, from != NULL ? from : "*", step->to);
}

static void walk(const Step *step, const char *from, const BhTransition *transition,
                 GHashTable *walked)
{
  g_hash_table_add(walked,
                   g_strdup_printf("%s %s>%s", step->kind, from != NULL ? from : "*", step->to));
  g_autoptr(TestWorld) world = world_for(step);
  g_autoptr(GPtrArray) problems = judge(world, step, from, step->actor);
  if (problems->len > 0)
    fail_msg("%s %s > %s: %s", step->kind, from != NULL ? from : "*", step->to,
             ((BhProblem *)problems->pdata[0])->text_en);
  BhContext context = test_world_context(world, "r", step->actor, TODAY);
  g_autoptr(GPtrArray) open =
      bh_workflow_list_open(bh_kind_set_find(world->kinds, step->kind), from, &context);
  gboolean offered = FALSE;
  for (guint i = 0; i < open->len; i++)
    offered |= g_str_equal(bh_transition_get_to(open->pdata[i]), step->to);
  assert_true(offered);
  try_without(step, from, transition);
  try_stranger(step, from);
}

static void test_every_declared_transition_can_be_walked_and_its_guards_hold(void **state)
{
  (void)state;
  static const char *const kinds[] = {"inspection", "hazard", "document",
                                      "enterprise", "review", "plaque"};
  g_autoptr(GHashTable) walked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(TestWorld) world = test_world_new();
  for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
    const BhTransition *transition =
        bh_workflow_find(bh_kind_set_find(world->kinds, steps[i].kind), steps[i].from, steps[i].to);
    if (transition == NULL)
      fail_msg("%s %s > %s is not declared", steps[i].kind, steps[i].from, steps[i].to);
    if (transition->creates)
      walk(&steps[i], NULL, transition, walked);
    for (gsize k = 0; transition->from != NULL && transition->from[k] != NULL; k++)
      walk(&steps[i], transition->from[k], transition, walked);
  }
  for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
    const BhKind *kind = bh_kind_set_find(world->kinds, kinds[i]);
    for (guint k = 0; k < kind->transitions->len; k++) {
      const BhTransition *transition = g_ptr_array_index(kind->transitions, k);
      const char *from = transition->creates ? "*" : transition->from[0];
      g_autofree char *key = g_strdup_printf("%s %s>%s", kind->name, from, transition->to);
      if (!g_hash_table_contains(walked, key))
        fail_msg("%s is walked by no step", key);
    }
  }
}

static void test_ways_that_are_not_declared_are_refused(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  BhContext context = {0};
  g_autoptr(json_t) values = json_object();
  context.values = values;
  guint refused = 0;
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
    for (guint a = 0; a <= states->len; a++)
      for (guint b = 0; b < states->len; b++) {
        const char *from = a < states->len ? g_ptr_array_index(states, a) : NULL;
        const char *to = g_ptr_array_index(states, b);
        if (bh_workflow_find(kind, from, to) != NULL)
          continue;
        g_autoptr(GPtrArray) problems = bh_workflow_check(kind, from, to, &context);
        assert_int_equal(problems->len, 1);
        const BhProblem *problem = g_ptr_array_index(problems, 0);
        assert_string_equal(problem->code, "transition");
        assert_non_null(strstr(problem->text_zh, bh_kind_get_state_label(kind, to, "zh")));
        refused++;
      }
  }
  assert_true(refused > 500);
  g_autoptr(GPtrArray) unknown =
      bh_workflow_check(bh_kind_set_find(world->kinds, "hazard"), "found", "heaven", &context);
  assert_int_equal(unknown->len, 1);
}

/* A step that would pass, one thing changed, and what is then said. */
typedef struct {
  const char *kind, *from, *to;
  const char *change; /* [{"name","kind","set"}…] */
  const char *actor;  /* NULL: that of the step */
  const char *text;
} Breaker;

#define R(set) "{'name':'r','kind':'','set':" set "}"
#define O(name, set) "{'name':'" name "','kind':'','set':" set "}"

static void try_breakers(const Breaker *breakers, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    const Breaker *b = &breakers[i];
    const Step *step = NULL;
    for (gsize k = 0; k < G_N_ELEMENTS(steps) && step == NULL; k++)
      if (g_str_equal(steps[k].kind, b->kind) && g_strcmp0(steps[k].from, b->from) == 0 &&
          g_str_equal(steps[k].to, b->to))
        step = &steps[k];
    assert_non_null(step);
    g_autoptr(TestWorld) world = world_for(step);
    put_others(world, b->change);
    g_autoptr(GPtrArray) problems =
        judge(world, step, b->from, b->actor != NULL ? b->actor : step->actor);
    gboolean said = FALSE;
    for (guint k = 0; k < problems->len; k++)
      said |= strstr(((BhProblem *)problems->pdata[k])->text_en, b->text) != NULL;
    if (!said)
      fail_msg("%s %s > %s with %s: nobody said \"%s\"", b->kind, b->from != NULL ? b->from : "*",
               b->to, b->change, b->text);
  }
}

static void test_FIELD_7_orders_need_authority_and_a_valid_certificate(void **state)
{
  (void)state;
  static const Breaker breakers[] = {
      {"document", "draft", "approved", O("u", "{'authority':['record']}"), NULL,
       "may not issue orders"},
      {"document", "draft", "approved", O("u", "{'authority_valid_to':'2026-11-20'}"), NULL,
       "authority has run out"},
      {"document", "draft", "approved", O("li", "{'certificate_no':null}"), NULL,
       "has no certificate"},
      {"document", "draft", "approved", O("li", "{'certificate_valid_to':'2026-11-20'}"), NULL,
       "certificate has expired"},
      {"document", "approved", "issued", O("li", "{'certificate_valid_to':null}"), NULL,
       "no validity date"},
      {"document", "draft", "approved", R("{'measures':['suspend']}"), NULL, "penalties"},
      {"inspection", "on_site", "signed", R("{'certificate_shown':false}"), NULL,
       "certificate was shown"},
  };
  try_breakers(breakers, G_N_ELEMENTS(breakers));
  /* A record of the visit needs none of that. */
  g_autoptr(TestWorld) world = world_for(&(Step){"document", "draft", "approved", "li", ORDER, ""});
  put(world, "r", "document", "{'doc_type':'onsite_record'}");
  put(world, "u", "unit", "{'authority':['record']}");
  put(world, "li", "staff", "{'certificate_no':null}");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) problems =
      bh_workflow_check(bh_kind_set_find(world->kinds, "document"), "draft", "approved", &context);
  assert_int_equal(problems->len, 0);
}

static void test_FIELD_14_two_officers_confirm_the_date_when_the_clock_is_poor(void **state)
{
  (void)state;
  static const Breaker breakers[] = {
      {"document", "approved", "issued", R("{'clock_poor':true}"), NULL, "two officers confirm"},
      {"document", "approved", "issued",
       R("{'clock_poor':true,'dates_confirmed_by':{'$ref':'li'}}"), NULL, "two officers confirm"},
  };
  try_breakers(breakers, G_N_ELEMENTS(breakers));
  g_autoptr(TestWorld) world =
      world_for(&(Step){"document", "approved", "issued", "li", ORDER ",'issued_at':1795258740000",
                        SIGNED "," H_DEMAND});
  const BhKind *document = bh_kind_set_find(world->kinds, "document");
  put(world, "r", "document",
      "{'clock_poor':true,'dates_confirmed_by':{'$ref':'li'},'dates_confirmed_by_second':"
      "{'$ref':'li'}}");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) same = bh_kind_check_record(document, &context);
  assert_true(names_field(same, "dates_confirmed_by_second"));
  put(world, "r", "document", "{'dates_confirmed_by_second':{'$ref':'wang'}}");
  context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) different = bh_kind_check_record(document, &context);
  assert_false(names_field(different, "dates_confirmed_by_second"));
  g_autoptr(GPtrArray) way = bh_workflow_check(document, "approved", "issued", &context);
  assert_int_equal(way->len, 0);
}

static void test_FIELD_3_visits_that_end_without_a_signature(void **state)
{
  (void)state;
  static const Breaker breakers[] = {
      {"inspection", "on_site", "signed", R("{'modes':['covert']}"), NULL, "does not apply"},
      {"inspection", "on_site", "signed", R("{'modes':['remote']}"), NULL, "does not apply"},
      {"inspection", "on_site", "unsigned", R("{'modes':['routine']}"), NULL, "does not apply"},
      {"inspection", "on_site", "signed", R("{'outcome':'gate_closed'}"), NULL, "carried out"},
      {"inspection", "on_site", "not_carried_out", R("{'outcome':'carried_out'}"), NULL,
       "Choose why"},
      {"inspection", "on_site", "not_carried_out", O("f", "{'role':'document'}"), NULL, "proof"},
      {"inspection", "on_site", "signed", O("s3", "{'refused':true}"), NULL,
       "enterprise has not signed"},
      {"inspection", "on_site", "refused_sign", O("s2", "{'staff':{'$ref':'li'}}"), NULL,
       "Two different inspectors"},
      {"inspection", "on_site", "signed", O("s2", "{'staff':{'$ref':'li'}}"), NULL,
       "Two different inspectors"},
      {"inspection", "on_site", "signed",
       "{'name':'p','kind':'participant','set':{'inspection':{'$ref':'r'},'role':'expert'}}", NULL,
       "Every expert"},
      {"inspection", "on_site", "signed", R("{'modes':['expert']}"), NULL, "names its expert"},
      {"inspection", "on_site", "signed", O("h", "{'inspection':{'$ref':'r'}}"), NULL,
       "Every hazard needs a demand"},
  };
  try_breakers(breakers, G_N_ELEMENTS(breakers));
}

static void test_guards_about_people_and_dates(void **state)
{
  (void)state;
  static const Breaker breakers[] = {
      {"hazard", "suspected", "confirmed", O("li", "{'roles':['reviewer']}"), "li",
       "second person"},
      {"hazard", "reported_fixed", "closed", "", "li", "entered the report"},
      {"hazard", "fixed_on_site", "closed", O("li", "{'roles':['reviewer']}"), "li",
       "who recorded it"},
      {"document", "legal_review", "approved", O("li", "{'roles':['legal']}"), "li",
       "not the author"},
      {"inspection", "signed", "accepted", O("li", "{'roles':['reviewer']}"), "li",
       "inspection they led"},
      {"inspection", "archived", "reviewed", O("qian", "{'unit':{'$ref':'u'}}"), NULL,
       "upper department"},
      {"hazard", "found", "ordered", R("{'deadline':'2026-11-20'}"), NULL, "in the past"},
      {"hazard", "found", "ordered", R("{'at_once':true}"), NULL, "due today"},
      {"hazard", "found", "ordered", O("f", "{'role':'signature'}"), NULL, "Add a photo"},
      {"hazard", "ordered", "accountability", R("{'deadline':'" TODAY "'}"), NULL,
       "has not passed"},
      {"hazard", "ordered", "ordered", R("{'deadline':'2026-12-01'}"), NULL, "after the old one"},
      {"hazard", "ordered", "ordered", R("{'extension_old_deadline':'2026-11-20'}"), NULL,
       "has passed"},
      {"hazard", "listed", "rectifying", O("f2", "{'role':'photo'}"), NULL, "two proofs"},
      {"hazard", "found", "handed_over", R("{'found_by':'inspection'}"), NULL, "upper level"},
      {"hazard", "found", "suspected", R("{'level':'general'}"), NULL, "must be major"},
      {"hazard", NULL, "found", R("{'level':'major'}"), NULL, "starts as suspected"},
      {"hazard", NULL, "found", R("{'place':''}"), NULL, "Say where"},
      {"inspection", "planned", "assigned", R("{'modes':['cross_area']}"), NULL, "outside"},
      {"inspection", "planned", "assigned", R("{'modes':['double_random']}"), NULL, "draw record"},
      {"inspection", "planned", "assigned", R("{'modes':['joint']}"), NULL, "lead department"},
      {"inspection", "planned", "assigned", R("{'modes':['unannounced'],'notice_sent':true}"), NULL,
       "No notice"},
      {"inspection", NULL, "on_site", R("{'modes':['double_random']}"), NULL, "drawn"},
      {"inspection", NULL, "planned", R("{'planned_month':null}"), NULL, "planned month"},
      {"inspection", "accepted", "archived", O("h", "{'state':'ordered'}"), NULL, "still open"},
      {"inspection", "accepted", "followed", O("h", "{'state':'closed'}"), NULL, "No hazard"},
      {"document", "approved", "issued", O("h", "{'demand':''}"), NULL, "has a demand"},
      {"document", "draft", "approved", R("{'major_decision':true}"), NULL, "legal review first"},
      {"document", "draft", "legal_review", R("{'major_decision':false}"), NULL, "Only major"},
      {"document", "issued", "served", R("{'service_method':'refused'}"), NULL, "witness"},
      {"document", "issued", "served", R("{'service_method':'photographed'}"), NULL, "proves"},
      {"document", "served", "performed", O("h", "{'state':'ordered'}"), NULL, "Not every hazard"},
      {"document", "served", "not_performed", R("{'deadline':'2026-12-01'}"), NULL,
       "has not passed"},
      {"enterprise", NULL, "confirmed", R("{'provisional':true}"), NULL, "provisional"},
      {"review", NULL, "closed", R("{'decision':'return'}"), NULL, "approval"},
  };
  try_breakers(breakers, G_N_ELEMENTS(breakers));
}

static void test_an_order_may_rest_on_the_signatures_of_its_inspection(void **state)
{
  (void)state;
  const Step step = {"document", "approved", "issued", "li", ORDER ",'issued_at':1795258740000",
                     H_DEMAND};
  g_autoptr(TestWorld) world = world_for(&step);
  g_autoptr(GPtrArray) unsigned_order = judge(world, &step, "approved", "li");
  assert_int_equal(unsigned_order->len, 2);
  put(world, "s1", "signature", "{'parent':{'$ref':'i'},'role':'inspector','staff':{'$ref':'li'}}");
  put(world, "s2", "signature",
      "{'parent':{'$ref':'i'},'role':'second_inspector','staff':{'$ref':'wang'}}");
  g_autoptr(GPtrArray) signed_order = judge(world, &step, "approved", "li");
  assert_int_equal(signed_order->len, 0);
}

static void test_FIELD_4_the_subject_changes_only_before_signing_and_with_a_reason(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      world_for(&(Step){"inspection", "assigned", "on_site", "li", VISIT, ""});
  const BhKind *inspection = bh_kind_set_find(world->kinds, "inspection");
  g_autoptr(json_t) before = json_deep_copy(test_world_get(world, "r"));
  put(world, "r", "inspection", "{'enterprise':{'$ref':'other'}}");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) without = bh_kind_check_change(inspection, before, &context);
  assert_int_equal(without->len, 1);
  assert_string_equal(((BhProblem *)without->pdata[0])->field, "retarget_reason");
  put(world, "r", "inspection", "{'retarget_reason':'扫错码'}");
  context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) with = bh_kind_check_change(inspection, before, &context);
  assert_int_equal(with->len, 0);
  json_object_set_new(before, "state", json_string("signed"));
  g_autoptr(GPtrArray) late = bh_kind_check_change(inspection, before, &context);
  assert_int_equal(late->len, 1);
  assert_string_equal(((BhProblem *)late->pdata[0])->field, "enterprise");
  /* What stayed the same is never asked about. */
  context.values = before;
  g_autoptr(GPtrArray) same = bh_kind_check_change(inspection, before, &context);
  assert_int_equal(same->len, 0);
  const BhField *enterprise = bh_kind_find_field(inspection, "enterprise");
  assert_true(bh_field_is_locked(enterprise, &context));
}

static void test_FIELD_12_choosing_the_subject_by_hand_needs_a_reason(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = world_for(&(Step){"inspection", NULL, "on_site", "li", VISIT, ""});
  const BhKind *inspection = bh_kind_set_find(world->kinds, "inspection");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) scanned = bh_kind_check_record(inspection, &context);
  assert_int_equal(scanned->len, 0);
  put(world, "r", "inspection", "{'subject_found_by':'list'}");
  g_autoptr(GPtrArray) chosen = bh_kind_check_record(inspection, &context);
  assert_int_equal(chosen->len, 1);
  assert_string_equal(((BhProblem *)chosen->pdata[0])->field, "subject_reason");
  assert_string_equal(((BhProblem *)chosen->pdata[0])->code, "required");
  assert_string_equal(((BhProblem *)chosen->pdata[0])->text_zh, "请填写“手工选择原因”");
  put(world, "p", "enterprise",
      "{'name':'无名采砂点','sector':'noncoal_mine','area':'140603','provisional':true,"
      "'provisional_reason':'无照','state':'provisional'}");
  BhContext provisional = test_world_context(world, "p", NULL, TODAY);
  const BhKind *enterprise = bh_kind_set_find(world->kinds, "enterprise");
  g_autoptr(GPtrArray) fine = bh_kind_check_record(enterprise, &provisional);
  assert_int_equal(fine->len, 0);
  put(world, "p", "enterprise", "{'provisional':false}");
  g_autoptr(GPtrArray) bare = bh_kind_check_record(enterprise, &provisional);
  assert_true(names_field(bare, "uscc"));
}

static void test_records_are_checked_as_a_whole(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = world_for(&(Step){"hazard", NULL, "found", "li", GENERAL, ""});
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  put(world, "r", "hazard",
      "{'nonsense':1,'deadline':'soon','summary':null,'answers/X':{'answer':'compliant'}}");
  test_world_unset(world, "r", "state");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) problems = bh_kind_check_record(hazard, &context);
  static const char *const wanted[] = {"nonsense unknown_field", "answers/X unknown_field",
                                       "deadline invalid", "summary required", "state required"};
  for (gsize i = 0; i < G_N_ELEMENTS(wanted); i++) {
    gboolean found = FALSE;
    for (guint k = 0; k < problems->len; k++) {
      const BhProblem *problem = g_ptr_array_index(problems, k);
      g_autofree char *line = g_strdup_printf("%s %s", problem->field, problem->code);
      found |= g_str_equal(line, wanted[i]);
      assert_true(problem->text_zh[0] != '\0' && problem->text_en[0] != '\0');
    }
    if (!found)
      fail_msg("nobody said %s", wanted[i]);
  }
  put(world, "r", "hazard", "{'state':'listed','level':'general'}");
  g_autoptr(GPtrArray) wrong_state = bh_kind_check_record(hazard, &context);
  assert_true(names_field(wrong_state, "level"));
}

static void test_FIELD_1_a_policy_source_is_no_legal_basis(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = world_for(&(Step){"hazard", NULL, "found", "li", GENERAL, ""});
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  put(world, "r", "hazard",
      "{'policy_source':'晋政发〔2024〕1号（十七）','legal_basis':'消防法 第二十八条'}");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) two_bases = bh_kind_check_record(hazard, &context);
  assert_int_equal(two_bases->len, 0);
  put(world, "r", "hazard", "{'legal_basis':'晋政发〔2024〕1号（十七）'}");
  g_autoptr(GPtrArray) one = bh_kind_check_record(hazard, &context);
  assert_int_equal(one->len, 1);
  assert_string_equal(((BhProblem *)one->pdata[0])->field, "legal_basis");
}

static void test_who_left_or_whose_term_is_over_does_nothing(void **state)
{
  (void)state;
  static const char *const changes[] = {"{'state':'left'}", "{'valid_to':'2026-11-20'}",
                                        "{'valid_from':'2026-11-22'}"};
  const Step step = {"hazard", NULL, "found", "li", GENERAL, ""};
  for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_autoptr(TestWorld) world = world_for(&step);
    put(world, "li", "staff", changes[i]);
    g_autoptr(GPtrArray) problems = judge(world, &step, NULL, "li");
    assert_int_equal(problems->len, 1);
    assert_string_equal(((BhProblem *)problems->pdata[0])->code, "actor");
  }
}

static void test_the_hub_acts_only_where_it_may(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      world_for(&(Step){"inspection", "accepted", "archived", "sun", ENDED, ""});
  const BhKind *inspection = bh_kind_set_find(world->kinds, "inspection");
  BhContext context = test_world_context(world, "r", NULL, TODAY);
  g_autoptr(GPtrArray) nobody = bh_workflow_check(inspection, "accepted", "archived", &context);
  assert_int_equal(nobody->len, 0);
  context.actor = "the hub";
  g_autoptr(GPtrArray) archive = bh_workflow_check(inspection, "accepted", "archived", &context);
  assert_int_equal(archive->len, 0);
  g_autoptr(GPtrArray) accept = bh_workflow_check(inspection, "signed", "accepted", &context);
  assert_int_equal(accept->len, 1);
  assert_string_equal(((BhProblem *)accept->pdata[0])->code, "actor");
}

static void test_states_say_what_they_are(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  assert_true(bh_kind_has_states(hazard));
  assert_false(bh_kind_has_states(bh_kind_set_find(world->kinds, "unit")));
  assert_true(bh_kind_has_state(hazard, "ordered"));
  assert_false(bh_kind_has_state(hazard, "overdue"));
  assert_true(bh_kind_is_initial_state(hazard, "found"));
  assert_false(bh_kind_is_initial_state(hazard, "closed"));
  assert_true(bh_kind_is_final_state(hazard, "struck_off"));
  assert_false(bh_kind_is_final_state(hazard, "as_accident"));
  assert_string_equal(bh_kind_get_state_label(hazard, "closed", "zh"), "已销号");
  assert_string_equal(bh_kind_get_state_label(hazard, "gone", "zh"), "gone");
  assert_string_equal(bh_kind_get_state_label(hazard, NULL, "zh"), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_declared_transition_can_be_walked_and_its_guards_hold),
      cmocka_unit_test(test_ways_that_are_not_declared_are_refused),
      cmocka_unit_test(test_FIELD_7_orders_need_authority_and_a_valid_certificate),
      cmocka_unit_test(test_FIELD_14_two_officers_confirm_the_date_when_the_clock_is_poor),
      cmocka_unit_test(test_FIELD_3_visits_that_end_without_a_signature),
      cmocka_unit_test(test_guards_about_people_and_dates),
      cmocka_unit_test(test_an_order_may_rest_on_the_signatures_of_its_inspection),
      cmocka_unit_test(test_FIELD_4_the_subject_changes_only_before_signing_and_with_a_reason),
      cmocka_unit_test(test_FIELD_12_choosing_the_subject_by_hand_needs_a_reason),
      cmocka_unit_test(test_records_are_checked_as_a_whole),
      cmocka_unit_test(test_FIELD_1_a_policy_source_is_no_legal_basis),
      cmocka_unit_test(test_who_left_or_whose_term_is_over_does_nothing),
      cmocka_unit_test(test_the_hub_acts_only_where_it_may),
      cmocka_unit_test(test_states_say_what_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
