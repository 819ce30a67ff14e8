/* Sample fields, and checks of a PDF with poppler's programs. */
#include "tests/app/paper/support.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/paper/code.h"

PaperFile *paper_file_new(void)
{
  PaperFile *file = g_new0(PaperFile, 1);
  file->directory = g_dir_make_tmp("bihuan-paper-XXXXXX", NULL);
  assert_non_null(file->directory);
  file->pdf = g_build_filename(file->directory, "paper.pdf", NULL);
  return file;
}

void paper_file_free(PaperFile *file)
{
  g_autoptr(GDir) dir = g_dir_open(file->directory, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
    g_autofree char *path = g_build_filename(file->directory, name, NULL);
    g_unlink(path);
  }
  g_rmdir(file->directory);
  g_free(file->directory);
  g_free(file->pdf);
  g_free(file);
}

json_t *paper_sample(const char *doc_type, int n_hazards)
{
  gboolean record = strcmp(doc_type, "onsite_record") == 0;
  json_t *hazards = json_array();
  for (int i = 0; i < n_hazards; i++) {
    g_autofree char *number = g_strdup_printf("YH-%04d", i + 1);
    g_autofree char *summary = g_strdup_printf("第%d处瓦斯传感器吊挂位置不符", i + 1);
    json_array_append_new(
        hazards,
        json_pack("{s:s,s:s,s:s,s:s,s:b,s:s?,s:s,s:s,s:s,s:s,s:s,s:b}", "number", number, "summary",
                  summary, "description", "距顶板超过三百毫米。直骨令角门、海今言返入。", "level",
                  i % 3 == 0 ? "重大隐患" : "一般隐患", "major", i % 3 == 0, "criterion",
                  i % 3 == 0 ? "判定标准第三条第二项" : NULL, "place", "3101回风巷", "demand",
                  "立即按规程重新吊挂并校验", "responsible_person", "赵海", "responsible_post",
                  "通风科长", "deadline", "2026-12-01", "fixed_on_site", i % 4 == 1));
  }
  json_t *frozen = json_pack(
      "{s:i,s:s,s:s,s:s,s:b,s:I,s:s,s:s,s:s,s:[s,s]}", "paper", 1, "doc_type", doc_type, "title",
      record ? "现场检查记录" : "责令限期整改指令书", "number", "示应急〔2026〕L-0017号",
      "number_provisional", 1, "issued_at", (json_int_t)1795256000000, "legal_basis",
      "《示例法》第六十五条第一款", "remedies", "不服本指令的，可以依示例法申请复议。", "deadline",
      "2026-12-05", "dates_confirmed_by", "张直骨", "李令角");
  json_object_set_new(frozen, "hazards", hazards);
  json_object_set_new(frozen, "unit",
                      json_pack("{s:s,s:s}", "name", "示例镇应急管理站", "phone", "0349-0000000"));
  json_object_set_new(frozen, "enterprise",
                      json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "name", "示例县直门角令骨煤业有限公司",
                                "uscc", "91140600MA0TEST12X", "address",
                                "示例省示例市示例镇东一公里", "legal_representative", "王将",
                                "main_responsible_person", "赵海", "phone", "13800000000"));
  json_object_set_new(frozen, "inspection",
                      json_pack("{s:s,s:s,s:I,s:I,s:b,s:b,s:s,s:s,s:s}", "modes",
                                "日常检查、联合检查", "place", "井下3101综采工作面", "started_at",
                                (json_int_t)1795250000000, "ended_at", (json_int_t)1795255000000,
                                "certificate_shown", 1, "recusal_advised", 1, "checklist",
                                "煤矿现场检查表", "checklist_version", "2026-1", "opinion",
                                "情况属实，按要求整改。"));
  json_object_set_new(frozen, "people",
                      json_pack("[{s:s,s:s,s:s},{s:s,s:s,s:s},{s:s,s:s,s:s,s:s}]", "name", "张直骨",
                                "role", "lead", "certificate_no", "SX-0001", "name", "李令角",
                                "role", "member", "certificate_no", "SX-0002", "name", "周专",
                                "role", "expert", "employer", "示例大学", "opinion",
                                "建议复核通风系统图。"));
  json_object_set_new(
      frozen, "answers",
      json_pack("{s:[{s:s,s:i,s:i,s:i,s:i},{s:s,s:i,s:i,s:i,s:i}],s:i,s:i,s:[{s:s,s:s,s:s}]}",
                "sections", "name", "合法生产", "compliant", 5, "noncompliant", 1, "not_applicable",
                0, "unchecked", 2, "name", "通风与瓦斯", "compliant", 8, "noncompliant", 0,
                "not_applicable", 1, "unchecked", 4, "bulk", 3, "not_asked", 2, "findings",
                "item_no", "COAL-01", "check", "采掘工作面是否全部已申报", "note", "3102面未申报"));
  assert_non_null(json_object_get(frozen, "answers"));
  return frozen;
}

json_t *paper_sample_signatures(void)
{
  json_t *signatures = json_pack(
      "[{s:s,s:s,s:s,s:I},{s:s,s:s,s:s,s:I},{s:s,s:s,s:b,s:s}]", "role", "inspector", "name",
      "张直骨", "certificate_no", "SX-0001", "signed_at", (json_int_t)1795255900000, "role",
      "enterprise", "name", "赵海", "post", "矿长", "signed_at", (json_int_t)1795255910000, "role",
      "witness", "name", "孙见", "refused", 1, "refusal_reason", "不在现场");
  assert_non_null(signatures);
  return signatures;
}

void paper_render(PaperFile *file, const json_t *frozen, const json_t *signatures, const char *code)
{
  g_autoptr(GError) error = NULL;
  BhPaperSource source = {.frozen = frozen, .signatures = signatures, .qr_text = code};
  gboolean done = bh_paper_render_document(&source, file->pdf, &error);
  if (!done)
    print_error("%s\n", error->message);
  assert_true(done);
}

char *paper_run(const char *program, ...)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new();
  g_autoptr(GError) error = NULL;
  char *output = NULL;
  int status = 0;
  va_list arguments;
  g_ptr_array_add(argv, (char *)program);
  va_start(arguments, program);
  for (char *argument; (argument = va_arg(arguments, char *)) != NULL;)
    g_ptr_array_add(argv, argument);
  va_end(arguments);
  g_ptr_array_add(argv, NULL);
  gboolean ran = g_spawn_sync(NULL, (char **)argv->pdata, NULL,
                              G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output,
                              NULL, &status, &error);
  if (!ran)
    print_error("%s\n", error->message);
  assert_true(ran);
  assert_true(g_spawn_check_wait_status(status, NULL));
  return output;
}

char *paper_squeeze(const char *text)
{
  GString *out = g_string_new(NULL);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (!g_unichar_isspace(c) && c != '\f')
      g_string_append_unichar(out, c);
  }
  return g_string_free(out, FALSE);
}

char *paper_read_text(const PaperFile *file)
{
  g_autofree char *text = paper_run("pdftotext", "-raw", file->pdf, "-", NULL);
  return paper_squeeze(text);
}

void paper_assert_shows(const char *pdf_text, const char *text)
{
  g_autofree char *squeezed = paper_squeeze(text);
  if (strstr(pdf_text, squeezed) == NULL)
    print_error("the paper does not show: %s\n", text);
  assert_non_null(strstr(pdf_text, squeezed));
}

void paper_assert_hides(const char *pdf_text, const char *text)
{
  g_autofree char *squeezed = paper_squeeze(text);
  if (strstr(pdf_text, squeezed) != NULL)
    print_error("the paper must not show: %s\n", text);
  assert_null(strstr(pdf_text, squeezed));
}

void paper_assert_shows_all(const char *pdf_text, const json_t *value, const char *const *except)
{
  const char *key;
  json_t *member;
  gsize index;
  if (json_is_string(value))
    paper_assert_shows(pdf_text, json_string_value(value));
  json_object_foreach((json_t *)value, key, member) {
    if (!g_strv_contains(except, key))
      paper_assert_shows_all(pdf_text, member, except);
  }
  json_array_foreach(value, index, member) {
    paper_assert_shows_all(pdf_text, member, except);
  }
}

void paper_assert_within_margins(const PaperFile *file)
{
  g_autofree char *boxes = paper_run("pdftotext", "-bbox", file->pdf, "-", NULL);
  g_autoptr(GRegex) regex =
      g_regex_new("xMin=\"([-0-9.]+)\" yMin=\"([-0-9.]+)\" xMax=\"([-0-9.]+)\" yMax=\"([-0-9.]+)\"",
                  0, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  int words = 0;
  for (gboolean found = g_regex_match(regex, boxes, 0, &match); found;
       found = g_match_info_next(match, NULL), words++) {
    double edges[4];
    for (int i = 0; i < 4; i++) {
      g_autofree char *number = g_match_info_fetch(match, i + 1);
      edges[i] = g_ascii_strtod(number, NULL);
    }
    gboolean inside = edges[0] >= 50 && edges[1] >= 0 && edges[2] <= BH_PAPER_WIDTH_PT - 50 &&
                      edges[3] <= BH_PAPER_HEIGHT_PT;
    if (!inside)
      print_error("a word outside the margins at %.1f %.1f – %.1f %.1f\n", edges[0], edges[1],
                  edges[2], edges[3]);
    assert_true(inside);
  }
  assert_true(words > 0);
}

void paper_keep_picture(const PaperFile *file, const char *name)
{
  const char *directory = g_getenv("BIHUAN_PICTURES");
  if (directory == NULL)
    return;
  assert_int_equal(g_mkdir_with_parents(directory, 0755), 0);
  g_autofree char *stem = g_build_filename(directory, name, NULL);
  g_autofree char *output =
      paper_run("pdftoppm", "-png", "-r", "90", "-f", "1", "-l", "4", file->pdf, stem, NULL);
}
