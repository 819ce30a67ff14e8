/* Preparing and binding a statement in one call, for the hub's *-store.c files. The arguments after
 * `types` are pairs of name and value, one for each :name parameter; `types` has one letter for
 * each pair: t const char* (may be NULL), i gint64 (cast other integers), b GBytes* (may be NULL).
 * The compiler does not check them. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Runs a statement that returns no rows. */
gboolean bh_sql_run(BhDb *db, GError **error, const char *sql, const char *types, ...);
/* A statement that is bound and not stepped yet; borrowed from `db`. NULL on error. */
BhStmt *bh_sql_query(BhDb *db, GError **error, const char *sql, const char *types, ...);
/* The statement at its first row; the caller resets it (g_autoptr). NULL with *found FALSE and no
 * error when there is no row. */
BhStmt *bh_sql_row(BhDb *db, gboolean *found, GError **error, const char *sql, const char *types,
                   ...);

/* *has: whether a query has a row. */
gboolean bh_sql_has_row(BhDb *db, gboolean *has, GError **error, const char *sql, const char *types,
                        ...);

G_END_DECLS
