/* SQL of the office: accounts, sessions, failed sign-ins, printed plaques, and what its pages read
 * of records. All functions return FALSE or NULL with an error when the store fails; those that
 * change something must run on the writer. Tokens are stored as hashes only. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_OFFICE_ATTEMPTS_KEPT 10000

/* The password hash of a login (g_free) and its staff id (g_free); NULL without an error when there
 * is no such login. */
char *bh_office_store_dup_verifier(BhDb *db, const char *login, char **staff, GError **error);
/* The login of a person (g_free); NULL without an error when there is none. */
char *bh_office_store_dup_login(BhDb *db, const char *staff, GError **error);
/* Adds or replaces the account of a person. Fails with a unique violation of SQLite when another
 * person has the login. */
gboolean bh_office_store_set_account(BhDb *db, const char *staff, const char *login,
                                     const char *verifier, gint64 now_ms, GError **error);
/* Removes the account of a person. */
gboolean bh_office_store_remove_account(BhDb *db, const char *staff, GError **error);

typedef struct {
  char *staff;
  char *csrf;
  gint64 created_ms;
  gint64 seen_ms;
} BhSessionRow;
/* Frees what the row owns, not the row itself. */
void bh_session_row_clear(BhSessionRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhSessionRow, bh_session_row_clear)

/* Loads a session; *found: whether there is one. bh_session_row_clear. */
gboolean bh_office_store_load_session(BhDb *db, const char *token_hash, BhSessionRow *row,
                                      gboolean *found, GError **error);
/* Adds a session, and removes sessions not used since `idle_before_ms` or made before
 * `old_before_ms`. */
gboolean bh_office_store_add_session(BhDb *db, const char *token_hash, const BhSessionRow *row,
                                     gint64 idle_before_ms, gint64 old_before_ms, GError **error);
/* Sets the time of the last use of a session. */
gboolean bh_office_store_touch_session(BhDb *db, const char *token_hash, gint64 now_ms,
                                       GError **error);
/* Removes a session. */
gboolean bh_office_store_end_session(BhDb *db, const char *token_hash, GError **error);

/* *failures and *last_ms: the number of failed sign-ins that are counted under `key`, and the time
 * of the last one; both 0 when there is no row. attempt.c makes the keys from the login and its
 * origin (browser or network). */
gboolean bh_office_store_get_failures(BhDb *db, const char *key, int *failures, gint64 *last_ms,
                                      GError **error);
/* Adds one failed sign-in to the row of a key. Keeps the newest BH_OFFICE_ATTEMPTS_KEPT rows of all
 * keys. */
gboolean bh_office_store_add_failure(BhDb *db, const char *key, gint64 now_ms, GError **error);
/* Sets the number of failed sign-ins of a key. Keeps the newest BH_OFFICE_ATTEMPTS_KEPT rows of all
 * keys. */
gboolean bh_office_store_set_failures(BhDb *db, const char *key, int failures, gint64 now_ms,
                                      GError **error);
/* Removes the count of failed sign-ins of a key. */
gboolean bh_office_store_forget_failures(BhDb *db, const char *key, GError **error);

#define BH_OFFICE_KNOWN_KEPT 8 /* known browsers of one person */

/* *known: whether the person has signed in before with the browser that has this token. */
gboolean bh_office_store_is_known(BhDb *db, const char *token_hash, const char *staff,
                                  gboolean *known, GError **error);
/* Stores a known browser. Removes browsers not used since `old_before_ms`, and all but the newest
 * BH_OFFICE_KNOWN_KEPT of this person. */
gboolean bh_office_store_set_known(BhDb *db, const char *token_hash, const char *staff,
                                   gint64 now_ms, gint64 old_before_ms, GError **error);
/* Removes all known browsers of a person. */
gboolean bh_office_store_forget_known(BhDb *db, const char *staff, GError **error);

/* {"id","kind","state","area","changed_ms","conflict","review"} as in bh_hub_list, a new reference;
 * NULL with BH_ERROR_NOT_FOUND. */
json_t *bh_office_store_load_row(BhDb *db, const char *record, GError **error);
/* *position: the last position of the feed that was given to a change. The page polls it to notice
 * changes. */
gboolean bh_office_store_get_position(BhDb *db, gint64 *position, GError **error);
/* Reserves `count` serial numbers of plaques; *first: the first of these numbers. */
gboolean bh_office_store_take_serials(BhDb *db, int count, gint64 *first, GError **error);
/* Adds a printed plaque. `enterprise` NULL: a blank one; `text`: the text of its QR code. */
gboolean bh_office_store_add_print(BhDb *db, gint64 serial, const char *enterprise,
                                   const char *text, gint64 now_ms, const char *by, GError **error);
/* [{"serial","enterprise"?,"text","printed_ms","printed_by"}] from serial `first` on, ascending; a
 * new reference. */
json_t *bh_office_store_list_prints(BhDb *db, gint64 first, int limit, GError **error);
/* Like bh_office_store_list_prints, but the plaques with a serial below `before`, newest first. */
json_t *bh_office_store_list_newest_prints(BhDb *db, gint64 before, int limit, GError **error);
/* *shows: whether a field of the record has this file. */
gboolean bh_office_store_shows_file(BhDb *db, const char *record, const char *sha256,
                                    gboolean *shows, GError **error);
/* Ids of the records of `kind` below `parent` that name the file `sha256`, at most `limit` (char*).
 */
GPtrArray *bh_office_store_list_with_file(BhDb *db, const char *parent, const char *kind,
                                          const char *sha256, int limit, GError **error);
/* Ids of the records that were changed after the entry `covers`, among `record` and the records
 * below it; entries that also change the record `review` do not count. At most `limit`; a new
 * reference. `reviewed_kinds` as in bh_record_changed_since. */
json_t *bh_office_store_list_changed(BhDb *db, const char *record, const char *reviewed_kinds,
                                     const char *covers, const char *review, int limit,
                                     GError **error);
/* [{"record","position"}] of entries after the entry `since` that changed the record or a record
 * below it, newest first, at most `limit`. All entries when `since` is unknown. */
json_t *bh_office_store_list_news(BhDb *db, const char *record, const char *since, int limit,
                                  GError **error);
/* *is_made_by: whether the first entry of the record is by the person. */
gboolean bh_office_store_is_made_by(BhDb *db, const char *record, const char *staff,
                                    gboolean *is_made_by, GError **error);
/* *entry (g_free): id of the newest entry of a record and of the records below it; "" when there is
 * none. */
gboolean bh_office_store_newest_entry(BhDb *db, const char *record, char **entry, GError **error);

G_END_DECLS
