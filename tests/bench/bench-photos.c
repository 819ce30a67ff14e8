/* Findings with one photo each, through the server over TLS, by devices that keep their connection:
 * the push of what was found and of its photo's record, then the photo in one request, each waited
 * for until the hub has it on its disk. All of it is made and signed before the clock starts; the
 * devices are threads of the process of the hub. Figures, not verdicts. */
#include "bench-hub.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../sync/hub/photo.h"
#include "sync/hub/hub-private.h"

#define PHOTO_BYTES 200000

typedef struct {
  guint devices;
  guint findings; /* of all of them */
  double central; /* submissions a second of ODK Central with as many clients, measured on two cores
                   * like these */
} Level;

static const Level levels[] = {{1, 200, 41}, {8, 800, 82}, {32, 960, 90}};

typedef struct {
  GString *push; /* both entries */
  Photo photo;
  gint64 seq; /* the hub's head once it has them */
} Finding;

typedef struct {
  Finding *findings;
  guint n;
  double *ms; /* of each finding */
  double cpu; /* seconds of its thread */
} Client;

static void finding_make(Finding *finding, TestDevice *device, const char *visit,
                         const char *enterprise, int nr)
{
  char hazard[BH_ID_LEN + 1];
  Photo *photo = &finding->photo;
  *photo = (Photo){.device = device, .size = PHOTO_BYTES, .bytes = g_malloc(PHOTO_BYTES)};
  randombytes_buf(photo->bytes, photo->size);
  photo->sha = bh_hash_hex(photo->bytes, photo->size);
  test_device_make_id(device, hazard);
  test_device_make_id(device, photo->record);
  g_autoptr(BhEntryText) found =
      test_device_entry(device, hazard, "hazard", bench_finding(visit, enterprise, nr), NULL);
  g_autoptr(BhEntryText) file = test_device_entry(
      device, photo->record, "file",
      json_pack("{s:s, s:s, s:s, s:I, s:s}", "parent", hazard, "role", "photo", "sha256",
                photo->sha, "size", (json_int_t)photo->size, "media_type", "image/jpeg"),
      NULL);
  finding->push = g_string_new(NULL);
  bh_entry_text_append(found, finding->push);
  bh_entry_text_append(file, finding->push);
  finding->seq = device->seq;
}

static void finding_clear(Finding *finding)
{
  g_string_free(finding->push, TRUE);
  g_free(finding->photo.bytes);
  g_free(finding->photo.sha);
}

static void finding_send(Finding *finding)
{
  Photo *photo = &finding->photo;
  g_autoptr(Answer) pushed =
      test_push_text(photo->device, finding->push->str, (gssize)finding->push->len);
  assert_status(pushed, 200);
  assert_int_equal(json_integer_value(json_object_get(pushed->json, "seq")), finding->seq);
  assert_int_equal(json_array_size(json_object_get(pushed->json, "quarantined")), 0);
  g_autoptr(Answer) sent =
      photo_create_with(photo, photo->sha, photo->size, photo->bytes, photo->size, photo->bytes);
  assert_status(sent, 201);
  assert_int_equal(g_ascii_strtoll(answer_header(sent, "upload-offset"), NULL, 10), photo->size);
}

static gpointer send_all(gpointer data)
{
  Client *client = data;
  struct timespec cpu;
  for (guint i = 0; i < client->n; i++) {
    gint64 start_us = g_get_monotonic_time();
    finding_send(&client->findings[i]);
    client->ms[i] = (double)(g_get_monotonic_time() - start_us) / 1e3;
  }
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
  client->cpu = (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9;
  return NULL;
}

/* A device with a visit at the hub, its connection open. */
static void client_make(Client *client, HubFixture *fixture, guint n, double *ms)
{
  TestDevice *device = bench_device_new(fixture);
  char enterprise[BH_ID_LEN + 1], visit[BH_ID_LEN + 1];
  test_device_make_id(device, enterprise);
  test_device_make_id(device, visit);
  test_device_keep_connection(device);
  BhEntryText *made = test_device_enterprise(device, enterprise, "一号矿", "140603100");
  g_autoptr(Answer) answer = test_push(
      device, made,
      test_device_entry(device, visit, "inspection", bench_visit(device, enterprise), NULL), NULL);
  assert_status(answer, 200);
  *client = (Client){.findings = g_new0(Finding, n), .n = n, .ms = ms};
  for (guint i = 0; i < n; i++)
    finding_make(&client->findings[i], device, visit, enterprise, (int)i);
}

static void client_free(Client *client)
{
  test_device_free(client->findings[0].photo.device);
  for (guint i = 0; i < client->n; i++)
    finding_clear(&client->findings[i]);
  g_free(client->findings);
}

static int by_size(const void *a, const void *b)
{
  const double *one = a, *other = b;
  return *one < *other ? -1 : *one > *other;
}

static void bench_level(HubFixture *fixture, const Level *level)
{
  guint each = level->findings / level->devices, n = each * level->devices;
  g_autofree Client *clients = g_new0(Client, level->devices);
  g_autofree GThread **threads = g_new0(GThread *, level->devices);
  g_autofree double *ms = g_new0(double, n);
  guint64 commits[2], pieces[2];
  double client_cpu = 0;
  for (guint i = 0; i < level->devices; i++)
    client_make(&clients[i], fixture, each, ms + i * each);
  bh_writer_count(fixture->hub->writer, &commits[0], &pieces[0]);
  gint64 written = bench_get_written();
  Span start = bench_now();
  for (guint i = 0; i < level->devices; i++)
    threads[i] = g_thread_new("device", send_all, &clients[i]);
  for (guint i = 0; i < level->devices; i++)
    g_thread_join(threads[i]);
  Span span = bench_since(start);
  written = bench_get_written() - written;
  bh_writer_count(fixture->hub->writer, &commits[1], &pieces[1]);
  for (guint i = 0; i < level->devices; i++) {
    client_cpu += clients[i].cpu;
    client_free(&clients[i]);
  }
  qsort(ms, n, sizeof *ms, by_size);
  printf("    %7u %8u %10.0f %8.1f %8.1f %10.2f %10.2f %8.0f %8.2f %12.1f\n", level->devices, n,
         n / span.wall, ms[n / 2], ms[n * 95 / 100], (span.cpu - client_cpu) * 1e3 / n,
         client_cpu * 1e3 / n, (double)written / 1e3 / n, (double)(commits[1] - commits[0]) / n,
         n / span.wall / level->central);
}

int main(void)
{
  HubFixture *fixture = hub_fixture_new();
  printf("    one photo of %d bytes each; goal 4 times ODK Central with 8 and 32 devices\n",
         PHOTO_BYTES);
  printf("    %7s %8s %10s %8s %8s %10s %10s %8s %8s %12s\n", "devices", "findings", "a second",
         "p50 ms", "p95 ms", "hub CPU ms", "device CPU", "kB each", "commits", "ODK Central");
  for (guint i = 0; i < G_N_ELEMENTS(levels); i++)
    bench_level(fixture, &levels[i]);
  hub_fixture_free(fixture);
  return 0;
}
