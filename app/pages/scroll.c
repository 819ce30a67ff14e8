/* Corrects the scroll position once, after the next layout. */
#include "app/pages/scroll.h"

typedef struct {
  GtkWidget *anchor; /* the widget that must keep its place; weak */
  int y;             /* position of the anchor in the scrolled window before the change */
} Anchor;

static void anchor_free(gpointer data, GClosure *closure)
{
  (void)closure;
  Anchor *saved = data;
  g_clear_weak_pointer(&saved->anchor);
  g_free(saved);
}

static GtkAdjustment *find_scroll(GtkWidget *widget, int *y)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor(widget, GTK_TYPE_SCROLLED_WINDOW);
  if (scrolled == NULL || !gtk_widget_translate_coordinates(widget, scrolled, 0, 0, NULL, y))
    return NULL;
  return gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scrolled));
}

/* Scrolls by as much as the anchor has moved. */
static void on_allocated(GtkWidget *box, GdkRectangle *place, Anchor *saved)
{
  (void)place;
  int y = 0;
  GtkAdjustment *scroll = saved->anchor != NULL ? find_scroll(saved->anchor, &y) : NULL;
  int delta = y - saved->y;
  g_signal_handlers_disconnect_by_data(box, saved);
  if (scroll != NULL && delta != 0)
    gtk_adjustment_set_value(scroll, gtk_adjustment_get_value(scroll) + delta);
}

void bh_scroll_keep_position(GtkWidget *box, GtkWidget *anchor)
{
  int y = 0;
  if (find_scroll(anchor, &y) == NULL)
    return;
  Anchor *saved = g_new0(Anchor, 1);
  saved->y = y;
  g_set_weak_pointer(&saved->anchor, anchor);
  g_signal_connect_data(box, "size-allocate", G_CALLBACK(on_allocated), saved, anchor_free,
                        G_CONNECT_AFTER);
}
