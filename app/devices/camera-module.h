/* What the module of the camera offers to camera.h and code-reader.h, which load it. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_CAMERA_MODULE "bh_camera_module" /* a BhCameraModule */

typedef struct _BhCameraFeed BhCameraFeed;

/* `code` is NULL when the camera failed; then `why` says so. Main thread. */
typedef void (*BhCameraCallback)(const char *code, const char *why, gpointer data);

typedef struct {
  BhCameraFeed *(*open)(const char *still_image, GtkContainer *box, int height_px,
                        BhCameraCallback said, gpointer data, GError **error);
  void (*close)(BhCameraFeed *feed);
  GdkPixbuf *(*take)(BhCameraFeed *feed);
  /* The first code in a picture of one byte a pixel, or NULL. Any thread. */
  char *(*read_grey)(const guint8 *grey, int width, int height);
} BhCameraModule;

G_END_DECLS
