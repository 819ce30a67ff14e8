/* Applies migrations to a store, each in a transaction of its own. Start with bh_migrate. */
#include "sync/db/migrate.h"

#include "sync/db/params.h"

static gboolean has_version_table(BhDb *db, gboolean *has, GError **error)
{
  return bh_db_has_row(
      db, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'", NULL, has,
      error);
}

gboolean bh_migrate_get_version(BhDb *db, int *version, GError **error)
{
  gboolean has = FALSE;
  gint64 number = 0;

  if (!has_version_table(db, &has, error) ||
      (has && !bh_db_get_int(db, "SELECT version FROM schema_version WHERE one = 1", NULL, &number,
                             error)))
    return FALSE;
  *version = (int)number;
  return TRUE;
}

static gboolean set_version(BhDb *db, int version, GError **error)
{
  return bh_db_exec(db,
                    "CREATE TABLE IF NOT EXISTS schema_version ("
                    "one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL)",
                    error) &&
         bh_db_run(db,
                   "INSERT INTO schema_version (one, version) VALUES (1, :version)"
                   " ON CONFLICT (one) DO UPDATE SET version = excluded.version",
                   BH_PARAMS(bh_param_int("version", version)), error);
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
