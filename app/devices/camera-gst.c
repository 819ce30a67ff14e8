/* The camera module: a GStreamer pipeline with live view, reader of codes and still pictures. Start
 * at open_feed. */
#include "app/devices/camera-module.h"

#include <gmodule.h>
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <zbar.h>

#include "schema/error.h"

struct _BhCameraFeed {
  BhCameraCallback callback;
  gpointer data;
  GstElement *pipeline;
  GstElement *sink; /* gives still pictures */
  GtkWidget *view;
  guint bus_watch;
};

static void close_feed(BhCameraFeed *feed)
{
  g_clear_handle_id(&feed->bus_watch, g_source_remove);
  if (feed->view != NULL && gtk_widget_get_parent(feed->view) != NULL)
    gtk_container_remove(GTK_CONTAINER(gtk_widget_get_parent(feed->view)), feed->view);
  if (feed->pipeline != NULL)
    gst_element_set_state(feed->pipeline, GST_STATE_NULL);
  g_clear_object(&feed->view);
  g_clear_pointer(&feed->sink, gst_object_unref);
  g_clear_pointer(&feed->pipeline, gst_object_unref);
  g_free(feed);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCameraFeed, close_feed)

static gboolean has_element(const char *name)
{
  g_autoptr(GstElementFactory) factory = gst_element_factory_find(name);
  return factory != NULL;
}

/* The source element of the pipeline, g_free; NULL when this machine has no camera. */
static char *dup_source(const char *still_image)
{
  if (still_image != NULL)
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
  BhCameraFeed *feed = data;
  const GstStructure *structure = gst_message_get_structure(message);
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && structure != NULL &&
      gst_structure_has_name(structure, "barcode")) {
    const char *text = gst_structure_get_string(structure, "symbol");
    if (text != NULL && g_utf8_validate(text, -1, NULL))
      feed->callback(text, NULL, feed->data);
  } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    g_autoptr(GError) error = NULL;
    gst_message_parse_error(message, &error, NULL);
    feed->callback(NULL, error->message, feed->data);
  }
  return G_SOURCE_CONTINUE;
}

static BhCameraFeed *open_feed(const char *still_image, GtkContainer *box, int height_px,
                               BhCameraCallback callback, gpointer data, GError **error)
{
  if (!gst_init_check(NULL, NULL, error))
    return NULL;
  g_autofree char *source = dup_source(still_image);
  if (source == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "camera: none on this device");
    return NULL;
  }
  /* Queues of one buffer that drop old ones: the view never waits for the reader of codes. */
  static const char *const queue = "queue leaky=downstream max-size-buffers=1";
  g_autofree char *text = g_strdup_printf("%s ! tee name=t "
                                          "t. ! %s ! videoconvert ! gtksink name=view sync=false "
                                          "t. ! %s ! videoconvert ! zbar ! fakesink sync=false "
                                          "t. ! %s ! videoconvert ! video/x-raw,format=RGB ! "
                                          "appsink name=still max-buffers=1 drop=true sync=false",
                                          source, queue, queue, queue);
  g_autoptr(BhCameraFeed) feed = g_new0(BhCameraFeed, 1);
  feed->callback = callback;
  feed->data = data;
  feed->pipeline = gst_parse_launch(text, error);
  if (feed->pipeline == NULL)
    return NULL;
  gst_object_ref_sink(feed->pipeline);
  if (still_image != NULL) {
    g_autoptr(GstElement) file = gst_bin_get_by_name(GST_BIN(feed->pipeline), "file");
    g_object_set(file, "location", still_image, NULL);
  }
  feed->sink = gst_bin_get_by_name(GST_BIN(feed->pipeline), "still");
  g_autoptr(GstElement) view = gst_bin_get_by_name(GST_BIN(feed->pipeline), "view");
  g_object_get(view, "widget", &feed->view, NULL);
  /* The view is put into `box` before the pipeline plays, because gtksink otherwise opens a window
   * of its own. */
  gtk_widget_set_size_request(feed->view, -1, height_px);
  gtk_container_add(box, feed->view);
  gtk_widget_show(feed->view);
  g_autoptr(GstBus) bus = gst_element_get_bus(feed->pipeline);
  feed->bus_watch = gst_bus_add_watch(bus, on_bus, feed);
  gst_element_set_state(feed->pipeline, GST_STATE_PLAYING);
  return g_steal_pointer(&feed);
}

static GdkPixbuf *take_picture(BhCameraFeed *feed)
{
  g_autoptr(GstSample) sample =
      gst_app_sink_try_pull_sample(GST_APP_SINK(feed->sink), 500 * GST_MSECOND);
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

static char *read_grey(const guint8 *grey, int width, int height)
{
  zbar_image_scanner_t *scanner = zbar_image_scanner_create();
  zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
  zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
  zbar_image_t *image = zbar_image_create();
  zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
  zbar_image_set_size(image, (unsigned)width, (unsigned)height);
  zbar_image_set_data(image, grey, (gulong)width * (gulong)height, NULL);
  char *text = NULL;
  if (zbar_scan_image(scanner, image) > 0) {
    const zbar_symbol_t *symbol = zbar_image_first_symbol(image);
    if (symbol != NULL && g_utf8_validate(zbar_symbol_get_data(symbol), -1, NULL))
      text = g_strdup(zbar_symbol_get_data(symbol));
  }
  zbar_image_destroy(image);
  zbar_image_scanner_destroy(scanner);
  return text;
}

G_MODULE_EXPORT const BhCameraModule bh_camera_module = {open_feed, close_feed, take_picture,
                                                         read_grey};
