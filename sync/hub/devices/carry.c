/* Unsent work of a device from a file. Start at bh_carry_read. */
#include "sync/hub/devices/carry.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sync/hub/devices/uploads.h"
#include "sync/hub/hub-private.h"
#include "sync/wire/bundle.h"

#define BATCH_ENTRIES 50 /* entries of one transaction, so that devices do not wait for long */
#define NAMED_MAX 100    /* files and entries that the result names; it counts all of them */

typedef struct {
  BhHub *hub;
  const char *path;
  int fd;              /* the same file for both readings */
  BhHubDevice *device; /* NULL until the first lines were read */
  BhBatch *batch;      /* entries that are not stored yet; NULL: none */
  BhIngestResult result;
  GHashTable *waiting; /* set of entries of the file that are in quarantine */
  GPtrArray *order;    /* the same, oldest first; borrowed */
  json_t *not_declared;
  gint64 n_not_declared;
  gint64 entries, applied, quarantined, repeated, files, new_files;
  gboolean stores; /* the second reading */
} Carry;

static void carry_clear(Carry *carry)
{
  g_clear_pointer(&carry->device, bh_hub_device_free);
  g_clear_pointer(&carry->batch, bh_batch_free);
  bh_ingest_result_clear(&carry->result);
  g_clear_pointer(&carry->order, g_ptr_array_unref);
  g_clear_pointer(&carry->waiting, g_hash_table_unref);
  g_clear_pointer(&carry->not_declared, json_decref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Carry, carry_clear)

/* --- the file --- */

/* Opens a regular file that is not too large; -1 with an error. */
static int open_file(const char *path, GError **error)
{
  struct stat stat;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &stat) != 0) {
    int code = errno;
    g_set_error(error, BH_ERROR, code == ENOENT ? BH_ERROR_NOT_FOUND : BH_ERROR_STORAGE, "%s: %s",
                path, g_strerror(code));
  } else if (!S_ISREG(stat.st_mode)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: is not a regular file", path);
  } else if (stat.st_size > BH_BUNDLE_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "%s: has %" G_GINT64_FORMAT " bytes, at most %" G_GINT64_FORMAT " are allowed",
                path, (gint64)stat.st_size, BH_BUNDLE_MAX_BYTES);
  } else {
    return fd;
  }
  if (fd >= 0)
    close(fd);
  return -1;
}

/* Finds the device of the bundle, which must be one of this hub. */
static gboolean find_device(Carry *carry, const BhBundleHead *head, GError **error)
{
  if (strcmp(head->hub, bh_hub_get_id(carry->hub)) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s: the file is for hub %s, this hub is %s",
                carry->path, head->hub, bh_hub_get_id(carry->hub));
    return FALSE;
  }
  g_autoptr(GError) failed = NULL;
  BhDb *db = bh_hub_acquire_reader(carry->hub, error);
  if (db == NULL)
    return FALSE;
  g_clear_pointer(&carry->device, bh_hub_device_free);
  carry->device = bh_log_load_device(db, head->device, &failed);
  bh_hub_release_reader(carry->hub, db);
  if (carry->device != NULL && carry->device->token_hash != NULL)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "%s: the file is of device %s, which was never enrolled at this hub", carry->path,
              head->device);
  return FALSE;
}

/* --- entries --- */

static gboolean apply(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Carry *carry = data;
  bh_ingest_result_clear(&carry->result);
  carry->result = (BhIngestResult){0};
  return bh_ingest_apply(bh_hub_get_ingest(hub), db, carry->batch, &carry->result, error);
}

static void note_waiting(Carry *carry)
{
  for (guint i = 0; i < carry->result.quarantined->len; i++) {
    const char *entry = carry->result.quarantined->pdata[i];
    if (g_hash_table_contains(carry->waiting, entry))
      continue;
    char *own = g_strdup(entry);
    g_hash_table_add(carry->waiting, own);
    g_ptr_array_add(carry->order, own);
  }
}

/* In the first reading entries are only verified: of those that were, the last one stays, which the
 * next one must continue. */
static void keep_last(BhBatch *batch)
{
  g_ptr_array_remove_range(batch->entries, 0, batch->entries->len - 1);
  batch->timed = NULL;
}

/* Stores the entries that were read so far; in the first reading they were only verified. */
static gboolean end_batch(Carry *carry, GError **error)
{
  g_autoptr(BhBatch) batch = carry->batch;
  if (batch == NULL || !carry->stores) {
    carry->batch = NULL;
    return TRUE;
  }
  gboolean ok = bh_hub_write(carry->hub, apply, carry, error);
  carry->batch = NULL;
  if (!ok) {
    g_prefix_error(error, "%s: ", carry->path);
    return FALSE;
  }
  const BhIngestResult *result = &carry->result;
  carry->applied += result->applied;
  carry->quarantined += result->n_quarantined;
  carry->repeated += result->repeated;
  note_waiting(carry);
  if (result->refused == NULL)
    return TRUE;
  g_set_error(error, result->refused->domain, result->refused->code, "%s: %s", carry->path,
              result->refused->message);
  return FALSE;
}

static gboolean is_of_other_chain(const BhBatch *batch, const BhEntryText *text)
{
  BhEnvelope envelope;
  const BhVerified *last = batch->entries->pdata[batch->entries->len - 1];
  return bh_envelope_parse(text->envelope, &envelope, NULL) &&
         strcmp(envelope.incarnation, last->envelope.incarnation) != 0;
}

/* Whether the hub has all entries before this one, the first of its chain in the file. */
static gboolean check_start(Carry *carry, const BhEntryText *text, GError **error)
{
  BhEnvelope envelope;
  char hash[BH_HASH_HEX_LEN + 1];
  gint64 seq = 0;
  if (!bh_envelope_parse(text->envelope, &envelope, NULL))
    return TRUE; /* refused when it is added */
  BhDb *db = bh_hub_acquire_reader(carry->hub, error);
  if (db == NULL)
    return FALSE;
  gboolean ok = bh_log_get_head(db, carry->device->id, envelope.incarnation, &seq, hash, error);
  bh_hub_release_reader(carry->hub, db);
  if (!ok || envelope.seq <= seq)
    return ok;
  if (envelope.seq == seq + 1 && (seq == 0 || strcmp(envelope.prev, hash) == 0))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_CHAIN,
              "%s: incarnation %s: the file begins at seq %" G_GINT64_FORMAT
              ", which does not follow the entries of the hub: the hub has entries up to seq"
              " %" G_GINT64_FORMAT " only, or another one there",
              carry->path, envelope.incarnation, envelope.seq, seq);
  return FALSE;
}

/* Ends the batch if the entry cannot be added to it. */
static gboolean make_room(Carry *carry, const BhEntryText *text, GError **error)
{
  if (carry->batch == NULL)
    return TRUE;
  if (is_of_other_chain(carry->batch, text))
    return end_batch(carry, error);
  if (carry->batch->entries->len < BATCH_ENTRIES)
    return TRUE;
  if (carry->stores)
    return end_batch(carry, error);
  keep_last(carry->batch);
  return TRUE;
}

static gboolean take_entry(Carry *carry, BhBundleReader *reader, GError **error)
{
  BhEntryText *text = bh_bundle_reader_take_entry(reader);
  if (!make_room(carry, text, error) ||
      (carry->batch == NULL && !carry->stores && !check_start(carry, text, error))) {
    bh_entry_text_free(text);
    return FALSE;
  }
  if (carry->batch == NULL) {
    carry->batch = bh_batch_new(carry->device->id, carry->device->unit);
    bh_batch_set_hub_key(carry->batch, bh_hub_get_public_key(carry->hub));
    bh_batch_set_carried(carry->batch);
  }
  carry->entries++;
  if (bh_batch_add(carry->batch, bh_hub_get_id(carry->hub), carry->device->public_key, text))
    return TRUE;
  const GError *refused = carry->batch->refused;
  g_set_error(error, refused->domain, refused->code,
              "%s: at byte %" G_GINT64_FORMAT ": entry %" G_GINT64_FORMAT " of the file: %s",
              carry->path, bh_bundle_reader_get_place(reader), carry->entries, refused->message);
  return FALSE;
}

/* --- files --- */

/* What the log says about a file: whether an entry of the unit declares it with this size, whether
 * the unit sent it already, and its type (g_free). */
static gboolean look_up(Carry *carry, const char *sha256, gint64 size, gboolean *declared,
                        gboolean *sent, char **media_type, GError **error)
{
  gint64 claimed = -1, known;
  gboolean complete;
  BhDb *db = bh_hub_acquire_reader(carry->hub, error);
  if (db == NULL)
    return FALSE;
  gboolean ok = bh_log_get_claim(db, carry->device->id, sha256, size, &claimed, error) &&
                bh_log_has_unit_sent_file(db, sha256, carry->device->id, sent, error) &&
                bh_log_get_file(db, sha256, &known, media_type, &complete, error);
  bh_hub_release_reader(carry->hub, db);
  *declared = claimed == size;
  return ok;
}

static gboolean take_file(Carry *carry, BhBundleReader *reader, GError **error)
{
  const char *sha256 = bh_bundle_reader_get_sha256(reader);
  char stored[BH_HASH_HEX_LEN + 1];
  gboolean declared, sent;
  g_autofree char *media_type = NULL;
  g_autoptr(GBytes) bytes = bh_bundle_reader_read_file(reader, error);
  if (bytes == NULL)
    return FALSE;
  carry->files++;
  if (!carry->stores)
    return TRUE;
  gsize len;
  const void *content = g_bytes_get_data(bytes, &len);
  if (!end_batch(carry, error) ||
      !look_up(carry, sha256, (gint64)len, &declared, &sent, &media_type, error))
    return FALSE;
  if (!declared && carry->n_not_declared++ < NAMED_MAX)
    json_array_append_new(carry->not_declared, json_string(sha256));
  if (!declared || sent)
    return TRUE;
  if (!bh_uploads_import(carry->hub, carry->device->id, content, len, media_type, stored, error)) {
    g_prefix_error(error, "%s: file %s: ", carry->path, sha256);
    return FALSE;
  }
  carry->new_files++;
  return TRUE;
}

/* --- readings --- */

static gboolean read_items(Carry *carry, BhBundleReader *reader, GError **error)
{
  for (;;) {
    switch (bh_bundle_reader_next(reader, error)) {
    case BH_BUNDLE_ENTRY:
      if (!take_entry(carry, reader, error))
        return FALSE;
      break;
    case BH_BUNDLE_FILE:
      if (!take_file(carry, reader, error))
        return FALSE;
      break;
    case BH_BUNDLE_END:
      return end_batch(carry, error);
    default:
      return FALSE;
    }
  }
}

static gboolean read_all(Carry *carry, gboolean stores, GError **error)
{
  if (lseek(carry->fd, 0, SEEK_SET) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", carry->path, g_strerror(errno));
    return FALSE;
  }
  g_autoptr(GInputStream) raw = g_unix_input_stream_new(carry->fd, FALSE);
  g_autoptr(GInputStream) in = g_buffered_input_stream_new_sized(raw, 64 * 1024);
  g_autoptr(BhBundleReader) reader = bh_bundle_reader_new(
      in, carry->path, bh_hub_get_public_key(carry->hub), bh_hub_get_secret_key(carry->hub), error);
  carry->stores = stores;
  carry->entries = carry->files = 0;
  return reader != NULL && find_device(carry, bh_bundle_reader_get_head(reader), error) &&
         read_items(carry, reader, error);
}

/* Releases what is in quarantine, oldest first, because later entries build on earlier ones. Adds
 * the entries that cannot be released to `refused`. */
static gint64 release_all(Carry *carry, const char *reason, json_t *refused)
{
  gint64 released = 0;
  for (guint i = 0; i < carry->order->len; i++) {
    g_autoptr(GError) error = NULL;
    const char *entry = carry->order->pdata[i];
    if (bh_hub_release(carry->hub, NULL, entry, FALSE, reason, &error)) {
      released++;
      continue;
    }
    if (json_array_size(refused) < NAMED_MAX)
      json_array_append_new(refused,
                            json_pack("{s:s, s:s}", "entry", entry, "reason", error->message));
  }
  return released;
}

json_t *bh_carry_read(BhHub *hub, const char *path, const char *release, GError **error)
{
  g_auto(Carry) carry = {.hub = hub,
                         .path = path,
                         .waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                         .order = g_ptr_array_new(),
                         .not_declared = json_array()};
  carry.fd = open_file(path, error);
  gboolean ok = carry.fd >= 0 && read_all(&carry, FALSE, error) && read_all(&carry, TRUE, error);
  if (carry.fd >= 0)
    close(carry.fd);
  if (!ok)
    return NULL;
  g_autoptr(json_t) refused = json_array();
  gint64 released = release != NULL ? release_all(&carry, release, refused) : 0;
  g_message("unsent work of device %s came in a file: %" G_GINT64_FORMAT
            " entries, %" G_GINT64_FORMAT " of them in quarantine, %" G_GINT64_FORMAT
            " released, %" G_GINT64_FORMAT " new files",
            carry.device->id, carry.entries, carry.quarantined, released, carry.new_files);
  json_t *out =
      json_pack("{s:s, s:s, s:b, s:I, s:I, s:I}", "device", carry.device->id, "name",
                carry.device->name != NULL ? carry.device->name : "", "revoked",
                carry.device->revoked_ms != 0, "entries", (json_int_t)carry.entries, "applied",
                (json_int_t)carry.applied, "quarantined", (json_int_t)carry.quarantined);
  json_object_set_new(out, "repeated", json_integer(carry.repeated));
  json_object_set_new(out, "files", json_integer(carry.files));
  json_object_set_new(out, "new_files", json_integer(carry.new_files));
  json_object_set(out, "not_declared", carry.not_declared);
  json_object_set_new(out, "n_not_declared", json_integer(carry.n_not_declared));
  json_object_set_new(out, "released", json_integer(released));
  json_object_set(out, "not_released", refused);
  json_object_set_new(out, "waiting", json_integer((gint64)carry.order->len - released));
  return out;
}
