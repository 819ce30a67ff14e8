#include "tests/schema/workflow-steps.h"

#define ON_SITE "{'name':'i','kind':'inspection','set':{'state':'on_site'}}"

static const TestStep steps[] = {
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
    {"inspection", "accepted", "accepted", "zhou", ENDED ",'modes':['covert'],'released':true", ""},
    {"inspection", "followed", "followed", "zhou", ENDED ",'modes':['covert'],'released':true", ""},
    {"inspection", "archived", "archived", "zhou", ENDED ",'modes':['covert'],'released':true", ""},
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
    {"hazard", "ordered", "accountability", "zhou", GENERAL ",'deadline':'2026-11-01'", ""},
    {"hazard", "accountability", "reported_fixed", "li", GENERAL FIXED, FILE("f", "proof")},
    {"hazard", "reported_fixed", "closed", "wang",
     GENERAL FIXED ",'recheck_result':'passed','recheck_on':'2026-11-21','handed_over_to':'局',"
                   "'result_returned_on':'2026-11-21','result_returned_text':'已整改'",
     FILE("f", "returned")},
    {"hazard", "reported_fixed", "ordered", "wang",
     GENERAL FIXED ",'recheck_result':'not_passed','recheck_on':'2026-11-21','deadline':"
                   "'2026-12-01'",
     ""},
    {"hazard", "found", "suspected", "li", MAJOR, ""},
    {"hazard", "found", "withdrawn", "sun", GENERAL ",'withdraw_reason':'重复'", ""},
    {"hazard", "found", "withdrawn_on_site", "li", GENERAL ",'withdraw_reason':'误记'", ON_SITE},
    {"hazard", "fixed_on_site", "withdrawn_on_site", "li", GENERAL ",'withdraw_reason':'误记'",
     ON_SITE},
    {"hazard", "suspected", "withdrawn_on_site", "li", MAJOR ",'withdraw_reason':'误记'", ON_SITE},
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
    {"hazard", "rectifying", "rectifying", "zhou", MAJOR ",'progress_on':'2026-11-21'",
     "{'name':'p','kind':'progress_report','set':{'hazard':{'$ref':'r'},'state':'valid',"
     "'reported_on':'2026-11-21'}}"},
    {"hazard", "rectifying", "refused", "li", MAJOR ",'refusal_note':'拒绝'", FILE("f", "photo")},
    {"hazard", "refused", "stopped", "zhou", MAJOR ",'stop_number':'停1号','stop_on':'2026-11-21'",
     ""},
    {"hazard", "stopped", "rectifying", "li", MAJOR, ""},
    {"hazard", "rectifying", "acceptance", "li",
     MAJOR FIVE REPORTS ",'acceptance_asked_on':'2026-11-21','fix_report':'完成'",
     FILE("f1", "proof") "," FILE("f2", "proof")},
    {"hazard", "confirmed", "acceptance", "li", MAJOR FIVE REPORTS ",'fixed_on_site':true",
     FILE("f", "after_photo") "," FILE("f1", "proof") "," FILE("f2", "proof")},
    {"hazard", "acceptance", "signed_off", "zhou",
     MAJOR FIVE ",'acceptance_team':'三人','acceptance_result':'passed','acceptance_on':"
                "'2026-11-21','sign_off_name':'甲','sign_off_post':'副区长','sign_off_on':"
                "'2026-11-21'",
     FILE("f", "signed")},
    {"hazard", "acceptance", "rectifying", "sun",
     MAJOR ",'acceptance_result':'not_passed','acceptance_note':'未完','listing_deadline':"
           "'2027-01-31'",
     ""},
    {"hazard", "signed_off", "struck_off", "sun",
     MAJOR FIVE ",'sign_off_name':'甲','strike_off_on':'2026-11-21','listing_number':'1',"
                "'strike_off_public_on':'2026-11-21'",
     ""},
    {"hazard", "listed", "as_accident", "zhou", MAJOR ",'accident_trigger':'not_rectified'", ""},
    {"hazard", "confirmed", "as_accident", "zhou", MAJOR ",'accident_trigger':'unlisted'", ""},
    {"hazard", "planned", "as_accident", "zhou", MAJOR ",'accident_trigger':'upper_level'", ""},
    {"hazard", "as_accident", "rectifying", "sun", MAJOR REPORTS ",'accident_case_number':'事1'",
     FILE("f1", "proof") "," FILE("f2", "proof")},
    /* workflow 4: document */
    {"document", NULL, "draft", "li", ORDER, ""},
    {"document", "draft", "legal_review", "li", ORDER ",'major_decision':true", ""},
    {"document", "draft", "approved", "li", ORDER, ""},
    {"document", "legal_review", "approved", "zheng",
     ORDER
     ",'legal_opinion':'合法','legal_reviewed_on':'2026-11-21','legal_reviewer':{'$ref':'zheng'}",
     ""},
    {"document", "legal_review", "draft", "zheng",
     ORDER ",'legal_opinion':'依据不足','legal_reviewer':{'$ref':'zheng'}", ""},
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
    {"progress_report", NULL, "submitted", "li", REPORT, ""},
    {"progress_report", "submitted", "leader_signed", "sun", REPORT LEADER, FILE("f", "signed")},
    {"progress_report", "submitted", "company_signed", "li", REPORT COMPANY, FILE("f", "signed")},
    {"progress_report", "leader_signed", "valid", "li", REPORT COMPANY,
     FILE("f1", "signed") "," FILE("f2", "signed")},
    {"progress_report", "company_signed", "valid", "sun", REPORT LEADER,
     FILE("f1", "signed") "," FILE("f2", "signed")},
    {"progress_report", "submitted", "voided", "li", REPORT ",'void_reason':'重复'", ""},
    {"urgent_message", NULL, "reported", "li", URGENT, ""},
    {"urgent_message", "reported", "received_by_office", "sun",
     URGENT ",'acknowledged_by':{'$ref':'sun'}", ""},
    {"urgent_message", "received_by_office", "closed", "sun", URGENT ",'closing_note':'已处置'",
     ""},
    {"urgent_message", "reported", "withdrawn", "li", URGENT ",'withdrawn_because':'误报'", ""},
    /* enterprises and other subjects, and reviews */
    {"enterprise", NULL, "provisional", "li", "'provisional':true,'provisional_reason':'无照'", ""},
    {"enterprise", NULL, "confirmed", "li", "'uscc':'91140603MA0000015Q'", ""},
    {"enterprise", "provisional", "confirmed", "sun", "'uscc':'91140603MA0000015Q'", ""},
    {"enterprise", "confirmed", "closed", "sun", "'closed_reason':'注销'", ""},
    {"enterprise", "confirmed", "confirmed", "sun", "'uscc':'91140603MA0000015Q'", ""},
    {"enterprise", "closed", "confirmed", "sun", "'uscc':'91140603MA0000015Q'", ""},
    {"review", NULL, "open", "sun", "'parent':{'$ref':'i'},'decision':'return'", ""},
    {"review", NULL, "closed", "sun", "'parent':{'$ref':'i'},'decision':'approve'", ""},
    {"review", "open", "answered", "li", "'parent':{'$ref':'i'},'decision':'return'", ""},
    {"review", "open", "closed", "sun", "'parent':{'$ref':'i'},'decision':'return'", ""},
    {"review", "answered", "open", "sun", "'parent':{'$ref':'i'},'decision':'return'", ""},
    {"plaque", NULL, "bound", "li", "'enterprise':{'$ref':'e'},'serial':1", ""},
    {"plaque", "bound", "revoked", "li", "'enterprise':{'$ref':'e'},'revoke_reason':'破损'", ""},
};

const TestStep *test_step_list(gsize *count)
{
  *count = G_N_ELEMENTS(steps);
  return steps;
}

const TestStep *test_step_find(const char *kind, const char *from, const char *to)
{
  for (gsize i = 0; i < G_N_ELEMENTS(steps); i++)
    if (g_str_equal(steps[i].kind, kind) && g_strcmp0(steps[i].from, from) == 0 &&
        g_str_equal(steps[i].to, to))
      return &steps[i];
  return NULL;
}

void test_world_put_quoted(TestWorld *world, const char *name, const char *kind, const char *quoted)
{
  g_autofree char *text = g_strdelimit(g_strdup(quoted), "'", '"');
  test_world_put(world, name, kind, text);
}

void test_world_put_all(TestWorld *world, const char *quoted)
{
  g_autofree char *text = g_strdup_printf("[%s]", quoted);
  g_strdelimit(text, "'", '"');
  json_t *others = json_loads(text, 0, NULL);
  if (others == NULL)
    fail_msg("the case is not JSON: %s", text);
  gsize index;
  json_t *other;
  json_array_foreach(others, index, other) {
    g_autofree char *set = bh_json_dump(json_object_get(other, "set"));
    test_world_put(world, json_string_value(json_object_get(other, "name")),
                   json_string_value(json_object_get(other, "kind")), set);
  }
  json_decref(others);
}

TestWorld *test_step_make_world(const TestStep *step)
{
  TestWorld *world = test_world_new();
  test_world_put_quoted(world, "v", "unit", "{'area':'140600','level':'city'}");
  test_world_put_quoted(world, "u", "unit",
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
    test_world_put_quoted(world, people[i].name, "staff", set);
  }
  test_world_put_quoted(world, "e", "enterprise", "{'area':'140603100','unit':{'$ref':'u'}}");
  test_world_put_quoted(world, "i", "inspection", "{" VISIT ",'state':'signed'}");
  test_world_put_quoted(world, "h", "hazard",
                        "{" GENERAL ",'inspection':{'$ref':'elsewhere'},'state':'found'}");
  test_world_put_quoted(world, "d", "document", "{'state':'served'}");
  g_autofree char *set = g_strdup_printf("{%s,'state':'%s'}", step->set, step->to);
  test_world_put_quoted(world, "r", step->kind, set);
  test_world_put_all(world, step->others);
  return world;
}

GPtrArray *test_step_judge(TestWorld *world, const TestStep *step, const char *from,
                           const char *actor)
{
  BhContext context = test_world_context(world, "r", actor, TODAY);
  return bh_workflow_check(bh_kind_set_find(world->kinds, step->kind), from, step->to, &context);
}

gboolean test_names_field(const GPtrArray *problems, const char *field)
{
  for (guint i = 0; i < problems->len; i++)
    if (g_str_equal(((BhProblem *)problems->pdata[i])->field, field))
      return TRUE;
  return FALSE;
}
