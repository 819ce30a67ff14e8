/* Where in a declaration one is: file and JSON path, so that a broken one is refused with both.
 * Private to the readers of declarations (kind-*.c, condition-check.c, checklist.c). */
#pragma once

#include <glib.h>
#include "schema/json.h"

G_BEGIN_DECLS

typedef struct {
  const char *file; /* borrowed */
  GString *path;    /* "$.fields[2].type" */
  GError **error;
} BhPlace;

void bh_place_init(BhPlace *place, const char *file, GError **error);
void bh_place_clear(BhPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPlace, bh_place_clear)

/* Go down; the mark they return brings bh_place_leave back up. */
gsize bh_place_enter(BhPlace *place, const char *key);
gsize bh_place_enter_index(BhPlace *place, gsize index);
void bh_place_leave(BhPlace *place, gsize mark);

/* Sets "FILE: PATH: reason" as BH_ERROR_INVALID and returns FALSE. An error that is already set
 * stays: the first one is the one to mend. */
gboolean bh_place_fail(BhPlace *place, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The same for the member `key` of the object at `place`. */
gboolean bh_place_fail_at(BhPlace *place, const char *key, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

gboolean bh_place_is_object(BhPlace *place, const json_t *value, const char *const *allowed);
/* An absent member leaves the output as it was; `needed` refuses that. Strings are borrowed, not
 * empty, at most `max` bytes. */
gboolean bh_place_string(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                         gsize max, const char **out);
/* A string that is a name: a-z, then a-z, 0-9 and _, at most 48. */
gboolean bh_place_name(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                       const char **out);
gboolean bh_place_flag(BhPlace *place, const json_t *object, const char *key, gboolean *out);
/* "written_by": only "hub" is a value; TRUE when it is there. */
gboolean bh_place_by_hub(BhPlace *place, const json_t *object, gboolean *out);
gboolean bh_place_int(BhPlace *place, const json_t *object, const char *key, gint64 min, gint64 max,
                      gint64 *out);
/* {"zh": text, "en": text}, both there and not empty. */
gboolean bh_place_label(BhPlace *place, const json_t *object, const char *key, gboolean needed);
/* Array of different names; NULL-terminated and borrowed strings in a new array for g_free. With
 * `single`, one name may stand alone without brackets. */
gboolean bh_place_names(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                        gboolean single, const char ***out);
/* Borrowed array of at most `max` elements, or NULL when absent. */
gboolean bh_place_array(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                        gsize max, const json_t **out);

gboolean bh_is_name(const char *text);

G_END_DECLS
