/* Reads "opens" of a transition: the records that a step makes. What it means at run time is in
 * opens.c. */
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/numbering.h"
#include "schema/workflow.h"

#define OPENS_MAX 8
#define PRESETS_MAX 40

/* --- first pass --- */

static gboolean parse_opening(BhPlace *place, const json_t *declaration, BhOpening *opening)
{
  static const char *const allowed[] = {"kind", "state", "link", "each", "when", "preset", NULL};
  if (!bh_place_is_object(place, declaration, allowed) ||
      !bh_place_name(place, declaration, "kind", TRUE, &opening->kind) ||
      !bh_place_name(place, declaration, "state", FALSE, &opening->state) ||
      !bh_place_name(place, declaration, "link", FALSE, &opening->link) ||
      !bh_place_name(place, declaration, "each", FALSE, &opening->each))
    return FALSE;
  opening->when = json_object_get(declaration, "when");
  opening->preset = json_object_get(declaration, "preset");
  if (opening->preset != NULL &&
      (!json_is_object(opening->preset) || json_object_size(opening->preset) == 0 ||
       json_object_size(opening->preset) > PRESETS_MAX))
    return bh_place_fail_at(place, "preset", "must be an object of 1 to %d fields", PRESETS_MAX);
  return TRUE;
}

gboolean bh_transition_parse_opens(BhPlace *place, BhTransition *transition)
{
  const json_t *declared = NULL;
  if (!bh_place_array(place, transition->declaration, "opens", FALSE, OPENS_MAX, &declared))
    return FALSE;
  if (declared == NULL)
    return TRUE;
  transition->opens = g_ptr_array_new_with_free_func(g_free);
  gsize index;
  json_t *declaration;
  json_array_foreach((json_t *)declared, index, declaration) {
    gsize mark = bh_place_enter(place, "opens");
    bh_place_enter_index(place, index);
    BhOpening *opening = g_new0(BhOpening, 1);
    g_ptr_array_add(transition->opens, opening);
    if (!parse_opening(place, declaration, opening))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

/* --- second pass --- */

/* The kinds of the record from which one is opened, NULL-terminated; NULL with the error set. */
static const char *const *find_origins(BhPlace *place, const BhKind *kind, const BhOpening *opening,
                                       const char **own)
{
  own[0] = kind->name;
  own[1] = NULL;
  if (opening->each == NULL)
    return own;
  const BhField *field = g_hash_table_lookup(kind->field_index, opening->each);
  if (field != NULL && field->type == BH_FIELD_REFS && bh_field_get_ref_kinds(field)[0] != NULL)
    return bh_field_get_ref_kinds(field);
  bh_place_fail_at(place, "each", "kind %s has no refs field \"%s\"", kind->name, opening->each);
  return NULL;
}

static gboolean check_link(BhPlace *place, const BhKind *opened, const BhOpening *opening,
                           const char *const *origins)
{
  const char *link = opening->link != NULL ? opening->link : opened->parent;
  const BhField *field = link != NULL ? g_hash_table_lookup(opened->field_index, link) : NULL;
  for (gsize i = 0; origins[i] != NULL; i++)
    if (field == NULL || field->type != BH_FIELD_REF ||
        !g_strv_contains(bh_field_get_ref_kinds(field), origins[i]))
      return bh_place_fail_at(place, "link",
                              "names no field of %s that refers to %s: an opened record must name "
                              "the record from which it was opened",
                              opened->name, origins[i]);
  return TRUE;
}

/* Whether devices take the step, or make the record. */
static gboolean is_left_to_hub(const BhKind *kind, const BhTransition *step)
{
  return kind->by_hub ||
         (step != NULL && (step->by_hub || bh_kind_find_state(kind, step->to)->by_hub));
}

static gboolean check_state(BhPlace *place, const BhKind *kind, const BhTransition *transition,
                            const BhKind *opened, const BhOpening *opening)
{
  const BhTransition *step =
      opening->state != NULL ? bh_workflow_find(opened, NULL, opening->state) : NULL;
  if (opened->states->len > 0 && step == NULL)
    return bh_place_fail_at(place, "state", "must be a state of %s to which a step from null leads",
                            opened->name);
  if (opened->states->len == 0 && opening->state != NULL)
    return bh_place_fail_at(place, "state", "kind %s has no states", opened->name);
  if (step != NULL && json_object_get(step->declaration, "opens") != NULL)
    return bh_place_fail_at(place, "state", "the step to \"%s\" of %s opens records itself",
                            opening->state, opened->name);
  if (is_left_to_hub(opened, step) && !is_left_to_hub(kind, transition))
    return bh_place_fail_at(place, "kind",
                            "only the hub may make records of %s, but devices take this step",
                            opened->name);
  return TRUE;
}

/* A record that could never be complete would refuse each of these steps. */
static gboolean check_required(BhPlace *place, const BhKind *opened, const BhOpening *opening)
{
  const char *link = opening->link != NULL ? opening->link : opened->parent;
  const BhNumbering *numbering = bh_kind_get_numbering(opened);
  const char *number = numbering != NULL ? bh_numbering_get_field(numbering) : NULL;
  for (guint i = 0; i < opened->fields->len; i++) {
    const BhField *field = g_ptr_array_index(opened->fields, i);
    /* Whether a field with "show_when" is required depends on the values. */
    if (field->always_required && field->show_when == NULL && !field->retired &&
        g_strcmp0(field->name, link) != 0 && g_strcmp0(field->name, number) != 0 &&
        json_object_get(opening->preset, field->name) == NULL)
      return bh_place_fail_at(place, "preset", "\"%s\" of %s is required, and has no value here",
                              field->name, opened->name);
  }
  return TRUE;
}

gboolean bh_sources_refuse_personal(BhPlace *place, const BhKindSet *set,
                                    const char *const *origins, const json_t *sources)
{
  const char *name;
  json_t *source;
  json_object_foreach((json_t *)sources, name, source) {
    const char *path = bh_json_string_or(source, "field", NULL);
    for (gsize i = 0; path != NULL && origins[i] != NULL; i++)
      if (!g_str_has_prefix(path, "actor.") &&
          bh_path_is_personal(place, set, bh_kind_set_find(set, origins[i]), path))
        return bh_place_fail_at(place, "preset", "\"%s\" of %s is personal: it is not copied", path,
                                origins[i]);
  }
  return TRUE;
}

static gboolean resolve_opening(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                const BhTransition *transition, const BhOpening *opening)
{
  const char *own[2];
  const BhKind *opened = bh_kind_set_find(set, opening->kind);
  if (opened == NULL)
    return bh_place_fail_at(place, "kind", "there is no kind \"%s\"", opening->kind);
  const char *const *origins = find_origins(place, kind, opening, own);
  if (origins == NULL)
    return FALSE;
  gsize mark = bh_place_enter(place, "when");
  if (opening->when != NULL && !bh_condition_check(place, set, kind, opening->when))
    return FALSE;
  bh_place_leave(place, mark);
  BhActRule rule = {.from = (const char **)origins};
  return check_link(place, opened, opening, origins) &&
         check_state(place, kind, transition, opened, opening) &&
         bh_sources_resolve(place, set, opened, &rule, "preset", opening->preset) &&
         bh_sources_refuse_personal(place, set, origins, opening->preset) &&
         check_required(place, opened, opening);
}

gboolean bh_transition_resolve_opens(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                     const BhTransition *transition)
{
  for (guint i = 0; transition->opens != NULL && i < transition->opens->len; i++) {
    gsize mark = bh_place_enter(place, "opens");
    bh_place_enter_index(place, i);
    if (!resolve_opening(place, set, kind, transition, g_ptr_array_index(transition->opens, i)))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}
