/* Checks the lists that a kind declares ("ledgers", "menu"). What they mean is in ledger.c. */
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/ledger.h"

#define LEDGERS_MAX 20
#define FILTERS_MAX 3 /* filters of one ledger; a list has filters that people choose, too */
#define CODES_MAX 60

static const char *const *list_parents(const BhKind *kind)
{
  static const char *const none[] = {NULL};
  const BhField *field =
      kind != NULL && kind->parent != NULL ? bh_kind_find_field(kind, kind->parent) : NULL;
  return field != NULL ? bh_field_get_ref_kinds(field) : none;
}

static gboolean is_parent(const BhKind *child, const BhKind *kind)
{
  return g_strv_contains(list_parents(child), kind->name);
}

static gboolean some_parent_has(const BhKindSet *set, const BhKind *kind, const char *state)
{
  for (const char *const *name = list_parents(kind); *name != NULL; name++) {
    const BhKind *parent = bh_kind_set_find(set, *name);
    if (parent != NULL && bh_kind_find_state(parent, state) != NULL)
      return TRUE;
  }
  return FALSE;
}

static gboolean check_menu(BhPlace *place, const json_t *owner)
{
  static const char *const places[] = {BH_MENU_HOME, BH_MENU_OFFICE, NULL};
  g_autofree const char **names = NULL;
  if (json_is_array(json_object_get(owner, "menu")) &&
      json_array_size(json_object_get(owner, "menu")) == 0)
    return TRUE;
  if (!bh_place_names(place, owner, "menu", FALSE, FALSE, &names))
    return FALSE;
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    if (!g_strv_contains(places, names[i]))
      return bh_place_fail_at(place, "menu", "\"%s\" must be home or office", names[i]);
  return TRUE;
}

/* --- filters --- */

/* A list finds records by the values that the index has. */
static gboolean check_filter_value(BhPlace *place, const json_t *value)
{
  if (json_is_string(value) || json_is_integer(value) || json_is_true(value))
    return TRUE;
  return bh_place_fail(place, json_is_false(value)
                                  ? "a list cannot find records in which a flag was never set"
                                  : "must be a text, a whole number or true");
}

static gboolean check_filter_values(BhPlace *place, const json_t *filter)
{
  const json_t *is = json_object_get(filter, "is");
  const json_t *in = json_object_get(filter, "in");
  gsize mark = bh_place_enter(place, is != NULL ? "is" : "in");
  if (is != NULL && !check_filter_value(place, is))
    return FALSE;
  if (json_array_size(in) > CODES_MAX)
    return bh_place_fail(place, "more than %d values", CODES_MAX);
  gsize index;
  json_t *value;
  json_array_foreach((json_t *)in, index, value) {
    if (!check_filter_value(place, value))
      return FALSE;
  }
  bh_place_leave(place, mark);
  return TRUE;
}

/* The name of the field that a filter tests; NULL with the error set for a condition that is no
 * filter. *by_value: whether the filter compares with values of its own. */
static const char *get_filter_field(BhPlace *place, const json_t *filter, gboolean *by_value)
{
  static const char *const words[] = {"actor_is", "actor_unit"};
  gsize n = json_object_size(filter);
  gboolean has_field = n == 2 && json_object_get(filter, "field") != NULL;
  *by_value =
      has_field && (json_object_get(filter, "is") != NULL || json_object_get(filter, "in") != NULL);
  if (*by_value || (has_field && json_is_true(json_object_get(filter, "empty"))))
    return bh_json_string_or(filter, "field", "");
  for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
    if (n == 1 && json_object_get(filter, words[i]) != NULL)
      return bh_json_string_or(filter, words[i], "");
  bh_place_fail(place, "must be \"field\" with \"is\", \"in\" or \"empty\": true, \"actor_is\", or "
                       "\"actor_unit\"");
  return NULL;
}

static gboolean check_filter(BhPlace *place, const BhKind *kind, const json_t *filter,
                             GHashTable *names)
{
  gboolean by_value = FALSE;
  const char *name = get_filter_field(place, filter, &by_value);
  if (name == NULL)
    return FALSE;
  if (strcmp(name, "state") == 0)
    return bh_place_fail(place, "use the member \"states\" for the state");
  const BhField *field = g_hash_table_lookup(kind->field_index, name);
  if (field == NULL || !field->indexed || field->personal)
    return bh_place_fail(
        place, "a list filters only by indexed fields of its kind, not by \"%.80s\"", name);
  if (!g_hash_table_add(names, (gpointer)name))
    return bh_place_fail(place, "a second filter by \"%s\"", name);
  return !by_value || check_filter_values(place, filter);
}

gboolean bh_kind_check_filters(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const json_t *where)
{
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  if (where == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "where");
  if (!bh_condition_check_stored(place, set, kind, where))
    return FALSE;
  const json_t *all = json_object_get(where, "all");
  if (all == NULL && !check_filter(place, kind, where, names))
    return FALSE;
  if (json_array_size(all) > FILTERS_MAX)
    return bh_place_fail(place, "more than %d filters", FILTERS_MAX);
  if (all != NULL)
    bh_place_enter(place, "all");
  gsize index;
  json_t *filter;
  json_array_foreach((json_t *)all, index, filter) {
    gsize inner = bh_place_enter_index(place, index);
    if (!check_filter(place, kind, filter, names))
      return FALSE;
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

/* --- ledgers --- */

static gboolean check_states(BhPlace *place, const BhKind *kind, const json_t *ledger)
{
  g_autofree const char **states = NULL;
  if (!bh_place_names(place, ledger, "states", FALSE, FALSE, &states))
    return FALSE;
  for (gsize i = 0; states != NULL && states[i] != NULL; i++)
    if (bh_kind_find_state(kind, states[i]) == NULL)
      return bh_place_fail_at(place, "states", "kind %s has no state \"%s\"", kind->name,
                              states[i]);
  return TRUE;
}

static gboolean check_family(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const json_t *ledger)
{
  const char *without = NULL;
  g_autofree const char **parent_not = NULL;
  if (!bh_place_name(place, ledger, "without", FALSE, &without) ||
      !bh_place_names(place, ledger, "parent_not", FALSE, TRUE, &parent_not))
    return FALSE;
  const BhKind *child = without != NULL ? bh_kind_set_find(set, without) : NULL;
  if (without != NULL && !is_parent(child, kind))
    return bh_place_fail_at(place, "without", "\"%s\" must be a child kind of %s", without,
                            kind->name);
  gsize mark = bh_place_enter(place, "without");
  if (child != NULL && !bh_kind_check_on_devices(place, kind, child))
    return FALSE;
  bh_place_leave(place, mark);
  for (gsize i = 0; parent_not != NULL && parent_not[i] != NULL; i++)
    if (!some_parent_has(set, kind, parent_not[i]))
      return bh_place_fail_at(place, "parent_not", "no parent of %s has a state \"%s\"", kind->name,
                              parent_not[i]);
  return TRUE;
}

static gboolean check_doubtful(BhPlace *place, const BhKind *kind, const json_t *ledger,
                               gboolean lane)
{
  const char *doubtful = NULL;
  if (!bh_place_name(place, ledger, "doubtful", FALSE, &doubtful))
    return FALSE;
  const BhField *field = doubtful != NULL ? bh_kind_find_field(kind, doubtful) : NULL;
  if (doubtful == NULL)
    return TRUE;
  if (field == NULL || field->doubt == NULL)
    return bh_place_fail_at(place, "doubtful", "kind %s has no field \"%s\" with a \"doubt\"",
                            kind->name, doubtful);
  if (lane || bh_ledger_is_in_agenda(ledger) || bh_ledger_is_in_menu(ledger, BH_MENU_HOME))
    return bh_place_fail_at(
        place, lane ? "lane" : "doubtful",
        "only the office shows a ledger with \"doubtful\", so that the collector cannot");
  return TRUE;
}

static gboolean check_columns(BhPlace *place, const BhKind *kind, const json_t *ledger)
{
  g_autofree const char **columns = NULL;
  if (!bh_place_names(place, ledger, "columns", FALSE, FALSE, &columns))
    return FALSE;
  for (gsize i = 0; columns != NULL && columns[i] != NULL; i++) {
    const BhField *field = g_hash_table_lookup(kind->field_index, columns[i]);
    if (strcmp(columns[i], "state") != 0 && field == NULL)
      return bh_place_fail_at(place, "columns", "kind %s has no field \"%s\"", kind->name,
                              columns[i]);
    if (field != NULL && field->reads_records)
      return bh_place_fail_at(
          place, "columns",
          "field \"%s\" is computed from other records, which a list does not read", columns[i]);
  }
  return TRUE;
}

static gboolean check_order(BhPlace *place, const BhKind *kind, const json_t *ledger)
{
  static const char *const orders[] = {"date", "changed", "title", NULL};
  const char *order = NULL, *date = NULL;
  if (!bh_place_string(place, ledger, "order", FALSE, 16, &order) ||
      !bh_place_name(place, ledger, "date", FALSE, &date))
    return FALSE;
  if (order != NULL && !g_strv_contains(orders, order))
    return bh_place_fail_at(place, "order", "must be date, changed or title");
  const BhField *field = date != NULL ? g_hash_table_lookup(kind->field_index, date) : NULL;
  if (date != NULL && (field == NULL || field->type != BH_FIELD_DATE || !field->indexed))
    return bh_place_fail_at(place, "date", "kind %s has no indexed date \"%s\"", kind->name, date);
  if (order != NULL && strcmp(order, "date") != 0 && bh_ledger_is_in_agenda(ledger))
    return bh_place_fail_at(place, "order", "the agenda is always in the order of days");
  return TRUE;
}

static gboolean resolve_ledger(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const json_t *ledger, GHashTable *names)
{
  static const char *const allowed[] = {
      "name", "label",   "source", "states", "where", "overdue", "without",  "parent_not", "order",
      "date", "columns", "menu",   "agenda", "lane",  "page",    "doubtful", "returned",   NULL};
  const char *name = NULL, *page = NULL;
  gboolean overdue = FALSE, lane = FALSE, agenda = FALSE;
  if (!bh_place_is_object(place, ledger, allowed) ||
      !bh_place_name(place, ledger, "name", TRUE, &name) ||
      !bh_place_label(place, ledger, "label", TRUE) ||
      !bh_place_string(place, ledger, "source", FALSE, 300, NULL) ||
      !bh_place_flag(place, ledger, "overdue", &overdue) ||
      !bh_place_flag(place, ledger, "lane", &lane) ||
      !bh_place_flag(place, ledger, "agenda", &agenda) ||
      !bh_place_name(place, ledger, "page", FALSE, &page))
    return FALSE;
  if (!g_hash_table_add(names, (gpointer)name))
    return bh_place_fail_at(place, "name", "duplicate \"%s\"", name);
  return check_states(place, kind, ledger) && check_menu(place, ledger) &&
         check_doubtful(place, kind, ledger, lane) && check_family(place, set, kind, ledger) &&
         bh_kind_check_filters(place, set, kind, json_object_get(ledger, "where")) &&
         check_columns(place, kind, ledger) && check_order(place, kind, ledger) &&
         bh_kind_check_returned(place, set, kind, ledger);
}

gboolean bh_kind_resolve_ledgers(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  return check_menu(place, kind->declaration) &&
         bh_kind_resolve_each(place, set, kind, "ledgers", LEDGERS_MAX, resolve_ledger);
}
