/* Rows about the device itself: identity, hub, chain, counters, hub time, kind sets. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* --- into and out of the fields of BhDevice --- */

/* Loads device->signer, which stays NULL before enrolment. BH_ERROR_STORAGE when the key is
 * missing. */
gboolean bh_device_store_load_identity(BhDevice *device, GError **error);
/* Loads the current incarnation, the newest and the acknowledged seq, the time of the newest entry,
 * and the newest id. */
gboolean bh_device_store_load_chain(BhDevice *device, GError **error);
/* Loads device->counters. */
gboolean bh_device_store_load_counters(BhDevice *device, GError **error);
/* Stores device->counters. Inside a transaction; bh_write_commit calls it. */
gboolean bh_device_store_save_counters(BhDevice *device, GError **error);
/* Loads device->hub_*: zero and empty before the first hub time. */
gboolean bh_device_store_load_hub_time(BhDevice *device, GError **error);
/* Stores device->hub_*. Inside a transaction. */
gboolean bh_device_store_save_hub_time(BhDevice *device, GError **error);

/* --- kind sets --- */

/* *set: a new reference to the kind set with this hash. BH_ERROR_NOT_FOUND when the store has
 * none. */
gboolean bh_device_store_load_kinds(BhDevice *device, const char *hash, BhKindSet **set,
                                    GError **error);
/* Stores the text of a kind set; nothing changes when the store has it already. Inside a
 * transaction. */
gboolean bh_device_store_save_kinds(BhDevice *device, const char *hash, const char *text,
                                    GError **error);
/* Whether the store has the kind set with this hash; FALSE on error too. */
gboolean bh_device_store_has_kinds(BhDevice *device, const char *hash);

/* --- keys and the hub --- */

/* Copies the device's keys into `signer`; *found FALSE before there are any. BH_ERROR_STORAGE when
 * their lengths are wrong. */
gboolean bh_device_store_get_keys(BhDevice *device, BhSigner *signer, gboolean *found,
                                  GError **error);
/* Stores the device's keys in a store that has none. Inside a transaction. */
gboolean bh_device_store_put_keys(BhDevice *device, const BhSigner *signer, GError **error);
/* The row about the hub as
 * {"url","pins","token","hub","device","hub_name","plaque_keys","name","unit", "area"}, all texts;
 * NULL without error before enrolment. New reference. */
json_t *bh_device_store_read_uplink(BhDevice *device, GError **error);
/* Stores a row as bh_device_store_read_uplink gives it, with the hub's key. Inside a
 * transaction. */
gboolean bh_device_store_put_uplink(BhDevice *device, const json_t *uplink,
                                    const guint8 hub_key[BH_PUBLIC_KEY_SIZE], GError **error);
/* Replaces the hub's address. Inside a transaction. */
gboolean bh_device_store_set_url(BhDevice *device, const char *url, GError **error);
/* Copies the hub's public key, which verifies signed hub time. BH_ERROR_STORAGE when it is missing
 * or damaged. */
gboolean bh_device_store_get_hub_key(BhDevice *device, guint8 hub_key[BH_PUBLIC_KEY_SIZE],
                                     GError **error);

/* --- the file --- */

/* Result of bh_db_check: "ok", or what is wrong; g_free. Reads the whole database. */
char *bh_device_store_check(BhDevice *device, GError **error);

G_END_DECLS
