#include "sync/hub/cases/internal.h"

#include <string.h>

#include "sync/hub/records/records.h"
#include "sync/hub/cases/case-store.h"

#define CASE_KIND "inspection"

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

static gboolean is_seen(const BhCase *one, const char *record)
{
  return one->options->sees == NULL || one->options->sees(record, one->options->data);
}

/* Of the context a case gives personal values of whom was inspected. */
static gboolean is_opened(const BhKind *kind)
{
  BhInCase in_case = bh_kind_get_in_case(kind);
  return in_case == BH_IN_CASE_OPENED || in_case == BH_IN_CASE_WITH_PARENT;
}

static gboolean may_open(const BhCase *one, const BhKind *kind, gboolean own)
{
  return one->options->personal && (own || is_opened(kind));
}

gboolean bh_case_opens(const BhCase *one, const char *record)
{
  const BhCaseRecord *known = g_hash_table_lookup(one->by_id, record);
  return known != NULL && may_open(one, known->kind, known->own);
}

/* NULL without an error when it is not here, or of a kind that is not in use any more. */
static BhCaseRecord *load(BhCase *one, const char *id, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autoptr(BhRecord) record = bh_record_load(one->db, id, &failed);
  if (record == NULL && !g_error_matches(failed, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  const BhKind *kind =
      record != NULL ? bh_kind_set_find(one->kinds, bh_record_get_kind(record)) : NULL;
  if (kind == NULL)
    return NULL;
  BhCaseRecord *loaded = g_new0(BhCaseRecord, 1);
  g_strlcpy(loaded->id, id, sizeof loaded->id);
  loaded->kind = kind;
  loaded->record = g_steal_pointer(&record);
  return loaded;
}

/* Takes the record over; FALSE with BH_ERROR_LIMIT. */
static gboolean keep(BhCase *one, BhCaseRecord *record, gboolean own, GError **error)
{
  record->own = own;
  if (!may_open(one, record->kind, own))
    bh_record_withhold(record->record, NULL);
  record->values = bh_record_dup_values(record->record);
  g_ptr_array_add(one->records, record);
  g_hash_table_insert(one->by_id, record->id, record);
  if (one->records->len <= BH_CASE_RECORDS_MAX)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "case: over %d records", BH_CASE_RECORDS_MAX);
  return FALSE;
}

static gboolean add_children(BhCase *one, const char *parent, GError **error)
{
  g_autoptr(GPtrArray) ids = bh_record_list_children(one->db, parent, NULL, G_MAXUINT, error);
  if (ids == NULL)
    return FALSE;
  for (guint i = 0; i < ids->len; i++) {
    const char *id = ids->pdata[i];
    if (g_hash_table_contains(one->by_id, id))
      continue;
    if (!is_seen(one, id)) {
      one->hidden++;
      continue;
    }
    g_autoptr(GError) failed = NULL;
    BhCaseRecord *child = load(one, id, &failed);
    if (failed != NULL) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return FALSE;
    }
    if (child != NULL && !keep(one, child, TRUE, error))
      return FALSE;
  }
  return TRUE;
}

/* The inspection and all below it. */
static gboolean add_own(BhCase *one, const char *record, GError **error)
{
  g_autoptr(GError) failed = NULL;
  BhCaseRecord *root = bh_id_is_valid(record) ? load(one, record, &failed) : NULL;
  if (root == NULL || !is_seen(one, record)) {
    if (root != NULL)
      case_record_free(root);
    if (failed != NULL)
      g_propagate_error(error, g_steal_pointer(&failed));
    else
      g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "there is no record %.64s", record);
    return FALSE;
  }
  if (strcmp(bh_kind_get_name(root->kind), CASE_KIND) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "record %s is of kind %s: a case is an %s",
                record, bh_kind_get_name(root->kind), CASE_KIND);
    case_record_free(root);
    return FALSE;
  }
  g_strlcpy(one->root, record, sizeof one->root);
  if (!keep(one, root, TRUE, error))
    return FALSE;
  for (guint i = 0; i < one->records->len; i++)
    if (!add_children(one, ((BhCaseRecord *)one->records->pdata[i])->id, error))
      return FALSE;
  return TRUE;
}

static gboolean add_context(BhCase *one, const char *id, gboolean from_own, GError **error);

/* A case without the keys of its devices verifies nothing. */
static gboolean check_kinds(const BhCase *one, GError **error)
{
  const GPtrArray *kinds = bh_kind_set_list(one->kinds);
  for (guint i = 0; i < kinds->len; i++)
    if (bh_kind_get_in_case(kinds->pdata[i]) != BH_IN_CASE_NOT)
      return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "the kinds of this hub are of before \"in_case\": load those of this version first");
  return FALSE;
}

/* What is told with its parent. */
static gboolean add_with_parent(BhCase *one, const char *parent, GError **error)
{
  const GPtrArray *kinds = bh_kind_set_list(one->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = kinds->pdata[i];
    if (bh_kind_get_in_case(kind) != BH_IN_CASE_WITH_PARENT)
      continue;
    g_autoptr(GPtrArray) ids =
        bh_record_list_children(one->db, parent, bh_kind_get_name(kind), G_MAXUINT, error);
    for (guint j = 0; ids != NULL && j < ids->len; j++)
      if (!add_context(one, ids->pdata[j], FALSE, error))
        return FALSE;
    if (ids == NULL)
      return FALSE;
  }
  return TRUE;
}

/* `from_own`: a record of the case refers to it; only those lead to what is opened. */
static gboolean add_context(BhCase *one, const char *id, gboolean from_own, GError **error)
{
  if (!bh_id_is_valid(id) || g_hash_table_contains(one->by_id, id))
    return TRUE;
  g_autoptr(GError) failed = NULL;
  BhCaseRecord *record = load(one, id, &failed);
  if (record == NULL && failed == NULL)
    return TRUE;
  if (record == NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  BhInCase in_case = bh_kind_get_in_case(record->kind);
  /* Names and keys of those who acted are no secret to who may have the case. */
  gboolean open = !is_opened(record->kind) || is_seen(one, id);
  if (!open || in_case == BH_IN_CASE_NOT || (in_case == BH_IN_CASE_OPENED && !from_own)) {
    case_record_free(record);
    return TRUE;
  }
  return keep(one, record, FALSE, error) &&
         (in_case != BH_IN_CASE_OPENED || add_with_parent(one, id, error));
}

static gboolean add_refs(BhCase *one, const BhKind *kind, const char *key, const json_t *value,
                         gboolean from_own, GError **error)
{
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, key) : NULL;
  if (field == NULL)
    return TRUE;
  if (bh_field_get_type(field) == BH_FIELD_REF && json_is_string(value))
    return add_context(one, json_string_value(value), from_own, error);
  if (bh_field_get_type(field) != BH_FIELD_REFS)
    return TRUE;
  for (gsize i = 0; i < json_array_size(value); i++) {
    const char *id = json_string_value(json_array_get(value, i));
    if (id != NULL && !add_context(one, id, from_own, error))
      return FALSE;
  }
  return TRUE;
}

/* --- entries --- */

static void put_entry(BhCase *one, gint64 position, gboolean own, gboolean with_body)
{
  const BhCaseEntry entry = {position, own, with_body};
  g_array_append_val(one->entries, entry);
}

static int compare_entries(gconstpointer a, gconstpointer b)
{
  const BhCaseEntry *one = a;
  const BhCaseEntry *other = b;
  if (one->position != other->position)
    return one->position < other->position ? -1 : 1;
  /* What says more comes first, and is what stays. */
  return (other->own * 2 + other->with_body) - (one->own * 2 + one->with_body);
}

static void sort_entries(BhCase *one)
{
  g_array_sort(one->entries, compare_entries);
  guint n = 0;
  for (guint i = 0; i < one->entries->len; i++) {
    BhCaseEntry *entry = &g_array_index(one->entries, BhCaseEntry, i);
    if (n == 0 || g_array_index(one->entries, BhCaseEntry, n - 1).position != entry->position)
      g_array_index(one->entries, BhCaseEntry, n++) = *entry;
  }
  g_array_set_size(one->entries, n);
}

static gboolean list_own_positions(BhCase *one, GError **error)
{
  g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_autoptr(json_t) ids = json_array();
  for (guint i = 0; i < one->records->len; i++) {
    const BhCaseRecord *record = one->records->pdata[i];
    json_array_append_new(ids, json_string(record->id));
    if (!bh_case_store_list_folded(one->db, record->id, positions, error))
      return FALSE;
  }
  g_autofree char *text = bh_json_dump(ids);
  g_autoptr(GPtrArray) held = bh_case_store_list_held(one->db, text, error);
  for (guint i = 0; held != NULL && i < held->len; i++) {
    const BhCaseHeld *entry = held->pdata[i];
    g_array_append_val(positions, entry->position);
    g_autoptr(BhEntryRow) decision =
        entry->decided_by != NULL ? bh_log_find_entry(one->db, entry->decided_by, error) : NULL;
    if (decision != NULL)
      g_array_append_val(positions, decision->position);
  }
  for (guint i = 0; i < positions->len; i++)
    put_entry(one, g_array_index(positions, gint64, i), TRUE, TRUE);
  sort_entries(one);
  return held != NULL;
}

/* Chain of an entry that is not the hub's: from its first to its last in the case. */
typedef struct {
  char device[BH_ID_LEN + 1];
  char incarnation[BH_INCARNATION_LEN + 1];
  gint64 from;
  gint64 to;
} Stretch;

static void stretch(GPtrArray *stretches, const BhEnvelope *envelope)
{
  if (strcmp(envelope->device, envelope->hub) == 0)
    return;
  for (guint i = 0; i < stretches->len; i++) {
    Stretch *known = stretches->pdata[i];
    if (strcmp(known->device, envelope->device) != 0 ||
        strcmp(known->incarnation, envelope->incarnation) != 0)
      continue;
    known->from = MIN(known->from, envelope->seq);
    known->to = MAX(known->to, envelope->seq);
    return;
  }
  Stretch *made = g_new0(Stretch, 1);
  g_strlcpy(made->device, envelope->device, sizeof made->device);
  g_strlcpy(made->incarnation, envelope->incarnation, sizeof made->incarnation);
  made->from = made->to = envelope->seq;
  g_ptr_array_add(stretches, made);
}

/* Who wrote an own entry and what it refers to, values since replaced included. */
static gboolean follow_body(BhCase *one, BhCaseEntry *entry, const BhBody *body, GError **error)
{
  gboolean is_shared = FALSE;
  if (!add_context(one, body->by, FALSE, error))
    return FALSE;
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhCaseRecord *known = g_hash_table_lookup(one->by_id, op->record);
    gboolean own = known != NULL && known->own;
    is_shared = is_shared || (known == NULL && strcmp(op->kind, BH_CASE_DECISION_KIND) != 0);
    entry->with_body = entry->with_body && (own || is_seen(one, op->record));
    for (guint j = 0; own && j < op->sets->len; j++) {
      const BhSet *set = op->sets->pdata[j];
      if (set->value != NULL && !add_refs(one, known->kind, set->key, set->value, TRUE, error))
        return FALSE;
    }
  }
  one->shared += is_shared && entry->with_body;
  return TRUE;
}

static gboolean follow_own_entries(BhCase *one, GPtrArray *stretches, GError **error)
{
  for (guint i = 0; i < one->entries->len; i++) {
    BhCaseEntry *entry = &g_array_index(one->entries, BhCaseEntry, i);
    BhEnvelope envelope;
    g_autoptr(BhEntryRow) row = bh_log_load_entry(one->db, entry->position, error);
    if (row == NULL || !bh_envelope_parse(row->text->envelope, &envelope, error) ||
        !add_context(one, envelope.device, FALSE, error))
      return FALSE;
    stretch(stretches, &envelope);
    g_autoptr(BhBody) body =
        row->text->body != NULL ? bh_body_parse(row->text->body, row->text->openings, NULL) : NULL;
    if (body != NULL && !follow_body(one, entry, body, error))
      return FALSE;
    /* Of what cannot be read nobody can say whom it concerns. */
    entry->with_body = entry->with_body && body != NULL;
  }
  return TRUE;
}

/* What context refers to in its turn, and who wrote it. */
static gboolean follow_context(BhCase *one, GError **error)
{
  for (guint i = 0; i < one->records->len; i++) {
    const BhCaseRecord *record = one->records->pdata[i];
    const char *key;
    json_t *value;
    g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (record->own)
      continue;
    json_object_foreach(record->values, key, value) {
      if (!add_refs(one, record->kind, key, value, FALSE, error))
        return FALSE;
    }
    if (!bh_case_store_list_folded(one->db, record->id, positions, error))
      return FALSE;
    for (guint j = 0; j < positions->len; j++) {
      g_autoptr(BhEntryRow) row =
          bh_log_load_entry(one->db, g_array_index(positions, gint64, j), error);
      if (row == NULL || !add_context(one, row->device, FALSE, error) ||
          (row->actor != NULL && !add_context(one, row->actor, FALSE, error)))
        return FALSE;
      put_entry(one, row->position, FALSE, TRUE);
    }
  }
  return TRUE;
}

/* Context is given with what it says of the case alone; a device's key always. */
static gboolean is_of_case(const BhCase *one, const BhBody *body)
{
  gboolean only = TRUE;
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    const BhCaseRecord *known = g_hash_table_lookup(one->by_id, op->record);
    if (known != NULL && strcmp(bh_kind_get_name(known->kind), "device") == 0)
      return TRUE;
    only = only && known != NULL;
  }
  return only;
}

static BhCaseFile *declare_file(BhCase *one, const BhFileRef *ref)
{
  BhCaseFile *file = g_hash_table_lookup(one->by_hash, ref->sha256);
  if (file != NULL)
    return file;
  file = g_new0(BhCaseFile, 1);
  file->ref = *ref;
  file->ref.media_type = g_strdup(ref->media_type);
  g_ptr_array_add(one->files, file);
  g_hash_table_insert(one->by_hash, file->ref.sha256, file);
  return file;
}

/* The length is the verified one: somebody else may have declared another first. */
static gboolean declare_files(BhCase *one, const BhBody *body, GError **error)
{
  for (guint i = 0; i < body->files->len; i++) {
    BhCaseFile *file = declare_file(one, body->files->pdata[i]);
    gint64 size;
    gboolean complete;
    if (file->held)
      continue;
    if (!bh_log_is_held_by_author(one->db, bh_hub_get_id(one->hub), body->id, file->ref.sha256,
                                  &file->held, error) ||
        !bh_log_get_file(one->db, file->ref.sha256, &size, NULL, &complete, error))
      return FALSE;
    if (file->held && complete)
      file->ref.size = size;
  }
  return TRUE;
}

/* Drops context that is of other cases too, and learns what the rest needs. */
static gboolean settle_entries(BhCase *one, GError **error)
{
  guint n = 0;
  for (guint i = 0; i < one->entries->len; i++) {
    BhCaseEntry entry = g_array_index(one->entries, BhCaseEntry, i);
    g_autoptr(BhEntryRow) row = bh_log_load_entry(one->db, entry.position, error);
    BhEnvelope envelope;
    if (row == NULL || !bh_envelope_parse(row->text->envelope, &envelope, error))
      return FALSE;
    g_autoptr(BhBody) body = entry.with_body && row->text->body != NULL
                                 ? bh_body_parse(row->text->body, row->text->openings, NULL)
                                 : NULL;
    if (!entry.own && (body == NULL || !is_of_case(one, body)))
      continue;
    if (body != NULL) {
      if (!declare_files(one, body, error))
        return FALSE;
      g_hash_table_add(one->sets, g_strdup(envelope.kinds));
    }
    g_array_index(one->entries, BhCaseEntry, n++) = entry;
  }
  g_array_set_size(one->entries, n);
  return TRUE;
}

/* The envelopes between the first and the last of the case on each device: that nothing there was
 * taken out or put in. */
static gboolean fill_spans(BhCase *one, const GPtrArray *stretches, GError **error)
{
  for (guint i = 0; i < stretches->len; i++) {
    const Stretch *one_chain = stretches->pdata[i];
    g_autoptr(GArray) positions = g_array_new(FALSE, FALSE, sizeof(gint64));
    json_array_append_new(one->spans,
                          json_pack("{s:s, s:s, s:I, s:I}", "device", one_chain->device,
                                    "incarnation", one_chain->incarnation, "from",
                                    (json_int_t)one_chain->from, "to", (json_int_t)one_chain->to));
    if (!bh_case_store_list_chain(one->db, one_chain->device, one_chain->incarnation,
                                  one_chain->from, one_chain->to, positions, error))
      return FALSE;
    for (guint j = 0; j < positions->len; j++)
      put_entry(one, g_array_index(positions, gint64, j), FALSE, FALSE);
  }
  sort_entries(one);
  return TRUE;
}

BhCase *bh_case_new(BhHub *hub, BhDb *db, const char *record, const BhCaseOptions *options,
                    GError **error)
{
  const BhClock *clock = bh_hub_get_clock(hub);
  g_autoptr(BhCase) one = g_new0(BhCase, 1);
  g_autoptr(GPtrArray) stretches = g_ptr_array_new_with_free_func(g_free);
  one->hub = hub;
  one->db = db;
  one->kinds = bh_hub_dup_kinds(hub);
  one->options = options;
  one->made_ms = clock->wall_ms(clock->data);
  one->records = g_ptr_array_new_with_free_func(case_record_free);
  one->by_id = g_hash_table_new(g_str_hash, g_str_equal);
  one->entries = g_array_new(FALSE, FALSE, sizeof(BhCaseEntry));
  one->spans = json_array();
  one->sets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  one->files = g_ptr_array_new_with_free_func(case_file_free);
  one->by_hash = g_hash_table_new(g_str_hash, g_str_equal);
  if (!check_kinds(one, error) || !add_own(one, record, error) || !list_own_positions(one, error) ||
      !follow_own_entries(one, stretches, error) || !follow_context(one, error))
    return NULL;
  sort_entries(one);
  if (!settle_entries(one, error) || !fill_spans(one, stretches, error))
    return NULL;
  return g_steal_pointer(&one);
}

void bh_case_free(BhCase *one)
{
  if (one == NULL)
    return;
  g_clear_pointer(&one->kinds, bh_kind_set_unref);
  g_hash_table_unref(one->by_id);
  g_ptr_array_unref(one->records);
  g_array_unref(one->entries);
  json_decref(one->spans);
  g_hash_table_unref(one->sets);
  g_hash_table_unref(one->by_hash);
  g_ptr_array_unref(one->files);
  g_free(one);
}
