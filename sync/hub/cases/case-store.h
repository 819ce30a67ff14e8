/* The statements that find the entries of a case. Only SQL; readers. */
#pragma once

#include <glib.h>
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Adds the positions (gint64) of all entries that were folded into a record. */
gboolean bh_case_store_list_folded(BhDb *db, const char *record, GArray *positions, GError **error);

typedef struct {
  gint64 position;
  char *decided_by; /* entry id, NULL while it is open */
} BhCaseHeld;

/* What was ever in quarantine for one of these records (BhCaseHeld*); `records` is a JSON array of
 * ids. */
GPtrArray *bh_case_store_list_held(BhDb *db, const char *records, GError **error);
/* Adds the positions of a chain from one seq to another. */
gboolean bh_case_store_list_chain(BhDb *db, const char *device, const char *incarnation,
                                  gint64 from, gint64 to, GArray *positions, GError **error);

G_END_DECLS
