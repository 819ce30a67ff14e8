/* One hazard as its page needs it: what was saved, what is a draft, its files, and the checklist
 * item it comes from. Runs on the store's thread. */
#pragma once

#include "sync/device/store/store.h"

G_BEGIN_DECLS

/* {"values": record + draft, "changed": {draft keys}, "saved": flag, "state": text,
 * "enterprise": values, "files": [values], "file_drafts": [record ids], "withdrawable"?: flag}.
 * `record` may be new: then everything is empty. */
json_t *bh_hazard_load(BhDevice *device, const char *author, const char *record, GError **error);

/* What the checklist's item asks that the hazard with these values was found at; NULL when it was
 * found at none, or the list is not here. g_free. */
char *bh_hazard_dup_question(BhDevice *device, const json_t *values);

/* Prefilled values of a new hazard at an inspection, from its checklist's item (may be NULL). What
 * was found is not among them: a question describes no hazard, and whoever found it says what it
 * is.
 */
json_t *bh_hazard_prefill(BhDevice *device, const char *author, const char *inspection,
                          const char *item_no, GError **error);

G_END_DECLS
