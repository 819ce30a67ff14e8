/* Decides about entries in quarantine: releases them, which judges them again and applies them, or
 * dismisses them. A reader can ask beforehand whether that would be refused. Start at
 * bh_ingest_decide. */
#include <string.h>

#include "schema/person.h"
#include "sync/hub/ingest/internal.h"
#include "sync/hub/ingest/numbers.h"

/* A quarantined entry that is to be decided about. */
typedef struct {
  BhEntryRow *row;
  BhBody *body;   /* NULL when it cannot be read */
  BhKindSet *own; /* the kind set that the entry names; NULL if that is the set in use */
  BhHubDevice *device;
  BhActor actor;
} Waiting;

static void waiting_clear(Waiting *waiting)
{
  g_clear_pointer(&waiting->row, bh_entry_row_free);
  g_clear_pointer(&waiting->body, bh_body_free);
  g_clear_pointer(&waiting->own, bh_kind_set_unref);
  g_clear_pointer(&waiting->device, bh_hub_device_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Waiting, waiting_clear)

static gboolean load_waiting(BhPiece *piece, gint64 position, const char *by, Waiting *waiting,
                             GError **error)
{
  BhEnvelope envelope;
  waiting->row = bh_log_load_entry(piece->db, position, error);
  if (waiting->row == NULL || !bh_envelope_parse(waiting->row->text->envelope, &envelope, error))
    return FALSE;
  waiting->device = bh_log_load_device(piece->db, waiting->row->device, error);
  if (waiting->device == NULL)
    return FALSE;
  piece->device = waiting->row->device;
  const BhEntryText *text = waiting->row->text;
  /* A body with a wrong personal signature counts as unreadable: nobody can release it. */
  waiting->body = text->body != NULL
                      ? bh_body_parse_signed(text->body, text->openings, envelope.hub, NULL)
                      : NULL;
  GError *failed = NULL;
  if (strcmp(envelope.kinds, bh_kind_set_get_hash(piece->kinds)) != 0)
    waiting->own = bh_log_load_kinds(piece->db, envelope.kinds, &failed);
  if (failed != NULL) {
    g_propagate_error(error, failed);
    return FALSE;
  }
  if (waiting->body != NULL)
    waiting->actor =
        bh_judge_device_actor(waiting->body, waiting->device->unit, waiting->device->enrolled_ms,
                              waiting->row->received_ms, waiting->row->is_doubted);
  waiting->actor.releaser = by;
  return TRUE;
}

static gboolean refuse(const GError *reason, const char *what, GError **error)
{
  g_set_error(error, reason->domain, reason->code, "the entry cannot be %s: %s", what,
              reason->message);
  return FALSE;
}

/* Refuses an entry that cannot be merged into records. */
static gboolean check_foldable(BhPiece *piece, const Waiting *waiting, GError **error)
{
  if (waiting->body == NULL || !waiting->row->is_first) {
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID,
                "the entry cannot be released: %s, it can only be dismissed",
                waiting->body == NULL ? "its body cannot be read"
                                      : "its id belongs to another entry");
    return FALSE;
  }
  for (guint i = 0; i < waiting->body->ops->len; i++) {
    const BhOp *op = waiting->body->ops->pdata[i];
    if (bh_kind_set_find(piece->kinds, op->kind) == NULL) {
      g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                  "the entry cannot be released: the hub has no kind %s", op->kind);
      return FALSE;
    }
  }
  return TRUE;
}

/* Checks the guards of steps that the releasing person takes for the office. For these steps a
 * violated guard is an error, not only a report. */
static gboolean check_guards(BhPiece *piece, const BhKindSet *kinds, const BhBody *body,
                             const BhVerdict *verdict, GError **error)
{
  for (guint i = 0; i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    if (!verdict->steps[i].is_releasers)
      continue;
    g_autoptr(GPtrArray) problems =
        bh_judge_list_problems(piece, kinds, body, op, &verdict->steps[i]);
    if (problems->len == 0)
      continue;
    const BhProblem *problem = problems->pdata[0];
    g_set_error(error, BH_ERROR, BH_ERROR_INVALID, "the entry cannot be released: %s %s, %s: %s",
                op->kind, op->record, problem->field, problem->text_en);
    return FALSE;
  }
  return TRUE;
}

/* Judges and applies the entry in memory only. `verdict` must be zeroed. */
static gboolean try_release(BhPiece *piece, Waiting *waiting, gint64 position, BhVerdict *verdict,
                            GError **error)
{
  const BhKindSet *kinds = waiting->own != NULL ? waiting->own : piece->kinds;
  if (!check_foldable(piece, waiting, error))
    return FALSE;
  waiting->actor.release = TRUE;
  if (!bh_judge_entry(piece, &waiting->actor, kinds, waiting->body, verdict, error))
    return FALSE;
  const GError *against = bh_verdict_get_reason(verdict, TRUE);
  if (against != NULL)
    return refuse(against, "released", error);
  g_autoptr(GError) reason = NULL;
  if (!bh_piece_apply(piece, waiting->body, waiting->device->unit, position, &reason, error))
    return reason != NULL ? refuse(reason, "released", error) : FALSE;
  if (!check_guards(piece, kinds, waiting->body, verdict, error) ||
      !bh_judge_visibility_after(piece, &waiting->actor, waiting->body, &reason, error))
    return FALSE;
  return reason == NULL || refuse(reason, "released", error);
}

static gboolean release(BhPiece *piece, Waiting *waiting, gint64 position, GError **error)
{
  g_auto(BhVerdict) verdict = {0};
  const BhKindSet *kinds = waiting->own != NULL ? waiting->own : piece->kinds;
  return try_release(piece, waiting, position, &verdict, error) &&
         bh_piece_report(piece, kinds, waiting->body, &verdict, position, error) &&
         bh_piece_declare_files(piece, waiting->body, waiting->row->device, error);
}

/* Gives numbers to the records of a released entry, as if it had been applied when it came. */
static gboolean number_released(BhPiece *piece, const Waiting *waiting, GError **error)
{
  BhEnvelope envelope;
  return bh_envelope_parse(waiting->row->text->envelope, &envelope, error) &&
         bh_numbers_follow(piece, waiting->body, waiting->row->device, waiting->device->unit,
                           envelope.incarnation, error);
}

/* An unreadable entry names no records, so no access to records is needed to dismiss it. */
static gboolean dismiss(BhPiece *piece, Waiting *waiting, GError **error)
{
  g_auto(BhVerdict) verdict = {0};
  if (waiting->body == NULL)
    return TRUE;
  if (!bh_judge_dismissal(piece, &waiting->actor, waiting->body, &verdict, error))
    return FALSE;
  const GError *against = bh_verdict_get_reason(&verdict, TRUE);
  return against == NULL || refuse(against, "dismissed", error);
}

static gboolean find_position(BhDb *db, const char *entry, gint64 *position, GError **error)
{
  if (!bh_log_find_quarantine(db, entry, position, error))
    return FALSE;
  if (*position != 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no such entry in quarantine: %.64s", entry);
  return FALSE;
}

gboolean bh_ingest_may_decide(BhDb *db, const char *hub, const BhKindSet *kinds,
                              const BhRegion *region, gint64 now_ms, const char *by,
                              const char *entry, gboolean dismissal, GError **error)
{
  g_auto(BhPiece) piece = {0};
  g_auto(Waiting) waiting = {0};
  g_auto(BhVerdict) verdict = {0};
  gint64 position;
  bh_piece_init_reader(&piece, db, hub, kinds, region, now_ms);
  return find_position(db, entry, &position, error) &&
         load_waiting(&piece, position, by, &waiting, error) &&
         (dismissal ? dismiss(&piece, &waiting, error)
                    : try_release(&piece, &waiting, position, &verdict, error));
}

gboolean bh_ingest_decide(BhIngest *ingest, BhDb *db, const char *by, const char *entry,
                          gboolean dismissal, const char *reason, GError **error)
{
  g_auto(BhPiece) piece = {0};
  g_auto(Waiting) waiting = {0};
  gint64 position;
  char entry_id[BH_ID_LEN + 1], record[BH_ID_LEN + 1];
  if (!find_position(db, entry, &position, error) || !bh_piece_begin(&piece, ingest, db, error) ||
      !load_waiting(&piece, position, by, &waiting, error))
    return FALSE;
  bh_id_from_name("quarantine", entry, record);
  g_autoptr(json_t) ops = json_pack(
      "[{s:s, s:s, s:{s:s, s:s, s:s}}]", "record", record, "kind", "release", "set", "entry", entry,
      "decision", dismissal ? "dismiss" : "release", "reason", reason != NULL ? reason : "");
  g_debug("entry %s: to be %s by %s", entry, dismissal ? "dismissed" : "released",
          by != NULL ? by : "the hub");
  return (dismissal ? dismiss(&piece, &waiting, error)
                    : release(&piece, &waiting, position, error)) &&
         bh_piece_append(&piece, by, ops, entry_id, error) &&
         (dismissal || number_released(&piece, &waiting, error)) && bh_piece_end(&piece, error) &&
         bh_log_set_status(db, position, dismissal ? BH_ENTRY_DISMISSED : BH_ENTRY_RELEASED,
                           error) &&
         bh_log_decide_quarantine(db, position, entry_id, error);
}
