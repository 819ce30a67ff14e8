/* SQL of the rows of the index. `nr` is the row number of a record. FALSE with an error: the store
 * failed. */
#pragma once

#include "sync/index/row.h"

G_BEGIN_DECLS

/* What the index has of a record, as read before it is removed or replaced. All members NULL: the
 * index does not have the record. */
typedef struct {
  char *kind;
  char *text;
  char *values; /* JSON */
} BhIndexedRow;

/* Reads into `row` what the index has of a record. `row` must be zeroed; bh_indexed_row_clear. */
gboolean bh_row_store_load(BhDb *db, gint64 nr, BhIndexedRow *row, GError **error);
/* Frees the texts of the row and sets them to NULL. */
void bh_indexed_row_clear(BhIndexedRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhIndexedRow, bh_indexed_row_clear)

/* Writes the row of a record for lists. `values` is JSON text. */
gboolean bh_row_store_put(BhDb *db, gint64 nr, const BhIndexRow *row, const GByteArray *sort_key,
                          const char *values, GError **error);
/* Removes the row of a record for lists. */
gboolean bh_row_store_delete(BhDb *db, gint64 nr, GError **error);
/* Adds one value of a field of a record, by which lists filter; does nothing when it was added
 * before. */
gboolean bh_row_store_add_value(BhDb *db, const char *kind, const char *field, const char *value,
                                gint64 nr, GError **error);
/* Removes one value of a field of a record. */
gboolean bh_row_store_remove_value(BhDb *db, const char *kind, const char *field, const char *value,
                                   gint64 nr, GError **error);
/* Adds the search terms of a record (bh_search_grams) to the full-text search. */
gboolean bh_row_store_add_grams(BhDb *db, gint64 nr, const char *grams, GError **error);
/* Removes the search terms of a record; `grams` must be exactly the text that was added. */
gboolean bh_row_store_remove_grams(BhDb *db, gint64 nr, const char *grams, GError **error);

/* The row numbers of at most `max` marked records in ascending order, as gint64 (g_array_unref). */
GArray *bh_row_store_list_marked(BhDb *db, int max, GError **error);
/* What changed, and of which kind the records are that depend on it. */
typedef struct {
  char *name; /* NULL: nothing is noted */
  char *kind;
  gint64 after;
} BhDuePending;
/* Frees the texts and sets them to NULL. */
void bh_due_pending_clear(BhDuePending *pending);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhDuePending, bh_due_pending_clear)
/* The row numbers of at most `max` records of the kind whose due days depend on `name`, those after
 * `after` in ascending order, as gint64 (g_array_unref). */
GArray *bh_row_store_list_dependants(BhDb *db, const char *kind, const char *name, gint64 after,
                                     int max, GError **error);
/* Notes that records of the kind after `after` must be marked, because `name` changed. */
gboolean bh_row_store_put_due(BhDb *db, const char *name, const char *kind, gint64 after,
                              GError **error);
/* Removes such a note. */
gboolean bh_row_store_drop_due(BhDb *db, const char *name, const char *kind, GError **error);
/* Reads one such note into `pending`, which must be zeroed; its name stays NULL when there is
 * none. */
gboolean bh_row_store_load_due(BhDb *db, BhDuePending *pending, GError **error);
/* *has: whether there is such a note. */
gboolean bh_row_store_has_due(BhDb *db, gboolean *has, GError **error);

/* Removes the marks of all records with a row number up to `nr`. */
gboolean bh_row_store_unmark(BhDb *db, gint64 nr, GError **error);

G_END_DECLS
