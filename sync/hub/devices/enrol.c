/* Enrolment, authentication and revocation of devices, and the PINs of people (enrol.h). */
#include "sync/hub/devices/enrol.h"

#include <sodium.h>
#include <string.h>

#include "schema/base64.h"
#include "schema/person.h"
#include "sync/hub/records/records.h"
#include "sync/hub/devices/enrol-store.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/log/log.h"
#include "sync/hub/devices/pin.h"
#include "sync/hub/access/access.h"
#include "sync/wire/credential.h"
#include "sync/wire/enrol-text.h"

#define NAME_MAX_CHARS 64
#define REFUSAL_REST_MS (10 * 60 * 1000)

static GBytes *hash_bytes(const guint8 *bytes, gsize len)
{
  guint8 hash[BH_HASH_SIZE];
  bh_hash(bytes, len, hash);
  return g_bytes_new(hash, sizeof hash);
}

static gint64 now_ms(BhHub *hub)
{
  const BhClock *clock = bh_hub_get_clock(hub);
  return clock->wall_ms(clock->data);
}

/* --- invitation --- */

typedef struct {
  GBytes *token_hash;
  const char *unit;
  const char *name;
  gint64 expires_ms;
} Invitation;

static gboolean write_invitation(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const Invitation *invitation = data;
  g_autoptr(BhRecord) unit = bh_record_load(db, invitation->unit, error);
  if (unit == NULL)
    return FALSE;
  if (strcmp(bh_record_get_kind(unit), "unit") != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "record %s is not a unit", invitation->unit);
    return FALSE;
  }
  return bh_enrol_store_add(db, invitation->token_hash, invitation->unit, invitation->name,
                            invitation->expires_ms, now_ms(hub) - BH_ENROL_VALID_S * 1000LL, error);
}

char *bh_enrol_invite(BhHub *hub, const char *unit, const char *name, const char *url,
                      gint64 *expires_ms, GError **error)
{
  guint8 token[BH_ENROL_TOKEN_SIZE];
  const BhRandom *random = bh_hub_get_random(hub);
  if (!bh_hub_check_public_url(url, error))
    return NULL;
  random->fill(random->data, token, sizeof token);
  g_autoptr(GBytes) token_hash = hash_bytes(token, sizeof token);
  Invitation invitation = {
      .token_hash = token_hash,
      .unit = unit,
      .name = name != NULL ? name : "",
      .expires_ms = now_ms(hub) + BH_ENROL_VALID_S * 1000LL,
  };
  if (!bh_hub_write(hub, write_invitation, &invitation, error))
    return NULL;
  if (expires_ms != NULL)
    *expires_ms = invitation.expires_ms;
  return bh_enrol_text_encode(url, bh_hub_get_pin(hub), token, bh_hub_get_id(hub));
}

/* --- acceptance --- */

typedef struct {
  guint8 token[BH_ENROL_TOKEN_SIZE];
  guint8 key[BH_PUBLIC_KEY_SIZE];
  const char *name;
  guint8 device_token[BH_TOKEN_SIZE];
  char device[BH_ID_LEN + 1];
  char unit[BH_ID_LEN + 1];
  char *area;
  BhEncryption encryption; /* of the device's disk, as it reports it */
} Acceptance;

static gboolean refuse_token(GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_EXPIRED,
              "the enrolment code was used, is too old or is not of this hub");
  return FALSE;
}

/* Adds what a device reports of its disk to its operation, if the kind has a field for it. */
static void add_encryption(BhHub *hub, json_t *ops, BhEncryption encryption)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  const BhKind *kind = bh_kind_set_find(kinds, "device");
  if (kind != NULL && bh_kind_find_field(kind, "encryption") != NULL)
    json_object_set_new(json_object_get(json_array_get(ops, 0), "set"), "encryption",
                        json_string(bh_encryption_name(encryption)));
}

static gboolean check_encryption(BhHub *hub, BhEncryption encryption, GError **error)
{
  if (!bh_hub_needs_encryption(hub) || encryption == BH_ENCRYPTION_ENCRYPTED)
    return TRUE;
  g_set_error(
      error, BH_ERROR, BH_ERROR_INVALID,
      "enrolment: this hub takes only devices with an encrypted disk, and this one reports: %s."
      " Set it up with disk encryption, and enrol it again",
      encryption == BH_ENCRYPTION_PLAIN ? "not encrypted" : "not known");
  return FALSE;
}

static gboolean make_device(BhHub *hub, BhDb *db, Acceptance *acceptance, const BhEnrolRow *row,
                            GBytes *device_hash, GError **error)
{
  BhIdSource ids;
  bh_id_source_init(&ids, bh_hub_get_clock(hub), bh_hub_get_random(hub));
  bh_id_next(&ids, acceptance->device);
  const char *name = *row->name != '\0' ? row->name : acceptance->name;
  g_autofree char *key = bh_base64_encode(acceptance->key, BH_PUBLIC_KEY_SIZE);
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:{s:s, s:s, s:s, s:s}}]", "record", acceptance->device, "kind",
                "device", "set", "name", name, "unit", row->unit, "key", key, "state", "enrolled");
  add_encryption(hub, ops, acceptance->encryption);
  g_autofree char *entry = bh_hub_append_in(hub, db, NULL, ops, error);
  return entry != NULL &&
         bh_log_add_device(db, acceptance->device, acceptance->key, device_hash, row->unit, name,
                           now_ms(hub), error) &&
         bh_hub_grant_numbers_in(hub, db, acceptance->device, row->unit, error);
}

static gboolean write_acceptance(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  Acceptance *acceptance = data;
  g_auto(BhEnrolRow) row = {0};
  g_autoptr(GBytes) token_hash = hash_bytes(acceptance->token, sizeof acceptance->token);
  g_autoptr(GBytes) key = g_bytes_new(acceptance->key, BH_PUBLIC_KEY_SIZE);
  g_autoptr(GBytes) device_hash =
      hash_bytes(acceptance->device_token, sizeof acceptance->device_token);
  if (!bh_enrol_store_load(db, token_hash, &row, error))
    return FALSE;
  if (row.unit == NULL || row.expires_ms < now_ms(hub))
    return refuse_token(error);
  g_strlcpy(acceptance->unit, row.unit, sizeof acceptance->unit);
  g_autoptr(BhRecord) unit = bh_record_load(db, row.unit, error);
  if (unit == NULL)
    return FALSE;
  const char *area = bh_record_get_string(unit, "area");
  acceptance->area = g_strdup(area != NULL ? area : bh_hub_get_area(hub));
  if (row.used_key != NULL) {
    /* The first answer may have been lost. A request with the same key therefore gets another
     * answer, with a new token. */
    if (!g_bytes_equal(row.used_key, key))
      return refuse_token(error);
    g_strlcpy(acceptance->device, row.device, sizeof acceptance->device);
    g_autoptr(BhHubDevice) device = bh_log_load_device(db, row.device, error);
    if (device == NULL)
      return FALSE;
    if (device->revoked_ms != 0)
      return refuse_token(error);
    return bh_log_set_device_token(db, row.device, device_hash, error);
  }
  return check_encryption(hub, acceptance->encryption, error) &&
         make_device(hub, db, acceptance, &row, device_hash, error) &&
         bh_enrol_store_use(db, token_hash, key, acceptance->device, error);
}

/* Devices of before the member do not have it. */
static gboolean parse_encryption(const json_t *request, Acceptance *acceptance, GError **error)
{
  const json_t *told = json_object_get(request, "encryption");
  acceptance->encryption = BH_ENCRYPTION_UNKNOWN;
  if (told == NULL || bh_encryption_parse(json_string_value(told), &acceptance->encryption))
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
              "enrolment: encryption must be encrypted, plain or unknown");
  return FALSE;
}

static gboolean parse_request(const json_t *request, Acceptance *acceptance, GError **error)
{
  const char *token = bh_json_get_string(request, "token", "enrolment", error);
  const char *name = token != NULL ? bh_json_get_string(request, "name", "enrolment", error) : NULL;
  const char *key = name != NULL ? bh_json_get_string(request, "key", "enrolment", error) : NULL;
  const char *proof = key != NULL ? bh_json_get_string(request, "proof", "enrolment", error) : NULL;
  if (proof == NULL)
    return FALSE;
  if (!bh_base64_decode(token, acceptance->token, sizeof acceptance->token) ||
      !bh_base64_decode(key, acceptance->key, sizeof acceptance->key)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "enrolment: token and key must be base64 of %d and %d bytes", BH_ENROL_TOKEN_SIZE,
                BH_PUBLIC_KEY_SIZE);
    return FALSE;
  }
  if (*name == '\0' || g_utf8_strlen(name, -1) > NAME_MAX_CHARS) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "enrolment: name must have 1 to %d characters",
                NAME_MAX_CHARS);
    return FALSE;
  }
  if (!bh_enrol_check(acceptance->token, acceptance->key, proof)) {
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE, "enrolment: the proof does not verify");
    return FALSE;
  }
  acceptance->name = name;
  return parse_encryption(request, acceptance, error);
}

json_t *bh_enrol_time(BhHub *hub, const char *device)
{
  gint64 machine_ms, known_ms;
  /* No signed time is given while the time is in doubt: devices would continue from a time that is
   * behind. */
  if (bh_hub_is_time_doubted(hub, &machine_ms, &known_ms))
    return NULL;
  gint64 ms = now_ms(hub);
  g_autofree char *sig =
      bh_hub_time_sign(bh_hub_get_secret_key(hub), bh_hub_get_id(hub), device, ms);
  return json_pack("{s:I, s:s}", "ms", (json_int_t)ms, "sig", sig);
}

json_t *bh_enrol_accept(BhHub *hub, const json_t *request, GError **error)
{
  Acceptance acceptance = {0};
  const BhRandom *random = bh_hub_get_random(hub);
  if (!parse_request(request, &acceptance, error))
    return NULL;
  random->fill(random->data, acceptance.device_token, sizeof acceptance.device_token);
  if (!bh_hub_write(hub, write_acceptance, &acceptance, error)) {
    g_free(acceptance.area);
    return NULL;
  }
  g_autofree char *area = acceptance.area;
  g_autofree char *hub_key = bh_base64_encode(bh_hub_get_public_key(hub), BH_PUBLIC_KEY_SIZE);
  g_autofree char *plaque_key =
      bh_base64_encode(bh_hub_get_plaque_public_key(hub), BH_PUBLIC_KEY_SIZE);
  g_autofree char *token = bh_base64_encode(acceptance.device_token, BH_TOKEN_SIZE);
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  sodium_memzero(acceptance.device_token, BH_TOKEN_SIZE);
  return json_pack("{s:s, s:s, s:s, s:[s], s:s, s:s, s:s, s:s, s:[s], s:s, s:o*}", "hub",
                   bh_hub_get_id(hub), "hub_name", bh_hub_get_name(hub), "hub_key", hub_key,
                   "plaque_keys", plaque_key, "device", acceptance.device, "token", token, "unit",
                   acceptance.unit, "area", area, "pins", bh_hub_get_pin(hub), "kinds",
                   bh_kind_set_get_hash(kinds), "time", bh_enrol_time(hub, acceptance.device));
}

/* --- the end of a device --- */

typedef struct {
  const char *by;
  const char *device;
  const char *reason;
} Revocation;

static gboolean write_revocation(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const Revocation *revocation = data;
  g_autoptr(BhHubDevice) device = bh_log_load_device(db, revocation->device, error);
  if (device == NULL)
    return FALSE;
  if (device->token_hash == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "device: the hub itself cannot be revoked");
    return FALSE;
  }
  g_autoptr(BhRecord) record = bh_record_load(db, revocation->device, error);
  if (record == NULL)
    return FALSE;
  /* The entry that is appended below revokes the device (records/effects.c). If the record is
   * revoked already, only the row may be missing. */
  if (g_strcmp0(bh_record_get_string(record, "state"), "revoked") == 0)
    return bh_log_revoke_device(db, revocation->device, now_ms(hub), error);
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s, s:s}}]", "record", revocation->device,
                                    "kind", "device", "set", "state", "revoked", "revoke_reason",
                                    revocation->reason != NULL ? revocation->reason : "");
  g_autofree char *entry = bh_hub_append_in(hub, db, revocation->by, ops, error);
  return entry != NULL;
}

gboolean bh_enrol_revoke(BhHub *hub, const char *by, const char *device, const char *reason,
                         GError **error)
{
  Revocation revocation = {by, device, reason};
  return bh_hub_write(hub, write_revocation, &revocation, error);
}

/* --- authentication --- */

/* Whether the stored time of the last request is old enough to be replaced, or lies ahead. */
static gboolean is_seen_due(BhHub *hub, const BhHubDevice *device)
{
  return ABS(now_ms(hub) - device->seen_ms) >= BH_DEVICE_SEEN_MS;
}

/* A device that is there also gets the blocks of numbers that it lacks: those of the next year, and
 * those of a kind that numbers its records since then. */
static gboolean write_seen(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  g_autoptr(BhHubDevice) device = bh_log_load_device(db, data, error);
  return device != NULL && bh_log_touch_device(db, data, now_ms(hub), error) &&
         (device->revoked_ms != 0 ||
          bh_hub_grant_numbers_in(hub, db, device->id, device->unit, error));
}

static void on_seen_written(BhHub *hub, const GError *error, gpointer data)
{
  (void)hub;
  if (error != NULL)
    g_warning("hub: the time of the last request of device %s could not be stored: %s",
              (char *)data, error->message);
  g_free(data);
}

/* --- the disk of a device --- */

typedef struct {
  char device[BH_ID_LEN + 1];
  BhEncryption encryption;
} DiskReport;

/* Appends an entry only when the report differs from the one before. */
static gboolean write_report(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const DiskReport *report = data;
  g_autoptr(BhRecord) record = bh_record_load(db, report->device, error);
  if (record == NULL)
    return FALSE;
  if (g_strcmp0(bh_record_get_string(record, "encryption"),
                bh_encryption_name(report->encryption)) == 0)
    return TRUE;
  g_autoptr(json_t) ops =
      json_pack("[{s:s, s:s, s:{}}]", "record", report->device, "kind", "device", "set");
  add_encryption(hub, ops, report->encryption);
  if (json_object_size(json_object_get(json_array_get(ops, 0), "set")) == 0)
    return TRUE;
  g_autofree char *entry = bh_hub_append_in(hub, db, NULL, ops, error);
  return entry != NULL;
}

static void on_report_written(BhHub *hub, const GError *error, gpointer data)
{
  (void)hub;
  if (error != NULL)
    g_warning("hub: what device %s reports of its disk could not be stored: %s",
              ((DiskReport *)data)->device, error->message);
  g_free(data);
}

void bh_enrol_note_encryption(BhHub *hub, const BhHubDevice *device, BhEncryption encryption)
{
  if (!is_seen_due(hub, device))
    return;
  DiskReport *report = g_new0(DiskReport, 1);
  g_strlcpy(report->device, device->id, sizeof report->device);
  report->encryption = encryption;
  bh_hub_submit(hub, write_report, on_report_written, report);
}

/* Stores the time of the request at most once in BH_DEVICE_SEEN_MS, or if the clock was set back.
 */
static void note_seen(BhHub *hub, const BhHubDevice *device)
{
  if (is_seen_due(hub, device))
    bh_hub_submit(hub, write_seen, on_seen_written, g_strdup(device->id));
}

BhHubDevice *bh_enrol_authenticate(BhHub *hub, BhDb *db, const char *header, GError **error)
{
  char id[BH_ID_LEN + 1];
  guint8 token[BH_TOKEN_SIZE];
  g_autoptr(GError) failed = NULL;
  if (!bh_auth_parse(header, id, token, error))
    return NULL;
  g_autoptr(BhHubDevice) device = bh_log_load_device(db, id, &failed);
  if (device == NULL && !g_error_matches(failed, BH_ERROR, BH_ERROR_NOT_FOUND)) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  g_autoptr(GBytes) hash = hash_bytes(token, sizeof token);
  gsize len = 0;
  const void *known = device != NULL && device->token_hash != NULL
                          ? g_bytes_get_data(device->token_hash, &len)
                          : NULL;
  if (known == NULL || len != BH_HASH_SIZE ||
      sodium_memcmp(known, g_bytes_get_data(hash, NULL), BH_HASH_SIZE) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_DENIED, "unknown device or wrong token");
    return NULL;
  }
  if (device->revoked_ms != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_REVOKED, "device %s was revoked", id);
    return NULL;
  }
  note_seen(hub, device);
  return g_steal_pointer(&device);
}

/* --- refused requests --- */

typedef struct {
  char device[BH_ID_LEN + 1]; /* id of the device; "": the device is unknown */
  GError *reason;
} Refusal;

static gboolean write_refusal(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const Refusal *refusal = data;
  gint64 now = now_ms(hub);
  /* Checked again: another refusal of the same kind may have been written meanwhile. */
  return bh_log_has_refusal(db, refusal->device, (BhErrorCode)refusal->reason->code,
                            now - REFUSAL_REST_MS, now) ||
         bh_log_add_refusal(db, refusal->device, refusal->reason, now, error);
}

static void on_refusal_written(BhHub *hub, const GError *error, gpointer data)
{
  (void)hub;
  Refusal *refusal = data;
  if (error != NULL)
    g_warning("hub: a refused request could not be added to the log: %s", error->message);
  g_error_free(refusal->reason);
  g_free(refusal);
}

void bh_enrol_log_refusal(BhHub *hub, BhDb *db, const char *header, const GError *reason)
{
  char id[BH_ID_LEN + 1] = "";
  guint8 token[BH_TOKEN_SIZE];
  if (!g_error_matches(reason, BH_ERROR, BH_ERROR_DENIED) &&
      !g_error_matches(reason, BH_ERROR, BH_ERROR_REVOKED))
    return;
  g_autoptr(BhHubDevice) device =
      bh_auth_parse(header, id, token, NULL) ? bh_log_load_device(db, id, NULL) : NULL;
  sodium_memzero(token, sizeof token);
  /* All unknown devices share one name, so that requests with random ids cannot fill the log or
   * block the writer. */
  const char *name = device != NULL ? device->id : "";
  gint64 now = now_ms(hub);
  if (bh_log_has_refusal(db, name, (BhErrorCode)reason->code, now - REFUSAL_REST_MS, now))
    return;
  g_message("device %s is refused: %s", *name != '\0' ? name : "that is not known here",
            bh_error_code_name((BhErrorCode)reason->code));
  Refusal *refusal = g_new0(Refusal, 1);
  g_strlcpy(refusal->device, name, sizeof refusal->device);
  refusal->reason = g_error_copy(reason);
  bh_hub_submit(hub, write_refusal, on_refusal_written, refusal);
}

/* --- PINs --- */

typedef struct {
  const char *staff;
  const char *seal;
  const char *key; /* public key in base64 */
} PinChange;

/* Writes the public key to the person's record too, in an entry signed by the hub, so that the
 * verifier of an export finds it. */
static gboolean write_key(BhHub *hub, BhDb *db, const PinChange *change, GError **error)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(hub);
  const BhKind *kind = bh_kind_set_find(kinds, "staff");
  if (kind == NULL || bh_kind_find_field(kind, "sign_key") == NULL)
    return TRUE; /* an older kind set is in use */
  g_autoptr(json_t) ops = json_pack("[{s:s, s:s, s:{s:s}}]", "record", change->staff, "kind",
                                    "staff", "set", "sign_key", change->key);
  g_autofree char *entry = bh_hub_append_in(hub, db, NULL, ops, error);
  return entry != NULL;
}

static gboolean write_pin(BhHub *hub, BhDb *db, gpointer data, GError **error)
{
  const PinChange *change = data;
  gint64 now = now_ms(hub);
  g_autoptr(BhRecord) staff = bh_record_load(db, change->staff, error);
  if (staff == NULL)
    return FALSE;
  if (strcmp(bh_record_get_kind(staff), "staff") != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "record %s is not a staff record",
                change->staff);
    return FALSE;
  }
  return bh_person_store_set(db, change->staff, change->seal, change->key, now,
                             now + BH_ENROL_OLD_KEY_MS, error) &&
         write_key(hub, db, change, error);
}

gboolean bh_enrol_set_pin(BhHub *hub, const char *staff, const char *pin, GError **error)
{
  guint8 key[BH_PUBLIC_KEY_SIZE];
  if (!bh_staff_pin_check(pin, error))
    return FALSE;
  g_autofree char *seal = bh_person_make_key(pin, bh_hub_get_random(hub), key, error);
  if (seal == NULL)
    return FALSE;
  g_autofree char *key_text = bh_base64_encode(key, sizeof key);
  PinChange change = {staff, seal, key_text};
  return bh_hub_write(hub, write_pin, &change, error);
}

gboolean bh_enrol_describe_pin(BhDb *db, const char *staff, const char **what, GError **error)
{
  g_autoptr(GError) failed = NULL;
  g_autofree char *seal = bh_person_store_dup_seal(db, staff, &failed);
  gboolean had_one = FALSE;
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  if (seal == NULL && !bh_person_store_accepts(db, staff, "", 0, &had_one, error))
    return FALSE;
  *what = seal != NULL ? "set" : had_one ? "old" : "none";
  return TRUE;
}

static json_t *describe_staff(BhDb *db, const json_t *values, GError **error)
{
  const char *id = bh_json_string_or(values, "id", "");
  g_autoptr(GError) failed = NULL;
  g_autofree char *seal = bh_person_store_dup_seal(db, id, &failed);
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return NULL;
  }
  json_t *roles = json_object_get(values, "roles");
  json_t *staff =
      json_pack("{s:s, s:s, s:o}", "id", id, "name", bh_json_string_or(values, "name", ""), "roles",
                json_is_array(roles) ? json_incref(roles) : json_array());
  if (seal != NULL)
    json_object_set_new(staff, "seal", json_string(seal));
  const char *valid_to = bh_json_string_or(values, "valid_to", NULL);
  if (valid_to != NULL)
    json_object_set_new(staff, "valid_to", json_string(valid_to));
  return staff;
}

static json_t *list_staff(BhDb *db, const BhHubDevice *device, GError **error)
{
  g_autoptr(json_t) list = json_array();
  g_autoptr(GPtrArray) viewers = bh_record_list_staff(db, device->unit, error);
  if (viewers == NULL)
    return NULL;
  for (guint i = 0; i < viewers->len; i++) {
    json_t *staff = describe_staff(db, viewers->pdata[i], error);
    if (staff == NULL)
      return NULL;
    json_array_append_new(list, staff);
  }
  return g_steal_pointer(&list);
}

char *bh_enrol_staff_version(BhDb *db, const BhHubDevice *device, GError **error)
{
  g_autoptr(json_t) list = list_staff(db, device, error);
  if (list == NULL)
    return NULL;
  g_autofree char *text = bh_json_dump_sorted(list);
  return bh_hash_hex(text, strlen(text));
}

char *bh_enrol_seal_staff(BhHub *hub, BhDb *db, const BhHubDevice *device, GError **error)
{
  g_autoptr(json_t) list = list_staff(db, device, error);
  if (list == NULL)
    return NULL;
  g_autoptr(json_t) content =
      json_pack("{s:O, s:I}", "staff", list, "made_ms", (json_int_t)now_ms(hub));
  g_autofree char *text = bh_json_dump(content);
  guint8 key[crypto_box_PUBLICKEYBYTES];
  if (crypto_sign_ed25519_pk_to_curve25519(key, device->public_key) != 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE, "the key of device %s is invalid", device->id);
    return NULL;
  }
  gsize len = strlen(text);
  g_autofree guint8 *box = g_malloc(len + crypto_box_SEALBYTES);
  crypto_box_seal(box, (const guint8 *)text, len, key);
  sodium_memzero(text, len);
  return bh_base64_encode(box, len + crypto_box_SEALBYTES);
}
