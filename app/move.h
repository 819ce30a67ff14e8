/* Moving a visit to another enterprise: everything below it moves. The visit comes first; when
 * there are more hazards than one entry holds, they follow in further entries, and a move that was
 * interrupted is completed when the visit is opened again. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* What moves, and what stands against it. */
typedef struct {
  guint hazards; /* saved ones */
  guint drafts;
  guint answers;   /* given to the list of the old enterprise */
  gboolean sealed; /* somebody signed, or a paper was made */
} BhMoveCount;
/* Over a visit as bh_visit_load gives it; pure, like the next two. */
BhMoveCount bh_move_count(const json_t *visit);

/* Operations that move the inspection and its hazards; sites of the old enterprise are cleared.
 * `sector` is that of the new enterprise, `lists` the checklists on this device (rows of a list):
 * a list of another sector is replaced by the first that fits, or by none. */
json_t *bh_move_dup_ops(const json_t *visit, const json_t *lists, const char *enterprise,
                        const char *sector, const char *reason);
/* Operations that a move which was interrupted has left: hazards that stand at another enterprise
 * than their visit. Empty when there are none. */
json_t *bh_move_dup_remaining_ops(const json_t *visit);

/* bh_visit_save_ops for bh_page_submit_run with bh_move_run. `check` (record, kind, set) is judged
 * first: the result is an array of problems as bh_device_check gives them, empty when all was
 * saved; NULL: nothing is judged beforehand. `ops` and `set` are taken over. */
gpointer bh_move_new(BhSession *session, json_t *ops, const char *record, const char *kind,
                     json_t *set);
void bh_move_run(BhDevice *device, GTask *task, gpointer move);
void bh_move_free(gpointer move);

G_END_DECLS
