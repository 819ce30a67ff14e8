/* Signed text for tests in which a visit ends or a paper is drafted on the way to something else:
 * minimal frozen fields. */
#pragma once

#include <string.h>

#include "schema/entry.h"

#define TEST_SIGNED_SHA256 "f9f72dc5d4d6362b6c7401ba732ecf53f6ac73e3e919c772b74478b8281b50fa"

static inline json_t *test_signed_facts(void)
{
  return json_pack("{s:i}", "paper", 1);
}

/* Adds the text and its digest to an operation that ends a visit or drafts a paper, unless it has
 * them. */
static inline void test_add_signed_text(BhBodyBuilder *builder, const char *record,
                                        const char *kind, const json_t *set)
{
  const char *state = bh_json_string_or(set, "state", "");
  gboolean ends = strcmp(kind, "inspection") == 0 &&
                  (strcmp(state, "signed") == 0 || strcmp(state, "refused_sign") == 0 ||
                   strcmp(state, "unsigned") == 0);
  gboolean drafts = strcmp(kind, "document") == 0 && strcmp(state, "draft") == 0;
  if ((!ends && !drafts) || json_object_get(set, "signed_sha256") != NULL)
    return;
  g_autoptr(json_t) facts = test_signed_facts();
  g_autoptr(json_t) sha256 = json_string(TEST_SIGNED_SHA256);
  bh_body_builder_set(builder, record, kind, ends ? "signed_facts" : "frozen", facts, TRUE, NULL);
  bh_body_builder_set(builder, record, kind, "signed_sha256", sha256, FALSE, NULL);
}
