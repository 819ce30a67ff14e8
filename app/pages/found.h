/* How an enterprise was found, for the inspection that may start there: passed from page to page.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *by;     /* choice of "subject_found_by" */
  char *reason; /* why it was chosen by hand; NULL without one */
  char *scan;   /* record of the scan; NULL without one */
} BhFound;

/* All arguments are copied; `by` NULL: "list". bh_found_free. */
BhFound *bh_found_new(const char *by, const char *reason, const char *scan);
/* A copy; of NULL, one with "list". bh_found_free. */
BhFound *bh_found_copy(const BhFound *found);
/* NULL is ignored. */
void bh_found_free(BhFound *found);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFound, bh_found_free)

G_END_DECLS
