/* An enterprise by name, with the reason why it was chosen by hand (FIELD 12); also to bind a
 * blank plaque to, and to put a wrongly chosen subject right before signing (FIELD 4). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_FIND_PAGE (bh_find_page_get_type())
G_DECLARE_FINAL_TYPE(BhFindPage, bh_find_page, BH, FIND_PAGE, BhPage)

/* What the chosen enterprise is for. All NULL or 0: to inspect it. */
typedef struct {
  const char *plaque;     /* text of a blank plaque to bind */
  gint64 serial;          /* and its serial */
  const char *inspection; /* inspection to re-target */
  const json_t *visit;    /* and all of it, as bh_visit_load gives it; for the subject page */
  const json_t *lists;    /* rows of the checklists on this device; likewise */
} BhFindTask;
/* Operations that bind the plaque to `enterprise`. */
json_t *bh_find_task_dup_bind(BhSession *session, const char *plaque, gint64 serial,
                              const char *enterprise);

/* `task` is copied. */
BhPage *bh_find_page_new(const BhFindTask *task);

G_END_DECLS
