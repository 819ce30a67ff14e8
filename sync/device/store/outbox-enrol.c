/* Becoming a device of a hub, and what the hub gives besides records: kinds and staff. */
#include <sodium.h>
#include <string.h>

#include "sync/device/store/outbox-store.h"
#include "sync/device/store/people-store.h"
#include "sync/wire/enrol-text.h"

#define OTHER_URL "other_url" /* setting */
#define URL_MAX_BYTES 300
#define KINDS_MAX (4 * 1024 * 1024)       /* bytes */
#define STAFF_MAX_BYTES (2 * 1024 * 1024) /* of the sealed box */
#define STAFF_MAX 2000
#define REINDEX_STEP 200 /* records per step after the kinds changed */

void bh_uplink_free(BhUplink *uplink)
{
  if (uplink == NULL)
    return;
  g_free(uplink->url);
  if (uplink->token != NULL)
    sodium_memzero(uplink->token, strlen(uplink->token));
  g_free(uplink->token);
  g_free(uplink->other_url);
  g_strfreev(uplink->pins);
  g_free(uplink);
}

static char **parse_pins(const char *text, GError **error)
{
  g_autoptr(json_t) list = bh_json_parse(text, strlen(text), 65536, "pins", error);
  g_autoptr(GPtrArray) pins = g_ptr_array_new_with_free_func(g_free);

  if (list == NULL)
    return NULL;
  for (gsize i = 0; i < json_array_size(list); i++) {
    const char *pin = json_string_value(json_array_get(list, i));
    if (pin != NULL)
      g_ptr_array_add(pins, g_strdup(pin));
  }
  g_ptr_array_add(pins, NULL);
  return g_strdupv((char **)pins->pdata);
}

BhUplink *bh_outbox_get_uplink(BhDevice *device, GError **error)
{
  if (!bh_device_ready(device, error))
    return NULL;
  g_autoptr(GError) local = NULL;
  g_autoptr(json_t) row = bh_device_store_read_uplink(device, &local);
  if (row == NULL) {
    if (local != NULL)
      g_propagate_error(error, g_steal_pointer(&local));
    else
      g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: the device is not enrolled");
    return NULL;
  }
  g_autoptr(BhUplink) uplink = g_new0(BhUplink, 1);
  uplink->url = g_strdup(bh_json_string_or(row, "url", ""));
  uplink->token = g_strdup(bh_json_string_or(row, "token", ""));
  uplink->other_url = bh_setting_dup(device, OTHER_URL);
  uplink->pins = parse_pins(bh_json_string_or(row, "pins", "[]"), error);
  g_strlcpy(uplink->hub, device->signer->hub, sizeof uplink->hub);
  g_strlcpy(uplink->device, device->signer->device, sizeof uplink->device);
  g_strlcpy(uplink->incarnation, device->signer->incarnation, sizeof uplink->incarnation);
  if (uplink->pins == NULL || !bh_outbox_store_get_hub_key(device, uplink->hub_key, error))
    return NULL;
  return g_steal_pointer(&uplink);
}

static gboolean is_address(const char *url)
{
  return strlen(url) <= URL_MAX_BYTES && bh_hub_url_is_valid(url);
}

gboolean bh_outbox_set_address(BhDevice *device, const char *url, GError **error)
{
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(device, error);

  if (uplink == NULL)
    return FALSE;
  if (!is_address(url)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "hub: \"%.80s\" is no address of a hub", url);
    return FALSE;
  }
  if (strcmp(uplink->url, url) == 0)
    return TRUE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL && bh_setting_set(device, OTHER_URL, uplink->url, error) &&
         bh_outbox_store_set_url(device, url, error) && bh_write_commit(write, error);
}

gboolean bh_outbox_note_address(BhDevice *device, const char *url, GError **error)
{
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(device, error);

  if (uplink == NULL)
    return FALSE;
  /* One that is known, or that nobody could use, changes nothing. */
  if (strcmp(uplink->url, url) == 0 || g_strcmp0(uplink->other_url, url) == 0 || !is_address(url))
    return TRUE;
  return bh_setting_set(device, OTHER_URL, url, error);
}

gboolean bh_outbox_get_enrol_key(BhDevice *device, guint8 public_key[BH_PUBLIC_KEY_SIZE],
                                 guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error)
{
  gboolean found = FALSE;
  g_autoptr(BhSigner) signer = bh_signer_new();

  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !bh_outbox_store_get_keys(device, signer, &found, error))
    return FALSE;
  if (!found) {
    bh_signer_make_keys(signer, device->random);
    if (!bh_outbox_store_put_keys(device, signer, error))
      return FALSE;
  }
  if (!bh_write_commit(write, error))
    return FALSE;
  memcpy(public_key, signer->public_key, BH_PUBLIC_KEY_SIZE);
  memcpy(secret_key, signer->secret_key, BH_SECRET_KEY_SIZE);
  return TRUE;
}

/* --- the hub's answer --- */

static gboolean decode_key(const char *base64, guint8 key[BH_PUBLIC_KEY_SIZE], GError **error)
{
  gsize len = 0;

  if (sodium_base642bin(key, BH_PUBLIC_KEY_SIZE, base64, strlen(base64), NULL, &len, NULL,
                        sodium_base64_VARIANT_ORIGINAL) == 0 &&
      len == BH_PUBLIC_KEY_SIZE)
    return TRUE;
  g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "enrolment: hub_key is no key");
  return FALSE;
}

static char *join_pins(const char *pin, const json_t *announced)
{
  g_autoptr(json_t) pins = json_array();

  if (pin != NULL)
    json_array_append_new(pins, json_string(pin));
  for (gsize i = 0; i < json_array_size(announced); i++) {
    const char *other = json_string_value(json_array_get(announced, i));
    if (other != NULL && g_strcmp0(other, pin) != 0)
      json_array_append_new(pins, json_string(other));
  }
  return bh_json_dump(pins);
}

static json_t *read_answer(const char *url, const char *pin, const json_t *answer,
                           guint8 hub_key[BH_PUBLIC_KEY_SIZE], GError **error)
{
  static const char *const needed[] = {"hub",  "hub_name", "device", "token",
                                       "unit", "area",     "hub_key"};
  g_autoptr(json_t) uplink = json_object();

  for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
    const char *text = bh_json_get_string(answer, needed[i], "enrolment", error);
    if (text == NULL)
      return NULL;
    json_object_set_new(uplink, needed[i], json_string(text));
  }
  if (!bh_id_is_valid(bh_json_string_or(uplink, "hub", NULL)) ||
      !bh_id_is_valid(bh_json_string_or(uplink, "device", NULL))) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "enrolment: hub or device is no id");
    return NULL;
  }
  if (!decode_key(bh_json_string_or(uplink, "hub_key", ""), hub_key, error))
    return NULL;
  g_autofree char *pins = join_pins(pin, json_object_get(answer, "pins"));
  json_t *keys = json_object_get(answer, "plaque_keys");
  g_autofree char *plaque_keys = json_is_array(keys) ? bh_json_dump(keys) : g_strdup("[]");
  json_object_set_new(uplink, "url", json_string(url));
  json_object_set_new(uplink, "pins", json_string(pins));
  json_object_set_new(uplink, "plaque_keys", json_string(plaque_keys));
  json_object_set_new(uplink, "name", json_string(bh_json_string_or(answer, "name", "")));
  return g_steal_pointer(&uplink);
}

/* What is in the store was signed as one device of one hub; another one needs another store. */
static gboolean check_same(BhDevice *device, const json_t *uplink, GError **error)
{
  if (device->signer == NULL ||
      (strcmp(device->signer->hub, bh_json_string_or(uplink, "hub", "")) == 0 &&
       strcmp(device->signer->device, bh_json_string_or(uplink, "device", "")) == 0))
    return TRUE;
  g_set_error_literal(error, BH_ERROR, BH_ERROR_DENIED,
                      "store: already enrolled as another device; use an empty store");
  return FALSE;
}

gboolean bh_outbox_set_enrolled(BhDevice *device, const char *url, const char *pin,
                                const json_t *answer, GError **error)
{
  guint8 hub_key[BH_PUBLIC_KEY_SIZE];

  if (!bh_device_ready(device, error))
    return FALSE;
  g_autoptr(json_t) uplink = read_answer(url, pin, answer, hub_key, error);
  if (uplink == NULL || !check_same(device, uplink, error))
    return FALSE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  if (write == NULL || !bh_outbox_store_put_uplink(device, uplink, hub_key, error) ||
      !bh_setting_set(device, "revoked", NULL, error) ||
      !bh_device_store_load_identity(device, error) ||
      !bh_outbox_begin_incarnation(device, device->acked, error) || !bh_write_commit(write, error))
    return FALSE;
  if (strcmp(device->round_state, "revoked") == 0) {
    g_free(device->round_state);
    device->round_state = g_strdup("idle");
  }
  return bh_device_reload(device, error);
}

/* --- kinds --- */

gboolean bh_outbox_has_kinds(BhDevice *device, const char *hash)
{
  return bh_device_ready(device, NULL) && bh_kinds_store_has(device, hash);
}

/* Lists are indexed again, a part with each page that is pulled. */
gboolean bh_outbox_use_kinds(BhDevice *device, BhKindSet *set, GError **error)
{
  const char *hash = bh_kind_set_get_hash(set);

  if (device->kinds != NULL && strcmp(bh_kind_set_get_hash(device->kinds), hash) == 0)
    return TRUE;
  if (!bh_setting_set(device, "kinds", hash, error) ||
      (device->kinds != NULL && !bh_setting_set_int(device, "reindex", 0, error)))
    return FALSE;
  return TRUE;
}

/* Takes `set`. */
static void switch_kinds(BhDevice *device, BhKindSet *set)
{
  bh_view_forget_all(device);
  g_clear_pointer(&device->kinds, bh_kind_set_unref);
  device->kinds = set;
}

/* The hub may go back to a set it had before. */
gboolean bh_outbox_adopt_kinds(BhDevice *device, const char *hash, GError **error)
{
  if (device->kinds != NULL && strcmp(bh_kind_set_get_hash(device->kinds), hash) == 0)
    return TRUE;
  if (!bh_hash_is_valid(hash) || !bh_kinds_store_has(device, hash))
    return TRUE;
  g_autoptr(BhKindSet) set = NULL;
  g_autoptr(BhWrite) write = NULL;
  if (!bh_device_store_load_kinds(device, hash, &set, error) ||
      (write = bh_write_begin(device, error)) == NULL || !bh_outbox_use_kinds(device, set, error) ||
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
      !bh_outbox_use_kinds(device, set, error) || !bh_write_commit(write, error))
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
  if (!bh_kinds_store_list_after(device, &number, REINDEX_STEP, ids, error))
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
  /* Somebody who has no PIN yet is listed all the same, and cannot sign in. */
  const char *seal = bh_json_string_or(person, "seal", "");

  if (roles == NULL)
    return FALSE;
  if (!bh_id_is_valid(id)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "staff: id is no id");
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
  json_array_foreach(people, index, person)
  {
    if (!put_person(device, person, error))
      return FALSE;
  }
  return bh_people_end_list(device, sealed, error) &&
         bh_setting_set_int(device, "staff_ms", bh_device_now_ms(device), error) &&
         bh_write_commit(write, error);
}
