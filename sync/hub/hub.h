/* The hub: what it has (store and folded records) and the one way into it. A BhHub has one writer
 * thread and any number of readers. Everything that changes domain data is an entry, the hub's
 * own included; accounts, sessions, tokens and uploads are plain tables. */
#pragma once

#include "schema/kind.h"
#include "schema/merge.h"
#include "schema/region.h"
#include "schema/world.h"
#include "sync/db/db.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

typedef struct _BhHub BhHub;

/* Opens it and starts the writer thread. The caller owns the store (owner.h). */
BhHub *bh_hub_open(const char *dir, const BhClock *clock, const BhRandom *random, GError **error);
void bh_hub_close(BhHub *hub);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHub, bh_hub_close)

const char *bh_hub_get_id(BhHub *hub);
const char *bh_hub_get_name(BhHub *hub);
const char *bh_hub_get_area(BhHub *hub);
const char *bh_hub_get_dir(BhHub *hub);
/* Where devices reach the hub: NULL, without an error, when nobody has said so yet. g_free. */
char *bh_hub_dup_public_url(BhHub *hub, GError **error);
/* "https://host[:port]" and no wildcard, else BH_ERROR_INVALID. Devices that are enrolled keep the
 * address they know. Blocks until durable. */
gboolean bh_hub_set_public_url(BhHub *hub, const char *url, GError **error);
BhKindSet *bh_hub_dup_kinds(BhHub *hub); /* current set, new reference; any thread */
const BhRegion *bh_hub_get_region(BhHub *hub);
/* Never goes back (log/clock.h). */
const BhClock *bh_hub_get_clock(BhHub *hub);
/* Whether its times are in doubt, since the machine's clock went back; what that says, and the
 * latest time that was known before. Any thread. */
gboolean bh_hub_is_time_doubted(BhHub *hub, gint64 *machine_ms, gint64 *known_ms);
/* Somebody looked at the machine's clock: it is right, whatever came before. Blocks until durable.
 */
gboolean bh_hub_trust_clock(BhHub *hub, GError **error);
const BhRandom *bh_hub_get_random(BhHub *hub);
/* Borrowed; before anybody else uses the hub. That of the system unless set. */
/* Default: the system's. Tests let it fail. */
void bh_hub_set_disk(BhHub *hub, const BhDisk *disk);
const BhDisk *bh_hub_get_disk(BhHub *hub);
void bh_hub_set_space(BhHub *hub, const BhSpace *space);
/* Bytes that are free where the hub lies; -1 when nobody can say. Any thread. */
gint64 bh_hub_get_free_bytes(BhHub *hub);
/* TRUE when `wanted` bytes more leave `kept` free where the hub lies; else BH_ERROR_STORAGE saying
 * for what (`what`, as "file …") there is no room. Any thread. */
gboolean bh_hub_has_space(BhHub *hub, gint64 wanted, gint64 kept, const char *what, GError **error);
const char *bh_hub_get_pin(BhHub *hub); /* base64 SHA-256 of the TLS key's SPKI */
/* Borrowed; the sizes are BH_PUBLIC_KEY_SIZE and BH_SECRET_KEY_SIZE. */
const guint8 *bh_hub_get_public_key(BhHub *hub);
const guint8 *bh_hub_get_secret_key(BhHub *hub);
const guint8 *bh_hub_get_plaque_public_key(BhHub *hub);
const guint8 *bh_hub_get_plaque_secret_key(BhHub *hub);

/* --- writing --- */

/* Runs `func` on the writer thread inside a transaction that is shared with other waiting work
 * (group commit) and answers after it is durable. `func` returning FALSE rolls its own part back
 * (savepoint). `done` is called on the writer thread after the commit. */
typedef gboolean (*BhHubWrite)(BhHub *hub, BhDb *db, gpointer data, GError **error);
typedef void (*BhHubDone)(BhHub *hub, const GError *error, gpointer data);
void bh_hub_submit(BhHub *hub, BhHubWrite func, BhHubDone done, gpointer data);
/* Long work of a client (a device's id) in turns, so that nobody waits for all of it
 * (log/writer.h): `func` is called again while it returns BH_TURN_MORE, each time in a later
 * transaction. */
typedef BhTurn (*BhHubTurn)(BhHub *hub, BhDb *db, gpointer data, GError **error);
void bh_hub_submit_turns(BhHub *hub, const char *client, BhHubTurn func, BhHubDone done,
                         gpointer data);
/* On the writer thread: whether anybody but this client waits for it. */
gboolean bh_hub_is_waited_for(BhHub *hub, const char *client);
/* Same as bh_hub_submit, blocking until durable. Not from the writer thread. */
gboolean bh_hub_write(BhHub *hub, BhHubWrite func, gpointer data, GError **error);

/* One entry of the hub itself: ops as in bh_device_save ([{"record","kind","set"}]); `by` is a
 * staff id or NULL for the system. Checked like any other entry, but a failed check is an error
 * and nothing is stored. Blocks until durable. Returns the entry id, g_free. */
char *bh_hub_append(BhHub *hub, const char *by, const json_t *ops, GError **error);
/* For use inside a BhHubWrite, when it must be one with other changes. */
char *bh_hub_append_in(BhHub *hub, BhDb *db, const char *by, const json_t *ops, GError **error);

/* Makes a kind set the one in use: stored for good, everything derived from records made anew.
 * TRUE at once when it is in use already. Blocks. */
gboolean bh_hub_set_kinds(BhHub *hub, BhKindSet *kinds, GError **error);
/* Makes a file the region pack (it must parse); it serves from the next start on. */
gboolean bh_hub_set_region(BhHub *hub, const char *path, GError **error);
/* Transactions so far and the pieces of work they carried. */
void bh_hub_count_commits(BhHub *hub, guint64 *commits, guint64 *pieces);
void bh_hub_get_writer_state(BhHub *hub, BhWriterState *state);

/* --- reading: a reader is one thread's read-only connection, taken from and given to a pool --- */

BhDb *bh_hub_take_reader(BhHub *hub, GError **error);
void bh_hub_give_reader(BhHub *hub, BhDb *db);

/* Releases a quarantined entry (folds it) or dismisses it; both are entries of the hub. Judged
 * again at that moment (ingest/judge.h); `by` NULL is the hub's own administration.
 * BH_ERROR_NOT_FOUND, _INVALID or _DENIED: nothing changed. */
gboolean bh_hub_release(BhHub *hub, const char *by, const char *entry, gboolean dismiss,
                        const char *reason, GError **error);
/* Whether it would be done now, by the same judgement; the error is the one it would fail with. */
gboolean bh_hub_may_release(BhHub *hub, BhDb *db, const char *by, const char *entry,
                            gboolean dismiss, GError **error);

G_END_DECLS
