/* Lays out text, tables and pictures over pages of one size. Everything is placed at once, from top
 * to bottom; a table row that does not fit continues on the next pages, under the repeated head.
 * Units are points from the top left. One thread. */
#pragma once

#include <cairo.h>
#include <glib.h>

#include "app/paper/font-subset.h"

G_BEGIN_DECLS

#define BH_FLOW_MAX_COLUMNS 8
#define BH_FLOW_MAX_PAGES 2000

typedef enum {
  BH_FLOW_TITLE,   /* centred, large, bold */
  BH_FLOW_ISSUER,  /* centred, above the title */
  BH_FLOW_NUMBER,  /* centred, below the title */
  BH_FLOW_HEADING, /* left, bold; never the last line of a page */
  BH_FLOW_BODY,    /* first line indented by two characters */
  BH_FLOW_PLAIN,   /* body text without an indent */
  BH_FLOW_RIGHT,   /* as body, right-aligned */
  BH_FLOW_CELL,    /* text in a cell of a table */
  BH_FLOW_CELL_LABEL,
  BH_FLOW_CELL_CENTRE,
  BH_FLOW_SMALL, /* notes and footer lines */
  BH_FLOW_STYLE_COUNT
} BhFlowStyle;

/* One cell. `picture` (borrowed for the call, referenced as long as needed) is drawn below the
 * text, at most `picture_height` high. */
typedef struct {
  const char *text;
  BhFlowStyle style;
  int span; /* number of columns that the cell covers; 0 counts as 1 */
  cairo_surface_t *picture;
  double picture_height;
  double min_height; /* the cell is at least so high, for example to leave room to write by hand */
} BhFlowCell;

typedef struct _BhFlow BhFlow;

/* A flow with one empty page. `margin` is the margin at the left and at the right; `top` and
 * `bottom` leave room for header and footer. */
BhFlow *bh_flow_new(double width, double height, double margin, double top, double bottom);
/* Frees a flow; NULL is ignored. */
void bh_flow_free(BhFlow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFlow, bh_flow_free)

/* Width between the margins. */
double bh_flow_get_body_width(const BhFlow *flow);
/* Number of pages so far, at least 1. */
int bh_flow_count_pages(const BhFlow *flow);
/* TRUE when the content needs more than BH_FLOW_MAX_PAGES pages: the document must not be used. */
gboolean bh_flow_is_full(const BhFlow *flow);

/* Characters (gunichar) of the texts so far that no font of this machine can draw: each is printed
 * as BH_FONT_PLACEHOLDER (app/paper/font.h). Borrowed. */
const GArray *bh_flow_get_missing_glyphs(const BhFlow *flow);

/* Adds a paragraph. The text must be clean (app/paper/text.h); an empty one takes no room. */
void bh_flow_add_text(BhFlow *flow, BhFlowStyle style, const char *text);
/* Like bh_flow_add_text, with `aside` points left free at both sides. */
void bh_flow_add_narrow_text(BhFlow *flow, BhFlowStyle style, const char *text, double aside);
/* Adds `height` points of vertical space, or starts a new page when less is left. Does nothing at
 * the top of a page. */
void bh_flow_add_space(BhFlow *flow, double height);
/* Continues at a position at least `below_top` points below the top of the body. */
void bh_flow_skip_to(BhFlow *flow, double below_top);
/* Starts a new page unless `height` points are free on this one. */
void bh_flow_reserve(BhFlow *flow, double height);
/* Position of a square of `size` at the top right of the body; the caller leaves it free and draws
 * into it. */
void bh_flow_get_corner(const BhFlow *flow, double size, double *x, double *y);

/* Starts a table. `shares` are relative column widths. The cells of `head` (NULL: no head) are
 * repeated on each page of the table. */
void bh_flow_begin_table(BhFlow *flow, const double *shares, int n_columns, const BhFlowCell *head);
/* Adds a row. The cells must cover the columns exactly. */
void bh_flow_add_row(BhFlow *flow, const BhFlowCell *cells, int n_cells);
/* Ends the table that bh_flow_begin_table has started. */
void bh_flow_end_table(BhFlow *flow);

/* Places a line of text outside the body of an existing page (from 0), between the margins; `y` is
 * its top. A line that is too long ends with an ellipsis. */
void bh_flow_add_line(BhFlow *flow, int page, BhFlowStyle style, const char *text, double y);

/* Like bh_flow_add_line, with a text at each end of the line. When both texts do not fit, the left
 * text is cut first, at its end, then the right text, in its middle. */
void bh_flow_add_split_line(BhFlow *flow, int page, BhFlowStyle style, const char *left,
                            const char *right, double y);

/* Collects the glyphs of all pages. Call once, before drawing with the same `subset`. */
void bh_flow_collect(const BhFlow *flow, BhFontSubset *subset);
/* Draws a page (from 0). `subset` NULL: with the whole fonts, for the screen. */
void bh_flow_draw(const BhFlow *flow, int page, cairo_t *cr, BhFontSubset *subset);

G_END_DECLS
