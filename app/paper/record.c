/* 现场检查记录: whom, where, when, by whom; what was checked and what was not; problems; the
 * statement of the inspected unit; signatures. Start at bh_form_write_record. */
#include <string.h>

#include "app/paper/form.h"
#include "app/paper/text.h"

typedef struct {
  gint64 compliant, noncompliant, not_applicable, unchecked;
} Counts;

static void add_count_row(BhForm *form, const char *name, const Counts *counts)
{
  char numbers[5][24];
  const gint64 values[] = {
      counts->compliant + counts->noncompliant + counts->not_applicable + counts->unchecked,
      counts->compliant, counts->noncompliant, counts->not_applicable, counts->unchecked};
  BhFlowCell cells[6] = {{.text = name, .style = BH_FLOW_CELL}};
  for (int i = 0; i < 5; i++) {
    g_snprintf(numbers[i], sizeof numbers[i], "%" G_GINT64_FORMAT, values[i]);
    cells[i + 1] = (BhFlowCell){.text = numbers[i], .style = BH_FLOW_CELL_CENTRE};
  }
  bh_flow_add_row(form->flow, cells, G_N_ELEMENTS(cells));
}

static void add_sections(BhForm *form, const json_t *answers, Counts *sum)
{
  static const double shares[] = {40, 12, 12, 12, 12, 12};
  static const BhFlowCell head[] = {
      {.text = "检查部分", .style = BH_FLOW_CELL_LABEL},
      {.text = "项数", .style = BH_FLOW_CELL_LABEL},
      {.text = "符合", .style = BH_FLOW_CELL_LABEL},
      {.text = "不符合", .style = BH_FLOW_CELL_LABEL},
      {.text = "不涉及", .style = BH_FLOW_CELL_LABEL},
      {.text = "未检查", .style = BH_FLOW_CELL_LABEL},
  };
  bh_flow_begin_table(form->flow, shares, G_N_ELEMENTS(shares), head);
  gsize index;
  json_t *section;
  json_array_foreach(bh_form_get_array(form, answers, "sections"), index, section) {
    g_autofree char *name = bh_form_dup_text(form, section, "name");
    Counts counts = {
        bh_form_get_integer(form, section, "compliant"),
        bh_form_get_integer(form, section, "noncompliant"),
        bh_form_get_integer(form, section, "not_applicable"),
        bh_form_get_integer(form, section, "unchecked"),
    };
    add_count_row(form, name, &counts);
    sum->compliant += counts.compliant;
    sum->noncompliant += counts.noncompliant;
    sum->not_applicable += counts.not_applicable;
    sum->unchecked += counts.unchecked;
  }
  add_count_row(form, "合计", sum);
  bh_flow_end_table(form->flow);
  bh_flow_add_space(form->flow, 6);
}

static void add_findings(BhForm *form, const json_t *answers)
{
  static const double shares[] = {16, 44, 40};
  static const BhFlowCell head[] = {
      {.text = "项目编号", .style = BH_FLOW_CELL_LABEL},
      {.text = "不符合的检查内容", .style = BH_FLOW_CELL_LABEL},
      {.text = "现场情况", .style = BH_FLOW_CELL_LABEL},
  };
  const json_t *findings = bh_form_get_array(form, answers, "findings");
  if (json_array_size(findings) == 0)
    return;
  bh_flow_begin_table(form->flow, shares, G_N_ELEMENTS(shares), head);
  gsize index;
  json_t *finding;
  json_array_foreach(findings, index, finding) {
    g_autofree char *item = bh_form_dup_text(form, finding, "item_no");
    g_autofree char *check = bh_form_dup_text(form, finding, "check");
    g_autofree char *note = bh_form_dup_text(form, finding, "note");
    BhFlowCell cells[] = {
        {.text = item, .style = BH_FLOW_CELL_CENTRE},
        {.text = check, .style = BH_FLOW_CELL},
        {.text = note[0] != '\0' ? note : "—", .style = BH_FLOW_CELL},
    };
    bh_flow_add_row(form->flow, cells, G_N_ELEMENTS(cells));
  }
  bh_flow_end_table(form->flow);
  bh_flow_add_space(form->flow, 6);
}

static void add_answers(BhForm *form)
{
  const json_t *frozen = form->source->frozen;
  const json_t *inspection = bh_form_get_object(form, frozen, "inspection");
  const json_t *answers = bh_form_get_object(form, frozen, "answers");
  g_autofree char *outcome = bh_form_dup_text(form, inspection, "outcome");
  g_autofree char *outcome_note = bh_form_dup_text(form, inspection, "outcome_note");
  bh_flow_add_text(form->flow, BH_FLOW_HEADING, "一、检查情况");
  if (outcome[0] != '\0') {
    g_autofree char *line =
        g_strdup_printf("本次检查未能按计划进行：%s。%s", outcome, outcome_note);
    bh_form_add_paragraph(form, line);
  }
  if (answers == NULL) {
    if (outcome[0] == '\0')
      bh_form_add_paragraph(form, "本次检查未使用检查表。");
    return;
  }
  g_autofree char *list = bh_form_dup_text(form, inspection, "checklist");
  g_autofree char *version = bh_form_dup_text(form, inspection, "checklist_version");
  g_autofree char *intro =
      g_strdup_printf("依检查表《%s》%s%s%s逐项查看，结果如下：", list,
                      version[0] != '\0' ? "（版本 " : "", version, version[0] != '\0' ? "）" : "");
  bh_form_add_paragraph(form, intro);
  Counts sum = {0};
  if (json_array_size(bh_form_get_array(form, answers, "sections")) > 0)
    add_sections(form, answers, &sum);
  add_findings(form, answers);
  gint64 bulk = bh_form_get_integer(form, answers, "bulk");
  gint64 not_asked = bh_form_get_integer(form, answers, "not_asked");
  gint64 for_government = bh_form_get_integer(form, answers, "for_government");
  gint64 listed = sum.compliant + sum.noncompliant + sum.not_applicable + sum.unchecked;
  GString *note = g_string_new(NULL);
  if (for_government > 0)
    g_string_append_printf(note,
                           "本次应查看的项目共 %" G_GINT64_FORMAT " 项，其中 %" G_GINT64_FORMAT
                           " 项面向政府部门，不列入本记录。",
                           listed + for_government, for_government);
  if (sum.unchecked > 0)
    g_string_append_printf(note,
                           "有 %" G_GINT64_FORMAT " 项未检查，本记录对未检查的项目不作任何认定。",
                           sum.unchecked);
  if (bulk > 0)
    g_string_append_printf(note, "有 %" G_GINT64_FORMAT " 项为批量填写。", bulk);
  if (not_asked > 0)
    g_string_append_printf(note, "有 %" G_GINT64_FORMAT " 项按企业类型和状态不适用，未列入。",
                           not_asked);
  bh_form_add_paragraph(form, note->str);
  g_string_free(note, TRUE);
}

static void add_hazards(BhForm *form)
{
  static const double shares[] = {7, 43, 20, 30};
  static const BhFlowCell head[] = {
      {.text = "序号", .style = BH_FLOW_CELL_LABEL},
      {.text = "问题", .style = BH_FLOW_CELL_LABEL},
      {.text = "地点", .style = BH_FLOW_CELL_LABEL},
      {.text = "处理", .style = BH_FLOW_CELL_LABEL},
  };
  const json_t *hazards = bh_form_get_array(form, form->source->frozen, "hazards");
  bh_flow_add_text(form->flow, BH_FLOW_HEADING, "二、问题清单");
  if (json_array_size(hazards) == 0) {
    bh_form_add_paragraph(form, "在已查看的范围内未记录问题。");
    return;
  }
  bh_flow_begin_table(form->flow, shares, G_N_ELEMENTS(shares), head);
  gsize index;
  json_t *hazard;
  json_array_foreach(hazards, index, hazard) {
    g_autofree char *number = g_strdup_printf("%" G_GSIZE_FORMAT, index + 1);
    g_autofree char *what = bh_form_dup_hazard(form, hazard);
    g_autofree char *place = bh_form_dup_text(form, hazard, "place");
    g_autofree char *demand = bh_form_dup_text(form, hazard, "demand");
    g_autofree char *deadline = bh_form_dup_date(form, hazard, "deadline");
    GString *handling =
        g_string_new(bh_form_get_flag(form, hazard, "fixed_on_site") ? "当场整改。" : "");
    g_string_append(handling, demand);
    if (deadline[0] != '\0')
      g_string_append_printf(handling, "%s期限：%s", handling->len > 0 ? "\n" : "", deadline);
    BhFlowCell cells[] = {
        {.text = number, .style = BH_FLOW_CELL_CENTRE},
        {.text = what, .style = BH_FLOW_CELL},
        {.text = place[0] != '\0' ? place : "—", .style = BH_FLOW_CELL},
        {.text = handling->len > 0 ? handling->str : "—", .style = BH_FLOW_CELL},
    };
    bh_flow_add_row(form->flow, cells, G_N_ELEMENTS(cells));
    g_string_free(handling, TRUE);
  }
  bh_flow_end_table(form->flow);
  bh_flow_add_space(form->flow, 6);
}

static void add_opinions(BhForm *form)
{
  const json_t *frozen = form->source->frozen;
  const json_t *inspection = bh_form_get_object(form, frozen, "inspection");
  g_autofree char *opinion = bh_form_dup_text(form, inspection, "opinion");
  g_autofree char *refusal = bh_form_dup_text(form, inspection, "refusal_reason");
  g_autofree char *witness = bh_form_dup_text(form, inspection, "refusal_witness");
  g_autofree char *unsigned_reason = bh_form_dup_text(form, inspection, "unsigned_reason");
  gboolean experts = FALSE;
  gsize index;
  json_t *person;
  json_array_foreach(bh_form_get_array(form, frozen, "people"), index, person) {
    g_autofree char *role = bh_form_dup_text(form, person, "role");
    g_autofree char *expert_opinion = bh_form_dup_text(form, person, "opinion");
    if (strcmp(role, "expert") != 0 || expert_opinion[0] == '\0')
      continue;
    if (!experts)
      bh_flow_add_text(form->flow, BH_FLOW_HEADING, "三、专家意见");
    experts = TRUE;
    g_autofree char *name = bh_form_dup_text(form, person, "name");
    g_autofree char *employer = bh_form_dup_text(form, person, "employer");
    g_autofree char *line =
        g_strdup_printf("%s%s%s%s：%s", name, employer[0] != '\0' ? "（" : "", employer,
                        employer[0] != '\0' ? "）" : "", expert_opinion);
    bh_form_add_paragraph(form, line);
  }
  bh_flow_add_text(form->flow, BH_FLOW_HEADING,
                   experts ? "四、被检查单位意见" : "三、被检查单位意见");
  if (opinion[0] != '\0')
    bh_form_add_paragraph(form, opinion);
  if (refusal[0] != '\0' || witness[0] != '\0') {
    g_autofree char *line = g_strdup_printf("被检查单位拒绝签字。原因：%s。见证人：%s。",
                                            refusal[0] != '\0' ? refusal : "未说明",
                                            witness[0] != '\0' ? witness : "无");
    bh_form_add_paragraph(form, line);
  }
  if (unsigned_reason[0] != '\0') {
    g_autofree char *line = g_strdup_printf("本记录未经签字，原因：%s。", unsigned_reason);
    bh_form_add_paragraph(form, line);
  }
  if (opinion[0] == '\0' && refusal[0] == '\0' && witness[0] == '\0' && unsigned_reason[0] == '\0')
    bh_flow_add_space(form->flow, 40);
}

void bh_form_write_record(BhForm *form)
{
  const json_t *inspection = bh_form_get_object(form, form->source->frozen, "inspection");
  g_autofree char *modes = bh_form_dup_text(form, inspection, "modes");
  g_autofree char *place = bh_form_dup_text(form, inspection, "place");
  g_autofree char *from = bh_form_dup_time(form, inspection, "started_at");
  g_autofree char *to = bh_form_dup_time(form, inspection, "ended_at");
  g_autofree char *time = g_strdup_printf("%s%s%s", from, to[0] != '\0' ? " 至 " : "", to);
  g_autofree char *inspectors = bh_form_dup_inspectors(form);
  g_autofree char *notified = g_strdup_printf(
      "%s；%s。",
      bh_form_get_flag(form, inspection, "certificate_shown") ? "检查人员已出示执法证件"
                                                              : "未记录出示执法证件",
      bh_form_get_flag(form, inspection, "recusal_advised") ? "已告知有权申请检查人员回避"
                                                            : "未记录告知申请回避的权利");
  bh_form_add_head(form);
  bh_form_begin_facts(form);
  bh_form_add_enterprise(form);
  bh_form_add_fact(form, "检查场所", place);
  bh_form_add_fact(form, "检查时间", time);
  bh_form_add_fact(form, "检查方式", modes);
  bh_form_add_fact(form, "检查人员", inspectors);
  bh_form_add_fact(form, "告知事项", notified);
  bh_flow_end_table(form->flow);
  bh_flow_add_space(form->flow, 8);
  add_answers(form);
  add_hazards(form);
  bh_form_add_legal_basis(form);
  add_opinions(form);
  bh_form_add_signatures(form, "被检查单位\n现场负责人");
  bh_form_add_closing(form);
}
