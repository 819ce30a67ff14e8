/* The judgement of visibility (visibility.h), from the "visible" conditions of a kind. */
#include "sync/hub/records/visibility.h"

BhVisibility bh_visibility_compute(const BhKind *kind, const char *record, const json_t *values,
                                   const json_t *const *viewers, gsize n_viewers,
                                   const BhVisibilitySource *source)
{
  BhContext context = {.values = values,
                       .record = record,
                       .lookup = source->lookup,
                       .kind_of = source->kind_of,
                       .data = source->data};
  if (bh_kind_is_open(kind, &context))
    return BH_VISIBILITY_OPEN;
  for (gsize i = 0; i < n_viewers; i++) {
    context.actor = bh_json_string_or(viewers[i], "id", NULL);
    context.actor_values = viewers[i];
    if (bh_kind_is_visible(kind, &context))
      return BH_VISIBILITY_RESTRICTED;
  }
  return BH_VISIBILITY_NONE;
}
