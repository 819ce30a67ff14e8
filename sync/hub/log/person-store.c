/* SQL of person-store.h. The meaning of the keys is in schema/person.h. */
#include "sync/hub/log/person-store.h"

#include "sync/db/params.h"

gboolean bh_person_store_add_key(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO person_key (staff, key, set_ms) VALUES (:staff, :key, :now)"
                   " ON CONFLICT (staff, key) DO UPDATE SET until_ms = NULL",
                   BH_PARAMS(bh_param_text("staff", staff), bh_param_text("key", key),
                             bh_param_int("now", now_ms)),
                   error);
}

gboolean bh_person_store_set(BhDb *db, const char *staff, const char *seal, const char *key,
                             gint64 now_ms, gint64 until_ms, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO person_seal (staff, seal, set_ms) VALUES (:staff, :seal, :now)"
                   " ON CONFLICT (staff) DO UPDATE SET seal = excluded.seal,"
                   " set_ms = excluded.set_ms",
                   BH_PARAMS(bh_param_text("staff", staff), bh_param_text("seal", seal),
                             bh_param_int("now", now_ms)),
                   error) &&
         bh_db_run(db,
                   "UPDATE person_key SET until_ms = :until"
                   " WHERE staff = :staff AND until_ms IS NULL",
                   BH_PARAMS(bh_param_int("until", until_ms), bh_param_text("staff", staff)),
                   error) &&
         bh_person_store_add_key(db, staff, key, now_ms, error);
}

char *bh_person_store_dup_seal(BhDb *db, const char *staff, GError **error)
{
  char *seal = NULL;
  bh_db_dup_text(db, "SELECT seal FROM person_seal WHERE staff = :staff",
                 BH_PARAMS(bh_param_text("staff", staff)), &seal, error);
  return seal;
}

gboolean bh_person_store_accepts(BhDb *db, const char *staff, const char *key, gint64 now_ms,
                                 gboolean *accepted, GError **error)
{
  return bh_db_has_row(db,
                       "SELECT 1 FROM person_key WHERE staff = :staff AND key = :key"
                       " AND (until_ms IS NULL OR until_ms >= :now)",
                       BH_PARAMS(bh_param_text("staff", staff), bh_param_text("key", key),
                                 bh_param_int("now", now_ms)),
                       accepted, error);
}

gboolean bh_person_store_end_sessions(BhDb *db, const char *staff, GError **error)
{
  return bh_db_run(db, "DELETE FROM office_session WHERE staff = :staff",
                   BH_PARAMS(bh_param_text("staff", staff)), error);
}
