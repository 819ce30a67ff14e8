/* A new incarnation: the next chain of envelopes, after a fork, a gap, or a new enrolment. */
#include "sync/device/store/incarnation.h"

#include <string.h>

#include "sync/device/store/journal-store.h"
#include "sync/device/store/outbox-store.h"

static gboolean move_entry(BhDevice *device, gint64 from, gint64 to_incarnation, gint64 seq,
                           char head[BH_HASH_HEX_LEN + 1], gboolean *moved, GError **error)
{
  BhEnvelope envelope;
  g_autoptr(GError) local = NULL;
  g_autoptr(BhEntryText) old = bh_journal_store_read_text(device, from, &local);

  *moved = FALSE;
  if (g_error_matches(local, BH_ERROR, BH_ERROR_NOT_FOUND))
    return TRUE; /* there is no entry at this position: it was set aside */
  if (local != NULL) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  if (!bh_envelope_parse(old->envelope, &envelope, error))
    return FALSE;
  /* An entry without a body was dropped long after the hub had it; it is not moved to the new
   * incarnation. */
  *moved = old->body != NULL;
  if (!*moved)
    return TRUE;
  g_autoptr(BhEntryText) text =
      bh_entry_sign(device->signer, seq, head, envelope.kinds, old->body, old->openings);
  g_autofree char *hash = bh_hash_hex(text->envelope, strlen(text->envelope));
  g_strlcpy(head, hash, BH_HASH_HEX_LEN + 1);
  return bh_outbox_store_move(device, from, BH_POS(to_incarnation, seq), text->envelope,
                              text->signature, error);
}

gboolean bh_incarnation_move(BhDevice *device, gint64 keep, GError **error)
{
  gint64 old = device->incarnation, made = device->made;
  char head[BH_HASH_HEX_LEN + 1];

  memset(head, '0', BH_HASH_HEX_LEN);
  head[BH_HASH_HEX_LEN] = '\0';
  bh_signer_make_incarnation(device->signer, device->random);
  if (!bh_outbox_store_add_incarnation(device, old + 1, device->signer->incarnation, error))
    return FALSE;
  for (gint64 seq = keep + 1, next = 1; seq <= made; seq++) {
    gboolean moved = FALSE;
    if (!move_entry(device, BH_POS(old, seq), old + 1, next, head, &moved, error))
      return FALSE;
    next += moved;
  }
  if (device->acked > keep) {
    bh_device_count(device)->delivered -= device->acked - keep;
    return bh_outbox_store_set_acked(device, old, keep, error);
  }
  return TRUE;
}
