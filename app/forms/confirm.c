/* A question in the page. The question stores in `data` what was asked about, so that an answer
 * never applies to what the page shows later. This file saves no records. */
#include "app/forms/confirm.h"

#include "app/parts.h"
#include "schema/text.h"

struct _BhConfirm {
  GtkBox parent;
  char *id;
  BhConfirmed answered;
  gpointer owner;
  gpointer data;
  GDestroyNotify data_free;
  GtkWidget *reason; /* entry for the reason; NULL when the question asks for none */
};

G_DEFINE_FINAL_TYPE(BhConfirm, bh_confirm, GTK_TYPE_BOX)

static void forget(BhConfirm *self)
{
  if (self->data_free != NULL)
    self->data_free(self->data);
  self->data = NULL;
  self->data_free = NULL;
  self->answered = NULL;
}

static void bh_confirm_finalize(GObject *object)
{
  BhConfirm *self = BH_CONFIRM(object);
  forget(self);
  g_free(self->id);
  G_OBJECT_CLASS(bh_confirm_parent_class)->finalize(object);
}

static void bh_confirm_class_init(BhConfirmClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = bh_confirm_finalize;
}

static void bh_confirm_init(BhConfirm *self)
{
  gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing(GTK_BOX(self), 8);
}

GtkWidget *bh_confirm_new(const char *id)
{
  BhConfirm *self = g_object_new(BH_TYPE_CONFIRM, NULL);
  self->id = g_strdup(id);
  bh_part_identify(GTK_WIDGET(self), id, NULL);
  return GTK_WIDGET(self);
}

void bh_confirm_close(BhConfirm *self)
{
  gtk_widget_hide(GTK_WIDGET(self));
  bh_part_clear(GTK_WIDGET(self));
  self->reason = NULL;
  forget(self);
}

static void answer(BhConfirm *self, gboolean yes)
{
  g_autofree char *reason = self->reason != NULL
                                ? bh_text_clean(gtk_entry_get_text(GTK_ENTRY(self->reason)), FALSE)
                                : g_strdup("");
  if (yes && self->reason != NULL && *reason == '\0') {
    gtk_widget_grab_focus(self->reason);
    return;
  }
  BhConfirmed answered = self->answered;
  gpointer data = self->data;
  GDestroyNotify data_free = self->data_free;
  self->data_free = NULL; /* taken over here, because the handler may ask the next question */
  bh_confirm_close(self);
  if (answered != NULL)
    answered(self->owner, yes, reason, data);
  if (data_free != NULL)
    data_free(data);
}

static void on_yes(BhConfirm *self)
{
  answer(self, TRUE);
}

static void on_no(BhConfirm *self)
{
  answer(self, FALSE);
}

static void add_button(BhConfirm *self, const char *which, const char *text, const char *style,
                       GCallback clicked)
{
  g_autofree char *id = g_strconcat(self->id, "_", which, NULL);
  GtkWidget *button = bh_part_button(id, text, style);
  g_signal_connect_swapped(button, "clicked", clicked, self);
  gtk_container_add(GTK_CONTAINER(self), button);
}

void bh_confirm_ask(BhConfirm *self, const char *text, const char *reason, const char *yes,
                    const char *no, BhConfirmed answered, gpointer owner, gpointer data,
                    GDestroyNotify data_free)
{
  bh_confirm_close(self);
  self->answered = answered;
  self->owner = owner;
  self->data = data;
  self->data_free = data_free;
  g_autofree char *text_id = g_strconcat(self->id, "_text", NULL);
  gtk_container_add(GTK_CONTAINER(self), bh_part_notice(text_id, text, "warning"));
  if (reason != NULL) {
    g_autofree char *id = g_strconcat(self->id, "_reason", NULL);
    self->reason = bh_part_entry(id, reason, reason);
    gtk_container_add(GTK_CONTAINER(self), self->reason);
  }
  add_button(self, "no", no, NULL, G_CALLBACK(on_no));
  add_button(self, "yes", yes, "careful", G_CALLBACK(on_yes));
  gtk_widget_show(GTK_WIDGET(self));
  bh_part_bring_into_view(GTK_WIDGET(self));
}
