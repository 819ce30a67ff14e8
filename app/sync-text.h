/* Describes the state of the sync with the hub in one line, for the first page. Pure. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* The line for people. `status` as bh_device_status gives it, NULL when the status was not read
 * from the store yet; `unsent` as bh_session_count_unsent. The line does not say "everything is at
 * the hub" for a revoked device, and says it only with a remark while records of a pull are still
 * missing. g_free. */
char *bh_sync_text_dup(const json_t *status, gint64 unsent);

G_END_DECLS
