/* Finds an enterprise by name, with the reason why it is chosen by hand (FIELD 12). The page is
 * also used to bind a blank plaque, and to correct the enterprise of an inspection before signing
 * (FIELD 4). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_FIND_PAGE (bh_find_page_get_type())
G_DECLARE_FINAL_TYPE(BhFindPage, bh_find_page, BH, FIND_PAGE, BhPage)

/* What the chosen enterprise is for. With all members NULL or 0, the chosen enterprise will be
 * inspected. */
typedef struct {
  const char *plaque;     /* text of a blank plaque to bind */
  gint64 serial;          /* serial of the plaque */
  const char *inspection; /* inspection to move to the enterprise */
  const json_t *visit;    /* `inspection` as bh_visit_load gives it; for the subject page */
  const json_t *lists;    /* rows of the checklists on this device; for the subject page */
} BhFindTask;
/* Operations that bind the plaque to `enterprise`; a new reference. */
json_t *bh_find_task_dup_bind(BhSession *session, const char *plaque, gint64 serial,
                              const char *enterprise);

/* Makes the page. `task` is copied. Floating. */
BhPage *bh_find_page_new(const BhFindTask *task);

G_END_DECLS
