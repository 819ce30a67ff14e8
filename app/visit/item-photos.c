/* Photos of a checklist item. A new photo is shown at once, and removed again when the store
 * refuses it. It belongs to the item for which it was asked, also when another one is shown by
 * then. */
#include "app/visit/item-photos.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/forms/photos.h"
#include "app/pages/photo.h"
#include "app/pages/picture.h"

#define ITEM "of_item"

struct _BhItemPhotos {
  GtkBox parent;
  BhPage *page; /* borrowed */
  BhPhotos *photos;
  char *inspection;
  char *item_no; /* the item that is shown */
  json_t *files; /* values of its file records */
  json_t *added; /* values of file records that were saved since the visit was read */
};

G_DEFINE_FINAL_TYPE(BhItemPhotos, bh_item_photos, GTK_TYPE_BOX)

static void add_file(BhItemPhotos *self, json_t *values)
{
  if (strcmp(bh_json_string_or(values, ITEM, ""), self->item_no) != 0 ||
      strcmp(bh_json_string_or(values, "parent", ""), self->inspection) != 0)
    return;
  gsize i;
  json_t *one;
  json_array_foreach(self->files, i, one) {
    if (g_strcmp0(bh_json_string_or(one, "sha256", NULL),
                  bh_json_string_or(values, "sha256", NULL)) == 0)
      return;
  }
  json_array_append(self->files, values);
}

static void draw(BhItemPhotos *self)
{
  bh_photos_show(self->photos, self->files);
}

void bh_item_photos_show(BhItemPhotos *self, const char *item_no, const json_t *files)
{
  g_autofree char *was = self->item_no;
  self->item_no = g_strdup(item_no);
  g_autoptr(json_t) before = self->files;
  self->files = json_array();
  gsize i;
  json_t *row;
  json_array_foreach(files, i, row) {
    add_file(self, json_object_get(row, "values"));
  }
  json_array_foreach(self->added, i, row) {
    add_file(self, row);
  }
  if (g_strcmp0(was, item_no) != 0 || !json_equal(before, self->files))
    draw(self);
}

/* --- a new photo --- */

typedef struct {
  BhItemPhotos *widget; /* weak */
  json_t *values;
} Saving;

static void saving_free(gpointer data)
{
  Saving *saving = data;
  g_clear_weak_pointer(&saving->widget);
  json_decref(saving->values);
  g_free(saving);
}

static void forget(json_t *list, const json_t *values)
{
  for (gsize i = json_array_size(list); i > 0; i--)
    if (json_array_get(list, i - 1) == values)
      json_array_remove(list, i - 1);
}

static void on_saved(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)result;
  const Saving *saving = data;
  if (error == NULL)
    return;
  bh_page_say_error(page, error);
  if (saving->widget == NULL)
    return;
  forget(saving->widget->added, saving->values);
  forget(saving->widget->files, saving->values);
  draw(saving->widget);
}

typedef struct {
  BhItemPhotos *widget; /* weak */
  char *item_no;
} Asked;

static void asked_free(gpointer data, GClosure *closure)
{
  (void)closure;
  Asked *asked = data;
  g_clear_weak_pointer(&asked->widget);
  g_free(asked->item_no);
  g_free(asked);
}

static void on_stored(BhPhotoPage *photo, json_t *file, gpointer data)
{
  (void)photo;
  const Asked *asked = data;
  BhItemPhotos *self = asked->widget;
  if (self == NULL)
    return;
  char id[BH_ID_LEN + 1];
  bh_session_make_id(bh_page_get_session(self->page), id);
  json_t *values = json_copy(file);
  json_object_set_new(values, "parent", json_string(self->inspection));
  json_object_set_new(values, "role", json_string("photo"));
  json_object_set_new(values, ITEM, json_string(asked->item_no));
  json_array_append(self->added, values);
  add_file(self, values);
  draw(self);
  Saving *saving = g_new0(Saving, 1);
  g_set_weak_pointer(&saving->widget, self);
  saving->values = values;
  bh_page_post(self->page, bh_call_save_one(id, "file", json_incref(values)), on_saved, saving,
               saving_free);
}

static void on_add(BhItemPhotos *self)
{
  BhPage *photo = bh_photo_page_new(_("Photo of the item"));
  Asked *asked = g_new0(Asked, 1);
  g_set_weak_pointer(&asked->widget, self);
  asked->item_no = g_strdup(self->item_no);
  g_signal_connect_data(photo, "stored", G_CALLBACK(on_stored), asked, asked_free, 0);
  bh_page_open(self->page, photo);
}

static void bh_item_photos_finalize(GObject *object)
{
  BhItemPhotos *self = BH_ITEM_PHOTOS(object);
  g_free(self->inspection);
  g_free(self->item_no);
  json_decref(self->files);
  json_decref(self->added);
  G_OBJECT_CLASS(bh_item_photos_parent_class)->finalize(object);
}

static void bh_item_photos_class_init(BhItemPhotosClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = bh_item_photos_finalize;
}

static void bh_item_photos_init(BhItemPhotos *self)
{
  self->item_no = g_strdup("");
  self->files = json_array();
  self->added = json_array();
}

GtkWidget *bh_item_photos_new(BhPage *page, const char *inspection)
{
  BhItemPhotos *self = g_object_new(BH_TYPE_ITEM_PHOTOS, NULL);
  self->page = page;
  self->inspection = g_strdup(inspection);
  self->photos = bh_photos_new(bh_page_get_session(page), _("Photos of the item"));
  g_signal_connect_swapped(self->photos, "add-photo", G_CALLBACK(on_add), self);
  g_signal_connect_object(self->photos, "open-photo", G_CALLBACK(bh_picture_open), page,
                          G_CONNECT_SWAPPED);
  gtk_container_add(GTK_CONTAINER(self), GTK_WIDGET(self->photos));
  gtk_widget_set_hexpand(GTK_WIDGET(self->photos), TRUE);
  gtk_widget_show(GTK_WIDGET(self));
  return GTK_WIDGET(self);
}
