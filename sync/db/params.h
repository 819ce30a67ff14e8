/* Statements whose parameters are given in one call, checked by the compiler:
 *
 *   bh_db_run(db, "UPDATE file SET done = :done WHERE sha256 = :sha256",
 *             BH_PARAMS(bh_param_int("done", 1), bh_param_text("sha256", hash)), error);
 *
 * Names are written without the colon. NULL instead of BH_PARAMS: the statement has no parameters.
 * Thread and errors: see db.h. Used by *-store.c, migrate.c and copy-sqlite.c only. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

typedef enum {
  BH_PARAM_END,
  BH_PARAM_TEXT,
  BH_PARAM_INT,
  BH_PARAM_BLOB,
} BhParamType;

/* One parameter. Texts and bytes are borrowed during the call. */
typedef struct {
  BhParamType type;
  const char *name;
  const char *text;
  gint64 number;
  const void *bytes;
  gsize len;
} BhParam;

/* A parameter with a text; NULL binds NULL. */
static inline BhParam bh_param_text(const char *name, const char *text)
{
  return (BhParam){.type = BH_PARAM_TEXT, .name = name, .text = text};
}

/* A parameter with an integer. */
static inline BhParam bh_param_int(const char *name, gint64 number)
{
  return (BhParam){.type = BH_PARAM_INT, .name = name, .number = number};
}

/* A parameter with `len` bytes; NULL binds an empty blob. */
static inline BhParam bh_param_blob(const char *name, const void *bytes, gsize len)
{
  return (BhParam){.type = BH_PARAM_BLOB, .name = name, .bytes = bytes, .len = len};
}

/* A parameter with the bytes of `bytes`; NULL binds NULL. */
static inline BhParam bh_param_bytes(const char *name, GBytes *bytes)
{
  gsize len = 0;
  const void *data = bytes != NULL ? g_bytes_get_data(bytes, &len) : NULL;
  return bytes != NULL ? bh_param_blob(name, data, len) : bh_param_text(name, NULL);
}

#define BH_PARAMS(...) ((const BhParam[]){__VA_ARGS__, {.type = BH_PARAM_END}})

/* Runs a statement to its end, ignoring rows. */
gboolean bh_db_run(BhDb *db, const char *sql, const BhParam *params, GError **error);
/* A statement that is bound and not stepped yet; borrowed from `db`, reset by g_autoptr(BhStmt).
 * NULL with an error. */
BhStmt *bh_db_query(BhDb *db, const char *sql, const BhParam *params, GError **error);
/* Reads the first row: *row is the statement at that row (g_autoptr(BhStmt)), or NULL when there is
 * none. FALSE with an error. */
gboolean bh_db_query_row(BhDb *db, const char *sql, const BhParam *params, BhStmt **row,
                         GError **error);
/* *has: whether the query has a row. */
gboolean bh_db_has_row(BhDb *db, const char *sql, const BhParam *params, gboolean *has,
                       GError **error);
/* *value: the first column of the first row; 0 when there is no row, or it is NULL. */
gboolean bh_db_get_int(BhDb *db, const char *sql, const BhParam *params, gint64 *value,
                       GError **error);
/* *text: the first column of the first row (g_free); NULL when there is no row, or it is NULL. */
gboolean bh_db_dup_text(BhDb *db, const char *sql, const BhParam *params, char **text,
                        GError **error);

G_END_DECLS
