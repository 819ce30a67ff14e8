/* Rows of own entries; see journal-store.h. */
#include "sync/device/store/journal-store.h"

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
  BhStmt *stmt = bh_db_prepare(
      device->db,
      "INSERT INTO entry (pos, id, author, at_ms, envelope, signature, body, openings) VALUES"
      " (:pos, :id, :author, :at_ms, :envelope, :signature, :body, :openings)",
      error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "pos", pos);
  bh_stmt_bind_text(stmt, "id", id);
  bh_stmt_bind_text(stmt, "author", author);
  bh_stmt_bind_int(stmt, "at_ms", at_ms);
  bh_stmt_bind_text(stmt, "envelope", text->envelope);
  bh_stmt_bind_text(stmt, "signature", text->signature);
  bh_stmt_bind_text(stmt, "body", text->body);
  bh_stmt_bind_text(stmt, "openings", text->openings);
  return bh_stmt_run(stmt, error);
}

gboolean bh_journal_store_link(BhDevice *device, const char *record, gint64 pos, GError **error)
{
  BhStmt *stmt = bh_db_prepare(
      device->db, "INSERT INTO entry_record (record, pos) VALUES (:record, :pos)", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_text(stmt, "record", record);
  bh_stmt_bind_int(stmt, "pos", pos);
  return bh_stmt_run(stmt, error);
}

gboolean bh_journal_store_read(BhDevice *device, gint64 pos, BhOwnEntry *entry, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT id, author, at_ms, body, openings FROM entry WHERE pos = :pos", error);

  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "pos", pos);
  if (!bh_stmt_step(stmt, &row, error))
    return FALSE;
  if (!row) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: no own entry at %" G_GINT64_FORMAT,
                pos & BH_POS_SEQ_MASK);
    return FALSE;
  }
  entry->pos = pos;
  entry->id = g_strdup(bh_stmt_get_text(stmt, 0));
  entry->author = g_strdup(bh_stmt_get_text(stmt, 1));
  entry->at_ms = bh_stmt_get_int(stmt, 2);
  entry->body = g_strdup(bh_stmt_get_text(stmt, 3));
  entry->openings = g_strdup(bh_stmt_get_text(stmt, 4));
  return TRUE;
}

BhEntryText *bh_journal_store_read_text(BhDevice *device, gint64 pos, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT envelope, signature, body, openings FROM entry WHERE pos = :pos", error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "pos", pos);
  if (!bh_stmt_step(stmt, &row, error))
    return NULL;
  if (!row) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND,
                "store: own entry %" G_GINT64_FORMAT " is missing", pos & BH_POS_SEQ_MASK);
    return NULL;
  }
  const char *body = bh_stmt_get_text(stmt, 2); /* empty once it was dropped */
  return bh_entry_text_new(bh_stmt_get_text(stmt, 0), bh_stmt_get_text(stmt, 1),
                           *body != '\0' ? body : NULL, bh_stmt_get_text(stmt, 3));
}

gint64 bh_journal_store_find(BhDevice *device, const char *entry_id)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(device->db, "SELECT pos FROM entry WHERE id = :id", NULL);

  if (stmt == NULL)
    return 0;
  bh_stmt_bind_text(stmt, "id", entry_id);
  return bh_stmt_step(stmt, &row, NULL) && row ? bh_stmt_get_int(stmt, 0) : 0;
}

GArray *bh_journal_store_list(BhDevice *device, gint64 after, gint64 through, GError **error)
{
  g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(gint64));
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      device->db, "SELECT pos FROM entry WHERE pos > :after AND pos <= :through ORDER BY pos",
      error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "after", after);
  bh_stmt_bind_int(stmt, "through", through);
  while (TRUE) {
    if (!bh_stmt_step(stmt, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer(&places);
    gint64 pos = bh_stmt_get_int(stmt, 0);
    g_array_append_val(places, pos);
  }
}

char *bh_journal_store_dup_envelope(BhDevice *device, gint64 pos, GError **error)
{
  gboolean row = FALSE;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT envelope FROM entry WHERE pos = :pos", error);

  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "pos", pos);
  if (!bh_stmt_step(stmt, &row, error))
    return NULL;
  if (!row) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "store: no own entry at %" G_GINT64_FORMAT,
                pos & BH_POS_SEQ_MASK);
    return NULL;
  }
  return g_strdup(bh_stmt_get_text(stmt, 0));
}

char *bh_journal_store_dup_quarantine(BhDevice *device, gint64 pos)
{
  gboolean row = FALSE;

  if (device->counters.quarantined == 0)
    return NULL;
  g_autoptr(BhStmt) stmt =
      bh_db_prepare(device->db, "SELECT reason FROM quarantine WHERE pos = :pos", NULL);
  if (stmt == NULL)
    return NULL;
  bh_stmt_bind_int(stmt, "pos", pos);
  if (!bh_stmt_step(stmt, &row, NULL) || !row)
    return NULL;
  const char *reason = bh_stmt_get_text(stmt, 0);
  return g_strdup(reason != NULL ? reason : "");
}
