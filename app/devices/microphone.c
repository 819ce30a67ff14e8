/* The microphone as an object with a signal. The microphone module does the work
 * (microphone-gst.c). */
#include "app/devices/microphone.h"

#include "app/devices/microphone-module.h"
#include "app/devices/module.h"

struct _BhMicrophone {
  GObject parent;
  char *sound_file;
  const BhMicrophoneModule *module; /* NULL before the first start */
  BhRecording *recording;           /* NULL while it does not record */
};

G_DEFINE_FINAL_TYPE(BhMicrophone, bh_microphone, G_TYPE_OBJECT)

static guint ended_signal;

static void bh_microphone_dispose(GObject *object)
{
  BhMicrophone *self = BH_MICROPHONE(object);
  if (self->recording != NULL)
    self->module->close(g_steal_pointer(&self->recording));
  G_OBJECT_CLASS(bh_microphone_parent_class)->dispose(object);
}

static void bh_microphone_finalize(GObject *object)
{
  g_free(BH_MICROPHONE(object)->sound_file);
  G_OBJECT_CLASS(bh_microphone_parent_class)->finalize(object);
}

static void bh_microphone_class_init(BhMicrophoneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  object_class->dispose = bh_microphone_dispose;
  object_class->finalize = bh_microphone_finalize;
  ended_signal = g_signal_new("ended", BH_TYPE_MICROPHONE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void bh_microphone_init(BhMicrophone *self)
{
  (void)self;
}

BhMicrophone *bh_microphone_new(const char *sound_file)
{
  BhMicrophone *self = g_object_new(BH_TYPE_MICROPHONE, NULL);
  self->sound_file = g_strdup(sound_file);
  return self;
}

static void on_ended(const char *why, gpointer data)
{
  g_signal_emit(data, ended_signal, 0, why);
}

gboolean bh_microphone_start(BhMicrophone *self, const char *path, GError **error)
{
  g_return_val_if_fail(self->recording == NULL, FALSE);
  if (self->module == NULL)
    self->module = bh_module_find("microphone", BH_MICROPHONE_MODULE, error);
  if (self->module != NULL)
    self->recording = self->module->open(self->sound_file, path, on_ended, self, error);
  return self->recording != NULL;
}

gboolean bh_microphone_is_recording(BhMicrophone *self)
{
  return self->recording != NULL;
}

gint64 bh_microphone_get_ms(BhMicrophone *self)
{
  return self->recording != NULL ? self->module->get_ms(self->recording) : 0;
}

gboolean bh_microphone_stop(BhMicrophone *self, GError **error)
{
  if (self->recording == NULL)
    return TRUE;
  gboolean ok = self->module->finish(self->recording, error);
  self->module->close(g_steal_pointer(&self->recording));
  return ok;
}
