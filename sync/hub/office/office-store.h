/* Rows of the office's accounts, sessions and failed sign-ins. Only SQL. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_OFFICE_ATTEMPTS_KEPT 10000

/* NULL without an error when there is none. g_free. */
char *bh_office_store_dup_verifier(BhDb *db, const char *login, char **staff, GError **error);
char *bh_office_store_dup_login(BhDb *db, const char *staff, GError **error);
gboolean bh_office_store_set_account(BhDb *db, const char *staff, const char *login,
                                     const char *verifier, gint64 now_ms, GError **error);
gboolean bh_office_store_remove_account(BhDb *db, const char *staff, GError **error);

typedef struct {
  char *staff;
  char *csrf;
  gint64 created_ms;
  gint64 seen_ms;
} BhSessionRow;
void bh_session_row_clear(BhSessionRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhSessionRow, bh_session_row_clear)

gboolean bh_office_store_load_session(BhDb *db, const char *token_hash, BhSessionRow *row,
                                      gboolean *found, GError **error);
/* Removes sessions not seen since `idle_before_ms` or made before `old_before_ms` too. */
gboolean bh_office_store_add_session(BhDb *db, const char *token_hash, const BhSessionRow *row,
                                     gint64 idle_before_ms, gint64 old_before_ms, GError **error);
gboolean bh_office_store_touch_session(BhDb *db, const char *token_hash, gint64 now_ms,
                                       GError **error);
gboolean bh_office_store_end_session(BhDb *db, const char *token_hash, GError **error);

/* Failed sign-ins by a key that turn.c makes of the login and where it came from. Zero
 * failures when there is no row. */
gboolean bh_office_store_get_failures(BhDb *db, const char *key, int *failures, gint64 *last_ms,
                                      GError **error);
/* Counts one more; keeps at most BH_OFFICE_ATTEMPTS_KEPT rows, the newest. */
gboolean bh_office_store_add_failure(BhDb *db, const char *key, gint64 now_ms, GError **error);
/* The same with another number. */
gboolean bh_office_store_set_failures(BhDb *db, const char *key, int failures, gint64 now_ms,
                                      GError **error);
gboolean bh_office_store_forget_failures(BhDb *db, const char *key, GError **error);

#define BH_OFFICE_KNOWN_KEPT 8 /* browsers of one person */

/* Whether this person has signed in with the browser that has the token. */
gboolean bh_office_store_is_known(BhDb *db, const char *token_hash, const char *staff,
                                  gboolean *known, GError **error);
/* Remembers the browser; forgets those not seen since `old_before_ms`, and of this person all but
 * the newest BH_OFFICE_KNOWN_KEPT. */
gboolean bh_office_store_set_known(BhDb *db, const char *token_hash, const char *staff,
                                   gint64 now_ms, gint64 old_before_ms, GError **error);
gboolean bh_office_store_forget_known(BhDb *db, const char *staff, GError **error);

/* {"id","kind","state","area","changed_ms","conflict","review"} as bh_hub_list has them; NULL with
 * BH_ERROR_NOT_FOUND. */
json_t *bh_office_store_load_row(BhDb *db, const char *record, GError **error);
/* What the page polls: the position of the newest entry. */
gboolean bh_office_store_get_position(BhDb *db, gint64 *position, GError **error);
/* Takes `count` serials; *first is the first of them. */
gboolean bh_office_store_take_serials(BhDb *db, int count, gint64 *first, GError **error);
gboolean bh_office_store_add_print(BhDb *db, gint64 serial, const char *enterprise,
                                   const char *text, gint64 now_ms, const char *by, GError **error);
/* [{"serial","enterprise"?,"text","printed_ms","printed_by"}] from serial `first` on. */
json_t *bh_office_store_list_prints(BhDb *db, gint64 first, int limit, GError **error);
/* Newest first: the last `limit` of serials below `before`. */
json_t *bh_office_store_list_newest_prints(BhDb *db, gint64 before, int limit, GError **error);
/* Whether the record shows this file. */
gboolean bh_office_store_shows_file(BhDb *db, const char *record, const char *sha256,
                                    gboolean *shows, GError **error);
/* Ids of the record and of what lies below it that were changed after the entry `covers`, but for
 * what came with `review`; at most `limit`. `apart` as in bh_record_changed_since. */
json_t *bh_office_store_list_changed(BhDb *db, const char *record, const char *apart,
                                     const char *covers, const char *review, int limit,
                                     GError **error);
/* [{"record","position"}] of what entries after `since` set of the record and of what lies below
 * it, newest first; at most `limit`. After an unknown entry: of all. */
json_t *bh_office_store_list_news(BhDb *db, const char *record, const char *since, int limit,
                                  GError **error);
/* Newest entry of a record, and of all that lies below it; "" when there is none. */
gboolean bh_office_store_newest_entry(BhDb *db, const char *record, char **entry, GError **error);

G_END_DECLS
