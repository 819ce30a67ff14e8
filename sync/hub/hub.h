/* The hub: its store, its keys and kinds, writing through one writer thread, and reading through
 * any number of readers. Every change of domain data is an entry, also when the hub itself makes
 * it. Accounts, sessions, tokens and uploads are plain tables. Functions may be called on any
 * thread unless stated otherwise. */
#pragma once

#include "schema/kind.h"
#include "schema/merge.h"
#include "schema/region.h"
#include "schema/world.h"
#include "sync/db/db.h"
#include "sync/hub/log/log.h"

G_BEGIN_DECLS

typedef struct _BhHub BhHub;

/* Opens the store in the folder `dir`, migrates it, finishes interrupted work, and starts the
 * writer thread. The calling process must be the owner of the store (sync/owner/owner.h). `clock`
 * and `random` are borrowed. bh_hub_close. BH_ERROR_NOT_FOUND when the folder has no hub. */
BhHub *bh_hub_open(const char *dir, const BhClock *clock, const BhRandom *random, GError **error);
/* Runs the waiting work of the writer, then closes the store and frees the hub. All readers must
 * have been returned. `hub` may be NULL. */
void bh_hub_close(BhHub *hub);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHub, bh_hub_close)

/* The following four texts are borrowed from the hub: */
const char *bh_hub_get_id(BhHub *hub);   /* id of the hub; also its id as a device */
const char *bh_hub_get_name(BhHub *hub); /* name of the hub for people */
const char *bh_hub_get_area(BhHub *hub); /* code of the area that the hub serves */
const char *bh_hub_get_dir(BhHub *hub);  /* path of the folder of the hub */
/* The address at which devices reach the hub (g_free); NULL without an error when none is set. */
char *bh_hub_dup_public_url(BhHub *hub, GError **error);
/* Sets whether only devices that report an encrypted disk are enrolled; not by default. To be
 * called before the hub is served. */
void bh_hub_set_needs_encryption(BhHub *hub, gboolean needs);
/* As set by bh_hub_set_needs_encryption. */
gboolean bh_hub_needs_encryption(BhHub *hub);
/* Sets the address at which devices reach the hub: "https://host[:port]" without wildcard, else
 * BH_ERROR_INVALID. Enrolled devices keep the address that they know. Blocks until durable. */
gboolean bh_hub_set_public_url(BhHub *hub, const char *url, GError **error);
/* The kind set in use; a new reference. */
BhKindSet *bh_hub_dup_kinds(BhHub *hub);
/* The region pack; borrowed. */
const BhRegion *bh_hub_get_region(BhHub *hub);
/* The hub's clock, which never goes back (log/clock.h); borrowed. */
const BhClock *bh_hub_get_clock(BhHub *hub);
/* Whether the hub's time is in doubt because the machine's clock went back. *machine_ms: the
 * machine's clock; *known_ms: the latest time that was not in doubt. */
gboolean bh_hub_is_time_doubted(BhHub *hub, gint64 *machine_ms, gint64 *known_ms);
/* Ends the doubt about the hub's time, because a person has confirmed that the machine's clock is
 * right. Blocks until that is durable. */
gboolean bh_hub_trust_clock(BhHub *hub, GError **error);
/* The source of random bytes; borrowed. */
const BhRandom *bh_hub_get_random(BhHub *hub);
/* Sets the functions that make files durable (borrowed; default: those of the system). Must be
 * called before anything else uses the hub. Tests pass functions that fail. */
void bh_hub_set_disk(BhHub *hub, const BhDisk *disk);
/* The functions that make files durable, as set by bh_hub_set_disk; borrowed. */
const BhDisk *bh_hub_get_disk(BhHub *hub);
/* Sets the function that returns the free space of a file system (borrowed; default: that of the
 * system). Must be called before anything else uses the hub. */
void bh_hub_set_space(BhHub *hub, const BhSpace *space);
/* Free bytes of the file system that has the hub's folder; -1 when they cannot be determined. Any
 * thread. */
gint64 bh_hub_get_free_bytes(BhHub *hub);
/* Checks that the hub's file system has room for `wanted` more bytes, with `kept` bytes left free
 * after that. FALSE with BH_ERROR_STORAGE, whose message begins with `what` ("file …"). */
gboolean bh_hub_has_space(BhHub *hub, gint64 wanted, gint64 kept, const char *what, GError **error);
/* The pin, by which devices recognise the hub: base64 of the SHA-256 of the SubjectPublicKeyInfo of
 * its TLS key. Borrowed. */
const char *bh_hub_get_pin(BhHub *hub);
/* Keys for signing entries and times, and for plaques; borrowed. Their sizes are BH_PUBLIC_KEY_SIZE
 * and BH_SECRET_KEY_SIZE. */
const guint8 *bh_hub_get_public_key(BhHub *hub);        /* public part of the signing key */
const guint8 *bh_hub_get_secret_key(BhHub *hub);        /* the signing key */
const guint8 *bh_hub_get_plaque_public_key(BhHub *hub); /* public part of the plaque key */
const guint8 *bh_hub_get_plaque_secret_key(BhHub *hub); /* the plaque key */

/* --- writing --- */

/* A piece of work, called on the writer thread with the writing connection. If the function returns
 * FALSE, only the changes of this piece are rolled back (savepoint). */
typedef gboolean (*BhHubWrite)(BhHub *hub, BhDb *db, gpointer data, GError **error);
/* Called after the commit of a piece of work, with the error of the piece or of the commit; NULL
 * when the changes are durable. */
typedef void (*BhHubDone)(BhHub *hub, const GError *error, gpointer data);
/* Runs `func` in a transaction that is shared with other waiting work (group commit). `done` (may
 * be NULL) is called on the writer thread; if too much work waits already, it is called at once on
 * the calling thread with BH_ERROR_BUSY. Does not block. */
void bh_hub_submit(BhHub *hub, BhHubWrite func, BhHubDone done, gpointer data);
/* One turn of long work, called on the writer thread. */
typedef BhTurn (*BhHubTurn)(BhHub *hub, BhDb *db, gpointer data, GError **error);
/* Runs long work of a client (id of a device) in turns, so that other clients wait for one turn and
 * not for all of the work (log/writer.h): `func` is called again in a later transaction while it
 * returns BH_TURN_MORE. */
void bh_hub_submit_turns(BhHub *hub, const char *client, BhHubTurn func, BhHubDone done,
                         gpointer data);
/* Whether work that was not submitted for `client` waits for the writer. */
gboolean bh_hub_has_other_work(BhHub *hub, const char *client);
/* Like bh_hub_submit, but blocks until the changes of `func` are durable or the work failed. Must
 * not be called on the writer thread. */
gboolean bh_hub_write(BhHub *hub, BhHubWrite func, gpointer data, GError **error);

/* Appends an entry of the hub itself and returns its id (g_free). `ops` as in bh_ingest_append;
 * `by` is a staff id, or NULL for the system. The entry is judged like any other entry; if a check
 * fails, the function fails and nothing is stored. Blocks until durable. */
char *bh_hub_append(BhHub *hub, const char *by, const json_t *ops, GError **error);
/* Like bh_hub_append, but called by a BhHubWrite with its `db`, so that the entry is committed
 * together with other changes. Does not block. */
char *bh_hub_append_in(BhHub *hub, BhDb *db, const char *by, const json_t *ops, GError **error);
/* bh_ingest_grant_numbers, within a write. */
gboolean bh_hub_grant_numbers_in(BhHub *hub, BhDb *db, const char *device, const char *unit,
                                 GError **error);

/* Makes the hub use a kind set: stores the set, then derives titles, scopes and other columns of
 * all records again. Returns TRUE at once when the set is in use already. Blocks. */
gboolean bh_hub_set_kinds(BhHub *hub, BhKindSet *kinds, GError **error);
/* Copies a file as the new region pack. The file must be a valid region pack (bh_region_load). The
 * hub uses it from its next start on. */
gboolean bh_hub_set_region(BhHub *hub, const char *path, GError **error);
/* *commits: the number of transactions committed since the start; *pieces: the number of pieces of
 * work in them. */
void bh_hub_count_commits(BhHub *hub, guint64 *commits, guint64 *pieces);
/* The state of the writer (bh_writer_get_state). Never waits for the writer. Any thread. */
void bh_hub_get_writer_state(BhHub *hub, BhWriterState *state);

/* --- reading: a reader is a read-only connection from a pool, used by one thread at a time --- */

/* Takes a reader from the pool; opens a new one if the pool is empty. NULL with an error. The
 * caller must return the reader with bh_hub_release_reader. */
BhDb *bh_hub_acquire_reader(BhHub *hub, GError **error);
/* Returns the reader `db` to the pool and ends its transaction. `db` may be NULL. */
void bh_hub_release_reader(BhHub *hub, BhDb *db);

/* --- quarantine --- */

/* Releases a quarantined entry, which applies it, or dismisses it; both append an entry of the hub.
 * The entry is judged again (ingest/judge.h). `by`: a staff id, or NULL for the shell.
 * BH_ERROR_NOT_FOUND, _INVALID or _DENIED: nothing was changed. Blocks until durable. */
gboolean bh_hub_release(BhHub *hub, const char *by, const char *entry, gboolean dismiss,
                        const char *reason, GError **error);
/* Whether bh_hub_release would succeed now; if not, the error that it would return. */
gboolean bh_hub_may_release(BhHub *hub, BhDb *db, const char *by, const char *entry,
                            gboolean dismiss, GError **error);

/* The settings of the office as `db`, a reader, sees them; bh_setting_values_unref. NULL: the store
 * failed. Any thread. */
BhSettingValues *bh_hub_dup_settings(BhHub *hub, BhDb *db, GError **error);

G_END_DECLS
