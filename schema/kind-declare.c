/* First pass over a declaration: reads its members. References to fields, states and kinds are
 * checked by the second pass (kind-resolve.c). Start with bh_kind_parse. */
#include "schema/kind-internal.h"
#include "schema/workflow.h"

#include <string.h>

#define FIELDS_MAX 200
#define STATES_MAX 40
#define TRANSITIONS_MAX 120
#define RULES_MAX 60

static gboolean parse_fields(BhPlace *place, BhKind *kind)
{
  const json_t *fields = NULL;
  if (!bh_place_array(place, kind->declaration, "fields", TRUE, FIELDS_MAX, &fields))
    return FALSE;
  gsize index;
  json_t *declaration;
  json_array_foreach((json_t *)fields, index, declaration) {
    gsize mark = bh_place_enter(place, "fields");
    bh_place_enter_index(place, index);
    BhField *field = bh_field_parse(place, declaration);
    if (field == NULL)
      return FALSE;
    g_ptr_array_add(kind->fields, field);
    if (!g_hash_table_insert(kind->field_index, (gpointer)field->name, field))
      return bh_place_fail_at(place, "name", "duplicate \"%s\"", field->name);
    bh_place_leave(place, mark);
  }
  return TRUE;
}

/* Links each field with "doubt" to the field for its reason. That field is required because of the
 * doubt only, so it must not declare conditions of its own. */
static gboolean resolve_doubts(BhPlace *place, BhKind *kind)
{
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (field->doubt == NULL)
      continue;
    gsize mark = bh_place_enter(place, "fields");
    bh_place_enter_index(place, i);
    BhField *reason = g_hash_table_lookup(kind->field_index, field->doubt);
    if (reason == NULL || (reason->type != BH_FIELD_TEXT && reason->type != BH_FIELD_LONGTEXT))
      return bh_place_fail_at(place, "doubt", "kind %s has no text field \"%s\"", kind->name,
                              field->doubt);
    if (reason->always_required || reason->required != NULL || reason->show_when != NULL ||
        reason->explained != NULL)
      return bh_place_fail_at(place, "doubt",
                              "\"%s\" is the reason of this doubt alone: it has neither "
                              "\"required\" nor \"show_when\"",
                              field->doubt);
    reason->explained = field;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean parse_states(BhPlace *place, BhKind *kind)
{
  static const char *const allowed[] = {"name", "label",      "initial", "final",
                                        "void", "written_by", NULL};
  const json_t *states = NULL;
  if (!bh_place_array(place, kind->declaration, "states", FALSE, STATES_MAX, &states))
    return FALSE;
  gsize index;
  json_t *declaration;
  json_array_foreach((json_t *)states, index, declaration) {
    gsize mark = bh_place_enter(place, "states");
    bh_place_enter_index(place, index);
    BhState *state = g_new0(BhState, 1);
    state->declaration = declaration;
    g_ptr_array_add(kind->states, state);
    if (!bh_place_is_object(place, declaration, allowed) ||
        !bh_place_name(place, declaration, "name", TRUE, &state->name) ||
        !bh_place_label(place, declaration, "label", TRUE) ||
        !bh_place_flag(place, declaration, "initial", &state->initial) ||
        !bh_place_flag(place, declaration, "final", &state->final) ||
        !bh_place_flag(place, declaration, "void", &state->is_void) ||
        !bh_place_by_hub(place, declaration, &state->by_hub))
      return FALSE;
    if (state->is_void && !state->final)
      return bh_place_fail_at(place, "void", "only a final state can be void");
    for (guint i = 0; i < index; i++)
      if (g_str_equal(((BhState *)g_ptr_array_index(kind->states, i))->name, state->name))
        return bh_place_fail_at(place, "name", "duplicate \"%s\"", state->name);
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean parse_rules(BhPlace *place, const json_t *object, const char *key,
                            const json_t **out)
{
  static const char *const allowed[] = {"field",  "when",       "must", "text",
                                        "source", "quarantine", NULL};
  if (!bh_place_array(place, object, key, FALSE, RULES_MAX, out))
    return FALSE;
  gsize index;
  json_t *rule;
  json_array_foreach((json_t *)*out, index, rule) {
    gsize mark = bh_place_enter(place, key);
    bh_place_enter_index(place, index);
    const char *field = NULL;
    gboolean quarantine = FALSE;
    if (!bh_place_is_object(place, rule, allowed) || !bh_place_label(place, rule, "text", TRUE) ||
        !bh_place_name(place, rule, "field", FALSE, &field) ||
        !bh_place_flag(place, rule, "quarantine", &quarantine) ||
        !bh_place_string(place, rule, "source", FALSE, 300, NULL))
      return FALSE;
    if (json_object_get(rule, "must") == NULL)
      return bh_place_fail(place, "\"must\" is missing");
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean parse_transition(BhPlace *place, BhTransition *transition)
{
  static const char *const allowed[] = {"from",       "to",     "label", "who",      "when",
                                        "needs",      "asks",   "page",  "deadline", "source",
                                        "written_by", "sets",   "taker", "keeps",    "authority",
                                        "stamps",     "attach", "opens", NULL};
  const json_t *declaration = transition->declaration;
  const char *name = NULL;
  if (!bh_place_is_object(place, declaration, allowed) ||
      !bh_place_name(place, declaration, "to", TRUE, &transition->to) ||
      !bh_place_label(place, declaration, "label", TRUE) ||
      !bh_place_names(place, declaration, "who", TRUE, TRUE, &transition->who) ||
      !bh_place_names(place, declaration, "asks", FALSE, FALSE, &transition->asks) ||
      !bh_place_names(place, declaration, "sets", FALSE, TRUE, &transition->sets) ||
      !bh_place_name(place, declaration, "page", FALSE, &name) ||
      !bh_place_string(place, declaration, "source", FALSE, 300, NULL) ||
      !bh_place_by_hub(place, declaration, &transition->by_hub) ||
      !parse_rules(place, declaration, "needs", &transition->needs) ||
      !bh_transition_parse_act(place, transition) || !bh_deadline_parse(place, transition))
    return FALSE;
  transition->when = json_object_get(declaration, "when");
  transition->authority = json_object_get(declaration, "authority");
  const json_t *from = json_object_get(declaration, "from");
  if (from == NULL)
    return bh_place_fail(place, "\"from\" is missing; it is null when the step makes the record");
  transition->creates = json_is_null(from);
  return transition->creates ||
         bh_place_names(place, declaration, "from", TRUE, TRUE, &transition->from);
}

static gboolean parse_transitions(BhPlace *place, BhKind *kind)
{
  const json_t *transitions = NULL;
  if (!bh_place_array(place, kind->declaration, "transitions", FALSE, TRANSITIONS_MAX,
                      &transitions))
    return FALSE;
  gsize index;
  json_t *declaration;
  json_array_foreach((json_t *)transitions, index, declaration) {
    gsize mark = bh_place_enter(place, "transitions");
    bh_place_enter_index(place, index);
    BhTransition *transition = g_new0(BhTransition, 1);
    transition->declaration = declaration;
    g_ptr_array_add(kind->transitions, transition);
    if (!parse_transition(place, transition))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean parse_sections(BhPlace *place, BhKind *kind)
{
  static const char *const allowed[] = {"name", "label", "fields", "show_when", NULL};
  const json_t *sections = NULL;
  if (!bh_place_array(place, kind->declaration, "sections", FALSE, 40, &sections))
    return FALSE;
  gsize index;
  json_t *section;
  json_array_foreach((json_t *)sections, index, section) {
    gsize mark = bh_place_enter(place, "sections");
    bh_place_enter_index(place, index);
    const char *name = NULL;
    g_autofree const char **fields = NULL;
    if (!bh_place_is_object(place, section, allowed) ||
        !bh_place_name(place, section, "name", TRUE, &name) ||
        !bh_place_label(place, section, "label", TRUE) ||
        !bh_place_names(place, section, "fields", TRUE, FALSE, &fields))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

/* Collects the first steps of paths in the title ("enterprise" of "{enterprise.name}"),
 * each once. */
static void collect_title_refs(BhKind *kind)
{
  const char *title = json_string_value(json_object_get(kind->declaration, "title"));
  for (const char *open = strchr(title, '{'); open != NULL; open = strchr(open + 1, '{')) {
    gsize len = strcspn(open + 1, ".{}");
    if (open[1 + len] != '.')
      continue;
    char *name = g_strndup(open + 1, len);
    if (g_ptr_array_find_with_equal_func(kind->title_refs, name, g_str_equal, NULL))
      g_free(name);
    else
      g_ptr_array_add(kind->title_refs, name);
  }
  g_ptr_array_add(kind->title_refs, NULL);
}

static gboolean parse_head(BhPlace *place, BhKind *kind)
{
  static const char *const allowed[] = {
      "bihuan-kind", "kind",        "label",       "source",    "parent", "scope",     "visible",
      "area_from",   "unit_from",   "author_from", "title",     "list",   "sections",  "review",
      "fields",      "states",      "transitions", "checks",    "forms",  "ledgers",   "related",
      "written_by",  "locked_when", "once",        "authority", "order",  "at_parent", "in_case",
      "directory",   "create",      "edit",        "inherits",  "number", "menu",      "settings",
      "returns",     "urgent",      "codes",       "export",    "group",  "groups",    NULL};
  const json_t *declaration = kind->declaration;
  gint64 version = 0;
  if (!bh_place_is_object(place, declaration, allowed) ||
      !bh_place_int(place, declaration, "bihuan-kind", 1, 1, &version))
    return FALSE;
  if (version != 1)
    return bh_place_fail(place, "\"bihuan-kind\" is missing");
  if (!bh_place_name(place, declaration, "kind", TRUE, &kind->name) ||
      !bh_place_label(place, declaration, "label", TRUE) ||
      !bh_place_string(place, declaration, "source", FALSE, 300, NULL) ||
      !bh_place_string(place, declaration, "title", TRUE, 300, NULL) ||
      !bh_place_name(place, declaration, "parent", FALSE, &kind->parent) ||
      !bh_place_flag(place, declaration, "once", &kind->once) ||
      !bh_place_flag(place, declaration, "urgent", &kind->urgent) ||
      !bh_kind_parse_inherits(place, kind) || !bh_kind_parse_order(place, kind) ||
      !bh_place_by_hub(place, declaration, &kind->by_hub) || !bh_kind_parse_scope(place, kind))
    return FALSE;
  kind->locked_when = json_object_get(declaration, "locked_when");
  if (kind->once && json_object_get(declaration, "states") != NULL)
    return bh_place_fail_at(place, "once",
                            "a kind with states cannot have it, because steps change its records");
  if (kind->urgent && kind->by_hub)
    return bh_place_fail_at(place, "urgent",
                            "a kind that only the hub writes cannot have it: no device sends it");
  kind->visible = json_object_get(declaration, "visible");
  kind->authority = json_object_get(declaration, "authority");
  kind->reviewable = json_object_get(declaration, "review") != NULL;
  collect_title_refs(kind);
  return bh_kind_parse_number(place, kind) &&
         parse_rules(place, declaration, "checks", &kind->checks);
}

static void transition_free(gpointer data)
{
  BhTransition *transition = data;
  g_free(transition->from);
  g_free(transition->who);
  g_free(transition->asks);
  g_free(transition->sets);
  g_free(transition->deadline);
  json_decref(transition->stamps);
  g_clear_pointer(&transition->opens, g_ptr_array_unref);
  g_free(transition);
}

void bh_kind_free(BhKind *kind)
{
  g_clear_pointer(&kind->title_refs, g_ptr_array_unref);
  g_clear_pointer(&kind->field_index, g_hash_table_unref);
  g_clear_pointer(&kind->fields, g_ptr_array_unref);
  g_clear_pointer(&kind->states, g_ptr_array_unref);
  g_clear_pointer(&kind->transitions, g_ptr_array_unref);
  bh_numbering_free(kind->numbering);
  g_clear_pointer(&kind->creates, g_ptr_array_unref);
  g_clear_pointer(&kind->edits, g_ptr_array_unref);
  g_clear_pointer(&kind->settings, g_ptr_array_unref);
  g_clear_pointer(&kind->due_fields, g_hash_table_unref);
  g_free(kind->file);
  g_free(kind);
}

BhKind *bh_kind_parse(const json_t *declaration, const char *file, const char *root, GError **error)
{
  BhKind *kind = g_new0(BhKind, 1);
  kind->declaration = declaration;
  kind->file = g_strdup(file);
  kind->fields = g_ptr_array_new_with_free_func((GDestroyNotify)bh_field_free);
  kind->field_index = g_hash_table_new(g_str_hash, g_str_equal);
  kind->states = g_ptr_array_new_with_free_func(g_free);
  kind->transitions = g_ptr_array_new_with_free_func(transition_free);
  kind->creates = g_ptr_array_new_with_free_func(bh_act_rule_free);
  kind->edits = g_ptr_array_new_with_free_func(bh_act_rule_free);
  kind->settings = g_ptr_array_new_with_free_func(bh_setting_rule_free);
  kind->title_refs = g_ptr_array_new_with_free_func(g_free);
  g_auto(BhPlace) place = {0};
  bh_place_init(&place, file, error);
  g_string_assign(place.path, root);
  if (parse_head(&place, kind) && parse_fields(&place, kind) && resolve_doubts(&place, kind) &&
      parse_states(&place, kind) && parse_transitions(&place, kind) &&
      parse_sections(&place, kind) && bh_kind_parse_settings(&place, kind) &&
      bh_kind_parse_codes(&place, kind) && bh_kind_parse_groups(&place, kind) &&
      bh_kind_parse_acts(&place, kind))
    return kind;
  bh_kind_free(kind);
  return NULL;
}
