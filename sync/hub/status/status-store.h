/* SQL of the figures of the store. */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Classes by which devices are counted: last contact within an hour, a day, 7 days, 30 days, longer
 * ago. */
#define BH_STATUS_AGES 5

typedef struct {
  gint64 quarantined; /* number of entries in quarantine, which wait for the office */
  gint64 uploads;     /* number of uploads that lack bytes */
  /* number of devices by the age of their last contact, without revoked ones */
  gint64 devices[BH_STATUS_AGES];
  gint64 revoked;
} BhStoreFigures;

/* Reads the figures. FALSE on a storage error. Must be called on the thread of the connection. */
gboolean bh_status_store_load(BhDb *db, gint64 now_ms, BhStoreFigures *figures, GError **error);

G_END_DECLS
