/* The records that one piece of work changes: loaded once, changed in memory, and written once at
 * the end with everything derived from them (scope, files, review). A BhRecords
 * lives inside one savepoint of the writer and is freed when that is rolled back. Writer thread,
 * except where a reader judges without writing. */
#pragma once

#include "schema/kind.h"
#include "schema/merge.h"
#include "schema/workflow.h"
#include "sync/db/db.h"

/* For the folders above: */
#include "sync/hub/records/feed-store.h"    /* rows in feed order */
#include "sync/hub/records/history-store.h" /* entries of a record */
#include "sync/hub/records/index-source.h"  /* what the index holds of a record */
#include "sync/hub/records/number-store.h"  /* numbers that must differ */
#include "sync/hub/records/record-cache.h"  /* parsed records */
#include "sync/hub/records/read.h"          /* one stored record, the people of a unit */
#include "sync/hub/records/record-store.h"  /* rows of records */
#include "sync/hub/records/scope.h"         /* units and areas */
#include "sync/hub/records/visibility.h"    /* visibility: open, restricted or hidden */

G_BEGIN_DECLS

typedef struct _BhRecords BhRecords;

/* `kinds` is the set in use, by which titles and scopes are derived. All borrowed;
 * bh_records_free. */
BhRecords *bh_records_new(BhDb *db, const BhKindSet *kinds, gint64 now_ms);
/* Call this when the stored rows were derived by another kind set (borrowed), so that numbers
 * which only that set has are removed. */
void bh_records_set_kinds_before(BhRecords *records, const BhKindSet *before);
/* The device whose entries are applied from now on; its share of each record is limited. NULL: the
 * hub itself, which has no such limit. */
void bh_records_set_writer(BhRecords *records, const char *device);
/* Takes records from `cache` (borrowed) instead of reading their snapshots, and leaves them there
 * when freed. Call it before anything is loaded. */
void bh_records_set_cache(BhRecords *records, BhRecordCache *cache);
/* Drops changes that were not flushed. */
void bh_records_free(BhRecords *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRecords, bh_records_free)

/* *record: borrowed; NULL when there is none. FALSE on a storage error. */
gboolean bh_records_get(BhRecords *records, const char *id, BhRecord **record, GError **error);
/* Shown values, or NULL when there is no such record or it cannot be read. Borrowed until the
 * record changes. */
const json_t *bh_records_get_values(BhRecords *records, const char *id);
/* The same as a BhLookupFunc for conditions; `records` is a BhRecords. */
const json_t *bh_records_lookup(const char *id, gpointer records);
/* The row of a record, as stored or as last derived: borrowed until the record changes. NULL when
 * there is none; row->nr is 0 when it is not stored yet. FALSE on a storage error. */
gboolean bh_records_get_row(BhRecords *records, const char *id, const BhRecordRow **row,
                            GError **error);
/* The same, derived from all operations applied so far. */
gboolean bh_records_get_derived_row(BhRecords *records, const char *id, const BhRecordRow **row,
                                    GError **error);
/* *finished: whether the record and the visit that it belongs to have ended, so that it can be
 * reviewed; FALSE when there is no such record. Returns FALSE on a storage error. */
gboolean bh_records_get_finished(BhRecords *records, const char *id, gboolean *finished,
                                 GError **error);
/* The cost of rules about children. It is limited, because a device decides how many children a
 * record has and how often rules ask for them. */
typedef struct {
  guint read;       /* children loaded from the store */
  guint seen;       /* children passed to a rule, counted each time, plus 1 for each list */
  gboolean is_over; /* set when a list was refused because of a limit; the caller resets it */
} BhChildWork;
/* Counts in `work` (borrowed), from its present values on, and refuses lists beyond the limits.
 * Without this call nothing is limited. */
void bh_records_limit_children(BhRecords *records, BhChildWork *work, guint read_max,
                               guint seen_max);
/* Values of the children of a kind, including those not written yet: a new reference (json_decref)
 * to a shared array that must not be changed and is valid until the next change. NULL when a limit
 * is reached (work->is_over) or the store fails. */
json_t *bh_records_share_children(BhRecords *records, const char *parent, const char *kind);
/* The same as a BhChildrenFunc for conditions; `records` is a BhRecords. */
json_t *bh_records_list_children(const char *parent, const char *kind, gpointer records);
/* Applies one operation of the entry at `position`, creating the record when needed. `unit` is that
 * of the signing device, for records that name none. On failure the record is unchanged. */
gboolean bh_records_apply(BhRecords *records, const char *entry_id, const BhOp *op,
                          const char *unit, gint64 position, GError **error);
/* Keeps a copy of a record for bh_records_restore. Call it for every record of an entry before the
 * first operation of the entry. */
void bh_records_mark(BhRecords *records, const char *id);
/* Restores a record to its mark; a record that did not exist then is removed. */
void bh_records_restore(BhRecords *records, const char *id);
/* Frees all marks: the entry was applied. */
void bh_records_forget_marks(BhRecords *records);
/* Marks a record to be written again although nothing was applied (a new kind set). */
gboolean bh_records_refresh(BhRecords *records, const char *id, GError **error);
/* JSON array (g_free) of the names of the kinds that have reviews of their own. A record of such a
 * kind is not covered by the review of a record above it. */
char *bh_records_dup_reviewed(const BhKindSet *kinds);
/* Writes all changed records. Each takes the next position after *position, which is advanced. */
gboolean bh_records_flush(BhRecords *records, gint64 *position, GError **error);

G_END_DECLS
