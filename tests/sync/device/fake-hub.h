/* A hub in memory that answers correctly, for tests of the engine. */
#pragma once

#include "sync/device/run/transport.h"

#include "schema/entry.h"

typedef struct {
  guint8 public_key[BH_PUBLIC_KEY_SIZE];
  guint8 secret_key[BH_SECRET_KEY_SIZE];
  GHashTable *chains;  /* incarnation → GPtrArray of ids */
  GHashTable *ids;     /* every id that was taken in */
  GHashTable *uploads; /* path → FakeUpload */
  GHashTable *files;   /* sha256 → GBytes: whole ones, and those to be fetched */
  GPtrArray *pages;    /* JSON texts of /v1/changes, in order; the last one repeats */
  char *kinds;         /* text */
  guint requests;
  guint max_batch;      /* entries; more is 413 */
  GPtrArray *order;     /* "entry", "file" as they became durable */
  gboolean takes_first; /* the first bytes of a file come with its creation */
} FakeHub;

FakeHub *fake_hub_new(void);
void fake_hub_free(FakeHub *hub);
/* The answer to a request, with the hub's header; never NULL. */
BhTransportAnswer *fake_hub_answer(FakeHub *hub, const BhTransportRequest *request);
/* Adds a page of one record, after which there are more when `more`. */
void fake_hub_add_page(FakeHub *hub, const char *record, const char *kind, gboolean more);
char *fake_hub_add_file(FakeHub *hub, const char *bytes); /* sha256, g_free */
