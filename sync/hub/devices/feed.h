/* The snapshot feed (PROTOCOL § 6): what changed since a cursor, as far as a device may see it. */
#pragma once

#include "sync/hub/access/access.h"

G_BEGIN_DECLS

/* The answer of GET /v1/changes as text, g_free. `cursor` NULL or anything that does not fit
 * starts from the beginning and says so. One consistent read. What is restricted in it is noted in
 * `access`, to be logged before the answer goes out. */
char *bh_feed_changes(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *cursor,
                      int limit, BhAccess *access, GError **error);
/* Whether a file is shown by a record the device may see. */
gboolean bh_feed_shows_file(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *sha256,
                            gboolean *shows, BhAccess *access, GError **error);

G_END_DECLS
