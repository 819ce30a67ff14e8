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
/* *may: whether a record in `state` may leave the hub: its kind sets no limit ("export"), or the
 * record is in one of the states that it names, or was before. Reads the history only when the kind
 * sets a limit. `state` may be NULL. */
gboolean bh_case_may_export(BhDb *db, const BhKind *kind, const char *record, const char *state,
                            gboolean *may, GError **error);
/* Sets BH_ERROR_DENIED with the labels of the states before which no record of the kind leaves the
 * hub. */
void bh_case_refuse_export(const BhKind *kind, GError **error);
/* Writes the case of a record to `out`, which must be seekable and empty. The caller closes
 * and syncs `out`. Returns {"record","entries","withheld","files","files_missing","bytes"}, a new
 * reference. `db` is a reader outside a transaction. Blocks. BH_ERROR_NOT_FOUND: no such record, or
 * one that the receiver may not see; BH_ERROR_INVALID: its kind makes no case
 * (bh_case_may_root), or no kind declares "in_case": "root"; BH_ERROR_DENIED: the
 * record must not be exported yet (bh_case_may_export; such records below it are left out);
 * BH_ERROR_LIMIT: more than BH_CASE_RECORDS_MAX records; BH_ERROR_STORAGE. */
json_t *bh_case_write(BhHub *hub, BhDb *db, const char *record, const BhCaseOptions *options,
                      GOutputStream *out, GError **error);

G_END_DECLS
