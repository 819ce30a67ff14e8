/* Sign-in by PIN, which opens the person's own key. It works offline until the lease ends (L12,
 * L13). Open keys are kept in memory only. People and lock-outs are sealed with the device's key,
 * so that rows that were removed or written by hand are noticed. This does not stop an attacker who
 * can read the raw disk: that disk contains the key, PINs can be tried against the sealed keys, and
 * an older copy of the store can be put back. Only disk encryption and revocation help there. */
#include "sync/device/store/people.h"

#include <sodium.h>
#include <string.h>

#include "schema/civil.h"
#include "schema/person.h"
#include "sync/device/store/drafts-store.h"
#include "sync/device/store/views.h"

#define WRONG_BEFORE_LOCK 5
#define SEAL_SETTING "people_seal"
/* assumed length of the last lock-out when the seal is wrong */
#define BROKEN_SEAL_WAIT_MS (5 * 60 * 1000)

/* Length of the next lock-out: 1, 5, 15 minutes, then an hour each time. */
static gint64 next_wait_ms(gint64 wait_ms)
{
  static const gint64 steps_ms[] = {60 * 1000, 5 * 60 * 1000, 15 * 60 * 1000, 60 * 60 * 1000};

  for (gsize i = 0; i < G_N_ELEMENTS(steps_ms); i++) {
    if (steps_ms[i] > wait_ms)
      return steps_ms[i];
  }
  return steps_ms[G_N_ELEMENTS(steps_ms) - 1];
}

/* Time until a lock-out ends, by the boot clock, so that setting another date does not end it.
 * After a restart that clock starts again, and so does the wait. */
static gint64 remaining_ms(BhDevice *device, const BhLockout *lockout)
{
  gint64 now = device->clock->boot_ms(device->clock->data);
  return CLAMP(lockout->until_boot_ms - now, 0, lockout->wait_ms);
}

/* --- the seal over people and lock-outs --- */

/* The seal over the rows of people and lock-outs, as hex; g_free, NULL on error. */
static char *make_seal(BhDevice *device, GError **error)
{
  static const char domain[] = "bihuan/people/1";
  crypto_auth_hmacsha256_state state;
  guint8 mac[crypto_auth_hmacsha256_BYTES];
  g_autofree char *text = bh_people_store_dup_text(device, error);

  if (text == NULL)
    return NULL;
  crypto_auth_hmacsha256_init(&state, device->signer->secret_key,
                              sizeof device->signer->secret_key);
  crypto_auth_hmacsha256_update(&state, (const guint8 *)domain, sizeof domain);
  crypto_auth_hmacsha256_update(&state, (const guint8 *)text, strlen(text));
  crypto_auth_hmacsha256_final(&state, mac);
  sodium_memzero(&state, sizeof state);
  char *hex = g_malloc(2 * sizeof mac + 1);
  return sodium_bin2hex(hex, 2 * sizeof mac + 1, mac, sizeof mac);
}

/* Writes the seal, inside the transaction that changed people or lock-outs. */
static gboolean put_seal(BhDevice *device, GError **error)
{
  g_autofree char *kept = bh_setting_dup(device, SEAL_SETTING);
  g_autofree char *seal = make_seal(device, error);

  /* Without a change nothing is written, so that opening a store costs no fsync. */
  return seal != NULL &&
         (g_strcmp0(kept, seal) == 0 || bh_setting_set(device, SEAL_SETTING, seal, error));
}

static gboolean is_sealed(BhDevice *device, gboolean *sealed, GError **error)
{
  g_autofree char *kept = bh_setting_dup(device, SEAL_SETTING);
  g_autofree char *seal = make_seal(device, error);

  if (seal == NULL)
    return FALSE;
  *sealed = g_strcmp0(kept, seal) == 0;
  return TRUE;
}

static gboolean check_seal(BhDevice *device, GError **error)
{
  gboolean sealed = FALSE;

  if (!is_sealed(device, &sealed, error))
    return FALSE;
  if (!sealed)
    g_set_error_literal(error, BH_ERROR, BH_ERROR_SIGNATURE,
                        "sign-in: the store's people or lock-outs were changed by another program;"
                        " sync with the hub");
  return sealed;
}

gboolean bh_people_begin_list(BhDevice *device, gboolean *sealed, GError **error)
{
  return is_sealed(device, sealed, error) && bh_people_store_clear(device, error);
}

gboolean bh_people_end_list(BhDevice *device, gboolean sealed, GError **error)
{
  /* Before the first list of staff there is no seal. */
  gboolean first = bh_setting_get_int(device, "staff_ms", 0) == 0;

  return (sealed || first ||
          bh_people_store_put_all_lockouts(device, WRONG_BEFORE_LOCK - 1, BROKEN_SEAL_WAIT_MS,
                                           error)) &&
         put_seal(device, error);
}

/* Rows that do not match their seal stay as they are until the hub sends the list again. */
gboolean bh_people_carry_lockouts(BhDevice *device, GError **error)
{
  const BhClock *clock = device->clock;
  gboolean sealed = FALSE;

  if (device->signer == NULL)
    return TRUE;
  if (!is_sealed(device, &sealed, error))
    return FALSE;
  if (!sealed)
    return TRUE;
  g_autoptr(BhWrite) write = bh_write_begin(device, error);
  return write != NULL &&
         bh_people_store_carry_lockouts(device, clock->boot_id(clock->data),
                                        clock->boot_ms(clock->data), error) &&
         put_seal(device, error) && bh_write_commit(write, error);
}

/* --- lease --- */

gint64 bh_people_get_lease_end_ms(BhDevice *device)
{
  gint64 synced = bh_setting_get_int(device, "staff_ms", 0);
  gint64 days = bh_setting_get_int(device, BH_SETTING_LEASE_DAYS, 30);

  return synced > 0 ? synced + days * BH_DAY_MS : G_MAXINT64;
}

static gboolean check_lease(BhDevice *device, GError **error)
{
  if (bh_device_now_ms(device) <= bh_people_get_lease_end_ms(device))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_EXPIRED,
              "sign-in: the last sync is more than %" G_GINT64_FORMAT
              " days ago; sync with the hub to sign in again",
              bh_setting_get_int(device, BH_SETTING_LEASE_DAYS, 30));
  return FALSE;
}

/* --- who --- */

json_t *bh_people_dup_values(BhDevice *device, const char *staff)
{
  BhView *view = bh_view_get(device, staff, NULL);
  gsize index;
  json_t *person;

  if (view != NULL && strcmp(bh_record_get_kind(view->record), "staff") == 0)
    return json_incref(bh_view_get_values(view));
  g_autoptr(json_t) people = bh_people_store_list(device, NULL);
  json_array_foreach(people, index, person) {
    if (strcmp(bh_json_string_or(person, "id", ""), staff) == 0)
      return json_incref(person);
  }
  return NULL;
}

json_t *bh_device_list_staff(BhDevice *device, GError **error)
{
  gint64 now_ms = device->clock->wall_ms(device->clock->data);
  gsize index;
  json_t *person;

  if (!bh_device_ready(device, error))
    return NULL;
  g_autoptr(json_t) people = bh_people_store_list(device, error);
  if (people == NULL)
    return NULL;
  json_array_foreach(people, index, person) {
    BhLockout lockout;
    const char *id = bh_json_string_or(person, "id", "");
    if (!bh_people_store_get_lockout(device, id, &lockout, error))
      return NULL;
    json_object_set_new(person, "drafts", json_integer(bh_drafts_store_count_author(device, id)));
    if (remaining_ms(device, &lockout) > 0)
      json_object_set_new(person, "locked_until_ms",
                          json_integer(now_ms + remaining_ms(device, &lockout)));
  }
  return g_steal_pointer(&people);
}

/* --- open keys --- */

typedef struct {
  guint8 secret_key[BH_SECRET_KEY_SIZE];
  int uses; /* sign-ins that have not ended */
} OpenKey;

/* Makes an open key. Its memory is never swapped, where the system allows that, and is wiped when
 * freed. */
static OpenKey *open_key_new(void)
{
  if (sodium_init() < 0)
    g_error("libsodium cannot start");
  OpenKey *key = sodium_malloc(sizeof *key);
  if (key == NULL)
    g_error("no memory for a key");
  key->uses = 1;
  return key;
}

static void open_key_free(OpenKey *key)
{
  sodium_free(key);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OpenKey, open_key_free)

static void keep_key(BhDevice *device, const char *staff, OpenKey *key)
{
  if (device->keys == NULL)
    device->keys =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)open_key_free);
  OpenKey *before = g_hash_table_lookup(device->keys, staff);
  if (before != NULL)
    key->uses += before->uses;
  g_hash_table_replace(device->keys, g_strdup(staff), key);
}

/* --- sign-in --- */

static gboolean check_valid(BhDevice *device, const char *staff, const BhStaffRow *row,
                            GError **error)
{
  g_autofree char *today = bh_device_dup_today(device);
  BhView *view = bh_view_get(device, staff, NULL);
  gboolean left =
      view != NULL && g_strcmp0(bh_record_get_string(view->record, "state"), "left") == 0;

  const char *since = view != NULL ? bh_record_get_string(view->record, "valid_from") : NULL;
  if (!left && since != NULL && strcmp(today, since) < 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_EXPIRED, "sign-in: %s is valid from %s on", row->name,
                since);
    return FALSE;
  }
  if (!left && (row->valid_to == NULL || strcmp(today, row->valid_to) <= 0))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_EXPIRED,
              "sign-in: %s has left, or the last day on which they may sign in has passed",
              row->name);
  return FALSE;
}

static gboolean check_locked(BhDevice *device, const BhLockout *lockout, BhSignInRefusal *refusal,
                             GError **error)
{
  gint64 left = remaining_ms(device, lockout);

  if (left == 0)
    return TRUE;
  refusal->locked_ms = left;
  g_set_error(error, BH_ERROR, BH_ERROR_LOCKED,
              "sign-in: too many wrong PINs; wait %" G_GINT64_FORMAT " s", (left + 999) / 1000);
  return FALSE;
}

/* Counts a try as wrong before the PIN is checked, so that cutting the power saves no try. */
static gboolean count_try(BhDevice *device, const char *staff, BhLockout *lockout, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);

  if (write == NULL)
    return FALSE;
  lockout->wrong++;
  if (lockout->wrong >= WRONG_BEFORE_LOCK) {
    lockout->wait_ms = next_wait_ms(lockout->wait_ms);
    lockout->until_boot_ms = device->clock->boot_ms(device->clock->data) + lockout->wait_ms;
  }
  return bh_people_store_put_lockout(device, staff, lockout, error) && put_seal(device, error) &&
         bh_write_commit(write, error);
}

static gboolean forget_tries(BhDevice *device, const char *staff, GError **error)
{
  g_autoptr(BhWrite) write = bh_write_begin(device, error);

  return write != NULL && bh_people_store_drop_lockout(device, staff, error) &&
         put_seal(device, error) && bh_write_commit(write, error);
}

/* Sets the error for a wrong PIN. It is BH_ERROR_DENIED even when the lock-out that began with this
 * try is over by now: the machine may have slept while the PIN was checked, and the boot clock
 * counts that. */
static void deny(BhDevice *device, const BhLockout *lockout, BhSignInRefusal *refusal,
                 GError **error)
{
  if (lockout->wrong >= WRONG_BEFORE_LOCK && !check_locked(device, lockout, refusal, error))
    return;
  refusal->tries_left = (int)MAX(1, WRONG_BEFORE_LOCK - lockout->wrong);
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "sign-in: wrong PIN; %d tries left",
              refusal->tries_left);
}

gboolean bh_device_sign_in(BhDevice *device, const char *staff, const char *pin,
                           BhSignInRefusal *refusal, GError **error)
{
  g_auto(BhStaffRow) row = {0};
  BhLockout lockout;
  BhSignInRefusal own;

  if (refusal == NULL)
    refusal = &own;
  *refusal = (BhSignInRefusal){.tries_left = -1};
  if (!bh_device_ready(device, error) || !bh_device_need_open(device, error) ||
      !bh_people_store_find(device, staff, &row, error) ||
      !bh_device_need_enrolled(device, error) || !check_seal(device, error) ||
      !check_valid(device, staff, &row, error) || !check_lease(device, error) ||
      !bh_people_store_get_lockout(device, staff, &lockout, error) ||
      !check_locked(device, &lockout, refusal, error))
    return FALSE;
  if (pin == NULL || strlen(pin) > BH_PIN_MAX_BYTES) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
                "sign-in: the PIN is missing or longer than %d bytes; a PIN has %d to %d digits",
                BH_PIN_MAX_BYTES, BH_PIN_MIN, BH_PIN_MAX);
    return FALSE;
  }
  if (*row.seal == '\0') {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_DENIED,
                        "sign-in: the office has not set a PIN for this person");
    return FALSE;
  }
  if (!count_try(device, staff, &lockout, error))
    return FALSE;
  g_autoptr(OpenKey) key = open_key_new();
  g_autoptr(GError) wrong = NULL;
  if (!bh_person_open_key(row.seal, pin, key->secret_key, &wrong)) {
    if (g_error_matches(wrong, BH_ERROR, BH_ERROR_DENIED))
      deny(device, &lockout, refusal, error);
    else
      g_propagate_prefixed_error(error, g_steal_pointer(&wrong), "sign-in: ");
    return FALSE;
  }
  if (!forget_tries(device, staff, error))
    return FALSE;
  keep_key(device, staff, g_steal_pointer(&key));
  return TRUE;
}

void bh_device_sign_out(BhDevice *device, const char *staff)
{
  OpenKey *key = device->keys != NULL ? g_hash_table_lookup(device->keys, staff) : NULL;
  if (key != NULL && --key->uses == 0)
    g_hash_table_remove(device->keys, staff);
}

gboolean bh_people_get_key(BhDevice *device, const char *staff, const guint8 **secret_key,
                           GError **error)
{
  g_auto(BhStaffRow) row = {0};
  g_autoptr(GError) failed = NULL;
  OpenKey *key = device->keys != NULL ? g_hash_table_lookup(device->keys, staff) : NULL;

  if (!bh_device_need_open(device, error))
    return FALSE;
  *secret_key = key != NULL ? key->secret_key : NULL;
  if (key != NULL || strcmp(device->keyless, staff) == 0)
    return TRUE;
  if (!bh_people_store_find(device, staff, &row, &failed) &&
      !g_error_matches(failed, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  /* A person who is not in the list, or has no PIN, has no key on this device. */
  if (row.seal == NULL || *row.seal == '\0') {
    g_strlcpy(device->keyless, staff, sizeof device->keyless);
    return TRUE;
  }
  g_set_error(error, BH_ERROR, BH_ERROR_DENIED,
              "save: %s has to sign in before anything is saved in their name", row.name);
  return FALSE;
}
