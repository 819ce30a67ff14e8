#include "tests/sync/wire/export-world.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>
#include "schema/base64.h"

/* Fills with a counter instead of random bytes, so that ids, keys and salts are the same in each
 * run. */
static void fill(gpointer data, void *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++)
    ((guint8 *)bytes)[i] = (guint8)(*(guint *)data * 31 + i);
  ++*(guint *)data;
}

static gint64 get_ms(gpointer data G_GNUC_UNUSED)
{
  return G_GINT64_CONSTANT(1795258740000);
}

static const char *get_boot_id(gpointer data G_GNUC_UNUSED)
{
  return "boot";
}

BhEntryText *world_seal_next(World *world, guint who, const char *body, const char *openings)
{
  const BhSigner *signer = who == 0 ? world->hub : world->devices[who - 1];
  BhEntryText *text = bh_entry_sign(signer, ++world->seqs[who], world->heads[who],
                                    world->kinds_hash, body, openings);
  BhEnvelope envelope;
  assert_true(bh_envelope_parse(text->envelope, &envelope, NULL));
  memcpy(world->heads[who], envelope.hash, sizeof envelope.hash);
  g_ptr_array_add(world->entries, text);
  return text;
}

static void write_one(World *world, guint who, const char *record, const char *kind,
                      const char *key, const char *value, gboolean personal, const BhFileRef *file)
{
  BhEntryClock clock = {.wall_ms = 1, .boot_ms = 1};
  g_strlcpy(clock.boot_id, "boot", sizeof clock.boot_id);
  char id[BH_ID_LEN + 1];
  bh_id_next(&world->ids, id);
  g_autoptr(BhBodyBuilder) builder =
      bh_body_builder_new(id, world->hub->hub, &clock, 0, &world->random);
  g_autoptr(json_t) json = json_string(value);
  bh_body_builder_set(builder, record, kind, key, json, personal, NULL);
  if (file != NULL)
    bh_body_builder_add_file(builder, file->sha256, file->size, file->media_type);
  g_autofree char *body = NULL;
  g_autofree char *openings = NULL;
  assert_true(bh_body_builder_finish(builder, &body, &openings, NULL));
  world_seal_next(world, who, body, openings);
}

void world_write_entry(World *world, guint who, const char *record, const char *kind,
                       const char *key, const char *value, gboolean personal)
{
  write_one(world, who, record, kind, key, value, personal, NULL);
}

void world_write_file(World *world, guint who, const char *record, const char *sha256, gint64 size,
                      const char *type)
{
  BhFileRef file = {.size = size, .media_type = (char *)type};
  g_strlcpy(file.sha256, sha256, sizeof file.sha256);
  write_one(world, who, record, "file", "sha256", sha256, FALSE, &file);
}

static void enrol(World *world, guint device)
{
  BhSigner *signer = world->devices[device] = bh_signer_new();
  bh_signer_make_keys(signer, &world->random);
  bh_signer_make_incarnation(signer, &world->random);
  memcpy(signer->hub, world->hub->hub, sizeof signer->hub);
  bh_id_next(&world->ids, signer->device);
  g_autofree char *key = bh_base64_encode(signer->public_key, BH_PUBLIC_KEY_SIZE);
  world_write_entry(world, 0, signer->device, "device", "key", key, FALSE);
}

World *world_new(void)
{
  World *world = g_new0(World, 1);
  world->random = (BhRandom){fill, &world->seed};
  world->clock = (BhClock){get_ms, get_ms, get_boot_id, NULL};
  bh_id_source_init(&world->ids, &world->clock, &world->random);
  world->entries = g_ptr_array_new_with_free_func((GDestroyNotify)bh_entry_text_free);
  world->kinds_hash = bh_hash_hex(WORLD_KINDS, strlen(WORLD_KINDS));
  world->hub = bh_signer_new();
  bh_signer_make_keys(world->hub, &world->random);
  bh_signer_make_incarnation(world->hub, &world->random);
  bh_id_next(&world->ids, world->hub->hub);
  memcpy(world->hub->device, world->hub->hub, sizeof world->hub->hub);
  enrol(world, 0);
  world_write_entry(world, 1, world->hub->hub, "hazard", "level", "major", FALSE);
  enrol(world, 1);
  world_write_entry(world, 1, world->hub->hub, "hazard", "phone", "13800000000", TRUE);
  world_write_entry(world, 2, world->hub->hub, "hazard", "level", "general", FALSE);
  world_write_entry(world, 1, world->hub->hub, "hazard", "demand", "prop", FALSE);
  return world;
}

void world_free(World *world)
{
  bh_signer_free(world->hub);
  bh_signer_free(world->devices[0]);
  bh_signer_free(world->devices[1]);
  g_ptr_array_unref(world->entries);
  g_free(world->kinds_hash);
  g_free(world);
}

GBytes *world_close_stream(GOutputStream *out)
{
  assert_true(g_output_stream_close(out, NULL, NULL));
  return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(out));
}

BhExportReport *world_verify(const char *name, const void *bytes, gsize len, const guint8 *hub_key)
{
  g_autoptr(GInputStream) in = g_memory_input_stream_new_from_data(bytes, (gssize)len, NULL);
  g_autoptr(GError) error = NULL;
  BhExportReport *report = bh_export_verify_stream(in, name, hub_key, &error);
  assert_non_null(report);
  return report;
}
