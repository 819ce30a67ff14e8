/* Reviews of a record as its lists show them. Inside sync/device only. */
#pragma once

#include "sync/device/store/device-private.h"

G_BEGIN_DECLS

/* {"id","state","comment"} of the newest review of the record that is not closed; JSON null when
 * there is none or the kind is not reviewable. New reference. */
json_t *bh_review_find_open(BhDevice *device, const char *kind, const char *record);

G_END_DECLS
