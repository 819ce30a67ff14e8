/* Reads "returns" of a kind: the steps that its records offer on the records that they name. What
 * it means at run time is in returns.c. */
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/returns.h"

#define RETURNS_MAX 12
#define PRESETS_MAX 40

static gboolean check_states(BhPlace *place, const BhKind *kind, const json_t *declared)
{
  g_autofree const char **states = NULL;
  if (!bh_place_names(place, declared, "states", TRUE, FALSE, &states))
    return FALSE;
  for (gsize i = 0; states[i] != NULL; i++)
    if (bh_kind_find_state(kind, states[i]) == NULL)
      return bh_place_fail_at(place, "states", "kind %s has no state \"%s\"", kind->name,
                              states[i]);
  return TRUE;
}

/* Whether a step of `kind` leads to the state, and, with `asked`, asks for that field. */
static gboolean has_step(const BhKind *kind, const char *to, const char *asked)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *step = g_ptr_array_index(kind->transitions, i);
    if (!step->creates && strcmp(step->to, to) == 0 &&
        (asked == NULL || g_strv_contains(bh_transition_get_asks(step), asked)))
      return TRUE;
  }
  return FALSE;
}

static gboolean check_preset(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const BhKind *to_kind, const char *to, const json_t *preset)
{
  const char *origin[] = {kind->name, NULL};
  BhActRule rule = {.from = origin};
  const char *name;
  json_t *source;
  if (preset == NULL)
    return TRUE;
  if (!json_is_object(preset) || json_object_size(preset) == 0 ||
      json_object_size(preset) > PRESETS_MAX)
    return bh_place_fail_at(place, "preset", "must be an object of 1 to %d fields", PRESETS_MAX);
  if (!bh_sources_resolve(place, set, to_kind, &rule, "preset", preset) ||
      !bh_sources_refuse_personal(place, set, origin, preset))
    return FALSE;
  json_object_foreach((json_t *)preset, name, source) {
    if (!has_step(to_kind, to, name))
      return bh_place_fail_at(place, "preset", "no step of %s to \"%s\" asks for \"%s\"",
                              to_kind->name, to, name);
  }
  return TRUE;
}

/* A record returns by its own values, whoever looks. */
static gboolean check_where(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                            const json_t *where)
{
  const json_t *all = json_object_get(where, "all");
  gsize index;
  json_t *filter;
  if (!bh_kind_check_filters(place, set, kind, where))
    return FALSE;
  if (where != NULL && all == NULL && json_object_get(where, "field") == NULL)
    return bh_place_fail_at(place, "where", "must be a filter by a field");
  json_array_foreach((json_t *)all, index, filter) {
    if (json_object_get(filter, "field") == NULL)
      return bh_place_fail_at(place, "where", "must have only filters by a field");
  }
  return TRUE;
}

static gboolean resolve_return(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const json_t *declared, GHashTable *names)
{
  static const char *const allowed[] = {"states", "link",   "to",     "where",
                                        "text",   "preset", "source", NULL};
  const char *link = kind->parent, *to = NULL;
  (void)names;
  if (!bh_place_is_object(place, declared, allowed) || !check_states(place, kind, declared) ||
      !bh_place_name(place, declared, "link", FALSE, &link) ||
      !bh_place_name(place, declared, "to", TRUE, &to) ||
      !bh_place_label(place, declared, "text", TRUE) ||
      !bh_place_string(place, declared, "source", FALSE, 300, NULL) ||
      !check_where(place, set, kind, json_object_get(declared, "where")))
    return FALSE;
  const BhField *field = link != NULL ? g_hash_table_lookup(kind->field_index, link) : NULL;
  if (field == NULL || field->type != BH_FIELD_REF || !field->indexed)
    return bh_place_fail_at(place, "link", "must be an indexed ref field of %s", kind->name);
  const char *const *kinds = bh_field_get_ref_kinds(field);
  if (kinds[0] == NULL)
    return bh_place_fail_at(place, "link", "\"%s\" does not say which kinds it refers to", link);
  for (gsize i = 0; kinds[i] != NULL; i++) {
    const BhKind *to_kind = bh_kind_set_find(set, kinds[i]);
    if (to_kind == NULL || !has_step(to_kind, to, NULL))
      return bh_place_fail_at(place, "to", "no step of %s leads to \"%s\"", kinds[i], to);
    if (!check_preset(place, set, kind, to_kind, to, json_object_get(declared, "preset")))
      return FALSE;
  }
  return TRUE;
}

gboolean bh_kind_resolve_returns(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  return bh_kind_resolve_each(place, set, kind, "returns", RETURNS_MAX, resolve_return);
}

gboolean bh_kind_check_returned(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                const json_t *ledger)
{
  gboolean returned = FALSE;
  if (!bh_place_flag(place, ledger, "returned", &returned))
    return FALSE;
  if (!returned)
    return TRUE;
  g_autoptr(GPtrArray) returns = bh_returns_list(set, kind, NULL);
  return returns->len > 0 ||
         bh_place_fail_at(place, "returned", "no kind has \"returns\" for records of %s",
                          kind->name);
}
