/* Strict JSON in and out: no duplicate keys, no bad UTF-8, no NUL, bounded size and depth. Values
 * are jansson's; the usual text is read and written by yajl, what is unusual or broken by jansson.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

#define BH_JSON_MAX_DEPTH 32

/* Parses exactly one JSON value of at most `limit` bytes. `what` names the input in errors
 * ("body", a file name). Returns a new reference or NULL with BH_ERROR_FORMAT or _LIMIT. */
json_t *bh_json_parse(const char *text, gsize len, gsize limit, const char *what, GError **error);

/* Reads and parses a file of at most `limit` bytes; errors name path, line and column. */
json_t *bh_json_load_file(const char *path, gsize limit, GError **error);

/* Compact text in insertion order; free with g_free. NULL only when memory runs out. */
char *bh_json_dump(const json_t *value);
/* Compact text with sorted keys: equal values give equal bytes. */
char *bh_json_dump_sorted(const json_t *value);
/* The same text, appended; FALSE only when memory runs out. */
gboolean bh_json_append_sorted(GString *out, const json_t *value);
/* A JSON string of valid UTF-8 without NUL, in the form bh_json_dump gives it. */
void bh_json_append_string(GString *out, const char *text);

/* Typed getters for objects from outside. NULL/FALSE with BH_ERROR_FORMAT naming `where` and the
 * key when it is missing or of another type. Strings are borrowed from `object`. */
const char *bh_json_get_string(const json_t *object, const char *key, const char *where,
                               GError **error);
gboolean bh_json_get_int(const json_t *object, const char *key, gint64 min, gint64 max,
                         gint64 *value, const char *where, GError **error);
json_t *bh_json_get_array(const json_t *object, const char *key, const char *where, GError **error);
json_t *bh_json_get_object(const json_t *object, const char *key, const char *where,
                           GError **error);

/* Borrowed string of `key`, or `fallback` when absent or not a string. */
const char *bh_json_string_or(const json_t *object, const char *key, const char *fallback);

/* Whether `names` is this string, or an array with it. */
gboolean bh_json_names(const json_t *names, const char *name);

/* FALSE with BH_ERROR_FORMAT naming the first member that is not in the NULL-terminated list. */
gboolean bh_json_only_keys(const json_t *object, const char *const *allowed, const char *where,
                           GError **error);

G_END_DECLS
