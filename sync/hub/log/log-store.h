/* The log and what stands beside it: entries, chains, forks, quarantine, reports, refusals,
 * devices, kind sets, small values. Only SQL and rows; no judgement. Writer functions must run
 * inside a transaction of the writer. */
#pragma once

#include "schema/entry.h"
#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef enum {
  BH_ENTRY_APPLIED = 0,
  BH_ENTRY_QUARANTINED = 1,
  BH_ENTRY_RELEASED = 2,
  BH_ENTRY_DISMISSED = 3,
  BH_ENTRY_AGAIN = 4,
} BhEntryStatus;

/* --- savepoints and read transactions --- */

gboolean bh_log_savepoint(BhDb *db, GError **error);
gboolean bh_log_savepoint_release(BhDb *db, GError **error);
gboolean bh_log_savepoint_undo(BhDb *db, GError **error);
/* One consistent view for several reads of a reader. */
gboolean bh_log_begin_read(BhDb *db, GError **error);
void bh_log_end_read(BhDb *db);

/* --- values and counters --- */

/* NULL without an error when there is no such value. g_free. */
char *bh_log_dup_value(BhDb *db, const char *name, GError **error);
gboolean bh_log_set_value(BhDb *db, const char *name, const char *value, GError **error);
gboolean bh_log_get_counter(BhDb *db, const char *name, gint64 *value, GError **error);
gboolean bh_log_set_counter(BhDb *db, const char *name, gint64 value, GError **error);

/* --- kind sets --- */

/* NULL without an error when the hub never had it. */
BhKindSet *bh_log_load_kinds(BhDb *db, const char *hash, GError **error);
gboolean bh_log_add_kinds(BhDb *db, const BhKindSet *kinds, gint64 now_ms, GError **error);
char *bh_log_dup_kinds_text(BhDb *db, const char *hash, GError **error);
/* Texts of all sets, oldest first; NULL-terminated. */
char **bh_log_dup_all_kinds(BhDb *db, GError **error);

/* --- devices --- */

typedef struct {
  char id[BH_ID_LEN + 1];
  char unit[BH_ID_LEN + 1];
  char *name;
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  GBytes *token_hash; /* NULL for the hub itself */
  gint64 enrolled_ms;
  gint64 revoked_ms; /* 0 while it may come in */
  gint64 seen_ms;    /* its last request, to BH_DEVICE_SEEN_MS */
} BhHubDevice;

void bh_hub_device_free(BhHubDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHubDevice, bh_hub_device_free)

/* NULL with BH_ERROR_NOT_FOUND. */
BhHubDevice *bh_log_load_device(BhDb *db, const char *id, GError **error);
gboolean bh_log_add_device(BhDb *db, const char *id, const guint8 key[BH_PUBLIC_KEY_SIZE],
                           GBytes *token_hash, const char *unit, const char *name, gint64 now_ms,
                           GError **error);
gboolean bh_log_set_device_token(BhDb *db, const char *id, GBytes *token_hash, GError **error);
gboolean bh_log_revoke_device(BhDb *db, const char *id, gint64 now_ms, GError **error);
gboolean bh_log_touch_device(BhDb *db, const char *id, gint64 now_ms, GError **error);
/* [{"id","name","unit","enrolled_ms","seen_ms","revoked_ms"?,"entries","forks"}] by name. */
json_t *bh_log_list_devices(BhDb *db, GError **error);

/* --- chains and entries --- */

/* *seq 0 and 64 zeros when there is none. */
gboolean bh_log_get_head(BhDb *db, const char *device, const char *incarnation, gint64 *seq,
                         char hash[BH_HASH_HEX_LEN + 1], GError **error);
gboolean bh_log_set_head(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                         const char *hash, GError **error);
/* Id of the entry at a place in a chain; NULL without an error when there is none, or its body does
 * not say. g_free. */
char *bh_log_dup_id_at(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                       GError **error);
/* The latest signed hub time that an entry of the chain carried; 0 when none did. */
gboolean bh_log_get_signed_ms(BhDb *db, const char *device, const char *incarnation,
                              gint64 *signed_ms, GError **error);
gboolean bh_log_set_signed_ms(BhDb *db, const char *device, const char *incarnation,
                              gint64 signed_ms, GError **error);
/* "" in `hash` when there is no such place. */
gboolean bh_log_get_hash_at(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                            char hash[BH_HASH_HEX_LEN + 1], GError **error);
/* {incarnation: seq} of a device. */
json_t *bh_log_list_heads(BhDb *db, const char *device, GError **error);

typedef struct {
  gint64 position;
  gint64 received_ms;
  gboolean is_doubted; /* the hub's clock was in doubt then (clock.h) */
  gint64 signed_ms;    /* see BhTimeProof (sync/wire/evidence.h); 0 of the hub's own */
  char *id;            /* NULL when the body does not say */
  char *actor;         /* NULL likewise */
  BhEntryStatus status;
  gboolean is_first;
  char *device;
  BhEntryText *text;
} BhEntryRow;

void bh_entry_row_free(BhEntryRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhEntryRow, bh_entry_row_free)

gboolean bh_log_add_entry(BhDb *db, const BhEnvelope *envelope, const BhEntryRow *row,
                          GError **error);
/* The row that owns an entry id; NULL without an error when there is none. */
BhEntryRow *bh_log_find_entry(BhDb *db, const char *entry_id, GError **error);
/* Whether that row was signed by the device. */
gboolean bh_log_is_entry_of(BhDb *db, const char *entry_id, const char *device, gboolean *is_of,
                            GError **error);
/* Position of that row; 0 when there is none. */
gboolean bh_log_find_position(BhDb *db, const char *entry_id, gint64 *position, GError **error);
BhEntryRow *bh_log_load_entry(BhDb *db, gint64 position, GError **error);
/* When the last entry after a position was received; 0 when there is none. */
gboolean bh_log_get_last_received(BhDb *db, gint64 after, gint64 *received_ms, GError **error);
/* Rows after a position, oldest first, at most `limit` (BhEntryRow*). */
GPtrArray *bh_log_list_entries(BhDb *db, gint64 after, int limit, GError **error);
gboolean bh_log_set_status(BhDb *db, gint64 position, BhEntryStatus status, GError **error);
/* Newest entry id the hub itself made; NULL when there is none. */
char *bh_log_dup_newest_own(BhDb *db, const char *hub, GError **error);
gboolean bh_log_add_fork(BhDb *db, const BhEnvelope *envelope, const BhEntryText *text,
                         gint64 now_ms, GError **error);

gboolean bh_log_link_record(BhDb *db, gint64 record, gint64 position, GError **error);
/* Whether the entry at a position was folded into a record; FALSE when the store fails too. */
gboolean bh_log_has_link(BhDb *db, gint64 record, gint64 position);

/* --- quarantine, reports, refusals --- */

gboolean bh_log_add_quarantine(BhDb *db, gint64 position, const char *entry, const char *device,
                               const char *record, const GError *reason, GError **error);
/* Position of an open quarantine of that name; 0 when there is none. */
gboolean bh_log_find_quarantine(BhDb *db, const char *entry, gint64 *position, GError **error);
gboolean bh_log_decide_quarantine(BhDb *db, gint64 position, const char *decided_by,
                                  GError **error);
/* How many of a device are open. */
gboolean bh_log_count_quarantine(BhDb *db, const char *device, gint64 *count, GError **error);
/* [{"entry","record","reason","message"}] that are open; `device` NULL: of all, with "device",
 * "position" and "received_ms" too. */
json_t *bh_log_list_quarantine(BhDb *db, const char *device, gint64 before, int limit,
                               GError **error);
/* Entry ids in open quarantine of a chain between two seqs. */
gboolean bh_log_collect_quarantined(BhDb *db, const char *device, const char *incarnation,
                                    gint64 from, gint64 to, GPtrArray *ids, GError **error);
gboolean bh_log_add_report(BhDb *db, gint64 position, int nr, const char *record,
                           const BhProblem *problem, GError **error);
/* [{"entry","field","code","zh","en"}] of a record, newest first. */
json_t *bh_log_list_reports(BhDb *db, const char *record, int limit, GError **error);
/* The newest 1000 are kept. */
gboolean bh_log_add_refusal(BhDb *db, const char *device, const GError *reason, gint64 now_ms,
                            GError **error);

/* Whether a refusal of that device and code was noted since; FALSE when the store fails too. */
gboolean bh_log_was_refused(BhDb *db, const char *device, BhErrorCode code, gint64 since_ms,
                            gint64 now_ms);

/* --- files --- */

/* *size -1 when no entry declared it; as it was declared first while it is not complete, as it was
 * verified then. `media_type` may be NULL, else g_free. */
gboolean bh_log_get_file(BhDb *db, const char *sha256, gint64 *size, char **media_type,
                         gboolean *complete, GError **error);
/* `device` signed the entry (the hub's own id too; NULL: nobody): its unit may send that length. */
gboolean bh_log_declare_file(BhDb *db, const char *device, const char *sha256, gint64 size,
                             const char *media_type, GError **error);
/* What entries of the device's unit declared: `size` where one of them did, else another length, -1
 * when none declared the file. */
gboolean bh_log_get_claim(BhDb *db, const char *device, const char *sha256, gint64 size,
                          gint64 *claimed, GError **error);
/* The bytes are there, and `size` of them. */
gboolean bh_log_complete_file(BhDb *db, const char *sha256, gint64 size, gint64 now_ms,
                              GError **error);
/* The device's unit sent all the bytes; whether it did, and the hub still has them; whether the
 * signer of an entry is the hub, or a device of such a unit. */
gboolean bh_log_hold_file(BhDb *db, const char *sha256, const char *device, GError **error);
gboolean bh_log_is_file_held(BhDb *db, const char *sha256, const char *device, gboolean *held,
                             GError **error);
gboolean bh_log_is_held_by_author(BhDb *db, const char *hub, const char *entry, const char *sha256,
                                  gboolean *held, GError **error);

G_END_DECLS
