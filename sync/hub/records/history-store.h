/* SQL of the history of records, and of their entries in quarantine. */
#pragma once

#include "sync/db/db.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

/* Entries that changed a record or wait in quarantine for it, below position `before` (0: all),
 * newest first, at most `limit` (BhEntryRow*). NULL on a storage error. */
GPtrArray *bh_record_list_history(BhDb *db, const char *record, gint64 before, int limit,
                                  GError **error);

/* SQL text for BhListQuery.among: the records for which entries wait in quarantine. */
extern const char bh_records_in_quarantine[];

G_END_DECLS
