/* The one-time text of the hub, scanned or pasted: first page of a fresh device, or for a device
 * whose hub has moved. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_ENROL_PAGE (bh_enrol_page_get_type())
G_DECLARE_FINAL_TYPE(BhEnrolPage, bh_enrol_page, BH, ENROL_PAGE, BhPage)

BhPage *bh_enrol_page_new(void);
/* The device is enrolled: a new text of the same hub gives its new address, one of another hub is
 * refused. */
BhPage *bh_enrol_page_new_moved(void);

G_END_DECLS
