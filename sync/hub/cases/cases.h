/* Exports a case as one archive (R-108, R-113; PROTOCOL.md § 13): a record with all records below
 * it, what is needed to understand and verify them, the original files, and a page for people. */
#pragma once

#include <gio/gio.h>
#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_CASE_RECORDS_MAX 20000 /* records of the case and records that it refers to */
#define BH_CASE_TYPE "application/zip"

typedef struct {
  /* FALSE: personal values are left out of the entries and of the page for people */
  gboolean personal;
  /* Returns whether the receiver of the archive may see a record; other records are left out. NULL:
   * the receiver may see all records. */
  gboolean (*sees)(const char *record, gpointer data);
  gpointer data;
} BhCaseOptions;

/* Whether a record of the kind makes a case: the kind is not declared as context of cases
 * ("in_case" other than "root"). */
gboolean bh_case_may_root(const BhKind *kind);
/* Writes the case of a record to `out`, which must be seekable and empty. The caller closes
 * and syncs `out`. Returns {"record","entries","withheld","files","files_missing","bytes"}, a new
 * reference. `db` is a reader outside a transaction. Blocks. BH_ERROR_NOT_FOUND: no such record, or
 * one that the receiver may not see; BH_ERROR_INVALID: its kind makes no case
 * (bh_case_may_root), or no kind declares "in_case": "root"; BH_ERROR_LIMIT: more than
 * BH_CASE_RECORDS_MAX records; BH_ERROR_STORAGE. */
json_t *bh_case_write(BhHub *hub, BhDb *db, const char *record, const BhCaseOptions *options,
                      GOutputStream *out, GError **error);

G_END_DECLS
