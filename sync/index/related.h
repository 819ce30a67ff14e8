/* Searches for records by the names of related records: authors and enterprises. */
#pragma once

#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Row numbers (JSON array, g_free) of the records of `kind` (NULL: of any kind) that match every
 * word of `typed`, and match at least one of these words by the name of a related record: the name
 * of the author, or of an enterprise that is two references away, behind a kind of which records
 * can be hidden. Example: a hazard by the name of its inspector, or of the enterprise that was
 * visited. The name of an enterprise one reference away is in the search text of the record itself
 * (bh_index_collect_text). NULL without an error when no record matches. Words that thousands of
 * records contain are not taken for names. */
char *bh_search_related(BhDb *db, const BhKindSet *kinds, const char *kind, const char *typed,
                        GError **error);

/* Ids of the records of `kind` whose indexed ref `field` may be `id` (char*). Marked records are
 * among them whatever they refer to, because the index does not know them yet: the caller must
 * compare the values. *too_many: there are more than `max`, or more than `max` marked records, and
 * ids are missing. NULL with an error: the store failed. */
GPtrArray *bh_index_list_referring(BhDb *db, const char *kind, const char *field, const char *id,
                                   guint max, gboolean *too_many, GError **error);

G_END_DECLS
