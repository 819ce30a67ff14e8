/* Reads a kind set from the first line of the input, and checks a record's values from the second
 * line by it. The record is its own child, and every record that it refers to. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/compute.h"
#include "schema/kind.h"
#include "schema/workflow.h"

static const json_t *lookup(const char *record, gpointer data)
{
  (void)record;
  return data;
}

static json_t *list_children(const char *record, const char *kind, gpointer data)
{
  (void)record;
  (void)kind;
  return json_pack("[O,O,n]", data, data);
}

static json_t *list_referring(const char *record, const char *kind, const char *field,
                              gboolean *complete, gpointer data)
{
  *complete = TRUE;
  (void)field;
  return list_children(record, kind, data);
}

static void compute(const BhKind *kind, const BhContext *context)
{
  g_autoptr(json_t) shown = bh_kind_compute_shown(kind, context);
  const char *name;
  json_t *item;
  json_object_foreach(shown, name, item) {
    g_autofree char *text = bh_computed_format(bh_kind_find_field(kind, name), item, "zh");
    g_assert(*text != '\0');
  }
}

static void judge(const BhKind *kind, const json_t *values)
{
  BhContext context = {.values = values,
                       .record = "r",
                       .today = "2026-11-21",
                       .lookup = lookup,
                       .children = list_children,
                       .referring = list_referring,
                       .data = (gpointer)values};
  compute(kind, &context);
  g_autoptr(GPtrArray) problems = bh_kind_check_record(kind, &context);
  g_autofree char *title = bh_kind_dup_title(kind, values, "zh");
  g_assert(title != NULL && problems != NULL);
  bh_kind_is_visible(kind, &context);
  bh_kind_get_area(kind, &context);
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = g_ptr_array_index(fields, i);
    const json_t *value = json_object_get(values, bh_field_get_name(field));
    g_autofree char *text = bh_field_format_value(field, value, "zh");
    g_autoptr(json_t) typed = bh_field_parse_typed(field, text, NULL);
    if (typed != NULL && bh_field_get_type(field) != BH_FIELD_ITEMS && !bh_field_is_computed(field))
      g_assert(bh_kind_check_value(kind, bh_field_get_name(field), typed, NULL));
  }
  g_autoptr(GPtrArray) states = bh_kind_list_states(kind);
  for (guint i = 0; i < states->len; i++) {
    g_autoptr(GPtrArray) problems_of_state =
        bh_workflow_check(kind, NULL, g_ptr_array_index(states, i), &context);
    g_autoptr(GPtrArray) open = bh_workflow_list_open(kind, g_ptr_array_index(states, i), &context);
    g_assert(problems_of_state != NULL && open != NULL);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
  gsize len = end != NULL ? (gsize)(end - text) : size;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(text, len, &error);
  g_assert((set == NULL) == (error != NULL));
  if (set == NULL)
    return 0;
  const char *canonical = bh_kind_set_get_text(set);
  g_autoptr(BhKindSet) again = bh_kind_set_from_text(canonical, strlen(canonical), NULL);
  g_assert(again != NULL);
  g_assert_cmpstr(bh_kind_set_get_hash(again), ==, bh_kind_set_get_hash(set));
  g_autoptr(json_t) values = NULL;
  if (end != NULL)
    values = bh_json_parse(end + 1, size - len - 1, 1 << 16, "values", NULL);
  if (!json_is_object(values))
    return 0;
  for (guint i = 0; i < bh_kind_set_list(set)->len; i++)
    judge(g_ptr_array_index(bh_kind_set_list(set), i), values);
  return 0;
}
