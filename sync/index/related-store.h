/* SQL that finds records through the records they refer to. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Ids of the records of a kind that match a search (char*). Empty when `most` or more records of
 * all kinds match, or more than `max` of this kind: the word is then too common to be a name. */
GPtrArray *bh_related_store_find(BhDb *db, const char *kind, const char *match, int most, int max,
                                 GError **error);
/* Adds to the set `numbers` (gint64*, which it frees) the numbers of the newest `max` records of
 * `kind` whose indexed ref `field` is one of `ids` (JSON array). */
gboolean bh_related_store_add_by_field(BhDb *db, const char *kind, const char *field,
                                       const char *ids, int max, GHashTable *numbers,
                                       GError **error);
/* The same for records of `kind` (NULL: of any) that take their scope from a record which takes its
 * scope from one of `ids`. */
gboolean bh_related_store_add_below(BhDb *db, const char *kind, const char *ids, int max,
                                    GHashTable *numbers, GError **error);
/* *has: whether the record with this number matches a search. */
gboolean bh_related_store_has(BhDb *db, gint64 nr, const char *match, gboolean *has,
                              GError **error);

G_END_DECLS
