/* Writes what the hub does not have into a bundle (PROTOCOL § 15), so that a person can bring it to
 * the hub. The store is not changed: whether the hub has the entries is only known from the hub.
 * Start at bh_device_export. */
#include <gio/gio.h>
#include <glib/gstdio.h>

#include "sync/device/store/core.h"
#include "sync/device/store/damage.h"
#include "sync/device/store/files.h"
#include "sync/device/store/outbox.h"
#include "sync/disk/durable.h"
#include "sync/wire/bundle.h"

#define WHERE "export"
#define FILES_PAGE 200 /* rows of files that are read at a time */

typedef struct {
  BhDevice *device;
  BhBundleWriter *writer;
  gint64 entries, files;
  json_t *missing; /* files whose bytes are not in the store */
} Export;

static gboolean add_entries(Export *export, GError **error)
{
  BhDevice *device = export->device;
  for (gint64 seq = device->acked + 1; seq <= device->made; seq++) {
    g_autoptr(BhEntryText) text = bh_damage_read(device, BH_POS(device->incarnation, seq), error);
    if (text == NULL || !bh_bundle_writer_add_entry(export->writer, text, error))
      return FALSE;
    export->entries++;
  }
  return TRUE;
}

/* A file that is missing or damaged is named in the result; the rest is brought without it. */
static gboolean add_file(Export *export, const char *sha256, gint64 size, GError **error)
{
  g_autofree char *path = g_build_filename(export->device->dir, "files",
                                           (char[]){sha256[0], sha256[1], '\0'}, sha256, NULL);
  g_autofree char *bytes = NULL;
  gsize len = 0;
  g_autofree char *hash = size >= 0 && size <= BH_FILE_MAX &&
                                  g_file_get_contents(path, &bytes, &len, NULL) &&
                                  (gint64)len == size
                              ? bh_hash_hex(bytes, len)
                              : NULL;
  if (g_strcmp0(hash, sha256) != 0) {
    json_array_append_new(export->missing, json_string(sha256));
    return TRUE;
  }
  export->files++;
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data(bytes, (gssize)len, NULL);
  return bh_bundle_writer_add_file(export->writer, sha256, size, in, error);
}

static gboolean add_files(Export *export, GError **error)
{
  for (gint64 offset = 0;; offset += FILES_PAGE) {
    g_autoptr(json_t) page = bh_files_store_list_waiting(export->device, offset, FILES_PAGE, error);
    if (page == NULL)
      return FALSE;
    gsize i;
    json_t *row;
    json_array_foreach(page, i, row) {
      if (!add_file(export, bh_json_string_or(row, "sha256", ""),
                    json_integer_value(json_object_get(row, "size")), error))
        return FALSE;
    }
    if (json_array_size(page) < FILES_PAGE)
      return TRUE;
  }
}

static gboolean write_bundle(Export *export, const char *temp, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(export->device, error);
  if (uplink == NULL)
    return FALSE;
  g_autoptr(GFile) file = g_file_new_for_path(temp);
  g_autoptr(GFileOutputStream) out =
      g_file_create(file, G_FILE_CREATE_PRIVATE, NULL, &failed); /* never through a link */
  if (out == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, WHERE ": %s", failed->message);
    return FALSE;
  }
  BhBundleHead head = {.made_ms = bh_device_now_ms(export->device)};
  g_strlcpy(head.hub, uplink->hub, sizeof head.hub);
  g_strlcpy(head.device, uplink->device, sizeof head.device);
  g_autoptr(BhBundleWriter) writer =
      bh_bundle_writer_new(G_OUTPUT_STREAM(out), &head, uplink->hub_key, error);
  export->writer = writer;
  gboolean ok = writer != NULL && add_entries(export, error) && add_files(export, error) &&
                bh_bundle_writer_finish(writer, error);
  export->writer = NULL;
  if (ok && !g_output_stream_close(G_OUTPUT_STREAM(out), NULL, &failed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, WHERE ": %s: %s", temp, failed->message);
    return FALSE;
  }
  return ok;
}

/* A damaged entry would break the chain. As before a sync, it is set aside, and the others get new
 * envelopes; then all is written again. */
static gboolean write_or_repair(Export *export, const char *temp, GError **error)
{
  g_autoptr(GError) failed = NULL;
  if (write_bundle(export, temp, &failed))
    return TRUE;
  if (g_error_matches(failed, BH_ERROR, BH_ERROR_SIGNATURE) && bh_damage_is_noted(export->device)) {
    export->entries = export->files = 0;
    json_array_clear(export->missing);
    g_unlink(temp);
    return bh_outbox_repair(export->device, export->device->acked, error) &&
           write_bundle(export, temp, error);
  }
  g_propagate_error(error, g_steal_pointer(&failed));
  return FALSE;
}

json_t *bh_device_export(BhDevice *device, const char *path, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  if (g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, WHERE ": %s exists already", path);
    return NULL;
  }
  guint8 mark[4];
  device->random->fill(device->random->data, mark, sizeof mark);
  g_autofree char *temp =
      g_strdup_printf("%s.%02x%02x%02x%02x.part", path, mark[0], mark[1], mark[2], mark[3]);
  g_autoptr(json_t) missing = json_array();
  Export export = {.device = device, .missing = missing};
  if (!write_or_repair(&export, temp, error) ||
      !bh_durable_rename(bh_disk_system(), temp, path, error)) {
    g_unlink(temp);
    return NULL;
  }
  g_autoptr(json_t) status = bh_device_status(device, NULL);
  return json_pack("{s:s, s:I, s:I, s:O, s:O*}", "path", path, "entries",
                   (json_int_t) export.entries, "files", (json_int_t) export.files, "missing_files",
                   missing, "drafts", json_object_get(status, "drafts"));
}
