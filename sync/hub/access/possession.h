/* Whether a record names a file whose bytes its author had. A hash is no secret: it stands on
 * papers and in entries, and naming one must open nobody else's photos. */
#pragma once

#include "schema/merge.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

/* *proven: `sha256` is a value of `record` set by the hub, or on a device of a unit that sent the
 * bytes. FALSE only when the store fails. */
gboolean bh_possession_is_proven(BhDb *db, const char *hub, const BhKind *kind,
                                 const BhRecord *record, const char *sha256, gboolean *proven,
                                 GError **error);

G_END_DECLS
