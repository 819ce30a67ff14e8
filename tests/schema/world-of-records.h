/* A few records in memory, for tests of conditions and workflows. They use the project's kinds,
 * have names instead of ids, and refer to each other by {"$ref":"name"}. */
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

/* Returns the id of a named record. The string is valid for a few further calls only. */
const char *test_world_id(const char *name);
/* Makes a record, or sets keys of an existing one. `json` may contain {"$ref":name}; the test
 * fails when it is not JSON. */
void test_world_put(TestWorld *world, const char *name, const char *kind, const char *json);
void test_world_unset(TestWorld *world, const char *name, const char *key);
void test_world_remove(TestWorld *world, const char *name);
json_t *test_world_get(TestWorld *world, const char *name);
/* Replaces every {"$ref":name} by the id of that record. */
json_t *test_world_resolve(json_t *value);
/* The context in which the named record is judged. `actor` may be NULL. Borrowed from the
 * world. */
BhContext test_world_context(TestWorld *world, const char *name, const char *actor,
                             const char *today);
