/* Sets damaged own entries aside: copies them as they are, removes what cannot be read, and gives
 * the sound ones new envelopes where the chain has a gap. */
#include "sync/device/store/repair.h"

#include <sodium.h>
#include <string.h>

#include "sync/device/store/damage.h"
#include "sync/device/store/incarnation.h"
#include "sync/device/store/records.h"

/* Fails when the device's key is damaged, because every entry would then seem to be damaged. */
static gboolean check_key(BhDevice *device, GError **error)
{
  guint8 public_key[BH_PUBLIC_KEY_SIZE], secret_key[BH_SECRET_KEY_SIZE];
  const BhSigner *signer = device->signer;

  crypto_sign_seed_keypair(public_key, secret_key, signer->secret_key);
  gboolean ok = memcmp(public_key, signer->public_key, sizeof public_key) == 0 &&
                memcmp(secret_key, signer->secret_key, sizeof secret_key) == 0;
  sodium_memzero(secret_key, sizeof secret_key);
  if (!ok)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE, "store: device key is damaged");
  return ok;
}

typedef struct {
  BhDevice *device;
  gint64 keep; /* position; entries above it are sent to the hub again */
  GPtrArray *touched;
  gboolean *broken;
} Repair;

static gboolean copy_aside(Repair *repair, gint64 pos, const char *reason, GError **error)
{
  BhDevice *device = repair->device;
  g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(g_free);

  g_warning("store: own entry %" G_GINT64_FORMAT " is set aside: %s", pos & BH_POS_SEQ_MASK,
            reason);
  if (!bh_damage_store_list_records(device, pos, records, error) ||
      !bh_damage_store_copy(device, pos, reason, records, bh_device_now_ms(device), error))
    return FALSE;
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add(repair->touched, g_strdup(g_ptr_array_index(records, i)));
  return TRUE;
}

static gboolean remove_lost(Repair *repair, gint64 pos, GError **error)
{
  gint64 files = 0, bytes = 0;

  if (!bh_damage_store_remove(repair->device, pos, &files, &bytes, error))
    return FALSE;
  bh_device_count(repair->device)->files -= files;
  bh_device_count(repair->device)->bytes -= bytes;
  *repair->broken = TRUE;
  return TRUE;
}

/* Checks one entry and sets it aside when it is damaged. An entry that the hub has keeps its place
 * in the chain; only its damaged part is removed. */
static gboolean repair_entry(Repair *repair, gint64 pos, GError **error)
{
  BhDevice *device = repair->device;
  g_autoptr(GError) local = NULL;
  g_autoptr(BhEntryText) text = bh_journal_store_read_text(device, pos, &local);

  if (text == NULL && !g_error_matches(local, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  BhDamage damage = text != NULL ? bh_damage_judge(device, text, pos, &local) : BH_DAMAGE_LOST;
  gboolean delivered = pos <= repair->keep;
  switch (damage) {
  case BH_DAMAGE_NONE:
    return TRUE;
  case BH_DAMAGE_ENVELOPE:
    *repair->broken = *repair->broken || !delivered;
    return TRUE;
  case BH_DAMAGE_OPENINGS:
    return copy_aside(repair, pos, local->message, error) &&
           bh_damage_store_drop_openings(device, pos, error);
  case BH_DAMAGE_LOST:
    return copy_aside(repair, pos, local->message, error) &&
           (delivered ? bh_damage_store_drop_body(device, pos, error)
                      : remove_lost(repair, pos, error));
  }
  g_return_val_if_reached(FALSE);
}

/* Sets the damaged entries aside. *broken: the chain above `keep` has a gap, so the undamaged
 * bodies need new envelopes. */
static gboolean set_aside(BhDevice *device, gint64 keep, gboolean *broken, GError **error)
{
  g_autoptr(GPtrArray) touched = g_ptr_array_new_with_free_func(g_free);
  Repair repair = {device, BH_POS(device->incarnation, keep), touched, broken};

  *broken = FALSE;
  if (!check_key(device, error))
    return FALSE;
  for (gint64 seq = keep + 1; seq <= device->made; seq++)
    if (!repair_entry(&repair, BH_POS(device->incarnation, seq), error))
      return FALSE;
  for (guint i = 0; device->noted != NULL && i < device->noted->len; i++) {
    gint64 pos = g_array_index(device->noted, gint64, i);
    if (pos <= repair.keep && !repair_entry(&repair, pos, error))
      return FALSE;
  }
  for (guint i = 0; i < touched->len; i++)
    if (!bh_view_refold(device, g_ptr_array_index(touched, i), error))
      return FALSE;
  return TRUE;
}

gboolean bh_repair_run(BhDevice *device, gint64 keep, GError **error)
{
  gboolean broken = FALSE;

  if (!bh_device_need_enrolled(device, error))
    return FALSE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !set_aside(device, keep, &broken, error) ||
      (broken && !bh_incarnation_move(device, keep, error)) || !bh_write_commit(write, error))
    return FALSE;
  g_clear_pointer(&device->noted, g_array_unref);
  return bh_device_reload(device, error);
}

gboolean bh_repair_begin_incarnation(BhDevice *device, gint64 keep, GError **error)
{
  gboolean broken = FALSE;

  return (device->made <= keep || set_aside(device, keep, &broken, error)) &&
         bh_incarnation_move(device, keep, error);
}
