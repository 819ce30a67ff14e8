/* The guards of workflows 1 to 4 that ask about other records, people and dates. Each case takes a
 * step that would be allowed, changes one thing, and expects a certain problem. */
#include "schema/act.h"
#include "schema/kind-rules.h"
#include "schema/kind-internal.h"
#include "tests/schema/workflow-steps.h"

typedef struct {
  const char *kind, *from, *to;
  const char *change; /* [{"name","kind","set"}…] */
  const char *actor;  /* who takes the step; NULL: the actor of the step itself */
  const char *text;
} Breaker;

#define OLD_TEXT "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define R(set) "{'name':'r','kind':'','set':" set "}"
#define O(name, set) "{'name':'" name "','kind':'','set':" set "}"

static void try_breakers(const Breaker *breakers, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    const Breaker *b = &breakers[i];
    const TestStep *step = test_step_find(b->kind, b->from, b->to);
    assert_non_null(step);
    g_autoptr(TestWorld) world = test_step_make_world(step);
    test_world_put_all(world, b->change);
    g_autoptr(GPtrArray) problems =
        test_step_judge(world, step, b->from, b->actor != NULL ? b->actor : step->actor);
    gboolean said = FALSE;
    for (guint k = 0; k < problems->len; k++)
      said |= strstr(((BhProblem *)problems->pdata[k])->text_en, b->text) != NULL;
    if (!said)
      fail_msg("%s %s > %s with %s: no problem says \"%s\"", b->kind,
               b->from != NULL ? b->from : "*", b->to, b->change, b->text);
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
  /* The onsite record of a visit needs no authority to issue orders. */
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"document", "draft", "approved", "li", ORDER, ""});
  test_world_put_quoted(world, "r", "document", "{'doc_type':'onsite_record'}");
  test_world_put_quoted(world, "u", "unit", "{'authority':['record']}");
  test_world_put_quoted(world, "li", "staff", "{'certificate_no':null}");
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
      test_step_make_world(&(TestStep){"document", "approved", "issued", "li",
                                       ORDER ",'issued_at':1795258740000", SIGNED "," H_DEMAND});
  const BhKind *document = bh_kind_set_find(world->kinds, "document");
  test_world_put_quoted(
      world, "r", "document",
      "{'clock_poor':true,'dates_confirmed_by':{'$ref':'li'},'dates_confirmed_by_second':"
      "{'$ref':'li'}}");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) same = bh_kind_check_record(document, &context);
  assert_true(test_names_field(same, "dates_confirmed_by_second"));
  test_world_put_quoted(world, "r", "document", "{'dates_confirmed_by_second':{'$ref':'wang'}}");
  context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) different = bh_kind_check_record(document, &context);
  assert_false(test_names_field(different, "dates_confirmed_by_second"));
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
      /* the signature was given to an earlier version of the text */
      {"inspection", "on_site", "signed", O("s3", "{'shown_sha256':'" OLD_TEXT "'}"), NULL,
       "enterprise has not signed"},
      {"inspection", "on_site", "signed", O("s2", "{'shown_sha256':'" OLD_TEXT "'}"), NULL,
       "Two different inspectors"},
      {"inspection", "on_site", "refused_sign", O("s2", "{'shown_sha256':'" OLD_TEXT "'}"), NULL,
       "Two different inspectors"},
      {"document", "approved", "issued", R("{'signed_sha256':'" OLD_TEXT "'}"), NULL,
       "inspector must sign"},
      {"document", "issued", "served", O("s3", "{'shown_sha256':'" OLD_TEXT "'}"), NULL,
       "signs for it"},
      /* the text that was signed is another one, or is missing */
      {"inspection", "on_site", "signed", R("{'signed_facts':{'hazards':[{'level':'x'}]}}"), NULL,
       "does not match its digest"},
      {"inspection", "on_site", "signed", R("{'signed_facts':null}"), NULL,
       "does not match its digest"},
      {"inspection", "on_site", "refused_sign", R("{'signed_facts':null}"), NULL,
       "does not match its digest"},
      {"document", "approved", "issued", R("{'frozen':{'hazards':[{'level':'x'}]}}"), NULL,
       "does not match its digest"},
      {"document", "approved", "issued", R("{'frozen':null}"), NULL, "does not match its digest"},
      {"document", "approved", "issued",
       R("{'doc_type':'onsite_record'}") "," O("i", "{'signed_sha256':'" OLD_TEXT "'}"), NULL,
       "not the text that was signed"},
      {"inspection", "on_site", "signed",
       "{'name':'p','kind':'participant','set':{'inspection':{'$ref':'r'},'role':'expert'}}", NULL,
       "Every expert"},
      {"inspection", "on_site", "signed", R("{'modes':['expert']}"), NULL, "names its expert"},
      {"inspection", "on_site", "signed", O("h", "{'inspection':{'$ref':'r'}}"), NULL,
       "Every hazard needs a demand"},
  };
  try_breakers(breakers, G_N_ELEMENTS(breakers));
}

/* Experts, departments and hazards are asked for whether the enterprise signs, refuses, or is not
 * there. */
static void test_R126_R060_no_visit_ends_without_what_experts_and_departments_found(void **state)
{
  (void)state;
  static const struct {
    const char *to, *also;
  } ends[] = {{"signed", ""}, {"refused_sign", ""}, {"unsigned", "'covert',"}};
  static const struct {
    const char *mode, *child, *text;
  } cases[] = {
      {"expert", "", "names its expert"},
      {"expert",
       ",{'name':'p','kind':'participant','set':{'inspection':{'$ref':'r'},'role':'expert'}}",
       "Every expert gives"},
      {"joint", "", "names its lead department"},
      {"joint", "", "people of the other departments"},
      {"joint",
       ",{'name':'p','kind':'participant','set':{'inspection':{'$ref':'r'},'role':'department',"
       "'own_findings':'无'}}",
       "signs its own findings"},
      {"routine", "," O("h", "{'inspection':{'$ref':'r'}}"), "Every hazard needs a demand"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(ends); i++)
    for (gsize k = 0; k < G_N_ELEMENTS(cases); k++) {
      g_autofree char *change = g_strdup_printf("{'name':'r','kind':'','set':{'modes':[%s'%s']}}%s",
                                                ends[i].also, cases[k].mode, cases[k].child);
      try_breakers(&(Breaker){"inspection", "on_site", ends[i].to, change, NULL, cases[k].text}, 1);
    }
}

/* The unit that is to act must be able to see what is handed over to it. */
static void test_R062_a_covert_visit_is_released_before_its_hazard_is_handed_over(void **state)
{
  (void)state;
  static const Breaker breakers[] = {
      {"hazard", "found", "handed_over", O("i", "{'modes':['covert']}"), NULL,
       "Release the covert"},
      {"hazard", "found", "handed_over", O("i", "{'modes':['covert'],'released':false}"), NULL,
       "Release the covert"},
  };
  try_breakers(breakers, G_N_ELEMENTS(breakers));
  const TestStep *step = test_step_find("hazard", "found", "handed_over");
  g_autoptr(TestWorld) world = test_step_make_world(step);
  test_world_put_all(world, O("i", "{'modes':['covert'],'released':true}"));
  g_autoptr(GPtrArray) problems = test_step_judge(world, step, "found", step->actor);
  assert_int_equal(problems->len, 0);
}

static void test_guards_about_people_and_dates(void **state)
{
  (void)state;
  static const Breaker breakers[] = {
      {"hazard", "suspected", "confirmed", O("li", "{'roles':['reviewer']}"), "li",
       "second person"},
      {"hazard", "reported_fixed", "closed", "", "li", "entered the report"},
      {"hazard", "ordered", "reported_fixed", "", "wang", "who takes the step"},
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
      {"hazard", "accountability", "reported_fixed", O("f", "{'role':'photo'}"), NULL,
       "Add proof of the fix"},
      {"hazard", "rectifying", "rectifying", O("p", "{'reported_on':'2026-11-20'}"), NULL,
       "No progress report of this day"},
      {"hazard", "rectifying", "rectifying", O("p", "{'state':'leader_signed'}"), NULL,
       "No progress report of this day"},
      {"hazard", "rectifying", "rectifying",
       R("{'progress_on':'2026-11-22'}") "," O("p", "{'reported_on':'2026-11-22'}"), NULL,
       "cannot lie in the future"},
      {"hazard", "rectifying", "acceptance", O("f2", "{'role':'photo'}"), NULL, "two proofs"},
      {"hazard", "confirmed", "acceptance", O("f2", "{'role':'photo'}"), NULL, "two proofs"},
      {"hazard", "confirmed", "acceptance", R("{'report_workforce_on':null}"), NULL,
       "to the workforce is missing"},
      {"hazard", "as_accident", "rectifying", O("f2", "{'role':'photo'}"), NULL, "two proofs"},
      {"hazard", "as_accident", "rectifying", R("{'report_department_to':null}"), NULL,
       "Receiving department"},
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
      {"inspection", NULL, "on_site", R("{'subject_found_by':'plaque'}"), NULL, "is not a scan"},
      {"inspection", NULL, "on_site",
       R("{'subject_found_by':'plaque','scan':{'$ref':'scan'}}") "," O(
           "scan", "{'enterprise':{'$ref':'e'},'means':'typed'}"),
       NULL, "is not a scan"},
      {"inspection", NULL, "on_site",
       R("{'subject_found_by':'plaque','scan':{'$ref':'scan'}}") "," O(
           "scan", "{'enterprise':{'$ref':'elsewhere'},'means':'camera'}"),
       NULL, "is not a scan"},
      {"inspection", "on_site", "not_carried_out", R("{'answers/A-1':{'answer':'compliant'}}"),
       NULL, "Items are answered"},
      {"inspection", "on_site", "not_carried_out",
       O("h", "{'inspection':{'$ref':'r'},'state':'found'}"), NULL, "Hazards are recorded"},
      {"hazard", "found", "withdrawn_on_site", O("i", "{'state':'signed'}"), NULL,
       "The visit has ended"},
      {"hazard", "found", "withdrawn_on_site", R("{'withdraw_reason':''}"), NULL, "Reason"},
      {"hazard", "found", "withdrawn_on_site", "", "wang", "may not"},
      {"document", "draft", "legal_review", R("{'major_decision':false}"), NULL, "Only major"},
      {"document", "draft", "legal_review", R("{'legal_basis':''}"), NULL,
       "Legal basis is missing"},
      {"document", "draft", "legal_review", R("{'deadline':null}"), NULL, "Deadline is missing"},
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
  const TestStep step = {"document", "approved", "issued", "li", ORDER ",'issued_at':1795258740000",
                         H_DEMAND};
  g_autoptr(TestWorld) world = test_step_make_world(&step);
  g_autoptr(GPtrArray) unsigned_order = test_step_judge(world, &step, "approved", "li");
  assert_int_equal(unsigned_order->len, 2);
  test_world_put_quoted(world, "i", "inspection", "{'signed_sha256':'" TEXT "'}");
  test_world_put_quoted(world, "s1", "signature",
                        "{'parent':{'$ref':'i'},'role':'inspector','staff':{'$ref':'li'},"
                        "'shown_sha256':'" TEXT "'}");
  test_world_put_quoted(world, "s2", "signature",
                        "{'parent':{'$ref':'i'},'role':'second_inspector','staff':{'$ref':'wang'},"
                        "'shown_sha256':'" TEXT "'}");
  g_autoptr(GPtrArray) signed_order = test_step_judge(world, &step, "approved", "li");
  assert_int_equal(signed_order->len, 0);
}

static json_t *parse_set(const char *quoted)
{
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  g_autoptr(json_t) set = json_loads(text, 0, NULL);
  if (set == NULL)
    fail_msg("the case is not JSON: %s", text);
  return test_world_resolve(set);
}

/* Returns the problems of setting `set` on the world's record; `state`, unless NULL, is its state
 * before. */
static GPtrArray *judge_change(TestWorld *world, const char *kind, const char *actor,
                               const char *state, const char *set_text)
{
  const BhKind *declared = bh_kind_set_find(world->kinds, kind);
  g_autoptr(json_t) before = json_deep_copy(test_world_get(world, "r"));
  g_autoptr(json_t) set = parse_set(set_text);
  BhContext context = test_world_context(world, "r", actor, TODAY);
  if (state != NULL)
    json_object_set_new(before, "state", json_string(state));
  context.values = before;
  return bh_kind_check_change(declared, set, &context);
}

static void assert_locked(TestWorld *world, const char *kind, const char *actor, const char *state,
                          const char *set, const char *field)
{
  g_autoptr(GPtrArray) problems = judge_change(world, kind, actor, state, set);
  if (field == NULL && problems->len == 0)
    return;
  if (field == NULL || problems->len != 1)
    fail_msg("%s in %s, %s: %u problems, the first %s", kind, state, set, problems->len,
             problems->len > 0 ? ((BhProblem *)problems->pdata[0])->text_en : "none");
  const BhProblem *problem = problems->pdata[0];
  assert_string_equal(problem->code, "locked");
  assert_string_equal(problem->field, field);
}

static void test_FIELD_4_the_subject_changes_only_before_signing_and_with_a_reason(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"inspection", "assigned", "on_site", "li", VISIT, ""});
  g_autoptr(GPtrArray) without =
      judge_change(world, "inspection", "li", NULL, "{'enterprise':{'$ref':'other'}}");
  assert_int_equal(without->len, 1);
  assert_string_equal(((BhProblem *)without->pdata[0])->field, "retarget_reason");
  assert_string_equal(((BhProblem *)without->pdata[0])->code, "required");
  assert_locked(world, "inspection", "li", NULL,
                "{'enterprise':{'$ref':'other'},'retarget_reason':'扫错码'}", NULL);
  assert_locked(world, "inspection", "li", "signed", "{'enterprise':{'$ref':'other'}}",
                "enterprise");
  /* A field that is set to the value it already has is not a change. */
  assert_locked(world, "inspection", "li", "signed", "{'modes':['routine']}", NULL);
}

static void test_signed_fields_are_locked_until_the_visit_is_returned(void **state)
{
  (void)state;
  static const char *const sets[][2] = {
      {"{'answers/COAL-01':{'answer':'compliant'}}", "answers/COAL-01"},
      {"{'opinion':'改了'}", "opinion"},
      {"{'lead':{'$ref':'wang'}}", "lead"},
      {"{'started_at':1795258000000}", "started_at"},
      {"{'checklist_version':'9'}", "checklist_version"},
  };
  static const char *const locked[] = {"signed",      "refused_sign", "unsigned", "not_carried_out",
                                       "resubmitted", "accepted",     "followed", "archived",
                                       "reviewed",    "cancelled"};
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"inspection", "assigned", "on_site", "li", VISIT, ""});
  for (gsize i = 0; i < G_N_ELEMENTS(sets); i++) {
    assert_locked(world, "inspection", "li", "on_site", sets[i][0], NULL);
    assert_locked(world, "inspection", "li", "returned", sets[i][0], NULL);
    for (gsize k = 0; k < G_N_ELEMENTS(locked); k++)
      assert_locked(world, "inspection", "li", locked[k], sets[i][0], sets[i][1]);
  }
  /* Fields that the office sets later are not part of the signed text. */
  assert_locked(world, "inspection", "sun", "accepted", "{'feedback_to':'县政府'}", NULL);
  /* A step may set the fields that it asks for. */
  assert_locked(world, "inspection", "li", "archived",
                "{'state':'reviewed','file_review_score':90}", "file_review_score");
  assert_locked(world, "inspection", "sun", "archived",
                "{'state':'reviewed','file_review_score':90}", NULL);
  assert_locked(world, "inspection", "sun", "archived", "{'file_review_score':90}",
                "file_review_score");
}

static void test_R077_a_deadline_moves_only_with_the_extension_and_its_approver(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_step_make_world(
      &(TestStep){"hazard", "found", "ordered", "li", "'deadline':'2026-12-01'", ""});
  static const char EXTENSION[] =
      "{'state':'ordered','deadline':'2026-12-20','extension_reason':'设备未到',"
      "'extension_old_deadline':'2026-12-01','extension_approver':{'$ref':'zhou'}}";
  assert_locked(world, "hazard", "li", "ordered", "{'deadline':'2027-06-30'}", "deadline");
  assert_locked(world, "hazard", "li", "ordered", "{'level':'major'}", "level");
  g_autoptr(GPtrArray) inspector = judge_change(world, "hazard", "li", "ordered", EXTENSION);
  assert_int_equal(inspector->len, 4);
  assert_locked(world, "hazard", "qian", "ordered", EXTENSION, NULL);
  /* The old deadline must be the stored one; the step cannot claim another. */
  static const char *const false_words[] = {"'extension_old_deadline':'2026-11-30',", ""};
  for (gsize i = 0; i < G_N_ELEMENTS(false_words); i++) {
    g_autofree char *set = g_strdup_printf("{'state':'ordered','deadline':'2026-12-20',%s"
                                           "'extension_reason':'设备未到'}",
                                           false_words[i]);
    g_autoptr(GPtrArray) problems = judge_change(world, "hazard", "qian", "ordered", set);
    assert_int_equal(problems->len, 1);
    assert_string_equal(((BhProblem *)problems->pdata[0])->code, "kept");
    assert_string_equal(((BhProblem *)problems->pdata[0])->field, "extension_old_deadline");
  }
  /* The step unlocks only the fields that it asks for. */
  assert_locked(world, "hazard", "qian", "ordered",
                "{'state':'ordered','deadline':'2026-12-20','extension_old_deadline':'2026-12-01',"
                "'summary':'别的'}",
                "summary");
}

static void test_nothing_is_added_to_what_was_signed(void **state)
{
  (void)state;
  static const struct {
    const char *kind, *set;
  } children[] = {
      {"hazard", "{'inspection':{'$ref':'r'},'state':'found','summary':'新的'}"},
      {"participant", "{'inspection':{'$ref':'r'},'role':'member'}"},
      {"signature", "{'parent':{'$ref':'r'},'role':'enterprise'}"},
      {"file", "{'parent':{'$ref':'r'},'role':'photo'}"},
  };
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"inspection", "assigned", "on_site", "li", VISIT, ""});
  for (gsize i = 0; i < G_N_ELEMENTS(children); i++) {
    const BhKind *kind = bh_kind_set_find(world->kinds, children[i].kind);
    for (int locked = 0; locked < 2; locked++) {
      test_world_put_quoted(world, "r", "inspection",
                            locked ? "{'state':'signed'}" : "{'state':'on_site'}");
      g_autoptr(json_t) set = parse_set(children[i].set);
      BhContext context = test_world_context(world, "r", "li", TODAY);
      context.values = NULL;
      context.record = test_world_id("new");
      g_autoptr(GPtrArray) problems = bh_kind_check_change(kind, set, &context);
      if (problems->len != (guint)locked)
        fail_msg("%s: %u problems", children[i].kind, problems->len);
    }
  }
}

static void test_FIELD_12_choosing_the_subject_by_hand_needs_a_reason(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"inspection", NULL, "on_site", "li", VISIT, ""});
  const BhKind *inspection = bh_kind_set_find(world->kinds, "inspection");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) scanned = bh_kind_check_record(inspection, &context);
  assert_int_equal(scanned->len, 0);
  test_world_put_quoted(world, "r", "inspection", "{'subject_found_by':'list'}");
  g_autoptr(GPtrArray) chosen = bh_kind_check_record(inspection, &context);
  assert_int_equal(chosen->len, 1);
  assert_string_equal(((BhProblem *)chosen->pdata[0])->field, "subject_reason");
  assert_string_equal(((BhProblem *)chosen->pdata[0])->code, "required");
  assert_string_equal(((BhProblem *)chosen->pdata[0])->text_zh, "请填写“手工选择原因”");
  test_world_put_quoted(
      world, "p", "enterprise",
      "{'name':'无名采砂点','sector':'noncoal_mine','area':'140603','provisional':true,"
      "'provisional_reason':'无照','state':'provisional'}");
  BhContext provisional = test_world_context(world, "p", NULL, TODAY);
  const BhKind *enterprise = bh_kind_set_find(world->kinds, "enterprise");
  g_autoptr(GPtrArray) fine = bh_kind_check_record(enterprise, &provisional);
  assert_int_equal(fine->len, 0);
  test_world_put_quoted(world, "p", "enterprise", "{'provisional':false}");
  g_autoptr(GPtrArray) bare = bh_kind_check_record(enterprise, &provisional);
  assert_true(test_names_field(bare, "uscc"));
}

static void test_a_hazard_names_the_enterprise_of_its_inspection(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"hazard", NULL, "found", "li", GENERAL, ""});
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  static const char *const keys[] = {"enterprise", NULL};
  static const char *const others[] = {"demand", NULL};
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) fine = bh_kind_check_keys(hazard, keys, &context);
  assert_int_equal(fine->len, 0);
  test_world_put_quoted(world, "r", "hazard", "{'enterprise':{'$ref':'elsewhere'}}");
  g_autoptr(GPtrArray) moved = bh_kind_check_keys(hazard, keys, &context);
  assert_true(test_names_field(moved, "enterprise"));
  g_autoptr(GPtrArray) whole = bh_kind_check_record(hazard, &context);
  assert_true(test_names_field(whole, "enterprise"));
  g_autoptr(GPtrArray) other_field = bh_kind_check_keys(hazard, others, &context);
  assert_int_equal(other_field->len, 0);
}

static void test_a_candidate_for_major_is_decided(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"hazard", NULL, "found", "li", GENERAL, ""});
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  test_world_put_quoted(world, "r", "hazard", "{'major_candidate':true}");
  g_autoptr(GPtrArray) without = bh_kind_check_record(hazard, &context);
  assert_true(test_names_field(without, "level_reason"));
  test_world_put_quoted(world, "r", "hazard", "{'level':'major','state':'suspected'}");
  g_autoptr(GPtrArray) major = bh_kind_check_record(hazard, &context);
  assert_false(test_names_field(major, "level_reason"));
  test_world_put_quoted(world, "r", "hazard",
                        "{'level':'general','state':'found','level_reason':'已断电'}");
  g_autoptr(GPtrArray) reasoned = bh_kind_check_record(hazard, &context);
  assert_int_equal(reasoned->len, 0);
  test_world_unset(world, "r", "level");
  g_autoptr(GPtrArray) open = bh_kind_check_record(hazard, &context);
  assert_true(test_names_field(open, "level"));
}

static void test_records_are_checked_as_a_whole(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"hazard", NULL, "found", "li", GENERAL, ""});
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  test_world_put_quoted(
      world, "r", "hazard",
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
      fail_msg("no problem says %s", wanted[i]);
  }
  test_world_put_quoted(world, "r", "hazard", "{'state':'listed','level':'general'}");
  g_autoptr(GPtrArray) wrong_state = bh_kind_check_record(hazard, &context);
  assert_true(test_names_field(wrong_state, "level"));
}

static void test_FIELD_1_a_policy_source_is_no_legal_basis(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"hazard", NULL, "found", "li", GENERAL, ""});
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  test_world_put_quoted(
      world, "r", "hazard",
      "{'policy_source':'晋政发〔2024〕1号（十七）','legal_basis':'消防法 第二十八条'}");
  BhContext context = test_world_context(world, "r", "li", TODAY);
  g_autoptr(GPtrArray) two_bases = bh_kind_check_record(hazard, &context);
  assert_int_equal(two_bases->len, 0);
  test_world_put_quoted(world, "r", "hazard", "{'legal_basis':'晋政发〔2024〕1号（十七）'}");
  g_autoptr(GPtrArray) one = bh_kind_check_record(hazard, &context);
  assert_int_equal(one->len, 1);
  assert_string_equal(((BhProblem *)one->pdata[0])->field, "legal_basis");
}

static void test_people_who_left_or_whose_term_ended_cannot_act(void **state)
{
  (void)state;
  static const char *const changes[] = {"{'state':'left'}", "{'valid_to':'2026-11-20'}",
                                        "{'valid_from':'2026-11-22'}"};
  const TestStep step = {"hazard", NULL, "found", "li", GENERAL, ""};
  for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
    g_autoptr(TestWorld) world = test_step_make_world(&step);
    test_world_put_quoted(world, "li", "staff", changes[i]);
    g_autoptr(GPtrArray) problems = test_step_judge(world, &step, NULL, "li");
    assert_int_equal(problems->len, 1);
    assert_string_equal(((BhProblem *)problems->pdata[0])->code, "actor");
  }
}

static gboolean may_correct(TestWorld *world, const char *kind_name, const char *act_name,
                            const char *actor)
{
  const BhKind *kind = bh_kind_set_find(world->kinds, kind_name);
  g_autoptr(BhAct) act = bh_act_find(kind, NULL, act_name);
  assert_non_null(act);
  BhContext context = test_world_context(world, "c", actor, TODAY);
  return bh_act_is_open(act, &context);
}

/* Whoever sees what another office wrote may not change it. */
static void test_only_its_unit_and_those_above_correct_what_the_office_wrote(void **state)
{
  (void)state;
  static const char far[] = "{'name':'远','unit':{'$ref':'far_unit'},'roles':['reviewer'],"
                            "'state':'active'}";
  g_autoptr(TestWorld) world =
      test_step_make_world(test_step_find("hazard", "found", "handed_over"));
  test_world_put_quoted(world, "far_unit", "unit", "{'name':'外地局'}");
  test_world_put_quoted(world, "far", "staff", far);
  test_world_put_quoted(world, "c", "special_campaign", "{'name':'攻坚','unit':{'$ref':'u'}}");
  assert_true(may_correct(world, "special_campaign", "edit/correct", "sun"));
  assert_false(may_correct(world, "special_campaign", "edit/correct", "far"));
  /* A member of a group belongs to another unit and corrects what is the member's own. */
  test_world_put_quoted(world, "c", "special_campaign",
                        "{'name':'攻坚','unit':{'$ref':'u'},'recorded_by':{'$ref':'far'}}");
  assert_true(may_correct(world, "special_campaign", "edit/correct", "far"));
  /* The audited unit answers, which is not the unit of the record. */
  test_world_put_quoted(world, "c", "audit_record",
                        "{'unit':{'$ref':'u'},'audited_unit':{'$ref':'far_unit'}}");
  assert_true(may_correct(world, "audit_record", "edit/answer", "far"));
  test_world_put_quoted(world, "far", "staff", "{'unit':{'$ref':'u2'}}");
  assert_false(may_correct(world, "audit_record", "edit/answer", "far"));
}

static void test_the_hub_acts_only_where_it_may(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world =
      test_step_make_world(&(TestStep){"inspection", "accepted", "archived", "sun", ENDED, ""});
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_FIELD_7_orders_need_authority_and_a_valid_certificate),
      cmocka_unit_test(test_FIELD_14_two_officers_confirm_the_date_when_the_clock_is_poor),
      cmocka_unit_test(test_FIELD_3_visits_that_end_without_a_signature),
      cmocka_unit_test(test_R126_R060_no_visit_ends_without_what_experts_and_departments_found),
      cmocka_unit_test(test_R062_a_covert_visit_is_released_before_its_hazard_is_handed_over),
      cmocka_unit_test(test_guards_about_people_and_dates),
      cmocka_unit_test(test_an_order_may_rest_on_the_signatures_of_its_inspection),
      cmocka_unit_test(test_FIELD_4_the_subject_changes_only_before_signing_and_with_a_reason),
      cmocka_unit_test(test_signed_fields_are_locked_until_the_visit_is_returned),
      cmocka_unit_test(test_R077_a_deadline_moves_only_with_the_extension_and_its_approver),
      cmocka_unit_test(test_nothing_is_added_to_what_was_signed),
      cmocka_unit_test(test_FIELD_12_choosing_the_subject_by_hand_needs_a_reason),
      cmocka_unit_test(test_a_hazard_names_the_enterprise_of_its_inspection),
      cmocka_unit_test(test_a_candidate_for_major_is_decided),
      cmocka_unit_test(test_records_are_checked_as_a_whole),
      cmocka_unit_test(test_FIELD_1_a_policy_source_is_no_legal_basis),
      cmocka_unit_test(test_people_who_left_or_whose_term_ended_cannot_act),
      cmocka_unit_test(test_only_its_unit_and_those_above_correct_what_the_office_wrote),
      cmocka_unit_test(test_the_hub_acts_only_where_it_may),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
