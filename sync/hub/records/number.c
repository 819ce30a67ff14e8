/* Stores the `distinct` numbers of a record when it is written, and lists records that share one as
 * anomalies. Never refuses a record. Start at bh_records_write_numbers. */
#include "sync/hub/records/internal.h"

#include <string.h>

#include "schema/number.h"
#include "sync/hub/records/number-store.h"

/* The number in a field as text, g_free; NULL when it is empty or need not be distinct. */
static char *dup_number(BhRecords *records, const BhHubRecord *record, const BhField *field,
                        const json_t *values)
{
  BhContext context = {
      .values = values, .record = record->row.id, .lookup = bh_records_lookup, .data = records};
  const json_t *value =
      field != NULL && values != NULL ? json_object_get(values, bh_field_get_name(field)) : NULL;
  if (value == NULL || !bh_field_is_distinct(field, &context))
    return NULL;
  if (json_is_integer(value))
    return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
  return g_strdup(json_string_value(value));
}

static gboolean write_number(BhRecords *records, const BhHubRecord *record, const char *field,
                             const char *value, GError **error)
{
  g_autofree char *key = bh_number_make_key(value);
  g_autofree char *lookalike_key = key != NULL ? bh_number_make_lookalike_key(key) : NULL;
  const BhNumberRow row = {.kind = record->row.kind,
                           .field = field,
                           .record = record->row.nr,
                           .value = value,
                           .key = key,
                           .lookalike_key = lookalike_key};
  return bh_number_store_set(records->db, &row, error) &&
         (key == NULL || bh_number_store_add_anomalies(records->db, &row, records->now_ms, error));
}

gboolean bh_records_write_numbers(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                                  const BhKind *before, GError **error)
{
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    const char *name = bh_field_get_name(field);
    const BhField *known = before == kind   ? field
                           : before != NULL ? bh_kind_find_field(before, name)
                                            : NULL;
    if (!bh_field_may_be_distinct(field) && (known == NULL || !bh_field_may_be_distinct(known)))
      continue;
    g_autofree char *old = dup_number(records, record, known, record->old_values);
    g_autofree char *now = dup_number(records, record, field, bh_records_values_of(record));
    if (g_strcmp0(old, now) != 0 && !write_number(records, record, name, now, error))
      return FALSE;
  }
  return TRUE;
}
