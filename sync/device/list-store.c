#include "sync/device/list-store.h"

#define COLUMNS "SELECT number, id, title, state, conflicts, changed, order_key FROM record "

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

BhListRow *bh_list_store_read(BhDevice *device, const char *kind, gint64 number, GError **error)
{
  gboolean found = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, COLUMNS "WHERE number = :number AND kind = :kind", error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "number", number);
  bh_stmt_bind_text(stmt, "kind", kind);
  return bh_stmt_step(stmt, &found, error) && found ? take_row(stmt) : NULL;
}

static BhStmt *prepare_page(BhDevice *device, gboolean by_title, gboolean from_start,
                            GError **error)
{
  if (!by_title)
    return bh_db_prepare(device->db,
                         COLUMNS "WHERE kind = :kind AND changed < :changed"
                                 " ORDER BY changed DESC LIMIT :limit",
                         error);
  if (from_start)
    return bh_db_prepare(
        device->db, COLUMNS "WHERE kind = :kind ORDER BY order_key, number LIMIT :limit", error);
  return bh_db_prepare(device->db,
                       COLUMNS "WHERE kind = :kind AND (order_key, number) > (:key, :number)"
                               " ORDER BY order_key, number LIMIT :limit",
                       error);
}

GPtrArray *bh_list_store_page(BhDevice *device, const char *kind, gboolean by_title,
                              const BhListMark *mark, int limit, GError **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(bh_list_row_free);
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = prepare_page(device, by_title, !mark->set, error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "kind", kind);
  bh_stmt_bind_int(stmt, "limit", limit);
  if (!by_title) {
    bh_stmt_bind_int(stmt, "changed", mark->set ? mark->changed : G_MAXINT64);
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
