/* What people read of one record besides its values: its history, and the files it names. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Entries that touched a record, newest first, a page: [{"entry","by","by_name","device",
 * "device_name","position","received_ms","clock":{…},"evidence":{"from_ms","to_ms","claimed_ms",
 * "basis","odd"?},"observed_ms","quarantined","sets":[{"key","value","was":[…],"replaced":[values
 * that those entries gave, as far as they were applied and are here]}]}]. "evidence" is a
 * BhEvidence (sync/wire/evidence.h). Reads at most 200 entries besides the page. */
json_t *bh_hub_history(BhHub *hub, BhDb *db, const char *record, gint64 before, int limit,
                       GError **error);
/* Path of a complete, verified file, g_free; NULL with BH_ERROR_NOT_FOUND. */
char *bh_hub_dup_file_path(BhHub *hub, BhDb *db, const char *sha256, char **media_type,
                           GError **error);

G_END_DECLS
