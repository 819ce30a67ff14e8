/* Files by their hash. A file is made in this order: temporary file, fsync, rename, fsync of the
 * folder, database row. So a row never names bytes that are not there. */
#include "sync/device/store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "schema/media.h"
#include "sync/device/store/release-store.h"
#include "sync/device/store/release.h"
#include "sync/disk/durable.h"

static gboolean fail(const char *doing, const char *path, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "file: cannot %s %s: %s", doing, path,
              g_strerror(errno));
  return FALSE;
}

char *bh_device_make_file_path(BhDevice *device, const char *sha256)
{
  char folder[3] = {sha256[0], sha256[1], '\0'};
  return g_build_filename(device->dir, "files", folder, sha256, NULL);
}

char *bh_device_dup_file_path(BhDevice *device, const char *sha256)
{
  if (!bh_hash_is_valid(sha256))
    return NULL;
  g_autofree char *path = bh_device_make_file_path(device, sha256);
  return g_file_test(path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&path) : NULL;
}

static gboolean write_all(int fd, const guint8 *bytes, gsize len)
{
  while (len > 0) {
    ssize_t n = write(fd, bytes, MIN(len, 1024 * 1024));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    bytes += n;
    len -= (gsize)n;
  }
  return TRUE;
}

static gboolean write_temporary(const char *path, const guint8 *bytes, gsize len, GError **error)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    return fail("make", path, error);
  gboolean ok = write_all(fd, bytes, len) && fsync(fd) == 0;
  if (!ok)
    fail("write", path, error);
  if (close(fd) != 0 && ok)
    ok = fail("close", path, error);
  if (!ok)
    unlink(path);
  return ok;
}

static gboolean place(BhDevice *device, const char *sha256, const guint8 *bytes, gsize len,
                      GError **error)
{
  g_autofree char *path = bh_device_make_file_path(device, sha256);
  g_autofree char *folder = g_path_get_dirname(path);
  g_autofree char *files = g_path_get_dirname(folder);
  g_autofree char *temporary = g_strdup_printf("%s.part", path);

  if (g_mkdir_with_parents(folder, 0700) != 0)
    return fail("make", folder, error);
  if (!write_temporary(temporary, bytes, len, error))
    return FALSE;
  if (rename(temporary, path) != 0) {
    fail("rename to", path, error);
    unlink(temporary);
    return FALSE;
  }
  return bh_durable_sync_folder(device->disk, folder, error) &&
         bh_durable_sync_folder(device->disk, files, error);
}

/* TRUE when the file is on the disk and undamaged. */
static gboolean is_placed(BhDevice *device, const char *sha256)
{
  g_autofree char *path = bh_device_dup_file_path(device, sha256);
  g_autofree char *bytes = NULL;
  gsize len = 0;

  if (path == NULL || !g_file_get_contents(path, &bytes, &len, NULL))
    return FALSE;
  g_autofree char *hash = bh_hash_hex(bytes, len);
  return strcmp(hash, sha256) == 0;
}

static gboolean has_space(BhDevice *device, gsize len, GError **error)
{
  gint64 left = device->space->free_bytes(device->space->data, device->dir);

  if (left < 0)
    return fail("ask for the space of", device->dir, error);
  if (left - (gint64)len >= BH_DEVICE_FREE_MIN)
    return TRUE;
  g_autofree char *room = g_format_size((guint64)left);
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE,
              "file: no room for %" G_GSIZE_FORMAT " bytes in %s: %s free, of which %lld MiB are"
              " kept for findings",
              len, device->dir, room, BH_DEVICE_FREE_MIN / (1024 * 1024));
  return FALSE;
}

static json_t *make_fact(const char *sha256, gsize size, const char *media_type)
{
  json_t *out = json_object();

  json_object_set_new(out, "sha256", json_string(sha256));
  json_object_set_new(out, "size", json_integer((json_int_t)size));
  json_object_set_new(out, "media_type", json_string(media_type));
  return out;
}

static gboolean check_size(gsize len, GError **error)
{
  if (len <= BH_FILE_MAX)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "file: %" G_GSIZE_FORMAT " bytes, at most %d", len,
              BH_FILE_MAX);
  return FALSE;
}

/* Media type of bytes from outside; NULL with error when they are too many, or not a complete
 * picture or document. */
static const char *judge_bytes(const void *bytes, gsize len, GError **error)
{
  BhMedia media;

  if (!check_size(len, error))
    return NULL;
  bh_media_check(bytes, len, &media);
  const char *problem = bh_media_get_problem(&media);
  if (problem == NULL)
    return media.type;
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "file: %s", problem);
  return NULL;
}

/* Notes the file before its bytes are written. If nothing refers to it afterwards, the note allows
 * it to be removed. */
static gboolean note_first(BhDevice *device, const char *sha256, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_release_store_add(device, sha256, error) &&
         bh_write_commit(write, error);
}

static gboolean keep(BhDevice *device, const char *sha256, const void *bytes, gsize len,
                     const char *media_type, GError **error)
{
  if (!is_placed(device, sha256) &&
      (!has_space(device, len, error) || !note_first(device, sha256, error) ||
       !place(device, sha256, bytes, len, error)))
    return FALSE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_files_store_add(device, sha256, (gint64)len, media_type, error) &&
         bh_release_store_add(device, sha256, error) && bh_write_commit(write, error);
}

json_t *bh_device_add_bytes(BhDevice *device, const void *bytes, gsize len, GError **error)
{
  const char *media_type = bh_device_ready(device, error) ? judge_bytes(bytes, len, error) : NULL;

  if (media_type == NULL)
    return NULL;
  g_autofree char *sha256 = bh_hash_hex(bytes, len);
  if (!keep(device, sha256, bytes, len, media_type, error))
    return NULL;
  bh_release_hold(device, sha256);
  return make_fact(sha256, len, media_type);
}

gboolean bh_outbox_keep_download(BhDevice *device, const char *sha256, const void *bytes, gsize len,
                                 GError **error)
{
  gboolean wanted = FALSE;

  if (!bh_device_ready(device, error) || !bh_files_store_is_wanted(device, sha256, &wanted, error))
    return FALSE;
  if (!wanted)
    return TRUE;
  if (!check_size(len, error))
    return FALSE;
  const char *media_type = bh_media_sniff(bytes, len);
  if (media_type != NULL)
    return keep(device, sha256, bytes, len, media_type, error);
  g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "file: of no type that may be attached");
  return FALSE;
}

static char *read_path(const char *path, gsize *len, GError **error)
{
  struct stat info;
  g_autoptr(GError) local = NULL;
  char *bytes = NULL;

  if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "file: there is no file %s", path);
    return NULL;
  }
  if (info.st_size > BH_FILE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "file: %s is over %d bytes", path, BH_FILE_MAX);
    return NULL;
  }
  if (g_file_get_contents(path, &bytes, len, &local))
    return bytes;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "file: cannot read %s: %s", path, local->message);
  return NULL;
}

json_t *bh_device_add_file(BhDevice *device, const char *path, GError **error)
{
  gsize len = 0;
  g_autofree char *bytes = read_path(path, &len, error);
  json_t *fact = bytes != NULL ? bh_device_add_bytes(device, bytes, len, error) : NULL;

  if (bytes != NULL && fact == NULL)
    g_prefix_error(error, "%s: ", path);
  return fact;
}

json_t *bh_device_describe_file(BhDevice *device, const char *path, GError **error)
{
  gsize len = 0;
  g_autofree char *bytes = bh_device_ready(device, error) ? read_path(path, &len, error) : NULL;

  if (bytes == NULL)
    return NULL;
  const char *media_type = judge_bytes(bytes, len, error);
  if (media_type == NULL) {
    g_prefix_error(error, "%s: ", path);
    return NULL;
  }
  g_autofree char *sha256 = bh_hash_hex(bytes, len);
  return make_fact(sha256, len, media_type);
}

gboolean bh_files_declare(BhDevice *device, const char *sha256, gint64 pos, GError **error)
{
  gint64 size = 0;

  if (!bh_files_store_declare(device, sha256, pos, &size, error))
    return FALSE;
  if (size >= 0) {
    bh_device_count(device)->files++;
    bh_device_count(device)->bytes += size;
  }
  return TRUE;
}

gboolean bh_files_recheck(BhDevice *device, GError **error)
{
  gint64 files = 0, bytes = 0;

  if (!bh_files_store_recheck(device, &files, &bytes, error))
    return FALSE;
  bh_device_count(device)->files += files;
  bh_device_count(device)->bytes += bytes;
  return TRUE;
}
