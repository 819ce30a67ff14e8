/* Rows of the list of anomalies. Only SQL; most rows come from triggers. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* The clock of a device was wrong in one boot (`source` is its id): one row, which counts its
 * entries. Or a person said whether it was right ("noted", `source` is the record of that).
 * `record` is one the first entry set. */
gboolean bh_anomaly_store_add_clock(BhDb *db, const char *device, const char *source,
                                    const char *code, gint64 position, const char *record,
                                    GError **error);
/* [{"nr","kind","code","at_ms","times","source","device"?,"unit"?,"record"?,"entry"?,"by"?,
 * "zh"?,"en"?,"message"?,"wall_ms"?,"scope"?,"scope2"?,"position"?,"look"?}] below `before`, newest
 * first, of one kind where that is not NULL. "entry": an entry that waits in quarantine; "unit": of
 * the device; "wall_ms": what the device's clock said; the scopes are the record's now. */
json_t *bh_anomaly_store_list(BhDb *db, const char *kind, gint64 before, int limit, GError **error);

G_END_DECLS
