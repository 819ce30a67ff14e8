/* What records show now, as conditions and people read them. Loaded once per reader's work and kept
 * until it ends: a view of one request, not of the store. One thread. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct _BhShown BhShown;

typedef struct {
  json_t *values; /* shown values */
  char *kind;
  char *scope; /* as records/records.c derives them */
  char *scope2;
} BhShownRecord;

BhShown *bh_shown_new(BhDb *db); /* borrowed */
void bh_shown_free(BhShown *shown);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhShown, bh_shown_free)

/* Borrowed; NULL without an error when there is no such record. */
const BhShownRecord *bh_shown_find(BhShown *shown, const char *record, GError **error);
/* Its values, borrowed; NULL when it is not here or cannot be read. Has the form that conditions
 * and scopes ask with: `shown` is a BhShown. */
const json_t *bh_shown_lookup(const char *record, gpointer shown);

G_END_DECLS
