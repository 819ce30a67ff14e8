/* Ledgers: lists that kinds declare. Everybody may open them; they show the records
 * that the person may see. */
#include "sync/hub/office/internal.h"

#include "schema/due.h"
#include "schema/error.h"
#include "schema/ledger.h"

json_t *bh_office_list_ledgers(BhOfficeCall *call)
{
  json_t *out = json_array();
  const GPtrArray *kinds = bh_kind_set_list(call->kinds);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    gsize index;
    json_t *ledger;
    json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), index, ledger) {
      const json_t *label = json_object_get(ledger, "label");
      g_autofree char *source = bh_source_dup_clauses(bh_json_string_or(ledger, "source", ""));
      json_array_append_new(out,
                            json_pack("{s:s,s:s,s:s,s:s}", "kind", bh_kind_get_name(kind), "name",
                                      bh_json_string_or(ledger, "name", ""), "label",
                                      bh_json_string_or(label, call->lang, ""), "source", source));
    }
  }
  return out;
}

json_t *bh_office_due(BhOfficeCall *call, const BhKind *kind, const char *record,
                      const json_t *values)
{
  BhContext context;
  BhDue due;
  bh_office_context(call, record, values, &context);
  return bh_due_find(kind, &context, &due) ? bh_due_to_json(&due, call->now_ms) : NULL;
}

json_t *bh_office_ledger_query(BhOfficeCall *call, GError **error)
{
  const char *kind_name = bh_request_get_query(call->request, "kind");
  const char *name = bh_request_get_query(call->request, "name");
  const BhKind *kind = kind_name != NULL ? bh_kind_set_find(call->kinds, kind_name) : NULL;
  const json_t *ledger = kind != NULL ? bh_kind_find_ledger(kind, name) : NULL;
  if (ledger == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                "kind, name: no kind \"%.64s\" with a ledger \"%.64s\"",
                kind_name != NULL ? kind_name : "", name != NULL ? name : "");
    return NULL;
  }
  const BhLedgerViewer viewer = {.actor = call->staff,
                                 .unit = bh_json_string_or(call->staff_values, "unit", NULL),
                                 .today = call->today,
                                 .now_ms = call->now_ms};
  json_t *query = bh_ledger_dup_query(kind, ledger, &viewer);
  json_object_set_new(query, "limit", json_integer(BH_OFFICE_PAGE_MAX));
  bh_office_pass_query(call, query, "area");
  bh_office_pass_query(call, query, "search");
  return query;
}

json_t *bh_office_ledger(BhOfficeCall *call, GError **error)
{
  g_autoptr(json_t) query = bh_office_ledger_query(call, error);
  if (query == NULL)
    return NULL;
  bh_office_pass_query(call, query, "after");
  return bh_office_list_rows(call, query, error);
}
