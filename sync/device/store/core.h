/* The inside of a store: the device's state in memory, transactions, time, settings and counters.
 * Nothing here knows what a record, a draft or a damaged entry is; code that keeps something in
 * memory registers a hook.
 *
 * For every header inside sync/device/store: functions run on the store's thread. A function that
 * returns gboolean, or a pointer, returns FALSE or NULL with `error` set when it fails; most errors
 * are BH_ERROR_STORAGE. "dup" gives a new copy to g_free, "get" lends. Times are milliseconds.
 * "Inside a transaction": the caller has begun one (bh_write_begin), and commits it. */
#pragma once

#include "schema/entry.h"
#include "sync/db/db.h"
#include "sync/device/store/device.h"

G_BEGIN_DECLS

/* A position is the place of an own entry: the number of its incarnation and its seq in one
 * integer, so that all own entries of a store sort by it. */
#define BH_POS_SHIFT 40
#define BH_POS_SEQ_MASK (((gint64)1 << BH_POS_SHIFT) - 1)
#define BH_POS(incarnation, seq) (((gint64)(incarnation) << BH_POS_SHIFT) | (gint64)(seq))

/* Numbers that are kept in a row instead of being counted. */
typedef struct {
  gint64 changed; /* serial number of the newest change of a record */
  gint64 drafts;
  gint64 files, bytes; /* of declared files that are not wholly at the hub */
  gint64 delivered;    /* own entries that the hub has */
  gint64 conflicts;    /* records with at least one key in conflict */
  gint64 quarantined;  /* own entries */
} BhCounters;

/* What a part of the store does when the state in memory is read again. */
typedef struct {
  /* Drops what was remembered from the database. NULL: nothing. */
  void (*forget)(BhDevice *device);
  /* Runs inside each transaction before its commit. NULL: nothing. */
  gboolean (*before_commit)(BhDevice *device, GError **error);
  /* Runs after identity, chain, counters, hub time and kinds were read. NULL: nothing. */
  gboolean (*load)(BhDevice *device, GError **error);
} BhDeviceHook;

#define BH_DEVICE_HOOKS_MAX 8

struct _BhDevice {
  char *dir;
  char *path;
  BhDb *db;
  const BhClock *clock;
  const BhRandom *random;
  const BhSpace *space;
  const BhDisk *disk;
  BhIdSource ids;
  BhClock id_clock; /* what ids are made from (bh_device_get_id_ms) */
  BhDeviceHook hooks[BH_DEVICE_HOOKS_MAX];
  guint hooks_n;

  BhSigner *signer; /* NULL before enrolment */
  BhKindSet *kinds; /* NULL before the hub gave any */
  gint64 incarnation;
  gint64 made; /* newest own seq */
  gint64 acked;
  char head[BH_HASH_HEX_LEN + 1]; /* hash of the newest own envelope */
  gint64 last_ms;                 /* wall clock when that was made; 0 when there is none */
  gint64 hub_ms, hub_boot_ms;     /* last signed hub time; 0 before */
  char hub_boot_id[BH_ID_LEN + 1];
  char hub_sig[BH_SIGNATURE_BASE64_LEN + 1]; /* over hub_ms; "" when that was not kept */

  BhCounters counters;
  gboolean counters_dirty;
  GArray *noted;    /* positions of own entries that could not be read (damage.h); NULL: none */
  GHashTable *keys; /* staff id → open key of somebody signed in (people.c); NULL: nobody yet */
  char keyless[BH_ID_LEN + 1]; /* who was last found to have no key here; "": nobody */
  GHashTable *views;           /* id → BhView, a cache (views.c) */
  guint64 view_tick;
  gboolean retitle; /* titles may be waiting to be made anew */
  guint marked;     /* records that were marked for the index since it was last up to date */
  gint64 opened_boot_ms;
  GHashTable *held_files; /* hash → what keeps it here for now (release.c); NULL: none */
  char release_place[BH_HASH_HEX_LEN + 1]; /* the last file that the sweep of release.c checked */
  char prune_place[BH_HASH_HEX_LEN + 1];   /* the last file that prune.c tried to remove */
  GHashTable *stuck_files; /* hash → when its removal is tried again (prune.c); NULL: none */

  char *round_state; /* of this run only: nothing stays "working" over a restart (L19) */
  gint64 next_try_ms;
};

/* --- reading into memory, and transactions (transaction.c) --- */

/* Registers a hook for the life of the device; before the first bh_device_reload. At most
 * BH_DEVICE_HOOKS_MAX. The hook is copied. */
void bh_device_add_hook(BhDevice *device, const BhDeviceHook *hook);
/* Opens the database file, or makes it, and migrates it. device->db must be NULL. */
gboolean bh_device_open_database(BhDevice *device, GError **error);
/* Reopens a connection that died; every public function calls this first. */
gboolean bh_device_ready(BhDevice *device, GError **error);
/* BH_ERROR_NOT_FOUND before the store has an identity and kinds. */
gboolean bh_device_need_enrolled(BhDevice *device, GError **error);
/* Reads everything in memory from the database again, hooks included. */
gboolean bh_device_reload(BhDevice *device, GError **error);

/* A transaction as a scope: what is not committed when it ends is rolled back, and what is in
 * memory is read again. */
typedef struct _BhDevice BhWrite;
/* Begins one, reopening a connection that died. NULL with error. Not to be nested. */
BhWrite *bh_write_begin(BhDevice *device, GError **error);
/* The same for rows that can be made again (bh_db_begin_unsynced). */
BhWrite *bh_write_begin_unsynced(BhDevice *device, GError **error);
/* Writes the counters, then commits with an fsync. FALSE: rolled back. BH_ERROR_STORAGE leaves open
 * whether the disk has it: after the next start it is there wholly or not at all. */
gboolean bh_write_commit(BhWrite *write, GError **error);
/* Rolls back what was not committed. */
void bh_write_end(BhWrite *write);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWrite, bh_write_end)
/* The counters, to be changed inside a transaction; its commit writes them. Borrowed. */
BhCounters *bh_device_count(BhDevice *device);

/* --- time (clock.c) --- */

/* Wall and boot clock, boot id, the last signed hub time, and how far the wall clock can be
 * trusted: what an entry records of its time. `clock` borrows from the device. */
void bh_device_read_clock(BhDevice *device, BhEntryClock *clock);
/* The best guess of the present: hub time carried on by the boot clock, else the wall clock but
 * never before the last hub time. For dates and leases, never for order. */
gint64 bh_device_now_ms(BhDevice *device);
/* The day of that as "YYYY-MM-DD"; g_free. */
char *bh_device_dup_today(BhDevice *device);
/* Time for ids: the wall clock where it lies within BH_ID_TRUST_MS after the earliest time that the
 * last signed hub time allows, else that earliest time. A clock that is years ahead then makes no
 * ids of the future, which the hub would not fold. `data` is the device. */
gint64 bh_device_get_id_ms(gpointer data);

/* --- settings (settings-store.c) --- */

/* NULL when not set, and when it cannot be read; g_free. */
char *bh_setting_dup(BhDevice *device, const char *name);
/* `fallback` when not set. */
gint64 bh_setting_get_int(BhDevice *device, const char *name, gint64 fallback);
/* NULL removes. Inside a transaction. */
gboolean bh_setting_set(BhDevice *device, const char *name, const char *value, GError **error);
/* The same for a number. */
gboolean bh_setting_set_int(BhDevice *device, const char *name, gint64 value, GError **error);

G_END_DECLS
