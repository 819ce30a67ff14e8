/* What the files of load share: the records that wait to be written, and what is wrong with them.
 */
#pragma once

#include "sync/hub/cli/load.h"
#include "sync/hub/cli/names.h"
#include "sync/hub/access/access.h"

G_BEGIN_DECLS

#define BH_LOAD_PROBLEMS_SHOWN 50

/* One record a file asks for. */
typedef struct {
  char *id;
  char *kind;
  char *where; /* "a.csv, line 4", in the language of who loads */
  json_t *set;
  json_t *said;    /* {field: true} of which something wrong was told already */
  gboolean is_bad; /* something is wrong with it; it is not tried on the store */
} BhLoadRecord;

typedef struct {
  BhHub *hub;
  BhDb *db; /* a reader */
  const BhLoadOptions *options;
  BhKindSet *kinds;
  BhRegion *own_region; /* of a pack that is loaded as well; NULL */
  const BhRegion *region;
  BhNames *names;
  BhShown *shown;
  GPtrArray *kind_dirs;  /* char* */
  GPtrArray *regions;    /* char* paths */
  GPtrArray *checklists; /* char* csv paths */
  GPtrArray *tables;     /* char* csv paths */
  GPtrArray *records;    /* BhLoadRecord* */
  GHashTable *by_id;     /* id → BhLoadRecord */
  GPtrArray *pins;       /* json_t* whole files */
  GPtrArray *passwords;
  json_t *skipped;
  GString *problems; /* the first BH_LOAD_PROBLEMS_SHOWN, a line each */
  guint n_problems;
  json_t *warnings; /* texts: what is loaded all the same */
  gint64 entries;
} BhLoad;

gboolean bh_load_is_zh(const BhLoad *load);
/* "a.csv 第 4 行" or "a.csv, line 4"; g_free. */
char *bh_load_where(const BhLoad *load, const char *path, int line);
/* Notes what is wrong, in the language of who loads. */
void bh_load_problem(BhLoad *load, const char *where, const char *text);
/* The same for one member of a record: with its label, and `typed` unless it is personal. */
void bh_load_field_problem(BhLoad *load, BhLoadRecord *record, const BhField *field,
                           const char *typed, const char *text);
/* Notes what is doubtful about a value that is loaded as it is. */
void bh_load_field_warning(BhLoad *load, const BhLoadRecord *record, const BhField *field,
                           const char *typed, const char *text);
/* "the same as a.csv, line 3"; g_free. */
char *bh_load_repeats(const BhLoad *load, const BhLoadRecord *first);
/* Adds a record, with a reference to `set`. Two of one id are a problem: NULL then. Borrowed. */
BhLoadRecord *bh_load_add(BhLoad *load, const char *id, const char *kind, const char *where,
                          json_t *set);

/* Notes that a whole file is not loaded, and why. */
void bh_load_refuse(BhLoad *load, const char *path, const char *zh, const char *en);

/* load-checklist.c: a checklist as a record; then, once all are read, older versions end. */
void bh_load_checklist(BhLoad *load, const char *csv);
void bh_load_end_older(BhLoad *load);
/* load-table.c: the rows of a table as records of options->kind. */
gboolean bh_load_table(BhLoad *load, const char *path, GError **error);
/* load-check.c: looks at every record before any is written. */
void bh_load_check(BhLoad *load);

G_END_DECLS
