/* Rows of files. Inside sync/device only. */
#pragma once

#include "sync/device/store/device-private.h"
#include "sync/device/store/outbox.h"

G_BEGIN_DECLS

/* Also takes it off the list of wanted ones. A known file stays as it is. */
gboolean bh_files_store_add(BhDevice *device, const char *sha256, gint64 size,
                            const char *media_type, GError **error);
/* *size is what is to be sent, -1 when it was declared before or is at the hub already. */
gboolean bh_files_store_declare(BhDevice *device, const char *sha256, gint64 pos, gint64 *size,
                                GError **error);
typedef struct {
  gboolean found, declared, done;
  gint64 size, sent;
} BhFileState;
gboolean bh_files_store_state(BhDevice *device, const char *sha256, BhFileState *state,
                              GError **error);
/* The next one to send among those declared at places up to `through`; NULL when none. */
BhPendingFile *bh_files_store_next(BhDevice *device, gint64 through, GError **error);
gboolean bh_files_store_note(BhDevice *device, const char *sha256, const char *upload, gint64 sent,
                             gboolean done, GError **error);
gboolean bh_files_store_recheck(BhDevice *device, gint64 *files, gint64 *bytes, GError **error);
gboolean bh_files_store_defer(BhDevice *device, const char *sha256, const char *why,
                              GError **error);
/* Rows for the queue: [{"sha256","size","sent","why"?,"declared"}]. */
json_t *bh_files_store_list_waiting(BhDevice *device, gint64 offset, int limit, GError **error);
/* A record names it, and it is not here. */
gboolean bh_files_store_is_wanted(BhDevice *device, const char *sha256, gboolean *wanted,
                                  GError **error);
GPtrArray *bh_files_store_list_wanted(BhDevice *device, int limit, GError **error);

G_END_DECLS
