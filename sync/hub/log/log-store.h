/* SQL of the log and its tables: entries, chains, forks, quarantine, reports, refusals, devices,
 * kind sets, files, small values. The functions store what they are given and judge nothing. All
 * return FALSE or NULL with an error when the store fails. Functions that change something (add,
 * set, revoke, …) must run inside a transaction of the writer; the others may run on any
 * connection. Times are UTC in milliseconds. */
#pragma once

#include "schema/entry.h"
#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* What became of an entry. The numbers are stored in the database, so they never change. */
typedef enum {
  BH_ENTRY_APPLIED = 0,
  BH_ENTRY_QUARANTINED = 1,
  BH_ENTRY_RELEASED = 2,  /* applied after it was in quarantine */
  BH_ENTRY_DISMISSED = 3, /* will not be applied */
  BH_ENTRY_AGAIN = 4,     /* repeats an entry with the same id and body */
} BhEntryStatus;

/* --- savepoints and read transactions --- */

/* Begins the savepoint of a piece of work (log/writer.h). */
gboolean bh_log_savepoint(BhDb *db, GError **error);
/* Keeps the changes since the savepoint and ends it. */
gboolean bh_log_savepoint_release(BhDb *db, GError **error);
/* Rolls back the changes since the savepoint and ends it. */
gboolean bh_log_savepoint_undo(BhDb *db, GError **error);
/* Begins a read transaction, so that several reads see the same state. */
gboolean bh_log_begin_read(BhDb *db, GError **error);
/* Ends the read transaction. */
void bh_log_end_read(BhDb *db);

/* --- values and counters --- */

/* The value of the store with this name, a text (g_free); NULL without an error when there is
 * none. */
char *bh_log_dup_value(BhDb *db, const char *name, GError **error);
/* Sets the value of the store with this name. */
gboolean bh_log_set_value(BhDb *db, const char *name, const char *value, GError **error);
/* *value: the counter with this name; BH_ERROR_STORAGE when it is missing. */
gboolean bh_log_get_counter(BhDb *db, const char *name, gint64 *value, GError **error);
/* Sets an existing counter. */
gboolean bh_log_set_counter(BhDb *db, const char *name, gint64 value, GError **error);

/* --- kind sets --- */

/* The kind set with a hash (bh_kind_set_unref); NULL without an error when the hub does not have
 * it.
 */
BhKindSet *bh_log_load_kinds(BhDb *db, const char *hash, GError **error);
/* Stores a kind set. */
gboolean bh_log_add_kinds(BhDb *db, const BhKindSet *kinds, gint64 now_ms, GError **error);
/* The canonical text of a kind set (g_free); NULL without an error when there is none. */
char *bh_log_dup_kinds_text(BhDb *db, const char *hash, GError **error);
/* The canonical texts of all kind sets, oldest first; NULL-terminated (g_strfreev). */
char **bh_log_dup_all_kinds(BhDb *db, GError **error);

/* --- devices --- */

typedef struct {
  char id[BH_ID_LEN + 1];
  char unit[BH_ID_LEN + 1];
  char *name;
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  GBytes *token_hash; /* NULL for the hub itself */
  gint64 enrolled_ms;
  gint64 revoked_ms; /* 0: not revoked */
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

/* --- chains and entries --- */

/* Number and hash of the last entry of a chain; 0 and 64 zeros when the chain is empty. */
gboolean bh_log_get_head(BhDb *db, const char *device, const char *incarnation, gint64 *seq,
                         char hash[BH_HASH_HEX_LEN + 1], GError **error);
/* Sets number and hash of the last entry of a chain. */
gboolean bh_log_set_head(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                         const char *hash, GError **error);
/* Id (g_free) of the entry with the number `seq` in a chain; NULL without an error when there is
 * none, or its body cannot be read. */
char *bh_log_dup_id_at(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                       GError **error);
/* The latest signed hub time in the entries of a chain; 0 when there is none. */
gboolean bh_log_get_signed_ms(BhDb *db, const char *device, const char *incarnation,
                              gint64 *signed_ms, GError **error);
/* Sets the latest signed hub time in the entries of a chain. */
gboolean bh_log_set_signed_ms(BhDb *db, const char *device, const char *incarnation,
                              gint64 signed_ms, GError **error);
/* Hash of the entry with the number `seq` in a chain; "" when there is none. */
gboolean bh_log_get_hash_at(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                            char hash[BH_HASH_HEX_LEN + 1], GError **error);
/* The chains of a device: {incarnation: number of the last entry}; a new reference. */
json_t *bh_log_list_heads(BhDb *db, const char *device, GError **error);

typedef struct {
  gint64 position; /* position in the log */
  gint64 received_ms;
  gboolean is_doubted; /* the hub's clock was in doubt at the receipt (clock.h) */
  gint64 signed_ms;    /* see BhTimeProof (sync/wire/evidence.h); 0 for the hub's own entries */
  char *id;            /* NULL when the body cannot be read */
  char *actor;         /* id of the acting person; NULL when the body cannot be read */
  BhEntryStatus status;
  gboolean is_first; /* the first entry with this id: it owns the id */
  char *device;
  BhEntryText *text;
} BhEntryRow;

/* Frees a row and all that it contains. `row` may be NULL. */
void bh_entry_row_free(BhEntryRow *row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhEntryRow, bh_entry_row_free)

/* Appends an entry to the log, at row->position. */
gboolean bh_log_add_entry(BhDb *db, const BhEnvelope *envelope, const BhEntryRow *row,
                          GError **error);
/* The row that owns an entry id (bh_entry_row_free); NULL without an error when there is none. */
BhEntryRow *bh_log_find_entry(BhDb *db, const char *entry_id, GError **error);
/* *is_of: whether the row that owns an entry id was signed by the device. */
gboolean bh_log_is_entry_of(BhDb *db, const char *entry_id, const char *device, gboolean *is_of,
                            GError **error);
/* Position of the row that owns an entry id; 0 when there is none. */
gboolean bh_log_find_position(BhDb *db, const char *entry_id, gint64 *position, GError **error);
/* The row at a position (bh_entry_row_free); NULL with BH_ERROR_NOT_FOUND. */
BhEntryRow *bh_log_load_entry(BhDb *db, gint64 position, GError **error);
/* Time of receipt of the last entry after position `after`; 0 when there is none. */
gboolean bh_log_get_last_received(BhDb *db, gint64 after, gint64 *received_ms, GError **error);
/* Rows after position `after`, oldest first, at most `limit` (BhEntryRow*). */
GPtrArray *bh_log_list_entries(BhDb *db, gint64 after, int limit, GError **error);
/* Sets the status of the entry at a position. No other column of an entry ever changes. */
gboolean bh_log_set_status(BhDb *db, gint64 position, BhEntryStatus status, GError **error);
/* Id (g_free) of the newest entry of the hub itself; NULL without an error when there is none. */
char *bh_log_dup_newest_of_hub(BhDb *db, const char *hub, GError **error);
/* Stores an entry of a fork: its number in the chain is that of another entry, which is in the
 * log. */
gboolean bh_log_add_fork(BhDb *db, const BhEnvelope *envelope, const BhEntryText *text,
                         gint64 now_ms, GError **error);

/* Stores that the entry at a position was merged into the record whose row has the number
 * `record`. */
gboolean bh_log_link_record(BhDb *db, gint64 record, gint64 position, GError **error);
/* Whether the entry at a position was merged into the record whose row has the number `record`;
 * FALSE also when the store fails. */
gboolean bh_log_has_link(BhDb *db, gint64 record, gint64 position);

/* --- quarantine, reports, refusals --- */

/* Adds an entry to the quarantine. `entry`: its id, or the hash of its envelope when the body
 * cannot be read; `record`: the first record that the entry changes, or NULL. */
gboolean bh_log_add_quarantine(BhDb *db, gint64 position, const char *entry, const char *device,
                               const char *record, const GError *reason, GError **error);
/* *position: that of the entry which waits in quarantine as `entry` (see bh_log_add_quarantine); 0
 * when there is none. */
gboolean bh_log_find_quarantine(BhDb *db, const char *entry, gint64 *position, GError **error);
/* Closes the quarantine of an entry. `decided_by`: id of the hub's entry with the decision. */
gboolean bh_log_decide_quarantine(BhDb *db, gint64 position, const char *decided_by,
                                  GError **error);
/* Number of a device's entries that wait in quarantine. */
gboolean bh_log_count_quarantine(BhDb *db, const char *device, gint64 *count, GError **error);
/* Entries that wait in quarantine, newest first, at most `limit`; a new reference:
 * [{"entry","record","reason","message"}]. `device` NULL: of all devices, below position `before`
 * (0: all), and with "device", "position" and "received_ms". */
json_t *bh_log_list_quarantine(BhDb *db, const char *device, gint64 before, int limit,
                               GError **error);
/* Appends to `ids` (char*) the ids of the entries of a chain that have the numbers `from` to `to`
 * and wait in quarantine. */
gboolean bh_log_collect_quarantined(BhDb *db, const char *device, const char *incarnation,
                                    gint64 from, gint64 to, GPtrArray *ids, GError **error);
/* Adds a report about an applied entry; `nr` numbers the reports of one entry. */
gboolean bh_log_add_report(BhDb *db, gint64 position, int nr, const char *record,
                           const BhProblem *problem, GError **error);
/* [{"entry","field","code","zh","en"}] of a record, newest first, at most `limit`; a new reference.
 */
json_t *bh_log_list_reports(BhDb *db, const char *record, int limit, GError **error);
/* Adds a refused request of a device; `device` is "" when the sender is not a known device. Only
 * the newest 1000 are kept. */
gboolean bh_log_add_refusal(BhDb *db, const char *device, const GError *reason, gint64 now_ms,
                            GError **error);

/* Whether a refused request of `device` with the code `code` was added from `since_ms` to `now_ms`;
 * FALSE also when the store fails. */
gboolean bh_log_has_refusal(BhDb *db, const char *device, BhErrorCode code, gint64 since_ms,
                            gint64 now_ms);

/* --- files --- */

/* *size: -1 when no entry declared the file; the first declared size while the file is not
 * complete; the verified size when the file is complete. `media_type` may be NULL; *media_type:
 * g_free. */
gboolean bh_log_get_file(BhDb *db, const char *sha256, gint64 *size, char **media_type,
                         gboolean *complete, GError **error);
/* Stores that an entry signed by `device` declares a file, so that the devices of its unit may send
 * a file of that size. `device` may be the hub; NULL: no unit may send the file. */
gboolean bh_log_declare_file(BhDb *db, const char *device, const char *sha256, gint64 size,
                             const char *media_type, GError **error);
/* *claimed: `size` if an entry of the device's unit declared the file with that size; another
 * declared size if not; -1 when none declared the file. */
gboolean bh_log_get_claim(BhDb *db, const char *device, const char *sha256, gint64 size,
                          gint64 *claimed, GError **error);
/* Stores that the hub has the complete file, verified, with `size` bytes. */
gboolean bh_log_complete_file(BhDb *db, const char *sha256, gint64 size, gint64 now_ms,
                              GError **error);
/* Stores that the unit of `device` has sent all bytes of the file. */
gboolean bh_log_add_file_sender(BhDb *db, const char *sha256, const char *device, GError **error);
/* *sent: whether the unit of `device` has sent all bytes of the file, and the hub has the complete
 * file. */
gboolean bh_log_has_unit_sent_file(BhDb *db, const char *sha256, const char *device, gboolean *sent,
                                   GError **error);
/* *sent: whether the entry `entry` was signed by the hub, or by a device whose unit has sent all
 * bytes of the file. */
gboolean bh_log_is_sent_by_author(BhDb *db, const char *hub, const char *entry, const char *sha256,
                                  gboolean *sent, GError **error);

G_END_DECLS
