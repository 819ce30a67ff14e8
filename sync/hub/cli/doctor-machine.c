/* Checks what a hub needs beside its store: disk space, keys, certificate, clock, kinds and areas.
 */
#include "sync/hub/cli/doctor.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "schema/civil.h"
#include "schema/region.h"
#include "schema/world.h"
#include "sync/hub/devices/devices.h"
#include "sync/hub/http/http.h"
#include "sync/hub/log/log.h"

#define DAY_S (24 * 3600)
#define CERT_SOON_DAYS 30
#define CLOCK_SLACK_MS 1000
#define MIB (1024 * 1024)

static void check_disk(BhDoctor *doctor)
{
  const BhSpace *space = bh_space_system();
  g_autofree char *store = g_build_filename(doctor->dir, "hub.db", NULL);
  struct stat st;
  gint64 left = space->free_bytes(space->data, doctor->dir);
  gint64 bytes = stat(store, &st) == 0 ? (gint64)st.st_size : 0;
  if (left < 0)
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "disk", _("Check that the disk is mounted."),
                  _("The free space is not known: %s"), g_strerror(errno));
  else if (left < BH_FREE_SPACE_MIN)
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "disk",
                  _("Make room, or move the hub to a larger disk: it takes no more photos."),
                  _("%" PRId64 " MiB are free."), left / MIB);
  else if (left < bytes + BH_FREE_SPACE_MIN)
    bh_doctor_add(doctor, BH_DOCTOR_WARNING, "disk",
                  _("Make room: a new program copies the store before it changes it."),
                  _("%" PRId64 " MiB are free, and the store has %" PRId64 "."), left / MIB,
                  bytes / MIB);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "disk", NULL, _("%" PRId64 " MiB are free."), left / MIB);
}

/* --- keys --- */

static void check_modes(BhDoctor *doctor)
{
  static const char *const secret[] = {
      ".", "hub.db", "keys", "keys/hub.key", "keys/plaque.key", "keys/tls.key"};
  g_autoptr(GString) open = g_string_new(NULL);
  for (gsize i = 0; i < G_N_ELEMENTS(secret); i++) {
    g_autofree char *path = g_build_filename(doctor->dir, secret[i], NULL);
    struct stat st;
    if (stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      g_string_append_printf(open, "%s%s (%04o)", open->len > 0 ? ", " : "", path,
                             st.st_mode & 07777);
  }
  g_autofree char *next = g_strdup_printf(_("Remove the permissions of others: chmod -R go= %s. If "
                                            "others may have read a key, make a new hub."),
                                          doctor->dir);
  if (open->len > 0)
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "modes", next,
                  _("Others may read or change secret files: %s"), open->str);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "modes", NULL,
                  _("Only the owner may read the store and the keys."));
}

/* Checks that the key file of the hub has the public key that is in the store. */
static gboolean check_own_key(BhDoctor *doctor, const guint8 *public_key, GError **error)
{
  if (doctor->db == NULL)
    return TRUE;
  g_autofree char *id = bh_log_dup_value(doctor->db, "id", error);
  g_autoptr(BhHubDevice) device = id != NULL ? bh_log_load_device(doctor->db, id, error) : NULL;
  if (device == NULL)
    return FALSE;
  if (memcmp(device->public_key, public_key, BH_PUBLIC_KEY_SIZE) == 0)
    return TRUE;
  g_set_error(error, BH_ERROR, BH_ERROR_SIGNATURE, "keys/hub.key: not the key of this hub");
  return FALSE;
}

static void check_keys(BhDoctor *doctor)
{
  guint8 plaque[BH_PUBLIC_KEY_SIZE], public_key[BH_PUBLIC_KEY_SIZE], secret[BH_SECRET_KEY_SIZE];
  g_autoptr(GError) error = NULL;
  gboolean ok = bh_keys_load(doctor->dir, "plaque", plaque, secret, &error) &&
                bh_keys_load(doctor->dir, "hub", public_key, secret, &error);
  sodium_memzero(secret, sizeof secret);
  ok = ok && check_own_key(doctor, public_key, &error);
  if (ok)
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "keys", NULL, _("The keys are those of the hub."));
  else
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "keys",
                  _("Put the folder keys/ of the newest backup in place."),
                  _("The keys cannot be used: %s"), error->message);
}

static void check_certificate(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  gint64 end_s = 0;
  gint64 now_s = g_get_real_time() / G_USEC_PER_SEC;
  /* A new certificate must be made for the same key, because devices trust the key. */
  g_autofree char *next = g_strdup_printf(
      _("Make a new one of the same key, so that devices still trust it, and restart the hub: %s"),
      "openssl req -x509 -new -key keys/tls.key -subj /CN=bihuan-hub -days 3650 -out keys/tls.crt");
  if (!bh_keys_check_tls(doctor->dir, &error) ||
      !bh_keys_get_cert_end(doctor->dir, &end_s, &error)) {
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "certificate", next,
                  _("The certificate cannot be used: %s"), error->message);
    return;
  }
  g_autofree char *end = bh_time_format(end_s * 1000);
  BhDoctorLevel level = end_s <= now_s                           ? BH_DOCTOR_BAD
                        : end_s - now_s < CERT_SOON_DAYS * DAY_S ? BH_DOCTOR_WARNING
                                                                 : BH_DOCTOR_GOOD;
  bh_doctor_add(doctor, level, "certificate", level != BH_DOCTOR_GOOD ? next : NULL,
                _("The certificate is valid until %s."), end);
}

/* --- time --- */

static void check_clock(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *trusted = bh_log_dup_value(doctor->db, "clock_trusted_from", &error);
  const BhClock *clock = bh_clock_system();
  gint64 now_ms = clock->wall_ms(clock->data), last_ms = 0;
  if (error != NULL ||
      !bh_log_get_last_received(
          doctor->db, trusted != NULL ? g_ascii_strtoll(trusted, NULL, 10) : 0, &last_ms, &error)) {
    bh_doctor_add_error(doctor, "clock", _("The last time of the hub cannot be read"), error);
    return;
  }
  g_autofree char *now = bh_time_format(now_ms);
  g_autofree char *last = bh_time_format(last_ms);
  if (last_ms > now_ms + CLOCK_SLACK_MS)
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "clock",
                  _("Correct the machine's clock (timedatectl). If it is correct now and was ahead "
                    "before, confirm that: bihuan-hub clock --right."),
                  _("The machine's clock says %s, but the hub received something at %s."), now,
                  last);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "clock", NULL, _("The machine's clock says %s."), now);
}

/* --- kinds and areas --- */

static void check_kinds(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *hash = bh_log_dup_value(doctor->db, "kinds", &error);
  g_autoptr(BhKindSet) kinds = hash != NULL ? bh_log_load_kinds(doctor->db, hash, &error) : NULL;
  if (kinds != NULL)
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "kinds", NULL, _("The kinds in use can be read."));
  else
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "kinds",
                  _("Load the kinds again with bihuan-hub load, or restore the newest backup."),
                  _("The kinds in use cannot be read: %s"),
                  error != NULL ? error->message : _("they are missing"));
}

static void check_regions(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename(doctor->dir, "regions.json", NULL);
  g_autoptr(BhRegion) region = bh_region_load(path, &error);
  if (region != NULL)
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "regions", NULL, _("The areas can be read."));
  else
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "regions",
                  _("Put the regions.json of the newest backup in place."),
                  _("The areas cannot be read: %s"), error->message);
}

void bh_doctor_check_machine(BhDoctor *doctor)
{
  check_disk(doctor);
  check_modes(doctor);
  check_keys(doctor);
  check_certificate(doctor);
  if (doctor->db != NULL) {
    check_clock(doctor);
    check_kinds(doctor);
  }
  check_regions(doctor);
}
