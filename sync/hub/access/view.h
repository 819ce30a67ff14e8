/* What one device may see: the scopes it serves and the staff of its unit. The same answer for the
 * feed, for files and for what is gone (I13). Lives on one reader, inside one read. */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef struct _BhView BhView;

/* All borrowed. */
BhView *bh_view_new(BhHub *hub, BhDb *db, const BhHubDevice *device, GError **error);
void bh_view_free(BhView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhView, bh_view_free)

/* Changes whenever what the device may see changes by other means than the records themselves. */
const char *bh_view_get_hash(BhView *view);
const char *bh_view_get_kinds_hash(BhView *view);
/* Scopes the device serves (char*), borrowed. */
const GPtrArray *bh_view_list_scopes(BhView *view);
gboolean bh_view_has_scope(BhView *view, const BhRecordRow *row);
/* Scope and visibility; the device's own under an absent parent is restricted, not hidden. */
BhSight bh_view_get_sight(BhView *view, const BhRecordRow *row, const BhRecord *record);
/* Sight alone, with values of another time; `lookup` gives those of other records. */
BhSight bh_view_get_sight_of(BhView *view, const char *kind, const char *record,
                             const json_t *values,
                             const json_t *(*lookup)(const char *record, gpointer data),
                             gpointer data);
/* Borrowed; NULL when there is none. */
const BhKind *bh_view_find_kind(BhView *view, const char *name);
/* Whether the kind hides records from some of those in scope. */
gboolean bh_view_kind_hides(BhView *view, const char *kind);

G_END_DECLS
