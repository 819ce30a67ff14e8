/* The one way into the hub, as a state machine: batches of entries go in, rows and an answer come
 * out. No threads and no I/O of its own besides the database it is given; a simulation runs the
 * same code. Two steps, because the first is pure and may run on any thread: verify, then apply
 * inside a transaction of the writer. */
#pragma once

#include "schema/entry.h"
#include "schema/kind.h"
#include "schema/region.h"
#include "sync/db/db.h"
#include "sync/hub/log/log.h"
#include "sync/hub/records/records.h"

/* For the folders above: */
#include "sync/hub/ingest/anomaly-store.h" /* what was odd */
#include "sync/hub/ingest/anomaly.h"       /* its codes */
#include "sync/hub/ingest/judge.h"         /* whether an entry may be */

G_BEGIN_DECLS

/* --- first step: envelopes, signatures, chain within the batch, bodies --- */

typedef struct {
  BhEntryText *text;
  BhEnvelope envelope;
  BhBody *body;            /* NULL when it cannot be read */
  GError *body_error;      /* why */
  gboolean is_time_signed; /* the body carries a hub time that this hub signed for the device */
} BhVerified;

typedef struct {
  char device[BH_ID_LEN + 1];
  char unit[BH_ID_LEN + 1];
  GPtrArray *entries;      /* BhVerified*, a contiguous chain of one incarnation */
  int refused_index;       /* of the first bad envelope, or -1 */
  GError *refused;         /* what is wrong with it, naming the index; those before it are good */
  const guint8 *hub_key;   /* borrowed; NULL: no hub time is taken for signed */
  const BhVerified *timed; /* the last whose hub time was looked at: most carry the same */
} BhBatch;

BhBatch *bh_batch_new(const char *device, const char *unit);
/* The key that the hub signs times with; before entries are added. Borrowed. */
void bh_batch_set_hub_key(BhBatch *batch, const guint8 hub_key[BH_PUBLIC_KEY_SIZE]);
void bh_batch_free(BhBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBatch, bh_batch_free)
/* Takes the next entry into the batch. FALSE when its envelope is bad: the batch ends before it.
 * Takes ownership of `text`. */
gboolean bh_batch_add(BhBatch *batch, const char *hub, const guint8 key[BH_PUBLIC_KEY_SIZE],
                      BhEntryText *text);

/* --- second step --- */

/* Children that the rules of one batch may have read and looked at: more than an honest visit has.
 * What a rule then does not know is reported as not checked; a batch is never refused for it. */
#define BH_BATCH_CHILDREN_READ_MAX 8192
#define BH_BATCH_CHILDREN_SEEN_MAX 131072
/* The same for one entry of the hub itself; there it is refused. */
#define BH_OWN_CHILDREN_READ_MAX 65536
#define BH_OWN_CHILDREN_SEEN_MAX 1048576
/* Work after which a batch lets others in: one for an operation, one for a child read, one for
 * each BH_TURN_SEEN_PER_UNIT children looked at. */
#define BH_TURN_WORK_MAX 256
#define BH_TURN_SEEN_PER_UNIT 32

typedef struct _BhIngest BhIngest;

/* All but `hub` borrowed. `signer` makes the hub's own entries; NULL for a reader that only
 * replays. */
BhIngest *bh_ingest_new(const char *hub, const BhSigner *signer, const BhRegion *region,
                        BhHubTime *time, const BhRandom *random);
void bh_ingest_free(BhIngest *ingest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhIngest, bh_ingest_free)
/* The kind set in use from now on; it must stand in the store. */
void bh_ingest_set_kinds(BhIngest *ingest, BhKindSet *kinds);
const BhKindSet *bh_ingest_get_kinds(BhIngest *ingest);

typedef struct {
  gint64 seq; /* with 409 fork: the last place both sides agree on; else the head now; 0 when the
               * batch's first entry is bad, for then nothing is known of its incarnation */
  char hash[BH_HASH_HEX_LEN + 1];
  GPtrArray *quarantined; /* char*: entry ids of this batch in quarantine */
  guint stored;           /* new entries; of these: */
  guint applied;
  guint held; /* in quarantine, with those of an id that is here with another body */
  guint repeated;
  guint next;       /* entries of the batch dealt with, also in earlier turns */
  BhChildWork work; /* of all its turns */
  GError *refused;  /* CHAIN, FORK, REVOKED, or the batch's own; what was stored stays stored */
  gboolean is_entry_refused; /* `refused` is the batch's own */
} BhIngestResult;

void bh_ingest_result_clear(BhIngestResult *result);

/* FALSE only when the store fails: then the caller rolls back. `result` must be zeroed. */
gboolean bh_ingest_apply(BhIngest *ingest, BhDb *db, const BhBatch *batch, BhIngestResult *result,
                         GError **error);

/* The same in turns: asks `is_waited_for` once it has done BH_TURN_WORK_MAX, and stops after an
 * entry when others wait. *more says that the batch is not through: then call again, with the same
 * result, in a later transaction; no other batch of the device may come in between. */
typedef gboolean (*BhWaitedFunc)(gpointer data);
gboolean bh_ingest_apply_turn(BhIngest *ingest, BhDb *db, const BhBatch *batch,
                              BhIngestResult *result, BhWaitedFunc is_waited_for, gpointer data,
                              gboolean *more, GError **error);

/* An entry of the hub itself: ops [{"record","kind","set":{key:value}}], `by` a staff id or NULL
 * for the system. What would be a quarantine or a report elsewhere is an error here and stores
 * nothing. Returns the entry id, g_free. */
char *bh_ingest_append(BhIngest *ingest, BhDb *db, const char *by, const json_t *ops,
                       GError **error);
/* Lets a quarantined entry in, or dismisses it; an entry of the hub either way. It is judged again
 * (judge.h): a release waives what is wrong with its data, never who may do what, and who decides
 * must reach every record it touches. BH_ERROR_NOT_FOUND when nothing of that id waits, _INVALID
 * when it cannot be applied, _DENIED when it is not for `by`; then nothing changed. */
gboolean bh_ingest_decide(BhIngest *ingest, BhDb *db, const char *by, const char *entry,
                          gboolean dismissal, const char *reason, GError **error);
/* The same question on a reader, of any thread: whether bh_ingest_decide would do it now, by the
 * same judgement. */
gboolean bh_ingest_may_decide(BhDb *db, const char *hub, const BhKindSet *kinds,
                              const BhRegion *region, gint64 now_ms, const char *by,
                              const char *entry, gboolean dismissal, GError **error);

G_END_DECLS
