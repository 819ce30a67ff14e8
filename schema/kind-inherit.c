/* Kinds that inherit: area, unit, scope, authority and visibility of their records are those of the
 * parent record. Start with bh_kind_find_above. */
#include "schema/kind-internal.h"

#include <string.h>

/* --- declaration --- */

gboolean bh_kind_parse_inherits(BhPlace *place, BhKind *kind)
{
  static const char *const own[] = {"scope", "area_from", "unit_from", "authority"};
  if (!bh_place_flag(place, kind->declaration, "inherits", &kind->inherits))
    return FALSE;
  if (!kind->inherits)
    return TRUE;
  if (kind->parent == NULL)
    return bh_place_fail_at(place, "inherits", "needs the member \"parent\" of the kind");
  for (gsize i = 0; i < G_N_ELEMENTS(own); i++)
    if (json_object_get(kind->declaration, own[i]) != NULL)
      return bh_place_fail_at(place, own[i], "a kind with \"inherits\" has that of its parent");
  return TRUE;
}

/* --- the whole set --- */

static void name_any_kinds(const BhKindSet *set, const BhKind *kind, BhField *field)
{
  gboolean is_parent = g_strcmp0(field->name, kind->parent) == 0;
  gsize count = 0;
  g_free(field->ref_kinds);
  field->ref_kinds = g_new0(const char *, set->kinds->len + 1);
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *other = set->kinds->pdata[i];
    if (is_parent ? other != kind : !other->office || kind->office)
      field->ref_kinds[count++] = other->name;
  }
}

/* Whether a kind that inherits can have a parent that can be hidden, as far as that is known. */
static gboolean has_hidden_parent(const BhKindSet *set, const BhKind *kind)
{
  const BhField *parent = kind->inherits ? bh_kind_find_field(kind, kind->parent) : NULL;
  const char *const *names = parent != NULL ? bh_field_get_ref_kinds(parent) : NULL;
  for (; names != NULL && *names != NULL; names++) {
    const BhKind *above = bh_kind_set_find(set, *names);
    if (above != NULL && above->may_hide)
      return TRUE;
  }
  return FALSE;
}

/* A kind that inherits may be the parent of another one, so this is repeated until nothing changes:
 * at most once per kind. */
static void find_hiding_kinds(const BhKindSet *set)
{
  gboolean changed = TRUE;
  while (changed) {
    changed = FALSE;
    for (guint i = 0; i < set->kinds->len; i++) {
      BhKind *kind = set->kinds->pdata[i];
      if (kind->may_hide || (kind->visible == NULL && !has_hidden_parent(set, kind)))
        continue;
      kind->may_hide = changed = TRUE;
    }
  }
}

static void add_computed(BhKindSet *set, const char *name)
{
  if (set->computed == NULL)
    set->computed = g_hash_table_new(g_str_hash, g_str_equal);
  g_hash_table_add(set->computed, (gpointer)name);
}

void bh_kind_set_link(BhKindSet *set)
{
  bh_kind_set_link_scopes(set);
  for (guint i = 0; i < set->kinds->len; i++) {
    BhKind *kind = set->kinds->pdata[i];
    kind->set = set;
    for (guint k = 0; k < kind->fields->len; k++) {
      BhField *field = kind->fields->pdata[k];
      field->kind = kind;
      if (field->compute != NULL)
        add_computed(set, field->name);
      if (field->any_kind)
        name_any_kinds(set, kind, field);
    }
  }
  find_hiding_kinds(set);
  bh_kind_set_link_settings(set);
  bh_kind_set_link_codes(set);
  bh_kind_set_link_groups(set);
  bh_kind_set_link_deadlines(set);
}

gboolean bh_kind_inherits(const BhKind *kind)
{
  return kind->inherits;
}

gboolean bh_kind_may_hide(const BhKind *kind)
{
  return kind->may_hide;
}

/* --- records --- */

const BhKind *bh_kind_find_above(const BhKind *kind, BhContext *at)
{
  const char *parent = bh_json_string_or(at->values, kind->parent, NULL);
  if (parent == NULL || at->lookup == NULL || at->kind_of == NULL)
    return NULL;
  const json_t *values = at->lookup(parent, at->data);
  const BhKind *above =
      values != NULL ? bh_kind_set_find(kind->set, at->kind_of(parent, at->data)) : NULL;
  if (above == NULL)
    return NULL;
  at->values = values;
  at->record = parent;
  at->kind = above;
  return above;
}

const BhKind *bh_kind_find_origin(const BhKind *kind, BhContext *at)
{
  for (int depth = 0; kind != NULL && kind->inherits; depth++)
    kind = depth < BH_INHERIT_DEPTH_MAX ? bh_kind_find_above(kind, at) : NULL;
  return kind;
}
