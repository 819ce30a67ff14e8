/* The fonts of the paper, and the characters that they cannot draw. A context belongs to one
 * thread. */
#pragma once

#include <glib.h>
#include <pango/pangocairo.h>

G_BEGIN_DECLS

/* Only two faces are used, because the PDF contains a subset of each face and is sent over slow
 * links. */
#define BH_FONT_REGULAR "Noto Serif CJK SC, serif"
#define BH_FONT_BOLD "Noto Serif CJK SC, serif Bold"

/* Printed in place of a character that cannot be drawn, as in Chinese and Japanese printing (geta
 * mark). */
#define BH_FONT_PLACEHOLDER "〓"

/* A context that lays text out in points, the same on every machine. g_object_unref. */
PangoContext *bh_font_context_new(void);

/* Appends the characters (gunichar) of a layout that no font of this machine has, each once, to
 * `characters`: pango would draw a box with their number. */
void bh_font_add_missing_glyphs(PangoLayout *layout, GArray *characters);
/* The characters (gunichar) of a text that no font of this machine has, in the order of their first
 * occurrence. g_array_unref. Any thread. */
GArray *bh_font_list_missing_glyphs(const char *text);
/* The text with BH_FONT_PLACEHOLDER in place of each of `characters`; g_free. */
char *bh_font_dup_with_placeholders(const char *text, const GArray *characters);
/* Names characters to people: "U+E000、U+E001"; at most 12, then "…". g_free. */
char *bh_font_format_characters(const GArray *characters);

G_END_DECLS
