/* Where the data files of an installation are: below $BIHUAN_DATADIR when it is set (a source
 * tree, for running from the build directory), else below the directory fixed at build time. The
 * layout below it is that of the source tree ("schema/kinds", "assets/packs", …). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Joins the NULL-terminated parts to the data directory; g_free. Does not look whether it is
 * there. Any thread. */
char *bh_data_path(const char *first, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
