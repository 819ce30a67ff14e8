/* Units and people as the shell changes them: records of the log like all others, judged as entries
 * of the hub itself (BH_PATH_SYSTEM). Blocks; not on the writer thread. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Makes a record of a kind from {field: text a person wrote}. Its first state is the first one the
 * kind declares in which nothing is wrong with it. {"id","entry"}. */
json_t *bh_people_add(BhHub *hub, const char *kind, const json_t *typed, const char *lang,
                      GError **error);
/* Changes a record that `called` names (names.h): fields from {field: text}, "" empties one; and
 * its state, where that is not NULL. {"id","entry"}. */
json_t *bh_people_change(BhHub *hub, const char *kind, const char *called, const json_t *typed,
                         const char *state, const char *lang, GError **error);
/* Rows of a kind as bh_hub_list gives them, with "unit_name" of those that name one. */
json_t *bh_people_list(BhHub *hub, const char *kind, const char *lang, GError **error);
/* Id of the record of one of the kinds that `called` names; g_free. */
char *bh_people_find(BhHub *hub, const char *const *kinds, const char *called, const char *lang,
                     GError **error);

/* Name of the first state a record of the kind with these values can begin in, when the hub makes
 * it: every guard of the step holds. NULL: the kind has no states, or none fits. */
const char *bh_people_first_state(const BhKind *kind, const BhContext *context);

G_END_DECLS
