/* The pure merge: a record's state is a function of the set of entries, whatever their order
 * (invariant I3). History is a graph by cause: each set names the entry ids it replaces, and the
 * heads of a key are the sets no other set replaces. Several heads are a conflict; all are kept
 * and the one with the greatest entry id is shown. No clock is read (I11). */
#pragma once

#include <glib.h>
#include "schema/entry.h"

G_BEGIN_DECLS

typedef struct _BhRecord BhRecord;

/* Answers whether the entry was folded into this record before: asked only for ids that a set
 * replaces and that are no head, which is rare. */
typedef gboolean (*BhSeenFunc)(const char *entry_id, const char *record_id, gpointer data);

BhRecord *bh_record_new(const char *id, const char *kind);
void bh_record_free(BhRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRecord, bh_record_free)
BhRecord *bh_record_copy(const BhRecord *record);

const char *bh_record_get_id(const BhRecord *record);
const char *bh_record_get_kind(const BhRecord *record);

/* Applies the sets of one operation. The caller applies each entry once (by entry id); applying
 * in any order gives the same record. A record keeps the kind it was made with; an operation of
 * another kind is BH_ERROR_INVALID and leaves the record as it was. `seen` may be NULL when no
 * entry was folded before that is no head any more. */
gboolean bh_record_apply(BhRecord *record, const char *entry_id, const BhOp *op, BhSeenFunc seen,
                         gpointer data, GError **error);

/* Drops the openings of one key, or of all keys when it is NULL: for readers who may not see
 * personal values, and for erasure. What is not personal stays. */
void bh_record_withhold(BhRecord *record, const char *key);

/* Shown value of a key: plain, or the opened personal one. Borrowed; NULL when never set, cleared,
 * or personal without an opening. */
json_t *bh_record_get(const BhRecord *record, const char *key);
const char *bh_record_get_string(const BhRecord *record, const char *key); /* NULL if no string */
/* TRUE when the shown head is a commitment whose opening is not here. */
gboolean bh_record_is_withheld(const BhRecord *record, const char *key);
/* Entry ids of all heads of a key, sorted; NULL-terminated, free with g_strfreev. Empty list when
 * the key was never set. This is what a new set names as `was`. */
char **bh_record_dup_heads(const BhRecord *record, const char *key);
/* Value one entry gave the key, borrowed; NULL when it is no head of it, or withheld. */
json_t *bh_record_get_by_entry(const BhRecord *record, const char *key, const char *entry_id);
/* TRUE when a set of the key named this entry before the entry itself was folded. */
gboolean bh_record_is_awaited(const BhRecord *record, const char *key, const char *entry_id);
/* Entries that sets of the key (NULL: of any key) named and that were not folded yet. */
guint bh_record_count_pending(const BhRecord *record, const char *key);
/* How many the set would add to them. */
guint bh_record_count_unknown(const BhRecord *record, const BhSet *set, BhSeenFunc seen,
                              gpointer data);
/* Calls `func` for every head of every key; `value` is NULL when withheld. */
typedef void (*BhHeadFunc)(const char *key, const char *entry_id, const json_t *value,
                           gpointer data);
void bh_record_foreach_head(const BhRecord *record, BhHeadFunc func, gpointer data);
/* More than one head with different values. */
gboolean bh_record_has_conflict(const BhRecord *record, const char *key);
/* Keys in conflict, sorted; free the array (keys are borrowed). Never NULL. */
GPtrArray *bh_record_list_conflicts(const BhRecord *record);
/* Values of all heads of a key, newest first, as a new JSON array of {"entry","value"}; a
 * withheld one has null and "withheld": true. */
json_t *bh_record_dup_head_values(const BhRecord *record, const char *key);
/* All keys that have a shown value, sorted, borrowed; free the array. */
GPtrArray *bh_record_list_keys(const BhRecord *record);
/* Shown values as one flat object {key: value}, the form conditions and forms work on. New
 * reference; keys sorted. */
json_t *bh_record_dup_values(const BhRecord *record);

/* Snapshot as it is stored and pulled (PROTOCOL 6): sorted JSON, so equal state gives equal bytes.
 * NULL only
 * when memory runs out. Reading checks every opening against its commitment and ignores members it
 * does not know. */
#define BH_SNAPSHOT_MAX (64 * 1024 * 1024)           /* bytes */
char *bh_record_to_snapshot(const BhRecord *record); /* g_free */
BhRecord *bh_record_from_json(const json_t *snapshot, GError **error);
BhRecord *bh_record_from_snapshot(const char *text, gsize len, GError **error);

G_END_DECLS
