/* Parses paths, queries, cookies and ranges, and finds the route of a request (route.h). */
#include "sync/hub/http/route.h"

#include <string.h>

struct _BhPathPattern {
  char **segments;
  gsize n;
  gboolean rest; /* the last segment of the pattern matches all remaining segments */
};

BhPathPattern *bh_path_pattern_new(const char *pattern)
{
  g_return_val_if_fail(pattern[0] == '/', NULL);
  BhPathPattern *self = g_new0(BhPathPattern, 1);
  /* g_strsplit returns no segment for "", but the path "/" has one empty segment. */
  self->segments = pattern[1] == '\0' ? g_strdupv((char *[]){(char *)"", NULL})
                                      : g_strsplit(pattern + 1, "/", -1);
  self->n = g_strv_length(self->segments);
  self->rest = g_str_has_suffix(self->segments[self->n - 1], "*}");
  return self;
}

void bh_path_pattern_free(BhPathPattern *pattern)
{
  g_strfreev(pattern->segments);
  g_free(pattern);
}

/* g_uri_unescape_segment refuses the encoded characters of its last argument, and NUL; other
 * characters are checked here. */
static char *decode_segment(const char *start, gsize len, GError **error)
{
  g_autofree char *text = g_uri_unescape_segment(start, start + len, "/\\");
  if (text == NULL || !g_utf8_validate(text, -1, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "path: invalid percent-encoding or UTF-8");
    return NULL;
  }
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
    gunichar c = g_utf8_get_char(p);
    if (c == '\\' || g_unichar_iscntrl(c)) {
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "path: character U+%04X is not allowed", c);
      return NULL;
    }
  }
  if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "path: relative segments are not allowed");
    return NULL;
  }
  return g_steal_pointer(&text);
}

char **bh_path_split(const char *raw, GError **error)
{
  if (raw[0] != '/') {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "path: must begin with /");
    return NULL;
  }
  if (strlen(raw) > BH_PATH_MAX) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "path: over %d bytes", BH_PATH_MAX);
    return NULL;
  }
  g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(g_free);
  const char *start = raw + 1;
  for (;;) {
    gsize len = strcspn(start, "/");
    if (out->len == BH_PATH_MAX_SEGMENTS) {
      g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "path: over %d segments", BH_PATH_MAX_SEGMENTS);
      return NULL;
    }
    char *segment = decode_segment(start, len, error);
    if (segment == NULL)
      return NULL;
    g_ptr_array_add(out, segment);
    if (start[len] == '\0')
      break;
    start += len + 1;
  }
  g_ptr_array_add(out, NULL);
  return (char **)g_ptr_array_steal(out, NULL);
}

static gboolean is_param(const char *segment)
{
  return segment[0] == '{';
}

static char *param_name(const char *segment)
{
  return g_strndup(segment + 1, strcspn(segment + 1, "*}"));
}

gboolean bh_path_pattern_match(const BhPathPattern *pattern, char *const *segments,
                               GHashTable *params)
{
  gsize n = g_strv_length((char **)segments);
  if (pattern->rest ? n < pattern->n : n != pattern->n)
    return FALSE;
  gsize fixed = pattern->rest ? pattern->n - 1 : pattern->n;
  for (gsize i = 0; i < fixed; i++) {
    if (is_param(pattern->segments[i]) ? segments[i][0] == '\0'
                                       : strcmp(pattern->segments[i], segments[i]) != 0)
      return FALSE;
  }
  if (params == NULL)
    return TRUE;
  for (gsize i = 0; i < fixed; i++) {
    if (is_param(pattern->segments[i]))
      g_hash_table_insert(params, param_name(pattern->segments[i]), g_strdup(segments[i]));
  }
  if (pattern->rest)
    g_hash_table_insert(params, param_name(pattern->segments[fixed]),
                        g_strjoinv("/", (char **)segments + fixed));
  return TRUE;
}

struct _BhRouter {
  const BhRoute *routes;
  BhPathPattern **patterns;
  gsize n;
};

BhRouter *bh_router_new(const BhRoute *routes, gsize n_routes)
{
  BhRouter *router = g_new0(BhRouter, 1);
  router->routes = routes;
  router->n = n_routes;
  router->patterns = g_new0(BhPathPattern *, n_routes);
  for (gsize i = 0; i < n_routes; i++)
    router->patterns[i] = bh_path_pattern_new(routes[i].path);
  return router;
}

void bh_router_free(BhRouter *router)
{
  for (gsize i = 0; i < router->n; i++)
    bh_path_pattern_free(router->patterns[i]);
  g_free(router->patterns);
  g_free(router);
}

static char *join_methods(GPtrArray *methods)
{
  if (methods->len == 0)
    return NULL;
  if (!g_ptr_array_find_with_equal_func(methods, "OPTIONS", g_str_equal, NULL))
    g_ptr_array_add(methods, (gpointer) "OPTIONS");
  if (g_ptr_array_find_with_equal_func(methods, "GET", g_str_equal, NULL) &&
      !g_ptr_array_find_with_equal_func(methods, "HEAD", g_str_equal, NULL))
    g_ptr_array_add(methods, (gpointer) "HEAD");
  g_ptr_array_add(methods, NULL);
  return g_strjoinv(", ", (char **)methods->pdata);
}

const BhRoute *bh_router_find(const BhRouter *router, char *const *segments, const char *method,
                              GHashTable *params, char **allow)
{
  g_autoptr(GPtrArray) methods = g_ptr_array_new();
  gssize found = -1;
  for (gsize i = 0; i < router->n && found < 0; i++) {
    if (!bh_path_pattern_match(router->patterns[i], segments, NULL))
      continue;
    if (strcmp(router->routes[i].method, method) == 0)
      found = (gssize)i;
    if (!g_ptr_array_find_with_equal_func(methods, router->routes[i].method, g_str_equal, NULL))
      g_ptr_array_add(methods, (gpointer)router->routes[i].method);
  }
  for (gsize i = 0; i < router->n && found < 0 && strcmp(method, "HEAD") == 0; i++) {
    if (strcmp(router->routes[i].method, "GET") == 0 &&
        bh_path_pattern_match(router->patterns[i], segments, NULL))
      found = (gssize)i;
  }
  if (found < 0) {
    *allow = join_methods(methods);
    return NULL;
  }
  bh_path_pattern_match(router->patterns[found], segments, params);
  return &router->routes[found];
}

static char *decode_query_text(const char *start, gsize len, GError **error)
{
  g_autofree char *spaced = g_strndup(start, len);
  for (char *p = spaced; *p != '\0'; p++) {
    if (*p == '+')
      *p = ' ';
  }
  g_autofree char *text = g_uri_unescape_string(spaced, NULL);
  if (text == NULL || !g_utf8_validate(text, -1, NULL)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "query: invalid percent-encoding or UTF-8");
    return NULL;
  }
  return g_steal_pointer(&text);
}

GHashTable *bh_query_parse(const char *raw, GError **error)
{
  g_autoptr(GHashTable) table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  if (raw == NULL || raw[0] == '\0')
    return g_steal_pointer(&table);
  g_auto(GStrv) pairs = g_strsplit(raw, "&", BH_QUERY_MAX_PARAMS + 1);
  if (g_strv_length(pairs) > BH_QUERY_MAX_PARAMS) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT, "query: over %d parameters", BH_QUERY_MAX_PARAMS);
    return NULL;
  }
  for (char **pair = pairs; *pair != NULL; pair++) {
    gsize len = strcspn(*pair, "=");
    g_autofree char *name = decode_query_text(*pair, len, error);
    if (name == NULL)
      return NULL;
    const char *rest = (*pair)[len] == '=' ? *pair + len + 1 : "";
    g_autofree char *value = decode_query_text(rest, strlen(rest), error);
    if (value == NULL)
      return NULL;
    if (!g_hash_table_contains(table, name))
      g_hash_table_insert(table, g_steal_pointer(&name), g_steal_pointer(&value));
  }
  return g_steal_pointer(&table);
}

char *bh_cookie_find(const char *header, const char *name)
{
  if (header == NULL)
    return NULL;
  gsize name_len = strlen(name);
  for (const char *p = header; *p != '\0';) {
    p += strspn(p, " \t;");
    gsize len = strcspn(p, ";");
    if (len > name_len && strncmp(p, name, name_len) == 0 && p[name_len] == '=')
      return g_strchomp(g_strndup(p + name_len + 1, len - name_len - 1));
    p += len;
  }
  return NULL;
}

BhRangeResult bh_range_parse(const char *header, gint64 size, gint64 *first, gint64 *length)
{
  if (header == NULL || !g_str_has_prefix(header, "bytes=") || strchr(header, ',') != NULL)
    return BH_RANGE_NONE;
  const char *text = header + strlen("bytes=");
  const char *dash = strchr(text, '-');
  if (dash == NULL)
    return BH_RANGE_NONE;
  g_autofree char *from_text = g_strndup(text, (gsize)(dash - text));
  guint64 from = 0;
  guint64 to = 0;
  gboolean has_from = g_ascii_string_to_unsigned(from_text, 10, 0, G_MAXINT64, &from, NULL);
  gboolean has_to = g_ascii_string_to_unsigned(dash + 1, 10, 0, G_MAXINT64, &to, NULL);
  if ((!has_from && from_text[0] != '\0') || (!has_to && dash[1] != '\0') || (!has_from && !has_to))
    return BH_RANGE_NONE;
  gint64 start = has_from ? (gint64)from : size - MIN((gint64)to, size);
  gint64 last = has_from && has_to ? MIN((gint64)to, size - 1) : size - 1;
  if (has_from && has_to && to < from)
    return BH_RANGE_NONE;
  if (start >= size || (!has_from && to == 0))
    return BH_RANGE_UNSATISFIABLE;
  *first = start;
  *length = last - start + 1;
  return BH_RANGE_PART;
}
