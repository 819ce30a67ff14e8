/* A hub and its devices for one seed. */
#pragma once

#include "sync/device/engine/engine.h"
#include "sync/device/store/outbox.h"
#include "sync/hub/devices/devices.h"
#include "tests/schema/support.h"
#include "tests/sim/sim-http.h"

#define SIM_DEVICES 3
#define SIM_GHOSTS 8

typedef struct _SimWorld SimWorld;

typedef struct {
  gint64 wall_offset_ms;
  gint64 boots; /* restarts of the machine */
  char boot_id[BH_ID_LEN + 1];
  SimWorld *world;
} SimClock;

typedef struct {
  SimWorld *world;
  guint index;
  char *dir;
  char *card; /* an older copy of `dir`, or NULL */
  SimClock time;
  BhClock clock;
  TestRandom bytes;
  BhRandom random;
  BhDevice *store;
  BhEngine *engine;
  BhTransportRequest *request; /* requests on the network */
  gint64 timer_ms;             /* sim time, or -1 */
} SimDevice;

struct _SimWorld {
  char *dir;
  guint64 seed;
  gboolean tell; /* every step on stderr */
  TestRandom dice;
  gint64 now_ms;
  SimClock hub_time;
  BhClock hub_clock;
  TestRandom hub_bytes;
  BhRandom hub_random;
  BhHub *hub;
  BhDeviceApi *api;
  SimDevice devices[SIM_DEVICES];
  GPtrArray *ghosts;    /* BhTransportRequest*: late copies that can still arrive */
  GHashTable *entries;  /* ids that must be at the hub → index of the device + 1 */
  GHashTable *files;    /* sha256 of files that must be complete at the hub → likewise */
  GPtrArray *records;   /* ids */
  guint saved, refused; /* by the store */
  guint64 trace;        /* hash of all that happened */
};

/* The start of each seed: a hub with a unit, two people and an enterprise, and enrolled and synced
 * devices. */
typedef struct {
  char *dir;
  char unit[BH_ID_LEN + 1];
  char staff[2][BH_ID_LEN + 1];
  char enterprise[BH_ID_LEN + 1];
} SimTemplate;

SimTemplate *sim_template_new(void);
void sim_template_free(SimTemplate *made);

SimWorld *sim_world_new(const SimTemplate *made, guint64 seed, gboolean tell);
void sim_world_free(SimWorld *world);
void sim_note(SimWorld *world, const char *format, ...) G_GNUC_PRINTF(2, 3);

void sim_step(SimDevice *device, BhEngineEvent event);
/* The process ends as with kill -9 and starts again. */
void sim_crash(SimDevice *device);
/* The machine starts again; its clock may be anywhere. */
void sim_reboot(SimDevice *device);
void sim_copy_card(SimDevice *device);
/* The copy replaces the store. */
void sim_roll_back(SimDevice *device);
void sim_restart_hub(SimWorld *world);
