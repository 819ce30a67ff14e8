/* Shared by records.c (cache), derive.c (what follows from values) and flush.c. */
#pragma once

#include "sync/hub/records/record-store.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef struct {
  BhRecordRow row; /* as stored; snapshot not kept */
  BhRecord *record;
  BhRecord *mark;     /* copy taken by bh_records_mark */
  guint mark_links;   /* length of links then */
  json_t *values;     /* shown values, NULL until asked for after a change */
  json_t *old_values; /* shown values as stored, once it is dirty; so the next five */
  char *old_title, *old_scope, *old_scope2, *old_area, *old_unit;
  gboolean dirty;
  gboolean entered;  /* an entry of this piece set something of it */
  gboolean is_under; /* listed in `under` of its parent */
  gboolean turned;   /* by the last write a visit ended or went on again */
  gboolean fresh;    /* area, unit and scope of this change are derived */
  gboolean is_deep;  /* what decides visibility changed above it: all below it is written again */
  gsize size_bound;  /* bytes the snapshot has at most */
  gsize share;       /* bytes of it that the writer of the piece brought; 0: not weighed yet */
  GArray *links;     /* gint64 positions of entries applied, not yet written */
  GPtrArray *named;  /* BhNamed*: what the writer's sets named and is awaited, not yet written */
  guint mark_named;  /* length of named at the mark */
  gboolean awaits;   /* entries were awaited before one of these applied */
} BhHubRecord;

/* An entry that a set of the piece's writer named and that has not come. */
typedef struct {
  char entry[BH_ID_LEN + 1];
  char *key;
} BhNamed;
void bh_named_free(gpointer named);

struct _BhRecords {
  BhDb *db;
  const BhKindSet *kinds;
  const BhKindSet
      *kinds_before; /* what is stored was derived by these; the same but after a change */
  gint64 now_ms;
  GHashTable *by_id;          /* id → BhHubRecord, NULL value: known to be absent */
  GPtrArray *dirty;           /* BhHubRecord*, borrowed */
  GPtrArray *marked;          /* BhHubRecord*, borrowed */
  GHashTable *watched;        /* field names, made when first asked */
  char *apart;                /* JSON array of the kinds that are reviewed, made when first asked */
  gint64 next_nr;             /* 0 until the counter was read */
  char writer[BH_ID_LEN + 1]; /* device whose entries are applied; "" for the hub's own */
  GHashTable *families;       /* of children.c: parent and kind → children read so far */
  GHashTable *under;          /* parent id → GPtrArray of BhHubRecord* this piece changed */
  BhChildWork *work;          /* borrowed; never NULL */
  BhChildWork own_work;       /* where nobody else counts */
  guint read_max, seen_max;
};

/* BhSeenFunc for bh_record_apply; `data` is a BhRecords. */
gboolean bh_records_seen_before(const char *entry_id, const char *record_id, gpointer data);
/* FALSE with the reason when the operation would make the record too large, or give one device more
 * of it than its share. */
gboolean bh_records_check_size(BhRecords *records, BhHubRecord *record, const char *entry_id,
                               const BhOp *op, GError **error);

/* Before an operation is applied, and after: keeps what it named that has not come. */
void bh_records_note_awaiting(BhHubRecord *record);
void bh_records_note_named(BhHubRecord *record, const BhOp *op);
/* Writes what is kept of a record that has its number. */
gboolean bh_records_write_named(BhRecords *records, BhHubRecord *record, GError **error);

void bh_records_children_init(BhRecords *records);
void bh_records_children_clear(BhRecords *records);
/* Around a change that may move the record to another parent, or take it away. */
void bh_records_leave_family(BhRecords *records, BhHubRecord *record);
void bh_records_join_family(BhRecords *records, BhHubRecord *record);

/* FALSE on a storage error; *found NULL when absent. */
gboolean bh_records_find(BhRecords *records, const char *id, BhHubRecord **found, GError **error);
void bh_hub_record_forget_old(BhHubRecord *record);
void bh_records_touch(BhRecords *records, BhHubRecord *record);
json_t *bh_records_values_of(BhHubRecord *record);

/* Sets parent, area, unit, scope, state, title and conflict of the row from the values, deriving
 * the records it depends on first. */
gboolean bh_records_derive(BhRecords *records, BhHubRecord *record, int depth, GError **error);
/* Text that is searched: by the record's title, by that of the record it has its place from, and by
 * its own fields. */
char *bh_records_collect_search(BhRecords *records, BhHubRecord *record, const BhKind *kind);
GHashTable *bh_records_collect_files(const BhKind *kind, const json_t *values);
/* Keeps what its fields that are `distinct` say, and lists who shares it; `before`: the kind by
 * which what is stored was derived. */
gboolean bh_records_write_numbers(BhRecords *records, BhHubRecord *record, const BhKind *kind,
                                  const BhKind *before, GError **error);
/* What the review column should say; static string or NULL. */
gboolean bh_records_judge_review(BhRecords *records, BhHubRecord *record, const char **review,
                                 GError **error);
/* Whether a record of a kind in this state has ended, by what its kind says. */
gboolean bh_records_is_ended(const BhKind *kind, const char *state);
/* Whether the visit a record belongs to has ended, so that there is something to review. */
gboolean bh_records_is_finished(BhRecords *records, BhHubRecord *record);

G_END_DECLS
