/* Reads the member "export" of a kind (kind-export.h). Whether a record reached a state is found by
 * who exports it (sync/hub/cases/export.c). */
#include "schema/kind-export.h"

#include <string.h>

#include "schema/kind-internal.h"
#include "schema/workflow.h"

static const json_t *get_states(const BhKind *kind)
{
  return json_object_get(json_object_get(kind->declaration, "export"), "not_before");
}

gboolean bh_kind_resolve_export(BhPlace *place, const BhKind *kind)
{
  static const char *const allowed[] = {"not_before", "source", NULL};
  const json_t *export = json_object_get(kind->declaration, "export");
  g_autofree const char **states = NULL;
  if (export == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "export");
  if (!bh_place_is_object(place, export, allowed) ||
      !bh_place_names(place, export, "not_before", TRUE, TRUE, &states) ||
      !bh_place_string(place, export, "source", FALSE, 300, NULL))
    return FALSE;
  for (gsize i = 0; states[i] != NULL; i++)
    if (bh_kind_find_state(kind, states[i]) == NULL)
      return bh_place_fail_at(place, "not_before", "kind %s has no state \"%s\"", kind->name,
                              states[i]);
  bh_place_leave(place, mark);
  return TRUE;
}

gboolean bh_kind_limits_export(const BhKind *kind)
{
  return get_states(kind) != NULL;
}

gboolean bh_kind_is_export_state(const BhKind *kind, const char *state)
{
  const json_t *states = get_states(kind);
  return state != NULL && (json_is_string(states) ? strcmp(json_string_value(states), state) == 0
                                                  : bh_json_has_name(states, state));
}

char *bh_kind_dup_export_labels(const BhKind *kind, const char *lang)
{
  GString *labels = g_string_new(NULL);
  for (guint i = 0; i < kind->states->len; i++) {
    const BhState *state = g_ptr_array_index(kind->states, i);
    if (bh_kind_is_export_state(kind, state->name))
      g_string_append_printf(labels, "%s%s", labels->len > 0 ? ", " : "",
                             bh_kind_get_state_label(kind, state->name, lang));
  }
  return g_string_free(labels, FALSE);
}
