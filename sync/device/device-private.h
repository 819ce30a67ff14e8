/* What the files behind device.h and outbox.h share. Nobody else includes this. */
#pragma once

#include "schema/entry.h"
#include "sync/db/db.h"
#include "sync/device/device.h"

G_BEGIN_DECLS

#define BH_POS_SHIFT 40
#define BH_POS_SEQ_MASK (((gint64)1 << BH_POS_SHIFT) - 1)
#define BH_POS(incarnation, seq) (((gint64)(incarnation) << BH_POS_SHIFT) | (gint64)(seq))

#define BH_VIEW_CACHE_MAX 64 /* records kept folded in memory */
#define BH_VIEW_TAIL_MAX 64  /* own entries of a record folded at most for one read */

typedef struct {
  gint64 changed, drafts, files, bytes, delivered, conflicts, quarantined;
} BhCounters;

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
  GArray *noted;    /* places of own entries that could not be read (damage.h); NULL: none */
  GHashTable *keys; /* staff id → open key of somebody signed in (people.c); NULL: nobody yet */
  char keyless[BH_ID_LEN + 1]; /* who was last found to have no key here; "": nobody */
  GHashTable *views;           /* id → BhView, a cache */
  guint64 view_tick;
  gboolean retitle; /* titles may be waiting to be made anew */
  gint64 opened_boot_ms;
  GHashTable *held_files; /* hash → what keeps it here for now (release.c); NULL: none */
  char release_place[BH_HASH_HEX_LEN + 1]; /* how far the released files were looked through */

  char *round_state; /* of this run only: nothing stays "working" over a restart (L19) */
  gint64 next_try_ms;
};

/* Time for ids: the device's clock where it lies within BH_ID_TRUST_MS after the least the last
 * signed hub time proves, else that least. A clock that is years ahead makes no ids of the future,
 * which the hub would not fold. `data` is the device. */
gint64 bh_device_get_id_ms(gpointer data);

/* --- transactions (device.c) --- */

/* A transaction as a scope: what is not committed when it ends is rolled back, and everything
 * remembered in memory is read again. Begins with reopening a connection that died. */
typedef struct _BhDevice BhWrite;
BhWrite *bh_write_begin(BhDevice *device, GError **error);
gboolean bh_write_commit(BhWrite *write, GError **error);
void bh_write_end(BhWrite *write);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhWrite, bh_write_end)
/* Reopens a dead connection; every reading function starts with it. */
gboolean bh_device_ready(BhDevice *device, GError **error);
gboolean bh_device_need_enrolled(BhDevice *device, GError **error);
/* Reads again what is kept in memory. */
gboolean bh_device_reload(BhDevice *device, GError **error);
BhCounters *bh_device_count(BhDevice *device); /* the counters, to be changed in a transaction */

/* --- time (device.c) --- */

void bh_device_read_clock(BhDevice *device, BhEntryClock *clock);
/* Best known present: hub time carried on by the boot clock, else wall time but never before the
 * last hub time. For dates and leases, never for order. */
gint64 bh_device_now_ms(BhDevice *device);
char *bh_device_dup_today(BhDevice *device); /* "YYYY-MM-DD" */

/* --- settings (device-store.c) --- */

char *bh_setting_dup(BhDevice *device, const char *name); /* NULL when not set */
gint64 bh_setting_get_int(BhDevice *device, const char *name, gint64 fallback);
/* Inside a transaction. NULL removes. */
gboolean bh_setting_set(BhDevice *device, const char *name, const char *value, GError **error);
gboolean bh_setting_set_int(BhDevice *device, const char *name, gint64 value, GError **error);
gboolean bh_device_store_load_identity(BhDevice *device, GError **error);
gboolean bh_device_store_load_chain(BhDevice *device, GError **error);
gboolean bh_device_store_load_counters(BhDevice *device, GError **error);
gboolean bh_device_store_save_counters(BhDevice *device, GError **error);
gboolean bh_device_store_load_hub_time(BhDevice *device, GError **error);
gboolean bh_device_store_save_hub_time(BhDevice *device, GError **error);
gboolean bh_device_store_load_kinds(BhDevice *device, const char *hash, BhKindSet **set,
                                    GError **error);
gboolean bh_device_store_save_kinds(BhDevice *device, const char *hash, const char *text,
                                    GError **error);
/* Row of the uplink as {"url","hub",…}; NULL without error before enrolment. */
json_t *bh_device_store_read_uplink(BhDevice *device, GError **error);
/* "ok", or what the engine found; reads the whole store. */
char *bh_device_store_check(BhDevice *device, GError **error);
/* Checks the newest own entry against its place, notes damage; sets the head's hash. */
gboolean bh_device_verify_tail(BhDevice *device, GError **error);

/* --- views of records (records.c) --- */

typedef struct {
  gint64 number; /* 0: no row yet */
  char *kind;
  char *title;
  char *state;
  char *due; /* YYYY-MM-DD or NULL; not read from the store */
  gint64 conflicts;
  gint64 changed;
} BhRow;
void bh_row_clear(BhRow *row);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhRow, bh_row_clear)

typedef struct {
  BhRecord *record;
  BhRow row;
  json_t *values;   /* shown values, kept in step; NULL until asked for */
  gint64 conflicts; /* keys in conflict, kept in step */
  int tail;         /* own entries since the stored view, or since base */
  guint64 used;
} BhView;

/* The folded record; borrowed until the next call that reads another record or ends a
 * transaction. NULL without error when there is none. */
BhView *bh_view_get(BhDevice *device, const char *id, GError **error);
/* The same, made empty when there is none; not stored before bh_view_store. */
BhView *bh_view_need(BhDevice *device, const char *id, const char *kind, GError **error);
/* {key: value} of the view, in no order; borrowed, not to be changed. */
json_t *bh_view_get_values(BhView *view);
/* Applies an operation of the own entry at `pos`; bh_view_store writes it down. */
gboolean bh_view_apply(BhDevice *device, BhView *view, const char *entry, const BhOp *op,
                       GError **error);
/* Writes row, index and, now and then, the folded text. `op` says what changed, NULL: all. */
gboolean bh_view_store(BhDevice *device, BhView *view, gint64 pos, const BhOp *op, GError **error);
/* Folds a record again from base and own entries, after either changed. A record with neither is
 * removed. */
gboolean bh_view_refold(BhDevice *device, const char *id, GError **error);
/* Title and terms of a record anew; what it holds did not change. */
gboolean bh_view_reindex(BhDevice *device, const char *id, GError **error);
/* Makes some more titles anew after a record that they name changed its own; inside a transaction.
 * device->retitle says whether there are more. */
gboolean bh_view_retitle_some(BhDevice *device, GError **error);
GHashTable *bh_view_cache_new(void);
void bh_view_forget(BhDevice *device, const char *id);
void bh_view_forget_all(BhDevice *device);

/* --- rows (records-store.c) --- */

gboolean bh_records_store_find(BhDevice *device, const char *id, BhRow *row, GError **error);
gboolean bh_records_store_insert(BhDevice *device, const char *id, BhRow *row,
                                 const GByteArray *order_key, GError **error);
gboolean bh_records_store_update(BhDevice *device, const BhRow *row, const GByteArray *order_key,
                                 GError **error); /* NULL order_key: title unchanged */
gboolean bh_records_store_delete(BhDevice *device, gint64 number, GError **error);
char *bh_records_store_dup_id(BhDevice *device, gint64 number, GError **error);
/* NULL without error when there is none. *pos is only set by the view. */
char *bh_records_store_dup_base(BhDevice *device, gint64 number, gint64 *changed_ms, gboolean *gone,
                                GError **error);
char *bh_records_store_dup_view(BhDevice *device, gint64 number, gint64 *pos, GError **error);
/* `through`: place of the last own entry the snapshot was folded with. */
gboolean bh_records_store_put_base(BhDevice *device, gint64 number, const char *text,
                                   gint64 changed_ms, gint64 through, GError **error);
gboolean bh_records_store_mark_gone(BhDevice *device, gint64 number, gboolean gone, GError **error);
gboolean bh_records_store_drop_base(BhDevice *device, gint64 number, GError **error);
gboolean bh_records_store_put_view(BhDevice *device, gint64 number, const char *text, gint64 pos,
                                   GError **error);
gboolean bh_records_store_drop_view(BhDevice *device, gint64 number, GError **error);
/* Own entries of a record that its base does not contain, at places above `after`, oldest first:
 * gint64 places. */
GArray *bh_records_store_list_overlay(BhDevice *device, const char *id, gint64 after,
                                      GError **error);
/* Own entries of a record, newest first, at most `limit`. */
GArray *bh_records_store_list_entries(BhDevice *device, const char *id, int limit, GError **error);
gint64 bh_records_store_count_pending(BhDevice *device, const char *id);
gint64 bh_records_store_count_quarantined(BhDevice *device, const char *id);
GPtrArray *bh_records_store_list_gone(BhDevice *device, GError **error);
/* Notes the records under a term: their titles are to be made anew. */
gboolean bh_records_store_retitle(BhDevice *device, const char *term, GError **error);
/* The first `limit` of them, taken off the list. */
GPtrArray *bh_records_store_take_retitle(BhDevice *device, int limit, GError **error);
gint64 bh_records_store_max_number(BhDevice *device);
gboolean bh_records_store_want_file(BhDevice *device, const char *sha256, GError **error);

/* --- terms (terms.c, terms-store.c) --- */

/* Title as lists show it: names of other records in place of their ids. */
char *bh_record_dup_title(BhDevice *device, const BhRecord *record);
/* A BhTitleFunc over the store. */
const json_t *bh_title_get_values(const char *record, gpointer device);
/* What sorts titles bytewise, Chinese by GB 18030 (for the usual characters: by pinyin). */
GByteArray *bh_title_dup_order_key(const char *title);
/* TRUE when setting this key can change title or terms. */
gboolean bh_key_is_indexed(const BhKind *kind, const char *key);
/* Terms of a record, sorted, without repeats. */
GPtrArray *bh_record_list_terms(BhDevice *device, const BhRecord *record);
char *bh_term_for_value(const char *kind, const char *field, const json_t *value);
/* The hash in the term of a value that is one; NULL for other terms. Borrowed. */
const char *bh_term_get_hash(const char *term);
/* Terms a typed search asks for. Those that end in "*" stand for every term that begins so. */
GPtrArray *bh_search_list_terms(const char *kind, const char *typed);
gboolean bh_terms_store_replace(BhDevice *device, gint64 record, GPtrArray *terms, GError **error);
gboolean bh_terms_store_delete(BhDevice *device, gint64 record, GError **error);
/* Numbers of the terms that are one of `texts`. With `typed`, those of a search, also of the terms
 * that begin with one that ends in "*": at most 1,024 for each of those, *partial TRUE when there
 * are more. A star in a value is a star. */
GArray *bh_terms_store_find(BhDevice *device, const GPtrArray *texts, gboolean typed,
                            gboolean *partial, GError **error);
/* Records under any of the terms, newest first, each once, at most `limit`: appended to `out`. */
gboolean bh_terms_store_list(BhDevice *device, const GArray *terms, int limit, GArray *out,
                             GError **error);
/* Records of a kind whose indexed field has this value, newest first, at most `limit`; -1: all. */
GArray *bh_terms_store_list_of(BhDevice *device, const char *kind, const char *field,
                               const json_t *value, int limit, GError **error);
/* Whether the record stands under any of the terms. */
gboolean bh_terms_store_has(BhDevice *device, const GArray *terms, gint64 record, gboolean *has,
                            GError **error);

/* --- conditions (scope.c) --- */

/* What a condition sees: records of the store with unsaved values laid over them. */
typedef struct _BhScope BhScope;
BhScope *bh_scope_new(BhDevice *device, const char *actor);
void bh_scope_free(BhScope *scope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScope, bh_scope_free)
/* Values of a record, unsaved ones included; borrowed, NULL when unknown. */
json_t *bh_scope_get(BhScope *scope, const char *record);
/* Lays {key: value} over a record; null clears. */
void bh_scope_set(BhScope *scope, const char *record, const char *kind, const json_t *set);
/* Fills a context for `record`; borrowed from the scope. */
void bh_scope_fill(BhScope *scope, const char *record, BhContext *context);

/* --- own entries (journal.c, journal-store.c) --- */

typedef struct {
  gint64 pos;
  char *id;
  char *author;
  gint64 at_ms;
  char *body;
  char *openings;
} BhOwnEntry;
void bh_own_entry_clear(BhOwnEntry *entry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhOwnEntry, bh_own_entry_clear)

gboolean bh_journal_store_insert(BhDevice *device, gint64 pos, const char *id, const char *author,
                                 gint64 at_ms, const BhEntryText *text, GError **error);
gboolean bh_journal_store_link(BhDevice *device, const char *record, gint64 pos, GError **error);
/* BH_ERROR_NOT_FOUND when there is none at `pos`. */
gboolean bh_journal_store_read(BhDevice *device, gint64 pos, BhOwnEntry *entry, GError **error);
/* 0 when there is none. */
gint64 bh_journal_store_find(BhDevice *device, const char *entry_id);
/* Why the hub holds it back, "" while that is not known; NULL when it does not. g_free. */
char *bh_journal_store_dup_quarantine(BhDevice *device, gint64 pos);
char *bh_journal_store_dup_envelope(BhDevice *device, gint64 pos, GError **error);
/* One entry, inside the caller's transaction. `refused` as bh_check_operations; BH_ERROR_LIMIT
 * about no single record: the entry is too large, and nothing was written. */
char *bh_journal_write(BhDevice *device, const char *author, const json_t *ops, gint64 observed_ms,
                       char **refused, GError **error);

/* --- drafts --- */

gint64 bh_drafts_store_count_author(BhDevice *device, const char *author);
gboolean bh_drafts_store_has_record(BhDevice *device, const char *record);
/* [{"record","kind","author","updated_ms"}] newest first; author NULL: all. */
json_t *bh_drafts_store_list(BhDevice *device, const char *author, gint64 offset, int limit,
                             GError **error);

char *bh_draft_dup_title(BhDevice *device, const char *author, const char *record);

/* --- people --- */

char *bh_people_store_dup_name(BhDevice *device, const char *staff);
/* Values of a staff record, from the record or else from the sealed box; NULL when unknown. */
json_t *bh_people_dup_values(BhDevice *device, const char *staff);
/* End of offline sign-in, INT64 max before the first staff list. */
gint64 bh_people_get_lease_end_ms(BhDevice *device);
/* The open key of a person, borrowed until they sign out; NULL for who has none here. FALSE with
 * BH_ERROR_DENIED for somebody who has a key and is not signed in. */
gboolean bh_people_get_key(BhDevice *device, const char *staff, const guint8 **secret_key,
                           GError **error);
/* Lock-outs of an earlier boot start again in this one. At open. */
/* The hub's list of people replaces the one here, in a transaction: the first clears it and finds
 * whether it was as this device had sealed it, the second seals the new one. When it was not,
 * everybody has one try left before a lock-out. */
gboolean bh_people_begin_list(BhDevice *device, gboolean *sealed, GError **error);
gboolean bh_people_end_list(BhDevice *device, gboolean sealed, GError **error);
gboolean bh_people_carry_lockouts(BhDevice *device, GError **error);

/* --- files --- */

typedef struct {
  gint64 size;
  char *media_type;
} BhFileFact;
/* Where its bytes are, or would be. g_free. */
char *bh_device_make_file_path(BhDevice *device, const char *sha256);
/* FALSE without error when the store does not know the file. */
gboolean bh_files_store_find(BhDevice *device, const char *sha256, gint64 *size, char **media_type);
/* Inside a transaction: all files the hub had are asked for again. */
gboolean bh_files_recheck(BhDevice *device, GError **error);
/* The entry at `pos` declares the file: from now on it is to be sent. */
gboolean bh_files_declare(BhDevice *device, const char *sha256, gint64 pos, GError **error);

/* --- small things --- */

/* TRUE when no string in it carries a NUL and it is not too deep. */
gboolean bh_value_is_clean(const json_t *value, int depth);

G_END_DECLS
