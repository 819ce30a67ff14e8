/* SQL that corrects stored times which are ahead of the hub's time. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Must be called after the hub's time was set back. Sessions, delays after wrong passwords,
 * enrolment texts, old keys of people and uploads with a time later than `now_ms` are treated as if
 * written at `now_ms`; otherwise they would last too long. Must be called on the writer thread. */
gboolean bh_clock_store_limit_times(BhDb *db, gint64 now_ms, GError **error);

G_END_DECLS
