/* Parts of the program that bring large libraries with them and that most starts never use: each is
 * a module of its own, loaded with its first use and kept. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the module `name` offers under `symbol`; BH_ERROR_NOT_FOUND when it is not installed or a
 * library it needs is missing. */
gpointer bh_module_find(const char *name, const char *symbol, GError **error);

G_END_DECLS
