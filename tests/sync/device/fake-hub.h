/* A hub in memory that answers correctly, for tests of the engine. */
#pragma once

#include "sync/device/run/transport.h"

#include "schema/entry.h"

typedef struct {
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  guint8 secret_key[BH_SECRET_KEY_SIZE];
  GHashTable *chains;  /* incarnation → GPtrArray of the ids of its entries */
  GHashTable *ids;     /* set of the ids of all received entries */
  GHashTable *uploads; /* path → FakeUpload */
  GHashTable *files;   /* sha256 → GBytes: complete files, and files that devices may download */
  GPtrArray *pages;    /* JSON texts of /v1/changes, in order; the last one repeats */
  char *kinds;         /* text of the kind set */
  guint requests;
  guint max_batch;      /* most entries of a batch; a larger batch gets status 413 */
  gboolean takes_ahead; /* whether it takes copies of urgent entries ahead of their chain */
  guint copies;         /* requests with such copies */
  GPtrArray *order;     /* "entry" and "file" in the order in which they became durable */
  gboolean takes_first; /* whether the first bytes of a file may come with its creation */
} FakeHub;

FakeHub *fake_hub_new(void);
void fake_hub_free(FakeHub *hub);
/* Returns the answer to a request, with the hub's header; never NULL. */
BhTransportAnswer *fake_hub_answer(FakeHub *hub, const BhTransportRequest *request);
/* Adds a page with one record to the pages of /v1/changes; `more` is the member of that name. */
void fake_hub_add_page(FakeHub *hub, const char *record, const char *kind, gboolean more);
char *fake_hub_add_file(FakeHub *hub, const char *bytes); /* returns the sha256, g_free */
