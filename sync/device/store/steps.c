/* Lists the steps that a person may take from the present state of a record: what a page offers as
 * buttons. Whether a step can be taken is checked when it is saved (check.c). */
#include <string.h>

#include "sync/device/store/scope.h"
#include "sync/device/store/views.h"

static json_t *describe(const BhKind *kind, const BhTransition *step, const json_t *values)
{
  json_t *label = json_pack("{s:s, s:s}", "zh", bh_transition_get_label(step, "zh"), "en",
                            bh_transition_get_label(step, "en"));
  json_t *out = json_pack("{s:s, s:s, s:o}", "kind", bh_kind_get_name(kind), "to",
                          bh_transition_get_to(step), "label", label);
  const char *field = bh_kind_get_parent_field(kind);
  const char *parent = field != NULL ? bh_json_string_or(values, field, NULL) : NULL;
  if (parent != NULL)
    json_object_set_new(out, "parent", json_string(parent));
  const char *page = bh_transition_get_page(step);
  if (page != NULL)
    json_object_set_new(out, "page", json_string(page));
  return out;
}

json_t *bh_device_list_steps(BhDevice *device, const char *author, const char *record,
                             GError **error)
{
  BhContext context;

  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return NULL;
  g_autoptr(GError) local = NULL;
  BhView *view = bh_view_get(device, record, &local);
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  g_autoptr(json_t) out = json_array();
  const BhKind *kind =
      view != NULL ? bh_kind_set_find(device->kinds, bh_record_get_kind(view->record)) : NULL;
  const char *state = view != NULL ? bh_record_get_string(view->record, "state") : NULL;
  if (kind == NULL || state == NULL)
    return g_steal_pointer(&out);
  g_autofree char *from = g_strdup(state);
  g_autoptr(BhScope) scope = bh_scope_new(device, author);
  bh_scope_fill(scope, record, &context);
  g_autoptr(GPtrArray) open = bh_workflow_list_open(kind, from, &context);
  for (guint i = 0; i < open->len; i++) {
    const BhTransition *step = g_ptr_array_index(open, i);
    g_autoptr(json_t) to = json_string(bh_transition_get_to(step));
    if (!bh_transition_is_hub_only(step) && !bh_kind_is_hub_only(kind, "state", to) &&
        !bh_kind_is_hub_only(kind, NULL, NULL))
      json_array_append_new(out, describe(kind, step, context.values));
  }
  return g_steal_pointer(&out);
}
