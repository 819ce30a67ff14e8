/* SQL of sealed-store.h. Rows are only added. */
#include "sync/hub/records/sealed-store.h"

#include "sync/db/params.h"

gboolean bh_sealed_store_add(BhDb *db, const char *record, const char *field, const char *entry,
                             const char *box, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO sealed (record, field, entry, box)"
                   " VALUES (:record, :field, :entry, :box)",
                   BH_PARAMS(bh_param_text("record", record), bh_param_text("field", field),
                             bh_param_text("entry", entry), bh_param_text("box", box)),
                   error);
}

gboolean bh_sealed_store_get(BhDb *db, const char *record, const char *field, const char *entry,
                             char **box, GError **error)
{
  return bh_db_dup_text(db,
                        "SELECT box FROM sealed WHERE record = :record AND field = :field"
                        " AND entry = :entry",
                        BH_PARAMS(bh_param_text("record", record), bh_param_text("field", field),
                                  bh_param_text("entry", entry)),
                        box, error);
}
