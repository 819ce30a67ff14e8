/* A kind set as it travels, and values that are judged by it: the first line of the input is the
 * set, the second a record's values. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include "schema/kind.h"
#include "schema/workflow.h"

static void judge(const BhKind *kind, const json_t *values)
{
  BhContext context = {.values = values, .today = "2026-11-21"};
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
    if (typed != NULL && bh_field_get_type(field) != BH_FIELD_ITEMS)
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
