/* SQLite behind db.h: opening and settings, transactions, checkpoints. Statements are in
 * stmt-sqlite.c, backup in copy-sqlite.c. Start with configure(). */
#include "sync/db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define STEPS_PER_QUESTION 20000 /* engine steps between two calls: one or two ms */

/* Marks the connection dead after an I/O error. It may have been a failed fsync, after which the
 * kernel discards what it could not write; the cache of this connection may then differ from the
 * file. */
void bh_sqlite_note_result(BhDb *db, int rc)
{
  if ((rc & 0xff) == SQLITE_IOERR && db->dead == NULL)
    db->dead = g_strdup(sqlite3_errmsg(db->handle));
}

gboolean bh_sqlite_fail(BhDb *db, int rc, const char *doing, GError **error)
{
  BhErrorCode code = BH_ERROR_STORAGE;

  bh_sqlite_note_result(db, rc);
  if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
      rc == SQLITE_CONSTRAINT_ROWID)
    code = BH_ERROR_FORK;
  else if ((rc & 0xff) == SQLITE_BUSY || (rc & 0xff) == SQLITE_LOCKED ||
           (rc & 0xff) == SQLITE_INTERRUPT)
    code = BH_ERROR_BUSY;
  /* Statements hold names of parameters and never their values. */
  g_debug("%s: %s (%d)", doing, sqlite3_errmsg(db->handle), rc);
  g_set_error(error, BH_ERROR, code, "database: %s: %s (%d)", doing, sqlite3_errmsg(db->handle),
              rc);
  return FALSE;
}

gboolean bh_sqlite_check_alive(BhDb *db, GError **error)
{
  if (db->dead == NULL)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE,
              "database: the connection cannot be used after an earlier failure: %s", db->dead);
  return FALSE;
}

static int note_wal(void *data, sqlite3 *handle, const char *name, int pages)
{
  BhDb *db = data;

  (void)handle;
  (void)name;
  db->wal_pages = pages;
  return SQLITE_OK;
}

/* Creates the file of a store before SQLite does, so that the file and its log get the mode
 * 0600. */
gboolean bh_sqlite_make_file(const char *path, GError **error)
{
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot open %s: %s", path,
                g_strerror(errno));
    return FALSE;
  }
  close(fd);
  return TRUE;
}

static gboolean use_wal(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_db_prepare(db, "PRAGMA journal_mode=WAL", error);
  gboolean row = FALSE;

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (!row || g_strcmp0(bh_stmt_get_text(stmt, 0), "wal") != 0) {
    bh_stmt_reset(stmt);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE,
                        "database: the file system does not allow a write-ahead log");
    return FALSE;
  }
  bh_stmt_reset(stmt);
  return TRUE;
}

static gboolean configure(BhDb *db, GError **error)
{
  static const char *const common = "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"
                                    "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
                                    "PRAGMA synchronous=FULL;";
  static const char *const writer = "PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=0;";
  static const char *const device = "PRAGMA journal_size_limit=8388608;";
  /* The writer changes pages all over the store, so it gets a larger cache. */
  static const char *const hub = "PRAGMA journal_size_limit=33554432; PRAGMA cache_size=-32000;";

  sqlite3_extended_result_codes(db->handle, 1);
  sqlite3_busy_timeout(db->handle, BH_DB_BUSY_TIMEOUT_MS);
  sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, BH_DB_VALUE_MAX_BYTES);
  sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);

  /* The mode is set before the first access: only then SQLite keeps the index of the log in the
   * memory of this process, and no second connection can make a checkpoint. */
  if (db->role == BH_DB_DEVICE && !bh_db_exec(db, "PRAGMA locking_mode=EXCLUSIVE", error))
    return FALSE;
  if (!bh_db_exec(db, common, error))
    return FALSE;
  switch (db->role) {
  case BH_DB_DEVICE:
    if (!use_wal(db, error))
      return FALSE;
    break;
  case BH_DB_HUB_WRITER:
    /* The page size takes effect for a new store only. One entry changes about forty pages, most of
     * them in one place only, so smaller pages mean less to write. */
    if (!bh_db_exec(db, "PRAGMA page_size=2048", error) || !use_wal(db, error))
      return FALSE;
    break;
  case BH_DB_HUB_READER:
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return bh_db_exec(db, "PRAGMA wal_autocheckpoint=0; PRAGMA query_only=ON", error);
  case BH_DB_HUB_CHECKPOINTER:
    return use_wal(db, error) && bh_db_exec(db, writer, error);
  case BH_DB_EXPORT:
    return TRUE;
  }
  if (!bh_db_exec(db, writer, error) ||
      !bh_db_exec(db, db->role == BH_DB_DEVICE ? device : hub, error))
    return FALSE;
  sqlite3_wal_hook(db->handle, note_wal, db);
  return TRUE;
}

static gboolean read_page_size(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_db_prepare(db, "PRAGMA page_size", error);
  gboolean row = FALSE;

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  db->page_size = row ? (int)bh_stmt_get_int(stmt, 0) : 4096;
  bh_stmt_reset(stmt);
  return TRUE;
}

/* Reads from the file, so that a lock of another process, or a file that is not a database, is
 * reported by bh_db_open and not by a later call. */
static gboolean probe(BhDb *db, GError **error)
{
  BhStmt *stmt = bh_db_prepare(db, "SELECT count(*) FROM sqlite_master", error);

  return stmt != NULL && bh_stmt_run(stmt, error);
}

/* Disables the memory statistics of SQLite: they are not used, and need a process-wide lock with
 * every allocation. */
static void stop_counting_memory(void)
{
  static gsize done;

  if (g_once_init_enter(&done)) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    g_once_init_leave(&done, 1);
  }
}

BhDb *bh_db_open(const char *path, BhDbRole role, GError **error)
{
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  g_autoptr(BhDb) db = g_new0(BhDb, 1);
  int rc;

  g_return_val_if_fail(path != NULL, NULL);
  stop_counting_memory();
  db->role = role;
  db->stmts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, bh_sqlite_free_stmt);
  db->places = g_hash_table_new(g_direct_hash, g_direct_equal);
  if (role == BH_DB_HUB_READER || role == BH_DB_HUB_CHECKPOINTER) {
    flags |= role == BH_DB_HUB_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
      g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "database: no such file %s", path);
      return NULL;
    }
  } else {
    flags |= SQLITE_OPEN_READWRITE;
    if (!bh_sqlite_make_file(path, error))
      return NULL;
  }
  rc = sqlite3_open_v2(path, &db->handle, flags, NULL);
  if (db->handle == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot open %s: %s", path,
                sqlite3_errstr(rc));
    return NULL;
  }
  if (rc != SQLITE_OK) {
    bh_sqlite_fail(db, rc, path, error);
    return NULL;
  }
  if (!configure(db, error) || !probe(db, error) || !read_page_size(db, error)) {
    g_prefix_error(error, "%s: ", path);
    return NULL;
  }
  return g_steal_pointer(&db);
}

void bh_db_close(BhDb *db)
{
  if (db == NULL)
    return;
  bh_db_rollback(db);
  g_hash_table_unref(db->places);
  g_hash_table_unref(db->stmts);
  sqlite3_close(db->handle);
  g_free(db->dead);
  g_free(db);
}

gboolean bh_db_is_dead(BhDb *db)
{
  return db->dead != NULL;
}

static gboolean run_text(BhDb *db, const char *sql, GError **error)
{
  BhStmt *stmt = bh_db_prepare(db, sql, error);

  return stmt != NULL && bh_stmt_run(stmt, error);
}

static void sync_again(BhDb *db)
{
  if (db->is_unsynced &&
      sqlite3_exec(db->handle, "PRAGMA synchronous=FULL", NULL, NULL, NULL) != SQLITE_OK &&
      db->dead == NULL)
    db->dead = g_strdup("commits cannot be synced any more");
  db->is_unsynced = FALSE;
}

gboolean bh_db_begin(BhDb *db, GError **error)
{
  return run_text(db, db->role == BH_DB_HUB_READER ? "BEGIN" : "BEGIN IMMEDIATE", error);
}

/* The pragma is set outside of the transaction, because SQLite ignores it inside. In the log a
 * commit that was not synced comes before every later one. */
gboolean bh_db_begin_unsynced(BhDb *db, GError **error)
{
  if (!run_text(db, "PRAGMA synchronous=NORMAL", error))
    return FALSE;
  db->is_unsynced = TRUE;
  if (bh_db_begin(db, error))
    return TRUE;
  sync_again(db);
  return FALSE;
}

/* Makes a checkpoint of the mode PASSIVE, which never waits for readers: the next checkpoint copies
 * what this one could not copy. */
static gboolean move_log(BhDb *db)
{
  int in_log = -1, moved = -1;
  int rc = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);

  bh_sqlite_note_result(db, rc);
  if (rc != SQLITE_OK || in_log != moved)
    return FALSE;
  db->wal_pages = 0;
  return TRUE;
}

gboolean bh_db_commit(BhDb *db, GError **error)
{
  g_autoptr(GError) local = NULL;

  if (!bh_sqlite_check_alive(db, error))
    return FALSE;
  if (!bh_db_in_transaction(db)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE,
                        "database: the transaction was already rolled back");
    return FALSE;
  }
  if (!run_text(db, "COMMIT", &local)) {
    if (db->dead == NULL)
      db->dead = g_strdup(local->message);
    bh_db_rollback(db);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_STORAGE, local->message);
    return FALSE;
  }
  sync_again(db);
  if (db->role == BH_DB_DEVICE && bh_db_get_log_bytes(db) > BH_DB_WAL_MAX_BYTES)
    move_log(db);
  return TRUE;
}

void bh_db_rollback(BhDb *db)
{
  if (db->handle != NULL && bh_db_in_transaction(db))
    sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
  if (db->handle != NULL)
    sync_again(db);
}

gboolean bh_db_in_transaction(BhDb *db)
{
  return !sqlite3_get_autocommit(db->handle);
}

gboolean bh_db_begin_schema_change(BhDb *db, GError **error)
{
  /* The pragma is set before BEGIN, because SQLite ignores it inside a transaction. */
  return bh_db_exec(db, "PRAGMA foreign_keys=OFF", error) && bh_db_begin(db, error);
}

static gboolean check_references(BhDb *db, GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_prepare(db, "PRAGMA foreign_key_check", error);
  gboolean row = FALSE;

  if (stmt == NULL || !bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (!row)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE,
              "database: a row of %s refers to a missing row of %s", bh_stmt_get_text(stmt, 0),
              bh_stmt_get_text(stmt, 2));
  return FALSE;
}

gboolean bh_db_commit_schema_change(BhDb *db, GError **error)
{
  if (!check_references(db, error) || !bh_db_commit(db, error)) {
    bh_db_rollback_schema_change(db);
    return FALSE;
  }
  return bh_db_exec(db, "PRAGMA foreign_keys=ON", error);
}

void bh_db_rollback_schema_change(BhDb *db)
{
  bh_db_end_reads(db);
  bh_db_rollback(db);
  sqlite3_exec(db->handle, "PRAGMA foreign_keys=ON", NULL, NULL, NULL);
}

gboolean bh_db_exec(BhDb *db, const char *sql, GError **error)
{
  int rc;

  if (!bh_sqlite_check_alive(db, error))
    return FALSE;
  rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK || bh_sqlite_fail(db, rc, "statement text", error);
}

gboolean bh_db_is_unique_violation(const GError *error)
{
  return g_error_matches(error, BH_ERROR, BH_ERROR_FORK);
}

gint64 bh_db_count_changes(BhDb *db)
{
  return sqlite3_total_changes64(db->handle);
}

gint64 bh_db_changes(BhDb *db)
{
  return sqlite3_changes64(db->handle);
}

void bh_db_end_reads(BhDb *db)
{
  GHashTableIter iter;
  gpointer stmt;

  g_hash_table_iter_init(&iter, db->stmts);
  while (g_hash_table_iter_next(&iter, NULL, &stmt))
    bh_stmt_reset(stmt);
}

gboolean bh_db_checkpoint(BhDb *db)
{
  if (db->dead != NULL || db->role == BH_DB_HUB_READER || db->role == BH_DB_EXPORT ||
      bh_db_in_transaction(db))
    return FALSE;
  bh_db_end_reads(db);
  return move_log(db);
}

gint64 bh_db_get_log_bytes(BhDb *db)
{
  return (gint64)db->wal_pages * db->page_size;
}

static int ask_should_interrupt(void *data)
{
  BhDb *db = data;

  return db->should_interrupt(db->interrupt_data) ? 1 : 0;
}

void bh_db_set_interrupt(BhDb *db, BhDbInterrupt func, gpointer data)
{
  db->should_interrupt = func;
  db->interrupt_data = data;
  sqlite3_progress_handler(db->handle, func != NULL ? STEPS_PER_QUESTION : 0,
                           func != NULL ? ask_should_interrupt : NULL, db);
}
