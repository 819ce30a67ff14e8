/* Reduces fonts to the glyphs of a document (HarfBuzz) and draws with them. */
#include "app/paper/font-subset.h"

#include <cairo-ft.h>
#include <hb-subset.h>

#define CFF HB_TAG('C', 'F', 'F', ' ')

/* A font of the document and its reduced version. */
typedef struct {
  hb_face_t *face;
  hb_set_t *glyphs;
  gboolean tried;                 /* the reduced version was made, or making it has failed */
  cairo_font_face_t *subset_face; /* NULL: draw with the whole font */
} Face;

/* The memory that must exist as long as cairo uses the reduced font. */
typedef struct {
  hb_blob_t *blob;
  FT_Face face;
  FT_Library library;
} Memory;

struct _BhFontSubset {
  GHashTable *faces; /* hb_face_t* → Face* */
};

static void memory_free(Memory *memory)
{
  if (memory->face != NULL)
    FT_Done_Face(memory->face);
  if (memory->library != NULL)
    FT_Done_FreeType(memory->library);
  hb_blob_destroy(memory->blob);
  g_free(memory);
}

static void face_free(Face *face)
{
  hb_face_destroy(face->face);
  hb_set_destroy(face->glyphs);
  g_clear_pointer(&face->subset_face, cairo_font_face_destroy);
  g_free(face);
}

BhFontSubset *bh_font_subset_new(void)
{
  BhFontSubset *subset = g_new0(BhFontSubset, 1);
  subset->faces = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)face_free);
  return subset;
}

void bh_font_subset_free(BhFontSubset *subset)
{
  if (subset == NULL)
    return;
  g_hash_table_unref(subset->faces);
  g_free(subset);
}

/* The Face of a font, made when it is new; NULL when the font is not a CFF font: only CFF fonts
 * make the PDF large. */
static Face *find_face(BhFontSubset *subset, PangoFont *font)
{
  hb_face_t *key = hb_font_get_face(pango_font_get_hb_font(font));
  Face *face = g_hash_table_lookup(subset->faces, key);
  if (face != NULL)
    return face;
  hb_blob_t *cff = hb_face_reference_table(key, CFF);
  gboolean has_cff = hb_blob_get_length(cff) > 0;
  hb_blob_destroy(cff);
  if (!has_cff)
    return NULL;
  face = g_new0(Face, 1);
  face->face = hb_face_reference(key);
  face->glyphs = hb_set_create();
  g_hash_table_insert(subset->faces, key, face);
  return face;
}

void bh_font_subset_collect(BhFontSubset *subset, PangoLayoutLine *line)
{
  for (GSList *run = line->runs; run != NULL; run = run->next) {
    const PangoGlyphItem *item = run->data;
    Face *face = find_face(subset, item->item->analysis.font);
    for (int i = 0; face != NULL && i < item->glyphs->num_glyphs; i++) {
      PangoGlyph glyph = item->glyphs->glyphs[i].glyph;
      if (glyph != PANGO_GLYPH_EMPTY && (glyph & PANGO_GLYPH_UNKNOWN_FLAG) == 0)
        hb_set_add(face->glyphs, glyph);
    }
  }
}

/* The font file with the collected glyphs under their old numbers, without layout tables and
 * subroutines. NULL when this subset cannot be made. */
static hb_blob_t *make_subset_blob(const Face *face)
{
  static const hb_tag_t dropped[] = {HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'),
                                     HB_TAG('G', 'D', 'E', 'F'), HB_TAG('B', 'A', 'S', 'E'),
                                     HB_TAG('V', 'O', 'R', 'G'), HB_TAG('v', 'm', 't', 'x'),
                                     HB_TAG('v', 'h', 'e', 'a')};
  hb_subset_input_t *input = hb_subset_input_create_or_fail();
  if (input == NULL)
    return NULL;
  hb_set_union(hb_subset_input_glyph_set(input), face->glyphs);
  for (gsize i = 0; i < G_N_ELEMENTS(dropped); i++)
    hb_set_add(hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG), dropped[i]);
  hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_RETAIN_GIDS | HB_SUBSET_FLAGS_DESUBROUTINIZE |
                                       HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
  hb_face_t *smaller = hb_subset_or_fail(face->face, input);
  hb_subset_input_destroy(input);
  if (smaller == NULL)
    return NULL;
  hb_blob_t *blob = hb_face_reference_blob(smaller);
  hb_face_destroy(smaller);
  return blob;
}

static void make_subset_face(Face *face)
{
  static const cairo_user_data_key_t key;
  face->tried = TRUE;
  Memory *memory = g_new0(Memory, 1);
  memory->blob = make_subset_blob(face);
  unsigned int len = 0;
  const char *data = memory->blob != NULL ? hb_blob_get_data(memory->blob, &len) : NULL;
  if (data == NULL || FT_Init_FreeType(&memory->library) != 0 ||
      FT_New_Memory_Face(memory->library, (const FT_Byte *)data, len, 0, &memory->face) != 0) {
    memory_free(memory);
    return;
  }
  face->subset_face =
      cairo_ft_font_face_create_for_ft_face(memory->face, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP);
  /* cairo references the face until its caches release it, so the memory of the reduced font is
   * freed together with the face. */
  if (cairo_font_face_set_user_data(face->subset_face, &key, memory,
                                    (cairo_destroy_func_t)memory_free) != CAIRO_STATUS_SUCCESS) {
    g_clear_pointer(&face->subset_face, cairo_font_face_destroy);
    memory_free(memory);
  }
}

static void set_font(cairo_t *cr, const Face *face, PangoFont *font)
{
  g_autoptr(PangoFontDescription) description = pango_font_describe_with_absolute_size(font);
  cairo_set_font_face(cr, face->subset_face);
  cairo_set_font_size(cr, (double)pango_font_description_get_size(description) / PANGO_SCALE);
}

/* Draws glyphs with their text, so that it can be searched and copied in the PDF. FALSE when
 * nothing was drawn. */
static gboolean draw_run(cairo_t *cr, const Face *face, const char *text, PangoGlyphItem *item,
                         double x, double y)
{
  const PangoGlyphString *string = item->glyphs;
  g_autofree cairo_glyph_t *glyphs = g_new0(cairo_glyph_t, (gsize)string->num_glyphs);
  g_autofree cairo_text_cluster_t *clusters =
      g_new0(cairo_text_cluster_t, (gsize)item->item->num_chars);
  g_autofree int *placed = g_new0(int, (gsize)string->num_glyphs + 1);
  int n_glyphs = 0, n_clusters = 0, advance = 0;
  for (int i = 0; i < string->num_glyphs; i++) {
    const PangoGlyphInfo *info = &string->glyphs[i];
    placed[i] = n_glyphs;
    if (info->glyph & PANGO_GLYPH_UNKNOWN_FLAG)
      return FALSE;
    if (info->glyph != PANGO_GLYPH_EMPTY)
      glyphs[n_glyphs++] = (cairo_glyph_t){
          .index = info->glyph,
          .x = x + (double)(advance + info->geometry.x_offset) / PANGO_SCALE,
          .y = y + (double)info->geometry.y_offset / PANGO_SCALE,
      };
    advance += info->geometry.width;
  }
  placed[string->num_glyphs] = n_glyphs;
  PangoGlyphItemIter iter;
  for (gboolean more = pango_glyph_item_iter_init_start(&iter, item, text); more;
       more = pango_glyph_item_iter_next_cluster(&iter))
    clusters[n_clusters++] = (cairo_text_cluster_t){
        .num_bytes = iter.end_index - iter.start_index,
        .num_glyphs = placed[iter.end_glyph] - placed[iter.start_glyph],
    };
  set_font(cr, face, item->item->analysis.font);
  cairo_show_text_glyphs(cr, text + item->item->offset, item->item->length, glyphs, n_glyphs,
                         clusters, n_clusters, 0);
  return TRUE;
}

void bh_font_subset_draw(BhFontSubset *subset, cairo_t *cr, PangoLayoutLine *line)
{
  double x, y;
  const char *text = pango_layout_get_text(line->layout);
  cairo_get_current_point(cr, &x, &y);
  for (GSList *run = line->runs; run != NULL; run = run->next) {
    PangoGlyphItem *item = run->data;
    Face *face = find_face(subset, item->item->analysis.font);
    if (face != NULL && !face->tried)
      make_subset_face(face);
    gboolean left_to_right = item->item->analysis.level % 2 == 0;
    if (face == NULL || face->subset_face == NULL || !left_to_right ||
        !draw_run(cr, face, text, item, x, y)) {
      cairo_move_to(cr, x, y);
      pango_cairo_show_glyph_item(cr, text, item);
    }
    x += (double)pango_glyph_string_get_width(item->glyphs) / PANGO_SCALE;
  }
}
