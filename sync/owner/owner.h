/* Ownership of a store: only one process at a time has a store open. The owner locks DIR/owner.lock
 * and serves DIR/owner.sock for processes of the same user, which send one JSON line and get one
 * JSON line. Used by collector, agent, bihuanctl and the commands of the hub. Start with
 * bh_owner_take. */
#pragma once

#include <gio/gio.h>
#include "schema/error.h"
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_OWNER_LINE_MAX (4 * 1024 * 1024) /* bytes of a request or an answer */

typedef struct _BhOwner BhOwner;

typedef struct _BhOwnerCall BhOwnerCall;
/* Handles a request, on the main context from which bh_owner_serve was called. It must cause
 * exactly one bh_owner_reply or bh_owner_reply_error for `call`, now or later, on any thread.
 * `request` is borrowed for the call. */
typedef void (*BhOwnerFunc)(BhOwner *owner, const json_t *request, BhOwnerCall *call,
                            gpointer data);

/* Takes the lock. The kernel frees the lock of a dead process. `role` ("collector", "agent", "ctl"
 * or "hub") is reported to other processes. NULL with BH_ERROR_BUSY when another process has the
 * lock, or BH_ERROR_STORAGE. Free with bh_owner_release. */
BhOwner *bh_owner_take(const char *dir, const char *role, GError **error);
/* Serves owner.sock (mode 0600; the peer's user id is checked) on the thread-default main context.
 * `func` is called for every method except "owner". Call at most once. FALSE with
 * BH_ERROR_STORAGE. */
gboolean bh_owner_serve(BhOwner *owner, BhOwnerFunc func, gpointer data, GError **error);
/* Stops serving, removes the socket and releases the lock. On the main context of bh_owner_serve.
 * NULL is allowed. */
void bh_owner_release(BhOwner *owner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhOwner, bh_owner_release)

/* Answers the call with `result`, which is borrowed. Frees the call. Any thread. */
void bh_owner_reply(BhOwnerCall *call, const json_t *result);
/* Answers the call with an error; codes of other domains become BH_ERROR_FAILED. Frees the call.
 * Any thread. */
void bh_owner_reply_error(BhOwnerCall *call, const GError *error);

/* Sends a request {"method":…,"params":{…}} to the process that owns `dir` and returns its result
 * (new reference). Blocks up to timeout_s. NULL with BH_ERROR_NOT_FOUND when no process serves,
 * BH_ERROR_UNCERTAIN when no answer came, or the error code of the owner. */
json_t *bh_owner_call(const char *dir, const json_t *request, int timeout_s, GError **error);

/* Takes the lock like bh_owner_take. If an agent has it, asks the agent to yield. Waits up to
 * timeout_s for an agent or a command line program. */
BhOwner *bh_owner_take_over(const char *dir, const char *role, int timeout_s, GError **error);

G_END_DECLS
