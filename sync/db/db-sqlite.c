/* SQLite behind db.h: opening and settings, cached statements, transactions, checkpoints, backup.
 * All calls of SQLite are in this file. Start with configure() and bh_db_prepare. */
#include "sync/db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PARAMETER_MAX 64
#define STEPS_PER_QUESTION 20000 /* engine steps between two calls: one or two ms */
#define BACKUP_PAGES_PER_STEP 1024
#define PLACES_MAX 1024 /* addresses of SQL texts that are remembered */
#define STMTS_MAX 512   /* cached statements; a program needs fewer */

struct _BhStmt {
  BhDb *db;
  sqlite3_stmt *stmt;
  const char *sql; /* the key it is cached by */
  GError *bind_error;
  int next;     /* number of the parameter that is likely to be bound next */
  guint64 used; /* db->prepared at its last use */
};

struct _BhDb {
  sqlite3 *handle;
  BhDbRole role;
  GHashTable *stmts;  /* SQL text → BhStmt */
  GHashTable *places; /* address of an SQL text → BhStmt: most texts are literals */
  char *dead;         /* reason why the connection is dead; NULL while it is not */
  int page_size;
  int wal_pages;    /* pages in the log after the last commit */
  guint64 prepared; /* calls of bh_db_prepare */
  BhDbInterrupt should_interrupt;
  gpointer interrupt_data;
  gboolean is_unsynced; /* the transaction under way is one of bh_db_begin_unsynced */
};

static void stmt_free(gpointer data)
{
  BhStmt *stmt = data;

  sqlite3_finalize(stmt->stmt);
  g_clear_error(&stmt->bind_error);
  g_free(stmt);
}

/* Marks the connection dead after an I/O error. It may have been a failed fsync, after which the
 * kernel discards what it could not write; the cache of this connection may then differ from the
 * file. */
static void note_result(BhDb *db, int rc)
{
  if ((rc & 0xff) == SQLITE_IOERR && db->dead == NULL)
    db->dead = g_strdup(sqlite3_errmsg(db->handle));
}

static gboolean fail(BhDb *db, int rc, const char *doing, GError **error)
{
  BhErrorCode code = BH_ERROR_STORAGE;

  note_result(db, rc);
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

static gboolean check_alive(BhDb *db, GError **error)
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

/* Creates the file before SQLite does, so that file and log get the mode 0600. */
static gboolean make_file(const char *path, GError **error)
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

  /* Set before the first access: only then SQLite keeps the index of the log in the memory of this
   * process, and no second connection can make a checkpoint. */
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
    /* Takes effect for a new store only. One entry changes about forty pages, most of them in one
     * place only, so smaller pages mean less to write. */
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
  db->stmts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, stmt_free);
  db->places = g_hash_table_new(g_direct_hash, g_direct_equal);
  if (role == BH_DB_HUB_READER || role == BH_DB_HUB_CHECKPOINTER) {
    flags |= role == BH_DB_HUB_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
      g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "database: no such file %s", path);
      return NULL;
    }
  } else {
    flags |= SQLITE_OPEN_READWRITE;
    if (!make_file(path, error))
      return NULL;
  }
  rc = sqlite3_open_v2(path, &db->handle, flags, NULL);
  if (db->handle == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot open %s: %s", path,
                sqlite3_errstr(rc));
    return NULL;
  }
  if (rc != SQLITE_OK) {
    fail(db, rc, path, error);
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

/* Finds a cached statement. Tries the address of the text first, which needs no hashing, and
 * compares the text, because another text may have the same address now. */
static BhStmt *find_prepared(BhDb *db, const char *sql)
{
  BhStmt *stmt = g_hash_table_lookup(db->places, sql);

  if (stmt != NULL && strcmp(stmt->sql, sql) == 0)
    return stmt;
  stmt = g_hash_table_lookup(db->stmts, sql);
  if (stmt == NULL)
    return NULL;
  if (g_hash_table_size(db->places) >= PLACES_MAX)
    g_hash_table_remove_all(db->places);
  g_hash_table_insert(db->places, (gpointer)sql, stmt);
  return stmt;
}

guint64 bh_db_count_replanned(BhDb *db)
{
  GHashTableIter iter;
  gpointer stmt;
  guint64 count = 0;

  g_hash_table_iter_init(&iter, db->stmts);
  while (g_hash_table_iter_next(&iter, NULL, &stmt))
    count += (guint64)sqlite3_stmt_status(((BhStmt *)stmt)->stmt, SQLITE_STMTSTATUS_REPREPARE, 0);
  return count;
}

guint64 bh_db_count_prepared(BhDb *db)
{
  return db->prepared;
}

guint bh_db_count_kept(BhDb *db)
{
  return g_hash_table_size(db->stmts);
}

/* Removes the least recently used statement from a full cache, because texts that are made at run
 * time could fill it without end. A statement that is being read is kept. */
static void make_place(BhDb *db)
{
  GHashTableIter iter;
  gpointer stmt;
  BhStmt *oldest = NULL;

  if (g_hash_table_size(db->stmts) < STMTS_MAX)
    return;
  g_hash_table_iter_init(&iter, db->stmts);
  while (g_hash_table_iter_next(&iter, NULL, &stmt)) {
    BhStmt *kept = stmt;
    if (!sqlite3_stmt_busy(kept->stmt) && (oldest == NULL || kept->used < oldest->used))
      oldest = kept;
  }
  g_hash_table_remove_all(db->places);
  if (oldest != NULL)
    g_hash_table_remove(db->stmts, oldest->sql);
}

BhStmt *bh_db_prepare(BhDb *db, const char *sql, GError **error)
{
  BhStmt *stmt;
  int rc;

  if (!check_alive(db, error))
    return NULL;
  db->prepared++;
  stmt = find_prepared(db, sql);
  if (stmt != NULL) {
    stmt->next = 1;
    stmt->used = db->prepared;
    sqlite3_reset(stmt->stmt);
    sqlite3_clear_bindings(stmt->stmt);
    g_clear_error(&stmt->bind_error);
    return stmt;
  }
  stmt = g_new0(BhStmt, 1);
  stmt->db = db;
  rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->stmt, NULL);
  if (rc != SQLITE_OK || stmt->stmt == NULL) {
    fail(db, rc, sql, error);
    stmt_free(stmt);
    return NULL;
  }
  make_place(db);
  char *key = g_strdup(sql);
  stmt->next = 1;
  stmt->used = db->prepared;
  stmt->sql = key;
  g_hash_table_insert(db->stmts, key, stmt);
  return stmt;
}

static int find_parameter(BhStmt *stmt, const char *name)
{
  const char *likely = sqlite3_bind_parameter_name(stmt->stmt, stmt->next);
  char full[PARAMETER_MAX] = ":";
  int index = 0;

  if (likely != NULL && strcmp(likely + 1, name) == 0)
    return stmt->next++;
  if (g_strlcpy(full + 1, name, sizeof full - 1) < sizeof full - 1)
    index = sqlite3_bind_parameter_index(stmt->stmt, full);
  if (index == 0 && stmt->bind_error == NULL)
    g_set_error(&stmt->bind_error, BH_ERROR, BH_ERROR_STORAGE,
                "database: no such parameter :%s in %s", name, sqlite3_sql(stmt->stmt));
  return index;
}

static void note_bind(BhStmt *stmt, int rc, const char *name)
{
  if (rc != SQLITE_OK && stmt->bind_error == NULL)
    fail(stmt->db, rc, name, &stmt->bind_error);
}

static void bind_text(BhStmt *stmt, const char *name, const char *text,
                      sqlite3_destructor_type ownership)
{
  int index = find_parameter(stmt, name);

  if (index == 0)
    return;
  if (text == NULL)
    note_bind(stmt, sqlite3_bind_null(stmt->stmt, index), name);
  else
    note_bind(stmt,
              sqlite3_bind_text64(stmt->stmt, index, text, strlen(text), ownership, SQLITE_UTF8),
              name);
}

void bh_stmt_bind_text(BhStmt *stmt, const char *name, const char *text)
{
  bind_text(stmt, name, text, SQLITE_TRANSIENT);
}

void bh_stmt_bind_borrowed_text(BhStmt *stmt, const char *name, const char *text)
{
  bind_text(stmt, name, text, SQLITE_STATIC);
}

void bh_stmt_bind_int(BhStmt *stmt, const char *name, gint64 value)
{
  int index = find_parameter(stmt, name);

  if (index != 0)
    note_bind(stmt, sqlite3_bind_int64(stmt->stmt, index, value), name);
}

void bh_stmt_bind_blob(BhStmt *stmt, const char *name, const void *bytes, gsize len)
{
  int index = find_parameter(stmt, name);

  if (index == 0)
    return;
  /* SQLite binds NULL for a NULL pointer, but an empty blob is meant. */
  note_bind(
      stmt,
      sqlite3_bind_blob64(stmt->stmt, index, bytes != NULL ? bytes : "", len, SQLITE_TRANSIENT),
      name);
}

void bh_stmt_bind_null(BhStmt *stmt, const char *name)
{
  int index = find_parameter(stmt, name);

  if (index != 0)
    note_bind(stmt, sqlite3_bind_null(stmt->stmt, index), name);
}

gboolean bh_stmt_step(BhStmt *stmt, gboolean *row, GError **error)
{
  int rc;

  if (!check_alive(stmt->db, error))
    return FALSE;
  if (stmt->bind_error != NULL) {
    g_propagate_error(error, g_steal_pointer(&stmt->bind_error));
    return FALSE;
  }
  rc = sqlite3_step(stmt->stmt);
  if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
    *row = rc == SQLITE_ROW;
    if (!*row)
      sqlite3_reset(stmt->stmt);
    return TRUE;
  }
  fail(stmt->db, rc, sqlite3_sql(stmt->stmt), error);
  sqlite3_reset(stmt->stmt);
  return FALSE;
}

gboolean bh_stmt_next(BhStmt *stmt, gboolean *ended, GError **error)
{
  gboolean row = FALSE;
  gboolean read = bh_stmt_step(stmt, &row, error);

  *ended = read && !row;
  return read && row;
}

gboolean bh_stmt_run(BhStmt *stmt, GError **error)
{
  gboolean row = TRUE;

  while (row)
    if (!bh_stmt_step(stmt, &row, error))
      return FALSE;
  return TRUE;
}

void bh_stmt_reset(BhStmt *stmt)
{
  if (stmt != NULL)
    sqlite3_reset(stmt->stmt);
}

const char *bh_stmt_get_text(BhStmt *stmt, int column)
{
  return (const char *)sqlite3_column_text(stmt->stmt, column);
}

GPtrArray *bh_stmt_collect_texts(BhStmt *stmt, GError **error)
{
  if (stmt == NULL)
    return NULL;
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
  gboolean row = FALSE, good;
  while ((good = bh_stmt_step(stmt, &row, error)) && row)
    g_ptr_array_add(texts, g_strdup(bh_stmt_get_text(stmt, 0)));
  bh_stmt_reset(stmt);
  return good ? g_steal_pointer(&texts) : NULL;
}

GArray *bh_stmt_collect_ints(BhStmt *stmt, GError **error)
{
  if (stmt == NULL)
    return NULL;
  g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(gint64));
  gboolean ended;
  while (bh_stmt_next(stmt, &ended, error)) {
    gint64 number = bh_stmt_get_int(stmt, 0);
    g_array_append_val(numbers, number);
  }
  bh_stmt_reset(stmt);
  return ended ? g_steal_pointer(&numbers) : NULL;
}

gint64 bh_stmt_get_int(BhStmt *stmt, int column)
{
  return sqlite3_column_int64(stmt->stmt, column);
}

const guint8 *bh_stmt_get_blob(BhStmt *stmt, int column, gsize *len)
{
  const guint8 *bytes = sqlite3_column_blob(stmt->stmt, column);

  *len = (gsize)sqlite3_column_bytes(stmt->stmt, column);
  return bytes;
}

gboolean bh_stmt_is_null(BhStmt *stmt, int column)
{
  return sqlite3_column_type(stmt->stmt, column) == SQLITE_NULL;
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

/* Outside of a transaction, because SQLite ignores this pragma inside. In the log's order a commit
 * that was not synced comes before every later one. */
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

/* Makes a checkpoint. PASSIVE never waits for readers; the next checkpoint copies the rest. */
static gboolean move_log(BhDb *db)
{
  int in_log = -1, moved = -1;
  int rc = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);

  note_result(db, rc);
  if (rc != SQLITE_OK || in_log != moved)
    return FALSE;
  db->wal_pages = 0;
  return TRUE;
}

gboolean bh_db_commit(BhDb *db, GError **error)
{
  g_autoptr(GError) local = NULL;

  if (!check_alive(db, error))
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
  /* Before BEGIN, because SQLite ignores this pragma inside a transaction. */
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

  if (!check_alive(db, error))
    return FALSE;
  rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK || fail(db, rc, "statement text", error);
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

static gboolean copy_pages(BhDb *db, sqlite3 *target, const char *path, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init(target, "main", db->handle, "main");
  int rc = SQLITE_OK;

  while (backup != NULL && rc == SQLITE_OK)
    rc = sqlite3_backup_step(backup, BACKUP_PAGES_PER_STEP);
  sqlite3_backup_finish(backup);
  if (rc == SQLITE_DONE)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: backup to %s: %s", path,
              sqlite3_errmsg(target));
  return FALSE;
}

static gboolean write_copy(BhDb *db, const char *path, GError **error)
{
  sqlite3 *target = NULL;
  gboolean ok;
  int rc = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

  /* Without journal and syncs: the caller syncs once, and an incomplete copy is never renamed to
   * its final name. */
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(target, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL);
  if (rc != SQLITE_OK) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot write %s: %s", path,
                target != NULL ? sqlite3_errmsg(target) : sqlite3_errstr(rc));
    sqlite3_close(target);
    return FALSE;
  }
  ok = copy_pages(db, target, path, error);
  sqlite3_close(target);
  return ok;
}

static gboolean sync_path(const char *path, int flags, GError **error)
{
  int fd = open(path, flags | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync(fd) == 0;

  if (!ok)
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot sync %s: %s", path,
                g_strerror(errno));
  if (fd >= 0)
    close(fd);
  return ok;
}

gboolean bh_db_backup(BhDb *db, const char *path, GError **error)
{
  g_autofree char *temporary = g_strdup_printf("%s.part", path);
  g_autofree char *folder = g_path_get_dirname(path);

  if (!check_alive(db, error))
    return FALSE;
  if (bh_db_in_transaction(db)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_BUSY,
                        "database: a backup is not possible inside a transaction");
    return FALSE;
  }
  unlink(temporary);
  if (make_file(temporary, error) && write_copy(db, temporary, error) &&
      sync_path(temporary, O_RDWR, error)) {
    if (rename(temporary, path) == 0)
      return sync_path(folder, O_RDONLY | O_DIRECTORY, error);
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot rename to %s: %s", path,
                g_strerror(errno));
  }
  unlink(temporary);
  return FALSE;
}
