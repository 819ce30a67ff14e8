#include "schema/json-internal.h"

#include <string.h>

/* jansson takes some 170 instructions for every byte of Chinese text, which was a third of what the
 * hub spends on an entry; this takes about ten. */

#define DIGITS_MAX 18 /* always fit into 64 bits */

typedef struct {
  const char *at;
  const char *end;
} Reader;

static void skip_space(Reader *reader)
{
  while (reader->at < reader->end &&
         (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
    reader->at++;
}

static gboolean take(Reader *reader, char c)
{
  if (reader->at >= reader->end || *reader->at != c)
    return FALSE;
  reader->at++;
  return TRUE;
}

/* The reader stands behind the opening quote and is left behind the closing one. */
static gboolean take_text(Reader *reader, const char **text, gsize *len)
{
  const char *at = reader->at;
  guchar bits = 0;
  while (at < reader->end && (guchar)*at >= 0x20 && *at != '"' && *at != '\\')
    bits |= (guchar)*at++;
  if (at >= reader->end || *at != '"')
    return FALSE;
  *text = reader->at;
  *len = (gsize)(at - reader->at);
  reader->at = at + 1;
  return bits < 0x80 || g_utf8_validate_len(*text, *len, NULL);
}

static json_t *read_string(Reader *reader)
{
  const char *text;
  gsize len;
  return take_text(reader, &text, &len) ? json_stringn_nocheck(text, len) : NULL;
}

static json_t *read_integer(Reader *reader)
{
  gboolean negative = take(reader, '-');
  const char *first = reader->at;
  json_int_t number = 0;
  while (reader->at < reader->end && g_ascii_isdigit(*reader->at))
    number = number * 10 + (*reader->at++ - '0');
  gsize digits = (gsize)(reader->at - first);
  if (digits == 0 || digits > DIGITS_MAX || (digits > 1 && *first == '0'))
    return NULL;
  return json_integer(negative ? -number : number);
}

static json_t *read_word(Reader *reader, const char *word, json_t *value)
{
  gsize len = strlen(word);
  if ((gsize)(reader->end - reader->at) < len || memcmp(reader->at, word, len) != 0)
    return NULL;
  reader->at += len;
  return value;
}

static json_t *read_value(Reader *reader, int depth);

static json_t *read_array(Reader *reader, int depth)
{
  g_autoptr(json_t) array = json_array();
  skip_space(reader);
  if (take(reader, ']'))
    return g_steal_pointer(&array);
  do {
    json_t *value = read_value(reader, depth);
    if (value == NULL || json_array_append_new(array, value) != 0)
      return NULL;
    skip_space(reader);
  } while (take(reader, ','));
  return take(reader, ']') ? g_steal_pointer(&array) : NULL;
}

static json_t *read_object(Reader *reader, int depth)
{
  g_autoptr(json_t) object = json_object();
  skip_space(reader);
  if (take(reader, '}'))
    return g_steal_pointer(&object);
  for (gsize members = 1;; members++) {
    const char *key;
    gsize len;
    skip_space(reader);
    if (!take(reader, '"') || !take_text(reader, &key, &len))
      return NULL;
    skip_space(reader);
    json_t *value = take(reader, ':') ? read_value(reader, depth) : NULL;
    if (value == NULL || json_object_setn_new_nocheck(object, key, len, value) != 0 ||
        json_object_size(object) != members) /* the key was there before */
      return NULL;
    skip_space(reader);
    if (!take(reader, ','))
      return take(reader, '}') ? g_steal_pointer(&object) : NULL;
  }
}

static json_t *read_value(Reader *reader, int depth)
{
  skip_space(reader);
  if (reader->at >= reader->end)
    return NULL;
  switch (*reader->at) {
  case '"':
    reader->at++;
    return read_string(reader);
  case '{':
    reader->at++;
    return depth < BH_JSON_MAX_DEPTH ? read_object(reader, depth + 1) : NULL;
  case '[':
    reader->at++;
    return depth < BH_JSON_MAX_DEPTH ? read_array(reader, depth + 1) : NULL;
  case 't':
    return read_word(reader, "true", json_true());
  case 'f':
    return read_word(reader, "false", json_false());
  case 'n':
    return read_word(reader, "null", json_null());
  default:
    return read_integer(reader);
  }
}

json_t *bh_json_read_plain(const char *text, gsize len)
{
  Reader reader = {.at = text, .end = text + len};
  g_autoptr(json_t) value = read_value(&reader, 0);
  if (value == NULL)
    return NULL;
  skip_space(&reader);
  return reader.at == reader.end ? g_steal_pointer(&value) : NULL;
}
