/* Removing the directory of a test. */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

/* Removes a file, or a directory with all that is in it. */
static inline void test_remove_tree(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *child = g_build_filename(path, name, NULL);
    test_remove_tree(child);
  }
  g_remove(path);
}
