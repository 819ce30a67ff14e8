/* Files that go to the hub: small ones before large ones, none before the entry that declares
 * it. */
#include <string.h>

#include "sync/device/store/files.h"

void bh_pending_file_free(BhPendingFile *file)
{
  if (file == NULL)
    return;
  g_free(file->upload);
  g_free(file->path);
  g_free(file);
}

BhPendingFile *bh_outbox_next_file(BhDevice *device, GError **error)
{
  if (!bh_device_ready(device, error))
    return NULL;
  g_autoptr(BhPendingFile) file =
      bh_files_store_next(device, BH_POS(device->incarnation, device->acked), error);
  if (file == NULL)
    return NULL;
  file->path = g_build_filename(
      device->dir, "files", (char[]){file->sha256[0], file->sha256[1], '\0'}, file->sha256, NULL);
  return g_steal_pointer(&file);
}

static gboolean need_file(BhDevice *device, const char *sha256, BhFileState *state, GError **error)
{
  if (!bh_files_store_state(device, sha256, state, error))
    return FALSE;
  if (state->found)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "file: no %.64s in this store", sha256);
  return FALSE;
}

gboolean bh_outbox_note_file(BhDevice *device, const char *sha256, const char *upload, gint64 sent,
                             gboolean done, GError **error)
{
  BhFileState state = {0};

  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !need_file(device, sha256, &state, error))
    return FALSE;
  /* A file that is complete at the hub stays complete, even when a late answer names a smaller
   * offset. */
  if (state.done)
    return TRUE;
  gint64 offset = done ? state.size : CLAMP(sent, 0, state.size);
  if (state.declared) {
    bh_device_count(device)->bytes -= offset - state.sent;
    if (done)
      bh_device_count(device)->files--;
  }
  return bh_files_store_note(device, sha256, done ? NULL : upload, offset, done, error) &&
         bh_write_commit(write, error);
}

gboolean bh_outbox_recheck_files(BhDevice *device, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_files_recheck(device, error) && bh_write_commit(write, error);
}

gboolean bh_outbox_defer_file(BhDevice *device, const char *sha256, const char *why, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_files_store_defer(device, sha256, why, error) &&
         bh_write_commit(write, error);
}

GPtrArray *bh_outbox_list_missing_files(BhDevice *device, int limit, GError **error)
{
  return bh_device_ready(device, error) ? bh_files_store_list_wanted(device, limit, error) : NULL;
}
