/* Shared by ingest.c (chains and rows), ingest-judge.c (what an entry may do) and
 * ingest-append.c (the hub's own entries). */
#pragma once

#include "sync/hub/ingest.h"
#include "sync/hub/log-store.h"
#include "sync/hub/reach.h"
#include "sync/hub/records.h"

G_BEGIN_DECLS

struct _BhIngest {
  char hub[BH_ID_LEN + 1];
  const BhSigner *signer;
  const BhRegion *region;
  const BhClock *clock;
  const BhRandom *random;
  BhKindSet *kinds;       /* in use */
  GHashTable *known_sets; /* hash → BhKindSet*, loaded so far */
  BhIdSource ids;
  gboolean ids_ready;
};

/* One piece of work inside a savepoint. */
typedef struct {
  BhIngest *ingest;
  BhDb *db;
  BhRecords *records;
  gint64 position; /* last one given out */
  gint64 now_ms;
  BhChildWork *work;    /* what rules about children cost so far; never NULL */
  BhChildWork own_work; /* of this piece, where no batch counts over several */
  BhReach *reach; /* of the device that sent it, made when first asked; NULL for the hub's own */
} BhPiece;

gboolean bh_piece_begin(BhPiece *piece, BhIngest *ingest, BhDb *db, GError **error);
gboolean bh_piece_end(BhPiece *piece, GError **error);
void bh_piece_clear(BhPiece *piece);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPiece, bh_piece_clear)

/* NULL without an error when the hub never had that set. Borrowed. */
BhKindSet *bh_ingest_find_kinds(BhIngest *ingest, BhDb *db, const char *hash, GError **error);

/* Judges what an entry sets, by the kind set it names; `unit` is that of the device that signed
 * it, NULL for the hub's own. TRUE when it may be applied; else *reason says why it is to be
 * quarantined. FALSE with `error` only when the store fails. */
gboolean bh_judge_entry(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                        const char *unit, GError **reason, GError **error);
/* What is odd about who acted on a device of `unit`; NULL when nothing is. bh_problem_free. */
BhProblem *bh_judge_actor(BhPiece *piece, const BhBody *body, const char *unit);
/* Checks and guards, after the entry was applied: BhProblem* of one operation, empty when fine. */
GPtrArray *bh_judge_report(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                           const BhOp *op, const char *from);
/* The state an operation starts from, borrowed until the record changes: NULL when it makes the
 * record, or does not set the state. */
char *bh_judge_dup_from(BhPiece *piece, const BhOp *op);

/* Applies all operations of a body, or none. FALSE with *reason when a record refuses. */
gboolean bh_piece_apply(BhPiece *piece, const BhBody *body, const char *unit, gint64 position,
                        GError **reason, GError **error);
/* Files a body declares. */
gboolean bh_piece_declare(BhPiece *piece, const BhBody *body, GError **error);

G_END_DECLS
