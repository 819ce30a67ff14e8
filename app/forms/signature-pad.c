/* Draws strokes and makes a PNG of them. */
#include "app/forms/signature-pad.h"

#include <math.h>

#define STROKE_PX 4.0
#define MARGIN_PX 8.0
/* The least ink that counts as a name: less is a dot or a slip of the hand. */
#define INK_MIN_LENGTH_PX 60.0
#define INK_MIN_EXTENT_PX 24.0 /* of the width or the height of all ink, whichever is larger */
#define INK_MIN_POINTS 3
#define MAX_POINTS 20000 /* in all strokes together; later points are ignored */

typedef struct {
  double x, y;
} Point;

struct _BhSignaturePad {
  GtkDrawingArea parent;
  GPtrArray *strokes; /* one GArray of Point for each stroke */
  guint n_points;
  gboolean drawing;
};

G_DEFINE_FINAL_TYPE(BhSignaturePad, bh_signature_pad, GTK_TYPE_DRAWING_AREA)

static void start_stroke(BhSignaturePad *self)
{
  g_ptr_array_add(self->strokes, g_array_new(FALSE, FALSE, sizeof(Point)));
}

static void add_point(BhSignaturePad *self, double x, double y)
{
  if (self->strokes->len == 0 || self->n_points >= MAX_POINTS)
    return;
  Point point = {x, y};
  g_array_append_val(g_ptr_array_index(self->strokes, self->strokes->len - 1), point);
  self->n_points++;
  gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void draw_strokes(BhSignaturePad *self, cairo_t *cr)
{
  cairo_set_line_width(cr, STROKE_PX);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < self->strokes->len; i++) {
    GArray *stroke = g_ptr_array_index(self->strokes, i);
    for (guint j = 0; j < stroke->len; j++) {
      Point *point = &g_array_index(stroke, Point, j);
      if (j == 0)
        cairo_move_to(cr, point->x, point->y);
      cairo_line_to(cr, point->x, point->y);
    }
    cairo_stroke(cr);
  }
}

static gboolean bh_signature_pad_draw(GtkWidget *widget, cairo_t *cr)
{
  BhSignaturePad *self = BH_SIGNATURE_PAD(widget);
  int width = gtk_widget_get_allocated_width(widget);
  int height = gtk_widget_get_allocated_height(widget);
  /* The pad stays white in the dark scheme, because the signature is printed on paper. */
  cairo_set_source_rgb(cr, 1, 1, 1);
  cairo_paint(cr);
  cairo_set_source_rgb(cr, 0.6, 0.6, 0.6);
  cairo_set_line_width(cr, 1);
  cairo_rectangle(cr, 0.5, 0.5, width - 1, height - 1);
  cairo_move_to(cr, 16, height * 0.75);
  cairo_line_to(cr, width - 16, height * 0.75);
  cairo_stroke(cr);
  cairo_set_source_rgb(cr, 0, 0, 0);
  draw_strokes(self, cr);
  return GDK_EVENT_STOP;
}

static gboolean bh_signature_pad_event(GtkWidget *widget, GdkEvent *event)
{
  BhSignaturePad *self = BH_SIGNATURE_PAD(widget);
  double x = 0;
  double y = 0;
  gdk_event_get_coords(event, &x, &y);
  switch (event->type) {
  case GDK_BUTTON_PRESS:
  case GDK_TOUCH_BEGIN:
    self->drawing = TRUE;
    start_stroke(self);
    add_point(self, x, y);
    return GDK_EVENT_STOP;
  case GDK_MOTION_NOTIFY:
  case GDK_TOUCH_UPDATE:
    if (self->drawing)
      add_point(self, x, y);
    return GDK_EVENT_STOP;
  case GDK_BUTTON_RELEASE:
  case GDK_TOUCH_END:
    self->drawing = FALSE;
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

static void bh_signature_pad_finalize(GObject *object)
{
  g_ptr_array_unref(BH_SIGNATURE_PAD(object)->strokes);
  G_OBJECT_CLASS(bh_signature_pad_parent_class)->finalize(object);
}

static void bh_signature_pad_class_init(BhSignaturePadClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_signature_pad_finalize;
  widget_class->draw = bh_signature_pad_draw;
  widget_class->event = bh_signature_pad_event;
}

static void stroke_free(gpointer data)
{
  g_array_unref(data);
}

static void bh_signature_pad_init(BhSignaturePad *self)
{
  self->strokes = g_ptr_array_new_with_free_func(stroke_free);
  gtk_widget_set_size_request(GTK_WIDGET(self), 240, 160);
  gtk_widget_add_events(GTK_WIDGET(self), GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK |
                                              GDK_BUTTON1_MOTION_MASK | GDK_TOUCH_MASK);
  gtk_widget_show(GTK_WIDGET(self));
}

GtkWidget *bh_signature_pad_new(void)
{
  return g_object_new(BH_TYPE_SIGNATURE_PAD, NULL);
}

gboolean bh_signature_pad_is_empty(BhSignaturePad *self)
{
  return self->strokes->len == 0;
}

void bh_signature_pad_undo(BhSignaturePad *self)
{
  if (self->strokes->len == 0)
    return;
  GArray *last = g_ptr_array_index(self->strokes, self->strokes->len - 1);
  self->n_points -= last->len;
  g_ptr_array_set_size(self->strokes, self->strokes->len - 1);
  gtk_widget_queue_draw(GTK_WIDGET(self));
}

void bh_signature_pad_clear(BhSignaturePad *self)
{
  g_ptr_array_set_size(self->strokes, 0);
  self->n_points = 0;
  gtk_widget_queue_draw(GTK_WIDGET(self));
}

void bh_signature_pad_add_stroke(BhSignaturePad *self, const double *xy, gsize n_points)
{
  start_stroke(self);
  for (gsize i = 0; i < n_points; i++)
    add_point(self, xy[2 * i], xy[2 * i + 1]);
}

typedef struct {
  double left, top, right, bottom, length;
} Extent;

static Extent measure(BhSignaturePad *self)
{
  Extent extent = {G_MAXDOUBLE, G_MAXDOUBLE, 0, 0, 0};
  for (guint i = 0; i < self->strokes->len; i++) {
    GArray *stroke = g_ptr_array_index(self->strokes, i);
    for (guint j = 0; j < stroke->len; j++) {
      Point *point = &g_array_index(stroke, Point, j);
      extent.left = MIN(extent.left, point->x);
      extent.top = MIN(extent.top, point->y);
      extent.right = MAX(extent.right, point->x);
      extent.bottom = MAX(extent.bottom, point->y);
      if (j > 0)
        extent.length += hypot(point->x - point[-1].x, point->y - point[-1].y);
    }
  }
  return extent;
}

gboolean bh_signature_pad_has_name(BhSignaturePad *self)
{
  Extent extent = measure(self);
  return self->n_points >= INK_MIN_POINTS && extent.length >= INK_MIN_LENGTH_PX &&
         MAX(extent.right - extent.left, extent.bottom - extent.top) >= INK_MIN_EXTENT_PX;
}

static cairo_status_t append(void *data, const unsigned char *bytes, unsigned int len)
{
  g_byte_array_append(data, bytes, len);
  return CAIRO_STATUS_SUCCESS;
}

GBytes *bh_signature_pad_dup_png(BhSignaturePad *self)
{
  if (self->strokes->len == 0)
    return NULL;
  Extent extent = measure(self);
  cairo_surface_t *surface = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, (int)(extent.right - extent.left + 2 * MARGIN_PX),
      (int)(extent.bottom - extent.top + 2 * MARGIN_PX));
  cairo_t *cr = cairo_create(surface);
  cairo_set_source_rgb(cr, 1, 1, 1);
  cairo_paint(cr);
  cairo_translate(cr, MARGIN_PX - extent.left, MARGIN_PX - extent.top);
  cairo_set_source_rgb(cr, 0, 0, 0);
  draw_strokes(self, cr);
  GByteArray *png = g_byte_array_new();
  cairo_surface_write_to_png_stream(surface, append, png);
  cairo_destroy(cr);
  cairo_surface_destroy(surface);
  return g_byte_array_free_to_bytes(png);
}
