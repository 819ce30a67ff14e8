/* Locks: fields and records that must not change any more because a signature or a paper is based
 * on them, and the declared steps that may still change them. Who may make a step is decided in
 * workflow.c, single values are checked in kind-check.c. Start with bh_kind_check_change. */
#include "schema/act.h"
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/numbering.h"
#include "schema/workflow.h"
#include "schema/text.h"

gboolean bh_field_may_lock(const BhField *field)
{
  return field->locked_when != NULL;
}

gboolean bh_kind_may_lock(const BhKind *kind)
{
  return kind->once || kind->locked_when != NULL;
}

gboolean bh_field_is_locked(const BhField *field, const BhContext *context)
{
  const BhContext at = bh_context_for(context, field->kind);
  return field->locked_when != NULL && bh_condition_is_certain(field->locked_when, &at);
}

gboolean bh_kind_is_locked_for_new(const BhKind *kind, const BhContext *made)
{
  const BhContext at = bh_context_for(made, kind);
  return kind->locked_when != NULL && bh_condition_is_certain(kind->locked_when, &at);
}

gboolean bh_kind_step_unlocks(const BhKind *kind, const char *key, const char *from, const char *to,
                              const BhContext *before)
{
  const BhField *field = bh_kind_find_field(kind, key);
  const BhTransition *step =
      field != NULL && to != NULL && from != NULL ? bh_workflow_find(kind, from, to) : NULL;
  return step != NULL && bh_transition_sets(step, field->name) &&
         bh_transition_is_open_to(kind, step, before);
}

gboolean bh_kind_is_locked(const BhKind *kind, const char *key, const char *to,
                           const BhContext *before)
{
  const BhField *field = strcmp(key, "state") != 0 ? bh_kind_find_field(kind, key) : NULL;
  if (field == NULL)
    return FALSE;
  /* A number that was given changes only when the hub replaces it, in a signed record too. */
  if (kind->numbering != NULL && bh_numbering_is_key(kind->numbering, key)) {
    const char *number = bh_numbering_get_field(kind->numbering);
    if (before->actor == NULL)
      return FALSE;
    if (!bh_value_is_blank(json_object_get(before->values, number)))
      return TRUE;
  }
  gboolean locked = bh_field_is_locked(field, before) ||
                    (!field->unlocked && (kind->once || bh_kind_is_locked_for_new(kind, before)));
  const char *from = bh_json_string_or(before->values, "state", NULL);
  return locked && !bh_kind_step_unlocks(kind, key, from, to, before);
}

static BhProblem *make_closed_problem(const BhKind *kind)
{
  g_autofree char *zh =
      g_strdup_printf("所属记录已锁定，不能再添加“%s”", bh_kind_get_label(kind, "zh"));
  g_autofree char *en = g_strdup_printf("The record it belongs to is locked: no %s can be added",
                                        bh_kind_get_label(kind, "en"));
  return bh_problem_new("", "locked", zh, en);
}

static BhProblem *make_locked_problem(const BhField *field, const char *key)
{
  const char *slash = strchr(key, '/');
  g_autofree char *zh =
      g_strdup_printf("“%s%s%s”已锁定，只能由规定的步骤修改", bh_field_get_label(field, "zh"),
                      slash != NULL ? " " : "", slash != NULL ? slash + 1 : "");
  g_autofree char *en = g_strdup_printf("%s%s%s is locked: only a declared step can change it",
                                        bh_field_get_label(field, "en"), slash != NULL ? " " : "",
                                        slash != NULL ? slash + 1 : "");
  return bh_problem_new(key, "locked", zh, en);
}

static gboolean is_same(const json_t *old, const json_t *value)
{
  return (bh_value_is_blank(old) && bh_value_is_blank(value)) ||
         (old != NULL && value != NULL && json_equal((json_t *)old, (json_t *)value));
}

/* Adds a problem for each field of "on_change_ask" that is not filled. */
static void check_asks(const BhKind *kind, const BhField *field, const json_t *before,
                       const json_t *set, GPtrArray *problems)
{
  const char *const *asks = bh_field_get_change_asks(field);
  for (gsize i = 0; asks[i] != NULL; i++) {
    const json_t *given = json_object_get(set, asks[i]);
    if (!bh_value_is_blank(given != NULL ? given : json_object_get(before, asks[i])))
      continue;
    const BhField *asked = bh_kind_find_field(kind, asks[i]);
    g_autofree char *zh = g_strdup_printf("修改“%s”须填写“%s”", bh_field_get_label(field, "zh"),
                                          bh_field_get_label(asked, "zh"));
    g_autofree char *en =
        g_strdup_printf("Changing %s requires %s", bh_field_get_label(field, "en"),
                        bh_field_get_label(asked, "en"));
    g_ptr_array_add(problems, bh_problem_new(asks[i], "required", zh, en));
  }
}

/* Whether the operation puts the record under a parent that is locked for new records of
 * the kind. */
static gboolean is_added_to_closed(const BhKind *kind, const json_t *set, const BhContext *before)
{
  const json_t *parent = kind->parent != NULL ? json_object_get(set, kind->parent) : NULL;
  if (kind->locked_when == NULL || parent == NULL || json_is_null(parent) ||
      is_same(json_object_get(before->values, kind->parent), parent))
    return FALSE;
  g_autoptr(json_t) values =
      before->values != NULL ? json_copy((json_t *)before->values) : json_object();
  json_object_update(values, (json_t *)set);
  json_object_del(values, "state"); /* the first state must not lock the record itself */
  BhContext made = *before;
  made.values = values;
  return bh_kind_is_locked_for_new(kind, &made);
}

/* The own field that a stamp copies; NULL for other sources. */
static const char *get_copied(const json_t *source)
{
  const char *path = bh_json_string_or(source, "field", NULL);
  return path != NULL && strchr(path, '.') == NULL ? path : NULL;
}

/* Checks that each stamp that copies a field is set to the value of that field before the step. */
static void check_copies(const BhKind *kind, const BhTransition *step, const json_t *set,
                         const BhContext *before, GPtrArray *problems)
{
  const char *name;
  json_t *source;
  json_object_foreach(step != NULL ? step->stamps : NULL, name, source) {
    const char *copied = get_copied(source);
    if (copied == NULL ||
        is_same(json_object_get(before->values, copied), json_object_get(set, name)))
      continue;
    const BhField *field = bh_kind_find_field(kind, name);
    const BhField *kept = bh_kind_find_field(kind, copied);
    g_autofree char *zh =
        g_strdup_printf("“%s”须与修改前的“%s”一致", bh_field_get_label(field, "zh"),
                        bh_field_get_label(kept, "zh"));
    g_autofree char *en =
        g_strdup_printf("%s must equal %s before the change", bh_field_get_label(field, "en"),
                        bh_field_get_label(kept, "en"));
    g_ptr_array_add(problems, bh_problem_new(name, "kept", zh, en));
  }
}

static BhProblem *make_edit_problem(const BhField *field, const char *key)
{
  g_autofree char *zh =
      g_strdup_printf("当前人员现在无权修改“%s”", bh_field_get_label(field, "zh"));
  g_autofree char *en =
      g_strdup_printf("This person may not change %s now", bh_field_get_label(field, "en"));
  return bh_problem_new(key, "actor", zh, en);
}

/* Whether an act allows the change of the field: the step that the operation takes, or an edit. A
 * step may fill a field that was empty, because its form asks for fields that guards need. */
static gboolean is_change_allowed(const BhKind *kind, const BhTransition *step,
                                  const BhField *field, const json_t *old, const BhContext *before)
{
  if (step != NULL && (bh_value_is_blank(old) || bh_transition_sets(step, field->name)))
    return TRUE;
  return bh_kind_may_edit(kind, field->name, before);
}

/* Checks that the actor may make a record with the values `set`. */
static void check_creation(const BhKind *kind, const json_t *set, const BhContext *before,
                           GPtrArray *problems)
{
  BhContext made = *before;
  made.values = set;
  if (bh_kind_may_create(kind, &made))
    return;
  g_autofree char *zh = g_strdup_printf("当前人员无权新建“%s”", bh_kind_get_label(kind, "zh"));
  g_autofree char *en =
      g_strdup_printf("This person may not make a record of %s", bh_kind_get_label(kind, "en"));
  g_ptr_array_add(problems, bh_problem_new("", "actor", zh, en));
}

GPtrArray *bh_kind_check_change(const BhKind *kind, const json_t *set, const BhContext *before)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func((GDestroyNotify)bh_problem_free);
  const char *to = bh_json_string_or(set, "state", NULL);
  const char *key;
  json_t *value;
  if (is_added_to_closed(kind, set, before))
    g_ptr_array_add(problems, make_closed_problem(kind));
  if (before->values == NULL) {
    check_creation(kind, set, before, problems);
    return problems;
  }
  const char *from = bh_json_string_or(before->values, "state", NULL);
  const BhTransition *step = from != NULL && to != NULL ? bh_workflow_find(kind, from, to) : NULL;
  check_copies(kind, step, set, before, problems);
  json_object_foreach((json_t *)set, key, value) {
    const BhField *field = bh_kind_find_field(kind, key);
    const json_t *old = json_object_get(before->values, key);
    if (field == NULL || field->compute != NULL || is_same(old, value))
      continue;
    if (bh_kind_is_locked(kind, key, to, before))
      g_ptr_array_add(problems, make_locked_problem(field, key));
    else if (!is_change_allowed(kind, step, field, old, before))
      g_ptr_array_add(problems, make_edit_problem(field, key));
    else if (!bh_value_is_blank(old))
      check_asks(kind, field, before->values, set, problems);
  }
  return problems;
}
