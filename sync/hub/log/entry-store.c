/* SQL of entry-store.h: entries, chains and forks. */
#include "sync/hub/log/entry-store.h"

#include <string.h>

#include "sync/db/params.h"

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
