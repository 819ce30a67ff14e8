/* Reduces "visible" of a kind, and of those from which it inherits, to a condition on the viewer,
 * by inserting the values of a record. Uses no store. Start with bh_restriction_dup. */
#include "schema/staff.h"
#include "schema/restriction.h"

#include <string.h>
#include "schema/kind-internal.h"
#include "schema/workflow.h"

#define TEXT_MAX_BYTES (64 * 1024)

typedef struct {
  const BhContext *context; /* the context of the record, without an actor */
  const BhKindSet *kinds;
  const BhKind *kind;
  json_t *values; /* "values" of the text: {"v0": …}, the first steps of its paths */
} Reduction;

static gboolean begins_at_actor(const char *path)
{
  return strcmp(path, "actor") == 0 || g_str_has_prefix(path, "actor.");
}

static gboolean names_actor(const json_t *condition)
{
  const char *key, *path = json_string_value(condition);
  json_t *value;
  gsize i;
  if (path != NULL)
    return begins_at_actor(path);
  json_array_foreach((json_t *)condition, i, value) {
    if (names_actor(value))
      return TRUE;
  }
  json_object_foreach((json_t *)condition, key, value) {
    if (g_str_has_prefix(key, "actor") || names_actor(value))
      return TRUE;
  }
  return FALSE;
}

BhViewerTraits bh_restriction_get_traits(const json_t *condition)
{
  BhViewerTraits traits = 0;
  const char *key, *path = json_string_value(condition);
  json_t *value;
  gsize i;
  if (path != NULL)
    return begins_at_actor(path) ? BH_VIEWER_SELF : 0;
  json_array_foreach((json_t *)condition, i, value) {
    traits |= bh_restriction_get_traits(value);
  }
  json_object_foreach((json_t *)condition, key, value) {
    if (strcmp(key, "actor_unit") == 0)
      traits |= BH_VIEWER_UNIT;
    else if (strcmp(key, "actor_role") == 0)
      traits |= BH_VIEWER_ROLES;
    else if (g_str_has_prefix(key, "actor"))
      traits |= BH_VIEWER_SELF;
    traits |= bh_restriction_get_traits(value);
  }
  return traits;
}

/* The parent kinds that a step leads to, if it is the parent field of one of `kinds`; NULL for
 * any other ref. When a parent changes, the texts of its children are made again. */
static GPtrArray *step_up(const BhKindSet *set, const GPtrArray *kinds, const char *step)
{
  g_autoptr(GPtrArray) above = g_ptr_array_new();
  for (guint i = 0; i < kinds->len; i++) {
    const char *field = bh_kind_get_parent_field(kinds->pdata[i]);
    if (g_strcmp0(field, step) != 0)
      continue;
    const char *const *names = bh_field_get_ref_kinds(bh_kind_find_field(kinds->pdata[i], field));
    for (; names != NULL && *names != NULL; names++) {
      const BhKind *kind = bh_kind_set_find(set, *names);
      if (kind != NULL)
        g_ptr_array_add(above, (gpointer)kind);
    }
  }
  return above->len > 0 ? g_steal_pointer(&above) : NULL;
}

/* The rest of a path after its steps within the record and its parents; NULL when there is
 * no rest. */
static const char *find_rest(const Reduction *reduction, const char *path)
{
  g_autoptr(GPtrArray) kinds = g_ptr_array_new();
  g_ptr_array_add(kinds, (gpointer)reduction->kind);
  const char *step = path;
  for (const char *dot; (dot = strchr(step, '.')) != NULL; step = dot + 1) {
    g_autofree char *name = g_strndup(step, (gsize)(dot - step));
    GPtrArray *above = step_up(reduction->kinds, kinds, name);
    if (above == NULL)
      return dot;
    g_ptr_array_unref(kinds);
    kinds = above;
  }
  return NULL;
}

/* The path rewritten to begin at a new member of `values`, which gets the value at the steps within
 * the record and its parents. NULL when that value is not available. */
static json_t *move_path(Reduction *reduction, const char *path)
{
  gboolean unknown = FALSE;
  if (begins_at_actor(path))
    return json_string(path);
  const char *rest = find_rest(reduction, path);
  g_autofree char *first = rest != NULL ? g_strndup(path, (gsize)(rest - path)) : g_strdup(path);
  const json_t *value = bh_context_find(reduction->context, first, &unknown);
  if (unknown)
    return NULL;
  g_autofree char *name = g_strdup_printf("v%d", (int)json_object_size(reduction->values));
  json_object_set_new(reduction->values, name, value != NULL ? json_deep_copy(value) : json_null());
  g_autofree char *moved = g_strconcat(name, rest, NULL);
  return json_string(moved);
}

/* A condition for each of the three truth values. "any" over unknown records is UNKNOWN, because a
 * text has no child records. */
static json_t *constant(gboolean known, gboolean value)
{
  if (!known)
    return json_pack("{s:s}", "any", "unknown");
  return json_pack("{s:[]}", value ? "all" : "any_of");
}

static gboolean is_constant(const json_t *condition, gboolean value)
{
  const json_t *parts = json_object_get(condition, value ? "all" : "any_of");
  return json_is_array(parts) && json_array_size(parts) == 0;
}

/* A copy of a comparison with all its paths moved (move_path); NULL when one cannot
 * be moved. */
static json_t *move_leaf(Reduction *reduction, const json_t *condition)
{
  static const char *const paths[] = {"field", "actor_unit", "actor_is", "actor_not"};
  g_autoptr(json_t) leaf = json_object();
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)condition, key, value) {
    gboolean is_path = FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++)
      is_path |= strcmp(key, paths[i]) == 0;
    json_t *moved = is_path && json_is_string(value)
                        ? move_path(reduction, json_string_value(value))
                    : json_is_object(value) ? move_leaf(reduction, value)
                                            : json_incref(value);
    if (moved == NULL)
      return NULL;
    json_object_set_new(leaf, key, moved);
  }
  return json_incref(leaf);
}

/* Whether a path in the condition leads outside the record and its parents. */
static gboolean leads_away(const Reduction *reduction, const json_t *condition)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)condition, key, value) {
    if (strcmp(key, "field") == 0 && json_is_string(value) &&
        find_rest(reduction, json_string_value(value)) != NULL)
      return TRUE;
    if (json_is_object(value) && leads_away(reduction, value))
      return TRUE;
  }
  return FALSE;
}

/* Whether the condition uses lists of other records. */
static gboolean uses_lists(const json_t *condition)
{
  static const char *const words[] = {"any", "every", "count"};
  const char *key;
  json_t *value;
  gsize i;
  for (i = 0; i < G_N_ELEMENTS(words); i++)
    if (json_object_get(condition, words[i]) != NULL)
      return TRUE;
  json_array_foreach((json_t *)condition, i, value) {
    if (uses_lists(value))
      return TRUE;
  }
  json_object_foreach((json_t *)condition, key, value) {
    if (uses_lists(value))
      return TRUE;
  }
  return FALSE;
}

static json_t *reduce(Reduction *reduction, const json_t *condition);

static json_t *reduce_join(Reduction *reduction, const json_t *parts, gboolean all)
{
  json_t *left = json_array();
  gsize i;
  json_t *part;
  json_array_foreach((json_t *)parts, i, part) {
    json_t *reduced = reduce(reduction, part);
    if (is_constant(reduced, !all)) {
      json_decref(left);
      return reduced;
    }
    if (is_constant(reduced, all))
      json_decref(reduced);
    else
      json_array_append_new(left, reduced);
  }
  return json_pack("{s:o}", all ? "all" : "any_of", left);
}

static json_t *reduce(Reduction *reduction, const json_t *condition)
{
  const json_t *parts = json_object_get(condition, "all");
  if (parts != NULL)
    return reduce_join(reduction, parts, TRUE);
  if ((parts = json_object_get(condition, "any_of")) != NULL)
    return reduce_join(reduction, parts, FALSE);
  const json_t *inner = json_object_get(condition, "not");
  if (inner != NULL) {
    json_t *reduced = reduce(reduction, inner);
    gboolean yes = is_constant(reduced, TRUE);
    if (!yes && !is_constant(reduced, FALSE))
      return json_pack("{s:o}", "not", reduced);
    json_decref(reduced);
    return constant(TRUE, !yes);
  }
  if (!names_actor(condition) && !leads_away(reduction, condition)) {
    gboolean yes = bh_condition_is_certain(condition, reduction->context);
    return constant(yes || !bh_condition_holds(condition, reduction->context), yes);
  }
  json_t *moved = move_leaf(reduction, condition);
  return moved != NULL ? moved : constant(FALSE, FALSE);
}

/* Adds to `parts` what is left of the conditions of the record in `at` and of the records from
 * which it inherits. FALSE when one of them uses lists of other records. */
static gboolean reduce_all(Reduction *reduction, BhContext *at, json_t *parts)
{
  reduction->context = at;
  for (int depth = 0; reduction->kind != NULL; depth++) {
    const BhKind *kind = reduction->kind;
    if (kind->visible != NULL && uses_lists(kind->visible))
      return FALSE;
    g_autoptr(json_t) own = kind->visible != NULL ? reduce(reduction, kind->visible) : NULL;
    if (own != NULL && is_constant(own, FALSE)) {
      json_array_clear(parts);
      json_object_clear(reduction->values);
    }
    if (own != NULL && !is_constant(own, TRUE))
      json_array_append(parts, own);
    if (own != NULL && is_constant(own, FALSE))
      return TRUE;
    if (!kind->inherits || !kind->may_hide)
      return TRUE;
    reduction->kind = depth < BH_INHERIT_DEPTH_MAX ? bh_kind_find_above(kind, at) : NULL;
  }
  json_array_append_new(parts, constant(FALSE, FALSE));
  return TRUE;
}

char *bh_restriction_dup(const BhKind *kind, const BhKindSet *kinds, const BhContext *context)
{
  if (!kind->may_hide)
    return g_strdup("");
  BhContext at = *context;
  at.actor = NULL;
  at.actor_values = NULL;
  g_autoptr(json_t) values = json_object();
  g_autoptr(json_t) parts = json_array();
  Reduction reduction = {.kinds = kinds, .kind = kind, .values = values};
  if (!reduce_all(&reduction, &at, parts))
    return NULL;
  /* A record without a condition of its own gets the same text as its parent, so that lists have
   * few different texts. */
  g_autoptr(json_t) condition = json_array_size(parts) == 1 ? json_incref(json_array_get(parts, 0))
                                                            : json_pack("{s:O}", "all", parts);
  if (is_constant(condition, TRUE))
    return g_strdup("");
  g_autoptr(json_t) text = json_pack("{s:O, s:O}", "if", condition, "values", values);
  return bh_json_dump_sorted(text);
}

gboolean bh_restriction_allows(const char *text, const BhContext *viewer)
{
  if (*text == '\0')
    return TRUE;
  g_autoptr(json_t) read = bh_json_parse(text, strlen(text), TEXT_MAX_BYTES, "restriction", NULL);
  if (read == NULL || viewer->actor_values == NULL ||
      !bh_staff_is_in_service(viewer->actor_values, viewer->today))
    return FALSE;
  BhContext context = *viewer;
  context.values = json_object_get(read, "values");
  context.record = NULL;
  return bh_condition_is_certain(json_object_get(read, "if"), &context);
}
