/* Filters the events of the window before any widget receives them:
 * - the second press of a bouncing finger is dropped (tap-filter.h);
 * - keys of a barcode scanner are told from typing and reported as one code (devices/wedge.h);
 * - the wheel scrolls the page and changes no value;
 * - Enter does not press a button of style "careful", which discards what a person entered.
 * Use on the main thread only. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _BhInput BhInput;

/* Receives a scanned code, without the prefix of the scanner. */
typedef void (*BhInputScanned)(const char *code, gpointer data);

/* A filter for the events of `window`. `window` and `data` are borrowed and must live longer than
 * the filter. `prefix` (may be NULL): see bh_wedge_set_prefix. */
BhInput *bh_input_new(GtkWidget *window, const char *prefix, BhInputScanned scanned, gpointer data);
/* Frees the filter; keys that it holds back are lost. NULL is ignored. */
void bh_input_free(BhInput *input);
/* Must be called when the window shows another page, or the page another item. The filter then
 * drops taps until the new view was drawn. */
void bh_input_change_view(BhInput *input);
/* Whether the caller may deliver the event. FALSE: the event is dropped, or the filter will deliver
 * it later. */
gboolean bh_input_filter_event(BhInput *input, GdkEvent *event);

G_END_DECLS
