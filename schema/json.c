/* Strict JSON on top of jansson, with a faster path for common text (json-read.c, json-write.c).
 * Start with bh_json_parse. */
#include "schema/json-internal.h"

#include <gio/gio.h>
#include <string.h>
#include "schema/error.h"

#define USUAL_LEN 1024 /* bytes: first size of the buffer for a text that is written */

/* Our words for an error code of jansson. The error text of jansson is not used, because it quotes
 * the input, which may be a personal value. */
static const char *describe(enum json_error_code code)
{
  switch (code) {
  case json_error_premature_end_of_input:
    return "ends too early";
  case json_error_end_of_input_expected:
    return "has something after its end";
  case json_error_invalid_utf8:
    return "is not UTF-8";
  case json_error_null_character:
  case json_error_null_byte_in_key:
    return "contains a NUL character";
  case json_error_duplicate_key:
    return "has a duplicate key";
  case json_error_numeric_overflow:
    return "contains a number that is too large";
  case json_error_out_of_memory:
    return "does not fit into memory";
  default:
    return "is not JSON";
  }
}

/* Offset of the first bracket that is nested too deep, or -1. The depth is checked before parsing,
 * so that jansson does not recurse on hostile input. */
static gssize find_too_deep(const char *text, gsize len)
{
  int depth = 0;
  gboolean in_string = FALSE;
  for (gsize i = 0; i < len; i++) {
    char c = text[i];
    if (in_string) {
      if (c == '\\')
        i++;
      else if (c == '"')
        in_string = FALSE;
    } else if (c == '"') {
      in_string = TRUE;
    } else if (c == '[' || c == '{') {
      if (++depth > BH_JSON_MAX_DEPTH)
        return (gssize)i;
    } else if (c == ']' || c == '}') {
      depth--;
    }
  }
  return -1;
}

static json_t *parse(const char *text, gsize len, gsize limit, const char *what, gboolean is_shared,
                     GError **error)
{
  if (len > limit) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "%s: %" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT " are allowed", what, len,
                limit);
    return NULL;
  }
  if (text == NULL) /* the text of an empty body may be NULL */
    text = "";
  json_t *usual = bh_json_read(text, len, is_shared);
  if (usual != NULL)
    return usual;
  /* jansson 2.14 skips a NUL that follows a number. */
  if (memchr(text, '\0', len) != NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: contains a NUL byte", what);
    return NULL;
  }
  gssize deep = find_too_deep(text, len);
  if (deep >= 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "%s: nested deeper than %d at byte %" G_GSSIZE_FORMAT, what, BH_JSON_MAX_DEPTH,
                deep);
    return NULL;
  }
  json_error_t place;
  json_t *value = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &place);
  if (value == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: line %d, column %d: %s", what, place.line,
                place.column, describe(json_error_code(&place)));
  return value;
}

json_t *bh_json_parse(const char *text, gsize len, gsize limit, const char *what, GError **error)
{
  return parse(text, len, limit, what, FALSE, error);
}

json_t *bh_json_parse_shared(const char *text, gsize len, gsize limit, const char *what,
                             GError **error)
{
  return parse(text, len, limit, what, TRUE, error);
}

json_t *bh_json_load_file(const char *path, gsize limit, GError **error)
{
  g_autoptr(GFile) file = g_file_new_for_path(path);
  g_autoptr(GError) io_error = NULL;
  g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, &io_error);
  if (stream == NULL) {
    gboolean missing = g_error_matches(io_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
    g_set_error(error, BH_ERROR, missing ? BH_ERROR_NOT_FOUND : BH_ERROR_STORAGE, "%s: %s", path,
                io_error->message);
    return NULL;
  }
  /* Reads one byte more than allowed, to detect a larger file without reading all of it. */
  g_autofree char *text = g_malloc(limit + 1);
  gsize len = 0;
  if (!g_input_stream_read_all(G_INPUT_STREAM(stream), text, limit + 1, &len, NULL, &io_error)) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "%s: %s", path, io_error->message);
    return NULL;
  }
  if (len > limit) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "%s: larger than %" G_GSIZE_FORMAT " bytes, which is the limit", path, limit);
    return NULL;
  }
  return bh_json_parse(text, len, limit, path, error);
}

static int append_chunk(const char *chunk, size_t size, void *data)
{
  g_string_append_len(data, chunk, (gssize)size);
  return 0;
}

static gboolean append(GString *out, const json_t *value, gboolean sorted)
{
  if (bh_json_write(out, value, sorted))
    return TRUE;
  return json_dump_callback(value, append_chunk, out,
                            JSON_COMPACT | JSON_ENCODE_ANY | (sorted ? JSON_SORT_KEYS : 0)) == 0;
}

static char *dump(const json_t *value, gboolean sorted)
{
  g_autoptr(GString) out = g_string_sized_new(USUAL_LEN);
  return append(out, value, sorted) ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

char *bh_json_dump(const json_t *value)
{
  return dump(value, FALSE);
}

char *bh_json_dump_sorted(const json_t *value)
{
  return dump(value, TRUE);
}

gboolean bh_json_append_sorted(GString *out, const json_t *value)
{
  return append(out, value, TRUE);
}

static json_t *get_member(const json_t *object, const char *key, const char *where, GError **error)
{
  json_t *member = json_object_get(object, key);
  if (!json_is_object(object))
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: not an object", where);
  else if (member == NULL)
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: \"%s\" is missing", where, key);
  return member;
}

const char *bh_json_get_string(const json_t *object, const char *key, const char *where,
                               GError **error)
{
  json_t *member = get_member(object, key, where, error);
  if (member != NULL && !json_is_string(member))
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: \"%s\" is not a string", where, key);
  return json_string_value(member);
}

gboolean bh_json_get_int(const json_t *object, const char *key, gint64 min, gint64 max,
                         gint64 *value, const char *where, GError **error)
{
  json_t *member = get_member(object, key, where, error);
  if (member == NULL)
    return FALSE;
  if (!json_is_integer(member)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: \"%s\" is not an integer", where, key);
    return FALSE;
  }
  gint64 number = json_integer_value(member);
  if (number < min || number > max) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "%s: \"%s\" must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, where, key,
                min, max);
    return FALSE;
  }
  *value = number;
  return TRUE;
}

json_t *bh_json_get_array(const json_t *object, const char *key, const char *where, GError **error)
{
  json_t *member = get_member(object, key, where, error);
  if (member != NULL && !json_is_array(member)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: \"%s\" is not an array", where, key);
    return NULL;
  }
  return member;
}

json_t *bh_json_get_object(const json_t *object, const char *key, const char *where, GError **error)
{
  json_t *member = get_member(object, key, where, error);
  if (member != NULL && !json_is_object(member)) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: \"%s\" is not an object", where, key);
    return NULL;
  }
  return member;
}

const char *bh_json_string_or(const json_t *object, const char *key, const char *fallback)
{
  const char *text = json_string_value(json_object_get(object, key));
  return text != NULL ? text : fallback;
}

gboolean bh_json_has_name(const json_t *names, const char *name)
{
  gsize index;
  json_t *each;
  if (json_is_string(names))
    return g_strcmp0(json_string_value(names), name) == 0;
  json_array_foreach((json_t *)names, index, each) {
    if (g_strcmp0(json_string_value(each), name) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean bh_json_check_keys(const json_t *object, const char *const *allowed, const char *where,
                            GError **error)
{
  const char *key;
  json_t *member;
  json_object_foreach((json_t *)object, key, member) {
    if (!g_strv_contains(allowed, key)) {
      g_autofree char *shown = g_strndup(key, 64);
      g_autofree char *valid = g_utf8_make_valid(shown, -1);
      for (char *c = valid; *c != '\0'; c = g_utf8_next_char(c))
        if (g_unichar_iscntrl(g_utf8_get_char(c)))
          memset(c, '?', (gsize)(g_utf8_next_char(c) - c));
      g_set_error(error, BH_ERROR, BH_ERROR_FORMAT, "%s: unknown member \"%s\"", where, valid);
      return FALSE;
    }
  }
  return TRUE;
}
