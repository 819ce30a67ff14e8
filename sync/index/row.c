/* Brings the index up to date: writes of each marked record what differs from the stored rows.
 * Start at bh_index_apply. */
#include "sync/index/row.h"

#include <string.h>

#include "schema/decimal.h"
#include "schema/due.h"
#include "schema/kind-rules.h"
#include "schema/ledger.h"
#include "sync/index/row-store.h"
#include "sync/index/text.h"

#define VALUE_MAX 512 /* bytes; only the beginning of longer values is indexed */

void bh_index_row_clear(BhIndexRow *row)
{
  g_free(row->kind);
  g_free(row->state);
  g_free(row->area);
  g_free(row->scope);
  g_free(row->scope2);
  g_free(row->restriction);
  g_free(row->review);
  g_free(row->title);
  g_free(row->text);
  json_decref(row->values);
  memset(row, 0, sizeof *row);
}

/* --- values --- */

static gboolean has_numbers(const BhField *field)
{
  switch (bh_field_get_type(field)) {
  case BH_FIELD_INTEGER:
  case BH_FIELD_DECIMAL:
  case BH_FIELD_MONEY:
  case BH_FIELD_PERCENT:
  case BH_FIELD_DURATION:
    return TRUE;
  default:
    return FALSE;
  }
}

static char *dup_number_key(const json_t *value)
{
  if (json_is_string(value))
    return bh_decimal_make_sort_key(json_string_value(value));
  if (!json_is_integer(value))
    return NULL;
  g_autofree char *text = g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
  return bh_decimal_make_sort_key(text);
}

char *bh_index_dup_value_text(const BhField *field, const json_t *value)
{
  if (field != NULL && has_numbers(field))
    return dup_number_key(value);
  if (json_is_string(value)) {
    const char *text = json_string_value(value);
    gsize len = json_string_length(value);
    if (len > VALUE_MAX) {
      const char *last = g_utf8_find_prev_char(text, text + VALUE_MAX + 1);
      len = last != NULL ? (gsize)(last - text) : 0;
    }
    return g_strndup(text, len);
  }
  if (json_is_integer(value))
    return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
  return json_is_boolean(value) ? g_strdup(json_is_true(value) ? "true" : "false") : NULL;
}

/* `value` may be a list; each element is indexed. `field` may be NULL. */
static void add_value(json_t *out, const char *name, const BhField *field, const json_t *value)
{
  gsize n = json_is_array(value) ? json_array_size(value) : value != NULL ? 1 : 0;
  json_t *texts = json_object_get(out, name);
  for (gsize i = 0; i < n; i++) {
    g_autofree char *text =
        bh_index_dup_value_text(field, json_is_array(value) ? json_array_get(value, i) : value);
    if (text == NULL)
      continue;
    if (texts == NULL) {
      texts = json_array();
      json_object_set_new(out, name, texts);
    }
    json_array_append_new(texts, json_string(text));
  }
}

static void add_due(json_t *out, const BhKind *kind, const BhContext *context)
{
  BhDue due;
  g_autoptr(json_t) uses = json_array();
  if (bh_due_collect(kind, context, &due, uses)) {
    g_autofree char *key = bh_due_format_key(&due);
    g_autoptr(json_t) text = json_string(key);
    add_value(out, BH_INDEX_DUE, NULL, text);
  }
  if (json_array_size(uses) > 0)
    json_object_set(out, BH_INDEX_USES, uses);
}

static void add_inputs(json_t *out, const BhKind *kind, const BhContext *context)
{
  g_autofree char *name = bh_due_dup_name(kind, context->record, context->values);
  g_autofree char *inputs = name != NULL ? bh_due_dup_inputs(kind, context->values) : NULL;
  if (inputs != NULL)
    json_object_set_new(out, BH_INDEX_INPUTS, json_pack("[s, s]", name, inputs));
}

static void add_doubtful(json_t *out, const BhKind *kind, const json_t *values)
{
  size_t i;
  json_t *ledger;
  json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), i, ledger) {
    const json_t *name = json_object_get(ledger, "doubtful");
    if (name == NULL)
      continue;
    const char *key = json_string_value(name);
    g_autoptr(BhProblem) doubt =
        bh_field_find_doubt(bh_kind_find_field(kind, key), json_object_get(values, key));
    if (doubt != NULL)
      add_value(out, BH_INDEX_DOUBT, NULL, name);
  }
}

/* Fields that are empty, among those in which a ledger looks for that. */
static void add_empty(json_t *out, const BhKind *kind, const char *name)
{
  size_t i;
  json_t *ledger;
  if (json_array_size(json_object_get(out, name)) > 0)
    return;
  json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), i, ledger) {
    if (!bh_ledger_finds_empty(ledger, name))
      continue;
    json_object_set_new(out, name, json_pack("[s]", BH_LEDGER_EMPTY));
    return;
  }
}

static void add_undated(json_t *out, const BhKind *kind, const json_t *values)
{
  const char *state = bh_json_string_or(values, "state", NULL);
  size_t i;
  json_t *ledger;
  json_array_foreach(json_object_get(bh_kind_get_declaration(kind), "ledgers"), i, ledger) {
    const char *date = bh_ledger_get_date(ledger);
    const char *name = date != NULL ? date : BH_INDEX_DUE;
    if (!bh_ledger_needs_days(ledger) || !bh_ledger_has_state(ledger, state) ||
        json_array_size(json_object_get(out, name)) > 0 ||
        bh_json_has_name(json_object_get(out, BH_INDEX_UNDATED), name))
      continue;
    g_autoptr(json_t) text = json_string(name);
    add_value(out, BH_INDEX_UNDATED, NULL, text);
  }
}

json_t *bh_index_collect_values(const BhKind *kind, const BhContext *context)
{
  const json_t *values = context->values;
  json_t *out = json_object();
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    const char *name = bh_field_get_name(field);
    if (!bh_field_is_indexed(field) || bh_field_is_personal(field))
      continue;
    add_value(out, name, field, json_object_get(values, name));
    add_empty(out, kind, name);
  }
  add_due(out, kind, context);
  add_inputs(out, kind, context);
  add_doubtful(out, kind, values);
  add_undated(out, kind, values);
  return out;
}

/* --- differences --- */

typedef gboolean (*ValueFunc)(BhDb *db, const char *kind, const char *field, const char *value,
                              gint64 nr, GError **error);

/* Calls `func` for each text of `values` that `others` does not have in the same field. */
static gboolean write_values(BhDb *db, gint64 nr, const char *kind, const json_t *values,
                             const json_t *others, ValueFunc func, GError **error)
{
  const char *field;
  json_t *texts, *text;
  size_t i;
  json_object_foreach((json_t *)values, field, texts) {
    const json_t *other = json_object_get(others, field);
    if (strcmp(field, BH_INDEX_INPUTS) == 0 || json_equal(texts, (json_t *)other))
      continue;
    json_array_foreach(texts, i, text) {
      if (!bh_json_has_name(other, json_string_value(text)) &&
          !func(db, kind, field, json_string_value(text), nr, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean write_grams(BhDb *db, gint64 nr, const char *before, const char *now,
                            GError **error)
{
  if (g_strcmp0(before, now) == 0)
    return TRUE;
  g_autofree char *old = bh_search_grams(before != NULL ? before : "");
  g_autofree char *new = bh_search_grams(now != NULL ? now : "");
  return strcmp(old, new) == 0 ||
         ((*old == '\0' || bh_row_store_remove_grams(db, nr, old, error)) &&
          (*new == '\0' || bh_row_store_add_grams(db, nr, new, error)));
}

/* Marks the records of the kind whose due days depend on `name`, or notes that there are many. */
static gboolean mark_dependants(BhDb *db, const BhKind *kind, const char *name, GError **error)
{
  g_autoptr(GArray) numbers = bh_row_store_list_dependants(db, bh_kind_get_name(kind), name, 0,
                                                           BH_INDEX_DEPENDANTS_MAX + 1, error);
  if (numbers == NULL)
    return FALSE;
  if (numbers->len > BH_INDEX_DEPENDANTS_MAX)
    return bh_row_store_put_due(db, name, bh_kind_get_name(kind), 0, error);
  for (guint i = 0; i < numbers->len; i++)
    if (!bh_index_mark(db, g_array_index(numbers, gint64, i), error))
      return FALSE;
  return TRUE;
}

/* Marks what depends on a record when the values change that others read. `kinds` may be NULL. */
static gboolean note_inputs(BhDb *db, const BhKindSet *kinds, const json_t *before,
                            const json_t *now, GError **error)
{
  const json_t *old = json_object_get(before, BH_INDEX_INPUTS);
  const json_t *new = json_object_get(now, BH_INDEX_INPUTS);
  if (kinds == NULL || old == new || json_equal((json_t *)old, (json_t *)new))
    return TRUE;
  const char *names[] = {json_string_value(json_array_get(old, 0)),
                         json_string_value(json_array_get(new, 0))};
  const GPtrArray *list = bh_kind_set_list(kinds);
  for (guint i = 0; i < list->len; i++) {
    if (!bh_due_depends_on_others(list->pdata[i]))
      continue;
    for (gsize k = 0; k < G_N_ELEMENTS(names); k++)
      if (names[k] != NULL && (k == 0 || g_strcmp0(names[0], names[1]) != 0) &&
          !mark_dependants(db, list->pdata[i], names[k], error))
        return FALSE;
  }
  return TRUE;
}

static gboolean write_row(BhDb *db, const BhKindSet *kinds, gint64 nr, const BhIndexRow *row,
                          GError **error)
{
  g_auto(BhIndexedRow) before = {0};
  if (!bh_row_store_load(db, nr, &before, error))
    return FALSE;
  g_autofree char *values = row->kind != NULL ? bh_json_dump(row->values) : g_strdup("{}");
  if (!write_grams(db, nr, before.text, row->text, error))
    return FALSE;
  if (before.kind == NULL || row->kind == NULL || strcmp(before.kind, row->kind) != 0 ||
      strcmp(before.values, values) != 0) {
    gboolean is_same_kind = g_strcmp0(before.kind, row->kind) == 0;
    g_autoptr(json_t) old = before.kind != NULL
                                ? bh_json_parse(before.values, strlen(before.values),
                                                BH_DB_VALUE_MAX_BYTES, "listed.field_values", error)
                                : json_object();
    if (old == NULL ||
        !write_values(db, nr, before.kind, old, is_same_kind ? row->values : NULL,
                      bh_row_store_remove_value, error) ||
        !write_values(db, nr, row->kind, row->values, is_same_kind ? old : NULL,
                      bh_row_store_add_value, error) ||
        !note_inputs(db, kinds, old, row->values, error))
      return FALSE;
  }
  if (row->kind == NULL)
    return before.kind == NULL || bh_row_store_delete(db, nr, error);
  g_autoptr(GByteArray) sort_key = bh_index_make_sort_key(row->title);
  return bh_row_store_put(db, nr, row, sort_key, values, error);
}

gboolean bh_index_remove(BhDb *db, gint64 nr, GError **error)
{
  const BhIndexRow none = {0};
  return write_row(db, NULL, nr, &none, error);
}

gboolean bh_index_expand(BhDb *db, int max, gboolean *more, GError **error)
{
  g_auto(BhDuePending) pending = {0};
  *more = FALSE;
  if (!bh_row_store_load_due(db, &pending, error))
    return FALSE;
  if (pending.name == NULL)
    return TRUE;
  g_autoptr(GArray) numbers =
      bh_row_store_list_dependants(db, pending.kind, pending.name, pending.after, max, error);
  if (numbers == NULL)
    return FALSE;
  for (guint i = 0; i < numbers->len; i++)
    if (!bh_index_mark(db, g_array_index(numbers, gint64, i), error))
      return FALSE;
  gboolean is_done = (int)numbers->len < max;
  if (is_done ? !bh_row_store_drop_due(db, pending.name, pending.kind, error)
              : !bh_row_store_put_due(db, pending.name, pending.kind,
                                      g_array_index(numbers, gint64, numbers->len - 1), error))
    return FALSE;
  return bh_row_store_has_due(db, more, error);
}

gboolean bh_index_apply(BhDb *db, const BhKindSet *kinds, int max, BhIndexSource source,
                        gpointer data, int *applied, gboolean *more, GError **error)
{
  g_autoptr(GArray) numbers = bh_row_store_list_marked(db, max, error);
  *applied = 0;
  if (more != NULL)
    *more = FALSE;
  if (numbers == NULL)
    return FALSE;
  if (numbers->len == 0)
    return TRUE;
  /* Before the rows are written: writing them can mark records again. */
  if (!bh_row_store_unmark(db, g_array_index(numbers, gint64, numbers->len - 1), error))
    return FALSE;
  for (guint i = 0; i < numbers->len; i++) {
    gint64 nr = g_array_index(numbers, gint64, i);
    g_auto(BhIndexRow) row = {0};
    if (!source(nr, &row, data, error) || !write_row(db, kinds, nr, &row, error))
      return FALSE;
  }
  *applied = (int)numbers->len;
  return more == NULL || bh_index_is_behind(db, more, error);
}
