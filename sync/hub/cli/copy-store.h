/* SQL that checks a copy of the store before the copy is used. The functions return FALSE or NULL
 * with an error when the copy cannot be read. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Checks the store for damage. BH_ERROR_STORAGE with the first damage that SQLite reports. */
gboolean bh_copy_store_check(BhDb *db, GError **error);
/* The SHA-256 of all complete files (char*, hexadecimal); g_ptr_array_unref. */
GPtrArray *bh_copy_store_list_files(BhDb *db, GError **error);
/* *newest_ms: the time at which the newest entry was received; 0 when there is none. */
gboolean bh_copy_store_get_newest(BhDb *db, gint64 *newest_ms, GError **error);

G_END_DECLS
