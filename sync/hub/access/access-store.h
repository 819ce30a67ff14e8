/* Rows of the access log. Only SQL. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Whether the reader was shown the record that way within (after_ms, now_ms]. */
gboolean bh_access_store_has(BhDb *db, const char *reader, const char *record, const char *way,
                             gint64 after_ms, gint64 now_ms, gboolean *has, GError **error);
/* `record` and `kind` NULL: everything there is. */
gboolean bh_access_store_add(BhDb *db, gint64 now_ms, const char *reader, const char *way,
                             const char *record, const char *kind, GError **error);
/* [{"nr","at_ms","reader","way","record"?,"kind"?,"unit"?}] below `before`, newest
 * first; of one record and one reader where these are not NULL. "unit": the record's now. */
json_t *bh_access_store_list(BhDb *db, const char *record, const char *reader, gint64 before,
                             int limit, GError **error);

G_END_DECLS
