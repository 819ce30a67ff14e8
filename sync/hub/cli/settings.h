/* Settings of `bihuan-hub serve`. A setting on the command line comes before one in the file, and
 * that before the default. */
#pragma once

#include "schema/error.h"

G_BEGIN_DECLS

#define BH_SETTINGS_FILE "/etc/bihuan/hub.conf" /* read if it exists and no other file is given */
#define BH_SETTINGS_MAX_BYTES (64 * 1024)

/* The settings; a member that is NULL is not set. */
typedef struct {
  char *data;
  char *listen;
  char *office_listen;
  char *public_url;
  char **proxies;
  char *log_format;
  char *metrics_token_file;
  char *device_encryption; /* "warn" or "required" */
} BhSettings;

/* Frees all settings, not the struct itself. */
void bh_settings_clear(BhSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhSettings, bh_settings_clear)

/* Reads a file: group [serve], with the options of serve as keys. Settings that are set already are
 * kept. BH_ERROR_NOT_FOUND when there is no such file; BH_ERROR_STORAGE when it cannot be read;
 * BH_ERROR_INVALID lists all problems, one in each line: file, line, what is allowed. */
gboolean bh_settings_load(BhSettings *settings, const char *path, GError **error);
/* Moves each setting that `settings` does not have from `more` to `settings`. */
void bh_settings_fill(BhSettings *settings, BhSettings *more);
/* All settings as "key = value" or "key is not set", one in each line; g_free. */
char *bh_settings_describe(const BhSettings *settings);

G_END_DECLS
