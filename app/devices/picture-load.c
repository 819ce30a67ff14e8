/* Checks a picture file before decoding, decodes it in a small size, and describes what is wrong
 * with one. */
#include "app/devices/picture-load.h"

#include <glib/gi18n.h>

#include "app/user-error.h"
#include "schema/entry.h"
#include "schema/error.h"
#include "schema/media.h"

#define MEGA (1000 * 1000)
#define LARGE_PIXELS (16 * MEGA)

/* Locked while a large picture is decoded, so that only one is in memory at a time. */
static GMutex large_mutex;

static const char *text_of_error(const GError *error)
{
  return g_error_matches(error, BH_ERROR, BH_ERROR_LIMIT)
             ? _("The file is too large: more than 64 MB")
             : _("The file cannot be read; is the card still inserted?");
}

static const char *text_of_verdict(BhMediaVerdict verdict)
{
  if (verdict == BH_MEDIA_CUT_OFF)
    return _("The picture is cut off: the end of the file is missing");
  if (verdict == BH_MEDIA_DAMAGED)
    return _("The picture is damaged; its file is inconsistent");
  return _("This file is not a readable picture");
}

static gboolean fail(const char *text, GError **error)
{
  g_set_error_literal(error, BH_USER_ERROR, BH_USER_ERROR_MESSAGE, text);
  return FALSE;
}

static gboolean check_size(const BhMedia *media, GError **error)
{
  gint64 pixels = media->width * media->height;
  gint64 most = BH_PICTURE_MAX_PIXELS;
  if (media->memory_bytes > BH_PICTURE_MAX_MEMORY)
    most = MIN(most, (gint64)((double)pixels / (double)media->memory_bytes *
                              (double)BH_PICTURE_MAX_MEMORY));
  if (pixels <= most)
    return TRUE;
  g_set_error(error, BH_USER_ERROR, BH_USER_ERROR_MESSAGE,
              _("The picture is too large: %d megapixels; at most %d for this format"),
              (int)((pixels + MEGA - 1) / MEGA), (int)(most / MEGA));
  return FALSE;
}

static gboolean judge(const char *path, BhMedia *media, GError **error)
{
  g_autoptr(GError) local = NULL;
  if (!bh_media_check_file(path, BH_FILE_MAX, media, &local))
    return fail(text_of_error(local), error);
  /* A file in which no size in pixels was found cannot be decoded: the error says what else the
   * check has found, or that the file is not a picture. */
  if (media->width == 0)
    return fail(text_of_verdict(media->type != NULL && media->verdict != BH_MEDIA_WHOLE
                                    ? media->verdict
                                    : BH_MEDIA_UNKNOWN),
                error);
  return check_size(media, error);
}

static GdkPixbuf *decode(const char *path, int max_side_px, const BhMedia *media, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(GMutexLocker) locker =
      media->width * media->height > LARGE_PIXELS ? g_mutex_locker_new(&large_mutex) : NULL;
  g_autoptr(GdkPixbuf) raw =
      MAX(media->width, media->height) > max_side_px
          ? gdk_pixbuf_new_from_file_at_size(path, max_side_px, max_side_px, &local)
          : gdk_pixbuf_new_from_file(path, &local);
  if (raw != NULL)
    return gdk_pixbuf_apply_embedded_orientation(raw);
  g_debug("picture: %s", local->message);
  fail(g_error_matches(local, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY)
           ? _("There is not enough memory for this picture")
           : text_of_verdict(media->verdict),
       error);
  return NULL;
}

GdkPixbuf *bh_picture_load(const char *path, int max_side_px, GError **error)
{
  BhMedia media;
  return judge(path, &media, error) ? decode(path, max_side_px, &media, error) : NULL;
}

GdkPixbuf *bh_picture_load_whole(const char *path, int max_side_px, GError **error)
{
  BhMedia media;
  if (!judge(path, &media, error))
    return NULL;
  if (media.verdict != BH_MEDIA_WHOLE) {
    fail(text_of_verdict(media.verdict), error);
    return NULL;
  }
  return decode(path, max_side_px, &media, error);
}
