/* What an office loads into its hub: kind sets, packs, checklists, records. Loading the same again
 * makes no new entry. Blocks; not on the writer thread. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_LOAD_FILE_MAX (16 * 1024 * 1024) /* bytes */

/* Each path is a file or a directory (not below it): *.csv checklists with their .items.json,
 * JSON of kinds ("bihuan-kind"), region packs ("areas"), calendars, records ("bihuan-records").
 * With `demo` also demo-pins.json and demo-passwords.json. Result {"kinds": hash, "checklists":n,
 * "records":n, "entries":n new, "pins":n, "passwords":n, "skipped":[names]}. */
json_t *bh_load_paths(BhHub *hub, const char *const *paths, gboolean demo, GError **error);

G_END_DECLS
