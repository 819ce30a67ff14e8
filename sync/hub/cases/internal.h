/* A case while it is gathered and written. Private to this folder. */
#pragma once

#include "schema/entry.h"
#include "schema/merge.h"
#include "sync/hub/cases/cases.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

#define BH_CASE_DECISION_KIND "release" /* about an entry in quarantine */

/* A record of the case, or one it needs to be understood. */
typedef struct {
  char id[BH_ID_LEN + 1];
  const BhKind *kind;
  gboolean own;     /* below the inspection, or itself; else it is referred to */
  BhRecord *record; /* without what the receiver may not have */
  json_t *values;
} BhCaseRecord;

typedef struct {
  gint64 position;
  gboolean own;       /* touches the case, and stands in its chronology */
  gboolean with_body; /* else only the envelope is given */
} BhCaseEntry;

typedef struct {
  BhFileRef ref;
  char *name;       /* in the archive; NULL: its bytes are not there */
  gboolean held;    /* who declared it sent it, too: a hash alone opens nobody's photos */
  gboolean damaged; /* what lies at the hub is not what was declared */
} BhCaseFile;

typedef struct {
  BhHub *hub;
  BhDb *db;
  BhKindSet *kinds;
  const BhCaseOptions *options;
  gint64 made_ms;
  char root[BH_ID_LEN + 1];

  GPtrArray *records;  /* BhCaseRecord*, the inspection first */
  GHashTable *by_id;   /* id → BhCaseRecord */
  GArray *entries;     /* BhCaseEntry by position */
  json_t *spans;       /* as in the head of the export */
  GHashTable *sets;    /* hashes of the kind sets that bodies name */
  GPtrArray *files;    /* BhCaseFile*, by first declaration */
  GHashTable *by_hash; /* SHA-256 → BhCaseFile */

  int hidden;   /* records below the inspection that the receiver may not see */
  int shared;   /* entries that touch other records too */
  int withheld; /* entries without body */
  int absent;   /* files without bytes */
} BhCase;

/* Finds records, entries and files. */
BhCase *bh_case_new(BhHub *hub, BhDb *db, const char *record, const BhCaseOptions *options,
                    GError **error);
void bh_case_free(BhCase *one);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCase, bh_case_free)

/* Whether an opening of an operation on this record is given. */
gboolean bh_case_opens(const BhCase *one, const char *record);
/* The page, UTF-8; g_free. */
char *bh_case_make_page(const BhCase *one, gsize *len, GError **error); /* page.c */

G_END_DECLS
