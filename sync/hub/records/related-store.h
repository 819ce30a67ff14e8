/* Statements that lead from a record to those that name it. Only SQL. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Ids of records of a kind that a search finds, char*: none when it finds more than `most` records
 * of all kinds, or more than `max` of this. */
GPtrArray *bh_related_store_find(BhDb *db, const char *kind, const char *match, int most, int max,
                                 GError **error);
/* Adds the numbers (gint64*, keys that are freed) of records of `kind` whose indexed ref `field` is
 * one of `ids` (JSON array), the newest `max`. */
gboolean bh_related_store_add_by_field(BhDb *db, const char *kind, const char *field,
                                       const char *ids, int max, GHashTable *numbers,
                                       GError **error);
/* The same of records of `kind` (NULL: of any) that take their place from a record that takes it
 * from one of `ids`. */
gboolean bh_related_store_add_below(BhDb *db, const char *kind, const char *ids, int max,
                                    GHashTable *numbers, GError **error);
/* Whether a search finds the record of this number. */
gboolean bh_related_store_has(BhDb *db, gint64 nr, const char *match, gboolean *has,
                              GError **error);

G_END_DECLS
