/* A connection to a store: this process owns it, or asks the process that does. Main thread. */
#pragma once

#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhLink BhLink;

/* Connects to the store in `dir`, which is made when it is missing. NULL with BH_ERROR_BUSY when
 * another process owns the store and does not answer. */
BhLink *bh_link_open(const char *dir, GError **error);
/* Takes the store for this process; an agent is asked to release it. NULL with BH_ERROR_BUSY when
 * that does not happen within 15 seconds. */
BhLink *bh_link_take(const char *dir, GError **error);
/* Releases the store. NULL is ignored. */
void bh_link_close(BhLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLink, bh_link_close)

/* Calls a method of sync/device/store/service.h and waits for the result, a new reference. `params`
 * is taken over; NULL for none. NULL with the error of the method. */
json_t *bh_link_call(BhLink *link, const char *method, json_t *params, GError **error);
/* The worker of this process, borrowed; NULL when another process owns the store. */
BhWorker *bh_link_get_worker(BhLink *link);
/* The kinds of the store, borrowed; read once. NULL with an error. */
BhKindSet *bh_link_get_kinds(BhLink *link, GError **error);

G_END_DECLS
