/* Parses paths, queries, cookies and ranges of requests, more strictly than the server library.
 * Pure functions on text, used by server.c; any thread. */
#pragma once

#include <glib.h>
#include "schema/error.h"
#include "sync/hub/http/server.h"

G_BEGIN_DECLS

#define BH_PATH_MAX 2048 /* bytes of path and query as sent */
#define BH_PATH_MAX_SEGMENTS 16
#define BH_QUERY_MAX_PARAMS 32

/* A pattern as in BhRoute.path, split into segments. */
typedef struct _BhPathPattern BhPathPattern;
/* Splits a pattern, which must begin with "/". bh_path_pattern_free. */
BhPathPattern *bh_path_pattern_new(const char *pattern);
/* Frees a pattern. */
void bh_path_pattern_free(BhPathPattern *pattern);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhPathPattern, bh_path_pattern_free)

/* Splits and decodes a path as sent (from "/", without query) into segments (NULL-terminated,
 * g_strfreev). Percent-encoding is decoded once, in each segment. BH_ERROR_FORMAT for broken
 * encoding, bad UTF-8, control characters, "/" or "\" within a segment, "." and "..";
 * BH_ERROR_LIMIT for long paths. A path that ends in "/" has an empty last segment. */
char **bh_path_split(const char *raw, GError **error);

/* Whether the segments of a path match the pattern. If they match, fills `params` (name → value,
 * both owned by the table) unless `params` is NULL. */
gboolean bh_path_pattern_match(const BhPathPattern *pattern, char *const *segments,
                               GHashTable *params);

/* A table of routes with their patterns. */
typedef struct _BhRouter BhRouter;
/* A router for the table `routes`, which is borrowed. bh_router_free. */
BhRouter *bh_router_new(const BhRoute *routes, gsize n_routes);
/* Frees the router, not the table of routes. */
void bh_router_free(BhRouter *router);
/* The first matching route in table order (borrowed); a GET route also serves HEAD if no HEAD route
 * matches. NULL when there is none; *allow (g_free) is then the list of methods of the path, or
 * NULL when no route has the path. */
const BhRoute *bh_router_find(const BhRouter *router, char *const *segments, const char *method,
                              GHashTable *params, char **allow);

/* Parses "a=1&b=%E7%89%8C" into a table name → value (g_hash_table_unref). "+" is a space. Of
 * several parameters with the same name, the first is used. BH_ERROR_FORMAT for bad encoding,
 * BH_ERROR_LIMIT for too many parameters. `raw` NULL: an empty table. */
GHashTable *bh_query_parse(const char *raw, GError **error);

/* Value (g_free) of the cookie `name` in a Cookie header (may be NULL); NULL when the header does
 * not have the cookie. */
char *bh_cookie_find(const char *header, const char *name);

typedef enum {
  BH_RANGE_NONE,          /* no range, or one that is not supported: send the whole file */
  BH_RANGE_PART,          /* send *length bytes from *first (206) */
  BH_RANGE_UNSATISFIABLE, /* the range lies outside the file: answer 416 */
} BhRangeResult;

/* Parses a Range header (RFC 9110, 14) with a single range; several ranges count as none. `size` is
 * the size of the file in bytes. *first and *length are set for BH_RANGE_PART only. */
BhRangeResult bh_range_parse(const char *header, gint64 size, gint64 *first, gint64 *length);

G_END_DECLS
