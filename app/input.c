/* Filters events on their way to the widgets. tap-filter.c decides which presses count,
 * devices/wedge.c what is a code. Keys are held here until it is known whether a person or a
 * scanner typed them. Start at bh_input_filter_event. */
#include "app/input.h"

#include "app/devices/wedge.h"
#include "app/tap-filter.h"

/* An input method receives each key first. A key that it does not use, it sends to the program
 * again, with this bit set in the state of the event. */
#define RESENT_MASK (1u << 25)

struct _BhInput {
  GtkWidget *window;
  BhInputScanned scanned;
  gpointer data;
  BhTapFilter taps;
  gboolean dropping_press; /* the last press was dropped, so the release and the motion that follow
                              are dropped too */
  BhWedge *wedge;
  GQueue held;          /* GdkEvent*: keys that may belong to a code */
  guint held_source;    /* id of the timeout that delivers the held keys */
  guint16 down_keycode; /* hardware code of the key that is held down; 0 for none */
  gboolean focus_key;   /* a key that moves the focus is being delivered */
};

static gint64 now_ms(void)
{
  return g_get_monotonic_time() / 1000;
}

/* --- focus --- */

static gboolean is_careful(GtkWidget *widget)
{
  return widget != NULL &&
         gtk_style_context_has_class(gtk_widget_get_style_context(widget), "careful");
}

/* A "careful" button gets the focus only from a key that moves it, not because a page was opened or
 * the focused widget was destroyed. */
static void on_focus(GtkWindow *window, GtkWidget *widget, BhInput *self)
{
  if (is_careful(widget) && !self->focus_key)
    gtk_window_set_focus(window, NULL);
}

/* --- taps --- */

static gboolean on_draw(GtkWidget *window, cairo_t *cr, BhInput *self)
{
  (void)window;
  (void)cr;
  bh_tap_filter_note_frame(&self->taps, now_ms());
  return GDK_EVENT_PROPAGATE;
}

void bh_input_change_view(BhInput *self)
{
  bh_tap_filter_change_view(&self->taps);
  /* So that a frame is drawn even when nothing on the page has changed. */
  gtk_widget_queue_draw(self->window);
}

static gboolean accept_press(BhInput *self, GdkEvent *event, gconstpointer target)
{
  BhTap tap = {.at_ms = gdk_event_get_time(event), .now_ms = now_ms(), .target = target};
  gdk_event_get_root_coords(event, &tap.x, &tap.y);
  if (tap.at_ms == GDK_CURRENT_TIME)
    tap.at_ms = (guint32)tap.now_ms;
  return bh_tap_filter_accept(&self->taps, &tap);
}

/* --- keys --- */

static gboolean is_enter(guint key)
{
  return key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_ISO_Enter;
}

static gboolean moves_focus(guint key)
{
  return key == GDK_KEY_Tab || key == GDK_KEY_ISO_Left_Tab || key == GDK_KEY_Up ||
         key == GDK_KEY_Down || key == GDK_KEY_Left || key == GDK_KEY_Right;
}

/* FALSE when Enter or space must not press the focused button: Enter on a "careful" one, and the
 * repeats of a key that is held down. */
static gboolean may_press(BhInput *self, GdkEvent *event)
{
  guint key = event->key.keyval;
  GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(self->window));
  if (event->type != GDK_KEY_PRESS || !GTK_IS_BUTTON(focus))
    return TRUE;
  if (is_enter(key))
    return !is_careful(focus) && accept_press(self, event, focus);
  return key != GDK_KEY_space || accept_press(self, event, focus);
}

static void deliver(BhInput *self, GdkEvent *event)
{
  if (!may_press(self, event))
    return;
  self->focus_key = event->type == GDK_KEY_PRESS && moves_focus(event->key.keyval);
  gtk_main_do_event(event);
  self->focus_key = FALSE;
}

static void drop_held_keys(BhInput *self)
{
  g_clear_handle_id(&self->held_source, g_source_remove);
  bh_wedge_reset(self->wedge);
  g_queue_clear_full(&self->held, (GDestroyNotify)gdk_event_free);
}

/* Delivers the held keys to the widgets, because a person typed them. */
static void deliver_held_keys(BhInput *self)
{
  GQueue held = self->held;
  g_queue_init(&self->held);
  drop_held_keys(self);
  for (GList *l = held.head; l != NULL; l = l->next)
    deliver(self, l->data);
  g_queue_clear_full(&held, (GDestroyNotify)gdk_event_free);
}

static gboolean on_hold_timeout(gpointer data)
{
  BhInput *self = data;
  self->held_source = 0;
  deliver_held_keys(self);
  return G_SOURCE_REMOVE;
}

static void hold_key(BhInput *self, const GdkEvent *event)
{
  g_queue_push_tail(&self->held, gdk_event_copy(event));
  g_clear_handle_id(&self->held_source, g_source_remove);
  /* The timeout runs after the key events that are queued already; the times in those events tell
   * how fast the keys were pressed. */
  self->held_source =
      g_timeout_add_full(G_PRIORITY_HIGH_IDLE, BH_WEDGE_GAP_MS, on_hold_timeout, self, NULL);
}

/* TRUE for a key that may belong to a code: newly pressed, types a character, no modifier held. */
static gboolean may_belong_to_code(const BhInput *self, const GdkEventKey *key)
{
  gunichar character = gdk_keyval_to_unicode(key->keyval);
  guint modifiers = GDK_CONTROL_MASK | GDK_MOD1_MASK | GDK_SUPER_MASK | RESENT_MASK;
  return key->hardware_keycode != self->down_keycode && (key->state & modifiers) == 0 &&
         character >= ' ' && character != 0x7f;
}

static void handle_key(BhInput *self, GdkEvent *event)
{
  const GdkEventKey *key = &event->key;
  if (key->is_modifier) { /* modifiers also occur between the characters of a code */
    deliver(self, event);
    return;
  }
  gboolean enter = is_enter(key->keyval) && (key->state & RESENT_MASK) == 0;
  gboolean candidate = enter || may_belong_to_code(self, key);
  self->down_keycode = key->hardware_keycode;
  if (!candidate || !bh_wedge_continues(self->wedge, key->time))
    deliver_held_keys(self);
  if (!candidate) {
    deliver(self, event);
    return;
  }
  g_autofree char *code = bh_wedge_add_key(self->wedge, key);
  if (code != NULL) {
    drop_held_keys(self);
    self->scanned(code, self->data);
  } else if (enter) {
    deliver_held_keys(self);
    deliver(self, event);
  } else {
    hold_key(self, event);
  }
}

static void handle_key_release(BhInput *self, GdkEvent *event)
{
  if (self->down_keycode == event->key.hardware_keycode)
    self->down_keycode = 0;
  if (!g_queue_is_empty(&self->held) && !event->key.is_modifier)
    g_queue_push_tail(&self->held, gdk_event_copy(event));
  else
    deliver(self, event);
}

/* --- the wheel --- */

static gboolean has_value(GtkWidget *widget)
{
  return GTK_IS_SPIN_BUTTON(widget) || GTK_IS_COMBO_BOX(widget) || GTK_IS_RANGE(widget);
}

/* Over a control with a value, the wheel scrolls the page around it instead. */
static gboolean handle_scroll(GdkEvent *event)
{
  GtkWidget *widget = gtk_get_event_widget(event);
  while (widget != NULL && !has_value(widget))
    widget = gtk_widget_get_parent(widget);
  if (widget == NULL)
    return TRUE;
  GtkWidget *page = gtk_widget_get_ancestor(widget, GTK_TYPE_SCROLLED_WINDOW);
  if (page != NULL)
    gtk_widget_event(page, event);
  return FALSE;
}

/* --- all --- */

BhInput *bh_input_new(GtkWidget *window, const char *prefix, BhInputScanned scanned, gpointer data)
{
  BhInput *self = g_new0(BhInput, 1);
  self->window = window;
  self->scanned = scanned;
  self->data = data;
  self->wedge = bh_wedge_new();
  bh_wedge_set_prefix(self->wedge, prefix);
  g_queue_init(&self->held);
  g_signal_connect(window, "draw", G_CALLBACK(on_draw), self);
  g_signal_connect_after(window, "set-focus", G_CALLBACK(on_focus), self);
  return self;
}

void bh_input_free(BhInput *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data(self->window, self);
  drop_held_keys(self);
  bh_wedge_free(self->wedge);
  g_free(self);
}

gboolean bh_input_filter_event(BhInput *self, GdkEvent *event)
{
  switch (event->type) {
  case GDK_BUTTON_PRESS:
  case GDK_TOUCH_BEGIN:
    deliver_held_keys(self);
    self->dropping_press = !accept_press(self, event, gtk_get_event_widget(event));
    return !self->dropping_press;
  case GDK_2BUTTON_PRESS:
  case GDK_3BUTTON_PRESS:
  case GDK_BUTTON_RELEASE:
  case GDK_TOUCH_UPDATE:
  case GDK_TOUCH_END:
  case GDK_TOUCH_CANCEL:
    return !self->dropping_press;
  case GDK_KEY_PRESS:
    handle_key(self, event);
    return FALSE;
  case GDK_KEY_RELEASE:
    handle_key_release(self, event);
    return FALSE;
  case GDK_SCROLL:
    return handle_scroll(event);
  default:
    return TRUE;
  }
}
