/* Writing the index: records that changed are marked in the transaction that changes them, and the
 * rows of lists and searches are written later, many at once. A list is read only when no mark is
 * left (bh_index_is_behind). All functions must be called on the thread of the connection. FALSE
 * with an error: the store failed. */
#pragma once

#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Index name of the key of the deadline of a record (bh_due_format_key). No field can have this
 * name. */
#define BH_INDEX_DUE "@due"
/* Index name of the list of fields whose value is doubtful, among those that a ledger lists
 * ("doubtful"). */
#define BH_INDEX_DOUBT "@doubt"
/* Index name of the list of days that the record does not have, among those by which a device lists
 * the records of a ledger: BH_INDEX_DUE, or the name of a date field. */
#define BH_INDEX_UNDATED "@undated"

/* Index name of the names of what the deadline of a record depends on (bh_due_collect). */
#define BH_INDEX_USES "@uses"
/* Name of the list of what due days of other records can read of this record: the name by which
 * they depend on it, and a text of the values (bh_due_dup_name, bh_due_dup_inputs). Lists cannot
 * filter by it. */
#define BH_INDEX_INPUTS "@inputs"

/* Records that are marked at once when something changes on which their due days depend; if there
 * are more, they are marked in steps (bh_index_expand). */
#define BH_INDEX_DEPENDANTS_MAX 64

/* What the index stores of one record. Texts may be NULL unless their comment excludes that. */
typedef struct {
  char *kind; /* NULL: the record is gone; then nothing else is set */
  char *state;
  char *area;
  char *scope;
  char *scope2;
  char *restriction;
  char *review;
  char *title; /* not NULL */
  char *text;  /* not NULL; bh_index_collect_text */
  gboolean conflict;
  gint64 position;
  json_t *values; /* {field: [texts]} (bh_index_collect_values); not NULL */
} BhIndexRow;
/* Frees what the row owns and zeroes it. */
void bh_index_row_clear(BhIndexRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhIndexRow, bh_index_row_clear)

/* The text by which one value of a field is indexed, g_free: at most 512 bytes of it. `field` NULL:
 * the value is a text, such as a state. Texts of equal values are equal. Texts of numbers (integer,
 * decimal, money, percent, duration) have the order of the numbers when they are compared by bytes,
 * and so have dates and months. NULL for values that are not indexed (objects, null, reals), and
 * for a value of a field of numbers that is no number. */
char *bh_index_dup_value_text(const BhField *field, const json_t *value);
/* {field: [texts]} of the indexed fields, of the deadline of the record and what it depends on, of
 * doubtful values and of missing days; a new reference. `context` has the values and the id of the
 * record, and finds other records and settings. */
json_t *bh_index_collect_values(const BhKind *kind, const BhContext *context);

/* Marks a record as changed, so that the index is updated later. Must be called inside the
 * transaction that changes or removes the record. */
gboolean bh_index_mark(BhDb *db, gint64 nr, GError **error);
/* Removes a record from the index at once. Its words remain in the database file until
 * bh_index_purge has written all parts of the full-text search again. Must be called inside a
 * transaction. */
gboolean bh_index_remove(BhDb *db, gint64 nr, GError **error);
/* Writes one part of the full-text search again, without the words of removed records. `begin`
 * TRUE: starts over, so that all parts will be written again. *more: whether parts are left. Must
 * be called inside a transaction. */
gboolean bh_index_purge(BhDb *db, gboolean begin, gboolean *more, GError **error);
/* Removes all rows of the index. The caller must mark all records afterwards. Must be called inside
 * a transaction. */
gboolean bh_index_clear(BhDb *db, GError **error);
/* Marks at most `max` records whose due days depend on something that changed. *more: whether
 * records are left. Until then lists have their due days of before. Must be called inside a
 * transaction. */
gboolean bh_index_expand(BhDb *db, int max, gboolean *more, GError **error);
/* *behind: whether a record is marked, so that the index is not up to date. */
gboolean bh_index_is_behind(BhDb *db, gboolean *behind, GError **error);
/* *more: whether more than `max` records are marked. */
gboolean bh_index_has_marks(BhDb *db, int max, gboolean *more, GError **error);

/* Fills `row` (zeroed) with what the index stores of the record with the row number `nr`, from the
 * tables of the store. */
typedef gboolean (*BhIndexSource)(gint64 nr, BhIndexRow *row, gpointer data, GError **error);
/* Writes the index rows of at most `max` marked records and removes their marks. Records whose due
 * days depend on one of them are marked then, or noted for bh_index_expand. `kinds`: the kind set
 * in use. *applied: how many records were written; *more (may be NULL): whether marks are left.
 * Must be called inside a transaction. */
gboolean bh_index_apply(BhDb *db, const BhKindSet *kinds, int max, BhIndexSource source,
                        gpointer data, int *applied, gboolean *more, GError **error);

G_END_DECLS
