/* Who sees a record of those it is in scope for (I13), and whether by what the record is or by who
 * they are. One judgement for the feed, for what a device may change, and for the office. */
#pragma once

#include "schema/kind.h"

G_BEGIN_DECLS

typedef enum {
  BH_SIGHT_NONE,       /* hidden */
  BH_SIGHT_RESTRICTED, /* shown by who looks: who was shown it is logged */
  BH_SIGHT_OPEN,       /* shown to everybody in scope */
} BhSight;

/* Of `record` with these values for any of `viewers`: values of staff records with "id". `lookup`
 * as in a BhContext. */
BhSight bh_sight_of(const BhKind *kind, const char *record, const json_t *values,
                    const json_t *const *viewers, gsize n_viewers,
                    const json_t *(*lookup)(const char *record, gpointer data), gpointer data);

G_END_DECLS
