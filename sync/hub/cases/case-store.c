/* SQL of case-store.h; one function for each statement. */
#include "sync/hub/cases/case-store.h"

#include "sync/db/params.h"

static gboolean collect(BhStmt *stmt, GArray *positions, GError **error)
{
  if (stmt == NULL)
    return FALSE;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    gint64 position = bh_stmt_get_int(stmt, 0);
    g_array_append_val(positions, position);
  }
  bh_stmt_reset(stmt);
  return ended;
}

gboolean bh_case_store_list_folded(BhDb *db, const char *record, GArray *positions, GError **error)
{
  return collect(bh_db_query(db,
                             "SELECT l.position FROM record r JOIN entry_record l"
                             " ON l.record = r.nr WHERE r.id = :record ORDER BY l.position",
                             BH_PARAMS(bh_param_text("record", record)), error),
                 positions, error);
}

static void quarantined_free(gpointer data)
{
  BhCaseQuarantined *quarantined = data;
  g_free(quarantined->decided_by);
  g_free(quarantined);
}

GPtrArray *bh_case_store_list_quarantined(BhDb *db, const char *records, GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_query(db,
                                       "SELECT position, decided_by FROM quarantine WHERE record IN"
                                       " (SELECT value FROM json_each(:records)) ORDER BY position",
                                       BH_PARAMS(bh_param_text("records", records)), error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(quarantined_free);
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    BhCaseQuarantined *quarantined = g_new0(BhCaseQuarantined, 1);
    quarantined->position = bh_stmt_get_int(stmt, 0);
    quarantined->decided_by = g_strdup(bh_stmt_get_text(stmt, 1));
    g_ptr_array_add(list, quarantined);
  }
  return ended ? g_steal_pointer(&list) : NULL;
}

gboolean bh_case_store_list_chain(BhDb *db, const char *device, const char *incarnation,
                                  gint64 from, gint64 to, GArray *positions, GError **error)
{
  return collect(bh_db_query(db,
                             "SELECT position FROM entry WHERE device = :device"
                             " AND incarnation = :incarnation AND seq BETWEEN :from AND :to"
                             " ORDER BY seq",
                             BH_PARAMS(bh_param_text("device", device),
                                       bh_param_text("incarnation", incarnation),
                                       bh_param_int("from", from), bh_param_int("to", to)),
                             error),
                 positions, error);
}
