#include "tests/sync/device/shim-vfs.h"

#include <sqlite3.h>
#include <string.h>

#define SECTOR 512

typedef struct {
  const sqlite3_io_methods *real;
  sqlite3_io_methods wrapped;
} Methods;

/* There is one state for the whole process, because SQLite gives the hooks no context pointer. */
static struct {
  sqlite3_vfs vfs;
  sqlite3_vfs *real;
  Methods methods[8];
  gsize n_methods;
  int countdown, code, syncs;
  gboolean persistent, failed;
  gint64 bytes;
  GHashTable *open; /* sqlite3_file → path, of databases and their logs */
  /* path of a database file → GBytes with its content at the last sync; NULL until a power cut is
   * requested */
  GHashTable *synced;
  int cut_countdown;
  guint32 cut_seed;
  char *cut_dir;
} shim;

static const sqlite3_io_methods *real_of(sqlite3_file *file)
{
  for (gsize i = 0; i < shim.n_methods; i++) {
    if (file->pMethods == &shim.methods[i].wrapped)
      return shim.methods[i].real;
  }
  g_assert_not_reached();
}

/* --- power cuts --- */

static GBytes *read_bytes(const char *path)
{
  char *bytes = NULL;
  gsize len = 0;

  return g_file_get_contents(path, &bytes, &len, NULL) ? g_bytes_new_take(bytes, len)
                                                       : g_bytes_new_static("", 0);
}

static void note_synced(sqlite3_file *file)
{
  const char *path = g_hash_table_lookup(shim.open, file);

  if (path != NULL && shim.synced != NULL)
    g_hash_table_insert(shim.synced, g_strdup(path), read_bytes(path));
}

static GBytes *tear(GBytes *old, GBytes *new, GRand *rand)
{
  gsize old_len, new_len;
  const guint8 *before = g_bytes_get_data(old, &old_len);
  const guint8 *after = g_bytes_get_data(new, &new_len);
  gsize len = g_rand_boolean(rand) ? old_len : new_len;
  guint8 *torn = g_malloc0(len + 1);

  for (gsize at = 0; at < len; at += SECTOR) {
    gboolean is_new = g_rand_boolean(rand);
    const guint8 *from = is_new ? after : before;
    gsize have = is_new ? new_len : old_len;

    if (at < have)
      memcpy(torn + at, from + at, MIN(MIN((gsize)SECTOR, len - at), have - at));
  }
  return g_bytes_new_take(torn, len);
}

static void cut(void)
{
  GRand *rand = g_rand_new_with_seed(shim.cut_seed);
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init(&iter, shim.open);
  while (g_hash_table_iter_next(&iter, NULL, &path)) {
    g_autoptr(GBytes) now = read_bytes(path);
    GBytes *synced = g_hash_table_lookup(shim.synced, path);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *target = g_build_filename(shim.cut_dir, name, NULL);
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    g_autoptr(GBytes) torn = tear(synced != NULL ? synced : empty, now, rand);
    gsize len;
    const char *bytes = g_bytes_get_data(torn, &len);

    g_assert(g_file_set_contents(target, bytes != NULL ? bytes : "", (gssize)len, NULL));
  }
  g_rand_free(rand);
  g_clear_pointer(&shim.cut_dir, g_free);
}

void shim_vfs_cut_at(int n, const char *dir, guint32 seed)
{
  GHashTableIter iter;
  gpointer file, path;

  if (shim.synced == NULL)
    shim.synced =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
  g_hash_table_iter_init(&iter, shim.open);
  while (g_hash_table_iter_next(&iter, &file, &path)) {
    if (!g_hash_table_contains(shim.synced, path))
      note_synced(file);
  }
  g_free(shim.cut_dir);
  shim.cut_dir = g_strdup(dir);
  shim.cut_seed = seed;
  shim.cut_countdown = n;
  if (n == 0)
    cut();
}

gboolean shim_vfs_was_cut(void)
{
  return shim.cut_dir == NULL;
}

/* --- calls of SQLite --- */

static int next_result(void)
{
  if (shim.cut_dir != NULL && --shim.cut_countdown == 0)
    cut();
  if (shim.failed && shim.persistent)
    return shim.code;
  if (shim.countdown == 0 || --shim.countdown > 0)
    return SQLITE_OK;
  shim.failed = TRUE;
  return shim.code;
}

static int write_file(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 offset)
{
  int rc = next_result();

  if (rc != SQLITE_OK)
    return rc;
  shim.bytes += n;
  return real_of(file)->xWrite(file, bytes, n, offset);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
  int rc = next_result();
  return rc != SQLITE_OK ? rc : real_of(file)->xTruncate(file, size);
}

static int sync_file(sqlite3_file *file, int flags)
{
  int rc = next_result();

  shim.syncs++;
  if (rc == SQLITE_OK)
    rc = real_of(file)->xSync(file, flags);
  if (rc == SQLITE_OK)
    note_synced(file);
  return rc;
}

static int close_file(sqlite3_file *file)
{
  g_hash_table_remove(shim.open, file);
  return real_of(file)->xClose(file);
}

static const sqlite3_io_methods *wrap(const sqlite3_io_methods *real)
{
  for (gsize i = 0; i < shim.n_methods; i++) {
    if (shim.methods[i].real == real)
      return &shim.methods[i].wrapped;
  }
  g_assert(shim.n_methods < G_N_ELEMENTS(shim.methods));
  Methods *methods = &shim.methods[shim.n_methods++];
  methods->real = real;
  methods->wrapped = *real;
  methods->wrapped.xWrite = write_file;
  methods->wrapped.xTruncate = truncate_file;
  methods->wrapped.xSync = sync_file;
  methods->wrapped.xClose = close_file;
  return &methods->wrapped;
}

static int open_file(sqlite3_vfs *vfs G_GNUC_UNUSED, sqlite3_filename name, sqlite3_file *file,
                     int flags, int *out_flags)
{
  int rc = shim.real->xOpen(shim.real, name, file, flags, out_flags);

  if (rc == SQLITE_OK && file->pMethods != NULL) {
    file->pMethods = wrap(file->pMethods);
    if (name != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0)
      g_hash_table_insert(shim.open, file, g_strdup(name));
  }
  return rc;
}

void shim_vfs_install(void)
{
  shim.real = sqlite3_vfs_find(NULL);
  shim.vfs = *shim.real;
  shim.open = g_hash_table_new_full(NULL, NULL, NULL, g_free);
  shim.vfs.zName = "shim";
  shim.vfs.xOpen = open_file;
  g_assert(sqlite3_vfs_register(&shim.vfs, 1) == SQLITE_OK);
}

void shim_vfs_fail_at(int n, int code, gboolean persistent)
{
  shim.countdown = n;
  shim.code = code;
  shim.persistent = persistent;
  shim.failed = FALSE;
}

gboolean shim_vfs_has_failed(void)
{
  return shim.failed;
}

int shim_vfs_take_syncs(void)
{
  int syncs = shim.syncs;
  shim.syncs = 0;
  return syncs;
}

gint64 shim_vfs_take_bytes(void)
{
  gint64 bytes = shim.bytes;
  shim.bytes = 0;
  return bytes;
}
