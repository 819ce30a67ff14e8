/* Applies migrations to a store, each in a transaction of its own. Start with bh_migrate. */
#include "sync/db/migrate.h"

static gboolean has_version_table(BhDb *db, gboolean *has, GError **error)
{
  g_autoptr(BhStmt) stmt = bh_db_prepare(
      db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'", error);

  return stmt != NULL && bh_stmt_step(stmt, has, error);
}

gboolean bh_migrate_get_version(BhDb *db, int *version, GError **error)
{
  g_autoptr(BhStmt) stmt = NULL;
  gboolean has = FALSE;

  if (!has_version_table(db, &has, error))
    return FALSE;
  if (!has) {
    *version = 0;
    return TRUE;
  }
  stmt = bh_db_prepare(db, "SELECT version FROM schema_version WHERE one = 1", error);
  if (stmt == NULL || !bh_stmt_step(stmt, &has, error))
    return FALSE;
  *version = has ? (int)bh_stmt_get_int(stmt, 0) : 0;
  return TRUE;
}

static gboolean set_version(BhDb *db, int version, GError **error)
{
  BhStmt *stmt;

  if (!bh_db_exec(db,
                  "CREATE TABLE IF NOT EXISTS schema_version ("
                  "one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL)",
                  error))
    return FALSE;
  stmt = bh_db_prepare(db,
                       "INSERT INTO schema_version (one, version) VALUES (1, :version) "
                       "ON CONFLICT (one) DO UPDATE SET version = excluded.version",
                       error);
  if (stmt == NULL)
    return FALSE;
  bh_stmt_bind_int(stmt, "version", version);
  return bh_stmt_run(stmt, error);
}

static gboolean run_step(BhDb *db, const BhMigration *step, GError **error)
{
  if (!bh_db_begin_schema_change(db, error))
    return FALSE;
  if (!bh_db_exec(db, step->sql, error) || !set_version(db, step->version, error)) {
    bh_db_rollback_schema_change(db);
    return FALSE;
  }
  return bh_db_commit_schema_change(db, error);
}

gboolean bh_migrate(BhDb *db, const char *path, const BhMigration *migrations, gsize n,
                    GError **error)
{
  int version;

  if (!bh_migrate_get_version(db, &version, error))
    return FALSE;
  if (version > (int)n) {
    g_set_error(error, BH_ERROR, BH_ERROR_UNKNOWN,
                "store: made by a newer program (version %d, this one knows %d)", version, (int)n);
    return FALSE;
  }
  if (version == (int)n)
    return TRUE;
  if (version > 0 && path != NULL) {
    g_autofree char *backup = g_strdup_printf("%s.before-%d", path, version + 1);

    if (!bh_db_backup(db, backup, error)) {
      g_prefix_error(error, "store: cannot make a backup before migration %d: ", version + 1);
      return FALSE;
    }
  }
  for (gsize i = (gsize)version; i < n; i++) {
    g_return_val_if_fail(migrations[i].version == (int)i + 1, FALSE);
    if (!run_step(db, &migrations[i], error)) {
      g_prefix_error(error, "store: migration %s: ", migrations[i].name);
      return FALSE;
    }
    g_debug("migration %s done: version %d", migrations[i].name, migrations[i].version);
  }
  return TRUE;
}
