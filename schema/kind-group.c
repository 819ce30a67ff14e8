/* The groups of kinds, under whose headings people choose which record to make. */
#include "schema/kind-internal.h"

#include <string.h>

#define GROUPS_OF_KIND_MAX 40

gboolean bh_kind_parse_groups(BhPlace *place, BhKind *kind)
{
  static const char *const allowed[] = {"name", "label", NULL};
  gsize index;
  json_t *element;
  if (!bh_place_name(place, kind->declaration, "group", FALSE, &kind->group) ||
      !bh_place_array(place, kind->declaration, "groups", FALSE, GROUPS_OF_KIND_MAX, &kind->groups))
    return FALSE;
  json_array_foreach((json_t *)kind->groups, index, element) {
    const char *name = NULL;
    gsize mark = bh_place_enter(place, "groups");
    bh_place_enter_index(place, index);
    if (!bh_place_is_object(place, element, allowed) ||
        !bh_place_name(place, element, "name", TRUE, &name) ||
        !bh_place_label(place, element, "label", TRUE))
      return FALSE;
    bh_place_leave(place, mark);
  }
  return TRUE;
}

void bh_kind_set_link_groups(BhKindSet *set)
{
  for (guint i = 0; i < set->kinds->len; i++) {
    const BhKind *kind = set->kinds->pdata[i];
    json_array_extend(set->groups, (json_t *)kind->groups);
  }
}

/* *index: the place of the first group with this name among those of the set. The result is how
 * many groups have the name. */
static guint find_group(const BhKindSet *set, const char *name, gsize *index)
{
  guint n = 0;
  gsize i;
  json_t *one;
  json_array_foreach(set->groups, i, one) {
    if (strcmp(bh_json_string_or(one, "name", ""), name) == 0 && n++ == 0)
      *index = i;
  }
  return n;
}

gboolean bh_kind_resolve_groups(BhPlace *place, const BhKindSet *set, const BhKind *kind)
{
  gsize at = 0;
  gsize index;
  json_t *element;
  json_array_foreach((json_t *)kind->groups, index, element) {
    const char *name = bh_json_string_or(element, "name", "");
    gsize mark = bh_place_enter(place, "groups");
    bh_place_enter_index(place, index);
    if (find_group(set, name, &at) > 1)
      return bh_place_fail_at(place, "name", "duplicate group \"%s\"", name);
    bh_place_leave(place, mark);
  }
  return kind->group == NULL || find_group(set, kind->group, &at) > 0 ||
         bh_place_fail_at(place, "group", "no kind declares the group \"%s\"", kind->group);
}

guint bh_kind_get_group(const BhKind *kind)
{
  gsize index = 0;
  return kind->group != NULL && find_group(kind->set, kind->group, &index) > 0 ? (guint)index + 1
                                                                               : 0;
}

const char *bh_kind_get_group_label(const BhKind *kind, const char *lang)
{
  guint group = bh_kind_get_group(kind);
  return group == 0
             ? ""
             : bh_label_pick(json_object_get(json_array_get(kind->set->groups, group - 1), "label"),
                             lang, kind->group);
}

GPtrArray *bh_kind_set_list_by_group(const BhKindSet *set)
{
  g_autoptr(GPtrArray) kinds = bh_kind_set_list_in_order(set);
  GPtrArray *out = g_ptr_array_new();
  gsize n_groups = json_array_size(set->groups);
  for (gsize group = 1; group <= n_groups + 1; group++)
    for (guint i = 0; i < kinds->len; i++)
      if (bh_kind_get_group(kinds->pdata[i]) == (group <= n_groups ? group : 0))
        g_ptr_array_add(out, kinds->pdata[i]);
  return out;
}
