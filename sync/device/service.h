/* The device's functions as JSON methods, so that the process that owns the store can serve the
 * others and the pages need no second vocabulary. One method per function of device.h, named
 * without the prefix: "describe", "list_staff", "sign_in", "draft_set", "draft_get",
 * "draft_list", "draft_discard", "make_id", "check", "save", "save_draft", "get", "list",
 * "history", "resolve_code", "add_file", "file_path", "status", "queue", "doctor"; params are an
 * object with the argument names of device.h. */
#pragma once

#include "sync/device/device.h"

G_BEGIN_DECLS

/* Result as new reference (an object; functions without a result give {}), or NULL with error. */
json_t *bh_service_call(BhDevice *device, const json_t *request, GError **error);

G_END_DECLS
