/* A call to the store: a question or a change with all its arguments. Calls are made on the main
 * thread and run on the store's thread (session.h, page.h). Each function below makes one call; its
 * comment gives the result. Errors are those of sync/device/store/device.h. Arguments of type
 * json_t * are taken over, const json_t * and strings are copied; the call owns its JSON alone, so
 * that no value is shared between threads. */
#pragma once

#include "schema/json.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhCall BhCall;

/* Frees a call that was not passed to a function which takes it over. NULL is ignored. */
void bh_call_free(BhCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCall, bh_call_free)
/* Name of the call for logs and tests; static. */
const char *bh_call_get_name(const BhCall *call);
/* TRUE when the call changes what a person entered. The failure of such a call is reported to the
 * person even when the page that made the call is gone. */
gboolean bh_call_is_change(const BhCall *call);
/* Sets the person (a staff id, copied) in whose name the call is done, unless one is set already.
 * NULL is ignored. */
void bh_call_set_author(BhCall *call, const char *author);
/* Runs the call; must be called on the store's thread. Returns the result, a new reference; NULL
 * with an error: BH_ERROR_DENIED when the call needs a person and none is set. */
json_t *bh_call_run(const BhCall *call, BhDevice *device, GError **error);

/* --- reading --- */

BhCall *bh_call_describe(void);                   /* object as bh_device_describe */
BhCall *bh_call_status(void);                     /* object as bh_device_status */
BhCall *bh_call_doctor(void);                     /* object as bh_device_doctor */
BhCall *bh_call_list_staff(void);                 /* array as bh_device_list_staff */
BhCall *bh_call_get(const char *record);          /* object as bh_device_get */
BhCall *bh_call_show(const char *record);         /* object as bh_device_show */
BhCall *bh_call_list(json_t *query);              /* object as bh_device_list */
BhCall *bh_call_agenda(json_t *query);            /* object as bh_device_agenda */
BhCall *bh_call_list_history(const char *record); /* array as bh_device_history */
BhCall *bh_call_list_acts(const char *record);    /* array as bh_device_list_acts */
/* Acts that make a record. Result: array as bh_device_list_creations; `origin` may be NULL. */
BhCall *bh_call_list_creations(const char *origin);
BhCall *bh_call_prepare_act(json_t *act); /* object as bh_device_prepare_act */
/* The checklist of a record, for the language `lang`; `list` (may be NULL): id of the chosen one.
 * Result: object as bh_device_worksheet. */
BhCall *bh_call_worksheet(const char *record, const char *list, const char *lang);
BhCall *bh_call_find_code(const char *text);   /* object as bh_device_resolve_code */
BhCall *bh_call_find_file(const char *sha256); /* path as a string; null: not on this device */
BhCall *bh_call_list_queue(gint64 offset, int limit); /* array as bh_device_queue */
/* Checks a record as if `set` ({key: value}) were saved. Result: array of problems as
 * bh_device_check gives them, empty when there are none. */
BhCall *bh_call_check(const char *record, const char *kind, json_t *set);

/* --- files --- */

/* Copies the file `path` into the store. Result: object as bh_device_add_file. */
BhCall *bh_call_add_file(const char *path);

/* --- drafts of the author --- */

BhCall *bh_call_list_drafts(void);             /* array as bh_device_draft_list */
BhCall *bh_call_get_draft(const char *record); /* object as bh_device_draft_get */
/* Sets one key of a draft; `value` NULL clears it. Result: null. */
BhCall *bh_call_set_draft(const char *record, const char *kind, const char *key,
                          const json_t *value);
/* Removes a draft. If its record was never saved, the drafts of records below that record are
 * removed too. Result: null. */
BhCall *bh_call_discard_draft(const char *record);
/* Removes the keys `keys` (array of strings) from a draft, because their values were saved by
 * another call. Result: null. */
BhCall *bh_call_forget_draft(const char *record, json_t *keys);
/* Sets several drafts in one transaction; `drafts` as bh_device_draft_put takes them. Result:
 * null. */
BhCall *bh_call_put_drafts(json_t *drafts);
/* Removes the drafts of `records` (array of ids) in one transaction. Result: null. */
BhCall *bh_call_drop_drafts(json_t *records);

/* --- entries --- */

/* Saves operations as one entry; `ops` as bh_device_save takes them. Result: the entry's id. */
BhCall *bh_call_save(json_t *ops);
/* Like bh_call_save, for a change that was observed at the time `observed_ms` (UTC; 0: now). */
BhCall *bh_call_save_observed(json_t *ops, gint64 observed_ms);
/* Saves `set` ({key: value}) of one record as one entry. Result: the entry's id. */
BhCall *bh_call_save_one(const char *record, const char *kind, json_t *set);
/* Saves a draft as an entry and removes the draft. Result: the entry's id. BH_ERROR_NOT_FOUND when
 * there is no draft. */
BhCall *bh_call_save_draft(const char *record);
/* Saves several drafts in one transaction; `drafts` as bh_device_save_drafts takes them. Result:
 * array of entry ids. */
BhCall *bh_call_save_drafts(json_t *drafts);

/* Does an act with the values of its form. Result: object as bh_device_make_act. */
BhCall *bh_call_make_act(json_t *act, json_t *values);

/* Answers one item of a record's checklist; `answer` as bh_device_answer takes it. Result: object
 * as bh_device_answer. */
BhCall *bh_call_answer(json_t *answer);

/* --- people --- */

/* Ends one sign-in of a person (bh_device_sign_out). Result: null. */
BhCall *bh_call_sign_out(const char *staff);

G_END_DECLS
