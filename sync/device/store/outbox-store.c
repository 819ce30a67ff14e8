/* Rows of incarnations, receipts and quarantine. */
#include "sync/device/store/outbox-store.h"

static gboolean run_with_pos(BhDevice *device, const char *sql, gint64 from, gint64 to,
                             GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db, sql, error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "from", from);
  bh_stmt_bind_int(stmt, "to", to);
  return bh_stmt_run(stmt, error);
}

gboolean bh_outbox_store_set_acked(BhDevice *device, gint64 incarnation, gint64 seq, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db,
                               "UPDATE incarnation SET acked = :seq WHERE number = :number", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "seq", seq);
  bh_stmt_bind_int(stmt, "number", incarnation);
  return bh_stmt_run(stmt, error);
}

gboolean bh_outbox_store_add_receipt(BhDevice *device, gint64 pos, gint64 at_ms, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db,
                               "INSERT INTO receipt (pos, at_ms) VALUES (:pos, :at)"
                               " ON CONFLICT (pos) DO NOTHING",
                               error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "pos", pos);
  bh_stmt_bind_int(stmt, "at", at_ms);
  return bh_stmt_run(stmt, error);
}

gboolean bh_outbox_store_add_incarnation(BhDevice *device, gint64 number, const char *name,
                                         GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db,
                               "INSERT INTO incarnation (number, name, acked, included)"
                               " VALUES (:number, :name, 0, 0)",
                               error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "number", number);
  bh_stmt_bind_text(stmt, "name", name);
  return bh_stmt_run(stmt, error);
}

gboolean bh_outbox_store_move(BhDevice *device, gint64 from, gint64 to, const char *envelope,
                              const char *signature, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db,
                               "UPDATE entry SET pos = :to, envelope = :envelope,"
                               " signature = :signature WHERE pos = :from",
                               error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "from", from);
  bh_stmt_bind_int(stmt, "to", to);
  bh_stmt_bind_text(stmt, "envelope", envelope);
  bh_stmt_bind_text(stmt, "signature", signature);
  return bh_stmt_run(stmt, error) &&
         run_with_pos(device, "UPDATE entry_record SET pos = :to WHERE pos = :from", from, to,
                      error) &&
         run_with_pos(device, "UPDATE quarantine SET pos = :to WHERE pos = :from", from, to,
                      error) &&
         run_with_pos(device, "UPDATE view SET pos = :to WHERE pos = :from", from, to, error) &&
         run_with_pos(device, "UPDATE file SET declared = :to WHERE declared = :from", from, to,
                      error);
}

gboolean bh_outbox_store_get_included(BhDevice *device, const char *name, gint64 *number,
                                      gint64 *included, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT number, included FROM incarnation WHERE name = :name", error);

  *number = *included = 0;
  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "name", name);
  if (!bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (row) {
    *number = bh_stmt_get_int(stmt, 0);
    *included = bh_stmt_get_int(stmt, 1);
  }
  return TRUE;
}

gboolean bh_outbox_store_set_included(BhDevice *device, gint64 number, gint64 seq, GError **error)
{
  BhStmt *stmt = bh_db_prepare(
      device->db, "UPDATE incarnation SET included = :seq WHERE number = :number", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "seq", seq);
  bh_stmt_bind_int(stmt, "number", number);
  return bh_stmt_run(stmt, error);
}

gboolean bh_outbox_store_add_quarantine(BhDevice *device, gint64 pos, const char *reason,
                                        gboolean *added, GError **error)
{
  BhStmt *known =
      bh_db_prepare(device->db, "UPDATE quarantine SET reason = :reason WHERE pos = :pos", error);

  if (known == NULL)
    return FALSE;
  bh_stmt_bind_int(known, "pos", pos);
  bh_stmt_bind_text(known, "reason", reason);
  if (!bh_stmt_run(known, error))
    return FALSE;
  *added = bh_db_changes(device->db) == 0;
  if (!*added)
    return TRUE;
  BhStmt *stmt = bh_db_prepare(
      device->db, "INSERT INTO quarantine (pos, reason) VALUES (:pos, :reason)", error);
  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "pos", pos);
  bh_stmt_bind_text(stmt, "reason", reason);
  return bh_stmt_run(stmt, error);
}

gboolean bh_outbox_store_drop_quarantine(BhDevice *device, gint64 pos, GError **error)
{
  BhStmt *stmt = bh_db_prepare(device->db, "DELETE FROM quarantine WHERE pos = :pos", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "pos", pos);
  return bh_stmt_run(stmt, error);
}

GArray *bh_outbox_store_list_quarantine(BhDevice *device, GError **error)
{
  g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(gint64));
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT pos FROM quarantine ORDER BY pos", error);

  if (stmt == NULL)
    return NULL;
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer(&places);
    gint64 pos = bh_stmt_get_int(stmt, 0);
    g_array_append_val(places, pos);
  }
}

gboolean bh_outbox_store_has_base(BhDevice *device, gboolean *has, GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_prepare(device->db, "SELECT 1 FROM base LIMIT 1", error);
  return stmt != NULL && bh_stmt_step(stmt, has, error);
}
