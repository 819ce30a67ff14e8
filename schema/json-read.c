/* Reads ordinary JSON with yajl, which is faster than jansson (README.md has figures). Leaves
 * unusual and invalid text to jansson (json.c). */
#include "schema/json-internal.h"

#include <string.h>
#include <yajl/yajl_parse.h>

#define KEY_MAX_BYTES 512 /* longer keys are left to jansson */

/* An array or object that is being read. */
typedef struct {
  json_t *value; /* owned while values are shared, else its parent owns it */
  char *key;     /* where its parent will get it, while values are shared; NULL: it is an array */
  gsize key_len;
} Level;

typedef struct {
  json_t *root;
  Level open[BH_JSON_MAX_DEPTH];
  int depth;
  char key[KEY_MAX_BYTES + 1];
  gsize key_len;
  GHashTable *shared; /* json_t* that stand for all equal ones, borrowed; NULL: nothing is shared */
} Reader;

/* --- equal values --- */

/* The members of a container are shared before it is, so that equal members are one pointer. */
static guint hash_value(gconstpointer pointer)
{
  const json_t *value = pointer;
  guint hash = (guint)json_typeof(value);
  const char *key;
  json_t *member;
  size_t i;
  if (json_is_string(value))
    return g_str_hash(json_string_value(value));
  if (json_is_integer(value))
    return hash + (guint)json_integer_value(value);
  json_array_foreach((json_t *)value, i, member) {
    hash = hash * 31 + g_direct_hash(member);
  }
  json_object_foreach((json_t *)value, key, member) {
    hash = hash * 31 + (g_str_hash(key) ^ g_direct_hash(member));
  }
  return hash;
}

/* Objects with the same members in another order are not equal, because the order stays visible. */
static gboolean has_same_members(json_t *a, json_t *b)
{
  void *other = json_object_iter(b);
  const char *key;
  json_t *member;
  json_object_foreach(a, key, member) {
    if (other == NULL || json_object_iter_value(other) != member ||
        strcmp(json_object_iter_key(other), key) != 0)
      return FALSE;
    other = json_object_iter_next(b, other);
  }
  return other == NULL;
}

static gboolean are_equal(gconstpointer left, gconstpointer right)
{
  json_t *a = (json_t *)left, *b = (json_t *)right;
  if (json_typeof(a) != json_typeof(b))
    return FALSE;
  if (json_is_object(a))
    return has_same_members(a, b);
  if (!json_is_array(a))
    return json_equal(a, b);
  gboolean same = json_array_size(a) == json_array_size(b);
  for (size_t i = 0; same && i < json_array_size(a); i++)
    same = json_array_get(a, i) == json_array_get(b, i);
  return same;
}

/* The value that stands for all equal ones. Takes the reference and gives one. */
static json_t *share(Reader *reader, json_t *value)
{
  if (reader->shared == NULL || value == NULL)
    return value;
  json_t *known = g_hash_table_lookup(reader->shared, value);
  if (known == NULL) {
    g_hash_table_add(reader->shared, value);
    return value;
  }
  json_incref(known);
  json_decref(value);
  return known;
}

/* --- what yajl finds --- */

static gboolean is_text(const guchar *text, gsize len)
{
  guchar bits = 0;
  for (gsize i = 0; i < len; i++)
    bits |= text[i];
  return bits < 0x80 || g_utf8_validate_len((const char *)text, len, NULL);
}

/* Adds a value to the innermost open array or object. Takes ownership. */
static int put_at(Reader *reader, const char *key, gsize key_len, json_t *value)
{
  if (value == NULL)
    return 0;
  if (reader->depth == 0) {
    reader->root = value;
    return 1;
  }
  json_t *into = reader->open[reader->depth - 1].value;
  if (json_is_array(into))
    return json_array_append_new(into, value) == 0;
  gsize before = json_object_size(into);
  return json_object_setn_new_nocheck(into, key, key_len, value) == 0 &&
         json_object_size(into) > before; /* FALSE for a duplicate key */
}

static int put(Reader *reader, json_t *value)
{
  return put_at(reader, reader->key, reader->key_len, share(reader, value));
}

/* A container is added to its parent at once. One that is shared is added at its end, because only
 * then it can be compared. */
static int open_value(Reader *reader, json_t *value)
{
  Level level = {.value = value};
  if (reader->depth == BH_JSON_MAX_DEPTH || value == NULL) {
    json_decref(value);
    return 0;
  }
  if (reader->shared == NULL) {
    if (!put(reader, value))
      return 0;
  } else if (reader->depth > 0 && json_is_object(reader->open[reader->depth - 1].value)) {
    level.key = g_strndup(reader->key, reader->key_len);
    level.key_len = reader->key_len;
  }
  reader->open[reader->depth++] = level;
  return 1;
}

static int on_null(void *data)
{
  return put(data, json_null());
}

static int on_boolean(void *data, int value)
{
  return put(data, json_boolean(value));
}

static int on_integer(void *data, long long value)
{
  return put(data, json_integer(value));
}

static int on_fraction(void *data, double value)
{
  (void)data;
  (void)value;
  return 0;
}

static int on_string(void *data, const guchar *text, size_t len)
{
  return is_text(text, len) ? put(data, json_stringn_nocheck((const char *)text, len)) : 0;
}

static int on_key(void *data, const guchar *text, size_t len)
{
  Reader *reader = data;
  if (len > KEY_MAX_BYTES || !is_text(text, len))
    return 0;
  memcpy(reader->key, text, len);
  reader->key[len] = '\0';
  reader->key_len = len;
  return 1;
}

static int on_object(void *data)
{
  return open_value(data, json_object());
}

static int on_array(void *data)
{
  return open_value(data, json_array());
}

static int on_end(void *data)
{
  Reader *reader = data;
  Level level = reader->open[--reader->depth];
  if (reader->shared == NULL)
    return 1;
  int done = put_at(reader, level.key, level.key_len, share(reader, level.value));
  g_free(level.key);
  return done;
}

/* Frees the containers that an error leaves without a parent. */
static void close_all(Reader *reader)
{
  while (reader->shared != NULL && reader->depth > 0) {
    Level level = reader->open[--reader->depth];
    json_decref(level.value);
    g_free(level.key);
  }
}

json_t *bh_json_read(const char *text, gsize len, gboolean is_shared)
{
  static const yajl_callbacks callbacks = {on_null, on_boolean, on_integer, on_fraction,
                                           NULL,    on_string,  on_object,  on_key,
                                           on_end,  on_array,   on_end};
  /* yajl replaces half a surrogate pair by a question mark, so texts with \u go to jansson. */
  if (memmem(text, len, "\\u", 2) != NULL)
    return NULL;
  g_autoptr(GHashTable) shared = is_shared ? g_hash_table_new(hash_value, are_equal) : NULL;
  Reader reader = {.shared = shared};
  yajl_handle parser = yajl_alloc(&callbacks, NULL, &reader);
  if (parser == NULL)
    return NULL;
  yajl_config(parser, yajl_dont_validate_strings, 1);
  /* yajl_complete_parse() accepts an unterminated string after the value. An additional quote makes
   * yajl fail on that, and on anything else after the value. */
  gboolean whole = yajl_parse(parser, (const guchar *)text, len) == yajl_status_ok &&
                   yajl_parse(parser, (const guchar *)"\"", 1) == yajl_status_ok &&
                   reader.depth == 0;
  yajl_free(parser);
  close_all(&reader);
  if (!whole)
    g_clear_pointer(&reader.root, json_decref);
  return reader.root;
}
