/* The snapshot feed (PROTOCOL § 6): the records that changed since a cursor and that a device may
 * see, and the ids of records that it may no longer see. */
#pragma once

#include "sync/hub/access/access.h"

G_BEGIN_DECLS

/* The answer to GET /v1/changes as JSON text (g_free), at most `limit` records, from one read
 * transaction. If `cursor` is NULL or has become invalid, the answer starts from the beginning of
 * the feed and "reset" is true. Restricted records in the answer are added to `access`; the caller
 * must log them before the answer is sent. */
char *bh_feed_changes(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *cursor,
                      int limit, BhAccess *access, GError **error);
/* *shows: whether a record that the device may see gives access to the file (access/file-access.h).
 * If only restricted records do, one of these records is added to `access`; the caller must log it
 * before the file is sent. */
gboolean bh_feed_shows_file(BhHub *hub, BhDb *db, const BhHubDevice *device, const char *sha256,
                            gboolean *shows, BhAccess *access, GError **error);

G_END_DECLS
