/* Live camera, picture file and entry for codes. */
#include "app/forms/scan-view.h"

#include <glib/gi18n.h>

#include "app/devices/camera.h"
#include "app/devices/code-reader.h"
#include "app/devices/picture-load.h"
#include "app/files.h"
#include "app/parts.h"

#define VIEW_HEIGHT_PX 240
/* Longest side of a picture that is read: a code of one twentieth of the width is readable. */
#define PICTURE_PX 4096

struct _BhScanView {
  GtkBox parent;
  BhCamera *camera;
  GtkWidget *frame;
  GtkWidget *state;
  GtkWidget *entry;
};

G_DEFINE_FINAL_TYPE(BhScanView, bh_scan_view, GTK_TYPE_BOX)

enum { CODE, TROUBLE, N_SIGNALS };
static guint signals[N_SIGNALS];

static void bh_scan_view_dispose(GObject *object)
{
  BhScanView *self = BH_SCAN_VIEW(object);
  if (self->camera != NULL)
    g_signal_handlers_disconnect_by_data(self->camera, self);
  g_clear_object(&self->camera);
  G_OBJECT_CLASS(bh_scan_view_parent_class)->dispose(object);
}

static void bh_scan_view_class_init(BhScanViewClass *klass)
{
  G_OBJECT_CLASS(klass)->dispose = bh_scan_view_dispose;
  signals[CODE] = g_signal_new("code", BH_TYPE_SCAN_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[TROUBLE] = g_signal_new("trouble", BH_TYPE_SCAN_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void bh_scan_view_init(BhScanView *self)
{
  gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing(GTK_BOX(self), 8);
  gtk_widget_show(GTK_WIDGET(self));
}

static void on_code(BhCamera *camera, const char *code, BhScanView *self)
{
  (void)camera;
  g_signal_emit(self, signals[CODE], 0, code, "camera");
}

static void on_failed(BhCamera *camera, const char *why, BhScanView *self)
{
  (void)camera;
  g_warning("camera: %s", why);
  bh_scan_view_stop(self);
  gtk_label_set_text(GTK_LABEL(self->state),
                     _("The camera does not work; choose a picture or type the code"));
}

void bh_scan_view_start(BhScanView *self)
{
  g_autoptr(GError) error = NULL;
  if (!bh_camera_start(self->camera, GTK_CONTAINER(self->frame), VIEW_HEIGHT_PX, &error)) {
    gtk_label_set_text(GTK_LABEL(self->state),
                       _("No camera here; choose a picture or type the code"));
    return;
  }
  gtk_label_set_text(GTK_LABEL(self->state), _("Hold the code in front of the camera"));
  gtk_widget_show(self->frame);
}

void bh_scan_view_stop(BhScanView *self)
{
  gtk_widget_hide(self->frame);
  bh_camera_stop(self->camera);
}

static void read_picture(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  (void)cancellable;
  GError *error = NULL;
  g_autoptr(GdkPixbuf) picture = bh_picture_load(data, PICTURE_PX, &error);
  if (picture == NULL)
    g_task_return_error(task, error);
  else
    g_task_return_pointer(task, bh_code_read_pixbuf(picture), g_free);
}

static void on_picture_read(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)data;
  BhScanView *self = BH_SCAN_VIEW(source);
  if (gtk_widget_in_destruction(GTK_WIDGET(self)))
    return;
  g_autoptr(GError) error = NULL;
  g_autofree char *code = g_task_propagate_pointer(G_TASK(result), &error);
  if (code != NULL)
    g_signal_emit(self, signals[CODE], 0, code, "picture");
  else if (error != NULL)
    g_signal_emit(self, signals[TROUBLE], 0, error->message);
  else
    g_signal_emit(self, signals[TROUBLE], 0, _("No code was found in this picture"));
}

static void on_chosen(GtkWidget *view, const char *path)
{
  g_autoptr(GTask) task = g_task_new(view, NULL, on_picture_read, NULL);
  g_task_set_task_data(task, g_strdup(path), g_free);
  g_task_run_in_thread(task, read_picture);
}

static void on_choose(GtkButton *button, BhScanView *self)
{
  (void)button;
  bh_files_choose(GTK_WIDGET(self), BH_FILES_PICTURE, _("Picture of the code"), NULL, on_chosen);
}

static void on_typed(BhScanView *self)
{
  g_autofree char *code = g_strstrip(g_strdup(gtk_entry_get_text(GTK_ENTRY(self->entry))));
  if (*code != '\0')
    g_signal_emit(self, signals[CODE], 0, code, "typed");
}

GtkWidget *bh_scan_view_new(const char *still_image, gboolean typed)
{
  BhScanView *self = g_object_new(BH_TYPE_SCAN_VIEW, NULL);
  self->camera = bh_camera_new(still_image);
  g_signal_connect(self->camera, "code", G_CALLBACK(on_code), self);
  g_signal_connect(self->camera, "failed", G_CALLBACK(on_failed), self);
  self->frame = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  bh_part_identify(self->frame, "camera_view", _("What the camera sees"));
  self->state = bh_part_label("", "dim");
  bh_part_identify(self->state, "camera_state", NULL);
  GtkWidget *choose = bh_part_button("choose_picture", _("Choose a picture of the code"), NULL);
  g_signal_connect(choose, "clicked", G_CALLBACK(on_choose), self);
  gtk_container_add(GTK_CONTAINER(self), self->frame);
  gtk_container_add(GTK_CONTAINER(self), self->state);
  gtk_container_add(GTK_CONTAINER(self), choose);
  if (typed) {
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    self->entry = bh_part_entry("typed_code", _("Code, typed"), _("Type the code"));
    GtkWidget *go = bh_part_button("typed_go", _("Look up"), NULL);
    g_signal_connect_swapped(self->entry, "activate", G_CALLBACK(on_typed), self);
    g_signal_connect_swapped(go, "clicked", G_CALLBACK(on_typed), self);
    gtk_box_pack_start(GTK_BOX(line), self->entry, TRUE, TRUE, 0);
    gtk_box_pack_start(GTK_BOX(line), go, FALSE, FALSE, 0);
    gtk_widget_show(line);
    gtk_container_add(GTK_CONTAINER(self), line);
  }
  return GTK_WIDGET(self);
}
