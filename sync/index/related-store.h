/* SQL that finds records through the records they refer to. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Ids of the records of a kind that match a search (char*). Empty when `most` or more records of
 * all kinds match, or more than `max` of this kind: the words of the search are then too common to
 * be a name. */
GPtrArray *bh_related_store_find(BhDb *db, const char *kind, const char *match, int most, int max,
                                 GError **error);
/* Adds to the set `numbers` (gint64*, freed by the table) the row numbers of the newest `max`
 * records of `kind` whose indexed ref `field` is one of `ids` (JSON array). */
gboolean bh_related_store_add_by_field(BhDb *db, const char *kind, const char *field,
                                       const char *ids, int max, GHashTable *numbers,
                                       GError **error);
/* Like bh_related_store_add_by_field, for those records of `kind` (NULL: of any kind) that take
 * their scope from a record which in turn takes its scope from one of `ids`. */
gboolean bh_related_store_add_below(BhDb *db, const char *kind, const char *ids, int max,
                                    GHashTable *numbers, GError **error);
/* *has: whether the record with the row number `nr` matches the search `match`. */
gboolean bh_related_store_has(BhDb *db, gint64 nr, const char *match, gboolean *has,
                              GError **error);

G_END_DECLS
