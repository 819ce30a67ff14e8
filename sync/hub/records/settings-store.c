/* SQL of settings-store.h. */
#include "sync/hub/records/settings-store.h"

#include <string.h>

#include "schema/codes.h"
#include "schema/merge.h"
#include "sync/db/params.h"
#include "sync/hub/log/log.h"

#define VERSION "settings" /* name of the counter */

static void add(BhSettingValues *settings, const char *id, const char *kind, const char *snapshot)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(BhRecord) record = bh_record_from_snapshot(snapshot, strlen(snapshot), &error);
  if (record == NULL) {
    g_warning("setting %s cannot be read: %s", id, error->message);
    return;
  }
  g_autoptr(json_t) values = bh_record_dup_values(record);
  bh_setting_values_add(settings, kind, id, values);
}

static gboolean add_all(BhSettingValues *settings, BhDb *db, const char *sql, int max,
                        GError **error)
{
  gboolean ended = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_query(db, sql, BH_PARAMS(bh_param_int("max", max)), error);
  if (stmt == NULL)
    return FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    add(settings, bh_stmt_get_text(stmt, 0), bh_stmt_get_text(stmt, 1), bh_stmt_get_text(stmt, 2));
  return ended;
}

BhSettingValues *bh_settings_store_load(BhDb *db, GError **error)
{
  g_autoptr(BhSettingValues) settings = bh_setting_values_new();
  return add_all(settings, db,
                 "SELECT id, kind, snapshot FROM record WHERE kind IN ('setting', 'calendar')"
                 " ORDER BY nr DESC LIMIT :max",
                 BH_SETTINGS_MAX, error) &&
                 add_all(settings, db,
                         "SELECT id, kind, snapshot FROM record WHERE kind = 'code'"
                         " ORDER BY nr DESC LIMIT :max",
                         BH_CODES_MAX, error)
             ? g_steal_pointer(&settings)
             : NULL;
}

gboolean bh_settings_store_get_version(BhDb *db, gint64 *version, GError **error)
{
  return bh_log_get_counter(db, VERSION, version, error);
}

gboolean bh_settings_store_set_version(BhDb *db, gint64 version, GError **error)
{
  return bh_log_set_counter(db, VERSION, version, error);
}
