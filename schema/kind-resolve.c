/* Second pass over a declaration: checks that every name of a field, state, kind or role is
 * declared, and rules that concern several members. Start with bh_kind_resolve. */
#include "schema/condition-internal.h"
#include "schema/kind-export.h"
#include "schema/workflow.h"

#include <string.h>

static gboolean check_field_name(BhPlace *place, const BhKind *kind, const char *name)
{
  if (g_hash_table_lookup(kind->field_index, name) == NULL)
    return bh_place_fail(place, "kind %s has no field \"%s\"", kind->name, name);
  return TRUE;
}

/* Refuses a computed field where a value is entered, and where a list would have to read other
 * records for each of its rows. */
static gboolean check_use(BhPlace *place, const BhKind *kind, const char *name, const char *key)
{
  const BhField *field = g_hash_table_lookup(kind->field_index, name);
  if (field->compute == NULL)
    return TRUE;
  if (!g_str_equal(key, "list"))
    return bh_place_fail(place, "field \"%s\" is computed, so that nobody can enter it", name);
  return !field->reads_records ||
         bh_place_fail(place,
                       "field \"%s\" is computed from other records, which a list does not "
                       "read",
                       name);
}

/* Checks that all `names`, the value of member `key`, are fields of the kind. With `state_too`,
 * "state" is allowed. */
static gboolean check_field_names(BhPlace *place, const BhKind *kind, const char *const *names,
                                  const char *key, gboolean state_too)
{
  gsize mark = bh_place_enter(place, key);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
    if (state_too && g_str_equal(names[i], "state") && kind->states->len > 0)
      continue;
    gsize inner = bh_place_enter_index(place, i);
    if (!check_field_name(place, kind, names[i]) || !check_use(place, kind, names[i], key))
      return FALSE;
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean check_condition(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                const char *key, const json_t *condition)
{
  if (condition == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, key);
  gboolean is_valid = bh_condition_check(place, set, kind, condition);
  bh_place_leave(place, mark);
  return is_valid;
}

/* Refuses a kind whose records are never hidden and refer to records that can be hidden: a record
 * that names a hidden record would reveal it. */
static gboolean check_visible_as_named(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  if (kind->may_hide)
    return TRUE;
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    for (gsize k = 0; field->ref_kinds != NULL && field->ref_kinds[k] != NULL; k++) {
      const BhKind *named = bh_kind_set_find(set, field->ref_kinds[k]);
      if (named != NULL && named->may_hide)
        return bh_place_fail_at(place, "visible",
                                "is missing: not everybody may see the %s in field \"%s\"",
                                named->name, field->name);
    }
  }
  return TRUE;
}

static gboolean resolve_visible(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  if (!check_visible_as_named(place, set, kind))
    return FALSE;
  place->stored_only = TRUE;
  if (!check_condition(place, set, kind, "visible", kind->visible))
    return FALSE;
  place->stored_only = FALSE;
  /* The hub sends a record again when the record or its parents change, but not when a child
   * changes or a day passes, and it does not load child records for sending. */
  gsize mark = bh_place_enter(place, "visible");
  gboolean is_valid = bh_condition_check_scope(place, kind->visible, "visible", TRUE);
  bh_place_leave(place, mark);
  return is_valid;
}

/* The hub evaluates "distinct" for the stored numbers. */
static gboolean check_distinct(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const BhField *field)
{
  place->stored_only = TRUE;
  gboolean is_valid = check_condition(place, set, kind, "distinct", field->distinct);
  place->stored_only = FALSE;
  return is_valid;
}

static gboolean resolve_fields(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    gsize mark = bh_place_enter(place, "fields");
    bh_place_enter_index(place, i);
    for (gsize k = 0; field->ref_kinds != NULL && field->ref_kinds[k] != NULL; k++)
      if (bh_kind_set_find(set, field->ref_kinds[k]) == NULL)
        return bh_place_fail_at(place, "ref_kinds", "no such kind \"%s\"", field->ref_kinds[k]);
    if (!check_condition(place, set, kind, "required", field->required) ||
        !check_condition(place, set, kind, "show_when", field->show_when) ||
        !check_condition(place, set, kind, "locked_when", field->locked_when) ||
        !check_distinct(place, set, kind, field) ||
        !bh_field_resolve_compute(place, set, kind, field) ||
        !bh_field_resolve_sealed(place, set, kind, field) ||
        !check_field_names(place, kind, field->change_asks, "on_change_ask", FALSE) ||
        !bh_kind_resolve_paper(place, set, kind, field) ||
        !bh_kind_resolve_office(place, kind, field) ||
        !bh_number_resolve(place, set, "min", field->min_number, FALSE) ||
        !bh_number_resolve(place, set, "max", field->max_number, FALSE))
      return FALSE;
    if (field->unlocked && !bh_kind_may_lock(kind))
      return bh_place_fail_at(place, "unlocked", "kind %s has neither \"locked_when\" nor \"once\"",
                              kind->name);
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean resolve_rules(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                              const char *key, const json_t *rules)
{
  gsize index;
  json_t *rule;
  json_array_foreach((json_t *)rules, index, rule) {
    gsize mark = bh_place_enter(place, key);
    bh_place_enter_index(place, index);
    const char *field = json_string_value(json_object_get(rule, "field"));
    if (field != NULL && g_hash_table_lookup(kind->field_index, field) == NULL)
      return bh_place_fail_at(place, "field", "kind %s has no field \"%s\"", kind->name, field);
    if (!check_condition(place, set, kind, "when", json_object_get(rule, "when")) ||
        !check_condition(place, set, kind, "must", json_object_get(rule, "must")))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean check_state(BhPlace *place, const BhKind *kind, const char *key, const char *name)
{
  if (bh_kind_find_state(kind, name) == NULL)
    return bh_place_fail_at(place, key, "kind %s has no state \"%s\"", kind->name, name);
  return TRUE;
}

/* Checks "who". Roles are the choices of the field "roles" of the kind "staff". */
gboolean bh_kind_check_who(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                           const char *const *who)
{
  const BhKind *staff = bh_kind_set_find(set, "staff");
  const BhField *roles = staff != NULL ? bh_kind_find_field(staff, "roles") : NULL;
  for (gsize i = 0; who[i] != NULL; i++) {
    if (g_str_equal(who[i], "anyone") || g_str_equal(who[i], "system"))
      continue;
    if (g_str_equal(who[i], "author")) {
      if (json_object_get(kind->declaration, "author_from") == NULL)
        return bh_place_fail_at(place, "who",
                                "\"author\" needs the member \"author_from\" of the kind");
      continue;
    }
    if (g_str_equal(who[i], "unit")) {
      if (!kind->inherits && json_object_get(kind->declaration, "unit_from") == NULL)
        return bh_place_fail_at(place, "who",
                                "\"unit\" needs the member \"unit_from\" of the kind");
      continue;
    }
    if (roles == NULL || bh_field_find_choice(roles, who[i]) == NULL)
      return bh_place_fail_at(place, "who", "staff has no role \"%s\"", who[i]);
  }
  return TRUE;
}

/* Refuses a step of devices that needs a field which only the hub may set: no device could
 * make it. */
static gboolean check_open_fields(BhPlace *place, const BhKind *kind,
                                  const BhTransition *transition, const char **names,
                                  const char *word)
{
  const BhState *to = bh_kind_find_state(kind, transition->to);
  if (kind->by_hub || transition->by_hub || to->by_hub)
    return TRUE;
  for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
    const BhField *field = bh_kind_find_field(kind, names[i]);
    if (field != NULL && field->by_hub)
      return bh_place_fail_at(place, word,
                              "only the hub may set \"%s\", but devices make this step", names[i]);
  }
  return TRUE;
}

/* Checks "area_from", "unit_from", "author_from" or "authority": one path or several, of which the
 * first with a value is used. */
static gboolean resolve_origin(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const json_t *object, const char *key, const int *types)
{
  const json_t *origin = json_object_get(object, key);
  if (origin == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, key);
  if (json_is_string(origin)) {
    if (!bh_path_check(place, set, kind, json_string_value(origin), types))
      return FALSE;
  } else if (json_is_array(origin) && json_array_size(origin) > 0) {
    gsize index;
    json_t *path;
    json_array_foreach((json_t *)origin, index, path) {
      gsize inner = bh_place_enter_index(place, index);
      if (!bh_path_check(place, set, kind, json_string_value(path), types))
        return FALSE;
      bh_place_leave(place, inner);
    }
  } else {
    return bh_place_fail(place, "must be a path or an array of paths");
  }
  bh_place_leave(place, mark);
  return TRUE;
}

/* Checks "authority", the unit that decides: paths to a ref field. */
gboolean bh_kind_resolve_authority(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                   const json_t *object)
{
  static const int refs[] = {BH_FIELD_REF, -1};
  return resolve_origin(place, set, kind, object, "authority", refs);
}

static gboolean resolve_step_authority(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                       const BhTransition *transition)
{
  if (!json_is_true(transition->authority))
    return bh_kind_resolve_authority(place, set, kind, transition->declaration);
  return kind->authority != NULL || kind->inherits ||
         bh_place_fail_at(place, "authority", "kind %s has no \"authority\"", kind->name);
}

static gboolean resolve_transitions(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  g_autoptr(GHashTable) pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) created = g_hash_table_new(g_str_hash, g_str_equal);
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
    gsize mark = bh_place_enter(place, "transitions");
    bh_place_enter_index(place, i);
    if (!check_state(place, kind, "to", transition->to))
      return FALSE;
    if (transition->creates) {
      g_hash_table_add(created, (gpointer)transition->to);
      if (!bh_kind_find_state(kind, transition->to)->initial)
        return bh_place_fail_at(place, "to", "state \"%s\" is not declared initial",
                                transition->to);
      if (!g_hash_table_add(pairs, g_strdup_printf("*>%s", transition->to)))
        return bh_place_fail(place, "another transition from null leads to \"%s\" already",
                             transition->to);
    }
    for (gsize k = 0; transition->from != NULL && transition->from[k] != NULL; k++) {
      if (!check_state(place, kind, "from", transition->from[k]))
        return FALSE;
      if (bh_kind_find_state(kind, transition->from[k])->final)
        return bh_place_fail_at(place, "from",
                                "state \"%s\" is final, so no transition can leave it",
                                transition->from[k]);
      if (!g_hash_table_add(pairs, g_strdup_printf("%s>%s", transition->from[k], transition->to)))
        return bh_place_fail(place, "another transition leads from \"%s\" to \"%s\" already",
                             transition->from[k], transition->to);
    }
    if (!bh_kind_check_who(place, set, kind, transition->who) ||
        !check_field_names(place, kind, transition->asks, "asks", FALSE) ||
        !check_field_names(place, kind, transition->sets, "sets", FALSE) ||
        !check_open_fields(place, kind, transition, transition->asks, "asks") ||
        !check_open_fields(place, kind, transition, transition->sets, "sets") ||
        !bh_transition_resolve_act(place, set, kind, transition) ||
        !check_condition(place, set, kind, "when", transition->when) ||
        !resolve_rules(place, set, kind, "needs", transition->needs) ||
        !resolve_step_authority(place, set, kind, transition) ||
        !bh_deadline_resolve(place, set, kind, transition))
      return FALSE;
    bh_place_leave(place, mark);
  }
  for (guint i = 0; i < kind->states->len; i++) {
    const BhState *state = g_ptr_array_index(kind->states, i);
    if (state->initial != g_hash_table_contains(created, state->name)) {
      bh_place_enter(place, "states");
      bh_place_enter_index(place, i);
      return bh_place_fail(place, "initial state \"%s\" has no transition from null", state->name);
    }
  }
  return TRUE;
}

static gboolean resolve_sections(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  const json_t *sections = json_object_get(kind->declaration, "sections");
  if (sections == NULL)
    return TRUE;
  g_autoptr(GHashTable) placed = g_hash_table_new(g_str_hash, g_str_equal);
  gsize index;
  json_t *section;
  gsize mark = bh_place_enter(place, "sections");
  json_array_foreach((json_t *)sections, index, section) {
    gsize inner = bh_place_enter_index(place, index);
    gsize k;
    json_t *name;
    json_array_foreach(json_object_get(section, "fields"), k, name) {
      gsize innermost = bh_place_enter(place, "fields");
      bh_place_enter_index(place, k);
      if (!check_field_name(place, kind, json_string_value(name)))
        return FALSE;
      if (!g_hash_table_add(placed, (gpointer)json_string_value(name)))
        return bh_place_fail(place, "field \"%s\" is in two sections", json_string_value(name));
      bh_place_leave(place, innermost);
    }
    if (!check_condition(place, set, kind, "show_when", json_object_get(section, "show_when")))
      return FALSE;
    bh_place_leave(place, inner);
  }
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (bh_field_is_in_form(field) && !g_hash_table_contains(placed, field->name))
      return bh_place_fail(place, "field \"%s\" is in no section", field->name);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean begins_path(const json_t *origin, const char *step)
{
  gsize index;
  json_t *path;
  if (json_is_array(origin)) {
    json_array_foreach((json_t *)origin, index, path) {
      if (begins_path(path, step))
        return TRUE;
    }
    return FALSE;
  }
  const char *text = json_string_value(origin);
  gsize len = strlen(step);
  return text != NULL && strncmp(text, step, len) == 0 && text[len] == '.';
}

/* Checks a path in a title ("enterprise.name"). The field must be in the other kind's own title,
 * and visible to everybody, so that a change of that title is the sign to make this one again. The
 * ref must be the parent, or begin area_from or unit_from, so that dependent records are found. */
static gboolean check_title_path(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                 const char *path)
{
  static const int texts[] = {BH_FIELD_TEXT, -1};
  g_auto(GStrv) steps = g_strsplit(path, ".", 3);
  if (!bh_path_check(place, set, kind, path, texts))
    return FALSE;
  const BhField *ref = g_hash_table_lookup(kind->field_index, steps[0]);
  if (ref == NULL || g_strv_length(steps) != 2)
    return bh_place_fail(place, "path \"%.80s\" must have two steps", path);
  if (g_strcmp0(kind->parent, steps[0]) != 0 &&
      !begins_path(json_object_get(kind->declaration, "area_from"), steps[0]) &&
      !begins_path(json_object_get(kind->declaration, "unit_from"), steps[0]))
    return bh_place_fail(
        place, "path \"%.80s\" must begin with the field of parent, area_from or unit_from", path);
  g_autofree char *mark = g_strdup_printf("{%s}", steps[1]);
  for (gsize i = 0; ref->ref_kinds != NULL && ref->ref_kinds[i] != NULL; i++) {
    const BhKind *other = bh_kind_set_find(set, ref->ref_kinds[i]);
    const BhField *field = other != NULL ? g_hash_table_lookup(other->field_index, steps[1]) : NULL;
    if (field == NULL)
      continue;
    if (field->personal || other->may_hide ||
        strstr(json_string_value(json_object_get(other->declaration, "title")), mark) == NULL)
      return bh_place_fail(place,
                           "path \"%.80s\" must be in the title of %s and visible to everybody",
                           path, other->name);
  }
  return TRUE;
}

/* Titles are stored, so that they would follow neither a computed value nor the label of a code. */
static gboolean check_title_field(BhPlace *place, const BhKind *kind, const char *name)
{
  if (!check_field_name(place, kind, name))
    return FALSE;
  const BhField *field = g_hash_table_lookup(kind->field_index, name);
  if (field->codes != NULL)
    return bh_place_fail(place, "field \"%s\" has codes, which a title cannot show", name);
  return field->compute == NULL ||
         bh_place_fail(place, "field \"%s\" is computed; a title has stored values only", name);
}

static gboolean resolve_title(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  const char *title = json_string_value(json_object_get(kind->declaration, "title"));
  gsize mark = bh_place_enter(place, "title");
  for (const char *open = strchr(title, '{'); open != NULL; open = strchr(open + 1, '{')) {
    const char *close = strchr(open, '}');
    if (close == NULL)
      return bh_place_fail(place, "\"{\" without \"}\"");
    g_autofree char *name = g_strndup(open + 1, (gsize)(close - open - 1));
    if (strchr(name, '.') != NULL ? !check_title_path(place, set, kind, name)
                                  : !check_title_field(place, kind, name))
      return FALSE;
  }
  bh_place_leave(place, mark);
  return TRUE;
}

/* Checks the states in a member of "review". A state may be in one list only. */
static gboolean check_review_states(BhPlace *place, const BhKind *kind, const char *member,
                                    GHashTable *listed)
{
  g_autofree const char **states = NULL;
  const json_t *review = json_object_get(kind->declaration, "review");
  if (!bh_place_names(place, review, member, FALSE, FALSE, &states))
    return FALSE;
  for (gsize i = 0; states != NULL && states[i] != NULL; i++) {
    if (!check_state(place, kind, member, states[i]))
      return FALSE;
    if (!g_hash_table_add(listed, (gpointer)states[i]))
      return bh_place_fail_at(place, member, "state \"%s\" is in another list of the review too",
                              states[i]);
  }
  return TRUE;
}

/* Checks that a step leads out of each state in "steps": otherwise nothing could ever
 * decide there. */
static gboolean check_steps(BhPlace *place, const BhKind *kind)
{
  gsize index;
  json_t *state;
  json_array_foreach(json_object_get(json_object_get(kind->declaration, "review"), "steps"), index,
                     state) {
    gboolean leads = FALSE;
    for (guint i = 0; i < kind->transitions->len; i++) {
      const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
      leads = leads || (transition->from != NULL &&
                        g_strv_contains(transition->from, json_string_value(state)));
    }
    if (!leads)
      return bh_place_fail_at(place, "steps", "no step leads from \"%s\"",
                              json_string_value(state));
  }
  return TRUE;
}

static gboolean resolve_review(BhPlace *place, const BhKind *kind)
{
  static const char *const allowed[] = {"on_return", "on_answer", "on_approve", "unfinished",
                                        "steps",     "omits",     NULL};
  const json_t *review = json_object_get(kind->declaration, "review");
  if (review == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "review");
  if (!bh_place_is_object(place, review, allowed))
    return FALSE;
  for (gsize i = 0; i < 3; i++) {
    const char *state = NULL;
    if (!bh_place_name(place, review, allowed[i], FALSE, &state) ||
        (state != NULL && !check_state(place, kind, allowed[i], state)))
      return FALSE;
  }
  g_autofree const char **omits = NULL;
  if (!bh_place_names(place, review, "omits", FALSE, FALSE, &omits) ||
      !check_field_names(place, kind, omits, "omits", FALSE))
    return FALSE;
  g_autoptr(GHashTable) listed = g_hash_table_new(g_str_hash, g_str_equal);
  if (!check_review_states(place, kind, "unfinished", listed) ||
      !check_review_states(place, kind, "steps", listed) || !check_steps(place, kind))
    return FALSE;
  bh_place_leave(place, mark);
  return TRUE;
}

gboolean bh_kind_resolve(const BhKind *kind, const BhKindSet *set, const char *root, GError **error)
{
  static const int areas[] = {BH_FIELD_AREA, -1};
  static const int refs[] = {BH_FIELD_REF, -1};
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, kind->file, error);
  g_string_assign(place.path, root);
  if (kind->parent != NULL) {
    const BhField *parent = g_hash_table_lookup(kind->field_index, kind->parent);
    if (parent == NULL || parent->type != BH_FIELD_REF)
      return bh_place_fail_at(&place, "parent", "kind %s has no ref field \"%s\"", kind->name,
                              kind->parent);
  }
  if (json_object_get(kind->declaration, "list") != NULL) {
    g_autofree const char **columns = NULL;
    if (!bh_place_names(&place, kind->declaration, "list", TRUE, FALSE, &columns) ||
        !check_field_names(&place, kind, columns, "list", TRUE))
      return FALSE;
  }
  return bh_kind_resolve_scope(&place, set, kind) && resolve_title(&place, set, kind) &&
         resolve_fields(&place, set, kind) &&
         resolve_origin(&place, set, kind, kind->declaration, "area_from", areas) &&
         resolve_origin(&place, set, kind, kind->declaration, "unit_from", refs) &&
         resolve_origin(&place, set, kind, kind->declaration, "author_from", refs) &&
         bh_kind_resolve_authority(&place, set, kind, kind->declaration) &&
         resolve_visible(&place, set, kind) &&
         check_condition(&place, set, kind, "locked_when", kind->locked_when) &&
         resolve_rules(&place, set, kind, "checks", kind->checks) &&
         resolve_transitions(&place, set, kind) && resolve_sections(&place, set, kind) &&
         resolve_review(&place, kind) && bh_kind_resolve_acts(&place, set, kind) &&
         bh_kind_resolve_views(&place, set, kind) && bh_kind_resolve_number(&place, set, kind) &&
         bh_kind_resolve_settings(&place, set, kind) && bh_kind_resolve_codes(&place, set, kind) &&
         bh_kind_resolve_groups(&place, set, kind) && bh_kind_resolve_returns(&place, set, kind) &&
         bh_kind_resolve_export(&place, kind);
}
