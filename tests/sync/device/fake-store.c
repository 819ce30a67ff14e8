#include "fake-store.h"

#include "schema/error.h"

#include <string.h>

static void set_incarnation(BhDevice *device)
{
  g_snprintf(device->incarnation, sizeof device->incarnation, "%032x", ++device->incarnations);
}

static void file_free(gpointer data)
{
  FakeFile *file = data;

  g_free(file->path);
  g_free(file->upload);
  g_free(file->why);
  g_free(file);
}

static GHashTable *set_new(void)
{
  return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

BhDevice *fake_store_new(void)
{
  BhDevice *device = g_new0(BhDevice, 1);

  device->enrolled = TRUE;
  set_incarnation(device);
  device->entries = g_ptr_array_new_with_free_func(g_free);
  device->files = g_ptr_array_new_with_free_func(file_free);
  device->missing = g_ptr_array_new_with_free_func(g_free);
  device->have = set_new();
  device->kinds = set_new();
  device->records = set_new();
  return device;
}

void bh_device_close(BhDevice *device)
{
  g_ptr_array_unref(device->entries);
  g_ptr_array_unref(device->files);
  g_ptr_array_unref(device->missing);
  g_hash_table_unref(device->have);
  g_hash_table_unref(device->kinds);
  g_hash_table_unref(device->records);
  g_free(device->cursor);
  g_free(device->url);
  g_free(device->other_url);
  g_free(device->state);
  g_free(device->error);
  g_free(device);
}

void fake_store_save(BhDevice *device, int n)
{
  for (int i = 0; i < n; i++)
    g_ptr_array_add(device->entries, g_uuid_string_random());
}

FakeFile *fake_store_add_file(BhDevice *device, const char *dir, gsize size)
{
  FakeFile *file = g_new0(FakeFile, 1);
  g_autofree char *bytes = g_malloc(size);
  g_autofree char *name = g_uuid_string_random();
  g_autofree char *hash = NULL;
  guint32 random = (device->files->len + 1) * 2654435761U;

  for (gsize i = 0; i < size; i++) {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    bytes[i] = (char)random;
  }
  hash = bh_hash_hex(bytes, size);
  g_strlcpy(file->sha256, hash, sizeof file->sha256);
  file->path = g_build_filename(dir, name, NULL);
  file->size = (gint64)size;
  /* The file is not synced, because tests make thousands of these. */
  g_assert_true(g_file_set_contents_full(file->path, bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE,
                                         0600, NULL));
  g_ptr_array_add(device->files, file);
  return file;
}

char *fake_envelope_hash(const char *incarnation, const char *id)
{
  g_autofree char *line = g_strconcat(incarnation, " ", id, NULL);

  return bh_hash_hex(line, strlen(line));
}

static gboolean full(BhDevice *device, const char *function, GError **error)
{
  if (g_strcmp0(device->fail_on, function) != 0)
    return FALSE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: disk full", function);
  return TRUE;
}
#define FULL(error) full(device, __func__, error)

/* --- outbox.h --- */

void bh_uplink_free(BhUplink *uplink)
{
  g_free(uplink->url);
  g_free(uplink->token);
  g_free(uplink->other_url);
  g_strfreev(uplink->pins);
  g_free(uplink);
}

BhUplink *bh_outbox_get_uplink(BhDevice *device, GError **error)
{
  BhUplink *uplink;

  if (FULL(error))
    return NULL;
  if (!device->enrolled) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "not enrolled");
    return NULL;
  }
  uplink = g_new0(BhUplink, 1);
  uplink->url = g_strdup(device->url != NULL ? device->url : "https://hub.example");
  uplink->other_url = g_strdup(device->other_url);
  uplink->token = g_strdup("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
  g_strlcpy(uplink->hub, FAKE_HUB, sizeof uplink->hub);
  g_strlcpy(uplink->device, FAKE_DEVICE, sizeof uplink->device);
  g_strlcpy(uplink->incarnation, device->incarnation, sizeof uplink->incarnation);
  memcpy(uplink->hub_key, device->hub_public, sizeof uplink->hub_key);
  uplink->pins = g_strsplit("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", " ", 0);
  return uplink;
}

gboolean bh_outbox_set_address(BhDevice *device, const char *url, GError **error)
{
  if (FULL(error))
    return FALSE;
  g_free(device->other_url);
  device->other_url = device->url != NULL ? device->url : g_strdup("https://hub.example");
  device->url = g_strdup(url);
  return TRUE;
}

gboolean bh_outbox_read_batch(BhDevice *device, gint64 after, int max_entries, gsize max_bytes,
                              GString *out, gint64 *last, GError **error)
{
  if (FULL(error))
    return FALSE;
  *last = after;
  if (device->damaged > after) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_SIGNATURE, "damaged");
    return FALSE;
  }
  while (*last < (gint64)device->entries->len && *last - after < max_entries &&
         (*last == after || out->len < max_bytes)) {
    g_string_append_printf(out, "%s %s\n\n\n\n", device->incarnation,
                           (char *)device->entries->pdata[*last]);
    ++*last;
  }
  return TRUE;
}

gboolean bh_outbox_read_ahead(BhDevice *device, gint64 after, int max_entries, gsize max_bytes,
                              GString *out, GArray *positions, GError **error)
{
  (void)max_bytes;
  if (FULL(error))
    return FALSE;
  if (device->urgent > after && max_entries > 0) {
    g_string_append_printf(out, "%s %s\n\n\n\n", device->incarnation,
                           (char *)device->entries->pdata[device->urgent - 1]);
    g_array_append_val(positions, device->urgent);
  }
  return TRUE;
}

gboolean bh_outbox_note_ahead(BhDevice *device, const GArray *positions, GError **error)
{
  if (FULL(error))
    return FALSE;
  g_assert_cmpuint(positions->len, ==, 1);
  g_assert_cmpint(g_array_index(positions, gint64, 0), ==, device->urgent);
  device->urgent = 0;
  return TRUE;
}

gboolean bh_outbox_acknowledge(BhDevice *device, const char *incarnation, gint64 seq,
                               const char *hash, GError **error)
{
  g_autofree char *mine = NULL;

  if (FULL(error))
    return FALSE;
  g_assert_cmpstr(incarnation, ==, device->incarnation);
  if (seq <= (gint64)device->entries->len)
    mine = fake_envelope_hash(incarnation, device->entries->pdata[seq - 1]);
  if (g_strcmp0(mine, hash) != 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORK, "another envelope");
    return FALSE;
  }
  device->acked = MAX(device->acked, seq);
  return TRUE;
}

gboolean bh_outbox_get_heads(BhDevice *device, gint64 *made, gint64 *acked, GError **error)
{
  if (FULL(error))
    return FALSE;
  *made = device->entries->len;
  *acked = device->acked;
  return TRUE;
}

gboolean bh_outbox_reincarnate(BhDevice *device, gint64 seq, GError **error)
{
  if (FULL(error))
    return FALSE;
  g_ptr_array_remove_range(device->entries, 0, (guint)seq);
  device->acked = 0;
  set_incarnation(device);
  return TRUE;
}

gboolean bh_outbox_repair(BhDevice *device, gint64 keep, GError **error)
{
  if (FULL(error))
    return FALSE;
  if (device->mended++ < 9)
    g_ptr_array_remove_index(device->entries, (guint)device->damaged - 1);
  device->damaged = 0;
  return bh_outbox_reincarnate(device, keep, error);
}

gboolean bh_outbox_recheck_files(BhDevice *device, GError **error)
{
  if (FULL(error))
    return FALSE;
  for (guint i = 0; i < device->files->len; i++) {
    FakeFile *file = device->files->pdata[i];
    file->done = FALSE;
    file->sent = 0;
    g_clear_pointer(&file->upload, g_free);
  }
  return TRUE;
}

gboolean bh_outbox_note_quarantined(BhDevice *device, const json_t *entry_ids, GError **error)
{
  if (FULL(error))
    return FALSE;
  device->quarantined += json_array_size(entry_ids);
  return TRUE;
}

gboolean bh_outbox_note_hub_time(BhDevice *device, gint64 hub_ms, const char *signature,
                                 GError **error)
{
  g_assert_cmpuint(strlen(signature), ==, BH_SIGNATURE_BASE64_LEN);
  (void)error;
  g_assert_cmpint(hub_ms, >, 0);
  device->hub_times++;
  return TRUE;
}

char *bh_outbox_dup_cursor(BhDevice *device)
{
  return g_strdup(device->cursor);
}

gboolean bh_outbox_apply_changes(BhDevice *device, const json_t *page, GError **error)
{
  const json_t *records = json_object_get(page, "records");

  if (FULL(error))
    return FALSE;
  for (size_t i = 0; i < json_array_size(records); i++)
    g_hash_table_add(device->records,
                     g_strdup(bh_json_string_or(json_array_get(records, i), "record", "?")));
  g_free(device->cursor);
  device->cursor = g_strdup(bh_json_string_or(page, "cursor", NULL));
  return TRUE;
}

gboolean bh_outbox_has_kinds(BhDevice *device, const char *hash)
{
  return g_hash_table_contains(device->kinds, hash);
}

gboolean bh_outbox_store_kinds(BhDevice *device, const char *text, gsize len, GError **error)
{
  if (FULL(error))
    return FALSE;
  g_hash_table_add(device->kinds, bh_hash_hex(text, len));
  return TRUE;
}

gboolean bh_outbox_store_staff(BhDevice *device, const char *sealed_base64, GError **error)
{
  if (FULL(error))
    return FALSE;
  if (!g_str_equal(sealed_base64, "AAAA")) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_SIGNATURE, "not for this device");
    return FALSE;
  }
  device->staff_stored++;
  return TRUE;
}

void bh_pending_file_free(BhPendingFile *file)
{
  g_free(file->upload);
  g_free(file->path);
  g_free(file);
}

BhPendingFile *bh_outbox_next_file(BhDevice *device, GError **error)
{
  FakeFile *best = NULL;
  BhPendingFile *file;

  if (FULL(error))
    return NULL;
  for (guint i = 0; i < device->files->len; i++) {
    FakeFile *other = device->files->pdata[i];

    if (!other->done && (best == NULL || (best->why != NULL && other->why == NULL) ||
                         ((best->why != NULL) == (other->why != NULL) && other->size < best->size)))
      best = other;
  }
  if (best == NULL)
    return NULL;
  file = g_new0(BhPendingFile, 1);
  g_strlcpy(file->sha256, best->sha256, sizeof file->sha256);
  file->size = best->size;
  file->sent = best->sent;
  file->upload = g_strdup(best->upload);
  file->path = g_strdup(best->path);
  return file;
}

static FakeFile *find_file(BhDevice *device, const char *sha256)
{
  for (guint i = 0; i < device->files->len; i++)
    if (g_str_equal(((FakeFile *)device->files->pdata[i])->sha256, sha256))
      return device->files->pdata[i];
  g_assert_not_reached();
}

gboolean bh_outbox_note_file(BhDevice *device, const char *sha256, const char *upload, gint64 sent,
                             gboolean done, GError **error)
{
  FakeFile *file = find_file(device, sha256);

  if (FULL(error))
    return FALSE;
  g_free(file->upload);
  file->upload = g_strdup(upload);
  file->sent = sent;
  file->done = done;
  g_clear_pointer(&file->why, g_free);
  return TRUE;
}

gboolean bh_outbox_defer_file(BhDevice *device, const char *sha256, const char *why, GError **error)
{
  FakeFile *file = find_file(device, sha256);

  if (FULL(error))
    return FALSE;
  g_free(file->why);
  file->why = g_strdup(why);
  return TRUE;
}

GPtrArray *bh_outbox_list_missing_files(BhDevice *device, int limit, GError **error)
{
  GPtrArray *list;

  if (FULL(error))
    return NULL;
  list = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < device->missing->len && (int)list->len < limit; i++)
    if (!g_hash_table_contains(device->have, device->missing->pdata[i]))
      g_ptr_array_add(list, g_strdup(device->missing->pdata[i]));
  return list;
}

gboolean bh_outbox_keep_download(BhDevice *device, const char *sha256, const void *bytes, gsize len,
                                 GError **error)
{
  (void)sha256;
  if (FULL(error))
    return FALSE;
  g_hash_table_add(device->have, bh_hash_hex(bytes, len));
  return TRUE;
}

gboolean bh_outbox_shut(BhDevice *device, GError **error)
{
  (void)error;
  device->shut = TRUE;
  return TRUE;
}

gboolean bh_outbox_note_round(BhDevice *device, const char *state, const char *error_code,
                              gint64 next_try_ms, GError **error)
{
  (void)error;
  g_free(device->state);
  g_free(device->error);
  device->state = g_strdup(state);
  device->error = g_strdup(error_code);
  device->next_try_ms = next_try_ms;
  device->rounds_noted++;
  return TRUE;
}
