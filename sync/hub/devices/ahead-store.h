/* Copies of urgent entries that came ahead of their chain (PROTOCOL § 5). They are shown, and have
 * no effect on records; a copy goes when its entry is added to the log. The rules of
 * log/log-store.h hold. */
#pragma once

#include "sync/hub/log/log.h"

G_BEGIN_DECLS

/* Adds a copy of the entry `id`, unless the log has the entry, the copy is here already, or
 * BH_AHEAD_KEPT_MAX copies of the device are. Removes copies older than 30 days. */
gboolean bh_ahead_store_add(BhDb *db, const char *id, const char *device, gint64 now_ms,
                            const BhEntryText *text, GError **error);
/* Copies of all devices, newest first, at most `limit` (BhEntryRow*, with `id`, `device`,
 * `received_ms` and `text` only). */
GPtrArray *bh_ahead_store_list(BhDb *db, int limit, GError **error);

G_END_DECLS
