#include "tests/sim/sim-check.h"

#include "schema/numbering.h"
#include "sync/hub/access/read.h"
#include "sync/hub/records/read.h"
#include "sync/hub/log/log.h"

#include <string.h>

#define PAGE 500

static BhDb *take_reader(SimWorld *world)
{
  g_autoptr(GError) error = NULL;
  BhDb *db = bh_hub_acquire_reader(world->hub, &error);

  g_assert_no_error(error);
  return db;
}

gboolean sim_hub_has(SimWorld *world, const char *entry)
{
  BhDb *db = take_reader(world);
  g_autoptr(BhEntryRow) row = bh_log_find_entry(db, entry, NULL);

  bh_hub_release_reader(world->hub, db);
  return row != NULL;
}

gboolean sim_hub_has_file(SimWorld *world, const char *sha256)
{
  BhDb *db = take_reader(world);
  g_autofree char *path = bh_hub_dup_file_path(world->hub, db, sha256, NULL, NULL);

  bh_hub_release_reader(world->hub, db);
  return path != NULL && g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Checks that each file is complete at the hub and on each device. */
static char *check_files(SimWorld *world)
{
  GHashTableIter iter;
  gpointer hash;

  g_hash_table_iter_init(&iter, world->files);
  while (g_hash_table_iter_next(&iter, &hash, NULL)) {
    if (!sim_hub_has_file(world, hash))
      return g_strdup_printf("file %s never reached the hub", (char *)hash);
    for (guint i = 0; i < SIM_DEVICES; i++) {
      g_autofree char *path = bh_device_dup_file_path(world->devices[i].store, hash);

      if (path == NULL)
        return g_strdup_printf("file %s never reached device %u", (char *)hash, i);
    }
  }
  return NULL;
}

/* I1 and I12: the hub has each expected entry once and no others, and none is quarantined. */
static char *check_entries(SimWorld *world, BhDb *db)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init(&iter, world->entries);
  while (g_hash_table_iter_next(&iter, &id, NULL)) {
    g_autoptr(BhEntryRow) row = bh_log_find_entry(db, id, NULL);

    if (row == NULL)
      return g_strdup_printf("I1: entry %s never reached the hub", (char *)id);
    if (row->status != BH_ENTRY_APPLIED)
      return g_strdup_printf("entry %s has status %d at the hub", (char *)id, row->status);
  }
  return NULL;
}

typedef struct {
  gint64 seq;
  char hash[BH_HASH_HEX_LEN + 1];
} Link;

/* I4: each chain is contiguous and linked. I2: an entry id has one body. */
static char *check_row(GHashTable *chains, GHashTable *bodies, const BhEntryRow *row)
{
  BhEnvelope envelope;
  g_autofree char *key = NULL;
  const char *body;
  Link *link;

  if (!bh_envelope_parse(row->text->envelope, &envelope, NULL))
    return g_strdup_printf("position %" G_GINT64_FORMAT ": no envelope", row->position);
  key = g_strconcat(envelope.device, envelope.incarnation, NULL);
  link = g_hash_table_lookup(chains, key);
  if (link == NULL) {
    link = g_new0(Link, 1);
    memset(link->hash, '0', BH_HASH_HEX_LEN);
    g_hash_table_insert(chains, g_steal_pointer(&key), link);
  }
  if (envelope.seq != link->seq + 1 || !g_str_equal(envelope.prev, link->hash))
    return g_strdup_printf("I4: %s seq %" G_GINT64_FORMAT " does not follow %" G_GINT64_FORMAT,
                           envelope.device, envelope.seq, link->seq);
  link->seq = envelope.seq;
  g_strlcpy(link->hash, envelope.hash, sizeof link->hash);
  if (row->id == NULL)
    return NULL;
  body = g_hash_table_lookup(bodies, row->id);
  if (body != NULL && !g_str_equal(body, envelope.body_hash))
    return g_strdup_printf("I2: entry %s has two bodies", row->id);
  if (body != NULL && row->is_first)
    return g_strdup_printf("I12: entry %s was applied twice", row->id);
  g_hash_table_insert(bodies, g_strdup(row->id), g_strdup(envelope.body_hash));
  return NULL;
}

static char *check_chains(BhDb *db)
{
  g_autoptr(GHashTable) chains = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(GHashTable) bodies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  gint64 after = 0;

  for (;;) {
    g_autoptr(GPtrArray) rows = bh_log_list_entries(db, after, PAGE, NULL);

    if (rows->len == 0)
      return NULL;
    for (guint i = 0; i < rows->len; i++) {
      const BhEntryRow *row = rows->pdata[i];
      char *wrong = check_row(chains, bodies, row);

      if (wrong != NULL)
        return wrong;
      after = row->position;
    }
  }
}

/* Values and conflicts of a record as one text; NULL when there is no such record. */
static char *describe(SimDevice *device, const char *record)
{
  g_autoptr(json_t) row = bh_device_get(device->store, record, NULL);
  g_autoptr(json_t) kept = NULL;

  if (row == NULL)
    return NULL;
  kept = json_pack("{s:O,s:O}", "values", json_object_get(row, "values"), "conflicts",
                   json_object_get(row, "conflicts"));
  return bh_json_dump_sorted(kept);
}

/* I1, I5: every device shows what another device recorded, exactly as the hub does. */
static char *check_records(SimWorld *world, BhDb *db)
{
  for (guint r = 0; r < world->records->len; r++) {
    const char *id = world->records->pdata[r];
    g_autoptr(BhRecord) record = bh_record_load(db, id, NULL);
    g_autofree char *first = describe(&world->devices[0], id);
    g_autoptr(GPtrArray) conflicts = NULL;
    g_autoptr(json_t) shown = NULL;

    if (record == NULL)
      /* The entry was made in a store that an older copy replaced before it was sent, so it is
       * lost. */
      continue;
    if (first == NULL)
      return g_strdup_printf("I1: device 0 does not show record %s", id);
    for (guint i = 1; i < SIM_DEVICES; i++) {
      g_autofree char *other = describe(&world->devices[i], id);

      if (g_strcmp0(first, other) != 0)
        return g_strdup_printf("record %s differs:\n  device 0: %s\n  device %u: %s", id, first, i,
                               other);
    }
    conflicts = bh_record_list_conflicts(record);
    shown = json_loads(first, 0, NULL);
    if (json_array_size(json_object_get(shown, "conflicts")) != conflicts->len)
      return g_strdup_printf("record %s: %u conflicts at the hub, not so on device 0: %s", id,
                             conflicts->len, first);
  }
  return NULL;
}

/* Each record of a kind with "number" has a final number at the hub, and no other record has it,
 * also where an older copy of a store gave numbers once more. */
static char *check_numbers(SimWorld *world, BhDb *db)
{
  g_autoptr(BhKindSet) kinds = bh_hub_dup_kinds(world->hub);
  g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

  for (guint r = 0; r < world->records->len; r++) {
    const char *id = world->records->pdata[r];
    g_autoptr(BhRecord) record = bh_record_load(db, id, NULL);
    const BhKind *kind =
        record != NULL ? bh_kind_set_find(kinds, bh_record_get_kind(record)) : NULL;
    const BhNumbering *numbering = kind != NULL ? bh_kind_get_numbering(kind) : NULL;

    if (numbering == NULL)
      continue;
    const char *number = bh_record_get_string(record, bh_numbering_get_field(numbering));
    if (number == NULL ||
        json_is_true(bh_record_get(record, bh_numbering_get_provisional(numbering))))
      return g_strdup_printf("record %s has no final number but %s", id,
                             number != NULL ? number : "none");
    if (!g_hash_table_add(taken, g_strdup_printf("%s %s", bh_kind_get_name(kind), number)))
      return g_strdup_printf("the number %s of record %s was given twice", number, id);
  }
  return NULL;
}

static char *check_queues(SimWorld *world)
{
  static const char *const counters[] = {"pending", "files_pending", "quarantined"};

  for (guint i = 0; i < SIM_DEVICES; i++) {
    g_autoptr(json_t) status = bh_device_status(world->devices[i].store, NULL);

    for (gsize c = 0; c < G_N_ELEMENTS(counters); c++)
      if (json_integer_value(json_object_get(status, counters[c])) != 0) {
        g_autofree char *text = bh_json_dump(status);

        return g_strdup_printf("device %u has not sent everything: %s", i, text);
      }
  }
  return NULL;
}

char *sim_check(SimWorld *world)
{
  BhDb *db = take_reader(world);
  char *wrong = check_queues(world);

  if (wrong == NULL)
    wrong = check_entries(world, db);
  if (wrong == NULL)
    wrong = check_files(world);
  if (wrong == NULL)
    wrong = check_chains(db);
  if (wrong == NULL)
    wrong = check_records(world, db);
  if (wrong == NULL)
    wrong = check_numbers(world, db);
  bh_hub_release_reader(world->hub, db);
  return wrong;
}
