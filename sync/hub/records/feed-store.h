/* SQL of the feed: which records of a scope changed, in the order of their positions. */
#pragma once

#include "schema/ident.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

typedef struct {
  gint64 position;
  char record[BH_ID_LEN + 1];
} BhFeedItem;

/* Scopes beginning with "a:" (areas) that have records, or had records which moved to another scope
 * (char*). */
GPtrArray *bh_feed_store_list_areas(BhDb *db, GError **error);
/* Scopes beginning with "u:" (units) that have records (char*). */
GPtrArray *bh_feed_store_list_units(BhDb *db, GError **error);
/* Scopes of the office, "oa:AREA" and "ou:UNIT", that have records (char*). */
GPtrArray *bh_feed_store_list_office(BhDb *db, GError **error);
/* Names of the kinds that have records in scopes of the office (char*). Reads all these records. */
GPtrArray *bh_feed_store_list_office_kinds(BhDb *db, GError **error);
/* Appends records of a scope that changed after position `after`, in order of position: at most
 * `limit` that have `scope` as their first scope, and `limit` that have it as their second.
 * `items`: BhFeedItem. */
gboolean bh_feed_store_list_changed(BhDb *db, const char *scope, gint64 after, int limit,
                                    GArray *items, GError **error);
/* Appends records that left a scope after position `after`, up to and including `until`. */
gboolean bh_feed_store_list_moved(BhDb *db, const char *scope, gint64 after, gint64 until,
                                  GArray *items, GError **error);
/* Ids of the staff records of a unit, by title (char*). */
GPtrArray *bh_feed_store_list_staff(BhDb *db, const char *unit, GError **error);
/* Entries folded into a record up to and including position `until`, oldest first (BhEntryRow*), at
 * most `limit`. *kind must be NULL before; it receives the kind of the record (g_free), or remains
 * NULL when there are no entries. */
GPtrArray *bh_feed_store_list_history(BhDb *db, const char *record, gint64 until, int limit,
                                      char **kind, GError **error);
/* *before: the position just before the last unbroken run of entries that begins at or before
 * `position`; 0 when there is no such run. */
gboolean bh_feed_store_find_run(BhDb *db, gint64 position, gint64 *before, GError **error);
/* Ids of records that have a file in one of their fields, at most 1000 (char*). */
GPtrArray *bh_feed_store_list_showing(BhDb *db, const char *sha256, GError **error);

G_END_DECLS
