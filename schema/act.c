/* What an act asks for and what it writes. The words of the declaration are read in kind-act.c;
 * whether a step may be taken is checked in workflow.c, a change in kind-lock.c. Start with
 * bh_act_list. */
#include "schema/act.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/kind-internal.h"
#include "schema/staff.h"
#include "schema/step-input.h"
#include "schema/text.h"

struct _BhAct {
  BhActType type;
  const BhKind *kind;
  const BhTransition *transition; /* NULL: edit, or a kind without states */
  const BhActRule *rule;          /* NULL: step */
  char *name;
};

void bh_act_free(BhAct *act)
{
  if (act == NULL)
    return;
  g_free(act->name);
  g_free(act);
}

static BhAct *act_new(const BhKind *kind, BhActType type, const BhTransition *transition,
                      const BhActRule *rule)
{
  static const char *const prefixes[] = {"create", "step", "edit"};
  BhAct *act = g_new0(BhAct, 1);
  act->type = type;
  act->kind = kind;
  act->transition = transition;
  act->rule = rule;
  act->name = g_strconcat(prefixes[type], "/", rule != NULL ? rule->name : transition->to, NULL);
  return act;
}

static BhAct *make_create(const BhKind *kind, const BhActRule *rule)
{
  const BhTransition *step = rule->state != NULL ? bh_workflow_find(kind, NULL, rule->state) : NULL;
  return act_new(kind, BH_ACT_CREATE, step, rule);
}

static const BhActRule *find_rule(const GPtrArray *rules, const char *name)
{
  for (guint i = 0; i < rules->len; i++) {
    const BhActRule *rule = g_ptr_array_index(rules, i);
    if (strcmp(rule->name, name) == 0)
      return rule;
  }
  return NULL;
}

BhAct *bh_act_find(const BhKind *kind, const char *state, const char *name)
{
  const char *slash = strchr(name, '/');
  const BhTransition *step = NULL;
  const BhActRule *rule = NULL;
  if (slash == NULL)
    return NULL;
  if (g_str_has_prefix(name, "create/"))
    return (rule = find_rule(kind->creates, slash + 1)) != NULL ? make_create(kind, rule) : NULL;
  if (g_str_has_prefix(name, "edit/"))
    return (rule = find_rule(kind->edits, slash + 1)) != NULL
               ? act_new(kind, BH_ACT_EDIT, NULL, rule)
               : NULL;
  if (!g_str_has_prefix(name, "step/") || state == NULL)
    return NULL;
  step = bh_workflow_find(kind, state, slash + 1);
  return step != NULL ? act_new(kind, BH_ACT_STEP, step, NULL) : NULL;
}

/* Whether a form of the edit would ask for answers only. A worksheet asks for them (worksheet.h).
 */
static gboolean is_worksheet_only(const BhKind *kind, const BhActRule *rule)
{
  for (gsize i = 0; rule->fields[i] != NULL; i++)
    if (bh_kind_find_field(kind, rule->fields[i])->type != BH_FIELD_ITEMS)
      return FALSE;
  return TRUE;
}

GPtrArray *bh_act_list(const BhKind *kind, const BhContext *record)
{
  GPtrArray *acts = g_ptr_array_new_with_free_func((GDestroyNotify)bh_act_free);
  const char *state = bh_json_string_or(record->values, "state", NULL);
  g_autoptr(GPtrArray) steps =
      state != NULL ? bh_workflow_list_open(kind, state, record) : g_ptr_array_new();
  for (guint i = 0; i < steps->len; i++)
    g_ptr_array_add(acts, act_new(kind, BH_ACT_STEP, g_ptr_array_index(steps, i), NULL));
  for (guint i = 0; i < kind->edits->len; i++) {
    g_autoptr(BhAct) act = act_new(kind, BH_ACT_EDIT, NULL, g_ptr_array_index(kind->edits, i));
    if (!is_worksheet_only(kind, act->rule) && bh_act_is_open(act, record))
      g_ptr_array_add(acts, g_steal_pointer(&act));
  }
  return acts;
}

GPtrArray *bh_act_list_creations(const BhKindSet *set, const char *from, const BhContext *origin)
{
  GPtrArray *acts = g_ptr_array_new_with_free_func((GDestroyNotify)bh_act_free);
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_in_order(set);
  for (guint i = 0; i < kinds->len; i++) {
    const BhKind *kind = g_ptr_array_index(kinds, i);
    for (guint k = 0; k < kind->creates->len; k++) {
      const BhActRule *rule = g_ptr_array_index(kind->creates, k);
      if (!g_strv_contains(rule->from, from))
        continue;
      g_autoptr(BhAct) act = make_create(kind, rule);
      if (bh_act_is_open(act, origin))
        g_ptr_array_add(acts, g_steal_pointer(&act));
    }
  }
  return acts;
}

const char *bh_act_get_name(const BhAct *act)
{
  return act->name;
}

const BhKind *bh_act_get_kind(const BhAct *act)
{
  return act->kind;
}

BhActType bh_act_get_type(const BhAct *act)
{
  return act->type;
}

const char *bh_act_get_label(const BhAct *act, const char *lang)
{
  const json_t *label = act->rule != NULL ? json_object_get(act->rule->declaration, "label") : NULL;
  if (label != NULL)
    return bh_label_pick(label, lang, act->rule->name);
  return act->type == BH_ACT_STEP ? bh_transition_get_label(act->transition, lang)
                                  : bh_kind_get_label(act->kind, lang);
}

const char *bh_act_get_source(const BhAct *act)
{
  const char *source =
      act->rule != NULL ? bh_json_string_or(act->rule->declaration, "source", "") : "";
  return *source == '\0' && act->transition != NULL ? bh_transition_get_source(act->transition)
                                                    : source;
}

const BhTransition *bh_act_get_transition(const BhAct *act)
{
  return act->transition;
}

const char *bh_act_get_page(const BhAct *act)
{
  if (act->type == BH_ACT_EDIT)
    return act->rule->page;
  return act->transition != NULL ? bh_transition_get_page(act->transition) : NULL;
}

/* Whether the kind, or a field of the rule, is left to the hub. */
static gboolean is_rule_left_to_hub(const BhKind *kind, const BhActRule *rule)
{
  if (bh_kind_is_hub_only(kind, NULL, NULL))
    return TRUE;
  for (gsize i = 0; rule->fields != NULL && rule->fields[i] != NULL; i++)
    if (bh_kind_find_field(kind, rule->fields[i])->by_hub)
      return TRUE;
  return FALSE;
}

gboolean bh_act_is_hub_only(const BhAct *act)
{
  if (bh_kind_is_hub_only(act->kind, NULL, NULL))
    return TRUE;
  if (act->transition == NULL)
    return is_rule_left_to_hub(act->kind, act->rule);
  g_autoptr(json_t) state = json_string(act->transition->to);
  return act->transition->by_hub || bh_kind_is_hub_only(act->kind, "state", state);
}

const char *bh_act_get_link(const BhAct *act)
{
  if (act->type != BH_ACT_CREATE)
    return NULL;
  return act->rule->link != NULL ? act->rule->link : act->kind->parent;
}

/* --- who --- */

static gboolean is_in_service(const BhContext *context)
{
  return context->actor_values != NULL &&
         bh_staff_is_in_service(context->actor_values, context->today);
}

/* Whether the rule names the author or the unit of the record, and the record does not tell who
 * that is: the record above it may still arrive. */
static gboolean is_untold(const BhKind *kind, const BhActRule *rule, const BhContext *record)
{
  return (g_strv_contains(rule->who, "unit") && bh_kind_get_unit(kind, record) == NULL) ||
         (g_strv_contains(rule->who, "author") && bh_kind_get_author(kind, record) == NULL);
}

/* Whether the rule names the actor. `record`: the record that "author" and "unit" refer to. */
static gboolean is_rule_open(const BhKind *kind, const BhActRule *rule, const BhContext *record)
{
  return record->actor == NULL ||
         (is_in_service(record) && bh_kind_is_named(kind, rule->who, record));
}

static gboolean is_edit_open(const BhKind *kind, const BhActRule *rule, const BhContext *record)
{
  return is_rule_open(kind, rule, record) &&
         bh_authority_allows_edit(kind, json_object_get(rule->declaration, "authority"),
                                  is_rule_left_to_hub(kind, rule), record);
}

/* Whether the edit could change at least one field. */
static gboolean has_unlocked(const BhAct *act, const BhContext *before)
{
  for (gsize i = 0; act->rule->fields[i] != NULL; i++)
    if (!bh_kind_is_locked(act->kind, act->rule->fields[i], NULL, before))
      return TRUE;
  return FALSE;
}

gboolean bh_act_is_open(const BhAct *act, const BhContext *context)
{
  if (act->rule != NULL && !bh_condition_holds(act->rule->when, context))
    return FALSE;
  if (act->type == BH_ACT_EDIT)
    return is_edit_open(act->kind, act->rule, context) && has_unlocked(act, context);
  if (act->type == BH_ACT_STEP)
    return bh_transition_is_open_to(act->kind, act->transition, context) &&
           bh_condition_holds(act->transition->when, context);
  g_autoptr(json_t) preset = bh_act_dup_preset(act, context, 0);
  BhContext made = *context;
  made.values = preset;
  made.record = NULL;
  if (bh_kind_is_locked_for_new(act->kind, &made))
    return FALSE;
  return act->transition != NULL ? bh_transition_is_open_to(act->kind, act->transition, &made)
                                 : is_rule_open(act->kind, act->rule, &made);
}

gboolean bh_kind_may_create(const BhKind *kind, const BhContext *made)
{
  if (kind->creates->len == 0 || kind->states->len > 0 || made->actor_values == NULL)
    return TRUE;
  for (guint i = 0; i < kind->creates->len; i++)
    if (is_rule_open(kind, g_ptr_array_index(kind->creates, i), made))
      return TRUE;
  return FALSE;
}

static gboolean rule_sets(const BhActRule *rule, const char *name)
{
  return g_strv_contains(rule->fields, name) || g_strcmp0(rule->reason, name) == 0 ||
         json_object_get(rule->stamps, name) != NULL;
}

gboolean bh_kind_may_edit(const BhKind *kind, const char *name, const BhContext *before)
{
  const BhField *field = bh_kind_find_field(kind, name);
  gboolean named = FALSE;
  if (kind->edits->len == 0 || field == NULL || before->actor_values == NULL)
    return TRUE;
  for (guint i = 0; i < kind->edits->len; i++) {
    const BhActRule *rule = g_ptr_array_index(kind->edits, i);
    if (!rule_sets(rule, field->name))
      continue;
    named = TRUE;
    if (bh_condition_holds(rule->when, before) &&
        (is_untold(kind, rule, before) || is_edit_open(kind, rule, before)))
      return TRUE;
  }
  return !named && !bh_field_is_in_form(field);
}

/* --- fields and files --- */

/* Adds a field once. Answers are no fields of a form; a worksheet asks for them. */
static void add_field(GPtrArray *fields, const BhField *field)
{
  if (field != NULL && field->type != BH_FIELD_ITEMS && !g_ptr_array_find(fields, field, NULL))
    g_ptr_array_add(fields, (gpointer)field);
}

/* Adds the fields of an edit that are not locked: only a step could change the others. */
static void add_unlocked(GPtrArray *fields, const BhKind *kind, const char *const *names,
                         const BhContext *before)
{
  for (gsize i = 0; names[i] != NULL; i++)
    if (!bh_kind_is_locked(kind, names[i], NULL, before))
      add_field(fields, bh_kind_find_field(kind, names[i]));
}

static void add_names(GPtrArray *fields, const BhKind *kind, const char *const *names)
{
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    add_field(fields, bh_kind_find_field(kind, names[i]));
}

static void add_form_fields(GPtrArray *fields, const BhKind *kind)
{
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (bh_field_is_in_form(field) && !field->by_hub)
      add_field(fields, field);
  }
}

/* Adds the empty fields that a guard of the step uses, or that the new state requires. */
static void add_needed(GPtrArray *fields, const BhAct *act, const BhContext *before)
{
  const json_t *stamps = act->transition->stamps;
  g_autoptr(BhStepInput) input = bh_step_input_new(act->kind, act->transition);
  g_autoptr(json_t) after =
      before->values != NULL ? json_copy((json_t *)before->values) : json_object();
  json_object_set_new(after, "state", json_string(act->transition->to));
  BhContext context = *before;
  context.values = after;
  for (guint i = 0; i < act->kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(act->kind->fields, i);
    if (bh_field_is_in_form(field) && json_object_get(stamps, field->name) == NULL &&
        bh_value_is_blank(json_object_get(before->values, field->name)) &&
        (g_ptr_array_find(input->fields, field, NULL) || bh_field_is_required(field, &context)))
      add_field(fields, field);
  }
}

GPtrArray *bh_act_list_fields(const BhAct *act, const BhContext *before, gboolean sent)
{
  GPtrArray *fields = g_ptr_array_new();
  if (act->type == BH_ACT_STEP) {
    add_names(fields, act->kind, bh_transition_get_asks(act->transition));
    add_needed(fields, act, before);
    return fields;
  }
  if (act->type == BH_ACT_CREATE) {
    if (act->rule->fields == NULL)
      add_form_fields(fields, act->kind);
    else
      add_names(fields, act->kind, act->rule->fields);
    return fields;
  }
  add_unlocked(fields, act->kind, act->rule->fields, before);
  if (sent && act->rule->reason != NULL)
    add_field(fields, bh_kind_find_field(act->kind, act->rule->reason));
  return fields;
}

gboolean bh_act_has_sections(const BhAct *act)
{
  gboolean orders = act->type == BH_ACT_CREATE && act->rule->fields != NULL;
  return act->type != BH_ACT_STEP && !orders &&
         json_object_get(act->kind->declaration, "sections") != NULL;
}

const char *bh_act_get_reason(const BhAct *act)
{
  return act->type == BH_ACT_EDIT ? act->rule->reason : NULL;
}

static void add_files(GPtrArray *files, const char *role, const json_t *label, const json_t *where,
                      const json_t *media, gint64 at_least, const char *since)
{
  for (guint i = 0; i < files->len; i++)
    if (strcmp(((BhActFiles *)g_ptr_array_index(files, i))->role, role) == 0)
      return;
  BhActFiles *one = g_new0(BhActFiles, 1);
  *one = (BhActFiles){role, label, where, media, at_least, since};
  g_ptr_array_add(files, one);
}

static void add_attached(GPtrArray *files, const json_t *attach, const BhContext *before)
{
  gsize i;
  json_t *element;
  json_array_foreach((json_t *)attach, i, element) {
    if (bh_condition_holds(json_object_get(element, "when"), before))
      add_files(files, bh_json_string_or(element, "role", ""), json_object_get(element, "label"),
                NULL, json_object_get(element, "media"),
                json_integer_value(json_object_get(element, "at_least")),
                bh_json_string_or(element, "since", NULL));
  }
}

GPtrArray *bh_act_list_files(const BhAct *act, const BhContext *before)
{
  GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
  if (act->rule != NULL)
    add_attached(files, act->rule->attach, before);
  if (act->transition == NULL)
    return files;
  add_attached(files, act->transition->attach, before);
  g_autoptr(BhStepInput) input = bh_step_input_new(act->kind, act->transition);
  for (guint i = 0; i < input->children->len; i++) {
    const BhStepInputChild *child = g_ptr_array_index(input->children, i);
    const char *role = bh_step_input_child_get_value(child, BH_ACT_FILE_ROLE);
    if (role != NULL && child->of == NULL && strcmp(child->kind, BH_ACT_FILE_KIND) == 0)
      add_files(files, role, NULL, child->where, NULL, child->alternative ? 0 : child->at_least,
                NULL);
  }
  return files;
}

/* Whether the file was attached while the field of the record had its present value. A record whose
 * field is empty came into its state before the field was declared, so that nothing is known. */
static gboolean is_recent(const char *since, const json_t *values, const BhContext *record)
{
  const json_t *now = since != NULL ? json_object_get(record->values, since) : NULL;
  const json_t *then = json_object_get(values, BH_ACT_FILE_STEP);
  return now == NULL || json_is_null(now) || (then != NULL && json_equal(now, then));
}

gboolean bh_act_files_has(const BhActFiles *files, const json_t *values, const BhContext *record)
{
  if (files->where != NULL) {
    BhContext context = *record;
    context.values = values;
    context.record = NULL;
    context.children = NULL;
    context.kind = NULL;
    return bh_condition_holds(files->where, &context);
  }
  return g_strcmp0(bh_json_string_or(values, BH_ACT_FILE_ROLE, NULL), files->role) == 0 &&
         is_recent(files->since, values, record);
}

/* Name of the field by which files of the kind are marked; all "since" of a kind name the same one.
 * NULL: none. */
static const char *find_since(const BhKind *kind)
{
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *transition = kind->transitions->pdata[i];
    gsize k;
    json_t *element;
    json_array_foreach((json_t *)transition->attach, k, element) {
      const char *since = bh_json_string_or(element, "since", NULL);
      if (since != NULL)
        return since;
    }
  }
  return NULL;
}

void bh_act_mark_file(const BhKind *kind, const BhKind *parent, const json_t *values, json_t *set)
{
  const char *since = parent != NULL ? find_since(parent) : NULL;
  json_t *value = since != NULL ? json_object_get(values, since) : NULL;
  if (kind != NULL && strcmp(kind->name, BH_ACT_FILE_KIND) == 0 && value != NULL &&
      !json_is_null(value) && bh_kind_find_field(kind, BH_ACT_FILE_STEP) != NULL)
    json_object_set(set, BH_ACT_FILE_STEP, value);
}

/* The problem of an element of "attach", or of bh_act_list_files, of which there are `found`. */
static BhProblem *make_files_problem(const json_t *label, gint64 at_least, gint64 found)
{
  g_autofree char *zh =
      g_strdup_printf("请附上%s（至少 %d 份，现有 %d 份）", bh_label_pick(label, "zh", "文件"),
                      (int)at_least, (int)found);
  g_autofree char *en =
      g_strdup_printf("Attach %s: at least %d, now %d", bh_label_pick(label, "en", "the files"),
                      (int)at_least, (int)found);
  return bh_problem_new("", "files", zh, en);
}

void bh_attach_check(const json_t *attach, const BhContext *context, GPtrArray *problems)
{
  gsize i;
  json_t *element;
  if (attach == NULL || context->children == NULL || context->record == NULL)
    return;
  g_autoptr(json_t) children = context->children(context->record, BH_ACT_FILE_KIND, context->data);
  json_array_foreach((json_t *)attach, i, element) {
    gint64 at_least = json_integer_value(json_object_get(element, "at_least"));
    BhActFiles files = {.role = bh_json_string_or(element, "role", ""),
                        .since = bh_json_string_or(element, "since", NULL)};
    gint64 found = 0;
    gsize k;
    json_t *values;
    json_array_foreach(children, k, values) {
      found += bh_act_files_has(&files, values, context);
    }
    if (children == NULL || found >= at_least ||
        !bh_condition_holds(json_object_get(element, "when"), context))
      continue;
    g_ptr_array_add(problems,
                    make_files_problem(json_object_get(element, "label"), at_least, found));
  }
}

void bh_act_check_edit_files(const BhAct *act, const BhContext *context, GPtrArray *problems)
{
  if (act->type == BH_ACT_EDIT)
    bh_attach_check(act->rule->attach, context, problems);
}

/* Whether a file of this type, such as "image/png", is one of `media`; NULL: any. */
static gboolean is_of_media(const json_t *media, const char *type)
{
  const char *slash = strchr(type, '/');
  g_autofree char *first = slash != NULL ? g_strndup(type, (gsize)(slash - type)) : g_strdup(type);
  const char *word = strcmp(first, "application") == 0 && slash != NULL ? slash + 1 : first;
  return media == NULL || bh_json_has_name(media, word);
}

static const BhActFiles *find_files(const GPtrArray *list, const json_t *given,
                                    const BhContext *made)
{
  for (guint i = 0; i < list->len; i++)
    if (bh_act_files_has(g_ptr_array_index(list, i), given, made))
      return g_ptr_array_index(list, i);
  return NULL;
}

void bh_act_check_files(const BhAct *act, const BhContext *made, const json_t *given,
                        GPtrArray *problems)
{
  g_autoptr(GPtrArray) list = bh_act_list_files(act, made);
  gsize k;
  json_t *one;
  json_array_foreach((json_t *)given, k, one) {
    const BhActFiles *files = find_files(list, one, made);
    if (files == NULL)
      g_ptr_array_add(problems, bh_problem_new("", "files", "此表单不收这种用途的附件",
                                               "The form asks for no file in this role"));
    else if (!is_of_media(files->media, bh_json_string_or(one, "media_type", "")))
      g_ptr_array_add(problems,
                      bh_problem_new("", "files", "附件的类型不符合要求",
                                     "An attached file is of a type that is not asked for"));
  }
  for (guint i = 0; i < list->len; i++) {
    const BhActFiles *files = g_ptr_array_index(list, i);
    gint64 found = 0;
    json_array_foreach((json_t *)given, k, one) {
      found += find_files(list, one, made) == files;
    }
    if (found < files->at_least)
      g_ptr_array_add(problems, make_files_problem(files->label, files->at_least, found));
  }
}

/* --- what an act writes --- */

/* The value of a source; a new reference, NULL when there is none. */
static json_t *read_source(const json_t *source, const BhContext *context, gint64 now_ms)
{
  const char *word = json_string_value(source);
  const char *path = bh_json_string_or(source, "field", NULL);
  const json_t *value = NULL;
  if (g_strcmp0(word, "now") == 0)
    return json_integer(now_ms);
  if (word != NULL) {
    const char *text = strcmp(word, "actor") == 0    ? context->actor
                       : strcmp(word, "origin") == 0 ? context->record
                       : strcmp(word, "today") == 0  ? context->today
                                                     : NULL;
    return text != NULL ? json_string(text) : NULL;
  }
  value = path != NULL ? bh_context_get(context, path) : json_object_get(source, "is");
  return value != NULL ? json_deep_copy(value) : NULL;
}

void bh_sources_read(const json_t *sources, const BhContext *context, gint64 now_ms,
                     gboolean with_empty, json_t *out)
{
  const char *name;
  json_t *source;
  json_object_foreach((json_t *)sources, name, source) {
    json_t *value = read_source(source, context, now_ms);
    if (value != NULL)
      json_object_set_new(out, name, value);
    else if (with_empty)
      json_object_set_new(out, name, json_null());
  }
}

json_t *bh_act_dup_preset(const BhAct *act, const BhContext *origin, gint64 now_ms)
{
  json_t *values = json_object();
  const char *link = bh_act_get_link(act);
  if (link != NULL && origin->record != NULL)
    json_object_set_new(values, link, json_string(origin->record));
  if (act->rule != NULL)
    bh_sources_read(act->rule->preset, origin, now_ms, FALSE, values);
  return values;
}

static void set_field(json_t *set, const BhField *field, const json_t *values, const json_t *before)
{
  json_t *value = json_object_get(values, field->name);
  const json_t *old = json_object_get(before, field->name);
  if (bh_value_is_blank(value)) {
    if (!bh_value_is_blank(old))
      json_object_set_new(set, field->name, json_null());
  } else if (old == NULL || !json_equal((json_t *)old, value)) {
    json_object_set(set, field->name, value);
  }
}

static void set_presets(json_t *set, const json_t *preset, const GPtrArray *fields)
{
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)preset, name, value) {
    gboolean asked = FALSE;
    for (guint i = 0; i < fields->len; i++)
      asked |= strcmp(((const BhField *)g_ptr_array_index(fields, i))->name, name) == 0;
    if (!asked)
      json_object_set(set, name, value);
  }
}

json_t *bh_act_dup_set(const BhAct *act, const json_t *values, const BhContext *before,
                       gboolean sent, gint64 now_ms)
{
  json_t *set = json_object();
  gboolean creates = act->type == BH_ACT_CREATE;
  BhContext record = *before;
  g_autoptr(json_t) preset = creates ? bh_act_dup_preset(act, before, now_ms) : NULL;
  if (creates)
    record.values = preset;
  g_autoptr(GPtrArray) fields = bh_act_list_fields(act, &record, sent);
  if (creates)
    set_presets(set, preset, fields);
  for (guint i = 0; i < fields->len; i++)
    set_field(set, g_ptr_array_index(fields, i), values, creates ? NULL : before->values);
  if (act->rule != NULL)
    bh_sources_read(act->rule->stamps, before, now_ms, !creates, set);
  if (act->transition != NULL) {
    bh_sources_read(act->transition->stamps, before, now_ms, !creates, set);
    json_object_set_new(set, "state", json_string(act->transition->to));
  }
  return set;
}

void bh_transition_check_actor_stamps(const BhTransition *transition, const BhContext *context,
                                      GPtrArray *problems)
{
  const char *name;
  json_t *source;
  if (context->actor == NULL || context->actor_values == NULL)
    return;
  json_object_foreach(transition->stamps, name, source) {
    if (g_strcmp0(json_string_value(source), "actor") == 0 &&
        g_strcmp0(bh_json_string_or(context->values, name, NULL), context->actor) != 0)
      g_ptr_array_add(problems, bh_problem_new(name, "taker", "须为办理此步骤的本人",
                                               "It must name the person who takes the step"));
  }
}
