#include "app/paper/shown.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/ident.h"

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
  if (ms == 0)
    return;
  g_autofree char *at = bh_time_format(ms);
  add_line(text, label, at);
}

static void add_people(GString *text, const json_t *people)
{
  GString *names = g_string_new(NULL);
  gsize i;
  json_t *one;
  json_array_foreach(people, i, one)
  {
    const char *role = bh_json_string_or(one, "role", "");
    if (g_strcmp0(role, "lead") != 0 && g_strcmp0(role, "member") != 0)
      continue;
    g_string_append_printf(names, "%s%s", names->len > 0 ? "、" : "",
                           bh_json_string_or(one, "name", ""));
    const char *certificate = bh_json_string_or(one, "certificate_no", "");
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
  json_array_foreach(sections, i, section)
  {
    all += json_integer_value(json_object_get(section, key));
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
  gsize i;
  json_t *finding;
  json_array_foreach(json_object_get(answers, "findings"), i, finding)
  {
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
  add_text(text, "    部位", hazard, "place");
  if (json_is_true(json_object_get(hazard, "fixed_on_site"))) {
    g_string_append(text, "    已当场整改\n");
    return;
  }
  add_text(text, "    整改要求", hazard, "demand");
  add_text(text, "    责任人", hazard, "responsible_person");
  add_text(text, "    整改期限", hazard, "deadline");
}

char *bh_paper_dup_shown_text(const json_t *frozen)
{
  const json_t *inspection = json_object_get(frozen, "inspection");
  const json_t *enterprise = json_object_get(frozen, "enterprise");
  const json_t *hazards = json_object_get(frozen, "hazards");
  GString *text = g_string_new(NULL);
  add_text(text, "被检查单位", enterprise, "name");
  add_text(text, "地址", enterprise, "address");
  add_text(text, "检查单位", json_object_get(frozen, "unit"), "name");
  add_people(text, json_object_get(frozen, "people"));
  add_text(text, "检查方式", inspection, "modes");
  add_time(text, "开始时间", inspection, "started_at");
  add_text(text, "检查地点", inspection, "place");
  add_answers(text, frozen);
  g_string_append_printf(text, "发现隐患 %u 条\n", (guint)json_array_size(hazards));
  gsize i;
  json_t *hazard;
  json_array_foreach(hazards, i, hazard)
  {
    add_hazard(text, hazard, (guint)i + 1);
  }
  add_text(text, "检查意见", inspection, "opinion");
  return g_string_free(text, FALSE);
}

char *bh_paper_dup_shown_digest(const json_t *frozen)
{
  g_autofree char *text = bh_paper_dup_shown_text(frozen);
  return bh_hash_hex(text, strlen(text));
}
