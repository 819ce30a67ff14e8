/* Settings of the office and the calendar, read from their records (schema/setting-values.h). */
#pragma once

#include "schema/setting-values.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Reads the settings; bh_setting_values_unref. A record that cannot be read is left out with a
 * warning. NULL: the store failed. */
BhSettingValues *bh_settings_store_load(BhDb *db, GError **error);
/* *version: changes whenever a record of a setting or calendar changes. */
gboolean bh_settings_store_get_version(BhDb *db, gint64 *version, GError **error);
/* Sets the version, when such a record was written at this position. Inside the transaction. */
gboolean bh_settings_store_set_version(BhDb *db, gint64 version, GError **error);

G_END_DECLS
