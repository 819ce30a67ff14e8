/* Entries in quarantine, reports about applied entries, and refused requests. The rules of
 * log-store.h hold. */
#pragma once

#include "schema/kind.h"
#include "sync/db/db.h"

G_BEGIN_DECLS

/* Adds an entry to the quarantine. `entry`: its id, or the hash of its envelope when the body
 * cannot be read; `record`: the first record that the entry changes, or NULL. */
gboolean bh_log_add_quarantine(BhDb *db, gint64 position, const char *entry, const char *device,
                               const char *record, const GError *reason, GError **error);
/* *position: that of the entry which waits in quarantine as `entry` (see bh_log_add_quarantine); 0
 * when there is none. */
gboolean bh_log_find_quarantine(BhDb *db, const char *entry, gint64 *position, GError **error);
/* Closes the quarantine of an entry. `decided_by`: id of the hub's entry with the decision. */
gboolean bh_log_decide_quarantine(BhDb *db, gint64 position, const char *decided_by,
                                  GError **error);
/* Number of a device's entries that wait in quarantine. */
gboolean bh_log_count_quarantine(BhDb *db, const char *device, gint64 *count, GError **error);
/* Entries that wait in quarantine, newest first, at most `limit`; a new reference:
 * [{"entry","record","reason","message"}]. `device` NULL: of all devices, below position `before`
 * (0: all), and with "device", "position" and "received_ms". */
json_t *bh_log_list_quarantine(BhDb *db, const char *device, gint64 before, int limit,
                               GError **error);
/* Appends to `ids` (char*) the ids of the entries of a chain that have the numbers `from` to `to`
 * and wait in quarantine. */
gboolean bh_log_collect_quarantined(BhDb *db, const char *device, const char *incarnation,
                                    gint64 from, gint64 to, GPtrArray *ids, GError **error);
/* Adds a report about an applied entry; `nr` numbers the reports of one entry. */
gboolean bh_log_add_report(BhDb *db, gint64 position, int nr, const char *record,
                           const BhProblem *problem, GError **error);
/* [{"entry","field","code","zh","en"}] of a record, newest first, at most `limit`; a new reference.
 */
json_t *bh_log_list_reports(BhDb *db, const char *record, int limit, GError **error);
/* Adds a refused request of a device; `device` is "" when the sender is not a known device. Only
 * the newest 1000 are kept. */
gboolean bh_log_add_refusal(BhDb *db, const char *device, const GError *reason, gint64 now_ms,
                            GError **error);

/* Whether a refused request of `device` with the code `code` was added from `since_ms` to `now_ms`;
 * FALSE also when the store fails. */
gboolean bh_log_has_refusal(BhDb *db, const char *device, BhErrorCode code, gint64 since_ms,
                            gint64 now_ms);

G_END_DECLS
