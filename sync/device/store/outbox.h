/* What a sync round needs of the device store; the pages never see this. Same thread and error
 * rules as device.h. Everything that must move together moves in one transaction in here. */
#pragma once

#include "schema/entry.h"
#include "sync/device/store/device.h"

G_BEGIN_DECLS

/* --- who and where --- */

typedef struct {
  char *url;   /* "https://host:port", no slash at the end */
  char *token; /* base64 */
  char hub[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  char incarnation[BH_INCARNATION_LEN + 1];
  guint8 hub_key[BH_PUBLIC_KEY_SIZE]; /* checks signed time */
  char **pins;                        /* base64 SPKI SHA-256, NULL-terminated */
  char *other_url;                    /* where the hub may be found as well; NULL: nowhere */
} BhUplink;
void bh_uplink_free(BhUplink *uplink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhUplink, bh_uplink_free)

/* NULL with BH_ERROR_NOT_FOUND before enrolment. */
BhUplink *bh_outbox_get_uplink(BhDevice *device, GError **error);

/* The hub answered at this address ("https://host:port"), or at its other one: it is the one to use
 * from now on, and the address before becomes the other. */
gboolean bh_outbox_set_address(BhDevice *device, const char *url, GError **error);

/* --- enrolment --- */

/* Keys made on the device, kept from the first try on so that a lost answer can be repeated. */
gboolean bh_outbox_get_enrol_key(BhDevice *device, guint8 public_key[BH_PUBLIC_KEY_SIZE],
                                 guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error);
/* Stores the hub's answer (PROTOCOL § 3), url and pin, with a new incarnation. */
gboolean bh_outbox_set_enrolled(BhDevice *device, const char *url, const char *pin,
                                const json_t *answer, GError **error);

/* --- push --- */

/* Own entries of the current incarnation with seq > after, in order: appended to `out` as wire
 * text up to both caps (at least one if there is any). *last is the seq of the last one taken
 * (== after when none). Each is verified first: BH_ERROR_SIGNATURE when one is not what was signed
 * any more. */
gboolean bh_outbox_read_batch(BhDevice *device, gint64 after, int max_entries, gsize max_bytes,
                              GString *out, gint64 *last, GError **error);
/* The hub has everything up to `seq` durably; `hash` must be our envelope's hash there, else
 * BH_ERROR_FORK and nothing changes. Idempotent; never moves back. */
gboolean bh_outbox_acknowledge(BhDevice *device, const char *incarnation, gint64 seq,
                               const char *hash, GError **error);
/* Highest own seq made, and highest acknowledged, of the current incarnation. */
gboolean bh_outbox_get_heads(BhDevice *device, gint64 *made, gint64 *acked, GError **error);
/* After a fork: new incarnation, new envelopes from seq 1 round the identical bodies of all
 * entries above `seq` of the old one. One transaction. */
gboolean bh_outbox_reincarnate(BhDevice *device, gint64 seq, GError **error);
/* After bh_outbox_read_batch said BH_ERROR_SIGNATURE: what the disk did not keep is set aside, and
 * the sound bodies above `keep` (what the hub has) get new envelopes in a new incarnation. */
gboolean bh_outbox_repair(BhDevice *device, gint64 keep, GError **error);
gboolean bh_outbox_note_quarantined(BhDevice *device, const json_t *entry_ids, GError **error);

/* --- time --- */

/* Hub time whose signature (base64) the caller verified; entries carry both from now on. */
gboolean bh_outbox_note_hub_time(BhDevice *device, gint64 hub_ms, const char *signature,
                                 GError **error);

/* --- pull --- */

/* Current cursor, g_free; NULL when none. */
char *bh_outbox_dup_cursor(BhDevice *device);
/* One page of PROTOCOL § 6: records, gone, included, quarantined and cursor in one transaction
 * (I5); on "reset" into the shadow until "more" is false. */
gboolean bh_outbox_apply_changes(BhDevice *device, const json_t *page, GError **error);
gboolean bh_outbox_has_kinds(BhDevice *device, const char *hash);
gboolean bh_outbox_store_kinds(BhDevice *device, const char *text, gsize len, GError **error);
/* The sealed box of PROTOCOL § 6, opened with the device's key and stored. */
gboolean bh_outbox_store_staff(BhDevice *device, const char *sealed_base64, GError **error);

/* --- files --- */

typedef struct {
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size;
  gint64 sent;  /* last offset the hub confirmed */
  char *upload; /* Location path at the hub, NULL before creation */
  char *path;
} BhPendingFile;
void bh_pending_file_free(BhPendingFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPendingFile, bh_pending_file_free)

/* The smallest file that is declared by an acknowledged entry and not wholly at the hub; NULL and
 * no error when there is none. */
BhPendingFile *bh_outbox_next_file(BhDevice *device, GError **error);
gboolean bh_outbox_note_file(BhDevice *device, const char *sha256, const char *upload, gint64 sent,
                             gboolean done, GError **error);
/* The hub was restored from an older copy, and may lack what it once had whole: all such files are
 * asked for again, and sent where they are missing there and still here. */
gboolean bh_outbox_recheck_files(BhDevice *device, GError **error);
/* A file that cannot be sent (damaged here, refused there): kept, visible in the queue with
 * `why`, tried again after the others. */
gboolean bh_outbox_defer_file(BhDevice *device, const char *sha256, const char *why,
                              GError **error);

/* --- files coming down --- */

/* Files that records in the store name and that are not here, newest first, at most `limit`;
 * strings of hex, free the array. */
GPtrArray *bh_outbox_list_missing_files(BhDevice *device, int limit, GError **error);
/* Bytes of one of these, of which the hash is right. TRUE without keeping them when no record names
 * the file any more. A damaged picture is kept too: it was signed for as it is. */
gboolean bh_outbox_keep_download(BhDevice *device, const char *sha256, const void *bytes, gsize len,
                                 GError **error);

/* --- status --- */

/* state: "idle", "working", "waiting", "no_hub", "revoked". error NULL clears. */
gboolean bh_outbox_note_round(BhDevice *device, const char *state, const char *error_code,
                              gint64 next_try_ms, GError **error);

G_END_DECLS
