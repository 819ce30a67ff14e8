/* Where the hub keeps the bytes of a complete file. */
#pragma once

/* Path of a file's place below the hub's folder, whether it is there or not; g_free. `sha256` is a
 * valid hash. */
char *bh_file_path_make(const char *dir, const char *sha256);
