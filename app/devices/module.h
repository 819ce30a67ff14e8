/* Loads parts of the program that need large libraries and that most starts do not use. A module is
 * loaded when it is first used and stays loaded. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The symbol `symbol` of the module `name`, loaded if necessary; static. NULL with
 * BH_ERROR_NOT_FOUND when the module is not installed or a library that it needs is missing. */
gpointer bh_module_find(const char *name, const char *symbol, GError **error);

G_END_DECLS
