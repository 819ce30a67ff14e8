/* What fingers, keys and scanners send to the window, looked at before any widget sees it: the
 * bounce of a tap reaches nobody. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _BhInput BhInput;

/* `window` is borrowed and must live longer. */
BhInput *bh_input_new(GtkWidget *window);
void bh_input_free(BhInput *input);
/* The window shows another page, or a page another item. */
void bh_input_change_view(BhInput *input);
/* FALSE: the event is not to be delivered. */
gboolean bh_input_take(BhInput *input, GdkEvent *event);

G_END_DECLS
