/* Gives numbers to new records of kinds with "number": from a block of this device, else a
 * provisional one. The hub grants blocks and replaces provisional numbers. Start at
 * bh_numbers_fill. */
#include "sync/device/store/numbers.h"

#include <string.h>

#include "schema/civil.h"
#include "sync/device/store/device-store.h"
#include "sync/device/store/numbers-store.h"
#include "sync/device/store/scope.h"
#include "sync/device/store/views.h"

/* --- giving numbers --- */

/* What is needed while the operations of one entry get their numbers. */
typedef struct {
  BhDevice *device;
  const json_t *ops;
  BhScope *scope;    /* the store with all operations over it; NULL: not needed yet */
  GHashTable *taken; /* id of block → next free number (gint64*); NULL: no block is used yet */
} Filling;

static void filling_clear(Filling *filling)
{
  g_clear_pointer(&filling->scope, bh_scope_free);
  g_clear_pointer(&filling->taken, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Filling, filling_clear)

static void need_scope(Filling *filling)
{
  gsize index;
  json_t *op;
  if (filling->scope != NULL)
    return;
  filling->scope = bh_scope_new(filling->device, NULL);
  json_array_foreach((json_t *)filling->ops, index, op) {
    const char *record = bh_json_string_or(op, "record", "");
    if (bh_id_is_valid(record))
      bh_scope_set(filling->scope, record, bh_json_string_or(op, "kind", ""),
                   json_object_get(op, "set"));
  }
}

/* Finds the counter of a new record. A record that names no unit belongs to the unit of the device.
 * *found: whether there is one. */
static gboolean find_counter(Filling *filling, const BhKind *kind, const char *record,
                             BhCounter *counter, gboolean *found, GError **error)
{
  BhContext context;
  gint64 year = bh_date_from_ms(bh_device_now_ms(filling->device)).year;
  need_scope(filling);
  bh_scope_fill(filling->scope, record, &context);
  *found = bh_numbering_find_counter(kind, &context, NULL, year, counter);
  if (*found)
    return TRUE;
  g_autoptr(json_t) uplink = bh_device_store_read_uplink(filling->device, error);
  if (uplink == NULL)
    return FALSE;
  *found = bh_numbering_find_counter(kind, &context, bh_json_string_or(uplink, "unit", NULL), year,
                                     counter);
  return TRUE;
}

/* Takes the next free number of the blocks of a counter. Returns the number as it is written
 * (g_free); NULL without an error when no block is left. */
static char *take_next(Filling *filling, const BhKind *kind, const BhCounter *counter,
                       GError **error)
{
  g_autoptr(GPtrArray) blocks =
      bh_numbers_store_list(filling->device, bh_kind_get_name(kind), counter, error);
  for (guint i = 0; blocks != NULL && i < blocks->len; i++) {
    const BhNumberBlock *block = blocks->pdata[i];
    const gint64 *used =
        filling->taken != NULL ? g_hash_table_lookup(filling->taken, block->record) : NULL;
    gint64 n = used != NULL ? *used : block->next;
    if (n > block->last)
      continue;
    if (filling->taken == NULL)
      filling->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    gint64 next = n + 1;
    g_hash_table_replace(filling->taken, g_strdup(block->record), g_memdup2(&next, sizeof next));
    return bh_counter_format(&block->counter, n);
  }
  return NULL;
}

/* *number: the number for a new record as {field: value}, a new reference; NULL when the unit or
 * the type of the record is not known, so that the hub gives the number. */
static gboolean make_number(Filling *filling, const BhKind *kind, const char *record,
                            json_t **number, GError **error)
{
  const BhNumbering *numbering = bh_kind_get_numbering(kind);
  g_auto(BhCounter) counter = {0};
  g_autoptr(GError) failed = NULL;
  gboolean found = FALSE;
  *number = NULL;
  if (!find_counter(filling, kind, record, &counter, &found, error))
    return FALSE;
  if (!found)
    return TRUE;
  g_autofree char *text = take_next(filling, kind, &counter, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  *number = json_object();
  if (text == NULL) {
    text = bh_counter_dup_provisional(&counter, record);
    if (bh_numbering_get_provisional(numbering) != NULL)
      json_object_set_new(*number, bh_numbering_get_provisional(numbering), json_true());
  }
  json_object_set_new(*number, bh_numbering_get_field(numbering), json_string(text));
  return TRUE;
}

/* Whether the operation sets the number or its mark, and what it sets is not `number` (NULL: it may
 * set neither). */
static gboolean sets_other(const BhNumbering *numbering, const json_t *set, const json_t *number)
{
  const char *const keys[] = {bh_numbering_get_field(numbering),
                              bh_numbering_get_provisional(numbering)};
  for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
    const json_t *value = keys[i] != NULL ? json_object_get(set, keys[i]) : NULL;
    const json_t *own = keys[i] != NULL ? json_object_get(number, keys[i]) : NULL;
    if (value != NULL && !json_is_false(value) && (own == NULL || !json_equal(value, own)))
      return TRUE;
  }
  return FALSE;
}

static gboolean refuse(const BhKind *kind, const char *record, char **refused, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "%s.%s: the number is given when the record is saved, and replaced at the hub only",
              bh_kind_get_name(kind), bh_numbering_get_field(bh_kind_get_numbering(kind)));
  if (refused != NULL)
    *refused = g_strdup(record);
  return FALSE;
}

/* *number: what is to be added to the operation; NULL: nothing. */
static gboolean fill_one(Filling *filling, const json_t *op, GHashTable *made, json_t **number,
                         char **refused, GError **error)
{
  const char *record = bh_json_string_or(op, "record", "");
  const json_t *set = json_object_get(op, "set");
  const BhKind *kind = bh_kind_set_find(filling->device->kinds, bh_json_string_or(op, "kind", ""));
  const BhNumbering *numbering = kind != NULL ? bh_kind_get_numbering(kind) : NULL;
  g_autoptr(GError) failed = NULL;
  *number = NULL;
  if (numbering == NULL || !bh_id_is_valid(record) || !json_is_object(set))
    return TRUE;
  gboolean is_new = bh_view_get(filling->device, record, &failed) == NULL;
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (is_new && g_hash_table_add(made, (gpointer)record) &&
      !make_number(filling, kind, record, number, error))
    return FALSE;
  if (!sets_other(numbering, set, *number))
    return TRUE;
  json_decref(*number);
  *number = NULL;
  return refuse(kind, record, refused, error);
}

json_t *bh_numbers_fill(BhDevice *device, const json_t *ops, GHashTable **taken, char **refused,
                        GError **error)
{
  g_auto(Filling) filling = {.device = device, .ops = ops};
  /* ids of the records that an earlier operation made */
  g_autoptr(GHashTable) made = g_hash_table_new(g_str_hash, g_str_equal);
  g_autoptr(json_t) full = json_incref((json_t *)ops);
  gsize index;
  json_t *op;
  json_array_foreach((json_t *)ops, index, op) {
    g_autoptr(json_t) number = NULL;
    if (!fill_one(&filling, op, made, &number, refused, error))
      return NULL;
    if (number == NULL)
      continue;
    if (full == ops) {
      json_decref(full);
      full = json_copy((json_t *)ops);
    }
    g_autoptr(json_t) set = json_copy(json_object_get(op, "set"));
    json_object_update(set, number);
    json_t *numbered = json_copy(op);
    json_object_set(numbered, "set", set);
    json_array_set_new(full, index, numbered);
  }
  *taken = g_steal_pointer(&filling.taken);
  return g_steal_pointer(&full);
}

gboolean bh_numbers_take(BhDevice *device, GHashTable *taken, GError **error)
{
  GHashTableIter iter;
  gpointer record, next;
  if (taken == NULL)
    return TRUE;
  g_hash_table_iter_init(&iter, taken);
  while (g_hash_table_iter_next(&iter, &record, &next))
    if (!bh_numbers_store_set_next(device, record, *(gint64 *)next, error))
      return FALSE;
  return TRUE;
}

json_t *bh_device_preview_numbers(BhDevice *device, const json_t *ops, GError **error)
{
  g_autoptr(GHashTable) taken = NULL;
  return bh_device_ready(device, error) && bh_device_need_enrolled(device, error)
             ? bh_numbers_fill(device, ops, &taken, NULL, error)
             : NULL;
}

/* --- blocks --- */

gboolean bh_numbers_add_block(BhDevice *device, const char *snapshot, GError **error)
{
  g_autoptr(BhRecord) record = bh_record_from_snapshot(snapshot, strlen(snapshot), error);
  g_autofree BhNumberBlock *block = g_new0(BhNumberBlock, 1);
  if (record == NULL)
    return FALSE;
  g_autoptr(json_t) values = bh_record_dup_values(record);
  const char *of_device = bh_json_string_or(values, "device", "");
  if (device->signer == NULL || strcmp(of_device, device->signer->device) != 0)
    return TRUE;
  gint64 year = json_integer_value(json_object_get(values, "year"));
  gint64 first = json_integer_value(json_object_get(values, "first"));
  gint64 last = json_integer_value(json_object_get(values, "last"));
  gint64 digits = json_integer_value(json_object_get(values, "digits"));
  if (first < 1 || last < first || last > BH_NUMBER_MAX || digits < 0 || digits > 7) {
    g_warning("pull: block of numbers %s is left out: its numbers are out of range",
              bh_record_get_id(record));
    return TRUE;
  }
  /* A block that was granted before the hub knew a chain belongs to the chain that the enrolment
   * began. A copy of the store goes on in another chain, and so does not use it. */
  g_autofree char *enrolled = bh_setting_dup(device, BH_SETTING_ENROLLED_INCARNATION);
  const char *incarnation = bh_json_string_or(values, "incarnation", "");
  if (*incarnation == '\0')
    incarnation = enrolled != NULL ? enrolled : "";
  g_strlcpy(block->record, bh_record_get_id(record), sizeof block->record);
  block->counter = (BhCounter){.key = (char *)bh_json_string_or(values, "counter", ""),
                               .year = year,
                               .prefix = (char *)bh_json_string_or(values, "prefix", ""),
                               .suffix = (char *)bh_json_string_or(values, "suffix", ""),
                               .digits = digits};
  block->next = first;
  block->last = last;
  return bh_numbers_store_add(device, bh_json_string_or(values, "of_kind", ""), incarnation, block,
                              error);
}

gboolean bh_numbers_end_block(BhDevice *device, const char *record, GError **error)
{
  return bh_numbers_store_set_gone(device, record, error);
}
