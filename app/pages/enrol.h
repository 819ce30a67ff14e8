/* Enrols the device with the one-time text of a hub, scanned or pasted: the first page of a new
 * device. Also for a device whose hub has a new address. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_ENROL_PAGE (bh_enrol_page_get_type())
G_DECLARE_FINAL_TYPE(BhEnrolPage, bh_enrol_page, BH, ENROL_PAGE, BhPage)

/* For a device that is not enrolled. Floating. */
BhPage *bh_enrol_page_new(void);
/* For an enrolled device: a text of the same hub gives its new address, one of another hub is
 * refused. Floating. */
BhPage *bh_enrol_page_new_moved(void);

G_END_DECLS
