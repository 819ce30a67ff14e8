/* Backup and check behind db.h: copies a SQLite store that is in use to a new file, and reports
 * what is wrong with one. Start with bh_db_backup. */
#include "sync/db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sync/db/params.h"

#define BACKUP_PAGES_PER_STEP 1024

static gboolean copy_pages(BhDb *db, sqlite3 *target, const char *path, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init(target, "main", db->handle, "main");
  int rc = SQLITE_OK;

  while (backup != NULL && rc == SQLITE_OK)
    rc = sqlite3_backup_step(backup, BACKUP_PAGES_PER_STEP);
  sqlite3_backup_finish(backup);
  if (rc == SQLITE_DONE)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: backup to %s: %s", path,
              sqlite3_errmsg(target));
  return FALSE;
}

static gboolean write_copy(BhDb *db, const char *path, GError **error)
{
  sqlite3 *target = NULL;
  gboolean ok;
  int rc = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

  /* The copy is written without journal and syncs: the caller syncs it once, and an incomplete copy
   * is never renamed to its final name. */
  if (rc == SQLITE_OK)
    rc = sqlite3_exec(target, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL);
  if (rc != SQLITE_OK) {
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot write %s: %s", path,
                target != NULL ? sqlite3_errmsg(target) : sqlite3_errstr(rc));
    sqlite3_close(target);
    return FALSE;
  }
  ok = copy_pages(db, target, path, error);
  sqlite3_close(target);
  return ok;
}

static gboolean sync_path(const char *path, int flags, GError **error)
{
  int fd = open(path, flags | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync(fd) == 0;

  if (!ok)
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot sync %s: %s", path,
                g_strerror(errno));
  if (fd >= 0)
    close(fd);
  return ok;
}

gboolean bh_db_backup(BhDb *db, const char *path, GError **error)
{
  g_autofree char *temporary = g_strdup_printf("%s.part", path);
  g_autofree char *folder = g_path_get_dirname(path);

  if (!bh_sqlite_check_alive(db, error))
    return FALSE;
  if (bh_db_in_transaction(db)) {
    g_set_error_literal(error, BH_ERROR, BH_ERROR_BUSY,
                        "database: a backup is not possible inside a transaction");
    return FALSE;
  }
  unlink(temporary);
  if (bh_sqlite_make_file(temporary, error) && write_copy(db, temporary, error) &&
      sync_path(temporary, O_RDWR, error)) {
    if (rename(temporary, path) == 0)
      return sync_path(folder, O_RDONLY | O_DIRECTORY, error);
    g_set_error(error, BH_ERROR, BH_ERROR_STORAGE, "database: cannot rename to %s: %s", path,
                g_strerror(errno));
  }
  unlink(temporary);
  return FALSE;
}

/* --- check --- */

static gboolean run_check(BhDb *db, const char *sql, char **damage, GError **error)
{
  g_autofree char *found = NULL;

  if (!bh_db_dup_text(db, sql, NULL, &found, error))
    return FALSE;
  if (found == NULL)
    found = g_strdup("no answer");
  *damage = strcmp(found, "ok") != 0 ? g_steal_pointer(&found) : NULL;
  return TRUE;
}

/* What the quick check finds is confirmed by the full one: the quick check of SQLite 3.40 reports
 * NULL values in sound tables WITHOUT ROWID whose primary key has another order than their
 * columns. */
gboolean bh_db_check(BhDb *db, gboolean full, char **damage, GError **error)
{
  g_autofree char *found = NULL;

  if (!full && !run_check(db, "PRAGMA quick_check(1)", &found, error))
    return FALSE;
  if (full || found != NULL)
    return run_check(db, "PRAGMA integrity_check(1)", damage, error);
  *damage = NULL;
  return TRUE;
}
