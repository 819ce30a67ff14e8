/* Reads the battery from sysfs. */
#include "app/devices/power.h"

#include <string.h>

static char *read_line(const char *dir, const char *name)
{
  g_autofree char *path = g_build_filename(dir, name, NULL);
  char *text = NULL;
  if (!g_file_get_contents(path, &text, NULL, NULL))
    return NULL;
  return g_strstrip(text);
}

int bh_power_get_percent(const char *root, gboolean *charging)
{
  if (root == NULL)
    root = "/sys/class/power_supply";
  g_autoptr(GDir) dir = g_dir_open(root, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *supply = g_build_filename(root, name, NULL);
    g_autofree char *type = read_line(supply, "type");
    g_autofree char *capacity = read_line(supply, "capacity");
    gint64 percent = 0;
    if (g_strcmp0(type, "Battery") != 0 || capacity == NULL ||
        !g_ascii_string_to_signed(capacity, 10, 0, 100, &percent, NULL))
      continue;
    g_autofree char *status = read_line(supply, "status");
    if (charging != NULL)
      *charging = g_strcmp0(status, "Charging") == 0 || g_strcmp0(status, "Full") == 0;
    return (int)percent;
  }
  return -1;
}
