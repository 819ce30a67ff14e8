/* One case as one file (R-108, R-113; PROTOCOL.md § 13): an inspection with everything below it,
 * what it needs to be understood and verified, the originals, and a page for people. */
#pragma once

#include <gio/gio.h>
#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_CASE_RECORDS_MAX 20000 /* of the case itself and of what it refers to */
#define BH_CASE_TYPE "application/zip"

typedef struct {
  gboolean personal; /* FALSE: openings of personal values stay out, on the page too */
  /* Whether the receiver may see a record; NULL: everything. What they may not see stays out. */
  gboolean (*sees)(const char *record, gpointer data);
  gpointer data;
} BhCaseOptions;

/* Writes the case of an inspection to `out`, which is seekable and empty; making it durable is the
 * caller's part. → {"record","entries","withheld","files","files_missing","bytes"}. `db` is a
 * reader outside a transaction. BH_ERROR_NOT_FOUND, _INVALID: another kind of record, _LIMIT,
 * _STORAGE. Blocks. */
json_t *bh_case_write(BhHub *hub, BhDb *db, const char *record, const BhCaseOptions *options,
                      GOutputStream *out, GError **error);

G_END_DECLS
