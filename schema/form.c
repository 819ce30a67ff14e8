/* The resolved form of an act. What an act asks for and writes is decided in act.c, guards in
 * workflow.c, locks in kind-lock.c, values in kind-check.c; this file puts their answers together
 * for values that may be half-typed. Start at bh_form_new. */
#include "schema/form.h"

#include <string.h>

#include "schema/civil.h"
#include "schema/codes.h"
#include "schema/compute.h"
#include "schema/error.h"
#include "schema/kind-rules.h"
#include "schema/opens.h"
#include "schema/overlay.h"
#include "schema/text.h"

struct _BhForm {
  const BhAct *act;
  const BhKind *kind;
  BhContext before; /* the record; for create, the record from which the act is offered */
  gboolean creates;
  gboolean sent;
  gint64 now_ms;
  const char *reason; /* field for the reason of a late correction that is asked for, or NULL */
  GPtrArray *fields;  /* const BhField*, in the order of the act */
  json_t *first;      /* the values with which the form begins */
  json_t *given;      /* those, with the typed values over them */
  json_t *unreadable; /* {name: value} of typed values that cannot be read */
  GPtrArray *unread;  /* BhProblem*, for each of `unreadable` */
  json_t *set;        /* what the act writes */
  json_t *after;      /* the values of the record after the act */
};

void bh_form_free(BhForm *form)
{
  if (form == NULL)
    return;
  g_ptr_array_unref(form->fields);
  g_ptr_array_unref(form->unread);
  json_decref(form->first);
  json_decref(form->given);
  json_decref(form->unreadable);
  json_decref(form->set);
  json_decref(form->after);
  g_free(form);
}

/* The context of conditions for `values` of the record that the act makes or changes. */
static BhContext context_of(const BhForm *form, const json_t *values)
{
  BhContext context = form->before;
  context.values = values;
  context.kind = form->kind;
  if (form->creates) {
    /* Of a record that does not exist, the children are not known. */
    context.record = NULL;
    context.children = NULL;
    context.referring = NULL;
  }
  return context;
}

/* --- sections --- */

/* Whether the section that contains the field is shown; TRUE when the form has no sections. */
static gboolean is_section_shown(const BhForm *form, const BhField *field, const BhContext *after)
{
  const json_t *sections = bh_act_has_sections(form->act)
                               ? json_object_get(bh_kind_get_declaration(form->kind), "sections")
                               : NULL;
  gsize i;
  json_t *section;
  json_array_foreach((json_t *)sections, i, section) {
    if (bh_json_has_name(json_object_get(section, "fields"), bh_field_get_name(field)))
      return bh_condition_holds(json_object_get(section, "show_when"), after);
  }
  return TRUE;
}

static gboolean is_shown(const BhForm *form, const BhField *field)
{
  BhContext after = context_of(form, form->after);
  return bh_field_is_shown(field, &after) && is_section_shown(form, field, &after);
}

/* --- typed values --- */

static const BhField *find_field(const BhForm *form, const char *name)
{
  for (guint i = 0; i < form->fields->len; i++)
    if (strcmp(bh_field_get_name(form->fields->pdata[i]), name) == 0)
      return form->fields->pdata[i];
  return NULL;
}

static const BhSettingValues *get_settings(const BhForm *form)
{
  return form->before.settings != NULL ? form->before.settings(form->before.data) : NULL;
}

/* The value of typed input; a new reference. NULL with an error: it cannot be read. */
static json_t *read_value(const BhForm *form, const BhField *field, json_t *typed, GError **error)
{
  if (json_is_string(typed) && bh_field_get_codes(field) != NULL)
    return bh_field_read_code(field, json_string_value(typed), get_settings(form), error);
  if (json_is_string(typed))
    return bh_field_parse_typed(field, json_string_value(typed), error);
  return bh_kind_check_value(form->kind, bh_field_get_name(field), typed, error)
             ? json_incref(typed)
             : NULL;
}

static void add_unread(BhForm *form, const BhField *field, json_t *typed, const GError *wrong)
{
  const char *name = bh_field_get_name(field);
  const char *why = strstr(wrong->message, ": ");
  g_autofree char *zh =
      g_strdup_printf("“%s”填写的内容不符合要求", bh_field_get_label(field, "zh"));
  g_autofree char *en = g_strdup_printf("%s.%s: %s", bh_kind_get_name(form->kind), name,
                                        why != NULL ? why + 2 : wrong->message);
  json_object_set(form->unreadable, name, typed);
  g_ptr_array_add(form->unread, bh_problem_new(name, BH_PROBLEM_UNREAD, zh, en));
}

static gboolean read_typed(BhForm *form, const json_t *typed, GError **error)
{
  const char *name;
  json_t *value;
  if (typed != NULL && !json_is_object(typed)) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "values: must be an object {field: value}");
    return FALSE;
  }
  json_object_foreach((json_t *)typed, name, value) {
    const BhField *field = find_field(form, name);
    g_autoptr(GError) wrong = NULL;
    if (field == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "values: %s does not ask for \"%.64s\"",
                  bh_act_get_name(form->act), name);
      return FALSE;
    }
    g_autoptr(json_t) read = read_value(form, field, value, &wrong);
    if (read == NULL)
      add_unread(form, field, value, wrong);
    else if (bh_value_is_blank(read))
      json_object_del(form->given, name);
    else
      json_object_set(form->given, name, read);
  }
  return TRUE;
}

static void compute(BhForm *form)
{
  json_decref(form->set);
  json_decref(form->after);
  form->set = bh_act_dup_set(form->act, form->given, &form->before, form->sent, form->now_ms);
  form->after = form->creates || form->before.values == NULL
                    ? json_object()
                    : json_copy((json_t *)form->before.values);
  bh_values_apply(form->after, form->set);
}

/* Sets a hidden field back to its first value. Whether something changed. */
static gboolean ignore_hidden(BhForm *form, const BhField *field)
{
  const char *name = bh_field_get_name(field);
  json_t *first = json_object_get(form->first, name);
  json_t *given = json_object_get(form->given, name);
  gboolean same = first == given || (first != NULL && given != NULL && json_equal(first, given));
  if (same || is_shown(form, field))
    return FALSE;
  if (first != NULL)
    json_object_set(form->given, name, first);
  else
    json_object_del(form->given, name);
  return TRUE;
}

/* Computes what the act writes. A field that is set back can hide or show others, so this is
 * repeated; each field is set back once at most, because then it has its first value. */
static void settle(BhForm *form)
{
  gboolean changed = TRUE;
  for (guint turn = 0; changed && turn <= form->fields->len; turn++) {
    changed = FALSE;
    compute(form);
    for (guint i = 0; i < form->fields->len; i++)
      changed |= ignore_hidden(form, form->fields->pdata[i]);
  }
}

/* Removes from the problems those of fields that are hidden now: nobody can correct them. */
static void forget_hidden_unread(BhForm *form)
{
  for (guint i = form->unread->len; i-- > 0;) {
    const BhProblem *problem = form->unread->pdata[i];
    const BhField *field = find_field(form, problem->field);
    if (field != NULL && is_shown(form, field))
      continue;
    json_object_del(form->unreadable, problem->field);
    g_ptr_array_remove_index(form->unread, i);
  }
}

BhForm *bh_form_new(const BhAct *act, const BhContext *before, gboolean sent, const json_t *typed,
                    gint64 now_ms, GError **error)
{
  g_autoptr(BhForm) form = g_new0(BhForm, 1);
  form->act = act;
  form->kind = bh_act_get_kind(act);
  form->before = *before;
  form->creates = bh_act_get_type(act) == BH_ACT_CREATE;
  form->sent = sent && !form->creates;
  form->now_ms = now_ms;
  form->reason = form->sent ? bh_act_get_reason(act) : NULL;
  form->unreadable = json_object();
  form->unread = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  form->first = form->creates            ? bh_act_dup_preset(act, before, now_ms)
                : before->values != NULL ? json_copy((json_t *)before->values)
                                         : json_object();
  BhContext start = context_of(form, form->first);
  form->fields = bh_act_list_fields(act, &start, form->sent);
  /* Each correction has a reason of its own. */
  if (form->reason != NULL)
    json_object_del(form->first, form->reason);
  form->given = json_copy(form->first);
  if (!read_typed(form, typed, error))
    return NULL;
  settle(form);
  forget_hidden_unread(form);
  return g_steal_pointer(&form);
}

gboolean bh_form_has_field(const BhForm *form, const char *name)
{
  return find_field(form, name) != NULL;
}

const json_t *bh_form_get_set(const BhForm *form)
{
  return form->set;
}

const json_t *bh_form_get_values(const BhForm *form)
{
  return form->after;
}

const GPtrArray *bh_form_list_unread(const BhForm *form)
{
  return form->unread;
}

/* --- resolving --- */

static const char *get_target(const BhForm *form)
{
  const BhTransition *step = bh_act_get_transition(form->act);
  return step != NULL ? bh_transition_get_to(step) : NULL;
}

static const char *get_start(const BhForm *form)
{
  return form->creates ? NULL : bh_json_string_or(form->before.values, "state", NULL);
}

/* Whether the act needs a value in the field: by the field itself, or because a guard of the step
 * fails as long as the field is empty. */
static gboolean is_required(const BhForm *form, const BhField *field)
{
  const char *name = bh_field_get_name(field);
  const char *to = get_target(form);
  BhContext after = context_of(form, form->after);
  if (g_strcmp0(name, form->reason) == 0 || bh_field_is_required(field, &after))
    return TRUE;
  if (to == NULL)
    return FALSE;
  g_autoptr(json_t) without = json_copy(form->after);
  json_object_del(without, name);
  after.values = without;
  return bh_workflow_is_blocked(form->kind, get_start(form), to, name, &after);
}

static gboolean is_locked(const BhForm *form, const BhField *field)
{
  const char *name = bh_field_get_name(field);
  if (form->creates)
    return FALSE;
  return bh_kind_is_locked(form->kind, name, get_target(form), &form->before) ||
         (bh_act_get_type(form->act) == BH_ACT_EDIT &&
          !bh_kind_may_edit(form->kind, name, &form->before));
}

/* The value as text that bh_field_parse_typed reads; g_free. */
static char *dup_text(const BhField *field, const json_t *value)
{
  BhFieldType type = bh_field_get_type(field);
  if (type == BH_FIELD_TIME && json_is_integer(value))
    return bh_time_format(json_integer_value(value));
  if (type == BH_FIELD_PLACE)
    return g_strdup_printf("%s, %s", bh_json_string_or(value, "lat", ""),
                           bh_json_string_or(value, "lon", ""));
  if (json_is_string(value) || json_is_integer(value))
    return bh_field_format_input(field, value);
  if (json_is_boolean(value))
    return g_strdup(json_is_true(value) ? "true" : "false");
  GString *out = g_string_new(NULL);
  gsize i;
  json_t *one;
  json_array_foreach((json_t *)value, i, one) {
    g_string_append_printf(out, "%s%s", i > 0 ? "," : "", json_string_value(one));
  }
  return g_string_free(out, FALSE);
}

static json_t *list_choices(const BhField *field, const json_t *value, const char *lang)
{
  json_t *out = json_array();
  for (gsize i = 0; i < bh_field_count_choices(field); i++) {
    const char *code = bh_field_get_choice_code(field, i);
    if (!bh_field_is_choice_retired(field, i) || bh_json_has_name(value, code))
      json_array_append_new(out, json_pack("{s:s, s:s}", "code", code, "label",
                                           bh_field_get_choice_label(field, i, lang)));
  }
  return out;
}

/* The codes that are offered for the values that were typed so far. */
static json_t *list_codes(const BhForm *form, const BhField *field, const char *lang)
{
  BhContext after = context_of(form, form->after);
  return bh_field_list_codes(field, &after, NULL, lang);
}

static json_t *list_ref_kinds(const BhField *field, const BhKindSet *set, const char *lang)
{
  const char *const *names = bh_field_get_ref_kinds(field);
  json_t *out = json_array();
  for (gsize i = 0; names[i] != NULL; i++) {
    const BhKind *kind = bh_kind_set_find(set, names[i]);
    if (kind != NULL)
      json_array_append_new(
          out, json_pack("{s:s, s:s}", "code", names[i], "label", bh_kind_get_label(kind, lang)));
  }
  return out;
}

/* Adds the value, or the text that cannot be read. */
static void add_value(const BhForm *form, const BhField *field, const char *lang, json_t *out)
{
  const char *name = bh_field_get_name(field);
  const json_t *typed = json_object_get(form->unreadable, name);
  const json_t *value = json_object_get(form->given, name);
  if (typed != NULL) {
    json_object_set(out, "typed", (json_t *)typed);
    return;
  }
  if (bh_value_is_blank(value))
    return;
  g_autofree char *text = dup_text(field, value);
  json_object_set(out, "value", (json_t *)value);
  json_object_set_new(out, "text", json_string(text));
  g_autoptr(BhProblem) doubt = bh_field_find_doubt(field, value);
  if (doubt != NULL)
    json_object_set_new(out, "doubt", json_string(*lang == 'z' ? doubt->text_zh : doubt->text_en));
}

static json_t *resolve_field(const BhForm *form, const BhField *field, const BhKindSet *set,
                             const char *lang)
{
  BhFieldType type = bh_field_get_type(field);
  json_t *out = json_pack("{s:s, s:s, s:s, s:s}", "name", bh_field_get_name(field), "type",
                          bh_field_get_type_name(field), "label", bh_field_get_label(field, lang),
                          "hint", bh_field_get_hint(field, lang));
  json_object_set_new(out, "required", json_boolean(is_required(form, field)));
  json_object_set_new(out, "shown", json_boolean(is_shown(form, field)));
  json_object_set_new(out, "locked", json_boolean(is_locked(form, field)));
  json_object_set_new(out, "min", json_integer(bh_field_get_min(field)));
  json_object_set_new(out, "max", json_integer(bh_field_get_max(field)));
  json_object_set_new(out, "digits", json_integer(bh_field_get_digits(field)));
  if (bh_field_is_personal(field))
    json_object_set_new(out, "personal", json_true());
  if (type == BH_FIELD_CHOICE || type == BH_FIELD_CHOICES)
    json_object_set_new(
        out, "choices",
        list_choices(field, json_object_get(form->given, bh_field_get_name(field)), lang));
  if (type == BH_FIELD_ENUM_REF)
    json_object_set_new(out, "choices", list_codes(form, field, lang));
  if (type == BH_FIELD_REF || type == BH_FIELD_REFS)
    json_object_set_new(out, "ref_kinds", list_ref_kinds(field, set, lang));
  const char *unit = bh_field_get_unit(field, lang);
  if (*unit != '\0')
    json_object_set_new(out, "unit", json_string(unit));
  add_value(form, field, lang, out);
  return out;
}

static void add_section(json_t *out, const char *name, const char *label, gboolean shown,
                        json_t *fields)
{
  if (json_array_size(fields) == 0) {
    json_decref(fields);
    return;
  }
  json_array_append_new(out, json_pack("{s:s, s:s, s:b, s:o}", "name", name, "label", label,
                                       "shown", shown, "fields", fields));
}

static json_t *resolve_sections(const BhForm *form, const BhKindSet *set, const char *lang)
{
  const json_t *declared = json_object_get(bh_kind_get_declaration(form->kind), "sections");
  BhContext after = context_of(form, form->after);
  json_t *out = json_array();
  gsize i;
  json_t *section;
  if (!bh_act_has_sections(form->act)) {
    json_t *fields = json_array();
    for (guint k = 0; k < form->fields->len; k++)
      json_array_append_new(fields, resolve_field(form, form->fields->pdata[k], set, lang));
    add_section(out, "", "", TRUE, fields);
    return out;
  }
  json_array_foreach((json_t *)declared, i, section) {
    json_t *fields = json_array();
    gsize k;
    json_t *name;
    json_array_foreach(json_object_get(section, "fields"), k, name) {
      const BhField *field = find_field(form, json_string_value(name));
      if (field != NULL)
        json_array_append_new(fields, resolve_field(form, field, set, lang));
    }
    const char *code = bh_json_string_or(section, "name", "");
    add_section(out, code, bh_json_string_or(json_object_get(section, "label"), lang, code),
                bh_condition_holds(json_object_get(section, "show_when"), &after), fields);
  }
  return out;
}

static json_t *resolve_files(const BhForm *form, const BhKindSet *set, const char *lang)
{
  BhContext after = context_of(form, form->after);
  g_autoptr(GPtrArray) list = bh_act_list_files(form->act, &after);
  const BhKind *kind = bh_kind_set_find(set, BH_ACT_FILE_KIND);
  const BhField *roles = kind != NULL ? bh_kind_find_field(kind, BH_ACT_FILE_ROLE) : NULL;
  g_autoptr(json_t) attached = list->len > 0 && after.record != NULL && after.children != NULL
                                   ? after.children(after.record, BH_ACT_FILE_KIND, after.data)
                                   : NULL;
  json_t *out = json_array();
  for (guint i = 0; i < list->len; i++) {
    const BhActFiles *files = g_ptr_array_index(list, i);
    const char *label = bh_json_string_or(files->label, lang, NULL);
    if (label == NULL)
      label = roles != NULL ? bh_field_find_choice_label(roles, files->role, lang) : files->role;
    json_t *one = json_pack("{s:s, s:s, s:I}", "role", files->role, "label", label, "at_least",
                            (json_int_t)files->at_least);
    gint64 count = 0;
    gsize k;
    json_t *values;
    json_array_foreach(attached, k, values) {
      count += bh_act_files_has(files, values, &after);
    }
    if (attached != NULL)
      json_object_set_new(one, "count", json_integer(count));
    if (files->media != NULL)
      json_object_set(one, "media", (json_t *)files->media);
    json_array_append_new(out, one);
  }
  return out;
}

/* The computed fields for what was typed so far; without those that cannot be computed here. */
static json_t *resolve_computed(const BhForm *form, const char *lang)
{
  BhContext after = context_of(form, form->after);
  g_autoptr(json_t) shown = bh_kind_compute_shown(form->kind, &after);
  json_t *out = json_array();
  const char *name;
  json_t *item;
  json_object_foreach(shown, name, item) {
    const BhField *field = bh_kind_find_field(form->kind, name);
    if (json_object_get(item, "value") == NULL)
      continue;
    g_autofree char *text = bh_computed_format(field, item, lang);
    json_array_append_new(out, json_pack("{s:s, s:s, s:s}", "name", name, "label",
                                         bh_field_get_label(field, lang), "text", text));
  }
  return out;
}

json_t *bh_form_resolve(const BhForm *form, const BhKindSet *set, const char *lang)
{
  g_autofree char *source = bh_source_dup_clauses(bh_act_get_source(form->act));
  json_t *out = json_pack("{s:o, s:o, s:o, s:s}", "sections", resolve_sections(form, set, lang),
                          "files", resolve_files(form, set, lang), "computed",
                          resolve_computed(form, lang), "source", source);
  if (form->reason != NULL)
    json_object_set_new(out, "reason", json_string(form->reason));
  BhContext after = context_of(form, form->after);
  json_object_set_new(out, "opens",
                      bh_opens_preview(bh_act_get_transition(form->act), set, &after));
  return out;
}

/* --- checking --- */

static gboolean has_field_problem(const GPtrArray *problems, const char *field)
{
  for (guint i = 0; *field != '\0' && i < problems->len; i++)
    if (strcmp(((const BhProblem *)problems->pdata[i])->field, field) == 0)
      return TRUE;
  return FALSE;
}

static gboolean has_problem(const GPtrArray *problems, const BhProblem *wanted)
{
  for (guint i = 0; i < problems->len; i++) {
    const BhProblem *problem = problems->pdata[i];
    if (strcmp(problem->field, wanted->field) == 0 &&
        strcmp(problem->text_en, wanted->text_en) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Moves the problems of `more` to `all`, one for each field; frees `more`. */
static void take(GPtrArray *all, GPtrArray *more)
{
  g_ptr_array_set_free_func(more, NULL);
  for (guint i = 0; i < more->len; i++) {
    BhProblem *problem = more->pdata[i];
    if (has_field_problem(all, problem->field) || has_problem(all, problem))
      bh_problem_free(problem);
    else
      g_ptr_array_add(all, problem);
  }
  g_ptr_array_unref(more);
}

/* Whether the form asks for the field, or for the doubtful value that the field explains. */
static gboolean is_asked(const BhForm *form, const char *name)
{
  const BhField *field = bh_kind_find_field(form->kind, name);
  const BhField *doubted = field != NULL ? bh_field_get_doubted_field(field) : NULL;
  return find_field(form, name) != NULL ||
         (doubted != NULL && find_field(form, bh_field_get_name(doubted)) != NULL);
}

/* The problems of the record after the act that the act is responsible for. */
static GPtrArray *check_record(const BhForm *form)
{
  BhContext after = context_of(form, form->after);
  BhContext before = context_of(form, form->before.values);
  gboolean edits = bh_act_get_type(form->act) == BH_ACT_EDIT;
  GPtrArray *problems = bh_kind_check_record(form->kind, &after);
  g_autoptr(GPtrArray) older = edits ? bh_kind_check_record(form->kind, &before) : NULL;
  for (guint i = problems->len; i-- > 0;) {
    const BhProblem *problem = problems->pdata[i];
    /* Only an act that asks for a doubtful value asks why it is doubtful. */
    gboolean is_others =
        bh_kind_is_reason_missing(form->kind, problem) || (edits && has_problem(older, problem));
    if (is_others && !is_asked(form, problem->field))
      g_ptr_array_remove_index(problems, i);
  }
  return problems;
}

/* Adds a problem when a creation or an edit is not open. The check of a step says in more detail
 * why the step is not. */
static gboolean check_open(const BhForm *form, GPtrArray *problems)
{
  if (bh_act_get_type(form->act) == BH_ACT_STEP || bh_act_is_open(form->act, &form->before))
    return TRUE;
  g_autofree char *zh =
      g_strdup_printf("当前人员现在不能办理“%s”", bh_act_get_label(form->act, "zh"));
  g_autofree char *en =
      g_strdup_printf("\"%s\" is not open to this person now", bh_act_get_label(form->act, "en"));
  g_ptr_array_add(problems, bh_problem_new("", "actor", zh, en));
  return FALSE;
}

static void check_reason(const BhForm *form, GPtrArray *problems)
{
  if (form->reason == NULL || has_field_problem(problems, form->reason) ||
      !bh_value_is_blank(json_object_get(form->given, form->reason)))
    return;
  g_ptr_array_add(problems,
                  bh_problem_new(form->reason, "required", "记录已上报，请填写更正原因",
                                 "The record was sent: give the reason of the correction"));
}

GPtrArray *bh_form_check(const BhForm *form)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  BhContext after = context_of(form, form->after);
  BhContext before = context_of(form, form->creates ? NULL : form->before.values);
  const char *to = get_target(form);
  if (!check_open(form, problems))
    return problems;
  for (guint i = 0; i < form->unread->len; i++) {
    const BhProblem *problem = form->unread->pdata[i];
    g_ptr_array_add(problems, bh_problem_new(problem->field, problem->code, problem->text_zh,
                                             problem->text_en));
  }
  if (to != NULL)
    take(problems, bh_workflow_check(form->kind, get_start(form), to, &after));
  bh_act_check_edit_files(form->act, &after, problems);
  take(problems, bh_kind_check_change(form->kind, form->set, &before));
  take(problems, check_record(form));
  GPtrArray *codes = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  bh_codes_check(form->kind, form->set, before.values, &after, codes);
  bh_code_check(form->kind, &after, codes);
  take(problems, codes);
  check_reason(form, problems);
  return problems;
}
