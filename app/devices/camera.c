/* The camera as an object with signals. The camera module does the work (camera-gst.c). */
#include "app/devices/camera.h"

#include "app/devices/camera-module.h"
#include "app/devices/module.h"

struct _BhCamera {
  GObject parent;
  char *still_image;
  const BhCameraModule *module; /* the camera module; NULL before the first start */
  BhCameraFeed *feed;           /* the running camera; NULL while it is stopped */
};

G_DEFINE_FINAL_TYPE(BhCamera, bh_camera, G_TYPE_OBJECT)

enum { CODE, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void bh_camera_dispose(GObject *object)
{
  bh_camera_stop(BH_CAMERA(object));
  G_OBJECT_CLASS(bh_camera_parent_class)->dispose(object);
}

static void bh_camera_finalize(GObject *object)
{
  g_free(BH_CAMERA(object)->still_image);
  G_OBJECT_CLASS(bh_camera_parent_class)->finalize(object);
}

static void bh_camera_class_init(BhCameraClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->dispose = bh_camera_dispose;
  object_class->finalize = bh_camera_finalize;
  signals[CODE] = g_signal_new("code", BH_TYPE_CAMERA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FAILED] = g_signal_new("failed", BH_TYPE_CAMERA, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void bh_camera_init(BhCamera *self)
{
  (void)self;
}

BhCamera *bh_camera_new(const char *still_image)
{
  BhCamera *self = g_object_new(BH_TYPE_CAMERA, NULL);
  self->still_image = g_strdup(still_image);
  return self;
}

static void on_camera_event(const char *code, const char *why, gpointer data)
{
  if (code != NULL)
    g_signal_emit(data, signals[CODE], 0, code);
  else
    g_signal_emit(data, signals[FAILED], 0, why);
}

gboolean bh_camera_start(BhCamera *self, GtkContainer *box, int height_px, GError **error)
{
  if (self->module == NULL)
    self->module = bh_module_find("camera", BH_CAMERA_MODULE, error);
  if (self->module != NULL && self->feed == NULL)
    self->feed =
        self->module->open(self->still_image, box, height_px, on_camera_event, self, error);
  return self->feed != NULL;
}

void bh_camera_stop(BhCamera *self)
{
  if (self->feed != NULL)
    self->module->close(g_steal_pointer(&self->feed));
}

GdkPixbuf *bh_camera_take(BhCamera *self)
{
  return self->feed != NULL ? self->module->take(self->feed) : NULL;
}
