/* Adds to an entry of the hub the records that its steps open (schema/opens.h). Start at
 * bh_opens_fill_own. */
#include "schema/opens.h"

#include "schema/overlay.h"
#include "sync/hub/ingest/internal.h"

/* The entry that is being made. */
typedef struct {
  BhPiece *piece;
  const char *by; /* the acting person; NULL: the system */
  const json_t *ops;
  BhOverlay overlay; /* the records with the operations over them */
} Making;

static void making_clear(Making *making)
{
  bh_overlay_clear(&making->overlay);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Making, making_clear)

static json_t *make_unsaved(const char *record, const json_t *stored, gpointer data)
{
  const Making *making = data;
  json_t *values = NULL;
  size_t at;
  json_t *op;
  json_array_foreach((json_t *)making->ops, at, op) {
    if (g_strcmp0(bh_json_string_or(op, "record", NULL), record) != 0)
      continue;
    if (values == NULL)
      values = stored != NULL ? json_copy((json_t *)stored) : json_object();
    bh_values_apply(values, json_object_get(op, "set"));
  }
  return values;
}

/* Of several states in conflict none is the one before a step: an entry that chooses among them
 * takes no step, and opens nothing. */
static char *dup_state(const char *id, gpointer data)
{
  const Making *making = data;
  BhRecord *record = NULL;
  if (!bh_records_get(making->piece->records, id, &record, NULL) || record == NULL)
    return NULL;
  return g_strdup(bh_record_has_conflict(record, "state") ? ""
                                                          : bh_record_get_string(record, "state"));
}

static void fill(const char *record, BhContext *context, gpointer data)
{
  Making *making = data;
  *context = (BhContext){
      .values = bh_overlay_lookup(record, &making->overlay),
      .record = record,
      .actor = making->by,
      .actor_values = making->by != NULL ? bh_overlay_lookup(making->by, &making->overlay) : NULL,
      .today = making->piece->today,
      .lookup = bh_overlay_lookup,
      .kind_of = bh_overlay_get_kind,
      .children = bh_overlay_list_children,
      .data = &making->overlay};
}

static void make_id(char id[BH_ID_LEN + 1], gpointer data)
{
  const Making *making = data;
  bh_id_next(&making->piece->ingest->ids, id);
}

json_t *bh_opens_fill_own(BhPiece *piece, const char *by, const json_t *ops, GError **error)
{
  if (!bh_opens_may_open(piece->kinds, ops))
    return json_incref((json_t *)ops);
  g_auto(Making) making = {.piece = piece,
                           .by = by,
                           .ops = ops,
                           .overlay = {.lookup = bh_records_lookup,
                                       .kind_of = bh_records_get_kind,
                                       .children = bh_records_list_children,
                                       .store = piece->records,
                                       .make = make_unsaved}};
  making.overlay.maker = &making;
  BhOpensWorld world = {.set = piece->kinds,
                        .now_ms = piece->now_ms,
                        .dup_state = dup_state,
                        .fill = fill,
                        .make_id = make_id,
                        .data = &making};
  return bh_opens_complete(&world, ops, error);
}
