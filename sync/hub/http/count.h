/* How many requests there were, by route and status. Any thread. */
#pragma once

#include "sync/hub/http/server.h"

G_BEGIN_DECLS

typedef struct _BhHttpCounts BhHttpCounts;

/* An empty table; bh_http_counts_free. */
BhHttpCounts *bh_http_counts_new(void);
/* Call it after the server was stopped. */
void bh_http_counts_free(BhHttpCounts *counts);
/* Counts one finished request. `route` NULL: no address of the server, or a request that could not
 * be read. */
void bh_http_counts_note(BhHttpCounts *counts, const BhRoute *route, guint status);
/* Calls `func` for each route and status, under the lock. */
void bh_http_counts_each(BhHttpCounts *counts, BhHttpCountFunc func, gpointer data);

G_END_DECLS
