/* One process has a store open: it holds DIR/owner.lock and serves DIR/owner.sock to the same
 * user. Others ask it by one JSON line each way. Used by collector, agent, bihuanctl and the
 * hub's commands. */
#pragma once

#include <gio/gio.h>
#include "schema/error.h"
#include "schema/json.h"

G_BEGIN_DECLS

#define BH_OWNER_LINE_MAX (4 * 1024 * 1024) /* bytes of a request or an answer */

typedef struct _BhOwner BhOwner;

/* Answers a request on the main context the owner was served from: call bh_owner_reply exactly
 * once, now or later (any thread). `request` is borrowed for the call. */
typedef struct _BhOwnerCall BhOwnerCall;
typedef void (*BhOwnerFunc)(BhOwner *owner, const json_t *request, BhOwnerCall *call,
                            gpointer data);

/* Takes the lock (crash-safe: a lock of a dead process is free). NULL with BH_ERROR_BUSY when
 * another process has it. `role` ("collector", "agent", "ctl", "hub") is told to those who ask. */
BhOwner *bh_owner_take(const char *dir, const char *role, GError **error);
/* Serves owner.sock (mode 0600, peer uid checked) on the thread-default main context. */
gboolean bh_owner_serve(BhOwner *owner, BhOwnerFunc func, gpointer data, GError **error);
/* Stops serving, removes the socket, gives the lock back. */
void bh_owner_release(BhOwner *owner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhOwner, bh_owner_release)

void bh_owner_reply(BhOwnerCall *call, const json_t *result);
void bh_owner_reply_error(BhOwnerCall *call, const GError *error);

/* Asks the process that owns `dir`: request {"method":…,"params":{…}}, answer the result. Blocks
 * up to timeout_s. BH_ERROR_NOT_FOUND when nobody serves. Errors keep the owner's code. */
json_t *bh_owner_ask(const char *dir, const json_t *request, int timeout_s, GError **error);

/* Takes the lock, asking an agent that has it to yield first and waiting up to timeout_s. */
BhOwner *bh_owner_take_over(const char *dir, const char *role, int timeout_s, GError **error);

G_END_DECLS
