/* Starts an inspection: kinds of inspection, list and sections, colleagues, certificate
 * and recusal (FIELD 7), observed or entered later (FIELD 2). */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_START_PAGE (bh_start_page_get_type())
G_DECLARE_FINAL_TYPE(BhStartPage, bh_start_page, BH, START_PAGE, BhPage)

BhPage *bh_start_page_new(const char *enterprise, const char *reason);
/* For an inspection that the office has assigned: enterprise, kinds and lead are given. */
BhPage *bh_start_page_new_for(const char *inspection);

G_END_DECLS
