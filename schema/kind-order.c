/* Where a kind stands among others, as its declaration says: on a page, in a case, and when records
 * of several kinds are written one after another. */
#include "schema/kind-internal.h"

#include <string.h>

#define ORDER_MAX 999 /* kinds that give no order come after */

/* --- declaration --- */

/* *out: the index in `words` (NULL-terminated) of the text of the member `key`; 0 when the member
 * is absent. FALSE with the error of `place` set for another text. */
static gboolean parse_word(BhPlace *place, const BhKind *kind, const char *key,
                           const char *const *words, guint *out)
{
  const char *word = NULL;
  if (!bh_place_string(place, kind->declaration, key, FALSE, 16, &word))
    return FALSE;
  *out = 0;
  for (guint i = 1; word != NULL && words[i] != NULL; i++)
    if (strcmp(words[i], word) == 0)
      *out = i;
  g_autofree char *known = g_strjoinv(", ", (char **)words + 1);
  return word == NULL || *out != 0 || bh_place_fail_at(place, key, "must be one of %s", known);
}

gboolean bh_kind_parse_order(BhPlace *place, BhKind *kind)
{
  static const char *const at_parent[] = {[BH_AT_PARENT_AFTER] = "",
                                          [BH_AT_PARENT_BEFORE] = "before",
                                          [BH_AT_PARENT_APART] = "apart",
                                          NULL};
  static const char *const in_case[] = {
      [BH_IN_CASE_NOT] = "",          [BH_IN_CASE_NAMED] = "named",
      [BH_IN_CASE_OPENED] = "opened", [BH_IN_CASE_WITH_PARENT] = "with_parent",
      [BH_IN_CASE_ROOT] = "root",     NULL};
  guint at_parent_word = 0;
  guint in_case_word = 0;
  kind->order = ORDER_MAX + 1;
  if (!bh_place_int(place, kind->declaration, "order", 1, ORDER_MAX, &kind->order) ||
      !parse_word(place, kind, "at_parent", at_parent, &at_parent_word) ||
      !parse_word(place, kind, "in_case", in_case, &in_case_word))
    return FALSE;
  kind->at_parent = at_parent_word;
  kind->in_case = in_case_word;
  if (in_case_word == BH_IN_CASE_NAMED && json_object_get(kind->declaration, "visible") != NULL)
    return bh_place_fail_at(place, "in_case", "a kind with \"visible\" cannot have \"named\"");
  if (in_case_word == BH_IN_CASE_NAMED && kind->inherits)
    return bh_place_fail_at(place, "in_case", "a kind with \"inherits\" cannot have \"named\"");
  if (in_case_word == BH_IN_CASE_ROOT && kind->parent != NULL)
    return bh_place_fail_at(place, "in_case", "a kind with \"parent\" cannot have \"root\"");
  if (kind->parent != NULL)
    return TRUE;
  if (at_parent_word != 0)
    return bh_place_fail_at(place, "at_parent", "needs the member \"parent\" of the kind");
  return in_case_word != BH_IN_CASE_WITH_PARENT ||
         bh_place_fail_at(place, "in_case", "needs the member \"parent\" of the kind");
}

BhAtParent bh_kind_get_at_parent(const BhKind *kind)
{
  return kind->at_parent;
}

BhInCase bh_kind_get_in_case(const BhKind *kind)
{
  return kind->in_case;
}

/* --- lists --- */

static gint compare_order(gconstpointer a, gconstpointer b)
{
  const BhKind *left = *(const BhKind *const *)a;
  const BhKind *right = *(const BhKind *const *)b;
  return left->order != right->order ? (left->order < right->order ? -1 : 1)
                                     : strcmp(left->name, right->name);
}

GPtrArray *bh_kind_set_list_in_order(const BhKindSet *set)
{
  GPtrArray *kinds = g_ptr_array_copy((GPtrArray *)bh_kind_set_list(set), NULL, NULL);
  g_ptr_array_set_free_func(kinds, NULL);
  g_ptr_array_sort(kinds, compare_order);
  return kinds;
}

/* Appends the kinds to which `kind` refers, then `kind` itself. A kind in `seen` was appended
 * already, so that circles end. */
static void add_behind_refs(const BhKindSet *set, const BhKind *kind, GHashTable *seen,
                            GPtrArray *out)
{
  if (kind == NULL || !g_hash_table_add(seen, (gpointer)kind))
    return;
  for (guint i = 0; i < kind->fields->len; i++) {
    const BhField *field = kind->fields->pdata[i];
    for (gsize j = 0; field->ref_kinds != NULL && field->ref_kinds[j] != NULL; j++)
      add_behind_refs(set, bh_kind_set_find(set, field->ref_kinds[j]), seen, out);
  }
  g_ptr_array_add(out, (gpointer)kind);
}

GPtrArray *bh_kind_set_list_by_refs(const BhKindSet *set)
{
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_in_order(set);
  g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);
  GPtrArray *out = g_ptr_array_new();
  for (guint i = 0; i < kinds->len; i++)
    add_behind_refs(set, kinds->pdata[i], seen, out);
  return out;
}
