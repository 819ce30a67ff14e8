/* Shared by the tests of exports and cases: a hub, two devices that it enrolled, and their
 * entries. */
#pragma once

#include "schema/entry.h"
#include "sync/wire/export.h"

G_BEGIN_DECLS

#define WORLD_KINDS "{\"bihuan-kinds\":1,\"kinds\":[]}"

typedef struct {
  guint seed;
  BhRandom random;
  BhClock clock;
  BhIdSource ids;
  BhSigner *hub;
  BhSigner *devices[2];
  char *kinds_hash;
  GPtrArray *entries; /* BhEntryText* */
  char heads[3][BH_HASH_HEX_LEN + 1];
  gint64 seqs[3];
} World;

World *world_new(void);
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)
/* Adds the next entry of the hub (`who` 0) or of a device (1, 2); owned by the world. */
BhEntryText *world_seal_next(World *world, guint who, const char *body, const char *openings);
/* Adds an entry that sets one key. */
void world_write_entry(World *world, guint who, const char *record, const char *kind,
                       const char *key, const char *value, gboolean personal);
/* Adds an entry that sets one key and declares a file. */
void world_write_file(World *world, guint who, const char *record, const char *sha256, gint64 size,
                      const char *type);

/* Closes a stream into memory and returns what was written (g_bytes_unref). */
GBytes *world_close_stream(GOutputStream *out);
/* Verifies a file named `name`. Returns the report, which must exist (bh_export_report_free).
 * `hub_key` NULL: no key is given. */
BhExportReport *world_verify(const char *name, const void *bytes, gsize len, const guint8 *hub_key);

G_END_DECLS
