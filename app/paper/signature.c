/* Reads the picture of a signature, within limits. */
#include "app/paper/signature.h"

#include <string.h>

#include "app/paper/paper.h"
#include "schema/error.h"

#define PNG_HEAD_SIZE 24 /* magic, length and type of IHDR, width, height */

typedef struct {
  const guint8 *bytes;
  gsize left;
} Reader;

static cairo_status_t read_some(void *closure, unsigned char *data, unsigned int length)
{
  Reader *reader = closure;
  if (length > reader->left)
    return CAIRO_STATUS_READ_ERROR;
  memcpy(data, reader->bytes, length);
  reader->bytes += length;
  reader->left -= length;
  return CAIRO_STATUS_SUCCESS;
}

static guint32 big_endian(const guint8 *bytes)
{
  return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 | bytes[3];
}

static gboolean check_head(const guint8 *bytes, gsize size, GError **error)
{
  static const guint8 magic[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13};
  if (size < PNG_HEAD_SIZE || memcmp(bytes, magic, sizeof magic) != 0 ||
      memcmp(bytes + sizeof magic, "IHDR", 4) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "signature picture: not a PNG file");
    return FALSE;
  }
  guint32 width = big_endian(bytes + 16), height = big_endian(bytes + 20);
  if (width == 0 || height == 0 || width > BH_PAPER_SIGNATURE_MAX_SIDE ||
      height > BH_PAPER_SIGNATURE_MAX_SIDE) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "signature picture: %u × %u pixels, at most %d a side", width, height,
                BH_PAPER_SIGNATURE_MAX_SIDE);
    return FALSE;
  }
  return TRUE;
}

cairo_surface_t *bh_paper_signature_load(const char *path, GError **error)
{
  g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
  if (file == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "signature picture: cannot be read");
    return NULL;
  }
  Reader reader = {(const guint8 *)g_mapped_file_get_contents(file),
                   g_mapped_file_get_length(file)};
  if (reader.left > BH_PAPER_SIGNATURE_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "signature picture: over %d bytes",
                BH_PAPER_SIGNATURE_MAX_BYTES);
    return NULL;
  }
  if (!check_head(reader.bytes, reader.left, error))
    return NULL;
  cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(read_some, &reader);
  cairo_status_t status = cairo_surface_status(surface);
  if (status != CAIRO_STATUS_SUCCESS) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "signature picture: damaged PNG (%s)",
                cairo_status_to_string(status));
    cairo_surface_destroy(surface);
    return NULL;
  }
  return surface;
}
