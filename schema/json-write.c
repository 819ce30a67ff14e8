/* Writes JSON with yajl, which outputs runs of characters where jansson outputs single ones
 * (README.md has figures). */
#include "schema/json-internal.h"

#include <string.h>
#include <yajl/yajl_gen.h>

static gboolean write_text(yajl_gen writer, const char *text, gsize len)
{
  /* jansson refuses a text with a NUL, so this function does too. */
  return memchr(text, '\0', len) == NULL &&
         yajl_gen_string(writer, (const guchar *)text, len) == yajl_gen_status_ok;
}

/* Writes an integer. Faster than yajl, which formats integers with printf. */
static gboolean write_integer(yajl_gen writer, json_int_t value)
{
  char digits[24];
  char *start = digits + sizeof digits;
  guint64 rest = value < 0 ? 0 - (guint64)value : (guint64)value;
  do {
    *--start = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (value < 0)
    *--start = '-';
  return yajl_gen_number(writer, start, (size_t)(digits + sizeof digits - start)) ==
         yajl_gen_status_ok;
}

static gboolean write_value(yajl_gen writer, const json_t *value, gboolean sorted, int depth);

static gboolean write_array(yajl_gen writer, const json_t *array, gboolean sorted, int depth)
{
  if (yajl_gen_array_open(writer) != yajl_gen_status_ok)
    return FALSE;
  for (gsize i = 0; i < json_array_size(array); i++)
    if (!write_value(writer, json_array_get(array, i), sorted, depth))
      return FALSE;
  return yajl_gen_array_close(writer) == yajl_gen_status_ok;
}

static int compare_keys(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gboolean write_object(yajl_gen writer, json_t *object, gboolean sorted, int depth)
{
  const char *key;
  gsize len;
  json_t *member;
  g_autoptr(GPtrArray) keys =
      sorted ? g_ptr_array_sized_new((guint)json_object_size(object)) : NULL;
  if (yajl_gen_map_open(writer) != yajl_gen_status_ok)
    return FALSE;
  json_object_keylen_foreach(object, key, len, member)
  {
    if (strlen(key) != len)
      return FALSE;
    if (sorted)
      g_ptr_array_add(keys, (gpointer)key);
    else if (!write_text(writer, key, len) || !write_value(writer, member, sorted, depth))
      return FALSE;
  }
  if (sorted)
    g_ptr_array_sort(keys, compare_keys);
  for (guint i = 0; sorted && i < keys->len; i++) {
    key = keys->pdata[i];
    if (!write_text(writer, key, strlen(key)) ||
        !write_value(writer, json_object_get(object, key), sorted, depth))
      return FALSE;
  }
  return yajl_gen_map_close(writer) == yajl_gen_status_ok;
}

static gboolean write_value(yajl_gen writer, const json_t *value, gboolean sorted, int depth)
{
  if (value == NULL || depth > BH_JSON_MAX_DEPTH)
    return FALSE;
  switch (json_typeof(value)) {
  case JSON_OBJECT:
    return write_object(writer, (json_t *)value, sorted, depth + 1);
  case JSON_ARRAY:
    return write_array(writer, value, sorted, depth + 1);
  case JSON_STRING:
    return write_text(writer, json_string_value(value), json_string_length(value));
  case JSON_INTEGER:
    return write_integer(writer, json_integer_value(value));
  case JSON_TRUE:
  case JSON_FALSE:
    return yajl_gen_bool(writer, json_is_true(value)) == yajl_gen_status_ok;
  case JSON_NULL:
    return yajl_gen_null(writer) == yajl_gen_status_ok;
  case JSON_REAL:
    return FALSE;
  }
  return FALSE;
}

/* Appends the whole buffer at once: yajl would output every comma separately. */
static void append_written(GString *out, yajl_gen writer)
{
  const guchar *text;
  size_t len;
  yajl_gen_get_buf(writer, &text, &len);
  g_string_append_len(out, (const char *)text, (gssize)len);
}

void bh_json_append_string(GString *out, const char *text)
{
  yajl_gen writer = yajl_gen_alloc(NULL);
  g_return_if_fail(writer != NULL);
  if (write_text(writer, text, strlen(text)))
    append_written(out, writer);
  yajl_gen_free(writer);
}

gboolean bh_json_write(GString *out, const json_t *value, gboolean sorted)
{
  yajl_gen writer = yajl_gen_alloc(NULL);
  gboolean written = writer != NULL && write_value(writer, value, sorted, 0);
  if (written)
    append_written(out, writer);
  if (writer != NULL)
    yajl_gen_free(writer);
  return written;
}
