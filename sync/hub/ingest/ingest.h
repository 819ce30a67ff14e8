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
#include "sync/hub/ingest/anomaly.h"       /* their kinds and codes */
#include "sync/hub/ingest/judge.h"         /* what an entry may do */

G_BEGIN_DECLS

/* --- first step: envelopes, signatures, chain within the batch, bodies --- */

typedef struct {
  BhEntryText *text;
  BhEnvelope envelope;
  BhBody *body;            /* NULL when it is missing or cannot be read */
  GError *body_error;      /* the reason for that */
  gboolean is_time_signed; /* the body contains a hub time that this hub signed for the device */
} BhVerified;

typedef struct {
  char device[BH_ID_LEN + 1];
  char unit[BH_ID_LEN + 1];
  GPtrArray *entries;      /* BhVerified*, a contiguous chain of one incarnation */
  int refused_index;       /* index of the first bad entry, or -1 */
  GError *refused;         /* what is wrong with it; all entries before it are good */
  const guint8 *hub_key;   /* borrowed; NULL: no hub time counts as signed */
  const BhVerified *timed; /* last entry whose hub time was verified; most have the same one */
} BhBatch;

/* An empty batch of a device; `unit` is the unit it is enrolled for. Both ids are copied. */
BhBatch *bh_batch_new(const char *device, const char *unit);
/* Sets the key with which the hub signs times (borrowed). Call it before adding entries. */
void bh_batch_set_hub_key(BhBatch *batch, const guint8 hub_key[BH_PUBLIC_KEY_SIZE]);
/* Frees the batch and its entries. */
void bh_batch_free(BhBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBatch, bh_batch_free)
/* Verifies and appends the next entry; takes ownership of `text` in any case. `hub` is the id of
 * the hub, `key` the public key of the device. FALSE when the envelope is bad: the batch then ends
 * before it (refused, refused_index) and nothing more may be added. */
gboolean bh_batch_add(BhBatch *batch, const char *hub, const guint8 key[BH_PUBLIC_KEY_SIZE],
                      BhEntryText *text);

/* --- second step --- */

/* Limits of the children that the rules of one batch may read and visit; no honest visit reaches
 * them. Beyond them a rule is reported as not checked; the batch is not refused. */
#define BH_BATCH_CHILDREN_READ_MAX 8192
#define BH_BATCH_CHILDREN_SEEN_MAX 131072
/* The same for one entry of the hub itself, which is refused beyond them. */
#define BH_OWN_CHILDREN_READ_MAX 65536
#define BH_OWN_CHILDREN_SEEN_MAX 1048576
/* Units of work after which a batch yields to waiting requests: one for an operation, one for a
 * child read, one for BH_TURN_SEEN_PER_UNIT children visited. */
#define BH_TURN_WORK_MAX 256
#define BH_TURN_SEEN_PER_UNIT 32

typedef struct _BhIngest BhIngest;

/* All arguments but `hub` are borrowed. `signer` signs the hub's own entries; NULL when it makes
 * none, as in a replay. */
BhIngest *bh_ingest_new(const char *hub, const BhSigner *signer, const BhRegion *region,
                        BhHubTime *time, const BhRandom *random);
/* Frees it; the borrowed arguments remain. */
void bh_ingest_free(BhIngest *ingest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhIngest, bh_ingest_free)
/* Sets the kind set in use from now on (referenced). It must be in the store already. */
void bh_ingest_set_kinds(BhIngest *ingest, BhKindSet *kinds);
/* The kind set in use; borrowed. */
const BhKindSet *bh_ingest_get_kinds(BhIngest *ingest);
/* Parsed records that were used last, for the index; borrowed. */
BhRecordCache *bh_ingest_get_record_cache(BhIngest *ingest);

typedef struct {
  gint64 seq; /* with a fork (HTTP 409): the last number on which both sides agree; else the present
               * head of the chain; 0 when the first entry of the batch is bad, because its
               * incarnation is then unknown */
  char hash[BH_HASH_HEX_LEN + 1]; /* of the entry `seq`; zeros for 0 */
  GPtrArray *quarantined;         /* char*: ids of entries of this batch that are in quarantine */
  guint stored;                   /* new entries; of these: */
  guint applied;
  guint n_quarantined; /* in quarantine; also those of an id that the hub has with another body */
  guint repeated;      /* entries that the hub had already */
  guint next;          /* entries processed so far, including earlier turns */
  BhChildWork work;    /* of all turns */
  GError *refused; /* _CHAIN, _FORK, _REVOKED or BhBatch.refused; entries stored before it stay */
  gboolean is_entry_refused; /* `refused` is BhBatch.refused */
} BhIngestResult;

/* Frees what the result owns, not the result itself. */
void bh_ingest_result_clear(BhIngestResult *result);

/* Applies a whole batch. `result` must be zeroed; bh_ingest_result_clear. FALSE only when the store
 * fails: the caller must then roll back. Writer thread. */
gboolean bh_ingest_apply(BhIngest *ingest, BhDb *db, const BhBatch *batch, BhIngestResult *result,
                         GError **error);

/* Whether other requests wait for the writer. */
typedef gboolean (*BhOtherWorkFunc)(gpointer data);
/* Applies a batch in turns. After BH_TURN_WORK_MAX units of work it calls `has_other_work` after
 * each entry and stops when that returns TRUE. *more: the batch is not done; call again with the
 * same result in a later transaction. No other batch of the device may be applied in between. */
gboolean bh_ingest_apply_turn(BhIngest *ingest, BhDb *db, const BhBatch *batch,
                              BhIngestResult *result, BhOtherWorkFunc has_other_work, gpointer data,
                              gboolean *more, GError **error);

/* Appends an entry of the hub itself and returns its id (g_free). `ops` (borrowed):
 * [{"record","kind","set":{key:value}}]; `by`: a staff id, or NULL for the system. Where an entry
 * of a device would be quarantined or reported, this fails and stores nothing. Writer thread. */
char *bh_ingest_append(BhIngest *ingest, BhDb *db, const char *by, const json_t *ops,
                       GError **error);
/* Releases a quarantined entry, which applies it, or dismisses it; both append an entry of the hub.
 * The entry is judged again (judge.h): a release waives faults of data, never faults of authority,
 * and the deciding person `by` (NULL: the shell) must have access to every record that the entry
 * changes. Errors: BH_ERROR_NOT_FOUND: no such entry in quarantine; _INVALID: it cannot be applied;
 * _DENIED: `by` may not decide. Nothing is changed then. Writer thread. */
gboolean bh_ingest_decide(BhIngest *ingest, BhDb *db, const char *by, const char *entry,
                          gboolean dismissal, const char *reason, GError **error);
/* Whether bh_ingest_decide would succeed now, by the same judgement. Changes nothing; any thread
 * with a connection. */
gboolean bh_ingest_may_decide(BhDb *db, const char *hub, const BhKindSet *kinds,
                              const BhRegion *region, gint64 now_ms, const char *by,
                              const char *entry, gboolean dismissal, GError **error);

G_END_DECLS
