/* Reads from the guards of a transition which input people must enter. Does not evaluate guards
 * (workflow.c). Start with bh_step_input_new. */
#include "schema/step-input.h"

#include <string.h>

#include "schema/kind-internal.h"

void bh_step_input_free(BhStepInput *input)
{
  if (input == NULL)
    return;
  g_ptr_array_unref(input->fields);
  g_ptr_array_unref(input->children);
  g_free(input);
}

static void add_field(BhStepInput *input, const BhKind *kind, const char *path)
{
  const BhField *field = path != NULL ? bh_kind_find_field(kind, path) : NULL;

  if (field != NULL && !g_ptr_array_find(input->fields, field, NULL))
    g_ptr_array_add(input->fields, (gpointer)field);
}

typedef struct {
  BhStepInput *input;
  const BhKind *kind;
  gsize guard;
} Reading;

static void add_child(const Reading *reading, const json_t *source, const json_t *condition,
                      gboolean alternative)
{
  BhStepInputChild *child = g_new0(BhStepInputChild, 1);

  child->kind = json_is_string(source) ? json_string_value(source)
                                       : bh_json_string_or(source, "children", NULL);
  child->of = bh_json_string_or(source, "of", NULL);
  child->where = json_object_get(condition, "where");
  const json_t *at_least = json_object_get(condition, "at_least");
  child->guard = reading->guard;
  child->alternative = alternative;
  child->at_least = at_least != NULL ? json_integer_value(at_least) : 1;
  if (child->kind != NULL && child->at_least > 0)
    g_ptr_array_add(reading->input->children, child);
  else
    g_free(child);
}

static void read_condition(const Reading *reading, const json_t *condition, gboolean alternative)
{
  gsize i;
  json_t *part;

  json_array_foreach(json_object_get(condition, "all"), i, part) {
    read_condition(reading, part, alternative);
  }
  json_array_foreach(json_object_get(condition, "any_of"), i, part) {
    read_condition(reading, part, TRUE);
  }
  /* Under "not", only a comparison with a day names a field that people must enter. */
  const json_t *not = json_object_get(condition, "not");
  if (json_object_get(not, "before") != NULL || json_object_get(not, "after") != NULL)
    read_condition(reading, not, alternative);
  if (json_is_string(json_object_get(condition, "field")) &&
      !json_is_true(json_object_get(condition, "empty")))
    add_field(reading->input, reading->kind, bh_json_string_or(condition, "field", NULL));
  static const char *const sources[] = {"any", "count"};
  for (gsize k = 0; k < G_N_ELEMENTS(sources); k++) {
    const json_t *source = json_object_get(condition, sources[k]);
    if (source != NULL)
      add_child(reading, source, condition, alternative);
  }
}

BhStepInput *bh_step_input_new(const BhKind *kind, const BhTransition *transition)
{
  BhStepInput *input = g_new0(BhStepInput, 1);
  gsize i;
  json_t *guard;

  input->fields = g_ptr_array_new();
  input->children = g_ptr_array_new_with_free_func(g_free);
  for (const char *const *ask = bh_transition_get_asks(transition); *ask != NULL; ask++)
    add_field(input, kind, *ask);
  json_array_foreach((json_t *)transition->needs, i, guard) {
    add_field(input, kind, bh_json_string_or(guard, "field", NULL));
    Reading reading = {input, kind, i};
    read_condition(&reading, json_object_get(guard, "must"), FALSE);
  }
  return input;
}

static const char *find_value(const json_t *condition, const char *name)
{
  gsize i;
  json_t *part;

  if (g_strcmp0(bh_json_string_or(condition, "field", NULL), name) == 0) {
    const json_t *in = json_object_get(condition, "in");
    return in != NULL ? json_string_value(json_array_get(in, 0))
                      : bh_json_string_or(condition, "is", NULL);
  }
  json_array_foreach(json_object_get(condition, "all"), i, part) {
    const char *found = find_value(part, name);
    if (found != NULL)
      return found;
  }
  return NULL;
}

const char *bh_step_input_child_get_value(const BhStepInputChild *child, const char *name)
{
  return find_value(child->where, name);
}
