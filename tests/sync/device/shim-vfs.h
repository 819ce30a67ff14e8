/* Stands before the engine's file layer: counts syncs and lets a chosen write, sync or truncate
 * fail. One thread. */
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
/* Syncs of any file since the last call. */
int shim_vfs_take_syncs(void);
/* Bytes written since the last call. */
gint64 shim_vfs_take_bytes(void);

G_END_DECLS
