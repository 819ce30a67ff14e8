/* Shared by ingest.c (chains and rows), judge-values.c and judge-*.c (what an entry may do),
 * append.c (the hub's own entries) and release.c (quarantine). */
#pragma once

#include "sync/hub/ingest/ingest.h"
#include "sync/hub/ingest/judge.h"
#include "sync/hub/log/log.h"
#include "sync/hub/ingest/reach.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

struct _BhIngest {
  char hub[BH_ID_LEN + 1];
  const BhSigner *signer;
  const BhRegion *region;
  BhHubTime *time;
  const BhRandom *random;
  BhKindSet *kinds;       /* in use */
  GHashTable *known_sets; /* hash → BhKindSet*, loaded so far */
  BhIdSource ids;
  gboolean ids_ready;
};

/* One piece of work inside a savepoint. */
typedef struct {
  BhIngest *ingest; /* NULL on a reader, which only looks */
  BhDb *db;
  const char *hub;        /* id */
  const BhKindSet *kinds; /* in use */
  const BhRegion *region;
  BhRecords *records;
  gint64 position; /* last one given out */
  gint64 now_ms;
  gboolean is_doubted;  /* now_ms is (log/clock.h) */
  BhChildWork *work;    /* what rules about children cost so far; never NULL */
  BhChildWork own_work; /* of this piece, where no batch counts over several */
  char today[11];
  char made_on[11]; /* day the entry being judged was made: its claim, bounded by the receipt where
                     * that is not in doubt */
  gint64 enrolled_ms; /* of the device that sent the piece; 0 for the hub's own */
  const char *device; /* that sent it, borrowed; NULL for the hub's own */
  gint64 signed_ms;   /* the latest signed hub time in its chain so far (BhTimeProof) */
  BhReach *reach; /* of the device that sent it, made when first asked; NULL for the hub's own */
} BhPiece;

/* A piece that only looks, on a reader: nothing of it is ever written. All borrowed. */
void bh_piece_look(BhPiece *piece, BhDb *db, const char *hub, const BhKindSet *kinds,
                   const BhRegion *region, gint64 now_ms);
gboolean bh_piece_begin(BhPiece *piece, BhIngest *ingest, BhDb *db, GError **error);
gboolean bh_piece_end(BhPiece *piece, GError **error);
void bh_piece_clear(BhPiece *piece);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPiece, bh_piece_clear)

/* NULL without an error when the hub never had that set. Borrowed. */
BhKindSet *bh_ingest_find_kinds(BhIngest *ingest, BhDb *db, const char *hash, GError **error);

/* Judges what an entry sets, by the kind set it names and the one in use. `verdict` must be zeroed.
 * FALSE only when the store fails. */
gboolean bh_judge_entry(BhPiece *piece, const BhActor *actor, const BhKindSet *kinds,
                        const BhBody *body, BhVerdict *verdict, GError **error);
/* Records as the piece has them, in the form that conditions ask: `piece` is a BhPiece. */
const json_t *bh_piece_lookup(const char *record, gpointer piece);
json_t *bh_piece_list_children(const char *record, const char *kind, gpointer piece);

/* Judges only who decides, for a dismissal: it hides from everybody what a device has sent, so it
 * is for who could have shown it to them. */
gboolean bh_judge_dismissal(BhPiece *piece, const BhActor *actor, const BhBody *body,
                            BhVerdict *verdict, GError **error);
/* The same once more after a released entry was applied: no record may have moved to where who
 * released it does not see it. TRUE with *reason set when one did. */
gboolean bh_judge_outcome(BhPiece *piece, const BhActor *actor, const BhBody *body, GError **reason,
                          GError **error);
/* Checks and guards, after the entry was applied: BhProblem* of one operation, empty when fine. */
GPtrArray *bh_judge_report(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                           const BhOp *op, const BhStepTaken *step);

/* What the hub notes of an entry it applied at a position. */
gboolean bh_piece_report(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                         const BhVerdict *verdict, gint64 position, GError **error);
/* Applies all operations of a body, or none. FALSE with *reason when a record refuses. */
gboolean bh_piece_apply(BhPiece *piece, const BhBody *body, const char *unit, gint64 position,
                        GError **reason, GError **error);
/* Appends an entry of the hub inside an open piece; what it reads includes what the piece did
 * before. */
gboolean bh_piece_append(BhPiece *piece, const char *by, const json_t *ops,
                         char entry_id[BH_ID_LEN + 1], GError **error);
/* Files a body declares that `device` signed. */
gboolean bh_piece_declare(BhPiece *piece, const BhBody *body, const char *device, GError **error);

G_END_DECLS
