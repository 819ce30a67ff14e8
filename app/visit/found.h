/* How an enterprise was found, for the inspection that may start there: passed from page to page.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *by;     /* one of the choices of the field "subject_found_by" */
  char *reason; /* why the enterprise was chosen by hand; NULL: it was not */
  char *scan;   /* record id of the scan that found the enterprise; NULL: none */
} BhFound;

/* A note of how an enterprise was found. All arguments are copied; `by` NULL: "list".
 * bh_found_free. */
BhFound *bh_found_new(const char *by, const char *reason, const char *scan);
/* A copy of `found`; with NULL, a new BhFound whose `by` is "list". bh_found_free. */
BhFound *bh_found_copy(const BhFound *found);
/* Frees the structure; NULL is ignored. */
void bh_found_free(BhFound *found);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFound, bh_found_free)

G_END_DECLS
