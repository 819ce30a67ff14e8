/* POST /v1/ahead: copies of urgent entries before their turn in the chain (PROTOCOL § 5). Start at
 * bh_ahead_handle. */
#include "sync/hub/devices/ahead-store.h"
#include "sync/hub/devices/internal.h"
#include "sync/hub/hub-private.h"
#include "sync/wire/batch.h"
#include "sync/wire/limits.h"

/* One request. */
typedef struct {
  BhRequest *request;
  char device[BH_ID_LEN + 1];
  GPtrArray *batches; /* BhBatch*, of one entry each, because the entries need not be contiguous */
} Copies;

static void batch_free(gpointer batch)
{
  bh_batch_free(batch);
}

static void copies_free(Copies *copies)
{
  g_ptr_array_unref(copies->batches);
  g_free(copies);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Copies, copies_free)

static gboolean is_urgent(const BhKindSet *kinds, const BhBody *body)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    const BhKind *kind = bh_kind_set_find(kinds, op->kind);
    if (kind != NULL && bh_kind_is_urgent(kind))
      return TRUE;
  }
  return FALSE;
}

/* Entries that are not urgent are passed over: they come in their turn. */
static gboolean store_copies(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const Copies *copies = data;
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  const BhClock *clock = bh_hub_get_clock(hub);
  gint64 now_ms = clock->wall_ms(clock->data);
  for (guint i = 0; i < copies->batches->len; i++) {
    const BhBatch *batch = g_ptr_array_index(copies->batches, i);
    const BhVerified *entry = g_ptr_array_index(batch->entries, 0);
    if (is_urgent(kinds, entry->body) &&
        !bh_ahead_store_add(db, entry->body->id, copies->device, now_ms, entry->text, error))
      return FALSE;
  }
  return TRUE;
}

static void answer_copies(BhHub *hub G_GNUC_UNUSED, const GError *error, gpointer data)
{
  g_autoptr(Copies) copies = data;
  g_autoptr(json_t) answer = json_object();
  if (error != NULL)
    bh_device_api_answer_error(copies->request, error, NULL);
  else
    bh_request_answer_json(copies->request, 200, answer);
}

/* Verifies the entries of the request. NULL with an error; *is_entry: an entry is bad, not the
 * request. */
static Copies *read_copies(BhHub *hub, const BhHubDevice *device, BhRequest *request,
                           gboolean *is_entry, GError **error)
{
  g_autoptr(GBytes) body = NULL;
  BhBatchReader reader;
  gsize len;
  if (!bh_device_api_expand(request, BH_AHEAD_MAX_BYTES, &body, error))
    return NULL;
  const char *text = g_bytes_get_data(body, &len);
  if (!bh_batch_reader_init(&reader, text != NULL ? text : "", len, error))
    return NULL;
  g_autoptr(Copies) copies = g_new0(Copies, 1);
  g_autoptr(GError) failed = NULL;
  copies->request = request;
  g_strlcpy(copies->device, device->id, sizeof copies->device);
  copies->batches = g_ptr_array_new_with_free_func(batch_free);
  BhEntryText *entry;
  while ((entry = bh_batch_reader_next(&reader, &failed)) != NULL) {
    BhBatch *batch = bh_batch_new(device->id, device->unit);
    bh_batch_set_hub_key(batch, bh_hub_get_public_key(hub));
    g_ptr_array_add(copies->batches, batch);
    if (!bh_batch_add(batch, bh_hub_get_id(hub), device->public_key, entry)) {
      *is_entry = TRUE;
      g_propagate_error(error, g_error_copy(batch->refused));
      return NULL;
    }
    const BhVerified *verified = g_ptr_array_index(batch->entries, 0);
    if (verified->body == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "ahead: the body of an entry cannot be read");
      return NULL;
    }
    if (copies->batches->len > BH_AHEAD_MAX_ENTRIES) {
      g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "ahead: at most %d entries",
                  BH_AHEAD_MAX_ENTRIES);
      return NULL;
    }
  }
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  return g_steal_pointer(&copies);
}

void bh_ahead_handle(BhRequest *request, gpointer data)
{
  BhDeviceApi *api = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(BhHubDevice) device = bh_device_api_authenticate(api, request);
  if (device == NULL || !bh_device_api_is_entries(request))
    return;
  gboolean is_entry = FALSE;
  Copies *copies = read_copies(api->hub, device, request, &is_entry, &error);
  if (copies == NULL && is_entry)
    bh_request_answer_error_as(request, 400, error, NULL);
  else if (copies == NULL)
    bh_device_api_answer_error(request, error, NULL);
  else
    bh_hub_submit(api->hub, store_copies, answer_copies, copies);
}
