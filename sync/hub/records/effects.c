/* Applies device and staff records to the tables that control access: a revoked device is rejected
 * from then on, the sessions of a person who left are ended. No other file does this. PINs need no
 * step here: a device receives only the PINs of people in service. */
#include "sync/hub/records/effects.h"

#include <string.h>

#include "schema/staff.h"
#include "schema/workflow.h"
#include "sync/hub/log/log.h"

/* Whether one of the record's current states is `state`. If the record has several current states
 * (a conflict), one such state is enough, so that access ends in case of doubt. */
static gboolean has_state(BhHubRecord *record, const char *state)
{
  g_autoptr(json_t) heads = bh_record_dup_head_values(record->record, "state");
  gsize index;
  json_t *head;
  json_array_foreach(heads, index, head) {
    if (g_strcmp0(bh_json_string_or(head, "value", NULL), state) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean bh_effects_write(BhRecords *records, BhHubRecord *record, GError **error)
{
  const char *kind = record->row.kind;
  if (strcmp(kind, "device") == 0 && has_state(record, "revoked"))
    return bh_log_revoke_device(records->db, record->row.id, records->now_ms, error);
  if (strcmp(kind, "staff") == 0 && !bh_staff_is_in_service(bh_records_values_of(record), NULL))
    return bh_person_store_end_sessions(records->db, record->row.id, error);
  return TRUE;
}
