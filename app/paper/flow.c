/* Layout over pages: places lines of text, rules and pictures, and draws them. Start at
 * bh_flow_add_text and bh_flow_add_row. */
#include "app/paper/flow.h"

#include "app/paper/font.h"

#include <pango/pangocairo.h>

#define PADDING 3.5
#define RULE_WIDTH 0.6
/* A row up to this share of a page is moved to the next page instead of being divided. */
#define WHOLE_ROW_SHARE 0.25
#define INDENT_CHARACTERS 2
#define SPACE_ABOVE_HEADING 6
#define ROOM_BELOW_HEADING 60
#define SPACE_ABOVE_TABLE 3

typedef struct {
  const char *font;
  double line_gap;
  PangoAlignment align;
  double space_after;
} Style;

#define REGULAR BH_FONT_REGULAR
#define BOLD BH_FONT_BOLD

static const Style styles[BH_FLOW_STYLE_COUNT] = {
    [BH_FLOW_TITLE] = {BOLD " 22", 2, PANGO_ALIGN_CENTER, 8},
    [BH_FLOW_ISSUER] = {REGULAR " 14", 2, PANGO_ALIGN_CENTER, 2},
    [BH_FLOW_NUMBER] = {REGULAR " 10.5", 1, PANGO_ALIGN_CENTER, 2},
    [BH_FLOW_HEADING] = {BOLD " 12", 2, PANGO_ALIGN_LEFT, 4},
    [BH_FLOW_BODY] = {REGULAR " 12", 3, PANGO_ALIGN_LEFT, 3},
    [BH_FLOW_PLAIN] = {REGULAR " 12", 3, PANGO_ALIGN_LEFT, 3},
    [BH_FLOW_RIGHT] = {REGULAR " 12", 3, PANGO_ALIGN_RIGHT, 3},
    [BH_FLOW_CELL] = {REGULAR " 10.5", 1, PANGO_ALIGN_LEFT, 0},
    [BH_FLOW_CELL_LABEL] = {REGULAR " 10.5", 1, PANGO_ALIGN_CENTER, 0},
    [BH_FLOW_CELL_CENTRE] = {REGULAR " 10.5", 1, PANGO_ALIGN_CENTER, 0},
    [BH_FLOW_SMALL] = {REGULAR " 9", 1, PANGO_ALIGN_LEFT, 2},
};

/* One thing that is drawn on a page: lines of `layout`, or `picture`, or a rule when both are NULL.
 */
typedef struct {
  PangoLayout *layout;
  int first_line;
  int n_lines;
  cairo_surface_t *picture;
  double x, y, width, height;
} Item;

struct _BhFlow {
  double width, height, margin, top, bottom;
  PangoContext *context;
  GArray *missing_glyphs; /* of gunichar: characters of the texts that no font has */
  GPtrArray *pages;       /* for each page a GPtrArray of its Items */
  gboolean full; /* the content needs more than BH_FLOW_MAX_PAGES pages: more content replaces that
                    of the last page */
  double y;
  double widths[BH_FLOW_MAX_COLUMNS];
  int n_columns;   /* columns of the open table; 0: no table is open */
  GPtrArray *head; /* of RowCell: the head of the open table; NULL: it has none */
};

/* A cell that is being placed, and how much of it is placed already. */
typedef struct {
  PangoLayout *layout;
  int next_line;
  int n_lines;
  cairo_surface_t *picture;
  double picture_width, picture_height;
  double min_height;
  double x, width;
} RowCell;

static void item_free(Item *item)
{
  g_clear_object(&item->layout);
  g_clear_pointer(&item->picture, cairo_surface_destroy);
  g_free(item);
}

static void row_cell_free(RowCell *cell)
{
  g_clear_object(&cell->layout);
  g_clear_pointer(&cell->picture, cairo_surface_destroy);
  g_free(cell);
}

static GPtrArray *page(const BhFlow *flow)
{
  return g_ptr_array_index(flow->pages, flow->pages->len - 1);
}

static void new_page(BhFlow *flow)
{
  flow->y = flow->top;
  if (flow->pages->len >= BH_FLOW_MAX_PAGES) {
    flow->full = TRUE;
    g_ptr_array_set_size(page(flow), 0);
    return;
  }
  g_ptr_array_add(flow->pages, g_ptr_array_new_with_free_func((GDestroyNotify)item_free));
}

BhFlow *bh_flow_new(double width, double height, double margin, double top, double bottom)
{
  BhFlow *flow = g_new0(BhFlow, 1);
  flow->width = width;
  flow->height = height;
  flow->margin = margin;
  flow->top = top;
  flow->bottom = bottom;
  flow->context = bh_font_context_new();
  flow->missing_glyphs = g_array_new(FALSE, FALSE, sizeof(gunichar));
  flow->pages = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
  new_page(flow);
  return flow;
}

void bh_flow_free(BhFlow *flow)
{
  if (flow == NULL)
    return;
  g_clear_pointer(&flow->head, g_ptr_array_unref);
  g_ptr_array_unref(flow->pages);
  g_object_unref(flow->context);
  g_array_unref(flow->missing_glyphs);
  g_free(flow);
}

double bh_flow_get_body_width(const BhFlow *flow)
{
  return flow->width - 2 * flow->margin;
}

int bh_flow_count_pages(const BhFlow *flow)
{
  return (int)flow->pages->len;
}

gboolean bh_flow_is_full(const BhFlow *flow)
{
  return flow->full;
}

void bh_flow_get_corner(const BhFlow *flow, double size, double *x, double *y)
{
  *x = flow->width - flow->margin - size;
  *y = flow->top;
}

static double room(const BhFlow *flow)
{
  return flow->height - flow->bottom - flow->y;
}

const GArray *bh_flow_get_missing_glyphs(const BhFlow *flow)
{
  return flow->missing_glyphs;
}

/* Sets the text of the layout, with placeholders for missing glyphs, because pango would draw boxes
 * with numbers. */
static void set_text(const BhFlow *flow, PangoLayout *layout, const char *text)
{
  pango_layout_set_text(layout, text, -1);
  if (pango_layout_get_unknown_glyphs_count(layout) == 0)
    return;
  bh_font_add_missing_glyphs(layout, flow->missing_glyphs);
  g_autofree char *drawn = bh_font_dup_with_placeholders(text, flow->missing_glyphs);
  pango_layout_set_text(layout, drawn, -1);
}

static PangoLayout *make_layout(const BhFlow *flow, BhFlowStyle style, const char *text,
                                double width)
{
  PangoLayout *layout = pango_layout_new(flow->context);
  g_autoptr(PangoFontDescription) font = pango_font_description_from_string(styles[style].font);
  pango_layout_set_font_description(layout, font);
  pango_layout_set_width(layout, (int)(MAX(width, 1) * PANGO_SCALE));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment(layout, styles[style].align);
  pango_layout_set_auto_dir(layout, FALSE);
  pango_layout_set_spacing(layout, (int)(styles[style].line_gap * PANGO_SCALE));
  if (style == BH_FLOW_BODY)
    pango_layout_set_indent(layout, INDENT_CHARACTERS * pango_font_description_get_size(font));
  set_text(flow, layout, text);
  return layout;
}

/* Height of `n_lines` lines from line `first`. With n_lines < 0, the height of as many lines as fit
 * into the height `limit`; *fit receives the number of these lines. */
static double measure_lines(PangoLayout *layout, int first, int n_lines, double limit, int *fit)
{
  g_autoptr(PangoLayoutIter) iter = pango_layout_get_iter(layout);
  for (int i = 0; i < first; i++)
    pango_layout_iter_next_line(iter);
  int top = 0, count = 0;
  double height = 0;
  do {
    PangoRectangle line;
    pango_layout_iter_get_line_extents(iter, NULL, &line);
    if (count == 0)
      top = line.y;
    double next = (double)(line.y + line.height - top) / PANGO_SCALE;
    if (n_lines >= 0 ? count == n_lines : next > limit)
      break;
    height = next;
    count++;
  } while (pango_layout_iter_next_line(iter));
  if (fit != NULL)
    *fit = count;
  return height;
}

static void place_lines(BhFlow *flow, PangoLayout *layout, int first, int n_lines, double x,
                        double y)
{
  if (n_lines == 0)
    return;
  Item *item = g_new0(Item, 1);
  item->layout = g_object_ref(layout);
  item->first_line = first;
  item->n_lines = n_lines;
  item->x = x;
  item->y = y;
  g_ptr_array_add(page(flow), item);
}

static void place_rule(BhFlow *flow, double x, double y, double width, double height)
{
  Item *item = g_new0(Item, 1);
  item->x = x;
  item->y = y;
  item->width = width;
  item->height = height;
  g_ptr_array_add(page(flow), item);
}

void bh_flow_reserve(BhFlow *flow, double height)
{
  if (room(flow) < height && page(flow)->len > 0)
    new_page(flow);
}

void bh_flow_add_space(BhFlow *flow, double height)
{
  if (room(flow) < height)
    new_page(flow);
  else if (page(flow)->len > 0)
    flow->y += height;
}

void bh_flow_skip_to(BhFlow *flow, double below_top)
{
  flow->y = MAX(flow->y, flow->top + below_top);
}

void bh_flow_add_text(BhFlow *flow, BhFlowStyle style, const char *text)
{
  bh_flow_add_narrow_text(flow, style, text, 0);
}

void bh_flow_add_narrow_text(BhFlow *flow, BhFlowStyle style, const char *text, double aside)
{
  if (text[0] == '\0')
    return;
  g_autoptr(PangoLayout) layout =
      make_layout(flow, style, text, bh_flow_get_body_width(flow) - 2 * aside);
  int n_lines = pango_layout_get_line_count(layout);
  double height = measure_lines(layout, 0, n_lines, 0, NULL);
  if (style == BH_FLOW_HEADING) {
    bh_flow_add_space(flow, SPACE_ABOVE_HEADING);
    bh_flow_reserve(flow, height + ROOM_BELOW_HEADING);
  }
  for (int next = 0; next < n_lines;) {
    int fit = 0;
    height = measure_lines(layout, next, -1, room(flow), &fit);
    if (fit == 0 && page(flow)->len > 0) {
      new_page(flow);
      continue;
    }
    fit = MAX(fit, 1);
    place_lines(flow, layout, next, fit, flow->margin + aside, flow->y);
    flow->y += height;
    next += fit;
  }
  flow->y += styles[style].space_after;
}

/* --- tables --- */

static GPtrArray *make_row(const BhFlow *flow, const BhFlowCell *cells, int n_cells)
{
  GPtrArray *row = g_ptr_array_new_with_free_func((GDestroyNotify)row_cell_free);
  double x = flow->margin;
  int column = 0;
  for (int i = 0; i < n_cells; i++) {
    RowCell *cell = g_new0(RowCell, 1);
    cell->x = x;
    for (int span = MAX(cells[i].span, 1); span > 0; span--) {
      g_assert(column < flow->n_columns);
      cell->width += flow->widths[column++];
    }
    x += cell->width;
    cell->layout = make_layout(flow, cells[i].style, cells[i].text != NULL ? cells[i].text : "",
                               cell->width - 2 * PADDING);
    cell->n_lines = pango_layout_get_line_count(cell->layout);
    cell->min_height = cells[i].min_height;
    if (cells[i].picture != NULL) {
      double width = cairo_image_surface_get_width(cells[i].picture);
      double height = cairo_image_surface_get_height(cells[i].picture);
      double scale = MIN(cells[i].picture_height / height, (cell->width - 2 * PADDING) / width);
      cell->picture = cairo_surface_reference(cells[i].picture);
      cell->picture_width = width * scale;
      cell->picture_height = height * scale;
    }
    g_ptr_array_add(row, cell);
  }
  g_assert(column == flow->n_columns);
  return row;
}

static double cell_height(const RowCell *cell)
{
  double lines =
      cell->next_line < cell->n_lines
          ? measure_lines(cell->layout, cell->next_line, cell->n_lines - cell->next_line, 0, NULL)
          : 0;
  return MAX(lines + cell->picture_height, cell->min_height) + 2 * PADDING;
}

static double row_height(const GPtrArray *row)
{
  double height = 0;
  for (guint i = 0; i < row->len; i++)
    height = MAX(height, cell_height(g_ptr_array_index(row, i)));
  return height;
}

static void place_frame(BhFlow *flow, const GPtrArray *row, double height)
{
  for (guint i = 0; i < row->len; i++) {
    const RowCell *cell = g_ptr_array_index(row, i);
    place_rule(flow, cell->x, flow->y, 0, height);
  }
  double width = bh_flow_get_body_width(flow);
  place_rule(flow, flow->margin + width, flow->y, 0, height);
  place_rule(flow, flow->margin, flow->y, width, 0);
  place_rule(flow, flow->margin, flow->y + height, width, 0);
}

/* Places the rest of the row, for which the caller has reserved room. Centred cells are centred
 * vertically too. */
static void place_whole_row(BhFlow *flow, GPtrArray *row, double height)
{
  for (guint i = 0; i < row->len; i++) {
    RowCell *cell = g_ptr_array_index(row, i);
    int left = cell->n_lines - cell->next_line;
    double lines = left > 0 ? measure_lines(cell->layout, cell->next_line, left, 0, NULL) : 0;
    double y = flow->y + PADDING;
    if (pango_layout_get_alignment(cell->layout) == PANGO_ALIGN_CENTER)
      y += (height - 2 * PADDING - lines - cell->picture_height) / 2;
    place_lines(flow, cell->layout, cell->next_line, left, cell->x + PADDING, y);
    if (cell->picture != NULL) {
      Item *item = g_new0(Item, 1);
      item->picture = cairo_surface_reference(cell->picture);
      item->x = cell->x + PADDING;
      item->y = y + lines;
      item->width = cell->picture_width;
      item->height = cell->picture_height;
      g_ptr_array_add(page(flow), item);
    }
  }
  place_frame(flow, row, height);
  flow->y += height;
}

/* Places as many lines of each cell as fit on this page. FALSE when no line fits. */
static gboolean place_part_of_row(BhFlow *flow, GPtrArray *row)
{
  double limit = room(flow) - 2 * PADDING, height = 0;
  int placed = 0;
  for (guint i = 0; i < row->len; i++) {
    RowCell *cell = g_ptr_array_index(row, i);
    if (cell->next_line >= cell->n_lines)
      continue;
    int fit = 0;
    double lines = measure_lines(cell->layout, cell->next_line, -1, limit, &fit);
    height = MAX(height, lines);
    place_lines(flow, cell->layout, cell->next_line, fit, cell->x + PADDING, flow->y + PADDING);
    cell->next_line += fit;
    placed += fit;
  }
  if (placed == 0)
    return FALSE;
  height += 2 * PADDING;
  place_frame(flow, row, height);
  flow->y += height;
  return TRUE;
}

static void place_head(BhFlow *flow)
{
  if (flow->head != NULL)
    place_whole_row(flow, flow->head, row_height(flow->head));
}

static void table_page(BhFlow *flow)
{
  new_page(flow);
  place_head(flow);
}

void bh_flow_begin_table(BhFlow *flow, const double *shares, int n_columns, const BhFlowCell *head)
{
  g_return_if_fail(flow->n_columns == 0 && n_columns > 0 && n_columns <= BH_FLOW_MAX_COLUMNS);
  double sum = 0;
  bh_flow_add_space(flow, SPACE_ABOVE_TABLE);
  for (int i = 0; i < n_columns; i++)
    sum += shares[i];
  flow->n_columns = n_columns;
  for (int i = 0; i < n_columns; i++)
    flow->widths[i] = bh_flow_get_body_width(flow) * shares[i] / sum;
  if (head != NULL) {
    flow->head = make_row(flow, head, n_columns);
    bh_flow_reserve(flow, row_height(flow->head) + 50);
    place_head(flow);
  }
}

void bh_flow_add_row(BhFlow *flow, const BhFlowCell *cells, int n_cells)
{
  g_return_if_fail(flow->n_columns > 0);
  g_autoptr(GPtrArray) row = make_row(flow, cells, n_cells);
  double body = flow->height - flow->top - flow->bottom;
  double height = row_height(row);
  if (height > room(flow) && height <= body * WHOLE_ROW_SHARE)
    table_page(flow);
  for (gboolean fresh = FALSE; (height = row_height(row)) > room(flow);) {
    /* On a new page at least one line fits: no style is higher than a page. */
    if (!place_part_of_row(flow, row) && fresh)
      break;
    table_page(flow);
    fresh = TRUE;
  }
  place_whole_row(flow, row, height);
}

void bh_flow_end_table(BhFlow *flow)
{
  flow->n_columns = 0;
  g_clear_pointer(&flow->head, g_ptr_array_unref);
}

void bh_flow_add_line(BhFlow *flow, int number, BhFlowStyle style, const char *text, double y)
{
  g_return_if_fail(number >= 0 && number < bh_flow_count_pages(flow));
  PangoLayout *layout = make_layout(flow, style, text, bh_flow_get_body_width(flow));
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode(layout, TRUE);
  Item *item = g_new0(Item, 1);
  item->layout = layout;
  item->n_lines = 1;
  item->x = flow->margin;
  item->y = y;
  g_ptr_array_add(g_ptr_array_index(flow->pages, number), item);
}

#define ENDS_GAP 14         /* points between the two texts of one line */
#define RIGHT_SHARE_MAX 0.7 /* the largest part of the line that the right text gets */

void bh_flow_add_split_line(BhFlow *flow, int number, BhFlowStyle style, const char *left,
                            const char *right, double y)
{
  g_return_if_fail(number >= 0 && number < bh_flow_count_pages(flow));
  double body = bh_flow_get_body_width(flow), widths[2], x = flow->margin;
  const char *const texts[] = {left, right};
  PangoLayout *layout = make_layout(flow, style, right, body);
  int width = 0;
  pango_layout_set_width(layout, -1);
  pango_layout_get_size(layout, &width, NULL);
  g_object_unref(layout);
  /* One point more, because a width that is rounded down would cut the last character. */
  widths[1] = MIN((double)width / PANGO_SCALE + 1, body * RIGHT_SHARE_MAX);
  widths[0] = body - widths[1] - (*right != '\0' ? ENDS_GAP : 0);
  for (int i = 0; i < 2; i++) {
    Item *item = g_new0(Item, 1);
    item->layout = make_layout(flow, style, texts[i], widths[i]);
    /* The right text is cut in its middle, because it may be a number, and numbers differ at their
     * end. */
    pango_layout_set_ellipsize(item->layout, i == 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
    pango_layout_set_single_paragraph_mode(item->layout, TRUE);
    item->n_lines = 1;
    item->x = i == 0 ? x : flow->width - flow->margin - widths[1];
    item->y = y;
    g_ptr_array_add(g_ptr_array_index(flow->pages, number), item);
  }
}

/* --- drawing --- */

/* Iterates over the lines of an item, with the start of each baseline. */
typedef struct {
  const Item *item;
  PangoLayoutIter *iter;
  int done;
  int top;
} Lines;

static Lines lines_begin(const Item *item)
{
  Lines lines = {.item = item, .iter = pango_layout_get_iter(item->layout)};
  PangoRectangle line;
  for (int i = 0; i < item->first_line; i++)
    pango_layout_iter_next_line(lines.iter);
  pango_layout_iter_get_line_extents(lines.iter, NULL, &line);
  lines.top = line.y;
  return lines;
}

/* The next line; NULL after the last one, and the iterator is freed. */
static PangoLayoutLine *lines_next(Lines *lines, double *x, double *y)
{
  PangoRectangle line;
  if (lines->done == lines->item->n_lines ||
      (lines->done > 0 && !pango_layout_iter_next_line(lines->iter))) {
    pango_layout_iter_free(lines->iter);
    return NULL;
  }
  lines->done++;
  pango_layout_iter_get_line_extents(lines->iter, NULL, &line);
  int baseline = pango_layout_iter_get_baseline(lines->iter);
  *x = lines->item->x + (double)line.x / PANGO_SCALE;
  *y = lines->item->y + (double)(baseline - lines->top) / PANGO_SCALE;
  return pango_layout_iter_get_line_readonly(lines->iter);
}

static void draw_lines(const Item *item, cairo_t *cr, BhFontSubset *subset)
{
  double x, y;
  Lines lines = lines_begin(item);
  for (PangoLayoutLine *line; (line = lines_next(&lines, &x, &y)) != NULL;) {
    cairo_move_to(cr, x, y);
    if (subset != NULL)
      bh_font_subset_draw(subset, cr, line);
    else
      pango_cairo_show_layout_line(cr, line);
  }
}

static void draw_picture(const Item *item, cairo_t *cr)
{
  cairo_save(cr);
  cairo_translate(cr, item->x, item->y);
  cairo_scale(cr, item->width / cairo_image_surface_get_width(item->picture),
              item->height / cairo_image_surface_get_height(item->picture));
  cairo_set_source_surface(cr, item->picture, 0, 0);
  cairo_paint(cr);
  cairo_restore(cr);
}

void bh_flow_collect(const BhFlow *flow, BhFontSubset *subset)
{
  for (guint i = 0; i < flow->pages->len; i++) {
    const GPtrArray *items = g_ptr_array_index(flow->pages, i);
    for (guint j = 0; j < items->len; j++) {
      const Item *item = g_ptr_array_index(items, j);
      double x, y;
      if (item->layout == NULL)
        continue;
      Lines lines = lines_begin(item);
      for (PangoLayoutLine *line; (line = lines_next(&lines, &x, &y)) != NULL;)
        bh_font_subset_collect(subset, line);
    }
  }
}

void bh_flow_draw(const BhFlow *flow, int number, cairo_t *cr, BhFontSubset *subset)
{
  g_return_if_fail(number >= 0 && number < bh_flow_count_pages(flow));
  const GPtrArray *items = g_ptr_array_index(flow->pages, number);
  cairo_set_source_rgb(cr, 0, 0, 0);
  cairo_set_line_width(cr, RULE_WIDTH);
  for (guint i = 0; i < items->len; i++) {
    const Item *item = g_ptr_array_index(items, i);
    if (item->layout != NULL) {
      draw_lines(item, cr, subset);
    } else if (item->picture != NULL) {
      draw_picture(item, cr);
    } else {
      cairo_move_to(cr, item->x, item->y);
      cairo_rel_line_to(cr, item->width, item->height);
      cairo_stroke(cr);
    }
  }
}
