/* Members of a declaration that concern views: "forms" (fields on a page), "directory" (a list of
 * the office) and "related" (records of other kinds that refer to this one). The lists that kinds
 * declare are in ledger.c. */
#include "schema/kind-internal.h"

#include <string.h>

#define FORMS_MAX 20
#define RELATED_MAX 20
#define LIST_ITEMS "items"

static gboolean resolve_form(BhPlace *place, const BhKind *kind, const char *name,
                             const json_t *fields)
{
  g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
  gsize mark = bh_place_enter(place, name);
  if (!json_is_array(fields) || json_array_size(fields) == 0)
    return bh_place_fail(place, "must be an array of field names");
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)fields, index, element) {
    gsize inner = bh_place_enter_index(place, index);
    const char *text = json_string_value(element);
    const BhField *field = text != NULL ? g_hash_table_lookup(kind->field_index, text) : NULL;
    if (field == NULL)
      return bh_place_fail(place, "kind %s has no field \"%.64s\"", kind->name,
                           text != NULL ? text : "");
    if (field->retired)
      return bh_place_fail(place, "field \"%s\" is retired, so no form can ask for it", text);
    if (field->compute != NULL)
      return bh_place_fail(place, "field \"%s\" is computed, so no form can ask for it", text);
    if (!g_hash_table_add(seen, (gpointer)text))
      return bh_place_fail(place, "duplicate field \"%s\"", text);
    bh_place_leave(place, inner);
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean resolve_forms(BhPlace *place, const BhKind *kind)
{
  const json_t *forms = json_object_get(kind->declaration, "forms");
  if (forms == NULL)
    return TRUE;
  gsize mark = bh_place_enter(place, "forms");
  if (!json_is_object(forms) || json_object_size(forms) > FORMS_MAX)
    return bh_place_fail(place, "must be an object of at most %d forms", FORMS_MAX);
  const char *name;
  json_t *fields;
  json_object_foreach((json_t *)forms, name, fields) {
    if (!resolve_form(place, kind, name, fields))
      return FALSE;
  }
  bh_place_leave(place, mark);
  return TRUE;
}

static gboolean resolve_relation(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                                 const json_t *relation, GHashTable *names)
{
  (void)names;
  static const char *const allowed[] = {"kind", "field", NULL};
  const char *other_name = NULL, *field_name = NULL;
  if (!bh_place_is_object(place, relation, allowed) ||
      !bh_place_name(place, relation, "kind", TRUE, &other_name) ||
      !bh_place_name(place, relation, "field", TRUE, &field_name))
    return FALSE;
  const BhKind *other = bh_kind_set_find(set, other_name);
  if (other == NULL)
    return bh_place_fail_at(place, "kind", "no such kind \"%s\"", other_name);
  const BhField *field = g_hash_table_lookup(other->field_index, field_name);
  if (field == NULL || !field->indexed || field->ref_kinds == NULL ||
      !g_strv_contains((const char *const *)field->ref_kinds, kind->name))
    return bh_place_fail_at(place, "field", "kind %s has no indexed ref \"%s\" to %s", other_name,
                            field_name, kind->name);
  return TRUE;
}

gboolean bh_kind_resolve_each(BhPlace *place, const BhKindSet *set, const BhKind *kind,
                              const char *key, gsize max, BhResolveFunc resolve)
{
  const json_t *elements = NULL;
  if (!bh_place_array(place, kind->declaration, key, FALSE, max, &elements))
    return FALSE;
  g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)elements, index, element) {
    gsize mark = bh_place_enter(place, key);
    bh_place_enter_index(place, index);
    if (!resolve(place, set, kind, element, names))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

static gboolean resolve_directory(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  const char *name = NULL;
  if (!bh_place_name(place, kind->declaration, "directory", FALSE, &name))
    return FALSE;
  if (name == NULL)
    return TRUE;
  const BhField *field = g_hash_table_lookup(kind->field_index, name);
  if (field == NULL || field->type != BH_FIELD_CHOICE || !field->indexed)
    return bh_place_fail_at(place, "directory", "kind %s has no indexed choice \"%s\"", kind->name,
                            name);
  const GPtrArray *kinds = bh_kind_set_list(set);
  for (guint i = 0; i < kinds->len && kinds->pdata[i] != kind; i++)
    if (bh_kind_get_directory(kinds->pdata[i]) != NULL)
      return bh_place_fail_at(place, "directory", "kind %s has it already",
                              bh_kind_get_name(kinds->pdata[i]));
  return TRUE;
}

gboolean bh_kind_resolve_views(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  return resolve_forms(place, kind) && resolve_directory(place, set, kind) &&
         bh_kind_resolve_ledgers(place, set, kind) &&
         bh_worksheet_resolve_lists(place, set, kind) &&
         bh_kind_resolve_each(place, set, kind, "related", RELATED_MAX, resolve_relation);
}

const char *bh_kind_get_directory(const BhKind *kind)
{
  return bh_json_string_or(kind->declaration, "directory", NULL);
}

const BhKind *bh_kind_set_find_directory(const BhKindSet *set)
{
  const GPtrArray *kinds = bh_kind_set_list(set);
  for (guint i = 0; i < kinds->len; i++)
    if (bh_kind_get_directory(kinds->pdata[i]) != NULL)
      return kinds->pdata[i];
  return NULL;
}

static gboolean has_items(const BhKind *kind)
{
  const BhField *field = kind != NULL ? bh_kind_find_field(kind, LIST_ITEMS) : NULL;
  return field != NULL && bh_field_get_type(field) == BH_FIELD_JSON;
}

const BhKind *bh_kind_set_find_list_kind(const BhKindSet *set)
{
  const GPtrArray *kinds = bh_kind_set_list(set);
  for (guint i = 0; i < kinds->len; i++)
    if (has_items(kinds->pdata[i]))
      return kinds->pdata[i];
  return NULL;
}

static gboolean is_directory(const BhKind *kind)
{
  return kind != NULL && bh_kind_get_directory(kind) != NULL;
}

/* Name of the first ref field to one kind only, for which `is_wanted` is TRUE. */
static const char *find_ref(const BhKindSet *set, const BhKind *kind,
                            gboolean (*is_wanted)(const BhKind *))
{
  const GPtrArray *fields = bh_kind_list_fields(kind);
  for (guint i = 0; i < fields->len; i++) {
    const BhField *field = fields->pdata[i];
    if (bh_field_get_type(field) != BH_FIELD_REF)
      continue;
    const char *const *names = bh_field_get_ref_kinds(field);
    if (names[0] != NULL && names[1] == NULL && is_wanted(bh_kind_set_find(set, names[0])))
      return bh_field_get_name(field);
  }
  return NULL;
}

const char *bh_kind_find_subject(const BhKindSet *set, const BhKind *kind)
{
  return find_ref(set, kind, is_directory);
}

const char *bh_kind_find_list(const BhKindSet *set, const BhKind *kind)
{
  return find_ref(set, kind, has_items);
}

GPtrArray *bh_kind_list_form(const BhKind *kind, const char *form)
{
  const json_t *names = json_object_get(json_object_get(kind->declaration, "forms"), form);
  GPtrArray *fields = g_ptr_array_new();
  gsize index;
  json_t *name;
  json_array_foreach((json_t *)names, index, name) {
    g_ptr_array_add(fields, g_hash_table_lookup(kind->field_index, json_string_value(name)));
  }
  return fields;
}

char *bh_source_dup_clauses(const char *source)
{
  g_auto(GStrv) parts = g_strsplit(source != NULL ? source : "", ";", -1);
  g_autoptr(GString) out = g_string_new(NULL);
  for (int i = 0; parts[i] != NULL; i++) {
    const char *part = g_strstrip(parts[i]);
    gboolean is_number = g_str_has_prefix(part, "R-") && g_ascii_isdigit(part[2]);
    if (*part != '\0' && !is_number)
      g_string_append_printf(out, "%s%s", out->len > 0 ? "; " : "", part);
  }
  return g_string_free(g_steal_pointer(&out), FALSE);
}
