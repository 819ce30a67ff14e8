/* Shared by load*.c: the records that `bihuan-hub load` will write, and the problems found in the
 * loaded files. */
#pragma once

#include "sync/hub/cli/load.h"
#include "sync/hub/cli/names.h"
#include "sync/hub/access/access.h"

G_BEGIN_DECLS

#define BH_LOAD_PROBLEMS_SHOWN 50

/* One record of a loaded file. */
typedef struct {
  char *id;
  char *kind;
  /* place in the loaded files, such as "a.csv, line 4", in the language of the options */
  char *where;
  json_t *set;
  json_t *reported; /* {field: true} of fields with a reported problem */
  gboolean is_bad;  /* a problem was reported, so no entry for the record is tried on the store */
} BhLoadRecord;

typedef struct {
  BhHub *hub;
  BhDb *db; /* a reader of the hub */
  const BhLoadOptions *options;
  BhKindSet *kinds;
  BhRegion *own_region;   /* from a region pack among the loaded files; NULL: none */
  const BhRegion *region; /* own_region, or the region of the hub if that is NULL */
  BhNames *names;
  BhValueCache *cache;
  GPtrArray *kind_dirs;  /* char*: paths of folders with kinds; each is a whole kind set */
  GPtrArray *kind_files; /* char*: paths of files of kinds, which are added to the kind set */
  GPtrArray *regions;    /* char*: paths of region packs */
  GPtrArray *checklists; /* char*: paths of the CSV files of checklists */
  GPtrArray *tables;     /* char*: paths of the CSV files of tables */
  GPtrArray *records;    /* BhLoadRecord* */
  GHashTable *by_id;     /* id → BhLoadRecord */
  GPtrArray *pins;       /* json_t*: the contents of files with PINs */
  GPtrArray *passwords;  /* json_t*: the contents of files with passwords */
  json_t *skipped;       /* names of files that were left out */
  GString *problems;     /* the first BH_LOAD_PROBLEMS_SHOWN, one in each line */
  guint n_problems;
  json_t *warnings; /* texts about doubtful values that are loaded */
  gint64 entries;   /* number of entries that were made */
} BhLoad;

/* Whether problems are written in Chinese; else in English. */
gboolean bh_load_is_zh(const BhLoad *load);
/* The place of a problem for people: "a.csv 第 4 行" or "a.csv, line 4"; for line 0 only the file
 * name. g_free. */
char *bh_load_format_place(const BhLoad *load, const char *path, int line);
/* Adds a problem. If there is any problem, nothing is loaded. */
void bh_load_add_problem(BhLoad *load, const char *where, const char *text);
/* Adds a problem of one field of a record, with the field's label, and with `typed` (may be NULL)
 * unless the field is personal. */
void bh_load_add_field_problem(BhLoad *load, BhLoadRecord *record, const BhField *field,
                               const char *typed, const char *text);
/* Adds a warning about a doubtful value that is loaded as it is. */
void bh_load_add_field_warning(BhLoad *load, const BhLoadRecord *record, const BhField *field,
                               const char *typed, const char *text);
/* Text of the problem that a record is given twice: "the same as a.csv, line 3", the place of
 * `first`. g_free. */
char *bh_load_format_duplicate(const BhLoad *load, const BhLoadRecord *first);
/* Adds a record and takes a reference to `set`. Returns the record, borrowed from `load`. NULL and
 * a problem when a record with this id was added before. */
BhLoadRecord *bh_load_add(BhLoad *load, const char *id, const char *kind, const char *where,
                          json_t *set);

/* Adds the problem of a file that cannot be loaded. */
void bh_load_add_file_problem(BhLoad *load, const char *path, const char *zh, const char *en);

/* Adds a checklist as a record (load-checklist.c). */
void bh_load_checklist(BhLoad *load, const char *csv);
/* Adds the codes of a pack as records (load-codes.c). FALSE when the file is no such pack; other
 * problems are added to `load`. */
gboolean bh_load_take_codes(BhLoad *load, const char *path, const json_t *file, GError **error);
/* Ends older versions of the checklists; call it after all checklists were added. */
void bh_load_end_older(BhLoad *load);
/* Adds the rows of a table as records of options->kind (load-table.c). FALSE when the file cannot
 * be read; other problems are added to `load`. */
gboolean bh_load_table(BhLoad *load, const char *path, GError **error);
/* Checks all records before any is written; adds their problems (load-check.c). */
void bh_load_check(BhLoad *load);

G_END_DECLS
