/* What the figures of the hub share: time, what was written to the disk, and findings by devices
 * whose entries carry the signature of both the device and who acts. */
#pragma once

#include "../sync/hub/hub-fixture.h"

typedef struct {
  double wall, cpu; /* seconds; all threads of the process */
} Span;

Span bench_now(void);
Span bench_since(Span start);
/* What this process had the disk written so far, in bytes. */
gint64 bench_get_written(void);
void bench_get_counters(HubFixture *fixture, gint64 *position, gint64 *record);

/* A device of the township on which somebody with a PIN acts. Several share the person. */
TestDevice *bench_device_new(HubFixture *fixture);
/* The fields of a visit without hazards, and of the n-th hazard found in one. */
json_t *bench_visit(TestDevice *device, const char *enterprise);
json_t *bench_finding(const char *visit, const char *enterprise, int n);
