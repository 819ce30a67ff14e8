/* Drafts that belong together, for example a hazard and its pictures, are stored, discarded and
 * saved in one transaction: after a crash all of them are there, or none. Single drafts:
 * drafts.c. */
#include "sync/device/store/drafts-store.h"
#include "sync/device/store/drafts.h"
#include "sync/device/store/journal.h"

gboolean bh_device_draft_put(BhDevice *device, const char *author, const json_t *drafts,
                             GError **error)
{
  gsize i;
  json_t *draft, *value;
  const char *key;

  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return FALSE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return FALSE;
  json_array_foreach((json_t *)drafts, i, draft) {
    const char *record = bh_json_get_string(draft, "record", "draft", error);
    const char *kind = record != NULL ? bh_json_get_string(draft, "kind", "draft", error) : NULL;
    json_t *set = kind != NULL ? bh_json_get_object(draft, "set", "draft", error) : NULL;
    if (set == NULL)
      return FALSE;
    json_object_foreach(set, key, value) {
      if (!bh_draft_put(device, author, record, kind, key, value, error))
        return FALSE;
    }
  }
  if (!bh_write_commit(write, error))
    return FALSE;
  json_array_foreach((json_t *)drafts, i, draft) {
    json_object_foreach(json_object_get(draft, "set"), key, value) {
      bh_draft_settle(device, value);
    }
  }
  return TRUE;
}

gboolean bh_device_draft_drop(BhDevice *device, const char *author, const json_t *records,
                              GError **error)
{
  gsize i;
  json_t *record;

  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return FALSE;
  json_array_foreach((json_t *)records, i, record) {
    const char *id = json_string_value(record);
    if (id != NULL && !bh_draft_drop(device, author, id, error))
      return FALSE;
  }
  return bh_write_commit(write, error);
}

/* --- saving --- */

/* Operations of drafts that are not written yet, in their order. */
typedef struct {
  json_t *ops;
} Batch;

static void batch_clear(Batch *batch)
{
  json_decref(batch->ops);
  *batch = (Batch){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Batch, batch_clear)

/* Reads a draft into the batch and removes it. */
static gboolean take_draft(BhDevice *device, const char *author, const json_t *one, Batch *batch,
                           GError **error)
{
  const char *record = bh_json_get_string(one, "record", "draft", error);
  g_autoptr(json_t) draft =
      record != NULL ? bh_drafts_store_get(device, author, record, error) : NULL;
  if (draft == NULL)
    return FALSE;
  json_array_append_new(batch->ops,
                        bh_draft_dup_operation(draft, record, json_object_get(one, "also")));
  return bh_draft_drop(device, author, record, error);
}

static json_t *dup_first(const json_t *ops, gsize n)
{
  json_t *first = json_array();
  for (gsize i = 0; i < n; i++)
    json_array_append(first, json_array_get(ops, i));
  return first;
}

/* Writes one entry of as many of the first operations as fit. The limits of operations, keys, files
 * and bytes are checked where the entry is built (schema/body.c), before anything is written. When
 * they are exceeded, half of the operations is tried. */
static gboolean write_some(BhDevice *device, const char *author, Batch *batch, json_t *entries,
                           char **refused, GError **error)
{
  gsize n = MIN(json_array_size(batch->ops), BH_ENTRY_MAX_OPS);

  for (;; n /= 2) {
    g_autoptr(GError) local = NULL;
    g_autofree char *about = NULL;
    g_autoptr(json_t) first = dup_first(batch->ops, n);
    g_autofree char *id = bh_journal_write(device, author, first, 0, &about, &local);
    if (id != NULL) {
      json_array_append_new(entries, json_string(id));
      break;
    }
    gboolean too_large = g_error_matches(local, BH_ERROR, BH_ERROR_LIMIT) && about == NULL;
    if (too_large && n > 1)
      continue;
    if (too_large)
      about = g_strdup(bh_json_string_or(json_array_get(first, 0), "record", NULL));
    if (refused != NULL)
      *refused = g_steal_pointer(&about);
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  for (; n > 0; n--)
    json_array_remove(batch->ops, 0);
  return TRUE;
}

json_t *bh_device_save_drafts(BhDevice *device, const char *author, const json_t *drafts,
                              char **refused, GError **error)
{
  gsize i;
  json_t *one;
  g_auto(Batch) batch = {json_array()};
  g_autoptr(json_t) entries = json_array();

  if (!bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return NULL;
  json_array_foreach((json_t *)drafts, i, one) {
    if (!take_draft(device, author, one, &batch, error))
      return NULL;
  }
  while (json_array_size(batch.ops) > 0)
    if (!write_some(device, author, &batch, entries, refused, error))
      return NULL;
  if (!bh_write_commit(write, error))
    return NULL;
  return g_steal_pointer(&entries);
}
