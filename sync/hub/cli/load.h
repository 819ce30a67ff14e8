/* Loads files into a hub: kind sets, packs, checklists and records. Loading the same files again
 * makes no new entries. Blocks; any thread except the writer's. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

#define BH_LOAD_FILE_MAX (16 * 1024 * 1024) /* bytes */

typedef struct {
  gboolean demo;    /* load demo-pins.json and demo-passwords.json too */
  const char *kind; /* kind of the rows of a table; NULL: tables are refused */
  const char *lang; /* "zh" or "en": language of problems and warnings */
} BhLoadOptions;

/* Each path is a file, or a directory whose files (but not directories) are loaded: *.csv
 * checklists with their .items.json, other *.csv with records of options->kind, JSON of kinds
 * ("bihuan-kind"), region packs ("areas"), calendars, records ("bihuan-records"). Other files are
 * refused; within a directory they are left out, except spreadsheets. Loads everything or nothing:
 * all problems of all files are reported in one BH_ERROR_INVALID, one in each line. Returns
 * {"kinds": hash, "checklists":n, "records":n, "entries":n new, "pins":n, "passwords":n,
 * "skipped":[names], "warnings":[texts]}, a new reference. */
json_t *bh_load_paths(BhHub *hub, const char *const *paths, const BhLoadOptions *options,
                      GError **error);

G_END_DECLS
