/* Saves a hazard and its pictures in one piece of work on the store's thread. When a picture is
 * refused, the answer names it, so that the page can offer to remove it. */
#pragma once

#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhHazardSave BhHazardSave;

/* `set`: the values that will be saved for the hazard, {key: value}, from its draft and from the
 * page; they are checked first. NULL when only pictures of a saved hazard are saved. `drafts`: as
 * bh_device_save_drafts takes them. `set` and `drafts` are taken over, the texts are copied. */
BhHazardSave *bh_hazard_save_new(const char *author, const char *record, json_t *set,
                                 json_t *drafts);
/* A BhWorkFunc for the store's thread; `save` is a BhHazardSave, borrowed. The result is an array
 * of problems as bh_device_check gives them, empty when everything was saved; otherwise nothing was
 * saved. All problems are about the hazard, or all are about one picture. Problems of a picture
 * have "record", the id of the draft of the picture, and may lack "field". Errors are those of the
 * store. */
void bh_hazard_save_run(BhDevice *device, GTask *task, gpointer save);
/* Frees the work; a GDestroyNotify. */
void bh_hazard_save_free(gpointer save);

G_END_DECLS
