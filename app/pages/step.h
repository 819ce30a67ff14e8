/* One step of a record's workflow, made from its declaration: the fields it asks for or its guards
 * look at, the pictures they want, and one button. For every step that has no page of its own. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_STEP_PAGE (bh_step_page_get_type())
G_DECLARE_FINAL_TYPE(BhStepPage, bh_step_page, BH, STEP_PAGE, BhPage)

/* `title`: the words on the button that leads here. */
BhPage *bh_step_page_new(const char *record, const char *to, const char *title);

G_END_DECLS
