/* Finds the records, entries and files of a case. Does not write anything. Start at bh_case_new. */
#include "sync/hub/cases/internal.h"

#include <string.h>

#include "sync/hub/records/records.h"
#include "sync/hub/cases/case-store.h"

/* --- records --- */

static void case_record_free(gpointer data)
{
  BhCaseRecord *record = data;
  bh_record_free(record->record);
  json_decref(record->values);
  g_free(record);
}

static void case_file_free(gpointer data)
{
  BhCaseFile *file = data;
  g_free(file->ref.media_type);
  g_free(file->name);
  g_free(file);
}

static gboolean is_seen(const BhCase *self, const char *record)
{
  return self->options->sees == NULL || self->options->sees(record, self->options->data);
}

/* Whether a case contains the personal values of context records of this kind, for example of the
 * inspected enterprise. */
static gboolean is_opened(const BhKind *kind)
{
  BhInCase in_case = bh_kind_get_in_case(kind);
  return in_case == BH_IN_CASE_OPENED || in_case == BH_IN_CASE_WITH_PARENT;
}

static gboolean may_open(const BhCase *self, const BhKind *kind, gboolean own)
{
  return self->options->personal && (own || is_opened(kind));
}

gboolean bh_case_gives_personal_values(const BhCase *self, const char *record)
{
  const BhCaseRecord *known = g_hash_table_lookup(self->by_id, record);
  return known != NULL && may_open(self, known->kind, known->own);
}

/* Loads a record (case_record_free). NULL without an error when the hub does not have it, or when
 * the present kind set does not have its kind. */
static BhCaseRecord *load(BhCase *self, const char *id, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhRecord) record = bh_record_load(self->db, id, &failed);
  if (record == NULL && !g_error_matches(failed, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  const BhKind *kind =
      record != NULL ? bh_kind_set_find(self->kinds, bh_record_get_kind(record)) : NULL;
  if (kind == NULL)
    return NULL;
  BhCaseRecord *loaded = g_new0(BhCaseRecord, 1);
  g_strlcpy(loaded->id, id, sizeof loaded->id);
  loaded->kind = kind;
  loaded->record = g_steal_pointer(&record);
  return loaded;
}

/* Adds a record to the case and takes ownership of it. FALSE with BH_ERROR_LIMIT. */
static gboolean add_record(BhCase *self, BhCaseRecord *record, gboolean own, GError **error)
{
  record->own = own;
  if (!may_open(self, record->kind, own))
    bh_record_withhold(record->record, NULL);
  record->values = bh_record_dup_values(record->record);
  g_ptr_array_add(self->records, record);
  g_hash_table_insert(self->by_id, record->id, record);
  if (self->records->len <= BH_CASE_RECORDS_MAX)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "case: more than %d records", BH_CASE_RECORDS_MAX);
  return FALSE;
}

static gboolean may_export(BhCase *self, const BhCaseRecord *record, gboolean *may, GError **error)
{
  return bh_case_may_export(self->db, record->kind, record->id,
                            bh_record_get_string(record->record, "state"), may, error);
}

static gboolean add_children(BhCase *self, const char *parent, GError **error)
{
  g_autoptr(GPtrArray) ids = bh_record_list_children(self->db, parent, NULL, G_MAXUINT, error);
  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++) {
    const char *id = ids->pdata[i];
    if (g_hash_table_contains(self->by_id, id))
      continue;
    if (!is_seen(self, id)) {
      self->hidden++;
      continue;
    }
    g_autoptr(GError) failed = NULL;
    BhCaseRecord *child = load(self, id, &failed);
    if (failed != NULL) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return FALSE;
    }
    gboolean may = FALSE;
    if (child == NULL)
      continue;
    if (!may_export(self, child, &may, error)) {
      case_record_free(child);
      return FALSE;
    }
    if (!may) {
      self->hidden++;
      case_record_free(child);
    } else if (!add_record(self, child, TRUE, error)) {
      return FALSE;
    }
  }
  return TRUE;
}

gboolean bh_case_may_root(const BhKind *kind)
{
  BhInCase in_case = bh_kind_get_in_case(kind);
  return in_case == BH_IN_CASE_ROOT || in_case == BH_IN_CASE_NOT;
}

/* Adds the root of the case and all records below it. */
static gboolean add_own(BhCase *self, const char *record, GError **error)
{
  g_autoptr(GError) failed = NULL;
  BhCaseRecord *root = bh_id_is_valid(record) ? load(self, record, &failed) : NULL;
  if (root == NULL || !is_seen(self, record)) {
    if (root != NULL)
      case_record_free(root);
    if (failed != NULL)
      g_propagate_error(error, g_steal_pointer(&failed));
    else
      g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no such record: %.64s", record);
    return FALSE;
  }
  if (!bh_case_may_root(root->kind)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "case: record %s is of kind %s, whose records are only context of cases", record,
                bh_kind_get_name(root->kind));
    case_record_free(root);
    return FALSE;
  }
  gboolean may = FALSE;
  gboolean known = may_export(self, root, &may, error);
  if (known && !may)
    bh_case_refuse_export(root->kind, error);
  if (!may) {
    case_record_free(root);
    return FALSE;
  }
  g_strlcpy(self->root, record, sizeof self->root);
  if (!add_record(self, root, TRUE, error))
    return FALSE;
  for (guint i = 0; i < self->records->len; i++)
    if (!add_children(self, ((BhCaseRecord *)self->records->pdata[i])->id, error))
      return FALSE;
  return TRUE;
}

static gboolean add_context(BhCase *self, const char *id, gboolean from_own, GError **error);

/* Refuses a kind set without a root of cases. It is of a version that did not declare "in_case": a
 * case would lack the keys of its devices, and could not be verified. */
static gboolean check_kinds(const BhCase *self, GError **error)
{
  const GPtrArray *kinds = bh_kind_set_list(self->kinds);
  for (guint i = 0; i < kinds->len; i++)
    if (bh_kind_get_in_case(kinds->pdata[i]) == BH_IN_CASE_ROOT)
      return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "case: no kind of this hub declares \"in_case\": \"root\", load the kinds of this "
              "version first");
  return FALSE;
}

/* Adds the children of a context record whose kinds have "in_case": "with_parent". */
static gboolean add_with_parent(BhCase *self, const char *parent, GError **error)
{
  const GPtrArray *kinds = bh_kind_set_list(self->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    if (bh_kind_get_in_case(kind) != BH_IN_CASE_WITH_PARENT)
      continue;
    g_autoptr(GPtrArray) ids =
        bh_record_list_children(self->db, parent, bh_kind_get_name(kind), G_MAXUINT, error);
    for (guint j = 0; ids != NULL && j < ids->len; j++)
      if (!add_context(self, ids->pdata[j], FALSE, error))
        return FALSE;
    if (ids == NULL)
      return FALSE;
  }
  return TRUE;
}

/* Adds a context record if its kind allows that. `from_own`: a record of the case refers to it.
 * Kinds with "in_case": "opened" require that. */
static gboolean add_context(BhCase *self, const char *id, gboolean from_own, GError **error)
{
  if (!bh_id_is_valid(id) || g_hash_table_contains(self->by_id, id))
    return TRUE;
  g_autoptr(GError) failed = NULL;
  BhCaseRecord *record = load(self, id, &failed);
  if (record == NULL && failed == NULL)
    return TRUE;
  if (record == NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  BhInCase in_case = bh_kind_get_in_case(record->kind);
  /* A receiver of the case may know the names and keys of the people who acted in it. So visibility
   * is checked only for kinds whose personal values are included. */
  gboolean open = !is_opened(record->kind) || is_seen(self, id);
  gboolean may = FALSE;
  if (!may_export(self, record, &may, error)) {
    case_record_free(record);
    return FALSE;
  }
  if (!open || !may || in_case == BH_IN_CASE_NOT || in_case == BH_IN_CASE_ROOT ||
      (in_case == BH_IN_CASE_OPENED && !from_own)) {
    case_record_free(record);
    return TRUE;
  }
  return add_record(self, record, FALSE, error) &&
         (in_case != BH_IN_CASE_OPENED || add_with_parent(self, id, error));
}

/* Adds the records to which a value refers. */
static gboolean add_refs(BhCase *self, const BhKind *kind, const char *key, const json_t *value,
                         gboolean from_own, GError **error)
{
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
  if (field == NULL)
    return TRUE;
  if (bh_field_get_type(field) == BH_FIELD_REF && json_is_string(value))
    return add_context(self, json_string_value(value), from_own, error);
  if (bh_field_get_type(field) != BH_FIELD_REFS)
    return TRUE;
  for (gsize i = 0; i < json_array_size(value); i++) {
    const char *id = json_string_value(json_array_get(value, i));
    if (id != NULL && !add_context(self, id, from_own, error))
      return FALSE;
  }
  return TRUE;
}

/* --- entries --- */

static void put_entry(BhCase *self, gint64 position, gboolean own, gboolean with_body)
{
  const BhCaseEntry entry = {position, own, with_body};
  g_array_append_val(self->entries, entry);
}

static int compare_entries(gconstpointer a, gconstpointer b)
{
  const BhCaseEntry *first = a;
  const BhCaseEntry *second = b;
  if (first->position != second->position)
    return first->position < second->position ? -1 : 1;
  /* If the case lists an entry several times, the element with the most content is sorted first,
   * because sort_entries keeps only the first. */
  return (second->own * 2 + second->with_body) - (first->own * 2 + first->with_body);
}

/* Sorts the entries by position and removes duplicates. */
static void sort_entries(BhCase *self)
{
  g_array_sort(self->entries, compare_entries);
  guint n = 0;
  for (guint i = 0; i < self->entries->len; i++) {
    BhCaseEntry *entry = &g_array_index(self->entries, BhCaseEntry, i);
    if (n == 0 || g_array_index(self->entries, BhCaseEntry, n - 1).position != entry->position)
      g_array_index(self->entries, BhCaseEntry, n++) = *entry;
  }
  g_array_set_size(self->entries, n);
}

/* Adds the entries about records of the case, those in quarantine and the decisions about them
 * included. */
static gboolean list_own_positions(BhCase *self, GError **error)
{
  g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_autoptr(json_t) ids = json_array();
  for (guint i = 0; i < self->records->len; i++) {
    const BhCaseRecord *record = self->records->pdata[i];
    json_array_append_new(ids, json_string(record->id));
    if (!bh_case_store_list_folded(self->db, record->id, positions, error))
      return FALSE;
  }
  g_autofree char *text = bh_json_dump(ids);
  g_autoptr(GPtrArray) quarantined = bh_case_store_list_quarantined(self->db, text, error);
  for (guint i = 0; quarantined != NULL && i < quarantined->len; i++) {
    const BhCaseQuarantined *entry = quarantined->pdata[i];
    g_array_append_val(positions, entry->position);
    g_autoptr(BhEntryRow) decision =
        entry->decided_by != NULL ? bh_log_find_entry(self->db, entry->decided_by, error) : NULL;
    if (decision != NULL)
      g_array_append_val(positions, decision->position);
  }
  for (guint i = 0; i < positions->len; i++)
    put_entry(self, g_array_index(positions, gint64, i), TRUE, TRUE);
  sort_entries(self);
  return quarantined != NULL;
}

/* The part of a device's chain from its first to its last entry in the case. */
typedef struct {
  char device[BH_ID_LEN + 1];
  char incarnation[BH_INCARNATION_LEN + 1];
  gint64 from;
  gint64 to;
} Span;

/* Extends the span of the entry's chain so that it contains this entry. The hub's own chain has no
 * span. */
static void extend_span(GPtrArray *spans, const BhEnvelope *envelope)
{
  if (strcmp(envelope->device, envelope->hub) == 0)
    return;
  for (guint i = 0; i < spans->len; i++) {
    Span *known = spans->pdata[i];
    if (strcmp(known->device, envelope->device) != 0 ||
        strcmp(known->incarnation, envelope->incarnation) != 0)
      continue;
    known->from = MIN(known->from, envelope->seq);
    known->to = MAX(known->to, envelope->seq);
    return;
  }
  Span *made = g_new0(Span, 1);
  g_strlcpy(made->device, envelope->device, sizeof made->device);
  g_strlcpy(made->incarnation, envelope->incarnation, sizeof made->incarnation);
  made->from = made->to = envelope->seq;
  g_ptr_array_add(spans, made);
}

/* Adds the author of an entry of the case, and the records to which its values refer, also values
 * that were replaced later. Clears entry->with_body if the receiver may not see a record in it. */
static gboolean follow_body(BhCase *self, BhCaseEntry *entry, const BhBody *body, GError **error)
{
  gboolean is_shared = FALSE;
  if (!add_context(self, body->by, FALSE, error))
    return FALSE;
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhCaseRecord *known = g_hash_table_lookup(self->by_id, op->record);
    gboolean own = known != NULL && known->own;
    is_shared = is_shared || (known == NULL && strcmp(op->kind, BH_CASE_DECISION_KIND) != 0);
    entry->with_body = entry->with_body && (own || is_seen(self, op->record));
    for (guint j = 0; own && j < op->sets->len; j++) {
      const BhSet *set = op->sets->pdata[j];
      if (set->value != NULL && !add_refs(self, known->kind, set->key, set->value, TRUE, error))
        return FALSE;
    }
  }
  self->shared += is_shared && entry->with_body;
  return TRUE;
}

static gboolean follow_own_entries(BhCase *self, GPtrArray *spans, GError **error)
{
  for (guint i = 0; i < self->entries->len; i++) {
    BhCaseEntry *entry = &g_array_index(self->entries, BhCaseEntry, i);
    BhEnvelope envelope;
    g_autoptr(BhEntryRow) row = bh_log_load_entry(self->db, entry->position, error);
    if (row == NULL || !bh_envelope_parse(row->text->envelope, &envelope, error) ||
        !add_context(self, envelope.device, FALSE, error))
      return FALSE;
    extend_span(spans, &envelope);
    g_autoptr(BhBody) body =
        row->text->body != NULL ? bh_body_parse(row->text->body, row->text->openings, NULL) : NULL;
    if (body != NULL && !follow_body(self, entry, body, error))
      return FALSE;
    /* A body that cannot be read may concern records that the receiver may not see. */
    entry->with_body = entry->with_body && body != NULL;
  }
  return TRUE;
}

/* Adds the records to which context records refer, and the authors and entries of context. */
static gboolean follow_context(BhCase *self, GError **error)
{
  for (guint i = 0; i < self->records->len; i++) {
    const BhCaseRecord *record = self->records->pdata[i];
    const char *key;
    json_t *value;
    g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (record->own)
      continue;
    json_object_foreach(record->values, key, value) {
      if (!add_refs(self, record->kind, key, value, FALSE, error))
        return FALSE;
    }
    if (!bh_case_store_list_folded(self->db, record->id, positions, error))
      return FALSE;
    for (guint j = 0; j < positions->len; j++) {
      g_autoptr(BhEntryRow) row =
          bh_log_load_entry(self->db, g_array_index(positions, gint64, j), error);
      if (row == NULL || !add_context(self, row->device, FALSE, error) ||
          (row->actor != NULL && !add_context(self, row->actor, FALSE, error)))
        return FALSE;
      put_entry(self, row->position, FALSE, TRUE);
    }
  }
  return TRUE;
}

/* Whether an entry of the context may be exported with its body: it concerns only records of this
 * case and its context, or makes a device, whose key is needed to verify. */
static gboolean is_of_case(const BhCase *self, const BhBody *body)
{
  gboolean only = TRUE;
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhCaseRecord *known = g_hash_table_lookup(self->by_id, op->record);
    if (known != NULL && strcmp(bh_kind_get_name(known->kind), "device") == 0)
      return TRUE;
    only = only && known != NULL;
  }
  return only;
}

static BhCaseFile *declare_file(BhCase *self, const BhFileRef *ref)
{
  BhCaseFile *file = g_hash_table_lookup(self->by_hash, ref->sha256);
  if (file != NULL)
    return file;
  file = g_new0(BhCaseFile, 1);
  file->ref = *ref;
  file->ref.media_type = g_strdup(ref->media_type);
  g_ptr_array_add(self->files, file);
  g_hash_table_insert(self->by_hash, file->ref.sha256, file);
  return file;
}

/* Adds the files that a body declares. The size of a file in the archive is the size that the hub
 * verified, because another device may have declared the same hash with another size. */
static gboolean declare_files(BhCase *self, const BhBody *body, GError **error)
{
  for (guint i = 0; i < body->files->len; i++) {
    BhCaseFile *file = declare_file(self, body->files->pdata[i]);
    gint64 size;
    gboolean complete;
    if (file->sent)
      continue;
    if (!bh_log_is_sent_by_author(self->db, bh_hub_get_id(self->hub), body->id, file->ref.sha256,
                                  &file->sent, error) ||
        !bh_log_get_file(self->db, file->ref.sha256, &size, NULL, &complete, error))
      return FALSE;
    if (file->sent && complete)
      file->ref.size = size;
  }
  return TRUE;
}

/* Removes entries of the context that concern other cases too. Collects the kind sets and files of
 * the remaining entries. */
static gboolean filter_entries(BhCase *self, GError **error)
{
  guint n = 0;
  for (guint i = 0; i < self->entries->len; i++) {
    BhCaseEntry entry = g_array_index(self->entries, BhCaseEntry, i);
    g_autoptr(BhEntryRow) row = bh_log_load_entry(self->db, entry.position, error);
    BhEnvelope envelope;
    if (row == NULL || !bh_envelope_parse(row->text->envelope, &envelope, error))
      return FALSE;
    g_autoptr(BhBody) body = entry.with_body && row->text->body != NULL
                                 ? bh_body_parse(row->text->body, row->text->openings, NULL)
                                 : NULL;
    if (!entry.own && (body == NULL || !is_of_case(self, body)))
      continue;
    if (body != NULL) {
      if (!declare_files(self, body, error))
        return FALSE;
      g_hash_table_add(self->sets, g_strdup(envelope.kinds));
    }
    g_array_index(self->entries, BhCaseEntry, n++) = entry;
  }
  g_array_set_size(self->entries, n);
  return TRUE;
}

/* Adds the envelopes between the first and the last entry of the case in each chain. They prove
 * that no entry between them was removed or inserted. */
static gboolean fill_spans(BhCase *self, const GPtrArray *spans, GError **error)
{
  for (guint i = 0; i < spans->len; i++) {
    const Span *span = spans->pdata[i];
    g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));
    json_array_append_new(self->spans,
                          json_pack("{s:s, s:s, s:I, s:I}", "device", span->device, "incarnation",
                                    span->incarnation, "from", (json_int_t)span->from, "to",
                                    (json_int_t)span->to));
    if (!bh_case_store_list_chain(self->db, span->device, span->incarnation, span->from, span->to,
                                  positions, error))
      return FALSE;
    for (guint j = 0; j < positions->len; j++)
      put_entry(self, g_array_index(positions, gint64, j), FALSE, FALSE);
  }
  sort_entries(self);
  return TRUE;
}

BhCase *bh_case_new(BhHub *hub, BhDb *db, const char *record, const BhCaseOptions *options,
                    GError **error)
{
  const BhClock *clock = bh_hub_get_clock(hub);
  g_autoptr(BhCase) self = g_new0(BhCase, 1);
  g_autoptr(GPtrArray) spans = g_ptr_array_new_with_free_func(g_free);
  self->hub = hub;
  self->db = db;
  self->kinds = bh_hub_dup_kinds(hub);
  self->settings = bh_hub_dup_settings(hub, db, NULL);
  self->options = options;
  self->made_ms = clock->wall_ms(clock->data);
  self->records = g_ptr_array_new_with_free_func(case_record_free);
  self->by_id = g_hash_table_new(g_str_hash, g_str_equal);
  self->entries = g_array_new(FALSE, FALSE, sizeof(BhCaseEntry));
  self->spans = json_array();
  self->sets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  self->files = g_ptr_array_new_with_free_func(case_file_free);
  self->by_hash = g_hash_table_new(g_str_hash, g_str_equal);
  if (!check_kinds(self, error) || !add_own(self, record, error) ||
      !list_own_positions(self, error) || !follow_own_entries(self, spans, error) ||
      !follow_context(self, error))
    return NULL;
  sort_entries(self);
  if (!filter_entries(self, error) || !fill_spans(self, spans, error))
    return NULL;
  return g_steal_pointer(&self);
}

void bh_case_free(BhCase *self)
{
  if (self == NULL)
    return;
  g_clear_pointer(&self->kinds, bh_kind_set_unref);
  bh_setting_values_unref(self->settings);
  g_hash_table_unref(self->by_id);
  g_ptr_array_unref(self->records);
  g_array_unref(self->entries);
  json_decref(self->spans);
  g_hash_table_unref(self->sets);
  g_hash_table_unref(self->by_hash);
  g_ptr_array_unref(self->files);
  g_free(self);
}
