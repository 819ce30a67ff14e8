/* Finds own entries that the disk did not keep; see damage.h. */
#include "sync/device/store/damage.h"

#include <string.h>

#include "sync/device/store/device-store.h"

#define NOTED_MAX 1000

/* Records that the entry at `pos` could not be read, for bh_repair_run. */
static void note(BhDevice *device, gint64 pos)
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

/* Compares an entry with its own hashes and signature. A body whose hash is in its envelope is as
 * it was written, even when the signature of the envelope is damaged: no accident on the disk makes
 * another text with the same hash. */
BhDamage bh_damage_judge(BhDevice *device, const BhEntryText *text, gint64 pos, GError **reason)
{
  BhEnvelope envelope;
  g_autoptr(GError) local = NULL;

  if (!bh_envelope_parse(text->envelope, &envelope, reason))
    return BH_DAMAGE_LOST;
  g_autofree char *hash = text->body != NULL ? bh_hash_hex(text->body, strlen(text->body)) : NULL;
  if (hash != NULL && strcmp(hash, envelope.body_hash) != 0) {
    g_set_error_literal(reason, BH_ERROR, BH_ERROR_SIGNATURE, "the body is not what was signed");
    return BH_DAMAGE_LOST;
  }
  if (!bh_entry_verify(text, &envelope, device->signer->public_key, &local) ||
      envelope.seq != (pos & BH_POS_SEQ_MASK)) {
    g_set_error(reason, BH_ERROR, BH_ERROR_SIGNATURE, "the envelope is not what was signed: %s",
                local != NULL ? local->message : "another place");
    return bh_device_store_has_kinds(device, envelope.kinds) ? BH_DAMAGE_ENVELOPE : BH_DAMAGE_LOST;
  }
  if (text->body == NULL)
    return BH_DAMAGE_NONE;
  g_autoptr(BhBody) body = bh_body_parse(text->body, text->openings, &local);
  if (body != NULL)
    return BH_DAMAGE_NONE;
  g_autoptr(BhBody) closed = bh_body_parse(text->body, "", NULL);
  if (closed == NULL)
    return BH_DAMAGE_NONE; /* the entry is as it was signed, so the hub has to judge it */
  g_propagate_error(reason, g_steal_pointer(&local));
  return BH_DAMAGE_OPENINGS;
}

BhEntryText *bh_damage_read(BhDevice *device, gint64 pos, GError **error)
{
  g_autoptr(GError) local = NULL;
  g_autoptr(BhEntryText) text = bh_journal_store_read_text(device, pos, &local);

  if (text == NULL && !g_error_matches(local, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&local));
    return NULL;
  }
  if (text != NULL && bh_damage_judge(device, text, pos, &local) == BH_DAMAGE_NONE)
    return g_steal_pointer(&text);
  note(device, pos);
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
    note(device, entry->pos);
  }
  return body;
}

gboolean bh_damage_list_records(BhDevice *device, const BhOwnEntry *entry, GPtrArray *out,
                                GError **error)
{
  if (*entry->body == '\0')
    return TRUE; /* the body was dropped after all its records had left */
  g_autoptr(BhBody) body = bh_damage_parse(device, entry);
  if (body == NULL)
    return bh_damage_store_list_records(device, entry->pos, out, error);
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    g_ptr_array_add(out, g_strdup(op->record));
  }
  return TRUE;
}

/* --- the newest entry --- */

/* Sets the hash of the newest own envelope, and notes the entry when it is damaged. */
static gboolean verify_newest(BhDevice *device, GError **error)
{
  g_autofree char *hash = NULL;

  memset(device->head, '0', BH_HASH_HEX_LEN);
  device->head[BH_HASH_HEX_LEN] = '\0';
  if (device->made == 0)
    return TRUE;
  gint64 pos = BH_POS(device->incarnation, device->made);
  g_autofree char *envelope = bh_journal_store_dup_envelope(device, pos, error);
  if (envelope == NULL)
    return FALSE;
  g_autoptr(GError) local = NULL;
  g_autoptr(BhEntryText) text = bh_damage_read(device, pos, &local);
  if (text == NULL && !g_error_matches(local, BH_ERROR, BH_ERROR_SIGNATURE)) {
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
  }
  hash = bh_hash_hex(envelope, strlen(envelope));
  g_strlcpy(device->head, hash, sizeof device->head);
  return TRUE;
}

void bh_damage_attach(BhDevice *device)
{
  static const BhDeviceHook hook = {.load = verify_newest};

  bh_device_add_hook(device, &hook);
}
