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

/* Counts that are kept in a row of the database, so that showing them needs no counting. */
typedef struct {
  gint64 changed; /* serial number of the newest change of a record */
  gint64 drafts;
  gint64 files, bytes; /* number and size of the declared files that are not wholly at the hub */
  gint64 delivered;    /* own entries that the hub has */
  gint64 conflicts;    /* records with at least one key in conflict */
  gint64 quarantined;  /* own entries in quarantine */
} BhCounters;

/* Functions that a part of the store registers, to keep its state in memory in step with the
 * database. */
typedef struct {
  /* Drops the state in memory that was read from the database. NULL: there is none. */
  void (*forget)(BhDevice *device);
  /* Runs inside each transaction before its commit. NULL: nothing to run. */
  gboolean (*before_commit)(BhDevice *device, GError **error);
  /* Runs after identity, chain, counters, hub time and kinds were read. NULL: nothing to run. */
  gboolean (*load)(BhDevice *device, GError **error);
} BhDeviceHook;

#define BH_DEVICE_HOOKS_MAX 8
#define BH_SETTING_SHUT "shut_ms" /* setting: when the store was shut (bh_outbox_shut) */

struct _BhDevice {
  char *dir;
  char *path;
  BhDb *db;
  const BhClock *clock;
  const BhRandom *random;
  const BhSpace *space;
  const BhDisk *disk;
  BhEncryption encryption; /* of the disk, when the store was opened */
  gboolean shut;           /* the hub revoked the device (bh_outbox_shut) */
  BhIdSource ids;
  BhClock id_clock; /* clock from which ids take their time (bh_device_get_id_ms) */
  BhDeviceHook hooks[BH_DEVICE_HOOKS_MAX];
  guint hooks_n;

  BhSigner *signer; /* NULL before enrolment */
  BhKindSet *kinds; /* kind set in use; NULL before the hub sent one */
  gint64 incarnation;
  gint64 made; /* seq of the newest own entry */
  gint64 acked;
  char head[BH_HASH_HEX_LEN + 1]; /* hash of the newest own envelope */
  gint64 last_ms;             /* wall clock when the newest own entry was made; 0: there is none */
  gint64 hub_ms, hub_boot_ms; /* last signed hub time, boot clock when it came; 0: none yet */
  char hub_boot_id[BH_ID_LEN + 1];
  char hub_sig[BH_SIGNATURE_BASE64_LEN + 1]; /* the hub's signature over hub_ms; "": not stored */

  BhCounters counters;
  gboolean counters_dirty;
  GArray *noted; /* positions of own entries that could not be read (damage.h); NULL: none */
  /* staff id → open key of a person who is signed in (people.c); NULL: nobody has signed in */
  GHashTable *keys;
  /* id of the person who was last found to have no key on this device; "": nobody */
  char keyless[BH_ID_LEN + 1];
  GHashTable *views; /* id → BhView, a cache (views.c) */
  guint64 view_tick;
  BhSettingValues *settings; /* settings of the office (office-settings.c); NULL: not read yet */
  gint64 settings_version;   /* grows whenever they change, while the store is open */
  gboolean retitle;          /* whether some records may be waiting for a new title */
  guint marked; /* records that were marked for the index since it was last up to date */
  gint64 opened_boot_ms;
  GHashTable *held_files; /* hash → why a file stays that nothing names (release.c); NULL: none */
  char release_place[BH_HASH_HEX_LEN + 1]; /* the last file that the sweep of release.c checked */
  char prune_place[BH_HASH_HEX_LEN + 1];   /* the last file that prune.c tried to remove */
  /* hash of a file that could not be removed → when that is tried again (prune.c); NULL: none */
  GHashTable *stuck_files;

  /* state of the sync round; in memory only, so that no round counts as "working" after a restart
   * (L19) */
  char *round_state;
  gint64 next_try_ms;
};

/* --- reading into memory, and transactions (transaction.c) --- */

/* Registers a hook for the life of the device; before the first bh_device_reload. At most
 * BH_DEVICE_HOOKS_MAX. The hook is copied. */
void bh_device_add_hook(BhDevice *device, const BhDeviceHook *hook);
/* Opens the database file, or makes it, and migrates it. device->db must be NULL. */
gboolean bh_device_open_database(BhDevice *device, GError **error);
/* Opens the connection to the database again when it has died; every public function calls this
 * first. */
gboolean bh_device_ready(BhDevice *device, GError **error);
/* BH_ERROR_REVOKED when the store is shut, naming the hub whose office is to be asked. */
gboolean bh_device_need_open(BhDevice *device, GError **error);
/* BH_ERROR_NOT_FOUND before the store has an identity and kinds. */
gboolean bh_device_need_enrolled(BhDevice *device, GError **error);
/* Reads everything in memory from the database again, hooks included. */
gboolean bh_device_reload(BhDevice *device, GError **error);

/* A transaction that ends with the C scope of its variable. Changes that are not committed by then
 * are rolled back, and the state in memory is read from the database again. */
typedef struct _BhDevice BhWrite;
/* Begins a transaction, after opening a connection again that has died. NULL with error. Not to be
 * nested. */
BhWrite *bh_write_begin(BhDevice *device, GError **error);
/* As bh_write_begin, for rows that can be computed again: the commit does not wait for the disk
 * (bh_db_begin_unsynced). */
BhWrite *bh_write_begin_unsynced(BhDevice *device, GError **error);
/* Writes the counters, then commits with an fsync. FALSE: rolled back. After BH_ERROR_STORAGE it is
 * not known whether the transaction is on the disk: after the next start the store contains all of
 * it or nothing of it. */
gboolean bh_write_commit(BhWrite *write, GError **error);
/* Ends the transaction; rolls it back when it was not committed. */
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
/* The day of bh_device_now_ms as "YYYY-MM-DD"; g_free. */
char *bh_device_dup_today(BhDevice *device);
/* Time for ids: the wall clock where it lies within BH_ID_TRUST_MS after the earliest time that the
 * last signed hub time allows, else that earliest time. A clock that is years ahead then makes no
 * ids of the future, which the hub would not fold. `data` is the device. */
gint64 bh_device_get_id_ms(gpointer data);

/* --- settings (settings-store.c) --- */

/* Text of a setting; g_free. NULL when it is not set, and when it cannot be read. */
char *bh_setting_dup(BhDevice *device, const char *name);
/* Number of a setting; `fallback` when it is not set. */
gint64 bh_setting_get_int(BhDevice *device, const char *name, gint64 fallback);
/* Stores the text of a setting; `value` NULL removes the setting. Inside a transaction. */
gboolean bh_setting_set(BhDevice *device, const char *name, const char *value, GError **error);
/* As bh_setting_set, for a number. */
gboolean bh_setting_set_int(BhDevice *device, const char *name, gint64 value, GError **error);

G_END_DECLS
