/* Numbered, append-only migrations: schema/sql/{device,hub}/NNNN-*.sql, embedded at build time. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct {
  int version;      /* number of the migration, from 1, contiguous */
  const char *name; /* name of the file with the migration */
  const char *sql;
} BhMigration;

/* Brings the store to the last version. Makes a backup PATH.before-N before the first step of an
 * existing store; `path` may be NULL when no backup is needed (tests). A failing step is rolled
 * back completely, and the error names it. A store of a newer version is refused with
 * BH_ERROR_UNKNOWN and not changed. */
gboolean bh_migrate(BhDb *db, const char *path, const BhMigration *migrations, gsize n,
                    GError **error);
/* *version: the version of the store; 0 for an empty store. FALSE with an error. */
gboolean bh_migrate_get_version(BhDb *db, int *version, GError **error);

G_END_DECLS
