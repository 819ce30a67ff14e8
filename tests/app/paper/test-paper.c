/* The finished papers as PDF: text, limits, hostile input, signatures, fonts. */
#include "app/paper/paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/paper/code.h"
#include "schema/error.h"
#include "tests/app/paper/support.h"

/* Members that are codes or numbers for the program and do not appear on the paper. */
static const char *const not_shown[] = {"doc_type", "role", "deadline", "file", NULL};
/* Members that an order does not show: it is addressed to the enterprise, and how the visit went
 * is on the record. */
static const char *const not_on_orders[] = {"doc_type", "role",    "deadline",  "file",
                                            "modes",    "opinion", "checklist", "checklist_version",
                                            "employer", "answers", "people",    NULL};

static char *make_code(void)
{
  return bh_paper_code_make(PAPER_HUB, PAPER_ENTRY);
}

static void test_record_shows_every_field(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 3);
  g_autoptr(json_t) signatures = paper_sample_signatures();
  g_autofree char *code = make_code();
  /* The texts of "remedies" are on orders only. */
  json_object_del(frozen, "remedies");
  json_object_del(json_object_get(frozen, "unit"), "phone");
  for (gsize i = 0; i < 3; i++) {
    json_t *hazard = json_array_get(json_object_get(frozen, "hazards"), i);
    json_object_del(hazard, "responsible_person");
    json_object_del(hazard, "responsible_post");
  }
  paper_render(file, frozen, signatures, code);
  g_autofree char *text = paper_read_text(file);
  paper_assert_shows_all(text, frozen, not_shown);
  paper_assert_shows_all(text, signatures, not_shown);
  paper_assert_shows(text, "2026年12月1日");
  paper_assert_shows(text, "2026年11月21日 16:33 至 2026年11月21日 17:56");
  paper_assert_shows(text, code);
  paper_assert_within_margins(file);
  paper_keep_picture(file, "paper-record");
}

static void test_order_shows_every_field(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("order_rectify", 3);
  g_autoptr(json_t) signatures = paper_sample_signatures();
  g_autofree char *code = make_code();
  paper_render(file, frozen, signatures, code);
  g_autofree char *text = paper_read_text(file);
  paper_assert_shows_all(text, frozen, not_on_orders);
  paper_assert_shows_all(text, signatures, not_shown);
  paper_assert_shows(text, "张直骨（执法证号 SX-0001）");
  paper_assert_shows(text, "全部整改须于2026年12月5日前完成");
  paper_assert_within_margins(file);
  paper_keep_picture(file, "paper-order");
}

static void test_unchecked_items_are_never_certified(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 0);
  g_autofree char *code = make_code();
  paper_render(file, frozen, NULL, code);
  g_autofree char *text = paper_read_text(file);
  paper_assert_shows(text, "合法生产 8 5 1 0 2");
  paper_assert_shows(text, "通风与瓦斯 13 8 0 1 4");
  paper_assert_shows(text, "合计 21 13 1 1 6");
  paper_assert_shows(text, "有 6 项未检查，本记录对未检查的项目不作任何认定。有 3 项为批量填写。");
  paper_assert_shows(text, "在已查看的范围内未记录问题。");
}

static void test_items_left_out_of_the_paper_are_counted_on_it(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 0);
  json_object_set_new(json_object_get(frozen, "answers"), "for_government", json_integer(2));
  g_autofree char *code = make_code();
  paper_render(file, frozen, NULL, code);
  g_autofree char *text = paper_read_text(file);
  paper_assert_shows(text, "本次应查看的项目共 23 项，其中 2 项面向政府部门，不列入本记录。");
}

static void test_no_legal_basis_is_invented(G_GNUC_UNUSED void **state)
{
  const char *const types[] = {"onsite_record", "order_rectify"};
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autoptr(PaperFile) file = paper_file_new();
    g_autoptr(json_t) frozen = paper_sample(types[i], 2);
    g_autofree char *code = make_code();
    json_object_del(frozen, "legal_basis");
    json_object_del(frozen, "remedies");
    paper_render(file, frozen, NULL, code);
    g_autofree char *text = paper_read_text(file);
    paper_assert_hides(text, "法律依据");
    paper_assert_hides(text, "复议");
  }
}

static void test_the_paper_of_a_failed_visit_gives_the_reason(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 0);
  g_autofree char *code = make_code();
  json_t *inspection = json_object_get(frozen, "inspection");
  json_object_del(frozen, "answers");
  json_object_set_new(inspection, "outcome", json_string("拒绝进入"));
  json_object_set_new(inspection, "outcome_note", json_string("门卫称负责人不在"));
  json_object_set_new(inspection, "refusal_reason", json_string("对问题有异议"));
  json_object_set_new(inspection, "refusal_witness", json_string("孙见"));
  paper_render(file, frozen, NULL, code);
  g_autofree char *text = paper_read_text(file);
  paper_assert_shows(text, "本次检查未能按计划进行：拒绝进入。门卫称负责人不在");
  paper_assert_shows(text, "被检查单位拒绝签字。原因：对问题有异议。见证人：孙见。");
  paper_assert_hides(text, "逐项查看");
}

static void test_provisional_numbers_and_drafts_are_marked(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("order_rectify", 1);
  g_autofree char *code = make_code();
  paper_render(file, frozen, NULL, code);
  g_autofree char *provisional = paper_read_text(file);
  paper_assert_shows(provisional, "L-0017号（临时编号）");
  paper_assert_hides(provisional, "草稿");
  json_object_del(frozen, "number_provisional");
  paper_render(file, frozen, NULL, NULL);
  g_autofree char *draft = paper_read_text(file);
  paper_assert_hides(draft, "临时编号");
  paper_assert_shows(draft, "【草稿】");
}

static void test_empty_fields_leave_a_readable_paper(G_GNUC_UNUSED void **state)
{
  const char *const types[] = {"onsite_record", "order_rectify"};
  for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
    g_autoptr(PaperFile) file = paper_file_new();
    g_autoptr(json_t) frozen = json_pack("{s:i,s:s,s:s,s:i}", "paper", 1, "doc_type", types[i],
                                         "title", "现场检查记录", "issued_at", 0);
    paper_render(file, frozen, NULL, NULL);
    g_autofree char *text = paper_read_text(file);
    paper_assert_shows(text, "文书编号：待定");
    paper_assert_shows(text, "被检查单位—");
    paper_assert_hides(text, "null");
  }
}

static void test_two_hundred_hazards_break_over_pages(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("order_rectify", 200);
  g_autofree char *code = make_code();
  paper_render(file, frozen, NULL, code);
  g_autofree char *text = paper_read_text(file);
  g_autofree char *info = paper_run("pdfinfo", file->pdf, NULL);
  const char *found = strstr(info, "Pages:");
  gint64 pages = g_ascii_strtoll(found + strlen("Pages:"), NULL, 10);
  assert_in_range(pages, 20, 60);
  for (int i = 1; i <= 200; i++) {
    g_autofree char *number = g_strdup_printf("编号 YH-%04d", i);
    paper_assert_shows(text, number);
  }
  for (gint64 page = 1; page <= pages; page++) {
    g_autofree char *foot = g_strdup_printf("第 %d 页 共 %d 页", (int)page, (int)pages);
    paper_assert_shows(text, foot);
  }
  paper_assert_within_margins(file);
}

/* A seal is on the page of the last signatures, below them, wherever the text ends. */
static void test_a_seal_never_stands_on_a_page_of_its_own(G_GNUC_UNUSED void **state)
{
  for (int hazards = 1; hazards <= 14; hazards++) {
    g_autoptr(PaperFile) file = paper_file_new();
    g_autoptr(json_t) frozen = paper_sample("order_rectify", hazards);
    g_autoptr(json_t) signatures = paper_sample_signatures();
    paper_render(file, frozen, signatures, NULL);
    g_autofree char *raw = paper_run("pdftotext", "-layout", file->pdf, "-", NULL);
    g_auto(GStrv) pages = g_strsplit(raw, "\f", -1);
    for (char **page = pages; *page != NULL; page++) {
      g_autofree char *text = paper_squeeze(*page);
      if (strstr(text, "（印章）") != NULL)
        paper_assert_shows(text, "签收人");
    }
  }
}

static void test_long_descriptions_lose_nothing(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 2);
  g_autofree char *code = make_code();
  GString *description = g_string_new(NULL);
  int marks = 0;
  while (g_utf8_strlen(description->str, -1) < 5000)
    g_string_append_printf(description, "〔%04d〕巷道支护变形", marks++);
  json_object_set_new(json_array_get(json_object_get(frozen, "hazards"), 0), "description",
                      json_string(description->str));
  json_object_set_new(json_object_get(frozen, "inspection"), "opinion",
                      json_string(description->str));
  paper_render(file, frozen, NULL, code);
  g_autofree char *text = paper_read_text(file);
  const char *table = text, *opinion = NULL;
  for (int i = 0; i < marks; i++) {
    g_autofree char *mark = g_strdup_printf("%04d〕", i);
    table = strstr(table, mark);
    assert_non_null(table);
    opinion = strstr(opinion != NULL ? opinion : strstr(text, "被检查单位意见"), mark);
    assert_non_null(opinion);
  }
  paper_assert_within_margins(file);
  g_string_free(description, TRUE);
}

static void test_hostile_text_stays_text_and_on_the_page(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("order_rectify", 1);
  g_autofree char *code = make_code();
  g_autofree char *endless = g_strnfill(3000, 'W');
  json_t *enterprise = json_object_get(frozen, "enterprise");
  json_t *hazard = json_array_get(json_object_get(frozen, "hazards"), 0);
  json_object_set_new(enterprise, "name",
                      json_string("<span size='99999'>&amp;%s%n</span>煤矿\xE2\x80\xAE\x31\x32"));
  json_object_set_new(enterprise, "address", json_string(endless));
  json_object_set_new(enterprise, "phone", json_string("a\x01\x02\n\n\n\n\nb"));
  json_object_set_new(hazard, "summary",
                      json_string("Z\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81\xCC\x81"));
  json_object_set_new(frozen, "number", json_string(endless));
  json_object_set_new(frozen, "title", json_string(endless));
  paper_render(file, frozen, NULL, code);
  g_autofree char *text = paper_read_text(file);
  paper_assert_shows(text, "<span size='99999'>&amp;%s%n</span>煤矿12");
  paper_assert_within_margins(file);
}

/* A name contains a private-use character, which no font draws: an issued order has a note about
 * it, and no box with a number. */
static void test_missing_glyphs_are_marked_and_noted(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("order_rectify", 2);
  g_autoptr(json_t) signatures = paper_sample_signatures();
  g_autofree char *code = make_code();
  paper_render(file, frozen, signatures, code);
  g_autofree char *plain = paper_read_text(file);
  assert_null(strstr(plain, "〓"));
  json_object_set_new(json_object_get(frozen, "enterprise"), "name", json_string("张\uE000煤矿"));
  json_object_set_new(json_array_get(json_object_get(frozen, "hazards"), 1), "responsible_person",
                      json_string("赵\U0010FFF0"));
  json_object_set_new(json_array_get(signatures, 1), "name", json_string("王\uE001"));
  paper_render(file, frozen, signatures, code);
  g_autofree char *text = paper_read_text(file);
  paper_assert_shows(text, "张〓煤矿");
  paper_assert_shows(text, "赵〓");
  paper_assert_shows(text, "王〓");
  paper_assert_shows(text, "原字见电子记录：U+E000、U+10FFF0、U+E001。");
  assert_null(strstr(text, "\uE000"));
  paper_keep_picture(file, "paper-missing-glyphs");
}

/* The second and later pages show the whole number of the document, however long its title is. */
static void test_a_long_title_leaves_the_number_on_each_page(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("order_rectify", 30);
  g_autofree char *code = make_code();
  g_autoptr(GString) title = g_string_new("责令");
  for (int i = 0; i < 30; i++)
    g_string_append(title, "限期整改");
  json_object_set_new(frozen, "title", json_string(title->str));
  paper_render(file, frozen, NULL, code);
  /* The PDF also contains text that is cut off with an ellipsis, but without width. So the width of
   * the number is checked. */
  g_autofree char *words =
      paper_run("pdftotext", "-bbox", "-f", "2", "-l", "2", file->pdf, "-", NULL);
  const char *number = strstr(strstr(words, "<page"), "L-0017号");
  assert_non_null(number);
  while (number > words && strncmp(number, "xMin=", 5) != 0)
    number--;
  double left = 0, top = 0, right = 0;
  assert_int_equal(sscanf(number, "xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\"", &left, &top, &right),
                   3);
  assert_true(left > 400 && right - left > 80);
  paper_assert_within_margins(file);
  paper_keep_picture(file, "paper-long-title");
}

static void test_fonts_are_embedded_and_chinese_under_any_locale(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 3);
  g_autofree char *code = make_code();
  paper_render(file, frozen, NULL, code);
  g_autofree char *fonts = paper_run("pdffonts", file->pdf, NULL);
  g_auto(GStrv) lines = g_strsplit(g_strchomp(fonts), "\n", -1);
  assert_in_range(g_strv_length(lines), 3, 6);
  for (int i = 2; lines[i] != NULL; i++) {
    assert_non_null(strstr(lines[i], "CJKsc"));
    assert_non_null(strstr(lines[i], "yes yes yes"));
  }
}

static void test_equal_input_gives_equal_bytes(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) first = paper_file_new();
  g_autoptr(PaperFile) second = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 30);
  g_autofree char *code = make_code();
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  gsize a_len, b_len;
  paper_render(first, frozen, NULL, code);
  g_usleep(1100 * 1000); /* PDF dates have a resolution of one second */
  paper_render(second, frozen, NULL, code);
  assert_true(g_file_get_contents(first->pdf, &a, &a_len, NULL));
  assert_true(g_file_get_contents(second->pdf, &b, &b_len, NULL));
  assert_int_equal(a_len, b_len);
  assert_memory_equal(a, b, a_len);
  g_autofree char *info = paper_run("pdfinfo", first->pdf, NULL);
  assert_non_null(strstr(info, "Title:           现场检查记录"));
  assert_non_null(strstr(info, "A4"));
}

static void test_a_paper_is_small_enough_for_a_slow_link(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 10);
  g_autofree char *code = make_code();
  g_autofree char *bytes = NULL;
  gsize len;
  paper_render(file, frozen, NULL, code);
  assert_true(g_file_get_contents(file->pdf, &bytes, &len, NULL));
  assert_in_range(len, 1, 150 * 1000);
}

/* --- signatures on the paper --- */

static char *find_picture(const char *sha256, gpointer data)
{
  return sha256[0] == 'a' ? g_strdup(data) : NULL;
}

static char *sign_with(PaperFile *file, const char *bytes, gsize len)
{
  g_autofree char *picture = g_build_filename(file->directory, "picture", NULL);
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 1);
  g_autoptr(json_t) signatures =
      json_pack("[{s:s,s:s,s:s},{s:s,s:s,s:s}]", "role", "inspector", "name", "张直骨", "file",
                "aaaa", "role", "enterprise", "name", "赵海", "file", "bbbb");
  assert_true(g_file_set_contents(picture, bytes, (gssize)len, NULL));
  BhPaperSource source = {
      .frozen = frozen, .signatures = signatures, .find_file = find_picture, .find_data = picture};
  assert_true(bh_paper_render_document(&source, file->pdf, NULL));
  return paper_read_text(file);
}

static void test_a_signature_picture_is_on_the_paper(G_GNUC_UNUSED void **state)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autofree char *path = g_build_filename(file->directory, "signature.png", NULL);
  g_autofree char *bytes = NULL;
  gsize len;
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 300, 100);
  cairo_t *cr = cairo_create(surface);
  cairo_move_to(cr, 10, 90);
  cairo_curve_to(cr, 100, -50, 150, 150, 290, 10);
  cairo_set_line_width(cr, 4);
  cairo_stroke(cr);
  cairo_destroy(cr);
  assert_int_equal(cairo_surface_write_to_png(surface, path), CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy(surface);
  assert_true(g_file_get_contents(path, &bytes, &len, NULL));
  g_autofree char *text = sign_with(file, bytes, len);
  g_autofree char *images = paper_run("pdfimages", "-list", file->pdf, NULL);
  assert_non_null(strstr(images, "300   100"));
  paper_assert_shows(text, "赵海（签名图像不在本机）");
  paper_assert_hides(text, "无法读取");
}

static void
test_a_file_that_is_not_a_picture_is_reported_and_not_decoded(G_GNUC_UNUSED void **state)
{
  static const char huge[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\x08\6\0\0\0";
  static const char damaged[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\6\0\0\0";
  const struct {
    const char *bytes;
    gsize len;
  } bad[] = {{"", 0}, {"GIF89a", 6}, {huge, sizeof huge - 1}, {damaged, sizeof damaged - 1}};
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(PaperFile) file = paper_file_new();
    g_autofree char *text = sign_with(file, bad[i].bytes, bad[i].len);
    paper_assert_shows(text, "张直骨（签名图像无法读取）");
  }
}

/* --- papers that are refused --- */

static void assert_refused(const json_t *frozen, BhErrorCode code, const char *names)
{
  g_autoptr(PaperFile) file = paper_file_new();
  g_autoptr(GError) error = NULL;
  BhPaperSource source = {.frozen = frozen};
  assert_false(bh_paper_render_document(&source, file->pdf, &error));
  assert_true(g_error_matches(error, BH_ERROR, (int)code));
  assert_non_null(strstr(error->message, names));
  assert_false(g_file_test(file->pdf, G_FILE_TEST_EXISTS));
}

static void test_wrong_fields_are_refused_by_name(G_GNUC_UNUSED void **state)
{
  const struct {
    const char *key;
    json_t *value;
    BhErrorCode code;
    const char *names;
  } bad[] = {
      {"doc_type", json_string("fine"), BH_ERROR_UNKNOWN, "fine"},
      {"doc_type", json_integer(1), BH_ERROR_FORMAT, "doc_type"},
      {"paper", json_integer(2), BH_ERROR_UNKNOWN, "2"},
      {"issued_at", json_string("now"), BH_ERROR_FORMAT, "issued_at"},
      {"unit", json_string("name"), BH_ERROR_FORMAT, "unit"},
      {"number", json_integer(7), BH_ERROR_FORMAT, "number"},
      {"hazards", json_object(), BH_ERROR_FORMAT, "hazards"},
      {"people", json_true(), BH_ERROR_FORMAT, "people"},
  };
  for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
    g_autoptr(json_t) frozen = paper_sample("onsite_record", 1);
    json_object_set_new(frozen, bad[i].key, bad[i].value);
    assert_refused(frozen, bad[i].code, bad[i].names);
  }
  g_autoptr(json_t) list = json_array();
  assert_refused(list, BH_ERROR_FORMAT, "object");
}

static void test_a_place_that_cannot_be_written_is_an_error(G_GNUC_UNUSED void **state)
{
  g_autoptr(json_t) frozen = paper_sample("onsite_record", 1);
  g_autoptr(GError) error = NULL;
  BhPaperSource source = {.frozen = frozen};
  assert_false(bh_paper_render_document(&source, "/nonexistent/paper.pdf", &error));
  assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_STORAGE));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_record_shows_every_field),
      cmocka_unit_test(test_order_shows_every_field),
      cmocka_unit_test(test_unchecked_items_are_never_certified),
      cmocka_unit_test(test_items_left_out_of_the_paper_are_counted_on_it),
      cmocka_unit_test(test_no_legal_basis_is_invented),
      cmocka_unit_test(test_the_paper_of_a_failed_visit_gives_the_reason),
      cmocka_unit_test(test_provisional_numbers_and_drafts_are_marked),
      cmocka_unit_test(test_empty_fields_leave_a_readable_paper),
      cmocka_unit_test(test_two_hundred_hazards_break_over_pages),
      cmocka_unit_test(test_a_seal_never_stands_on_a_page_of_its_own),
      cmocka_unit_test(test_long_descriptions_lose_nothing),
      cmocka_unit_test(test_hostile_text_stays_text_and_on_the_page),
      cmocka_unit_test(test_missing_glyphs_are_marked_and_noted),
      cmocka_unit_test(test_a_long_title_leaves_the_number_on_each_page),
      cmocka_unit_test(test_fonts_are_embedded_and_chinese_under_any_locale),
      cmocka_unit_test(test_equal_input_gives_equal_bytes),
      cmocka_unit_test(test_a_paper_is_small_enough_for_a_slow_link),
      cmocka_unit_test(test_a_signature_picture_is_on_the_paper),
      cmocka_unit_test(test_a_file_that_is_not_a_picture_is_reported_and_not_decoded),
      cmocka_unit_test(test_wrong_fields_are_refused_by_name),
      cmocka_unit_test(test_a_place_that_cannot_be_written_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
