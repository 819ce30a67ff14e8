/* Filters the events of the window before any widget receives them:
 * - the second press of a bouncing finger is dropped (tap-filter.h);
 * - keys of a barcode scanner are told from typing and reported as one code (devices/wedge.h);
 * - the wheel scrolls the page and changes no value;
 * - Enter does not press a button of style "careful", which discards what a person entered.
 * Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _BhInput BhInput;

/* Gets a scanned code, without the scanner's prefix. */
typedef void (*BhInputScanned)(const char *code, gpointer data);

/* `window` and `data` are borrowed and must live longer. `prefix` (may be NULL): see
 * bh_wedge_set_prefix. */
BhInput *bh_input_new(GtkWidget *window, const char *prefix, BhInputScanned scanned, gpointer data);
/* Drops keys that wait. NULL is ignored. */
void bh_input_free(BhInput *input);
/* Tells the filter that the window shows another page, or the page another item: it takes no tap
 * before that was drawn. */
void bh_input_change_view(BhInput *input);
/* FALSE when the caller must not deliver the event: it is dropped, or delivered by this object
 * later. */
gboolean bh_input_filter_event(BhInput *input, GdkEvent *event);

G_END_DECLS
