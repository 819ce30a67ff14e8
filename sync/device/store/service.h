/* The device's functions as JSON methods, so that the process that owns the store can serve the
 * others and the pages need no second vocabulary. One method per function of device.h, named
 * without the prefix; params are an object with the argument names of device.h. Results are
 * objects: what device.h gives as an object comes as it is, and else
 *
 *   describe status doctor draft_get get list resolve_code add_file describe_file   as in device.h
 *   kinds         {"hash","text"} of the newest kind set
 *   list_staff    {"staff":[…]}          draft_list  {"drafts":[…]}
 *   check         {"problems":[…]}       history     {"entries":[…]}
 *   queue         {"items":[…]}          make_id     {"id"}
 *   damaged       {"entries":[…]}
 *   save save_draft  {"entry": id}       file_path   {"path": text or null}
 *   save_drafts   {"entries":[id]}
 *   sign_in sign_out draft_set draft_discard      {}
 *   draft_forget draft_put draft_drop             {}
 *
 * "list" takes {"query": …}, "queue" {"offset","limit"}, "draft_set" a JSON "value" (null clears).
 * How long a lock-out still lasts stands in the message and in list_staff. */
#pragma once

#include "sync/device/store/device.h"

G_BEGIN_DECLS

/* Result as new reference (an object; functions without a result give {}), or NULL with error. */
json_t *bh_service_call(BhDevice *device, const json_t *request, GError **error);

G_END_DECLS
