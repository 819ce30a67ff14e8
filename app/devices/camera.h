/* The camera: live view, QR codes seen in it, and still pictures. Fed by a Video4Linux or
 * libcamera device, or by a picture file that stands in for one (tests, demonstrations). Main
 * thread; GStreamer's own threads stay inside.
 *
 * Signals: "code" (const char *text) for each new code seen; "failed" (const char *why). */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_TYPE_CAMERA (bh_camera_get_type())
G_DECLARE_FINAL_TYPE(BhCamera, bh_camera, BH, CAMERA, GObject)

/* `still_image` NULL: the first real camera. */
BhCamera *bh_camera_new(const char *still_image);
/* Puts the live view, `height_px` high, into `box` and starts. FALSE with BH_ERROR_NOT_FOUND when
 * there is no camera. */
gboolean bh_camera_start(BhCamera *camera, GtkContainer *box, int height_px, GError **error);
void bh_camera_stop(BhCamera *camera);
/* The newest picture, or NULL when none has come yet; new reference. */
GdkPixbuf *bh_camera_take(BhCamera *camera);

G_END_DECLS
