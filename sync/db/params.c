/* Binds parameters and runs statements (params.h). */
#include "sync/db/params.h"

typedef void (*BindText)(BhStmt *stmt, const char *name, const char *text);

static BhStmt *prepare_bound(BhDb *db, const char *sql, const BhParam *params, BindText bind_text,
                             GError **error)
{
  BhStmt *stmt = bh_db_prepare(db, sql, error);
  if (stmt == NULL)
    return NULL;
  for (const BhParam *param = params; param != NULL && param->type != BH_PARAM_END; param++) {
    if (param->type == BH_PARAM_TEXT)
      bind_text(stmt, param->name, param->text);
    else if (param->type == BH_PARAM_INT)
      bh_stmt_bind_int(stmt, param->name, param->number);
    else
      bh_stmt_bind_blob(stmt, param->name, param->bytes, param->len);
  }
  return stmt;
}

gboolean bh_db_run(BhDb *db, const char *sql, const BhParam *params, GError **error)
{
  /* The texts outlive the statement, which ends here: they need no copy. */
  BhStmt *stmt = prepare_bound(db, sql, params, bh_stmt_bind_borrowed_text, error);
  return stmt != NULL && bh_stmt_run(stmt, error);
}

BhStmt *bh_db_query(BhDb *db, const char *sql, const BhParam *params, GError **error)
{
  return prepare_bound(db, sql, params, bh_stmt_bind_text, error);
}

gboolean bh_db_query_row(BhDb *db, const char *sql, const BhParam *params, BhStmt **row,
                         GError **error)
{
  gboolean found = FALSE;
  BhStmt *stmt = bh_db_query(db, sql, params, error);
  *row = NULL;
  if (stmt == NULL || !bh_stmt_step(stmt, &found, error))
    return FALSE;
  if (found)
    *row = stmt;
  else
    bh_stmt_reset(stmt);
  return TRUE;
}

gboolean bh_db_has_row(BhDb *db, const char *sql, const BhParam *params, gboolean *has,
                       GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  gboolean ok = bh_db_query_row(db, sql, params, &row, error);
  *has = row != NULL;
  return ok;
}

gboolean bh_db_get_int(BhDb *db, const char *sql, const BhParam *params, gint64 *value,
                       GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  gboolean ok = bh_db_query_row(db, sql, params, &row, error);
  *value = row != NULL ? bh_stmt_get_int(row, 0) : 0;
  return ok;
}

gboolean bh_db_dup_text(BhDb *db, const char *sql, const BhParam *params, char **text,
                        GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  gboolean ok = bh_db_query_row(db, sql, params, &row, error);
  *text = row != NULL ? g_strdup(bh_stmt_get_text(row, 0)) : NULL;
  return ok;
}
