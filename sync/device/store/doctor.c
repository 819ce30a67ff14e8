/* Self-check, for people and their support. Only this check reads the whole store. */
#include <errno.h>
#include <string.h>

#include "sync/device/store/damage.h"
#include "sync/device/store/device-store.h"
#include "sync/device/store/files.h"
#include "sync/device/store/people.h"
#include "sync/device/store/orphans.h"

#define TAIL_ENTRIES 1000
#define FREE_MIN_BYTES (200LL * 1024 * 1024)
#define FILES_CHECKED 200
#define ORPHANS_NAMED 20

static void add_check(json_t *checks, const char *name, gboolean ok, const char *text)
{
  json_t *check = json_object();

  json_object_set_new(check, "name", json_string(name));
  json_object_set_new(check, "ok", json_boolean(ok));
  json_object_set_new(check, "text", json_string(text));
  json_array_append_new(checks, check);
}

static void check_store(BhDevice *device, json_t *checks)
{
  g_autoptr(GError) local = NULL;
  g_autofree char *found = bh_device_store_check(device, &local);

  add_check(checks, "store", g_strcmp0(found, "ok") == 0, found != NULL ? found : local->message);
}

static gboolean check_link(BhDevice *device, gint64 seq, char prev[BH_HASH_HEX_LEN + 1],
                           GError **error)
{
  BhEnvelope envelope;
  g_autoptr(BhEntryText) text =
      bh_journal_store_read_text(device, BH_POS(device->incarnation, seq), error);

  if (text == NULL || !bh_envelope_parse(text->envelope, &envelope, error) ||
      !bh_entry_verify(text, &envelope, device->signer->public_key, error))
    return FALSE;
  if (envelope.seq != seq || (prev[0] != '\0' && strcmp(prev, envelope.prev) != 0)) {
    g_set_error(error, BH_ERROR, BH_ERROR_CHAIN, "entry %" G_GINT64_FORMAT " does not follow", seq);
    return FALSE;
  }
  g_strlcpy(prev, envelope.hash, BH_HASH_HEX_LEN + 1);
  return TRUE;
}

static void check_chain(BhDevice *device, json_t *checks)
{
  g_autoptr(GError) local = NULL;
  char prev[BH_HASH_HEX_LEN + 1] = "";
  gint64 first = MAX(1, device->made - TAIL_ENTRIES + 1);

  for (gint64 seq = first; seq <= device->made; seq++) {
    if (!check_link(device, seq, prev, &local)) {
      add_check(checks, "chain", FALSE, local->message);
      return;
    }
  }
  g_autofree char *text = g_strdup_printf("the last %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
                                          " entries are signed and chained",
                                          device->made - first + 1, device->made);
  add_check(checks, "chain", TRUE, text);
}

static void check_damaged(BhDevice *device, json_t *checks)
{
  gint64 n = bh_damage_store_count(device);
  g_autofree char *text = g_strdup_printf(
      "%" G_GINT64_FORMAT " entries were damaged on this device and are set aside", n);

  add_check(checks, "damaged", n == 0, text);
}

static void check_files(BhDevice *device, json_t *checks)
{
  g_autoptr(json_t) files = bh_files_store_list_waiting(device, 0, FILES_CHECKED, NULL);
  int missing = 0;

  for (gsize i = 0; i < json_array_size(files); i++) {
    g_autofree char *path =
        bh_device_dup_file_path(device, bh_json_string_or(json_array_get(files, i), "sha256", ""));
    missing += path == NULL;
  }
  g_autofree char *text =
      g_strdup_printf("%d of %" G_GSIZE_FORMAT " files that wait are missing on the disk", missing,
                      json_array_size(files));
  add_check(checks, "files", files != NULL && missing == 0, text);
}

/* Reports orphaned files. While they cannot be counted (BH_ERROR_BUSY), the check passes. */
static void check_orphans(BhDevice *device, json_t *checks)
{
  g_autoptr(GError) local = NULL;
  g_auto(BhOrphans) orphans = {0};

  if (!bh_orphans_find(device, &orphans, &local)) {
    add_check(checks, "orphans", g_error_matches(local, BH_ERROR, BH_ERROR_BUSY), local->message);
    return;
  }
  g_autoptr(GString) text = g_string_new(NULL);
  g_string_printf(text, "%u files that nothing knows, %" G_GINT64_FORMAT " bytes",
                  orphans.hashes->len, orphans.bytes);
  for (guint i = 0; i < MIN(orphans.hashes->len, ORPHANS_NAMED); i++)
    g_string_append_printf(text, "%s %s", i == 0 ? ":" : ",", (char *)orphans.hashes->pdata[i]);
  if (orphans.hashes->len > ORPHANS_NAMED)
    g_string_append(text, ", …");
  add_check(checks, "orphans", orphans.hashes->len == 0, text->str);
}

static void check_space(BhDevice *device, json_t *checks)
{
  gint64 free_bytes = device->space->free_bytes(device->space->data, device->dir);

  if (free_bytes < 0) {
    add_check(checks, "space", FALSE, g_strerror(errno));
    return;
  }
  g_autofree char *size = g_format_size((guint64)free_bytes);
  g_autofree char *text = g_strdup_printf("%s free", size);
  add_check(checks, "space", free_bytes >= FREE_MIN_BYTES, text);
}

/* A disk that is not encrypted is a warning: the device works, but does not protect what it holds.
 */
static void check_encryption(BhDevice *device, json_t *checks)
{
  static const char *const texts[] = {
      [BH_ENCRYPTION_UNKNOWN] = "the system does not say whether the disk is encrypted",
      [BH_ENCRYPTION_PLAIN] =
          "the disk is not encrypted: who finds the device can read its records;"
          " set the device up with disk encryption (LUKS) and enrol it again",
      [BH_ENCRYPTION_ENCRYPTED] = "the disk is encrypted",
  };

  add_check(checks, "encryption", TRUE, texts[device->encryption]);
  if (device->encryption != BH_ENCRYPTION_ENCRYPTED)
    json_object_set_new(json_array_get(checks, json_array_size(checks) - 1), "warning",
                        json_true());
}

static void check_clock(BhDevice *device, json_t *checks)
{
  BhEntryClock clock;

  bh_device_read_clock(device, &clock);
  add_check(checks, "clock", clock.quality == BH_CLOCK_QUALITY_GOOD,
            clock.quality == BH_CLOCK_QUALITY_GOOD  ? "within a minute of the hub's time"
            : clock.quality == BH_CLOCK_QUALITY_BAD ? "wrong: against the hub's time, the last"
                                                      " entry or what is possible at all"
                                                    : "not compared with the hub since the start");
}

static void check_people(BhDevice *device, json_t *checks)
{
  g_autoptr(json_t) people = bh_device_list_staff(device, NULL);
  gint64 end = bh_people_get_lease_end_ms(device);
  gboolean ended = bh_device_now_ms(device) > end;
  g_autofree char *text = g_strdup_printf("%" G_GSIZE_FORMAT " people; offline sign-in %s",
                                          json_array_size(people), ended ? "has ended" : "holds");

  add_check(checks, "people", json_array_size(people) > 0 && !ended, text);
}

json_t *bh_device_doctor(BhDevice *device, GError **error)
{
  if (!bh_device_ready(device, error))
    return NULL;
  json_t *checks = json_array();
  json_t *out = json_object();
  check_store(device, checks);
  add_check(checks, "enrolled", device->signer != NULL && device->kinds != NULL,
            device->signer == NULL  ? "not enrolled yet"
            : device->kinds == NULL ? "enrolled, but the kinds were never pulled"
                                    : "enrolled");
  if (device->signer != NULL) {
    check_chain(device, checks);
    check_damaged(device, checks);
    check_people(device, checks);
    check_clock(device, checks);
  }
  check_files(device, checks);
  check_orphans(device, checks);
  check_space(device, checks);
  check_encryption(device, checks);
  json_object_set_new(out, "checks", checks);
  return out;
}
