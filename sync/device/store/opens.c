/* Adds to an entry of this device the records that its steps open (schema/opens.h). */
#include "schema/opens.h"

#include "sync/device/store/opens.h"
#include "sync/device/store/scope.h"
#include "sync/device/store/views.h"

typedef struct {
  BhDevice *device;
  BhScope *scope; /* the store with the operations over it */
} Making;

static char *dup_state(const char *record, gpointer data)
{
  const Making *making = data;
  BhView *view = bh_view_get(making->device, record, NULL);
  if (view == NULL)
    return NULL;
  /* An entry that chooses among states in conflict takes no step. */
  return g_strdup(bh_record_has_conflict(view->record, "state")
                      ? ""
                      : bh_record_get_string(view->record, "state"));
}

static void fill(const char *record, BhContext *context, gpointer data)
{
  const Making *making = data;
  bh_scope_fill(making->scope, record, context);
}

static void make_id(char id[BH_ID_LEN + 1], gpointer data)
{
  const Making *making = data;
  bh_id_next(&making->device->ids, id);
}

json_t *bh_opens_fill(BhDevice *device, const char *author, const json_t *ops, GError **error)
{
  gsize index;
  json_t *op;
  if (!bh_opens_may_open(device->kinds, ops))
    return json_incref((json_t *)ops);
  g_autoptr(BhScope) scope = bh_scope_new(device, author);
  json_array_foreach((json_t *)ops, index, op) {
    const char *record = bh_json_string_or(op, "record", "");
    if (bh_id_is_valid(record))
      bh_scope_set(scope, record, bh_json_string_or(op, "kind", ""), json_object_get(op, "set"));
  }
  Making making = {.device = device, .scope = scope};
  BhOpensWorld world = {.set = device->kinds,
                        .now_ms = bh_device_now_ms(device),
                        .dup_state = dup_state,
                        .fill = fill,
                        .make_id = make_id,
                        .data = &making};
  return bh_opens_complete(&world, ops, error);
}
