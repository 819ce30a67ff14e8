/* Drafts: what a person has begun and not saved yet, separate for each author (L13). */
#include "sync/device/store/drafts.h"

#include <string.h>

#include "schema/overlay.h"
#include "sync/device/store/check.h"
#include "sync/device/store/drafts-store.h"
#include "sync/device/store/journal.h"
#include "sync/device/store/release.h"
#include "sync/device/store/title.h"
#include "sync/device/store/views.h"

#define DRAFT_MAX_KEYS BH_ENTRY_MAX_KEYS
#define DRAFT_VALUE_MAX (BH_BODY_MAX / 2)
#define DRAFT_MAX_DEPTH 8 /* levels of records below a record */

static gboolean check_key(const char *author, const char *record, const char *key,
                          const json_t *value, GError **error)
{
  if (!bh_id_is_valid(author) || !bh_id_is_valid(record)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "draft: author and record must be ids");
    return FALSE;
  }
  if (key == NULL || *key == '\0' || strlen(key) > BH_KEY_MAX || !g_utf8_validate(key, -1, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "draft: the key must have 1 to %d bytes",
                BH_KEY_MAX);
    return FALSE;
  }
  if (value == NULL || !bh_value_is_clean(value, 1)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "draft.%s: the value holds a NUL character or is nested too deep", key);
    return FALSE;
  }
  return TRUE;
}

static gboolean check_kind(BhDevice *device, const char *record, const char *kind, GError **error)
{
  g_autoptr(GError) local = NULL;

  if (kind == NULL || bh_kind_set_find(device->kinds, kind) == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "draft: there is no kind \"%.64s\"", kind);
    return FALSE;
  }
  BhView *view = bh_view_get(device, record, &local);
  if (view != NULL && strcmp(bh_record_get_kind(view->record), kind) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "draft: record %s is of kind %s", record,
                bh_record_get_kind(view->record));
    return FALSE;
  }
  return TRUE;
}

/* Notes files (release.h) that the draft, or one key of it, names now and will not name any more.
 * `kept`: the value that the key gets, or NULL. */
static gboolean release_files(BhDevice *device, const char *author, const char *record,
                              const char *key, const char *kept, GError **error)
{
  g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);

  if (!bh_drafts_store_list_values(device, author, record, key, values, error))
    return FALSE;
  for (guint i = 0; i < values->len; i++)
    if (g_strcmp0(values->pdata[i], kept) != 0 &&
        !bh_release_note_draft(device, values->pdata[i], error))
      return FALSE;
  return TRUE;
}

gboolean bh_draft_put(BhDevice *device, const char *author, const char *record, const char *kind,
                      const char *key, const json_t *value, GError **error)
{
  gboolean made = FALSE;

  if (!check_key(author, record, key, value, error) || !check_kind(device, record, kind, error))
    return FALSE;
  g_autofree char *text = bh_json_dump(value);
  if (text == NULL || strlen(text) > DRAFT_VALUE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "draft.%s: over %d bytes", key, DRAFT_VALUE_MAX);
    return FALSE;
  }
  if (!bh_drafts_store_touch(device, author, record, kind, &made, error))
    return FALSE;
  if (made)
    bh_device_count(device)->drafts++;
  if (!release_files(device, author, record, key, text, error) ||
      !bh_drafts_store_put(device, author, record, key, text, error))
    return FALSE;
  if (bh_drafts_store_count_keys(device, author, record) > DRAFT_MAX_KEYS) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "draft: more than %d fields changed",
                DRAFT_MAX_KEYS);
    return FALSE;
  }
  return TRUE;
}

void bh_draft_settle(BhDevice *device, const json_t *value)
{
  g_autofree char *text = bh_json_dump(value);
  if (text != NULL)
    bh_release_settle(device, text);
}

gboolean bh_device_draft_set(BhDevice *device, const char *author, const char *record,
                             const char *kind, const char *key, const json_t *value, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return FALSE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !bh_draft_put(device, author, record, kind, key, value, error) ||
      !bh_write_commit(write, error))
    return FALSE;
  bh_draft_settle(device, value);
  return TRUE;
}

/* Returns the record's saved values with the draft's values over them. `view`: the record as it is
 * saved; NULL: it was never saved. */
static json_t *join_values(BhView *view, const json_t *changed)
{
  json_t *values = view != NULL ? bh_record_dup_values(view->record) : json_object();
  bh_values_apply(values, changed);
  return values;
}

json_t *bh_device_draft_get(BhDevice *device, const char *author, const char *record,
                            GError **error)
{
  if (!bh_device_ready(device, error))
    return NULL;
  json_t *draft = bh_drafts_store_get(device, author, record, error);
  if (draft == NULL)
    return NULL;
  json_object_set_new(
      draft, "values",
      join_values(bh_view_get(device, record, NULL), json_object_get(draft, "changed")));
  return draft;
}

json_t *bh_device_draft_list_below(BhDevice *device, const char *author, const char *kind_name,
                                   const char *parent, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  const BhKind *kind = bh_kind_set_find(device->kinds, kind_name);
  const char *field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  if (field == NULL)
    return json_array();
  g_autoptr(json_t) drafts =
      bh_drafts_store_list_of_parent(device, author, kind_name, field, parent, error);
  g_autoptr(json_t) ids = json_array();
  gsize i;
  json_t *draft;
  json_array_foreach(drafts, i, draft) {
    json_array_append(ids, json_object_get(draft, "record"));
  }
  g_autoptr(GHashTable) views = drafts != NULL ? bh_views_load(device, ids, error) : NULL;
  if (views == NULL)
    return NULL;
  json_array_foreach(drafts, i, draft) {
    BhView *view = g_hash_table_lookup(views, bh_json_string_or(draft, "record", ""));
    json_object_set_new(draft, "values", join_values(view, json_object_get(draft, "changed")));
  }
  return g_steal_pointer(&drafts);
}

/* Makes the title of a draft's record from the typed values, which are not saved yet. */
char *bh_draft_dup_title(BhDevice *device, const char *author, const char *record)
{
  g_autoptr(json_t) draft = bh_device_draft_get(device, author, record, NULL);
  json_t *values = json_object_get(draft, "values");
  const char *kind_name = bh_json_string_or(draft, "kind", "");
  const BhKind *kind = bh_kind_set_find(device->kinds, kind_name);
  void *step;
  const char *key;
  json_t *value;

  json_object_foreach_safe(values, step, key, value) {
    const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
    g_auto(BhRow) row = {0};
    if (field == NULL || bh_field_get_type(field) != BH_FIELD_REF || !json_is_string(value) ||
        g_strv_contains(bh_kind_get_title_refs(kind), key))
      continue;
    if (bh_records_store_find(device, json_string_value(value), &row, NULL) && row.number != 0)
      json_object_set_new(values, key, json_string(row.title));
  }
  return kind != NULL ? bh_kind_dup_title_with(kind, values, "zh", bh_title_get_values, device)
                      : g_strdup(kind_name);
}

json_t *bh_device_draft_list(BhDevice *device, const char *author, GError **error)
{
  gsize index;
  json_t *draft;

  if (!bh_device_ready(device, error))
    return NULL;
  json_t *out = bh_drafts_store_list(device, author, 0, G_MAXINT, error);
  if (out == NULL)
    return NULL;
  json_array_foreach(out, index, draft) {
    g_autofree char *title =
        bh_draft_dup_title(device, author, bh_json_string_or(draft, "record", ""));
    json_object_set_new(draft, "title", json_string(title));
    BhView *view = bh_view_get(device, bh_json_string_or(draft, "record", ""), NULL);
    const char *state = view != NULL ? bh_record_get_string(view->record, "state") : NULL;
    if (state != NULL)
      json_object_set_new(draft, "state", json_string(state));
    json_object_del(draft, "author");
  }
  return out;
}

gboolean bh_draft_drop(BhDevice *device, const char *author, const char *record, GError **error)
{
  gboolean dropped = FALSE;

  if (!release_files(device, author, record, NULL, NULL, error) ||
      !bh_drafts_store_drop(device, author, record, &dropped, error))
    return FALSE;
  if (dropped)
    bh_device_count(device)->drafts--;
  return TRUE;
}

/* Removes a draft. When its record was never saved, drafts of records below it are removed too,
 * because nobody could save them. */
static gboolean drop_with_children(BhDevice *device, const char *author, const char *record,
                                   int depth, GError **error)
{
  g_auto(BhRow) row = {0};

  if (!bh_draft_drop(device, author, record, error) ||
      !bh_records_store_find(device, record, &row, error))
    return FALSE;
  if (row.number != 0 || depth == DRAFT_MAX_DEPTH)
    return TRUE;
  g_autoptr(GPtrArray) below = bh_drafts_store_list_below(device, author, record, error);
  if (below == NULL)
    return FALSE;
  for (guint i = 0; i < below->len; i++)
    if (!drop_with_children(device, author, below->pdata[i], depth + 1, error))
      return FALSE;
  return TRUE;
}

gboolean bh_device_draft_discard(BhDevice *device, const char *author, const char *record,
                                 GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && drop_with_children(device, author, record, 0, error) &&
         bh_write_commit(write, error);
}

gboolean bh_device_draft_forget(BhDevice *device, const char *author, const char *record,
                                const json_t *keys, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  size_t i;
  json_t *key;

  if (write == NULL)
    return FALSE;
  json_array_foreach((json_t *)keys, i, key) {
    const char *name = json_string_value(key);
    if (name != NULL && (!release_files(device, author, record, name, NULL, error) ||
                         !bh_drafts_store_remove(device, author, record, name, error)))
      return FALSE;
  }
  if (bh_drafts_store_count_keys(device, author, record) == 0 &&
      !bh_draft_drop(device, author, record, error))
    return FALSE;
  return bh_write_commit(write, error);
}

json_t *bh_draft_dup_operation(const json_t *draft, const char *record, const json_t *overrides)
{
  json_t *set = json_copy(json_object_get(draft, "changed"));
  json_t *op = json_object();

  if (overrides != NULL)
    json_object_update(set, (json_t *)overrides);
  json_object_set_new(op, "record", json_string(record));
  json_object_set(op, "kind", json_object_get(draft, "kind"));
  json_object_set_new(op, "set", set);
  return op;
}

char *bh_device_save_draft(BhDevice *device, const char *author, const char *record,
                           const json_t *overrides, GError **error)
{
  if (!bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return NULL;
  g_autoptr(json_t) draft = bh_drafts_store_get(device, author, record, error);
  if (draft == NULL)
    return NULL;
  g_autoptr(json_t) ops = json_array();
  json_array_append_new(ops, bh_draft_dup_operation(draft, record, overrides));
  g_autofree char *id = bh_journal_write(device, author, ops, 0, NULL, error);
  if (id == NULL || !bh_draft_drop(device, author, record, error) || !bh_write_commit(write, error))
    return NULL;
  return g_steal_pointer(&id);
}
