/* SQL of the access log. `reader` is the person or device to whom a record was shown
 * (access-log.h). */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* *has: whether there is a row of this reader, record and way with after_ms < time <= now_ms. */
gboolean bh_access_store_has(BhDb *db, const char *reader, const char *record, const char *way,
                             gint64 after_ms, gint64 now_ms, gboolean *has, GError **error);
/* Adds a row to the access log. `record` and `kind` are NULL when all records were shown. Must run
 * on the writer thread. */
gboolean bh_access_store_add(BhDb *db, gint64 now_ms, const char *reader, const char *way,
                             const char *record, const char *kind, GError **error);
/* [{"nr","at_ms","reader","way","record"?,"kind"?,"unit"?}] with "nr" below `before`, newest first,
 * at most `limit`; of one record and of one reader if these are not NULL. "unit": present unit of
 * the record. A new reference. */
json_t *bh_access_store_list(BhDb *db, const char *record, const char *reader, gint64 before,
                             int limit, GError **error);

/* Adds the row of the opening of a sealed value. */
gboolean bh_access_store_add_unseal(BhDb *db, gint64 now_ms, const char *reader, const char *record,
                                    const char *kind, const char *field, const char *reason,
                                    GError **error);

G_END_DECLS
