/* Paths of the data files of an installation: below $BIHUAN_DATADIR if it is set (a source tree,
 * for running from the build directory), else below the directory configured at build time. The
 * layout below it is that of the source tree ("schema/kinds", "assets/packs", …). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The path of a data file: joins the NULL-terminated parts to the data directory; g_free. Does not
 * check that the file exists. Any thread. */
char *bh_data_path(const char *first, ...) G_GNUC_NULL_TERMINATED;
/* Path of a file that the build makes, for a program that runs from its build tree with
 * $BIHUAN_DATADIR set; `name` is relative to the build directory. NULL for an installed program, or
 * when the file does not exist; g_free. Any thread. */
char *bh_build_path(const char *name);

G_END_DECLS
