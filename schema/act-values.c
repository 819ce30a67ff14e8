/* Reads the values that a program gives for the form of an act, typed or as JSON. All problems are
 * collected, so that a person can correct them at once. */
#include "schema/act.h"
#include "schema/codes.h"

#include <string.h>

/* Longest part of a wrong name in a problem, in bytes. */
#define NAME_SHOWN_MAX 64

static gboolean is_asked(const GPtrArray *fields, const BhField *field)
{
  return field != NULL && g_ptr_array_find((GPtrArray *)fields, field, NULL);
}

static BhProblem *make_unasked(const char *name)
{
  g_autofree char *shown = g_strndup(name, NAME_SHOWN_MAX);
  g_autofree char *valid = g_utf8_make_valid(shown, -1);
  return bh_problem_new(valid, "unasked", "此操作不填写该字段",
                        "The act does not ask for this field");
}

static BhProblem *make_unread(const BhField *field, const GError *error)
{
  /* The message begins with the name of the field, which the problem has as well. */
  const char *name = bh_field_get_name(field);
  gsize prefix = strlen(name) + strlen(": ");
  const char *reason = strlen(error->message) > prefix ? error->message + prefix : error->message;
  return bh_problem_new(name, "invalid", "填写的内容不符合要求", reason);
}

void bh_act_read_values(const BhKind *kind, const GPtrArray *fields, const json_t *given,
                        const BhSettingValues *settings, json_t *values, GPtrArray *problems)
{
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)given, name, value) {
    g_autoptr(GError) error = NULL;
    const BhField *field = bh_kind_find_field(kind, name);
    if (!is_asked(fields, field)) {
      g_ptr_array_add(problems, make_unasked(name));
      continue;
    }
    json_t *read = !json_is_string(value) ? json_incref(value)
                   : bh_field_get_codes(field) != NULL
                       ? bh_field_read_code(field, json_string_value(value), settings, &error)
                       : bh_field_parse_typed(field, json_string_value(value), &error);
    if (read != NULL)
      json_object_set_new(values, name, read);
    else
      g_ptr_array_add(problems, make_unread(field, error));
  }
}
