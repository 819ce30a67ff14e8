/* Every change of records enters the hub here: batches of entries go in, rows and a result come
 * out. The code has no threads and no I/O besides the given database, so that simulations run it
 * too. There are two steps. Verifying is pure and may run on any thread; applying runs inside a
 * transaction on the writer thread. */
#pragma once

#include "schema/entry.h"
#include "schema/kind.h"
#include "schema/region.h"
#include "sync/db/db.h"
#include "sync/hub/log/log.h"
#include "sync/hub/records/records.h"

/* For the folders above: */
#include "sync/hub/ingest/anomaly-store.h" /* the list of anomalies */
#include "sync/hub/ingest/anomaly.h"       /* kinds and codes of anomalies */
#include "sync/hub/ingest/judge.h"         /* what an entry may do */
#include "sync/hub/ingest/numbers-store.h" /* blocks of numbers */
#include "sync/hub/ingest/register.h"      /* the register of numbers */

G_BEGIN_DECLS

/* --- first step: envelopes, signatures, chain within the batch, bodies --- */

typedef struct {
  BhEntryText *text;
  BhEnvelope envelope;
  BhBody *body;            /* NULL when it is missing or cannot be read */
  GError *body_error;      /* why `body` is NULL */
  gboolean is_time_signed; /* the body contains a hub time that this hub signed for the device */
} BhVerified;

typedef struct {
  char device[BH_ID_LEN + 1];
  char unit[BH_ID_LEN + 1];
  GPtrArray *entries;      /* BhVerified*, a contiguous chain of one incarnation */
  int refused_index;       /* index of the first bad entry, or -1 */
  GError *refused;         /* why that entry is bad; all entries before it are good */
  gboolean is_carried;     /* a person brought the batch (bh_batch_set_carried) */
  const guint8 *hub_key;   /* borrowed; NULL: no hub time counts as signed */
  const BhVerified *timed; /* last entry whose hub time was verified. The next entry mostly has the
                            * same time, whose signature is then not verified again */
} BhBatch;

/* An empty batch of a device; `unit` is the unit it is enrolled for. `device` and `unit` are
 * copied. */
BhBatch *bh_batch_new(const char *device, const char *unit);
/* Sets the public key that verifies the times signed by the hub (borrowed). Must be called before
 * entries are added. */
void bh_batch_set_hub_key(BhBatch *batch, const guint8 hub_key[BH_PUBLIC_KEY_SIZE]);
/* A person brings the batch in a file; no device that the hub still trusts sends it. The entries of
 * a revoked device are then not refused, but put in quarantine as they are, because nothing proves
 * that they were made before the device was revoked. */
void bh_batch_set_carried(BhBatch *batch);
/* Frees the batch and its entries. */
void bh_batch_free(BhBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBatch, bh_batch_free)
/* Verifies and appends the next entry; takes ownership of `text` in any case. `hub` is the id of
 * the hub, `key` the public key of the device. FALSE when the envelope is bad: the batch then ends
 * before this entry (`refused`, `refused_index`), and no more entries may be added. */
gboolean bh_batch_add(BhBatch *batch, const char *hub, const guint8 key[BH_PUBLIC_KEY_SIZE],
                      BhEntryText *text);

/* --- second step --- */

/* Limits of the children that the rules of one batch may read and visit; no honest visit reaches
 * them. Beyond these limits a rule is reported as not checked; the batch is not refused. */
#define BH_BATCH_CHILDREN_READ_MAX 8192
#define BH_BATCH_CHILDREN_SEEN_MAX 131072
/* Limits of the children that the rules of one entry of the hub itself may read and visit. Beyond
 * these limits the entry is refused. */
#define BH_OWN_CHILDREN_READ_MAX 65536
#define BH_OWN_CHILDREN_SEEN_MAX 1048576
/* Units of work after which a batch yields to waiting requests: one for an operation, one for a
 * child read, one for BH_TURN_SEEN_PER_UNIT children visited. */
#define BH_TURN_WORK_MAX 256
#define BH_TURN_SEEN_PER_UNIT 32

typedef struct _BhIngest BhIngest;

/* The ingest of a hub. `hub` is the id of the hub and is copied; the other arguments are borrowed.
 * `signer` signs the hub's own entries; NULL when the ingest makes no entries, as in a replay.
 * bh_ingest_free. */
BhIngest *bh_ingest_new(const char *hub, const BhSigner *signer, const BhRegion *region,
                        BhHubTime *time, const BhRandom *random);
/* Frees the ingest, but not the arguments that it borrowed. */
void bh_ingest_free(BhIngest *ingest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhIngest, bh_ingest_free)
/* Sets the kind set that is in use from now on (referenced). The set must be in the store
 * already. */
void bh_ingest_set_kinds(BhIngest *ingest, BhKindSet *kinds);
/* The kind set in use; borrowed. */
const BhKindSet *bh_ingest_get_kinds(BhIngest *ingest);
/* The cache of parsed records that were used last, from which the index reads too; borrowed. */
BhRecordCache *bh_ingest_get_record_cache(BhIngest *ingest);

typedef struct {
  /* with a fork (HTTP 409): the last number on which device and hub agree; else the number of the
   * last entry of the chain; 0 when the first entry of the batch is bad, because its incarnation is
   * then unknown */
  gint64 seq;
  char hash[BH_HASH_HEX_LEN + 1]; /* hash of the entry `seq`; 64 zeros when `seq` is 0 */
  GPtrArray *quarantined;         /* char*: ids of entries of this batch that are in quarantine */
  /* number of new entries; those of `applied` and most of `n_quarantined` are among them */
  guint stored;
  guint applied;
  /* Entries that were put in quarantine. Entries whose id belongs to a stored entry with another
   * body are counted here, but not in `stored`. */
  guint n_quarantined;
  guint repeated;   /* number of entries that the hub had already */
  guint next;       /* number of entries processed so far, including earlier turns */
  BhChildWork work; /* cost of rules about children, of all turns */
  /* why the rest of the batch is refused: BH_ERROR_CHAIN, _FORK, _REVOKED or BhBatch.refused;
   * entries stored before remain stored. NULL: no entry is refused */
  GError *refused;
  gboolean is_entry_refused; /* `refused` is BhBatch.refused */
} BhIngestResult;

/* Frees what the result owns, not the result itself. */
void bh_ingest_result_clear(BhIngestResult *result);

/* Applies a whole batch. `result` must be zeroed; bh_ingest_result_clear. FALSE only when the store
 * fails: the caller must then roll back. Must be called on the writer thread. */
gboolean bh_ingest_apply(BhIngest *ingest, BhDb *db, const BhBatch *batch, BhIngestResult *result,
                         GError **error);

/* Returns whether other requests wait for the writer. */
typedef gboolean (*BhOtherWorkFunc)(gpointer data);
/* Applies a batch in turns. After BH_TURN_WORK_MAX units of work it calls `has_other_work` after
 * each entry and stops when that returns TRUE. *more: the batch is not done; call again with the
 * same result in a later transaction. No other batch of the device may be applied in between. */
gboolean bh_ingest_apply_turn(BhIngest *ingest, BhDb *db, const BhBatch *batch,
                              BhIngestResult *result, BhOtherWorkFunc has_other_work, gpointer data,
                              gboolean *more, GError **error);

/* Appends an entry of the hub itself and returns its id (g_free). `ops` (borrowed):
 * [{"record","kind","set":{key:value}}]; `by`: a staff id, or NULL for the system. If a check fails
 * for which an entry of a device would be quarantined or reported, the function fails and stores
 * nothing. Must be called on the writer thread. */
char *bh_ingest_append(BhIngest *ingest, BhDb *db, const char *by, const json_t *ops,
                       GError **error);
/* Grants a device of the unit the blocks of numbers that it lacks, this year's and, near its end,
 * next year's (schema/kinds/README.md, "Numbers"). Must be called on the writer thread. */
gboolean bh_ingest_grant_numbers(BhIngest *ingest, BhDb *db, const char *device, const char *unit,
                                 GError **error);
/* Releases a quarantined entry, which applies it, or dismisses it; both append an entry of the hub.
 * The entry is judged again (judge.h): a release waives faults of data, never faults of authority,
 * and the deciding person `by` (NULL: the shell) must have access to every record that the entry
 * changes. Errors: BH_ERROR_NOT_FOUND: no such entry in quarantine; _INVALID: it cannot be applied;
 * _DENIED: `by` may not decide. With an error nothing is changed. Must be called on the writer
 * thread. */
gboolean bh_ingest_decide(BhIngest *ingest, BhDb *db, const char *by, const char *entry,
                          gboolean dismissal, const char *reason, GError **error);
/* Whether bh_ingest_decide would succeed now. Makes the same judgement and changes nothing. May be
 * called on any thread that has a connection. */
gboolean bh_ingest_may_decide(BhDb *db, const char *hub, const BhKindSet *kinds,
                              const BhRegion *region, gint64 now_ms, const char *by,
                              const char *entry, gboolean dismissal, GError **error);

G_END_DECLS
