/* Chooses the form of a document, lays it out, adds header, footer and QR, and writes the PDF. */
#include "app/paper/paper.h"

#include <cairo-pdf.h>
#include <gio/gio.h>
#include <string.h>

#include "app/paper/code.h"
#include "app/paper/font.h"
#include "app/paper/form.h"
#include "app/paper/text.h"
#include "schema/error.h"
#include "schema/paper-format.h"

#define MARGIN 56.7 /* 20 mm */
#define TOP 51.0    /* 18 mm */
#define BOTTOM 62.4 /* 22 mm */
#define HEAD_Y 28.0
#define FOOT_Y (BH_PAPER_HEIGHT_PT - 44.0)

struct _BhPaper {
  BhFlow *flow;
  char *title;
  char *number;
  char *issuer;
  char *code; /* text of the QR code; NULL for a draft */
  gint64 issued_ms;
};

static gboolean write_form(BhForm *form)
{
  gint64 version = bh_form_get_integer(form, form->source->frozen, "paper");
  if (version != BH_PAPER_FORMAT) {
    g_set_error(&form->error, BH_ERROR, BH_ERROR_UNKNOWN,
                "frozen document: unknown version %" G_GINT64_FORMAT, version);
    return FALSE;
  }
  switch (bh_paper_get_layout(form->source->frozen)) {
  case BH_PAPER_LAYOUT_RECORD:
    bh_form_write_record(form);
    break;
  case BH_PAPER_LAYOUT_ORDER:
    bh_form_write_order(form);
    break;
  case BH_PAPER_LAYOUT_UNKNOWN: {
    g_autofree char *type = bh_form_dup_text(form, form->source->frozen, "doc_type");
    g_set_error(&form->error, BH_ERROR, BH_ERROR_UNKNOWN,
                "frozen document: unknown doc_type \"%s\"", type);
    break;
  }
  }
  return form->error == NULL;
}

/* Checks the members of `frozen` without which no paper is possible; all other members may be
 * absent. */
static gboolean check_source(const BhPaperSource *source, GError **error)
{
  static const char *const texts[] = {"doc_type", "title"};
  if (!json_is_object(source->frozen)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "frozen document: must be an object");
    return FALSE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
    if (bh_json_get_string(source->frozen, texts[i], "frozen document", error) == NULL)
      return FALSE;
  }
  gint64 number;
  if (!bh_json_get_int(source->frozen, "paper", 0, G_MAXINT, &number, "frozen document", error) ||
      !bh_json_get_int(source->frozen, "issued_at", 0, G_MAXINT64 / 2, &number, "frozen document",
                       error))
    return FALSE;
  if (source->signatures != NULL && json_array_size(source->signatures) > BH_PAPER_MAX_SIGNATURES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "signatures: more than %d are not allowed",
                BH_PAPER_MAX_SIGNATURES);
    return FALSE;
  }
  return TRUE;
}

/* Explains the placeholders to readers of the paper. The person who made the document has agreed to
 * the placeholders before. */
static void add_missing_glyphs_note(BhFlow *flow)
{
  const GArray *missing_glyphs = bh_flow_get_missing_glyphs(flow);
  if (missing_glyphs->len == 0)
    return;
  g_autofree char *named = bh_font_format_characters(missing_glyphs);
  g_autofree char *note = g_strdup_printf("文中“" BH_FONT_PLACEHOLDER
                                          "”处的字，制作本文书的设备字库里没有，经检查人员确认照此"
                                          "印制；原字见电子记录：%s。",
                                          named);
  bh_flow_add_text(flow, BH_FLOW_SMALL, note);
}

static void add_page_lines(BhPaper *paper)
{
  int pages = bh_flow_count_pages(paper->flow);
  for (int page = 0; page < pages; page++) {
    g_autofree char *foot = g_strdup_printf("第 %d 页 共 %d 页", page + 1, pages);
    if (page > 0)
      bh_flow_add_split_line(paper->flow, page, BH_FLOW_SMALL, paper->title, paper->number, HEAD_Y);
    bh_flow_add_line(paper->flow, page, BH_FLOW_CELL_CENTRE, foot, FOOT_Y);
    if (paper->code != NULL)
      bh_flow_add_line(paper->flow, page, BH_FLOW_CELL_CENTRE, paper->code, FOOT_Y + 14);
  }
}

BhPaper *bh_paper_new(const BhPaperSource *source, GError **error)
{
  if (!check_source(source, error))
    return NULL;
  g_autoptr(BhPaper) paper = g_new0(BhPaper, 1);
  paper->flow = bh_flow_new(BH_PAPER_WIDTH_PT, BH_PAPER_HEIGHT_PT, MARGIN, TOP, BOTTOM);
  BhForm form = {.flow = paper->flow, .source = source};
  if (write_form(&form)) {
    paper->title = bh_form_dup_text(&form, source->frozen, "title");
    paper->number = bh_form_dup_text(&form, source->frozen, "number");
    paper->issuer =
        bh_form_dup_text(&form, bh_form_get_object(&form, source->frozen, "unit"), "name");
    paper->issued_ms = bh_form_get_integer(&form, source->frozen, "issued_at");
  }
  if (form.error != NULL) {
    g_propagate_error(error, form.error);
    return NULL;
  }
  add_missing_glyphs_note(paper->flow);
  if (bh_flow_is_full(paper->flow)) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "document: more than %d pages", BH_FLOW_MAX_PAGES);
    return NULL;
  }
  paper->code = g_strdup(source->qr_text);
  add_page_lines(paper);
  return g_steal_pointer(&paper);
}

void bh_paper_free(BhPaper *paper)
{
  if (paper == NULL)
    return;
  bh_flow_free(paper->flow);
  g_free(paper->title);
  g_free(paper->number);
  g_free(paper->issuer);
  g_free(paper->code);
  g_free(paper);
}

int bh_paper_count_pages(const BhPaper *paper)
{
  return bh_flow_count_pages(paper->flow);
}

static void draw_page(const BhPaper *paper, int page, cairo_t *cr, BhFontSubset *subset)
{
  cairo_save(cr);
  bh_flow_draw(paper->flow, page, cr, subset);
  if (page == 0 && paper->code != NULL) {
    double x, y;
    bh_flow_get_corner(paper->flow, BH_PAPER_CODE_SIZE, &x, &y);
    bh_paper_code_draw(cr, paper->code, x, y, BH_PAPER_CODE_SIZE);
  }
  cairo_restore(cr);
}

void bh_paper_draw_page(const BhPaper *paper, int page, cairo_t *cr)
{
  draw_page(paper, page, cr, NULL);
}

/* --- PDF --- */

static cairo_status_t append(void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append(closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static void set_metadata(cairo_surface_t *surface, const BhPaper *paper)
{
  g_autoptr(GDateTime) issued = g_date_time_new_from_unix_utc(paper->issued_ms / 1000);
  g_autofree char *date = issued != NULL ? g_date_time_format(issued, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, paper->title);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, paper->issuer);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, paper->number);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Bihuan");
  if (date != NULL) {
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, date);
  }
}

gboolean bh_paper_render_document(const BhPaperSource *source, const char *out_pdf_path,
                                  GError **error)
{
  g_autoptr(BhPaper) paper = bh_paper_new(source, error);
  if (paper == NULL)
    return FALSE;
  g_autoptr(GByteArray) bytes = g_byte_array_new();
  cairo_surface_t *surface =
      cairo_pdf_surface_create_for_stream(append, bytes, BH_PAPER_WIDTH_PT, BH_PAPER_HEIGHT_PT);
  cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
  set_metadata(surface, paper);
  cairo_t *cr = cairo_create(surface);
  g_autoptr(BhFontSubset) subset = bh_font_subset_new();
  bh_flow_collect(paper->flow, subset);
  for (int page = 0; page < bh_paper_count_pages(paper); page++) {
    draw_page(paper, page, cr, subset);
    cairo_show_page(cr);
  }
  cairo_status_t status = cairo_status(cr);
  cairo_destroy(cr);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  if (status != CAIRO_STATUS_SUCCESS) {
    g_set_error(error, BH_ERROR, BH_ERROR_FAILED, "document: %s", cairo_status_to_string(status));
    return FALSE;
  }
  g_autoptr(GError) problem = NULL;
  if (!g_file_set_contents_full(out_pdf_path, (const char *)bytes->data, (gssize)bytes->len,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &problem)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "document: %s", problem->message);
    return FALSE;
  }
  return TRUE;
}
