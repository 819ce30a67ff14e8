/* Applies a verified batch of a device inside the writer's transaction: finds where the batch
 * continues the chain, detects repeats and forks, then stores, applies or quarantines each entry.
 * The judges (judge-*.c) decide what an entry may do. Start at bh_ingest_apply_turn. */
#include <string.h>

#include "sync/hub/ingest/anomaly-store.h"
#include "sync/hub/ingest/anomaly.h"
#include "sync/hub/ingest/internal.h"
#include "sync/hub/ingest/numbers.h"
#include "sync/wire/limits.h"

#define ORDER_NR 10000    /* number of the report "order" of an entry; others have lower numbers */
#define KIND_SETS_KEPT 64 /* kind sets that are kept in memory */
/* Parsed records that are kept in memory: more than one batch changes and more than can wait for
 * the index, so that the index finds them in the cache. A parsed record takes about five times the
 * bytes of its snapshot. */
#define RECORDS_KEPT 1024
#define RECORDS_KEPT_BYTES (2 * 1024 * 1024)

BhIngest *bh_ingest_new(const char *hub, const BhSigner *signer, const BhRegion *region,
                        BhHubTime *time, const BhRandom *random)
{
  BhIngest *ingest = g_new0(BhIngest, 1);
  g_strlcpy(ingest->hub, hub, sizeof ingest->hub);
  ingest->signer = signer;
  ingest->region = region;
  ingest->time = time;
  ingest->random = random;
  ingest->known_sets =
      g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)bh_kind_set_unref);
  ingest->record_cache = bh_record_cache_new(RECORDS_KEPT, RECORDS_KEPT_BYTES);
  bh_id_source_init(&ingest->ids, bh_hub_time_get_clock(time), random);
  return ingest;
}

void bh_ingest_free(BhIngest *ingest)
{
  if (ingest == NULL)
    return;
  g_hash_table_unref(ingest->known_sets);
  bh_record_cache_free(ingest->record_cache);
  g_clear_pointer(&ingest->kinds, bh_kind_set_unref);
  g_free(ingest);
}

static void remember_kinds(BhIngest *ingest, BhKindSet *kinds)
{
  if (g_hash_table_size(ingest->known_sets) >= KIND_SETS_KEPT)
    g_hash_table_remove_all(ingest->known_sets);
  g_hash_table_insert(ingest->known_sets, g_strdup(bh_kind_set_get_hash(kinds)),
                      bh_kind_set_ref(kinds));
}

void bh_ingest_set_kinds(BhIngest *ingest, BhKindSet *kinds)
{
  BhKindSet *old = ingest->kinds;
  ingest->kinds = bh_kind_set_ref(kinds);
  g_clear_pointer(&old, bh_kind_set_unref);
  /* The cache may contain a set whose commit failed. */
  g_hash_table_remove_all(ingest->known_sets);
  remember_kinds(ingest, kinds);
}

const BhKindSet *bh_ingest_get_kinds(BhIngest *ingest)
{
  return ingest->kinds;
}

BhRecordCache *bh_ingest_get_record_cache(BhIngest *ingest)
{
  return ingest->record_cache;
}

BhKindSet *bh_ingest_find_kinds(BhIngest *ingest, BhDb *db, const char *hash, GError **error)
{
  BhKindSet *known = g_hash_table_lookup(ingest->known_sets, hash);
  if (known != NULL)
    return known;
  g_autoptr(BhKindSet) loaded = bh_log_load_kinds(db, hash, error);
  if (loaded == NULL)
    return NULL;
  remember_kinds(ingest, loaded);
  return g_hash_table_lookup(ingest->known_sets, hash);
}

void bh_ingest_result_clear(BhIngestResult *result)
{
  g_clear_pointer(&result->quarantined, g_ptr_array_unref);
  g_clear_error(&result->refused);
}

/* --- pieces --- */

void bh_piece_init_reader(BhPiece *piece, BhDb *db, const char *hub, const BhKindSet *kinds,
                          const BhRegion *region, gint64 now_ms)
{
  memset(piece, 0, sizeof *piece);
  piece->db = db;
  piece->hub = hub;
  piece->kinds = kinds;
  piece->region = region;
  piece->now_ms = now_ms;
  piece->records = bh_records_new(db, kinds, now_ms);
  piece->work = &piece->own_work;
  bh_records_limit_children(piece->records, piece->work, BH_OWN_CHILDREN_READ_MAX,
                            BH_OWN_CHILDREN_SEEN_MAX);
  BhDate today = bh_date_from_ms(now_ms);
  g_autofree char *text = bh_date_format(&today);
  g_strlcpy(piece->today, text, sizeof piece->today);
}

gboolean bh_piece_begin(BhPiece *piece, BhIngest *ingest, BhDb *db, GError **error)
{
  g_assert(ingest->kinds != NULL);
  gboolean is_doubted;
  gint64 now_ms = bh_hub_time_read(ingest->time, &is_doubted);
  bh_piece_init_reader(piece, db, ingest->hub, ingest->kinds, ingest->region, now_ms);
  piece->is_doubted = is_doubted;
  piece->ingest = ingest;
  bh_records_set_cache(piece->records, ingest->record_cache);
  return bh_log_get_counter(db, "position", &piece->position, error);
}

gboolean bh_piece_end(BhPiece *piece, GError **error)
{
  return bh_records_flush(piece->records, &piece->position, error) &&
         bh_log_set_counter(piece->db, "position", piece->position, error);
}

void bh_piece_clear(BhPiece *piece)
{
  g_clear_pointer(&piece->write_access, bh_write_access_free);
  g_clear_pointer(&piece->records, bh_records_free);
}

gboolean bh_piece_declare_files(BhPiece *piece, const BhBody *body, const char *device,
                                GError **error)
{
  for (guint i = 0; body->files != NULL && i < body->files->len; i++) {
    const BhFileRef *file = body->files->pdata[i];
    if (!bh_log_declare_file(piece->db, device, file->sha256, file->size, file->media_type, error))
      return FALSE;
  }
  return TRUE;
}

gboolean bh_piece_apply(BhPiece *piece, const BhBody *body, const char *unit, gint64 position,
                        GError **reason, GError **error)
{
  (void)error;
  gboolean ok = TRUE;
  guint i;
  if (body->ops->len > 1)
    for (i = 0; i < body->ops->len; i++)
      bh_records_mark(piece->records, ((const BhOp *)body->ops->pdata[i])->record);
  for (i = 0; ok && i < body->ops->len; i++)
    ok = bh_records_apply(piece->records, body->id, body->ops->pdata[i], unit, position, reason);
  if (!ok && body->ops->len > 1)
    for (guint j = 0; j < i; j++)
      bh_records_restore(piece->records, ((const BhOp *)body->ops->pdata[j])->record);
  bh_records_forget_marks(piece->records);
  return ok;
}

/* --- one entry --- */

/* Logs what became of an entry. The line has only ids and codes, because the text of the error may
 * name a value that readers of the log may not see. */
static void note_verdict(const BhVerified *verified, const char *verdict, const GError *reason)
{
  g_debug("entry %s, device %s, seq %" G_GINT64_FORMAT ": %s%s%s",
          verified->body != NULL ? verified->body->id : verified->envelope.hash,
          verified->envelope.device, verified->envelope.seq, verdict, reason != NULL ? ", " : "",
          reason != NULL ? bh_error_code_name((BhErrorCode)reason->code) : "");
}

static gboolean quarantine(BhPiece *piece, const BhVerified *verified, BhEntryRow *row,
                           const GError *reason, BhIngestResult *result, GError **error)
{
  result->n_quarantined++;
  note_verdict(verified, "quarantined", reason);
  const BhOp *op =
      verified->body != NULL && verified->body->ops->len > 0 ? verified->body->ops->pdata[0] : NULL;
  const char *name = verified->body != NULL ? verified->body->id : verified->envelope.hash;
  row->status = BH_ENTRY_QUARANTINED;
  if (!bh_log_add_entry(piece->db, &verified->envelope, row, error) ||
      !bh_log_add_quarantine(piece->db, row->position, name, verified->envelope.device,
                             op != NULL ? op->record : NULL, reason, error))
    return FALSE;
  g_ptr_array_add(result->quarantined, g_strdup(name));
  /* The files of a quarantined entry are accepted, so that the hub has them when the entry is
   * released. */
  if (verified->body != NULL && reason->code != BH_ERROR_LIMIT)
    return bh_piece_declare_files(piece, verified->body, verified->envelope.device, error);
  return TRUE;
}

gboolean bh_piece_report(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                         const BhVerdict *verdict, gint64 position, GError **error)
{
  int nr = 0;
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    g_autoptr(GPtrArray) problems =
        bh_judge_list_problems(piece, kinds, body, op, &verdict->steps[i]);
    for (guint j = 0; j < problems->len; j++)
      if (!bh_log_add_report(piece->db, position, nr++, op->record, problems->pdata[j], error))
        return FALSE;
  }
  return TRUE;
}

/* Applies an entry. FALSE with *reason when it is not allowed, with `error` when the store fails.
 */
static gboolean judge_and_apply(BhPiece *piece, const BhVerified *verified, const char *unit,
                                gint64 position, GError **reason, GError **error)
{
  if (verified->body == NULL) {
    *reason = g_error_copy(verified->body_error);
    return FALSE;
  }
  GError *failed = NULL;
  const BhKindSet *kinds =
      bh_ingest_find_kinds(piece->ingest, piece->db, verified->envelope.kinds, &failed);
  if (failed != NULL) {
    g_propagate_error(error, failed);
    return FALSE;
  }
  if (kinds == NULL) {
    g_set_error(reason, BH_ERROR, BH_ERROR_UNKNOWN, "the hub does not have the kind set %s",
                verified->envelope.kinds);
    return FALSE;
  }
  const BhBody *body = verified->body;
  BhActor actor =
      bh_judge_device_actor(body, unit, piece->enrolled_ms, piece->now_ms, piece->is_doubted);
  g_auto(BhVerdict) verdict = {0};
  if (!bh_judge_entry(piece, &actor, kinds, body, &verdict, error))
    return FALSE;
  const GError *against = bh_verdict_get_reason(&verdict, FALSE);
  if (against != NULL) {
    *reason = g_error_copy(against);
    return FALSE;
  }
  return bh_piece_apply(piece, body, unit, position, reason, error) &&
         bh_piece_report(piece, kinds, body, &verdict, position, error);
}

/* Adds an anomaly for a wrong clock, and one for an entry in which a person states whether the
 * clock is wrong. */
static gboolean note_clock(BhPiece *piece, const BhVerified *verified, gint64 position,
                           GError **error)
{
  const BhBody *body = verified->body;
  const char *device = verified->envelope.device;
  if (body == NULL || body->ops->len == 0)
    return TRUE;
  const BhTimeProof proof = {.received_ms = piece->now_ms,
                             .receipt_is_doubted = piece->is_doubted,
                             .enrolled_ms = piece->enrolled_ms,
                             .signed_ms = piece->signed_ms};
  const char *contradiction =
      bh_anomaly_judge_clock(&body->clock, verified->is_time_signed, &proof);
  const BhOp *op = body->ops->pdata[0];
  gboolean noted = strcmp(op->kind, "clock_note") == 0;
  return (contradiction == NULL ||
          bh_anomaly_store_add_clock(piece->db, device, body->clock.boot_id, contradiction,
                                     position, op->record, error)) &&
         (!noted || bh_anomaly_store_add_clock(piece->db, device, op->record, "noted", position,
                                               op->record, error));
}

/* Reports an entry whose id is not greater than the id of the entry before it in the chain. The
 * entry is applied all the same: the only consequence is that of concurrent values its values are
 * not the ones shown. `before` is the previous entry if it is in the batch, else NULL. */
static gboolean note_order(BhPiece *piece, const BhVerified *before, const BhVerified *verified,
                           gint64 position, GError **error)
{
  const BhEnvelope *envelope = &verified->envelope;
  g_autoptr(GError) failed = NULL;
  g_autofree char *stored =
      before == NULL ? bh_log_dup_id_at(piece->db, envelope->device, envelope->incarnation,
                                        envelope->seq - 1, &failed)
                     : NULL;
  if (failed != NULL) {
    g_propagate_error(error, g_steal_pointer(&failed));
    return FALSE;
  }
  const char *last = before != NULL && before->body != NULL ? before->body->id : stored;
  if (last == NULL || strcmp(last, verified->body->id) < 0 ||
      bh_id_time_ms(last) > piece->now_ms + BH_ID_AHEAD_MAX_MS)
    return TRUE;
  g_autoptr(BhProblem) problem = bh_problem_new("", "order", "条目编号没有按设备上的先后递增",
                                                "the entry's id does not follow the one before it");
  const BhOp *op = verified->body->ops->pdata[0];
  return bh_log_add_report(piece->db, position, ORDER_NR, op->record, problem, error);
}

/* Why an entry of a revoked device is put in quarantine, a new error. Its key may be in foreign
 * hands, and the time of an entry is a claim of whoever signed it. */
static GError *make_revoked_reason(const BhPiece *piece, const BhVerified *verified)
{
  gint64 claimed_ms = verified->body != NULL
                          ? MAX(verified->body->clock.wall_ms, bh_id_time_ms(verified->body->id))
                          : 0;
  return g_error_new_literal(
      BH_ERROR, BH_ERROR_REVOKED,
      MAX(claimed_ms, piece->signed_ms) > piece->revoked_ms
          ? "device: it was revoked before the entry was made"
          : "device: it was revoked, and nothing proves that the entry was made before");
}

static gboolean store_entry(BhPiece *piece, const BhBatch *batch, guint index,
                            BhIngestResult *result, GError **error)
{
  const BhVerified *verified = batch->entries->pdata[index];
  const BhVerified *before = index > 0 ? batch->entries->pdata[index - 1] : NULL;
  if (verified->is_time_signed)
    piece->signed_ms = MAX(piece->signed_ms, verified->body->clock.hub_ms);
  BhEntryRow row = {
      .position = ++piece->position,
      .received_ms = piece->now_ms,
      .is_doubted = piece->is_doubted,
      .signed_ms = piece->signed_ms,
      .is_first = TRUE,
      .device = (char *)verified->envelope.device,
      .text = verified->text,
  };
  if (verified->body != NULL) {
    row.id = verified->body->id;
    row.actor = verified->body->by;
    g_autoptr(GError) failed = NULL;
    g_autoptr(BhEntryRow) first = bh_log_find_entry(piece->db, row.id, &failed);
    if (failed != NULL) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return FALSE;
    }
    if (first != NULL) {
      row.is_first = FALSE;
      if (g_strcmp0(first->text->body, verified->text->body) == 0) {
        row.status = BH_ENTRY_AGAIN;
        result->repeated++;
        note_verdict(verified, "repeated in another envelope", NULL);
        if (first->status == BH_ENTRY_QUARANTINED)
          g_ptr_array_add(result->quarantined, g_strdup(row.id));
        return bh_log_add_entry(piece->db, &verified->envelope, &row, error);
      }
      g_autoptr(GError) reason =
          g_error_new(BH_ERROR, BH_ERROR_FORK, "the hub has entry %s with another body", row.id);
      return quarantine(piece, verified, &row, reason, result, error);
    }
  }
  g_autoptr(GError) reason = NULL;
  GError *failed = NULL;
  result->stored++;
  if (!note_clock(piece, verified, row.position, error))
    return FALSE;
  if (piece->revoked_ms != 0) {
    g_autoptr(GError) revoked = make_revoked_reason(piece, verified);
    return quarantine(piece, verified, &row, revoked, result, error);
  }
  if (judge_and_apply(piece, verified, batch->unit, row.position, &reason, &failed)) {
    result->applied++;
    note_verdict(verified, "applied", NULL);
    return bh_log_add_entry(piece->db, &verified->envelope, &row, error) &&
           note_order(piece, before, verified, row.position, error) &&
           bh_piece_declare_files(piece, verified->body, verified->envelope.device, error) &&
           bh_numbers_follow(piece, verified->body, verified->envelope.device, batch->unit,
                             verified->envelope.incarnation, error);
  }
  if (failed != NULL) {
    g_propagate_error(error, failed);
    return FALSE;
  }
  return quarantine(piece, verified, &row, reason, result, error);
}

/* --- the batch and the chain that the hub has --- */

static gboolean set_fork(BhPiece *piece, const BhVerified *verified, gint64 common_seq,
                         const char *common_hash, BhIngestResult *result, GError **error)
{
  g_set_error(&result->refused, BH_ERROR, BH_ERROR_FORK,
              "device %s, incarnation %s: the hub has another entry with seq %" G_GINT64_FORMAT,
              verified->envelope.device, verified->envelope.incarnation, verified->envelope.seq);
  result->seq = common_seq;
  g_strlcpy(result->hash, common_hash, sizeof result->hash);
  return bh_log_add_fork(piece->db, &verified->envelope, verified->text, piece->now_ms, error) &&
         bh_log_add_refusal(piece->db, verified->envelope.device, result->refused, piece->now_ms,
                            error);
}

/* Skips the entries that the hub has already; *next is the index of the first entry that the hub
 * does not have. TRUE with result->refused set when the histories differ (a fork). */
static gboolean skip_known(BhPiece *piece, const BhBatch *batch, gint64 head, guint *next,
                           BhIngestResult *result, GError **error)
{
  char common_hash[BH_HASH_HEX_LEN + 1] = {0};
  const BhVerified *first = batch->entries->pdata[0];
  gint64 common_seq = 0;
  memset(common_hash, '0', BH_HASH_HEX_LEN);
  if (first->envelope.seq > 1) {
    char hash[BH_HASH_HEX_LEN + 1];
    if (!bh_log_get_hash_at(piece->db, batch->device, first->envelope.incarnation,
                            first->envelope.seq - 1, hash, error))
      return FALSE;
    if (strcmp(hash, first->envelope.prev) != 0)
      return set_fork(piece, first, common_seq, common_hash, result, error);
    common_seq = first->envelope.seq - 1;
    g_strlcpy(common_hash, hash, sizeof common_hash);
  }
  for (*next = 0; *next < batch->entries->len; (*next)++) {
    const BhVerified *verified = batch->entries->pdata[*next];
    char hash[BH_HASH_HEX_LEN + 1];
    if (verified->envelope.seq > head)
      break;
    if (!bh_log_get_hash_at(piece->db, batch->device, verified->envelope.incarnation,
                            verified->envelope.seq, hash, error))
      return FALSE;
    if (strcmp(hash, verified->envelope.hash) != 0)
      return set_fork(piece, verified, common_seq, common_hash, result, error);
    common_seq = verified->envelope.seq;
    g_strlcpy(common_hash, hash, sizeof common_hash);
    result->repeated++;
    note_verdict(verified, "repeated", NULL);
  }
  return *next == 0 ||
         bh_log_collect_quarantined(piece->db, batch->device, first->envelope.incarnation,
                                    first->envelope.seq, common_seq, result->quarantined, error);
}

static gboolean check_device(BhPiece *piece, const BhBatch *batch, BhIngestResult *result,
                             GError **error)
{
  g_autoptr(BhHubDevice) device = bh_log_load_device(piece->db, batch->device, error);
  if (device == NULL)
    return FALSE;
  piece->enrolled_ms = device->enrolled_ms;
  if (device->revoked_ms == 0)
    return TRUE;
  if (batch->is_carried) {
    piece->revoked_ms = device->revoked_ms;
    return TRUE;
  }
  g_set_error(&result->refused, BH_ERROR, BH_ERROR_REVOKED, "device %s was revoked", batch->device);
  return bh_log_add_refusal(piece->db, batch->device, result->refused, piece->now_ms, error);
}

/* Sets result->next to the entry at which the batch continues the chain. result->refused is set
 * when the batch does not continue the chain. FALSE with `error` when the store fails. */
static gboolean find_start(BhPiece *piece, const BhBatch *batch, BhIngestResult *result,
                           GError **error)
{
  const BhVerified *at = batch->entries->pdata[result->next];
  if (!bh_log_get_head(piece->db, batch->device, at->envelope.incarnation, &result->seq,
                       result->hash, error) ||
      !bh_log_get_signed_ms(piece->db, batch->device, at->envelope.incarnation, &piece->signed_ms,
                            error))
    return FALSE;
  if (at->envelope.seq > result->seq + 1) {
    g_set_error(&result->refused, BH_ERROR, BH_ERROR_CHAIN,
                "incarnation %s: the batch begins at seq %" G_GINT64_FORMAT
                ", but the hub has entries up to seq %" G_GINT64_FORMAT " only",
                at->envelope.incarnation, at->envelope.seq, result->seq);
    return TRUE;
  }
  return result->next > 0 || skip_known(piece, batch, result->seq, &result->next, result, error);
}

typedef struct {
  guint ops;
  guint read, seen; /* children read and seen before the turn began */
} Turn;

static gboolean is_turn_over(const Turn *turn, const BhIngestResult *result)
{
  return turn->ops + (result->work.read - turn->read) +
             (result->work.seen - turn->seen) / BH_TURN_SEEN_PER_UNIT >=
         BH_TURN_WORK_MAX;
}

/* Stores entries until the batch is done, or until the work of one turn is done and other requests
 * wait. */
static gboolean store_entries(BhPiece *piece, const BhBatch *batch, BhIngestResult *result,
                              BhOtherWorkFunc has_other_work, gpointer data, GError **error)
{
  const BhVerified *last = NULL;
  Turn turn = {0, result->work.read, result->work.seen};
  const BhEnvelope *first = result->next < batch->entries->len
                                ? &((BhVerified *)batch->entries->pdata[result->next])->envelope
                                : NULL;
  if (first != NULL &&
      !bh_numbers_note_chain(piece, batch->device, first->incarnation, first->seq, error))
    return FALSE;
  while (result->next < batch->entries->len) {
    last = batch->entries->pdata[result->next];
    if (!store_entry(piece, batch, result->next++, result, error))
      return FALSE;
    turn.ops += last->body != NULL ? MAX(last->body->ops->len, 1) : 1;
    if (has_other_work != NULL && is_turn_over(&turn, result) && has_other_work(data))
      break;
  }
  if (last == NULL)
    return TRUE;
  result->seq = last->envelope.seq;
  g_strlcpy(result->hash, last->envelope.hash, sizeof result->hash);
  return bh_log_set_head(piece->db, batch->device, last->envelope.incarnation, result->seq,
                         result->hash, error) &&
         bh_log_set_signed_ms(piece->db, batch->device, last->envelope.incarnation,
                              piece->signed_ms, error);
}

gboolean bh_ingest_apply_turn(BhIngest *ingest, BhDb *db, const BhBatch *batch,
                              BhIngestResult *result, BhOtherWorkFunc has_other_work, gpointer data,
                              gboolean *more, GError **error)
{
  g_auto(BhPiece) piece = {0};
  *more = FALSE;
  if (result->quarantined == NULL) {
    result->quarantined = g_ptr_array_new_with_free_func(g_free);
    memset(result->hash, '0', BH_HASH_HEX_LEN);
  }
  if (!bh_piece_begin(&piece, ingest, db, error))
    return FALSE;
  piece.device = batch->device;
  if (!check_device(&piece, batch, result, error))
    return FALSE;
  if (result->refused != NULL)
    return TRUE;
  piece.work = &result->work;
  bh_records_set_writer(piece.records, batch->device);
  bh_records_limit_children(piece.records, piece.work, BH_BATCH_CHILDREN_READ_MAX,
                            BH_BATCH_CHILDREN_SEEN_MAX);
  if (batch->entries->len > 0) {
    if (!find_start(&piece, batch, result, error))
      return FALSE;
    if (result->refused != NULL)
      return TRUE;
    if (!store_entries(&piece, batch, result, has_other_work, data, error))
      return FALSE;
    *more = result->next < batch->entries->len;
  }
  if (!*more && batch->refused != NULL) {
    result->refused = g_error_copy(batch->refused);
    result->is_entry_refused = TRUE;
    g_debug("entry %d of a batch of device %s: refused, %s", batch->refused_index, batch->device,
            bh_error_code_name((BhErrorCode)batch->refused->code));
    if (!bh_log_add_refusal(db, batch->device, batch->refused, piece.now_ms, error))
      return FALSE;
  }
  return bh_piece_end(&piece, error);
}

gboolean bh_ingest_apply(BhIngest *ingest, BhDb *db, const BhBatch *batch, BhIngestResult *result,
                         GError **error)
{
  gboolean more;
  return bh_ingest_apply_turn(ingest, db, batch, result, NULL, NULL, &more, error);
}
