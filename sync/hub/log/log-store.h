/* Savepoints, small values, counters and kind sets of the hub's store. The stores of this folder
 * keep what they are given and judge nothing. Their functions return FALSE or NULL with an error
 * when the store fails. Functions that change something (add, set, revoke, …) must run inside a
 * transaction of the writer; the others may run on any connection. Times are UTC in milliseconds.
 */
#pragma once

#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

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
/* Sets a counter; fails when the store has no counter of that name. */
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

G_END_DECLS
