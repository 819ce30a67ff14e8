/* Opens a sealed value for a person who may, after the opening and its reason are in the access
 * log.
 */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/error.h"
#include "schema/text.h"
#include "sync/hub/access/access.h"

#define REASON_MAX 200 /* characters */

/* The reason without blanks around it (g_free); NULL with an error. */
static char *dup_reason(BhOfficeCall *call, GError **error)
{
  const char *given = bh_json_string_or(call->body, "reason", "");
  g_autofree char *reason = g_strstrip(g_strdup(given));
  if (bh_text_is_blank(reason)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_INVALID, "reason: a reason is needed");
    return NULL;
  }
  if (g_utf8_strlen(reason, -1) > REASON_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "reason: more than %d characters", REASON_MAX);
    return NULL;
  }
  return g_steal_pointer(&reason);
}

json_t *bh_office_unseal(BhOfficeCall *call, GError **error)
{
  const char *id = bh_office_get_argument(call, "id");
  const char *name = bh_json_string_or(call->body, "field", "");
  BhContext context;
  g_autoptr(BhRecord) record = bh_office_load_visible(call, id, BH_ACCESS_RECORD, error);
  if (record == NULL)
    return NULL;
  const BhKind *kind = bh_kind_set_find(call->kinds, bh_record_get_kind(record));
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, name) : NULL;
  if (field == NULL || !bh_field_is_sealed(field)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "field: \"%.64s\" is no sealed field", name);
    return NULL;
  }
  bh_office_context(call, id, bh_office_values(call, id), &context);
  if (!bh_field_may_open(field, &context)) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "%s: the person may not open the sealed value",
                name);
    return NULL;
  }
  g_autofree char *reason = dup_reason(call, error);
  if (reason == NULL || !bh_access_log_unseal(call->hub, call->staff, id, bh_kind_get_name(kind),
                                              bh_field_get_name(field), reason, error))
    return NULL;
  g_autoptr(json_t) value =
      bh_sealed_open(call->db, bh_hub_get_secret_key(call->hub), record, name, error);
  if (value == NULL)
    return NULL;
  g_autofree char *text = bh_field_format_value(field, value, call->lang);
  return json_pack("{s:s,s:s,s:s}", "record", id, "field", name, "text", text);
}
