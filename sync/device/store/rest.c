/* What is done while nobody waits: each call is one short transaction. */
#include "sync/device/store/damage.h"
#include "sync/device/store/outbox-store.h"
#include "sync/device/store/prune.h"
#include "sync/device/store/release.h"

static gboolean reindex(BhDevice *device, gboolean *more, GError **error)
{
  g_autofree char *from = bh_setting_dup(device, "reindex");

  *more = from != NULL;
  return from == NULL || bh_outbox_reindex_some(device, error);
}

static gboolean step(BhDevice *device, gboolean *more, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);

  if (write == NULL || !bh_outbox_swap_some(device, more, error) ||
      !bh_view_retitle_some(device, error))
    return FALSE;
  *more = *more || device->retitle;
  if (!*more && !reindex(device, more, error))
    return FALSE;
  return bh_write_commit(write, error);
}

gboolean bh_device_is_behind(BhDevice *device)
{
  return device->db != NULL && bh_shadow_store_is_open(device);
}

gboolean bh_device_rest(BhDevice *device)
{
  g_autoptr(GError) local = NULL;
  gboolean more = FALSE;

  if (device->db == NULL)
    return FALSE;
  if (device->signer != NULL && device->kinds != NULL &&
      ((bh_damage_is_noted(device) && !bh_damage_mend(device, device->acked, &local)) ||
       !step(device, &more, &local) || (!more && !bh_release_some(device, &more, &local)) ||
       (!more && !bh_prune_some(device, &more, &local)))) {
    g_warning("store: tidying up: %s", local->message);
    more = FALSE;
  }
  if (!more && device->db != NULL)
    bh_db_checkpoint(device->db);
  return more;
}
