/* SQL of person-store.h. The meaning of the keys is in schema/person.h. */
#include "sync/hub/log/person-store.h"

#include "sync/hub/log/sql.h"

gboolean bh_person_store_add_key(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 GError **error)
{
  return bh_sql_run(db, error,
                    "INSERT INTO person_key (staff, key, set_ms) VALUES (:staff, :key, :now)"
                    " ON CONFLICT (staff, key) DO UPDATE SET until_ms = NULL",
                    "tti", "staff", staff, "key", key, "now", now_ms);
}

gboolean bh_person_store_set(BhDb *db, const char *staff, const char *seal, const char *key,
                             gint64 now_ms, gint64 until_ms, GError **error)
{
  return bh_sql_run(db, error,
                    "INSERT INTO person_seal (staff, seal, set_ms) VALUES (:staff, :seal, :now)"
                    " ON CONFLICT (staff) DO UPDATE SET seal = excluded.seal,"
                    " set_ms = excluded.set_ms",
                    "tti", "staff", staff, "seal", seal, "now", now_ms) &&
         bh_sql_run(db, error,
                    "UPDATE person_key SET until_ms = :until"
                    " WHERE staff = :staff AND until_ms IS NULL",
                    "it", "until", until_ms, "staff", staff) &&
         bh_person_store_add_key(db, staff, key, now_ms, error);
}

char *bh_person_store_dup_seal(BhDb *db, const char *staff, GError **error)
{
  gboolean found;
  g_autoptr(BhStmt) stmt = bh_sql_row(
      db, &found, error, "SELECT seal FROM person_seal WHERE staff = :staff", "t", "staff", staff);
  return stmt != NULL ? g_strdup(bh_stmt_get_text(stmt, 0)) : NULL;
}

gboolean bh_person_store_accepts(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 gboolean *accepted, GError **error)
{
  return bh_sql_has_row(db, accepted, error,
                        "SELECT 1 FROM person_key WHERE staff = :staff AND key = :key"
                        " AND (until_ms IS NULL OR until_ms >= :now)",
                        "tti", "staff", staff, "key", key, "now", now_ms);
}

gboolean bh_person_store_end_sessions(BhDb *db, const char *staff, GError **error)
{
  return bh_sql_run(db, error, "DELETE FROM office_session WHERE staff = :staff", "t", "staff",
                    staff);
}
