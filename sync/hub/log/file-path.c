/* Paths of complete files, DIR/files/xx/SHA256, and the hash of a file's bytes. */
#include "sync/hub/log/file-path.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

#define BLOCK (64 * 1024) /* bytes that are read at a time */

char *bh_file_path_make(const char *dir, const char *sha256)
{
  char shelf[3] = {sha256[0], sha256[1], '\0'};
  return g_build_filename(dir, "files", shelf, sha256, NULL);
}

gboolean bh_file_hash(const char *path, char hex[BH_HASH_HEX_LEN + 1])
{
  guint8 hash[BH_HASH_SIZE];
  struct sha256_ctx state;
  ssize_t n;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return FALSE;
  g_autofree guint8 *block = g_malloc(BLOCK);
  sha256_init(&state);
  while ((n = read(fd, block, BLOCK)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0)
      sha256_update(&state, (gsize)n, block);
  int code = errno;
  close(fd);
  errno = code;
  if (n < 0)
    return FALSE;
  sha256_digest(&state, BH_HASH_SIZE, hash);
  bh_hash_to_hex(hash, hex);
  return TRUE;
}

gboolean bh_file_has_hash(const char *path, const char *sha256)
{
  char hex[BH_HASH_HEX_LEN + 1];
  return bh_file_hash(path, hex) && strcmp(hex, sha256) == 0;
}
