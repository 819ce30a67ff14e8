/* Rows of the shadow; see shadow-store.h. */
#include "sync/device/store/shadow-store.h"

#include "sync/db/params.h"

void bh_shadow_clear(BhShadow *shadow)
{
  g_clear_pointer(&shadow->cursor, g_free);
  g_clear_pointer(&shadow->included, g_free);
}

gboolean bh_shadow_store_read(BhDevice *device, BhShadow *shadow, gboolean *found, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  gboolean ok = bh_db_query_row(
      device->db, "SELECT cursor, included, phase, place FROM shadow_state", NULL, &row, error);

  *found = row != NULL;
  if (row != NULL) {
    shadow->cursor = g_strdup(bh_stmt_get_text(row, 0));
    shadow->included = g_strdup(bh_stmt_get_text(row, 1));
    shadow->phase = bh_stmt_get_int(row, 2);
    shadow->place = bh_stmt_get_int(row, 3);
  }
  return ok;
}

gboolean bh_shadow_store_is_open(BhDevice *device)
{
  gboolean is_open = FALSE;

  bh_db_has_row(device->db, "SELECT 1 FROM shadow_state", NULL, &is_open, NULL);
  return is_open;
}

char *bh_shadow_store_dup_cursor(BhDevice *device)
{
  g_auto(BhShadow) shadow = {0};
  gboolean found = FALSE;

  return bh_shadow_store_read(device, &shadow, &found, NULL) ? g_steal_pointer(&shadow.cursor)
                                                             : NULL;
}

gboolean bh_shadow_store_set_cursor(BhDevice *device, const char *cursor, const char *included,
                                    GError **error)
{
  return bh_db_run(device->db,
                   "INSERT INTO shadow_state (one, cursor, included, phase, place)"
                   " VALUES (1, :cursor, :included, 0, 0) ON CONFLICT (one) DO UPDATE SET"
                   " cursor = excluded.cursor, included = excluded.included",
                   BH_PARAMS(bh_param_text("cursor", cursor), bh_param_text("included", included)),
                   error);
}

gboolean bh_shadow_store_move(BhDevice *device, gint64 phase, gint64 place, GError **error)
{
  return bh_db_run(device->db, "UPDATE shadow_state SET phase = :phase, place = :place",
                   BH_PARAMS(bh_param_int("phase", phase), bh_param_int("place", place)), error);
}

gboolean bh_shadow_store_end(BhDevice *device, GError **error)
{
  return bh_db_exec(device->db, "DELETE FROM shadow_state", error);
}

gboolean bh_shadow_store_restart(BhDevice *device, GError **error)
{
  return bh_db_exec(device->db,
                    "INSERT INTO shadow_state (one, cursor, floor, phase, place) SELECT 1, '',"
                    " coalesce(max(number), 0), 0, coalesce(max(number), 0) FROM shadow WHERE true"
                    " ON CONFLICT (one) DO UPDATE SET floor = max(floor, excluded.floor),"
                    " included = NULL, phase = 0, place = max(floor, excluded.floor)",
                    error);
}

gboolean bh_shadow_store_trim(BhDevice *device, int limit, gboolean *more, GError **error)
{
  if (!bh_db_run(device->db,
                 "DELETE FROM shadow WHERE number IN (SELECT number FROM shadow"
                 " ORDER BY number LIMIT :limit)",
                 BH_PARAMS(bh_param_int("limit", limit)), error))
    return FALSE;
  *more = bh_db_changes(device->db) == limit;
  return TRUE;
}

gboolean bh_shadow_store_put(BhDevice *device, const char *record, const char *text, GError **error)
{
  return bh_shadow_store_drop(device, record, error) &&
         bh_db_run(device->db,
                   "INSERT INTO shadow (number, record, text) SELECT 1 + max("
                   "coalesce((SELECT max(number) FROM shadow), 0),"
                   " coalesce((SELECT floor FROM shadow_state), 0)), :record, :text",
                   BH_PARAMS(bh_param_text("record", record), bh_param_text("text", text)), error);
}

gboolean bh_shadow_store_drop(BhDevice *device, const char *record, GError **error)
{
  return bh_db_run(device->db, "DELETE FROM shadow WHERE record = :record",
                   BH_PARAMS(bh_param_text("record", record)), error);
}

gint64 bh_shadow_store_max(BhDevice *device)
{
  gint64 number = 0;

  bh_db_get_int(device->db, "SELECT max(number) FROM shadow", NULL, &number, NULL);
  return number;
}

char *bh_shadow_store_next_difference(BhDevice *device, gint64 *number, gint64 through,
                                      GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT s.number, s.text FROM shadow s LEFT JOIN record r ON r.id = s.record"
                       " LEFT JOIN base b ON b.number = r.nr"
                       " WHERE s.number > :number AND s.number <= :through"
                       " AND (b.text IS NULL OR b.text <> s.text OR b.gone = 1)"
                       " ORDER BY s.number LIMIT 1",
                       BH_PARAMS(bh_param_int("number", *number), bh_param_int("through", through)),
                       &row, error) ||
      row == NULL)
    return NULL;
  *number = bh_stmt_get_int(row, 0);
  return g_strdup(bh_stmt_get_text(row, 1));
}

char *bh_shadow_store_next_vanished(BhDevice *device, gint64 *number, gint64 through,
                                    GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT b.number, r.id FROM base b JOIN record r ON r.nr = b.number"
                       " WHERE b.number > :number AND b.number <= :through"
                       " AND NOT EXISTS (SELECT 1 FROM shadow s WHERE s.record = r.id"
                       " AND s.number > (SELECT floor FROM shadow_state))"
                       " ORDER BY b.number LIMIT 1",
                       BH_PARAMS(bh_param_int("number", *number), bh_param_int("through", through)),
                       &row, error) ||
      row == NULL)
    return NULL;
  *number = bh_stmt_get_int(row, 0);
  return g_strdup(bh_stmt_get_text(row, 1));
}
