/* Reads ordinary JSON with yajl, which is faster than jansson (README.md has figures). Leaves
 * unusual and invalid text to jansson (json.c). */
#include "schema/json-internal.h"

#include <string.h>
#include <yajl/yajl_parse.h>

#define KEY_MAX_BYTES 512 /* longer keys are left to jansson */

typedef struct {
  json_t *root;
  json_t *open[BH_JSON_MAX_DEPTH]; /* open arrays and objects, borrowed */
  int depth;
  char key[KEY_MAX_BYTES + 1];
  gsize key_len;
} Reader;

static gboolean is_text(const guchar *text, gsize len)
{
  guchar bits = 0;
  for (gsize i = 0; i < len; i++)
    bits |= text[i];
  return bits < 0x80 || g_utf8_validate_len((const char *)text, len, NULL);
}

/* Adds a value to the innermost open array or object. Takes ownership. */
static int put(Reader *reader, json_t *value)
{
  if (value == NULL)
    return 0;
  if (reader->depth == 0) {
    reader->root = value;
    return 1;
  }
  json_t *into = reader->open[reader->depth - 1];
  if (json_is_array(into))
    return json_array_append_new(into, value) == 0;
  gsize before = json_object_size(into);
  return json_object_setn_new_nocheck(into, reader->key, reader->key_len, value) == 0 &&
         json_object_size(into) > before; /* FALSE for a duplicate key */
}

static int open_value(Reader *reader, json_t *value)
{
  if (reader->depth == BH_JSON_MAX_DEPTH) {
    json_decref(value);
    return 0;
  }
  if (!put(reader, value))
    return 0;
  reader->open[reader->depth++] = value;
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
  ((Reader *)data)->depth--;
  return 1;
}

json_t *bh_json_read(const char *text, gsize len)
{
  static const yajl_callbacks callbacks = {on_null, on_boolean, on_integer, on_fraction,
                                           NULL,    on_string,  on_object,  on_key,
                                           on_end,  on_array,   on_end};
  /* yajl replaces half a surrogate pair by a question mark, so texts with \u go to jansson. */
  if (memmem(text, len, "\\u", 2) != NULL)
    return NULL;
  Reader reader = {0};
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
  if (!whole)
    g_clear_pointer(&reader.root, json_decref);
  return reader.root;
}
