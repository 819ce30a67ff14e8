/* Batches of own entries, acknowledgements, and a new incarnation after a fork. */
#include "sync/device/store/outbox-push.h"

#include <string.h>

#include "sync/device/store/damage.h"
#include "sync/device/store/device-store.h"
#include "sync/device/store/outbox-store.h"
#include "sync/device/store/outbox.h"
#include "sync/device/store/records.h"
#include "sync/device/store/repair.h"

gboolean bh_outbox_get_heads(BhDevice *device, gint64 *made, gint64 *acked, GError **error)
{
  if (!bh_device_ready(device, error))
    return FALSE;
  *made = device->made;
  *acked = device->acked;
  return TRUE;
}

gboolean bh_outbox_read_batch(BhDevice *device, gint64 after, int max_entries, gsize max_bytes,
                              GString *out, gint64 *last, GError **error)
{
  gsize start = out->len;
  gint64 seq = after;

  if (!bh_device_ready(device, error))
    return FALSE;
  while (seq < device->made && seq - after < max_entries) {
    g_autoptr(BhEntryText) text =
        bh_damage_read(device, BH_POS(device->incarnation, seq + 1), error);
    if (text == NULL) {
      g_string_truncate(out, start);
      return FALSE;
    }
    if (seq > after && out->len - start + bh_entry_text_size(text) > max_bytes)
      break;
    bh_entry_text_append(text, out);
    seq++;
  }
  *last = seq;
  return TRUE;
}

static gboolean check_hash(BhDevice *device, gint64 seq, const char *hash, GError **error)
{
  if (seq <= device->made) {
    g_autoptr(GError) local = NULL;
    g_autofree char *envelope =
        bh_journal_store_dup_envelope(device, BH_POS(device->incarnation, seq), &local);
    if (envelope == NULL && !g_error_matches(local, BH_ERROR, BH_ERROR_NOT_FOUND)) {
      g_propagate_error(error, g_steal_pointer(&local));
      return FALSE;
    }
    g_autofree char *own = envelope != NULL ? bh_hash_hex(envelope, strlen(envelope)) : NULL;
    if (own != NULL && g_strcmp0(own, hash) == 0)
      return TRUE;
  }
  g_set_error(error, BH_ERROR, BH_ERROR_FORK,
              "the hub has another envelope at %" G_GINT64_FORMAT " than this store", seq);
  return FALSE;
}

gboolean bh_outbox_acknowledge(BhDevice *device, const char *incarnation, gint64 seq,
                               const char *hash, GError **error)
{
  if (!bh_device_ready(device, error) || !bh_device_need_enrolled(device, error))
    return FALSE;
  /* An answer about an older incarnation changes nothing. */
  if (g_strcmp0(incarnation, device->signer->incarnation) != 0 || seq <= 0)
    return TRUE;
  if (!check_hash(device, seq, hash, error))
    return FALSE;
  if (seq <= device->acked)
    return TRUE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !bh_outbox_store_set_acked(device, device->incarnation, seq, error) ||
      !bh_outbox_store_add_receipt(device, BH_POS(device->incarnation, seq),
                                   bh_device_now_ms(device), error) ||
      !bh_outbox_store_drop_ahead_through(device, BH_POS(device->incarnation, seq), error))
    return FALSE;
  bh_device_count(device)->delivered += seq - device->acked;
  if (!bh_write_commit(write, error))
    return FALSE;
  device->acked = seq;
  return TRUE;
}

/* --- a new incarnation --- */

gboolean bh_outbox_reincarnate(BhDevice *device, gint64 seq, GError **error)
{
  if (!bh_device_need_enrolled(device, error))
    return FALSE;
  if (seq < 0 || seq > device->made) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "no own entry has the number %" G_GINT64_FORMAT,
                seq);
    return FALSE;
  }
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_repair_begin_incarnation(device, seq, error) &&
         bh_write_commit(write, error) && bh_device_reload(device, error);
}

gboolean bh_outbox_repair(BhDevice *device, gint64 keep, GError **error)
{
  return bh_repair_run(device, CLAMP(keep, 0, device->acked), error);
}

/* --- quarantine --- */

gboolean bh_outbox_quarantine(BhDevice *device, const char *entry, const char *reason,
                              GPtrArray *touched, GError **error)
{
  gboolean added = FALSE;
  g_auto(BhOwnEntry) own = {0};
  gint64 pos = bh_journal_store_find(device, entry);

  if (pos == 0)
    return TRUE;
  if (!bh_outbox_store_add_quarantine(device, pos, reason, &added, error))
    return FALSE;
  if (!added)
    return TRUE;
  bh_device_count(device)->quarantined++;
  return bh_journal_store_read(device, pos, &own, error) &&
         bh_damage_list_records(device, &own, touched, error);
}

gboolean bh_outbox_note_quarantined(BhDevice *device, const json_t *entry_ids, GError **error)
{
  g_autoptr(GPtrArray) touched = g_ptr_array_new_with_free_func(g_free);
  gsize index;
  json_t *id;

  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return FALSE;
  json_array_foreach((json_t *)entry_ids, index, id) {
    if (json_is_string(id) &&
        !bh_outbox_quarantine(device, json_string_value(id), "", touched, error))
      return FALSE;
  }
  for (guint i = 0; i < touched->len; i++) {
    if (!bh_view_refold(device, g_ptr_array_index(touched, i), error))
      return FALSE;
  }
  return bh_write_commit(write, error);
}

/* --- time and rounds --- */

gboolean bh_outbox_note_hub_time(BhDevice *device, gint64 hub_ms, const char *signature,
                                 GError **error)
{
  const BhClock *clock = device->clock;

  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL)
    return FALSE;
  device->hub_ms = hub_ms;
  device->hub_boot_ms = clock->boot_ms(clock->data);
  g_strlcpy(device->hub_sig, signature, sizeof device->hub_sig);
  g_strlcpy(device->hub_boot_id, clock->boot_id(clock->data), sizeof device->hub_boot_id);
  return bh_device_store_save_hub_time(device, error) && bh_write_commit(write, error);
}

static gboolean store_round(BhDevice *device, const char *state, const char *error_code,
                            GError **error)
{
  gboolean whole = strcmp(state, "idle") == 0 && error_code == NULL;

  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_setting_set(device, "last_error", error_code, error) &&
         bh_setting_set(device, "revoked", strcmp(state, "revoked") == 0 ? "1" : NULL, error) &&
         (!whole || bh_setting_set_int(device, "last_sync_ms",
                                       device->clock->wall_ms(device->clock->data), error)) &&
         bh_write_commit(write, error);
}

gboolean bh_outbox_note_round(BhDevice *device, const char *state, const char *error_code,
                              gint64 next_try_ms, GError **error)
{
  static const char *const states[] = {"idle", "working", "waiting", "no_hub", "revoked", NULL};

  g_return_val_if_fail(g_strv_contains(states, state), FALSE);
  if (!bh_device_ready(device, error))
    return FALSE;
  g_free(device->round_state);
  device->round_state = g_strdup(state);
  device->next_try_ms = next_try_ms;
  /* "working" is not stored: after a restart no round runs. */
  return strcmp(state, "working") == 0 || store_round(device, state, error_code, error);
}
