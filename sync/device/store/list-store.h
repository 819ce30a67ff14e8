/* Rows of lists and the places between them. Inside sync/device only. */
#pragma once

#include "sync/device/store/device-private.h"

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
void bh_list_row_free(gpointer row);

/* Where a page ended: the next one starts behind it. */
typedef struct {
  gboolean set;
  gint64 changed;
  GByteArray *order_key;
  gint64 number;
} BhListMark;
void bh_list_mark_clear(BhListMark *mark);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhListMark, bh_list_mark_clear)
/* NULL text: the beginning. BH_ERROR_FORMAT for what no page ever gave. */
gboolean bh_list_mark_parse(const char *text, BhListOrder order, BhListMark *mark, GError **error);
void bh_list_mark_copy(const BhListMark *from, BhListMark *to);
void bh_list_mark_set(BhListMark *mark, const BhListRow *row, BhListOrder order);
gboolean bh_list_mark_is_before(const BhListMark *mark, const BhListRow *row, BhListOrder order);
char *bh_list_row_dup_mark(const BhListRow *row, BhListOrder order);
void bh_list_rows_sort(GPtrArray *rows, BhListOrder order);

/* NULL without error when the record is not there or of another kind. */
BhListRow *bh_list_store_read(BhDevice *device, const char *kind, BhListOrder order, gint64 number,
                              GError **error);
GPtrArray *bh_list_store_page(BhDevice *device, const char *kind, BhListOrder order,
                              const BhListMark *mark, int limit, GError **error);

G_END_DECLS
