/* Adds to the operations of an entry those for the records that its steps open. What "opens"
 * may say is checked in kind-opens.c; the opened records are checked by who writes the entry. Start
 * at bh_opens_complete. */
#include "schema/opens.h"

#include <string.h>

#include "schema/entry.h"
#include "schema/error.h"
#include "schema/kind-internal.h"
#include "schema/text.h"

/* The work of one call of bh_opens_complete. */
typedef struct {
  const BhOpensWorld *world;
  const json_t *ops; /* the operations as given */
  json_t *out;       /* those, and the added ones */
} Work;

static const char *get_link(const BhKind *opened, const BhOpening *opening)
{
  return opening->link != NULL ? opening->link : opened->parent;
}

gboolean bh_opens_may_open(const BhKindSet *set, const json_t *ops)
{
  gsize index;
  json_t *op;
  json_array_foreach((json_t *)ops, index, op) {
    const BhKind *kind = bh_kind_set_find(set, bh_json_string_or(op, "kind", ""));
    const char *to = bh_json_string_or(json_object_get(op, "set"), "state", NULL);
    for (guint i = 0; kind != NULL && to != NULL && i < kind->transitions->len; i++) {
      const BhTransition *transition = g_ptr_array_index(kind->transitions, i);
      if (transition->opens != NULL && strcmp(transition->to, to) == 0)
        return TRUE;
    }
  }
  return FALSE;
}

/* Whether the entry makes the record already. */
static gboolean is_made(const Work *work, const BhOpening *opening, const char *link,
                        const char *origin)
{
  gsize index;
  json_t *op;
  json_array_foreach((json_t *)work->ops, index, op) {
    if (strcmp(bh_json_string_or(op, "kind", ""), opening->kind) == 0 &&
        strcmp(bh_json_string_or(json_object_get(op, "set"), link, ""), origin) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Removes nulls: a new record has nothing to clear. */
static void drop_blank(json_t *set)
{
  const char *key;
  json_t *value;
  void *next;
  json_object_foreach_safe(set, next, key, value) {
    if (bh_value_is_blank(value))
      json_object_del(set, key);
  }
}

/* Opens one record from `origin`. */
static gboolean open_from(Work *work, const BhOpening *opening, const char *origin, GError **error)
{
  char id[BH_ID_LEN + 1];
  BhContext context;
  const BhOpensWorld *world = work->world;
  const BhKind *opened = bh_kind_set_find(world->set, opening->kind);
  const char *link = get_link(opened, opening);
  if (is_made(work, opening, link, origin))
    return TRUE;
  if (json_array_size(work->out) >= BH_ENTRY_MAX_OPS) {
    g_set_error(error, BH_ERROR, BH_ERROR_LIMIT,
                "%s: one step opens too many records: an entry holds at most %d operations",
                opening->kind, BH_ENTRY_MAX_OPS);
    return FALSE;
  }
  world->fill(origin, &context, world->data);
  if (context.values == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "%s: record %s, from which it is opened, is not available", opening->kind, origin);
    return FALSE;
  }
  json_t *set = json_object();
  bh_sources_read(opening->preset, &context, world->now_ms, FALSE, set);
  drop_blank(set);
  json_object_set_new(set, link, json_string(origin));
  if (opening->state != NULL)
    json_object_set_new(set, "state", json_string(opening->state));
  world->make_id(id, world->data);
  json_array_append_new(
      work->out, json_pack("{s:s, s:s, s:o}", "record", id, "kind", opening->kind, "set", set));
  return TRUE;
}

static gboolean open_all(Work *work, const BhTransition *transition, const char *record,
                         GError **error)
{
  const BhOpensWorld *world = work->world;
  for (guint i = 0; i < transition->opens->len; i++) {
    const BhOpening *opening = g_ptr_array_index(transition->opens, i);
    BhContext after;
    world->fill(record, &after, world->data);
    if (!bh_condition_holds(opening->when, &after))
      continue;
    if (opening->when != NULL && !bh_condition_is_certain(opening->when, &after)) {
      g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                  "%s: whether the step opens one cannot be decided, because a record is not "
                  "available",
                  opening->kind);
      return FALSE;
    }
    if (opening->each == NULL) {
      if (!open_from(work, opening, record, error))
        return FALSE;
      continue;
    }
    g_autoptr(json_t) chosen = json_incref(json_object_get(after.values, opening->each));
    gsize k;
    json_t *one;
    json_array_foreach(chosen, k, one) {
      if (!open_from(work, opening, json_string_value(one), error))
        return FALSE;
    }
  }
  return TRUE;
}

json_t *bh_opens_complete(const BhOpensWorld *world, const json_t *ops, GError **error)
{
  if (!bh_opens_may_open(world->set, ops))
    return json_incref((json_t *)ops);
  g_autoptr(json_t) out = json_copy((json_t *)ops);
  Work work = {.world = world, .ops = ops, .out = out};
  gsize index;
  json_t *op;
  json_array_foreach((json_t *)ops, index, op) {
    const char *record = bh_json_string_or(op, "record", "");
    const char *to = bh_json_string_or(json_object_get(op, "set"), "state", NULL);
    const BhKind *kind = bh_kind_set_find(world->set, bh_json_string_or(op, "kind", ""));
    if (kind == NULL || to == NULL || !bh_id_is_valid(record))
      continue;
    g_autofree char *from = world->dup_state(record, world->data);
    const BhTransition *transition = bh_workflow_find(kind, from, to);
    if (transition != NULL && transition->opens != NULL &&
        !open_all(&work, transition, record, error))
      return NULL;
  }
  return g_steal_pointer(&out);
}

/* Whether an operation of the entry makes a record of the kind with this origin. */
static gboolean body_makes(const BhBody *body, const char *kind, const char *link,
                           const char *origin)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = g_ptr_array_index(body->ops, i);
    const BhSet *set = strcmp(op->kind, kind) == 0 ? bh_op_find_set(op, link) : NULL;
    if (set != NULL && g_strcmp0(json_string_value(set->value), origin) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Whether the entry makes all records of one opening. */
static gboolean makes_all(const BhOpening *opening, const BhKind *opened, const BhContext *after,
                          const BhBody *body)
{
  const char *link = get_link(opened, opening);
  if (opening->each == NULL)
    return body_makes(body, opening->kind, link, after->record);
  gsize k;
  json_t *one;
  json_array_foreach(json_object_get(after->values, opening->each), k, one) {
    if (!body_makes(body, opening->kind, link, json_string_value(one)))
      return FALSE;
  }
  return TRUE;
}

void bh_opens_check(const BhTransition *transition, const BhKindSet *set, const BhContext *after,
                    const BhBody *body, GPtrArray *problems)
{
  for (guint i = 0; transition != NULL && transition->opens != NULL && i < transition->opens->len;
       i++) {
    const BhOpening *opening = g_ptr_array_index(transition->opens, i);
    const BhKind *opened = bh_kind_set_find(set, opening->kind);
    if (opened == NULL ||
        (opening->when != NULL && !(bh_condition_is_certain(opening->when, after) &&
                                    bh_condition_holds(opening->when, after))) ||
        makes_all(opening, opened, after, body))
      continue;
    g_autofree char *zh =
        g_strdup_printf("此步骤应同时新建“%s”，条目中没有", bh_kind_get_label(opened, "zh"));
    g_autofree char *en =
        g_strdup_printf("The step opens a new record (%s), but the entry has none",
                        bh_kind_get_label(opened, "en"));
    g_ptr_array_add(problems, bh_problem_new("state", "opens", zh, en));
  }
}

json_t *bh_opens_preview(const BhTransition *transition, const BhKindSet *set,
                         const BhContext *after)
{
  json_t *out = json_array();
  for (guint i = 0; transition != NULL && transition->opens != NULL && i < transition->opens->len;
       i++) {
    const BhOpening *opening = g_ptr_array_index(transition->opens, i);
    const BhKind *opened = bh_kind_set_find(set, opening->kind);
    gsize count =
        opening->each != NULL ? json_array_size(json_object_get(after->values, opening->each)) : 1;
    if (opened == NULL || count == 0 ||
        (opening->when != NULL && !bh_condition_is_certain(opening->when, after)))
      continue;
    json_array_append_new(out, json_pack("{s:s, s:O, s:I}", "kind", opening->kind, "label",
                                         json_object_get(opened->declaration, "label"), "count",
                                         (json_int_t)count));
  }
  return out;
}
