/* The records that one piece of work changes: loaded once, changed in memory, and written once at
 * the end with everything derived from them (scope, files, review). A BhRecords belongs to one
 * savepoint of the writer and is freed when the savepoint is rolled back. Must be used on the
 * writer thread; another thread may use a BhRecords of its own, with a read-only connection, to
 * judge without writing. */
#pragma once

#include "schema/kind.h"
#include "schema/merge.h"
#include "schema/workflow.h"
#include "sync/db/db.h"

/* For the folders above: */
#include "sync/hub/records/feed-store.h"     /* rows in feed order */
#include "sync/hub/records/history-store.h"  /* entries of a record */
#include "sync/hub/records/index-source.h"   /* what the index stores of a record */
#include "sync/hub/records/number-store.h"   /* numbers that must differ */
#include "sync/hub/records/record-cache.h"   /* parsed records */
#include "sync/hub/records/read.h"           /* one stored record, the people of a unit */
#include "sync/hub/records/record-store.h"   /* rows of records */
#include "sync/hub/records/scope.h"          /* units and areas */
#include "sync/hub/records/sealed.h"         /* values of sealed fields */
#include "sync/hub/records/settings-store.h" /* settings of the office */
#include "sync/hub/records/visibility.h"     /* visibility: open, restricted or hidden */

G_BEGIN_DECLS

typedef struct _BhRecords BhRecords;

/* Makes an empty BhRecords. `kinds` is the kind set in use, by which titles and scopes are derived.
 * Arguments are borrowed; bh_records_free. */
BhRecords *bh_records_new(BhDb *db, const BhKindSet *kinds, gint64 now_ms);
/* Sets the kind set by which the stored rows were derived (borrowed), if it is not the set in use:
 * numbers that only the fields of that set have are then removed. */
void bh_records_set_kinds_before(BhRecords *records, const BhKindSet *before);
/* The device whose entries are applied from now on; its share of each record is limited. NULL: the
 * hub itself, which has no such limit. */
void bh_records_set_writer(BhRecords *records, const char *device);
/* Makes `records` take parsed records from `cache` (borrowed) instead of parsing their snapshots,
 * and put its records into `cache` when it is freed. Must be called before a record is loaded. */
void bh_records_set_cache(BhRecords *records, BhRecordCache *cache);
/* Frees `records`. Changes that were not flushed are lost. */
void bh_records_free(BhRecords *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRecords, bh_records_free)

/* *record: the record with this id, borrowed; NULL when there is none. FALSE on a storage error. */
gboolean bh_records_get(BhRecords *records, const char *id, BhRecord **record, GError **error);
/* The shown values of a record, borrowed until the record changes; NULL when there is no such
 * record or it cannot be read. */
const json_t *bh_records_get_values(BhRecords *records, const char *id);
/* bh_records_get_values as a BhLookupFunc, for conditions; `records` is a BhRecords. */
const json_t *bh_records_lookup(const char *id, gpointer records);
/* The settings of the office as stored, borrowed until one of them is flushed; NULL when they
 * cannot be read. For BhContext.settings; `records` is a BhRecords. */
const BhSettingValues *bh_records_get_settings(gpointer records);
/* Name of the kind of a record, borrowed; NULL when there is no such record, or it cannot be read.
 * A BhKindOfFunc; `records` is a BhRecords. */
const char *bh_records_get_kind(const char *id, gpointer records);
/* The row of a record, as stored or as last derived: borrowed until the record changes. *row is
 * NULL when there is no such record; row->nr is 0 when the record is not stored yet. FALSE on a
 * storage error. */
gboolean bh_records_get_row(BhRecords *records, const char *id, const BhRecordRow **row,
                            GError **error);
/* Like bh_records_get_row, but the row is derived again if operations were applied since. */
gboolean bh_records_get_derived_row(BhRecords *records, const char *id, const BhRecordRow **row,
                                    GError **error);
/* *finished: whether the record and the visit that it belongs to have ended, so that it can be
 * reviewed; FALSE when there is no such record. Returns FALSE on a storage error. */
gboolean bh_records_get_finished(BhRecords *records, const char *id, gboolean *finished,
                                 GError **error);
/* The cost of rules about children. The cost is limited, because a device decides how many children
 * a record has and how often rules read them. */
typedef struct {
  guint read;       /* children loaded from the store */
  guint seen;       /* children passed to a rule, counted each time, plus 1 for each list */
  gboolean is_over; /* set when a list of children was refused because `read` or `seen` reached its
                     limit; the caller resets it */
} BhChildWork;
/* Makes bh_records_share_children count its cost in `work` (borrowed), starting from the present
 * values, and fail beyond the limits. Without this call nothing is limited. */
void bh_records_limit_children(BhRecords *records, BhChildWork *work, guint read_max,
                               guint seen_max);
/* The values of the children of a kind, including children that are not written yet: a new
 * reference (json_decref) to a shared array that must not be changed and is valid until the next
 * change. NULL when a limit is reached (work->is_over) or the store fails. */
json_t *bh_records_share_children(BhRecords *records, const char *parent, const char *kind);
/* bh_records_share_children as a BhChildrenFunc, for conditions; `records` is a BhRecords. */
json_t *bh_records_list_children(const char *parent, const char *kind, gpointer records);
/* The values of the records of `kind` whose indexed ref `field` is the record, including records
 * that are not written yet: a new reference (json_decref). Counts in the same limits as children.
 * *complete is always TRUE. NULL when a limit is reached (work->is_over), there are more than
 * BH_REFERRING_MAX, or the store fails. A BhReferringFunc; `records` is a BhRecords. */
json_t *bh_records_list_referring(const char *record, const char *kind, const char *field,
                                  gboolean *complete, gpointer records);
/* Applies one operation of the entry at `position`, creating the record when needed. `unit` is the
 * unit of the device that signed the entry; it becomes the unit of records that name none. On
 * failure the record is unchanged. */
gboolean bh_records_apply(BhRecords *records, const char *entry_id, const BhOp *op,
                          const char *unit, gint64 position, GError **error);
/* Copies a record for bh_records_restore. Must be called for every record of an entry before the
 * first operation of the entry is applied. */
void bh_records_mark(BhRecords *records, const char *id);
/* Restores a record from the copy that bh_records_mark made; a record that did not exist then is
 * removed. */
void bh_records_restore(BhRecords *records, const char *id);
/* Frees the copies that bh_records_mark made; called when all operations of the entry were
 * applied. */
void bh_records_forget_marks(BhRecords *records);
/* Makes the next flush write a record again although no operation was applied to it, because the
 * kind set changed. */
gboolean bh_records_refresh(BhRecords *records, const char *id, GError **error);
/* JSON array (g_free) of the names of the kinds that have reviews of their own. A record of such a
 * kind is not covered by the review of a record above it. */
char *bh_records_dup_reviewed(const BhKindSet *kinds);
/* Writes all changed records. Each gets the next position of the feed; *position is the last
 * position before, and is set to the last one given. */
gboolean bh_records_flush(BhRecords *records, gint64 *position, GError **error);

G_END_DECLS
