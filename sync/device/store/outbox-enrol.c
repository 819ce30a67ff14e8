/* Enrolment at a hub, and the addresses of that hub. */
#include "sync/device/store/outbox-enrol.h"

#include <sodium.h>
#include <string.h>

#include "sync/device/store/device-store.h"
#include "sync/device/store/numbers.h"
#include "sync/device/store/outbox.h"
#include "sync/device/store/repair.h"
#include "sync/wire/enrol-text.h"

#define OTHER_URL "other_url" /* name of the setting with the hub's other address */
#define URL_MAX_BYTES 300

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
  uplink->encryption = bh_encryption_name(device->encryption);
  uplink->pins = parse_pins(bh_json_string_or(row, "pins", "[]"), error);
  g_strlcpy(uplink->hub, device->signer->hub, sizeof uplink->hub);
  g_strlcpy(uplink->device, device->signer->device, sizeof uplink->device);
  g_strlcpy(uplink->incarnation, device->signer->incarnation, sizeof uplink->incarnation);
  if (uplink->pins == NULL || !bh_device_store_get_hub_key(device, uplink->hub_key, error))
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
         bh_device_store_set_url(device, url, error) && bh_write_commit(write, error);
}

gboolean bh_outbox_note_address(BhDevice *device, const char *url, GError **error)
{
  g_autoptr(BhUplink) uplink = bh_outbox_get_uplink(device, error);

  if (uplink == NULL)
    return FALSE;
  /* An address that is known already, or is not valid, changes nothing. */
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
  if (write == NULL || !bh_device_store_get_keys(device, signer, &found, error))
    return FALSE;
  if (!found) {
    bh_signer_make_keys(signer, device->random);
    if (!bh_device_store_put_keys(device, signer, error))
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
  g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                      "enrolment: hub_key must be a public key in base64");
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
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT, "enrolment: hub and device must be ids");
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

/* Checks that device and hub are those of the store, because its entries were signed as one device
 * of one hub. Another device needs another store. */
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
  if (write == NULL || !bh_device_store_put_uplink(device, uplink, hub_key, error) ||
      !bh_setting_set(device, "revoked", NULL, error) ||
      !bh_device_store_load_identity(device, error) ||
      !bh_repair_begin_incarnation(device, device->acked, error) ||
      !bh_setting_set(device, BH_SETTING_ENROLLED_INCARNATION, device->signer->incarnation,
                      error) ||
      !bh_write_commit(write, error))
    return FALSE;
  if (strcmp(device->round_state, "revoked") == 0) {
    g_free(device->round_state);
    device->round_state = g_strdup("idle");
  }
  return bh_device_reload(device, error);
}
