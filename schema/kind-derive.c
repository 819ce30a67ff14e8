/* Computes title, area, unit and author of a record from its values. */
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/entry.h"
#include "schema/region.h"

/* Appends the text at a path "enterprise.name"; nothing when the record is not available. */
static void append_path(GString *out, const char *path, const json_t *values, BhTitleFunc get,
                        gpointer data)
{
  const char *dot = strchr(path, '.');
  g_autofree char *ref = g_strndup(path, (gsize)(dot - path));
  const char *record = bh_json_string_or(values, ref, NULL);
  const json_t *ref_values = get != NULL && record != NULL ? get(record, data) : NULL;
  g_string_append(out, bh_json_string_or(ref_values, dot + 1, ""));
}

static void append_field(GString *out, const BhKind *kind, const char *name, gsize len,
                         const json_t *values, const char *lang, BhTitleFunc get, gpointer data)
{
  g_autofree char *stem = g_strndup(name, len);
  if (strchr(stem, '.') != NULL) {
    append_path(out, stem, values, get, data);
    return;
  }
  const BhField *field = bh_kind_find_field(kind, stem);
  const json_t *value = json_object_get(values, stem);
  if (field == NULL || value == NULL)
    return;
  g_autofree char *text = bh_field_format_value(field, value, lang);
  g_string_append(out, text);
}

char *bh_kind_dup_title(const BhKind *kind, const json_t *values, const char *lang)
{
  return bh_kind_dup_title_with(kind, values, lang, NULL, NULL);
}

const char *const *bh_kind_get_title_refs(const BhKind *kind)
{
  return (const char *const *)kind->title_refs->pdata;
}

char *bh_kind_dup_title_with(const BhKind *kind, const json_t *values, const char *lang,
                             BhTitleFunc get, gpointer data)
{
  const char *template = json_string_value(json_object_get(kind->declaration, "title"));
  g_autoptr(GString) out = g_string_new(NULL);
  for (const char *c = template; *c != '\0';) {
    const char *close = *c == '{' ? strchr(c, '}') : NULL;
    if (close == NULL) {
      g_string_append_c(out, *c++);
      continue;
    }
    append_field(out, kind, c + 1, (gsize)(close - c - 1), values, lang, get, data);
    c = close + 1;
  }
  /* Removes the separators that empty fields leave. */
  g_auto(GStrv) words = g_strsplit_set(out->str, " \t\r\n", -1);
  g_autoptr(GString) title = g_string_new(NULL);
  for (gsize i = 0; words[i] != NULL; i++) {
    if (words[i][0] == '\0')
      continue;
    if (title->len > 0)
      g_string_append_c(title, ' ');
    g_string_append(title, words[i]);
  }
  if (title->len == 0)
    g_string_append(title, bh_kind_get_label(kind, lang));
  return g_string_free(g_steal_pointer(&title), FALSE);
}

static const char *get_own(const BhKind *kind, const char *key, const BhContext *context)
{
  const json_t *origin = json_object_get(kind->declaration, key);
  if (json_is_string(origin))
    return json_string_value(bh_context_get(context, json_string_value(origin)));
  gsize index;
  json_t *path;
  json_array_foreach((json_t *)origin, index, path) {
    const json_t *value = bh_context_get(context, json_string_value(path));
    if (value != NULL)
      return json_string_value(value);
  }
  return NULL;
}

/* As get_own, for the record itself or the one from which it inherits. */
static const char *get_inherited(const BhKind *kind, const char *key, const BhContext *context)
{
  BhContext at = *context;
  const BhKind *origin = bh_kind_find_origin(kind, &at);
  return origin != NULL ? get_own(origin, key, &at) : NULL;
}

const char *bh_kind_get_area(const BhKind *kind, const BhContext *context)
{
  return get_inherited(kind, "area_from", context);
}

gboolean bh_kind_is_whole_for(const BhKind *kind, const char *field, const json_t *values,
                              const char *served)
{
  const json_t *origin = json_object_get(kind->declaration, "area_from");
  const char *path = json_string_value(json_is_array(origin) ? json_array_get(origin, 0) : origin);
  if (kind->may_hide || kind->inherits)
    return FALSE;
  if (strcmp(kind->scope, "all") == 0)
    return TRUE;
  gsize len = strlen(field);
  if (strcmp(kind->scope, "area") != 0 || served == NULL || path == NULL ||
      strncmp(path, field, len) != 0 || path[len] != '.')
    return FALSE;
  const char *code = bh_json_string_or(values, path + len + 1, NULL);
  return code != NULL && bh_area_code_is_within(code, served);
}

const char *bh_kind_get_unit(const BhKind *kind, const BhContext *context)
{
  return get_inherited(kind, "unit_from", context);
}

const char *bh_kind_get_author(const BhKind *kind, const BhContext *context)
{
  return get_own(kind, "author_from", context);
}
