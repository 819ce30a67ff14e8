/* What serve is told: on its command line, else in its file, else by default. */
#pragma once

#include "schema/error.h"

G_BEGIN_DECLS

#define BH_SETTINGS_FILE "/etc/bihuan/hub.conf" /* read when it is there and no other is named */
#define BH_SETTINGS_MAX_BYTES (64 * 1024)

/* NULL: not said. */
typedef struct {
  char *data;
  char *listen;
  char *office_listen;
  char *public_url;
  char **proxies;
  char *log_format;
  char *metrics_token_file;
} BhSettings;

void bh_settings_clear(BhSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhSettings, bh_settings_clear)

/* Reads a file: group [serve], keys as the options of serve are called. BH_ERROR_NOT_FOUND when it
 * is not there, _STORAGE when it cannot be read; _INVALID names everything that is wrong, a line
 * each: file, line, what is allowed. */
gboolean bh_settings_load(BhSettings *settings, const char *path, GError **error);
/* Takes over from `more` what is not said yet. */
void bh_settings_fill(BhSettings *settings, BhSettings *more);
/* Every setting as "key = value" or "key is not set", a line each; g_free. */
char *bh_settings_describe(const BhSettings *settings);

G_END_DECLS
