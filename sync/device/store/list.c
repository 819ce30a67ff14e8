/* One page of a list. When few records match, they are gathered and sorted; when many match, they
 * are found by walking the stored order. So a page costs the same in a large store (L11). */
#include "sync/device/store/list.h"

#include <string.h>

#include "sync/device/store/list-words.h"
#include "sync/device/store/scope.h"
#include "sync/device/store/terms.h"
#include "sync/device/store/view.h"
#include "sync/device/store/views.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 200
#define GATHER_MAX 2000 /* matches that are still gathered and sorted */
#define WALK_CHUNK 200
#define WALK_MAX 20000 /* rows checked for one page; then the page is short, with "after" */
#define WHERE_MAX 8
#define WHERE_VALUES_MAX 50
#define SEARCH_MAX 200 /* bytes */

typedef struct {
  const char *kind;
  BhListOrder order;
  gsize limit;
  const char *viewer;
  const char *without; /* child kind: only records that have no child of it */
  const char *without_field;
  const char *parent_field;
  const json_t *parent_not; /* states that the parent must not have; NULL: any */
  BhListWords *words;       /* words of the search that are in no group; NULL: none */
  GPtrArray *groups;        /* GArray of term numbers: a record must have one of each group */
  gboolean hopeless;        /* a group without any term: nothing can match */
  gboolean partial;         /* more words begin like the one typed than are looked up */
  BhListMark mark;          /* where the last page ended */
} Query;

static void query_clear(Query *query)
{
  g_clear_pointer(&query->groups, g_ptr_array_unref);
  g_clear_pointer(&query->words, bh_list_words_free);
  bh_list_mark_clear(&query->mark);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Query, query_clear)

/* --- reading the query --- */

static gboolean add_group(BhDevice *device, Query *query, const GPtrArray *texts, gboolean typed,
                          GError **error)
{
  gboolean partial = FALSE;
  g_autoptr(GArray) group = bh_terms_store_find(device, texts, typed, &partial, error);

  if (group == NULL)
    return FALSE;
  query->partial |= partial;
  query->hopeless |= group->len == 0;
  g_ptr_array_add(query->groups, g_steal_pointer(&group));
  return TRUE;
}

static gboolean add_value_group(BhDevice *device, Query *query, const char *field,
                                const json_t *value, GError **error)
{
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  gsize n = json_is_array(value) ? json_array_size(value) : 1;

  if (n > WHERE_VALUES_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "list: where.%s has more than %d values", field,
                WHERE_VALUES_MAX);
    return FALSE;
  }
  for (gsize i = 0; i < n; i++) {
    const json_t *one = json_is_array(value) ? json_array_get(value, i) : value;
    char *text = bh_term_for_value(query->kind, field, one);
    if (text == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  "list: where.%s wants a text, a whole number or a flag", field);
      return FALSE;
    }
    g_ptr_array_add(texts, text);
  }
  return add_group(device, query, texts, FALSE, error);
}

static gboolean read_where(BhDevice *device, Query *query, const BhKind *kind, const json_t *where,
                           GError **error)
{
  const char *field;
  json_t *value;

  if (json_object_size(where) > WHERE_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "list: where has more than %d fields", WHERE_MAX);
    return FALSE;
  }
  json_object_foreach((json_t *)where, field, value) {
    const BhField *declared = bh_kind_find_field(kind, field);
    if (strcmp(field, "state") != 0 &&
        (declared == NULL || bh_field_is_personal(declared) || !bh_key_is_indexed(kind, field))) {
      g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "list: %s.%.96s is not indexed", query->kind,
                  field);
      return FALSE;
    }
    if (!add_value_group(device, query, field, value, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean read_parent(BhDevice *device, Query *query, const BhKind *kind,
                            const json_t *parent, GError **error)
{
  const char *field = bh_kind_get_parent_field(kind);

  if (parent == NULL || json_is_null(parent))
    return TRUE;
  if (field == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "list: %s has no parent", query->kind);
    return FALSE;
  }
  return add_value_group(device, query, field, parent, error);
}

static gboolean read_without(BhDevice *device, Query *query, const char *name, GError **error)
{
  const BhKind *child = name != NULL ? bh_kind_set_find(device->kinds, name) : NULL;

  query->without = name;
  query->without_field = child != NULL ? bh_kind_get_parent_field(child) : NULL;
  if (name == NULL || query->without_field != NULL)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "list: without: \"%.64s\" is no child kind", name);
  return FALSE;
}

static gboolean read_search(BhDevice *device, Query *query, const BhKind *kind, const char *typed,
                            GError **error)
{
  if (typed == NULL || *typed == '\0')
    return TRUE;
  if (strlen(typed) > SEARCH_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "list: search is over %d bytes", SEARCH_MAX);
    return FALSE;
  }
  guint before = query->groups->len;
  query->words = bh_list_words_new(device, kind, typed, query->groups, &query->partial, error);
  for (guint i = before; i < query->groups->len; i++)
    query->hopeless |= ((const GArray *)g_ptr_array_index(query->groups, i))->len == 0;
  return query->words != NULL;
}

static gboolean read_order(const json_t *json, Query *query, GError **error)
{
  static const char *const names[] = {"changed", "title", "due"};
  const char *name = bh_json_string_or(json, "order", names[0]);

  for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
    query->order = (BhListOrder)i;
    if (strcmp(names[i], name) == 0)
      return TRUE;
  }
  g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "list: there is no order \"%.32s\"", name);
  return FALSE;
}

static void group_free(gpointer group)
{
  g_array_unref(group);
}

static gboolean read_query(BhDevice *device, const json_t *json, Query *query, GError **error)
{
  static const char *const allowed[] = {"kind",    "parent",     "where", "search",
                                        "order",   "after",      "limit", "viewer",
                                        "without", "parent_not", NULL};

  if (!json_is_object(json)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "list: the query is no object");
    return FALSE;
  }
  query->groups = g_ptr_array_new_with_free_func(group_free);
  query->kind = bh_json_get_string(json, "kind", "list", error);
  if (query->kind == NULL || !bh_json_only_keys(json, allowed, "list", error))
    return FALSE;
  const BhKind *kind = bh_kind_set_find(device->kinds, query->kind);
  if (kind == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "list: there is no kind \"%.64s\"", query->kind);
    return FALSE;
  }
  json_int_t limit = json_integer_value(json_object_get(json, "limit"));
  query->limit = limit > 0 ? (gsize)MIN(limit, LIMIT_MAX) : LIMIT_DEFAULT;
  query->viewer = bh_json_string_or(json, "viewer", NULL);
  query->parent_field = bh_kind_get_parent_field(kind);
  query->parent_not = query->parent_field != NULL ? json_object_get(json, "parent_not") : NULL;
  return read_order(json, query, error) &&
         bh_list_mark_parse(bh_json_string_or(json, "after", NULL), query->order, &query->mark,
                            error) &&
         read_parent(device, query, kind, json_object_get(json, "parent"), error) &&
         read_without(device, query, bh_json_string_or(json, "without", NULL), error) &&
         read_where(device, query, kind, json_object_get(json, "where"), error) &&
         read_search(device, query, kind, bh_json_string_or(json, "search", NULL), error);
}

/* --- filling a page --- */

typedef struct {
  BhDevice *device;
  const Query *query;
  BhScope *scope;
  json_t *rows;
} Page;

static json_t *make_row(BhDevice *device, BhScope *scope, const Query *query, const BhListRow *row)
{
  json_t *out = json_object();

  json_object_set_new(out, "id", json_string(row->id));
  json_object_set_new(out, "kind", json_string(query->kind));
  json_object_set_new(out, "title", json_string(row->title));
  json_object_set_new(out, "state", row->state != NULL ? json_string(row->state) : json_null());
  /* A copy, because another thread may read the page while the record changes. */
  json_object_set_new(out, "values", json_copy(bh_scope_get(scope, row->id)));
  json_object_set_new(out, "pending",
                      json_integer(bh_records_store_count_pending(device, row->id)));
  json_object_set_new(out, "conflict", json_boolean(row->conflicts > 0));
  json_object_set_new(out, "review", bh_review_find_open(device, query->kind, row->id));
  return out;
}

static gboolean is_left_out(Page *page, const char *id, gboolean *out, GError **error)
{
  *out = FALSE;
  if (page->query->parent_not != NULL) {
    const json_t *values = bh_scope_get(page->scope, id);
    const char *above = bh_json_string_or(values, page->query->parent_field, "");
    const json_t *state = json_object_get(bh_scope_get(page->scope, above), "state");
    for (gsize i = 0; i < json_array_size(page->query->parent_not); i++)
      *out |= state != NULL && json_equal(state, json_array_get(page->query->parent_not, i));
  }
  if (page->query->without == NULL || *out)
    return TRUE;
  g_autoptr(json_t) parent = json_string(id);
  g_autoptr(GArray) children = bh_terms_store_list_of(page->device, page->query->without,
                                                      page->query->without_field, parent, 1, error);
  *out = children != NULL && children->len > 0;
  return children != NULL;
}

/* Adds the row when its viewer may see it. */
static gboolean offer(Page *page, const BhListRow *row, GError **error)
{
  BhContext context;
  gboolean out = FALSE;
  g_autoptr(GError) local = NULL;
  const BhKind *kind = bh_kind_set_find(page->device->kinds, page->query->kind);

  if (!is_left_out(page, row->id, &out, error))
    return FALSE;
  if (out)
    return TRUE;
  if (bh_view_get(page->device, row->id, &local) == NULL) {
    if (local == NULL)
      return TRUE;
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  if (page->query->viewer != NULL) {
    bh_scope_fill(page->scope, row->id, &context);
    if (!bh_kind_is_visible(kind, &context))
      return TRUE;
  }
  json_array_append_new(page->rows, make_row(page->device, page->scope, page->query, row));
  return TRUE;
}

static gboolean fits(BhDevice *device, const Query *query, const GArray *except, gint64 number,
                     gboolean *yes, GError **error)
{
  *yes = TRUE;
  for (guint i = 0; i < query->groups->len && *yes; i++) {
    const GArray *group = g_ptr_array_index(query->groups, i);
    gboolean has = FALSE;
    if (group == except)
      continue;
    if (!bh_terms_store_has(device, group, number, &has, error))
      return FALSE;
    *yes = has;
  }
  return !*yes || bh_list_words_fit(device, query->words, number, yes, error);
}

/* --- few matches: gather, sort, cut --- */

static GArray *gather_group(BhDevice *device, const GArray *group, GError **error)
{
  g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(gint64));

  return bh_terms_store_list(device, group, GATHER_MAX + 1, out, error) ? g_steal_pointer(&out)
                                                                        : NULL;
}

/* The group with the fewest records, when that is few enough; NULL when all match many. */
static gboolean pick_group(BhDevice *device, const Query *query, const GArray **group,
                           GArray **numbers, GError **error)
{
  *group = NULL;
  *numbers = NULL;
  for (guint i = 0; i < query->groups->len; i++) {
    const GArray *candidate = g_ptr_array_index(query->groups, i);
    g_autoptr(GArray) found = gather_group(device, candidate, error);
    if (found == NULL) {
      g_clear_pointer(numbers, g_array_unref);
      return FALSE;
    }
    if (found->len > GATHER_MAX || (*numbers != NULL && (*numbers)->len <= found->len))
      continue;
    g_clear_pointer(numbers, g_array_unref);
    *numbers = g_steal_pointer(&found);
    *group = candidate;
  }
  return TRUE;
}

static int compare_numbers(gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
  return x < y ? -1 : x > y;
}

static GPtrArray *load_matches(BhDevice *device, const Query *query, const GArray *group,
                               GArray *numbers, GError **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(bh_list_row_free);
  gint64 before = -1;

  g_array_sort(numbers, compare_numbers);
  for (guint i = 0; i < numbers->len; i++) {
    gint64 number = g_array_index(numbers, gint64, i);
    gboolean yes = FALSE;
    if (number == before)
      continue;
    before = number;
    if (!fits(device, query, group, number, &yes, error))
      return NULL;
    if (!yes)
      continue;
    g_autoptr(GError) local = NULL;
    BhListRow *row = bh_list_store_read(device, query->kind, query->order, number, &local);
    if (row != NULL) {
      g_ptr_array_add(rows, row);
    } else if (local != NULL) {
      g_propagate_error(error, g_steal_pointer(&local));
      return NULL;
    }
  }
  return g_steal_pointer(&rows);
}

static gboolean fill_gathered(Page *page, GPtrArray *rows, char **after, GError **error)
{
  const Query *query = page->query;

  bh_list_rows_sort(rows, query->order);
  for (guint i = 0; i < rows->len; i++) {
    const BhListRow *row = g_ptr_array_index(rows, i);
    if (!bh_list_mark_is_before(&query->mark, row, query->order))
      continue;
    if (!offer(page, row, error))
      return FALSE;
    if (json_array_size(page->rows) >= query->limit) {
      if (i + 1 < rows->len)
        *after = bh_list_row_dup_mark(row, query->order);
      return TRUE;
    }
  }
  return TRUE;
}

/* --- many matches: walk the order --- */

static gboolean fill_walking(Page *page, char **after, GError **error)
{
  const Query *query = page->query;
  g_auto(BhListMark) mark = {0};
  gsize walked = 0;

  bh_list_mark_copy(&query->mark, &mark);
  while (TRUE) {
    g_autoptr(GPtrArray) rows =
        bh_list_store_page(page->device, query->kind, query->order, &mark, WALK_CHUNK, error);
    if (rows == NULL)
      return FALSE;
    for (guint i = 0; i < rows->len; i++) {
      const BhListRow *row = g_ptr_array_index(rows, i);
      gboolean yes = FALSE;
      walked++;
      if (!fits(page->device, query, NULL, row->number, &yes, error) ||
          (yes && !offer(page, row, error)))
        return FALSE;
      if (json_array_size(page->rows) >= query->limit || walked >= WALK_MAX) {
        gboolean more = i + 1 < rows->len || rows->len == WALK_CHUNK;
        *after = more ? bh_list_row_dup_mark(row, query->order) : NULL;
        return TRUE;
      }
    }
    if (rows->len < WALK_CHUNK)
      return TRUE;
    bh_list_mark_set(&mark, g_ptr_array_index(rows, rows->len - 1), query->order);
  }
}

static gboolean fill(Page *page, char **after, GError **error)
{
  const GArray *group = NULL;
  g_autoptr(GArray) numbers = NULL;

  if (page->query->hopeless)
    return TRUE;
  if (!pick_group(page->device, page->query, &group, &numbers, error))
    return FALSE;
  if (numbers == NULL)
    return fill_walking(page, after, error);
  g_autoptr(GPtrArray) rows = load_matches(page->device, page->query, group, numbers, error);
  return rows != NULL && fill_gathered(page, rows, after, error);
}

json_t *bh_device_list(BhDevice *device, const json_t *json, GError **error)
{
  g_auto(Query) query = {0};
  g_autofree char *after = NULL;

  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error) ||
      !read_query(device, json, &query, error))
    return NULL;
  g_autoptr(BhScope) scope = bh_scope_new(device, query.viewer);
  g_autoptr(json_t) rows = json_array();
  Page page = {device, &query, scope, rows};
  if (!fill(&page, &after, error))
    return NULL;
  json_t *out = json_object();
  json_object_set(out, "rows", rows);
  json_object_set_new(out, "after", after != NULL ? json_string(after) : json_null());
  if (query.partial)
    json_object_set_new(out, "partial", json_true());
  return out;
}
