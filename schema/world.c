/* The real clock, randomness, disk space and fsync of this machine. */
#include "schema/world.h"

#include <sodium.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static gint64 read_clock_ms(clockid_t id)
{
  struct timespec now;
  clock_gettime(id, &now);
  return (gint64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static gint64 get_wall_ms(gpointer data G_GNUC_UNUSED)
{
  return read_clock_ms(CLOCK_REALTIME);
}

static gint64 get_boot_ms(gpointer data G_GNUC_UNUSED)
{
  return read_clock_ms(CLOCK_BOOTTIME);
}

static gpointer read_boot_id(gpointer data G_GNUC_UNUSED)
{
  g_autofree char *text = NULL;
  if (g_file_get_contents("/proc/sys/kernel/random/boot_id", &text, NULL, NULL) &&
      bh_id_is_valid(g_strstrip(text)))
    return g_steal_pointer(&text);
  /* Without the kernel's id, each run of the program counts as a boot of its own. Boot times of two
   * runs are then never compared, which is safe. */
  BhIdSource source;
  char *id = g_malloc(BH_ID_LEN + 1);
  bh_id_source_init(&source, bh_clock_system(), bh_random_system());
  bh_id_next(&source, id);
  return id;
}

static const char *get_boot_id(gpointer data G_GNUC_UNUSED)
{
  static GOnce once = G_ONCE_INIT;
  return g_once(&once, read_boot_id, NULL);
}

static void fill(gpointer data G_GNUC_UNUSED, void *bytes, gsize size)
{
  if (sodium_init() < 0)
    g_error("libsodium cannot start");
  randombytes_buf(bytes, size);
}

const BhClock *bh_clock_system(void)
{
  static const BhClock clock = {get_wall_ms, get_boot_ms, get_boot_id, NULL};
  return &clock;
}

const BhRandom *bh_random_system(void)
{
  static const BhRandom random = {fill, NULL};
  return &random;
}

static gint64 read_free_bytes(gpointer data G_GNUC_UNUSED, const char *dir)
{
  struct statvfs info;
  if (statvfs(dir, &info) != 0)
    return -1;
  return (gint64)info.f_bavail * (gint64)info.f_frsize;
}

const BhSpace *bh_space_system(void)
{
  static const BhSpace space = {read_free_bytes, NULL};
  return &space;
}

static int sync_one(gpointer data G_GNUC_UNUSED, int fd)
{
  return fsync(fd);
}

static int sync_whole(gpointer data G_GNUC_UNUSED, int fd)
{
  return syncfs(fd);
}

const BhDisk *bh_disk_system(void)
{
  static const BhDisk disk = {sync_one, sync_whole, NULL};
  return &disk;
}
