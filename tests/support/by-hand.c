/* The kinds with lists of parents by hand. */
#include "tests/support/by-hand.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "schema/json.h"
#include "schema/paths.h"

static gboolean is_of_office(const json_t *kind, const GHashTable *office)
{
  return strcmp(bh_json_string_or(kind, "scope", ""), "office") == 0 ||
         g_hash_table_contains((GHashTable *)office, bh_json_string_or(kind, "parent", ""));
}

/* Removes the kinds of the office from the kinds that a word names. */
static void drop_named(json_t *names, const GHashTable *office)
{
  for (gsize i = json_array_size(names); i-- > 0;)
    if (g_hash_table_contains((GHashTable *)office, json_string_value(json_array_get(names, i))))
      json_array_remove(names, i);
}

/* Removes the kinds of the office, those below them, and what names them: a list by hand cannot
 * have them, because only what inherits may be below them. */
static void drop_office(json_t *kinds, json_t *by_hand)
{
  g_autoptr(GHashTable) office = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  gsize i, k;
  json_t *kind, *lists;
  const char *name;
  for (guint before = G_MAXUINT; before != g_hash_table_size(office);) {
    before = g_hash_table_size(office);
    json_array_foreach(kinds, i, kind) {
      if (is_of_office(kind, office))
        g_hash_table_add(office, g_strdup(bh_json_string_or(kind, "kind", "")));
    }
  }
  for (i = json_array_size(kinds); i-- > 0;) {
    json_object_del(json_array_get(kinds, i), "related");
    json_array_foreach(json_object_get(json_array_get(kinds, i), "transitions"), k, lists) {
      json_object_del(lists, "opens");
    }
    if (g_hash_table_contains(office, bh_json_string_or(json_array_get(kinds, i), "kind", "")))
      json_array_remove(kinds, i);
  }
  json_array_foreach(kinds, i, kind) {
    json_array_foreach(json_object_get(kind, "fields"), k, lists) {
      drop_named(json_object_get(lists, "ref_kinds"), office);
    }
    json_array_foreach(json_object_get(kind, "create"), k, lists) {
      drop_named(json_object_get(lists, "from"), office);
    }
  }
  json_object_foreach(by_hand, name, lists) {
    drop_named(json_object_get(lists, "ref_kinds"), office);
  }
}

BhKindSet *test_make_kinds_by_hand(const BhKindSet *kinds)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = bh_data_path("tests", "schema", "fixtures", "parents-by-hand.json", NULL);
  g_autoptr(json_t) by_hand = bh_json_load_file(path, 64 * 1024, &error);
  g_autoptr(json_t) set = json_loads(bh_kind_set_get_text(kinds), 0, NULL);
  gsize i, changed = 0;
  json_t *kind, *list = json_object_get(set, "kinds");
  assert_non_null(by_hand);
  drop_office(list, by_hand);
  json_array_foreach(list, i, kind) {
    json_t *lists = json_object_get(by_hand, bh_json_string_or(kind, "kind", ""));
    if (lists == NULL)
      continue;
    assert_true(json_is_true(json_object_get(kind, "inherits")));
    json_object_del(kind, "inherits");
    json_object_update(kind, lists);
    json_object_del(kind, "ref_kinds");
    json_t *parents = json_object_get(lists, "ref_kinds");
    if (parents != NULL)
      json_object_set(json_array_get(json_object_get(kind, "fields"), 0), "ref_kinds", parents);
    changed++;
  }
  assert_int_equal(changed, json_object_size(by_hand));
  g_autofree char *text = bh_json_dump_sorted(set);
  BhKindSet *out = bh_kind_set_from_text(text, strlen(text), &error);
  if (out == NULL)
    fail_msg("%s", error->message);
  return out;
}
