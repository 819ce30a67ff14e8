/* Paths of complete files, DIR/files/xx/SHA256, and the check of their hash. */
#include "sync/hub/log/file-path.h"

#include <gio/gio.h>
#include <string.h>

#define CHUNK (256 * 1024)

char *bh_file_path_make(const char *dir, const char *sha256)
{
  char shelf[3] = {sha256[0], sha256[1], '\0'};
  return g_build_filename(dir, "files", shelf, sha256, NULL);
}

gboolean bh_file_has_hash(const char *path, const char *sha256)
{
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_autoptr(GFile) file = g_file_new_for_path(path);
  g_autoptr(GFileInputStream) in = g_file_read(file, NULL, NULL);
  g_autofree guchar *chunk = g_malloc(CHUNK);
  gssize got = in != NULL ? 1 : -1;
  while (got > 0) {
    got = g_input_stream_read(G_INPUT_STREAM(in), chunk, CHUNK, NULL, NULL);
    if (got > 0)
      g_checksum_update(sum, chunk, got);
  }
  return got == 0 && strcmp(g_checksum_get_string(sum), sha256) == 0;
}
