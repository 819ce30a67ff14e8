/* The fonts of this machine, and the characters they lack. */
#include "app/paper/font.h"

#include <string.h>

#include "app/paper/text.h"

#define NAMED_MAX 12 /* the most characters that bh_font_format_characters names */

PangoContext *bh_font_context_new(void)
{
  /* A font map of its own: the default one has the screen's resolution and hinting, so that the
   * same document would break its lines differently on other machines. */
  PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72);
  PangoContext *context = pango_font_map_create_context(map);
  g_object_unref(map);
  pango_context_set_language(context, pango_language_from_string("zh-cn"));
  pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
  pango_context_set_round_glyph_positions(context, FALSE);
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  return context;
}

static gboolean contains(const GArray *characters, gunichar c)
{
  for (guint i = 0; i < characters->len; i++)
    if (g_array_index(characters, gunichar, i) == c)
      return TRUE;
  return FALSE;
}

static void add_of_line(const PangoLayoutLine *line, GArray *characters)
{
  for (const GSList *l = line->runs; l != NULL; l = l->next) {
    const PangoGlyphString *glyphs = ((const PangoGlyphItem *)l->data)->glyphs;
    for (int i = 0; i < glyphs->num_glyphs; i++) {
      PangoGlyph glyph = glyphs->glyphs[i].glyph;
      gunichar c = glyph & ~PANGO_GLYPH_UNKNOWN_FLAG;
      if ((glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0 && g_unichar_validate(c) &&
          !contains(characters, c))
        g_array_append_val(characters, c);
    }
  }
}

void bh_font_add_missing_glyphs(PangoLayout *layout, GArray *characters)
{
  if (pango_layout_get_unknown_glyphs_count(layout) == 0)
    return;
  for (const GSList *l = pango_layout_get_lines_readonly(layout); l != NULL; l = l->next)
    add_of_line(l->data, characters);
}

/* A text with each character of `text` once, so that the search for fonts does not take longer for
 * a longer text. g_free. */
static char *dup_distinct(const char *text)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
  GString *out = g_string_new(NULL);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (!g_unichar_isspace(c) && g_hash_table_add(seen, GUINT_TO_POINTER(c)))
      g_string_append_unichar(out, c);
  }
  return g_string_free(out, FALSE);
}

/* The context of this thread. It is made once and kept, because finding the fonts takes long. */
static PangoContext *get_context(void)
{
  static GPrivate context_key = G_PRIVATE_INIT(g_object_unref);
  PangoContext *context = g_private_get(&context_key);
  if (context == NULL) {
    context = bh_font_context_new();
    g_private_set(&context_key, context);
  }
  return context;
}

GArray *bh_font_list_missing_glyphs(const char *text)
{
  GArray *characters = g_array_new(FALSE, FALSE, sizeof(gunichar));
  g_autofree char *clean = bh_paper_text_clean(text);
  g_autofree char *distinct = dup_distinct(clean);
  if (*distinct == '\0')
    return characters;
  g_autoptr(PangoLayout) layout = pango_layout_new(get_context());
  g_autoptr(PangoFontDescription) font = pango_font_description_from_string(BH_FONT_REGULAR " 12");
  pango_layout_set_font_description(layout, font);
  pango_layout_set_text(layout, distinct, -1);
  bh_font_add_missing_glyphs(layout, characters);
  return characters;
}

char *bh_font_dup_with_placeholders(const char *text, const GArray *characters)
{
  GString *out = g_string_sized_new(strlen(text));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (contains(characters, c))
      g_string_append(out, BH_FONT_PLACEHOLDER);
    else
      g_string_append_unichar(out, c);
  }
  return g_string_free(out, FALSE);
}

char *bh_font_format_characters(const GArray *characters)
{
  GString *out = g_string_new(NULL);
  for (guint i = 0; i < characters->len && i < NAMED_MAX; i++)
    g_string_append_printf(out, "%sU+%04X", i > 0 ? "、" : "",
                           (unsigned)g_array_index(characters, gunichar, i));
  if (characters->len > NAMED_MAX)
    g_string_append(out, "…");
  return g_string_free(out, FALSE);
}
