/* Rows of incarnations, receipts and quarantine. */
#include "sync/device/store/outbox-store.h"

#include "sync/db/params.h"

static gboolean run_with_pos(BhDevice *device, const char *sql, gint64 from, gint64 to,
                             GError **error)
{
  return bh_db_run(device->db, sql, BH_PARAMS(bh_param_int("from", from), bh_param_int("to", to)),
                   error);
}

gboolean bh_outbox_store_set_acked(BhDevice *device, gint64 incarnation, gint64 seq, GError **error)
{
  return bh_db_run(device->db, "UPDATE incarnation SET acked = :seq WHERE number = :number",
                   BH_PARAMS(bh_param_int("seq", seq), bh_param_int("number", incarnation)), error);
}

gboolean bh_outbox_store_add_receipt(BhDevice *device, gint64 pos, gint64 at_ms, GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO receipt (pos, at_ms) VALUES (:pos, :at)"
                   " ON CONFLICT (pos) DO NOTHING",
                   BH_PARAMS(bh_param_int("pos", pos), bh_param_int("at", at_ms)), error);
}

gboolean bh_outbox_store_add_incarnation(BhDevice *device, gint64 number, const char *name,
                                         GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO incarnation (number, name, acked, included)"
                   " VALUES (:number, :name, 0, 0)",
                   BH_PARAMS(bh_param_int("number", number), bh_param_text("name", name)), error);
}

gboolean bh_outbox_store_move(BhDevice *device, gint64 from, gint64 to, const char *envelope,
                              const char *signature, GError **error)
{
  return bh_db_run(device->db,
                   "UPDATE entry SET pos = :to, envelope = :envelope,"
                   " signature = :signature WHERE pos = :from",
                   BH_PARAMS(bh_param_int("from", from), bh_param_int("to", to),
                             bh_param_text("envelope", envelope),
                             bh_param_text("signature", signature)),
                   error) &&
         run_with_pos(device, "UPDATE entry_record SET pos = :to WHERE pos = :from", from, to,
                      error) &&
         run_with_pos(device, "UPDATE quarantine SET pos = :to WHERE pos = :from", from, to,
                      error) &&
         run_with_pos(device, "UPDATE view SET pos = :to WHERE pos = :from", from, to, error) &&
         run_with_pos(device, "UPDATE file SET declared = :to WHERE declared = :from", from, to,
                      error);
}

/* --- entries that are sent ahead --- */

gboolean bh_outbox_store_add_ahead(BhDevice *device, const char *id, GError **error)
{
  return bh_db_run(device->db, "INSERT OR IGNORE INTO ahead (id) VALUES (:id)",
                   BH_PARAMS(bh_param_text("id", id)), error);
}

GArray *bh_outbox_store_list_ahead(BhDevice *device, GError **error)
{
  return bh_stmt_collect_ints(
      bh_db_query(device->db,
                  "SELECT entry.pos FROM ahead JOIN entry ON entry.id = ahead.id ORDER BY ahead.id",
                  NULL, error),
      error);
}

gboolean bh_outbox_store_drop_ahead_through(BhDevice *device, gint64 pos, GError **error)
{
  return bh_db_run(device->db,
                   "DELETE FROM ahead"
                   " WHERE ifnull((SELECT pos FROM entry WHERE entry.id = ahead.id), 0) <= :pos",
                   BH_PARAMS(bh_param_int("pos", pos)), error);
}

gboolean bh_outbox_store_drop_ahead(BhDevice *device, gint64 pos, GError **error)
{
  return bh_db_run(device->db,
                   "DELETE FROM ahead WHERE id = (SELECT id FROM entry WHERE pos = :pos)",
                   BH_PARAMS(bh_param_int("pos", pos)), error);
}

gboolean bh_outbox_store_get_included(BhDevice *device, const char *name, gint64 *number,
                                      gint64 *included, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  gboolean ok =
      bh_db_query_row(device->db, "SELECT number, included FROM incarnation WHERE name = :name",
                      BH_PARAMS(bh_param_text("name", name)), &row, error);

  *number = row != NULL ? bh_stmt_get_int(row, 0) : 0;
  *included = row != NULL ? bh_stmt_get_int(row, 1) : 0;
  return ok;
}

gboolean bh_outbox_store_set_included(BhDevice *device, gint64 number, gint64 seq, GError **error)
{
  return bh_db_run(device->db, "UPDATE incarnation SET included = :seq WHERE number = :number",
                   BH_PARAMS(bh_param_int("seq", seq), bh_param_int("number", number)), error);
}

gboolean bh_outbox_store_add_quarantine(BhDevice *device, gint64 pos, const char *reason,
                                        gboolean *added, GError **error)
{
  if (!bh_db_run(device->db, "UPDATE quarantine SET reason = :reason WHERE pos = :pos",
                 BH_PARAMS(bh_param_int("pos", pos), bh_param_text("reason", reason)), error))
    return FALSE;
  *added = bh_db_changes(device->db) == 0;
  return !*added ||
         bh_db_run(device->db, "INSERT INTO quarantine (pos, reason) VALUES (:pos, :reason)",
                   BH_PARAMS(bh_param_int("pos", pos), bh_param_text("reason", reason)), error);
}

gboolean bh_outbox_store_drop_quarantine(BhDevice *device, gint64 pos, GError **error)
{
  return bh_db_run(device->db, "DELETE FROM quarantine WHERE pos = :pos",
                   BH_PARAMS(bh_param_int("pos", pos)), error);
}

GArray *bh_outbox_store_list_quarantine(BhDevice *device, GError **error)
{
  return bh_stmt_collect_ints(
      bh_db_query(device->db, "SELECT pos FROM quarantine ORDER BY pos", NULL, error), error);
}

gboolean bh_outbox_store_has_base(BhDevice *device, gboolean *has, GError **error)
{
  return bh_db_has_row(device->db, "SELECT 1 FROM base LIMIT 1", NULL, has, error);
}
