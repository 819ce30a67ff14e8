/* The position of a reader in a declaration: file and JSON path, so that errors name both. Private
 * to the readers of declarations (kind-*.c, condition-check.c, checklist*.c).
 *
 * Every getter returns FALSE with the error of the place set. An absent member leaves the output as
 * it was, and is an error only when `needed`. Results are borrowed from `object`. */
#pragma once

#include <glib.h>
#include "schema/json.h"

G_BEGIN_DECLS

typedef struct {
  const char *file; /* borrowed */
  GString *path;    /* "$.fields[2].type" */
  GError **error;
  gboolean stored_only; /* paths must not end at computed fields */
  gboolean in_list;     /* paths begin at the records of a list */
} BhPlace;

/* Initialises a place at the root of `file`. `file` and `error` are borrowed. */
void bh_place_init(BhPlace *place, const char *file, GError **error);
/* Frees the path of the place. */
void bh_place_clear(BhPlace *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPlace, bh_place_clear)

/* Moves the place down to a member; returns the mark for bh_place_leave. */
gsize bh_place_enter(BhPlace *place, const char *key);
/* Moves the place down to an array element; returns the mark for bh_place_leave. */
gsize bh_place_enter_index(BhPlace *place, gsize index);
/* Moves the place back up to where it was when `mark` was returned. */
void bh_place_leave(BhPlace *place, gsize mark);

/* Sets "FILE: PATH: reason" as BH_ERROR_INVALID and returns FALSE. If an error is set already, that
 * error is kept, because later errors often follow from the first. */
gboolean bh_place_fail(BhPlace *place, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Like bh_place_fail, for the member `key` of the object at `place`. */
gboolean bh_place_fail_at(BhPlace *place, const char *key, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Whether `value` is an object with no other members than those in the NULL-terminated list. */
gboolean bh_place_is_object(BhPlace *place, const json_t *value, const char *const *allowed);
/* *out: the string member `key`, not empty and of at most `max` bytes. */
gboolean bh_place_string(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                         gsize max, const char **out);
/* *out: the string member `key`, which must be a name: a-z, then a-z, 0-9 and _, at most 48
 * characters. */
gboolean bh_place_name(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                       const char **out);
/* *out: the member `key`, true or false; unchanged when the member is absent. */
gboolean bh_place_flag(BhPlace *place, const json_t *object, const char *key, gboolean *out);
/* The optional member "written_by", whose only value is "hub". *out: whether the member is
 * present. */
gboolean bh_place_by_hub(BhPlace *place, const json_t *object, gboolean *out);
/* *out: the integer member `key`, from `min` to `max`, both included; unchanged when the member is
 * absent. */
gboolean bh_place_int(BhPlace *place, const json_t *object, const char *key, gint64 min, gint64 max,
                      gint64 *out);
/* Checks that the member `key` is a label: {"zh": text, "en": text}, both texts present and not
 * empty. */
gboolean bh_place_label(BhPlace *place, const json_t *object, const char *key, gboolean needed);
/* The member `key`, an array of names without duplicates. *out is a new NULL-terminated array
 * (g_free) of borrowed strings. With `single`, one name may be given as a string instead of an
 * array. */
gboolean bh_place_names(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                        gboolean single, const char ***out);
/* *out: the member `key`, an array of at most `max` elements. */
gboolean bh_place_array(BhPlace *place, const json_t *object, const char *key, gboolean needed,
                        gsize max, const json_t **out);

/* Whether the text has the form of a name as in bh_place_name. */
gboolean bh_is_name(const char *text);

G_END_DECLS
