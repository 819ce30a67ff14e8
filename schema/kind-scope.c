/* Which devices receive the records of a kind ("scope"), and kinds of the office, whose records
 * stay at the hub. Start with bh_kind_parse_scope. */
#include "schema/kind-internal.h"

#include <string.h>

#include "schema/act.h"
#include "schema/ledger.h"

/* --- first pass --- */

gboolean bh_kind_parse_scope(BhPlace *place, BhKind *kind)
{
  static const char *const scopes[] = {"all", "area", "unit", "office", NULL};
  const json_t *declaration = kind->declaration;
  if (kind->inherits) {
    kind->scope = "parent";
    return TRUE;
  }
  if (!bh_place_string(place, declaration, "scope", TRUE, 8, &kind->scope))
    return FALSE;
  if (!g_strv_contains(scopes, kind->scope))
    return bh_place_fail_at(place, "scope", "must be all, area, unit or office");
  if (!g_str_equal(kind->scope, "office"))
    return TRUE;
  /* Among the people at the office the record belongs to an area, to a unit, or to all. */
  kind->office = kind->by_hub = TRUE;
  kind->scope = json_object_get(declaration, "area_from") != NULL   ? "area"
                : json_object_get(declaration, "unit_from") != NULL ? "unit"
                                                                    : "all";
  return TRUE;
}

/* --- the whole set --- */

/* Whether all kinds that a kind with "inherits" names as its parents are of the office. */
static gboolean has_office_parents(const BhKindSet *set, const BhKind *kind)
{
  const BhField *parent =
      kind->inherits ? g_hash_table_lookup(kind->field_index, kind->parent) : NULL;
  const char *const *names = parent != NULL ? (const char *const *)parent->ref_kinds : NULL;
  if (names == NULL || *names == NULL || parent->any_kind)
    return FALSE;
  for (; *names != NULL; names++) {
    const BhKind *above = bh_kind_set_find(set, *names);
    if (above == NULL || !above->office)
      return FALSE;
  }
  return TRUE;
}

void bh_kind_set_link_scopes(BhKindSet *set)
{
  /* Repeated until nothing changes, because a kind that inherits may be the parent of another. */
  for (gboolean changed = TRUE; changed;) {
    changed = FALSE;
    for (guint i = 0; i < set->kinds->len; i++) {
      BhKind *kind = set->kinds->pdata[i];
      if (!kind->office && has_office_parents(set, kind))
        kind->office = kind->by_hub = changed = TRUE;
    }
  }
}

gboolean bh_kind_is_office(const BhKind *kind)
{
  return kind->office;
}

const char *bh_kind_get_scope(const BhKind *kind)
{
  return kind->scope;
}

/* --- second pass --- */

gboolean bh_kind_check_on_devices(BhPlace *place, const BhKind *kind, const BhKind *other)
{
  if (kind->office || !other->office)
    return TRUE;
  return bh_place_fail(place,
                       "no device receives records of %s, which are of the office, but devices "
                       "apply the rules of %s",
                       other->name, kind->name);
}

/* A ref in a record on a device would name a record of the office, and could not be resolved there.
 * Children that inherit stay where their parent is. */
static gboolean check_refs(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = g_ptr_array_index(kind->fields, i);
    if (kind->inherits && g_strcmp0(field->name, kind->parent) == 0)
      continue;
    for (gsize k = 0; field->ref_kinds != NULL && field->ref_kinds[k] != NULL; k++) {
      const BhKind *other = bh_kind_set_find(set, field->ref_kinds[k]);
      if (other == NULL || !other->office)
        continue;
      bh_place_enter(place, "fields");
      bh_place_enter_index(place, i);
      return bh_place_fail_at(place, "ref_kinds",
                              "devices receive records of %s, so they cannot refer to %s, which "
                              "is of the office; let %s refer to %s instead",
                              kind->name, other->name, other->name, kind->name);
    }
  }
  return TRUE;
}

static gboolean refuse_word(BhPlace *place, const char *key)
{
  return bh_place_fail_at(place, key,
                          "is for devices, which receive no records of a kind of the office");
}

static gboolean check_ledgers(BhPlace *place, const BhKind *kind)
{
  gsize index;
  json_t *ledger;
  gsize mark = bh_place_enter(place, "ledgers");
  json_array_foreach(json_object_get(kind->declaration, "ledgers"), index, ledger) {
    gsize inner = bh_place_enter_index(place, index);
    if (bh_ledger_is_in_menu(ledger, BH_MENU_HOME))
      return refuse_word(place, "menu");
    if (bh_ledger_is_in_agenda(ledger))
      return refuse_word(place, "agenda");
    if (json_is_true(json_object_get(ledger, "lane")))
      return refuse_word(place, "lane");
    if (json_object_get(ledger, "page") != NULL)
      return refuse_word(place, "page");
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

/* At the office files are attached to a record that exists. */
static gboolean needs_files(const BhActRule *rule)
{
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)rule->attach, index, element) {
    if (json_integer_value(json_object_get(element, "at_least")) > 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean check_acts(BhPlace *place, const BhKind *kind)
{
  for (guint i = 0; i < kind->creates->len; i++) {
    const BhActRule *rule = g_ptr_array_index(kind->creates, i);
    gsize mark = bh_place_enter(place, "create");
    bh_place_enter_index(place, i);
    if (g_strv_contains(rule->from, BH_ACT_FROM_HOME))
      return refuse_word(place, "from");
    if (needs_files(rule))
      return bh_place_fail_at(place, "attach",
                              "a record that is made at the office gets its files afterwards, so "
                              "that \"at_least\" cannot be met");
    bh_place_leave(place, mark);
  }
  for (guint i = 0; i < kind->edits->len; i++) {
    const BhActRule *rule = g_ptr_array_index(kind->edits, i);
    gsize mark = bh_place_enter(place, "edit");
    bh_place_enter_index(place, i);
    if (rule->page != NULL)
      return refuse_word(place, "page");
    bh_place_leave(place, mark);
  }
  for (guint i = 0; i < kind->transitions->len; i++) {
    const BhTransition *step = g_ptr_array_index(kind->transitions, i);
    gsize mark = bh_place_enter(place, "transitions");
    bh_place_enter_index(place, i);
    if (json_object_get(step->declaration, "page") != NULL)
      return refuse_word(place, "page");
    bh_place_leave(place, mark);
  }
  return TRUE;
}

gboolean bh_kind_resolve_scope(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  const json_t *declaration = kind->declaration;
  if (g_str_equal(kind->scope, "area") && json_object_get(declaration, "area_from") == NULL)
    return bh_place_fail_at(place, "scope", "scope area needs \"area_from\"");
  if (g_str_equal(kind->scope, "unit") && json_object_get(declaration, "unit_from") == NULL)
    return bh_place_fail_at(place, "scope", "scope unit needs \"unit_from\"");
  if (!kind->office)
    return check_refs(place, set, kind);
  if (bh_kind_is_in_menu(kind, BH_MENU_HOME))
    return refuse_word(place, "menu");
  if (json_object_get(declaration, "directory") != NULL)
    return refuse_word(place, "directory");
  return check_ledgers(place, kind) && check_acts(place, kind);
}
