/* Flows text, tables and pictures over pages of one size. Things are placed at once, top down; a
 * table row that does not fit goes on, or over several pages, under its repeated head. Units are
 * points from the top left. One thread. */
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
  BH_FLOW_PLAIN,   /* as body without indent */
  BH_FLOW_RIGHT,   /* as body, at the right */
  BH_FLOW_CELL,    /* in a table */
  BH_FLOW_CELL_LABEL,
  BH_FLOW_CELL_CENTRE,
  BH_FLOW_SMALL, /* notes and the lines of the page's foot */
  BH_FLOW_STYLE_COUNT
} BhFlowStyle;

/* One cell. `picture` (borrowed for the call, referenced as long as needed) is drawn below the
 * text, at most `picture_height` high. */
typedef struct {
  const char *text;
  BhFlowStyle style;
  int span; /* columns it covers; 0 counts as 1 */
  cairo_surface_t *picture;
  double picture_height;
  double min_height; /* room left for a pen */
} BhFlowCell;

typedef struct _BhFlow BhFlow;

/* Margins are the same at both sides; `top` and `bottom` leave room for head and foot. */
BhFlow *bh_flow_new(double width, double height, double margin, double top, double bottom);
void bh_flow_free(BhFlow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFlow, bh_flow_free)

double bh_flow_get_body_width(const BhFlow *flow);
int bh_flow_count_pages(const BhFlow *flow);
/* TRUE when there was more than BH_FLOW_MAX_PAGES hold: the document is not to be used. */
gboolean bh_flow_is_full(const BhFlow *flow);

/* Characters (gunichar) of the texts so far that no font of this machine can draw: each stands as
 * BH_FONT_PLACEHOLDER (app/paper/font.h). Borrowed. */
const GArray *bh_flow_get_missing_glyphs(const BhFlow *flow);

/* Text must be clean (app/paper/text.h). Empty text takes no room. */
void bh_flow_add_text(BhFlow *flow, BhFlowStyle style, const char *text);
/* As above, keeping `aside` points free at both sides. */
void bh_flow_add_narrow_text(BhFlow *flow, BhFlowStyle style, const char *text, double aside);
void bh_flow_add_space(BhFlow *flow, double height);
/* Goes on at least `below_top` points below the top of the body. */
void bh_flow_skip_to(BhFlow *flow, double below_top);
/* Starts a new page unless `height` points are free on this one. */
void bh_flow_reserve(BhFlow *flow, double height);
/* Where a square at the right end of the body's top lies; the caller keeps it free and draws it. */
void bh_flow_get_corner(const BhFlow *flow, double size, double *x, double *y);

/* `shares` are relative column widths. The head cells (NULL: no head) are repeated on each page the
 * table goes on to. */
void bh_flow_begin_table(BhFlow *flow, const double *shares, int n_columns, const BhFlowCell *head);
/* Cells must cover the columns exactly. */
void bh_flow_add_row(BhFlow *flow, const BhFlowCell *cells, int n_cells);
void bh_flow_end_table(BhFlow *flow);

/* Places a line of text outside the body of a page there is already, between the margins and cut
 * with an ellipsis; `y` is its top. */
void bh_flow_add_line(BhFlow *flow, int page, BhFlowStyle style, const char *text, double y);

/* The same with a text at each end. When both do not fit, the left one is cut first, the right one
 * in its middle. */
void bh_flow_add_split_line(BhFlow *flow, int page, BhFlowStyle style, const char *left,
                            const char *right, double y);

/* Notes the glyphs of all pages; to be called once, before drawing with the same ink. */
void bh_flow_collect(const BhFlow *flow, BhFontSubset *subset);
/* Draws what was placed on the page; with `ink` NULL as the screen does. */
void bh_flow_draw(const BhFlow *flow, int page, cairo_t *cr, BhFontSubset *subset);

G_END_DECLS
