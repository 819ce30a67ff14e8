/* SQL of the rows of the index. FALSE with an error is a storage error. */
#pragma once

#include "sync/index/row.h"

G_BEGIN_DECLS

/* What the index holds of a record, to be removed again. All NULL: nothing. */
typedef struct {
  char *kind;
  char *text;
  char *values; /* JSON */
} BhIndexedRow;

/* Reads it into `row`, which is zeroed; its texts are freed by bh_indexed_row_clear. */
gboolean bh_row_store_load(BhDb *db, gint64 nr, BhIndexedRow *row, GError **error);
/* Frees the texts of the row and sets them to NULL. */
void bh_indexed_row_clear(BhIndexedRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhIndexedRow, bh_indexed_row_clear)

/* Writes the row of lists. `values` is JSON text. */
gboolean bh_row_store_put(BhDb *db, gint64 nr, const BhIndexRow *row, const GByteArray *sort_key,
                          const char *values, GError **error);
/* Removes it. */
gboolean bh_row_store_delete(BhDb *db, gint64 nr, GError **error);
/* Adds one value of a field; does nothing when it is there. */
gboolean bh_row_store_add_value(BhDb *db, const char *kind, const char *field, const char *value,
                                gint64 nr, GError **error);
/* Removes it. */
gboolean bh_row_store_remove_value(BhDb *db, const char *kind, const char *field, const char *value,
                                   gint64 nr, GError **error);
/* Adds the terms of a record to the search. */
gboolean bh_row_store_add_grams(BhDb *db, gint64 nr, const char *grams, GError **error);
/* Removes them; `grams` must be exactly what was added. */
gboolean bh_row_store_remove_grams(BhDb *db, gint64 nr, const char *grams, GError **error);

/* At most `max` marked numbers in ascending order, as gint64 (g_array_unref). */
GArray *bh_row_store_list_marked(BhDb *db, int max, GError **error);
/* Removes the marks up to `nr`. */
gboolean bh_row_store_unmark(BhDb *db, gint64 nr, GError **error);

G_END_DECLS
