/* Receives files of the office page in parts (upload.h). Start at bh_office_uploads_begin and
 * bh_office_upload_append. */
#include "sync/hub/office/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

#include "schema/error.h"
#include "sync/hub/devices/devices.h"

#define PREFIX "office-" /* of the names of the files, which begin so in no other upload */

struct _BhOfficeUploads {
  BhHub *hub;
  GMutex lock;
  GHashTable *table; /* under lock: id → Upload */
};

typedef struct {
  BhOfficeUpload shown; /* first member: the upload as callers see it */
  int fd;
  BhMediaReader *reader;
  struct sha256_ctx hash;
  /* under the lock of the table */
  gint64 touched_ms; /* time of the last request */
  gboolean is_taken; /* a request has it */
  gboolean is_over;  /* it is removed when the request ends */
} Upload;

static gint64 now_ms(const BhOfficeUploads *uploads)
{
  const BhClock *clock = bh_hub_get_clock(uploads->hub);
  return clock->wall_ms(clock->data);
}

static void close_file(Upload *upload)
{
  if (upload->fd >= 0)
    close(upload->fd);
  upload->fd = -1;
}

static void upload_free(gpointer data)
{
  Upload *upload = data;
  close_file(upload);
  g_unlink(upload->shown.path);
  g_free(upload->shown.path);
  json_decref(upload->shown.set);
  json_decref(upload->shown.answer);
  bh_media_reader_free(upload->reader);
  g_free(upload);
}

/* The error does not contain the path, because it is sent to the page; the path is logged. */
static gboolean fail(const char *path, GError **error)
{
  int code = errno;
  g_warning("uploads of the office: %s: %s", path, g_strerror(code));
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "uploads of the office: %s", g_strerror(code));
  return FALSE;
}

/* --- the table --- */

void bh_office_uploads_clean(BhHub *hub)
{
  g_autofree char *folder = g_build_filename(bh_hub_get_dir(hub), "uploads", NULL);
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (g_str_has_prefix(name, PREFIX))
      g_unlink(path);
  }
}

BhOfficeUploads *bh_office_uploads_new(BhHub *hub)
{
  BhOfficeUploads *uploads = g_new0(BhOfficeUploads, 1);
  uploads->hub = hub;
  g_mutex_init(&uploads->lock);
  uploads->table = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, upload_free);
  return uploads;
}

void bh_office_uploads_free(BhOfficeUploads *uploads)
{
  g_hash_table_unref(uploads->table);
  g_mutex_clear(&uploads->lock);
  g_free(uploads);
}

static gboolean is_idle(gpointer id, gpointer value, gpointer before_ms)
{
  (void)id;
  const Upload *upload = value;
  return !upload->is_taken && upload->touched_ms < *(const gint64 *)before_ms;
}

void bh_office_uploads_expire(BhOfficeUploads *uploads)
{
  gint64 before_ms = now_ms(uploads) - BH_OFFICE_UPLOAD_IDLE_MS;
  g_mutex_lock(&uploads->lock);
  g_hash_table_foreach_remove(uploads->table, is_idle, &before_ms);
  g_mutex_unlock(&uploads->lock);
}

/* Whether the person may begin another upload. Called under the lock. */
static gboolean has_place(BhOfficeUploads *uploads, const char *staff, GError **error)
{
  GHashTableIter iter;
  gpointer value;
  guint own = 0, all = 0, waiting = 0;
  g_hash_table_iter_init(&iter, uploads->table);
  while (g_hash_table_iter_next(&iter, NULL, &value)) {
    const Upload *upload = value;
    waiting += upload->shown.waits && strcmp(upload->shown.staff, staff) == 0;
    if (upload->shown.answer != NULL) /* it is complete */
      continue;
    all++;
    own += strcmp(upload->shown.staff, staff) == 0;
  }
  if (own < BH_OFFICE_UPLOADS_OF_PERSON && all < BH_OFFICE_UPLOADS_MAX &&
      waiting < BH_OFFICE_UPLOADS_WAITING &&
      g_hash_table_size(uploads->table) < BH_OFFICE_UPLOADS_KEPT)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_BUSY,
              "uploads of the office: there are %u unfinished ones of this person and %u of all, "
              "and %u of this person for records to be made; at most %d, %d and %d are possible",
              own, all, waiting, BH_OFFICE_UPLOADS_OF_PERSON, BH_OFFICE_UPLOADS_MAX,
              BH_OFFICE_UPLOADS_WAITING);
  return FALSE;
}

gboolean bh_office_uploads_begin(BhOfficeUploads *uploads, const char *id, const char *staff,
                                 const char *record, gboolean waits, json_t *set, gint64 size,
                                 GError **error)
{
  g_autofree char *name = g_strconcat(PREFIX, id, NULL);
  g_autofree char *path = g_build_filename(bh_hub_get_dir(uploads->hub), "uploads", name, NULL);
  if (!bh_hub_has_space(uploads->hub, size, BH_FREE_SPACE_MIN, "upload", error))
    return FALSE;
  g_mutex_lock(&uploads->lock);
  gboolean placed = has_place(uploads, staff, error);
  int fd = placed ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
  if (placed && fd < 0)
    fail(path, error);
  if (fd >= 0) {
    Upload *upload = g_new0(Upload, 1);
    g_strlcpy(upload->shown.id, id, sizeof upload->shown.id);
    g_strlcpy(upload->shown.staff, staff, sizeof upload->shown.staff);
    g_strlcpy(upload->shown.record, record, sizeof upload->shown.record);
    upload->shown.set = json_incref(set);
    upload->shown.size = size;
    upload->shown.waits = waits;
    upload->shown.path = g_steal_pointer(&path);
    upload->fd = fd;
    upload->reader = bh_media_reader_new();
    sha256_init(&upload->hash);
    upload->touched_ms = now_ms(uploads);
    g_hash_table_insert(uploads->table, upload->shown.id, upload);
  }
  g_mutex_unlock(&uploads->lock);
  return fd >= 0;
}

/* Finds an upload of this person. Called under the lock. */
static Upload *find(BhOfficeUploads *uploads, const char *id, const char *staff, GError **error)
{
  Upload *upload = g_hash_table_lookup(uploads->table, id);
  if (upload != NULL && !upload->is_over && strcmp(upload->shown.staff, staff) == 0)
    return upload;
  g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "upload: you have none with this id");
  return NULL;
}

BhOfficeUpload *bh_office_upload_take(BhOfficeUploads *uploads, const char *id, const char *staff,
                                      GError **error)
{
  g_mutex_lock(&uploads->lock);
  Upload *upload = find(uploads, id, staff, error);
  if (upload != NULL && upload->is_taken) {
    g_set_error(error, BH_ERROR, BH_ERROR_BUSY, "upload: another request for it is not done yet");
    upload = NULL;
  }
  if (upload != NULL)
    upload->is_taken = TRUE;
  g_mutex_unlock(&uploads->lock);
  return upload != NULL ? &upload->shown : NULL;
}

void bh_office_upload_release(BhOfficeUploads *uploads, BhOfficeUpload *shown, gboolean is_over,
                              json_t *answer)
{
  Upload *upload = (Upload *)shown;
  g_mutex_lock(&uploads->lock);
  if (answer != NULL && shown->answer == NULL)
    shown->answer = json_incref(answer);
  upload->is_taken = FALSE;
  upload->touched_ms = now_ms(uploads);
  if (is_over || upload->is_over)
    g_hash_table_remove(uploads->table, shown->id);
  g_mutex_unlock(&uploads->lock);
}

gboolean bh_office_uploads_drop(BhOfficeUploads *uploads, const char *id, const char *staff,
                                GError **error)
{
  g_mutex_lock(&uploads->lock);
  Upload *upload = find(uploads, id, staff, error);
  if (upload != NULL && upload->is_taken)
    upload->is_over = TRUE;
  else if (upload != NULL)
    g_hash_table_remove(uploads->table, id);
  g_mutex_unlock(&uploads->lock);
  return upload != NULL;
}

/* --- bytes --- */

static gboolean write_bytes(Upload *upload, const guint8 *bytes, gsize len, GError **error)
{
  gint64 offset = upload->shown.done;
  for (gsize at = 0; at < len;) {
    ssize_t n = pwrite(upload->fd, bytes + at, len - at, offset + (gint64)at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail(upload->shown.path, error);
    at += (gsize)n;
  }
  /* Each part, so that the last one does not have to wait for all of them. */
  return fdatasync(upload->fd) == 0 || fail(upload->shown.path, error);
}

gboolean bh_office_upload_append(BhOfficeUploads *uploads, BhOfficeUpload *shown, gint64 offset,
                                 GBytes *part, GError **error)
{
  Upload *upload = (Upload *)shown;
  gsize len;
  const guint8 *bytes = g_bytes_get_data(part, &len);
  if (offset != shown->done) {
    g_set_error(error, BH_ERROR, BH_ERROR_CHAIN,
                "upload: %" G_GINT64_FORMAT " bytes arrived, but the offset of this part is "
                "%" G_GINT64_FORMAT,
                shown->done, offset);
    return FALSE;
  }
  if ((gint64)len > shown->size - offset) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "upload: more bytes than the declared %" G_GINT64_FORMAT, shown->size);
    return FALSE;
  }
  if (offset == 0 && len >= BH_MEDIA_SNIFF_MAX && bh_media_sniff(bytes, len) == NULL) {
    const BhMedia unknown = {.verdict = BH_MEDIA_UNKNOWN};
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "file: %s", bh_media_get_problem(&unknown));
    return FALSE;
  }
  if (!bh_hub_has_space(uploads->hub, (gint64)len, BH_FREE_SPACE_MIN, "upload", error) ||
      !write_bytes(upload, bytes, len, error))
    return FALSE;
  bh_media_reader_feed(upload->reader, bytes, len);
  sha256_update(&upload->hash, len, bytes);
  shown->done += (gint64)len;
  return TRUE;
}

gboolean bh_office_upload_finish(BhOfficeUpload *shown, GError **error)
{
  Upload *upload = (Upload *)shown;
  guint8 hash[BH_HASH_SIZE];
  g_assert(shown->done == shown->size);
  bh_media_reader_end(upload->reader, &shown->media);
  sha256_digest(&upload->hash, sizeof hash, hash);
  bh_hash_to_hex(hash, shown->sha256);
  close_file(upload);
  if (shown->media.verdict == BH_MEDIA_WHOLE)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "file: %s", bh_media_get_problem(&shown->media));
  return FALSE;
}
