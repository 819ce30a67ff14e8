/* Decides who may read an entry in quarantine, for the lane, the page of the entry, the history of
 * a record and the list of anomalies. */
#include "sync/hub/office/internal.h"

#include <string.h>

/* Whether the actor is of the unit of the device, or of the unit directly above. Such actors may
 * read entries whose visibility is not known yet. */
static gboolean is_of_origin(BhOfficeCall *call, const char *device)
{
  const char *own = bh_json_string_or(call->staff_values, "unit", NULL);
  const char *unit = bh_json_string_or(bh_office_values(call, device), "unit", NULL);
  const json_t *values = unit != NULL ? bh_office_values(call, unit) : NULL;
  return own != NULL && unit != NULL &&
         (strcmp(own, unit) == 0 || g_strcmp0(own, bh_json_string_or(values, "parent", NULL)) == 0);
}

/* Whether the visibility of a record is not known yet: the hub does not have the kind, or the
 * parent has not arrived. */
static gboolean is_undecided(BhOfficeCall *call, const BhKind *kind, const json_t *values)
{
  const char *field = kind != NULL ? bh_kind_get_parent_field(kind) : NULL;
  const char *parent = field != NULL ? bh_json_string_or(values, field, NULL) : NULL;
  return kind == NULL || (parent != NULL && bh_office_values(call, parent) == NULL);
}

/* Judges the record as it will be after the operation. If the record is not open at present, it is
 * at most restricted, so that an operation cannot open it. */
BhVisibility bh_office_get_quarantined_visibility(BhOfficeCall *call, const char *device,
                                                  const BhOp *op)
{
  const BhKind *kind = bh_kind_set_find(call->kinds, op->kind);
  const json_t *known = bh_office_values(call, op->record);
  g_autoptr(json_t) values = known != NULL ? json_copy((json_t *)known) : json_object();
  for (guint i = 0; i < op->sets->len; i++) {
    const BhSet *set = g_ptr_array_index(op->sets, i);
    if (set->value != NULL)
      json_object_set(values, set->key, set->value);
  }
  BhVisibility visibility =
      kind != NULL ? bh_office_get_visibility(call, kind, op->record, values) : BH_VISIBILITY_NONE;
  if (visibility == BH_VISIBILITY_NONE && is_undecided(call, kind, values) &&
      is_of_origin(call, device))
    return BH_VISIBILITY_RESTRICTED;
  return visibility == BH_VISIBILITY_OPEN && known != NULL &&
                 bh_office_get_visibility(call, kind, op->record, known) != BH_VISIBILITY_OPEN
             ? BH_VISIBILITY_RESTRICTED
             : visibility;
}

gboolean bh_office_may_read_quarantined(BhOfficeCall *call, const BhEntryRow *row,
                                        const char *record)
{
  if ((call->duties & BH_DUTY_RELEASE) == 0 || !bh_office_serves_device(call, row->device))
    return FALSE;
  g_autoptr(BhBody) body =
      row->text->body != NULL ? bh_body_parse(row->text->body, row->text->openings, NULL) : NULL;
  if (body == NULL)
    return is_of_origin(call, row->device);
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    if ((record == NULL || strcmp(op->record, record) == 0) &&
        bh_office_get_quarantined_visibility(call, row->device, op) == BH_VISIBILITY_NONE)
      return FALSE;
  }
  return TRUE;
}

gboolean bh_office_may_read_quarantined_at(BhOfficeCall *call, gint64 position, const char *record)
{
  g_autoptr(BhEntryRow) row = bh_log_load_entry(call->db, position, NULL);
  return row != NULL && bh_office_may_read_quarantined(call, row, record);
}
