/* 责令限期整改指令书: the problems found, the demand for each, by when, on what legal basis if one
 * was given; receipt. Start at bh_form_write_order. */
#include "app/paper/form.h"

static void add_problems(BhForm *form)
{
  static const double shares[] = {7, 35, 15, 25, 18};
  static const BhFlowCell head[] = {
      {.text = "序号", .style = BH_FLOW_CELL_LABEL},
      {.text = "存在的问题", .style = BH_FLOW_CELL_LABEL},
      {.text = "地点", .style = BH_FLOW_CELL_LABEL},
      {.text = "整改要求", .style = BH_FLOW_CELL_LABEL},
      {.text = "期限及\n责任人", .style = BH_FLOW_CELL_LABEL},
  };
  bh_flow_begin_table(form->flow, shares, G_N_ELEMENTS(shares), head);
  gsize index;
  json_t *hazard;
  json_array_foreach(bh_form_get_array(form, form->source->frozen, "hazards"), index, hazard) {
    g_autofree char *number = g_strdup_printf("%" G_GSIZE_FORMAT, index + 1);
    g_autofree char *what = bh_form_dup_hazard(form, hazard);
    g_autofree char *place = bh_form_dup_text(form, hazard, "place");
    g_autofree char *demand = bh_form_dup_text(form, hazard, "demand");
    g_autofree char *deadline = bh_form_dup_date(form, hazard, "deadline");
    g_autofree char *person = bh_form_dup_text(form, hazard, "responsible_person");
    g_autofree char *post = bh_form_dup_text(form, hazard, "responsible_post");
    g_autofree char *who = g_strjoin("\n", deadline[0] != '\0' ? deadline : "见下文期限", person,
                                     post[0] != '\0' ? post : NULL, NULL);
    BhFlowCell cells[] = {
        {.text = number, .style = BH_FLOW_CELL_CENTRE},
        {.text = what, .style = BH_FLOW_CELL},
        {.text = place[0] != '\0' ? place : "—", .style = BH_FLOW_CELL},
        {.text = demand[0] != '\0' ? demand : "—", .style = BH_FLOW_CELL},
        {.text = g_strstrip(who), .style = BH_FLOW_CELL},
    };
    bh_flow_add_row(form->flow, cells, G_N_ELEMENTS(cells));
  }
  bh_flow_end_table(form->flow);
  bh_flow_add_space(form->flow, 6);
}

static void add_introduction(BhForm *form)
{
  const json_t *frozen = form->source->frozen;
  const json_t *enterprise = bh_form_get_object(form, frozen, "enterprise");
  const json_t *inspection = bh_form_get_object(form, frozen, "inspection");
  g_autofree char *name = bh_form_dup_text(form, enterprise, "name");
  g_autofree char *when = bh_form_dup_time(form, inspection, "started_at");
  g_autofree char *place = bh_form_dup_text(form, inspection, "place");
  g_autofree char *inspectors = bh_form_dup_inspectors(form);
  g_strdelimit(inspectors, "\n", ' ');
  g_autofree char *to = g_strconcat(name, "：", NULL);
  bh_flow_add_text(form->flow, BH_FLOW_PLAIN, to);
  GString *line = g_string_new("本机关");
  if (when[0] != '\0')
    g_string_append_printf(line, "于%s", when);
  g_string_append(line, "对你单位");
  if (place[0] != '\0')
    g_string_append_printf(line, "（%s）", place);
  g_string_append(line, "进行了现场检查");
  if (inspectors[0] != '\0')
    g_string_append_printf(line, "，检查人员为：%s", inspectors);
  g_string_append(line, "。检查发现下列问题：");
  bh_form_add_paragraph(form, line->str);
  g_string_free(line, TRUE);
}

static void add_demand(BhForm *form)
{
  const json_t *frozen = form->source->frozen;
  const json_t *unit = bh_form_get_object(form, frozen, "unit");
  g_autofree char *deadline = bh_form_dup_date(form, frozen, "deadline");
  g_autofree char *phone = bh_form_dup_text(form, unit, "phone");
  g_autofree char *remedies = bh_form_dup_text(form, frozen, "remedies");
  bh_form_add_legal_basis(form);
  GString *line = g_string_new("现责令你单位按上表要求和期限逐项完成整改");
  if (deadline[0] != '\0')
    g_string_append_printf(line, "，全部整改须于%s前完成", deadline);
  g_string_append(line, "。整改期间应当采取措施保证安全；整改前或者整改中无法保证安全的，"
                        "应当从危险区域撤出人员。整改完成后，请书面报告本机关，本机关将组织复查。");
  if (phone[0] != '\0')
    g_string_append_printf(line, "联系电话：%s。", phone);
  bh_form_add_paragraph(form, line->str);
  g_string_free(line, TRUE);
  bh_form_add_paragraph(form, remedies);
}

void bh_form_write_order(BhForm *form)
{
  bh_form_add_head(form);
  bh_form_begin_facts(form);
  bh_form_add_enterprise(form);
  bh_flow_end_table(form->flow);
  bh_flow_add_space(form->flow, 8);
  add_introduction(form);
  add_problems(form);
  add_demand(form);
  bh_form_add_signatures(form, "被检查单位\n签收人");
  bh_form_add_closing(form);
  bh_flow_add_text(form->flow, BH_FLOW_SMALL,
                   "本文书一式两份，一份交被检查单位，一份由本机关存档。");
}
