/* Puts faults into the database of a hub. */
#include "tests/office/faults.h"

#include "sync/hub/hub-private.h"

static gboolean exec(BhHub *hub, BhDb *db, gpointer sql, GError **error)
{
  (void)hub;
  return bh_db_exec(db, sql, error);
}

gboolean test_add_refusal(BhHub *hub, GError **error)
{
  static const char sql[] = "INSERT INTO refusal VALUES (1, 1790000000000, '', 'denied', 'no')";
  return bh_hub_write(hub, exec, (gpointer)sql, error);
}

gboolean test_set_log_full(BhHub *hub, gboolean full, GError **error)
{
  g_autofree char *sql = g_strdup(full ? "CREATE TRIGGER full BEFORE INSERT ON access"
                                         " BEGIN SELECT RAISE(ABORT, 'no room'); END"
                                       : "DROP TRIGGER full");
  return bh_hub_write(hub, exec, sql, error);
}
