/* Ledgers: lists that kinds declare. Everybody may open them; they show the records
 * that the person may see. */
#include "sync/hub/office/internal.h"

#include <string.h>

#include "schema/error.h"
#include "schema/ledger.h"
#include "schema/workflow.h"

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

json_t *bh_office_due(BhOfficeCall *call, const BhKind *kind, const json_t *values)
{
  BhDate due, today;
  if (!bh_date_parse(call->today, &today, NULL) || !bh_workflow_get_due(kind, values, NULL, &due))
    return NULL;
  g_autofree char *day = bh_date_format(&due);
  return json_pack("{s:s,s:i}", "day", day, "days", bh_date_days_between(&today, &due));
}

/* --- filters --- */

/* The state with this code or label; NULL when there is none. */
static const char *find_state(const BhKind *kind, const char *typed)
{
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len; i++) {
    const char *state = states->pdata[i];
    if (strcmp(state, typed) == 0 ||
        strcmp(bh_kind_get_state_label(kind, state, "zh"), typed) == 0 ||
        g_ascii_strcasecmp(bh_kind_get_state_label(kind, state, "en"), typed) == 0)
      return state;
  }
  return NULL;
}

/* The value of a filter; NULL with an error. */
static json_t *read_filter(BhOfficeCall *call, const BhKind *kind, const char *name,
                           const char *typed, GError **error)
{
  const BhField *field = bh_kind_find_field(kind, name);
  const char *state = strcmp(name, "state") == 0 ? find_state(kind, typed) : NULL;
  g_autoptr(GError) wrong = NULL;
  if (state != NULL)
    return json_string(state);
  json_t *value = field != NULL ? bh_field_parse_typed(field, typed, &wrong) : NULL;
  if (value != NULL && !json_is_null(value) && !json_is_object(value))
    return value;
  json_decref(value);
  if (wrong != NULL) {
    g_autofree char *message = g_strdup_printf("%s.%s", bh_kind_get_name(kind), wrong->message);
    g_autofree char *words = bh_office_format_reason(call, message);
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "where.%.64s: \"%.64s\": %s", name, typed,
                words);
  } else if (field == NULL && strcmp(name, "state") != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "where.%.64s: the kind has no such field", name);
  } else {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "where.%.64s: \"%.64s\" is not a value of it",
                name, typed);
  }
  return NULL;
}

json_t *bh_office_read_where(BhOfficeCall *call, const BhKind *kind, const json_t *given,
                             GError **error)
{
  g_autoptr(json_t) where = json_object();
  const char *name;
  json_t *texts;
  json_object_foreach((json_t *)given, name, texts) {
    json_t *values = json_array();
    json_object_set_new(where, name, values);
    gsize n = json_is_array(texts) ? json_array_size(texts) : 1;
    for (gsize i = 0; i < n; i++) {
      const char *typed =
          json_string_value(json_is_array(texts) ? json_array_get(texts, i) : texts);
      json_t *value = read_filter(call, kind, name, typed != NULL ? typed : "", error);
      if (value == NULL)
        return NULL;
      if (json_is_array(value))
        json_array_extend(values, value);
      else
        json_array_append(values, value);
      json_decref(value);
    }
  }
  return g_steal_pointer(&where);
}

static gboolean has_value(const json_t *list, const json_t *value)
{
  if (!json_is_array(list))
    return json_equal((json_t *)list, (json_t *)value);
  for (gsize i = 0; i < json_array_size(list); i++)
    if (json_equal(json_array_get(list, i), (json_t *)value))
      return TRUE;
  return FALSE;
}

void bh_office_narrow(json_t *query, const json_t *where)
{
  json_t *all = json_object_get(query, "where");
  const char *name;
  json_t *values;
  if (all == NULL) {
    all = json_object();
    json_object_set_new(query, "where", all);
  }
  json_object_foreach((json_t *)where, name, values) {
    const json_t *declared = json_object_get(all, name);
    json_t *both = json_array();
    for (gsize i = 0; i < json_array_size(values); i++)
      if (declared == NULL || has_value(declared, json_array_get(values, i)))
        json_array_append(both, json_array_get(values, i));
    json_object_set_new(all, name, both);
  }
}

/* --- queries --- */

json_t *bh_office_ledger_query(BhOfficeCall *call, GError **error)
{
  const char *kind_name = bh_office_get_argument(call, "kind");
  const char *name = bh_office_get_argument(call, "name");
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
                                 .today = call->today};
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
