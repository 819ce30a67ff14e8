/* The functions of outbox.h over a store in memory, with faults that a test can choose. The tests
 * of the engine are linked with it in place of the real store. */
#pragma once

#include "sync/device/store/outbox.h"

typedef struct {
  char sha256[BH_HASH_HEX_LEN + 1];
  char *path;
  gint64 size;
  gint64 sent;
  char *upload;
  char *why; /* reason why the file is deferred; NULL: it is not */
  gboolean done;
} FakeFile;

struct _BhDevice {
  gboolean enrolled;
  char *url, *other_url; /* addresses of the hub; NULL: https://hub.example, and no other one */
  char incarnation[BH_INCARNATION_LEN + 1];
  guint incarnations;
  gint64 damaged; /* seq of an entry that is not as it was signed; 0: none */
  guint mended;
  GPtrArray *entries; /* ids of the entries of the current incarnation, at index seq - 1 */
  gint64 acked;
  gint64 urgent;      /* seq of an entry whose copy is to be sent ahead; 0: none */
  GPtrArray *files;   /* FakeFile* */
  GPtrArray *missing; /* sha256 of files that are wanted from the hub */
  GHashTable *have;   /* set of sha256 of downloaded files */
  char *cursor;
  GHashTable *kinds;
  GHashTable *records; /* set of ids of pulled records */
  guint staff_stored, quarantined, hub_times, rounds_noted;
  char *state, *error;
  gboolean shut; /* bh_outbox_shut was called */
  gint64 next_try_ms;
  const char *fail_on; /* name of the function that reports a full disk */
  guint8 hub_public[BH_PUBLIC_KEY_SIZE];
};

#define FAKE_HUB "0190a0b0-0000-7000-8000-00000000aaaa"
#define FAKE_DEVICE "0190a0b0-0000-7000-8000-00000000bbbb"

BhDevice *fake_store_new(void); /* freed by bh_device_close */
void fake_store_save(BhDevice *device, int n);
/* Makes a file of `size` bytes in `dir`, declared by a saved entry. */
FakeFile *fake_store_add_file(BhDevice *device, const char *dir, gsize size);
/* Returns the hash of the envelope of entry `id`. */
char *fake_envelope_hash(const char *incarnation, const char *id);
