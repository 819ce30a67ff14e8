/* Finds data files and files of the build. */
#include "schema/paths.h"

#include <stdarg.h>

/* Programs are at most this many folders below the build directory. */
#define DEPTH_MAX 4

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

char *bh_build_path(const char *name)
{
  g_autofree char *dir =
      g_getenv("BIHUAN_DATADIR") != NULL ? g_file_read_link("/proc/self/exe", NULL) : NULL;
  for (int up = 0; dir != NULL && up < DEPTH_MAX; up++) {
    char *parent = g_path_get_dirname(dir);
    g_free(dir);
    dir = parent;
    g_autofree char *path = g_build_filename(dir, name, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
      return g_steal_pointer(&path);
  }
  return NULL;
}
