/* Text size, colours, idle lock, self-check, and facts about this device. */
#pragma once

#include "app/page.h"

G_BEGIN_DECLS

#define BH_TYPE_SETTINGS_PAGE (bh_settings_page_get_type())
G_DECLARE_FINAL_TYPE(BhSettingsPage, bh_settings_page, BH, SETTINGS_PAGE, BhPage)

/* Makes the page; floating. */
BhPage *bh_settings_page_new(void);

G_END_DECLS
