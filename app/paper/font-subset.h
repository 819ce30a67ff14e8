/* Draws text into a PDF with small fonts. cairo 1.16 embeds all subroutines of a CFF font, half a
 * megabyte for Noto CJK, when it cannot follow one of them. The fonts are therefore reduced first
 * to the glyphs that are used, without subroutines. One thread. */
#pragma once

#include <pango/pangocairo.h>

G_BEGIN_DECLS

typedef struct _BhFontSubset BhFontSubset;

/* An empty subset; bh_font_subset_free. */
BhFontSubset *bh_font_subset_new(void);
/* Frees a subset; NULL is ignored. */
void bh_font_subset_free(BhFontSubset *subset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFontSubset, bh_font_subset_free)

/* Adds the glyphs of a line to the subset. Must be called for all lines of a document before the
 * first line is drawn. */
void bh_font_subset_collect(BhFontSubset *subset, PangoLayoutLine *line);
/* Draws a line whose baseline begins at the current point. Fonts that cannot be reduced are drawn
 * as pango does. */
void bh_font_subset_draw(BhFontSubset *subset, cairo_t *cr, PangoLayoutLine *line);

G_END_DECLS
