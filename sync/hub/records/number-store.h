/* SQL of the numbers that no two records should share, such as document numbers, in the forms in
 * which they are compared (schema/number.h). */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_NUMBER_GROUP_MAX 200 /* records with one look that are listed */

/* All borrowed. */
typedef struct {
  const char *kind;
  const char *field;
  gint64 record;             /* its number (nr) */
  const char *value;         /* as typed */
  const char *key;           /* bh_number_make_key: equal keys are the same number */
  const char *lookalike_key; /* bh_number_make_lookalike_key: equal looks are easily confused */
} BhNumberRow;

/* Inserts or replaces a row. Removes it when `key` is NULL: the record has no number any more. */
gboolean bh_number_store_set(BhDb *db, const BhNumberRow *row, GError **error);
/* Adds an anomaly for every record whose number is equal or similar to this one, and for this
 * record itself; does nothing when there is no other. Existing anomalies are kept. */
gboolean bh_number_store_list_twins(BhDb *db, const BhNumberRow *row, gint64 now_ms,
                                    GError **error);
/* Ids of the records that have a number with this look now, at most BH_NUMBER_GROUP_MAX (char*). */
GPtrArray *bh_number_store_list(BhDb *db, const char *lookalike_key, GError **error);

G_END_DECLS
