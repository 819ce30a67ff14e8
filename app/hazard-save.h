/* Saves a hazard and its pictures in one piece of work on the store's thread. When a picture is
 * refused, the answer names it, so that the person can take it away. */
#pragma once

#include "sync/device/store/store.h"

G_BEGIN_DECLS

typedef struct _BhHazardSave BhHazardSave;

/* `set`: what the hazard's draft and the save change, to be checked first; `drafts`: as
 * bh_device_save_drafts takes them. Both are taken over. */
BhHazardSave *bh_hazard_save_new(const char *author, const char *record, json_t *set,
                                 json_t *drafts);
/* BhWorkFunc over a BhHazardSave. Answers {"problems": as bh_device_check, of the hazard,
 * "refused"?: {"record": id of the picture's draft, "code": of the error, "here": the picture's
 * bytes are on this device, "problems": as bh_device_check, of the picture}}. Everything was saved
 * when there are no problems and no "refused"; otherwise nothing was. */
void bh_hazard_save_run(BhDevice *device, GTask *task, gpointer save);
/* A GDestroyNotify. */
void bh_hazard_save_free(gpointer save);

G_END_DECLS
