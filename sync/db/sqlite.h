/* Shared by the files of this folder that call SQLite. */
#pragma once

#include <sqlite3.h>

#include "sync/db/db.h"

G_BEGIN_DECLS

struct _BhStmt {
  BhDb *db;
  sqlite3_stmt *stmt;
  const char *sql; /* text of the statement: the key under which it is cached */
  GError *bind_error;
  int next;     /* number of the parameter that is likely to be bound next */
  guint64 used; /* value of db->prepared when the statement was last used */
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
  gboolean is_unsynced; /* the open transaction was begun by bh_db_begin_unsynced */
};

/* Must be called with every result code `rc` of SQLite: marks the connection dead after an I/O
 * error. */
void bh_sqlite_note_result(BhDb *db, int rc);
/* Sets the error that belongs to a result of SQLite. `doing`: what was tried, such as the text of a
 * statement. Returns FALSE. */
gboolean bh_sqlite_fail(BhDb *db, int rc, const char *doing, GError **error);
/* FALSE with BH_ERROR_STORAGE when the connection is dead. */
gboolean bh_sqlite_check_alive(BhDb *db, GError **error);
/* Creates a file before SQLite does, so that it and its log get the mode 0600; an existing file is
 * kept. */
gboolean bh_sqlite_make_file(const char *path, GError **error);
/* GDestroyNotify for a BhStmt. */
void bh_sqlite_free_stmt(gpointer stmt);

G_END_DECLS
