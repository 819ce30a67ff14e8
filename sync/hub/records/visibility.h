/* Visibility of a record for people in whose scope it is (I13): open to all of them, or only to
 * some. The same judgement serves the feed, the write access of devices, and the office. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

typedef enum {
  BH_VISIBILITY_NONE,       /* hidden from these viewers */
  BH_VISIBILITY_RESTRICTED, /* shown because of who the viewer is; showing it is logged */
  BH_VISIBILITY_OPEN,       /* shown to everybody in scope */
} BhVisibility;

/* Visibility of `record` with these values for the viewers together: the best that any of them has.
 * `viewers` are values of staff records with "id", borrowed. `lookup` as in a BhContext. */
BhVisibility bh_visibility_compute(const BhKind *kind, const char *record, const json_t *values,
                                   const json_t *const *viewers, gsize n_viewers,
                                   const json_t *(*lookup)(const char *record, gpointer data),
                                   gpointer data);

G_END_DECLS
