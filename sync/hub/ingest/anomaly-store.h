/* SQL of the list of anomalies. Triggers of the database schema insert most rows;
 * bh_anomaly_store_add_clock adds the rows about clocks. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Adds an anomaly of a device's clock. If there is one with the same device, source and code
 * already, adds 1 to its column `times` instead. `source` is the id of the boot in which the clock
 * was wrong; or, with code "noted", the record in which a person stated whether the clock was
 * right. `record` is a record that the first entry with the anomaly changes. */
gboolean bh_anomaly_store_add_clock(BhDb *db, const char *device, const char *source,
                                    const char *code, gint64 position, const char *record,
                                    GError **error);
/* [{"nr","kind","code","at_ms","times","source","device"?,"unit"?,"record"?,"entry"?,"by"?,
 * "zh"?,"en"?,"message"?,"wall_ms"?,"scope"?,"scope2"?,"position"?,"look"?}] with "nr" below
 * `before`, newest first, at most `limit`, of one kind (NULL: of all). "entry": id of an entry that
 * is still in quarantine; "unit": of the device; "wall_ms": reading of the device's clock; "scope"
 * and "scope2": present scopes of the record. A new reference. */
json_t *bh_anomaly_store_list(BhDb *db, const char *kind, gint64 before, int limit, GError **error);

G_END_DECLS
