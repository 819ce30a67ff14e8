/* Statements of SQLite behind db.h: prepared once and cached, bound by name, stepped. Start with
 * bh_db_prepare. */
#include "sync/db/sqlite.h"

#include <string.h>

#define PARAMETER_MAX 64
#define PLACES_MAX 1024 /* addresses of SQL texts that are remembered */
#define STMTS_MAX 512   /* cached statements; a program needs fewer */

void bh_sqlite_free_stmt(gpointer data)
{
  BhStmt *stmt = data;

  sqlite3_finalize(stmt->stmt);
  g_clear_error(&stmt->bind_error);
  g_free(stmt);
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

  if (!bh_sqlite_check_alive(db, error))
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
    bh_sqlite_fail(db, rc, sql, error);
    bh_sqlite_free_stmt(stmt);
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
    bh_sqlite_fail(stmt->db, rc, name, &stmt->bind_error);
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

  if (!bh_sqlite_check_alive(stmt->db, error))
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
  bh_sqlite_fail(stmt->db, rc, sqlite3_sql(stmt->stmt), error);
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
