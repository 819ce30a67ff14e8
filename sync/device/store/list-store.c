/* Rows of lists by page, and the marks between pages. */
#include <stdio.h>
#include <string.h>

#include "sync/device/store/list.h"

#define MARK_MAX (2 * 1024 * 1024) /* bytes of text: the longest title a kind allows, in hex */
#define FROM_RECORD(key)                                                                           \
  "SELECT number, id, title, state, conflicts, changed, " key " FROM record WHERE kind = :kind"
#define DAY "CAST(due AS BLOB)"

/* --- rows --- */

static BhListRow *take_row(BhStmt *stmt)
{
  BhListRow *row = g_new0(BhListRow, 1);
  gsize len = 0;

  row->number = bh_stmt_get_int(stmt, 0);
  g_strlcpy(row->id, bh_stmt_get_text(stmt, 1), sizeof row->id);
  row->title = g_strdup(bh_stmt_get_text(stmt, 2));
  row->state = g_strdup(bh_stmt_get_text(stmt, 3));
  row->conflicts = bh_stmt_get_int(stmt, 4);
  row->changed = bh_stmt_get_int(stmt, 5);
  row->order_key = g_byte_array_new();
  const guint8 *bytes = bh_stmt_get_blob(stmt, 6, &len);
  if (len > 0)
    g_byte_array_append(row->order_key, bytes, (guint)len);
  return row;
}

BhListRow *bh_list_store_read(BhDevice *device, const char *kind, BhListOrder order, gint64 number,
                              GError **error)
{
  static const char *const texts[] = {
      [BH_LIST_BY_CHANGE] = FROM_RECORD("order_key") " AND number = :number",
      [BH_LIST_BY_TITLE] = FROM_RECORD("order_key") " AND number = :number",
      [BH_LIST_BY_DUE] = FROM_RECORD(DAY) " AND number = :number AND due IS NOT NULL",
  };
  gboolean found = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(device->db, texts[order], error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "number", number);
  bh_stmt_bind_text(stmt, "kind", kind);
  return bh_stmt_step(stmt, &found, error) && found ? take_row(stmt) : NULL;
}

static BhStmt *prepare_page(BhDevice *device, BhListOrder order, gboolean from_start,
                            GError **error)
{
  static const char *const first[] = {
      [BH_LIST_BY_CHANGE] = FROM_RECORD("order_key") " ORDER BY changed DESC LIMIT :limit",
      [BH_LIST_BY_TITLE] = FROM_RECORD("order_key") " ORDER BY order_key, number LIMIT :limit",
      [BH_LIST_BY_DUE] = FROM_RECORD(DAY) " AND due IS NOT NULL ORDER BY due, number LIMIT :limit",
  };
  static const char *const next[] = {
      [BH_LIST_BY_CHANGE] = FROM_RECORD("order_key") " AND changed < :changed"
                                                     " ORDER BY changed DESC LIMIT :limit",
      [BH_LIST_BY_TITLE] = FROM_RECORD("order_key") " AND (order_key, number) > (:key, :number)"
                                                    " ORDER BY order_key, number LIMIT :limit",
      [BH_LIST_BY_DUE] = FROM_RECORD(DAY) " AND due IS NOT NULL"
                                          " AND (due, number) > (CAST(:key AS TEXT), :number)"
                                          " ORDER BY due, number LIMIT :limit",
  };
  return bh_db_prepare(device->db, from_start ? first[order] : next[order], error);
}

GPtrArray *bh_list_store_page(BhDevice *device, const char *kind, BhListOrder order,
                              const BhListMark *mark, int limit, GError **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(bh_list_row_free);
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = prepare_page(device, order, !mark->set, error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "kind", kind);
  bh_stmt_bind_int(stmt, "limit", limit);
  if (mark->set && order == BH_LIST_BY_CHANGE) {
    bh_stmt_bind_int(stmt, "changed", mark->changed);
  } else if (mark->set) {
    bh_stmt_bind_blob(stmt, "key", mark->order_key->data, mark->order_key->len);
    bh_stmt_bind_int(stmt, "number", mark->number);
  }
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer(&rows);
    g_ptr_array_add(rows, take_row(stmt));
  }
}

/* --- marks --- */

void bh_list_row_free(gpointer data)
{
  BhListRow *row = data;

  g_free(row->title);
  g_free(row->state);
  g_clear_pointer(&row->order_key, g_byte_array_unref);
  g_free(row);
}

void bh_list_mark_clear(BhListMark *mark)
{
  g_clear_pointer(&mark->order_key, g_byte_array_unref);
  mark->set = FALSE;
}

static const char letters[] = "ctd";

/* "c<changed>" in the order of changes; "t<number>:<order key in hex>" in the order of titles, and
 * the same with "d" in the order of days. */
char *bh_list_row_dup_mark(const BhListRow *row, BhListOrder order)
{
  if (order == BH_LIST_BY_CHANGE)
    return g_strdup_printf("c%" G_GINT64_FORMAT, row->changed);
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_append_printf(text, "%c%" G_GINT64_FORMAT ":", letters[order], row->number);
  for (guint i = 0; i < row->order_key->len; i++)
    g_string_append_printf(text, "%02x", row->order_key->data[i]);
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static GByteArray *parse_hex(const char *hex)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new();

  for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
    int high = g_ascii_xdigit_value(hex[0]), low = g_ascii_xdigit_value(hex[1]);
    guint8 byte = (guint8)(high * 16 + low);
    if (high < 0 || low < 0)
      return NULL;
    g_byte_array_append(bytes, &byte, 1);
  }
  return hex[0] == '\0' ? g_steal_pointer(&bytes) : NULL;
}

gboolean bh_list_mark_parse(const char *text, BhListOrder order, BhListMark *mark, GError **error)
{
  if (text == NULL)
    return TRUE;
  char *end = NULL;
  gint64 number = 0;
  gboolean good = strlen(text) <= MARK_MAX && text[0] == letters[order] && g_ascii_isdigit(text[1]);
  if (good)
    number = g_ascii_strtoll(text + 1, &end, 10);
  if (good && order != BH_LIST_BY_CHANGE) {
    mark->order_key = *end == ':' ? parse_hex(end + 1) : NULL;
    good = mark->order_key != NULL;
  } else if (good) {
    good = *end == '\0';
  }
  if (!good) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_FORMAT,
                        "list: \"after\" is not of a page in this order");
    return FALSE;
  }
  mark->set = TRUE;
  mark->number = mark->changed = number;
  return TRUE;
}

void bh_list_mark_copy(const BhListMark *from, BhListMark *to)
{
  *to = *from;
  if (from->order_key != NULL)
    g_byte_array_ref(to->order_key);
}

void bh_list_mark_set(BhListMark *mark, const BhListRow *row, BhListOrder order)
{
  bh_list_mark_clear(mark);
  mark->set = TRUE;
  mark->number = row->number;
  mark->changed = row->changed;
  mark->order_key = order != BH_LIST_BY_CHANGE ? g_byte_array_ref(row->order_key) : NULL;
}

static int compare_keys(const GByteArray *a, const GByteArray *b)
{
  int order = memcmp(a->data, b->data, MIN(a->len, b->len));
  if (order != 0)
    return order;
  return a->len < b->len ? -1 : a->len > b->len;
}

gboolean bh_list_mark_is_before(const BhListMark *mark, const BhListRow *row, BhListOrder order)
{
  if (!mark->set)
    return TRUE;
  if (order == BH_LIST_BY_CHANGE)
    return row->changed < mark->changed;
  int by_key = compare_keys(row->order_key, mark->order_key);
  return by_key > 0 || (by_key == 0 && row->number > mark->number);
}

static int by_change(gconstpointer a, gconstpointer b)
{
  const BhListRow *x = *(const BhListRow *const *)a, *y = *(const BhListRow *const *)b;
  return x->changed > y->changed ? -1 : x->changed < y->changed;
}

static int by_key(gconstpointer a, gconstpointer b)
{
  const BhListRow *x = *(const BhListRow *const *)a, *y = *(const BhListRow *const *)b;
  int order = compare_keys(x->order_key, y->order_key);
  return order != 0 ? order : x->number < y->number ? -1 : x->number > y->number;
}

void bh_list_rows_sort(GPtrArray *rows, BhListOrder order)
{
  g_ptr_array_sort(rows, order == BH_LIST_BY_CHANGE ? by_change : by_key);
}
