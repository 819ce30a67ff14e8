/* Removes content that was delivered long ago, step by step; see prune.h. */
#include "sync/device/store/prune.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "sync/device/store/damage.h"
#include "sync/device/store/drafts-store.h"
#include "sync/device/store/files.h"
#include "sync/device/store/records-store.h"
#include "sync/device/store/release-store.h"
#include "sync/device/store/release.h"
#include "sync/disk/durable.h"

#define ENTRIES_STEP 50
#define FILES_STEP 10
/* wait after a removal failed; doubled each time, up to a day */
#define STUCK_WAIT_MS (10 * 60 * 1000)
#define PLACE "prune_place" /* setting: position that the running sweep has reached */
#define SWEPT "prune_ms"    /* setting: when the last sweep ended */

gboolean bh_prune_begin_anew(BhDevice *device, GError **error)
{
  return bh_setting_set(device, PLACE, NULL, error) && bh_setting_set(device, SWEPT, NULL, error);
}

/* --- what may go --- */

static gboolean is_here(BhDevice *device, const char *record, gboolean *here, GError **error)
{
  g_auto(BhRow) row = {0};

  if (!bh_records_store_find(device, record, &row, error))
    return FALSE;
  *here = row.number != 0 || bh_drafts_store_has_record(device, record);
  return TRUE;
}

/* Removes the files that a dropped entry declared. A file that a record or draft names stays, like
 * a file that came from the hub. */
static gboolean drop_files(BhDevice *device, gint64 pos, const BhBody *body, GError **error)
{
  for (guint i = 0; i < body->files->len; i++) {
    const BhFileRef *file = g_ptr_array_index(body->files, i);
    gboolean named = FALSE;
    if (!bh_release_is_named(device, file->sha256, &named, error) ||
        (!named && !bh_release_store_is_drafted(device, file->sha256, &named, error)) ||
        !(named ? bh_prune_store_give_up(device, file->sha256, pos, error)
                : bh_prune_store_discard(device, file->sha256, error)))
      return FALSE;
  }
  return TRUE;
}

static gboolean drop_entry(BhDevice *device, gint64 pos, GError **error)
{
  g_auto(BhOwnEntry) entry = {0};

  if (!bh_journal_store_read(device, pos, &entry, error))
    return FALSE;
  g_autoptr(BhBody) body = bh_damage_parse(device, &entry);
  if (body == NULL)
    return TRUE;
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    gboolean here = TRUE;
    if (!is_here(device, op->record, &here, error))
      return FALSE;
    if (here)
      return TRUE;
  }
  return drop_files(device, pos, body, error) && bh_prune_store_drop_body(device, pos, error);
}

/* --- bytes --- */

/* A file whose bytes could not be removed. Kept in memory only, so a restart tries at once. */
typedef struct {
  gint64 wait_ms;
  gint64 due_ms; /* boot clock at which removing the file is tried again */
} Stuck;

static gint64 boot_ms(BhDevice *device)
{
  return device->clock->boot_ms(device->clock->data);
}

static gboolean waits(BhDevice *device, const char *sha256)
{
  const Stuck *stuck =
      device->stuck_files != NULL ? g_hash_table_lookup(device->stuck_files, sha256) : NULL;
  return stuck != NULL && boot_ms(device) < stuck->due_ms;
}

static void defer(BhDevice *device, const char *sha256)
{
  if (device->stuck_files == NULL)
    device->stuck_files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  Stuck *stuck = g_hash_table_lookup(device->stuck_files, sha256);
  if (stuck == NULL) {
    stuck = g_new0(Stuck, 1);
    g_hash_table_insert(device->stuck_files, g_strdup(sha256), stuck);
  }
  stuck->wait_ms = CLAMP(stuck->wait_ms * 2, STUCK_WAIT_MS, BH_DAY_MS);
  stuck->due_ms = boot_ms(device) + stuck->wait_ms;
}

/* Removes the bytes of a file. The removal is synced before the note is removed, so that no picture
 * comes back after a power cut. *gone: no bytes are left. */
static gboolean unlink_bytes(BhDevice *device, const char *sha256, gboolean *gone, GError **error)
{
  g_autofree char *path = bh_device_make_file_path(device, sha256);
  g_autofree char *part = g_strconcat(path, ".part", NULL);
  g_autofree char *shelf = g_path_get_dirname(path);
  const char *const paths[] = {path, part};
  gboolean removed = FALSE;

  *gone = TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
    if (g_unlink(paths[i]) == 0) {
      removed = TRUE;
    } else if (errno != ENOENT) {
      g_warning("store: cannot remove %s, it is tried again later: %s", paths[i],
                g_strerror(errno));
      *gone = FALSE;
    }
  }
  return !removed || bh_durable_sync_folder(device->disk, shelf, error);
}

static gboolean remove_one(BhDevice *device, const char *sha256, gboolean known, GError **error)
{
  gboolean gone = TRUE;

  if (!known && waits(device, sha256))
    return TRUE;
  if (!known && !unlink_bytes(device, sha256, &gone, error))
    return FALSE;
  if (!gone) {
    defer(device, sha256);
    return TRUE;
  }
  if (device->stuck_files != NULL)
    g_hash_table_remove(device->stuck_files, sha256);
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_prune_store_forget_discard(device, sha256, error) &&
         bh_write_commit(write, error);
}

/* Removes the bytes of some noted files. The row of such a file was removed in the transaction that
 * wrote the note: a crash in between leaves a note, never a row without bytes. A file that cannot
 * be removed keeps its note and delays no other file. */
static gboolean remove_bytes(BhDevice *device, int *left, GError **error)
{
  for (; *left > 0; --*left) {
    g_autoptr(GError) local = NULL;
    gboolean known = FALSE;
    g_autofree char *sha256 =
        bh_prune_store_next_discard(device, device->prune_place, &known, &local);
    if (local != NULL) {
      g_propagate_error(error, g_steal_pointer(&local));
      return FALSE;
    }
    if (sha256 != NULL && !remove_one(device, sha256, known, error))
      return FALSE;
    g_strlcpy(device->prune_place, sha256 != NULL ? sha256 : "", sizeof device->prune_place);
    if (sha256 == NULL)
      return TRUE;
  }
  return TRUE;
}

gboolean bh_prune_discarded(BhDevice *device, GError **error)
{
  int left = G_MAXINT;

  device->prune_place[0] = '\0';
  return remove_bytes(device, &left, error);
}

/* --- a step --- */

static gboolean sweep(BhDevice *device, gint64 before_ms, gboolean *more, GError **error)
{
  gint64 place = bh_setting_get_int(device, PLACE, 0);

  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  g_autoptr(GArray) rows =
      write != NULL ? bh_prune_store_list(device, place, before_ms, ENTRIES_STEP, error) : NULL;
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++) {
    const BhPruneRow *row = &g_array_index(rows, BhPruneRow, i);
    if (row->droppable && !drop_entry(device, row->pos, error))
      return FALSE;
    place = row->pos;
  }
  *more = rows->len == ENTRIES_STEP;
  return (*more ? bh_setting_set_int(device, PLACE, place, error)
                : bh_setting_set(device, PLACE, NULL, error) &&
                      bh_setting_set_int(device, SWEPT, bh_device_now_ms(device), error)) &&
         bh_write_commit(write, error);
}

gboolean bh_prune_some(BhDevice *device, gboolean *more, GError **error)
{
  const BhClock *clock = device->clock;
  int files = FILES_STEP;

  *more = FALSE;
  if (!remove_bytes(device, &files, error))
    return FALSE;
  if (files == 0) {
    *more = TRUE;
    return TRUE;
  }
  /* Nothing is removed while the clock may be years ahead. */
  if (device->hub_ms == 0 || g_strcmp0(device->hub_boot_id, clock->boot_id(clock->data)) != 0)
    return TRUE;
  gint64 now = bh_device_now_ms(device);
  gint64 swept = bh_setting_get_int(device, SWEPT, 0);
  if (swept <= now && now - swept < BH_DAY_MS)
    return TRUE;
  gint64 days = device->shut ? 0 : bh_setting_get_int(device, BH_SETTING_KEEP_DAYS, BH_KEEP_DAYS);
  if (!sweep(device, now - days * BH_DAY_MS, more, error))
    return FALSE;
  files = FILES_STEP;
  if (!remove_bytes(device, &files, error))
    return FALSE;
  *more = *more || files == 0;
  return TRUE;
}
