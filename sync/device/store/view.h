/* Functions of view.c that lists use. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* {"id","state","comment"} of the newest review of the record that is not closed; JSON null when
 * there is none, or the kind is not reviewable. New reference, never NULL. */
json_t *bh_review_find_open(BhDevice *device, const char *kind, const char *record);
/* As bh_review_find_open for some records of a kind (`ids`: JSON array), in a fixed number of
 * statements: {id: json_t} of the records that have an open review (g_hash_table_unref). */
GHashTable *bh_reviews_find_open(BhDevice *device, const BhKind *kind, const json_t *ids,
                                 GError **error);

G_END_DECLS
