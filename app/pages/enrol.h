/* Enrols the device with the one-time text of a hub, scanned or pasted: the first page of a new
 * device. The page also takes the new address of the hub of an enrolled device. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_ENROL_PAGE (bh_enrol_page_get_type())
G_DECLARE_FINAL_TYPE(BhEnrolPage, bh_enrol_page, BH, ENROL_PAGE, BhPage)

/* The page for a device that is not enrolled. Floating. */
BhPage *bh_enrol_page_new(void);
/* The page for an enrolled device: an enrolment text of its hub gives the new address, a text of
 * another hub is refused. Floating. */
BhPage *bh_enrol_page_new_moved(void);

G_END_DECLS
