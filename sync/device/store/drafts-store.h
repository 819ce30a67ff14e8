/* Rows of drafts. Functions that write run inside a transaction of the caller (core.h). */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Drafts of a kind whose field `field` names `parent`, or whose record belongs to it, newest first:
 * [{"record","kind","updated_ms","changed":{key: value}}], in one statement. */
json_t *bh_drafts_store_list_of_parent(BhDevice *device, const char *author, const char *kind,
                                       const char *field, const char *parent, GError **error);

/* Makes the draft and sets *made, or makes an existing draft the newest one. */
gboolean bh_drafts_store_touch(BhDevice *device, const char *author, const char *record,
                               const char *kind, gboolean *made, GError **error);
/* Sets one key of an existing draft; `value` is JSON text. */
gboolean bh_drafts_store_put(BhDevice *device, const char *author, const char *record,
                             const char *key, const char *value, GError **error);
/* Number of keys of a draft; 0 when there is no draft, and on error. */
gint64 bh_drafts_store_count_keys(BhDevice *device, const char *author, const char *record);
/* Number of drafts of a person; 0 on error. */
gint64 bh_drafts_store_count_author(BhDevice *device, const char *author);
/* Whether anybody has a draft of this record; FALSE on error. */
gboolean bh_drafts_store_has_record(BhDevice *device, const char *record);
/* One draft as {"record","kind","changed","updated_ms"}, new reference; BH_ERROR_NOT_FOUND. */
json_t *bh_drafts_store_get(BhDevice *device, const char *author, const char *record,
                            GError **error);
/* A page of [{"record","kind","author","updated_ms"}], newest first; author NULL: of everybody. New
 * reference. */
json_t *bh_drafts_store_list(BhDevice *device, const char *author, gint64 offset, int limit,
                             GError **error);
/* Appends copies of the values of a draft, as JSON text, to `out`: that of one key, or with `key`
 * NULL those of all keys. */
gboolean bh_drafts_store_list_values(BhDevice *device, const char *author, const char *record,
                                     const char *key, GPtrArray *out, GError **error);
/* Ids of the records of the author's drafts whose parent is this record; GPtrArray of strings that
 * it owns. */
GPtrArray *bh_drafts_store_list_below(BhDevice *device, const char *author, const char *record,
                                      GError **error);
/* Removes one key of a draft; not an error when the draft has no such key. */
gboolean bh_drafts_store_remove(BhDevice *device, const char *author, const char *record,
                                const char *key, GError **error);
/* Removes a draft; *dropped: whether there was one. */
gboolean bh_drafts_store_drop(BhDevice *device, const char *author, const char *record,
                              gboolean *dropped, GError **error);

G_END_DECLS
