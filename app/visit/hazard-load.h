/* Reads what the hazard page needs: the record, its draft, its files, and the checklist item that
 * the hazard comes from. The functions must be called on the store's thread. */
#pragma once

#include "schema/civil.h"
#include "sync/device/store/store.h"

G_BEGIN_DECLS

/* Reads one hazard. Result, a new reference: {"values": record + draft, "changed": {draft keys},
 * "saved": flag, "state": text, "enterprise"?: values, "files": [values], "file_drafts": [record
 * ids], "locked"?: [field names]}. The last elements of "files" are the
 * files of the drafts, in the order of "file_drafts". `record` may be new: then all members are
 * empty. Never fails. */
json_t *bh_hazard_load(BhDevice *device, const char *author, const char *record, GError **error);

/* The question of the checklist item that a hazard with these values belongs to; NULL when it
 * belongs to none, or the checklist is not on this device. g_free. */
char *bh_hazard_dup_question(BhDevice *device, const json_t *values);

/* Prefilled values of a new hazard of an inspection, from its checklist's item `item_no` (may be
 * NULL) on the day `today` ("YYYY-MM-DD"); a new reference. The summary is not prefilled: the
 * question of an item does not describe the hazard. NULL with an error when the inspection cannot
 * be read. */
json_t *bh_hazard_prefill(BhDevice *device, const char *author, const char *inspection,
                          const char *item_no, const char *today, GError **error);

typedef struct _BhHazardRequest BhHazardRequest;

/* A request to read the hazard `record` for `author`. With `inspection` (may be NULL), the hazard
 * is a new one of that inspection, and comes from the item `item_no` (may be NULL) of the
 * inspection's checklist. `today` as for bh_hazard_prefill. All arguments are copied. */
BhHazardRequest *bh_hazard_request_new(const char *author, const char *record,
                                       const char *inspection, const char *item_no,
                                       const BhDate *today);
/* A BhWorkFunc for the store's thread; `request` is a BhHazardRequest, borrowed. The result is that
 * of bh_hazard_load with the prefilled values of a new hazard, and "question"?, the text of its
 * checklist item. */
void bh_hazard_request_run(BhDevice *device, GTask *task, gpointer request);
/* Frees the request; a GDestroyNotify. */
void bh_hazard_request_free(gpointer request);

G_END_DECLS
