/* What fingers, keys and scanners send to the window, looked at before any widget sees it. The
 * bounce of a tap reaches nobody. The keys of a scanner are told from typing and become a code.
 * The wheel moves the page and no value. Enter alone presses no button of style "careful", which
 * throws away what people did. Main thread.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _BhInput BhInput;

typedef void (*BhInputScanned)(const char *code, gpointer data);

/* `window` and `data` are borrowed and must live longer. `prefix` (may be NULL): see
 * bh_wedge_set_prefix. */
BhInput *bh_input_new(GtkWidget *window, const char *prefix, BhInputScanned scanned, gpointer data);
void bh_input_free(BhInput *input);
/* The window shows another page, or a page another item. */
void bh_input_change_view(BhInput *input);
/* FALSE: the event is not to be delivered, or later by this object. */
gboolean bh_input_filter_event(BhInput *input, GdkEvent *event);

G_END_DECLS
