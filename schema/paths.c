#include "schema/paths.h"

#include <stdarg.h>

char *bh_data_path(const char *first, ...)
{
  const char *base = g_getenv("BIHUAN_DATADIR");
  g_autoptr(GPtrArray) parts = g_ptr_array_new();
  g_ptr_array_add(parts, (gpointer)(base != NULL && *base != '\0' ? base : BH_PKGDATADIR));
  va_list more;
  va_start(more, first);
  for (const char *part = first; part != NULL; part = va_arg(more, const char *))
    g_ptr_array_add(parts, (gpointer)part);
  va_end(more);
  g_ptr_array_add(parts, NULL);
  return g_build_filenamev((char **)parts->pdata);
}
