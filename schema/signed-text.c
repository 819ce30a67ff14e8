/* Makes the text that people sign from the frozen fields of a document. The fields are chosen in
 * freeze.c. Start with bh_signed_text_make. */
#include "schema/signed-text.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/ident.h"
#include "schema/paper-format.h"

#define LAST_MS G_GINT64_CONSTANT(253402300799999) /* end of the year 9999 */
#define ITEMS_MAX 1000000                          /* items of one section of a checklist */

static void add_line(GString *text, const char *label, const char *value)
{
  if (value != NULL && *value != '\0')
    g_string_append_printf(text, "%s：%s\n", label, value);
}

static void add_text(GString *text, const char *label, const json_t *object, const char *key)
{
  add_line(text, label, bh_json_string_or(object, key, ""));
}

static void add_time(GString *text, const char *label, const json_t *object, const char *key)
{
  gint64 ms = json_integer_value(json_object_get(object, key));
  if (ms <= 0 || ms > LAST_MS)
    return;
  g_autofree char *at = bh_time_format(ms);
  add_line(text, label, at);
}

static void add_people(GString *text, const json_t *people)
{
  GString *names = g_string_new(NULL);
  gsize i;
  json_t *person;
  json_array_foreach(people, i, person) {
    const char *role = bh_json_string_or(person, "role", "");
    if (g_strcmp0(role, "lead") != 0 && g_strcmp0(role, "member") != 0)
      continue;
    g_string_append_printf(names, "%s%s", names->len > 0 ? "、" : "",
                           bh_json_string_or(person, "name", ""));
    const char *certificate = bh_json_string_or(person, "certificate_no", "");
    if (*certificate != '\0')
      g_string_append_printf(names, "（执法证号 %s）", certificate);
  }
  add_line(text, "检查人员", names->str);
  g_string_free(names, TRUE);
}

static gint64 sum(const json_t *sections, const char *key)
{
  gint64 all = 0;
  gsize i;
  json_t *section;
  json_array_foreach(sections, i, section) {
    all += CLAMP(json_integer_value(json_object_get(section, key)), 0, ITEMS_MAX);
  }
  return all;
}

static void add_answers(GString *text, const json_t *frozen)
{
  const json_t *answers = json_object_get(frozen, "answers");
  if (answers == NULL)
    return;
  const json_t *sections = json_object_get(answers, "sections");
  g_string_append_printf(text,
                         "检查内容：%s，符合 %" G_GINT64_FORMAT " 项，不符合 %" G_GINT64_FORMAT
                         " 项，不涉及 %" G_GINT64_FORMAT " 项，未检查 %" G_GINT64_FORMAT " 项\n",
                         bh_json_string_or(json_object_get(frozen, "inspection"), "checklist", ""),
                         sum(sections, "compliant"), sum(sections, "noncompliant"),
                         sum(sections, "not_applicable"), sum(sections, "unchecked"));
  gint64 apart = json_integer_value(json_object_get(answers, "for_government"));
  if (apart > 0 && apart <= ITEMS_MAX)
    g_string_append_printf(text, "    另有 %" G_GINT64_FORMAT " 项面向政府部门，不列入\n", apart);
  gsize i;
  json_t *finding;
  json_array_foreach(json_object_get(answers, "findings"), i, finding) {
    const char *note = bh_json_string_or(finding, "note", "");
    g_string_append_printf(
        text, "    不符合 %s %s%s%s\n", bh_json_string_or(finding, "item_no", ""),
        bh_json_string_or(finding, "check", ""), *note != '\0' ? "：" : "", note);
  }
}

static void add_hazard(GString *text, const json_t *hazard, guint number)
{
  const char *description = bh_json_string_or(hazard, "description", "");
  g_string_append_printf(text, "%u. 【%s】%s\n", number, bh_json_string_or(hazard, "level", ""),
                         *description != '\0' ? description
                                              : bh_json_string_or(hazard, "summary", ""));
  add_text(text, "    判定依据", hazard, "criterion");
  add_text(text, "    部位", hazard, "place");
  add_text(text, "    法律依据", hazard, "legal_basis");
  if (json_is_true(json_object_get(hazard, "fixed_on_site"))) {
    g_string_append(text, "    已当场整改\n");
    return;
  }
  add_text(text, "    整改要求", hazard, "demand");
  add_text(text, "    责任人", hazard, "responsible_person");
  add_text(text, "    责任人职务", hazard, "responsible_post");
  add_text(text, "    整改期限", hazard, "deadline");
}

static void add_hazards(GString *text, const char *heading, const json_t *frozen)
{
  const json_t *hazards = json_object_get(frozen, "hazards");
  g_string_append_printf(text, "%s %u 条\n", heading, (guint)json_array_size(hazards));
  gsize i;
  json_t *hazard;
  json_array_foreach(hazards, i, hazard) {
    add_hazard(text, hazard, (guint)i + 1);
  }
}

/* --- record of a visit --- */

static void add_notices(GString *text, const json_t *inspection)
{
  if (json_is_true(json_object_get(inspection, "certificate_shown")))
    g_string_append(text, "检查人员已出示执法证件\n");
  if (json_is_true(json_object_get(inspection, "recusal_advised")))
    g_string_append(text, "已告知有权申请检查人员回避\n");
}

static void add_expert_opinions(GString *text, const json_t *people)
{
  gsize i;
  json_t *person;
  json_array_foreach(people, i, person) {
    const char *opinion = bh_json_string_or(person, "opinion", "");
    if (strcmp(bh_json_string_or(person, "role", ""), "expert") == 0 && *opinion != '\0')
      g_string_append_printf(text, "专家意见（%s）：%s\n", bh_json_string_or(person, "name", ""),
                             opinion);
  }
}

static void add_record(GString *text, const json_t *frozen)
{
  const json_t *inspection = json_object_get(frozen, "inspection");
  add_text(text, "检查方式", inspection, "modes");
  add_time(text, "开始时间", inspection, "started_at");
  add_text(text, "检查地点", inspection, "place");
  add_notices(text, inspection);
  add_answers(text, frozen);
  add_hazards(text, "发现隐患", frozen);
  add_expert_opinions(text, json_object_get(frozen, "people"));
  add_text(text, "检查意见", inspection, "opinion");
}

/* --- order to rectify --- */

static void add_order(GString *text, const json_t *frozen)
{
  const json_t *inspection = json_object_get(frozen, "inspection");
  add_time(text, "检查时间", inspection, "started_at");
  add_text(text, "检查地点", inspection, "place");
  add_hazards(text, "责令整改", frozen);
  add_text(text, "法律依据", frozen, "legal_basis");
  add_text(text, "全部整改期限", frozen, "deadline");
  add_text(text, "救济途径", frozen, "remedies");
}

char *bh_signed_text_make(const json_t *frozen)
{
  const json_t *enterprise = json_object_get(frozen, "enterprise");
  gboolean order = bh_paper_get_layout(frozen) == BH_PAPER_LAYOUT_ORDER;
  GString *text = g_string_new(NULL);
  if (order) {
    add_text(text, "文书", frozen, "title");
    add_text(text, "编号", frozen, "number");
  }
  add_text(text, "被检查单位", enterprise, "name");
  add_text(text, "地址", enterprise, "address");
  add_text(text, "检查单位", json_object_get(frozen, "unit"), "name");
  add_people(text, json_object_get(frozen, "people"));
  if (order)
    add_order(text, frozen);
  else
    add_record(text, frozen);
  return g_string_free(text, FALSE);
}

char *bh_signed_text_dup_digest(const json_t *value)
{
  if (json_is_string(value))
    return bh_hash_hex(json_string_value(value), json_string_length(value));
  if (!json_is_object(value))
    return NULL;
  g_autofree char *text = bh_signed_text_make(value);
  return bh_hash_hex(text, strlen(text));
}

/* --- what changed --- */

#define TABLE_MAX 4000000 /* pairs of lines that are compared */

static void add_lines(GString *out, const char *mark, char **lines, gsize from, gsize to)
{
  for (gsize i = from; i < to; i++)
    if (*lines[i] != '\0')
      g_string_append_printf(out, "%s%s%s", out->len > 0 ? "\n" : "", mark, lines[i]);
}

/* Appends the changes between the lines `from` … n_old and `from` … n_new, by their longest common
 * subsequence. */
static void add_middle(GString *out, char **old, gsize n_old, char **new, gsize n_new, gsize from)
{
  gsize rows = n_old - from + 1, columns = n_new - from + 1;
  if (rows * columns > TABLE_MAX) {
    add_lines(out, "− ", old, from, n_old);
    add_lines(out, "+ ", new, from, n_new);
    return;
  }
  g_autofree guint *length = g_new0(guint, rows * columns);
  for (gsize i = rows - 1; i-- > 0;)
    for (gsize j = columns - 1; j-- > 0;)
      length[i * columns + j] =
          strcmp(old[from + i], new[from + j]) == 0
              ? length[(i + 1) * columns + j + 1] + 1
              : MAX(length[(i + 1) * columns + j], length[i * columns + j + 1]);
  gsize i = 0, j = 0;
  while (i + 1 < rows || j + 1 < columns) {
    if (i + 1 < rows && j + 1 < columns && strcmp(old[from + i], new[from + j]) == 0) {
      i++;
      j++;
    } else if (j + 1 >= columns ||
               (i + 1 < rows && length[(i + 1) * columns + j] >= length[i * columns + j + 1])) {
      add_lines(out, "− ", old, from + i, from + i + 1);
      i++;
    } else {
      add_lines(out, "+ ", new, from + j, from + j + 1);
      j++;
    }
  }
}

char *bh_signed_text_dup_changes(const char *before, const char *after)
{
  g_auto(GStrv) old = g_strsplit(before, "\n", -1);
  g_auto(GStrv) new = g_strsplit(after, "\n", -1);
  gsize n_old = g_strv_length(old), n_new = g_strv_length(new), from = 0;
  while (from < n_old && from < n_new && strcmp(old[from], new[from]) == 0)
    from++;
  while (n_old > from && n_new > from && strcmp(old[n_old - 1], new[n_new - 1]) == 0) {
    n_old--;
    n_new--;
  }
  GString *out = g_string_new(NULL);
  add_middle(out, old, n_old, new, n_new, from);
  return g_string_free(out, FALSE);
}
