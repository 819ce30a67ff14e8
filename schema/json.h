/* Strict JSON reading and writing: no duplicate keys, no invalid UTF-8, no NUL, limited size and
 * depth. Values are jansson's. Common text is handled by a faster path (json-read.c, json-write.c),
 * unusual or broken text by jansson; both give the same values. Any thread. */
#pragma once

#include <glib.h>
#include <jansson.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

#define BH_JSON_MAX_DEPTH 32

/* Parses exactly one JSON value of at most `limit` bytes. `what` names the input in errors
 * ("body", a file name). Returns a new reference or NULL with BH_ERROR_FORMAT or _LIMIT. */
json_t *bh_json_parse(const char *text, gsize len, gsize limit, const char *what, GError **error);
/* As bh_json_parse, for a value that stays in memory for long: equal parts of it are one, which
 * takes about two thirds of the memory. Nobody may change the value or its parts. */
json_t *bh_json_parse_shared(const char *text, gsize len, gsize limit, const char *what,
                             GError **error);

/* Reads and parses a file of at most `limit` bytes. New reference, or NULL with an error that names
 * path, line and column. */
json_t *bh_json_load_file(const char *path, gsize limit, GError **error);

/* The compact JSON text of a value, keys in insertion order; g_free. NULL only when memory runs
 * out. */
char *bh_json_dump(const json_t *value);
/* The compact JSON text of a value with sorted keys: equal values give equal bytes. g_free; NULL
 * only when memory runs out. */
char *bh_json_dump_sorted(const json_t *value);
/* Appends the text of bh_json_dump_sorted. FALSE only when memory runs out. */
gboolean bh_json_append_sorted(GString *out, const json_t *value);
/* Appends `text`, which is valid UTF-8, as a JSON string in the form of bh_json_dump. */
void bh_json_append_string(GString *out, const char *text);

/* Typed getters for objects from outside. NULL or FALSE with BH_ERROR_FORMAT, which names `where`
 * and the key, when the member is missing or has another type. Results are borrowed
 * from `object`. */

/* The string member `key`. */
const char *bh_json_get_string(const json_t *object, const char *key, const char *where,
                               GError **error);
/* *value: the integer member `key`, from `min` to `max`, both included. */
gboolean bh_json_get_int(const json_t *object, const char *key, gint64 min, gint64 max,
                         gint64 *value, const char *where, GError **error);
/* The array member `key`. */
json_t *bh_json_get_array(const json_t *object, const char *key, const char *where, GError **error);
/* The object member `key`. */
json_t *bh_json_get_object(const json_t *object, const char *key, const char *where,
                           GError **error);

/* The string member `key`, borrowed from `object`; `fallback` when the member is absent or not a
 * string. */
const char *bh_json_string_or(const json_t *object, const char *key, const char *fallback);

/* Whether `names` is the string `name`, or an array that contains it. */
gboolean bh_json_has_name(const json_t *names, const char *name);

/* Whether the names of all members of the object are in the NULL-terminated list `allowed`. FALSE
 * with BH_ERROR_FORMAT that names the first other member. */
gboolean bh_json_check_keys(const json_t *object, const char *const *allowed, const char *where,
                            GError **error);

G_END_DECLS
