/* The page of a case for people without our programs: what it is about, its records, what happened
 * when, the evidence with its digests, and in plain words what is proved (FIELD 18). One file in
 * Chinese, without script or outside resource; every text from a record goes through put(). */
#include <string.h>

#include "schema/base64.h"
#include "schema/checklist.h"
#include "schema/civil.h"
#include "schema/workflow.h"
#include "sync/hub/cases/internal.h"
#include "sync/hub/access/access.h"
#include "sync/wire/export.h"

#define LANG "zh"
#define VALUE_MAX 200 /* characters of a value in the chronology */

static const char BEGIN[] =
    "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
    "style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>执法案卷</title>\n<style>\n"
    "body{font:16px/1.6 \"Noto Serif CJK SC\",SimSun,serif;max-width:62rem;margin:2rem auto;"
    "padding:0 1rem;color:#111;background:#fff}\n"
    "h1{text-align:center;font-size:1.8rem;letter-spacing:.3em}\n"
    "h2{border-bottom:2px solid #111;margin-top:2.5rem}h3{margin:1.5rem 0 .3rem}\n"
    "table{border-collapse:collapse;width:100%;table-layout:fixed}\n"
    "th,td{border:1px solid #777;padding:.3rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}\n"
    "thead th{background:#eee}tbody th{width:11rem;font-weight:normal;background:#f6f6f6}\n"
    "code{font-family:monospace;font-size:.85em}small{color:#444}.bad{color:#a00;font-weight:bold}"
    "\n"
    "p,li{overflow-wrap:anywhere}td "
    "div+div{margin-top:.5rem}.nr{width:3.5rem}.when{width:11rem}.who{width:8rem}\n"
    "thead{display:table-header-group}tr{break-inside:avoid}\n"
    "</style></head><body>\n";

/* --- words --- */

/* The one escaper. Isolated, so that a text that turns the direction of writing turns its own. */
static void put(GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);
  g_autofree char *escaped = g_markup_escape_text(valid, -1);
  g_string_append_printf(out, "<bdi>%s</bdi>", escaped);
}

static void put_short(GString *out, const char *text)
{
  if (g_utf8_strlen(text, -1) <= VALUE_MAX) {
    put(out, text);
    return;
  }
  g_autofree char *start = g_utf8_substring(text, 0, VALUE_MAX);
  put(out, start);
  g_string_append(out, "…<small>（全文见 " BH_CASE_EXPORT_NAME "）</small>");
}

static const json_t *lookup(const char *id, gpointer data)
{
  const BhCase *one = data;
  const BhCaseRecord *record = g_hash_table_lookup(one->by_id, id);
  return record != NULL ? record->values : NULL;
}

static char *dup_title(const BhCase *one, const BhCaseRecord *record)
{
  char *title = bh_kind_dup_title_with(record->kind, record->values, LANG, lookup, (gpointer)one);
  if (title[0] != '\0')
    return title;
  g_free(title);
  return g_strndup(record->id, 8);
}

/* Of what is not in the case there is no more than its id. */
static char *dup_name(const BhCase *one, const char *id)
{
  const BhCaseRecord *record = g_hash_table_lookup(one->by_id, id);
  if (record != NULL)
    return dup_title(one, record);
  if (strcmp(id, bh_hub_get_id(one->hub)) == 0)
    return g_strdup(bh_hub_get_name(one->hub));
  return g_strdup_printf("（案外记录 %s）", id);
}

static char *dup_refs(const BhCase *one, const json_t *ids)
{
  g_autoptr(GString) text = g_string_new(NULL);
  for (gsize i = 0; i < json_array_size(ids); i++) {
    const char *id = json_string_value(json_array_get(ids, i));
    g_autofree char *name = dup_name(one, id != NULL ? id : "");
    g_string_append_printf(text, "%s%s", i > 0 ? "；" : "", name);
  }
  return g_strdup(text->str);
}

static char *dup_answer(const json_t *value)
{
  BhAnswer answer = BH_ANSWER_UNCHECKED;
  const char *note = bh_json_string_or(value, "note", "");
  bh_answer_from_code(bh_json_string_or(value, "answer", ""), &answer);
  return g_strdup_printf("%s%s%s", bh_answer_label(answer, LANG), note[0] != '\0' ? "：" : "",
                         note);
}

/* Value as people read it; g_free. `field` NULL: of a kind set that is not in use any more. */
static char *dup_value(const BhCase *one, const BhKind *kind, const char *key, const json_t *value)
{
  const BhField *field = bh_kind_find_field(kind, key);
  if (value == NULL || json_is_null(value))
    return g_strdup("");
  if (strcmp(key, "state") == 0 && json_is_string(value))
    return g_strdup(bh_kind_get_state_label(kind, json_string_value(value), LANG));
  if (field == NULL)
    return bh_json_dump(value);
  switch (bh_field_get_type(field)) {
  case BH_FIELD_REF:
    return json_is_string(value) ? dup_name(one, json_string_value(value)) : g_strdup("");
  case BH_FIELD_REFS:
    return dup_refs(one, value);
  case BH_FIELD_ITEMS:
    return dup_answer(value);
  case BH_FIELD_JSON:
    return g_strdup("（结构化内容，见 " BH_CASE_EXPORT_NAME "）");
  case BH_FIELD_AREA:
    return json_is_string(value) && bh_hub_get_region(one->hub) != NULL
               ? bh_region_dup_full_name(bh_hub_get_region(one->hub), json_string_value(value))
               : bh_json_dump(value);
  default:
    return bh_field_format_value(field, value, LANG);
  }
}

/* "检查项 COAL-01", "整改期限", "状态"; g_free. */
static char *dup_label(const BhKind *kind, const char *key)
{
  const BhField *field = bh_kind_find_field(kind, key);
  const char *item = strchr(key, '/');
  if (strcmp(key, "state") == 0)
    return g_strdup("状态");
  if (field == NULL)
    return g_strdup(key);
  return item != NULL ? g_strdup_printf("%s %s", bh_field_get_label(field, LANG), item + 1)
                      : g_strdup(bh_field_get_label(field, LANG));
}

static void begin_table(GString *out, const char *const *heads, const char *const *classes)
{
  g_string_append(out, "<table><thead><tr>");
  for (int i = 0; heads[i] != NULL; i++)
    g_string_append_printf(out, "<th class=\"%s\">%s</th>", classes[i], heads[i]);
  g_string_append(out, "</tr></thead><tbody>\n");
}

static void end_table(GString *out)
{
  g_string_append(out, "</tbody></table>\n");
}

/* --- records --- */

/* All versions of a value that nobody has decided between. */
static void put_heads(GString *out, const BhCase *one, const BhCaseRecord *record, const char *key)
{
  g_autoptr(json_t) heads = bh_record_dup_head_values(record->record, key);
  for (gsize i = 0; i < json_array_size(heads); i++) {
    g_autofree char *text =
        dup_value(one, record->kind, key, json_object_get(json_array_get(heads, i), "value"));
    if (i > 0)
      g_string_append(out, " ／ ");
    put(out, text);
  }
  g_string_append(out, " <span class=\"bad\">（有不同版本，尚未裁定）</span>");
}

static void put_field(GString *out, const BhCase *one, const BhCaseRecord *record, const char *key)
{
  const json_t *value = json_object_get(record->values, key);
  gboolean withheld = bh_record_is_withheld(record->record, key);
  g_autofree char *text = dup_value(one, record->kind, key, value);
  if (!withheld && text[0] == '\0')
    return;
  g_autofree char *label = dup_label(record->kind, key);
  g_string_append(out, "<tr><th>");
  put(out, label);
  g_string_append(out, "</th><td>");
  if (withheld)
    g_string_append(out, "（个人信息，本案卷未提供）");
  else if (bh_record_has_conflict(record->record, key))
    put_heads(out, one, record, key);
  else
    put(out, text);
  g_string_append(out, "</td></tr>\n");
}

static void put_record(GString *out, const BhCase *one, const BhCaseRecord *record)
{
  const GPtrArray *fields = bh_kind_list_fields(record->kind);
  g_autofree char *title = dup_title(one, record);
  g_string_append(out, "<h3>");
  put(out, title);
  g_string_append(out, "</h3>\n<table><tbody>");
  put_field(out, one, record, "state");
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    if (bh_field_get_type(field) != BH_FIELD_ITEMS)
      put_field(out, one, record, bh_field_get_name(field));
  }
  g_string_append_printf(out, "<tr><th>记录编号</th><td><code>%s</code></td></tr>\n", record->id);
  end_table(out);
}

static void put_answer(GString *out, const BhChecklist *list, const char *item, const json_t *value)
{
  const BhChecklistItem *known = list != NULL ? bh_checklist_find(list, item) : NULL;
  g_autofree char *text = dup_answer(value);
  g_string_append(out, "<tr><td>");
  put(out, item);
  g_string_append(out, "</td><td>");
  put(out, known != NULL ? known->check : "");
  g_string_append(out, "</td><td>");
  put(out, text);
  if (json_is_true(json_object_get(value, "bulk")))
    g_string_append(out, " <small>（批量填写）</small>");
  g_string_append(out, "</td></tr>\n");
}

static void put_answers(GString *out, const BhCase *one)
{
  static const char *const heads[] = {"项号", "检查内容", "结果", NULL};
  static const char *const classes[] = {"who", "", "when"};
  const BhCaseRecord *root = one->records->pdata[0];
  const char *list_id = bh_json_string_or(root->values, "checklist", "");
  const json_t *list_values = lookup(list_id, (gpointer)one);
  const json_t *items = json_object_get(list_values, "items");
  g_autoptr(BhChecklist) list = items != NULL ? bh_checklist_from_json(items, NULL) : NULL;
  g_autoptr(GPtrArray) keys = bh_record_list_keys(root->record);
  gboolean any = FALSE;
  for (guint i = 0; i < keys->len; i++) {
    const char *key = keys->pdata[i];
    const char *item = strchr(key, '/');
    if (item == NULL)
      continue;
    if (!any) {
      g_string_append(out, "<h2>三、检查表</h2>\n");
      begin_table(out, heads, classes);
    }
    any = TRUE;
    put_answer(out, list, item + 1, json_object_get(root->values, key));
  }
  if (any)
    end_table(out);
  else
    g_string_append(out, "<h2>三、检查表</h2>\n<p>本次检查没有检查表答案。</p>\n");
}

static void put_kind(GString *out, const BhCase *one, const BhKind *kind)
{
  gboolean any = FALSE;
  for (guint i = 1; kind != NULL && i < one->records->len; i++) {
    const BhCaseRecord *record = one->records->pdata[i];
    if (record->kind != kind)
      continue;
    if (!any)
      g_string_append_printf(out, "<h3>［%s］</h3>\n", bh_kind_get_label(kind, LANG));
    any = TRUE;
    put_record(out, one, record);
  }
}

/* What is below the inspection, kind by kind in the order in which the kinds came up. */
static void put_own(GString *out, const BhCase *one)
{
  g_autoptr(GHashTable) done = g_hash_table_new(g_direct_hash, g_direct_equal);
  for (guint i = 1; i < one->records->len; i++) {
    const BhCaseRecord *record = one->records->pdata[i];
    if (record->own && g_hash_table_add(done, (gpointer)record->kind))
      put_kind(out, one, record->kind);
  }
}

static void put_context(GString *out, const BhCase *one)
{
  for (int i = 0; BH_CASE_CONTEXT[i] != NULL; i++)
    put_kind(out, one, bh_kind_set_find(one->kinds, BH_CASE_CONTEXT[i]));
}

/* --- chronology --- */

static const char *odd_text(const char *odd)
{
  static const char *const texts[][2] = {
      {"forged", "所附中心时间的签名不是本中心的"},
      {"before_enrolment", "声称的中心时间早于终端登记"},
      {"after_receipt", "声称的时间晚于中心收到"},
      {"back", "声称的中心时间早于前面记录所附的"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
    if (g_str_equal(odd, texts[i][0]))
      return texts[i][1];
  return odd;
}

/* What is proved of the time stands apart from what the device says. */
static void put_evidence_time(GString *out, const BhEvidence *evidence)
{
  static const char *const from_texts[] = {[BH_TIME_UNPROVED] = "",
                                           [BH_TIME_ENROLMENT] = "（终端登记）",
                                           [BH_TIME_SIGNED] = "（中心签发的时间）",
                                           [BH_TIME_HUB] = ""};
  g_autofree char *from = bh_time_format(evidence->from_ms);
  g_autofree char *to = bh_time_format(evidence->to_ms);
  if (evidence->to_ms == 0 && evidence->from_ms == 0)
    g_string_append(out, "<br><small>中心时钟存疑，时间不可证</small>");
  else if (evidence->to_ms == 0)
    g_string_append_printf(out, "<br><small>可证：不早于 %s%s；中心时钟存疑</small>", from,
                           from_texts[evidence->basis]);
  else if (evidence->basis == BH_TIME_HUB)
    g_string_append_printf(out, "<br><small>中心所作：%s</small>", to);
  else if (evidence->basis == BH_TIME_UNPROVED)
    g_string_append_printf(out, "<br><small>可证：不晚于 %s（中心收到）</small>", to);
  else
    g_string_append_printf(out, "<br><small>可证：不早于 %s%s，不晚于 %s（中心收到）</small>", from,
                           from_texts[evidence->basis], to);
  if (evidence->odd != NULL)
    g_string_append_printf(out, "<br><small class=\"bad\">矛盾：%s</small>",
                           odd_text(evidence->odd));
}

static void put_when(GString *out, const BhCase *one, const BhEntryRow *row, const BhBody *body)
{
  g_autoptr(BhHubDevice) device = bh_log_load_device(one->db, row->device, NULL);
  BhEvidence evidence = bh_proof_judge(one->hub, row, body, device);
  if (body != NULL) {
    const BhEntryClock *clock = &body->clock;
    g_autofree char *claimed = bh_time_format(evidence.claimed_ms);
    g_string_append(out, claimed);
    if (evidence.basis != BH_TIME_HUB)
      g_string_append(out, "<br><small>终端声称，未证实</small>");
    if (clock->quality == BH_CLOCK_QUALITY_UNSURE)
      g_string_append(out, "<br><small>时钟未经中心校对</small>");
    if (clock->quality == BH_CLOCK_QUALITY_BAD)
      g_string_append(out, "<br><small>时钟有误，由人确认</small>");
    if (body->observed_ms > 0) {
      g_autofree char *observed = bh_time_format(body->observed_ms);
      g_string_append_printf(out, "<br><small>现场看到（自报）：%s</small>", observed);
    }
  }
  put_evidence_time(out, &evidence);
}

static void put_set(GString *out, const BhCase *one, const BhKind *kind, const BhOp *op,
                    const BhSet *set)
{
  g_autofree char *label = dup_label(kind, set->key);
  const json_t *value = set->commitment == NULL          ? set->value
                        : bh_case_opens(one, op->record) ? set->opened
                                                         : NULL;
  put(out, label);
  g_string_append(out, "：");
  if (set->commitment != NULL && value == NULL) {
    g_string_append(out, "（个人信息，未提供）");
  } else if (json_is_null(value)) {
    g_string_append(out, "（清空）");
  } else {
    g_autofree char *text = dup_value(one, kind, set->key, value);
    put_short(out, text);
  }
}

static void put_op(GString *out, const BhCase *one, const BhOp *op, GHashTable *met)
{
  const BhCaseRecord *record = g_hash_table_lookup(one->by_id, op->record);
  const BhKind *kind = bh_kind_set_find(one->kinds, op->kind);
  g_autofree char *title = record != NULL ? dup_title(one, record) : NULL;
  gboolean first = g_hash_table_add(met, g_strdup(op->record));
  g_string_append_printf(out, "<div>%s", first ? "新增" : "修改");
  put(out, kind != NULL ? bh_kind_get_label(kind, LANG) : op->kind);
  if (record == NULL && kind != NULL && strcmp(op->kind, "release") != 0) {
    g_string_append(out, "（案外记录）</div>");
    return;
  }
  if (title != NULL) {
    g_string_append(out, "「");
    put_short(out, title);
    g_string_append(out, "」");
  }
  g_string_append(out, "：");
  for (guint i = 0; kind != NULL && i < op->sets->len; i++) {
    g_string_append(out, i > 0 ? "；" : "");
    put_set(out, one, kind, op, op->sets->pdata[i]);
  }
  g_string_append(out, "</div>");
}

static const char *status_text(BhEntryStatus status)
{
  switch (status) {
  case BH_ENTRY_QUARANTINED:
    return "<span class=\"bad\">〔待核，未采用〕</span>";
  case BH_ENTRY_DISMISSED:
    return "<span class=\"bad\">〔不予采用〕</span>";
  case BH_ENTRY_RELEASED:
    return "〔待核后放行〕";
  default:
    return "";
  }
}

static gboolean put_entry(GString *out, const BhCase *one, const BhCaseEntry *entry, int nr,
                          GHashTable *met, GError **error)
{
  g_autoptr(BhEntryRow) row = bh_log_load_entry(one->db, entry->position, error);
  BhEnvelope envelope;
  if (row == NULL || !bh_envelope_parse(row->text->envelope, &envelope, error))
    return FALSE;
  g_autoptr(BhBody) body = entry->with_body && row->text->body != NULL
                               ? bh_body_parse(row->text->body, row->text->openings, NULL)
                               : NULL;
  g_autofree char *who = body != NULL ? dup_name(one, body->by) : g_strdup("");
  g_autofree char *device = dup_name(one, envelope.device);
  g_string_append_printf(out, "<tr><td>%d</td><td>", nr);
  put_when(out, one, row, body);
  g_string_append(out, "</td><td>");
  put(out, who);
  g_string_append(out, "</td><td>");
  put(out, device);
  g_string_append_printf(out, "<br><small>第 %" G_GINT64_FORMAT " 条</small></td><td>",
                         envelope.seq);
  g_string_append(out, status_text(row->status));
  if (body == NULL)
    g_string_append(out, "（内容未提供，只有签名信封）");
  for (guint i = 0; body != NULL && i < body->ops->len; i++)
    put_op(out, one, body->ops->pdata[i], met);
  g_string_append(out, "</td></tr>\n");
  return TRUE;
}

static gboolean put_chronology(GString *out, const BhCase *one, GError **error)
{
  static const char *const heads[] = {"序号", "时间", "人员", "终端", "做了什么", NULL};
  static const char *const classes[] = {"nr", "when", "who", "who", ""};
  g_autoptr(GHashTable) met = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  int nr = 0;
  g_string_append(out, "<h2>四、经过</h2>\n<p>按中心收到的先后排列。每一条在保存时即已签名，"
                       "此后只能追加，不能改动。第一行时间是终端自己的说法，没有证实；可证的只有下"
                       "面的起止时间。</p>\n");
  begin_table(out, heads, classes);
  for (guint i = 0; i < one->entries->len; i++) {
    const BhCaseEntry *entry = &g_array_index(one->entries, BhCaseEntry, i);
    if (entry->own && !put_entry(out, one, entry, ++nr, met, error))
      return FALSE;
  }
  end_table(out);
  return TRUE;
}

/* --- evidence --- */

/* The record of the case that holds the digest: it says what the file is. */
static GHashTable *index_files(const BhCase *one)
{
  GHashTable *index = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < one->records->len; i++) {
    const BhCaseRecord *record = one->records->pdata[i];
    const GPtrArray *fields = bh_kind_list_fields(record->kind);
    for (guint j = 0; record->own && j < fields->len; j++) {
      const char *name = bh_field_get_name(fields->pdata[j]);
      const char *sha256 = bh_json_string_or(record->values, name, NULL);
      if (bh_field_get_type(fields->pdata[j]) == BH_FIELD_HASH && sha256 != NULL)
        g_hash_table_insert(index, (gpointer)sha256, (gpointer)record);
    }
  }
  return index;
}

static void put_about(GString *out, const BhCase *one, const BhCaseRecord *record)
{
  static const char *const keys[] = {"role", "note", "taken_at", "source", NULL};
  const char *parent_field = record != NULL ? bh_kind_get_parent_field(record->kind) : NULL;
  if (record == NULL)
    return;
  for (int i = 0; keys[i] != NULL; i++) {
    g_autofree char *text =
        dup_value(one, record->kind, keys[i], json_object_get(record->values, keys[i]));
    if (text[0] == '\0' || bh_kind_find_field(record->kind, keys[i]) == NULL)
      continue;
    put(out, text);
    g_string_append(out, "<br>");
  }
  const char *parent =
      parent_field != NULL ? bh_json_string_or(record->values, parent_field, NULL) : NULL;
  if (parent == NULL)
    return;
  g_autofree char *name = dup_name(one, parent);
  g_string_append(out, "<small>属于：");
  put(out, name);
  g_string_append(out, "</small>");
}

static void put_evidence(GString *out, const BhCase *one)
{
  static const char *const heads[] = {"序号", "说明", "文件及其 SHA-256 摘要", "大小", NULL};
  static const char *const classes[] = {"nr", "when", "", "who"};
  g_autoptr(GHashTable) about = index_files(one);
  g_string_append_printf(out, "<h2>五、证据清单</h2>\n<p>共登记 %u 个文件，收入 %u 个",
                         one->files->len, one->files->len - (guint)one->absent);
  if (one->absent > 0)
    g_string_append_printf(out, "，<span class=\"bad\">缺 %d 个</span>", one->absent);
  g_string_append(out, "。摘要在拍摄或导入时已写进终端签名的记录，原件一个字节也不曾改动。</p>\n");
  begin_table(out, heads, classes);
  for (guint i = 0; i < one->files->len; i++) {
    const BhCaseFile *file = one->files->pdata[i];
    g_string_append_printf(out, "<tr><td>%u</td><td>", i + 1);
    put_about(out, one, g_hash_table_lookup(about, file->ref.sha256));
    g_string_append(out, "</td><td>");
    if (file->name != NULL)
      g_string_append_printf(out, "<a href=\"%s\">%s</a><br>", file->name, file->name);
    else
      g_string_append_printf(out, "<span class=\"bad\">%s</span><br>",
                             file->damaged ? "缺：中心存放的文件与登记的摘要不符，未收入"
                                           : "缺：中心没有从登记它的单位收到这个文件");
    g_string_append_printf(out, "<code>%s</code></td><td>%" G_GINT64_FORMAT " 字节<br><small>",
                           file->ref.sha256, file->ref.size);
    put(out, file->ref.media_type);
    g_string_append(out, "</small></td></tr>\n");
  }
  end_table(out);
}

/* --- what is proved --- */

static void put_statement(GString *out, const BhCase *one)
{
  guint bodies = 0;
  guint own = 0;
  for (guint i = 0; i < one->entries->len; i++) {
    bodies += g_array_index(one->entries, BhCaseEntry, i).with_body ? 1 : 0;
    own += g_array_index(one->entries, BhCaseEntry, i).own ? 1 : 0;
  }
  g_autofree char *key = bh_base64_encode(bh_hub_get_public_key(one->hub), BH_PUBLIC_KEY_SIZE);
  g_string_append_printf(
      out,
      "<h2>七、核验说明</h2>\n<h3>核验能证明什么</h3>\n<ol>\n"
      "<li>本案卷由中心封存：%s 收入 %u 条签名记录（其中 %u 条是本案经过），以及证据清单所列文件和"
      "本页。此后改动、增加、删去、调换其中任何一处，核验都会指出。</li>\n"
      "<li>"
      "每条记录由当时所用的终端签名（审核等在中心所作的由中心签名），终端的公钥由中心登记。有内容的"
      " %u "
      "条，内容与签名时相同。</li>\n"
      "<li>在每台终端上，从第一条到最后一条涉及本案的记录之间，一条不缺、次序不变。"
      "其间与本案无关的，只留签名信封，不留内容；需要时可按终端和条号要求中心出示，并与信封中的摘要"
      "核对。"
      "</li>\n<li>收入的每个文件，与终端签名记录中登记的 SHA-256 摘要一致。</li>\n</ol>\n",
      "<code>" BH_CASE_EXPORT_NAME "</code>", one->entries->len, own, bodies);
  g_string_append(
      out,
      "<h3>核验不能证明什么</h3>\n<ol>\n"
      "<li>签名属于终端。操作的人以终端和 PIN 认定，没有个人自己的密钥。</li>\n"
      "<li>"
      "一条记录究竟在起止时间之间的哪一刻签名，不能证明：终端声称的时间只是它自己的说法。可证的是："
      "不晚于中心收到；不早于记录（或同一链条上更早的记录）所附、由中心签名的时间，没有这样的时间时"
      "不早于终端登记。</li>\n"
      "<li>哪些记录属于本案，由中心按记录之间的从属关系选出；没有写进任何记录的事，这里也没有。</"
      "li>\n"
      "<li>本页文字由中心根据签名记录生成，以签名记录为准。“中心收到”不等于文书送达。</li>\n</"
      "ol>\n");
  g_string_append(out, "<h3>本案卷的范围</h3>\n<ul>\n");
  if (!one->options->personal)
    g_string_append(out,
                    "<li>按要求没有提供个人信息；签名记录中留有其承诺值，日后可以逐项出示核对。"
                    "</li>\n");
  else
    g_string_append(out, "<li>含被检查企业和本案各方的个人信息，不含执法人员的电话等个人信息。"
                         "请依法保管。</li>\n");
  if (one->hidden > 0)
    g_string_append_printf(out, "<li>有 %d 条从属记录因查看权限没有收入。</li>\n", one->hidden);
  if (one->shared > 0)
    g_string_append_printf(
        out, "<li>有 %d 条签名记录同时涉及案外记录，为保持签名完整而整条收入。</li>\n",
        one->shared);
  g_string_append(out, "<li>与其他检查的关联只写编号，不含其内容。</li>\n</ul>\n");
  g_string_append_printf(
      out,
      "<h3>怎样核验</h3>\n<p>在任何一台装有本程序的计算机上运行 "
      "<code>bihuan-hub verify 案卷文件 --hub-key 公钥</code>，不需要连接中心。"
      "格式公开（PROTOCOL.md 第 13 节），他人可以自行编写核验程序。单个文件也可以用 "
      "<code>sha256sum</code> 或 <code>certutil -hashfile 文件 SHA256</code> 与证据清单比对。</p>\n"
      "<p>中心公钥：<code>%s</code><br>请从中心另行取得公钥比对：只凭案卷自带的公钥，"
      "只能说明案卷前后一致，不能说明它出自该中心。</p>\n",
      key);
}

/* --- the whole --- */

static void put_head(GString *out, const BhCase *one)
{
  const BhCaseRecord *root = one->records->pdata[0];
  g_autofree char *title = dup_title(one, root);
  g_autofree char *made = bh_time_format(one->made_ms);
  g_string_append(out, "<h1>执法案卷</h1>\n<p>");
  put(out, title);
  g_string_append(out, "</p>\n<p>中心：");
  put(out, bh_hub_get_name(one->hub));
  g_string_append_printf(out, "　封存时间：%s<br>检查记录编号：<code>%s</code></p>\n", made,
                         one->root);
  if (one->absent > 0)
    g_string_append_printf(out, "<p class=\"bad\">注意：登记的文件缺 %d 个，见证据清单。</p>\n",
                           one->absent);
}

char *bh_case_make_page(const BhCase *one, gsize *len, GError **error)
{
  GString *out = g_string_new(BEGIN);
  put_head(out, one);
  g_string_append(out, "<h2>一、检查</h2>\n");
  put_record(out, one, one->records->pdata[0]);
  g_string_append(out, "<h2>二、参加人员、隐患、文书、签名、审核</h2>\n");
  put_own(out, one);
  put_answers(out, one);
  gboolean ok = put_chronology(out, one, error);
  put_evidence(out, one);
  g_string_append(out, "<h2>六、所涉企业、单位、人员、终端</h2>\n");
  put_context(out, one);
  put_statement(out, one);
  g_string_append(out, "</body></html>\n");
  *len = out->len;
  return g_string_free(out, !ok);
}
