/* Figures of the store. Only SQL. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

#define BH_STATUS_AGES 5 /* within an hour, a day, 7 days, 30 days, longer ago */

typedef struct {
  gint64 quarantined;             /* entries that wait for the office */
  gint64 uploads;                 /* that lack bytes */
  gint64 devices[BH_STATUS_AGES]; /* by their last contact; without revoked ones */
  gint64 revoked;
} BhStoreFigures;

/* Reads the figures; FALSE with an error on a storage error. Thread of the connection. */
gboolean bh_status_store_load(BhDb *db, gint64 now_ms, BhStoreFigures *figures, GError **error);

G_END_DECLS
