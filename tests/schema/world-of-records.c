#include "tests/schema/world-of-records.h"

#include "schema/paths.h"

TestWorld *test_world_new(void)
{
  /* The kinds are loaded once, because a test makes hundreds of worlds. */
  static BhKindSet *kinds = NULL;
  g_autoptr(GError) error = NULL;
  TestWorld *world = g_new0(TestWorld, 1);
  if (kinds == NULL) {
    g_autofree char *dir = bh_data_path("schema", "kinds", NULL);
    kinds = bh_kind_set_load_dir(dir, &error);
    assert_no_error(error);
  }
  world->kinds = bh_kind_set_ref(kinds);
  world->values =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
  world->kind_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  return world;
}

void test_world_free(TestWorld *world)
{
  bh_kind_set_unref(world->kinds);
  g_hash_table_unref(world->values);
  g_hash_table_unref(world->kind_names);
  g_free(world);
}

const char *test_world_id(const char *name)
{
  static char ids[8][BH_ID_LEN + 1];
  static guint next = 0;
  char *id = ids[next++ % G_N_ELEMENTS(ids)];
  bh_id_from_name("samples", name, id);
  return id;
}

json_t *test_world_resolve(json_t *value)
{
  if (json_is_object(value)) {
    const char *name = json_string_value(json_object_get(value, "$ref"));
    if (name != NULL)
      return json_string(test_world_id(name));
    json_t *copy = json_object();
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member) {
      json_object_set_new(copy, key, test_world_resolve(member));
    }
    return copy;
  }
  if (json_is_array(value)) {
    json_t *copy = json_array();
    for (gsize i = 0; i < json_array_size(value); i++)
      json_array_append_new(copy, test_world_resolve(json_array_get(value, i)));
    return copy;
  }
  return json_deep_copy(value);
}

void test_world_put(TestWorld *world, const char *name, const char *kind, const char *json)
{
  /* A later member of the same name overrides an earlier one, so a case can extend another. */
  g_autoptr(json_t) raw = json_loads(json, 0, NULL);
  if (raw == NULL)
    fail_msg("%s is not JSON: %s", name, json);
  g_autoptr(json_t) values = test_world_resolve(raw);
  json_t *old = g_hash_table_lookup(world->values, test_world_id(name));
  if (old != NULL) {
    json_object_update(old, values);
    return;
  }
  g_hash_table_insert(world->values, g_strdup(test_world_id(name)), json_incref(values));
  g_hash_table_insert(world->kind_names, g_strdup(test_world_id(name)), g_strdup(kind));
}

json_t *test_world_get(TestWorld *world, const char *name)
{
  return g_hash_table_lookup(world->values, test_world_id(name));
}

void test_world_unset(TestWorld *world, const char *name, const char *key)
{
  json_object_del(test_world_get(world, name), key);
}

void test_world_remove(TestWorld *world, const char *name)
{
  g_hash_table_remove(world->kind_names, test_world_id(name));
  g_hash_table_remove(world->values, test_world_id(name));
}

static const json_t *lookup(const char *record, gpointer data)
{
  TestWorld *world = data;
  return g_hash_table_lookup(world->values, record);
}

static const char *get_kind(const char *record, gpointer data)
{
  TestWorld *world = data;
  return g_hash_table_lookup(world->kind_names, record);
}

static json_t *children(const char *record, const char *kind, gpointer data)
{
  TestWorld *world = data;
  json_t *found = json_array();
  const char *parent = bh_kind_get_parent_field(bh_kind_set_find(world->kinds, kind));
  GHashTableIter iter;
  gpointer id, name;
  g_hash_table_iter_init(&iter, world->kind_names);
  while (g_hash_table_iter_next(&iter, &id, &name)) {
    json_t *values = g_hash_table_lookup(world->values, id);
    if (g_str_equal(name, kind) &&
        g_strcmp0(json_string_value(json_object_get(values, parent)), record) == 0)
      json_array_append(found, values);
  }
  return found;
}

BhContext test_world_context(TestWorld *world, const char *name, const char *actor,
                             const char *today)
{
  GHashTableIter iter;
  gpointer id, values;
  BhContext context = {
      .today = today, .lookup = lookup, .kind_of = get_kind, .children = children, .data = world};
  g_hash_table_iter_init(&iter, world->values);
  while (g_hash_table_iter_next(&iter, &id, &values)) {
    if (g_str_equal(id, test_world_id(name))) {
      context.record = id;
      context.values = values;
    }
    if (actor != NULL && g_str_equal(id, test_world_id(actor))) {
      context.actor = id;
      context.actor_values = values;
    }
  }
  return context;
}
