/* Enrolment of devices (PROTOCOL.md § 3): a one-time token and a proof of the device's own key give
 * a device record and a bearer token. Also authentication, revocation, and the PINs of people.
 * Functions that change something block until the writer has committed, so they must not be called
 * on the writer thread. */
#pragma once

#include "sync/disk/encryption.h"
#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

/* The one-time text (g_free) for the enrolment QR of a device of `unit` (record id). It is valid
 * for ten minutes. `url`: public address of the hub. `name` NULL: the device chooses its name.
 * *expires_ms (may be NULL): when it expires. BH_ERROR_INVALID when the record is not a unit. */
char *bh_enrol_invite(BhHub *hub, const char *unit, const char *name, const char *url,
                      gint64 *expires_ms, GError **error);
/* Accepts an enrolment request (PROTOCOL § 3) and returns the answer, a new reference.
 * BH_ERROR_EXPIRED for a token that is unknown, used by another key or expired, always with the
 * same text, so that it does not reveal which. */
json_t *bh_enrol_accept(BhHub *hub, const json_t *request, GError **error);
/* Revokes a device. When the function returns, the hub accepts no more requests of the device.
 * `by`: a staff id, or NULL for the system; `reason` may be NULL. */
gboolean bh_enrol_revoke(BhHub *hub, const char *by, const char *device, const char *reason,
                         GError **error);

#define BH_DEVICE_SEEN_MS 60000 /* precision of the time of a device's last request */
/* The device (bh_hub_device_free) whose bearer token is in the Authorization header `header`.
 * BH_ERROR_DENIED when the header is missing or has no valid token, BH_ERROR_REVOKED when the
 * device was revoked. */
BhHubDevice *bh_enrol_authenticate(BhHub *hub, BhDb *db, const char *header, GError **error);
/* Stores in the device's record what it reports of its disk, if that differs from the report
 * before; looks at a report of one device at most once in BH_DEVICE_SEEN_MS. `device` as
 * authenticated for the request. Does not wait for the writer. */
void bh_enrol_note_encryption(BhHub *hub, const BhHubDevice *device, BhEncryption encryption);
/* Adds a refused request to the list of refusals, if bh_enrol_authenticate refused its header with
 * BH_ERROR_DENIED or _REVOKED; other reasons are ignored. One row is added in ten minutes for each
 * device and reason; all unknown devices count as one device with the id "". Does not wait for the
 * writer. */
void bh_enrol_log_refusal(BhHub *hub, BhDb *db, const char *header, const GError *reason);
/* The hub's time, signed for one device: {"ms","sig"}, a new reference; NULL while the hub's time
 * is in doubt (log/clock.h). */
json_t *bh_enrol_time(BhHub *hub, const char *device);

/* *what (static): "none", "set", or "old" for a PIN from before people had keys of their own, which
 * can no longer be used and must be set again. */
gboolean bh_enrol_describe_pin(BhDb *db, const char *staff, const char **what, GError **error);
/* Sets the PIN of a person (see bh_staff_pin_check), makes a new signing key for the person, and
 * stores the key sealed under the PIN. Takes about 0.2 s of CPU. */
gboolean bh_enrol_set_pin(BhHub *hub, const char *staff, const char *pin, GError **error);
/* A hash (g_free) that changes whenever the answer to GET /v1/staff for the device changes. The
 * time in the answer is not part of the hash. */
char *bh_enrol_staff_version(BhDb *db, const BhHubDevice *device, GError **error);
/* The answer to GET /v1/staff: base64 (g_free) of a text that is encrypted for the key of this
 * device. */
char *bh_enrol_seal_staff(BhHub *hub, BhDb *db, const BhHubDevice *device, GError **error);

G_END_DECLS
