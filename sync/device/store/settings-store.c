/* Settings: texts by name, kept in the store. */
#include "sync/device/store/core.h"

char *bh_setting_dup(BhDevice *device, const char *name)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT value FROM setting WHERE name = :name", NULL);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_text(stmt, "name", name);
  if (!bh_stmt_step(stmt, &row, NULL) || !row)
    return NULL;
  return g_strdup(bh_stmt_get_text(stmt, 0));
}

gint64 bh_setting_get_int(BhDevice *device, const char *name, gint64 fallback)
{
  g_autofree char *text = bh_setting_dup(device, name);
  return text != NULL ? g_ascii_strtoll(text, NULL, 10) : fallback;
}

gboolean bh_setting_set(BhDevice *device, const char *name, const char *value, GError **error)
{
  BhStmt *stmt = value == NULL
                     ? bh_db_prepare(device->db, "DELETE FROM setting WHERE name = :name", error)
                     : bh_db_prepare(device->db,
                                     "INSERT INTO setting (name, value) VALUES (:name, :value)"
                                     " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                     error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "name", name);
  if (value != NULL)
    bh_stmt_bind_text(stmt, "value", value);
  return bh_stmt_run(stmt, error);
}

gboolean bh_setting_set_int(BhDevice *device, const char *name, gint64 value, GError **error)
{
  char text[32];
  g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, value);
  return bh_setting_set(device, name, text, error);
}
