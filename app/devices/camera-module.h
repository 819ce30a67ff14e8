/* Interface of the camera module, which camera.h and code-reader.h load when they need it. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BH_CAMERA_MODULE "bh_camera_module" /* symbol of the BhCameraModule in the module */

/* A running camera. */
typedef struct _BhCameraFeed BhCameraFeed;

/* Called for each code that the camera sees. `code` is NULL when the camera failed; then `why` has
 * the reason. Called on the main thread. */
typedef void (*BhCameraCallback)(const char *code, const char *why, gpointer data);

typedef struct {
  /* Starts the camera, or shows the picture file `still_image` in its place (may be NULL), and puts
   * the live view into `box`. NULL with an error: BH_ERROR_NOT_FOUND when there is no camera. */
  BhCameraFeed *(*open)(const char *still_image, GtkContainer *box, int height_px,
                        BhCameraCallback callback, gpointer data, GError **error);
  /* Stops the camera and removes the live view. */
  void (*close)(BhCameraFeed *feed);
  /* The newest picture, a new reference; NULL when none arrives within half a second. */
  GdkPixbuf *(*take)(BhCameraFeed *feed);
  /* The first code in a picture of one byte per pixel, or NULL. g_free. Any thread. */
  char *(*read_grey)(const guint8 *grey, int width, int height);
} BhCameraModule;

G_END_DECLS
