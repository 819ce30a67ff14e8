/* The file of an enterprise: identity, open hazards, last visits, licences. */
#pragma once

#include "app/page.h"
#include "app/visit/found.h"

G_BEGIN_DECLS

#define BH_TYPE_ENTERPRISE_PAGE (bh_enterprise_page_get_type())
G_DECLARE_FINAL_TYPE(BhEnterprisePage, bh_enterprise_page, BH, ENTERPRISE_PAGE, BhPage)

/* Makes the page. `id`: record id, copied. `found` says how the enterprise was found; taken over.
 * Floating. */
BhPage *bh_enterprise_page_new(const char *id, BhFound *found);

G_END_DECLS
