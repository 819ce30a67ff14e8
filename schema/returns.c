/* What opened records give back. What "returns" may say is checked in kind-returns.c. */
#include "schema/returns.h"

#include <string.h>

#include "schema/kind-internal.h"

static void add_steps(const BhKind *kind, const BhKind *to_kind, const json_t *declared,
                      const char *state, GPtrArray *out)
{
  const char *to = bh_json_string_or(declared, "to", "");
  for (guint i = 0; i < to_kind->transitions->len; i++) {
    const BhTransition *step = g_ptr_array_index(to_kind->transitions, i);
    if (step->creates || strcmp(step->to, to) != 0 ||
        (state != NULL && !g_strv_contains(step->from, state)))
      continue;
    BhReturn *one = g_new0(BhReturn, 1);
    *one = (BhReturn){.kind = kind,
                      .link = bh_json_string_or(declared, "link", kind->parent),
                      .states = json_object_get(declared, "states"),
                      .where = json_object_get(declared, "where"),
                      .text = json_object_get(declared, "text"),
                      .preset = json_object_get(declared, "preset"),
                      .step = step,
                      .from = step->from};
    g_ptr_array_add(out, one);
  }
}

GPtrArray *bh_returns_list(const BhKindSet *set, const BhKind *kind, const char *state)
{
  GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *other = g_ptr_array_index(set->kinds, i);
    gsize index;
    json_t *declared;
    json_array_foreach(json_object_get(other->declaration, "returns"), index, declared) {
      const char *link = bh_json_string_or(declared, "link", other->parent);
      const BhField *field = link != NULL ? bh_kind_find_field(other, link) : NULL;
      if (field != NULL && g_strv_contains(bh_field_get_ref_kinds(field), kind->name))
        add_steps(other, kind, declared, state, out);
    }
  }
  return out;
}

static void add_filter(json_t *where, const json_t *filter)
{
  json_t *is = json_object_get(filter, "is");
  json_object_set(where, bh_json_string_or(filter, "field", ""),
                  is != NULL ? is : json_object_get(filter, "in"));
}

json_t *bh_return_dup_where(const BhReturn *one)
{
  json_t *where = json_object();
  const json_t *all = json_object_get(one->where, "all");
  gsize index;
  json_t *filter;
  if (one->where != NULL && all == NULL)
    add_filter(where, one->where);
  json_array_foreach((json_t *)all, index, filter) {
    add_filter(where, filter);
  }
  return where;
}

json_t *bh_return_dup_query(const BhReturn *one, const char *record)
{
  json_t *where = bh_return_dup_where(one);
  json_object_set_new(where, one->link, json_string(record));
  json_object_set(where, "state", (json_t *)one->states);
  return json_pack("{s:s, s:o, s:i}", "kind", one->kind->name, "where", where, "limit", 1);
}

json_t *bh_return_dup_offer(const BhReturn *one, const BhContext *returned, gint64 now_ms)
{
  g_autofree char *act = g_strconcat("step/", one->step->to, NULL);
  json_t *values = json_object();
  bh_sources_read(one->preset, returned, now_ms, FALSE, values);
  return json_pack("{s:s, s:O, s:s, s:s, s:o}", "act", act, "text", one->text, "record",
                   returned->record, "kind", one->kind->name, "values", values);
}
