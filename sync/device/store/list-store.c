#include "sync/device/store/list-store.h"

#define FROM_RECORD(key)                                                                           \
  "SELECT number, id, title, state, conflicts, changed, " key " FROM record WHERE kind = :kind"
#define DAY "CAST(due AS BLOB)"

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
