/* Prepares pictures for the reader of codes in the camera module. */
#include "app/devices/code-reader.h"

#include "app/devices/camera-module.h"
#include "app/devices/module.h"

/* Luminance of the picture, one byte per pixel; transparent parts count as white. g_free. */
static guint8 *dup_grey(GdkPixbuf *picture, gboolean invert)
{
  int width = gdk_pixbuf_get_width(picture);
  int height = gdk_pixbuf_get_height(picture);
  int channels = gdk_pixbuf_get_n_channels(picture);
  int stride = gdk_pixbuf_get_rowstride(picture);
  const guint8 *pixels = gdk_pixbuf_read_pixels(picture);
  guint8 *grey = g_malloc((gsize)width * (gsize)height);
  for (int y = 0; y < height; y++) {
    const guint8 *row = pixels + (gsize)y * (gsize)stride;
    for (int x = 0; x < width; x++) {
      const guint8 *p = row + x * channels;
      int value = (p[0] * 77 + p[1] * 151 + p[2] * 28) >> 8;
      if (channels == 4)
        value = (value * p[3] + 255 * (255 - p[3])) / 255;
      grey[(gsize)y * (gsize)width + (gsize)x] = (guint8)(invert ? 255 - value : value);
    }
  }
  return grey;
}

static char *read_normal_and_inverted(const BhCameraModule *module, GdkPixbuf *picture)
{
  int width = gdk_pixbuf_get_width(picture);
  int height = gdk_pixbuf_get_height(picture);
  for (int invert = 0; invert < 2; invert++) {
    g_autofree guint8 *grey = dup_grey(picture, invert == 1);
    char *text = module->read_grey(grey, width, height);
    if (text != NULL)
      return text;
  }
  return NULL;
}

char *bh_code_read_pixbuf(GdkPixbuf *picture)
{
  g_autoptr(GError) error = NULL;
  const BhCameraModule *module = bh_module_find("camera", BH_CAMERA_MODULE, &error);
  if (module == NULL) {
    g_warning("codes cannot be read: %s", error->message);
    return NULL;
  }
  char *text = read_normal_and_inverted(module, picture);
  int width = gdk_pixbuf_get_width(picture);
  int height = gdk_pixbuf_get_height(picture);
  static const int sides[] = {1600, 900, 500};
  for (gsize i = 0; text == NULL && i < G_N_ELEMENTS(sides); i++) {
    double factor = (double)sides[i] / MAX(width, height);
    if (factor > 4)
      continue;
    g_autoptr(GdkPixbuf) scaled =
        gdk_pixbuf_scale_simple(picture, MAX(1, (int)(width * factor)),
                                MAX(1, (int)(height * factor)), GDK_INTERP_BILINEAR);
    if (scaled != NULL)
      text = read_normal_and_inverted(module, scaled);
  }
  return text;
}
