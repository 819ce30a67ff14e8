/* Reading single things: records, their history, files. */
#include <string.h>

#include "sync/hub/hub-private.h"
#include "sync/hub/list-store.h"
#include "sync/hub/proof.h"
#include "sync/hub/record-store.h"
#include "sync/hub/uploads.h"

BhRecord *bh_hub_load_record(BhDb *db, const char *id, GError **error)
{
  BhRecordRow row = {0};
  gboolean found;
  if (!bh_record_row_load(db, id, &row, &found, error))
    return NULL;
  if (!found) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "there is no record %.64s", id);
    return NULL;
  }
  BhRecord *record = bh_record_from_snapshot(row.snapshot, strlen(row.snapshot), error);
  bh_record_row_clear(&row);
  return record;
}

char *bh_hub_dup_file_path(BhHub *hub, BhDb *db, const char *sha256, char **media_type,
                           GError **error)
{
  gint64 size;
  gboolean complete = FALSE;
  g_autofree char *type = NULL;
  if (bh_hash_is_valid(sha256) && !bh_log_get_file(db, sha256, &size, &type, &complete, error))
    return NULL;
  if (!complete) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "file %.64s is not here", sha256);
    return NULL;
  }
  if (media_type != NULL)
    *media_type = g_steal_pointer(&type);
  return bh_uploads_file_path(hub->dir, sha256);
}

/* --- history --- */

static char *dup_actor_name(BhHub *hub, BhDb *db, const char *actor)
{
  if (actor == NULL)
    return g_strdup("");
  if (strcmp(actor, hub->id) == 0)
    return g_strdup(hub->name);
  g_autoptr(BhRecord) record = bh_hub_load_record(db, actor, NULL);
  const char *name = record != NULL ? bh_record_get_string(record, "name") : NULL;
  return g_strdup(name != NULL ? name : "");
}

static json_t *describe_sets(const BhBody *body, const char *record)
{
  json_t *sets = json_array();
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    if (strcmp(op->record, record) != 0)
      continue;
    for (guint j = 0; j < op->sets->len; j++) {
      const BhSet *set = op->sets->pdata[j];
      json_t *value = set->value != NULL ? set->value : set->opened;
      json_t *was = json_array();
      for (guint k = 0; set->was[k] != NULL; k++)
        json_array_append_new(was, json_string(set->was[k]));
      json_array_append_new(sets, json_pack("{s:s, s:o, s:o}", "key", set->key, "value",
                                            value != NULL ? json_incref(value) : json_null(), "was",
                                            was));
    }
  }
  return sets;
}

/* What is proved of when it was made, and what its device says. */
static json_t *describe_evidence(BhHub *hub, const BhEntryRow *row, const BhBody *body,
                                 const BhHubDevice *device)
{
  BhEvidence evidence = bh_proof_judge(hub, row, body, device);
  return json_pack("{s:I, s:I, s:I, s:s, s:s*}", "from_ms", (json_int_t)evidence.from_ms, "to_ms",
                   (json_int_t)evidence.to_ms, "claimed_ms", (json_int_t)evidence.claimed_ms,
                   "basis", bh_time_basis_name(evidence.basis), "odd", evidence.odd);
}

static json_t *describe_clock(const BhBody *body)
{
  if (body == NULL)
    return json_object();
  const BhEntryClock *clock = &body->clock;
  return json_pack("{s:I, s:I, s:s, s:i, s:I, s:I}", "wall_ms", (json_int_t)clock->wall_ms,
                   "boot_ms", (json_int_t)clock->boot_ms, "boot_id", clock->boot_id, "quality",
                   (int)clock->quality, "hub_ms", (json_int_t)clock->hub_ms, "hub_boot_ms",
                   (json_int_t)clock->hub_boot_ms);
}

static json_t *describe_entry(BhHub *hub, BhDb *db, const BhEntryRow *row, const char *record)
{
  g_autoptr(BhBody) body =
      row->text->body != NULL ? bh_body_parse(row->text->body, row->text->openings, NULL) : NULL;
  g_autoptr(BhHubDevice) device = bh_log_load_device(db, row->device, NULL);
  g_autofree char *by_name = dup_actor_name(hub, db, row->actor);
  return json_pack("{s:s?, s:s?, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:I, s:b, s:o}", "entry",
                   row->id, "by", row->actor, "by_name", by_name, "device", row->device,
                   "device_name", device != NULL ? device->name : "", "position",
                   (json_int_t)row->position, "received_ms", (json_int_t)row->received_ms, "clock",
                   describe_clock(body), "evidence", describe_evidence(hub, row, body, device),
                   "observed_ms", (json_int_t)(body != NULL ? body->observed_ms : 0), "quarantined",
                   (int)(row->status == BH_ENTRY_QUARANTINED), "sets", describe_sets(body, record));
}

json_t *bh_hub_history(BhHub *hub, BhDb *db, const char *record, gint64 before, int limit,
                       GError **error)
{
  g_autoptr(GPtrArray) rows = bh_list_store_history(db, record, before, limit, error);
  if (rows == NULL)
    return NULL;
  json_t *history = json_array();
  for (guint i = 0; i < rows->len; i++)
    json_array_append_new(history, describe_entry(hub, db, rows->pdata[i], record));
  return history;
}
