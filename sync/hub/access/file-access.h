/* Checks whether a record gives access to a file that it names. It does only if the author of the
 * value, who named the file, had the bytes of the file. A hash is no secret, because it is printed
 * on papers and contained in entries; naming a hash must not give access to photos of others. */
#pragma once

#include "schema/merge.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

/* *proven: whether `sha256` is a current value of `record`, set by the hub or by a device whose
 * unit has sent the bytes. `hub` is the id of the hub. FALSE only when the store fails. */
gboolean bh_file_access_is_proven(BhDb *db, const char *hub, const BhKind *kind,
                                  const BhRecord *record, const char *sha256, gboolean *proven,
                                  GError **error);

G_END_DECLS
