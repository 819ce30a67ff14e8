/* Lists for other files of the store. */
#pragma once

#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* As bh_device_list; each row also has the member "place": the "after" with which a page begins
 * after this row. */
json_t *bh_list_with_places(BhDevice *device, const json_t *query, GError **error);

G_END_DECLS
