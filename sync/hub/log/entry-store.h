/* Entries, chains and forks. An entry is only added; nothing of it but the status is ever changed.
 * The rules of log-store.h hold. */
#pragma once

#include "schema/entry.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* What became of an entry. The numbers are stored in the database, so they never change. */
typedef enum {
  BH_ENTRY_APPLIED = 0,
  BH_ENTRY_QUARANTINED = 1,
  BH_ENTRY_RELEASED = 2,  /* the entry was applied after it was in quarantine */
  BH_ENTRY_DISMISSED = 3, /* the entry was in quarantine and will never be applied */
  BH_ENTRY_AGAIN = 4,     /* the entry repeats an earlier entry with the same id and body */
} BhEntryStatus;

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
  gint64 position; /* position of the entry in the log */
  gint64 received_ms;
  gboolean is_doubted; /* the hub's clock was in doubt at the receipt (clock.h) */
  /* latest signed hub time, as in BhTimeProof (sync/wire/evidence.h); 0 for the hub's own
   * entries */
  gint64 signed_ms;
  char *id;    /* id of the entry; NULL when the body cannot be read */
  char *actor; /* id of the acting person; NULL when the body cannot be read */
  BhEntryStatus status;
  /* no earlier entry of the log has this id: a search for the id finds this entry */
  gboolean is_first;
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

G_END_DECLS
