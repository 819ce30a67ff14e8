/* Reads and writes collector.ini. */
#include "app/settings.h"

#define GROUP "window"

static int read_int(GKeyFile *file, const char *key, int fallback, int min, int max)
{
  g_autoptr(GError) error = NULL;
  int value = g_key_file_get_integer(file, GROUP, key, &error);
  return error == NULL ? CLAMP(value, min, max) : fallback;
}

BhSettings *bh_settings_load(const char *dir)
{
  BhSettings *settings = g_new0(BhSettings, 1);
  settings->path = g_build_filename(dir, "collector.ini", NULL);
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_key_file_load_from_file(file, settings->path, G_KEY_FILE_NONE, NULL);
  settings->lock_minutes =
      read_int(file, "lock-minutes", 5, BH_SETTINGS_LOCK_MIN, BH_SETTINGS_LOCK_MAX);
  settings->text_percent = read_int(file, "text-percent", 100, 100, 150);
  settings->dark = g_key_file_get_boolean(file, GROUP, "dark", NULL);
  settings->scanner_prefix = g_key_file_get_string(file, GROUP, "scanner-prefix", NULL);
  return settings;
}

gboolean bh_settings_save(const BhSettings *settings, GError **error)
{
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_key_file_set_integer(file, GROUP, "lock-minutes", settings->lock_minutes);
  g_key_file_set_integer(file, GROUP, "text-percent", settings->text_percent);
  g_key_file_set_boolean(file, GROUP, "dark", settings->dark);
  if (settings->scanner_prefix != NULL)
    g_key_file_set_string(file, GROUP, "scanner-prefix", settings->scanner_prefix);
  return g_key_file_save_to_file(file, settings->path, error);
}

void bh_settings_free(BhSettings *settings)
{
  if (settings == NULL)
    return;
  g_free(settings->path);
  g_free(settings->scanner_prefix);
  g_free(settings);
}
