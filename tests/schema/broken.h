/* Two sound declarations for tests that break one thing in them. Texts are JSON with ' for ". */
#pragma once

#include "schema/kind.h"
#include "tests/schema/support.h"

/* The two declarations, as the quoted text of a kind set. */
extern const char test_sound_kinds[];
/* The value of a quoted text, a new reference; the test fails when it is not JSON. */
json_t *test_parse_quoted(const char *quoted);
/* Sets the member at a path like "kinds/1/fields/0/type"; NULL removes it; "+" appends. */
void test_change(json_t *root, const char *path, const char *quoted);
/* Loads a kind set; NULL with the error of bh_kind_set_from_text. */
BhKindSet *test_load_kinds(const json_t *root, GError **error);

/* A change, and a part of the error that it must give. */
typedef struct {
  const char *path, *value, *error;
} TestBroken;
/* Asserts that each of the changes, made alone, is refused with its error. */
void test_try_broken(const TestBroken *cases, gsize count);
