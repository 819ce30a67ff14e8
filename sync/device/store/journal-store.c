/* Rows of own entries; see journal-store.h. */
#include "sync/device/store/journal-store.h"

#include "sync/db/params.h"

void bh_own_entry_clear(BhOwnEntry *entry)
{
  g_clear_pointer(&entry->id, g_free);
  g_clear_pointer(&entry->author, g_free);
  g_clear_pointer(&entry->body, g_free);
  g_clear_pointer(&entry->openings, g_free);
}

gboolean bh_journal_store_insert(BhDevice *device, gint64 pos, const char *id, const char *author,
                                 gint64 at_ms, const BhEntryText *text, GError **error)
{
  return bh_db_run(
      device->db,
      "INSERT INTO entry (pos, id, author, at_ms, envelope, signature, body, openings) VALUES"
      " (:pos, :id, :author, :at_ms, :envelope, :signature, :body, :openings)",
      BH_PARAMS(bh_param_int("pos", pos), bh_param_text("id", id), bh_param_text("author", author),
                bh_param_int("at_ms", at_ms), bh_param_text("envelope", text->envelope),
                bh_param_text("signature", text->signature), bh_param_text("body", text->body),
                bh_param_text("openings", text->openings)),
      error);
}

gboolean bh_journal_store_link(BhDevice *device, const char *record, gint64 pos, GError **error)
{
  return bh_db_run(device->db, "INSERT INTO entry_record (record, pos) VALUES (:record, :pos)",
                   BH_PARAMS(bh_param_text("record", record), bh_param_int("pos", pos)), error);
}

static void own_entry_free(gpointer entry)
{
  bh_own_entry_clear(entry);
  g_free(entry);
}

GPtrArray *bh_journal_store_read_many(BhDevice *device, const json_t *positions, GError **error)
{
  g_autofree char *list = bh_json_dump(positions);
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(own_entry_free);
  gboolean ended;
  g_autoptr(BhStmt) stmt = bh_db_query(device->db,
                                       "SELECT pos, id, author, at_ms, body, openings FROM entry"
                                       " WHERE pos IN (SELECT value FROM json_each(:positions))",
                                       BH_PARAMS(bh_param_text("positions", list)), error);
  if (stmt == NULL)
    return NULL;
  while (bh_stmt_next(stmt, &ended, error)) {
    BhOwnEntry *entry = g_new0(BhOwnEntry, 1);
    entry->pos = bh_stmt_get_int(stmt, 0);
    entry->id = g_strdup(bh_stmt_get_text(stmt, 1));
    entry->author = g_strdup(bh_stmt_get_text(stmt, 2));
    entry->at_ms = bh_stmt_get_int(stmt, 3);
    entry->body = g_strdup(bh_stmt_get_text(stmt, 4));
    entry->openings = g_strdup(bh_stmt_get_text(stmt, 5));
    g_ptr_array_add(entries, entry);
  }
  return ended ? g_steal_pointer(&entries) : NULL;
}

gboolean bh_journal_store_read(BhDevice *device, gint64 pos, BhOwnEntry *entry, GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT id, author, at_ms, body, openings FROM entry WHERE pos = :pos",
                       BH_PARAMS(bh_param_int("pos", pos)), &row, error))
    return FALSE;
  if (row == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "store: no own entry at position %" G_GINT64_FORMAT, pos & BH_POS_SEQ_MASK);
    return FALSE;
  }
  entry->pos = pos;
  entry->id = g_strdup(bh_stmt_get_text(row, 0));
  entry->author = g_strdup(bh_stmt_get_text(row, 1));
  entry->at_ms = bh_stmt_get_int(row, 2);
  entry->body = g_strdup(bh_stmt_get_text(row, 3));
  entry->openings = g_strdup(bh_stmt_get_text(row, 4));
  return TRUE;
}

BhEntryText *bh_journal_store_read_text(BhDevice *device, gint64 pos, GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db,
                       "SELECT envelope, signature, body, openings FROM entry WHERE pos = :pos",
                       BH_PARAMS(bh_param_int("pos", pos)), &row, error))
    return NULL;
  if (row == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "store: own entry %" G_GINT64_FORMAT " is missing", pos & BH_POS_SEQ_MASK);
    return NULL;
  }
  const char *body = bh_stmt_get_text(row, 2); /* empty after the body was dropped */
  return bh_entry_text_new(bh_stmt_get_text(row, 0), bh_stmt_get_text(row, 1),
                           *body != '\0' ? body : NULL, bh_stmt_get_text(row, 3));
}

gint64 bh_journal_store_find(BhDevice *device, const char *entry_id)
{
  gint64 pos = 0;

  bh_db_get_int(device->db, "SELECT pos FROM entry WHERE id = :id",
                BH_PARAMS(bh_param_text("id", entry_id)), &pos, NULL);
  return pos;
}

GArray *bh_journal_store_list(BhDevice *device, gint64 after, gint64 through, GError **error)
{
  return bh_stmt_collect_ints(
      bh_db_query(device->db,
                  "SELECT pos FROM entry WHERE pos > :after AND pos <= :through ORDER BY pos",
                  BH_PARAMS(bh_param_int("after", after), bh_param_int("through", through)), error),
      error);
}

char *bh_journal_store_dup_envelope(BhDevice *device, gint64 pos, GError **error)
{
  g_autoptr(BhStmt) row = NULL;

  if (!bh_db_query_row(device->db, "SELECT envelope FROM entry WHERE pos = :pos",
                       BH_PARAMS(bh_param_int("pos", pos)), &row, error))
    return NULL;
  if (row == NULL) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "store: no own entry at position %" G_GINT64_FORMAT, pos & BH_POS_SEQ_MASK);
    return NULL;
  }
  return g_strdup(bh_stmt_get_text(row, 0));
}

char *bh_journal_store_dup_quarantine(BhDevice *device, gint64 pos)
{
  g_autoptr(BhStmt) row = NULL;

  if (device->counters.quarantined == 0 ||
      !bh_db_query_row(device->db, "SELECT reason FROM quarantine WHERE pos = :pos",
                       BH_PARAMS(bh_param_int("pos", pos)), &row, NULL) ||
      row == NULL)
    return NULL;
  const char *reason = bh_stmt_get_text(row, 0);
  return g_strdup(reason != NULL ? reason : "");
}
