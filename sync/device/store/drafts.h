/* Parts of drafts.c that drafts-together.c and queue.c use. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Sets one key of a draft after checking its value; makes the draft when there is none. Inside a
 * transaction. */
gboolean bh_draft_put(BhDevice *device, const char *author, const char *record, const char *kind,
                      const char *key, const json_t *value, GError **error);
/* To be called after the commit for each value that was put: the files that it names need no other
 * protection any more (bh_release_settle). */
void bh_draft_settle(BhDevice *device, const json_t *value);
/* Removes a draft; not an error when there is none. Inside a transaction. */
gboolean bh_draft_drop(BhDevice *device, const char *author, const char *record, GError **error);
/* The operation that a save makes of `draft` (bh_drafts_store_get). Values of `overrides` (may be
 * NULL) take the place of the draft's own. New reference. */
json_t *bh_draft_dup_operation(const json_t *draft, const char *record, const json_t *overrides);
/* Title of the record with the draft's values in it; g_free. */
char *bh_draft_dup_title(BhDevice *device, const char *author, const char *record);

G_END_DECLS
