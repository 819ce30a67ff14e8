/* The way to a store: this process takes it, or asks the one that has it. Main thread. */
#pragma once

#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhLink BhLink;

/* BH_ERROR_BUSY when another process has the store and does not answer. */
BhLink *bh_link_open(const char *dir, GError **error);
/* Takes the store for this process, asking an agent to yield. BH_ERROR_BUSY. */
BhLink *bh_link_take(const char *dir, GError **error);
void bh_link_close(BhLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLink, bh_link_close)

/* A method of service.h; `params` is stolen, may be NULL. New reference. */
json_t *bh_link_call(BhLink *link, const char *method, json_t *params, GError **error);
/* NULL when another process has the store. */
BhWorker *bh_link_get_worker(BhLink *link);
/* The kinds as the store has them, fetched once; borrowed. */
BhKindSet *bh_link_get_kinds(BhLink *link, GError **error);

G_END_DECLS
