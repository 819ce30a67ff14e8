/* Takes or chooses one picture, shows a preview with warnings, and stores the file. Start at
 * start_camera. */
#include "app/pages/photo.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/devices/camera.h"
#include "app/devices/picture-check.h"
#include "app/devices/picture-load.h"
#include "app/files.h"

#define JPEG_QUALITY "85"
#define PREVIEW_PX 300
/* Longest side of the picture that is checked: large enough to detect blur. */
#define CHECK_PX 1280
#define VIEW_HEIGHT_PX 280

struct _BhPhotoPage {
  BhPage parent;
  BhCamera *camera;
  GdkPixbuf *taken; /* picture from the camera; NULL: a file was chosen, or nothing yet */
  char *path;       /* path of the chosen file; NULL: the picture is from the camera, or none yet */
  guint preview_number; /* number of the newest preview that the page has started to make */
  gint64 taken_ms;
  GtkWidget *message;
  GtkWidget *view;
  GtkWidget *preview;
  GtkWidget *cannot_retake;
  GtkWidget *cannot_retake_reason;
  GtkWidget *choose;
  GtkWidget *take;
  GtkWidget *again;
  GtkWidget *keep;
};

G_DEFINE_FINAL_TYPE(BhPhotoPage, bh_photo_page, BH_TYPE_PAGE)

static guint stored_signal;

static void bh_photo_page_dispose(GObject *object)
{
  BhPhotoPage *self = BH_PHOTO_PAGE(object);
  g_clear_object(&self->camera);
  g_clear_object(&self->taken);
  G_OBJECT_CLASS(bh_photo_page_parent_class)->dispose(object);
}

static void bh_photo_page_finalize(GObject *object)
{
  g_free(BH_PHOTO_PAGE(object)->path);
  G_OBJECT_CLASS(bh_photo_page_parent_class)->finalize(object);
}

static void show_message(BhPhotoPage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text != NULL ? text : "");
  gtk_widget_set_visible(self->message, text != NULL);
}

static void show_buttons(BhPhotoPage *self, gboolean has_picture)
{
  gtk_widget_set_visible(self->choose, !has_picture);
  gtk_widget_set_visible(self->take, !has_picture);
  gtk_widget_set_visible(self->again, has_picture);
  gtk_widget_set_visible(self->keep, has_picture);
  gtk_widget_set_visible(self->cannot_retake, has_picture);
  gtk_widget_set_visible(self->view, !has_picture);
  gtk_widget_set_visible(self->preview, has_picture);
  bh_page_change_view(BH_PAGE(self));
}

static void start_camera(BhPhotoPage *self)
{
  g_autoptr(GError) error = NULL;
  show_buttons(self, FALSE);
  gtk_widget_set_sensitive(self->take, TRUE);
  if (!bh_camera_start(self->camera, GTK_CONTAINER(self->view), VIEW_HEIGHT_PX, &error)) {
    show_message(self, _("No camera here; choose a picture from a card"));
    gtk_widget_set_sensitive(self->take, FALSE);
    return;
  }
}

static void on_camera_failed(BhCamera *camera, const char *why, BhPhotoPage *self)
{
  (void)camera;
  g_warning("camera: %s", why);
  gtk_widget_set_sensitive(self->take, FALSE);
  show_message(self, _("The camera does not work; choose a picture from a card"));
}

/* --- looking at the picture --- */

typedef struct {
  char *path;
  guint number;
} PreviewRequest;

static void preview_request_free(gpointer data)
{
  PreviewRequest *request = data;
  g_free(request->path);
  g_free(request);
}

typedef struct {
  GdkPixbuf *small;
  BhPictureCheck check;
} Preview;

static void preview_free(gpointer data)
{
  Preview *preview = data;
  g_clear_object(&preview->small);
  g_free(preview);
}

static void show_picture(BhPhotoPage *self, GdkPixbuf *small, BhPictureCheck check)
{
  bh_camera_stop(self->camera);
  bh_part_clear(self->preview);
  GtkWidget *image = gtk_image_new_from_pixbuf(small);
  bh_part_identify(image, "picture", _("The picture"));
  gtk_widget_show(image);
  gtk_container_add(GTK_CONTAINER(self->preview), image);
  show_buttons(self, TRUE);
  if (check.dark && check.blurred)
    show_message(self, _("The picture is dark and blurred; better take it again"));
  else if (check.dark)
    show_message(self, _("The picture is dark; better take it again"));
  else if (check.blurred)
    show_message(self, _("The picture is blurred; better take it again"));
  else
    show_message(self, NULL);
}

static GdkPixbuf *scale_down(GdkPixbuf *picture)
{
  int width = gdk_pixbuf_get_width(picture);
  int height = gdk_pixbuf_get_height(picture);
  double factor = MIN(1.0, (double)PREVIEW_PX / MAX(width, height));
  return gdk_pixbuf_scale_simple(picture, MAX(1, (int)(width * factor)),
                                 MAX(1, (int)(height * factor)), GDK_INTERP_BILINEAR);
}

static void load_preview(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  (void)cancellable;
  GError *error = NULL;
  const PreviewRequest *request = data;
  g_autoptr(GdkPixbuf) picture = bh_picture_load_whole(request->path, CHECK_PX, &error);
  if (picture == NULL) {
    g_task_return_error(task, error);
    return;
  }
  Preview *preview = g_new0(Preview, 1);
  preview->small = scale_down(picture);
  preview->check = bh_picture_check(picture);
  g_task_return_pointer(task, preview, preview_free);
}

static void on_preview(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)data;
  BhPhotoPage *self = BH_PHOTO_PAGE(source);
  if (g_cancellable_is_cancelled(bh_page_get_cancellable(BH_PAGE(self))))
    return;
  g_autoptr(GError) error = NULL;
  const PreviewRequest *request = g_task_get_task_data(G_TASK(result));
  Preview *preview = g_task_propagate_pointer(G_TASK(result), &error);
  /* Drops the preview, because the person has chosen or taken another picture in the meantime. */
  if (request->number != self->preview_number) {
    if (preview != NULL)
      preview_free(preview);
    return;
  }
  if (preview == NULL) {
    g_clear_pointer(&self->path, g_free);
    show_message(self, error->message);
    return;
  }
  show_picture(self, preview->small, preview->check);
  preview_free(preview);
}

static void load_file(BhPhotoPage *self, const char *path)
{
  g_clear_object(&self->taken);
  g_free(self->path);
  self->path = g_strdup(path);
  self->taken_ms = 0;
  PreviewRequest *request = g_new0(PreviewRequest, 1);
  request->path = g_strdup(path);
  request->number = ++self->preview_number;
  g_autoptr(GTask) task = g_task_new(self, NULL, on_preview, NULL);
  g_task_set_task_data(task, request, preview_request_free);
  g_task_run_in_thread(task, load_preview);
}

static void on_chosen(GtkWidget *page, const char *path)
{
  load_file(BH_PHOTO_PAGE(page), path);
}

static void on_choose(BhPhotoPage *self)
{
  bh_files_choose(GTK_WIDGET(self), BH_FILES_PICTURE, _("Choose picture"), NULL, on_chosen);
}

static void on_take(BhPhotoPage *self)
{
  g_autoptr(GdkPixbuf) picture = bh_camera_take(self->camera);
  if (picture == NULL) {
    bh_page_say(BH_PAGE(self), _("No picture yet; one moment"));
    return;
  }
  self->preview_number++;
  g_set_object(&self->taken, picture);
  g_clear_pointer(&self->path, g_free);
  self->taken_ms = bh_session_now_ms(bh_page_get_session(BH_PAGE(self)));
  g_autoptr(GdkPixbuf) small = scale_down(picture);
  show_picture(self, small, bh_picture_check(picture));
}

static void on_again(BhPhotoPage *self)
{
  self->preview_number++;
  g_clear_object(&self->taken);
  g_clear_pointer(&self->path, g_free);
  show_message(self, NULL);
  start_camera(self);
}

/* --- keeping it --- */

static void add_file(BhDevice *device, GTask *task, gpointer data)
{
  g_autoptr(GError) error = NULL;
  json_t *file = bh_device_add_file(device, data, &error);
  if (file != NULL)
    g_task_return_pointer(task, file, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, g_steal_pointer(&error));
}

static void add_picture(BhDevice *device, GTask *task, gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize len = 0;
  json_t *file = NULL;
  if (gdk_pixbuf_save_to_buffer(data, &bytes, &len, "jpeg", &error, "quality", JPEG_QUALITY, NULL))
    file = bh_device_add_bytes(device, bytes, len, &error);
  if (file != NULL)
    g_task_return_pointer(task, file, (GDestroyNotify)json_decref);
  else
    g_task_return_error(task, g_steal_pointer(&error));
}

/* `data`: values of the new file record that the page knew when it asked the store to keep the
 * picture. */
static void on_added(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  if (error != NULL) {
    bh_page_say_error(page, error);
    return;
  }
  g_autoptr(json_t) values = json_copy(result);
  json_object_update(values, data);
  g_signal_emit(page, stored_signal, 0, values);
  bh_page_close(page);
}

static json_t *dup_capture_values(BhPhotoPage *self)
{
  json_t *values = json_pack("{s:s}", "source", self->path != NULL ? "import" : "camera");
  if (self->taken_ms > 0)
    json_object_set_new(values, "taken_at", json_integer(self->taken_ms));
  const char *reason = gtk_entry_get_text(GTK_ENTRY(self->cannot_retake_reason));
  if (gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->cannot_retake)) && *reason != '\0')
    json_object_set_new(values, "cannot_retake_reason", json_string(reason));
  return values;
}

static void release_json(gpointer data)
{
  json_decref(data);
}

static void on_keep(BhPhotoPage *self)
{
  gboolean cannot = gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->cannot_retake));
  if (cannot && *gtk_entry_get_text(GTK_ENTRY(self->cannot_retake_reason)) == '\0') {
    bh_page_say(BH_PAGE(self), _("Please give the reason first"));
    return;
  }
  if (self->path != NULL)
    bh_page_submit_run(BH_PAGE(self), add_file, g_strdup(self->path), g_free, on_added,
                       dup_capture_values(self), release_json);
  else
    bh_page_submit_run(BH_PAGE(self), add_picture, g_object_ref(self->taken), g_object_unref,
                       on_added, dup_capture_values(self), release_json);
}

static void on_cannot_retake(BhPhotoPage *self)
{
  gtk_widget_set_visible(self->cannot_retake_reason,
                         gtk_toggle_button_get_active(GTK_TOGGLE_BUTTON(self->cannot_retake)));
}

static void bh_photo_page_load(BhPage *page)
{
  BhPhotoPage *self = BH_PHOTO_PAGE(page);
  self->camera = bh_camera_new(bh_session_get_scan_image(bh_page_get_session(page)));
  g_signal_connect_object(self->camera, "failed", G_CALLBACK(on_camera_failed), self, 0);
  start_camera(self);
}

static void bh_photo_page_leave(BhPage *page)
{
  BhPhotoPage *self = BH_PHOTO_PAGE(page);
  if (self->camera != NULL)
    bh_camera_stop(self->camera);
}

static void bh_photo_page_class_init(BhPhotoPageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->dispose = bh_photo_page_dispose;
  G_OBJECT_CLASS(klass)->finalize = bh_photo_page_finalize;
  page_class->load = bh_photo_page_load;
  page_class->leave = bh_photo_page_leave;
  stored_signal = g_signal_new("stored", BH_TYPE_PHOTO_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_POINTER);
  BH_PAGE_TEMPLATE(klass, "pages/photo");
  BH_PAGE_CHILD(klass, BhPhotoPage, message);
  BH_PAGE_CHILD(klass, BhPhotoPage, view);
  BH_PAGE_CHILD(klass, BhPhotoPage, preview);
  BH_PAGE_CHILD(klass, BhPhotoPage, cannot_retake);
  BH_PAGE_CHILD(klass, BhPhotoPage, cannot_retake_reason);
  BH_PAGE_CHILD(klass, BhPhotoPage, choose);
  BH_PAGE_CHILD(klass, BhPhotoPage, take);
  BH_PAGE_CHILD(klass, BhPhotoPage, again);
  BH_PAGE_CHILD(klass, BhPhotoPage, keep);
}

static void bh_photo_page_init(BhPhotoPage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->choose, "clicked", G_CALLBACK(on_choose), self);
  g_signal_connect_swapped(self->take, "clicked", G_CALLBACK(on_take), self);
  g_signal_connect_swapped(self->again, "clicked", G_CALLBACK(on_again), self);
  g_signal_connect_swapped(self->keep, "clicked", G_CALLBACK(on_keep), self);
  g_signal_connect_swapped(self->cannot_retake, "toggled", G_CALLBACK(on_cannot_retake), self);
}

BhPage *bh_photo_page_new(const char *title)
{
  BhPhotoPage *self = g_object_new(BH_TYPE_PHOTO_PAGE, NULL);
  bh_page_set_title(BH_PAGE(self), title);
  atk_object_set_name(gtk_widget_get_accessible(self->view), _("What the camera sees"));
  return BH_PAGE(self);
}
