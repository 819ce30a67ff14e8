/* Looks at events on their way to the widgets. What counts as a tap is decided in taps.c. */
#include "app/input.h"

#include "app/taps.h"

struct _BhInput {
  GtkWidget *window;
  BhTaps taps;
  gboolean dropping; /* a press was refused: what belongs to it goes too */
};

static gint64 now_ms(void)
{
  return g_get_monotonic_time() / 1000;
}

static gboolean on_draw(GtkWidget *window, cairo_t *cr, BhInput *self)
{
  (void)window;
  (void)cr;
  bh_taps_note_drawn(&self->taps, now_ms());
  return GDK_EVENT_PROPAGATE;
}

BhInput *bh_input_new(GtkWidget *window)
{
  BhInput *self = g_new0(BhInput, 1);
  self->window = window;
  g_signal_connect(window, "draw", G_CALLBACK(on_draw), self);
  return self;
}

void bh_input_free(BhInput *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data(self->window, self);
  g_free(self);
}

void bh_input_change_view(BhInput *self)
{
  bh_taps_change_view(&self->taps);
  gtk_widget_queue_draw(self->window); /* there is a frame to wait for in any case */
}

static gboolean take_press(BhInput *self, GdkEvent *event, gconstpointer target)
{
  BhTap tap = {.at_ms = gdk_event_get_time(event), .now_ms = now_ms(), .target = target};
  gdk_event_get_root_coords(event, &tap.x, &tap.y);
  if (tap.at_ms == GDK_CURRENT_TIME)
    tap.at_ms = (guint32)tap.now_ms;
  return bh_taps_accept(&self->taps, &tap);
}

/* Enter and the space bar press the button that has the focus; held down, they do so many times a
 * second. */
static gboolean take_key(BhInput *self, GdkEvent *event)
{
  guint key = event->key.keyval;
  gboolean presses = key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_space;
  GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(self->window));
  return !presses || !GTK_IS_BUTTON(focus) || take_press(self, event, focus);
}

gboolean bh_input_take(BhInput *self, GdkEvent *event)
{
  switch (event->type) {
  case GDK_BUTTON_PRESS:
  case GDK_TOUCH_BEGIN:
    self->dropping = !take_press(self, event, gtk_get_event_widget(event));
    return !self->dropping;
  case GDK_2BUTTON_PRESS:
  case GDK_3BUTTON_PRESS:
  case GDK_BUTTON_RELEASE:
  case GDK_TOUCH_UPDATE:
  case GDK_TOUCH_END:
  case GDK_TOUCH_CANCEL:
    return !self->dropping;
  case GDK_KEY_PRESS:
    return take_key(self, event);
  default:
    return TRUE;
  }
}
