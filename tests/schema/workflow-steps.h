/* Workflows 1 to 4 as a list of steps, one per declared transition, each with a record and a world
 * in which the step is allowed. JSON is written with ' for ". */
#pragma once

#include "tests/schema/world-of-records.h"

#define TODAY "2026-11-21"

typedef struct {
  const char *kind, *from, *to, *actor;
  const char *set;    /* values of the record "r", on which the step is taken */
  const char *others; /* records around it: [{"name","kind","set"}…] */
} TestStep;

/* The frozen fields that are signed, and the SHA-256 of their text "发现隐患 0 条\n". */
#define FACTS "{'paper':1}"
#define TEXT "f9f72dc5d4d6362b6c7401ba732ecf53f6ac73e3e919c772b74478b8281b50fa"
#define SIGNED                                                                                     \
  "{'name':'s1','kind':'signature','set':{'parent':{'$ref':'r'},'role':'inspector','staff':"       \
  "{'$ref':'li'},'shown_sha256':'" TEXT "'}},{'name':'s2','kind':'signature','set':{'parent':"     \
  "{'$ref':'r'},'role':'second_inspector','staff':{'$ref':'wang'},'shown_sha256':'" TEXT "'}}"
#define ENTERPRISE_SIGNED                                                                          \
  ",{'name':'s3','kind':'signature','set':{'parent':{'$ref':'r'},'role':'enterprise',"             \
  "'shown_sha256':'" TEXT "'}}"
#define FILE(name, role)                                                                           \
  "{'name':'" name "','kind':'file','set':{'parent':{'$ref':'r'},'role':'" role "'}}"

/* values of an inspection */
#define VISIT                                                                                      \
  "'enterprise':{'$ref':'e'},'unit':{'$ref':'u'},'lead':{'$ref':'li'},'modes':['routine'],"        \
  "'subject_found_by':'code','started_at':1795250000000"
#define ENDED                                                                                      \
  VISIT ",'ended_at':1795258740000,'outcome':'carried_out','signed_facts':" FACTS                  \
        ",'signed_sha256':'" TEXT "'"
/* values of a hazard */
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
/* values of a document */
#define ORDER                                                                                            \
  "'inspection':{'$ref':'i'},'enterprise':{'$ref':'e'},'doc_type':'order_rectify','hazards':"            \
  "[{'$ref':'h'}],'legal_basis':'安全生产法 第六十五条','deadline':'2026-12-01','drafted_by':" \
  "{'$ref':'li'},'number':'（井应急）责改〔2026〕1号','frozen':" FACTS ",'signed_sha256':'" TEXT         \
  "'"
#define H_DEMAND                                                                                   \
  "{'name':'h','kind':'hazard','set':{'demand':'打开','deadline':'2026-12-01','state':'ordered'}}"

/* values of a progress report */
#define REPORT                                                                                     \
  "'hazard':{'$ref':'h'},'reported_on':'2026-11-21','summary':'过半','reported_by':{'$ref':'li'}"
#define LEADER ",'leader_name':'甲','leader_post':'副区长','leader_signed_at':1795258740000"
#define COMPANY                                                                                    \
  ",'company':'集团','company_head':'乙','company_post':'董事长',"                           \
  "'company_signed_at':1795258740000"

/* values of an urgent message */
#define URGENT                                                                                     \
  "'message_type':'danger','headline':'冒顶','happened_at':1795258740000,'area':'140603100',"    \
  "'unit':{'$ref':'u'},'reported_by':{'$ref':'li'}"

/* All steps; their number goes to *count. */
const TestStep *test_step_list(gsize *count);
/* `from` NULL: the step that makes the record. Returns NULL when there is no such step. */
const TestStep *test_step_find(const char *kind, const char *from, const char *to);

void test_world_put_quoted(TestWorld *world, const char *name, const char *kind,
                           const char *quoted);
/* `quoted`: objects of name, kind and set, joined by commas. */
void test_world_put_all(TestWorld *world, const char *quoted);
/* Makes units, people, an enterprise with an inspection, and the record "r" of the step. */
TestWorld *test_step_make_world(const TestStep *step);
/* Returns the problems when `actor` takes the step from the state `from`. */
GPtrArray *test_step_judge(TestWorld *world, const TestStep *step, const char *from,
                           const char *actor);
gboolean test_names_field(const GPtrArray *problems, const char *field);
