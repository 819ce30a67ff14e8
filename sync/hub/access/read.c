/* Reads the history of a record, and finds the file of a hash (read.h). */
#include <string.h>

#include "sync/hub/access/read.h"
#include "sync/hub/records/records.h"
#include "sync/hub/hub-private.h"
#include "sync/hub/access/proof.h"
#include "sync/hub/log/log.h"

char *bh_hub_dup_file_path(BhHub *hub, BhDb *db, const char *sha256, char **media_type,
                           GError **error)
{
  gint64 size;
  gboolean complete = FALSE;
  g_autofree char *type = NULL;
  if (bh_hash_is_valid(sha256) && !bh_log_get_file(db, sha256, &size, &type, &complete, error))
    return NULL;
  if (!complete) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no such file at the hub: %.64s", sha256);
    return NULL;
  }
  if (media_type != NULL)
    *media_type = g_steal_pointer(&type);
  return bh_file_path_make(hub->dir, sha256);
}

/* --- history --- */

static char *dup_actor_name(BhHub *hub, BhDb *db, const char *actor)
{
  if (actor == NULL)
    return g_strdup("");
  if (strcmp(actor, hub->id) == 0)
    return g_strdup(hub->name);
  g_autoptr(BhRecord) record = bh_record_load(db, actor, NULL);
  const char *name = record != NULL ? bh_record_get_string(record, "name") : NULL;
  return g_strdup(name != NULL ? name : "");
}

#define EARLIER_MAX 200 /* entries outside the page that are read for "replaced" */

/* Cache of entries whose values were replaced. */
typedef struct {
  BhDb *db;
  GHashTable *bodies; /* entry id → BhBody*, or NULL for an entry that was not applied */
  int left;           /* number of entries that may still be read */
} Earlier;

static void body_free(gpointer body)
{
  bh_body_free(body);
}

static BhBody *parse_applied(const BhEntryRow *row)
{
  gboolean applied = row->status == BH_ENTRY_APPLIED || row->status == BH_ENTRY_RELEASED;
  return applied && row->text->body != NULL
             ? bh_body_parse(row->text->body, row->text->openings, NULL)
             : NULL;
}

static const BhBody *find_earlier(Earlier *earlier, const char *entry)
{
  gpointer body = NULL;
  if (g_hash_table_lookup_extended(earlier->bodies, entry, NULL, &body) || earlier->left == 0)
    return body;
  earlier->left--;
  g_autoptr(BhEntryRow) row = bh_log_find_entry(earlier->db, entry, NULL);
  body = row != NULL ? parse_applied(row) : NULL;
  g_hash_table_insert(earlier->bodies, g_strdup(entry), body);
  return body;
}

static json_t *describe_set(const BhSet *set, const char *record, Earlier *earlier)
{
  json_t *was = json_array();
  json_t *replaced = json_array();
  for (guint k = 0; set->was[k] != NULL; k++) {
    const BhSet *before = bh_body_find_set(find_earlier(earlier, set->was[k]), record, set->key);
    json_t *value = before != NULL ? bh_set_get_value(before) : NULL;
    json_array_append_new(was, json_string(set->was[k]));
    if (value != NULL && !json_is_null(value))
      json_array_append(replaced, value);
  }
  json_t *out = json_pack("{s:s, s:O?, s:o, s:o}", "key", set->key, "value", bh_set_get_value(set),
                          "was", was, "replaced", replaced);
  if (set->commitment != NULL && bh_set_get_value(set) == NULL)
    json_object_set_new(out, "withheld", json_true());
  return out;
}

static json_t *describe_sets(const BhBody *body, const char *record, Earlier *earlier)
{
  json_t *sets = json_array();
  for (guint i = 0; body != NULL && i < body->ops->len; i++) {
    const BhOp *op = body->ops->pdata[i];
    for (guint j = 0; strcmp(op->record, record) == 0 && j < op->sets->len; j++)
      json_array_append_new(sets, describe_set(op->sets->pdata[j], record, earlier));
  }
  return sets;
}

/* The time when an entry was made: the proved interval, and what its device claims. */
static json_t *describe_evidence(BhHub *hub, const BhEntryRow *row, const BhBody *body,
                                 const BhHubDevice *device)
{
  BhEvidence evidence = bh_proof_judge(hub, row, body, device);
  return json_pack("{s:I, s:I, s:I, s:s, s:s*}", "from_ms", (json_int_t)evidence.from_ms, "to_ms",
                   (json_int_t)evidence.to_ms, "claimed_ms", (json_int_t)evidence.claimed_ms,
                   "basis", bh_time_basis_name(evidence.basis), "odd", evidence.contradiction);
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

static json_t *describe_entry(BhHub *hub, BhDb *db, const BhEntryRow *row, const char *record,
                              Earlier *earlier)
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
                   (int)(row->status == BH_ENTRY_QUARANTINED), "sets",
                   describe_sets(body, record, earlier));
}

json_t *bh_hub_history(BhHub *hub, BhDb *db, const char *record, gint64 before, int limit,
                       GError **error)
{
  g_autoptr(GPtrArray) rows = bh_record_list_history(db, record, before, limit, error);
  if (rows == NULL)
    return NULL;
  g_autoptr(GHashTable) bodies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, body_free);
  Earlier earlier = {.db = db, .bodies = bodies, .left = EARLIER_MAX};
  for (guint i = 0; i < rows->len; i++) {
    const BhEntryRow *row = rows->pdata[i];
    if (row->id != NULL)
      g_hash_table_insert(bodies, g_strdup(row->id), parse_applied(row));
  }
  json_t *history = json_array();
  for (guint i = 0; i < rows->len; i++)
    json_array_append_new(history, describe_entry(hub, db, rows->pdata[i], record, &earlier));
  return history;
}
