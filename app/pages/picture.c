/* Shows a picture. It is loaded on another thread. */
#include "app/pages/picture.h"

#include <glib/gi18n.h>

#include "app/devices/picture-load.h"

/* Longest side of the loaded picture: a nameplate can be read, and little memory is needed. */
#define SIDE_MAX_PX 2560

struct _BhPicturePage {
  BhPage parent;
  char *sha256;
  GdkPixbuf *picture; /* NULL until it is loaded */
  gboolean full;
  GtkWidget *area;
  GtkWidget *message;
  GtkWidget *size;
};

G_DEFINE_FINAL_TYPE(BhPicturePage, bh_picture_page, BH_TYPE_PAGE)

static void bh_picture_page_finalize(GObject *object)
{
  BhPicturePage *self = BH_PICTURE_PAGE(object);
  g_free(self->sha256);
  g_clear_object(&self->picture);
  G_OBJECT_CLASS(bh_picture_page_parent_class)->finalize(object);
}

static gboolean on_draw(BhPicturePage *self, cairo_t *cr)
{
  if (self->picture == NULL)
    return GDK_EVENT_PROPAGATE;
  double width = gtk_widget_get_allocated_width(self->area);
  double height = gtk_widget_get_allocated_height(self->area);
  int wide = gdk_pixbuf_get_width(self->picture);
  int high = gdk_pixbuf_get_height(self->picture);
  double scale = self->full ? 1 : MIN(width / wide, height / high);
  cairo_translate(cr, MAX(0, (width - scale * wide) / 2), MAX(0, (height - scale * high) / 2));
  cairo_scale(cr, scale, scale);
  gdk_cairo_set_source_pixbuf(cr, self->picture, 0, 0);
  cairo_paint(cr);
  return GDK_EVENT_STOP;
}

static void show_size(BhPicturePage *self)
{
  int wide = self->full ? gdk_pixbuf_get_width(self->picture) : -1;
  int high = self->full ? gdk_pixbuf_get_height(self->picture) : -1;
  const char *label = self->full ? _("Fit to the screen") : _("Full size");
  gtk_widget_set_size_request(self->area, wide, high);
  gtk_widget_queue_draw(self->area);
  gtk_button_set_label(GTK_BUTTON(self->size), label);
  atk_object_set_name(gtk_widget_get_accessible(self->size), label);
  gtk_widget_show(self->size);
}

static void on_size(BhPicturePage *self)
{
  self->full = !self->full;
  show_size(self);
}

static void show_message(BhPicturePage *self, const char *text)
{
  gtk_label_set_text(GTK_LABEL(self->message), text);
  gtk_widget_show(self->message);
}

static void load(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void)source;
  (void)cancellable;
  GError *error = NULL;
  GdkPixbuf *picture = bh_picture_load(data, SIDE_MAX_PX, &error);
  if (picture != NULL)
    g_task_return_pointer(task, picture, g_object_unref);
  else
    g_task_return_error(task, error);
}

static void on_picture(GObject *source, GAsyncResult *result, gpointer data)
{
  (void)data;
  BhPicturePage *self = BH_PICTURE_PAGE(source);
  g_autoptr(GError) error = NULL;
  GdkPixbuf *picture = g_task_propagate_pointer(G_TASK(result), &error);
  if (gtk_widget_in_destruction(GTK_WIDGET(self))) {
    g_clear_object(&picture);
    return;
  }
  self->picture = picture;
  if (picture == NULL) {
    show_message(self, error->message);
    return;
  }
  atk_object_set_name(gtk_widget_get_accessible(self->area), _("The picture"));
  show_size(self);
}

static void on_path(BhPage *page, json_t *result, const GError *error, gpointer data)
{
  (void)data;
  BhPicturePage *self = BH_PICTURE_PAGE(page);
  const char *path = json_string_value(result);
  if (error != NULL || path == NULL) {
    show_message(self, _("This picture is not on this device"));
    return;
  }
  g_autoptr(GTask) task = g_task_new(self, bh_page_get_cancellable(page), on_picture, NULL);
  g_task_set_task_data(task, g_strdup(path), g_free);
  g_task_run_in_thread(task, load);
}

static void bh_picture_page_load(BhPage *page)
{
  bh_page_set_title(page, _("Photo"));
  bh_page_ask(page, "path", bh_call_find_file(BH_PICTURE_PAGE(page)->sha256), on_path, NULL, NULL);
}

static void bh_picture_page_class_init(BhPicturePageClass *klass)
{
  BhPageClass *page_class = BH_PAGE_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = bh_picture_page_finalize;
  page_class->load = bh_picture_page_load;
  BH_PAGE_TEMPLATE(klass, "pages/picture");
  BH_PAGE_CHILD(klass, BhPicturePage, area);
  BH_PAGE_CHILD(klass, BhPicturePage, message);
  BH_PAGE_CHILD(klass, BhPicturePage, size);
}

static void bh_picture_page_init(BhPicturePage *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  g_signal_connect_swapped(self->area, "draw", G_CALLBACK(on_draw), self);
  g_signal_connect_swapped(self->size, "clicked", G_CALLBACK(on_size), self);
}

BhPage *bh_picture_page_new(const char *sha256)
{
  BhPicturePage *self = g_object_new(BH_TYPE_PICTURE_PAGE, NULL);
  self->sha256 = g_strdup(sha256);
  return BH_PAGE(self);
}

void bh_picture_open(BhPage *page, const char *sha256)
{
  bh_page_open(page, bh_picture_page_new(sha256));
}
