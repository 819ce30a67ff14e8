#include "sync/device/store/damage.h"

#include <sodium.h>
#include <string.h>

#define NOTED_MAX 1000

typedef enum {
  SOUND,
  ENVELOPE, /* the body is what was signed; its envelope or signature is not */
  OPENINGS, /* only the opened personal values */
  LOST,     /* the body is not what was signed */
} Damage;

void bh_damage_note(BhDevice *device, gint64 pos)
{
  if (device->noted == NULL)
    device->noted = g_array_new(FALSE, FALSE, sizeof(gint64));
  for (guint i = 0; i < device->noted->len; i++)
    if (g_array_index(device->noted, gint64, i) == pos)
      return;
  if (device->noted->len < NOTED_MAX)
    g_array_append_val(device->noted, pos);
}

gboolean bh_damage_is_noted(const BhDevice *device)
{
  return device->noted != NULL && device->noted->len > 0;
}

/* --- looking --- */

/* Flash that lost a bit does not find another text of the same hash: a body that its envelope still
 * names is what was written, even where the envelope's own signature is gone. */
static Damage look(BhDevice *device, const BhEntryText *text, gint64 pos, GError **reason)
{
  BhEnvelope envelope;
  g_autoptr(GError) local = NULL;

  if (!bh_envelope_parse(text->envelope, &envelope, reason))
    return LOST;
  g_autofree char *hash = text->body != NULL ? bh_hash_hex(text->body, strlen(text->body)) : NULL;
  if (hash != NULL && strcmp(hash, envelope.body_hash) != 0) {
    g_set_error_literal(reason, BH_ERROR, BH_ERROR_SIGNATURE, "the body is not what was signed");
    return LOST;
  }
  if (!bh_entry_verify(text, &envelope, device->signer->public_key, &local) ||
      envelope.seq != (pos & BH_POS_SEQ_MASK)) {
    g_set_error(reason, BH_ERROR, BH_ERROR_SIGNATURE, "the envelope is not what was signed: %s",
                local != NULL ? local->message : "another place");
    return bh_kinds_store_has(device, envelope.kinds) ? ENVELOPE : LOST;
  }
  if (text->body == NULL)
    return SOUND;
  g_autoptr(BhBody) body = bh_body_parse(text->body, text->openings, &local);
  if (body != NULL)
    return SOUND;
  g_autoptr(BhBody) closed = bh_body_parse(text->body, "", NULL);
  if (closed == NULL)
    return SOUND; /* as it was signed, and the hub's to judge */
  g_propagate_error(reason, g_steal_pointer(&local));
  return OPENINGS;
}

BhEntryText *bh_damage_read(BhDevice *device, gint64 pos, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(BhEntryText) text = bh_outbox_store_read_text(device, pos, &local);

  if (text == NULL && !g_error_matches(local, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  if (text != NULL && look(device, text, pos, &local) == SOUND)
    return g_steal_pointer(&text);
  bh_damage_note(device, pos);
  g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE,
              "store: own entry %" G_GINT64_FORMAT " is damaged: %s", pos & BH_POS_SEQ_MASK,
              local->message);
  return NULL;
}

BhBody *bh_damage_parse(BhDevice *device, const BhOwnEntry *entry)
{
  g_autoptr(GError) local = NULL;

  if (*entry->body == '\0')
    return NULL;
  BhBody *body = bh_body_parse(entry->body, entry->openings, &local);
  if (body == NULL) {
    g_warning("store: own entry %s is left out: %s", entry->id, local->message);
    bh_damage_note(device, entry->pos);
  }
  return body;
}

gboolean bh_damage_list_records(BhDevice *device, const BhOwnEntry *entry, GPtrArray *out,
                                GError **error)
{
  if (*entry->body == '\0')
    return TRUE; /* dropped: none of its records is here */
  g_autoptr(BhBody) body = bh_damage_parse(device, entry);
  if (body == NULL)
    return bh_damage_store_list_records(device, entry->pos, out, error);
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    g_ptr_array_add(out, g_strdup(op->record));
  }
  return TRUE;
}

/* --- setting aside --- */

/* With a key that lost a bit, everything would look damaged. */
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
  gint64 keep; /* place: what lies above it goes to the hub again */
  GPtrArray *touched;
  gboolean *broken;
} Mend;

static gboolean put_aside(Mend *mend, gint64 pos, const char *reason, GError **error)
{
  BhDevice *device = mend->device;
  g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(g_free);

  g_warning("store: own entry %" G_GINT64_FORMAT " is set aside: %s", pos & BH_POS_SEQ_MASK,
            reason);
  if (!bh_damage_store_list_records(device, pos, records, error) ||
      !bh_damage_store_copy(device, pos, reason, records, bh_device_now_ms(device), error))
    return FALSE;
  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add(mend->touched, g_strdup(g_ptr_array_index(records, i)));
  return TRUE;
}

static gboolean remove_lost(Mend *mend, gint64 pos, GError **error)
{
  gint64 files = 0, bytes = 0;

  if (!bh_damage_store_remove(mend->device, pos, &files, &bytes, error))
    return FALSE;
  bh_device_count(mend->device)->files -= files;
  bh_device_count(mend->device)->bytes -= bytes;
  *mend->broken = TRUE;
  return TRUE;
}

/* What the hub has keeps its place in the chain; only what cannot be read of it goes. */
static gboolean mend_entry(Mend *mend, gint64 pos, GError **error)
{
  BhDevice *device = mend->device;
  g_autoptr(GError) local = NULL;
  g_autoptr(BhEntryText) text = bh_outbox_store_read_text(device, pos, &local);

  if (text == NULL && !g_error_matches(local, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  Damage damage = text != NULL ? look(device, text, pos, &local) : LOST;
  gboolean delivered = pos <= mend->keep;
  switch (damage) {
  case SOUND:
    return TRUE;
  case ENVELOPE:
    *mend->broken = *mend->broken || !delivered;
    return TRUE;
  case OPENINGS:
    return put_aside(mend, pos, local->message, error) &&
           bh_damage_store_drop_openings(device, pos, error);
  case LOST:
    return put_aside(mend, pos, local->message, error) &&
           (delivered ? bh_damage_store_drop_body(device, pos, error)
                      : remove_lost(mend, pos, error));
  }
  g_return_val_if_reached(FALSE);
}

gboolean bh_damage_set_aside(BhDevice *device, gint64 keep, gboolean *broken, GError **error)
{
  g_autoptr(GPtrArray) touched = g_ptr_array_new_with_free_func(g_free);
  Mend mend = {device, BH_POS(device->incarnation, keep), touched, broken};

  *broken = FALSE;
  if (!check_key(device, error))
    return FALSE;
  for (gint64 seq = keep + 1; seq <= device->made; seq++)
    if (!mend_entry(&mend, BH_POS(device->incarnation, seq), error))
      return FALSE;
  for (guint i = 0; device->noted != NULL && i < device->noted->len; i++) {
    gint64 pos = g_array_index(device->noted, gint64, i);
    if (pos <= mend.keep && !mend_entry(&mend, pos, error))
      return FALSE;
  }
  for (guint i = 0; i < touched->len; i++)
    if (!bh_view_refold(device, g_ptr_array_index(touched, i), error))
      return FALSE;
  return TRUE;
}

gboolean bh_damage_mend(BhDevice *device, gint64 keep, GError **error)
{
  gboolean broken = FALSE;

  if (!bh_device_need_enrolled(device, error))
    return FALSE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !bh_damage_set_aside(device, keep, &broken, error) ||
      (broken && !bh_outbox_put_envelopes(device, keep, error)) || !bh_write_commit(write, error))
    return FALSE;
  g_clear_pointer(&device->noted, g_array_unref);
  return bh_device_reload(device, error);
}
