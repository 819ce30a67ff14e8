/* A few records in memory, for tests of conditions and workflows: the project's kinds, records by
 * a name, refs between them written {"$ref":"name"}, and the context in which one is judged. */
#pragma once

#include "schema/kind.h"
#include "schema/workflow.h"
#include "tests/schema/support.h"

typedef struct {
  BhKindSet *kinds;
  GHashTable *values; /* id → json_t* */
  GHashTable *kind_names;
} TestWorld;

/* Loads schema/kinds of the source tree. */
TestWorld *test_world_new(void);
void test_world_free(TestWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestWorld, test_world_free)

/* Id of a named record; a few strings at a time. */
const char *test_world_id(const char *name);
/* Puts a record, or sets keys of one that is there. `json` may hold {"$ref":name}. Fails the test
 * when it is not JSON. */
void test_world_put(TestWorld *world, const char *name, const char *kind, const char *json);
void test_world_unset(TestWorld *world, const char *name, const char *key);
void test_world_remove(TestWorld *world, const char *name);
json_t *test_world_get(TestWorld *world, const char *name);
/* Replaces every {"$ref":name} by the id. */
json_t *test_world_resolve(json_t *value);
/* `actor` may be NULL. Borrowed from the world. */
BhContext test_world_context(TestWorld *world, const char *name, const char *actor,
                             const char *today);
