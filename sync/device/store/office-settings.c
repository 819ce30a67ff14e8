/* Reads the records of settings, calendars and codes (office-settings.h). */
#include "sync/device/store/office-settings.h"

#include "schema/codes.h"
#include "sync/device/store/records-store.h"
#include "sync/device/store/views.h"

static void forget(BhDevice *device)
{
  device->settings_version++;
  g_clear_pointer(&device->settings, bh_setting_values_unref);
}

void bh_office_settings_attach(BhDevice *device)
{
  static const BhDeviceHook hook = {.forget = forget};
  bh_device_add_hook(device, &hook);
}

void bh_office_settings_note(BhDevice *device, const char *kind)
{
  if (bh_setting_values_has_kind(kind))
    forget(device);
}

const BhSettingValues *bh_office_settings_get(BhDevice *device)
{
  if (device->settings != NULL)
    return device->settings;
  g_autoptr(GError) failed = NULL;
  g_autoptr(json_t) ids =
      bh_records_store_list_settings(device, BH_SETTINGS_MAX, BH_CODES_MAX, &failed);
  g_autoptr(GHashTable) views = ids != NULL ? bh_views_load(device, ids, &failed) : NULL;
  if (views == NULL) {
    g_warning("store: settings cannot be read: %s", failed->message);
    return NULL;
  }
  g_autoptr(BhSettingValues) settings = bh_setting_values_new();
  gsize i;
  json_t *id;
  json_array_foreach(ids, i, id) {
    BhView *view = g_hash_table_lookup(views, json_string_value(id));
    if (view != NULL)
      bh_setting_values_add(settings, bh_record_get_kind(view->record), json_string_value(id),
                            bh_view_get_values(view));
  }
  device->settings = g_steal_pointer(&settings);
  return device->settings;
}

BhSettingValues *bh_device_dup_settings(BhDevice *device)
{
  const BhSettingValues *settings =
      bh_device_ready(device, NULL) ? bh_office_settings_get(device) : NULL;
  return settings != NULL ? bh_setting_values_ref((BhSettingValues *)settings) : NULL;
}

json_t *bh_device_list_codes(BhDevice *device, GError **error)
{
  if (!bh_device_ready(device, error))
    return NULL;
  g_autoptr(json_t) ids = bh_records_store_list_settings(device, 0, BH_CODES_MAX, error);
  g_autoptr(GHashTable) views = ids != NULL ? bh_views_load(device, ids, error) : NULL;
  json_t *out = views != NULL ? json_array() : NULL;
  gsize i;
  json_t *id;
  json_array_foreach(views != NULL ? ids : NULL, i, id) {
    BhView *view = g_hash_table_lookup(views, json_string_value(id));
    if (view != NULL)
      json_array_append_new(
          out, json_pack("{s:O, s:O}", "id", id, "values", (json_t *)bh_view_get_values(view)));
  }
  return out;
}
