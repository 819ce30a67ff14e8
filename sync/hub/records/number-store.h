/* SQL of the numbers that no two records should share, such as document numbers, in the forms in
 * which they are compared (schema/number.h). */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_NUMBER_GROUP_MAX 200 /* records with similar numbers that are listed */

/* A number of one record. All members are borrowed. */
typedef struct {
  const char *kind;
  const char *field;
  gint64 record;             /* number of the row of the record (nr) */
  const char *value;         /* the number as it was typed */
  const char *key;           /* bh_number_make_key: equal keys are the same number */
  const char *lookalike_key; /* bh_number_make_lookalike_key: equal keys look alike to people */
} BhNumberRow;

/* Inserts or replaces the row of a number. If row->key is NULL, removes the row: the record no
 * longer has a number in this field. */
gboolean bh_number_store_set(BhDb *db, const BhNumberRow *row, GError **error);
/* Adds an anomaly for the record of `row`, and for every other record whose number is equal or
 * similar. Does nothing when no other record has such a number. Existing anomalies are kept. */
gboolean bh_number_store_add_anomalies(BhDb *db, const BhNumberRow *row, gint64 now_ms,
                                       GError **error);
/* Ids of the records that have a number with this lookalike key now, at most BH_NUMBER_GROUP_MAX
 * (char*). */
GPtrArray *bh_number_store_list(BhDb *db, const char *lookalike_key, GError **error);

G_END_DECLS
