/* Settings of the window on this device, stored in DIR/collector.ini. They are not records and are
 * never synced. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BH_SETTINGS_LOCK_MIN 1  /* minutes */
#define BH_SETTINGS_LOCK_MAX 60 /* minutes */

typedef struct {
  char *path;
  int lock_minutes; /* idle time before the window locks; 5 unless set */
  int text_percent; /* 100, 125 or 150 */
  gboolean dark;
  /* Text that the keyboard-wedge scanner sends before each code; NULL: none. */
  char *scanner_prefix;
} BhSettings;

/* Reads the settings; a missing or damaged file gives the defaults, values out of range are
 * clamped. bh_settings_free. */
BhSettings *bh_settings_load(const char *dir);
/* Writes the settings to their file. FALSE with a G_FILE_ERROR. */
gboolean bh_settings_save(const BhSettings *settings, GError **error);
/* Frees the settings; NULL is ignored. */
void bh_settings_free(BhSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhSettings, bh_settings_free)

G_END_DECLS
