/* SQL of quarantine-store.h: quarantine, reports and refusals. */
#include "sync/hub/log/quarantine-store.h"

#include "sync/db/params.h"

#define REFUSALS_KEPT 1000

gboolean bh_log_add_quarantine(BhDb *db, gint64 position, const char *entry, const char *device,
                               const char *record, const GError *reason, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO quarantine (position, entry, device, record, code, message)"
                   " VALUES (:position, :entry, :device, :record, :code, :message)",
                   BH_PARAMS(bh_param_int("position", position), bh_param_text("entry", entry),
                             bh_param_text("device", device), bh_param_text("record", record),
                             bh_param_text("code", bh_error_code_name((BhErrorCode)reason->code)),
                             bh_param_text("message", reason->message)),
                   error);
}

gboolean bh_log_find_quarantine(BhDb *db, const char *entry, gint64 *position, GError **error)
{
  return bh_db_get_int(db,
                       "SELECT position FROM quarantine"
                       " WHERE entry = :entry AND decided_by IS NULL",
                       BH_PARAMS(bh_param_text("entry", entry)), position, error);
}

gboolean bh_log_decide_quarantine(BhDb *db, gint64 position, const char *decided_by, GError **error)
{
  return bh_db_run(db, "UPDATE quarantine SET decided_by = :by WHERE position = :position",
                   BH_PARAMS(bh_param_text("by", decided_by), bh_param_int("position", position)),
                   error);
}

gboolean bh_log_count_quarantine(BhDb *db, const char *device, gint64 *count, GError **error)
{
  return bh_db_get_int(db,
                       "SELECT count(*) FROM quarantine WHERE device = :device"
                       " AND decided_by IS NULL",
                       BH_PARAMS(bh_param_text("device", device)), count, error);
}

json_t *bh_log_list_quarantine(BhDb *db, const char *device, gint64 before, int limit,
                               GError **error)
{
  g_autoptr(BhStmt) stmt =
      device != NULL
          ? bh_db_query(db,
                        "SELECT q.entry, q.record, q.code, q.message, q.device, q.position, 0"
                        " FROM quarantine q WHERE device = :device AND decided_by IS NULL"
                        " ORDER BY position DESC LIMIT :limit",
                        BH_PARAMS(bh_param_text("device", device), bh_param_int("limit", limit)),
                        error)
          : bh_db_query(db,
                        "SELECT q.entry, q.record, q.code, q.message, q.device, q.position,"
                        " e.received_ms FROM quarantine q JOIN entry e USING (position)"
                        " WHERE q.decided_by IS NULL AND q.position < :before"
                        " ORDER BY q.position DESC LIMIT :limit",
                        BH_PARAMS(bh_param_int("before", before > 0 ? before : G_MAXINT64),
                                  bh_param_int("limit", limit)),
                        error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) list = json_array();
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *item = json_pack("{s:s, s:s?, s:s, s:s}", "entry", bh_stmt_get_text(stmt, 0), "record",
                             bh_stmt_get_text(stmt, 1), "reason", bh_stmt_get_text(stmt, 2),
                             "message", bh_stmt_get_text(stmt, 3));
    if (device == NULL) {
      json_object_set_new(item, "device", json_string(bh_stmt_get_text(stmt, 4)));
      json_object_set_new(item, "position", json_integer(bh_stmt_get_int(stmt, 5)));
      json_object_set_new(item, "received_ms", json_integer(bh_stmt_get_int(stmt, 6)));
    }
    json_array_append_new(list, item);
  }
  return ended ? g_steal_pointer(&list) : NULL;
}

gboolean bh_log_collect_quarantined(BhDb *db, const char *device, const char *incarnation,
                                    gint64 from, gint64 to, GPtrArray *ids, GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_query(
      db,
      "SELECT q.entry FROM entry e JOIN quarantine q USING (position)"
      " WHERE e.device = :device AND e.incarnation = :incarnation"
      " AND e.seq BETWEEN :from AND :to AND q.decided_by IS NULL",
      BH_PARAMS(bh_param_text("device", device), bh_param_text("incarnation", incarnation),
                bh_param_int("from", from), bh_param_int("to", to)),
      error);
  if (stmt == NULL)
    return FALSE;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(ids, g_strdup(bh_stmt_get_text(stmt, 0)));
  return ended;
}

gboolean bh_log_add_report(BhDb *db, gint64 position, int nr, const char *record,
                           const BhProblem *problem, GError **error)
{
  return bh_db_run(
      db,
      "INSERT INTO report (position, nr, record, field, code, text_zh, text_en)"
      " VALUES (:position, :nr, :record, :field, :code, :zh, :en)",
      BH_PARAMS(bh_param_int("position", position), bh_param_int("nr", nr),
                bh_param_text("record", record), bh_param_text("field", problem->field),
                bh_param_text("code", problem->code), bh_param_text("zh", problem->text_zh),
                bh_param_text("en", problem->text_en)),
      error);
}

json_t *bh_log_list_reports(BhDb *db, const char *record, int limit, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(db,
                  "SELECT e.id, p.field, p.code, p.text_zh, p.text_en FROM report p"
                  " JOIN entry e USING (position) WHERE p.record = :record"
                  " ORDER BY p.position DESC, p.nr LIMIT :limit",
                  BH_PARAMS(bh_param_text("record", record), bh_param_int("limit", limit)), error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) list = json_array();
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "entry", bh_stmt_get_text(stmt, 0), "field",
                        bh_stmt_get_text(stmt, 1), "code", bh_stmt_get_text(stmt, 2), "zh",
                        bh_stmt_get_text(stmt, 3), "en", bh_stmt_get_text(stmt, 4)));
  return ended ? g_steal_pointer(&list) : NULL;
}

gboolean bh_log_add_refusal(BhDb *db, const char *device, const GError *reason, gint64 now_ms,
                            GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO refusal (nr, at_ms, device, code, message) VALUES"
                   " ((SELECT coalesce(max(nr), 0) + 1 FROM refusal), :now, :device, :code,"
                   " :message)",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("device", device),
                             bh_param_text("code", bh_error_code_name((BhErrorCode)reason->code)),
                             bh_param_text("message", reason->message)),
                   error) &&
         bh_db_run(db, "DELETE FROM refusal WHERE nr <= (SELECT max(nr) FROM refusal) - :kept",
                   BH_PARAMS(bh_param_int("kept", REFUSALS_KEPT)), error);
}

gboolean bh_log_has_refusal(BhDb *db, const char *device, BhErrorCode code, gint64 since_ms,
                            gint64 now_ms)
{
  gboolean was_refused = FALSE;
  bh_db_has_row(db,
                "SELECT 1 FROM refusal WHERE device = :device AND code = :code"
                " AND at_ms >= :since AND at_ms <= :now LIMIT 1",
                BH_PARAMS(bh_param_text("device", device),
                          bh_param_text("code", bh_error_code_name(code)),
                          bh_param_int("since", since_ms), bh_param_int("now", now_ms)),
                &was_refused, NULL);
  return was_refused;
}
