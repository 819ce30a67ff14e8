#include "tests/sync/device/shim-vfs.h"

#include <sqlite3.h>

typedef struct {
  const sqlite3_io_methods *real;
  sqlite3_io_methods wrapped;
} Methods;

/* Of the whole process: the engine gives its hooks no room for a context. */
static struct {
  sqlite3_vfs vfs;
  sqlite3_vfs *real;
  Methods methods[8];
  gsize n_methods;
  int countdown, code, syncs;
  gboolean persistent, failed;
  gint64 bytes;
} shim;

static const sqlite3_io_methods *real_of(sqlite3_file *file)
{
  for (gsize i = 0; i < shim.n_methods; i++) {
    if (file->pMethods == &shim.methods[i].wrapped)
      return shim.methods[i].real;
  }
  g_assert_not_reached();
}

static int next_result(void)
{
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
  return rc != SQLITE_OK ? rc : real_of(file)->xSync(file, flags);
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
  return &methods->wrapped;
}

static int open_file(sqlite3_vfs *vfs G_GNUC_UNUSED, sqlite3_filename name, sqlite3_file *file,
                     int flags, int *out_flags)
{
  int rc = shim.real->xOpen(shim.real, name, file, flags, out_flags);

  if (rc == SQLITE_OK && file->pMethods != NULL)
    file->pMethods = wrap(file->pMethods);
  return rc;
}

void shim_vfs_install(void)
{
  shim.real = sqlite3_vfs_find(NULL);
  shim.vfs = *shim.real;
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
