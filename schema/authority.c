/* Determines which unit decides about a record, and whether the actor belongs to it. Start with
 * holds(). */
#include "schema/kind-internal.h"

#include <string.h>
#include "schema/review.h"
#include "schema/workflow.h"

#define LEVELS_MAX 8 /* units above a unit that are followed */

/* Id of the unit at the path(s) in `origin`: of several paths, the first with a value. */
static const char *find_unit(const json_t *origin, const BhContext *context, gboolean *unknown)
{
  gsize n = json_is_array(origin) ? json_array_size(origin) : 1;
  for (gsize i = 0; i < n; i++) {
    const json_t *path = json_is_array(origin) ? json_array_get(origin, i) : origin;
    const json_t *unit = bh_context_find(context, json_string_value(path), unknown);
    if (json_is_string(unit))
      return json_string_value(unit);
  }
  return NULL;
}

static gboolean is_unit_or_above(const char *unit, const BhContext *context)
{
  const char *own = bh_json_string_or(context->actor_values, "unit", "");
  for (int level = 0; unit != NULL && level < LEVELS_MAX; level++) {
    if (strcmp(unit, own) == 0)
      return TRUE;
    const json_t *values = context->lookup != NULL ? context->lookup(unit, context->data) : NULL;
    unit = bh_json_string_or(values, "parent", NULL);
  }
  return FALSE;
}

/* Whether the actor belongs to the unit at `origin` or to a unit above it. TRUE for a record
 * without a unit: any unit may decide about it. FALSE when the unit cannot be determined because a
 * record on the path is not available. */
static gboolean holds(const json_t *origin, const BhContext *context)
{
  gboolean unknown = FALSE;
  if (origin == NULL || context->actor_values == NULL)
    return TRUE;
  const char *unit = find_unit(origin, context, &unknown);
  return unit != NULL ? is_unit_or_above(unit, context) : !unknown;
}

/* As holds, by the kind's "authority", or that of the record from which this one inherits. */
static gboolean holds_for_kind(const BhKind *kind, const BhContext *context)
{
  BhContext at = *context;
  const BhKind *origin = bh_kind_find_origin(kind, &at);
  return origin != NULL ? holds(origin->authority, &at) : context->actor_values == NULL;
}

static gboolean is_left_to_hub(const BhKind *kind, const BhTransition *transition)
{
  const BhState *to = bh_kind_find_state(kind, transition->to);
  return kind->by_hub || transition->by_hub || (to != NULL && to->by_hub);
}

gboolean bh_kind_has_authority(const BhKind *kind, const BhContext *context)
{
  return holds_for_kind(kind, context);
}

gboolean bh_authority_allows_edit(const BhKind *kind, const json_t *own, gboolean left_to_hub,
                                  const BhContext *context)
{
  if (own != NULL)
    return holds(own, context);
  if (!left_to_hub || context->actor_values == NULL || holds_for_kind(kind, context))
    return TRUE;
  const char *unit = bh_kind_get_unit(kind, context);
  return g_strcmp0(bh_kind_get_author(kind, context), context->actor) == 0 ||
         (unit != NULL && strcmp(unit, bh_json_string_or(context->actor_values, "unit", "")) == 0);
}

gboolean bh_authority_allows(const BhKind *kind, const BhTransition *transition,
                             const BhContext *context)
{
  const json_t *own = transition->authority;
  if (own != NULL)
    return json_is_true(own) ? holds_for_kind(kind, context) : holds(own, context);
  return !is_left_to_hub(kind, transition) || holds_for_kind(kind, context);
}
