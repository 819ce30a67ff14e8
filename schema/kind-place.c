/* Reads members of declarations, with errors that name file and JSON path. */
#include "schema/kind-place.h"

#include <string.h>
#include "schema/error.h"

#define LABEL_MAX 600 /* bytes */
#define NAME_MAX_LEN 48
#define NAMES_MAX 200

void bh_place_init(BhPlace *place, const char *file, GError **error)
{
  place->file = file;
  place->path = g_string_new("$");
  place->error = error;
}

void bh_place_clear(BhPlace *place)
{
  if (place->path != NULL)
    g_string_free(g_steal_pointer(&place->path), TRUE);
}

gsize bh_place_enter(BhPlace *place, const char *key)
{
  gsize mark = place->path->len;
  g_string_append_c(place->path, '.');
  g_string_append(place->path, key);
  return mark;
}

gsize bh_place_enter_index(BhPlace *place, gsize index)
{
  gsize mark = place->path->len;
  g_string_append_printf(place->path, "[%" G_GSIZE_FORMAT "]", index);
  return mark;
}

void bh_place_leave(BhPlace *place, gsize mark)
{
  g_string_truncate(place->path, mark);
}

static gboolean fail_with(BhPlace *place, const char *reason)
{
  if (place->error != NULL && *place->error == NULL)
    g_set_error(place->error, BH_ERROR, BH_ERROR_INVALID, "%s: %s: %s", place->file,
                place->path->str, reason);
  return FALSE;
}

gboolean bh_place_fail(BhPlace *place, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  g_autofree char *reason = g_strdup_vprintf(format, args);
  va_end(args);
  return fail_with(place, reason);
}

gboolean bh_place_fail_at(BhPlace *place, const char *key, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  g_autofree char *reason = g_strdup_vprintf(format, args);
  va_end(args);
  gsize mark = bh_place_enter(place, key);
  fail_with(place, reason);
  bh_place_leave(place, mark);
  return FALSE;
}

gboolean bh_place_is_object(BhPlace *place, const json_t *value, const char *const *allowed)
{
  if (!json_is_object(value))
    return bh_place_fail(place, "must be an object");
  const char *key;
  json_t *member;
  json_object_foreach((json_t *)value, key, member) {
    if (!g_strv_contains(allowed, key)) {
      g_autofree char *shown = g_strndup(key, 60);
      return bh_place_fail(place, "unknown member \"%s\"", shown);
    }
  }
  return TRUE;
}

gboolean bh_place_string(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                         gsize max, const char **out)
{
  const json_t *value = json_object_get(object, key);
  if (value == NULL)
    return needed ? bh_place_fail(place, "\"%s\" is missing", key) : TRUE;
  if (!json_is_string(value))
    return bh_place_fail_at(place, key, "must be a string");
  if (json_string_length(value) == 0)
    return bh_place_fail_at(place, key, "is empty");
  if (json_string_length(value) > max)
    return bh_place_fail_at(place, key, "is longer than %" G_GSIZE_FORMAT " bytes", max);
  if (out != NULL)
    *out = json_string_value(value);
  return TRUE;
}

gboolean bh_is_name(const char *text)
{
  if (text == NULL || !g_ascii_islower(text[0]))
    return FALSE;
  gsize len = 0;
  for (const char *c = text; *c != '\0'; c++) {
    if (!g_ascii_islower(*c) && !g_ascii_isdigit(*c) && *c != '_')
      return FALSE;
    if (++len > NAME_MAX_LEN)
      return FALSE;
  }
  return TRUE;
}

gboolean bh_place_name(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                       const char **out)
{
  const char *name = NULL;
  if (!bh_place_string(place, object, key, needed, 1024, &name))
    return FALSE;
  if (name == NULL)
    return TRUE;
  if (!bh_is_name(name))
    return bh_place_fail_at(place, key, "\"%.60s\" is not a name (a-z, 0-9, _, at most %d)", name,
                            NAME_MAX_LEN);
  *out = name;
  return TRUE;
}

gboolean bh_place_flag(BhPlace *place, const json_t *object, const char *key, gboolean *out)
{
  const json_t *value = json_object_get(object, key);
  if (value == NULL)
    return TRUE;
  if (!json_is_boolean(value))
    return bh_place_fail_at(place, key, "must be true or false");
  *out = json_is_true(value);
  return TRUE;
}

gboolean bh_place_by_hub(BhPlace *place, const json_t *object, gboolean *out)
{
  const char *writer = NULL;
  if (!bh_place_string(place, object, "written_by", FALSE, 16, &writer))
    return FALSE;
  if (writer != NULL && strcmp(writer, "hub") != 0)
    return bh_place_fail_at(place, "written_by", "must be \"hub\"");
  *out = writer != NULL;
  return TRUE;
}

gboolean bh_place_int(BhPlace *place, const json_t *object, const char *key, gint64 min, gint64 max,
                      gint64 *out)
{
  const json_t *value = json_object_get(object, key);
  if (value == NULL)
    return TRUE;
  if (!json_is_integer(value))
    return bh_place_fail_at(place, key, "must be an integer");
  if (json_integer_value(value) < min || json_integer_value(value) > max)
    return bh_place_fail_at(place, key, "must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                            min, max);
  *out = json_integer_value(value);
  return TRUE;
}

gboolean bh_place_label(BhPlace *place, const json_t *object, const char *key, gboolean needed)
{
  static const char *const allowed[] = {"zh", "en", NULL};
  const json_t *label = json_object_get(object, key);
  if (label == NULL)
    return needed ? bh_place_fail(place, "\"%s\" is missing", key) : TRUE;
  gsize mark = bh_place_enter(place, key);
  gboolean is_valid = bh_place_is_object(place, label, allowed) &&
                      bh_place_string(place, label, "zh", TRUE, LABEL_MAX, NULL) &&
                      bh_place_string(place, label, "en", TRUE, LABEL_MAX, NULL);
  bh_place_leave(place, mark);
  return is_valid;
}

gboolean bh_place_array(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                        gsize max, const json_t **out)
{
  const json_t *value = json_object_get(object, key);
  if (value == NULL)
    return needed ? bh_place_fail(place, "\"%s\" is missing", key) : TRUE;
  if (!json_is_array(value))
    return bh_place_fail_at(place, key, "must be an array");
  if (json_array_size(value) == 0)
    return bh_place_fail_at(place, key, "is empty");
  if (json_array_size(value) > max)
    return bh_place_fail_at(place, key, "has more than %" G_GSIZE_FORMAT " elements", max);
  *out = value;
  return TRUE;
}

gboolean bh_place_names(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                        gboolean single, const char ***out)
{
  const json_t *value = json_object_get(object, key);
  if (value == NULL && !needed)
    return TRUE;
  g_autofree const char **names = NULL;
  if (single && json_is_string(value)) {
    names = g_new0(const char *, 2);
    if (!bh_place_name(place, object, key, TRUE, &names[0]))
      return FALSE;
  } else {
    const json_t *array = NULL;
    if (!bh_place_array(place, object, key, needed, NAMES_MAX, &array))
      return FALSE;
    gsize count = json_array_size(array);
    names = g_new0(const char *, count + 1);
    for (gsize i = 0; i < count; i++) {
      const char *name = json_string_value(json_array_get(array, i));
      gsize mark = bh_place_enter(place, key);
      bh_place_enter_index(place, i);
      if (!bh_is_name(name))
        return bh_place_fail(place, "must be a name (a-z, 0-9, _)");
      if (g_strv_contains(names, name))
        return bh_place_fail(place, "duplicate \"%s\"", name);
      bh_place_leave(place, mark);
      names[i] = name;
    }
  }
  g_free(*out);
  *out = g_steal_pointer(&names);
  return TRUE;
}
