/* Devices and the hashes of their tokens. The rules of log-store.h hold. */
#pragma once

#include "schema/entry.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct {
  char id[BH_ID_LEN + 1];
  char unit[BH_ID_LEN + 1];
  char *name;
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  GBytes *token_hash; /* hash of the device's bearer token; NULL for the hub itself */
  gint64 enrolled_ms;
  gint64 revoked_ms; /* when the device was revoked; 0: not revoked */
  gint64 seen_ms;    /* time of its last request, with the precision BH_DEVICE_SEEN_MS */
} BhHubDevice;

/* Frees `device`, which may be NULL. */
void bh_hub_device_free(BhHubDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHubDevice, bh_hub_device_free)

/* The device with this id (bh_hub_device_free), which may be the hub itself; NULL with
 * BH_ERROR_NOT_FOUND. */
BhHubDevice *bh_log_load_device(BhDb *db, const char *id, GError **error);
/* Adds a device. `token_hash` NULL: the hub itself, which cannot sign in. */
gboolean bh_log_add_device(BhDb *db, const char *id, const guint8 key[BH_PUBLIC_KEY_SIZE],
                           GBytes *token_hash, const char *unit, const char *name, gint64 now_ms,
                           GError **error);
/* Replaces the hash of the device's bearer token. */
gboolean bh_log_set_device_token(BhDb *db, const char *id, GBytes *token_hash, GError **error);
/* Revokes a device; does nothing when it is revoked already. */
gboolean bh_log_revoke_device(BhDb *db, const char *id, gint64 now_ms, GError **error);
/* Sets the time of the device's last request. */
gboolean bh_log_touch_device(BhDb *db, const char *id, gint64 now_ms, GError **error);
/* [{"id","name","unit","enrolled_ms","seen_ms","revoked_ms"?,"entries","forks"}] by name; a new
 * reference. */
json_t *bh_log_list_devices(BhDb *db, GError **error);

G_END_DECLS
