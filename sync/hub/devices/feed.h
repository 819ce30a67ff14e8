/* The snapshot feed (PROTOCOL § 6): the records that changed since a cursor and that a device may
 * see, and the ids of those that it may not see any more. */
#pragma once

#include "sync/hub/access/access.h"

G_BEGIN_DECLS

/* The answer to GET /v1/changes as JSON text (g_free), at most `limit` records, from one read
 * transaction. With a `cursor` that is NULL or not valid any more it starts from the beginning,
 * with "reset" true. Restricted records in it are added to `access`; the caller must log them
 * before the answer is sent. */
char *bh_feed_changes(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *cursor,
                      int limit, BhAccess *access, GError **error);
/* *shows: whether a record that the device may see gives access to a file. If only restricted ones
 * do, one of them is added to `access`, to be logged before the file is sent. */
gboolean bh_feed_shows_file(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *sha256,
                            gboolean *shows, BhAccess *access, GError **error);

G_END_DECLS
