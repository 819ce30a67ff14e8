/* The parts that both documents have in common. */
#include "app/paper/form.h"

#include <string.h>

#include "app/paper/signature.h"
#include "app/paper/text.h"
#include "schema/civil.h"
#include "schema/error.h"

#define SIGNATURE_HEIGHT 42
/* Points: the line of text above a signature, and the padding of its cell. */
#define LABEL_HEIGHT 24
#define CLOSE_HEIGHT 110 /* points: seal, date, and the notes below them */
#define TOGETHER_MAX 560 /* points: the most room that signatures and closing reserve */
#define EMPTY "—"

/* --- reading --- */

static void set_type_error(BhForm *form, const char *key, const char *type)
{
  if (form->error == NULL)
    g_set_error(&form->error, BH_ERROR, BH_ERROR_FORMAT, "frozen document: \"%s\" must be %s", key,
                type);
}

char *bh_form_dup_text(BhForm *form, const json_t *object, const char *key)
{
  const json_t *value = json_object_get(object, key);
  if (value == NULL || json_is_null(value))
    return g_strdup("");
  if (!json_is_string(value)) {
    set_type_error(form, key, "a string");
    return g_strdup("");
  }
  char *text = bh_paper_text_clean(json_string_value(value));
  return g_strstrip(text);
}

gboolean bh_form_get_flag(BhForm *form, const json_t *object, const char *key)
{
  const json_t *value = json_object_get(object, key);
  if (value != NULL && !json_is_boolean(value) && !json_is_null(value))
    set_type_error(form, key, "a flag");
  return json_is_true(value);
}

gint64 bh_form_get_integer(BhForm *form, const json_t *object, const char *key)
{
  const json_t *value = json_object_get(object, key);
  if (value != NULL && !json_is_integer(value) && !json_is_null(value))
    set_type_error(form, key, "an integer");
  return json_integer_value(value);
}

const json_t *bh_form_get_object(BhForm *form, const json_t *object, const char *key)
{
  const json_t *value = json_object_get(object, key);
  if (value == NULL || json_is_object(value))
    return value;
  set_type_error(form, key, "an object");
  return NULL;
}

const json_t *bh_form_get_array(BhForm *form, const json_t *object, const char *key)
{
  const json_t *value = json_object_get(object, key);
  if (value == NULL || json_is_array(value))
    return value;
  set_type_error(form, key, "an array");
  return NULL;
}

char *bh_form_dup_time(BhForm *form, const json_t *object, const char *key)
{
  gint64 ms = bh_form_get_integer(form, object, key);
  if (ms == 0)
    return g_strdup("");
  BhDate date = bh_date_from_ms(ms);
  g_autofree char *day = bh_date_format_zh(&date);
  g_autofree char *moment = bh_time_format(ms);
  const char *clock = strchr(moment, ' ');
  return g_strconcat(day, clock != NULL ? clock : "", NULL);
}

char *bh_form_dup_date(BhForm *form, const json_t *object, const char *key)
{
  g_autofree char *text = bh_form_dup_text(form, object, key);
  BhDate date;
  if (text[0] == '\0')
    return g_strdup("");
  if (!bh_date_parse(text, &date, NULL)) {
    set_type_error(form, key, "a date (YYYY-MM-DD)");
    return g_strdup("");
  }
  return bh_date_format_zh(&date);
}

/* --- head and facts --- */

/* Whether the number of a document or of a hazard will be replaced by the hub. */
static gboolean is_provisional(BhForm *form, const json_t *object)
{
  return bh_form_get_flag(form, object, "number_provisional");
}

void bh_form_add_head(BhForm *form)
{
  const json_t *frozen = form->source->frozen;
  const json_t *unit = bh_form_get_object(form, frozen, "unit");
  g_autofree char *issuer = bh_form_dup_text(form, unit, "name");
  g_autofree char *title = bh_form_dup_text(form, frozen, "title");
  g_autofree char *number = bh_form_dup_text(form, frozen, "number");
  gboolean provisional = is_provisional(form, frozen);
  gboolean draft = form->source->qr_text == NULL;
  /* The same room as for the QR code is left at both sides, so that the title is centred on the
   * page. */
  bh_flow_add_space(form->flow, 10);
  bh_flow_add_narrow_text(form->flow, BH_FLOW_ISSUER, issuer, BH_PAPER_CODE_SIZE);
  bh_flow_add_narrow_text(form->flow, BH_FLOW_TITLE, title, BH_PAPER_CODE_SIZE);
  g_autofree char *line =
      g_strdup_printf("文书编号：%s%s%s", number[0] != '\0' ? number : "待定",
                      provisional ? "（临时编号）" : "", draft ? "　【草稿】" : "");
  bh_flow_add_narrow_text(form->flow, BH_FLOW_NUMBER, line, BH_PAPER_CODE_SIZE);
  bh_flow_skip_to(form->flow, BH_PAPER_CODE_SIZE + 6);
}

void bh_form_begin_facts(BhForm *form)
{
  static const double shares[] = {17, 36, 17, 30};
  bh_flow_begin_table(form->flow, shares, G_N_ELEMENTS(shares), NULL);
}

void bh_form_add_fact(BhForm *form, const char *label, const char *value)
{
  BhFlowCell cells[] = {
      {.text = label, .style = BH_FLOW_CELL_LABEL},
      {.text = value[0] != '\0' ? value : EMPTY, .style = BH_FLOW_CELL, .span = 3},
  };
  bh_flow_add_row(form->flow, cells, G_N_ELEMENTS(cells));
}

void bh_form_add_two_facts(BhForm *form, const char *label, const char *value,
                           const char *second_label, const char *second_value)
{
  BhFlowCell cells[] = {
      {.text = label, .style = BH_FLOW_CELL_LABEL},
      {.text = value[0] != '\0' ? value : EMPTY, .style = BH_FLOW_CELL},
      {.text = second_label, .style = BH_FLOW_CELL_LABEL},
      {.text = second_value[0] != '\0' ? second_value : EMPTY, .style = BH_FLOW_CELL},
  };
  bh_flow_add_row(form->flow, cells, G_N_ELEMENTS(cells));
}

void bh_form_add_enterprise(BhForm *form)
{
  const json_t *enterprise = bh_form_get_object(form, form->source->frozen, "enterprise");
  g_autofree char *name = bh_form_dup_text(form, enterprise, "name");
  g_autofree char *uscc = bh_form_dup_text(form, enterprise, "uscc");
  g_autofree char *address = bh_form_dup_text(form, enterprise, "address");
  g_autofree char *legal = bh_form_dup_text(form, enterprise, "legal_representative");
  g_autofree char *main_person = bh_form_dup_text(form, enterprise, "main_responsible_person");
  g_autofree char *phone = bh_form_dup_text(form, enterprise, "phone");
  g_autofree char *reason = bh_form_dup_text(form, enterprise, "provisional_reason");
  bh_form_add_fact(form, "被检查单位", name);
  if (bh_form_get_flag(form, enterprise, "provisional")) {
    g_autofree char *note =
        g_strconcat("临时主体，身份待核实", reason[0] != '\0' ? "：" : "", reason, NULL);
    bh_form_add_fact(form, "主体情况", note);
  }
  bh_form_add_two_facts(form, "统一社会\n信用代码", uscc, "联系电话", phone);
  bh_form_add_fact(form, "地　　址", address);
  bh_form_add_two_facts(form, "法定代表人", legal, "主要负责人", main_person);
}

char *bh_form_dup_inspectors(BhForm *form)
{
  GString *out = g_string_new(NULL);
  gsize index;
  json_t *person;
  json_array_foreach(bh_form_get_array(form, form->source->frozen, "people"), index, person) {
    g_autofree char *role = bh_form_dup_text(form, person, "role");
    if (strcmp(role, "lead") != 0 && strcmp(role, "member") != 0)
      continue;
    g_autofree char *name = bh_form_dup_text(form, person, "name");
    g_autofree char *certificate = bh_form_dup_text(form, person, "certificate_no");
    g_string_append_printf(out, "%s%s（%s%s）", out->len > 0 ? "\n" : "", name,
                           certificate[0] != '\0' ? "执法证号 " : "执法证号未登记", certificate);
  }
  return g_string_free(out, FALSE);
}

void bh_form_add_paragraph(BhForm *form, const char *text)
{
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    bh_flow_add_text(form->flow, BH_FLOW_BODY, *line);
}

char *bh_form_dup_hazard(BhForm *form, const json_t *hazard)
{
  g_autofree char *number = bh_form_dup_text(form, hazard, "number");
  g_autofree char *summary = bh_form_dup_text(form, hazard, "summary");
  g_autofree char *description = bh_form_dup_text(form, hazard, "description");
  g_autofree char *level = bh_form_dup_text(form, hazard, "level");
  g_autofree char *criterion = bh_form_dup_text(form, hazard, "criterion");
  g_autofree char *basis = bh_form_dup_text(form, hazard, "legal_basis");
  const char *what = is_provisional(form, hazard) ? "临时编号 " : "编号 ";
  GString *out = g_string_new(summary);
  if (description[0] != '\0' && strcmp(description, summary) != 0)
    g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "", description);
  if (level[0] != '\0' || number[0] != '\0')
    g_string_append_printf(out, "\n（%s%s%s%s）", level,
                           level[0] != '\0' && number[0] != '\0' ? "，" : "",
                           number[0] != '\0' ? what : "", number);
  if (criterion[0] != '\0')
    g_string_append_printf(out, "\n判定依据：%s", criterion);
  if (basis[0] != '\0')
    g_string_append_printf(out, "\n法律依据：%s", basis);
  return g_string_free(out, FALSE);
}

void bh_form_add_legal_basis(BhForm *form)
{
  g_autofree char *basis = bh_form_dup_text(form, form->source->frozen, "legal_basis");
  if (basis[0] == '\0')
    return;
  g_autofree char *line = g_strconcat("法律依据：", basis, NULL);
  bh_form_add_paragraph(form, line);
}

/* --- signatures --- */

static const char *role_label(const char *role, const char *enterprise_label)
{
  if (strcmp(role, "inspector") == 0)
    return "检查人员";
  if (strcmp(role, "second_inspector") == 0)
    return "检查人员";
  if (strcmp(role, "enterprise") == 0)
    return enterprise_label;
  if (strcmp(role, "witness") == 0)
    return "见证人";
  if (strcmp(role, "expert") == 0)
    return "专　　家";
  return "签　　名";
}

static void add_signature_row(BhForm *form, const char *label, const char *text,
                              cairo_surface_t *picture)
{
  BhFlowCell cells[] = {
      {.text = label, .style = BH_FLOW_CELL_LABEL, .min_height = SIGNATURE_HEIGHT},
      {.text = text,
       .style = BH_FLOW_CELL,
       .picture = picture,
       .picture_height = SIGNATURE_HEIGHT,
       .min_height = SIGNATURE_HEIGHT},
  };
  bh_flow_add_row(form->flow, cells, G_N_ELEMENTS(cells));
}

static void add_signature(BhForm *form, const json_t *signature, const char *enterprise_label)
{
  g_autofree char *role = bh_form_dup_text(form, signature, "role");
  g_autofree char *name = bh_form_dup_text(form, signature, "name");
  g_autofree char *post = bh_form_dup_text(form, signature, "post");
  g_autofree char *certificate = bh_form_dup_text(form, signature, "certificate_no");
  g_autofree char *file = bh_form_dup_text(form, signature, "file");
  g_autofree char *reason = bh_form_dup_text(form, signature, "refusal_reason");
  g_autofree char *when = bh_form_dup_time(form, signature, "signed_at");
  g_autofree char *path = file[0] != '\0' && form->source->find_file != NULL
                              ? form->source->find_file(file, form->source->find_data)
                              : NULL;
  gboolean refused = bh_form_get_flag(form, signature, "refused");
  cairo_surface_t *picture = NULL;
  GString *text = g_string_new(name);
  if (post[0] != '\0')
    g_string_append_printf(text, "　%s", post);
  if (certificate[0] != '\0')
    g_string_append_printf(text, "　执法证号 %s", certificate);
  if (when[0] != '\0')
    g_string_append_printf(text, "　%s", when);
  if (refused)
    g_string_append_printf(text, "\n拒绝签字%s%s", reason[0] != '\0' ? "，原因：" : "", reason);
  else if (file[0] != '\0' && path == NULL)
    g_string_append(text, "\n（签名图像不在本机）");
  if (path != NULL && !refused) {
    picture = bh_paper_signature_load(path, NULL);
    if (picture == NULL)
      g_string_append(text, "\n（签名图像无法读取）");
  }
  add_signature_row(form, role_label(role, enterprise_label), text->str, picture);
  g_clear_pointer(&picture, cairo_surface_destroy);
  g_string_free(text, TRUE);
}

void bh_form_add_signatures(BhForm *form, const char *enterprise_label)
{
  static const double shares[] = {20, 80};
  const json_t *signatures = form->source->signatures;
  /* Signatures, seal and date stay on one page: a page with only a seal could be put under any
   * text. */
  double rows = MAX(json_array_size(signatures), 3);
  bh_flow_reserve(form->flow,
                  MIN(rows * (SIGNATURE_HEIGHT + LABEL_HEIGHT) + CLOSE_HEIGHT, TOGETHER_MAX));
  bh_flow_begin_table(form->flow, shares, G_N_ELEMENTS(shares), NULL);
  if (json_array_size(signatures) == 0) {
    add_signature_row(form, "检查人员\n（签名）", "", NULL);
    add_signature_row(form, "检查人员\n（签名）", "", NULL);
    g_autofree char *label = g_strconcat(enterprise_label, "\n（签名）", NULL);
    add_signature_row(form, label, "", NULL);
  }
  gsize index;
  json_t *signature;
  json_array_foreach(signatures, index, signature) {
    add_signature(form, signature, enterprise_label);
  }
  bh_flow_end_table(form->flow);
}

void bh_form_add_closing(BhForm *form)
{
  const json_t *frozen = form->source->frozen;
  g_autofree char *issuer =
      bh_form_dup_text(form, bh_form_get_object(form, frozen, "unit"), "name");
  g_autofree char *issued = bh_form_dup_time(form, frozen, "issued_at");
  char *day = strchr(issued, ' ');
  if (day != NULL)
    *day = '\0';
  bh_flow_reserve(form->flow, CLOSE_HEIGHT);
  bh_flow_add_space(form->flow, 14);
  g_autofree char *seal = g_strconcat(issuer, "（印章）", NULL);
  bh_flow_add_text(form->flow, BH_FLOW_RIGHT, seal);
  bh_flow_add_text(form->flow, BH_FLOW_RIGHT, issued);
  GString *names = g_string_new(NULL);
  gsize index;
  json_t *name;
  json_array_foreach(bh_form_get_array(form, frozen, "dates_confirmed_by"), index, name) {
    g_autofree char *clean = bh_paper_text_clean_line(json_string_value(name));
    g_string_append_printf(names, "%s%s", names->len > 0 ? "、" : "", clean);
  }
  if (names->len > 0) {
    g_autofree char *line = g_strdup_printf("日期和时间由%s确认。", names->str);
    bh_flow_add_text(form->flow, BH_FLOW_SMALL, line);
  }
  g_string_free(names, TRUE);
}
