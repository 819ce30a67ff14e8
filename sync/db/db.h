/* The only access to a database: cached statements with named parameters, and explicit
 * transactions. A connection is used on one thread. The interface does not depend on SQLite (no
 * rowid, no SQLite types; positions come from counter rows, not from sequences), so that PostgreSQL
 * could be used. SQL is only in *-store.c and in schema/sql.
 *
 * SQL text uses :name parameters; they are bound without the colon. Text is UTF-8; text and blobs
 * are copied when bound. Errors are BH_ERROR_STORAGE with the engine's message, BH_ERROR_BUSY when
 * another connection has the lock, and BH_ERROR_FORK for a unique violation
 * (bh_db_is_unique_violation). After BH_ERROR_STORAGE from a commit, and after any I/O error, the
 * connection is dead (bh_db_is_dead): the caller must close it, reopen, and check what was stored.
 * Start with bh_db_open. */
#pragma once

#include <glib.h>
#include "schema/error.h"

G_BEGIN_DECLS

#define BH_DB_BUSY_TIMEOUT_MS 2000
#define BH_DB_WAL_MAX_BYTES (4 * 1024 * 1024) /* a commit on a device checkpoints a longer log */
#define BH_DB_VALUE_MAX_BYTES (64 * 1024 * 1024)

typedef struct _BhDb BhDb;
typedef struct _BhStmt BhStmt;

typedef enum {
  BH_DB_DEVICE,           /* locking_mode=EXCLUSIVE: the only connection in the whole system */
  BH_DB_HUB_WRITER,       /* WAL, synchronous=FULL; checkpoints only by bh_db_checkpoint */
  BH_DB_HUB_READER,       /* read-only, never checkpoints */
  BH_DB_HUB_CHECKPOINTER, /* only makes checkpoints for a writer; never creates the file */
  BH_DB_EXPORT,           /* plain file, for exports and tests */
} BhDbRole;

/* Opens a database with the settings of the role. A missing file is created with mode 0600; for a
 * reader or checkpointer it is BH_ERROR_NOT_FOUND. NULL with an error; bh_db_close. */
BhDb *bh_db_open(const char *path, BhDbRole role, GError **error);
/* Rolls back an open transaction and closes. NULL is allowed. */
void bh_db_close(BhDb *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDb, bh_db_close)
/* Whether a commit or an I/O operation failed. All later calls on the connection then fail. */
gboolean bh_db_is_dead(BhDb *db);

/* Prepares a statement, or returns it from the cache of the connection, which keeps the 512 that
 * were used last. Borrowed; NULL with an error. Each call resets the statement and clears its
 * bindings, so one SQL text cannot be read twice at the same time. A g_autoptr(BhStmt) resets the
 * statement when it goes out of scope. */
BhStmt *bh_db_prepare(BhDb *db, const char *sql, GError **error);
/* Number of calls of bh_db_prepare since the connection was opened. Tests assert with it how much
 * work an operation needs. */
guint64 bh_db_count_prepared(BhDb *db);
/* Number of cached statements of the connection. */
guint bh_db_count_kept(BhDb *db);
/* Number of times that the engine planned a cached statement again. It does so whenever a parameter
 * that is compared with the condition of a partial index gets another value, unless the parameter
 * is written +:name. */
guint64 bh_db_count_replanned(BhDb *db);

/* Parameters. A value that cannot be bound (no such parameter, out of memory) is reported by the
 * next step. */

/* Binds a copy of `text`; NULL binds NULL. */
void bh_stmt_bind_text(BhStmt *stmt, const char *name, const char *text);
/* Binds `text` without a copy: it must stay valid until the statement ended or is
 * prepared again. */
void bh_stmt_bind_borrowed_text(BhStmt *stmt, const char *name, const char *text);
/* Binds an integer. */
void bh_stmt_bind_int(BhStmt *stmt, const char *name, gint64 value);
/* Binds a copy of `len` bytes; NULL binds an empty blob. */
void bh_stmt_bind_blob(BhStmt *stmt, const char *name, const void *bytes, gsize len);
/* Binds NULL. */
void bh_stmt_bind_null(BhStmt *stmt, const char *name);

/* Moves to the next row. *row is TRUE when there is one, FALSE at the end. FALSE with an error. */
gboolean bh_stmt_step(BhStmt *stmt, gboolean *row, GError **error);
/* Like bh_stmt_step, for a loop over all rows: TRUE while there is a row. *ended is TRUE after the
 * last row, FALSE after an error. */
gboolean bh_stmt_next(BhStmt *stmt, gboolean *ended, GError **error);
/* The first column of all rows, as char* (g_ptr_array_unref), and resets the statement. NULL with
 * an error. With NULL for `stmt`, returns NULL and leaves `error` as bh_db_prepare set it. */
GPtrArray *bh_stmt_collect_texts(BhStmt *stmt, GError **error);
/* Like bh_stmt_collect_texts, for a first column of integers, as gint64 (g_array_unref). */
GArray *bh_stmt_collect_ints(BhStmt *stmt, GError **error);
/* Runs a statement to its end, ignoring rows, and resets it. */
gboolean bh_stmt_run(BhStmt *stmt, GError **error);
/* Ends a read before its last row. A read that is left open keeps its snapshot: a hub reader then
 * sees an old state, and a checkpoint cannot finish. NULL is allowed. */
void bh_stmt_reset(BhStmt *stmt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStmt, bh_stmt_reset)

/* Columns of the present row are numbered from 0. */

/* The text in the column, borrowed until the next step or reset; NULL for NULL. */
const char *bh_stmt_get_text(BhStmt *stmt, int column);
/* The integer in the column; 0 for NULL. */
gint64 bh_stmt_get_int(BhStmt *stmt, int column);
/* The bytes in the column, borrowed until the next step or reset. */
const guint8 *bh_stmt_get_blob(BhStmt *stmt, int column, gsize *len);
/* Whether the value in the column is NULL. */
gboolean bh_stmt_is_null(BhStmt *stmt, int column);

/* Begins a transaction. A writer gets the write lock immediately; a reader gets a snapshot. */
gboolean bh_db_begin(BhDb *db, GError **error);
/* Begins a transaction that need not survive a power failure: its commit waits for no disk. What a
 * later bh_db_begin commits survives only together with it. For rows that can be made again, and
 * that are marked as missing by the same transaction. */
gboolean bh_db_begin_unsynced(BhDb *db, GError **error);
/* Commits. If the commit fails, the transaction is rolled back and the connection is dead. FALSE
 * also when the transaction was already rolled back. */
gboolean bh_db_commit(BhDb *db, GError **error);
/* Rolls back; does nothing outside a transaction. */
void bh_db_rollback(BhDb *db);
/* Whether a transaction is open. */
gboolean bh_db_in_transaction(BhDb *db);
/* Begins a transaction in which tables can be rebuilt: foreign keys are not enforced, but checked
 * once before the commit. */
gboolean bh_db_begin_schema_change(BhDb *db, GError **error);
/* Checks foreign keys and commits; rolls back on failure. */
gboolean bh_db_commit_schema_change(BhDb *db, GError **error);
/* Rolls back and enforces foreign keys again. */
void bh_db_rollback_schema_change(BhDb *db);
/* Runs several statements without parameters. */
gboolean bh_db_exec(BhDb *db, const char *sql, GError **error);
/* Whether the error of a step is a unique violation. */
gboolean bh_db_is_unique_violation(const GError *error);
/* Number of rows that the last statement changed. */
gint64 bh_db_changes(BhDb *db);
/* Number of rows that all statements of the connection changed so far. */
gint64 bh_db_count_changes(BhDb *db);
/* Resets all statements, so that the next read sees the newest state. For a reader that returns to
 * a pool. */
void bh_db_end_reads(BhDb *db);
/* Whether the result of the running statement is no longer needed. */
typedef gboolean (*BhDbInterrupt)(gpointer data);
/* Sets a function that is called at intervals while a statement runs. When it returns TRUE, the
 * statement ends with BH_ERROR_BUSY; the connection stays usable. NULL removes the function. */
void bh_db_set_interrupt(BhDb *db, BhDbInterrupt func, gpointer data);
/* Copies the write-ahead log into the database file, as far as no reader still needs the old state.
 * Ends all reads of this connection. TRUE when the whole log was copied: the next transaction then
 * writes the log from its start. FALSE for roles that make no checkpoints. */
gboolean bh_db_checkpoint(BhDb *db);
/* Bytes of the log after the last commit of this connection; 0 after a complete checkpoint
 * by it. */
gint64 bh_db_get_log_bytes(BhDb *db);
/* Reads the whole database and checks its structure; with `full`, its indexes too, which takes
 * longer. *damage: what is wrong, g_free; NULL when nothing is. FALSE with an error. */
gboolean bh_db_check(BhDb *db, gboolean full, char **damage, GError **error);
/* Makes a consistent copy with the engine's backup, syncs it and renames it to `path`. FALSE with
 * BH_ERROR_BUSY inside a transaction, or BH_ERROR_STORAGE. */
gboolean bh_db_backup(BhDb *db, const char *path, GError **error);

G_END_DECLS
