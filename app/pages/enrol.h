/* First page of a fresh device: the one-time text of the hub, scanned or pasted. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_ENROL_PAGE (bh_enrol_page_get_type())
G_DECLARE_FINAL_TYPE(BhEnrolPage, bh_enrol_page, BH, ENROL_PAGE, BhPage)

BhPage *bh_enrol_page_new(void);

G_END_DECLS
