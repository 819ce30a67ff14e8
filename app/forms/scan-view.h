/* Reads a code by camera, from a picture file, or as typed text. Stops the camera when it is
 * destroyed. Use on the main thread only.
 *
 * Signals: "code" (const char *text, const char *means: "camera", "picture" or "typed"); "trouble"
 * (const char *text): a message for people. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_SCAN_VIEW (bh_scan_view_get_type())
G_DECLARE_FINAL_TYPE(BhScanView, bh_scan_view, BH, SCAN_VIEW, GtkBox)

/* A widget that reads codes. `still_image` (may be NULL) is a picture file that replaces the
 * camera. `typed`: whether the widget has an entry for typed codes too. Floating. */
GtkWidget *bh_scan_view_new(const char *still_image, gboolean typed);
/* Starts the camera; if there is none, the widget shows what else a person can do. */
void bh_scan_view_start(BhScanView *view);
/* Stops the camera. */
void bh_scan_view_stop(BhScanView *view);

G_END_DECLS
