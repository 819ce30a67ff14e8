/* Wraps SQLite's file layer: counts syncs, makes a chosen write, sync or truncate fail, and records
 * what a disk would hold after a power cut. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Installs the wrapper for the whole process. Must be called before the first database is
 * opened. */
void shim_vfs_install(void);
/* The n-th write, sync or truncate from now (1 = the next) fails with `code` (SQLITE_FULL,
 * SQLITE_IOERR_FSYNC, …); with `persistent` all later ones do, too. 0: nothing fails any more. */
void shim_vfs_fail_at(int n, int code, gboolean persistent);
/* Whether the operation chosen by shim_vfs_fail_at was reached and failed. */
gboolean shim_vfs_has_failed(void);
/* Just before the n-th write, sync or truncate from now (0: now), copies the open databases to
 * `dir` as a disk could hold them after a power cut: `seed` decides for each sector that was
 * written after the last sync of its file whether it is in the copy. Bytes that are in an
 * open file at the first call for its path count as synced. */
void shim_vfs_cut_at(int n, const char *dir, guint32 seed);
/* Whether shim_vfs_cut_at has made its copy. */
gboolean shim_vfs_was_cut(void);
/* Returns the number of syncs of any file since the last call. */
int shim_vfs_take_syncs(void);
/* Returns the number of bytes written since the last call. */
gint64 shim_vfs_take_bytes(void);

G_END_DECLS
