/* The functions of device.h as JSON methods, so that the process that has the store open can serve
 * other processes. A method has the name of the function without its prefix, and an object of the
 * function's arguments as params. Results are objects: objects of device.h as they are, other
 * results as
 *
 *   describe status doctor draft_get get list resolve_code add_file describe_file   as in device.h
 *   export                                                                          as in device.h
 *   remove_orphans                                                                  as in device.h
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
 * The rest of a lock-out is in the error's message and in list_staff. */
#pragma once

#include "sync/device/store/device.h"

G_BEGIN_DECLS

/* The result as a new reference, or NULL with error: BH_ERROR_UNKNOWN for another method, the error
 * of the function otherwise. */
json_t *bh_service_call(BhDevice *device, const json_t *request, GError **error);

G_END_DECLS
