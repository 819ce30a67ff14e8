/* Counts requests by route and status. All functions may be called on any thread. */
#pragma once

#include "sync/hub/http/server.h"

G_BEGIN_DECLS

typedef struct _BhHttpCounts BhHttpCounts;

/* An empty table; bh_http_counts_free. */
BhHttpCounts *bh_http_counts_new(void);
/* Frees `counts`. Must be called after the server was stopped. */
void bh_http_counts_free(BhHttpCounts *counts);
/* Counts one finished request. `route` is NULL for a path that the server does not have, or for a
 * request that could not be read. */
void bh_http_counts_note(BhHttpCounts *counts, const BhRoute *route, guint status);
/* Calls `func` for each route and status that occurred, while a lock is held: `func` must not call
 * functions of this header. */
void bh_http_counts_each(BhHttpCounts *counts, BhHttpCountFunc func, gpointer data);

G_END_DECLS
