#include "app/pages/scroll.h"

typedef struct {
  GtkWidget *anchor; /* weak */
  int y;             /* in the area it scrolls in, before the change */
} Kept;

static void kept_free(gpointer data, GClosure *closure)
{
  (void)closure;
  Kept *kept = data;
  g_clear_weak_pointer(&kept->anchor);
  g_free(kept);
}

static GtkAdjustment *find_scroll(GtkWidget *widget, int *y)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor(widget, GTK_TYPE_SCROLLED_WINDOW);
  if (scrolled == NULL || !gtk_widget_translate_coordinates(widget, scrolled, 0, 0, NULL, y))
    return NULL;
  return gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scrolled));
}

/* The layout has taken in what came and went. */
static void on_allocated(GtkWidget *box, GdkRectangle *place, Kept *kept)
{
  (void)place;
  int y = 0;
  GtkAdjustment *scroll = kept->anchor != NULL ? find_scroll(kept->anchor, &y) : NULL;
  int by = y - kept->y;
  g_signal_handlers_disconnect_by_data(box, kept);
  if (scroll != NULL && by != 0)
    gtk_adjustment_set_value(scroll, gtk_adjustment_get_value(scroll) + by);
}

void bh_scroll_keep(GtkWidget *box, GtkWidget *anchor)
{
  int y = 0;
  if (find_scroll(anchor, &y) == NULL)
    return;
  Kept *kept = g_new0(Kept, 1);
  kept->y = y;
  g_set_weak_pointer(&kept->anchor, anchor);
  g_signal_connect_data(box, "size-allocate", G_CALLBACK(on_allocated), kept, kept_free,
                        G_CONNECT_AFTER);
}
