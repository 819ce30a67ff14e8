/* Rows of lists, and the marks that say where a page ended. bh_device_list itself is in
 * device.h. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

typedef enum {
  BH_LIST_BY_CHANGE, /* newest first */
  BH_LIST_BY_TITLE,
  BH_LIST_BY_DUE, /* only records that are due by a day, the earliest first */
} BhListOrder;

typedef struct {
  gint64 number;
  char id[BH_ID_LEN + 1];
  char *title;
  char *state;
  gint64 conflicts;
  gint64 changed;
  GByteArray *order_key; /* sorts by title or by day; empty when the row is not in the order */
} BhListRow;
/* A GDestroyNotify. */
void bh_list_row_free(gpointer row);

/* Where a page ended: the next one starts behind it. */
typedef struct {
  gboolean set;
  gint64 changed;
  GByteArray *order_key;
  gint64 number;
} BhListMark;
/* Frees what it holds and unsets it. */
void bh_list_mark_clear(BhListMark *mark);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhListMark, bh_list_mark_clear)
/* Reads a mark that bh_list_row_dup_mark wrote; NULL text: the beginning. BH_ERROR_FORMAT for other
 * texts, and for a mark of another order. */
gboolean bh_list_mark_parse(const char *text, BhListOrder order, BhListMark *mark, GError **error);
/* Makes `to`, which must be zero, a copy. */
void bh_list_mark_copy(const BhListMark *from, BhListMark *to);
/* Moves a mark to a row. */
void bh_list_mark_set(BhListMark *mark, const BhListRow *row, BhListOrder order);
/* Whether the row comes behind the mark. */
gboolean bh_list_mark_is_before(const BhListMark *mark, const BhListRow *row, BhListOrder order);
/* The mark behind a row, as text; g_free. */
char *bh_list_row_dup_mark(const BhListRow *row, BhListOrder order);
/* Sorts an array of BhListRow. */
void bh_list_rows_sort(GPtrArray *rows, BhListOrder order);

/* --- rows (list-store.c) --- */

/* One row; bh_list_row_free. NULL without error when there is no such record, or it is of another
 * kind. */
BhListRow *bh_list_store_read(BhDevice *device, const char *kind, BhListOrder order, gint64 number,
                              GError **error);
/* At most `limit` rows of a kind behind the mark; GPtrArray of BhListRow that it owns. */
GPtrArray *bh_list_store_page(BhDevice *device, const char *kind, BhListOrder order,
                              const BhListMark *mark, int limit, GError **error);

G_END_DECLS
