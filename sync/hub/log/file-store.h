/* Files: which entries declared them, which units sent them, which are complete. The rules of
 * log-store.h hold. */
#pragma once

#include "schema/entry.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* *size: -1 when no entry declared the file; the first declared size while the file is not
 * complete; the verified size when the file is complete. `media_type` may be NULL; *media_type:
 * g_free. */
gboolean bh_log_get_file(BhDb *db, const char *sha256, gint64 *size, char **media_type,
                         gboolean *complete, GError **error);
/* Stores that an entry signed by `device` declares a file, so that the devices of its unit may send
 * a file of that size. `device` may be the hub; NULL: no unit may send the file. */
gboolean bh_log_declare_file(BhDb *db, const char *device, const char *sha256, gint64 size,
                             const char *media_type, GError **error);
/* *claimed: `size` if an entry of the device's unit declared the file with that size; another
 * declared size if not; -1 when none declared the file. */
gboolean bh_log_get_claim(BhDb *db, const char *device, const char *sha256, gint64 size,
                          gint64 *claimed, GError **error);
/* Stores that the hub has the complete file, verified, with `size` bytes. */
gboolean bh_log_complete_file(BhDb *db, const char *sha256, gint64 size, gint64 now_ms,
                              GError **error);
/* Stores that the unit of `device` has sent all bytes of the file. */
gboolean bh_log_add_file_sender(BhDb *db, const char *sha256, const char *device, GError **error);
/* *sent: whether the unit of `device` has sent all bytes of the file, and the hub has the complete
 * file. */
gboolean bh_log_has_unit_sent_file(BhDb *db, const char *sha256, const char *device, gboolean *sent,
                                   GError **error);
/* *sent: whether the entry `entry` was signed by the hub, or by a device whose unit has sent all
 * bytes of the file. */
gboolean bh_log_is_sent_by_author(BhDb *db, const char *hub, const char *entry, const char *sha256,
                                  gboolean *sent, GError **error);

G_END_DECLS
