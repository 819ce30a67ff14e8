/* What people see that follows from a kind: the day when a record is due, forms and ledgers. */
#include "schema/due.h"
#include "schema/kind-internal.h"
#include "schema/kind-paper.h"
#include "schema/ledger.h"
#include "schema/paths.h"
#include "tests/schema/world-of-records.h"

static char *due_of(TestWorld *world, const char *kind_name, const char *values)
{
  const BhKind *kind = bh_kind_set_find(world->kinds, kind_name);
  g_autofree char *text = g_strdelimit(g_strdup(values), "'", '"');
  g_autoptr(json_t) json = json_loads(text, 0, NULL);
  const BhContext context = {.values = json};
  BhDue due;
  assert_non_null(kind);
  assert_non_null(json);
  return bh_due_find(kind, &context, &due) ? bh_date_format(&due.day) : g_strdup("none");
}

static void test_R077_a_hazard_is_due_by_the_date_on_its_document(void **state)
{
  (void)state;
  static const struct {
    const char *values, *due;
  } cases[] = {
      {"{'state':'ordered','deadline':'2026-12-01'}", "2026-12-01"},
      {"{'state':'ordered'}", "none"},
      {"{'state':'ordered','deadline':'soon'}", "none"},
      {"{'state':'ordered','deadline':7}", "none"},
      /* An extension must be asked for before the old date; from then on the new date counts. */
      {"{'state':'ordered','deadline':'2026-12-15','extension_old_deadline':'2026-12-01'}",
       "2026-12-15"},
      {"{'state':'closed','deadline':'2026-12-01'}", "none"},
      {"{'state':'rectifying','deadline':'2026-12-01','listing_deadline':'2027-02-28'}",
       "2027-02-28"},
      {"{'deadline':'2026-12-01'}", "none"},
      {"{'state':'nonsense','deadline':'2026-12-01'}", "none"},
  };
  g_autoptr(TestWorld) world = test_world_new();
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *due = due_of(world, "hazard", cases[i].values);
    assert_string_equal(due, cases[i].due);
  }
}

static void test_R261_the_earliest_of_several_days_counts_and_months_end_clamped(void **state)
{
  (void)state;
  static const char kinds[] =
      "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'case','label':{'zh':'案','en':'Case'},"
      "'scope':'all','title':'{opened}','fields':["
      "{'name':'opened','type':'date','label':{'zh':'立','en':'Opened'}},"
      "{'name':'heard','type':'time','label':{'zh':'听','en':'Heard'}}],"
      "'states':[{'name':'open','label':{'zh':'开','en':'Open'},'initial':true},"
      "{'name':'told','label':{'zh':'告','en':'Told'}},{'name':'over','label':{'zh':'结','en':"
      "'Over'},'final':true}],'transitions':["
      "{'from':null,'to':'open','label':{'zh':'立','en':'Open'},'who':'anyone'},"
      "{'from':['open'],'to':'over','label':{'zh':'结','en':'End'},'who':'anyone','deadline':"
      "{'text':{'zh':'一月','en':'A month'},'from':'opened','months':1}},"
      "{'from':['open'],'to':'told','label':{'zh':'告','en':'Tell'},'who':'anyone','deadline':"
      "{'text':{'zh':'两天','en':'Two days'},'from':'heard','days':2}},"
      "{'from':['told'],'to':'over','label':{'zh':'结','en':'End'},'who':'anyone','deadline':"
      "{'text':{'zh':'三天','en':'Three'},'from':'opened','workdays':3}}]}]}";
  g_autofree char *text = g_strdelimit(g_strdup(kinds), "'", '"');
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(text, strlen(text), &error);
  assert_null(error);
  TestWorld world = {.kinds = set};
  g_autofree char *month = due_of(&world, "case", "{'state':'open','opened':'2027-01-31'}");
  assert_string_equal(month, "2027-02-28");
  /* This instant is 2027-02-01 00:30 in UTC+8, but still January in UTC. */
  g_autofree char *both =
      due_of(&world, "case", "{'state':'open','opened':'2027-01-31','heard':1801413000000}");
  assert_string_equal(both, "2027-02-03");
  g_autofree char *work = due_of(&world, "case", "{'state':'told','opened':'2026-11-27'}");
  assert_string_equal(work, "2026-12-02");
}

static void assert_no_numbers(const char *source)
{
  g_autofree char *shown = bh_source_dup_clauses(source);
  for (const char *at = strstr(shown, "R-"); at != NULL; at = strstr(at + 2, "R-"))
    if (g_ascii_isdigit(at[2]))
      fail_msg("%s: the shown text is %s", source, shown);
}

static void test_sources_are_shown_without_requirement_numbers(void **state)
{
  (void)state;
  static const char *const cases[][2] = {
      {"朔安发〔2022〕3号 §26; R-076", "朔安发〔2022〕3号 §26"},
      {"R-020; cf. 晋市政发〔2022〕1号 §14", "cf. 晋市政发〔2022〕1号 §14"},
      {"R-020, R-041, R-247", ""},
      {"A; R-1; B", "A; B"},
      {"R-type", "R-type"},
      {NULL, ""}};
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *shown = bh_source_dup_clauses(cases[i][0]);
    assert_string_equal(shown, cases[i][1]);
  }
  g_autofree char *dir = bh_data_path("schema", "kinds", NULL);
  g_autoptr(BhKindSet) kinds = bh_kind_set_load_dir(dir, NULL);
  assert_non_null(kinds);
  const GPtrArray *list = bh_kind_set_list(kinds);
  for (guint i = 0; i < list->len; i++) {
    const char *const parts[] = {"transitions", "ledgers", "fields", NULL};
    const json_t *declaration = bh_kind_get_declaration(list->pdata[i]);
    assert_no_numbers(bh_json_string_or(declaration, "source", ""));
    for (int k = 0; parts[k] != NULL; k++) {
      size_t at;
      json_t *member;
      json_array_foreach(json_object_get(declaration, parts[k]), at, member)
        assert_no_numbers(bh_json_string_or(member, "source", ""));
    }
  }
}

static void test_forms_come_in_their_declared_order(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *document = bh_kind_set_find(world->kinds, "document");
  g_autoptr(GPtrArray) issue = bh_kind_list_form(document, "issue");
  g_autoptr(GPtrArray) none = bh_kind_list_form(document, "nothing");
  assert_int_equal(issue->len, 6);
  assert_string_equal(bh_field_get_name(issue->pdata[0]), "legal_basis");
  assert_string_equal(bh_field_get_name(issue->pdata[1]), "deadline");
  assert_int_equal(none->len, 0);
}

static void test_R081_the_three_lists_are_declared(void **state)
{
  (void)state;
  static const char *const names[] = {"rectification", "listed_supervision", "accountability",
                                      "overdue"};
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
    assert_non_null(bh_kind_find_ledger(hazard, names[i]));
  assert_null(bh_kind_find_ledger(hazard, "everything"));
  assert_null(bh_kind_find_ledger(bh_kind_set_find(world->kinds, "unit"), "overdue"));
  /* Every open state is in one of the lists; a final state is in none. */
  g_autoptr(GPtrArray) states = bh_kind_list_states(hazard);
  for (guint i = 0; i < states->len; i++) {
    gboolean listed = FALSE;
    for (gsize k = 0; k < 3; k++) {
      gsize at;
      json_t *name;
      json_array_foreach(json_object_get(bh_kind_find_ledger(hazard, names[k]), "states"), at, name)
        listed |= g_str_equal(json_string_value(name), states->pdata[i]);
    }
    if (listed == bh_kind_is_final_state(hazard, states->pdata[i]))
      fail_msg("state %s is %s", (const char *)states->pdata[i],
               listed ? "final and listed" : "open and in no list");
  }
}

/* A kind with one ledger. */
static BhKindSet *load_ledger(const char *ledger)
{
  g_autofree char *quoted = g_strdup_printf(
      "{'bihuan-kinds':1,'kinds':["
      "{'bihuan-kind':1,'kind':'staff','label':{'zh':'人','en':'Staff'},'scope':'all','title':'x',"
      "'fields':[{'name':'unit','type':'ref','label':{'zh':'单','en':'Unit'},'ref_kinds':['unit']"
      "}]},{'bihuan-kind':1,'kind':'unit','label':{'zh':'单','en':'Unit'},'scope':'all','title':'x'"
      ",'fields':[{'name':'name','type':'text','label':{'zh':'名','en':'Name'}}]},"
      "{'bihuan-kind':1,'kind':'task','label':{'zh':'事','en':'Task'},'scope':'all','title':'x',"
      "'list':['urgent','by'],'menu':['home'],'fields':["
      "{'name':'by','type':'date','label':{'zh':'期','en':'By'},'indexed':true},"
      "{'name':'urgent','type':'flag','label':{'zh':'急','en':'Urgent'},'indexed':true},"
      "{'name':'sort','type':'choice','label':{'zh':'类','en':'Sort'},'indexed':true,'choices':["
      "{'code':'a','label':{'zh':'甲','en':'A'}},{'code':'b','label':{'zh':'乙','en':'B'}}]},"
      "{'name':'for','type':'ref','label':{'zh':'人','en':'For'},'ref_kinds':['staff'],"
      "'indexed':true},"
      "{'name':'unit','type':'ref','label':{'zh':'单','en':'Unit'},'ref_kinds':['unit'],"
      "'indexed':true}],'ledgers':[{'name':'mine','label':{'zh':'我的','en':'Mine'}%s}]}]}",
      ledger);
  g_autofree char *text = g_strdelimit(g_steal_pointer(&quoted), "'", '"');
  g_autoptr(GError) error = NULL;
  BhKindSet *set = bh_kind_set_from_text(text, strlen(text), &error);
  if (set == NULL)
    fail_msg("%s: %s", ledger, error->message);
  return set;
}

static void assert_query(const char *ledger, const char *actor, const char *unit,
                         const char *expected)
{
  g_autoptr(BhKindSet) set = load_ledger(ledger);
  const BhKind *kind = bh_kind_set_find(set, "task");
  const BhLedgerViewer viewer = {actor, unit, "2026-11-29"};
  g_autoptr(json_t) query = bh_ledger_dup_query(kind, bh_kind_find_ledger(kind, "mine"), &viewer);
  g_autofree char *text = g_strdelimit(g_strdup(expected), "'", '"');
  g_autoptr(json_t) wanted = json_loads(text, 0, NULL);
  g_autofree char *found = bh_json_dump(query);
  if (!json_equal(query, wanted))
    fail_msg("%s: %s", ledger, found);
}

static void test_a_ledger_becomes_a_query_for_the_person_who_looks(void **state)
{
  (void)state;
  static const struct {
    const char *ledger, *actor, *unit, *query;
  } cases[] = {
      {"", "p", "u", "{'kind':'task','where':{}}"},
      {",'where':{'field':'sort','is':'a'}", "p", "u", "{'kind':'task','where':{'sort':'a'}}"},
      {",'where':{'field':'sort','in':['a','b']}", "p", "u",
       "{'kind':'task','where':{'sort':['a','b']}}"},
      {",'where':{'field':'urgent','is':true}", "p", "u",
       "{'kind':'task','where':{'urgent':true}}"},
      {",'where':{'field':'sort','empty':true}", "p", "u", "{'kind':'task','where':{'sort':''}}"},
      {",'where':{'actor_is':'for'}", "p", "u", "{'kind':'task','where':{'for':'p'}}"},
      {",'where':{'actor_unit':'unit'}", "p", "u", "{'kind':'task','where':{'unit':'u'}}"},
      /* Whoever is not known sees no record, and not all of them. */
      {",'where':{'actor_is':'for'}", NULL, NULL, "{'kind':'task','where':{'for':[]}}"},
      {",'where':{'actor_unit':'unit'}", "p", NULL, "{'kind':'task','where':{'unit':[]}}"},
      {",'where':{'all':[{'actor_is':'for'},{'field':'sort','is':'b'}]}", "p", "u",
       "{'kind':'task','where':{'for':'p','sort':'b'}}"},
      {",'date':'by'", "p", "u", "{'day':'by','kind':'task','where':{}}"},
      {",'date':'by','overdue':true", "p", "u",
       "{'day':'by','due_before':'2026-11-29','kind':'task','order':'due','where':{}}"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
    assert_query(cases[i].ledger, cases[i].actor, cases[i].unit, cases[i].query);
}

static void test_ledgers_are_shown_where_they_say(void **state)
{
  (void)state;
  static const struct {
    const char *ledger;
    gboolean home, office, agenda, days;
  } cases[] = {
      {"", FALSE, TRUE, FALSE, FALSE},
      {",'menu':[]", FALSE, FALSE, FALSE, FALSE},
      {",'menu':['home']", TRUE, FALSE, FALSE, TRUE},
      {",'menu':['home','office'],'order':'title'", TRUE, TRUE, FALSE, FALSE},
      {",'menu':[],'agenda':true", FALSE, FALSE, TRUE, TRUE},
      {",'lane':true", FALSE, TRUE, FALSE, TRUE},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autoptr(BhKindSet) set = load_ledger(cases[i].ledger);
    const BhKind *kind = bh_kind_set_find(set, "task");
    const json_t *ledger = bh_kind_find_ledger(kind, "mine");
    assert_int_equal(bh_ledger_is_in_menu(ledger, BH_MENU_HOME), cases[i].home);
    assert_int_equal(bh_ledger_is_in_menu(ledger, BH_MENU_OFFICE), cases[i].office);
    assert_int_equal(bh_ledger_is_in_agenda(ledger), cases[i].agenda);
    assert_int_equal(bh_ledger_needs_days(ledger), cases[i].days);
    assert_true(bh_kind_is_in_menu(kind, BH_MENU_HOME));
    assert_false(bh_kind_is_in_menu(kind, BH_MENU_OFFICE));
  }
}

static void assert_columns(const char *ledger, const char *expected)
{
  g_autoptr(BhKindSet) set = load_ledger(ledger);
  const BhKind *kind = bh_kind_set_find(set, "task");
  g_autoptr(GPtrArray) columns = bh_ledger_list_columns(kind, bh_kind_find_ledger(kind, "mine"));
  g_autoptr(GString) names = g_string_new(NULL);
  for (guint i = 0; i < columns->len; i++)
    g_string_append_printf(names, "%s ", bh_field_get_name(columns->pdata[i]));
  assert_string_equal(names->str, expected);
}

static void test_columns_are_those_of_the_ledger_or_of_the_kind(void **state)
{
  (void)state;
  assert_columns("", "urgent by ");
  assert_columns(",'columns':['sort','state','by']", "sort by ");
}

static char *names_of(const GPtrArray *kinds)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < kinds->len; i++)
    g_string_append_printf(out, "%s%s", i > 0 ? " " : "", bh_kind_get_name(kinds->pdata[i]));
  return g_string_free(out, FALSE);
}

/* A kind that the program has no code for is listed where its declaration puts it. */
static void test_kinds_are_listed_where_their_declarations_say(void **state)
{
  (void)state;
#define KIND(name, more, ref)                                                                      \
  "{'bihuan-kind':1,'kind':'" name "','label':{'zh':'类','en':'Kind'},'scope':'all',"             \
  "'title':'x'," more "'fields':[{'name':'to','type':'ref','label':{'zh':'指','en':'To'},"        \
  "'ref_kinds':['" ref "']}]}"
  static const char kinds[] = "{'bihuan-kinds':1,'kinds':[" KIND("a", "", "b") "," KIND(
      "b", "", "d") "," KIND("c", "'order':7,", "a") "," KIND("d", "", "b") "]}";
  g_autofree char *text = g_strdelimit(g_strdup(kinds), "'", '"');
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(text, strlen(text), &error);
  if (set == NULL)
    fail_msg("%s", error->message);
  g_autoptr(GPtrArray) shown = bh_kind_set_list_in_order(set);
  g_autoptr(GPtrArray) written = bh_kind_set_list_by_refs(set);
  g_autofree char *shown_names = names_of(shown);
  g_autofree char *written_names = names_of(written);
  assert_string_equal(shown_names, "c a b d");
  /* the declarations b and d refer to each other */
  assert_string_equal(written_names, "d b a c");
  assert_int_equal(bh_kind_get_in_case(shown->pdata[0]), BH_IN_CASE_NOT);
  assert_int_equal(bh_kind_get_at_parent(shown->pdata[0]), BH_AT_PARENT_AFTER);
}

#define GROUPED(name, more)                                                                        \
  "{'bihuan-kind':1,'kind':'" name "','label':{'zh':'类','en':'Kind'},'scope':'all','title':'x'," \
  "" more "'fields':[{'name':'to','type':'text','label':{'zh':'指','en':'To'}}]}"
#define GROUP(name, zh, en) "{'name':'" name "','label':{'zh':'" zh "','en':'" en "'}}"

static BhKindSet *load_quoted(const char *kinds, GError **error)
{
  g_autofree char *text = g_strdelimit(g_strdup(kinds), "'", '"');
  return bh_kind_set_from_text(text, strlen(text), error);
}

/* Any kind may declare groups, and kinds of another file use them. */
static void test_a_kind_stands_in_its_group(void **state)
{
  (void)state;
  static const char kinds[] =
      "{'bihuan-kinds':1,'kinds':[" GROUPED("a", "'group':'late',") "," GROUPED(
          "b", "'groups':[" GROUP("early", "早",
                                  "Early") "],") "," GROUPED("c",
                                                             "'groups':[" GROUP(
                                                                 "late", "晚",
                                                                 "Late") "],'group':'early',") "]}";
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = load_quoted(kinds, &error);
  if (set == NULL)
    fail_msg("%s", error->message);
  const BhKind *a = bh_kind_set_find(set, "a");
  const BhKind *b = bh_kind_set_find(set, "b");
  const BhKind *c = bh_kind_set_find(set, "c");
  assert_int_equal(bh_kind_get_group(a), 2);
  assert_int_equal(bh_kind_get_group(b), 0);
  assert_int_equal(bh_kind_get_group(c), 1);
  assert_string_equal(bh_kind_get_group_label(a, "zh"), "晚");
  assert_string_equal(bh_kind_get_group_label(a, "en"), "Late");
  assert_string_equal(bh_kind_get_group_label(b, "zh"), "");
  assert_string_equal(bh_kind_get_group_label(c, "en"), "Early");
  g_autoptr(GPtrArray) listed = bh_kind_set_list_by_group(set);
  g_autofree char *names = names_of(listed);
  assert_string_equal(names, "c a b");
}

static void test_broken_groups_are_refused(void **state)
{
  (void)state;
  const struct {
    const char *kinds, *expected;
  } cases[] = {
      {GROUPED("a", "'group':'none',"),
       "kinds: $.kinds[0].group: no kind declares the group \"none\""},
      {GROUPED("a", "'groups':[" GROUP("one", "一", "One") "],") "," GROUPED(
           "b", "'groups':[" GROUP("two", "二", "Two") "," GROUP("one", "一", "One") "],"),
       "kinds: $.kinds[0].groups[0].name: duplicate group \"one\""},
      {GROUPED("a", "'group':'No',"), "kinds: $.kinds[0].group: \"No\" is not a name"},
      {GROUPED("a", "'group':['one'],"), "kinds: $.kinds[0].group: must be a string"},
      {GROUPED("a", "'groups':[],"), "kinds: $.kinds[0].groups: is empty"},
      {GROUPED("a", "'groups':'one',"), "kinds: $.kinds[0].groups: must be an array"},
      {GROUPED("a", "'groups':[{'name':'one'}],"),
       "kinds: $.kinds[0].groups[0]: \"label\" is missing"},
      {GROUPED("a", "'groups':[{'name':'one','label':{'zh':'一'}}],"),
       "kinds: $.kinds[0].groups[0].label: \"en\" is missing"},
      {GROUPED("a", "'groups':[{'name':'one','label':{'zh':'一','en':'One'},'order':1}],"),
       "kinds: $.kinds[0].groups[0]: unknown member \"order\""},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = g_strconcat("{'bihuan-kinds':1,'kinds':[", cases[i].kinds, "]}", NULL);
    g_autoptr(GError) error = NULL;
    assert_null(load_quoted(text, &error));
    if (!g_str_has_prefix(error->message, cases[i].expected))
      fail_msg("case %zu: %s", i, error->message);
  }
}

/* People look for what they want to make under a heading: no shipped kind is left without one. */
static void test_every_kind_has_a_group(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  const GPtrArray *kinds = bh_kind_set_list(world->kinds);
  for (guint i = 0; i < kinds->len; i++)
    if (bh_kind_get_group(kinds->pdata[i]) == 0)
      fail_msg("%s has no group", bh_kind_get_name(kinds->pdata[i]));
  assert_string_equal(bh_kind_get_group_label(bh_kind_set_find(world->kinds, "inspection"), "zh"),
                      "监督检查");
}

static void test_the_kinds_keep_their_places(void **state)
{
  (void)state;
  g_autoptr(TestWorld) world = test_world_new();
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_in_order(world->kinds);
  g_autoptr(GString) children = g_string_new(NULL);
  g_autoptr(GString) told = g_string_new(NULL);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    static const char *const places[] = {"", "+", "-"};
    static const char *const words[] = {"", " named", " opened", " with_parent", " root"};
    if (bh_kind_get_parent_field(kind) != NULL)
      g_string_append_printf(children, "%s%s ", places[bh_kind_get_at_parent(kind)],
                             bh_kind_get_name(kind));
    if (bh_kind_get_in_case(kind) != BH_IN_CASE_NOT)
      g_string_append_printf(told, "%s%s, ", bh_kind_get_name(kind),
                             words[bh_kind_get_in_case(kind)]);
  }
  assert_string_equal(
      children->str,
      "+hazard +document progress_report ruling signature participant fact_check "
      "accident_evaluation evaluation_member plaque evaluation_line evaluation_work "
      "evaluation_point evaluation_task evidence_item site dishonesty_entry licence "
      "insurance leader_duty leader_visit responsible_head score_entry stationing "
      "installation watch_shift contractor risk_point matter third_party_exam "
      "self_check_item watch_roster emergency_drill duty_paper electronic_seal "
      "eight_haves head_check village_contact grid_cell plan_line training_record "
      "campaign_stage duty_list measure_progress appraisal_item return_filing "
      "asked_person credit_use -file guarantee_person guarantee_step "
      "installation_check opinion_item -review scan strike_off_submission tip_step ");
  assert_string_equal(told->str, "enterprise opened, plaque with_parent, site opened, "
                                 "checklist named, unit named, staff named, device named, "
                                 "inspection root, ");
}

static void test_the_documents_of_a_visit_are_declared(void **state)
{
  (void)state;
  BhPaperType record, order;
  g_autoptr(TestWorld) world = test_world_new();
  assert_true(bh_paper_type_find_both(world->kinds, &record, &order));
  assert_string_equal(record.code, "onsite_record");
  assert_string_equal(record.title, "现场检查记录");
  assert_null(record.names);
  assert_null(record.receipt);
  assert_string_equal(order.code, "order_rectify");
  assert_string_equal(order.title, "责令限期整改指令书");
  assert_string_equal(order.names, "hazards");
  assert_string_equal(order.receipt, "served");
  /* The steps of a document in order, and what issuing an order does to the hazards on it. */
  static const char *const way[] = {"draft", "approved", "issued", NULL};
  const char *from = NULL;
  for (gsize i = 0; way[i] != NULL; i++) {
    g_autoptr(json_t) values = json_object();
    BhContext ordinary = {.values = values};
    const BhTransition *step = bh_workflow_find_page_for(record.kind, from, "papers", &ordinary);
    assert_non_null(step);
    assert_string_equal(bh_transition_get_to(step), way[i]);
    from = way[i];
  }
  assert_null(bh_workflow_find_page(record.kind, from, "papers"));
  const BhKind *hazard = bh_kind_set_find(world->kinds, "hazard");
  assert_string_equal(bh_transition_get_to(bh_workflow_find_page(hazard, "found", "papers")),
                      "ordered");
  assert_null(bh_workflow_find_page(hazard, "ordered", "papers"));
}

static void test_the_values_of_a_hazard_decide_how_it_begins(void **state)
{
  (void)state;
  static const struct {
    const char *values, *begins;
  } cases[] = {
      {"{}", "found"},
      {"{'level':'general'}", "found"},
      {"{'level':'general','fixed_on_site':false}", "found"},
      {"{'level':'general','fixed_on_site':true}", "fixed_on_site"},
      {"{'fixed_on_site':true}", "fixed_on_site"},
      {"{'level':'major'}", "suspected"},
      {"{'level':'major','fixed_on_site':true}", "suspected"},
  };
  g_autoptr(TestWorld) world = test_world_new();
  const BhKind *kind = bh_kind_set_find(world->kinds, "hazard");
  for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *text = g_strdelimit(g_strdup(cases[i].values), "'", '"');
    g_autoptr(json_t) values = json_loads(text, 0, NULL);
    assert_non_null(values);
    BhContext context = {.values = values};
    const BhTransition *step = bh_workflow_find_creation(kind, "hazard", &context);
    assert_non_null(step);
    assert_string_equal(bh_transition_get_to(step), cases[i].begins);
    assert_null(bh_workflow_find_creation(kind, "start", &context));
  }
}

/* Kind sets older than the member "when" do not say which of two first states applies. Then no
 * creation is found and no record is made. */
static void test_a_creation_that_is_left_open_is_no_creation(void **state)
{
  (void)state;
  static const char kinds[] =
      "{'bihuan-kinds':1,'kinds':[{'bihuan-kind':1,'kind':'case','label':{'zh':'案','en':'Case'},"
      "'scope':'all','title':'{note}','fields':["
      "{'name':'note','type':'text','label':{'zh':'注','en':'Note'}}],"
      "'states':[{'name':'open','label':{'zh':'开','en':'Open'},'initial':true},"
      "{'name':'shut','label':{'zh':'关','en':'Shut'},'initial':true}],'transitions':["
      "{'from':null,'to':'open','page':'case','label':{'zh':'开','en':'Open'},'who':'anyone'},"
      "{'from':null,'to':'shut','page':'case','label':{'zh':'关','en':'Shut'},'who':'anyone'}]}]}";
  g_autofree char *text = g_strdelimit(g_strdup(kinds), "'", '"');
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(text, strlen(text), &error);
  assert_null(error);
  BhContext context = {0};
  assert_null(bh_workflow_find_creation(bh_kind_set_find(set, "case"), "case", &context));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_kinds_are_listed_where_their_declarations_say),
      cmocka_unit_test(test_a_kind_stands_in_its_group),
      cmocka_unit_test(test_broken_groups_are_refused),
      cmocka_unit_test(test_every_kind_has_a_group),
      cmocka_unit_test(test_the_kinds_keep_their_places),
      cmocka_unit_test(test_the_documents_of_a_visit_are_declared),
      cmocka_unit_test(test_the_values_of_a_hazard_decide_how_it_begins),
      cmocka_unit_test(test_a_creation_that_is_left_open_is_no_creation),
      cmocka_unit_test(test_R077_a_hazard_is_due_by_the_date_on_its_document),
      cmocka_unit_test(test_R261_the_earliest_of_several_days_counts_and_months_end_clamped),
      cmocka_unit_test(test_sources_are_shown_without_requirement_numbers),
      cmocka_unit_test(test_forms_come_in_their_declared_order),
      cmocka_unit_test(test_R081_the_three_lists_are_declared),
      cmocka_unit_test(test_a_ledger_becomes_a_query_for_the_person_who_looks),
      cmocka_unit_test(test_ledgers_are_shown_where_they_say),
      cmocka_unit_test(test_columns_are_those_of_the_ledger_or_of_the_kind),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
