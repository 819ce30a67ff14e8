/* The hub's time (clock.h): the machine's clock, or a continuation of it while it is behind. Start
 * at step. */
#include "sync/hub/log/clock.h"

#include "schema/civil.h"
#include "schema/entry.h"

struct _BhHubTime {
  const BhClock *machine;
  BhClock clock;
  GMutex lock;
  gint64 known_ms;      /* the latest time of the machine's clock that was not in doubt */
  gint64 known_boot_ms; /* boot clock at known_ms; while in doubt, at the start of the doubt */
  gboolean doubted;
};

static gint64 read_wall(BhHubTime *time)
{
  return time->machine->wall_ms(time->machine->data);
}

static gint64 read_boot(BhHubTime *time)
{
  return time->machine->boot_ms(time->machine->data);
}

static void tell(gint64 wall_ms, gint64 known_ms)
{
  g_autofree char *wall = bh_time_format(wall_ms);
  g_autofree char *known = bh_time_format(known_ms);
  g_warning("the machine's clock shows %s, but it was %s already: times are in doubt until it is "
            "corrected",
            wall, known);
}

/* Reads the clocks, begins or ends the doubt, and returns the hub's time. Must be called under the
 * lock. */
static gint64 step(BhHubTime *time)
{
  gint64 wall_ms = read_wall(time), boot_ms = read_boot(time);
  gint64 passed_ms = time->doubted ? MAX(0, boot_ms - time->known_boot_ms) : 0;
  gint64 least_ms = time->known_ms + passed_ms;
  if (wall_ms >= least_ms) {
    time->known_ms = wall_ms;
    time->known_boot_ms = boot_ms;
    if (time->doubted)
      g_message("the machine's clock has caught up: times are no longer in doubt");
    time->doubted = FALSE;
    return wall_ms;
  }
  if (!time->doubted && wall_ms < least_ms - BH_HUB_TIME_SLACK_MS) {
    time->doubted = TRUE;
    time->known_boot_ms = boot_ms;
    tell(wall_ms, time->known_ms);
  }
  return least_ms;
}

gint64 bh_hub_time_read(BhHubTime *time, gboolean *doubted)
{
  g_mutex_lock(&time->lock);
  gint64 ms = step(time);
  *doubted = time->doubted;
  g_mutex_unlock(&time->lock);
  return ms;
}

static gint64 get_wall(gpointer data)
{
  gboolean doubted;
  return bh_hub_time_read(data, &doubted);
}

static gint64 get_boot(gpointer data)
{
  return read_boot(data);
}

static const char *get_boot_id(gpointer data)
{
  BhHubTime *time = data;
  return time->machine->boot_id(time->machine->data);
}

BhHubTime *bh_hub_time_new(const BhClock *machine, gint64 known_ms)
{
  BhHubTime *time = g_new0(BhHubTime, 1);
  time->machine = machine;
  time->clock =
      (BhClock){.wall_ms = get_wall, .boot_ms = get_boot, .boot_id = get_boot_id, .data = time};
  g_mutex_init(&time->lock);
  time->known_ms = MAX(known_ms, BH_CLOCK_FLOOR_MS);
  step(time);
  return time;
}

void bh_hub_time_free(BhHubTime *time)
{
  if (time == NULL)
    return;
  g_mutex_clear(&time->lock);
  g_free(time);
}

const BhClock *bh_hub_time_get_clock(BhHubTime *time)
{
  return &time->clock;
}

gboolean bh_hub_time_is_doubted(BhHubTime *time, gint64 *machine_ms, gint64 *known_ms)
{
  g_mutex_lock(&time->lock);
  step(time);
  gboolean doubted = time->doubted;
  *machine_ms = read_wall(time);
  *known_ms = time->known_ms;
  g_mutex_unlock(&time->lock);
  return doubted;
}

void bh_hub_time_trust(BhHubTime *time)
{
  g_mutex_lock(&time->lock);
  time->known_ms = MAX(read_wall(time), BH_CLOCK_FLOOR_MS);
  time->known_boot_ms = read_boot(time);
  time->doubted = FALSE;
  g_mutex_unlock(&time->lock);
}

void bh_hub_time_raise(BhHubTime *time, gint64 known_ms)
{
  g_mutex_lock(&time->lock);
  time->known_ms = MAX(time->known_ms, known_ms);
  step(time);
  g_mutex_unlock(&time->lock);
}
