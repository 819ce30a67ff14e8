/* What the hub gives besides records: kind sets, and the list of staff in a sealed box. */
#include "sync/device/store/outbox-kinds.h"

#include <sodium.h>
#include <string.h>

#include "sync/device/store/device-store.h"
#include "sync/device/store/outbox.h"
#include "sync/device/store/people.h"
#include "sync/device/store/records.h"

#define KINDS_MAX (4 * 1024 * 1024)       /* bytes of a kind set */
#define STAFF_MAX_BYTES (2 * 1024 * 1024) /* bytes of the sealed box with the keys of people */
#define STAFF_MAX 2000
#define REINDEX_STEP 200 /* records per step after the kinds changed */

/* --- kinds --- */

gboolean bh_outbox_has_kinds(BhDevice *device, const char *hash)
{
  return bh_device_ready(device, NULL) && bh_device_store_has_kinds(device, hash);
}

/* Makes a stored kind set the one in use, in the database and not yet in memory. Records are
 * indexed again in steps (bh_outbox_reindex_some). */
static gboolean use_kinds(BhDevice *device, BhKindSet *set, GError **error)
{
  const char *hash = bh_kind_set_get_hash(set);

  if (device->kinds != NULL && strcmp(bh_kind_set_get_hash(device->kinds), hash) == 0)
    return TRUE;
  if (!bh_setting_set(device, "kinds", hash, error) ||
      (device->kinds != NULL && !bh_setting_set_int(device, "reindex", 0, error)))
    return FALSE;
  return TRUE;
}

/* Makes the kind set the one in use in memory; takes over `set`. */
static void switch_kinds(BhDevice *device, BhKindSet *set)
{
  bh_view_forget_all(device);
  g_clear_pointer(&device->kinds, bh_kind_set_unref);
  device->kinds = set;
}

/* The hub may return to an older kind set, which the store has already. */
gboolean bh_outbox_adopt_kinds(BhDevice *device, const char *hash, GError **error)
{
  if (device->kinds != NULL && strcmp(bh_kind_set_get_hash(device->kinds), hash) == 0)
    return TRUE;
  if (!bh_hash_is_valid(hash) || !bh_device_store_has_kinds(device, hash))
    return TRUE;
  g_autoptr(BhKindSet) set = NULL;
  g_autoptr(BhWrite) write = NULL;
  if (!bh_device_store_load_kinds(device, hash, &set, error) ||
      (write = bh_write_begin(device, error)) == NULL || !use_kinds(device, set, error) ||
      !bh_write_commit(write, error))
    return FALSE;
  switch_kinds(device, g_steal_pointer(&set));
  return TRUE;
}

gboolean bh_outbox_store_kinds(BhDevice *device, const char *text, gsize len, GError **error)
{
  if (len > KINDS_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "kinds: over %d bytes", KINDS_MAX);
    return FALSE;
  }
  g_autoptr(BhKindSet) set = bh_kind_set_from_text(text, len, error);
  if (set == NULL)
    return FALSE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL ||
      !bh_device_store_save_kinds(device, bh_kind_set_get_hash(set), bh_kind_set_get_text(set),
                                  error) ||
      !use_kinds(device, set, error) || !bh_write_commit(write, error))
    return FALSE;
  switch_kinds(device, g_steal_pointer(&set));
  return TRUE;
}

gboolean bh_outbox_reindex_some(BhDevice *device, GError **error)
{
  g_autofree char *from = bh_setting_dup(device, "reindex");

  if (from == NULL)
    return TRUE;
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
  gint64 number = g_ascii_strtoll(from, NULL, 10);
  if (!bh_records_store_list_after(device, &number, REINDEX_STEP, ids, error))
    return FALSE;
  for (guint i = 0; i < ids->len; i++) {
    if (!bh_view_reindex(device, g_ptr_array_index(ids, i), error))
      return FALSE;
  }
  return ids->len < REINDEX_STEP ? bh_setting_set(device, "reindex", NULL, error)
                                 : bh_setting_set_int(device, "reindex", number, error);
}

/* --- staff --- */

static char *open_box(BhDevice *device, const char *base64, gsize *len, GError **error)
{
  guint8 public_key[crypto_box_PUBLICKEYBYTES], secret_key[crypto_box_SECRETKEYBYTES];
  gsize size = strlen(base64), n = 0;

  if (size > STAFF_MAX_BYTES || sodium_init() < 0) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_LIMIT, "staff: the sealed box is too big");
    return NULL;
  }
  g_autofree guint8 *sealed = g_malloc(size + 1);
  gboolean good = sodium_base642bin(sealed, size + 1, base64, size, NULL, &n, NULL,
                                    sodium_base64_VARIANT_ORIGINAL) == 0 &&
                  n > crypto_box_SEALBYTES;
  char *plain = NULL;
  if (good && crypto_sign_ed25519_pk_to_curve25519(public_key, device->signer->public_key) == 0 &&
      crypto_sign_ed25519_sk_to_curve25519(secret_key, device->signer->secret_key) == 0) {
    plain = g_malloc0(n - crypto_box_SEALBYTES + 1);
    if (crypto_box_seal_open((guint8 *)plain, sealed, n, public_key, secret_key) == 0)
      *len = n - crypto_box_SEALBYTES;
    else
      g_clear_pointer(&plain, g_free);
  }
  sodium_memzero(secret_key, sizeof secret_key);
  if (plain == NULL)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_SIGNATURE,
                        "staff: the sealed box does not open with this device's key");
  return plain;
}

static gboolean put_person(BhDevice *device, const json_t *person, GError **error)
{
  const char *id = bh_json_get_string(person, "id", "staff", error);
  const char *name = id != NULL ? bh_json_get_string(person, "name", "staff", error) : NULL;
  json_t *roles = name != NULL ? bh_json_get_array(person, "roles", "staff", error) : NULL;
  /* Somebody without a PIN is in the list too, but cannot sign in. */
  const char *seal = bh_json_string_or(person, "seal", "");

  if (roles == NULL)
    return FALSE;
  if (!bh_id_is_valid(id)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "staff: the id of a person is not valid");
    return FALSE;
  }
  g_autofree char *text = bh_json_dump(roles);
  return bh_people_store_put(device, id, name, text, seal,
                             bh_json_string_or(person, "valid_to", NULL), error);
}

gboolean bh_outbox_store_staff(BhDevice *device, const char *sealed_base64, GError **error)
{
  gsize len = 0, index;
  json_t *person;
  gboolean sealed = FALSE;

  if (!bh_device_ready(device, error))
    return FALSE;
  if (!bh_device_need_open(device, error))
    return FALSE;
  if (device->signer == NULL) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: the device is not enrolled");
    return FALSE;
  }
  g_autofree char *plain = open_box(device, sealed_base64, &len, error);
  g_autoptr(json_t) box =
      plain != NULL ? bh_json_parse(plain, len, STAFF_MAX_BYTES, "staff", error) : NULL;
  if (plain != NULL)
    sodium_memzero(plain, len);
  json_t *people = box != NULL ? bh_json_get_array(box, "staff", "staff", error) : NULL;
  if (people == NULL)
    return FALSE;
  if (json_array_size(people) > STAFF_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "staff: more than %d people", STAFF_MAX);
    return FALSE;
  }
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !bh_people_begin_list(device, &sealed, error))
    return FALSE;
  json_array_foreach(people, index, person) {
    if (!put_person(device, person, error))
      return FALSE;
  }
  return bh_people_end_list(device, sealed, error) &&
         bh_setting_set_int(device, "staff_ms", bh_device_now_ms(device), error) &&
         bh_write_commit(write, error);
}
