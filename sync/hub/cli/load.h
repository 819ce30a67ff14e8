/* What an office loads into its hub: kind sets, packs, checklists, records. Loading the same again
 * makes no new entry. Blocks; not on the writer thread. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_LOAD_FILE_MAX (16 * 1024 * 1024) /* bytes */

typedef struct {
  gboolean demo;    /* also demo-pins.json and demo-passwords.json */
  const char *kind; /* of the rows of a table; NULL: none is expected */
  const char *lang; /* "zh" or "en": what is wrong is told in it */
} BhLoadOptions;

/* Each path is a file or a directory (not below it): *.csv checklists with their .items.json, other
 * *.csv with records of options->kind, JSON of kinds ("bihuan-kind"), region packs ("areas"),
 * calendars, records ("bihuan-records"). A file that is none of these is refused; in a directory it
 * is left out, unless it is a spreadsheet. All or nothing: every fault of every file is told in one
 * BH_ERROR_INVALID, a line each. Result {"kinds": hash, "checklists":n, "records":n, "entries":n
 * new, "pins":n, "passwords":n, "skipped":[names]}. */
json_t *bh_load_paths(BhHub *hub, const char *const *paths, const BhLoadOptions *options,
                      GError **error);

G_END_DECLS
