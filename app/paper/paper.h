/* Enforcement documents as A4 paper: 现场检查记录 and 责令限期整改指令书, from the frozen
 * fields of a document record. The paper contains what is in `frozen` and in the signatures, and
 * nothing else: no clock, store or network is used, and equal input gives equal bytes.
 * app/paper/README.md lists the members of `frozen`; schema/freeze.h makes it.
 *
 * A BhPaper is used by one thread at a time, the main thread or another. */
#pragma once

#include <cairo.h>
#include <glib.h>

#include "schema/json.h"

G_BEGIN_DECLS

#define BH_PAPER_WIDTH_PT 595.276  /* A4 */
#define BH_PAPER_HEIGHT_PT 841.890 /* A4 */
#define BH_PAPER_MAX_SIGNATURES 32
#define BH_PAPER_SIGNATURE_MAX_BYTES (2 * 1024 * 1024)
#define BH_PAPER_SIGNATURE_MAX_SIDE 4096 /* pixels, checked before decoding */

/* Path of the file with this SHA-256, the picture of a signature; g_free. NULL when the file is not
 * on this machine (the paper then says so). Only PNG is drawn, dark on white or on transparent. */
typedef char *(*BhPaperFindFile)(const char *sha256, gpointer data);

/* All members are borrowed for the time of the call. */
typedef struct {
  const json_t *frozen; /* the document record's `frozen` */
  /* As bh_paper_freeze_signatures() gives them; NULL: empty lines to sign by pen. */
  const json_t *signatures;
  const char *qr_text;       /* as bh_paper_code_make() gives it; NULL: no QR code, and the paper is
                                marked as a draft (草稿) */
  BhPaperFindFile find_file; /* NULL: no pictures */
  gpointer find_data;
} BhPaperSource;

typedef struct _BhPaper BhPaper;

/* Lays the document out. NULL with BH_ERROR_FORMAT naming the member that is missing or of a wrong
 * type, BH_ERROR_UNKNOWN for a document type or version this program does not know,
 * BH_ERROR_LIMIT when the document exceeds one of the limits BH_PAPER_… above or BH_FLOW_MAX_PAGES.
 */
BhPaper *bh_paper_new(const BhPaperSource *source, GError **error);
/* Frees a paper; NULL is ignored. */
void bh_paper_free(BhPaper *paper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPaper, bh_paper_free)

/* Number of pages, at least 1. */
int bh_paper_count_pages(const BhPaper *paper);
/* Draws a page (from 0) in points from the top left, for a preview or a printer. The white of the
 * paper is not painted. */
void bh_paper_draw_page(const BhPaper *paper, int page, cairo_t *cr);

/* Lays out and writes a PDF 1.5 with embedded fonts; its date is `issued_at`. The file is written
 * under a temporary name and renamed, so that a partial PDF is never at `out_pdf_path`.
 * FALSE with BH_ERROR_STORAGE when the file cannot be written; other errors are those of
 * bh_paper_new(). */
gboolean bh_paper_render_document(const BhPaperSource *source, const char *out_pdf_path,
                                  GError **error);

G_END_DECLS
