/* Saves one entry from a list of operations, in one transaction with everything that follows from
 * it. The outbox is the journal itself: entries above the acknowledged seq are to be sent. */
#include "sync/device/store/journal.h"

#include <string.h>

#include "schema/act.h"
#include "schema/person.h"
#include "sync/device/store/check.h"
#include "sync/device/store/files.h"
#include "sync/device/store/journal-store.h"
#include "sync/device/store/numbers.h"
#include "sync/device/store/opens.h"
#include "sync/device/store/outbox-ahead.h"
#include "sync/device/store/people.h"
#include "sync/device/store/records.h"
#include "sync/device/store/view.h"

/* --- building the body --- */

static gboolean add_set(BhDevice *device, BhBodyBuilder *builder, const char *record,
                        const char *kind_name, const char *key, json_t *value, GError **error)
{
  const BhKind *kind = bh_kind_set_find(device->kinds, kind_name);
  const BhField *field = bh_kind_find_field(kind, key);
  g_autoptr(GError) local = NULL;
  BhView *view = bh_view_get(device, record, &local);

  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  g_auto(GStrv) was = view != NULL ? bh_record_dup_heads(view->record, key) : NULL;
  bh_body_builder_set(builder, record, kind_name, key, value,
                      field != NULL && bh_field_is_personal(field), (const char *const *)was);
  return TRUE;
}

static gboolean add_file(BhDevice *device, BhBodyBuilder *builder, const json_t *set,
                         GError **error)
{
  const char *sha256 = bh_json_string_or(set, BH_FILE_HASH, NULL);
  g_autofree char *media_type = NULL;
  gint64 size = 0;

  if (sha256 == NULL)
    return TRUE;
  if (!bh_files_store_find(device, sha256, &size, &media_type)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "file.sha256: no file %.64s in this store: add it before the entry", sha256);
    return FALSE;
  }
  bh_body_builder_add_file(builder, sha256, size, media_type);
  return TRUE;
}

static gboolean add_operations(BhDevice *device, BhBodyBuilder *builder, const json_t *ops,
                               char **refused, GError **error)
{
  gsize index;
  json_t *op, *value;
  const char *key;

  json_array_foreach((json_t *)ops, index, op) {
    const char *record = bh_json_string_or(op, "record", "");
    const char *kind = bh_json_string_or(op, "kind", "");
    json_t *set = json_object_get(op, "set");
    json_object_foreach(set, key, value) {
      if (!add_set(device, builder, record, kind, key, value, error))
        return FALSE;
    }
    if (strcmp(kind, "file") == 0 && !add_file(device, builder, set, error)) {
      if (refused != NULL)
        *refused = g_strdup(record);
      return FALSE;
    }
  }
  return TRUE;
}

static BhBody *build_body(BhDevice *device, const char *id, const char *author, const json_t *ops,
                          gint64 observed_ms, gint64 *at_ms, char **body, char **openings,
                          char **refused, GError **error)
{
  BhEntryClock clock;

  bh_device_read_clock(device, &clock);
  *at_ms = clock.wall_ms;
  const guint8 *key;
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(id, author, &clock, observed_ms, device->random);
  if (!bh_people_get_key(device, author, &key, error))
    return NULL;
  if (key != NULL)
    bh_body_builder_sign(builder, device->signer->hub, key);
  if (!add_operations(device, builder, ops, refused, error))
    return NULL;
  return bh_body_builder_finish_body(builder, body, openings, error);
}

/* --- writing it down --- */

static gboolean apply_operations(BhDevice *device, const BhBody *body, gint64 pos, char **refused,
                                 GError **error)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    BhView *view = bh_view_need(device, op->record, op->kind, error);
    if (view == NULL || !bh_view_apply(view, body->id, op, error) ||
        !bh_journal_store_link(device, op->record, pos, error) ||
        !bh_view_store(device, view, pos, op, error)) {
      if (refused != NULL)
        *refused = g_strdup(op->record);
      return FALSE;
    }
  }
  for (guint i = 0; i < body->files->len; i++) {
    const BhFileRef *file = g_ptr_array_index(body->files, i);
    if (!bh_files_declare(device, file->sha256, pos, error))
      return FALSE;
  }
  return TRUE;
}

static void note_head(BhDevice *device, const BhEntryText *text, gint64 at_ms)
{
  g_autofree char *hash = bh_hash_hex(text->envelope, strlen(text->envelope));

  device->made++;
  device->last_ms = at_ms;
  g_strlcpy(device->head, hash, sizeof device->head);
}

/* Adds to new files under which moment of their parent they are attached. Returns `ops`, or a copy
 * in which something was added; a new reference. */
static json_t *mark_files(BhDevice *device, json_t *ops)
{
  json_t *out = json_incref(ops);
  gsize i;
  json_t *op;
  json_array_foreach(ops, i, op) {
    if (strcmp(bh_json_string_or(op, "kind", ""), BH_ACT_FILE_KIND) != 0)
      continue;
    const BhKind *kind = bh_kind_set_find(device->kinds, BH_ACT_FILE_KIND);
    const char *field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
    const char *parent =
        field != NULL ? bh_json_string_or(json_object_get(op, "set"), field, NULL) : NULL;
    BhView *above = parent != NULL ? bh_view_get(device, parent, NULL) : NULL;
    if (above == NULL || bh_view_get(device, bh_json_string_or(op, "record", ""), NULL) != NULL)
      continue;
    g_autoptr(json_t) set = json_object();
    bh_act_mark_file(kind, bh_kind_set_find(device->kinds, bh_record_get_kind(above->record)),
                     bh_view_get_values(above), set);
    if (json_object_size(set) == 0)
      continue;
    if (out == ops) {
      json_decref(out);
      out = json_deep_copy(ops);
    }
    json_object_update(json_object_get(json_array_get(out, i), "set"), set);
  }
  return out;
}

char *bh_journal_write(BhDevice *device, const char *author, const json_t *ops, gint64 observed_ms,
                       char **refused, GError **error)
{
  char id[BH_ID_LEN + 1];
  gint64 at_ms = 0;
  g_autofree char *body_text = NULL;
  g_autofree char *openings = NULL;

  g_autoptr(GHashTable) taken = NULL;
  g_autoptr(json_t) opened = bh_opens_fill(device, author, ops, error);
  if (opened == NULL)
    return NULL;
  g_autoptr(json_t) numbered = bh_numbers_fill(device, opened, &taken, refused, error);
  if (numbered == NULL)
    return NULL;
  g_autoptr(json_t) marked = mark_files(device, numbered);
  g_autoptr(json_t) full = bh_check_operations(device, author, marked, refused, error);
  if (full == NULL)
    return NULL;
  bh_id_next(&device->ids, id);
  g_autoptr(BhBody) body = build_body(device, id, author, full, observed_ms, &at_ms, &body_text,
                                      &openings, refused, error);
  if (body == NULL)
    return NULL;
  gint64 pos = BH_POS(device->incarnation, device->made + 1);
  g_autoptr(BhEntryText) text =
      bh_entry_sign(device->signer, device->made + 1, device->head,
                    bh_kind_set_get_hash(device->kinds), body_text, openings);
  if (!bh_numbers_take(device, taken, error) ||
      !bh_journal_store_insert(device, pos, id, author, at_ms, text, error) ||
      !bh_outbox_note_urgent(device, body, error) ||
      !apply_operations(device, body, pos, refused, error) || !bh_view_retitle_some(device, error))
    return NULL;
  note_head(device, text, at_ms);
  return g_strdup(id);
}

char *bh_device_save(BhDevice *device, const char *author, const json_t *ops, gint64 observed_ms,
                     GError **error)
{
  if (!bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return NULL;
  g_autofree char *id = bh_journal_write(device, author, ops, observed_ms, NULL, error);
  if (id == NULL || !bh_write_commit(write, error))
    return NULL;
  return g_steal_pointer(&id);
}
