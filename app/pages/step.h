/* One step of a record's workflow, made from its declaration: the fields that it asks for or that
 * its guards need, the pictures they need, and one button. The page is used for all steps without a
 * page of their own. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_STEP_PAGE (bh_step_page_get_type())
G_DECLARE_FINAL_TYPE(BhStepPage, bh_step_page, BH, STEP_PAGE, BhPage)

/* `record`: id of the record; `to`: the state to which the step leads; `title`: the label of the
 * button that opened the page. All are copied. Floating. */
BhPage *bh_step_page_new(const char *record, const char *to, const char *title);

G_END_DECLS
