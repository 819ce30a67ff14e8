/* The microphone module: a GStreamer pipeline that writes Opus in Ogg. Start at open_recording. */
#include "app/devices/microphone-module.h"

#include <gmodule.h>
#include <gst/gst.h>

#include "schema/error.h"

#define FINISH_WAIT (3 * GST_SECOND)

struct _BhRecording {
  BhRecordingEnded ended;
  gpointer data;
  GstElement *pipeline;
  guint bus_watch;
  gboolean at_end; /* the end of the sound file was reached: the file is complete */
};

static void close_recording(BhRecording *recording)
{
  g_clear_handle_id(&recording->bus_watch, g_source_remove);
  if (recording->pipeline != NULL)
    gst_element_set_state(recording->pipeline, GST_STATE_NULL);
  g_clear_pointer(&recording->pipeline, gst_object_unref);
  g_free(recording);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRecording, close_recording)

static gboolean on_bus(GstBus *bus, GstMessage *message, gpointer data)
{
  (void)bus;
  BhRecording *recording = data;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS) {
    recording->at_end = TRUE;
    recording->ended(NULL, recording->data);
    return G_SOURCE_CONTINUE;
  }
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    g_autoptr(GError) error = NULL;
    gst_message_parse_error(message, &error, NULL);
    recording->ended(error->message, recording->data);
  }
  return G_SOURCE_CONTINUE;
}

/* The element of the default microphone, floating; NULL when this machine has none. Without this
 * question, GStreamer would record silence. */
static GstElement *make_microphone(void)
{
  g_autoptr(GstDeviceMonitor) monitor = gst_device_monitor_new();
  gst_device_monitor_add_filter(monitor, "Audio/Source", NULL);
  if (!gst_device_monitor_start(monitor))
    return NULL;
  GList *devices = gst_device_monitor_get_devices(monitor);
  GstElement *source = NULL;
  for (GList *l = devices; l != NULL && source == NULL; l = l->next) {
    g_autoptr(GstStructure) properties = gst_device_get_properties(l->data);
    const char *class =
        properties != NULL ? gst_structure_get_string(properties, "device.class") : NULL;
    /* A monitor of the loudspeakers is no microphone. */
    if (g_strcmp0(class, "monitor") != 0)
      source = gst_device_create_element(l->data, NULL);
  }
  g_list_free_full(devices, (GDestroyNotify)gst_object_unref);
  gst_device_monitor_stop(monitor);
  return source;
}

/* The source of the pipeline, floating. */
static GstElement *make_source(const char *sound_file, GError **error)
{
  if (sound_file == NULL) {
    GstElement *source = make_microphone();
    if (source == NULL)
      g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "microphone: none on this device");
    return source;
  }
  GstElement *bin = gst_parse_bin_from_description(
      "filesrc name=file ! decodebin ! audioconvert ! audioresample", TRUE, error);
  if (bin == NULL)
    return NULL;
  g_autoptr(GstElement) file = gst_bin_get_by_name(GST_BIN(bin), "file");
  g_object_set(file, "location", sound_file, NULL);
  return bin;
}

static BhRecording *open_recording(const char *sound_file, const char *path, BhRecordingEnded ended,
                                   gpointer data, GError **error)
{
  if (!gst_init_check(NULL, NULL, error))
    return NULL;
  GstElement *source = make_source(sound_file, error);
  if (source == NULL)
    return NULL;
  gst_object_ref_sink(source);
  g_autoptr(BhRecording) recording = g_new0(BhRecording, 1);
  recording->ended = ended;
  recording->data = data;
  GstElement *rest = gst_parse_bin_from_description(
      "audioconvert ! audioresample ! audio/x-raw,rate=16000,channels=1 !"
      " opusenc bitrate=24000 audio-type=voice ! oggmux ! filesink name=out",
      TRUE, error);
  if (rest == NULL) {
    gst_object_unref(source);
    return NULL;
  }
  g_autoptr(GstElement) out = gst_bin_get_by_name(GST_BIN(rest), "out");
  g_object_set(out, "location", path, NULL);
  recording->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
  gst_bin_add_many(GST_BIN(recording->pipeline), source, rest, NULL);
  gst_object_unref(source);
  if (!gst_element_link(source, rest)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FAILED, "microphone: cannot be connected");
    return NULL;
  }
  g_autoptr(GstBus) bus = gst_element_get_bus(recording->pipeline);
  recording->bus_watch = gst_bus_add_watch(bus, on_bus, recording);
  if (gst_element_set_state(recording->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "microphone: cannot be opened");
    return NULL;
  }
  return g_steal_pointer(&recording);
}

static gboolean finish(BhRecording *recording, GError **error)
{
  if (recording->at_end)
    return TRUE;
  g_clear_handle_id(&recording->bus_watch, g_source_remove);
  gst_element_send_event(recording->pipeline, gst_event_new_eos());
  g_autoptr(GstBus) bus = gst_element_get_bus(recording->pipeline);
  g_autoptr(GstMessage) message =
      gst_bus_timed_pop_filtered(bus, FINISH_WAIT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (message != NULL && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
    return TRUE;
  g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE,
                      "microphone: the recording could not be ended");
  return FALSE;
}

static gint64 get_ms(BhRecording *recording)
{
  gint64 position = 0;
  return gst_element_query_position(recording->pipeline, GST_FORMAT_TIME, &position)
             ? position / GST_MSECOND
             : 0;
}

G_MODULE_EXPORT const BhMicrophoneModule bh_microphone_module = {open_recording, finish, get_ms,
                                                                 close_recording};
