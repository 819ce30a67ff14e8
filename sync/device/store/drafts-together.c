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
  json_array_foreach((json_t *)drafts, i, draft)
  {
    const char *record = bh_json_get_string(draft, "record", "draft", error);
    const char *kind = record != NULL ? bh_json_get_string(draft, "kind", "draft", error) : NULL;
    json_t *set = kind != NULL ? bh_json_get_object(draft, "set", "draft", error) : NULL;
    if (set == NULL)
      return FALSE;
    json_object_foreach(set, key, value)
    {
      if (!bh_draft_put(device, author, record, kind, key, value, error))
        return FALSE;
    }
  }
  if (!bh_write_commit(write, error))
    return FALSE;
  json_array_foreach((json_t *)drafts, i, draft)
  {
    json_object_foreach(json_object_get(draft, "set"), key, value)
    {
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
  json_array_foreach((json_t *)records, i, record)
  {
    const char *id = json_string_value(record);
    if (id != NULL && !bh_draft_drop(device, author, id, error))
      return FALSE;
  }
  return bh_write_commit(write, error);
}

/* --- saving --- */

typedef struct {
  json_t *ops;
  gsize keys;
  gsize files;
} Batch;

static void batch_clear(Batch *batch)
{
  json_decref(batch->ops);
  *batch = (Batch){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Batch, batch_clear)

static gboolean write_batch(BhDevice *device, const char *author, Batch *batch, json_t *entries,
                            char **refused, GError **error)
{
  if (json_array_size(batch->ops) == 0)
    return TRUE;
  g_autofree char *id = bh_journal_write(device, author, batch->ops, 0, refused, error);
  if (id == NULL)
    return FALSE;
  json_array_append_new(entries, json_string(id));
  batch_clear(batch);
  return TRUE;
}

static gboolean has_room(const Batch *batch, gsize keys, gsize files)
{
  return json_array_size(batch->ops) < BH_ENTRY_MAX_OPS &&
         batch->keys + keys <= BH_ENTRY_MAX_KEYS && batch->files + files <= BH_ENTRY_MAX_FILES;
}

/* Begins another entry, in the same transaction, when the draft does not fit into this one. */
static gboolean add_draft(BhDevice *device, const char *author, const json_t *one, Batch *batch,
                          json_t *entries, char **refused, GError **error)
{
  const char *record = bh_json_get_string(one, "record", "draft", error);
  g_autoptr(json_t) draft =
      record != NULL ? bh_drafts_store_get(device, author, record, error) : NULL;
  if (draft == NULL)
    return FALSE;
  g_autoptr(json_t) op = bh_draft_dup_operation(draft, record, json_object_get(one, "also"));
  gsize keys = json_object_size(json_object_get(op, "set"));
  gsize files = json_object_get(json_object_get(op, "set"), "sha256") != NULL;
  if (!has_room(batch, keys, files) && !write_batch(device, author, batch, entries, refused, error))
    return FALSE;
  if (batch->ops == NULL)
    batch->ops = json_array();
  json_array_append(batch->ops, op);
  batch->keys += keys;
  batch->files += files;
  return bh_draft_drop(device, author, record, error);
}

json_t *bh_device_save_drafts(BhDevice *device, const char *author, const json_t *drafts,
                              char **refused, GError **error)
{
  gsize i;
  json_t *one;
  g_auto(Batch) batch = {0};
  g_autoptr(json_t) entries = json_array();

  if (!bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return NULL;
  json_array_foreach((json_t *)drafts, i, one)
  {
    if (!add_draft(device, author, one, &batch, entries, refused, error))
      return NULL;
  }
  if (!write_batch(device, author, &batch, entries, refused, error) ||
      !bh_write_commit(write, error))
    return NULL;
  return g_steal_pointer(&entries);
}
