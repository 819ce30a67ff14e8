/* Numbered, append-only migrations from GResource-free files: schema/sql/{device,hub}/NNNN-*.sql
 * embedded at build time. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct {
  int version;      /* from 1, contiguous */
  const char *name; /* file name */
  const char *sql;
} BhMigration;

/* Brings the store to the last version. Before the first step of an existing store a backup
 * PATH.before-N is made; a failing step is rolled back whole and the error names it; a store of a
 * newer version is refused (BH_ERROR_UNKNOWN) untouched. `path` may be NULL for stores that need
 * no backup (tests). */
gboolean bh_migrate(BhDb *db, const char *path, const BhMigration *migrations, gsize n,
                    GError **error);
/* Version the store is at; 0 for an empty one. */
gboolean bh_migrate_get_version(BhDb *db, int *version, GError **error);

G_END_DECLS
