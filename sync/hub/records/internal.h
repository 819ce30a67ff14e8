/* Shared by the files of this folder: the records in memory and what belongs to them. Everything
 * here runs on the writer thread. */
#pragma once

#include "sync/hub/records/record-cache.h"
#include "sync/hub/records/record-store.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef struct {
  /* As stored or last derived. The snapshot is NULL when the record was changed since. */
  BhRecordRow row;
  BhRecord *record;
  BhRecord *mark;     /* copy made by bh_records_mark; NULL: none */
  guint mark_links;   /* length of `links` when the copy was made */
  json_t *values;     /* shown values; NULL: computed when next asked for */
  json_t *old_values; /* shown values as stored; set while dirty, as are the five below */
  char *old_title, *old_scope, *old_scope2, *old_area, *old_unit;
  gboolean dirty;           /* to be written by the next flush */
  gboolean has_new_entries; /* the last write added entries of this piece */
  gboolean is_listed;       /* in BhRecords.changed under its parent */
  gboolean ending_changed;  /* the last write ended the record, or resumed it */
  gboolean is_derived;      /* row agrees with the values (bh_records_derive) */
  gboolean rewrite_below;   /* visibility may have changed: all records below are written again */
  gsize size_bound;         /* upper bound of the size of the snapshot, in bytes */
  gsize share;              /* bytes that the piece's device contributed, + 1; 0: not known yet */
  GArray *links;            /* gint64: positions of applied entries, not yet written */
  GPtrArray *named;         /* BhNamed*, not yet written */
  guint mark_named;         /* length of `named` when the mark was made */
  gboolean awaits;          /* entries were awaited before one of `links` was applied */
} BhHubRecord;

/* An entry that a set of the piece's device names in `was` and that has not arrived: it is awaited.
 */
typedef struct {
  char entry[BH_ID_LEN + 1];
  char *key;
} BhNamed;
/* GDestroyNotify for a BhNamed. */
void bh_named_free(gpointer named);

struct _BhRecords {
  BhDb *db;
  const BhKindSet *kinds; /* in use, borrowed */
  /* The set by which the stored rows were derived: differs from `kinds` only after a change. */
  const BhKindSet *kinds_before;
  gint64 now_ms;
  BhRecordCache *cache;          /* borrowed; NULL: none */
  GHashTable *by_id;             /* id → BhHubRecord; a NULL value: there is no such record */
  GPtrArray *dirty;              /* BhHubRecord*, borrowed */
  GPtrArray *marked;             /* BhHubRecord*, borrowed */
  GHashTable *visibility_fields; /* field names (flush.c); NULL: not collected yet */
  char *reviewed_kinds;          /* JSON array (bh_records_dup_reviewed); NULL: not made yet */
  gint64 next_nr;                /* 0 until the counter was read */
  char writer[BH_ID_LEN + 1];    /* device whose entries are applied; "" for the hub's own */
  GHashTable *families;          /* of children.c: parent and kind → children read so far */
  GHashTable *changed;      /* parent id → GPtrArray of BhHubRecord* that this piece changed */
  BhChildWork *work;        /* borrowed; never NULL */
  BhChildWork own_work;     /* used unless bh_records_limit_children sets another */
  guint read_max, seen_max; /* limits of `work` */
};

/* BhSeenFunc for bh_record_apply: whether an entry is part of the record already. `data` is a
 * BhRecords. */
gboolean bh_records_has_entry(const char *entry_id, const char *record_id, gpointer data);
/* FALSE with BH_ERROR_INVALID when the operation would make the record too large or exceed the
 * share of one device in it. Call it before bh_record_apply. */
gboolean bh_records_check_size(BhRecords *records, BhHubRecord *record, const char *entry_id,
                               const BhOp *op, GError **error);

/* Call before an operation is applied: remembers whether the record awaits entries. */
void bh_records_note_awaiting(BhHubRecord *record);
/* Call after it was applied: keeps the entries that it names and that have not arrived. */
void bh_records_note_named(BhHubRecord *record, const BhOp *op);
/* Writes what the two above kept. The record must have its number (`row.nr`). */
gboolean bh_records_write_named(BhRecords *records, BhHubRecord *record, GError **error);

/* Creates the cache of children. */
void bh_records_children_init(BhRecords *records);
/* Frees it. */
void bh_records_children_clear(BhRecords *records);
/* Call before a change that may move the record to another parent, or remove it. */
void bh_records_leave_family(BhRecords *records, BhHubRecord *record);
/* Call after such a change, and after every change of values. */
void bh_records_join_family(BhRecords *records, BhHubRecord *record);

/* Loads a record unless it is in memory. *found: borrowed, NULL when there is no such record. FALSE
 * on a storage error. */
gboolean bh_records_find(BhRecords *records, const char *id, BhHubRecord **found, GError **error);
/* Frees the old values that bh_records_touch kept. */
void bh_hub_record_forget_old(BhHubRecord *record);
/* Marks a record as changed and, the first time, keeps what is stored of it for comparison. */
void bh_records_touch(BhRecords *records, BhHubRecord *record);
/* Shown values; borrowed until the record changes. */
json_t *bh_records_values_of(BhHubRecord *record);

/* Sets parent, area, unit, scope, state, title and conflict of the row from the values. Records
 * that it depends on are derived first; `depth` is 0 for callers outside. */
gboolean bh_records_derive(BhRecords *records, BhHubRecord *record, int depth, GError **error);
/* Hashes of the files in a record's fields, a set of char* (g_hash_table_unref); NULL when there
 * are none. */
GHashTable *bh_records_collect_files(const BhKind *kind, const json_t *values);
/* Stores the values of its `distinct` fields, and lists records that share one as anomalies.
 * `before`: the kind by which the stored rows were derived; may be NULL. */
gboolean bh_records_write_numbers(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                                  const BhKind *before, GError **error);
/* What the review column should contain: *review is a static string, or NULL for none. */
gboolean bh_records_judge_review(BhRecords *records, BhHubRecord *record, const char **review,
                                 GError **error);
/* Whether a record of the kind has ended in `state`, as the kind's "review" declares. `kind` may be
 * NULL: FALSE. */
gboolean bh_records_is_ended(const BhKind *kind, const char *state);
/* Whether the record and the visit that it belongs to have both ended, so that it can be reviewed.
 */
gboolean bh_records_is_finished(BhRecords *records, BhHubRecord *record);

G_END_DECLS
