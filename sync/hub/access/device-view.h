/* What one device may see: the scopes that its unit serves, and the visibility of records for the
 * staff of its unit. The feed, file access and the report of gone records use the same answers
 * (I13). A BhDeviceView belongs to one request and one connection to the store. */
#pragma once

#include "sync/hub/hub.h"
#include "sync/hub/log/log.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

typedef struct _BhDeviceView BhDeviceView;

/* The view of one device. All arguments are borrowed. bh_device_view_free. NULL when the store
 * fails. */
BhDeviceView *bh_device_view_new(BhHub *hub, BhDb *db, const BhHubDevice *device, GError **error);
/* Frees `view`, which may be NULL. */
void bh_device_view_free(BhDeviceView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDeviceView, bh_device_view_free)

/* Hash of what the view depends on besides the records: unit, area, staff and kinds. When it
 * changes, the device may see other records although none of them changed. Borrowed. */
const char *bh_device_view_get_hash(BhDeviceView *view);
/* Hash of the kind set in use. Borrowed. */
const char *bh_device_view_get_kinds_hash(BhDeviceView *view);
/* Scopes that the device's unit serves (char*), borrowed. */
const GPtrArray *bh_device_view_list_scopes(BhDeviceView *view);
/* Whether one of the scopes of the record is among those that the unit of the device serves. */
gboolean bh_device_view_has_scope(BhDeviceView *view, const BhRecordRow *row);
/* The visibility of a stored record for the device: BH_VISIBILITY_NONE if the record is in no scope
 * that the unit serves. A record that the device made under a parent which has not arrived is at
 * least restricted, never hidden. */
BhVisibility bh_device_view_get_visibility(BhDeviceView *view, const BhRecordRow *row,
                                           const BhRecord *record);
/* The visibility that a record of the kind `kind` has for the device with these values, without
 * regard to its scope. `values` and those of `source` may be of an earlier time than now. */
BhVisibility bh_device_view_compute_visibility(BhDeviceView *view, const char *kind,
                                               const char *record, const json_t *values,
                                               const BhVisibilitySource *source);
/* The kind with this name in the kind set in use, borrowed; NULL when the set has none. */
const BhKind *bh_device_view_find_kind(BhDeviceView *view, const char *name);
/* Whether records of the kind can be hidden from a device in whose scope they are. TRUE for an
 * unknown kind. */
gboolean bh_device_view_may_hide(BhDeviceView *view, const char *kind);

G_END_DECLS
