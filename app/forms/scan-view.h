/* Reading a code by any means: live camera, a picture file, typing. Signals: "code" (const char
 * *text, const char *means: "camera", "picture" or "typed"); "trouble" (const char *text) for
 * people. Stops the camera when it is not shown. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_SCAN_VIEW (bh_scan_view_get_type())
G_DECLARE_FINAL_TYPE(BhScanView, bh_scan_view, BH, SCAN_VIEW, GtkBox)

/* `still_image` (may be NULL) stands in for the camera. With `typed` there is an entry too. */
GtkWidget *bh_scan_view_new(const char *still_image, gboolean typed);
void bh_scan_view_start(BhScanView *view);
void bh_scan_view_stop(BhScanView *view);

G_END_DECLS
