/* Records a provisional enterprise: a person or place that is in no list (FIELD 12). */
#pragma once

#include "app/page.h"
#include "app/visit/find.h"

G_BEGIN_DECLS

#define BH_TYPE_SUBJECT_PAGE (bh_subject_page_get_type())
G_DECLARE_FINAL_TYPE(BhSubjectPage, bh_subject_page, BH, SUBJECT_PAGE, BhPage)

/* `task` (copied) says what the enterprise is for; `name` may be "", `reason` says why it was
 * chosen. Floating. */
BhPage *bh_subject_page_new(const BhFindTask *task, const char *name, const char *reason);

G_END_DECLS
