/* The members of a BhCase: what is collected for the archive of one case before it is written.
 * Private to sync/hub/cases. */
#pragma once

#include "schema/entry.h"
#include "schema/merge.h"
#include "sync/hub/cases/cases.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

/* Kind of the hub's decisions about entries in quarantine. */
#define BH_CASE_DECISION_KIND "release"

/* A record of the case, or of its context: a record that is needed to understand the case. */
typedef struct {
  char id[BH_ID_LEN + 1];
  const BhKind *kind;
  gboolean own;     /* TRUE: the record is the root or below it; FALSE: it is context */
  BhRecord *record; /* the record, without personal values that the receiver may not see */
  json_t *values;
} BhCaseRecord;

typedef struct {
  gint64 position;
  gboolean own;       /* the entry changes a record of the case, so the chronology lists it */
  gboolean with_body; /* FALSE: only the envelope is exported */
} BhCaseEntry;

typedef struct {
  BhFileRef ref;
  char *name; /* name of the file in the archive; NULL: the archive does not have its bytes */
  /* The device that declared the file sent it too. Other files are not exported, so that nobody
   * obtains a photo by declaring its hash. */
  gboolean sent;
  gboolean damaged; /* the bytes at the hub do not have the declared hash */
} BhCaseFile;

typedef struct {
  BhHub *hub;
  BhDb *db;
  BhKindSet *kinds;
  BhSettingValues *settings; /* code lists; NULL: they could not be read */
  const BhCaseOptions *options;
  gint64 made_ms;
  char root[BH_ID_LEN + 1];

  GPtrArray *records;  /* BhCaseRecord*, the root first */
  GHashTable *by_id;   /* id → BhCaseRecord, borrowed from `records` */
  GArray *entries;     /* BhCaseEntry by position */
  json_t *spans;       /* the spans of chains, as in the head of an export (PROTOCOL § 13) */
  GHashTable *sets;    /* hashes of the kind sets that the exported entries name */
  GPtrArray *files;    /* BhCaseFile*, in the order of their first declaration */
  GHashTable *by_hash; /* SHA-256 → BhCaseFile, borrowed from `files` */

  int hidden;   /* number of records below the root that the receiver may not see */
  int shared;   /* number of entries that change records outside the case too */
  int withheld; /* number of entries without body */
  int absent;   /* number of files without bytes */
} BhCase;

/* Finds the records, entries and files of a case. `options` is borrowed until bh_case_free. Errors
 * as bh_case_write. */
BhCase *bh_case_new(BhHub *hub, BhDb *db, const char *record, const BhCaseOptions *options,
                    GError **error);
/* Frees a case; NULL is allowed. */
void bh_case_free(BhCase *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCase, bh_case_free)

/* Whether the receiver gets the personal values of a record (the openings of operations on it). */
gboolean bh_case_gives_personal_values(const BhCase *self, const char *record);
/* The page of the case as HTML in UTF-8; g_free. *len: its bytes (page.c). */
char *bh_case_make_page(const BhCase *self, gsize *len, GError **error);

G_END_DECLS
