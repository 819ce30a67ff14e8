/* Moves a visit to another enterprise, with everything below it. The visit comes first; when there
 * are more hazards than one entry holds, they follow in further entries. A move that was
 * interrupted is completed when the visit is opened again. */
#pragma once

#include "app/session.h"

G_BEGIN_DECLS

/* What a move would change, and whether it is possible. */
typedef struct {
  guint hazards;   /* number of saved hazards that move with the visit */
  guint drafts;    /* number of drafts of hazards that move with the visit */
  guint answers;   /* number of answers that were given to the checklist of the old enterprise */
  gboolean sealed; /* signed, or a document exists: the visit cannot be moved */
} BhMoveCount;
/* Counts what a move of `visit` would change; `visit` is a result of bh_visit_load. Pure. */
BhMoveCount bh_move_count(const json_t *visit);

/* Operations that move the inspection and its hazards; sites of the old enterprise are cleared.
 * `sector` is that of the new enterprise, `lists` the checklists on this device (rows of a list):
 * a checklist of another sector is replaced by the first that fits, or by none. A new reference.
 * Pure. */
json_t *bh_move_dup_ops(const json_t *visit, const json_t *lists, const char *enterprise,
                        const char *sector, const char *reason);
/* Operations that complete an interrupted move: hazards whose enterprise differs from that of their
 * visit. A new reference; empty when there are none. Pure. */
json_t *bh_move_dup_remaining_ops(const json_t *visit);

/* Work for bh_page_submit_run with bh_move_run: saves `ops` by bh_visit_save_ops. When `record` is
 * not NULL, that record (of kind `kind`) is checked first as if `set` ({key: value}) were saved,
 * and nothing is saved when there are problems. `ops` and `set` (may be NULL) are taken over. Use
 * on the main thread only. */
gpointer bh_move_new(BhSession *session, json_t *ops, const char *record, const char *kind,
                     json_t *set);
/* Runs the work of bh_move_new. A BhWorkFunc for the store's thread. The result is an array of
 * problems as bh_device_check gives them, empty when all was saved. */
void bh_move_run(BhDevice *device, GTask *task, gpointer move);
/* Frees the work; a GDestroyNotify. */
void bh_move_free(gpointer move);

G_END_DECLS
