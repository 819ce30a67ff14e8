/* A link to a store: this process has the store open, or asks the process that has. All functions
 * must be called on the main thread. */
#pragma once

#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhLink BhLink;

/* Connects to the store in `dir`, which is made when it is missing. NULL with BH_ERROR_BUSY when
 * another process owns the store and does not answer. */
BhLink *bh_link_open(const char *dir, GError **error);
/* Opens the store in this process. If an agent (bihuan-agent) has the store open, it is asked to
 * close it. NULL with BH_ERROR_BUSY when the other process has not closed the store within 15
 * seconds. */
BhLink *bh_link_take(const char *dir, GError **error);
/* Closes the store if this process has it open, and frees the link. NULL is ignored. */
void bh_link_close(BhLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLink, bh_link_close)

/* Calls a method of sync/device/store/service.h and waits for the result, a new reference. `params`
 * is taken over; NULL for none. NULL with the error of the method. */
json_t *bh_link_call(BhLink *link, const char *method, json_t *params, GError **error);
/* The worker of this process, borrowed; NULL when another process owns the store. */
BhWorker *bh_link_get_worker(BhLink *link);
/* The kind set of the store, borrowed; it is read from the store at the first call. NULL with an
 * error. */
BhKindSet *bh_link_get_kinds(BhLink *link, GError **error);

/* The code lists of the store, borrowed; they are read from the store at the first call. Empty when
 * they cannot be read. */
const BhSettingValues *bh_link_get_codes(BhLink *link);

G_END_DECLS
