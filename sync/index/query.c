/* Reads a list query from JSON. Start at bh_list_query_read. */
#include "sync/index/query.h"

#include <string.h>

#include "schema/error.h"
#include "schema/returns.h"
#include "sync/index/related.h"
#include "sync/index/row.h"
#include "sync/index/text.h"

static BhListWhere *add_where(BhListQuery *query, const char *field, GError **error)
{
  if (query->n_where == BH_LIST_WHERE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "where: more than %d fields", BH_LIST_WHERE_MAX);
    return NULL;
  }
  BhListWhere *where = &query->where[query->n_where++];
  where->field = field;
  return where;
}

/* `declared`: the field; NULL for the state. */
static gboolean read_values(const char *field, const BhField *declared, const json_t *value,
                            char **values, GError **error)
{
  gsize n = json_is_array(value) ? json_array_size(value) : 1;
  g_autoptr(json_t) texts = json_array();
  if (n > BH_LIST_VALUES_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "where.%.64s: more than %d values", field,
                BH_LIST_VALUES_MAX);
    return FALSE;
  }
  for (gsize i = 0; i < n; i++) {
    g_autofree char *text =
        bh_index_dup_value_text(declared, json_is_array(value) ? json_array_get(value, i) : value);
    if (text == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                  "where.%.64s: must be a text, a whole number, true or false, or a list of these; "
                  "a field of numbers needs numbers such as 7 or \"12.50\"",
                  field);
      return FALSE;
    }
    json_array_append_new(texts, json_string(text));
  }
  *values = bh_json_dump(texts);
  return TRUE;
}

static gboolean read_where(const json_t *json, const BhKind *kind, BhListQuery *query,
                           GError **error)
{
  const char *field;
  json_t *value;
  json_object_foreach(json_object_get(json, "where"), field, value) {
    const BhField *declared = kind != NULL ? bh_kind_find_field(kind, field) : NULL;
    if (strcmp(field, "state") != 0 &&
        (declared == NULL || bh_field_is_personal(declared) || !bh_field_is_indexed(declared))) {
      g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                  "where.%.64s: must be an indexed field of the kind", field);
      return FALSE;
    }
    BhListWhere *where = add_where(query, field, error);
    if (where == NULL || !read_values(field, declared, value, &where->values, error))
      return FALSE;
  }
  return TRUE;
}

/* Reads a member that restricts the list to records with a mark in the index: their value in the
 * named field is doubtful, or they do not have the named day. */
static gboolean read_marked(const json_t *json, const char *member, const char *index_name,
                            BhListQuery *query, GError **error)
{
  const char *field = bh_json_string_or(json, member, NULL);
  if (field == NULL)
    return TRUE;
  if (query->kind == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: needs the member \"kind\" too", member);
    return FALSE;
  }
  BhListWhere *where = add_where(query, index_name, error);
  g_autoptr(json_t) names = json_pack("[s]", field);
  if (where != NULL)
    where->values = bh_json_dump(names);
  return where != NULL;
}

static gboolean read_parents(const json_t *parents, BhListQuery *query, GError **error)
{
  gsize n = json_is_array(parents) ? json_array_size(parents) : 1;
  g_autoptr(json_t) ids = json_array();
  if (parents == NULL || json_is_null(parents))
    return TRUE;
  for (gsize i = 0; i < n; i++) {
    const json_t *id = json_is_array(parents) ? json_array_get(parents, i) : parents;
    if (!json_is_string(id) || n > BH_LIST_VALUES_MAX) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                  "parent: must be an id, or a list of at most %d ids", BH_LIST_VALUES_MAX);
      return FALSE;
    }
    json_array_append(ids, (json_t *)id);
  }
  query->parents = bh_json_dump(ids);
  return TRUE;
}

/* Reads the filters by family: ids of parents, their state, and children that a record must not
 * have. */
static gboolean read_family(const BhKindSet *kinds, const BhKind *kind, const json_t *json,
                            BhListQuery *query, GError **error)
{
  const json_t *parent_not = json_object_get(json, "parent_not");
  query->without = bh_json_string_or(json, "without", NULL);
  const BhKind *child = query->without != NULL ? bh_kind_set_find(kinds, query->without) : NULL;
  if (!read_parents(json_object_get(json, "parent"), query, error))
    return FALSE;
  if (query->parents != NULL && kind != NULL && bh_kind_get_parent_field(kind) == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "parent: records of the kind %.64s have no parent", query->kind);
    return FALSE;
  }
  if (query->without != NULL && (child == NULL || bh_kind_get_parent_field(child) == NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                "without: %.64s is not a kind whose records have a parent", query->without);
    return FALSE;
  }
  if (parent_not != NULL && !json_is_null(parent_not))
    query->parent_not = bh_json_dump(parent_not);
  return TRUE;
}

/* Adds one way in which a record of another kind returns to records of the list. */
static gboolean add_return(const BhReturn *way, json_t *ways, GError **error)
{
  g_autoptr(json_t) where = bh_return_dup_where(way);
  g_autoptr(json_t) filters = json_array();
  g_autoptr(json_t) from = json_array();
  const char *field;
  json_t *value;
  json_object_foreach(where, field, value) {
    g_autofree char *texts = NULL;
    if (!read_values(field, bh_kind_find_field(way->kind, field), value, &texts, error))
      return FALSE;
    json_t *list = bh_json_parse(texts, strlen(texts), strlen(texts), "returned", error);
    if (list == NULL)
      return FALSE;
    json_array_append_new(filters, json_pack("[s, o]", field, list));
  }
  for (gsize i = 0; way->from[i] != NULL; i++)
    json_array_append_new(from, json_string(way->from[i]));
  json_array_append_new(ways, json_pack("[s, s, O, O, O]", bh_kind_get_name(way->kind), way->link,
                                        way->states, from, filters));
  return TRUE;
}

static gboolean read_returned(const BhKindSet *kinds, const BhKind *kind, const json_t *json,
                              BhListQuery *query, GError **error)
{
  if (!json_is_true(json_object_get(json, "returned")))
    return TRUE;
  if (kind == NULL) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                        "returned: needs the member \"kind\" too");
    return FALSE;
  }
  g_autoptr(GPtrArray) returns = bh_returns_list(kinds, kind, NULL);
  g_autoptr(json_t) ways = json_array();
  for (guint i = 0; i < returns->len; i++)
    if (!add_return(returns->pdata[i], ways, error))
      return FALSE;
  query->returned = bh_json_dump(ways);
  return TRUE;
}

static gboolean read_search(BhDb *db, const BhKindSet *kinds, const json_t *json,
                            BhListQuery *query, GError **error)
{
  g_autoptr(GError) failed = NULL;
  const char *typed = bh_json_string_or(json, "search", "");
  if (*typed == '\0')
    return TRUE;
  /* Text beyond the limit would be ignored, and the search would find records that do not match
   * it. */
  if (g_utf8_strlen(typed, -1) > BH_SEARCH_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "search: more than %d characters", BH_SEARCH_MAX);
    return FALSE;
  }
  query->match = bh_search_query(typed);
  query->matches_nothing = query->match == NULL;
  query->related = bh_search_related(db, kinds, query->kind, typed, &failed);
  if (failed == NULL)
    return TRUE;
  g_propagate_error(error, g_steal_pointer(&failed));
  return FALSE;
}

/* Reads the day by which the list is ordered. */
static gboolean read_day(const json_t *json, const BhKind *kind, BhListQuery *query, GError **error)
{
  const char *day = bh_json_string_or(json, "day", BH_INDEX_DUE);
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, day) : NULL;
  if (strcmp(day, BH_INDEX_DUE) == 0)
    return TRUE;
  if (field == NULL || bh_field_get_type(field) != BH_FIELD_DATE || !bh_field_is_indexed(field)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "day: %.64s is not an indexed date of the kind",
                day);
    return FALSE;
  }
  query->day = day;
  return TRUE;
}

static gboolean read_order(const json_t *json, BhListQuery *query, GError **error)
{
  static const char *const names[] = {"changed", "title", "due", NULL};
  const char *name = bh_json_string_or(json, "order", "changed");
  while (names[query->order] != NULL && strcmp(names[query->order], name) != 0)
    query->order++;
  query->due_from = bh_json_string_or(json, "due_from", "");
  query->due_before = bh_json_string_or(json, "due_before", "9999-12-31");
  if (names[query->order] == NULL || (query->order == BH_LIST_BY_DUE && query->kind == NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                "order %.32s: must be changed, title, or due together with a kind", name);
    return FALSE;
  }
  return TRUE;
}

static gboolean is_hex(const char *text)
{
  gsize len = strspn(text, "0123456789abcdef");
  return text[len] == '\0' && len % 2 == 0;
}

/* Reads the member "after": "POSITION" for the order of changes, "NR:SORT KEY" or "NR:DAY" for the
 * other orders. */
static gboolean read_after(const json_t *json, BhListQuery *query, GError **error)
{
  const char *after = bh_json_string_or(json, "after", NULL);
  char *end = NULL;
  if (after == NULL || *after == '\0')
    return TRUE;
  gint64 number = g_ascii_isdigit(*after) ? g_ascii_strtoll(after, &end, 10) : 0;
  gboolean has_key = query->order != BH_LIST_BY_CHANGE;
  if (number <= 0 || *end != (has_key ? ':' : '\0') ||
      (query->order == BH_LIST_BY_TITLE && !is_hex(end + 1))) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                        "after: must be the text that a page in the same order returned");
    return FALSE;
  }
  if (has_key) {
    query->after_nr = number;
    query->after_key = g_strdup(end + 1);
  } else {
    query->after_position = number;
  }
  return TRUE;
}

typedef gboolean (*IsType)(const json_t *value);

static gboolean is_text(const json_t *value)
{
  return json_is_string(value);
}

static gboolean is_integer(const json_t *value)
{
  return json_is_integer(value);
}

static gboolean is_flag(const json_t *value)
{
  return json_is_boolean(value);
}

static gboolean is_object(const json_t *value)
{
  return json_is_object(value);
}

static gboolean is_list_of_texts(const json_t *value)
{
  size_t i;
  json_t *one;
  json_array_foreach((json_t *)value, i, one) {
    if (!json_is_string(one))
      return FALSE;
  }
  return json_is_array(value);
}

/* A member of the wrong type is refused: if it were ignored, a filter would be missing. */
static gboolean check_types(const json_t *json, GError **error)
{
  static const struct {
    const char *name;
    IsType is_type;
    const char *type;
  } members[] = {{"kind", is_text, "a text"},
                 {"where", is_object, "an object"},
                 {"doubtful", is_text, "a text"},
                 {"undated", is_text, "a text"},
                 {"day", is_text, "a text"},
                 {"without", is_text, "a text"},
                 {"parent_not", is_list_of_texts, "a list of texts"},
                 {"returned", is_flag, "true or false"},
                 {"search", is_text, "a text"},
                 {"order", is_text, "a text"},
                 {"due_from", is_text, "a text"},
                 {"due_before", is_text, "a text"},
                 {"after", is_text, "a text"},
                 {"limit", is_integer, "a whole number"}};
  for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
    const json_t *value = json_object_get(json, members[i].name);
    if (value == NULL || json_is_null(value) || members[i].is_type(value))
      continue;
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: must be %s", members[i].name,
                members[i].type);
    return FALSE;
  }
  return TRUE;
}

gboolean bh_list_query_read(BhDb *db, const BhKindSet *kinds, const json_t *json,
                            BhListQuery *query, GError **error)
{
  if (!check_types(json, error))
    return FALSE;
  query->kind = bh_json_string_or(json, "kind", NULL);
  const BhKind *kind = query->kind != NULL ? bh_kind_set_find(kinds, query->kind) : NULL;
  if (query->kind != NULL && kind == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "no such kind: %.64s", query->kind);
    return FALSE;
  }
  json_int_t limit = json_integer_value(json_object_get(json, "limit"));
  query->limit = limit > 0 ? (int)MIN(limit, BH_LIST_LIMIT_MAX) : BH_LIST_LIMIT_DEFAULT;
  return read_order(json, query, error) && read_after(json, query, error) &&
         read_day(json, kind, query, error) && read_family(kinds, kind, json, query, error) &&
         read_returned(kinds, kind, json, query, error) && read_where(json, kind, query, error) &&
         read_marked(json, "doubtful", BH_INDEX_DOUBT, query, error) &&
         read_marked(json, "undated", BH_INDEX_UNDATED, query, error) &&
         read_search(db, kinds, json, query, error);
}

void bh_list_query_go_on(BhListQuery *query, const BhListHit *hit)
{
  query->after_position = hit->position;
  query->after_nr = hit->nr;
  g_free(query->after_key);
  query->after_key = g_strdup(hit->key);
}

char *bh_list_dup_after(const BhListHit *hit)
{
  return hit->key != NULL ? g_strdup_printf("%" G_GINT64_FORMAT ":%s", hit->nr, hit->key)
                          : g_strdup_printf("%" G_GINT64_FORMAT, hit->position);
}
