/* How a device becomes one of the hub's: a one-time token, a proof of its own key, a record made
 * by the hub, a bearer token; and how it ends. PROTOCOL.md § 3. Functions block on the writer. */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

/* The one-time text (for the QR) for a device of `unit` (record id), valid ten minutes. `name`
 * may be NULL: the device names itself. g_free. */
char *bh_enrol_invite(BhHub *hub, const char *unit, const char *name, const char *url,
                      gint64 *expires_ms, GError **error);
/* Answers a request of PROTOCOL § 3; the new answer's JSON. BH_ERROR_EXPIRED for a token that is
 * unknown, used by another key or too old: always the same text. */
json_t *bh_enrol_accept(BhHub *hub, const json_t *request, GError **error);
/* Nothing of it is accepted any more from the moment this returns. */
gboolean bh_enrol_revoke(BhHub *hub, const char *by, const char *device, const char *reason,
                         GError **error);

/* The device an Authorization header proves. BH_ERROR_DENIED, or _REVOKED. */
#define BH_DEVICE_SEEN_MS 60000 /* how exact the time of its last request is kept */
BhHubDevice *bh_enrol_authenticate(BhHub *hub, BhDb *db, const char *header, GError **error);
/* Notes in the log that such a header was refused for BH_ERROR_DENIED or _REVOKED (other reasons
 * are none of its business): once in ten minutes for each device and reason, and all that is of no
 * device known here as one, named "". Does not wait for the writer. */
void bh_enrol_log_refusal(BhHub *hub, BhDb *db, const char *header, const GError *reason);
/* {"ms","sig"} for one device; NULL while the hub's time is in doubt. */
json_t *bh_enrol_time(BhHub *hub, const char *device);

/* "none", "set", or "old": set before people had keys of their own – it opens nothing any more and
 * has to be set anew. Static. */
gboolean bh_enrol_describe_pin(BhDb *db, const char *staff, const char **what, GError **error);
/* Gives a staff record a PIN (bh_staff_pin_check); about 0.2 s of CPU. */
gboolean bh_enrol_set_pin(BhHub *hub, const char *staff, const char *pin, GError **error);
/* Differs whenever what GET /v1/staff seals for the device would, its time aside; g_free. */
char *bh_enrol_staff_version(BhDb *db, const BhHubDevice *device, GError **error);
/* What GET /v1/staff seals: base64 of the box for one device; g_free. */
char *bh_enrol_seal_staff(BhHub *hub, BhDb *db, const BhHubDevice *device, GError **error);

G_END_DECLS
