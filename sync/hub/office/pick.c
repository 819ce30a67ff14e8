/* The records that a person can choose in a field that refers to records of a kind. */
#include "sync/hub/office/internal.h"

#include "schema/error.h"
#include "schema/kind-rules.h"

#define PICK_PAGE 20 /* rows of a page, as many as fit below a field */

/* The states in which a record can be chosen: all but those in which a record counts as never
 * made. */
static json_t *list_states(const BhKind *kind)
{
  json_t *out = json_array();
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len; i++)
    if (!bh_kind_is_void_state(kind, states->pdata[i]))
      json_array_append_new(out, json_string(states->pdata[i]));
  return out;
}

json_t *bh_office_pick(BhOfficeCall *call, GError **error)
{
  const char *name = bh_request_get_query(call->request, "kind");
  const BhKind *kind = name != NULL ? bh_kind_set_find(call->kinds, name) : NULL;
  if (kind == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "kind: there is no kind \"%.64s\"",
                name != NULL ? name : "");
    return NULL;
  }
  g_autoptr(json_t) query =
      json_pack("{s:s,s:s,s:i}", "kind", name, "order", "title", "limit", PICK_PAGE);
  if (bh_kind_has_states(kind))
    json_object_set_new(query, "where", json_pack("{s:o}", "state", list_states(kind)));
  bh_office_pass_query(call, query, "search");
  bh_office_pass_query(call, query, "after");
  return bh_office_list_rows(call, query, error);
}
