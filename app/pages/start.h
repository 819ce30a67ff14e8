/* Starts an inspection: kinds of inspection, list and sections, colleagues, certificate
 * and recusal (FIELD 7), observed or entered later (FIELD 2). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Key of a draft: the assigned inspection that it is about. */
#define BH_START_ASSIGNED "assigned"

#define BH_TYPE_START_PAGE (bh_start_page_get_type())
G_DECLARE_FINAL_TYPE(BhStartPage, bh_start_page, BH, START_PAGE, BhPage)

/* How an enterprise was found, for the inspection that may begin there. */
typedef struct {
  char *by;     /* choice of "subject_found_by" */
  char *reason; /* why it was chosen by hand; NULL when nobody gave one */
  char *scan;   /* record of the scan; NULL without one */
} BhFound;
/* All copied; `by` NULL stands for "list". Free with bh_found_free. */
BhFound *bh_found_new(const char *by, const char *reason, const char *scan);
BhFound *bh_found_copy(const BhFound *found);
void bh_found_free(BhFound *found);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFound, bh_found_free)

/* `found` is copied; NULL: chosen from the list, nobody said why. */
BhPage *bh_start_page_new(const char *enterprise, const BhFound *found);
/* Goes on with what was typed for a visit that was not begun: `record` of the draft, and its
 * values. */
BhPage *bh_start_page_new_draft(const char *record, const json_t *values);
/* For an inspection that the office has assigned: enterprise, kinds and lead are given. */
BhPage *bh_start_page_new_assigned(const char *inspection);

G_END_DECLS
