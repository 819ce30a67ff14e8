/* Shared by the files of this folder: ingest.c (chains and rows), judge-*.c (what an entry may do),
 * append.c (the hub's own entries) and release.c (quarantine). The functions run on the writer
 * thread, except for those with a BhPiece that bh_piece_init_reader made. */
#pragma once

#include "sync/hub/ingest/ingest.h"
#include "sync/hub/ingest/judge.h"
#include "sync/hub/log/log.h"
#include "sync/hub/ingest/write-access.h"
#include "sync/hub/records/records.h"

G_BEGIN_DECLS

struct _BhIngest {
  char hub[BH_ID_LEN + 1];
  const BhSigner *signer;
  const BhRegion *region;
  BhHubTime *time;
  const BhRandom *random;
  BhKindSet *kinds;            /* the kind set in use */
  GHashTable *known_sets;      /* hash → BhKindSet*, loaded so far */
  BhRecordCache *record_cache; /* parsed records for the next piece, and for the index */
  BhIdSource ids;              /* makes the ids of the hub's own entries */
  gboolean ids_ready;          /* `ids` continues after the newest id in the log */
};

/* The state of one piece of work, which is one savepoint of the writer. */
typedef struct {
  BhIngest *ingest; /* the ingest of the hub; NULL when the piece only reads */
  BhDb *db;
  const char *hub;        /* id of the hub */
  const BhKindSet *kinds; /* the kind set in use */
  const BhRegion *region;
  BhRecords *records;
  gint64 position; /* last position given to an entry or record */
  gint64 now_ms;
  gboolean is_doubted;  /* the hub's clock is in doubt, and so is now_ms (log/clock.h) */
  BhChildWork *work;    /* cost of rules about children so far; never NULL */
  BhChildWork own_work; /* used unless a batch counts over several pieces */
  char today[11];       /* "YYYY-MM-DD" of now_ms */
  char made_on[11];     /* day on which the entry being judged was made (bh_judge_time) */
  gint64 revoked_ms;    /* when the device of a carried batch was revoked; 0: it is not */
  gint64 enrolled_ms;   /* when the sending device was enrolled; 0 for the hub's own entries */
  const char *device;   /* id of the sending device, borrowed; NULL for the hub's own entries */
  gint64 signed_ms; /* latest hub time, signed by the hub, in the device's chain (BhTimeProof) */
  BhWriteAccess *write_access; /* write access of `device`; NULL: not made yet, or the hub's own
                                * entries */
} BhPiece;

/* Initialises a piece for a reader, which judges but never writes. All arguments are borrowed. */
void bh_piece_init_reader(BhPiece *piece, BhDb *db, const char *hub, const BhKindSet *kinds,
                          const BhRegion *region, gint64 now_ms);
/* Initialises a piece for the writer: reads the clock and the last position. */
gboolean bh_piece_begin(BhPiece *piece, BhIngest *ingest, BhDb *db, GError **error);
/* Writes the changed records and the last position. */
gboolean bh_piece_end(BhPiece *piece, GError **error);
/* Frees what the piece owns. Changes that bh_piece_end has not written are lost. */
void bh_piece_clear(BhPiece *piece);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPiece, bh_piece_clear)

/* The kind set with this hash; borrowed. NULL without an error when the hub does not have it. */
BhKindSet *bh_ingest_find_kinds(BhIngest *ingest, BhDb *db, const char *hash, GError **error);

/* Judges an entry by the kind set that it names (`kinds`) and by the kind set in use. `verdict`
 * must be zeroed; bh_verdict_clear. FALSE only when the store fails. */
gboolean bh_judge_entry(BhPiece *piece, const BhActor *actor, const BhKindSet *kinds,
                        const BhBody *body, BhVerdict *verdict, GError **error);

/* Judges a dismissal, which needs only the deciding person. A dismissal hides an entry from
 * everybody, so it needs the same access to the records as a release. */
gboolean bh_judge_dismissal(BhPiece *piece, const BhActor *actor, const BhBody *body,
                            BhVerdict *verdict, GError **error);
/* Checks after a released entry was applied that the deciding person can still see all its records.
 * TRUE with *reason set when a record is no longer visible to them. FALSE when the store fails. */
gboolean bh_judge_visibility_after(BhPiece *piece, const BhActor *actor, const BhBody *body,
                                   GError **reason, GError **error);
/* Runs the checks and guards of one operation after its entry was applied. Returns BhProblem*,
 * empty when there are no problems. */
GPtrArray *bh_judge_list_problems(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                                  const BhOp *op, const BhStepTaken *step);

/* Stores the problems of all operations of an applied entry as reports. */
gboolean bh_piece_report(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                         const BhVerdict *verdict, gint64 position, GError **error);
/* Applies all operations of a body, or none. FALSE with *reason when a record refuses an operation,
 * or with `error` when the store fails. `unit` is the unit of the device that signed the entry;
 * NULL for the hub. */
gboolean bh_piece_apply(BhPiece *piece, const BhBody *body, const char *unit, gint64 position,
                        GError **reason, GError **error);
/* Appends an entry of the hub inside an open piece. The entry is judged by the records as the piece
 * has changed them so far. Arguments as in bh_ingest_append. */
gboolean bh_piece_append(BhPiece *piece, const char *by, const json_t *ops,
                         char entry_id[BH_ID_LEN + 1], GError **error);
/* `ops`, followed by an operation for each record that the steps in them open (schema/opens.h); a
 * new reference. `by`: the acting person; NULL: the system. NULL with an error: a record from which
 * one is opened is not stored, or the entry would be too long. */
json_t *bh_opens_fill_own(BhPiece *piece, const char *by, const json_t *ops, GError **error);
/* Like bh_piece_append by the system, for the number that the hub gives to a record: the entry is
 * applied without a judgement, because the record may have problems that were reported before. A
 * record that refuses the operation (too large) keeps what it has. */
gboolean bh_piece_append_number(BhPiece *piece, const json_t *ops, GError **error);
/* Declares the files of a body that `device` signed, so that their uploads are accepted. */
gboolean bh_piece_declare_files(BhPiece *piece, const BhBody *body, const char *device,
                                GError **error);

G_END_DECLS
