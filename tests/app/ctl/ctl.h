/* Runs the program bihuanctl on the store of a fixture. */
#pragma once

#include "tests/sync/device/fixture.h"

#define PICTURE_SIZE 3000 /* bytes of a picture of write_picture */

typedef struct {
  int code;
  char *out;
  char *err;
} Outcome;

void outcome_clear(Outcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* Runs bihuanctl with the arguments, which end with NULL. */
void run(Outcome *outcome, ...) G_GNUC_NULL_TERMINATED;
/* Fails the test, with what the program wrote, when the exit code is another one. */
void expect_code(const Outcome *outcome, int code);
/* The JSON text that the program wrote, a new reference. */
json_t *parse(const char *text);
/* Writes a file into the folder of the store; returns its path (g_free). */
char *write_file(Fixture *fixture, const char *name, const char *text);
/* Writes the first `size` bytes of a picture of PICTURE_SIZE bytes; returns its path (g_free). */
char *write_picture(Fixture *fixture, const char *name, gsize size);
/* Makes an enrolled store and releases it, so that bihuanctl can open it. */
Fixture *make_store(void);
