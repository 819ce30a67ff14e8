/* The drafts of a hazard's pictures, in the hazard as bh_hazard_load gives it: its last "files" are
 * those of the drafts, in the order of "file_drafts". Reads and changes only this JSON. `id` is the
 * record id of a picture's draft. Main thread. */
#pragma once

#include <glib.h>

#include "schema/json.h"

G_BEGIN_DECLS

/* Values of the picture, borrowed; NULL when `id` is not one of the drafts. */
json_t *bh_hazard_drafts_get_photo(const json_t *hazard, const char *id);
/* Adds a picture with its values (referenced). */
void bh_hazard_drafts_add_photo(json_t *hazard, const char *id, json_t *values);
/* Removes the picture; ignored when it is not one of the drafts. */
void bh_hazard_drafts_remove_photo(json_t *hazard, const char *id);
/* The picture's number in the strip, with its note. g_free. */
char *bh_hazard_drafts_dup_photo_name(const json_t *hazard, const char *id);
/* Object: id → values of all pictures that are drafts. New reference. */
json_t *bh_hazard_drafts_dup_photos(const json_t *hazard);

/* The drafts of the hazard and its pictures, as bh_device_save_drafts takes them, to save them
 * together: after a crash all are saved, or none. The draft of the hazard `record`, with the
 * additional values `also`, is included when it has typed values; never when `record` is NULL. New
 * reference. */
json_t *bh_hazard_drafts_list(const json_t *hazard, const char *record, const json_t *also);

G_END_DECLS
