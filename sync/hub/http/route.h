/* Paths, queries, cookies and ranges of a request as pure text: what the server library would do
 * leniently is done strictly here. Used by server.c; any thread. */
#pragma once

#include <glib.h>
#include "schema/error.h"
#include "sync/hub/http/server.h"

G_BEGIN_DECLS

#define BH_PATH_MAX 2048 /* bytes of path and query as sent */
#define BH_PATH_MAX_SEGMENTS 16
#define BH_QUERY_MAX_PARAMS 32

/* A pattern as in BhRoute.path, split once. */
typedef struct _BhPathPattern BhPathPattern;
BhPathPattern *bh_path_pattern_new(const char *pattern);
void bh_path_pattern_free(BhPathPattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPathPattern, bh_path_pattern_free)

/* Splits and decodes a path as sent (from "/", without query). Percent-encoding is undone once
 * and within a segment; broken encoding, bad UTF-8, control characters, "/" or "\" inside a
 * segment, "." and ".." are BH_ERROR_FORMAT. A path that ends in "/" has an empty last segment.
 * NULL-terminated, g_strfreev. */
char **bh_path_split(const char *raw, GError **error);

/* On a match fills `params` (name → value, both owned by the table) when it is not NULL. */
gboolean bh_path_pattern_match(const BhPathPattern *pattern, char *const *segments,
                               GHashTable *params);

/* A table of routes with their patterns split; borrows the table. */
typedef struct _BhRouter BhRouter;
BhRouter *bh_router_new(const BhRoute *routes, gsize n_routes);
void bh_router_free(BhRouter *router);
/* First match in table order; a GET route serves HEAD where no HEAD route does. NULL when there is
 * none: then *allow names the methods of the address, or is NULL for an unknown one (g_free). */
const BhRoute *bh_router_find(const BhRouter *router, char *const *segments, const char *method,
                              GHashTable *params, char **allow);

/* "a=1&b=%E7%89%8C" to name → value; "+" is a space. The first of equal names counts.
 * BH_ERROR_FORMAT, BH_ERROR_LIMIT. `raw` may be NULL. */
GHashTable *bh_query_parse(const char *raw, GError **error);

/* Value of one cookie of a Cookie header, or NULL; g_free. */
char *bh_cookie_find(const char *header, const char *name);

typedef enum {
  BH_RANGE_NONE, /* no range, or one that is not understood: the whole */
  BH_RANGE_PART,
  BH_RANGE_UNSATISFIABLE, /* 416 */
} BhRangeResult;

/* One range of a Range header (RFC 9110 14); several ranges count as none. */
BhRangeResult bh_range_parse(const char *header, gint64 size, gint64 *first, gint64 *length);

G_END_DECLS
