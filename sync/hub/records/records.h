/* Folded records while a piece of work changes them: loaded once, changed in memory, written once
 * at the end with everything derived from them (scope, index, search, files, review). Lives inside
 * one savepoint of the writer; thrown away when that is rolled back. */
#pragma once

#include "schema/kind.h"
#include "schema/merge.h"
#include "schema/workflow.h"
#include "sync/db/db.h"

/* For the folders above: */
#include "sync/hub/records/feed-store.h"     /* rows in feed order */
#include "sync/hub/records/list-store.h"     /* rows of lists */
#include "sync/hub/records/number-store.h"   /* numbers that must differ */
#include "sync/hub/records/read.h"           /* one stored record, the people of a unit */
#include "sync/hub/records/record-store.h"   /* rows of records */
#include "sync/hub/records/scope.h"          /* units and areas */
#include "sync/hub/records/search-related.h" /* searching by related records */
#include "sync/hub/records/search.h"         /* words of a search */
#include "sync/hub/records/sight.h"          /* open, restricted or hidden */

G_BEGIN_DECLS

typedef struct _BhRecords BhRecords;

/* `kinds` is the set in use, by which titles, index and scope are derived. All borrowed. */
BhRecords *bh_records_new(BhDb *db, const BhKindSet *kinds, gint64 now_ms);
/* What is stored was derived by another set, borrowed: what it indexed and the new one does not is
 * taken away, and the other way round. */
void bh_records_set_kinds_before(BhRecords *records, const BhKindSet *before);
/* The device whose entries are applied from now on, for its share of a record; NULL: the hub. */
void bh_records_set_writer(BhRecords *records, const char *device);
void bh_records_free(BhRecords *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRecords, bh_records_free)

/* FALSE on a storage error; *record NULL when there is none. Borrowed. */
gboolean bh_records_get(BhRecords *records, const char *id, BhRecord **record, GError **error);
/* Shown values, or NULL when there is no such record or it cannot be read. Borrowed until the
 * record changes. */
const json_t *bh_records_get_values(BhRecords *records, const char *id);
/* Where a record stands, as stored or as last derived: FALSE on a storage error, *row NULL when
 * there is none, row->nr 0 when it is not stored yet. Borrowed until the record changes. */
gboolean bh_records_get_row(BhRecords *records, const char *id, const BhRecordRow **row,
                            GError **error);
/* The same after place, unit and state were derived from what was applied to it. */
gboolean bh_records_get_derived_row(BhRecords *records, const char *id, const BhRecordRow **row,
                                    GError **error);
/* Whether the visit that a record belongs to has ended, so that there is something to review. FALSE
 * on a storage error; *finished FALSE when there is no such record. */
gboolean bh_records_get_finished(BhRecords *records, const char *id, gboolean *finished,
                                 GError **error);
/* What rules about children cost: the hub bounds it, since a device decides how many children a
 * record has and how often a rule asks for them. */
typedef struct {
  guint read;       /* children loaded from the store */
  guint seen;       /* children handed to a rule, counted each time, and one for each list */
  gboolean is_over; /* set when a list was withheld because of a limit; the caller resets it */
} BhChildWork;
/* `work` is borrowed and counts from where it stands; without this call nothing is limited. */
void bh_records_limit_children(BhRecords *records, BhChildWork *work, guint read_max,
                               guint seen_max);
/* Values of the children of a kind, those not written yet included: a new reference to an array
 * that all callers share and none may change. It is true until the next change. NULL when a limit
 * is reached (work->is_over) or the store fails. */
json_t *bh_records_share_children(BhRecords *records, const char *parent, const char *kind);
/* Applies one operation of an entry, making the record when needed; `unit` is the signer's, for
 * records that name none. On failure the record is as it was. */
gboolean bh_records_apply(BhRecords *records, const char *entry_id, const BhOp *op,
                          const char *unit, gint64 position, GError **error);
/* bh_records_restore takes a record back to what it was at bh_records_mark, which must have been
 * called for every record of an entry before its first operation. */
void bh_records_mark(BhRecords *records, const char *id);
void bh_records_restore(BhRecords *records, const char *id);
void bh_records_forget_marks(BhRecords *records);
/* Has a record written anew although nothing was applied (a new kind set). */
gboolean bh_records_refresh(BhRecords *records, const char *id, GError **error);
/* Writes what it is searched by, and nothing else of it. */
gboolean bh_records_index_search(BhRecords *records, const char *id, GError **error);
/* JSON array of the names of the kinds that are reviewed: what lies below a record of one and is of
 * another belongs to that one's review. g_free. */
char *bh_records_dup_reviewed(const BhKindSet *kinds);
/* Writes everything. Positions are taken from *position on, upwards. */
gboolean bh_records_flush(BhRecords *records, gint64 *position, GError **error);

G_END_DECLS
