/* Times in the store that lie ahead of the hub's time. Only SQL. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* The hub's time went back: sessions, waits after wrong passwords, enrolment texts, old keys of
 * people and uploads that were written later than `now_ms` last as if they were written then. */
gboolean bh_clock_store_bring_back(BhDb *db, gint64 now_ms, GError **error);

G_END_DECLS
