/* Records an audio note into a temporary file. Start at on_record. */
#include "app/pages/audio.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "app/devices/microphone.h"

#define TICK_MS 250
#define NOTE_MAX_MS (30 * 60 * 1000) /* then the note is kept as it is */

struct _BhAudioPage {
  BhPage parent;
  GtkWidget *elapsed;
  GtkWidget *message;
  GtkWidget *record;
  GtkWidget *stop;
  GtkWidget *discard;
  BhMicrophone *microphone;
  char *path; /* of the note that is being recorded; NULL: none */
  guint tick;
};

G_DEFINE_FINAL_TYPE(BhAudioPage, bh_audio_page, BH_TYPE_PAGE)

static guint recorded_signal;

static void drop_file(BhAudioPage *self)
{
  if (self->path != NULL)
    g_unlink(self->path);
  g_clear_pointer(&self->path, g_free);
}

static void bh_audio_page_dispose(GObject *object)
{
  BhAudioPage *self = BH_AUDIO_PAGE(object);
  g_clear_handle_id(&self->tick, g_source_remove);
  g_clear_object(&self->microphone);
  drop_file(self);
  G_OBJECT_CLASS(bh_audio_page_parent_class)->dispose(object);
}

static void show_time(BhAudioPage *self, gint64 ms)
{
  g_autofree char *text = g_strdup_printf("%d:%02d", (int)(ms / 60000), (int)(ms / 1000 % 60));
  gtk_label_set_text(GTK_LABEL(self->elapsed), text);
}

static void show_state(BhAudioPage *self)
{
  gboolean records = bh_microphone_is_recording(self->microphone);
  gtk_widget_set_visible(self->record, !records);
  gtk_widget_set_visible(self->stop, records);
  gtk_widget_set_visible(self->discard, records);
  bh_part_set_class(self->elapsed, "problem", records);
}

/* Ends the recording. Gives the note to the receiver when it is complete. */
static gboolean keep(BhAudioPage *self)
{
  g_autoptr(GError) error = NULL;
  gint64 ms = bh_microphone_get_ms(self->microphone);
  g_clear_handle_id(&self->tick, g_source_remove);
  if (!bh_microphone_is_recording(self->microphone))
    return FALSE;
  if (!bh_microphone_stop(self->microphone, &error)) {
    bh_page_say_error(BH_PAGE(self), error);
    drop_file(self);
    return FALSE;
  }
  g_autofree char *path = g_steal_pointer(&self->path);
  g_signal_emit(self, recorded_signal, 0, path, ms);
  return TRUE;
}

static void on_stop(BhAudioPage *self)
{
  if (keep(self))
    bh_page_close(BH_PAGE(self));
  else
    show_state(self);
}

static gboolean on_tick(gpointer data)
{
  BhAudioPage *self = data;
  gint64 ms = bh_microphone_get_ms(self->microphone);
  show_time(self, ms);
  if (ms < NOTE_MAX_MS)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  on_stop(self);
  return G_SOURCE_REMOVE;
}

static void show_message(BhAudioPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text);
  gtk_widget_set_visible(self->message, *text != '\0');
}

/* The end of a sound file is the end of the note. When the microphone failed, what was recorded
 * until then is kept if the file can be ended. */
static void on_ended(BhAudioPage *self, const char *why)
{
  if (why != NULL)
    g_warning("microphone: %s", why);
  on_stop(self);
}

static void on_record(BhAudioPage *self)
{
  g_autoptr(GError) error = NULL;
  int fd = g_file_open_tmp("bihuan-XXXXXX.ogg", &self->path, &error);
  if (fd >= 0)
    close(fd);
  if (fd < 0 || !bh_microphone_start(self->microphone, self->path, &error)) {
    drop_file(self);
    if (g_error_matches(error, BH_ERROR, BH_ERROR_NOT_FOUND))
      show_message(self, _("No microphone was found. A sound file can be attached instead."));
    else
      bh_page_say_error(BH_PAGE(self), error);
    return;
  }
  show_message(self, "");
  show_time(self, 0);
  show_state(self);
  self->tick = g_timeout_add(TICK_MS, on_tick, self);
}

static void on_discard(BhAudioPage *self)
{
  g_clear_handle_id(&self->tick, g_source_remove);
  bh_microphone_stop(self->microphone, NULL);
  drop_file(self);
  show_time(self, 0);
  show_state(self);
}

static void bh_audio_page_load(BhPage *page)
{
  BhAudioPage *self = BH_AUDIO_PAGE(page);
  self->microphone = bh_microphone_new(bh_session_get_sound_file(bh_page_get_session(page)));
  g_signal_connect_object(self->microphone, "ended", G_CALLBACK(on_ended), self, G_CONNECT_SWAPPED);
  show_time(self, 0);
  show_state(self);
}

static void bh_audio_page_leave(BhPage *page)
{
  BhAudioPage *self = BH_AUDIO_PAGE(page);
  if (self->microphone == NULL)
    return;
  keep(self);
  show_time(self, 0);
  show_state(self);
}

static void bh_audio_page_class_init(BhAudioPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = bh_audio_page_dispose;
  page_class->load = bh_audio_page_load;
  page_class->leave = bh_audio_page_leave;
  recorded_signal = g_signal_new("recorded", BH_TYPE_AUDIO_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_INT64);
  BH_PAGE_TEMPLATE(klass, "pages/audio");
  BH_PAGE_CHILD(klass, BhAudioPage, elapsed);
  BH_PAGE_CHILD(klass, BhAudioPage, message);
  BH_PAGE_CHILD(klass, BhAudioPage, record);
  BH_PAGE_CHILD(klass, BhAudioPage, stop);
  BH_PAGE_CHILD(klass, BhAudioPage, discard);
}

static void bh_audio_page_init(BhAudioPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->record, "clicked", G_CALLBACK(on_record), self);
  g_signal_connect_swapped(self->stop, "clicked", G_CALLBACK(on_stop), self);
  g_signal_connect_swapped(self->discard, "clicked", G_CALLBACK(on_discard), self);
}

BhPage *bh_audio_page_new(const char *title)
{
  BhAudioPage *self = g_object_new(BH_TYPE_AUDIO_PAGE, NULL);
  bh_page_set_title(BH_PAGE(self), title);
  return BH_PAGE(self);
}
