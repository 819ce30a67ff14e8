/* A cache of the present values of records, for conditions. It belongs to one request: records are
 * loaded once and not updated. One thread. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

typedef struct _BhShown BhShown;

typedef struct {
  json_t *values; /* shown values */
  char *kind;
  char *scope; /* as derived by records/derive.c */
  char *scope2;
} BhShownRecord;

/* `db` is borrowed; bh_shown_free. */
BhShown *bh_shown_new(BhDb *db);
/* Frees all loaded records. `shown` may be NULL. */
void bh_shown_free(BhShown *shown);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhShown, bh_shown_free)

/* A record, borrowed until `shown` is freed; NULL without an error when there is none. */
const BhShownRecord *bh_shown_find(BhShown *shown, const char *record, GError **error);
/* Its values, borrowed; NULL when there is no such record or it cannot be read. Has the signature
 * of BhContext.lookup and BhScopeLookup; `shown` is a BhShown. */
const json_t *bh_shown_lookup(const char *record, gpointer shown);

G_END_DECLS
