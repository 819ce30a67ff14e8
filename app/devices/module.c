/* Loads shared modules from the build tree or the installed directory. */
#include "app/devices/module.h"

#include <gmodule.h>

#include "schema/error.h"
#include "schema/paths.h"

static char *dup_path(const char *name)
{
  g_autofree char *file = g_strdup_printf("libbihuan-%s.so", name);
  g_autofree char *in_build = g_build_filename("app", "devices", file, NULL);
  char *built = bh_build_path(in_build);
  return built != NULL ? built : g_build_filename(BH_MODULEDIR, file, NULL);
}

gpointer bh_module_find(const char *name, const char *symbol, GError **error)
{
  g_autofree char *path = dup_path(name);
  /* A second call for the same module returns the one that is loaded. */
  GModule *module = g_module_open(path, G_MODULE_BIND_LAZY | G_MODULE_BIND_LOCAL);
  gpointer found = NULL;
  if (module == NULL || !g_module_symbol(module, symbol, &found)) {
    g_set_error(error, BH_ERROR, BH_ERROR_NOT_FOUND, "%s: %s", name, g_module_error());
    return NULL;
  }
  g_module_make_resident(module);
  return found;
}
