/* Starts an inspection: modes, checklist and sections, colleagues, certificate and recusal
 * (FIELD 7), observed now or entered later (FIELD 2). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

/* Key of a draft that has the id of the assigned inspection to which the draft belongs. */
#define BH_START_ASSIGNED "assigned"

#define BH_TYPE_START_PAGE (bh_start_page_get_type())
G_DECLARE_FINAL_TYPE(BhStartPage, bh_start_page, BH, START_PAGE, BhPage)

/* How an enterprise was found, for the inspection that may start there. */
typedef struct {
  char *by;     /* choice of "subject_found_by" */
  char *reason; /* why the enterprise was chosen by hand; NULL: none */
  char *scan;   /* record id of the scan; NULL: none */
} BhFound;
/* Makes a BhFound; arguments are copied. `by` NULL: "list". bh_found_free. */
BhFound *bh_found_new(const char *by, const char *reason, const char *scan);
/* Copies a BhFound; for NULL, makes one with `by` "list". bh_found_free. */
BhFound *bh_found_copy(const BhFound *found);
/* Frees a BhFound; NULL is ignored. */
void bh_found_free(BhFound *found);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFound, bh_found_free)

/* A new inspection of `enterprise` (record id). `found` is copied; NULL: chosen from the list,
 * without a reason. Floating. */
BhPage *bh_start_page_new(const char *enterprise, const BhFound *found);
/* Continues the draft `record` of an inspection that was not started; `values` are those of the
 * draft. Floating. */
BhPage *bh_start_page_new_draft(const char *record, const json_t *values);
/* Starts an inspection that the office has assigned and that has enterprise, modes and lead
 * already. Floating. */
BhPage *bh_start_page_new_assigned(const char *inspection);

G_END_DECLS
