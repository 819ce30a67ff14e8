#include "app/devices/camera.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include "schema/error.h"

struct _BhCamera {
  GObject parent;
  char *still_image;
  GstElement *pipeline;
  GstElement *sink; /* still pictures */
  GtkWidget *view;
  guint bus_watch;
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

GOptionGroup *bh_camera_get_option_group(void)
{
  return gst_init_get_option_group();
}

static gboolean has_element(const char *name)
{
  g_autoptr(GstElementFactory) factory = gst_element_factory_find(name);
  return factory != NULL;
}

/* The source part of the pipeline; NULL when this machine has no camera. */
static char *dup_source(BhCamera *self)
{
  if (self->still_image != NULL)
    return g_strdup("filesrc name=file ! decodebin ! videoconvert ! imagefreeze ! "
                    "video/x-raw,framerate=10/1");
  for (int i = 0; i < 8; i++) {
    g_autofree char *path = g_strdup_printf("/dev/video%d", i);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
      return has_element("libcamerasrc") && g_file_test("/dev/media0", G_FILE_TEST_EXISTS)
                 ? g_strdup("libcamerasrc")
                 : g_strdup_printf("v4l2src device=%s", path);
  }
  return NULL;
}

static gboolean on_bus(GstBus *bus, GstMessage *message, gpointer data)
{
  (void)bus;
  BhCamera *self = data;
  const GstStructure *structure = gst_message_get_structure(message);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && structure != NULL &&
      gst_structure_has_name(structure, "barcode")) {
    const char *text = gst_structure_get_string(structure, "symbol");
    if (text != NULL && g_utf8_validate(text, -1, NULL))
      g_signal_emit(self, signals[CODE], 0, text);
  } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    g_autoptr(GError) error = NULL;
    gst_message_parse_error(message, &error, NULL);
    g_signal_emit(self, signals[FAILED], 0, error->message);
  }
  return G_SOURCE_CONTINUE;
}

gboolean bh_camera_start(BhCamera *self, GtkContainer *box, int height_px, GError **error)
{
  if (self->pipeline != NULL)
    return TRUE;
  g_autofree char *source = dup_source(self);
  if (source == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "camera: none on this device");
    return FALSE;
  }
  /* Queues of one that drop the old: the view never waits for the reader of codes. */
  static const char *const queue = "queue leaky=downstream max-size-buffers=1";
  g_autofree char *text = g_strdup_printf("%s ! tee name=t "
                                          "t. ! %s ! videoconvert ! gtksink name=view sync=false "
                                          "t. ! %s ! videoconvert ! zbar ! fakesink sync=false "
                                          "t. ! %s ! videoconvert ! video/x-raw,format=RGB ! "
                                          "appsink name=still max-buffers=1 drop=true sync=false",
                                          source, queue, queue, queue);
  self->pipeline = gst_parse_launch(text, error);
  if (self->pipeline == NULL)
    return FALSE;
  gst_object_ref_sink(self->pipeline);
  if (self->still_image != NULL) {
    g_autoptr(GstElement) file = gst_bin_get_by_name(GST_BIN(self->pipeline), "file");
    g_object_set(file, "location", self->still_image, NULL);
  }
  self->sink = gst_bin_get_by_name(GST_BIN(self->pipeline), "still");
  g_autoptr(GstElement) view = gst_bin_get_by_name(GST_BIN(self->pipeline), "view");
  g_object_get(view, "widget", &self->view, NULL);
  /* Before it plays: a view without a parent would open a window of its own. */
  gtk_widget_set_size_request(self->view, -1, height_px);
  gtk_container_add(box, self->view);
  gtk_widget_show(self->view);
  g_autoptr(GstBus) bus = gst_element_get_bus(self->pipeline);
  self->bus_watch = gst_bus_add_watch(bus, on_bus, self);
  gst_element_set_state(self->pipeline, GST_STATE_PLAYING);
  return TRUE;
}

void bh_camera_stop(BhCamera *self)
{
  g_clear_handle_id(&self->bus_watch, g_source_remove);
  if (self->view != NULL && gtk_widget_get_parent(self->view) != NULL)
    gtk_container_remove(GTK_CONTAINER(gtk_widget_get_parent(self->view)), self->view);
  if (self->pipeline != NULL)
    gst_element_set_state(self->pipeline, GST_STATE_NULL);
  g_clear_object(&self->view);
  g_clear_pointer(&self->sink, gst_object_unref);
  g_clear_pointer(&self->pipeline, gst_object_unref);
}

GdkPixbuf *bh_camera_take(BhCamera *self)
{
  if (self->sink == NULL)
    return NULL;
  g_autoptr(GstSample) sample =
      gst_app_sink_try_pull_sample(GST_APP_SINK(self->sink), 500 * GST_MSECOND);
  GstVideoInfo info;
  if (sample == NULL || !gst_video_info_from_caps(&info, gst_sample_get_caps(sample)))
    return NULL;
  GstVideoFrame frame;
  if (!gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ))
    return NULL;
  g_autoptr(GdkPixbuf) borrowed =
      gdk_pixbuf_new_from_data(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0), GDK_COLORSPACE_RGB, FALSE, 8,
                               GST_VIDEO_FRAME_WIDTH(&frame), GST_VIDEO_FRAME_HEIGHT(&frame),
                               GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0), NULL, NULL);
  GdkPixbuf *picture = gdk_pixbuf_copy(borrowed);
  gst_video_frame_unmap(&frame);
  return picture;
}
