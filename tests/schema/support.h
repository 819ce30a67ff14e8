/* Shared by the tests of this folder: clocks and random bytes that repeat, ids made of a number, a
 * signer, and functions that make operations. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include "schema/entry.h"
#include "schema/error.h"
#include "schema/merge.h"

/* xorshift generator: the same seed gives the same bytes on every machine. */
typedef struct {
  guint64 state;
} TestRandom;

void test_random_fill(gpointer data, void *bytes, gsize size);
guint64 test_random_next(TestRandom *random);
guint test_random_below(TestRandom *random, guint n);

typedef struct {
  gint64 wall_ms;
  gint64 boot_ms;
} TestClock;
BhClock test_clock_wrap(TestClock *clock);

/* Ids "00000000-0000-7000-8000-%012x"; they sort like their numbers. */
const char *test_id(guint number);

/* Signers with fixed keys, for a hub and for devices; free with bh_signer_free. */
BhSigner *test_signer(guint number);

/* A fixed wall clock: 2026-11-21T18:59 UTC+8. */
BhEntryClock test_entry_clock(void);

/* Makes a body with a single set, through the same text form in which a body arrives. `was` ends
 * with NULL. */
BhBody *test_body_with_set(const char *entry, const char *record, const char *kind, const char *key,
                           json_t *value, gboolean personal, const char *const *was);

/* Returns `head`, then `piece` n times, then `tail`. */
GString *test_repeat(const char *head, const char *piece, guint n, const char *tail);

#define assert_error(error, wanted)                                                                \
  do {                                                                                             \
    assert_non_null(error);                                                                        \
    if (!g_error_matches(error, BH_ERROR, wanted))                                                 \
      fail_msg("not %s but: %s", #wanted, (error)->message);                                       \
    g_clear_error(&(error));                                                                       \
  } while (0)
#define assert_no_error(error)                                                                     \
  do {                                                                                             \
    if ((error) != NULL)                                                                           \
      fail_msg("%s", (error)->message);                                                            \
  } while (0)
