/* Finds the mount of a folder in /proc/self/mountinfo, its block device in /sys, and follows that
 * down to the disks. Nothing is asked of the devices themselves. Start with bh_encryption_find. */
#include "sync/disk/encryption.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fscrypt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEPTH_MAX 16 /* devices below one another; more are a loop */
#define TEXT_MAX_BYTES (1024 * 1024)

static const char *const NAMES[] = {"unknown", "plain", "encrypted"};

/* --- the system --- */

static gboolean has_policy(const char *folder)
{
  struct fscrypt_get_policy_ex_arg arg = {.policy_size = sizeof arg.policy};
  int fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (fd < 0)
    return FALSE;
  int rc = ioctl(fd, FS_IOC_GET_ENCRYPTION_POLICY_EX, &arg);
  close(fd);
  return rc == 0;
}

const BhEncryptionProbe *bh_encryption_system(void)
{
  static const BhEncryptionProbe system_probe = {"", has_policy};
  return &system_probe;
}

/* Content of a file below the root without the newline at its end; NULL when it cannot be read. */
static char *read_text(const char *path)
{
  char *text = NULL;
  gsize len = 0;
  if (!g_file_get_contents(path, &text, &len, NULL))
    return NULL;
  if (len > TEXT_MAX_BYTES) {
    g_free(text);
    return NULL;
  }
  return g_strchomp(text);
}

/* --- mounts --- */

typedef struct {
  char *device; /* "MAJOR:MINOR" */
  char *point;
  char *type;
  char *source;
  char *options; /* of the file system */
} Mount;

static void mount_clear(Mount *mount)
{
  g_clear_pointer(&mount->device, g_free);
  g_clear_pointer(&mount->point, g_free);
  g_clear_pointer(&mount->type, g_free);
  g_clear_pointer(&mount->source, g_free);
  g_clear_pointer(&mount->options, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mount, mount_clear)

/* mountinfo writes blanks and backslashes as three octal digits, which g_strcompress reads. */
static gboolean parse_mount(const char *line, Mount *mount)
{
  g_auto(GStrv) parts = g_strsplit(line, " ", 0);
  guint n = g_strv_length(parts);
  guint dash = 6;
  while (dash < n && strcmp(parts[dash], "-") != 0)
    dash++;
  if (dash + 3 >= n)
    return FALSE;
  *mount = (Mount){.device = g_strdup(parts[2]),
                   .point = g_strcompress(parts[4]),
                   .type = g_strdup(parts[dash + 1]),
                   .source = g_strcompress(parts[dash + 2]),
                   .options = g_strcompress(parts[dash + 3])};
  return TRUE;
}

static gboolean is_below(const char *folder, const char *point)
{
  gsize len = strlen(point);
  if (strcmp(point, "/") == 0)
    return TRUE;
  return strncmp(folder, point, len) == 0 && (folder[len] == '\0' || folder[len] == '/');
}

/* The mount that the folder is on: the longest mount point above it; of two at one point the later
 * one, which covers the other. */
static gboolean find_mount(const BhEncryptionProbe *probe, const char *folder, Mount *found)
{
  g_autofree char *path = g_strconcat(probe->root, "/proc/self/mountinfo", NULL);
  g_autofree char *text = read_text(path);
  g_auto(GStrv) lines = text != NULL ? g_strsplit(text, "\n", 0) : NULL;
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
    g_auto(Mount) mount = {0};
    if (!parse_mount(lines[i], &mount) || !is_below(folder, mount.point) ||
        (found->point != NULL && strlen(mount.point) < strlen(found->point)))
      continue;
    mount_clear(found);
    *found = mount;
    mount = (Mount){0};
  }
  return found->point != NULL;
}

/* --- block devices --- */

static BhEncryption find_device(const BhEncryptionProbe *probe, const char *sys, int depth);
static BhEncryption find_folder(const BhEncryptionProbe *probe, const char *folder, int depth);

/* Several devices below one: encrypted only when all of them are. */
static BhEncryption join(BhEncryption all, gboolean first, BhEncryption one)
{
  if (first || all == one)
    return one;
  return all == BH_ENCRYPTION_PLAIN || one == BH_ENCRYPTION_PLAIN ? BH_ENCRYPTION_PLAIN
                                                                  : BH_ENCRYPTION_UNKNOWN;
}

/* The devices in a folder of links such as slaves. *any: whether there are some. */
static BhEncryption find_members(const BhEncryptionProbe *probe, const char *folder, int depth,
                                 gboolean *any)
{
  BhEncryption state = BH_ENCRYPTION_UNKNOWN;
  const char *name;
  *any = FALSE;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *member = g_build_filename(folder, name, NULL);
    state = join(state, !*any, find_device(probe, member, depth + 1));
    *any = TRUE;
  }
  return state;
}

/* dm-verity and dm-integrity have such an id too, but encrypt nothing. */
static gboolean is_crypt(const char *sys)
{
  g_autofree char *path = g_build_filename(sys, "dm", "uuid", NULL);
  g_autofree char *uuid = read_text(path);
  return uuid != NULL && g_str_has_prefix(uuid, "CRYPT-") &&
         !g_str_has_prefix(uuid, "CRYPT-VERITY") && !g_str_has_prefix(uuid, "CRYPT-INTEGRITY");
}

/* The device with the folder `sys` of /sys. A partition is a folder in that of its disk, a loop
 * device lies on the file system of its file. */
static BhEncryption find_device(const BhEncryptionProbe *probe, const char *sys, int depth)
{
  gboolean any;
  g_autofree char *real = realpath(sys, NULL);
  if (real == NULL || depth > DEPTH_MAX)
    return BH_ENCRYPTION_UNKNOWN;
  if (is_crypt(real))
    return BH_ENCRYPTION_ENCRYPTED;
  g_autofree char *slaves = g_build_filename(real, "slaves", NULL);
  BhEncryption state = find_members(probe, slaves, depth, &any);
  if (any)
    return state;
  g_autofree char *partition = g_build_filename(real, "partition", NULL);
  if (g_file_test(partition, G_FILE_TEST_EXISTS)) {
    g_autofree char *disk = g_path_get_dirname(real);
    return find_device(probe, disk, depth + 1);
  }
  g_autofree char *backing_path = g_build_filename(real, "loop", "backing_file", NULL);
  g_autofree char *backing = read_text(backing_path);
  if (backing != NULL) {
    g_autofree char *folder = g_path_get_dirname(backing);
    return find_folder(probe, folder, depth + 1);
  }
  return BH_ENCRYPTION_PLAIN;
}

/* The folder in /sys of a device file: "/dev/sda2", "/dev/mapper/NAME"; NULL when there is none. */
static char *find_sys(const BhEncryptionProbe *probe, const char *source)
{
  const char *name;
  g_autofree char *all = g_strconcat(probe->root, "/sys/class/block", NULL);
  if (!g_str_has_prefix(source, "/dev/"))
    return NULL;
  if (!g_str_has_prefix(source, "/dev/mapper/"))
    return g_build_filename(all, source + strlen("/dev/"), NULL);
  g_autoptr(GDir) dir = g_dir_open(all, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *path = g_build_filename(all, name, "dm", "name", NULL);
    g_autofree char *mapped = g_str_has_prefix(name, "dm-") ? read_text(path) : NULL;
    if (g_strcmp0(mapped, source + strlen("/dev/mapper/")) == 0)
      return g_build_filename(all, name, NULL);
  }
  return NULL;
}

/* A btrfs may have several devices; its mount names one of them. */
static BhEncryption find_btrfs(const BhEncryptionProbe *probe, const char *sys, int depth)
{
  gboolean any;
  const char *name;
  g_autofree char *real = realpath(sys, NULL);
  g_autofree char *device = real != NULL ? g_path_get_basename(real) : NULL;
  g_autofree char *all = g_strconcat(probe->root, "/sys/fs/btrfs", NULL);
  g_autoptr(GDir) dir = g_dir_open(all, 0, NULL);
  while (device != NULL && dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *devices = g_build_filename(all, name, "devices", NULL);
    g_autofree char *mine = g_build_filename(devices, device, NULL);
    if (g_file_test(mine, G_FILE_TEST_EXISTS))
      return find_members(probe, devices, depth, &any);
  }
  return find_device(probe, sys, depth + 1);
}

/* --- file systems --- */

/* The state of the folder in which an overlay keeps what is written. In a container that folder
 * often is not visible; then it seems to be on the overlay itself. */
static BhEncryption find_overlay(const BhEncryptionProbe *probe, const Mount *mount, int depth)
{
  g_auto(GStrv) options = g_strsplit(mount->options, ",", 0);
  for (guint i = 0; options[i] != NULL; i++) {
    const char *upper = options[i] + strlen("upperdir=");
    g_auto(Mount) below = {0};
    if (g_str_has_prefix(options[i], "upperdir=") && find_mount(probe, upper, &below) &&
        strcmp(below.device, mount->device) != 0)
      return find_folder(probe, upper, depth + 1);
  }
  return BH_ENCRYPTION_UNKNOWN;
}

static BhEncryption find_folder(const BhEncryptionProbe *probe, const char *folder, int depth)
{
  static const char *const encrypting[] = {"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs",
                                           NULL};
  g_auto(Mount) mount = {0};
  if (depth > DEPTH_MAX)
    return BH_ENCRYPTION_UNKNOWN;
  if (probe->has_policy(folder))
    return BH_ENCRYPTION_ENCRYPTED;
  if (!find_mount(probe, folder, &mount))
    return BH_ENCRYPTION_UNKNOWN;
  if (g_strv_contains(encrypting, mount.type))
    return BH_ENCRYPTION_ENCRYPTED;
  if (strcmp(mount.type, "overlay") == 0)
    return find_overlay(probe, &mount, depth);
  /* A major number of 0: no block device of its own, such as btrfs, memory or a network. */
  g_autofree char *sys = g_str_has_prefix(mount.device, "0:")
                             ? find_sys(probe, mount.source)
                             : g_strconcat(probe->root, "/sys/dev/block/", mount.device, NULL);
  if (sys == NULL)
    return BH_ENCRYPTION_UNKNOWN;
  return strcmp(mount.type, "btrfs") == 0 ? find_btrfs(probe, sys, depth)
                                          : find_device(probe, sys, depth);
}

BhEncryption bh_encryption_find(const BhEncryptionProbe *probe, const char *folder)
{
  g_return_val_if_fail(g_path_is_absolute(folder), BH_ENCRYPTION_UNKNOWN);
  return find_folder(probe, folder, 0);
}

/* --- names --- */

const char *bh_encryption_name(BhEncryption state)
{
  return NAMES[state];
}

gboolean bh_encryption_parse(const char *name, BhEncryption *state)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS(NAMES); i++) {
    if (strcmp(NAMES[i], name) == 0) {
      *state = (BhEncryption)i;
      return TRUE;
    }
  }
  return FALSE;
}
