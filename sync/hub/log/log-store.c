/* SQL of log-store.h, one function for each statement. Entries are only added; nothing of them but
 * the status is changed. */
#include "sync/hub/log/log-store.h"

#include <string.h>

#include "sync/db/params.h"

#define REFUSALS_KEPT 1000

gboolean bh_log_savepoint(BhDb *db, GError **error)
{
  return bh_db_run(db, "SAVEPOINT piece", NULL, error);
}

gboolean bh_log_savepoint_release(BhDb *db, GError **error)
{
  return bh_db_run(db, "RELEASE piece", NULL, error);
}

gboolean bh_log_savepoint_undo(BhDb *db, GError **error)
{
  return bh_db_run(db, "ROLLBACK TO piece", NULL, error) && bh_log_savepoint_release(db, error);
}

gboolean bh_log_begin_read(BhDb *db, GError **error)
{
  return bh_db_begin(db, error);
}

void bh_log_end_read(BhDb *db)
{
  bh_db_rollback(db);
}

char *bh_log_dup_value(BhDb *db, const char *name, GError **error)
{
  char *value = NULL;
  bh_db_dup_text(db, "SELECT value FROM hub_value WHERE name = :name",
                 BH_PARAMS(bh_param_text("name", name)), &value, error);
  return value;
}

gboolean bh_log_set_value(BhDb *db, const char *name, const char *value, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO hub_value (name, value) VALUES (:name, :value)"
                   " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                   BH_PARAMS(bh_param_text("name", name), bh_param_text("value", value)), error);
}

gboolean bh_log_get_counter(BhDb *db, const char *name, gint64 *value, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db, "SELECT value FROM counter WHERE name = :name",
                       BH_PARAMS(bh_param_text("name", name)), &row, error))
    return FALSE;
  if (row == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "store: the counter %s is missing", name);
    return FALSE;
  }
  *value = bh_stmt_get_int(row, 0);
  return TRUE;
}

gboolean bh_log_set_counter(BhDb *db, const char *name, gint64 value, GError **error)
{
  return bh_db_run(db, "UPDATE counter SET value = :value WHERE name = :name",
                   BH_PARAMS(bh_param_int("value", value), bh_param_text("name", name)), error);
}

char *bh_log_dup_kinds_text(BhDb *db, const char *hash, GError **error)
{
  char *text = NULL;
  bh_db_dup_text(db, "SELECT body FROM kind_set WHERE hash = :hash",
                 BH_PARAMS(bh_param_text("hash", hash)), &text, error);
  return text;
}

char **bh_log_dup_all_kinds(BhDb *db, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(db, "SELECT body FROM kind_set ORDER BY added_ms, hash", NULL, error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    g_strv_builder_add(texts, bh_stmt_get_text(stmt, 0));
  return ended ? g_strv_builder_end(texts) : NULL;
}

BhKindSet *bh_log_load_kinds(BhDb *db, const char *hash, GError **error)
{
  g_autofree char *text = bh_log_dup_kinds_text(db, hash, error);
  return text != NULL ? bh_kind_set_from_stored_text(text, hash, error) : NULL;
}

gboolean bh_log_add_kinds(BhDb *db, const BhKindSet *kinds, gint64 now_ms, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO kind_set (hash, body, added_ms) VALUES (:hash, :body, :now)"
                   " ON CONFLICT (hash) DO NOTHING",
                   BH_PARAMS(bh_param_text("hash", bh_kind_set_get_hash(kinds)),
                             bh_param_text("body", bh_kind_set_get_text(kinds)),
                             bh_param_int("now", now_ms)),
                   error);
}

/* --- devices --- */

void bh_hub_device_free(BhHubDevice *device)
{
  if (device == NULL)
    return;
  g_free(device->name);
  g_clear_pointer(&device->token_hash, g_bytes_unref);
  g_free(device);
}

BhHubDevice *bh_log_load_device(BhDb *db, const char *id, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db,
                       "SELECT public_key, token_hash, unit, name, revoked_ms, enrolled_ms,"
                       " seen_ms FROM device WHERE id = :id",
                       BH_PARAMS(bh_param_text("id", id)), &row, error))
    return NULL;
  if (row == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no such device: %.64s", id);
    return NULL;
  }

  g_autoptr(BhHubDevice) device = g_new0(BhHubDevice, 1);
  gsize len = 0;
  const guint8 *key = bh_stmt_get_blob(row, 0, &len);
  if (key == NULL || len != BH_PUBLIC_KEY_SIZE) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "the key of device %s is damaged", id);
    return NULL;
  }
  memcpy(device->public_key, key, BH_PUBLIC_KEY_SIZE);
  if (!bh_stmt_is_null(row, 1)) {
    const guint8 *hash = bh_stmt_get_blob(row, 1, &len);
    device->token_hash = g_bytes_new(hash, len);
  }
  g_strlcpy(device->id, id, sizeof device->id);
  g_strlcpy(device->unit, bh_stmt_get_text(row, 2), sizeof device->unit);
  device->name = g_strdup(bh_stmt_get_text(row, 3));
  device->revoked_ms = bh_stmt_get_int(row, 4);
  device->enrolled_ms = bh_stmt_get_int(row, 5);
  device->seen_ms = bh_stmt_get_int(row, 6);
  return g_steal_pointer(&device);
}

gboolean bh_log_add_device(BhDb *db, const char *id, const guint8 key[BH_PUBLIC_KEY_SIZE],
                           GBytes *token_hash, const char *unit, const char *name, gint64 now_ms,
                           GError **error)
{
  g_autoptr(GBytes) key_bytes = g_bytes_new(key, BH_PUBLIC_KEY_SIZE);
  return bh_db_run(db,
                   "INSERT INTO device (id, public_key, token_hash, unit, name, enrolled_ms,"
                   " seen_ms) VALUES (:id, :key, :token, :unit, :name, :now, :now)",
                   BH_PARAMS(bh_param_text("id", id), bh_param_bytes("key", key_bytes),
                             bh_param_bytes("token", token_hash), bh_param_text("unit", unit),
                             bh_param_text("name", name), bh_param_int("now", now_ms)),
                   error);
}

gboolean bh_log_set_device_token(BhDb *db, const char *id, GBytes *token_hash, GError **error)
{
  return bh_db_run(db, "UPDATE device SET token_hash = :token WHERE id = :id",
                   BH_PARAMS(bh_param_bytes("token", token_hash), bh_param_text("id", id)), error);
}

gboolean bh_log_revoke_device(BhDb *db, const char *id, gint64 now_ms, GError **error)
{
  return bh_db_run(db, "UPDATE device SET revoked_ms = :now WHERE id = :id AND revoked_ms IS NULL",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("id", id)), error);
}

gboolean bh_log_touch_device(BhDb *db, const char *id, gint64 now_ms, GError **error)
{
  return bh_db_run(db, "UPDATE device SET seen_ms = :now WHERE id = :id",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("id", id)), error);
}

json_t *bh_log_list_devices(BhDb *db, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(db,
                  "SELECT id, name, unit, enrolled_ms, seen_ms, revoked_ms,"
                  " (SELECT coalesce(sum(seq), 0) FROM incarnation i WHERE i.device = d.id),"
                  " (SELECT count(*) FROM fork f WHERE f.device = d.id)"
                  " FROM device d WHERE token_hash IS NOT NULL ORDER BY name, id",
                  NULL, error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) list = json_array();
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *device = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:I}", "id", bh_stmt_get_text(stmt, 0), "name",
        bh_stmt_get_text(stmt, 1), "unit", bh_stmt_get_text(stmt, 2), "enrolled_ms",
        (json_int_t)bh_stmt_get_int(stmt, 3), "seen_ms", (json_int_t)bh_stmt_get_int(stmt, 4),
        "entries", (json_int_t)bh_stmt_get_int(stmt, 6), "forks",
        (json_int_t)bh_stmt_get_int(stmt, 7));
    if (!bh_stmt_is_null(stmt, 5))
      json_object_set_new(device, "revoked_ms", json_integer(bh_stmt_get_int(stmt, 5)));
    json_array_append_new(list, device);
  }
  return ended ? g_steal_pointer(&list) : NULL;
}

/* --- chains and entries --- */

gboolean bh_log_get_head(BhDb *db, const char *device, const char *incarnation, gint64 *seq,
                         char hash[BH_HASH_HEX_LEN + 1], GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(
          db,
          "SELECT seq, hash FROM incarnation"
          " WHERE device = :device AND incarnation = :incarnation",
          BH_PARAMS(bh_param_text("device", device), bh_param_text("incarnation", incarnation)),
          &row, error))
    return FALSE;
  if (row != NULL) {
    *seq = bh_stmt_get_int(row, 0);
    g_strlcpy(hash, bh_stmt_get_text(row, 1), BH_HASH_HEX_LEN + 1);
  } else {
    *seq = 0;
    memset(hash, '0', BH_HASH_HEX_LEN);
    hash[BH_HASH_HEX_LEN] = '\0';
  }
  return TRUE;
}

gboolean bh_log_set_head(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                         const char *hash, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO incarnation (device, incarnation, seq, hash)"
                   " VALUES (:device, :incarnation, :seq, :hash)"
                   " ON CONFLICT (device, incarnation)"
                   " DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
                   BH_PARAMS(bh_param_text("device", device),
                             bh_param_text("incarnation", incarnation), bh_param_int("seq", seq),
                             bh_param_text("hash", hash)),
                   error);
}

char *bh_log_dup_id_at(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                       GError **error)
{
  char *id = NULL;
  bh_db_dup_text(db,
                 "SELECT id FROM entry WHERE device = :device"
                 " AND incarnation = :incarnation AND seq = :seq",
                 BH_PARAMS(bh_param_text("device", device),
                           bh_param_text("incarnation", incarnation), bh_param_int("seq", seq)),
                 &id, error);
  return id;
}

gboolean bh_log_get_signed_ms(BhDb *db, const char *device, const char *incarnation,
                              gint64 *signed_ms, GError **error)
{
  return bh_db_get_int(
      db,
      "SELECT signed_ms FROM incarnation"
      " WHERE device = :device AND incarnation = :incarnation",
      BH_PARAMS(bh_param_text("device", device), bh_param_text("incarnation", incarnation)),
      signed_ms, error);
}

gboolean bh_log_set_signed_ms(BhDb *db, const char *device, const char *incarnation,
                              gint64 signed_ms, GError **error)
{
  return bh_db_run(db,
                   "UPDATE incarnation SET signed_ms = :signed"
                   " WHERE device = :device AND incarnation = :incarnation",
                   BH_PARAMS(bh_param_int("signed", signed_ms), bh_param_text("device", device),
                             bh_param_text("incarnation", incarnation)),
                   error);
}

gboolean bh_log_get_hash_at(BhDb *db, const char *device, const char *incarnation, gint64 seq,
                            char hash[BH_HASH_HEX_LEN + 1], GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db,
                       "SELECT hash FROM entry WHERE device = :device"
                       " AND incarnation = :incarnation AND seq = :seq",
                       BH_PARAMS(bh_param_text("device", device),
                                 bh_param_text("incarnation", incarnation),
                                 bh_param_int("seq", seq)),
                       &row, error))
    return FALSE;
  g_strlcpy(hash, row != NULL ? bh_stmt_get_text(row, 0) : "", BH_HASH_HEX_LEN + 1);
  return TRUE;
}

json_t *bh_log_list_heads(BhDb *db, const char *device, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(db, "SELECT incarnation, seq FROM incarnation WHERE device = :device",
                  BH_PARAMS(bh_param_text("device", device)), error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) heads = json_object();
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    json_object_set_new(heads, bh_stmt_get_text(stmt, 0), json_integer(bh_stmt_get_int(stmt, 1)));
  return ended ? g_steal_pointer(&heads) : NULL;
}

void bh_entry_row_free(BhEntryRow *row)
{
  if (row == NULL)
    return;
  g_free(row->id);
  g_free(row->actor);
  g_free(row->device);
  bh_entry_text_free(row->text);
  g_free(row);
}

gboolean bh_log_add_entry(BhDb *db, const BhEnvelope *envelope, const BhEntryRow *row,
                          GError **error)
{
  return bh_db_run(
      db,
      "INSERT INTO entry (position, id, device, incarnation, seq, hash, status, is_first,"
      " received_ms, actor, envelope, signature, body, openings, signed_ms, doubted) VALUES"
      " (:position, :id, :device, :incarnation, :seq, :hash, :status, :first, :now, :actor,"
      " :envelope, :signature, :body, :openings, :signed, :doubted)",
      BH_PARAMS(
          bh_param_int("position", row->position), bh_param_text("id", row->id),
          bh_param_text("device", envelope->device),
          bh_param_text("incarnation", envelope->incarnation), bh_param_int("seq", envelope->seq),
          bh_param_text("hash", envelope->hash), bh_param_int("status", row->status),
          bh_param_int("first", row->is_first), bh_param_int("now", row->received_ms),
          bh_param_text("actor", row->actor), bh_param_text("envelope", row->text->envelope),
          bh_param_text("signature", row->text->signature), bh_param_text("body", row->text->body),
          bh_param_text("openings", row->text->openings), bh_param_int("signed", row->signed_ms),
          bh_param_int("doubted", row->is_doubted)),
      error);
}

#define ENTRY_COLUMNS                                                                              \
  "position, received_ms, id, actor, status, is_first, device, envelope, signature, body, "        \
  "openings, signed_ms, doubted"

static BhEntryRow *read_entry(BhStmt *stmt)
{
  BhEntryRow *row = g_new0(BhEntryRow, 1);
  row->position = bh_stmt_get_int(stmt, 0);
  row->received_ms = bh_stmt_get_int(stmt, 1);
  row->id = g_strdup(bh_stmt_get_text(stmt, 2));
  row->actor = g_strdup(bh_stmt_get_text(stmt, 3));
  row->status = (BhEntryStatus)bh_stmt_get_int(stmt, 4);
  row->is_first = bh_stmt_get_int(stmt, 5) != 0;
  row->device = g_strdup(bh_stmt_get_text(stmt, 6));
  row->text = bh_entry_text_new(bh_stmt_get_text(stmt, 7), bh_stmt_get_text(stmt, 8),
                                bh_stmt_get_text(stmt, 9), bh_stmt_get_text(stmt, 10));
  row->signed_ms = bh_stmt_get_int(stmt, 11);
  row->is_doubted = bh_stmt_get_int(stmt, 12) != 0;
  return row;
}

BhEntryRow *bh_log_find_entry(BhDb *db, const char *entry_id, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db, "SELECT " ENTRY_COLUMNS " FROM entry WHERE id = :id AND is_first = 1",
                       BH_PARAMS(bh_param_text("id", entry_id)), &row, error))
    return NULL;
  return row != NULL ? read_entry(row) : NULL;
}

gboolean bh_log_is_entry_of(BhDb *db, const char *entry_id, const char *device, gboolean *is_of,
                            GError **error)
{
  return bh_db_has_row(db,
                       "SELECT 1 FROM entry WHERE id = :id AND is_first = 1"
                       " AND device = :device",
                       BH_PARAMS(bh_param_text("id", entry_id), bh_param_text("device", device)),
                       is_of, error);
}

gboolean bh_log_find_position(BhDb *db, const char *entry_id, gint64 *position, GError **error)
{
  return bh_db_get_int(db, "SELECT position FROM entry WHERE id = :id AND is_first = 1",
                       BH_PARAMS(bh_param_text("id", entry_id)), position, error);
}

gboolean bh_log_get_last_received(BhDb *db, gint64 after, gint64 *received_ms, GError **error)
{
  return bh_db_get_int(db,
                       "SELECT received_ms FROM entry WHERE position > :after"
                       " ORDER BY position DESC LIMIT 1",
                       BH_PARAMS(bh_param_int("after", after)), received_ms, error);
}

BhEntryRow *bh_log_load_entry(BhDb *db, gint64 position, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db, "SELECT " ENTRY_COLUMNS " FROM entry WHERE position = :position",
                       BH_PARAMS(bh_param_int("position", position)), &row, error))
    return NULL;
  if (row == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "no entry at position %" G_GINT64_FORMAT,
                position);
    return NULL;
  }
  return read_entry(row);
}

GPtrArray *bh_log_list_entries(BhDb *db, gint64 after, int limit, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(db,
                  "SELECT " ENTRY_COLUMNS " FROM entry WHERE position > :after"
                  " ORDER BY position LIMIT :limit",
                  BH_PARAMS(bh_param_int("after", after), bh_param_int("limit", limit)), error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)bh_entry_row_free);
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(list, read_entry(stmt));
  return ended ? g_steal_pointer(&list) : NULL;
}

gboolean bh_log_set_status(BhDb *db, gint64 position, BhEntryStatus status, GError **error)
{
  return bh_db_run(db, "UPDATE entry SET status = :status WHERE position = :position",
                   BH_PARAMS(bh_param_int("status", status), bh_param_int("position", position)),
                   error);
}

char *bh_log_dup_newest_of_hub(BhDb *db, const char *hub, GError **error)
{
  char *id = NULL;
  bh_db_dup_text(db,
                 "SELECT e.id FROM incarnation i JOIN entry e ON e.device = i.device"
                 " AND e.incarnation = i.incarnation AND e.seq = i.seq"
                 " WHERE i.device = :hub ORDER BY e.id DESC LIMIT 1",
                 BH_PARAMS(bh_param_text("hub", hub)), &id, error);
  return id;
}

gboolean bh_log_add_fork(BhDb *db, const BhEnvelope *envelope, const BhEntryText *text,
                         gint64 now_ms, GError **error)
{
  return bh_db_run(
      db,
      "INSERT INTO fork (device, incarnation, seq, hash, received_ms, envelope,"
      " signature, body, openings) VALUES (:device, :incarnation, :seq, :hash, :now,"
      " :envelope, :signature, :body, :openings) ON CONFLICT DO NOTHING",
      BH_PARAMS(bh_param_text("device", envelope->device),
                bh_param_text("incarnation", envelope->incarnation),
                bh_param_int("seq", envelope->seq), bh_param_text("hash", envelope->hash),
                bh_param_int("now", now_ms), bh_param_text("envelope", text->envelope),
                bh_param_text("signature", text->signature), bh_param_text("body", text->body),
                bh_param_text("openings", text->openings)),
      error);
}

gboolean bh_log_link_record(BhDb *db, gint64 record, gint64 position, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO entry_record (record, position) VALUES (:record, :position)"
                   " ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_int("record", record), bh_param_int("position", position)),
                   error);
}

gboolean bh_log_has_link(BhDb *db, gint64 record, gint64 position)
{
  gboolean has = FALSE;
  bh_db_has_row(db,
                "SELECT 1 FROM entry_record WHERE record = :record"
                " AND position = :position",
                BH_PARAMS(bh_param_int("record", record), bh_param_int("position", position)), &has,
                NULL);
  return has;
}

/* --- quarantine, reports, refusals --- */

gboolean bh_log_add_quarantine(BhDb *db, gint64 position, const char *entry, const char *device,
                               const char *record, const GError *reason, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO quarantine (position, entry, device, record, code, message)"
                   " VALUES (:position, :entry, :device, :record, :code, :message)",
                   BH_PARAMS(bh_param_int("position", position), bh_param_text("entry", entry),
                             bh_param_text("device", device), bh_param_text("record", record),
                             bh_param_text("code", bh_error_code_name((BhErrorCode)reason->code)),
                             bh_param_text("message", reason->message)),
                   error);
}

gboolean bh_log_find_quarantine(BhDb *db, const char *entry, gint64 *position, GError **error)
{
  return bh_db_get_int(db,
                       "SELECT position FROM quarantine"
                       " WHERE entry = :entry AND decided_by IS NULL",
                       BH_PARAMS(bh_param_text("entry", entry)), position, error);
}

gboolean bh_log_decide_quarantine(BhDb *db, gint64 position, const char *decided_by, GError **error)
{
  return bh_db_run(db, "UPDATE quarantine SET decided_by = :by WHERE position = :position",
                   BH_PARAMS(bh_param_text("by", decided_by), bh_param_int("position", position)),
                   error);
}

gboolean bh_log_count_quarantine(BhDb *db, const char *device, gint64 *count, GError **error)
{
  return bh_db_get_int(db,
                       "SELECT count(*) FROM quarantine WHERE device = :device"
                       " AND decided_by IS NULL",
                       BH_PARAMS(bh_param_text("device", device)), count, error);
}

json_t *bh_log_list_quarantine(BhDb *db, const char *device, gint64 before, int limit,
                               GError **error)
{
  g_autoptr(BhStmt) stmt =
      device != NULL
          ? bh_db_query(db,
                        "SELECT q.entry, q.record, q.code, q.message, q.device, q.position, 0"
                        " FROM quarantine q WHERE device = :device AND decided_by IS NULL"
                        " ORDER BY position DESC LIMIT :limit",
                        BH_PARAMS(bh_param_text("device", device), bh_param_int("limit", limit)),
                        error)
          : bh_db_query(db,
                        "SELECT q.entry, q.record, q.code, q.message, q.device, q.position,"
                        " e.received_ms FROM quarantine q JOIN entry e USING (position)"
                        " WHERE q.decided_by IS NULL AND q.position < :before"
                        " ORDER BY q.position DESC LIMIT :limit",
                        BH_PARAMS(bh_param_int("before", before > 0 ? before : G_MAXINT64),
                                  bh_param_int("limit", limit)),
                        error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) list = json_array();
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error)) {
    json_t *item = json_pack("{s:s, s:s?, s:s, s:s}", "entry", bh_stmt_get_text(stmt, 0), "record",
                             bh_stmt_get_text(stmt, 1), "reason", bh_stmt_get_text(stmt, 2),
                             "message", bh_stmt_get_text(stmt, 3));
    if (device == NULL) {
      json_object_set_new(item, "device", json_string(bh_stmt_get_text(stmt, 4)));
      json_object_set_new(item, "position", json_integer(bh_stmt_get_int(stmt, 5)));
      json_object_set_new(item, "received_ms", json_integer(bh_stmt_get_int(stmt, 6)));
    }
    json_array_append_new(list, item);
  }
  return ended ? g_steal_pointer(&list) : NULL;
}

gboolean bh_log_collect_quarantined(BhDb *db, const char *device, const char *incarnation,
                                    gint64 from, gint64 to, GPtrArray *ids, GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_query(
      db,
      "SELECT q.entry FROM entry e JOIN quarantine q USING (position)"
      " WHERE e.device = :device AND e.incarnation = :incarnation"
      " AND e.seq BETWEEN :from AND :to AND q.decided_by IS NULL",
      BH_PARAMS(bh_param_text("device", device), bh_param_text("incarnation", incarnation),
                bh_param_int("from", from), bh_param_int("to", to)),
      error);
  if (stmt == NULL)
    return FALSE;
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    g_ptr_array_add(ids, g_strdup(bh_stmt_get_text(stmt, 0)));
  return ended;
}

gboolean bh_log_add_report(BhDb *db, gint64 position, int nr, const char *record,
                           const BhProblem *problem, GError **error)
{
  return bh_db_run(
      db,
      "INSERT INTO report (position, nr, record, field, code, text_zh, text_en)"
      " VALUES (:position, :nr, :record, :field, :code, :zh, :en)",
      BH_PARAMS(bh_param_int("position", position), bh_param_int("nr", nr),
                bh_param_text("record", record), bh_param_text("field", problem->field),
                bh_param_text("code", problem->code), bh_param_text("zh", problem->text_zh),
                bh_param_text("en", problem->text_en)),
      error);
}

json_t *bh_log_list_reports(BhDb *db, const char *record, int limit, GError **error)
{
  g_autoptr(BhStmt) stmt =
      bh_db_query(db,
                  "SELECT e.id, p.field, p.code, p.text_zh, p.text_en FROM report p"
                  " JOIN entry e USING (position) WHERE p.record = :record"
                  " ORDER BY p.position DESC, p.nr LIMIT :limit",
                  BH_PARAMS(bh_param_text("record", record), bh_param_int("limit", limit)), error);
  if (stmt == NULL)
    return NULL;
  g_autoptr(json_t) list = json_array();
  gboolean ended = FALSE;
  while (bh_stmt_next(stmt, &ended, error))
    json_array_append_new(
        list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "entry", bh_stmt_get_text(stmt, 0), "field",
                        bh_stmt_get_text(stmt, 1), "code", bh_stmt_get_text(stmt, 2), "zh",
                        bh_stmt_get_text(stmt, 3), "en", bh_stmt_get_text(stmt, 4)));
  return ended ? g_steal_pointer(&list) : NULL;
}

gboolean bh_log_add_refusal(BhDb *db, const char *device, const GError *reason, gint64 now_ms,
                            GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO refusal (nr, at_ms, device, code, message) VALUES"
                   " ((SELECT coalesce(max(nr), 0) + 1 FROM refusal), :now, :device, :code,"
                   " :message)",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_text("device", device),
                             bh_param_text("code", bh_error_code_name((BhErrorCode)reason->code)),
                             bh_param_text("message", reason->message)),
                   error) &&
         bh_db_run(db, "DELETE FROM refusal WHERE nr <= (SELECT max(nr) FROM refusal) - :kept",
                   BH_PARAMS(bh_param_int("kept", REFUSALS_KEPT)), error);
}

gboolean bh_log_has_refusal(BhDb *db, const char *device, BhErrorCode code, gint64 since_ms,
                            gint64 now_ms)
{
  gboolean was_refused = FALSE;
  bh_db_has_row(db,
                "SELECT 1 FROM refusal WHERE device = :device AND code = :code"
                " AND at_ms >= :since AND at_ms <= :now LIMIT 1",
                BH_PARAMS(bh_param_text("device", device),
                          bh_param_text("code", bh_error_code_name(code)),
                          bh_param_int("since", since_ms), bh_param_int("now", now_ms)),
                &was_refused, NULL);
  return was_refused;
}

/* --- files --- */

gboolean bh_log_get_file(BhDb *db, const char *sha256, gint64 *size, char **media_type,
                         gboolean *complete, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db, "SELECT size, media_type, complete_ms FROM file WHERE sha256 = :sha",
                       BH_PARAMS(bh_param_text("sha", sha256)), &row, error))
    return FALSE;
  *size = row != NULL ? bh_stmt_get_int(row, 0) : -1;
  *complete = row != NULL && !bh_stmt_is_null(row, 2);
  if (media_type != NULL)
    *media_type = row != NULL ? g_strdup(bh_stmt_get_text(row, 1)) : NULL;
  return TRUE;
}

gboolean bh_log_declare_file(BhDb *db, const char *device, const char *sha256, gint64 size,
                             const char *media_type, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO file (sha256, size, media_type) VALUES (:sha, :size, :type)"
                   " ON CONFLICT (sha256) DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("size", size),
                             bh_param_text("type", media_type)),
                   error) &&
         bh_db_run(db,
                   "INSERT INTO file_claim (sha256, unit, size) SELECT :sha, unit, :size"
                   " FROM device WHERE id = :device ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_int("size", size),
                             bh_param_text("device", device)),
                   error);
}

gboolean bh_log_get_claim(BhDb *db, const char *device, const char *sha256, gint64 size,
                          gint64 *claimed, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db,
                       "SELECT size FROM file_claim WHERE sha256 = :sha AND (unit = ''"
                       " OR unit = (SELECT unit FROM device WHERE id = :device))"
                       " ORDER BY size = :size DESC LIMIT 1",
                       BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("device", device),
                                 bh_param_int("size", size)),
                       &row, error))
    return FALSE;
  *claimed = row != NULL ? bh_stmt_get_int(row, 0) : -1;
  return TRUE;
}

gboolean bh_log_complete_file(BhDb *db, const char *sha256, gint64 size, gint64 now_ms,
                              GError **error)
{
  return bh_db_run(db, "UPDATE file SET complete_ms = :now, size = :size WHERE sha256 = :sha",
                   BH_PARAMS(bh_param_int("now", now_ms), bh_param_int("size", size),
                             bh_param_text("sha", sha256)),
                   error);
}

gboolean bh_log_add_file_sender(BhDb *db, const char *sha256, const char *device, GError **error)
{
  return bh_db_run(db,
                   "INSERT INTO file_holder (sha256, unit) SELECT :sha, unit FROM device"
                   " WHERE id = :device ON CONFLICT DO NOTHING",
                   BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("device", device)), error);
}

gboolean bh_log_has_unit_sent_file(BhDb *db, const char *sha256, const char *device, gboolean *sent,
                                   GError **error)
{
  return bh_db_has_row(db,
                       "SELECT 1 FROM file_holder h JOIN device d ON d.unit = h.unit"
                       " JOIN file f ON f.sha256 = h.sha256"
                       " WHERE h.sha256 = :sha AND d.id = :device"
                       " AND f.complete_ms IS NOT NULL LIMIT 1",
                       BH_PARAMS(bh_param_text("sha", sha256), bh_param_text("device", device)),
                       sent, error);
}

gboolean bh_log_is_sent_by_author(BhDb *db, const char *hub, const char *entry, const char *sha256,
                                  gboolean *sent, GError **error)
{
  return bh_db_has_row(
      db,
      "SELECT 1 FROM entry e WHERE e.id = :entry AND e.is_first = 1 AND (e.device = :hub"
      " OR EXISTS (SELECT 1 FROM device d JOIN file_holder h ON h.unit = d.unit"
      " WHERE d.id = e.device AND h.sha256 = :sha))",
      BH_PARAMS(bh_param_text("entry", entry), bh_param_text("hub", hub),
                bh_param_text("sha", sha256)),
      sent, error);
}
