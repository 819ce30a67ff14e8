/* Receives files in parts, verifies them and moves them into place (uploads.h). Start at
 * bh_uploads_create and append_locked. */
#include "sync/hub/log/log.h"
#include "sync/hub/devices/uploads.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sync/wire/limits.h"

#define STRIPES 64  /* locks; an upload always uses the same one */
#define SHELVES 256 /* folders of files, by the first byte of the hash */

struct _BhUploads {
  BhHub *hub;
  /* Requests for one upload run one at a time. A request takes the lock only after all its bytes
   * were received, so that no other request waits for a dead connection. */
  GMutex stripes[STRIPES];
  gint shelves[SHELVES]; /* atomic; 1: the folder is durable */
};

BhUploads *bh_uploads_new(BhHub *hub)
{
  BhUploads *uploads = g_new0(BhUploads, 1);
  uploads->hub = hub;
  for (guint i = 0; i < STRIPES; i++)
    g_mutex_init(&uploads->stripes[i]);
  return uploads;
}

void bh_uploads_free(BhUploads *uploads)
{
  if (uploads == NULL)
    return;
  for (guint i = 0; i < STRIPES; i++)
    g_mutex_clear(&uploads->stripes[i]);
  g_free(uploads);
}

static gint64 now_ms(BhHub *hub)
{
  const BhClock *clock = bh_hub_get_clock(hub);
  return clock->wall_ms(clock->data);
}

static char *temp_path(BhHub *hub, const char *id)
{
  return g_build_filename(bh_hub_get_dir(hub), "uploads", id, NULL);
}

/* The error does not contain the path, because it is sent to the client; the path is logged. */
static gboolean fail(const char *path, GError **error)
{
  int code = errno;
  g_warning("hub files: %s: %s", path, g_strerror(code));
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "files of the hub: %s", g_strerror(code));
  return FALSE;
}

static gboolean has_space(BhHub *hub, const char *sha256, gint64 wanted, GError **error)
{
  g_autofree char *what = g_strdup_printf("file %s", sha256);
  return bh_hub_has_space(hub, wanted, BH_FREE_SPACE_MIN, what, error);
}

/* Whether the file exists. It may be missing after a store was restored without its files. */
static gboolean is_on_disk(BhHub *hub, const char *sha256)
{
  g_autofree char *path = bh_file_path_make(bh_hub_get_dir(hub), sha256);
  return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* --- rows, through the writer --- */

typedef struct {
  BhUploadRow *row;
  gboolean complete; /* the hub has the file, and the unit has sent it */
  gboolean whole;    /* all bytes are in place, so the upload does not count as unfinished */
} RowChange;

/* Checks that the unit declared the file with that length. Sets change->complete. */
static gboolean check_claim(BhHub *hub, BhDb *db, RowChange *change, GError **error)
{
  gint64 size;
  if (!bh_log_get_claim(db, change->row->device, change->row->sha256, change->row->size, &size,
                        error))
    return FALSE;
  if (size < 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_CHAIN,
                "file %s: no entry of the unit declares it; push entries first",
                change->row->sha256);
    return FALSE;
  }
  if (size != change->row->size) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "file %s: its entry declares %" G_GINT64_FORMAT " bytes, not %" G_GINT64_FORMAT,
                change->row->sha256, size, change->row->size);
    return FALSE;
  }
  /* A unit that knows only the hash must send the bytes itself, even if another unit has sent them.
   */
  if (!bh_log_has_unit_sent_file(db, change->row->sha256, change->row->device, &change->complete,
                                 error))
    return FALSE;
  change->complete = change->complete && is_on_disk(hub, change->row->sha256);
  return TRUE;
}

static gboolean write_new(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  RowChange *change = data;
  gboolean found;
  gint64 count = 0;
  BhUploadRow there;
  if (!check_claim(hub, db, change, error))
    return FALSE;
  if (!bh_upload_store_find(db, change->row->device, change->row->sha256, &there, &found, error))
    return FALSE;
  if (found) {
    *change->row = there;
    if (there.done < there.size || change->complete)
      return TRUE;
    change->row->done = 0;
    return bh_upload_store_set_done(db, there.id, 0, now_ms(hub), error);
  }
  if (!change->whole && !bh_upload_store_count_unfinished(db, change->row->device, &count, error))
    return FALSE;
  if (!change->whole && count >= BH_UPLOADS_MAX_PER_DEVICE) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "the device has %d unfinished uploads",
                BH_UPLOADS_MAX_PER_DEVICE);
    return FALSE;
  }
  return bh_upload_store_add(db, change->row, error);
}

static gboolean write_done(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const RowChange *change = data;
  if (change->complete &&
      (!bh_log_complete_file(db, change->row->sha256, change->row->size, now_ms(hub), error) ||
       !bh_log_add_file_sender(db, change->row->sha256, change->row->device, error)))
    return FALSE;
  return bh_upload_store_set_done(db, change->row->id, change->row->done, now_ms(hub), error);
}

/* Writes the rows of a file whose bytes are all in place already. */
static gboolean write_whole(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  RowChange *change = data;
  if (!write_new(hub, db, data, error))
    return FALSE;
  if (change->complete)
    return TRUE;
  change->complete = TRUE;
  change->row->done = change->row->size;
  return write_done(hub, db, data, error);
}

static gboolean write_removed(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  (void)hub;
  return bh_upload_store_remove(db, data, error);
}

/* --- bytes --- */

static gboolean sync_dir(const char *dir, GError **error)
{
  int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return fail(dir, error);
  gboolean ok = fsync(fd) == 0 || fail(dir, error);
  close(fd);
  return ok;
}

static gboolean write_at(const char *path, gint64 offset, GBytes *bytes, GError **error)
{
  gsize len;
  const guint8 *data = g_bytes_get_data(bytes, &len);
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return fail(path, error);
  /* Bytes beyond the offset are from a request that was not committed. */
  gboolean ok = ftruncate(fd, offset) == 0;
  for (gsize at = 0; ok && at < len;) {
    ssize_t n = pwrite(fd, data + at, len - at, offset + (gint64)at);
    if (n < 0 && errno == EINTR)
      continue;
    ok = n > 0;
    at += n > 0 ? (gsize)n : 0;
  }
  ok = ok && fsync(fd) == 0;
  if (!ok)
    fail(path, error);
  close(fd);
  return ok;
}

/* Creates the folder of a file durably. `known` (may be NULL) is set to 1 afterwards; if it is 1
 * already, nothing is done. */
static gboolean make_shelf(BhHub *hub, const char *path, gint *known, GError **error)
{
  if (known != NULL && g_atomic_int_get(known) != 0)
    return TRUE;
  g_autofree char *shelf = g_path_get_dirname(path);
  g_autofree char *files = g_build_filename(bh_hub_get_dir(hub), "files", NULL);
  if (g_mkdir(shelf, 0700) != 0 && errno != EEXIST)
    return fail(shelf, error);
  if (!sync_dir(files, error))
    return FALSE;
  if (known != NULL)
    g_atomic_int_set(known, 1);
  return TRUE;
}

/* Moves a verified file to its final path, unless it exists there already. `uploads` may be NULL:
 * the folder is then created without a cache. */
static gboolean put_in_place(BhHub *hub, BhUploads *uploads, const char *temp, const char *sha256,
                             GError **error)
{
  gint *known =
      uploads != NULL
          ? &uploads
                 ->shelves[g_ascii_xdigit_value(sha256[0]) * 16 + g_ascii_xdigit_value(sha256[1])]
          : NULL;
  g_autofree char *path = bh_file_path_make(bh_hub_get_dir(hub), sha256);
  g_autofree char *shelf = g_path_get_dirname(path);
  if (g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_unlink(temp);
    return TRUE;
  }
  if (!make_shelf(hub, path, known, error))
    return FALSE;
  if (g_rename(temp, path) != 0)
    return fail(path, error);
  return sync_dir(shelf, error);
}

/* --- steps of the protocol --- */

gboolean bh_uploads_load(BhUploads *uploads, const char *device, const char *id, BhUploadRow *row,
                         GError **error)
{
  BhDb *db = bh_hub_acquire_reader(uploads->hub, error);
  if (db == NULL)
    return FALSE;
  gboolean found = FALSE, sent = FALSE;
  gboolean ok = bh_upload_store_load(db, id, row, &found, error);
  found = found && strcmp(row->device, device) == 0;
  if (ok && found)
    ok = bh_log_has_unit_sent_file(db, row->sha256, device, &sent, error);
  bh_hub_release_reader(uploads->hub, db);
  if (!ok)
    return FALSE;
  if (!found) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "the device has no upload %.64s", id);
    return FALSE;
  }
  if (sent && is_on_disk(uploads->hub, row->sha256))
    row->done = row->size;
  return TRUE;
}

static gboolean finish(BhUploads *uploads, const char *temp, BhUploadRow *row, GError **error)
{
  char hex[BH_HASH_HEX_LEN + 1];
  RowChange change = {.row = row};
  if (!bh_file_hash(temp, hex))
    return fail(temp, error);
  if (strcmp(hex, row->sha256) != 0) {
    row->done = 0;
    if (!bh_hub_write(uploads->hub, write_done, &change, error))
      return FALSE;
    g_unlink(temp);
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE,
                "the received bytes do not have the SHA-256 %s; send the file again from 0",
                row->sha256);
    return FALSE;
  }
  change.complete = TRUE;
  return put_in_place(uploads->hub, uploads, temp, row->sha256, error) &&
         bh_hub_write(uploads->hub, write_done, &change, error);
}

static gboolean append_locked(BhUploads *uploads, const char *device, const char *id, gint64 offset,
                              GBytes *bytes, BhUploadRow *row, GError **error)
{
  gsize len = g_bytes_get_size(bytes);
  g_autofree char *temp = temp_path(uploads->hub, id);
  if (!bh_uploads_load(uploads, device, id, row, error))
    return FALSE;
  if (offset != row->done) {
    g_set_error(error, BH_ERROR, BH_ERROR_CHAIN,
                "upload %s: has %" G_GINT64_FORMAT
                " bytes, but the offset of the request is %" G_GINT64_FORMAT,
                row->id, row->done, offset);
    return FALSE;
  }
  if ((gint64)len > row->size - offset) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "file %s: more bytes than the declared %" G_GINT64_FORMAT, row->sha256, row->size);
    return FALSE;
  }
  if (row->done == row->size && row->size > 0)
    return TRUE;
  if (!has_space(uploads->hub, row->sha256, (gint64)len, error) ||
      !write_at(temp, offset, bytes, error))
    return FALSE;
  row->done += (gint64)len;
  if (row->done == row->size)
    return finish(uploads, temp, row, error);
  RowChange change = {.row = row};
  return bh_hub_write(uploads->hub, write_done, &change, error);
}

gboolean bh_uploads_append(BhUploads *uploads, const char *device, const char *id, gint64 offset,
                           GBytes *bytes, BhUploadRow *row, GError **error)
{
  GMutex *stripe = &uploads->stripes[g_str_hash(id) % STRIPES];
  g_mutex_lock(stripe);
  gboolean ok = append_locked(uploads, device, id, offset, bytes, row, error);
  g_mutex_unlock(stripe);
  return ok;
}

static gboolean begin(BhUploads *uploads, const char *device, const char *sha256, gint64 length,
                      BhUploadRow *made, GError **error)
{
  BhHub *hub = uploads->hub;
  BhIdSource ids;
  *made = (BhUploadRow){.size = length, .touched_ms = now_ms(hub)};
  if (!bh_uploads_expire(uploads, error) || !has_space(hub, sha256, length, error))
    return FALSE;
  bh_id_source_init(&ids, bh_hub_get_clock(hub), bh_hub_get_random(hub));
  bh_id_next(&ids, made->id);
  g_strlcpy(made->device, device, sizeof made->device);
  g_strlcpy(made->sha256, sha256, sizeof made->sha256);
  return TRUE;
}

/* Checks the declaration before bytes are written; the writer checks it again. */
static gboolean may_send(BhHub *hub, RowChange *change, GError **error)
{
  BhDb *db = bh_hub_acquire_reader(hub, error);
  gboolean may = db != NULL && check_claim(hub, db, change, error);
  bh_hub_release_reader(hub, db);
  return may;
}

static gboolean take_whole(BhUploads *uploads, BhUploadRow *made, GBytes *bytes, const char *hash,
                           GError **error)
{
  BhHub *hub = uploads->hub;
  RowChange change = {.row = made, .whole = TRUE};
  g_autofree char *temp = temp_path(hub, made->id);
  if (!may_send(hub, &change, error))
    return FALSE;
  if (strcmp(hash, made->sha256) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE,
                "the received bytes do not have the SHA-256 %s; send the file again from 0",
                made->sha256);
    return FALSE;
  }
  if (!change.complete &&
      (!write_at(temp, 0, bytes, error) || !put_in_place(hub, uploads, temp, made->sha256, error)))
    return FALSE;
  change.complete = FALSE;
  if (!bh_hub_write(hub, write_whole, &change, error))
    return FALSE;
  made->done = made->size;
  /* The unfinished file may have bytes that an earlier attempt has sent. */
  g_autofree char *part = temp_path(hub, made->id);
  g_unlink(part);
  return TRUE;
}

static gboolean add_first(BhUploads *uploads, BhUploadRow *row, GBytes *bytes, GError **error)
{
  char device[BH_ID_LEN + 1], id[BH_ID_LEN + 1];
  g_autoptr(GError) failed = NULL;
  g_strlcpy(device, row->device, sizeof device);
  g_strlcpy(id, row->id, sizeof id);
  if (bh_uploads_append(uploads, device, id, 0, bytes, row, &failed))
    return TRUE;
  /* Another request of the device was faster: *row has the state of the upload after that
   * request. */
  if (g_error_matches(failed, BH_ERROR, BH_ERROR_CHAIN))
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&failed));
  return FALSE;
}

gboolean bh_uploads_create(BhUploads *uploads, const char *device, const char *sha256,
                           gint64 length, GBytes *first, const char *hash, BhUploadRow *row,
                           GError **error)
{
  RowChange change = {.row = row};
  gint64 len = (gint64)g_bytes_get_size(first);
  if (len > length) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "file %.64s: more bytes than the declared %" G_GINT64_FORMAT, sha256, length);
    return FALSE;
  }
  if (!begin(uploads, device, sha256, length, row, error))
    return FALSE;
  if (len > 0 && len == length)
    return take_whole(uploads, row, first, hash, error);
  if (!bh_hub_write(uploads->hub, write_new, &change, error))
    return FALSE;
  if (change.complete)
    row->done = row->size;
  return len == 0 || row->done > 0 || add_first(uploads, row, first, error);
}

gboolean bh_uploads_remove(BhUploads *uploads, const char *device, const char *id, GError **error)
{
  GMutex *stripe = &uploads->stripes[g_str_hash(id) % STRIPES];
  BhUploadRow row;
  g_mutex_lock(stripe);
  gboolean ok = bh_uploads_load(uploads, device, id, &row, error) &&
                bh_hub_write(uploads->hub, write_removed, (gpointer)id, error);
  if (ok) {
    g_autofree char *temp = temp_path(uploads->hub, id);
    g_unlink(temp);
  }
  g_mutex_unlock(stripe);
  return ok;
}

gboolean bh_uploads_expire(BhUploads *uploads, GError **error)
{
  BhHub *hub = uploads->hub;
  BhDb *db = bh_hub_acquire_reader(hub, error);
  if (db == NULL)
    return FALSE;
  g_autoptr(GPtrArray) ids =
      bh_upload_store_list_old(db, now_ms(hub) - BH_UPLOAD_EXPIRES_S * 1000LL, error);
  bh_hub_release_reader(hub, db);
  for (guint i = 0; ids != NULL && i < ids->len; i++) {
    if (!bh_hub_write(hub, write_removed, ids->pdata[i], error))
      return FALSE;
    g_autofree char *temp = temp_path(hub, ids->pdata[i]);
    g_unlink(temp);
  }
  return ids != NULL;
}

/* --- files of the hub itself --- */

gboolean bh_uploads_place(BhHub *hub, const char *path, const char *sha256, GError **error)
{
  return put_in_place(hub, NULL, path, sha256, error);
}

typedef struct {
  const char *sha256;
  gint64 size;
  const char *media_type;
  const char *device; /* NULL: the file is the hub's own */
} Import;

static gboolean write_import(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const Import *import = data;
  return bh_log_declare_file(db, import->device, import->sha256, import->size, import->media_type,
                             error) &&
         bh_log_complete_file(db, import->sha256, import->size, now_ms(hub), error) &&
         (import->device == NULL ||
          bh_log_add_file_sender(db, import->sha256, import->device, error));
}

gboolean bh_uploads_import(BhHub *hub, const char *device, const void *bytes, gsize len,
                           const char *media_type, char sha256[BH_HASH_HEX_LEN + 1], GError **error)
{
  g_autofree char *hex = bh_hash_hex(bytes, len);
  g_autofree char *temp = temp_path(hub, hex);
  g_autoptr(GBytes) content = g_bytes_new_static(bytes, len);
  Import import = {hex, (gint64)len, media_type, device};
  if (len > BH_FILE_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "a file may have at most %d bytes",
                BH_FILE_MAX_BYTES);
    return FALSE;
  }
  if (!has_space(hub, hex, (gint64)len, error) || !write_at(temp, 0, content, error) ||
      !put_in_place(hub, NULL, temp, hex, error) ||
      !bh_hub_write(hub, write_import, &import, error))
    return FALSE;
  g_strlcpy(sha256, hex, BH_HASH_HEX_LEN + 1);
  return TRUE;
}
