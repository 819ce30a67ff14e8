/* The visibility of a record for people whose unit serves its scope (I13): the record is open to
 * all of these people, or only to some. The same judgement serves the feed, the write access of
 * devices, and the office. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

typedef enum {
  BH_VISIBILITY_NONE,       /* hidden from these viewers */
  BH_VISIBILITY_RESTRICTED, /* shown because of who the viewer is; showing it is logged */
  BH_VISIBILITY_OPEN,       /* shown to everybody in scope */
} BhVisibility;

/* Where the values and kinds of other records are read: members of a BhContext. */
typedef struct {
  const json_t *(*lookup)(const char *record, gpointer data);
  const char *(*kind_of)(const char *record, gpointer data);
  gpointer data;
} BhVisibilitySource;

/* The visibility that `record`, with these values, has for a group of viewers: the best visibility
 * that one of the viewers has. `viewers` are values of staff records with "id", borrowed. */
BhVisibility bh_visibility_compute(const BhKind *kind, const char *record, const json_t *values,
                                   const json_t *const *viewers, gsize n_viewers,
                                   const BhVisibilitySource *source);

G_END_DECLS
