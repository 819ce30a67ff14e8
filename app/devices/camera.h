/* The camera: live view, QR codes in it, and still pictures, from a Video4Linux or libcamera device
 * or from a picture file that replaces it (tests, demonstrations). Use on the main thread only;
 * callbacks are called on the main thread too, not on GStreamer's own threads.
 *
 * Signals: "code" (const char *text) for each new code; "failed" (const char *why). */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_CAMERA (bh_camera_get_type())
G_DECLARE_FINAL_TYPE(BhCamera, bh_camera, BH, CAMERA, GObject)

/* A camera that is not started. `still_image` is a picture file (copied); NULL: the first real
 * camera. */
BhCamera *bh_camera_new(const char *still_image);
/* Puts the live view, `height_px` high, into `box` and starts. FALSE with BH_ERROR_NOT_FOUND when
 * there is no camera. A running camera is left as it is. */
gboolean bh_camera_start(BhCamera *camera, GtkContainer *box, int height_px, GError **error);
/* Stops the camera and removes the live view. Ignored when the camera is not running. */
void bh_camera_stop(BhCamera *camera);
/* The newest picture, a new reference; NULL when there is none yet. */
GdkPixbuf *bh_camera_take(BhCamera *camera);

G_END_DECLS
