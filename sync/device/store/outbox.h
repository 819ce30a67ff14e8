/* What a sync round needs of the store. For sync/device/engine and run; pages use device.h. Same
 * thread and error rules as device.h. Each function makes all changes that belong together in one
 * transaction. */
#pragma once

#include "schema/entry.h"
#include "sync/device/store/device.h"

G_BEGIN_DECLS

/* --- this device and its hub --- */

typedef struct {
  char *url;   /* "https://host:port", no slash at the end */
  char *token; /* base64; wiped when freed */
  char hub[BH_ID_LEN + 1];
  char device[BH_ID_LEN + 1];
  char incarnation[BH_INCARNATION_LEN + 1];
  guint8 hub_key[BH_PUBLIC_KEY_SIZE]; /* the hub's public key, which verifies signed hub time */
  char **pins;            /* base64 SHA-256 of the hub's public keys (SPKI), NULL-terminated */
  char *other_url;        /* other address at which the hub may be found; NULL: none */
  const char *encryption; /* of the device's disk (bh_encryption_name), static; NULL: not told */
} BhUplink;
/* NULL is ignored. */
void bh_uplink_free(BhUplink *uplink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhUplink, bh_uplink_free)

/* The hub and this device as the store has them, a new structure; NULL with BH_ERROR_NOT_FOUND
 * before enrolment. */
BhUplink *bh_outbox_get_uplink(BhDevice *device, GError **error);
/* Stores that the hub answered at this address ("https://host:port"): it is used from now on, and
 * the address before it becomes the other one. BH_ERROR_FORMAT when `url` is not an address. */
gboolean bh_outbox_set_address(BhDevice *device, const char *url, GError **error);

/* --- enrolment --- */

/* Copies the device's keys, which are made and stored at the first call, so that a request whose
 * answer was lost can be repeated with the same key. The caller wipes the secret key. */
gboolean bh_outbox_get_enrol_key(BhDevice *device, guint8 public_key[BH_PUBLIC_KEY_SIZE],
                                 guint8 secret_key[BH_SECRET_KEY_SIZE], GError **error);
/* Stores the hub's answer (PROTOCOL § 3) with url and pin, and begins a new incarnation.
 * BH_ERROR_FORMAT for an answer that lacks something, BH_ERROR_DENIED when the store belongs to
 * another device or hub. */
gboolean bh_outbox_set_enrolled(BhDevice *device, const char *url, const char *pin,
                                const json_t *answer, GError **error);

/* --- push --- */

/* Appends own entries of the current incarnation with a seq above `after`, in order and as wire
 * text, to `out`, up to both limits but at least one if there is any. *last: seq of the last entry
 * appended, or `after`. Each entry is verified first: BH_ERROR_SIGNATURE when one is not as it was
 * signed; then `out` is unchanged. */
gboolean bh_outbox_read_batch(BhDevice *device, gint64 after, int max_entries, gsize max_bytes,
                              GString *out, gint64 *last, GError **error);
/* Appends, as wire text, the entries of urgent kinds with a seq above `after` of which no copy was
 * sent ahead (PROTOCOL § 5) to `out`, up to both limits but at least one if there is any, and their
 * positions (gint64), for bh_outbox_note_ahead, to `positions`. */
gboolean bh_outbox_read_ahead(BhDevice *device, gint64 after, int max_entries, gsize max_bytes,
                              GString *out, GArray *positions, GError **error);
/* Stores that copies of these entries were sent ahead. */
gboolean bh_outbox_note_ahead(BhDevice *device, const GArray *positions, GError **error);
/* Stores that the hub has all entries up to `seq` durably. `hash` must be the hash of the own
 * envelope with that seq, else BH_ERROR_FORK and nothing changes. Idempotent; the acknowledged seq
 * never moves back, and an answer about an older incarnation is ignored. */
gboolean bh_outbox_acknowledge(BhDevice *device, const char *incarnation, gint64 seq,
                               const char *hash, GError **error);
/* Highest own seq made, and highest acknowledged, of the current incarnation. */
gboolean bh_outbox_get_heads(BhDevice *device, gint64 *made, gint64 *acked, GError **error);
/* After a fork: begins a new incarnation, in which all entries above `seq` get new envelopes,
 * numbered from 1, with the same bodies. One transaction. BH_ERROR_INVALID when there is no such
 * seq. */
gboolean bh_outbox_reincarnate(BhDevice *device, gint64 seq, GError **error);
/* After bh_outbox_read_batch failed with BH_ERROR_SIGNATURE: sets damaged entries aside. The
 * undamaged entries above the seq `keep` (the last one that the hub has) get new envelopes in a new
 * incarnation. */
gboolean bh_outbox_repair(BhDevice *device, gint64 keep, GError **error);
/* Marks own entries, given as an array of ids, as quarantined by the hub; the reason comes with the
 * next pull. Ids that are not of this store are ignored. */
gboolean bh_outbox_note_quarantined(BhDevice *device, const json_t *entry_ids, GError **error);

/* --- time --- */

/* Stores the hub's time, whose signature (base64) the caller has verified. Entries made from now on
 * contain time and signature. */
gboolean bh_outbox_note_hub_time(BhDevice *device, gint64 hub_ms, const char *signature,
                                 GError **error);

/* --- pull --- */

/* Cursor from which the next pull goes on, g_free; NULL when there is none, and on error. */
char *bh_outbox_dup_cursor(BhDevice *device);
/* Applies one page of PROTOCOL § 6: records, gone, included, quarantined and cursor in one
 * transaction (I5). After "reset" the records go into the shadow (shadow-store.h) until "more" is
 * false. The page's kind set must be stored already. */
gboolean bh_outbox_apply_changes(BhDevice *device, const json_t *page, GError **error);
/* Whether the kind set with this hash is stored; FALSE on error. */
gboolean bh_outbox_has_kinds(BhDevice *device, const char *hash);
/* Parses and stores a kind set of at most 4 MiB and puts it into use. BH_ERROR_LIMIT, or an error
 * of bh_kind_set_from_text. */
gboolean bh_outbox_store_kinds(BhDevice *device, const char *text, gsize len, GError **error);
/* Opens the sealed box of PROTOCOL § 6 with the device's key and replaces the list of staff. At
 * most 2 MiB and 2000 people: BH_ERROR_LIMIT. BH_ERROR_SIGNATURE when the box does not open. */
gboolean bh_outbox_store_staff(BhDevice *device, const char *sealed_base64, GError **error);

/* --- files going up --- */

typedef struct {
  char sha256[BH_HASH_HEX_LEN + 1];
  gint64 size;
  gint64 sent;  /* bytes of the file that the hub has confirmed */
  char *upload; /* path of the upload at the hub; NULL before the upload is created */
  char *path;
} BhPendingFile;
/* NULL is ignored. */
void bh_pending_file_free(BhPendingFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPendingFile, bh_pending_file_free)

/* The smallest file that an acknowledged entry declares and that is not wholly at the hub; deferred
 * files come last. NULL without error when there is none. */
BhPendingFile *bh_outbox_next_file(BhDevice *device, GError **error);
/* Notes how far an upload came: `sent` bytes at the path `upload` (NULL: none), or `done`. A file
 * that is wholly at the hub stays so. BH_ERROR_NOT_FOUND for a file that is not in the store. */
gboolean bh_outbox_note_file(BhDevice *device, const char *sha256, const char *upload, gint64 sent,
                             gboolean done, GError **error);
/* To be called when the hub was restored from an older copy and may have lost files: all files that
 * were wholly at the hub are to be sent again. */
gboolean bh_outbox_recheck_files(BhDevice *device, GError **error);
/* Defers a file that cannot be sent now: it stays in the queue with the reason `why`, and is tried
 * again after the others. */
gboolean bh_outbox_defer_file(BhDevice *device, const char *sha256, const char *why,
                              GError **error);

/* --- files coming down --- */

/* Hashes of files that records in the store name and that are not here, newest first, at most
 * `limit`; GPtrArray of strings that it owns. */
GPtrArray *bh_outbox_list_missing_files(BhDevice *device, int limit, GError **error);
/* Stores the bytes of a missing file, whose hash the caller has checked. TRUE without storing them
 * when no record names the file any more. A damaged picture is stored too, because its author
 * signed it. BH_ERROR_LIMIT when the file is too large, BH_ERROR_FORMAT for other types,
 * BH_ERROR_STORAGE. */
gboolean bh_outbox_keep_download(BhDevice *device, const char *sha256, const void *bytes, gsize len,
                                 GError **error);

/* --- status --- */

/* Shuts the store for ever, after the hub said that the device was revoked: nobody can sign in or
 * save, no page of the hub is taken, and the records, files and people that the hub sent are
 * removed by the next steps of bh_device_rest. Own entries that the hub does not have, their files,
 * and drafts stay. TRUE also when the store is shut already. */
gboolean bh_outbox_shut(BhDevice *device, GError **error);
/* Stores the state of the sync round: "idle", "working", "waiting", "no_hub", "revoked". error_code
 * NULL: no error. next_try_ms: wall clock at which the next round begins. */
gboolean bh_outbox_note_round(BhDevice *device, const char *state, const char *error_code,
                              gint64 next_try_ms, GError **error);

G_END_DECLS
