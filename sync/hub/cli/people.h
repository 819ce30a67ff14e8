/* Changes and lists units and people for the shell. Units and people are ordinary records. The
 * entries made here are judged as entries of the hub itself (BH_PATH_SYSTEM). All functions block;
 * any thread except the writer's. `lang`: "zh" or "en", the language of errors. */
#pragma once

#include "sync/hub/hub.h"

G_BEGIN_DECLS

/* Makes a record of a kind from {field: typed text}. Its state is the first initial state whose
 * guards hold. Returns {"id","entry"}, a new reference. */
json_t *bh_people_add(BhHub *hub, const char *kind, const json_t *typed, const char *lang,
                      GError **error);
/* Changes the record that `called` names (names.h): fields from {field: typed text}, where ""
 * empties a field, and its state unless `state` is NULL. Returns {"id","entry"}, a new reference.
 */
json_t *bh_people_change(BhHub *hub, const char *kind, const char *called, const json_t *typed,
                         const char *state, const char *lang, GError **error);
/* The rows of a kind as in bh_hub_list, with "unit_name" if they have a unit; a new reference. */
json_t *bh_people_list(BhHub *hub, const char *kind, const char *lang, GError **error);
/* The id of the record that `called` names (names.h), among the records of `kinds`
 * (NULL-terminated); g_free. */
char *bh_people_find(BhHub *hub, const char *const *kinds, const char *called, const char *lang,
                     GError **error);

/* The first initial state in which the hub may make the record of the context: all guards of the
 * step hold. Borrowed. NULL: the kind has no states, or no initial state is possible. */
const char *bh_people_first_state(const BhKind *kind, const BhContext *context);

G_END_DECLS
