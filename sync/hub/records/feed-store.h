/* What the feed reads, by scope and position. Only SQL. */
#pragma once

#include "schema/ident.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

typedef struct {
  gint64 position;
  char record[BH_ID_LEN + 1];
} BhFeedItem;

/* Scopes that begin with "a:" of records that are or were there (char*). */
GPtrArray *bh_feed_store_list_areas(BhDb *db, GError **error);
/* Scopes that begin with "u:" of records that are there. */
GPtrArray *bh_feed_store_list_units(BhDb *db, GError **error);
/* Adds up to `limit` records of a scope changed after `after`. */
gboolean bh_feed_store_list_changed(BhDb *db, const char *scope, gint64 after, int limit,
                                    GArray *items, GError **error);
/* Adds records that left a scope after `after`, up to `until`. */
gboolean bh_feed_store_list_moved(BhDb *db, const char *scope, gint64 after, gint64 until,
                                  GArray *items, GError **error);
/* Ids of the staff records of a unit (char*). */
GPtrArray *bh_feed_store_list_staff(BhDb *db, const char *unit, GError **error);
/* Ids of records that show a file (char*). */
/* Entries folded into a record up to a position, oldest first (BhEntryRow*), and the record's kind
 * (g_free; NULL when there are none). */
GPtrArray *bh_feed_store_list_history(BhDb *db, const char *record, gint64 until, int limit,
                                      char **kind, GError **error);
/* The position before the last unbroken run of entries that begins at or before `position`. */
gboolean bh_feed_store_find_run(BhDb *db, gint64 position, gint64 *before, GError **error);
GPtrArray *bh_feed_store_list_showing(BhDb *db, const char *sha256, GError **error);

G_END_DECLS
