/* Stands before the engine's file layer: counts syncs, lets a chosen write, sync or truncate fail,
 * and keeps what a disk would hold when the power is cut. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Before the first database is opened; for the whole process. */
void shim_vfs_install(void);
/* The n-th write, sync or truncate from now (1 = the next) fails with `code` (SQLITE_FULL,
 * SQLITE_IOERR_FSYNC, …); with `persistent` all later ones do, too. 0: nothing fails any more. */
void shim_vfs_fail_at(int n, int code, gboolean persistent);
/* TRUE when the chosen one was reached. */
gboolean shim_vfs_has_failed(void);
/* When the n-th write, sync or truncate from now is reached, and before it is done, `dir` gets the
 * open databases as a disk could hold them then: of what was written after a file's last sync each
 * sector is there or not, as `seed` draws it. 0: now. What is open when this is first called counts
 * as synced. */
void shim_vfs_cut_at(int n, const char *dir, guint32 seed);
/* Whether it was reached since. */
gboolean shim_vfs_was_cut(void);
/* Syncs of any file since the last call. */
int shim_vfs_take_syncs(void);
/* Bytes written since the last call. */
gint64 shim_vfs_take_bytes(void);

G_END_DECLS
