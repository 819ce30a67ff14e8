/* Folds entries into records, and reads and writes snapshots. A record is an array of slots, one
 * per key, with the heads of the key. Start with bh_record_apply. */
#include "schema/merge.h"

#include <string.h>
#include "schema/commitment.h"
#include "schema/error.h"

/* A set that no other set replaces. */
typedef struct {
  char entry[BH_ID_LEN + 1];
  json_t *value;    /* plain or opened value; NULL when it is withheld; shared, never changed */
  char *commitment; /* commitment to a personal value; NULL for a plain value */
  char *salt;       /* `salt` and `opening` are NULL without an opening */
  char *opening;
} Head;

typedef struct {
  GPtrArray *heads;   /* Head*, sorted by entry id */
  GPtrArray *pending; /* char*, sorted: entries that a set replaces and that were not folded yet;
                       * NULL while there are none */
  char key[];
} Slot;

#define SLOTS_USUAL 16

struct _BhRecord {
  char id[BH_ID_LEN + 1];
  char *kind;
  GPtrArray *slots; /* Slot*, sorted by key; a slot stays once its key was set */
  gsize n_pending;  /* ids in `pending` of all slots together */
};

static void head_free(gpointer data)
{
  Head *head = data;
  g_clear_pointer(&head->value, json_decref);
  g_free(head->commitment);
  g_free(head->salt);
  g_free(head->opening);
  g_free(head);
}

static Head *head_new(const char *entry_id, json_t *value, const char *commitment, const char *salt,
                      const char *opening)
{
  Head *head = g_new0(Head, 1);
  g_strlcpy(head->entry, entry_id, sizeof head->entry);
  head->value = json_incref(value);
  head->commitment = g_strdup(commitment);
  head->salt = g_strdup(salt);
  head->opening = g_strdup(opening);
  return head;
}

static void slot_free(gpointer data)
{
  Slot *slot = data;
  g_ptr_array_unref(slot->heads);
  g_clear_pointer(&slot->pending, g_ptr_array_unref);
  g_free(slot);
}

BhRecord *bh_record_new(const char *id, const char *kind)
{
  BhRecord *record = g_new0(BhRecord, 1);
  g_strlcpy(record->id, id, sizeof record->id);
  record->kind = g_strdup(kind);
  record->slots = g_ptr_array_new_full(SLOTS_USUAL, slot_free);
  return record;
}

void bh_record_free(BhRecord *record)
{
  if (record == NULL)
    return;
  g_ptr_array_unref(record->slots);
  g_free(record->kind);
  g_free(record);
}

const char *bh_record_get_id(const BhRecord *record)
{
  return record->id;
}

const char *bh_record_get_kind(const BhRecord *record)
{
  return record->kind;
}

static const char *get_name(const GPtrArray *array, guint index, gsize offset)
{
  return (const char *)array->pdata[index] + offset;
}

/* Binary search in a sorted array whose elements have their name `offset` bytes from their
 * beginning. TRUE when the name exists; *place is its index, or the index at which to insert it.
 * The end is checked first, because new names are mostly the greatest. */
static gboolean find_name(const GPtrArray *array, const char *name, gsize offset, guint *place)
{
  guint low = 0;
  guint high = array->len;
  if (high > 0 && strcmp(get_name(array, high - 1, offset), name) < 0)
    low = high;
  while (low < high) {
    guint middle = low + (high - low) / 2;
    int order = strcmp(get_name(array, middle, offset), name);
    if (order == 0) {
      *place = middle;
      return TRUE;
    }
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *place = low;
  return FALSE;
}

/* find_name for an entry id in `heads` or `pending`. `array` may be NULL. */
static gboolean find_place(const GPtrArray *array, const char *id, guint *place)
{
  *place = 0;
  return array != NULL && find_name(array, id, 0, place);
}
G_STATIC_ASSERT(G_STRUCT_OFFSET(Head, entry) == 0);

static Slot *find_slot(const BhRecord *record, const char *key)
{
  guint place;
  return find_name(record->slots, key, G_STRUCT_OFFSET(Slot, key), &place)
             ? record->slots->pdata[place]
             : NULL;
}

static Slot *ensure_slot(BhRecord *record, const char *key)
{
  guint place;
  if (find_name(record->slots, key, G_STRUCT_OFFSET(Slot, key), &place))
    return record->slots->pdata[place];
  gsize size = strlen(key) + 1;
  Slot *slot = g_malloc(sizeof(Slot) + size);
  slot->heads = g_ptr_array_new_with_free_func(head_free);
  slot->pending = NULL;
  memcpy(slot->key, key, size);
  g_ptr_array_insert(record->slots, (gint)place, slot);
  return slot;
}

/* Adds an id at `place`, the result of find_place. */
static void add_pending(BhRecord *record, Slot *slot, guint place, const char *id)
{
  if (slot->pending == NULL)
    slot->pending = g_ptr_array_new_with_free_func(g_free);
  g_ptr_array_insert(slot->pending, (gint)place, g_strdup(id));
  record->n_pending++;
}

static guint count_pending(const Slot *slot)
{
  return slot->pending != NULL ? slot->pending->len : 0;
}

BhRecord *bh_record_copy(const BhRecord *record)
{
  BhRecord *copy = bh_record_new(record->id, record->kind);
  for (guint k = 0; k < record->slots->len; k++) {
    const Slot *slot = record->slots->pdata[k];
    Slot *to = ensure_slot(copy, slot->key);
    for (guint i = 0; i < slot->heads->len; i++) {
      const Head *head = slot->heads->pdata[i];
      g_ptr_array_add(to->heads, head_new(head->entry, head->value, head->commitment, head->salt,
                                          head->opening));
    }
    for (guint i = 0; i < count_pending(slot); i++)
      add_pending(copy, to, i, slot->pending->pdata[i]);
  }
  return copy;
}

/* --- fold --- */

static void replace_named(BhRecord *record, Slot *slot, const char *entry_id, char *const *was,
                          BhSeenFunc seen, gpointer data)
{
  for (gsize i = 0; was[i] != NULL; i++) {
    guint place = 0;
    if (g_str_equal(was[i], entry_id))
      continue; /* an entry does not replace itself */
    if (find_place(slot->heads, was[i], &place)) {
      g_ptr_array_remove_index(slot->heads, place);
      continue;
    }
    if (find_place(slot->pending, was[i], &place) ||
        (seen != NULL && seen(was[i], record->id, data)))
      continue;
    add_pending(record, slot, place, was[i]);
  }
}

guint bh_record_count_pending(const BhRecord *record, const char *key)
{
  if (key == NULL)
    return (guint)record->n_pending;
  const Slot *slot = find_slot(record, key);
  return slot != NULL ? count_pending(slot) : 0;
}

guint bh_record_count_unknown(const BhRecord *record, const BhSet *set, BhSeenFunc seen,
                              gpointer data)
{
  const Slot *slot = find_slot(record, set->key);
  guint unknown = 0, place;
  for (gsize i = 0; set->was[i] != NULL; i++) {
    gboolean is_known = slot != NULL && (find_place(slot->heads, set->was[i], &place) ||
                                         find_place(slot->pending, set->was[i], &place));
    if (!is_known && !(seen != NULL && seen(set->was[i], record->id, data)))
      unknown++;
  }
  return unknown;
}

void bh_record_foreach_head(const BhRecord *record, BhHeadFunc func, gpointer data)
{
  for (guint k = 0; k < record->slots->len; k++) {
    const Slot *slot = record->slots->pdata[k];
    for (guint i = 0; i < slot->heads->len; i++) {
      const Head *head = slot->heads->pdata[i];
      func(slot->key, head->entry, head->value, data);
    }
  }
}

/* Removes the entry, which was just folded, from the pending ids of all keys, also of keys that it
 * does not set: otherwise the result would depend on the order of arrival. */
static void settle_pending(BhRecord *record, const char *entry_id)
{
  for (guint i = 0; record->n_pending > 0 && i < record->slots->len; i++) {
    Slot *slot = record->slots->pdata[i];
    guint place = 0;
    if (find_place(slot->pending, entry_id, &place)) {
      g_ptr_array_remove_index(slot->pending, place);
      record->n_pending--;
    }
  }
}

gboolean bh_record_apply(BhRecord *record, const char *entry_id, const BhOp *op, BhSeenFunc seen,
                         gpointer data, GError **error)
{
  g_return_val_if_fail(g_str_equal(record->id, op->record), FALSE);
  if (!g_str_equal(record->kind, op->kind)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "record %s: is of kind %s, not %s", record->id,
                record->kind, op->kind);
    return FALSE;
  }
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    Slot *slot = ensure_slot(record, set->key);
    guint place = 0;
    gboolean replaced = find_place(slot->pending, entry_id, &place);
    replace_named(record, slot, entry_id, set->was, seen, data);
    if (!replaced && !find_place(slot->heads, entry_id, &place))
      g_ptr_array_insert(
          slot->heads, (gint)place,
          head_new(entry_id, bh_set_get_value(set), set->commitment, set->salt, set->opening));
  }
  settle_pending(record, entry_id);
  return TRUE;
}

void bh_record_withhold(BhRecord *record, const char *key)
{
  for (guint k = 0; k < record->slots->len; k++) {
    const Slot *slot = record->slots->pdata[k];
    if (key != NULL && !g_str_equal(key, slot->key))
      continue;
    for (guint i = 0; i < slot->heads->len; i++) {
      Head *head = slot->heads->pdata[i];
      if (head->commitment == NULL)
        continue;
      g_clear_pointer(&head->value, json_decref);
      g_clear_pointer(&head->salt, g_free);
      g_clear_pointer(&head->opening, g_free);
    }
  }
}

/* --- reading --- */

static const Head *get_shown(const Slot *slot)
{
  if (slot == NULL || slot->heads->len == 0)
    return NULL;
  return slot->heads->pdata[slot->heads->len - 1];
}

static json_t *get_value(const Slot *slot)
{
  const Head *head = get_shown(slot);
  return head == NULL || json_is_null(head->value) ? NULL : head->value;
}

json_t *bh_record_get(const BhRecord *record, const char *key)
{
  return get_value(find_slot(record, key));
}

const char *bh_record_get_string(const BhRecord *record, const char *key)
{
  return json_string_value(bh_record_get(record, key));
}

gboolean bh_record_is_withheld(const BhRecord *record, const char *key)
{
  const Head *head = get_shown(find_slot(record, key));
  return head != NULL && head->value == NULL;
}

char **bh_record_dup_heads(const BhRecord *record, const char *key)
{
  const Slot *slot = find_slot(record, key);
  guint n = slot != NULL ? slot->heads->len : 0;
  char **ids = g_new0(char *, n + 1);
  for (guint i = 0; i < n; i++)
    ids[i] = g_strdup(((const Head *)slot->heads->pdata[i])->entry);
  return ids;
}

json_t *bh_record_get_by_entry(const BhRecord *record, const char *key, const char *entry_id)
{
  const Slot *slot = find_slot(record, key);
  guint place;
  return slot != NULL && find_place(slot->heads, entry_id, &place)
             ? ((const Head *)slot->heads->pdata[place])->value
             : NULL;
}

gboolean bh_record_is_awaited(const BhRecord *record, const char *key, const char *entry_id)
{
  const Slot *slot = find_slot(record, key);
  guint place;
  return slot != NULL && find_place(slot->pending, entry_id, &place);
}

/* Whether two heads have the same value. Two commitments to one value differ by their salts, so
 * withheld values are equal only if the commitments are. */
static gboolean same_value(const Head *a, const Head *b)
{
  if (a->value != NULL && b->value != NULL)
    return json_equal(a->value, b->value);
  return a->commitment != NULL && b->commitment != NULL &&
         g_str_equal(a->commitment, b->commitment);
}

static gboolean slot_has_conflict(const Slot *slot)
{
  for (guint i = 1; i < slot->heads->len; i++)
    if (!same_value(slot->heads->pdata[0], slot->heads->pdata[i]))
      return TRUE;
  return FALSE;
}

gboolean bh_record_has_conflict(const BhRecord *record, const char *key)
{
  const Slot *slot = find_slot(record, key);
  return slot != NULL && slot_has_conflict(slot);
}

static gboolean slot_has_value(const Slot *slot)
{
  return get_value(slot) != NULL;
}

static GPtrArray *list_keys(const BhRecord *record, gboolean (*wanted)(const Slot *slot))
{
  GPtrArray *keys = g_ptr_array_new();
  for (guint i = 0; i < record->slots->len; i++) {
    Slot *slot = record->slots->pdata[i];
    if (wanted(slot))
      g_ptr_array_add(keys, slot->key);
  }
  return keys;
}

GPtrArray *bh_record_list_conflicts(const BhRecord *record)
{
  return list_keys(record, slot_has_conflict);
}

GPtrArray *bh_record_list_keys(const BhRecord *record)
{
  return list_keys(record, slot_has_value);
}

json_t *bh_record_dup_head_values(const BhRecord *record, const char *key)
{
  const Slot *slot = find_slot(record, key);
  json_t *array = json_array();
  for (guint i = slot != NULL ? slot->heads->len : 0; i > 0; i--) {
    const Head *head = slot->heads->pdata[i - 1];
    json_t *item = json_pack("{ss, sO?}", "entry", head->entry, "value", head->value);
    if (head->value == NULL)
      json_object_set_new(item, "withheld", json_true());
    json_array_append_new(array, item);
  }
  return array;
}

json_t *bh_record_dup_values(const BhRecord *record)
{
  json_t *values = json_object();
  for (guint i = 0; i < record->slots->len; i++) {
    const Slot *slot = record->slots->pdata[i];
    json_t *value = get_value(slot);
    if (value != NULL)
      json_object_set_nocheck(values, slot->key, value);
  }
  return values;
}

/* --- snapshots --- */

/* Appends a literal without calling strlen. */
#define APPEND(out, literal) g_string_append_len(out, literal, sizeof(literal) - 1)

/* Appends an id or hash and a quote. Ids and hashes need no escaping. */
static void append_plain(GString *out, const char *text)
{
  g_string_append(out, text);
  g_string_append_c(out, '"');
}

static gboolean append_head(GString *out, const Head *head)
{
  if (head->commitment != NULL) {
    APPEND(out, "{\"c\":\"");
    append_plain(out, head->commitment);
    APPEND(out, ",\"e\":\"");
  } else {
    APPEND(out, "{\"e\":\"");
  }
  append_plain(out, head->entry);
  if (head->commitment == NULL) {
    APPEND(out, ",\"v\":");
    if (!bh_json_append_sorted(out, head->value))
      return FALSE;
  } else if (head->opening != NULL) {
    APPEND(out, ",\"o\":");
    bh_json_append_string(out, head->opening);
    APPEND(out, ",\"s\":");
    bh_json_append_string(out, head->salt);
  }
  g_string_append_c(out, '}');
  return TRUE;
}

static gboolean append_slot(GString *out, const Slot *slot)
{
  APPEND(out, "{\"heads\":[");
  for (guint i = slot->heads->len; i > 0; i--) {
    if (!append_head(out, slot->heads->pdata[i - 1]))
      return FALSE;
    if (i > 1)
      g_string_append_c(out, ',');
  }
  g_string_append_c(out, ']');
  for (guint i = 0; i < count_pending(slot); i++) {
    g_string_append(out, i == 0 ? ",\"pending\":[\"" : ",\"");
    append_plain(out, slot->pending->pdata[i]);
  }
  g_string_append(out, count_pending(slot) > 0 ? "]}" : "}");
  return TRUE;
}

/* Writes the JSON text directly, with the keys of every object in order. The hub writes a snapshot
 * with every change, and building a JSON tree for it would take most of the time. */
char *bh_record_to_snapshot(const BhRecord *record)
{
  g_autoptr(GString) out = g_string_sized_new(128 + 128 * (gsize)record->slots->len);
  APPEND(out, "{\"keys\":{");
  for (guint i = 0; i < record->slots->len; i++) {
    const Slot *slot = record->slots->pdata[i];
    if (i > 0)
      g_string_append_c(out, ',');
    bh_json_append_string(out, slot->key);
    g_string_append_c(out, ':');
    if (!append_slot(out, slot))
      return NULL;
  }
  g_string_append_c(out, '}');
  APPEND(out, ",\"kind\":");
  bh_json_append_string(out, record->kind);
  APPEND(out, ",\"record\":\"");
  append_plain(out, record->id);
  g_string_append_c(out, '}');
  return g_string_free(g_steal_pointer(&out), FALSE);
}

static gboolean fail(GError **error, BhErrorCode code, const char *key, const char *what)
{
  g_set_error(error, BH_ERROR, (gint)code, "snapshot: key \"%s\": %s", key, what);
  return FALSE;
}

/* The opened value; NULL with an error when the opening does not match the commitment. */
static json_t *open_value(const char *commitment, const char *salt, const char *opening,
                          const char *key, GError **error)
{
  if (opening == NULL || !bh_commitment_verify(commitment, salt, opening)) {
    fail(error, BH_ERROR_SIGNATURE, key, "opening does not match its commitment");
    return NULL;
  }
  return bh_json_parse(opening, strlen(opening), BH_OPENINGS_MAX, "snapshot: opening", error);
}

static gboolean read_head(Slot *slot, const json_t *item, const char *key, GError **error)
{
  const char *entry = bh_json_string_or(item, "e", NULL);
  if (!bh_id_is_valid(entry))
    return fail(error, BH_ERROR_FORMAT, key, "a head without entry id");
  if (slot->heads->len > 0 &&
      strcmp(((const Head *)slot->heads->pdata[slot->heads->len - 1])->entry, entry) <= 0)
    return fail(error, BH_ERROR_FORMAT, key, "heads are not newest first");
  json_t *value = json_object_get(item, "v");
  const char *commitment = bh_json_string_or(item, "c", NULL);
  if ((value != NULL) == (commitment != NULL))
    return fail(error, BH_ERROR_FORMAT, key, "a head needs either \"v\" or \"c\"");
  if (value != NULL) {
    g_ptr_array_add(slot->heads, head_new(entry, value, NULL, NULL, NULL));
    return TRUE;
  }
  if (!bh_hash_is_valid(commitment))
    return fail(error, BH_ERROR_FORMAT, key, "\"c\" is not a hash");
  const char *salt = bh_json_string_or(item, "s", NULL);
  const char *opening = bh_json_string_or(item, "o", NULL);
  g_autoptr(json_t) opened = NULL;
  if (salt != NULL || opening != NULL) {
    opened = open_value(commitment, salt, opening, key, error);
    if (opened == NULL)
      return FALSE;
  }
  g_ptr_array_add(slot->heads, head_new(entry, opened, commitment, salt, opening));
  return TRUE;
}

static void reverse(GPtrArray *array)
{
  for (guint i = 0; i < array->len / 2; i++) {
    gpointer other = array->pdata[array->len - 1 - i];
    array->pdata[array->len - 1 - i] = array->pdata[i];
    array->pdata[i] = other;
  }
}

static gboolean read_slot(BhRecord *record, const char *key, const json_t *member, GError **error)
{
  if (*key == '\0' || strlen(key) > BH_KEY_MAX)
    return fail(error, BH_ERROR_FORMAT, "?", "empty or longer than 96 bytes");
  const json_t *heads = json_object_get(member, "heads");
  const json_t *pending = json_object_get(member, "pending");
  if (!json_is_array(heads) || (pending != NULL && !json_is_array(pending)))
    return fail(error, BH_ERROR_FORMAT, key, "\"heads\" or \"pending\" is not an array");
  Slot *slot = ensure_slot(record, key);
  gsize i;
  json_t *item;
  json_array_foreach(heads, i, item) {
    if (!read_head(slot, item, key, error))
      return FALSE;
  }
  reverse(slot->heads);
  json_array_foreach(pending, i, item) {
    const char *id = json_string_value(item);
    guint place = 0;
    if (!bh_id_is_valid(id) || (i > 0 && strcmp(slot->pending->pdata[i - 1], id) >= 0) ||
        find_place(slot->heads, id, &place))
      return fail(error, BH_ERROR_FORMAT, key,
                  "\"pending\" must be a sorted list of ids that are not heads");
    add_pending(record, slot, (guint)i, id);
  }
  return TRUE;
}

BhRecord *bh_record_from_json(const json_t *snapshot, GError **error)
{
  const char *id = bh_json_get_string(snapshot, "record", "snapshot", error);
  if (id == NULL)
    return NULL;
  const char *kind = bh_json_get_string(snapshot, "kind", "snapshot", error);
  if (kind == NULL)
    return NULL;
  json_t *keys = bh_json_get_object(snapshot, "keys", "snapshot", error);
  if (keys == NULL)
    return NULL;
  if (!bh_id_is_valid(id) || *kind == '\0') {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "snapshot: \"record\" or \"kind\" is not valid");
    return NULL;
  }
  g_autoptr(BhRecord) record = bh_record_new(id, kind);
  const char *key;
  json_t *member;
  json_object_foreach(keys, key, member) {
    if (!read_slot(record, key, member, error))
      return NULL;
  }
  return g_steal_pointer(&record);
}

BhRecord *bh_record_from_snapshot(const char *text, gsize len, GError **error)
{
  g_autoptr(json_t) snapshot = bh_json_parse(text, len, BH_SNAPSHOT_MAX, "snapshot", error);
  return snapshot != NULL ? bh_record_from_json(snapshot, error) : NULL;
}
