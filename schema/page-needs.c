/* Checks a kind set against page-needs.json. Start at bh_page_needs_check. */
#include "schema/page-needs.h"

#include <string.h>

#include "schema/error.h"
#include "schema/json.h"
#include "schema/kind-internal.h"
#include "schema/workflow.h"

#define FILE_MAX 65536 /* bytes */

static void add(GString *missing, const char *kind, const char *what, const char *name)
{
  g_string_append_printf(missing, "%s%s: the %s \"%s\" is missing", missing->len > 0 ? "\n" : "",
                         kind, what, name);
}

static void check_fields(const BhKind *kind, const json_t *fields, GString *missing)
{
  const char *name;
  json_t *type;
  json_object_foreach((json_t *)fields, name, type) {
    const BhField *field = bh_kind_find_field(kind, name);
    const char *wanted = json_string_value(type);
    if (field == NULL)
      add(missing, bh_kind_get_name(kind), "field", name);
    else if (g_strcmp0(bh_field_type_get_name(bh_field_get_type(field)), wanted) != 0)
      g_string_append_printf(missing, "%s%s.%s: the type must be \"%s\"",
                             missing->len > 0 ? "\n" : "", bh_kind_get_name(kind), name,
                             wanted != NULL ? wanted : "");
  }
}

static gboolean has_form(const BhKind *kind, const char *name)
{
  g_autoptr(GPtrArray) fields = bh_kind_list_form(kind, name);
  return fields->len > 0;
}

static gboolean has_page(const BhKind *kind, const char *name)
{
  for (guint i = 0; i < kind->transitions->len; i++)
    if (g_strcmp0(bh_transition_get_page(g_ptr_array_index(kind->transitions, i)), name) == 0)
      return TRUE;
  return FALSE;
}

/* Adds the strings of the array that the kind does not have. */
static void check_names(const BhKind *kind, const json_t *names, const char *what,
                        gboolean (*has)(const BhKind *kind, const char *name), GString *missing)
{
  gsize i;
  json_t *one;
  json_array_foreach((json_t *)names, i, one) {
    const char *name = json_string_value(one);
    if (name != NULL && !has(kind, name))
      add(missing, bh_kind_get_name(kind), what, name);
  }
}

static gboolean has_choice(const BhField *field, const char *code)
{
  for (gsize i = 0; i < bh_field_count_choices(field); i++)
    if (g_strcmp0(bh_field_get_choice_code(field, i), code) == 0)
      return TRUE;
  return FALSE;
}

static void check_choices(const BhKind *kind, const json_t *choices, GString *missing)
{
  const char *name;
  json_t *codes;
  json_object_foreach((json_t *)choices, name, codes) {
    const BhField *field = bh_kind_find_field(kind, name);
    gsize i;
    json_t *code;
    json_array_foreach(codes, i, code) {
      if (field != NULL && !has_choice(field, json_string_value(code)))
        g_string_append_printf(missing, "%s%s.%s: the choice \"%s\" is missing",
                               missing->len > 0 ? "\n" : "", bh_kind_get_name(kind), name,
                               json_string_value(code));
    }
  }
}

gboolean bh_page_needs_check(const BhKindSet *set, const char *path, GError **error)
{
  g_autoptr(json_t) root = bh_json_load_file(path, FILE_MAX, error);
  json_t *kinds = root != NULL ? bh_json_get_object(root, "kinds", path, error) : NULL;
  if (kinds == NULL)
    return FALSE;
  g_autoptr(GString) missing = g_string_new(NULL);
  const char *name;
  json_t *needs;
  json_object_foreach(kinds, name, needs) {
    const BhKind *kind = bh_kind_set_find(set, name);
    if (kind == NULL) {
      g_string_append_printf(missing, "%sthe kind \"%s\" is missing", missing->len > 0 ? "\n" : "",
                             name);
      continue;
    }
    check_fields(kind, json_object_get(needs, "fields"), missing);
    check_choices(kind, json_object_get(needs, "choices"), missing);
    check_names(kind, json_object_get(needs, "states"), "state", bh_kind_has_state, missing);
    check_names(kind, json_object_get(needs, "forms"), "form", has_form, missing);
    check_names(kind, json_object_get(needs, "pages"), "step with the page", has_page, missing);
  }
  if (missing->len == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
              "the pages of an inspection need more than these kinds declare:\n%s", missing->str);
  return FALSE;
}
