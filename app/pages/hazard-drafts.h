/* The drafts of a hazard's pictures, in the hazard as bh_hazard_load gives it: its last "files" are
 * those of the drafts, in the order of "file_drafts". Reads and changes only this JSON. `id` is the
 * record id of a picture's draft. Main thread. */
#pragma once

#include <glib.h>

#include "schema/json.h"

G_BEGIN_DECLS

/* Values of the picture, borrowed; NULL when it is not one of the drafts. */
json_t *bh_hazard_drafts_get_photo(const json_t *hazard, const char *id);
/* Adds a picture with its values (referenced). */
void bh_hazard_drafts_add_photo(json_t *hazard, const char *id, json_t *values);
/* Removes the picture; ignored when it is not one of the drafts. */
void bh_hazard_drafts_remove_photo(json_t *hazard, const char *id);
/* The picture's number in the strip, with its note. g_free. */
char *bh_hazard_drafts_dup_photo_name(const json_t *hazard, const char *id);
/* Object: id → values of all pictures that are drafts. New reference. */
json_t *bh_hazard_drafts_dup_photos(const json_t *hazard);

/* Drafts for one save, as bh_device_save_drafts takes them: after a crash all are saved, or none.
 * The hazard's own draft (of `record`, with the additional values `also`) is one of them when
 * something was typed, unless `record` is NULL. New reference. */
json_t *bh_hazard_drafts_list(const json_t *hazard, const char *record, const json_t *also);

G_END_DECLS
