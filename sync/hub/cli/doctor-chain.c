/* Checks that each chain of entries ends at the entry that the store names, and with --full that
 * each entry is signed by its device and follows the entry before it. */
#include "sync/hub/cli/doctor.h"

#include <string.h>

#include "sync/hub/cli/doctor-query-store.h"
#include "sync/hub/log/log.h"

#define PAGE 500 /* entries that are read at a time */

typedef struct {
  GHashTable *keys; /* device → BhHubDevice */
  GHashTable *ends; /* "device incarnation" → hash of the last entry that was read */
  gint64 entries;
  gint64 bad;
  char *first; /* position and error of the first bad entry */
} Walk;

static void walk_clear(Walk *walk)
{
  g_clear_pointer(&walk->keys, g_hash_table_unref);
  g_clear_pointer(&walk->ends, g_hash_table_unref);
  g_clear_pointer(&walk->first, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static const BhHubDevice *find_device(Walk *walk, BhDb *db, const char *id, GError **error)
{
  BhHubDevice *device = g_hash_table_lookup(walk->keys, id);
  if (device != NULL)
    return device;
  device = bh_log_load_device(db, id, error);
  if (device != NULL)
    g_hash_table_insert(walk->keys, g_strdup(id), device);
  return device;
}

/* Checks one entry. Entries are read in the order of their positions, in which each chain is in its
 * own order too. */
static gboolean check_entry(Walk *walk, BhDb *db, const BhEntryRow *row, GError **error)
{
  BhEnvelope envelope;
  if (!bh_envelope_parse(row->text->envelope, &envelope, error))
    return FALSE;
  char *chain = g_strconcat(envelope.device, " ", envelope.incarnation, NULL);
  const char *end = g_hash_table_lookup(walk->ends, chain);
  gboolean follows = end != NULL ? strcmp(end, envelope.prev) == 0 : envelope.seq == 1;
  g_hash_table_replace(walk->ends, chain, g_strdup(envelope.hash));
  if (!follows) {
    g_set_error(error, BH_ERROR, BH_ERROR_CHAIN,
                "seq %" PRId64 " of device %s does not follow the entry before it in the chain",
                envelope.seq, envelope.device);
    return FALSE;
  }
  const BhHubDevice *device = find_device(walk, db, envelope.device, error);
  return device != NULL && bh_entry_verify(row->text, &envelope, device->public_key, error);
}

static gboolean walk_page(Walk *walk, BhDb *db, gint64 *after, gboolean *more, GError **error)
{
  g_autoptr(GPtrArray) rows = bh_log_list_entries(db, *after, PAGE, error);
  if (rows == NULL)
    return FALSE;
  *more = rows->len == PAGE;
  for (guint i = 0; i < rows->len; i++) {
    const BhEntryRow *row = rows->pdata[i];
    g_autoptr(GError) wrong = NULL;
    *after = row->position;
    walk->entries++;
    if (check_entry(walk, db, row, &wrong))
      continue;
    walk->bad++;
    if (walk->first == NULL)
      walk->first = g_strdup_printf("%" PRId64 ": %s", row->position, wrong->message);
  }
  return TRUE;
}

static void check_signatures(BhDoctor *doctor)
{
  g_auto(Walk) walk = {
      .keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                    (GDestroyNotify)bh_hub_device_free),
      .ends = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
  };
  g_autoptr(GError) error = NULL;
  gint64 after = 0;
  gboolean more = TRUE, ok = TRUE;
  while (ok && more)
    ok = walk_page(&walk, doctor->db, &after, &more, &error);
  if (!ok)
    bh_doctor_add_error(doctor, "signatures", _("Entries cannot be read"), error);
  else if (walk.bad > 0)
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "signatures",
                  _("Somebody or something changed the store. Keep a copy of the whole folder as "
                    "evidence, then restore the newest backup that verifies."),
                  _("%" PRId64 " of %" PRId64 " entries do not verify; the first is %s"), walk.bad,
                  walk.entries, walk.first);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "signatures", NULL,
                  _("Entries: %" PRId64 "; all are signed and follow each other."), walk.entries);
}

void bh_doctor_check_chains(BhDoctor *doctor)
{
  g_autoptr(GError) error = NULL;
  BhDoctorChains chains = {0};
  if (!bh_doctor_store_count_chains(doctor->db, &chains, &error)) {
    bh_doctor_add_error(doctor, "chains", _("Chains of entries cannot be read"), error);
    return;
  }
  g_autofree char *example = chains.example;
  if (chains.broken > 0 || chains.stray > 0)
    bh_doctor_add(doctor, BH_DOCTOR_BAD, "chains",
                  _("Entries are missing. Keep a copy of the whole folder, then restore the newest "
                    "backup: devices send again what they still have."),
                  _("%" PRId64 " of %" PRId64
                    " chains do not end at their last entry (device %s), and %" PRId64
                    " entries belong to no chain."),
                  chains.broken, chains.chains, example != NULL ? example : "-", chains.stray);
  else
    bh_doctor_add(doctor, BH_DOCTOR_GOOD, "chains", NULL,
                  _("Chains of entries: %" PRId64 "; each ends at its last entry."), chains.chains);
  if (doctor->full)
    check_signatures(doctor);
}
