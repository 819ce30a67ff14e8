/* Properties of a kind, and problems. Kinds are read in kind-load.c and kind-declare.c. */
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/entry.h"

const char *bh_kind_get_name(const BhKind *kind)
{
  return kind->name;
}

const char *bh_kind_get_label(const BhKind *kind, const char *lang)
{
  return bh_label_pick(json_object_get(kind->declaration, "label"), lang, kind->name);
}

const GPtrArray *bh_kind_list_fields(const BhKind *kind)
{
  return kind->fields;
}

const BhField *bh_kind_find_field(const BhKind *kind, const char *name)
{
  if (name == NULL)
    return NULL;
  const char *slash = strchr(name, '/');
  if (slash == NULL)
    return g_hash_table_lookup(kind->field_index, name);
  char stem[BH_KEY_MAX + 1];
  if (slash - name > BH_KEY_MAX)
    return NULL;
  g_strlcpy(stem, name, (gsize)(slash - name) + 1);
  const BhField *field = g_hash_table_lookup(kind->field_index, stem);
  return field != NULL && field->type == BH_FIELD_ITEMS ? field : NULL;
}

const json_t *bh_kind_get_declaration(const BhKind *kind)
{
  return kind->declaration;
}

/* Whether all steps into the state are left to the hub, and there is one. */
static gboolean is_entered_by_hub(const BhKind *kind, const BhState *state)
{
  gboolean entered = FALSE;

  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    if (strcmp(transition->to, state->name) != 0)
      continue;
    if (!transition->by_hub)
      return FALSE;
    entered = TRUE;
  }
  return entered;
}

gboolean bh_kind_is_hub_only(const BhKind *kind, const char *key, const json_t *value)
{
  if (kind->by_hub)
    return TRUE;
  if (g_strcmp0(key, "state") == 0) {
    const BhState *state =
        json_is_string(value) ? bh_kind_find_state(kind, json_string_value(value)) : NULL;
    return state != NULL && (state->by_hub || is_entered_by_hub(kind, state));
  }
  const BhField *field = bh_kind_find_field(kind, key);
  return field != NULL && field->by_hub;
}

gboolean bh_kind_is_urgent(const BhKind *kind)
{
  return kind->urgent;
}

gboolean bh_kind_is_reviewable(const BhKind *kind)
{
  return kind->reviewable;
}

const char *bh_kind_get_review_state(const BhKind *kind, const char *event)
{
  return json_string_value(json_object_get(json_object_get(kind->declaration, "review"), event));
}

gboolean bh_kind_is_omitted_in_review(const BhKind *kind, const char *field)
{
  const json_t *review = json_object_get(kind->declaration, "review");
  return bh_json_has_name(json_object_get(review, "omits"), field);
}

const char *bh_kind_get_parent_field(const BhKind *kind)
{
  return kind->parent;
}

const BhState *bh_kind_find_state(const BhKind *kind, const char *name)
{
  for (guint i = 0; i < kind->states->len; i++) {
    const BhState *state = g_ptr_array_index(kind->states, i);
    if (g_strcmp0(state->name, name) == 0)
      return state;
  }
  return NULL;
}

BhProblem *bh_problem_new(const char *field, const char *code, const char *text_zh,
                          const char *text_en)
{
  BhProblem *problem = g_new0(BhProblem, 1);
  problem->field = g_strdup(field);
  problem->code = g_strdup(code);
  problem->text_zh = g_strdup(text_zh);
  problem->text_en = g_strdup(text_en);
  return problem;
}

void bh_problem_free(BhProblem *problem)
{
  if (problem == NULL)
    return;
  g_free(problem->field);
  g_free(problem->code);
  g_free(problem->text_zh);
  g_free(problem->text_en);
  g_free(problem);
}

const char *bh_label_pick(const json_t *label, const char *lang, const char *fallback)
{
  const char *other = g_strcmp0(lang, "zh") == 0 ? "en" : "zh";
  const char *text = json_string_value(json_object_get(label, lang != NULL ? lang : "en"));
  if (text == NULL)
    text = json_string_value(json_object_get(label, other));
  return text != NULL ? text : fallback;
}
