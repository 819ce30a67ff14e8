/* The strip of pictures. Thumbnails are made on another thread. */
#include "app/forms/photos.h"

#include <glib/gi18n.h>

#include "app/devices/picture-load.h"
#include "app/parts.h"

#define THUMB_PX 96

struct _BhPhotos {
  GtkBox parent;
  BhSession *session;
  GCancellable *cancellable;
  GtkWidget *flow;
  guint count;
};

G_DEFINE_FINAL_TYPE(BhPhotos, bh_photos, GTK_TYPE_BOX)

enum { ADD, OPEN, N_SIGNALS };
static guint signals[N_SIGNALS];

static void bh_photos_dispose(GObject *object)
{
  BhPhotos *self = BH_PHOTOS(object);
  g_cancellable_cancel(self->cancellable);
  g_clear_object(&self->session);
  G_OBJECT_CLASS(bh_photos_parent_class)->dispose(object);
}

static void bh_photos_finalize(GObject *object)
{
  g_object_unref(BH_PHOTOS(object)->cancellable);
  G_OBJECT_CLASS(bh_photos_parent_class)->finalize(object);
}

static void bh_photos_class_init(BhPhotosClass *klass)
{
  G_OBJECT_CLASS(klass)->dispose = bh_photos_dispose;
  G_OBJECT_CLASS(klass)->finalize = bh_photos_finalize;
  signals[ADD] = g_signal_new("add-photo", BH_TYPE_PHOTOS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 0);
  signals[OPEN] = g_signal_new("open-photo", BH_TYPE_PHOTOS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void bh_photos_init(BhPhotos *self)
{
  self->cancellable = g_cancellable_new();
  gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing(GTK_BOX(self), 4);
}

static void on_add(BhPhotos *self)
{
  g_signal_emit(self, signals[ADD], 0);
}

static void on_open(GtkButton *button, BhPhotos *self)
{
  g_signal_emit(self, signals[OPEN], 0, bh_part_get_record(GTK_WIDGET(button)));
}

BhPhotos *bh_photos_new_shown(BhSession *session, const char *heading)
{
  BhPhotos *self = g_object_new(BH_TYPE_PHOTOS, NULL);
  self->session = g_object_ref(session);
  gtk_container_add(GTK_CONTAINER(self), bh_part_heading(heading));
  self->flow = gtk_flow_box_new();
  gtk_flow_box_set_selection_mode(GTK_FLOW_BOX(self->flow), GTK_SELECTION_NONE);
  /* Three small pictures fit into 360 pixels; with a larger font there are two. */
  gtk_flow_box_set_min_children_per_line(GTK_FLOW_BOX(self->flow), 2);
  gtk_container_add(GTK_CONTAINER(self), self->flow);
  gtk_widget_show_all(GTK_WIDGET(self));
  return self;
}

BhPhotos *bh_photos_new(BhSession *session, const char *heading)
{
  BhPhotos *self = bh_photos_new_shown(session, heading);
  GtkWidget *add = bh_part_button("add_photo", _("Add a photo"), NULL);
  g_signal_connect_swapped(add, "clicked", G_CALLBACK(on_add), self);
  gtk_container_add(GTK_CONTAINER(self), add);
  return self;
}

/* --- small pictures, made off the main thread --- */

static void find_path(BhDevice *device, GTask *task, gpointer data)
{
  g_autofree char *path = bh_device_dup_file_path(device, data);
  g_task_return_pointer(task, path != NULL ? json_string(path) : json_null(),
                        (GDestroyNotify)json_decref);
}

static void load_small(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  (void)cancellable;
  GError *error = NULL;
  GdkPixbuf *picture = bh_picture_load(data, THUMB_PX, &error);
  if (picture != NULL)
    g_task_return_pointer(task, picture, g_object_unref);
  else
    g_task_return_error(task, error);
}

static void on_small(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)data;
  g_autoptr(GdkPixbuf) picture = g_task_propagate_pointer(G_TASK(result), NULL);
  /* The thumbnail is dropped when its widget was removed, because the strip shows other pictures
   * now. */
  if (picture != NULL && gtk_widget_get_parent(GTK_WIDGET(source)) != NULL)
    gtk_image_set_from_pixbuf(GTK_IMAGE(source), picture);
}

static void on_path(gpointer owner, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  const char *path = json_string_value(result);
  if (error != NULL || path == NULL || gtk_widget_get_parent(GTK_WIDGET(owner)) == NULL)
    return;
  g_autoptr(GTask) task = g_task_new(owner, NULL, on_small, NULL);
  g_task_set_task_data(task, g_strdup(path), g_free);
  g_task_run_in_thread(task, load_small);
}

void bh_photos_show(BhPhotos *self, const json_t *files)
{
  bh_part_clear(self->flow);
  self->count = 0;
  gsize i;
  json_t *file;
  json_array_foreach(files, i, file) {
    const char *sha256 = bh_json_string_or(file, "sha256", NULL);
    if (sha256 == NULL)
      continue;
    self->count++;
    GtkWidget *image = gtk_image_new_from_icon_name("image-x-generic-symbolic", GTK_ICON_SIZE_DND);
    GtkWidget *button = gtk_button_new();
    gtk_container_add(GTK_CONTAINER(button), image);
    g_autofree char *id = g_strdup_printf("photo-%u", self->count);
    g_autofree char *name = g_strdup_printf(_("Photo %u"), self->count);
    bh_part_identify(button, id, name);
    bh_part_add_class(button, "thumb");
    bh_part_set_record(button, sha256);
    g_signal_connect(button, "clicked", G_CALLBACK(on_open), self);
    gtk_container_add(GTK_CONTAINER(self->flow), button);
    gtk_widget_show_all(self->flow);
    bh_session_run(self->session, find_path, g_strdup(sha256), g_free, image, self->cancellable,
                   on_path, NULL, NULL);
  }
}

void bh_photos_remove(BhPhotos *self, json_t *files, const json_t *file)
{
  for (gsize i = 0; i < json_array_size(files); i++) {
    if (json_array_get(files, i) == file) {
      json_array_remove(files, i);
      break;
    }
  }
  bh_photos_show(self, files);
}

guint bh_photos_count(BhPhotos *self)
{
  return self->count;
}

guint bh_photos_get_number(const json_t *files, gsize index)
{
  guint number = 0;
  if (bh_json_string_or(json_array_get(files, index), "sha256", NULL) == NULL)
    return 0;
  for (gsize i = 0; i <= index; i++)
    number += bh_json_string_or(json_array_get(files, i), "sha256", NULL) != NULL;
  return number;
}
