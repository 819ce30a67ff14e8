/* Shared by the files of this folder: the records in memory and what belongs to them. All functions
 * run on the writer thread. */
#pragma once

#include "sync/hub/records/record-cache.h"
#include "sync/hub/records/record-store.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef struct {
  /* The row of the record as stored or as last derived. Its `snapshot` is NULL when the record was
   * changed since then. */
  BhRecordRow row;
  BhRecord *record;
  BhRecord *mark;     /* copy made by bh_records_mark; NULL: none */
  guint mark_links;   /* length of `links` when the copy was made */
  json_t *values;     /* shown values; NULL: they are computed when they are next needed */
  json_t *old_values; /* shown values as stored; set while `dirty`, like the next five */
  char *old_title, *old_scope, *old_scope2, *old_area, *old_unit;
  gboolean dirty;           /* the next flush writes the record */
  gboolean has_new_entries; /* the last write added entries of this piece */
  gboolean is_listed;       /* the record is in BhRecords.changed under its parent */
  gboolean ending_changed;  /* the last write ended the record, or resumed it */
  gboolean is_derived;      /* `row` agrees with the values (bh_records_derive) */
  gboolean rewrite_below;   /* visibility may have changed: all records below are written again */
  gsize size_bound;         /* upper bound of the size of the snapshot, in bytes */
  gsize share;              /* bytes of the record from the piece's device, + 1; 0: not known yet */
  /* gint64: positions of the entries applied to the record, not yet written */
  GArray *links;
  GPtrArray *named; /* BhNamed*: entries that the record newly awaits, not yet written */
  guint mark_named; /* length of `named` when the mark was made */
  /* the record awaited entries before one of those in `links` was applied */
  gboolean awaits;
} BhHubRecord;

/* An awaited entry: a set of the piece's device names it in `was`, and it has not arrived at the
 * hub. */
typedef struct {
  char entry[BH_ID_LEN + 1];
  char *key;
} BhNamed;
/* Frees a BhNamed; a GDestroyNotify. */
void bh_named_free(gpointer named);

struct _BhRecords {
  BhDb *db;
  const BhKindSet *kinds; /* the kind set in use, borrowed */
  /* The set by which the stored rows were derived: differs from `kinds` only after a change. */
  const BhKindSet *kinds_before;
  gint64 now_ms;
  BhRecordCache *cache; /* cache of parsed records, borrowed; NULL: none */
  GHashTable *by_id;    /* id → BhHubRecord; a NULL value: there is no such record */
  GPtrArray *dirty;     /* BhHubRecord*, borrowed: records that the next flush writes */
  GPtrArray *marked;    /* BhHubRecord*, borrowed: records that have a `mark` */
  /* names of the fields on which visibility depends (flush.c); NULL: not collected yet */
  GHashTable *visibility_fields;
  BhSettingValues *settings; /* as stored (bh_records_get_settings); NULL: not read yet */
  /* JSON array of the kinds that can be reviewed (bh_records_dup_reviewed); NULL: not made yet */
  char *reviewed_kinds;
  gint64 next_nr; /* number of the next new row; 0 until the counter was read */
  /* id of the device whose entries are applied; "" for the hub's own entries */
  char writer[BH_ID_LEN + 1];
  GHashTable *families;     /* parent and kind → children read so far (children.c) */
  GHashTable *changed;      /* parent id → GPtrArray of BhHubRecord* that this piece changed */
  BhChildWork *work;        /* cost of reading children, borrowed; never NULL */
  BhChildWork own_work;     /* used unless bh_records_limit_children sets another */
  guint read_max, seen_max; /* limits of `work` */
};

/* BhSeenFunc for bh_record_apply: whether an entry is part of the record already. `data` is a
 * BhRecords. */
gboolean bh_records_has_entry(const char *entry_id, const char *record_id, gpointer data);
/* FALSE with BH_ERROR_INVALID when the operation would make the record too large or exceed the
 * share of one device in it. Must be called before bh_record_apply. */
gboolean bh_records_check_size(BhRecords *records, BhHubRecord *record, const char *entry_id,
                               const BhOp *op, GError **error);

/* Remembers whether the record awaits entries. Must be called before an operation is applied. */
void bh_records_note_awaiting(BhHubRecord *record);
/* Keeps the entries that the operation `op` names in `was` and that have not arrived. Must be
 * called after `op` was applied. */
void bh_records_note_named(BhHubRecord *record, const BhOp *op);
/* Writes the awaited entries that bh_records_note_awaiting and bh_records_note_named have kept. The
 * record must have its number (`row.nr`). */
gboolean bh_records_write_named(BhRecords *records, BhHubRecord *record, GError **error);

/* Creates the cache of children (children.c), in which rules look up the children of records. */
void bh_records_children_init(BhRecords *records);
/* Frees the cache of children. */
void bh_records_children_clear(BhRecords *records);
/* Removes the record from the cache of children. Must be called before a change that may move the
 * record to another parent, or remove it. */
void bh_records_leave_family(BhRecords *records, BhHubRecord *record);
/* Adds the record to the cache of children under its present parent. Must be called after
 * bh_records_leave_family and the change, and after every change of values. */
void bh_records_join_family(BhRecords *records, BhHubRecord *record);

/* *found: the record with this id, borrowed, loaded unless it is in memory already; NULL when there
 * is no such record. FALSE on a storage error. */
gboolean bh_records_find(BhRecords *records, const char *id, BhHubRecord **found, GError **error);
/* Frees the members `old_…` of a record, which bh_records_touch has set. */
void bh_hub_record_forget_old(BhHubRecord *record);
/* Marks a record to be written by the next flush. The first call also copies its stored values,
 * title, scopes, area and unit to the members `old_…`, with which the flush compares the new
 * ones. */
void bh_records_touch(BhRecords *records, BhHubRecord *record);
/* The shown values of a record; borrowed until the record changes. */
json_t *bh_records_values_of(BhHubRecord *record);

/* Sets parent, area, unit, scope, state, title and conflict of record->row from the record's
 * values. Records on which these depend are derived first, by recursion; `depth` counts its levels,
 * and callers outside of derive.c pass 0. */
gboolean bh_records_derive(BhRecords *records, BhHubRecord *record, int depth, GError **error);
/* Hashes of the files in a record's fields, a set of char* (g_hash_table_unref); NULL when there
 * are none. */
GHashTable *bh_records_collect_files(const BhKind *kind, const json_t *values);
/* Stores the values of the fields of a record that are declared "distinct", and adds an anomaly for
 * records that have the same value. `before`: the kind by which the stored rows were derived; may
 * be NULL. */
gboolean bh_records_write_numbers(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                                  const BhKind *before, GError **error);
/* Computes the value of the review column of a record: *review is a static string, or NULL for
 * none. */
gboolean bh_records_judge_review(BhRecords *records, BhHubRecord *record, const char **review,
                                 GError **error);
/* Whether a record of the kind counts as ended in `state`, by the declaration "review" of the kind.
 * FALSE when `kind` is NULL. */
gboolean bh_records_is_ended(const BhKind *kind, const char *state);
/* Whether the record and the visit that it belongs to have both ended, so that it can be reviewed.
 */
gboolean bh_records_is_finished(BhRecords *records, BhHubRecord *record);

G_END_DECLS
