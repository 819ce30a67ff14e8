/* The device's store and everything a program does with it: sign-in, drafts, entries, lists,
 * files, queue. What people recorded is in here and nowhere else until the hub has it.
 *
 * A BhDevice lives on one thread (see worker.h); every function below blocks on the disk and must
 * be called on that thread. JSON arguments are borrowed, JSON results are new references. Errors
 * leave the store as it was. */
#pragma once

#include "schema/kind.h"
#include "schema/merge.h"
#include "schema/workflow.h"
#include "schema/world.h"
#include "sync/disk/encryption.h"

G_BEGIN_DECLS

typedef struct _BhDevice BhDevice;

/* --- opening --- */

/* Opens DIR/store.db (made and migrated when needed); the process must be the owner of the store
 * (owner.h). `clock` and `random` are borrowed and must live as long as the device. */
BhDevice *bh_device_open(const char *dir, const BhClock *clock, const BhRandom *random,
                         GError **error);
/* Closes the store, and wipes the open keys of people. NULL is ignored. */
void bh_device_close(BhDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDevice, bh_device_close)
/* Replaces the functions that measure free space, by default those of the system; borrowed. */
void bh_device_set_space(BhDevice *device, const BhSpace *space);
/* Replaces the functions that sync files and folders, by default those of the system; borrowed. */
void bh_device_set_disk(BhDevice *device, const BhDisk *disk);
/* Replaces the place from which the encryption of the disk is read, and reads it; borrowed. */
void bh_device_set_encryption_probe(BhDevice *device, const BhEncryptionProbe *probe);
/* Whether the store lies on an encrypted disk, as it was when the store was opened. */
BhEncryption bh_device_get_encryption(BhDevice *device);
/* Does one short step of the work for idle time: moves records of a pull that started over into
 * place, makes titles and index rows again, drops content that was delivered long ago. After the
 * last step SQLite's write-ahead log is moved into the database file. TRUE when there is more to
 * do. */
gboolean bh_device_rest(BhDevice *device);
/* Whether a pull that started over has not ended. TRUE: some of the hub's records are not in place
 * yet. */
gboolean bh_device_is_behind(BhDevice *device);
/* Whether the store belongs to a device of a hub. */
gboolean bh_device_is_enrolled(BhDevice *device);
/* {"hub","hub_name","device","name","unit","area","url","encryption"}; NULL with BH_ERROR_NOT_FOUND
 * before enrolment. */
json_t *bh_device_describe(BhDevice *device, GError **error);
/* The newest kind set the hub gave (a new reference), or NULL before enrolment. */
BhKindSet *bh_device_dup_kinds(BhDevice *device);
/* The settings, calendar and codes that the hub gave (a new reference, for any thread); NULL before
 * enrolment, or when they cannot be read. "settings" of bh_device_status changes when they do. */
BhSettingValues *bh_device_dup_settings(BhDevice *device);
/* JSON array of {"id","values"}: all records of codes, for other processes. NULL with an error. */
json_t *bh_device_list_codes(BhDevice *device, GError **error);

/* Settings of this store, in this order: days for which people may sign in without a sync (default
 * 30); days before the end of that time at which a warning begins (7); days that delivered content
 * is kept (30). */
#define BH_SETTING_LEASE_DAYS "lease_days"
#define BH_SETTING_LEASE_WARNING_DAYS "lease_warning_days"
#define BH_SETTING_KEEP_DAYS "keep_days"
/* Sets one of these settings; `value` NULL: its default again. BH_ERROR_UNKNOWN for another name,
 * BH_ERROR_INVALID unless `value` is a number of days from 0 to 3650. */
gboolean bh_device_set_setting(BhDevice *device, const char *name, const char *value,
                               GError **error);

/* --- people (R-132) --- */

/* The people of the device's unit, sorted by name:
 * [{"id","name","roles":[…],"drafts":n,"locked_until_ms"?}]. */
json_t *bh_device_list_staff(BhDevice *device, GError **error);
/* Details of a refused sign-in. */
typedef struct {
  gint64 locked_ms; /* with BH_ERROR_LOCKED: how long no PIN of this person is checked */
  /* with BH_ERROR_DENIED for a wrong PIN: tries left before a lock-out; else -1 */
  int tries_left;
} BhSignInRefusal;

/* Opens the person's key with a PIN; TRUE only when the PIN is right. From then on entries saved in
 * that person's name carry their signature, until bh_device_sign_out. BH_ERROR_DENIED, _LOCKED,
 * _EXPIRED (staff no longer valid); `refusal` (may be NULL) gets details of the first two. Wrong
 * tries are counted on disk before the function returns. Lock-outs are measured by the boot clock,
 * which also counts the time in suspend. Takes about 0.1 s of CPU. */
gboolean bh_device_sign_in(BhDevice *device, const char *staff, const char *pin,
                           BhSignInRefusal *refusal, GError **error);
/* Ends one sign-in. After the last one the key is wiped, and nothing can be saved in that person's
 * name. Ignored when the person is not signed in. */
void bh_device_sign_out(BhDevice *device, const char *staff);

/* --- drafts: per author and record, durable, unsigned (SYNC.md) --- */

/* Sets one key of the draft (JSON null clears); makes the draft when there is none. No checks
 * beyond size: people may leave a form half-way. */
gboolean bh_device_draft_set(BhDevice *device, const char *author, const char *record,
                             const char *kind, const char *key, const json_t *value,
                             GError **error);
/* {"record","kind","changed":{key:value},"values":{record + draft},"updated_ms"}; NULL with
 * BH_ERROR_NOT_FOUND. */
json_t *bh_device_draft_get(BhDevice *device, const char *author, const char *record,
                            GError **error);
/* The drafts of a kind below one record, each as bh_device_draft_get gives it, in a fixed number of
 * statements; newest first. */
json_t *bh_device_draft_list_below(BhDevice *device, const char *author, const char *kind,
                                   const char *parent, GError **error);
/* [{"record","kind","title","state"?,"updated_ms"}] newest first; "state" of the record as
 * saved. */
json_t *bh_device_draft_list(BhDevice *device, const char *author, GError **error);
/* Removes a draft, and with one of a record that was never saved also the author's drafts below it.
 * Not an error when there is none. */
gboolean bh_device_draft_discard(BhDevice *device, const char *author, const char *record,
                                 GError **error);
/* Removes these keys (array of texts) from the draft, after their values were saved without it. The
 * draft is removed with its last key. */
gboolean bh_device_draft_forget(BhDevice *device, const char *author, const char *record,
                                const json_t *keys, GError **error);
/* Stores drafts that belong together, in one transaction with one fsync: [{"record","kind","set":
 * {key: value}}], each key as bh_device_draft_set takes it. When one key is refused, no draft
 * changes. */
gboolean bh_device_draft_put(BhDevice *device, const char *author, const json_t *drafts,
                             GError **error);
/* Discards the drafts of these records (array of ids) in one transaction. */
gboolean bh_device_draft_drop(BhDevice *device, const char *author, const json_t *records,
                              GError **error);

/* --- entries --- */

/* Makes a new record id. Ids sort in the order in which they were made. */
void bh_device_make_id(BhDevice *device, char out[BH_ID_LEN + 1]);

/* What would be wrong with a record if `author` saved `set` ({key:value}, may be NULL). A state in
 * `set` is checked as a transition. Array of {"field","code","zh","en"}. */
json_t *bh_device_check(BhDevice *device, const char *author, const char *record, const char *kind,
                        const json_t *set, GError **error);

/* The operations as bh_device_save would write them now, with the numbers that new records get
 * (schema/kinds/README.md, "Numbers"): a new reference. A caller on the store's thread that saves
 * before anything else does gets exactly these numbers. Gives no number away. */
json_t *bh_device_preview_numbers(BhDevice *device, const json_t *ops, GError **error);

/* Values in `ops` (as bh_device_save takes them) that can be saved although they are doubtful, for
 * example a wrong check character: array of {"record","field","zh","en"}, empty when there are
 * none. */
json_t *bh_device_list_doubts(BhDevice *device, const json_t *ops);
/* Names of the fields of a stored record that are locked in its present state: only a declared step
 * that unlocks them lets a save change them. Empty for a record that is not here. */
json_t *bh_device_list_locked(BhDevice *device, const char *record, GError **error);

/* The acts (schema/act.h) that `author` may do on a device with an existing record:
 * [{"kind","name","label":{"zh","en"},"page"?: as the kind declares it,"parent"?: id,"hint"?:
 * {"zh","en"},"returned"?:{"record","title"}}], steps in declared order, then edits. Before all
 * others are the steps that a record which returned offers (schema/returns.h); they have "hint" and
 * "returned". */
json_t *bh_device_list_acts(BhDevice *device, const char *author, const char *record,
                            GError **error);
/* The acts by which `author` may make a record, offered on the record `origin`; NULL: on the first
 * page. Rows as of bh_device_list_acts. */
json_t *bh_device_list_creations(BhDevice *device, const char *author, const char *origin,
                                 GError **error);
/* What the form of an act shows. `act`: {"record","act"} for an existing record; for a new one
 * {"record": new id,"kind","act","origin"?}. Result {"record","kind","act","label","source",
 * "creates","open","title","state"?,"fields":[names],"sections","reason"?,"values","typed"?,
 * "related","files":[{"role","label","at_least","media"?,"files":[values]}],"opens"}: "open" tells
 * whether the author may do the act now, "title" is that of the record or the origin, "values" are
 * those before the act with what a record that returned offers, "typed" is the author's draft,
 * "related" has the values of records to which the record refers, "opens" the records that the act
 * makes besides (schema/opens.h). */
json_t *bh_device_prepare_act(BhDevice *device, const char *author, const json_t *act,
                              GError **error);
/* Does an act with the values of its form ({field: value}), as one entry, and removes the drafts of
 * a new record. Result {"record","entry"?,"opened"?:[{"record","kind"}]}, without "entry" when
 * nothing was changed, and with the records that a step opened (schema/opens.h); or
 * {"problems":[{"field","code","zh","en"}]}, and nothing was saved. */
json_t *bh_device_make_act(BhDevice *device, const char *author, const json_t *act,
                           const json_t *values, GError **error);

/* The checklist with which a record is worked through, as bh_worksheet_resolve gives it in `lang`,
 * with "conflict": true in items that were answered differently on two devices, "list":
 * {"id","name","version"}, and "choices" (bh_worksheet_list_choices) while the record
 * has no list. `list`: id of the chosen one; NULL: the first. Without a list in force there are no
 * items, and "codes_wanted" are the codes of the lists. `author` may be NULL: nobody answers. A new
 * reference; NULL with BH_ERROR_NOT_FOUND or _INVALID for a record without a worksheet. */
json_t *bh_device_worksheet(BhDevice *device, const char *author, const char *record,
                            const char *list, const char *lang, GError **error);
/* Answers one item, as one entry: `answer` is {"record","item","answer","note"?,"list"?,"seen"?}.
 * "seen" is the item as the person saw it, with its members of bh_device_worksheet: BH_ERROR_CHAIN
 * when its answer is another one by now, or another list than "list" was chosen. Result
 * {"record","entry"}, a new reference; NULL with an error of bh_worksheet_dup_set or
 * bh_device_save. */
json_t *bh_device_answer(BhDevice *device, const char *author, const json_t *answer,
                         GError **error);

/* One entry: ops is [{"record","kind","set":{key:value}}]. Personal fields, `was` and files (from
 * set "sha256" of records of kind file) are filled in here. Each value is checked against its
 * declaration, each state set as a transition, each touched record against required fields only
 * when its state changes; problems are BH_ERROR_INVALID naming record kind, field and reason.
 * One transaction, one fsync. Returns the entry id (g_free). observed_ms 0 = now. */
char *bh_device_save(BhDevice *device, const char *author, const json_t *ops, gint64 observed_ms,
                     GError **error);
/* Saves the draft as one entry, together with `also` ({key:value} of the same record, for example
 * the state; may be NULL), and removes it in the same transaction. Returns the entry id
 * (g_free). */
char *bh_device_save_draft(BhDevice *device, const char *author, const char *record,
                           const json_t *also, GError **error);
/* Saves drafts that belong together, for example a hazard and its pictures, each as
 * bh_device_save_draft does, in one transaction. `drafts`: [{"record","also"?: {key: value}}], a
 * parent before its children. Writes one entry, or several when the limits of an entry require it
 * (schema/entry.h). All are saved, or nothing is: BH_ERROR_NOT_FOUND when a draft does not exist,
 * BH_ERROR_LIMIT when a draft fits into no entry. `refused` (may be NULL): the id of the record
 * whose draft caused the failure, g_free; NULL when the failure is about no single draft. Returns
 * the ids of the entries. */
json_t *bh_device_save_drafts(BhDevice *device, const char *author, const json_t *drafts,
                              char **refused, GError **error);

/* --- reading --- */

/* {"id","kind","values","conflicts":[{"key","heads":[{"entry","value"}]}],"pending":entries not
 * yet at the hub,"quarantined":n,"title","author","changed_ms"}; BH_ERROR_NOT_FOUND. */
json_t *bh_device_get(BhDevice *device, const char *id, GError **error);
/* As bh_device_get, with the computed fields as `author` (NULL: nobody) sees them: "computed" of
 * bh_kind_compute_shown. */
json_t *bh_device_show(BhDevice *device, const char *author, const char *id, GError **error);
/* {id: values} of the records with these ids (JSON array), without those that are not here, in a
 * fixed number of statements; a new reference. */
json_t *bh_device_get_values(BhDevice *device, const json_t *ids, GError **error);
/* Rows of one kind, a page at a time. The query has the members of bh_list_query_read
 * (sync/index/query.h), of which "kind" is required, and "viewer"?: id of the person for whom the
 * page is made; records that are hidden from them are left out. Result
 * {"rows":[{"id","kind","title","state","values","pending","conflict","review","computed"?}],
 * "after"}, with "computed" of bh_kind_compute_listed. The cost depends on the page, not on the
 * size of the store. */
json_t *bh_device_list(BhDevice *device, const json_t *query, GError **error);
/* A page of the agenda of a person: the records of all ledgers with "agenda" (schema/ledger.h), the
 * oldest day first, then those without a day. Query: {"viewer": id of the person, "after"?: of the
 * page before, "limit"?: rows, at most 100}. Result {"rows":[{as of bh_device_list,
 * "ledger","day"?}],"today","after"?}. The cost depends on the page and on the number of ledgers,
 * not on the size of the store. */
json_t *bh_device_agenda(BhDevice *device, const json_t *query, GError **error);
#define BH_DEVICE_HISTORY_MAX 500 /* entries, the newest */

/* Entries that touched a record, newest first: [{"entry","by","by_name","device","at_ms",
 * "observed_ms","status","sets":[{"key","value","replaced":[values of own entries that the set
 * names as replaced]}]}], own entries only. An entry in quarantine also has "why_code" (name of an
 * error code, "" until the hub has sent it) and "why" (the hub's text, English). */
json_t *bh_device_history(BhDevice *device, const char *id, GError **error);
/* Finds the plaque with this serial, or the enterprise with this id. NULL with BH_ERROR_NOT_FOUND.
 * Verifies the signature of a plaque text with the hub's plaque keys; BH_ERROR_SIGNATURE when it is
 * forged. Result {"plaque": {"serial","type": "named" or "blank"},"record": id or null}. `text` is
 * a plaque text, short code or uscc. */
json_t *bh_device_resolve_code(BhDevice *device, const char *text, GError **error);

/* --- files --- */

/* bytes that stay free on the disk when a file is added */
#define BH_DEVICE_FREE_MIN (64LL * 1024 * 1024)

/* Copies a file from outside into the store: DIR/files/xx/SHA, fsynced and renamed. JPEG, PNG and
 * PDF files that are whole (schema/media.h; else BH_ERROR_FORMAT, saying what is wrong).
 * BH_ERROR_STORAGE when less than BH_DEVICE_FREE_MIN would stay free, so that findings can still be
 * saved when there is no room for pictures. {"sha256","size","media_type"}. */
json_t *bh_device_add_file(BhDevice *device, const char *path, GError **error);
/* As bh_device_add_file, for bytes in memory. */
json_t *bh_device_add_bytes(BhDevice *device, const void *bytes, gsize len, GError **error);
/* The result of bh_device_add_file for this file, without storing the file. */
json_t *bh_device_describe_file(BhDevice *device, const char *path, GError **error);
/* Path of a file of this store; NULL when the store does not have its bytes (yet). g_free. */
char *bh_device_dup_file_path(BhDevice *device, const char *sha256);

/* --- queue --- */

/* {"pending": entries,"drafts":n,"files_pending":n,"bytes_pending":n,"delivered":n,
 * "conflicts":n,"quarantined":n,"damaged":n,"last_sync_ms","last_error","state":"idle|working|waiting|
 * no_hub|revoked","behind": a pull started over and not all of its records are in place yet,
 * "next_try_ms","hub","device","kinds": hash of the kind set in use, null before enrolment,
 * "encryption": of the disk, "encrypted|plain|unknown","shut": the hub revoked the device}. The
 * counts are read from a row, so the cost does not grow with the store. */
json_t *bh_device_status(BhDevice *device, GError **error);
/* Entries, files and drafts that are not sent yet, and why:
 * [{"what":"entry|file|draft","record","kind","title","by_name",
 * "at_ms","size","sent","why_code"}], oldest first, a page of at most 200. */
json_t *bh_device_queue(BhDevice *device, gint64 offset, int limit, GError **error);
/* Own entries that were damaged on this device and set aside, as they were found, oldest first:
 * [{"entry","by","at_ms","found_ms","reason","records":[ids],"envelope","signature","body",
 * "openings" (text; "…_base64" too where it is none)}]. */
json_t *bh_device_list_damaged(BhDevice *device, GError **error);
/* Writes own entries that the hub has not confirmed, and files that it does not have, into the new
 * file `path`, which only the hub can open (sync/wire/bundle.h). Also for a device that was
 * revoked. {"path","entries","files","missing_files":[hash],"drafts"}: files that are missing or
 * damaged, and how many drafts are not in the file. BH_ERROR_STORAGE when `path` exists or cannot
 * be written, BH_ERROR_LIMIT when it would be too large. */
json_t *bh_device_export(BhDevice *device, const char *path, GError **error);
/* Self-check: {"checks":[{"name","ok","text","warning"?: true}]}. A check with a warning is ok. */
json_t *bh_device_doctor(BhDevice *device, GError **error);
/* Removes the files that bh_device_doctor names under "orphans": those to which no row, note,
 * record or draft refers. {"files": number, "bytes"}; a file that cannot be removed now is tried
 * again later. BH_ERROR_BUSY while it is not known which files the records name. */
json_t *bh_device_remove_orphans(BhDevice *device, GError **error);

G_END_DECLS
