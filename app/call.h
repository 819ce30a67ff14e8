/* What is asked of the store, or done to it: made on the main thread with everything it is about,
 * and run on the store's thread (session.h, page.h). Each function below makes one call; its
 * comment says what the answer is. Errors are those of sync/device/store/device.h. Arguments of
 * type json_t * are taken over, const json_t * are borrowed; each is copied once, so that no JSON
 * value is shared between threads. */
#pragma once

#include "schema/json.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhCall BhCall;

void bh_call_free(BhCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCall, bh_call_free)
/* Name for logs and tests; static. */
const char *bh_call_get_name(const BhCall *call);
/* Whether it changes what a person entered: then a failure is reported even when nobody waits for
 * the answer any more. */
gboolean bh_call_is_change(const BhCall *call);
/* The person in whose name it is done (a staff id), unless one is set already. NULL does nothing.
 */
void bh_call_set_author(BhCall *call, const char *author);
/* On the store's thread. A new reference, or NULL with an error. */
json_t *bh_call_run(const BhCall *call, BhDevice *device, GError **error);

/* --- reading --- */

BhCall *bh_call_describe(void);                   /* object as bh_device_describe */
BhCall *bh_call_status(void);                     /* object as bh_device_status */
BhCall *bh_call_doctor(void);                     /* object as bh_device_doctor */
BhCall *bh_call_list_staff(void);                 /* array as bh_device_list_staff */
BhCall *bh_call_get(const char *record);          /* object as bh_device_get */
BhCall *bh_call_list(json_t *query);              /* object as bh_device_list */
BhCall *bh_call_list_history(const char *record); /* array as bh_device_history */
BhCall *bh_call_list_steps(const char *record);   /* array as bh_device_list_steps */
BhCall *bh_call_find_code(const char *text);      /* object as bh_device_resolve_code */
BhCall *bh_call_find_file(const char *sha256);    /* the path as a string; null: it is not here */
BhCall *bh_call_list_queue(gint64 offset, int limit); /* array as bh_device_queue */
/* What is wrong with a record if `set` (an object) were saved: an array of problems as
 * bh_device_check gives it, empty when nothing is. */
BhCall *bh_call_check(const char *record, const char *kind, json_t *set);

/* --- drafts of the author --- */

BhCall *bh_call_list_drafts(void);             /* array as bh_device_draft_list */
BhCall *bh_call_get_draft(const char *record); /* object as bh_device_draft_get */
/* `value` NULL clears the key. Answer: null, as of the next four. */
BhCall *bh_call_set_draft(const char *record, const char *kind, const char *key,
                          const json_t *value);
BhCall *bh_call_discard_draft(const char *record);
/* `keys`: array of strings. */
BhCall *bh_call_forget_draft(const char *record, json_t *keys);
/* `drafts`: array as bh_device_draft_put takes it. */
BhCall *bh_call_put_drafts(json_t *drafts);
/* `records`: array of ids. */
BhCall *bh_call_drop_drafts(json_t *records);

/* --- entries --- */

/* `ops`: array as bh_device_save takes it. Answer: the entry's id as a string. */
BhCall *bh_call_save(json_t *ops);
/* The same, for what was seen at `observed_ms`. */
BhCall *bh_call_save_observed(json_t *ops, gint64 observed_ms);
/* One operation: `set` ({key: value}) of one record. */
BhCall *bh_call_save_one(const char *record, const char *kind, json_t *set);
/* The draft as an entry. Answer: the entry's id as a string. */
BhCall *bh_call_save_draft(const char *record);
/* `drafts`: array as bh_device_save_drafts takes it. Answer: array of entry ids. */
BhCall *bh_call_save_drafts(json_t *drafts);

/* --- people --- */

BhCall *bh_call_sign_out(const char *staff); /* answer: null */

G_END_DECLS
