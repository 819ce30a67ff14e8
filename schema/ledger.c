/* What the declarations of ledgers mean: their query, their place in menus, their columns. They
 * were checked by kind-ledger.c. */
#include "schema/ledger.h"

#include <string.h>

#include "schema/due.h"

const json_t *bh_kind_find_ledger(const BhKind *kind, const char *name)
{
  gsize index;
  json_t *ledger;
  json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), index, ledger) {
    if (g_strcmp0(bh_json_string_or(ledger, "name", NULL), name) == 0)
      return ledger;
  }
  return NULL;
}

gboolean bh_kind_is_in_menu(const BhKind *kind, const char *place)
{
  return bh_json_has_name(json_object_get(bh_kind_get_declaration(kind), "menu"), place);
}

gboolean bh_ledger_is_in_menu(const json_t *ledger, const char *place)
{
  const json_t *menu = json_object_get(ledger, "menu");
  return menu != NULL ? bh_json_has_name(menu, place) : strcmp(place, BH_MENU_OFFICE) == 0;
}

gboolean bh_ledger_is_in_agenda(const json_t *ledger)
{
  return json_is_true(json_object_get(ledger, "agenda"));
}

const char *bh_ledger_get_label(const json_t *ledger, const char *lang)
{
  const json_t *label = json_object_get(ledger, "label");
  return bh_json_string_or(label, lang, bh_json_string_or(label, "zh", ""));
}

const char *bh_ledger_get_date(const json_t *ledger)
{
  return bh_json_string_or(ledger, "date", NULL);
}

BhLedgerOrder bh_ledger_get_order(const json_t *ledger)
{
  const char *order = bh_json_string_or(ledger, "order", "date");
  return strcmp(order, "changed") == 0 ? BH_LEDGER_BY_CHANGE
         : strcmp(order, "title") == 0 ? BH_LEDGER_BY_TITLE
                                       : BH_LEDGER_BY_DAY;
}

gboolean bh_ledger_needs_days(const json_t *ledger)
{
  return bh_ledger_get_order(ledger) == BH_LEDGER_BY_DAY &&
         (bh_ledger_is_in_agenda(ledger) || bh_ledger_is_in_menu(ledger, BH_MENU_HOME) ||
          json_is_true(json_object_get(ledger, "lane")));
}

gboolean bh_ledger_has_state(const json_t *ledger, const char *state)
{
  const json_t *states = json_object_get(ledger, "states");
  return states == NULL || bh_json_has_name(states, state);
}

/* Whether a filter finds records in which the field is empty. */
static gboolean finds_empty(const json_t *filter, const char *field)
{
  return json_is_true(json_object_get(filter, "empty")) &&
         strcmp(bh_json_string_or(filter, "field", ""), field) == 0;
}

gboolean bh_ledger_finds_empty(const json_t *ledger, const char *field)
{
  const json_t *where = json_object_get(ledger, "where");
  gsize index;
  json_t *filter;
  json_array_foreach(json_object_get(where, "all"), index, filter) {
    if (finds_empty(filter, field))
      return TRUE;
  }
  return finds_empty(where, field);
}

GPtrArray *bh_ledger_list_columns(const BhKind *kind, const json_t *ledger)
{
  GPtrArray *fields = g_ptr_array_new();
  const json_t *columns = json_object_get(ledger, "columns");
  if (columns == NULL)
    columns = json_object_get(bh_kind_get_declaration(kind), "list");
  gsize index;
  json_t *column;
  json_array_foreach((json_t *)columns, index, column) {
    const BhField *field = bh_kind_find_field(kind, json_string_value(column));
    if (field != NULL)
      g_ptr_array_add(fields, (gpointer)field);
  }
  return fields;
}

/* --- the query --- */

static void add_filter(json_t *where, const json_t *filter, const BhLedgerViewer *viewer)
{
  const char *field = bh_json_string_or(filter, "field", NULL);
  json_t *is = json_object_get(filter, "is");
  if (field != NULL && json_is_true(json_object_get(filter, "empty"))) {
    json_object_set_new(where, field, json_string(BH_LEDGER_EMPTY));
    return;
  }
  if (field != NULL) {
    json_object_set(where, field, is != NULL ? is : json_object_get(filter, "in"));
    return;
  }
  const char *actor = bh_json_string_or(filter, "actor_is", NULL);
  const char *value = actor != NULL ? viewer->actor : viewer->unit;
  /* No record has an empty list of values: whoever is not known sees none. */
  json_object_set_new(where, actor != NULL ? actor : bh_json_string_or(filter, "actor_unit", ""),
                      value != NULL ? json_string(value) : json_array());
}

static json_t *dup_where(const json_t *ledger, const BhLedgerViewer *viewer)
{
  json_t *out = json_object();
  json_t *states = json_object_get(ledger, "states");
  const json_t *where = json_object_get(ledger, "where");
  const json_t *all = json_object_get(where, "all");
  if (states != NULL)
    json_object_set(out, "state", states);
  if (where != NULL && all == NULL)
    add_filter(out, where, viewer);
  gsize index;
  json_t *filter;
  json_array_foreach((json_t *)all, index, filter) {
    add_filter(out, filter, viewer);
  }
  return out;
}

json_t *bh_ledger_dup_query(const BhKind *kind, const json_t *ledger, const BhLedgerViewer *viewer)
{
  static const char *const words[] = {"without", "parent_not", "doubtful", "returned"};
  json_t *query =
      json_pack("{s:s, s:o}", "kind", bh_kind_get_name(kind), "where", dup_where(ledger, viewer));
  const char *date = bh_ledger_get_date(ledger);
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
    if (json_object_get(ledger, words[i]) != NULL)
      json_object_set(query, words[i], json_object_get(ledger, words[i]));
  if (date != NULL)
    json_object_set_new(query, "day", json_string(date));
  if (json_is_true(json_object_get(ledger, "overdue"))) {
    json_object_set_new(query, "order", json_string("due"));
    g_autofree char *bound =
        date != NULL ? g_strdup(viewer->today) : bh_due_format_bound(viewer->now_ms);
    json_object_set_new(query, "due_before", json_string(bound));
  }
  return query;
}
