/* Where the data files of an installation are: below $BIHUAN_DATADIR when it is set (a source
 * tree, for running from the build directory), else below the directory fixed at build time. The
 * layout below it is that of the source tree ("schema/kinds", "assets/packs", …). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Joins the NULL-terminated parts to the data directory; g_free. Does not look whether it is
 * there. Any thread. */
char *bh_data_path(const char *first, ...) G_GNUC_NULL_TERMINATED;
/* A file made by the build, for a program that runs from its build tree with $BIHUAN_DATADIR set;
 * `name` as it stands below the build directory. NULL for an installed program, or when the build
 * made no such file; g_free. Any thread. */
char *bh_build_path(const char *name);

G_END_DECLS
