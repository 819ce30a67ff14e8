/* Entries of the hub itself: builds the body, judges it like any other entry, applies, signs and
 * appends it. Start at bh_piece_append. */
#include <string.h>

#include "schema/kind-rules.h"
#include "schema/workflow.h"
#include "sync/hub/ingest/internal.h"
#include "sync/hub/ingest/judge-review.h"
#include "sync/hub/ingest/numbers.h"

static gboolean make_entry_id(BhPiece *piece, char id[BH_ID_LEN + 1], GError **error)
{
  BhIngest *ingest = piece->ingest;
  if (!ingest->ids_ready) {
    g_autoptr(GError) failed = NULL;
    g_autofree char *newest = bh_log_dup_newest_of_hub(piece->db, ingest->hub, &failed);
    if (failed != NULL) {
      g_propagate_error(error, g_steal_pointer(&failed));
      return FALSE;
    }
    if (newest != NULL)
      bh_id_source_advance(&ingest->ids, newest);
    ingest->ids_ready = TRUE;
  }
  bh_id_next(&ingest->ids, id);
  return TRUE;
}

static gboolean add_file(BhPiece *piece, BhBodyBuilder *builder, const BhField *field,
                         const json_t *value, GError **error)
{
  const char *sha = json_string_value(value);
  if (field == NULL || bh_field_get_type(field) != BH_FIELD_HASH || !bh_hash_is_valid(sha))
    return TRUE;
  gint64 size;
  gboolean complete;
  g_autofree char *type = NULL;
  if (!bh_log_get_file(piece->db, sha, &size, &type, &complete, error))
    return FALSE;
  if (size >= 0)
    bh_body_builder_add_file(builder, sha, size, type);
  return TRUE;
}

static gboolean build_op(BhPiece *piece, BhBodyBuilder *builder, const json_t *op, GError **error)
{
  const char *id = bh_json_get_string(op, "record", "operation", error);
  const char *kind_name = id != NULL ? bh_json_get_string(op, "kind", "operation", error) : NULL;
  json_t *set = kind_name != NULL ? bh_json_get_object(op, "set", "operation", error) : NULL;
  if (set == NULL)
    return FALSE;
  const BhKind *kind = bh_kind_set_find(piece->ingest->kinds, kind_name);
  if (kind == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN, "no such kind: %s", kind_name);
    return FALSE;
  }
  BhRecord *record;
  if (!bh_records_get(piece->records, id, &record, error))
    return FALSE;
  const char *key;
  json_t *value;
  json_object_foreach(set, key, value) {
    g_auto(GStrv) was = record != NULL ? bh_record_dup_heads(record, key) : NULL;
    const BhField *field = bh_kind_find_field(kind, key);
    bh_body_builder_set(builder, id, kind_name, key, value,
                        field != NULL && bh_field_is_personal(field), (const char *const *)was);
    if (!add_file(piece, builder, field, value, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean build_body(BhPiece *piece, const char *entry_id, const char *by, const json_t *ops,
                           char **body, char **openings, GError **error)
{
  const BhClock *clock = bh_hub_time_get_clock(piece->ingest->time);
  BhEntryClock stamp = {
      .wall_ms = piece->now_ms,
      .boot_ms = clock->boot_ms(clock->data),
      .quality = piece->is_doubted ? BH_CLOCK_QUALITY_BAD : BH_CLOCK_QUALITY_GOOD,
  };
  g_strlcpy(stamp.boot_id, clock->boot_id(clock->data), sizeof stamp.boot_id);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(entry_id, by, &stamp, 0, piece->ingest->random);
  if (!json_is_array(ops) || json_array_size(ops) == 0) {
    g_set_error(error, BH_ERROR, BH_ERROR_FORMAT,
                "ops: must be an array with at least one operation");
    return FALSE;
  }
  size_t at;
  json_t *op;
  json_array_foreach((json_t *)ops, at, op) {
    if (!build_op(piece, builder, op, error))
      return FALSE;
  }
  return bh_body_builder_finish(builder, body, openings, error);
}

/* A missing reason for a doubtful value is accepted here: only the step that asks for the value
 * asks for the reason, and imports and other steps may not know it. The office lists such values.
 */
static gboolean is_missing_reason(const BhKind *kind, const BhProblem *problem)
{
  return kind != NULL && bh_kind_is_reason_missing(kind, problem);
}

/* A problem that is only reported for a device's entry is an error for an entry of the hub. */
static gboolean refuse_problems(const GPtrArray *problems, const BhKind *kind, const BhOp *op,
                                GError **error)
{
  const BhProblem *problem = NULL;
  for (guint i = 0; i < problems->len && problem == NULL; i++)
    if (!is_missing_reason(kind, problems->pdata[i]))
      problem = problems->pdata[i];
  if (problem == NULL)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "%s %s, %s: %s", op->kind, op->record,
              *problem->field != '\0' ? problem->field : "whole record", problem->text_en);
  return FALSE;
}

/* *openings: those of the body; without those of sealed fields afterwards. */
static gboolean judge_own(BhPiece *piece, BhBody *body, char **openings, gint64 position,
                          gboolean by_system, GError **error)
{
  const BhKindSet *kinds = piece->kinds;
  BhActor actor = {.path = by_system ? BH_PATH_SYSTEM : BH_PATH_OFFICE, .at_ms = piece->now_ms};
  g_auto(BhVerdict) verdict = {0};
  if (!bh_judge_entry(piece, &actor, kinds, body, &verdict, error))
    return FALSE;
  const GError *against = bh_verdict_get_reason(&verdict, FALSE);
  if (against != NULL) {
    g_propagate_error(error, g_error_copy(against));
    return FALSE;
  }
  if (!bh_review_judge(piece, body, by_system, error) ||
      !bh_sealed_take(piece->db, kinds, piece->ingest->signer->secret_key, body, openings, error))
    return FALSE;
  g_autoptr(GError) reason = NULL;
  GError *failed = NULL;
  if (!bh_piece_apply(piece, body, NULL, position, &reason, &failed)) {
    g_propagate_error(error, failed != NULL ? failed : g_steal_pointer(&reason));
    return FALSE;
  }
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    g_autoptr(GPtrArray) problems =
        bh_judge_list_problems(piece, kinds, body, op, &verdict.steps[i]);
    if (!refuse_problems(problems, bh_kind_set_find(kinds, op->kind), op, error))
      return FALSE;
  }
  return TRUE;
}

/* Signs the body of an entry that was applied at the newest position, and adds it to the log. */
static gboolean log_entry(BhPiece *piece, BhBody *body, const char *body_text, const char *openings,
                          GError **error)
{
  BhIngest *ingest = piece->ingest;
  const BhSigner *signer = ingest->signer;
  BhEntryRow row = {
      .position = piece->position,
      .received_ms = piece->now_ms,
      .is_doubted = piece->is_doubted,
      .id = body->id,
      .actor = body->by,
      .is_first = TRUE,
      .device = (char *)signer->device,
  };
  gint64 seq;
  char prev[BH_HASH_HEX_LEN + 1];
  if (!bh_log_get_head(piece->db, signer->device, signer->incarnation, &seq, prev, error))
    return FALSE;
  g_autoptr(BhEntryText) text = bh_entry_sign(
      signer, seq + 1, prev, bh_kind_set_get_hash(ingest->kinds), body_text, openings);
  BhEnvelope envelope;
  row.text = text;
  return bh_envelope_parse(text->envelope, &envelope, error) &&
         bh_log_add_entry(piece->db, &envelope, &row, error) &&
         bh_log_set_head(piece->db, signer->device, signer->incarnation, seq + 1, envelope.hash,
                         error) &&
         bh_piece_declare_files(piece, body, signer->device, error);
}

gboolean bh_piece_append(BhPiece *piece, const char *by, const json_t *ops,
                         char entry_id[BH_ID_LEN + 1], GError **error)
{
  g_assert(piece->ingest->signer != NULL);
  g_autofree char *body_text = NULL;
  g_autofree char *openings = NULL;
  if (!make_entry_id(piece, entry_id, error))
    return FALSE;
  g_autoptr(json_t) full = bh_opens_fill_own(piece, by, ops, error);
  g_autoptr(json_t) numbered = full != NULL ? bh_numbers_fill_own(piece, full, error) : NULL;
  if (numbered == NULL || !build_body(piece, entry_id, by != NULL ? by : piece->ingest->hub,
                                      numbered, &body_text, &openings, error))
    return FALSE;
  g_autoptr(BhBody) body = bh_body_parse(body_text, openings, error);
  return body != NULL && judge_own(piece, body, &openings, ++piece->position, by == NULL, error) &&
         log_entry(piece, body, body_text, openings, error);
}

gboolean bh_piece_append_number(BhPiece *piece, const json_t *ops, GError **error)
{
  char entry_id[BH_ID_LEN + 1];
  g_autofree char *body_text = NULL;
  g_autofree char *openings = NULL;
  g_autoptr(GError) reason = NULL;
  GError *failed = NULL;
  if (!make_entry_id(piece, entry_id, error) ||
      !build_body(piece, entry_id, piece->ingest->hub, ops, &body_text, &openings, error))
    return FALSE;
  g_autoptr(BhBody) body = bh_body_parse(body_text, openings, error);
  if (body == NULL)
    return FALSE;
  if (bh_piece_apply(piece, body, NULL, ++piece->position, &reason, &failed))
    return log_entry(piece, body, body_text, openings, error);
  piece->position--;
  if (failed != NULL) {
    g_propagate_error(error, failed);
    return FALSE;
  }
  g_warning("numbers: a record keeps its provisional number: %s", bh_error_code_name(reason->code));
  return TRUE;
}

gboolean bh_ingest_grant_numbers(BhIngest *ingest, BhDb *db, const char *device, const char *unit,
                                 GError **error)
{
  g_auto(BhPiece) piece = {0};
  return bh_piece_begin(&piece, ingest, db, error) &&
         bh_numbers_grant(&piece, device, unit, error) && bh_piece_end(&piece, error);
}

char *bh_ingest_append(BhIngest *ingest, BhDb *db, const char *by, const json_t *ops,
                       GError **error)
{
  g_auto(BhPiece) piece = {0};
  char entry_id[BH_ID_LEN + 1];
  if (!bh_piece_begin(&piece, ingest, db, error) ||
      !bh_piece_append(&piece, by, ops, entry_id, error) || !bh_piece_end(&piece, error))
    return NULL;
  return g_strdup(entry_id);
}
