/* A loaded kind set: immutable and reference-counted. kind-load.c reads it. */
#include "schema/kind-internal.h"

static void kind_set_free(BhKindSet *set)
{
  g_clear_pointer(&set->settings, g_hash_table_unref);
  g_clear_pointer(&set->setting_choices, json_decref);
  g_clear_pointer(&set->list_choices, json_decref);
  g_clear_pointer(&set->groups, json_decref);
  g_clear_pointer(&set->index, g_hash_table_unref);
  g_clear_pointer(&set->computed, g_hash_table_unref);
  g_clear_pointer(&set->kinds, g_ptr_array_unref);
  g_clear_pointer(&set->declarations, json_decref);
  g_free(set->text);
  g_free(set->hash);
  g_free(set);
}

BhKindSet *bh_kind_set_ref(BhKindSet *set)
{
  g_atomic_ref_count_inc(&set->refs);
  return set;
}

void bh_kind_set_unref(BhKindSet *set)
{
  if (g_atomic_ref_count_dec(&set->refs))
    kind_set_free(set);
}

const char *bh_kind_set_get_hash(const BhKindSet *set)
{
  return set->hash;
}

/* Of a set from a store the text is made when somebody asks for it, which a device seldom does: it
 * takes half a megabyte. */
const char *bh_kind_set_get_text(const BhKindSet *set)
{
  BhKindSet *self = (BhKindSet *)set;
  char *text = g_atomic_pointer_get(&self->text);
  if (text != NULL)
    return text;
  text = bh_json_dump_sorted(set->declarations);
  if (g_atomic_pointer_compare_and_exchange(&self->text, NULL, text))
    return text;
  g_free(text); /* another thread was first */
  return g_atomic_pointer_get(&self->text);
}

const BhKind *bh_kind_set_find(const BhKindSet *set, const char *kind)
{
  return kind != NULL ? g_hash_table_lookup(set->index, kind) : NULL;
}

const GPtrArray *bh_kind_set_list(const BhKindSet *set)
{
  return set->kinds;
}
