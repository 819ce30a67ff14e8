/* Rows of drafts. Inside sync/device only. */
#pragma once

#include "sync/device/store/device-private.h"

G_BEGIN_DECLS

/* Makes the draft or marks it as the newest. */
gboolean bh_drafts_store_touch(BhDevice *device, const char *author, const char *record,
                               const char *kind, gboolean *made, GError **error);
gboolean bh_drafts_store_put(BhDevice *device, const char *author, const char *record,
                             const char *key, const char *value, GError **error);
gint64 bh_drafts_store_count_keys(BhDevice *device, const char *author, const char *record);
/* {"record","kind","changed","updated_ms"}; BH_ERROR_NOT_FOUND. */
json_t *bh_drafts_store_get(BhDevice *device, const char *author, const char *record,
                            GError **error);
/* Removes one key; not an error when it is not there. */
/* Texts of the values of a draft, or of one key; appended to `out`. */
gboolean bh_drafts_store_list_values(BhDevice *device, const char *author, const char *record,
                                     const char *key, GPtrArray *out, GError **error);
/* Records of the author's drafts whose parent is this record. */
GPtrArray *bh_drafts_store_list_below(BhDevice *device, const char *author, const char *record,
                                      GError **error);
gboolean bh_drafts_store_remove(BhDevice *device, const char *author, const char *record,
                                const char *key, GError **error);
gboolean bh_drafts_store_drop(BhDevice *device, const char *author, const char *record,
                              gboolean *dropped, GError **error);

/* --- parts of drafts.c, inside a transaction --- */

/* One key, checked; makes the draft when there is none. */
gboolean bh_draft_put(BhDevice *device, const char *author, const char *record, const char *kind,
                      const char *key, const json_t *value, GError **error);
/* After the commit: what the value names is named by a draft now (release.h). */
void bh_draft_settle(BhDevice *device, const json_t *value);
/* Not an error when there is no draft. */
gboolean bh_draft_drop(BhDevice *device, const char *author, const char *record, GError **error);
/* The operation that `draft` becomes, with the values of `also` (may be NULL) over it. */
json_t *bh_draft_dup_operation(const json_t *draft, const char *record, const json_t *also);

G_END_DECLS
