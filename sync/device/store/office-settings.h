/* Settings of the office and the calendar on this device: the records that the hub sent
 * (schema/setting-values.h). */
#pragma once

#include "schema/setting-values.h"
#include "sync/device/store/core.h"

G_BEGIN_DECLS

/* Registers that settings are read again whenever the device is read into memory again. Once,
 * before the first bh_device_reload. */
void bh_office_settings_attach(BhDevice *device);
/* The settings, read when they are first needed; borrowed until a record of a setting changes or a
 * transaction is rolled back. NULL when they cannot be read. */
const BhSettingValues *bh_office_settings_get(BhDevice *device);
/* Must be called when a record of the kind is written or removed. */
void bh_office_settings_note(BhDevice *device, const char *kind);

G_END_DECLS
