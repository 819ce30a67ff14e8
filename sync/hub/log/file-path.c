/* Path of a complete file: DIR/files/xx/SHA256. */
#include "sync/hub/log/file-path.h"

#include <glib.h>

char *bh_file_path_make(const char *dir, const char *sha256)
{
  char shelf[3] = {sha256[0], sha256[1], '\0'};
  return g_build_filename(dir, "files", shelf, sha256, NULL);
}
