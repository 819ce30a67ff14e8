/* Reads the words of a declaration that give people something to do: "create" and "edit" of a kind,
 * "stamps" and "attach" of a step. What they mean at run time is in act.c. */
#include "schema/act.h"
#include "schema/kind-internal.h"
#include "schema/workflow.h"

#include <string.h>

#define ACTS_MAX 20
#define ATTACH_MAX 12
#define FILES_MAX 100
#define SOURCES_MAX 40
#define SOURCE_TEXT_MAX 300

/* --- first pass --- */

void bh_act_rule_free(gpointer data)
{
  BhActRule *rule = data;
  g_free(rule->from);
  g_free(rule->who);
  g_free(rule->fields);
  g_free(rule);
}

static gboolean parse_attach(BhPlace *place, const json_t *object, const json_t **out)
{
  static const char *const allowed[] = {"role", "at_least", "media", "label",
                                        "when", "since",    NULL};
  static const char *const media[] = {"image", "pdf", "audio", "video", NULL};
  if (!bh_place_array(place, object, "attach", FALSE, ATTACH_MAX, out))
    return FALSE;
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)*out, index, element) {
    gsize mark = bh_place_enter(place, "attach");
    bh_place_enter_index(place, index);
    const char *role = NULL, *since = NULL;
    gint64 at_least = 0;
    g_autofree const char **types = NULL;
    if (!bh_place_is_object(place, element, allowed) ||
        !bh_place_name(place, element, "role", TRUE, &role) ||
        !bh_place_int(place, element, "at_least", 0, FILES_MAX, &at_least) ||
        !bh_place_name(place, element, "since", FALSE, &since) ||
        !bh_place_names(place, element, "media", FALSE, TRUE, &types) ||
        !bh_place_label(place, element, "label", FALSE))
      return FALSE;
    for (gsize i = 0; types != NULL && types[i] != NULL; i++)
      if (!g_strv_contains(media, types[i]))
        return bh_place_fail_at(place, "media", "\"%s\" must be image, pdf, audio or video",
                                types[i]);
    for (gsize i = 0; i < index; i++)
      if (strcmp(bh_json_string_or(json_array_get(*out, i), "role", ""), role) == 0)
        return bh_place_fail_at(place, "role", "duplicate \"%s\"", role);
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean parse_sources(BhPlace *place, const json_t *object, const char *key,
                              const json_t **out)
{
  const json_t *sources = json_object_get(object, key);
  if (sources == NULL)
    return TRUE;
  if (!json_is_object(sources) || json_object_size(sources) == 0 ||
      json_object_size(sources) > SOURCES_MAX)
    return bh_place_fail_at(place, key, "must be an object of 1 to %d fields", SOURCES_MAX);
  *out = sources;
  return TRUE;
}

/* Adds what the older words "taker" and "keeps" say. Kind sets that devices and hubs stored before
 * "stamps" existed contain these words. */
static gboolean add_older_stamps(BhPlace *place, BhTransition *transition)
{
  const char *taker = NULL;
  const json_t *keeps = NULL;
  if (!bh_place_name(place, transition->declaration, "taker", FALSE, &taker) ||
      !parse_sources(place, transition->declaration, "keeps", &keeps))
    return FALSE;
  if (taker == NULL && keeps == NULL)
    return TRUE;
  if (transition->stamps != NULL)
    return bh_place_fail_at(place, "stamps", "cannot stand beside \"taker\" or \"keeps\"");
  transition->stamps = json_object();
  if (taker != NULL)
    json_object_set_new(transition->stamps, taker, json_string("actor"));
  const char *name;
  json_t *source;
  json_object_foreach((json_t *)keeps, name, source) {
    if (!json_is_string(source))
      return bh_place_fail_at(place, "keeps", "\"%.48s\" must be the name of a field", name);
    json_object_set_new(transition->stamps, name, json_pack("{s:O}", "field", source));
  }
  return TRUE;
}

gboolean bh_transition_parse_act(BhPlace *place, BhTransition *transition)
{
  const json_t *stamps = NULL;
  if (!parse_attach(place, transition->declaration, &transition->attach) ||
      !parse_sources(place, transition->declaration, "stamps", &stamps))
    return FALSE;
  transition->stamps = json_incref((json_t *)stamps);
  return add_older_stamps(place, transition) && bh_transition_parse_opens(place, transition);
}

static gboolean parse_rule(BhPlace *place, const char *word, const json_t *declaration,
                           BhActRule *rule)
{
  static const char *const create[] = {"name",   "label",  "from", "state",  "who",
                                       "form",   "link",   "when", "preset", "stamps",
                                       "attach", "source", NULL};
  static const char *const edit[] = {"name",   "label",  "who",    "fields", "when",      "reason",
                                     "stamps", "attach", "source", "page",   "authority", NULL};
  gboolean creates = g_str_equal(word, "create");
  rule->declaration = declaration;
  if (!bh_place_is_object(place, declaration, creates ? create : edit) ||
      !bh_place_name(place, declaration, "name", TRUE, &rule->name) ||
      !bh_place_label(place, declaration, "label", !creates) ||
      !bh_place_string(place, declaration, "source", FALSE, SOURCE_TEXT_MAX, NULL) ||
      !bh_place_names(place, declaration, "who", !creates, TRUE, &rule->who) ||
      !bh_place_names(place, declaration, creates ? "form" : "fields", !creates, FALSE,
                      &rule->fields) ||
      !bh_place_names(place, declaration, "from", creates, TRUE, &rule->from) ||
      !bh_place_name(place, declaration, "state", FALSE, &rule->state) ||
      !bh_place_name(place, declaration, "link", FALSE, &rule->link) ||
      !bh_place_name(place, declaration, "reason", FALSE, &rule->reason) ||
      !bh_place_name(place, declaration, "page", FALSE, &rule->page) ||
      !parse_sources(place, declaration, "preset", &rule->preset) ||
      !parse_sources(place, declaration, "stamps", &rule->stamps) ||
      !parse_attach(place, declaration, &rule->attach))
    return FALSE;
  rule->when = json_object_get(declaration, "when");
  return TRUE;
}

static gboolean parse_rules(BhPlace *place, BhKind *kind, const char *word, GPtrArray *rules)
{
  const json_t *declared = NULL;
  if (!bh_place_array(place, kind->declaration, word, FALSE, ACTS_MAX, &declared))
    return FALSE;
  gsize index;
  json_t *declaration;
  json_array_foreach((json_t *)declared, index, declaration) {
    gsize mark = bh_place_enter(place, word);
    bh_place_enter_index(place, index);
    BhActRule *rule = g_new0(BhActRule, 1);
    g_ptr_array_add(rules, rule);
    if (!parse_rule(place, word, declaration, rule))
      return FALSE;
    for (guint i = 0; i < index; i++)
      if (g_str_equal(((BhActRule *)g_ptr_array_index(rules, i))->name, rule->name))
        return bh_place_fail_at(place, "name", "duplicate \"%s\"", rule->name);
    bh_place_leave(place, mark);
  }
  return TRUE;
}

gboolean bh_kind_parse_acts(BhPlace *place, BhKind *kind)
{
  return parse_rules(place, kind, "create", kind->creates) &&
         parse_rules(place, kind, "edit", kind->edits);
}

/* --- second pass --- */

/* Checks "since" of a file of a step: a time of the kind that other steps stamp, the same one for
 * all steps, because a file is marked with one. */
static gboolean check_since(BhPlace *place, const BhKind *file, const BhKind *kind,
                            const char *since, const BhTransition *transition)
{
  const BhField *field = g_hash_table_lookup(kind->field_index, since);
  const BhField *mark = bh_kind_find_field(file, BH_ACT_FILE_STEP);
  if (transition == NULL)
    return bh_place_fail_at(place, "since", "only the files of a step can have it");
  if (mark == NULL || mark->type != BH_FIELD_TIME)
    return bh_place_fail_at(
        place, "since", "the kind \"" BH_ACT_FILE_KIND "\" has no time \"" BH_ACT_FILE_STEP "\"");
  if (field == NULL || field->type != BH_FIELD_TIME)
    return bh_place_fail_at(place, "since", "kind %s has no time \"%s\"", kind->name, since);
  if (json_object_get(transition->stamps, since) != NULL)
    return bh_place_fail_at(place, "since", "the step itself stamps \"%s\"", since);
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *other = kind->transitions->pdata[i];
    gsize k;
    json_t *element;
    json_array_foreach((json_t *)other->attach, k, element) {
      if (strcmp(bh_json_string_or(element, "since", since), since) != 0)
        return bh_place_fail_at(place, "since", "another step of the kind names another field");
    }
  }
  return TRUE;
}

/* The files of an act are records of the machinery kind "file": its field "role" has the roles.
 * `transition`: the step that asks for them; NULL: another act. */
static gboolean resolve_attach(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const json_t *attach, const BhTransition *transition)
{
  if (attach == NULL)
    return TRUE;
  const BhKind *file = bh_kind_set_find(set, BH_ACT_FILE_KIND);
  const BhField *role = file != NULL ? bh_kind_find_field(file, BH_ACT_FILE_ROLE) : NULL;
  const BhField *parent =
      file != NULL && file->parent != NULL ? bh_kind_find_field(file, file->parent) : NULL;
  if (role == NULL || parent == NULL ||
      !g_strv_contains(bh_field_get_ref_kinds(parent), kind->name))
    return bh_place_fail_at(place, "attach",
                            "the kind \"" BH_ACT_FILE_KIND "\" cannot belong to records of %s",
                            kind->name);
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)attach, index, element) {
    gsize mark = bh_place_enter(place, "attach");
    bh_place_enter_index(place, index);
    const char *code = bh_json_string_or(element, "role", "");
    const json_t *when = json_object_get(element, "when");
    if (bh_field_find_choice(role, code) == NULL)
      return bh_place_fail_at(place, "role", "\"" BH_ACT_FILE_KIND "\" has no role \"%s\"", code);
    const char *since = bh_json_string_or(element, "since", NULL);
    if (since != NULL && !check_since(place, file, kind, since, transition))
      return FALSE;
    gsize inner = bh_place_enter(place, "when");
    if (when != NULL && !bh_condition_check(place, set, kind, when))
      return FALSE;
    bh_place_leave(place, inner);
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean refers_to(const BhField *field, const char *kind)
{
  return field->type == BH_FIELD_REF && field->ref_kinds != NULL &&
         g_strv_contains((const char *const *)field->ref_kinds, kind);
}

/* Checks a path in a source of `create`: it begins at the record from which the act is offered, or
 * at the acting person. */
static gboolean check_origin_path(BhPlace *place, const BhKindSet *set, const BhActRule *rule,
                                  const BhField *field, const char *path)
{
  const int types[] = {field->type, -1};
  gboolean found = FALSE;
  for (gsize i = 0; rule->from[i] != NULL; i++) {
    const BhKind *origin = bh_kind_set_find(set, rule->from[i]);
    if (origin == NULL)
      continue;
    found = TRUE;
    if (!bh_path_check(place, set, origin, path, types))
      return FALSE;
  }
  return found ||
         bh_place_fail(place, "\"%.80s\" needs a record from which the act is offered", path);
}

/* Checks {"field": PATH}. `rule` NULL, or a rule of "edit": the path begins at the record. */
static gboolean check_path_source(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                  const BhActRule *rule, const BhField *field, const char *path)
{
  const int types[] = {field->type, -1};
  if (field->personal)
    return bh_place_fail(place, "\"%s\" is personal: only a person can fill it", field->name);
  if (rule != NULL && rule->from != NULL && !g_str_has_prefix(path, "actor."))
    return check_origin_path(place, set, rule, field, path);
  return bh_path_check(place, set, kind, path, types);
}

static gboolean check_origin_source(BhPlace *place, const BhKindSet *set, const BhActRule *rule,
                                    const BhField *field)
{
  gboolean found = FALSE;
  for (gsize i = 0; rule != NULL && rule->from != NULL && rule->from[i] != NULL; i++) {
    if (bh_kind_set_find(set, rule->from[i]) == NULL)
      continue;
    found = TRUE;
    if (!refers_to(field, rule->from[i]))
      return bh_place_fail(place, "\"%s\" cannot refer to %s", field->name, rule->from[i]);
  }
  return found || bh_place_fail(place, "\"origin\" needs a record from which the act is offered");
}

static gboolean check_source(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const BhActRule *rule, const BhField *field, const json_t *source)
{
  const char *word = json_string_value(source);
  if (g_strcmp0(word, "actor") == 0)
    return refers_to(field, "staff") ||
           bh_place_fail(place, "\"%s\" must be a ref field for staff", field->name);
  if (g_strcmp0(word, "today") == 0)
    return field->type == BH_FIELD_DATE ||
           bh_place_fail(place, "\"%s\" must be a date field", field->name);
  if (g_strcmp0(word, "now") == 0)
    return field->type == BH_FIELD_TIME ||
           bh_place_fail(place, "\"%s\" must be a time field", field->name);
  if (g_strcmp0(word, "origin") == 0)
    return check_origin_source(place, set, rule, field);
  const char *path = bh_json_string_or(source, "field", NULL);
  if (path != NULL && json_object_size(source) == 1)
    return check_path_source(place, set, kind, rule, field, path);
  const json_t *value = json_object_get(source, "is");
  if (value == NULL || json_object_size(source) != 1)
    return bh_place_fail(place, "must be actor, today, now, {\"field\": PATH} or {\"is\": VALUE}");
  g_autofree char *reason = NULL;
  if (!bh_field_check_value(field, value, &reason))
    return bh_place_fail(place, "\"%s\" %s", field->name, reason);
  return TRUE;
}

gboolean bh_sources_resolve(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                            const BhActRule *rule, const char *key, const json_t *sources)
{
  const char *name;
  json_t *source;
  gsize mark = bh_place_enter(place, key);
  json_object_foreach((json_t *)sources, name, source) {
    gsize inner = bh_place_enter(place, name);
    const BhField *field = g_hash_table_lookup(kind->field_index, name);
    if (field == NULL)
      return bh_place_fail(place, "kind %s has no field \"%.48s\"", kind->name, name);
    if (field->compute != NULL)
      return bh_place_fail(place, "field \"%s\" is computed, so that nothing can set it", name);
    if (!check_source(place, set, kind, rule, field, source))
      return FALSE;
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

/* A stamp that only the hub may set makes a step of devices impossible. */
static gboolean check_hub_stamps(BhPlace *place, const BhKind *kind, const BhTransition *transition)
{
  const BhState *to = bh_kind_find_state(kind, transition->to);
  const char *name;
  json_t *source;
  json_object_foreach(transition->stamps, name, source) {
    const BhField *field = g_hash_table_lookup(kind->field_index, name);
    if (field != NULL && field->by_hub && !kind->by_hub && !transition->by_hub && !to->by_hub)
      return bh_place_fail_at(place, "stamps",
                              "only the hub may set \"%s\", but devices make this step", name);
    if (transition->creates && json_object_get(source, "field") != NULL &&
        !g_str_has_prefix(bh_json_string_or(source, "field", ""), "actor."))
      return bh_place_fail_at(place, "stamps", "a new record has no earlier value for \"%s\"",
                              name);
  }
  return TRUE;
}

gboolean bh_transition_resolve_act(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                   const BhTransition *transition)
{
  return bh_sources_resolve(place, set, kind, NULL, "stamps", transition->stamps) &&
         check_hub_stamps(place, kind, transition) &&
         resolve_attach(place, set, kind, transition->attach, transition) &&
         bh_transition_resolve_opens(place, set, kind, transition);
}

static gboolean check_form_fields(BhPlace *place, const BhKind *kind, const char *key,
                                  const char *const *names)
{
  for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
    const BhField *field = g_hash_table_lookup(kind->field_index, names[i]);
    if (field == NULL)
      return bh_place_fail_at(place, key, "kind %s has no field \"%s\"", kind->name, names[i]);
    if (field->retired)
      return bh_place_fail_at(place, key, "field \"%s\" is retired, so no form can ask for it",
                              names[i]);
    if (field->compute != NULL)
      return bh_place_fail_at(place, key, "field \"%s\" is computed, so no form can ask for it",
                              names[i]);
  }
  return TRUE;
}

/* Checks "from": home, office, or kinds to which the field "link" can refer. */
static gboolean check_from(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                           const BhActRule *rule)
{
  const char *link = rule->link != NULL ? rule->link : kind->parent;
  const BhField *field = link != NULL ? g_hash_table_lookup(kind->field_index, link) : NULL;
  for (gsize i = 0; rule->from[i] != NULL; i++) {
    const char *from = rule->from[i];
    if (g_str_equal(from, BH_ACT_FROM_HOME) || g_str_equal(from, BH_ACT_FROM_OFFICE))
      continue;
    if (bh_kind_set_find(set, from) == NULL)
      return bh_place_fail_at(place, "from", "\"%s\" must be home, office or a kind", from);
    if (field == NULL || !refers_to(field, from))
      return bh_place_fail_at(place, "link",
                              "names no field of %s that refers to %s: a new record must name the "
                              "record from which it was made",
                              kind->name, from);
  }
  return TRUE;
}

/* Checks "when" of "create", which begins at the record from which the act is offered. */
static gboolean check_create_when(BhPlace *place, const BhKindSet *set, const BhActRule *rule)
{
  if (rule->when == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "when");
  for (gsize i = 0; rule->from[i] != NULL; i++) {
    const BhKind *origin = bh_kind_set_find(set, rule->from[i]);
    if (origin == NULL)
      return bh_place_fail(place, "is evaluated on a record, and \"%s\" is none", rule->from[i]);
    if (!bh_condition_check(place, set, origin, rule->when))
      return FALSE;
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean resolve_create(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                               const BhActRule *rule)
{
  const BhTransition *step = rule->state != NULL ? bh_workflow_find(kind, NULL, rule->state) : NULL;
  if (kind->states->len > 0 && step == NULL)
    return bh_place_fail_at(place, "state", "must be a state to which a step from null leads");
  if (kind->states->len == 0 && rule->state != NULL)
    return bh_place_fail_at(place, "state", "kind %s has no states", kind->name);
  if ((step != NULL) == (rule->who != NULL))
    return bh_place_fail_at(place, "who",
                            step != NULL ? "is declared by the step from null"
                                         : "is missing: kind %s has no step that declares it",
                            kind->name);
  return (rule->who == NULL || bh_kind_check_who(place, set, kind, rule->who)) &&
         check_form_fields(place, kind, "form", rule->fields) &&
         check_from(place, set, kind, rule) && check_create_when(place, set, rule) &&
         bh_sources_resolve(place, set, kind, rule, "preset", rule->preset) &&
         bh_sources_resolve(place, set, kind, rule, "stamps", rule->stamps) &&
         resolve_attach(place, set, kind, rule->attach, NULL);
}

static gboolean resolve_edit(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                             const BhActRule *rule)
{
  const BhField *reason =
      rule->reason != NULL ? g_hash_table_lookup(kind->field_index, rule->reason) : NULL;
  if (rule->reason != NULL &&
      (reason == NULL || (reason->type != BH_FIELD_TEXT && reason->type != BH_FIELD_LONGTEXT)))
    return bh_place_fail_at(place, "reason", "kind %s has no text field \"%s\"", kind->name,
                            rule->reason);
  if (rule->when != NULL) {
    gsize mark = bh_place_enter(place, "when");
    if (!bh_condition_check(place, set, kind, rule->when))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return bh_kind_check_who(place, set, kind, rule->who) &&
         check_form_fields(place, kind, "fields", rule->fields) &&
         bh_kind_resolve_authority(place, set, kind, rule->declaration) &&
         bh_sources_resolve(place, set, kind, rule, "stamps", rule->stamps) &&
         resolve_attach(place, set, kind, rule->attach, NULL);
}

gboolean bh_kind_resolve_acts(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  for (guint i = 0; i < kind->creates->len; i++) {
    gsize mark = bh_place_enter(place, "create");
    bh_place_enter_index(place, i);
    if (!resolve_create(place, set, kind, g_ptr_array_index(kind->creates, i)))
      return FALSE;
    bh_place_leave(place, mark);
  }
  for (guint i = 0; i < kind->edits->len; i++) {
    gsize mark = bh_place_enter(place, "edit");
    bh_place_enter_index(place, i);
    if (!resolve_edit(place, set, kind, g_ptr_array_index(kind->edits, i)))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}
