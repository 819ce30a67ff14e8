/* SQL of log-store.h: savepoints, small values, counters and kind sets. */
#include "sync/hub/log/log-store.h"

#include <string.h>

#include "sync/db/params.h"

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

static void set_missing_counter(const char *name, GError **error)
{
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "store: the counter %s is missing", name);
}

gboolean bh_log_get_counter(BhDb *db, const char *name, gint64 *value, GError **error)
{
  g_autoptr(BhStmt) row = NULL;
  if (!bh_db_query_row(db, "SELECT value FROM counter WHERE name = :name",
                       BH_PARAMS(bh_param_text("name", name)), &row, error))
    return FALSE;
  if (row == NULL) {
    set_missing_counter(name, error);
    return FALSE;
  }
  *value = bh_stmt_get_int(row, 0);
  return TRUE;
}

gboolean bh_log_set_counter(BhDb *db, const char *name, gint64 value, GError **error)
{
  if (!bh_db_run(db, "UPDATE counter SET value = :value WHERE name = :name",
                 BH_PARAMS(bh_param_int("value", value), bh_param_text("name", name)), error))
    return FALSE;
  if (bh_db_changes(db) == 1)
    return TRUE;
  set_missing_counter(name, error);
  return FALSE;
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
