#include "sync/device/prune.h"

#include "sync/device/damage.h"

#include <errno.h>
#include <glib/gstdio.h>

#define ENTRIES_STEP 50
#define FILES_STEP 10
#define PLACE "prune_place" /* settings: how far the running sweep came … */
#define SWEPT "prune_ms"    /* … and when the last one ended */

/* --- what may go --- */

static gboolean is_here(BhDevice *device, const char *record, gboolean *here, GError **error)
{
  g_auto(BhRow) row = {0};

  if (!bh_records_store_find(device, record, &row, error))
    return FALSE;
  *here = row.number != 0 || bh_drafts_store_has_record(device, record);
  return TRUE;
}

/* Some record that is here names the file. */
static gboolean is_named(BhDevice *device, const char *sha256, gboolean *named, GError **error)
{
  const GPtrArray *kinds = bh_kind_set_list(device->kinds);
  g_autoptr(json_t) hash = json_string(sha256);

  *named = FALSE;
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    const GPtrArray *fields = bh_kind_list_fields(kind);
    for (guint j = 0; j < fields->len; j++) {
      const BhField *field = g_ptr_array_index(fields, j);
      if (bh_field_get_type(field) != BH_FIELD_HASH)
        continue;
      g_autoptr(GArray) records = bh_terms_store_list_of(device, bh_kind_get_name(kind),
                                                         bh_field_get_name(field), hash, 1, error);
      if (records == NULL)
        return FALSE;
      if (records->len > 0) {
        *named = TRUE;
        return TRUE;
      }
    }
  }
  return TRUE;
}

static gboolean drop_files(BhDevice *device, const BhBody *body, GError **error)
{
  for (guint i = 0; i < body->files->len; i++) {
    const BhFileRef *file = g_ptr_array_index(body->files, i);
    gboolean named = FALSE;
    if (!is_named(device, file->sha256, &named, error) ||
        (!named && !bh_prune_store_discard(device, file->sha256, error)))
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
  return drop_files(device, body, error) && bh_prune_store_drop_body(device, pos, error);
}

/* --- bytes --- */

/* The row went first, and the note with it: a crash in between leaves the note, never a row without
 * bytes. */
static gboolean remove_bytes(BhDevice *device, int *left, GError **error)
{
  for (; *left > 0; --*left) {
    g_autoptr(GError) local = NULL;
    gboolean known = FALSE;
    g_autofree char *sha256 = bh_prune_store_next_discard(device, &known, &local);
    if (local != NULL) {
      g_propagate_error(error, g_steal_pointer(&local));
      return FALSE;
    }
    if (sha256 == NULL)
      return TRUE;
    g_autofree char *path = known ? NULL : bh_device_dup_file_path(device, sha256);
    if (path != NULL && g_unlink(path) != 0 && errno != ENOENT)
      g_warning("store: cannot remove %s: %s", path, g_strerror(errno));
    g_autoptr(BhWrite) write = bh_write_begin(device, error);
    if (write == NULL || !bh_prune_store_forget_discard(device, sha256, error) ||
        !bh_write_commit(write, error))
      return FALSE;
  }
  return TRUE;
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
  /* A clock that may be years ahead lets nothing go. */
  if (device->hub_ms == 0 || g_strcmp0(device->hub_boot_id, clock->boot_id(clock->data)) != 0)
    return TRUE;
  gint64 now = bh_device_now_ms(device);
  gint64 swept = bh_setting_get_int(device, SWEPT, 0);
  if (swept <= now && now - swept < BH_DAY_MS)
    return TRUE;
  gint64 days = bh_setting_get_int(device, BH_SETTING_KEEP_DAYS, BH_KEEP_DAYS);
  if (!sweep(device, now - days * BH_DAY_MS, more, error))
    return FALSE;
  files = FILES_STEP;
  if (!remove_bytes(device, &files, error))
    return FALSE;
  *more = *more || files == 0;
  return TRUE;
}
