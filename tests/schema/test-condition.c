/* Truth tables of the conditions. A condition is true, false, or unknown on this device. */
#include "schema/kind-internal.h"
#include "tests/schema/world-of-records.h"

static json_t *from_quoted(const char *quoted)
{
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  json_t *raw = json_loads(text, 0, NULL);
  if (raw == NULL)
    fail_msg("the case is not JSON: %s", quoted);
  json_t *value = test_world_resolve(raw);
  json_decref(raw);
  return value;
}

/* Evaluates the condition `quoted`, JSON with ' for ", in the context. Returns 'y' for true, 'n'
 * for false, '?' for unknown. */
static char ask(const char *quoted, const BhContext *context)
{
  g_autoptr(json_t) condition = from_quoted(quoted);
  if (bh_condition_is_certain(condition, context))
    return 'y';
  return bh_condition_holds(condition, context) ? '?' : 'n';
}

static void put(TestWorld *world, const char *name, const char *kind, const char *quoted)
{
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  test_world_put(world, name, kind, text);
}

/* SHA-256 of "发现隐患 0 条\n", the signed text when the frozen fields name no hazard. */
#define NO_HAZARDS "f9f72dc5d4d6362b6c7401ba732ecf53f6ac73e3e919c772b74478b8281b50fa"
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

/* Makes a hazard in an inspection that 李 of unit u did at an enterprise, with two files and an
 * order for it. */
static TestWorld *small_world(void)
{
  TestWorld *world = test_world_new();
  put(world, "u", "unit", "{'area':'140603','authority':['order_rectify','record']}");
  put(world, "v", "unit", "{'area':'140600'}");
  put(world, "li", "staff",
      "{'unit':{'$ref':'u'},'roles':['inspector','township'],'state':'active'}");
  put(world, "wang", "staff", "{'unit':{'$ref':'v'},'roles':['leader'],'state':'active'}");
  put(world, "e", "enterprise", "{'area':'140603100','sector':'coal_mine','unit':{'$ref':'u'}}");
  put(world, "i", "inspection",
      "{'enterprise':{'$ref':'e'},'unit':{'$ref':'u'},'lead':{'$ref':'li'},"
      "'modes':['routine','unannounced'],'started_at':1795258740000,'answers/COAL-01':{'answer':"
      "'compliant'},'state':'on_site','certificate_shown':true,'outcome_counts':false,"
      "'signed_facts':{'paper':1},'place_note':'abc','signed_sha256':'" NO_HAZARDS "'}");
  put(world, "h", "hazard",
      "{'inspection':{'$ref':'i'},'enterprise':{'$ref':'e'},'level':'general','state':'found',"
      "'deadline':'2026-12-01','recheck_on':'2026-11-30','number':'','recorded_by':{'$ref':'li'},"
      "'same_as':{'$ref':'away'}}");
  put(world, "f1", "file", "{'parent':{'$ref':'h'},'role':'photo','note':'a','size':10}");
  put(world, "f2", "file", "{'parent':{'$ref':'h'},'role':'proof','note':'a','size':20}");
  put(world, "d", "document",
      "{'inspection':{'$ref':'i'},'hazards':[{'$ref':'h'}],'fine_amount':'50.00','copies':2}");
  return world;
}

typedef struct {
  const char *condition;
  char answer;
} Row;

static void check_rows(TestWorld *world, const char *record, const Row *rows, gsize count)
{
  BhContext context = test_world_context(world, record, "li", "2026-11-21");
  for (gsize i = 0; i < count; i++) {
    char answer = ask(rows[i].condition, &context);
    if (answer != rows[i].answer)
      fail_msg("%s of %s gave %c", rows[i].condition, record, answer);
  }
}

static void test_fields_are_compared(void **state)
{
  (void)state;
  static const Row rows[] = {
      {"{'field':'level','is':'general'}", 'y'},
      {"{'field':'level','is':'major'}", 'n'},
      {"{'field':'level','in':['major','general']}", 'y'},
      {"{'field':'level','in':['major']}", 'n'},
      {"{'field':'level','empty':false}", 'y'},
      {"{'field':'number','empty':true}", 'y'},
      {"{'field':'place','empty':true}", 'y'},
      {"{'field':'place','is':'x'}", 'n'},
      {"{'field':'on_behalf','is':false}", 'y'},
      {"{'field':'on_behalf','is':true}", 'n'},
      {"{'field':'state','is':'found'}", 'y'},
      {"{'field':'enterprise.area','is':'140603100'}", 'y'},
      {"{'field':'inspection.lead.roles','has':'township'}", 'y'},
      {"{'field':'inspection.unit.authority','has':['penalty','record']}", 'y'},
      {"{'field':'inspection.unit.authority','has':'penalty'}", 'n'},
      {"{'field':'recorded_by','is':{'field':'inspection.lead'}}", 'y'},
      {"{'field':'inspection.certificate_shown','is':true}", 'y'},
      {"{'field':'inspection.outcome_counts','is':false}", 'y'},
      {"{'field':'inspection.answers','empty':false}", 'y'},
      {"{'field':'inspection.answers','has':'compliant'}", 'y'},
      {"{'field':'inspection.answers','has':['noncompliant','compliant']}", 'y'},
      {"{'field':'inspection.answers','has':['noncompliant','unchecked']}", 'n'},
      {"{'field':'inspection.sections','empty':true}", 'y'},
      {"{'field':'actor.unit','is':{'field':'inspection.unit'}}", 'y'},
      {"{'field':'enterprise.area','within':'140603'}", 'y'},
      {"{'field':'enterprise.area','within':'140600'}", 'y'},
      {"{'field':'enterprise.area','within':'140000'}", 'y'},
      {"{'field':'enterprise.area','within':'140500'}", 'n'},
      {"{'field':'enterprise.area','within':'140602'}", 'n'},
      {"{'field':'enterprise.area','within':{'field':'inspection.unit.area'}}", 'y'},
      {"{'field':'site.name','empty':true}", 'y'},
  };
  g_autoptr(TestWorld) world = small_world();
  check_rows(world, "h", rows, G_N_ELEMENTS(rows));
}

static void test_days_and_numbers_are_ordered(void **state)
{
  (void)state;
  static const Row hazard[] = {
      {"{'field':'deadline','after':'today'}", 'y'},
      {"{'field':'deadline','before':'today'}", 'n'},
      {"{'field':'deadline','after':'2026-12-01'}", 'n'},
      {"{'field':'deadline','before':'2026-12-01'}", 'n'},
      {"{'field':'deadline','before':'2026-12-02'}", 'y'},
      {"{'field':'recheck_on','before':{'field':'deadline'}}", 'y'},
      {"{'field':'reported_on','before':'today'}", 'n'},
      {"{'field':'reported_on','after':'today'}", 'n'},
      {"{'field':'deadline','after':{'field':'reported_on'}}", 'n'},
      {"{'field':'deadline','after':{'field':'inspection.started_at'}}", 'y'},
  };
  static const Row inspection[] = {
      {"{'field':'started_at','after':'2026-11-20'}", 'y'},
      {"{'field':'started_at','after':'2026-11-21'}", 'n'},
      {"{'field':'started_at','before':'2026-11-22'}", 'y'},
      {"{'field':'started_at','before':{'field':'started_at'}}", 'n'},
      {"{'field':'modes','at_least':2}", 'y'},
      {"{'field':'modes','at_least':3}", 'n'},
      {"{'field':'modes','at_most':1}", 'n'},
      {"{'field':'file_review_score','at_least':0}", 'n'},
      {"{'field':'file_review_score','at_most':5}", 'y'},
  };
  static const Row document[] = {
      {"{'field':'fine_amount','at_least':50}", 'y'},
      {"{'field':'fine_amount','at_most':49}", 'n'},
      {"{'field':'copies','at_least':2}", 'y'},
      {"{'field':'copies','at_most':2}", 'y'},
  };
  g_autoptr(TestWorld) world = small_world();
  check_rows(world, "h", hazard, G_N_ELEMENTS(hazard));
  check_rows(world, "i", inspection, G_N_ELEMENTS(inspection));
  check_rows(world, "d", document, G_N_ELEMENTS(document));
}

static void test_a_hash_is_that_of_a_text(void **state)
{
  (void)state;
  static const Row inspection[] = {
      {"{'field':'signed_sha256','digest_of':'signed_facts'}", 'y'},
      {"{'field':'signed_sha256','digest_of':'place_note'}", 'n'},
      {"{'field':'signed_sha256','digest_of':'opinion'}", 'n'},
      {"{'field':'checklist_sha256','digest_of':'signed_facts'}", 'n'},
  };
  static const Row hazard[] = {
      {"{'field':'inspection.signed_sha256','digest_of':'inspection.signed_facts'}", 'y'},
      {"{'field':'same_as.signed_sha256','digest_of':'inspection.signed_facts'}", '?'},
      {"{'field':'inspection.signed_sha256','digest_of':'same_as.description'}", '?'},
  };
  g_autoptr(TestWorld) world = small_world();
  check_rows(world, "i", inspection, G_N_ELEMENTS(inspection));
  check_rows(world, "h", hazard, G_N_ELEMENTS(hazard));
  put(world, "i", "inspection", "{'signed_facts':{'paper':1,'hazards':[{'level':'一般'}]}}");
  static const Row forged[] = {{"{'field':'signed_sha256','digest_of':'signed_facts'}", 'n'}};
  check_rows(world, "i", forged, G_N_ELEMENTS(forged));
  put(world, "i", "inspection", "{'signed_sha256':'" ABC "'}");
  static const Row text[] = {{"{'field':'signed_sha256','digest_of':'place_note'}", 'y'}};
  check_rows(world, "i", text, G_N_ELEMENTS(text));
}

static void test_other_records_are_counted(void **state)
{
  (void)state;
  static const Row hazard[] = {
      {"{'any':'file','where':{'field':'role','is':'photo'}}", 'y'},
      {"{'any':'file','where':{'field':'role','is':'scan'}}", 'n'},
      {"{'every':'file','where':{'field':'note','is':'a'}}", 'y'},
      {"{'every':'file','where':{'field':'role','is':'photo'}}", 'n'},
      {"{'count':'file','at_least':2}", 'y'},
      {"{'count':'file','at_least':3}", 'n'},
      {"{'count':'file','at_most':2}", 'y'},
      {"{'count':'file','at_most':1}", 'n'},
      {"{'count':'file','where':{'field':'role','is':'photo'},'at_least':2}", 'n'},
      {"{'count':'file','distinct':'note','at_least':2}", 'n'},
      {"{'count':'file','distinct':'size','at_least':2}", 'y'},
      {"{'count':{'children':'hazard','of':'inspection'},'at_least':1}", 'y'},
      {"{'any':'file','where':{'field':'parent.level','is':'general'}}", 'y'},
  };
  static const Row document[] = {
      {"{'every':{'refs':'hazards'},'where':{'field':'state','is':'found'}}", 'y'},
      {"{'any':{'refs':'hazards'},'where':{'field':'state','is':'closed'}}", 'n'},
      {"{'count':{'refs':'hazards'},'at_least':2}", 'n'},
      {"{'every':'file','where':{'field':'role','is':'photo'}}", 'y'},
      {"{'any':'file','where':{'field':'role','is':'photo'}}", 'n'},
  };
  g_autoptr(TestWorld) world = small_world();
  check_rows(world, "h", hazard, G_N_ELEMENTS(hazard));
  check_rows(world, "d", document, G_N_ELEMENTS(document));
  put(world, "d", "document", "{'hazards':[{'$ref':'h'},{'$ref':'away'}]}");
  static const Row partly[] = {
      {"{'every':{'refs':'hazards'},'where':{'field':'state','is':'found'}}", '?'},
      {"{'every':{'refs':'hazards'},'where':{'field':'state','is':'closed'}}", 'n'},
      {"{'any':{'refs':'hazards'},'where':{'field':'state','is':'found'}}", 'y'},
      {"{'any':{'refs':'hazards'},'where':{'field':'state','is':'closed'}}", '?'},
      {"{'count':{'refs':'hazards'},'at_least':2}", '?'},
      {"{'count':{'refs':'hazards'},'at_least':3}", 'n'},
      {"{'count':{'refs':'hazards'},'at_most':1}", '?'},
      {"{'count':{'refs':'hazards'},'at_most':0}", 'n'},
  };
  check_rows(world, "d", partly, G_N_ELEMENTS(partly));
}

static void test_roles_of_the_acting_person_are_checked(void **state)
{
  (void)state;
  static const Row rows[] = {
      {"{'actor_is':'recorded_by'}", 'y'},
      {"{'actor_not':'recorded_by'}", 'n'},
      {"{'actor_is':'inspection.lead'}", 'y'},
      {"{'actor_is':'extension_approver'}", 'n'},
      {"{'actor_not':'extension_approver'}", 'y'},
      {"{'actor_role':'inspector'}", 'y'},
      {"{'actor_role':['leader','legal']}", 'n'},
      {"{'actor_unit':'inspection.unit'}", 'y'},
      {"{'actor_unit':'inspection.unit.parent'}", 'n'},
  };
  g_autoptr(TestWorld) world = small_world();
  check_rows(world, "h", rows, G_N_ELEMENTS(rows));
}

static void test_joins_keep_what_is_not_known(void **state)
{
  (void)state;
#define YES "{'field':'level','is':'general'}"
#define NO "{'field':'level','is':'major'}"
#define UNKNOWN "{'field':'same_as.level','is':'general'}"
  static const Row rows[] = {
      {YES, 'y'},
      {NO, 'n'},
      {UNKNOWN, '?'},
      {"{'not':" YES "}", 'n'},
      {"{'not':" NO "}", 'y'},
      {"{'not':" UNKNOWN "}", '?'},
      {"{'all':[" YES "," YES "]}", 'y'},
      {"{'all':[" YES "," NO "]}", 'n'},
      {"{'all':[" YES "," UNKNOWN "]}", '?'},
      {"{'all':[" UNKNOWN "," NO "]}", 'n'},
      {"{'any_of':[" NO "," NO "]}", 'n'},
      {"{'any_of':[" NO "," YES "]}", 'y'},
      {"{'any_of':[" NO "," UNKNOWN "]}", '?'},
      {"{'any_of':[" UNKNOWN "," YES "]}", 'y'},
      {"{'field':'level','is':{'field':'same_as.level'}}", '?'},
      {"{'field':'level','in':['major',{'field':'same_as.level'}]}", '?'},
      {"{'field':'deadline','before':{'field':'same_as.deadline'}}", '?'},
      {"{'field':'enterprise.area','within':{'field':'same_as.enterprise.area'}}", '?'},
      {"{'actor_unit':'same_as.inspection.unit'}", '?'},
      {"{'actor_is':'same_as.recorded_by'}", '?'},
  };
  g_autoptr(TestWorld) world = small_world();
  check_rows(world, "h", rows, G_N_ELEMENTS(rows));
}

static void test_a_context_that_knows_little_decides_little(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = small_world();
  BhContext bare = {.values = test_world_get(world, "h")};
  assert_int_equal(ask("{'field':'level','is':'general'}", &bare), 'y');
  assert_int_equal(ask("{'field':'deadline','before':'today'}", &bare), '?');
  assert_int_equal(ask("{'field':'enterprise.area','empty':true}", &bare), '?');
  assert_int_equal(ask("{'any':'file','where':{'field':'role','is':'photo'}}", &bare), '?');
  assert_int_equal(ask("{'actor_role':'leader'}", &bare), '?');
  assert_int_equal(ask("{'actor_is':'recorded_by'}", &bare), '?');
  assert_int_equal(ask("{'field':'actor.roles','has':'leader'}", &bare), '?');
  assert_true(bh_condition_holds(NULL, &bare));
}

static void test_I13_covert_visits_are_seen_by_the_issuing_unit_and_above(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = small_world();
  put(world, "u", "unit", "{'parent':{'$ref':'v'}}");
  put(world, "w", "unit", "{'area':'140602'}");
  put(world, "zhao", "staff", "{'unit':{'$ref':'w'},'roles':['admin','leader','reviewer']}");
  put(world, "s", "signature", "{'parent':{'$ref':'i'},'role':'expert'}");
  put(world, "f3", "file", "{'parent':{'$ref':'s'},'role':'signature'}");
  static const struct {
    const char *record, *kind;
  } records[] = {{"i", "inspection"}, {"h", "hazard"},    {"f1", "file"},
                 {"f3", "file"},      {"s", "signature"}, {"d", "document"}};
  for (int covert = 0; covert < 2; covert++) {
    put(world, "i", "inspection", covert ? "{'modes':['covert']}" : "{'modes':['routine']}");
    for (gsize i = 0; i < G_N_ELEMENTS(records); i++) {
      const BhKind *kind = bh_kind_set_find(world->kinds, records[i].kind);
      BhContext own = test_world_context(world, records[i].record, "li", NULL);
      BhContext above = test_world_context(world, records[i].record, "wang", NULL);
      BhContext other = test_world_context(world, records[i].record, "zhao", NULL);
      assert_true(bh_kind_is_visible(kind, &own));
      assert_true(bh_kind_is_visible(kind, &above));
      assert_int_equal(bh_kind_is_visible(kind, &other), !covert);
    }
  }
  put(world, "i", "inspection", "{'released':true}");
  BhContext other = test_world_context(world, "f3", "zhao", NULL);
  assert_true(bh_kind_is_visible(bh_kind_set_find(world->kinds, "file"), &other));
}

static void test_I13_a_record_is_hidden_when_its_condition_is_unknown(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = small_world();
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  BhContext context = test_world_context(world, "h", "li", NULL);
  assert_true(bh_kind_is_visible(hazard, &context));
  test_world_remove(world, "i");
  context = test_world_context(world, "h", "li", NULL);
  assert_false(bh_kind_is_visible(hazard, &context));
  context.lookup = NULL;
  assert_false(bh_kind_is_visible(hazard, &context));
  /* A kind that declares no condition is visible to everybody. */
  assert_true(bh_kind_is_visible(bh_kind_set_find(world->kinds, "unit"), &context));
}

static void test_area_and_unit_come_from_the_first_path_with_a_value(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = small_world();
  const BhKind *file = bh_kind_set_find(world->kinds, "file");
  BhContext context = test_world_context(world, "f1", NULL, NULL);
  assert_string_equal(bh_kind_get_area(file, &context), "140603100");
  assert_string_equal(bh_kind_get_unit(file, &context), test_world_id("u"));
  put(world, "f4", "file", "{'parent':{'$ref':'e'}}");
  context = test_world_context(world, "f4", NULL, NULL);
  assert_string_equal(bh_kind_get_area(file, &context), "140603100");
  assert_null(bh_kind_get_author(file, &context));
  const BhKind *inspection = bh_kind_set_find(world->kinds, "inspection");
  context = test_world_context(world, "i", NULL, NULL);
  assert_string_equal(bh_kind_get_author(inspection, &context), test_world_id("li"));
  assert_null(bh_context_get(&context, "nothing"));
  assert_null(bh_context_get(&context, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fields_are_compared),
      cmocka_unit_test(test_days_and_numbers_are_ordered),
      cmocka_unit_test(test_a_hash_is_that_of_a_text),
      cmocka_unit_test(test_other_records_are_counted),
      cmocka_unit_test(test_roles_of_the_acting_person_are_checked),
      cmocka_unit_test(test_joins_keep_what_is_not_known),
      cmocka_unit_test(test_a_context_that_knows_little_decides_little),
      cmocka_unit_test(test_I13_covert_visits_are_seen_by_the_issuing_unit_and_above),
      cmocka_unit_test(test_I13_a_record_is_hidden_when_its_condition_is_unknown),
      cmocka_unit_test(test_area_and_unit_come_from_the_first_path_with_a_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
