/* Limits of the size of a record, and of the share of it that one device may contribute. A record
 * is always read and sent as a whole, also over slow lines, so its size is bounded; and no device
 * may use up the share of other devices or of the office. Start at bh_records_check_size. */
#include "sync/hub/records/internal.h"

#include <string.h>

#include "sync/hub/log/log.h"
#include "sync/wire/limits.h"

#define HEAD_MAX_BYTES 200 /* names, id, commitment and salt of one head (current value) */

/* Bytes that a value adds to a snapshot: the exact number if `exact`, else an upper bound that is
 * cheap to compute. */
static gsize weigh_value(const json_t *value, gboolean exact)
{
  if (value == NULL)
    return 0;
  if (json_is_string(value) && !exact)
    return 6 * json_string_length(value); /* an upper bound: every byte may be escaped as \u00XX */
  g_autofree char *text = bh_json_dump(value);
  return strlen(text);
}

static gsize growth_of(const BhOp *op, gboolean exact)
{
  gsize bytes = 0;
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    bytes += strlen(set->key) + HEAD_MAX_BYTES + g_strv_length(set->was) * (BH_ID_LEN + 3);
    bytes += weigh_value(set->value, exact);
    if (set->opening != NULL)
      bytes += 2 * strlen(set->opening);
  }
  return bytes;
}

/* --- entries that were named but have not arrived --- */

void bh_named_free(gpointer data)
{
  BhNamed *named = data;
  g_free(named->key);
  g_free(named);
}

void bh_records_note_awaiting(BhHubRecord *record)
{
  record->awaits |= bh_record_count_pending(record->record, NULL) > 0;
}

void bh_records_note_named(BhHubRecord *record, const BhOp *op)
{
  if (bh_record_count_pending(record->record, NULL) == 0)
    return;
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    for (gsize k = 0; set->was[k] != NULL; k++) {
      if (!bh_record_is_awaited(record->record, set->key, set->was[k]))
        continue;
      BhNamed *named = g_new0(BhNamed, 1);
      g_strlcpy(named->entry, set->was[k], sizeof named->entry);
      named->key = g_strdup(set->key);
      g_ptr_array_add(record->named, named);
    }
  }
}

/* Entries that have arrived are removed first, because one piece may both bring an entry and name
 * it in `was`. */
gboolean bh_records_write_named(BhRecords *records, BhHubRecord *record, GError **error)
{
  for (guint i = 0; record->awaits && i < record->links->len; i++)
    if (!bh_record_awaited_remove(records->db, record->row.nr,
                                  g_array_index(record->links, gint64, i), error))
      return FALSE;
  for (guint i = 0; i < record->named->len; i++) {
    const BhNamed *named = record->named->pdata[i];
    if (bh_record_is_awaited(record->record, named->key, named->entry) &&
        !bh_record_awaited_add(records->db, record->row.nr, records->writer, named->key,
                               named->entry, error))
      return FALSE;
  }
  record->awaits = FALSE;
  g_ptr_array_set_size(record->named, 0);
  return TRUE;
}

/* Counts the entries that the device has named in sets of `key` (NULL: of any key) and that have
 * not arrived. */
static gboolean count_named(BhRecords *records, const BhHubRecord *record, const char *key,
                            guint *count, GError **error)
{
  *count = 0;
  if (record->row.nr != 0 &&
      !bh_record_awaited_count(records->db, record->row.nr, records->writer, key, count, error))
    return FALSE;
  for (guint i = 0; i < record->named->len; i++) {
    const BhNamed *named = record->named->pdata[i];
    *count += (key == NULL || strcmp(named->key, key) == 0) &&
              bh_record_is_awaited(record->record, named->key, named->entry);
  }
  return TRUE;
}

/* Limits the entries that a device names without the hub having them. Such names stay in the
 * snapshot until the entry arrives, which may be never; an honest set names only entries that its
 * device received from the hub. The count over all devices is known from the record; the store is
 * asked for the count of this device only if the count over all devices is too high. */
static gboolean check_pending(BhRecords *records, const BhHubRecord *record, const BhOp *op,
                              GError **error)
{
  guint all = bh_record_count_pending(record->record, NULL);
  guint added = 0;
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = op->sets->pdata[i];
    guint pending = bh_record_count_pending(record->record, set->key);
    guint names = g_strv_length(set->was), own, own_all;
    if (names == 0 || (pending + names <= BH_PENDING_PER_KEY_MAX &&
                       all + added + names <= BH_PENDING_PER_RECORD_MAX)) {
      added += names;
      continue;
    }
    guint unknown = bh_record_count_unknown(record->record, set, bh_records_has_entry, records);
    added += unknown;
    if (unknown == 0 ||
        (pending + unknown <= BH_PENDING_PER_KEY_MAX && all + added <= BH_PENDING_PER_RECORD_MAX))
      continue;
    if (!count_named(records, record, set->key, &own, error) ||
        !count_named(records, record, NULL, &own_all, error))
      return FALSE;
    if (own + unknown <= BH_PENDING_PER_KEY_MAX && own_all + added <= BH_PENDING_PER_RECORD_MAX)
      continue;
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "%s %s, %s: names %u entries that the hub does not have; too many such entries of "
                "this device are pending already",
                op->kind, op->record, set->key, unknown);
    return FALSE;
  }
  return TRUE;
}

/* --- the share of one device --- */

typedef struct {
  BhRecords *records;
  gsize bytes;
  gboolean failed;
} Weighing;

static void weigh_head(const char *key, const char *entry, const json_t *value, gpointer data)
{
  Weighing *weighing = data;
  gboolean own = FALSE;
  if (!bh_log_is_entry_of(weighing->records->db, entry, weighing->records->writer, &own, NULL))
    weighing->failed = TRUE;
  if (own)
    weighing->bytes += strlen(key) + HEAD_MAX_BYTES + weigh_value(value, TRUE);
}

/* Limits the bytes that one device contributes to a record. These bytes are added up only for a
 * record that is large already, once for each piece. */
static gboolean check_share(BhRecords *records, BhHubRecord *record, const BhOp *op, gsize growth,
                            GError **error)
{
  if (*records->writer == '\0' || record->size_bound + growth <= BH_RECORD_DEVICE_MAX_BYTES)
    return TRUE;
  growth = growth_of(op, TRUE);
  if (record->share == 0) {
    Weighing weighing = {.records = records};
    bh_record_foreach_head(record->record, weigh_head, &weighing);
    if (weighing.failed) {
      g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s %s: its size by device cannot be read",
                  op->kind, op->record);
      return FALSE;
    }
    record->share = weighing.bytes + 1;
  }
  if (record->share + growth <= BH_RECORD_DEVICE_MAX_BYTES) {
    record->share += growth;
    return TRUE;
  }
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "%s %s: one device may contribute %d bytes to a record, this one has contributed "
              "%" G_GSIZE_FORMAT,
              op->kind, op->record, BH_RECORD_DEVICE_MAX_BYTES, record->share);
  return FALSE;
}

/* Computes the exact size only when the upper bound exceeds the limit. */
gboolean bh_records_check_size(BhRecords *records, BhHubRecord *record, const char *entry_id,
                               const BhOp *op, GError **error)
{
  gsize growth = growth_of(op, FALSE);
  /* Devices may not use BH_RECORD_OFFICE_BYTES, so that the office can always add its decisions. */
  gsize most = BH_RECORD_MAX_BYTES - (*records->writer != '\0' ? BH_RECORD_OFFICE_BYTES : 0);
  if (!check_pending(records, record, op, error) ||
      !check_share(records, record, op, growth, error))
    return FALSE;
  if (record->size_bound + growth <= most) {
    record->size_bound += growth;
    return TRUE;
  }
  g_autoptr(BhRecord) copy = bh_record_copy(record->record);
  if (!bh_record_apply(copy, entry_id, op, bh_records_has_entry, records, error))
    return FALSE;
  g_autofree char *snapshot = bh_record_to_snapshot(copy);
  gsize size = strlen(snapshot);
  if (size > most) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "%s %s: would have %" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT
                " are allowed",
                op->kind, op->record, size, most);
    return FALSE;
  }
  record->size_bound = size;
  return TRUE;
}
