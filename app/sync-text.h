/* How the device stands with the hub, in one line for the first page. Pure. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* `status` as bh_device_status gives it, NULL when it is not known yet; `unsent` as
 * bh_session_count_unsent. Never says more than is true: a device that was shut out, or whose
 * records are not all in place, is not in step. g_free. */
char *bh_sync_text_dup(const json_t *status, gint64 unsent);

G_END_DECLS
