/* Numbers that no two records should share, as they are compared (schema/number.h). Only SQL. */
#pragma once

#include "schema/json.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_NUMBER_GROUP_MAX 200 /* records of one look that are listed */

typedef struct {
  const char *kind;
  const char *field;
  gint64 record; /* nr */
  const char *value;
  const char *key;
  const char *look;
} BhNumberRow;

/* `value`, `key` and `look` NULL: the record has none any more. */
gboolean bh_number_store_set(BhDb *db, const BhNumberRow *row, GError **error);
/* Lists every record whose number is the same as this one's, or looks so, as an anomaly, itself
 * included; does nothing when there is no other. A row that is there already stays. */
gboolean bh_number_store_list_twins(BhDb *db, const BhNumberRow *row, gint64 now_ms,
                                    GError **error);
/* Ids of the records that have a number of this look now (char*). */
GPtrArray *bh_number_store_list(BhDb *db, const char *look, GError **error);

G_END_DECLS
