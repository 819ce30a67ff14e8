/* Searching by the names of related records: authors and enterprises. */
#pragma once

#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Numbers of records (JSON array, g_free) of `kind` (NULL: of any) that match every word of
 * `typed`, at least one of them by the name of a related record: of the author, or of an enterprise
 * that is two steps away behind a kind that hides records. Example: a hazard by the name of its
 * inspector, or of the enterprise that was visited. Names one step away are in the record's own
 * search text (bh_index_collect_text). NULL without an error when there are none. Words that
 * thousands of records contain are not taken for names. */
char *bh_search_related(BhDb *db, const BhKindSet *kinds, const char *kind, const char *typed,
                        GError **error);

G_END_DECLS
