/* Binding in one line for the hub's *-store.c files. `types` has one letter per :name parameter,
 * in the order of the arguments that follow as name, value pairs: t text (may be NULL), i gint64,
 * b GBytes* (NULL binds NULL). */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Runs a statement that gives no rows. */
gboolean bh_sql_run(BhDb *db, GError **error, const char *sql, const char *types, ...);
/* Bound and ready to step; borrowed. NULL on error. */
BhStmt *bh_sql_query(BhDb *db, GError **error, const char *sql, const char *types, ...);
/* First row of a query: the statement standing on it, to be reset by the caller; NULL with *found
 * FALSE and no error when there is none. */
BhStmt *bh_sql_row(BhDb *db, gboolean *found, GError **error, const char *sql, const char *types,
                   ...);

/* Whether a query has a row. */
gboolean bh_sql_has_row(BhDb *db, gboolean *has, GError **error, const char *sql, const char *types,
                        ...);

G_END_DECLS
