/* What a copy of the store is asked before it is used. Only SQL. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* BH_ERROR_STORAGE with what the engine found first. */
gboolean bh_copy_store_check(BhDb *db, GError **error);
/* SHA-256 of all files that are complete, char*. */
GPtrArray *bh_copy_store_list_files(BhDb *db, GError **error);
/* When the newest entry was received; 0 when there is none. */
gboolean bh_copy_store_get_newest(BhDb *db, gint64 *newest_ms, GError **error);

G_END_DECLS
