/* Complete files in the hub's folder: their paths and contents. Any thread. */
#pragma once

#include "schema/ident.h"

G_BEGIN_DECLS

/* Reads a file and writes its SHA-256 to `hex`. FALSE with errno when it cannot be read, or is a
 * symbolic link. */
gboolean bh_file_hash(const char *path, char hex[BH_HASH_HEX_LEN + 1]);

/* Whether the file can be read and has the SHA-256 `sha256` (hexadecimal digits). Reads the whole
 * file. */
gboolean bh_file_has_hash(const char *path, const char *sha256);

/* Path (g_free) at which the file with a hash is stored, whether it exists or not. `dir` is the
 * hub's folder; `sha256` must be a valid hash. */
char *bh_file_path_make(const char *dir, const char *sha256);

G_END_DECLS
