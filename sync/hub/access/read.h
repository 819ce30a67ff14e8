/* The history and the files of one record, for people. The functions do not check visibility; the
 * caller must. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* A page of the entries of a record, including those in quarantine, below position `before` (0:
 * from the newest), newest first, at most `limit`; a new reference:
 * [{"entry","by","by_name","device",
 * "device_name","position","received_ms","clock":{…},"evidence":{"from_ms","to_ms","claimed_ms",
 * "basis","odd"?},"observed_ms","quarantined","sets":[{"key","value","withheld"?,"was":[entries],"replaced":
 * [values]}]}]. "replaced" are the values that the entries in "was" set, if they were applied and
 * can be read. "evidence" is a BhEvidence (sync/wire/evidence.h). At most 200 entries besides the
 * page are read for "replaced". */
json_t *bh_hub_history(BhHub *hub, BhDb *db, const char *record, gint64 before, int limit,
                       GError **error);
/* Path (g_free) of the file with this hash in the folder of the hub. NULL with BH_ERROR_NOT_FOUND
 * when the hub has not received the complete file and verified it. `media_type` may be NULL;
 * *media_type: g_free. */
char *bh_hub_dup_file_path(BhHub *hub, BhDb *db, const char *sha256, char **media_type,
                           GError **error);

G_END_DECLS
