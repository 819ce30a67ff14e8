/* What a search finds besides the records that hold its words. */
#pragma once

#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Numbers of records (JSON array, g_free) of `kind` (NULL: of any) that have each word of `typed`
 * in their own text, or whose author, or enterprise beyond a record that hides others, has it:
 * hazards by the name of an inspector, or by that of an enterprise they reach only through a visit.
 * What lies one step away is in their own text (bh_records_collect_search). NULL without an error
 * when there are none. Words that thousands of records hold are no names and lead nowhere. */
char *bh_search_related(BhDb *db, const BhKindSet *kinds, const char *kind, const char *typed,
                        GError **error);

G_END_DECLS
