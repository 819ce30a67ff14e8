/* The one door to a database: named statements with named parameters, one connection on one
 * thread, explicit transactions. Honest enough for PostgreSQL: no rowid, no SQLite types in the
 * interface, positions come from counter rows and not from sequences. SQL stands only in
 * *-store.c and in schema/sql.
 *
 * SQL text uses :name parameters; they are bound without the colon. Text is UTF-8; blobs and text
 * are copied on bind. Errors are BH_ERROR_STORAGE with the engine's message (BH_ERROR_BUSY when
 * another connection holds the lock); unique violations are BH_ERROR_FORK when
 * bh_db_is_unique_violation says so. After BH_ERROR_STORAGE from commit, and after any I/O error,
 * the connection is dead (bh_db_is_dead): close, reopen, re-verify. */
#pragma once

#include <glib.h>
#include "schema/error.h"

G_BEGIN_DECLS

#define BH_DB_BUSY_TIMEOUT_MS 2000
#define BH_DB_WAL_MAX_BYTES (4 * 1024 * 1024) /* over it a commit on a device checkpoints */
#define BH_DB_VALUE_MAX_BYTES (64 * 1024 * 1024)

typedef struct _BhDb BhDb;
typedef struct _BhStmt BhStmt;

typedef enum {
  BH_DB_DEVICE,           /* locking_mode=EXCLUSIVE, one connection in the whole system */
  BH_DB_HUB_WRITER,       /* WAL, synchronous=FULL; checkpoints only when asked to */
  BH_DB_HUB_READER,       /* read-only, never checkpoints */
  BH_DB_HUB_CHECKPOINTER, /* does nothing else, beside a writer; never makes the file */
  BH_DB_EXPORT,           /* plain file, for exports and tests */
} BhDbRole;

/* Opens with the settings of the role; a file that is not there is made with mode 0600, except
 * for a reader (BH_ERROR_NOT_FOUND). */
BhDb *bh_db_open(const char *path, BhDbRole role, GError **error);
void bh_db_close(BhDb *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDb, bh_db_close)
/* A commit or an I/O failed: nothing more is done on this connection. */
gboolean bh_db_is_dead(BhDb *db);

/* Prepared once per connection and cached by the text, the 512 that were used last; borrowed. The
 * statement is reset and its bindings are cleared on each call, so one text cannot be read twice at
 * the same time. A g_autoptr(BhStmt) resets the statement when it leaves its block. */
BhStmt *bh_db_prepare(BhDb *db, const char *sql, GError **error);
/* How many times a statement was asked for since the connection was opened: tests assert with it
 * how much work something takes. */
guint64 bh_db_count_prepared(BhDb *db);
/* Prepared statements that the connection keeps. */
guint bh_db_count_kept(BhDb *db);
/* How many times the engine had to plan a statement anew: with every other value of a parameter
 * that is compared with what a partial index asks for, unless it is written +:name. */
guint64 bh_db_count_replanned(BhDb *db);
/* A value that cannot be bound (no such parameter, no memory) is an error of the next step. */
void bh_stmt_bind_text(BhStmt *stmt, const char *name, const char *text); /* NULL binds NULL */
/* The same without a copy: `text` must stay until the statement is through or prepared anew. */
void bh_stmt_bind_borrowed_text(BhStmt *stmt, const char *name, const char *text);
void bh_stmt_bind_int(BhStmt *stmt, const char *name, gint64 value);
void bh_stmt_bind_blob(BhStmt *stmt, const char *name, const void *bytes, gsize len);
void bh_stmt_bind_null(BhStmt *stmt, const char *name);
/* TRUE with *row TRUE when a row stands ready, *row FALSE at the end. */
gboolean bh_stmt_step(BhStmt *stmt, gboolean *row, GError **error);
/* For a loop over all rows: TRUE while one stands ready. *ended is TRUE only when the last one was
 * read, FALSE after an error. */
gboolean bh_stmt_next(BhStmt *stmt, gboolean *ended, GError **error);
/* The first column of all rows of a bound query (NULL passes on its error), char*. Resets it. */
GPtrArray *bh_stmt_collect_texts(BhStmt *stmt, GError **error);
/* Steps a statement to its end, dropping rows, and resets it. */
gboolean bh_stmt_run(BhStmt *stmt, GError **error);
/* Ends a read before its last row. A read left open keeps its snapshot: a hub reader then sees
 * an old state, and a checkpoint cannot finish. */
void bh_stmt_reset(BhStmt *stmt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStmt, bh_stmt_reset)
/* Columns from 0; text and blob are borrowed until the next step or reset. */
const char *bh_stmt_get_text(BhStmt *stmt, int column); /* NULL for NULL */
gint64 bh_stmt_get_int(BhStmt *stmt, int column);
const guint8 *bh_stmt_get_blob(BhStmt *stmt, int column, gsize *len);
gboolean bh_stmt_is_null(BhStmt *stmt, int column);

/* Takes the write lock at once; on a reader it starts a snapshot instead. */
gboolean bh_db_begin(BhDb *db, GError **error);
gboolean bh_db_commit(BhDb *db, GError **error);
void bh_db_rollback(BhDb *db);
gboolean bh_db_in_transaction(BhDb *db);
/* A transaction in which tables may be rebuilt: references are checked once, before the commit. */
gboolean bh_db_begin_schema_change(BhDb *db, GError **error);
/* Rolls back when a reference is broken or the commit fails. */
gboolean bh_db_commit_schema_change(BhDb *db, GError **error);
void bh_db_rollback_schema_change(BhDb *db);
/* Several statements of text, without parameters. */
gboolean bh_db_exec(BhDb *db, const char *sql, GError **error);
gboolean bh_db_is_unique_violation(const GError *error);
/* Rows the last statement changed. */
gint64 bh_db_changes(BhDb *db);
/* Resets every statement: the next read sees the newest state. For a reader that goes back to a
 * pool. */
void bh_db_end_reads(BhDb *db);
/* Asks now and then, while a statement runs, whether anybody still waits for it; once `func` says
 * that nobody does, the statement ends with BH_ERROR_BUSY. The connection stays good. NULL asks
 * nobody. */
typedef gboolean (*BhDbIsOver)(gpointer data);
void bh_db_set_is_over(BhDb *db, BhDbIsOver func, gpointer data);
/* Moves the log into the file when the role may, as far as no reader is in the way. Ends all reads
 * of this connection. TRUE when all of it was moved: the next transaction writes it from its start.
 */
gboolean bh_db_checkpoint(BhDb *db);
/* How long the log was after the last commit of this connection; 0 once a checkpoint of it moved
 * all. */
gint64 bh_db_get_log_bytes(BhDb *db);
/* A consistent copy made page by page with the engine's backup, fsynced, renamed into place.
 * Not inside a transaction. */
gboolean bh_db_backup(BhDb *db, const char *path, GError **error);

G_END_DECLS
