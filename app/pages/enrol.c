/* Enrols the device, or gives an enrolled one the new address of its hub. */
#include "app/pages/enrol.h"

#include <glib/gi18n.h>

#include "app/forms/scan-view.h"

#define ONE_TIME_PREFIX "BHE1:"

struct _BhEnrolPage {
  BhPage parent;
  gboolean moved; /* TRUE: the device is enrolled, and its hub has a new address */
  GtkWidget *intro;
  GtkWidget *scanner;
  GtkWidget *one_time_text;
  GtkWidget *device_name;
  GtkWidget *message;
  GtkWidget *enrol;
  GtkWidget *view;
};

G_DEFINE_FINAL_TYPE(BhEnrolPage, bh_enrol_page, BH_TYPE_PAGE)

static void show_message(BhEnrolPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text != NULL ? text : "");
  gtk_widget_set_visible(self->message, text != NULL);
  if (text != NULL)
    bh_part_bring_into_view(self->message);
}

static void on_loaded(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  if (error != NULL)
    bh_page_say_error(owner, error);
}

static void on_enrolled(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  (void)data;
  BhEnrolPage *self = owner;
  BhSession *session = bh_page_get_session(BH_PAGE(self));
  gtk_widget_set_sensitive(self->enrol, TRUE);
  if (error != NULL) {
    g_autofree char *text = bh_session_dup_error_text(session, error);
    show_message(self, text);
    return;
  }
  if (!self->moved) {
    bh_session_load(session, on_loaded, self);
    return;
  }
  bh_page_say(BH_PAGE(self), _("The new address is saved; sending continues there"));
  bh_session_sync_now(session);
  bh_page_close(BH_PAGE(self));
}

static void on_enrol(BhEnrolPage *self)
{
  const char *text = gtk_entry_get_text(GTK_ENTRY(self->one_time_text));
  const char *name = gtk_entry_get_text(GTK_ENTRY(self->device_name));
  if (*text == '\0') {
    show_message(self, _("Scan or paste the one-time text first"));
    return;
  }
  show_message(self, NULL);
  gtk_widget_set_sensitive(self->enrol, FALSE);
  bh_page_say(BH_PAGE(self), _("Asking the hub …"));
  bh_session_enrol(bh_page_get_session(BH_PAGE(self)), text,
                   *name != '\0' ? name : g_get_host_name(), self,
                   bh_page_get_cancellable(BH_PAGE(self)), on_enrolled);
}

/* Other codes in view of the camera must not overwrite a pasted text. */
static gboolean is_one_time_text(const char *code)
{
  return g_ascii_strncasecmp(code, ONE_TIME_PREFIX, strlen(ONE_TIME_PREFIX)) == 0;
}

static void on_code(BhEnrolPage *self, const char *code)
{
  if (is_one_time_text(code))
    gtk_entry_set_text(GTK_ENTRY(self->one_time_text), code);
}

static void show_moved(BhEnrolPage *self)
{
  gtk_label_set_text(GTK_LABEL(self->intro),
                     _("Scan a new one-time code of the same hub, or paste its text. Everything on "
                       "this device stays; it only learns where the hub is."));
  gtk_widget_hide(self->device_name);
  bh_part_button_set_text(self->enrol, _("Use the new address"));
}

static void bh_enrol_page_load(BhPage *page)
{
  BhEnrolPage *self = BH_ENROL_PAGE(page);
  bh_page_set_title(page, self->moved ? _("The hub has moved") : _("Enrol this device"));
  if (self->moved)
    show_moved(self);
  gtk_entry_set_text(GTK_ENTRY(self->device_name), g_get_host_name());
  self->view = bh_scan_view_new(bh_session_get_scan_image(bh_page_get_session(page)), FALSE);
  g_signal_connect_swapped(self->view, "code", G_CALLBACK(on_code), self);
  g_signal_connect_swapped(self->view, "trouble", G_CALLBACK(show_message), self);
  gtk_container_add(GTK_CONTAINER(self->scanner), self->view);
  bh_scan_view_start(BH_SCAN_VIEW(self->view));
}

static void bh_enrol_page_leave(BhPage *page)
{
  bh_scan_view_stop(BH_SCAN_VIEW(BH_ENROL_PAGE(page)->view));
}

static gboolean bh_enrol_page_code(BhPage *page, const char *code)
{
  on_code(BH_ENROL_PAGE(page), code);
  return is_one_time_text(code);
}

static void bh_enrol_page_class_init(BhEnrolPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  page_class->load = bh_enrol_page_load;
  page_class->leave = bh_enrol_page_leave;
  page_class->code = bh_enrol_page_code;
  BH_PAGE_TEMPLATE(klass, "pages/enrol");
  BH_PAGE_CHILD(klass, BhEnrolPage, intro);
  BH_PAGE_CHILD(klass, BhEnrolPage, scanner);
  BH_PAGE_CHILD(klass, BhEnrolPage, one_time_text);
  BH_PAGE_CHILD(klass, BhEnrolPage, device_name);
  BH_PAGE_CHILD(klass, BhEnrolPage, message);
  BH_PAGE_CHILD(klass, BhEnrolPage, enrol);
}

static void bh_enrol_page_init(BhEnrolPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->enrol, "clicked", G_CALLBACK(on_enrol), self);
}

BhPage *bh_enrol_page_new(void)
{
  return g_object_new(BH_TYPE_ENROL_PAGE, NULL);
}

BhPage *bh_enrol_page_new_moved(void)
{
  BhEnrolPage *self = g_object_new(BH_TYPE_ENROL_PAGE, NULL);
  self->moved = TRUE;
  return BH_PAGE(self);
}
