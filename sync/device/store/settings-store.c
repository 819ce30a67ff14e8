/* Settings: texts by name, kept in the store. */
#include "sync/device/store/core.h"

#include "sync/db/params.h"

char *bh_setting_dup(BhDevice *device, const char *name)
{
  char *value = NULL;

  bh_db_dup_text(device->db, "SELECT value FROM setting WHERE name = :name",
                 BH_PARAMS(bh_param_text("name", name)), &value, NULL);
  return value;
}

gint64 bh_setting_get_int(BhDevice *device, const char *name, gint64 fallback)
{
  g_autofree char *text = bh_setting_dup(device, name);
  return text != NULL ? g_ascii_strtoll(text, NULL, 10) : fallback;
}

gboolean bh_setting_set(BhDevice *device, const char *name, const char *value, GError **error)
{
  if (value == NULL)
    return bh_db_run(device->db, "DELETE FROM setting WHERE name = :name",
                     BH_PARAMS(bh_param_text("name", name)), error);
  return bh_db_run(device->db,
                   "INSERT INTO setting (name, value) VALUES (:name, :value)"
                   " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   BH_PARAMS(bh_param_text("name", name), bh_param_text("value", value)), error);
}

gboolean bh_setting_set_int(BhDevice *device, const char *name, gint64 value, GError **error)
{
  char text[32];
  g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
  return bh_setting_set(device, name, text, error);
}
