/* JSON text without jansson's writer, which hands over character by character and looks at all
 * UTF-8 once more. */
#include "schema/json-internal.h"

#include <string.h>

void bh_json_append_string(GString *out, const char *text)
{
  g_string_append_c(out, '"');
  for (;;) {
    const char *plain = text;
    while ((guchar)*text >= 0x20 && *text != '"' && *text != '\\')
      text++;
    g_string_append_len(out, plain, text - plain);
    if (*text == '\0')
      break;
    static const char shorts[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    const char *at = strchr(shorts, *text);
    if (at != NULL) {
      g_string_append_c(out, '\\');
      g_string_append_c(out, letters[at - shorts]);
    } else {
      g_string_append_printf(out, "\\u%04X", (guint)(guchar)*text);
    }
    text++;
  }
  g_string_append_c(out, '"');
}

static void append_integer(GString *out, json_int_t number)
{
  char digits[24];
  char *at = digits + sizeof digits;
  guint64 rest = number < 0 ? 0 - (guint64)number : (guint64)number;
  do {
    *--at = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (number < 0)
    *--at = '-';
  g_string_append_len(out, at, digits + sizeof digits - at);
}

static gboolean append_value(GString *out, const json_t *value, gboolean sorted, int depth);

static gboolean append_array(GString *out, const json_t *array, gboolean sorted, int depth)
{
  g_string_append_c(out, '[');
  for (gsize i = 0; i < json_array_size(array); i++) {
    if (i > 0)
      g_string_append_c(out, ',');
    if (!append_value(out, json_array_get(array, i), sorted, depth))
      return FALSE;
  }
  g_string_append_c(out, ']');
  return TRUE;
}

static gboolean append_member(GString *out, const char *key, const json_t *value, gboolean sorted,
                              int depth)
{
  if (out->str[out->len - 1] != '{')
    g_string_append_c(out, ',');
  bh_json_append_string(out, key);
  g_string_append_c(out, ':');
  return append_value(out, value, sorted, depth);
}

static int compare_keys(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean append_object(GString *out, json_t *object, gboolean sorted, int depth)
{
  const char *key;
  gsize len;
  json_t *member;
  g_autoptr(GPtrArray) keys =
      sorted ? g_ptr_array_sized_new((guint)json_object_size(object)) : NULL;
  g_string_append_c(out, '{');
  json_object_keylen_foreach(object, key, len, member)
  {
    if (strlen(key) != len)
      return FALSE;
    if (sorted)
      g_ptr_array_add(keys, (gpointer)key);
    else if (!append_member(out, key, member, sorted, depth))
      return FALSE;
  }
  if (sorted)
    g_ptr_array_sort(keys, compare_keys);
  for (guint i = 0; sorted && i < keys->len; i++)
    if (!append_member(out, keys->pdata[i], json_object_get(object, keys->pdata[i]), sorted, depth))
      return FALSE;
  g_string_append_c(out, '}');
  return TRUE;
}

static gboolean append_value(GString *out, const json_t *value, gboolean sorted, int depth)
{
  if (value == NULL || depth > BH_JSON_MAX_DEPTH)
    return FALSE;
  switch (json_typeof(value)) {
  case JSON_OBJECT:
    return append_object(out, (json_t *)value, sorted, depth + 1);
  case JSON_ARRAY:
    return append_array(out, value, sorted, depth + 1);
  case JSON_STRING:
    if (strlen(json_string_value(value)) != json_string_length(value))
      return FALSE;
    bh_json_append_string(out, json_string_value(value));
    return TRUE;
  case JSON_INTEGER:
    append_integer(out, json_integer_value(value));
    return TRUE;
  case JSON_REAL:
    return FALSE;
  case JSON_TRUE:
    g_string_append(out, "true");
    return TRUE;
  case JSON_FALSE:
    g_string_append(out, "false");
    return TRUE;
  case JSON_NULL:
    g_string_append(out, "null");
    return TRUE;
  }
  return FALSE;
}

gboolean bh_json_write_plain(GString *out, const json_t *value, gboolean sorted)
{
  gsize before = out->len;
  if (append_value(out, value, sorted, 0))
    return TRUE;
  g_string_truncate(out, before);
  return FALSE;
}
