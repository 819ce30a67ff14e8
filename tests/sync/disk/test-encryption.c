/* Reads a made /proc and /sys. */
#include <glib/gstdio.h>
#include <unistd.h>

#include "sync/disk/encryption.h"
#include "tests/schema/support.h"
#include "tests/sync/device/remove-tree.h"

typedef struct {
  char *root;
  BhEncryptionProbe probe;
} Machine;

static gboolean no_policy(const char *folder G_GNUC_UNUSED)
{
  return FALSE;
}

static gboolean policy_of_private(const char *folder)
{
  return g_str_has_prefix(folder, "/people/inspector/private");
}

static void put(Machine *machine, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename(machine->root, path, NULL);
  g_autofree char *folder = g_path_get_dirname(full);
  assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
  assert_true(g_file_set_contents(full, text, -1, NULL));
}

static void link_to(Machine *machine, const char *path, const char *target)
{
  g_autofree char *full = g_build_filename(machine->root, path, NULL);
  g_autofree char *folder = g_path_get_dirname(full);
  assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
  assert_int_equal(symlink(target, full), 0);
}

/* A machine with a plain SD card (mmcblk0p2), LUKS on its third partition (dm-0), LVM on that
 * (dm-1) and on the plain partition (dm-2), a verified volume (dm-3), and a loop device. */
static int set_up(void **state)
{
  Machine *machine = g_new0(Machine, 1);
  machine->root = g_dir_make_tmp("bihuan-disk-XXXXXX", NULL);
  machine->probe = (BhEncryptionProbe){machine->root, no_policy};
  put(machine, "sys/devices/mmc/block/mmcblk0/size", "1\n");
  put(machine, "sys/devices/mmc/block/mmcblk0/mmcblk0p2/partition", "2\n");
  put(machine, "sys/devices/mmc/block/mmcblk0/mmcblk0p3/partition", "3\n");
  put(machine, "sys/devices/virtual/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123-store\n");
  put(machine, "sys/devices/virtual/block/dm-0/dm/name", "secret\n");
  link_to(machine, "sys/devices/virtual/block/dm-0/slaves/mmcblk0p3",
          "../../../../mmc/block/mmcblk0/mmcblk0p3");
  put(machine, "sys/devices/virtual/block/dm-1/dm/uuid", "LVM-abc\n");
  put(machine, "sys/devices/virtual/block/dm-1/dm/name", "vg-data\n");
  link_to(machine, "sys/devices/virtual/block/dm-1/slaves/dm-0", "../../dm-0");
  put(machine, "sys/devices/virtual/block/dm-2/dm/uuid", "LVM-def\n");
  link_to(machine, "sys/devices/virtual/block/dm-2/slaves/dm-0", "../../dm-0");
  link_to(machine, "sys/devices/virtual/block/dm-2/slaves/mmcblk0p2",
          "../../../../mmc/block/mmcblk0/mmcblk0p2");
  put(machine, "sys/devices/virtual/block/dm-3/dm/uuid", "CRYPT-VERITY-0123-root\n");
  link_to(machine, "sys/devices/virtual/block/dm-3/slaves/mmcblk0p2",
          "../../../../mmc/block/mmcblk0/mmcblk0p2");
  put(machine, "sys/devices/virtual/block/loop0/loop/backing_file", "/srv/store.img\n");
  static const char *const devices[][3] = {
      {"179:2", "mmcblk0p2", "../../devices/mmc/block/mmcblk0/mmcblk0p2"},
      {"179:3", "mmcblk0p3", "../../devices/mmc/block/mmcblk0/mmcblk0p3"},
      {"253:0", "dm-0", "../../devices/virtual/block/dm-0"},
      {"253:1", "dm-1", "../../devices/virtual/block/dm-1"},
      {"253:2", "dm-2", "../../devices/virtual/block/dm-2"},
      {"253:3", "dm-3", "../../devices/virtual/block/dm-3"},
      {"7:0", "loop0", "../../devices/virtual/block/loop0"}};
  for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
    g_autofree char *dev = g_build_filename("sys/dev/block", devices[i][0], NULL);
    g_autofree char *class = g_build_filename("sys/class/block", devices[i][1], NULL);
    link_to(machine, dev, devices[i][2]);
    link_to(machine, class, devices[i][2]);
  }
  *state = machine;
  return 0;
}

static int tear_down(void **state)
{
  Machine *machine = *state;
  test_remove_tree(machine->root);
  g_free(machine->root);
  g_free(machine);
  return 0;
}

static void mount(Machine *machine, const char *lines)
{
  put(machine, "proc/self/mountinfo", lines);
}

static void assert_found(Machine *machine, const char *folder, const char *wanted)
{
  assert_string_equal(bh_encryption_name(bh_encryption_find(&machine->probe, folder)), wanted);
}

static void test_a_plain_partition_and_one_under_LUKS(void **state)
{
  mount(*state, "21 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n"
                "22 21 253:0 / /people rw - ext4 /dev/mapper/secret rw\n");
  assert_found(*state, "/var/lib/bihuan", "plain");
  assert_found(*state, "/people/inspector/bihuan", "encrypted");
  assert_found(*state, "/people", "encrypted");
  assert_found(*state, "/peoples", "plain");
}

static void test_volumes_on_several_disks_are_encrypted_when_all_are(void **state)
{
  mount(*state, "21 1 253:1 / / rw - xfs /dev/mapper/vg-data rw\n"
                "22 21 253:2 / /mixed rw - ext4 /dev/dm-2 rw\n");
  assert_found(*state, "/data", "encrypted");
  assert_found(*state, "/mixed/data", "plain");
}

static void test_a_verified_volume_is_not_encrypted(void **state)
{
  mount(*state, "21 1 253:3 / / ro - ext4 /dev/dm-3 ro\n");
  assert_found(*state, "/data", "plain");
}

static void test_a_loop_device_is_what_its_file_lies_on(void **state)
{
  mount(*state, "21 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw\n"
                "22 21 253:0 / /srv rw - ext4 /dev/mapper/secret rw\n"
                "23 21 7:0 / /mnt rw - ext4 /dev/loop0 rw\n");
  assert_found(*state, "/mnt/data", "encrypted");
  mount(*state, "21 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw\n"
                "23 21 7:0 / /mnt rw - ext4 /dev/loop0 rw\n");
  assert_found(*state, "/mnt/data", "plain");
  /* A loop device whose file lies on itself is a loop that ends. */
  mount(*state, "21 1 7:0 / / rw - ext4 /dev/loop0 rw\n");
  assert_found(*state, "/mnt/data", "unknown");
}

static void test_btrfs_is_found_by_its_source_and_has_all_its_devices(void **state)
{
  mount(*state, "21 1 0:30 /@ / rw - btrfs /dev/mapper/vg-data rw,subvol=/@\n");
  assert_found(*state, "/data", "encrypted");
  link_to(*state, "sys/fs/btrfs/0123/devices/dm-1", "../../../../devices/virtual/block/dm-1");
  assert_found(*state, "/data", "encrypted");
  link_to(*state, "sys/fs/btrfs/0123/devices/mmcblk0p2",
          "../../../../devices/mmc/block/mmcblk0/mmcblk0p2");
  assert_found(*state, "/data", "plain");
}

static void test_an_overlay_is_what_its_upper_folder_lies_on(void **state)
{
  mount(*state, "21 1 0:40 / / rw - overlay overlay rw,lowerdir=/ro,upperdir=/rw/up,workdir=/rw/w\n"
                "22 21 253:0 / /rw rw - ext4 /dev/mapper/secret rw\n");
  assert_found(*state, "/data", "encrypted");
  mount(*state, "21 1 0:40 / / rw - overlay overlay rw,lowerdir=/a,upperdir=/b,workdir=/c\n");
  assert_found(*state, "/data", "unknown");
}

static void test_what_has_no_disk_of_its_own_is_unknown(void **state)
{
  mount(*state, "21 1 0:22 / / rw - tmpfs tmpfs rw\n"
                "22 21 0:23 / /net rw - nfs4 server:/export rw\n"
                "23 21 0:24 / /pool rw - zfs pool/data rw\n"
                "24 21 259:9 / /gone rw - ext4 /dev/nvme0n1p9 rw\n");
  assert_found(*state, "/data", "unknown");
  assert_found(*state, "/net/data", "unknown");
  assert_found(*state, "/pool/data", "unknown");
  assert_found(*state, "/gone/data", "unknown");
}

static void test_file_systems_and_folders_that_encrypt(void **state)
{
  Machine *machine = *state;
  machine->probe.has_policy = policy_of_private;
  mount(machine, "21 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw\n"
                 "22 21 0:50 / /vault rw - fuse.gocryptfs /people/cipher rw\n");
  assert_found(machine, "/people/inspector/private/bihuan", "encrypted");
  assert_found(machine, "/people/inspector/other", "plain");
  assert_found(machine, "/vault/bihuan", "encrypted");
}

static void test_names_with_blanks_later_mounts_and_broken_lines(void **state)
{
  mount(*state, "21 1 253:0 / / rw - ext4 /dev/mapper/secret rw\n"
                "22 21 179:2 / /media/SD\\040card rw - ext4 /dev/mmcblk0p2 rw\n"
                "23 21 179:2 / /data rw - ext4 /dev/mmcblk0p2 rw\n"
                "24 23 253:0 / /data rw - ext4 /dev/mapper/secret rw\n"
                "25\n"
                "26 21 179:2 / /short rw - ext4\n");
  assert_found(*state, "/media/SD card/bihuan", "plain");
  assert_found(*state, "/media/SD/bihuan", "encrypted");
  assert_found(*state, "/data/bihuan", "encrypted");
  assert_found(*state, "/short", "encrypted");
}

static void test_nothing_readable_is_unknown(void **state)
{
  assert_found(*state, "/data", "unknown");
  mount(*state, "");
  assert_found(*state, "/data", "unknown");
}

static void test_the_system_gives_one_of_the_three_answers(void **state G_GNUC_UNUSED)
{
  BhEncryption found;
  const char *name = bh_encryption_name(bh_encryption_find(bh_encryption_system(), "/"));
  assert_true(bh_encryption_parse(name, &found));
  assert_false(bh_encryption_parse("yes", &found));
  assert_false(bh_encryption_parse(NULL, &found));
}

#define IT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      IT(test_a_plain_partition_and_one_under_LUKS),
      IT(test_volumes_on_several_disks_are_encrypted_when_all_are),
      IT(test_a_verified_volume_is_not_encrypted),
      IT(test_a_loop_device_is_what_its_file_lies_on),
      IT(test_btrfs_is_found_by_its_source_and_has_all_its_devices),
      IT(test_an_overlay_is_what_its_upper_folder_lies_on),
      IT(test_what_has_no_disk_of_its_own_is_unknown),
      IT(test_file_systems_and_folders_that_encrypt),
      IT(test_names_with_blanks_later_mounts_and_broken_lines),
      IT(test_nothing_readable_is_unknown),
      cmocka_unit_test(test_the_system_gives_one_of_the_three_answers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
