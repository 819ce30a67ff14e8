/* Measures brightness and sharpness of a picture. */
#include "app/devices/picture-check.h"

#define SIDE 640
#define DARK_BELOW 40.0
#define BLURRED_BELOW 18.0

static double luminance(const guint8 *p)
{
  return 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
}

BhPictureCheck bh_picture_check(GdkPixbuf *picture)
{
  BhPictureCheck check = {0};
  int width = gdk_pixbuf_get_width(picture);
  int height = gdk_pixbuf_get_height(picture);
  /* Scaled to one size, so that the measure does not depend on the camera. */
  double factor = (double)SIDE / MAX(width, height);
  g_autoptr(GdkPixbuf) small = gdk_pixbuf_scale_simple(
      picture, MAX(3, (int)(width * factor)), MAX(3, (int)(height * factor)), GDK_INTERP_BILINEAR);
  if (small == NULL)
    return check;
  width = gdk_pixbuf_get_width(small);
  height = gdk_pixbuf_get_height(small);
  int channels = gdk_pixbuf_get_n_channels(small);
  int stride = gdk_pixbuf_get_rowstride(small);
  const guint8 *pixels = gdk_pixbuf_read_pixels(small);
  g_autofree double *grey = g_new(double, (gsize)width *(gsize)height);
  double sum = 0;
  for (int y = 0; y < height; y++) {
    for (int x = 0; x < width; x++) {
      double value = luminance(pixels + y * stride + x * channels);
      grey[y * width + x] = value;
      sum += value;
    }
  }
  check.brightness = sum / ((double)width * height);
  double edges = 0;
  double squares = 0;
  int count = 0;
  for (int y = 1; y < height - 1; y++) {
    for (int x = 1; x < width - 1; x++) {
      const double *p = grey + y * width + x;
      double edge = 4 * p[0] - p[-1] - p[1] - p[-width] - p[width];
      edges += edge;
      squares += edge * edge;
      count++;
    }
  }
  if (count > 0)
    check.sharpness = squares / count - (edges / count) * (edges / count);
  check.dark = check.brightness < DARK_BELOW;
  check.blurred = check.sharpness < BLURRED_BELOW;
  return check;
}
