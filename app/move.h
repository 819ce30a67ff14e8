/* Moving a visit to another enterprise: everything below it moves in the same entry. Pure, over a
 * visit as bh_visit_load gives it. */
#pragma once

#include "schema/json.h"

G_BEGIN_DECLS

/* What moves, and what stands against it. */
typedef struct {
  guint hazards; /* saved ones */
  guint drafts;
  guint answers;   /* given to the list of the old enterprise */
  gboolean sealed; /* somebody signed, or a paper was made */
} BhMoveCount;
BhMoveCount bh_move_count(const json_t *visit);

/* Operations that move the inspection and its hazards; sites of the old enterprise are cleared.
 * `sector` is that of the new enterprise, `lists` the checklists on this device (rows of a list):
 * a list of another sector is replaced by the first that fits, or by none. */
json_t *bh_move_dup_ops(const json_t *visit, const json_t *lists, const char *enterprise,
                        const char *sector, const char *reason);

G_END_DECLS
