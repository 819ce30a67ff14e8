/* A simulated hub and its devices, made for one seed. */
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
  gint64 boots; /* how often the machine was restarted */
  char boot_id[BH_ID_LEN + 1];
  SimWorld *world;
} SimClock;

typedef struct {
  SimWorld *world;
  guint index;
  char *dir;
  char *card; /* directory of an older copy of the store (a backup of the memory card), or NULL */
  SimClock time;
  BhClock clock;
  TestRandom bytes;
  BhRandom random;
  BhDevice *store;
  BhEngine *engine;
  BhTransportRequest *request; /* the request on the network that has no answer yet */
  gint64 timer_ms;             /* time of the engine's timer in simulated time, or -1 */
} SimDevice;

struct _SimWorld {
  char *dir;
  guint64 seed;
  gboolean tell; /* print every step on stderr */
  TestRandom dice;
  gint64 now_ms;
  SimClock hub_time;
  BhClock hub_clock;
  TestRandom hub_bytes;
  BhRandom hub_random;
  BhHub *hub;
  BhDeviceApi *api;
  SimDevice devices[SIM_DEVICES];
  GPtrArray *ghosts;   /* BhTransportRequest*: copies of old requests that can still arrive */
  GHashTable *entries; /* ids that must be at the hub → index of the device that made it + 1 */
  /* sha256 of files that must be complete at the hub → index of the device + 1 */
  GHashTable *files;
  GPtrArray *records;   /* char*: ids of all records */
  guint saved, refused; /* entries that stores have saved, and that they refused */
  guint64 trace;        /* hash of everything that happened, to compare two runs */
};

/* The state in which each seed starts: a hub with a unit, two people and an enterprise, and
 * devices that are enrolled and synced. It is made once and copied. */
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
/* Ends the device's process as kill -9 does, and starts it again. */
void sim_crash(SimDevice *device);
/* Restarts the device's machine; afterwards its clock may have any time. */
void sim_reboot(SimDevice *device);
void sim_copy_card(SimDevice *device);
/* Replaces the store by its older copy, as when an old memory card is put in. */
void sim_roll_back(SimDevice *device);
void sim_restart_hub(SimWorld *world);
