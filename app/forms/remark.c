/* The remark of a checklist item and its mark "only seen by video". The page saves
 * what is taken here. */
#include "app/forms/remark.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/parts.h"
#include "schema/answer.h"
#include "schema/text.h"

#define PAUSE_S 3 /* without a key, until typed text is saved */
#define VIEW_HEIGHT_PX 64

struct _BhRemark {
  GtkBox parent;
  char *item_no;
  char *text; /* as shown or taken last */
  gboolean remote;
  gboolean filling; /* the widgets are being set by the program */
  guint pause;      /* timeout source; 0: none */
  GtkWidget *open;
  GtkWidget *label;
  GtkWidget *frame;
  GtkWidget *view;
  GtkWidget *limit;
  GtkWidget *by_video;
};

G_DEFINE_FINAL_TYPE(BhRemark, bh_remark, GTK_TYPE_BOX)

static guint changed_signal;

static GtkTextBuffer *get_buffer(BhRemark *self)
{
  return gtk_text_view_get_buffer(GTK_TEXT_VIEW(self->view));
}

static char *dup_typed(BhRemark *self)
{
  g_autofree char *raw = bh_part_dup_text(GTK_TEXT_VIEW(self->view));
  return bh_text_clean(raw, TRUE);
}

const char *bh_remark_get_item(BhRemark *self)
{
  return self->item_no;
}

gboolean bh_remark_is_changed(BhRemark *self)
{
  g_autofree char *typed = dup_typed(self);
  /* Without a known text (bh_remark_keep), only a blank remark is unchanged. */
  return self->item_no != NULL &&
         (strcmp(typed, self->text != NULL ? self->text : "") != 0 ||
          gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->by_video)) != self->remote);
}

static void stop_pause(BhRemark *self)
{
  if (self->pause != 0)
    g_source_remove(self->pause);
  self->pause = 0;
}

static void tell(BhRemark *self)
{
  stop_pause(self);
  if (!self->filling && bh_remark_is_changed(self))
    g_signal_emit(self, changed_signal, 0);
}

static gboolean on_pause(gpointer data)
{
  BhRemark *self = data;
  self->pause = 0;
  tell(self);
  return G_SOURCE_REMOVE;
}

static void on_typed(BhRemark *self)
{
  if (self->filling)
    return;
  gtk_widget_hide(self->limit);
  stop_pause(self);
  self->pause = g_timeout_add_seconds(PAUSE_S, on_pause, self);
}

/* Refuses text beyond the limit as a whole, so that nothing is cut unseen. */
static void on_insert(GtkTextBuffer *buffer, GtkTextIter *at, char *text, int len, BhRemark *self)
{
  (void)at;
  if (self->filling ||
      gtk_text_buffer_get_char_count(buffer) + g_utf8_strlen(text, len) <= BH_ANSWER_NOTE_MAX)
    return;
  g_signal_stop_emission_by_name(buffer, "insert-text");
  gtk_widget_show(self->limit);
}

static gboolean on_focus_out(BhRemark *self)
{
  tell(self);
  return GDK_EVENT_PROPAGATE;
}

static void set_open(BhRemark *self, gboolean open)
{
  gtk_widget_set_visible(self->open, !open);
  gtk_widget_set_visible(self->label, open);
  gtk_widget_set_visible(self->frame, open);
}

static void on_open(BhRemark *self)
{
  set_open(self, TRUE);
  gtk_widget_grab_focus(self->view);
}

void bh_remark_show(BhRemark *self, const char *item_no, const json_t *value, gboolean by_video)
{
  const json_t *note = json_object_get(value, "note");
  const char *text = json_is_string(note) ? json_string_value(note) : "";
  gboolean same_item = g_strcmp0(self->item_no, item_no) == 0;
  /* What is being typed for this item is newer than its value. */
  if (same_item && bh_remark_is_changed(self))
    return;
  stop_pause(self);
  /* A view that is hidden loses the focus, so the text must belong to the new item by then. */
  self->filling = TRUE;
  if (!same_item || g_strcmp0(self->text, text) != 0)
    gtk_text_buffer_set_text(get_buffer(self), text, -1);
  g_free(self->item_no);
  self->item_no = g_strdup(item_no);
  g_free(self->text);
  self->text = g_strdup(text);
  self->remote = json_is_true(json_object_get(value, "remote"));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self->by_video), self->remote);
  gtk_widget_set_visible(self->by_video, by_video || self->remote);
  gtk_widget_hide(self->limit);
  if (!same_item || *text != '\0')
    set_open(self, *text != '\0');
  self->filling = FALSE;
  gtk_widget_show(GTK_WIDGET(self));
}

void bh_remark_take(BhRemark *self, json_t *value)
{
  stop_pause(self);
  g_free(self->text);
  self->text = dup_typed(self);
  self->remote = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->by_video));
  if (*self->text != '\0')
    json_object_set_new(value, "note", json_string(self->text));
  else
    json_object_del(value, "note");
  if (self->remote)
    json_object_set_new(value, "remote", json_true());
  else
    json_object_del(value, "remote");
}

void bh_remark_open(BhRemark *self)
{
  set_open(self, TRUE);
}

void bh_remark_keep(BhRemark *self)
{
  g_clear_pointer(&self->text, g_free);
}

static void bh_remark_dispose(GObject *object)
{
  stop_pause(BH_REMARK(object));
  G_OBJECT_CLASS(bh_remark_parent_class)->dispose(object);
}

static void bh_remark_finalize(GObject *object)
{
  BhRemark *self = BH_REMARK(object);
  g_free(self->item_no);
  g_free(self->text);
  G_OBJECT_CLASS(bh_remark_parent_class)->finalize(object);
}

static void bh_remark_class_init(BhRemarkClass *klass)
{
  G_OBJECT_CLASS(klass)->dispose = bh_remark_dispose;
  G_OBJECT_CLASS(klass)->finalize = bh_remark_finalize;
  changed_signal = g_signal_new("changed", BH_TYPE_REMARK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void bh_remark_init(BhRemark *self)
{
  gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing(GTK_BOX(self), 4);
  self->open = bh_part_button("remark_open", _("Add a remark"), "flat");
  self->label = bh_part_label(_("Remark"), "dim");
  self->frame = gtk_frame_new(NULL);
  self->view = gtk_text_view_new();
  self->limit =
      bh_part_notice("remark_limit", _("A remark has at most 2000 characters"), "warning");
  self->by_video = bh_part_check("remark_by_video", _("Only seen by video"), FALSE);
  gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(self->view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab(GTK_TEXT_VIEW(self->view), FALSE);
  gtk_widget_set_size_request(self->view, -1, VIEW_HEIGHT_PX);
  bh_part_identify(self->view, "remark", _("Remark"));
  gtk_widget_show(self->view);
  gtk_widget_hide(self->limit);
  gtk_widget_hide(self->label);
  gtk_container_add(GTK_CONTAINER(self->frame), self->view);
  GtkWidget *const parts[] = {self->by_video, self->open, self->label, self->frame, self->limit};
  for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
    gtk_widget_set_no_show_all(parts[i], TRUE);
    gtk_container_add(GTK_CONTAINER(self), parts[i]);
  }
  g_signal_connect_swapped(self->open, "clicked", G_CALLBACK(on_open), self);
  g_signal_connect_swapped(self->by_video, "toggled", G_CALLBACK(tell), self);
  g_signal_connect_swapped(get_buffer(self), "changed", G_CALLBACK(on_typed), self);
  g_signal_connect(get_buffer(self), "insert-text", G_CALLBACK(on_insert), self);
  g_signal_connect_swapped(self->view, "focus-out-event", G_CALLBACK(on_focus_out), self);
}

GtkWidget *bh_remark_new(void)
{
  return g_object_new(BH_TYPE_REMARK, NULL);
}
