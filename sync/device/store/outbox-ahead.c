/* Entries of which a copy is sent ahead of their chain, because earlier entries still wait. */
#include "sync/device/store/outbox-ahead.h"

#include "sync/device/store/damage.h"
#include "sync/device/store/outbox-store.h"
#include "sync/device/store/outbox.h"

gboolean bh_outbox_note_urgent(BhDevice *device, const BhBody *body, GError **error)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    const BhKind *kind = bh_kind_set_find(device->kinds, op->kind);
    if (kind != NULL && bh_kind_is_urgent(kind))
      return bh_outbox_store_add_ahead(device, body->id, error);
  }
  return TRUE;
}

gboolean bh_outbox_read_ahead(BhDevice *device, gint64 after, int max_entries, gsize max_bytes,
                              GString *out, GArray *positions, GError **error)
{
  gsize start = out->len;

  if (!bh_device_ready(device, error))
    return FALSE;
  g_autoptr(GArray) noted = bh_outbox_store_list_ahead(device, error);
  if (noted == NULL)
    return FALSE;
  for (guint i = 0; i < noted->len && positions->len < (guint)max_entries; i++) {
    gint64 pos = g_array_index(noted, gint64, i);
    if (pos <= BH_POS(device->incarnation, after))
      continue;
    /* An entry that is damaged on the disk is repaired when its turn in the chain comes. */
    g_autoptr(BhEntryText) text = bh_damage_read(device, pos, NULL);
    if (text == NULL)
      continue;
    if (positions->len > 0 && out->len - start + bh_entry_text_size(text) > max_bytes)
      break;
    bh_entry_text_append(text, out);
    g_array_append_val(positions, pos);
  }
  return TRUE;
}

gboolean bh_outbox_note_ahead(BhDevice *device, const GArray *positions, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);

  if (write == NULL)
    return FALSE;
  for (guint i = 0; i < positions->len; i++)
    if (!bh_outbox_store_drop_ahead(device, g_array_index(positions, gint64, i), error))
      return FALSE;
  return bh_write_commit(write, error);
}
