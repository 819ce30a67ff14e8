/* Binds variable arguments to statements (sql.h). */
#include "sync/hub/log/sql.h"

#include <stdarg.h>

typedef void (*BindText)(BhStmt *stmt, const char *name, const char *text);

static BhStmt *prepare_bound(BhDb *db, GError **error, const char *sql, const char *types,
                             BindText bind_text, va_list args)
{
  BhStmt *stmt = bh_db_prepare(db, sql, error);
  if (stmt == NULL)
    return NULL;
  for (const char *type = types; *type != '\0'; type++) {
    const char *name = va_arg(args, const char *);
    if (*type == 't') {
      bind_text(stmt, name, va_arg(args, const char *));
    } else if (*type == 'i') {
      bh_stmt_bind_int(stmt, name, va_arg(args, gint64));
    } else {
      GBytes *bytes = va_arg(args, GBytes *);
      gsize len = 0;
      gconstpointer data = bytes != NULL ? g_bytes_get_data(bytes, &len) : NULL;
      if (bytes != NULL)
        bh_stmt_bind_blob(stmt, name, data, len);
      else
        bh_stmt_bind_null(stmt, name);
    }
  }
  return stmt;
}

gboolean bh_sql_run(BhDb *db, GError **error, const char *sql, const char *types, ...)
{
  va_list args;
  va_start(args, types);
  BhStmt *stmt = prepare_bound(db, error, sql, types, bh_stmt_bind_borrowed_text, args);
  va_end(args);
  return stmt != NULL && bh_stmt_run(stmt, error);
}

BhStmt *bh_sql_query(BhDb *db, GError **error, const char *sql, const char *types, ...)
{
  va_list args;
  va_start(args, types);
  BhStmt *stmt = prepare_bound(db, error, sql, types, bh_stmt_bind_text, args);
  va_end(args);
  return stmt;
}

BhStmt *bh_sql_row(BhDb *db, gboolean *found, GError **error, const char *sql, const char *types,
                   ...)
{
  va_list args;
  va_start(args, types);
  BhStmt *stmt = prepare_bound(db, error, sql, types, bh_stmt_bind_text, args);
  va_end(args);
  *found = FALSE;
  if (stmt == NULL || !bh_stmt_step(stmt, found, error))
    return NULL;
  if (!*found) {
    bh_stmt_reset(stmt);
    return NULL;
  }
  return stmt;
}

gboolean bh_sql_has_row(BhDb *db, gboolean *has, GError **error, const char *sql, const char *types,
                        ...)
{
  va_list args;
  va_start(args, types);
  BhStmt *stmt = prepare_bound(db, error, sql, types, bh_stmt_bind_text, args);
  va_end(args);
  *has = FALSE;
  if (stmt == NULL || !bh_stmt_step(stmt, has, error))
    return FALSE;
  bh_stmt_reset(stmt);
  return TRUE;
}
