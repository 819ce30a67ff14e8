/* The merge: computes a record from the set of its entries; their order does not matter (invariant
 * I3). Each set names the entries that it replaces. The heads of a key are the sets that no other
 * set replaces. Several heads with different values are a conflict: all are kept, and the one with
 * the greatest entry id is shown. No clock is read (I11). Pure; one thread per record. Start with
 * bh_record_apply. */
#pragma once

#include <glib.h>
#include "schema/entry.h"

G_BEGIN_DECLS

typedef struct _BhRecord BhRecord;

/* Returns whether an entry was folded into a record before. Called only for entries that a set
 * replaces and that are no longer heads, which is rare. */
typedef gboolean (*BhSeenFunc)(const char *entry_id, const char *record_id, gpointer data);

/* A record without entries; bh_record_free. */
BhRecord *bh_record_new(const char *id, const char *kind);
/* Frees a record; NULL is allowed. */
void bh_record_free(BhRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRecord, bh_record_free)
/* An independent copy; bh_record_free. */
BhRecord *bh_record_copy(const BhRecord *record);

/* The id of the record; borrowed. */
const char *bh_record_get_id(const BhRecord *record);
/* The kind of the record; borrowed. */
const char *bh_record_get_kind(const BhRecord *record);

/* Applies the sets of one operation. The caller must apply each entry once (by entry id), in any
 * order. A record keeps the kind that it was made with: an operation of another kind is
 * BH_ERROR_INVALID and leaves the record unchanged. `seen` may be NULL when every entry that was
 * folded before is still a head. */
gboolean bh_record_apply(BhRecord *record, const char *entry_id, const BhOp *op, BhSeenFunc seen,
                         gpointer data, GError **error);

/* Removes the openings of one key (NULL: of all keys), for readers who may not see personal values
 * and for erasure. Values that are not personal stay. */
void bh_record_withhold(BhRecord *record, const char *key);

/* Shown value of a key: plain, or an opened personal value. Borrowed; NULL when the key was never
 * set, was cleared, or is personal without an opening. */
json_t *bh_record_get(const BhRecord *record, const char *key);
/* Like bh_record_get, but NULL when the value is not a string. */
const char *bh_record_get_string(const BhRecord *record, const char *key);
/* Whether the shown head is a commitment without an opening. */
gboolean bh_record_is_withheld(const BhRecord *record, const char *key);
/* Entry ids of all heads of a key, sorted; NULL-terminated, g_strfreev. Empty when the key was
 * never set. A new set of the key names them as `was`. */
char **bh_record_dup_heads(const BhRecord *record, const char *key);
/* The value that the entry `entry_id` gave the key, borrowed; NULL when the entry is not a head of
 * the key, or the value is withheld. */
json_t *bh_record_get_by_entry(const BhRecord *record, const char *key, const char *entry_id);
/* Whether a set of the key replaces this entry, but the entry itself was not folded yet. */
gboolean bh_record_is_awaited(const BhRecord *record, const char *key, const char *entry_id);
/* Number of entries that sets of the key (NULL: of any key) replace and that were not
 * folded yet. */
guint bh_record_count_pending(const BhRecord *record, const char *key);
/* By how much applying the set would increase bh_record_count_pending. */
guint bh_record_count_unknown(const BhRecord *record, const BhSet *set, BhSeenFunc seen,
                              gpointer data);
/* Receives one head of a key; `value` is NULL when the value is withheld. Arguments are borrowed
 * for the call. */
typedef void (*BhHeadFunc)(const char *key, const char *entry_id, const json_t *value,
                           gpointer data);
/* Calls `func` for every head of every key. */
void bh_record_foreach_head(const BhRecord *record, BhHeadFunc func, gpointer data);
/* Whether the key has more than one head, with different values. */
gboolean bh_record_has_conflict(const BhRecord *record, const char *key);
/* Keys in conflict, sorted; free the array (keys are borrowed). Never NULL. */
GPtrArray *bh_record_list_conflicts(const BhRecord *record);
/* Values of all heads of a key, newest first, as a new JSON array of {"entry","value"}. A withheld
 * value is null, with "withheld": true. */
json_t *bh_record_dup_head_values(const BhRecord *record, const char *key);
/* All keys that have a shown value, sorted, borrowed; free the array. */
GPtrArray *bh_record_list_keys(const BhRecord *record);
/* Shown values as one flat object {key: value}, which conditions and forms use. New reference; keys
 * sorted. */
json_t *bh_record_dup_values(const BhRecord *record);

#define BH_SNAPSHOT_MAX (64 * 1024 * 1024) /* bytes */

/* Snapshot of the record as stored and sent (PROTOCOL § 6): JSON with sorted keys, so equal states
 * give equal bytes. g_free; NULL only when memory runs out. */
char *bh_record_to_snapshot(const BhRecord *record);
/* Reads a snapshot. Verifies every opening against its commitment; ignores unknown members. NULL
 * with an error; bh_record_free. */
BhRecord *bh_record_from_json(const json_t *snapshot, GError **error);
/* Like bh_record_from_json, from a text of at most BH_SNAPSHOT_MAX bytes. */
BhRecord *bh_record_from_snapshot(const char *text, gsize len, GError **error);

G_END_DECLS
