/* The fonts of the paper, and what they cannot draw. A BhFontContext belongs to one thread. */
#pragma once

#include <glib.h>
#include <pango/pangocairo.h>

G_BEGIN_DECLS

/* Two faces only: each one's subset adds to a file that is sent over slow links. */
#define BH_FONT_REGULAR "Noto Serif CJK SC, serif"
#define BH_FONT_BOLD "Noto Serif CJK SC, serif Bold"

/* Stands where a character cannot be drawn, as printers do (geta mark). */
#define BH_FONT_PLACEHOLDER "〓"

/* Lays text out in points, the same on every machine. g_object_unref. */
PangoContext *bh_font_context_new(void);

/* Adds the characters (gunichar) of a laid-out text that no font of this machine has, each once, to
 * `characters`: pango would draw a box with their number. */
void bh_font_add_missing_glyphs(PangoLayout *layout, GArray *characters);
/* The same of a text on its way to paper, in the order of its first occurrence. g_array_unref. */
GArray *bh_font_list_missing_glyphs(const char *text);
/* The text with BH_FONT_PLACEHOLDER where one of the characters stands; g_free. */
char *bh_font_dup_with_placeholders(const char *text, const GArray *characters);
/* "U+E000、U+E001"; of many only the first. g_free. */
char *bh_font_format_characters(const GArray *characters);

G_END_DECLS
