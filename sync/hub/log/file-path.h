/* Paths of complete files in the hub's folder. */
#pragma once

/* Path (g_free) at which the file with a hash is stored, whether it exists or not. `dir` is the
 * hub's folder; `sha256` must be a valid hash. */
char *bh_file_path_make(const char *dir, const char *sha256);
